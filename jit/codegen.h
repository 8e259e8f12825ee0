// The plugin's inner interface: from a CompileRequest to an LLVM module. Included only by the files of this
// folder.
//
// Error handling: the generators check what they are given (the plugin must not crash on a malformed module,
// even though the host verifies it first) and return a message; empty is success.
#ifndef FAULTLINE_JIT_CODEGEN_H_
#define FAULTLINE_JIT_CODEGEN_H_

#include "ir/ir.h"
#include "jit/jit.h"
#include "support/lang/lang.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <string>
#include <unordered_map>
#include <vector>

namespace faultline::jit {

// A Value in two registers: kind and size (size << 32 | kind), and the payload.
struct Pair {
  llvm::Value* head = nullptr;
  llvm::Value* payload = nullptr;
};

// Types and declarations that all generators share.
class ModuleContext {
 public:
  ModuleContext(const CompileRequest& request, llvm::LLVMContext& context);

  const CompileRequest& request() const { return request_; }
  llvm::LLVMContext& context() { return context_; }
  llvm::Module& module() { return *module_; }
  std::unique_ptr<llvm::Module> TakeModule() { return std::move(module_); }

  // A function of the host, declared on first use.
  llvm::FunctionCallee Host(const std::string& name, llvm::FunctionType* type);
  // void(EvalContext*, Value* out, const Value* args): faultline_op_<name>.
  llvm::FunctionCallee Operation(const std::string& name);

  Pair Constant(std::uint32_t index);
  Pair ConstantPair(std::uint64_t head, std::uint64_t payload);
  Pair Missing() { return ConstantPair(0, 0); }
  llvm::GlobalVariable* Bytes(std::string_view bytes, const char* name, unsigned alignment = 1);

  llvm::IntegerType *i1, *i8, *i16, *i32, *i64;
  llvm::PointerType* pointer;
  llvm::ArrayType* value_type;  // [2 x i64]
  llvm::Type* void_type;

 private:
  llvm::Constant* Payload(const Value& value, int depth);

  const CompileRequest& request_;
  llvm::LLVMContext& context_;
  std::unique_ptr<llvm::Module> module_;
  std::unordered_map<std::string, llvm::GlobalVariable*> strings_;
};

// A row of support/lang/ops.def as the generators need it.
struct OperationRow {
  const char* name;
  std::size_t parameters;
  bool strict;
  ValueKind result;  // kMissing where it depends on the arguments or has no kind of its own
};
const OperationRow* FindOperation(lang::Opcode opcode);

// functions.cpp: fills functions[id] for every function of the module.
std::string GenerateFunctions(ModuleContext& module, std::vector<llvm::Constant*>* functions);

// patterns.cpp: fills one NativePattern initialiser for each pattern.
std::string GeneratePatterns(ModuleContext& module, std::vector<llvm::Constant*>* patterns);
llvm::StructType* NativePatternType(ModuleContext& module);

// existence.cpp: int32 exists(const char* text, int64 size) as code or as a table with a loop. Where every
// match holds `literal` (if it is not empty), it is looked for first.
llvm::Function* GenerateExists(ModuleContext& module, const ExistenceTable& table, std::string_view literal,
                               const std::string& name);

// generate.cpp: the whole module with its table.
std::string Generate(ModuleContext& module);

// target.cpp: passes and machine code. `Describe` names LLVM, the CPU and its features.
std::string Describe();
std::string EmitModule(std::unique_ptr<llvm::Module> module, const CompileRequest& request,
                       std::string* output);

// link.cpp: objects into this process.
struct LoadedObject;
std::string StartLinker(const JitHost& host);
std::string LoadObject(std::string_view object, LoadedObject** loaded, const NativeTable** table);
void UnloadObject(LoadedObject* loaded);

}  // namespace faultline::jit

#endif  // FAULTLINE_JIT_CODEGEN_H_
