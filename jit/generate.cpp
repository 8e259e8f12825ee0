// The LLVM module of a program: constants, host declarations and the table through which the host finds its
// code.
#include "jit/codegen.h"

#include <bit>
#include <llvm/IR/Constants.h>
#include <llvm/IR/DerivedTypes.h>

namespace faultline::jit {

ModuleContext::ModuleContext(const CompileRequest& request, llvm::LLVMContext& context)
    : i1(llvm::Type::getInt1Ty(context)),
      i8(llvm::Type::getInt8Ty(context)),
      i16(llvm::Type::getInt16Ty(context)),
      i32(llvm::Type::getInt32Ty(context)),
      i64(llvm::Type::getInt64Ty(context)),
      pointer(llvm::PointerType::getUnqual(context)),
      value_type(llvm::ArrayType::get(i64, 2)),
      void_type(llvm::Type::getVoidTy(context)),
      request_(request),
      context_(context),
      module_(std::make_unique<llvm::Module>("faultline", context)) {}

llvm::FunctionCallee ModuleContext::Host(const std::string& name, llvm::FunctionType* type) {
  llvm::FunctionCallee callee = module_->getOrInsertFunction(name, type);
  if (auto* function = llvm::dyn_cast<llvm::Function>(callee.getCallee())) {
    function->setDoesNotThrow();
  }
  return callee;
}

llvm::FunctionCallee ModuleContext::Operation(const std::string& name) {
  return Host("faultline_op_" + name,
              llvm::FunctionType::get(void_type, {pointer, pointer, pointer}, /*isVarArg=*/false));
}

Pair ModuleContext::ConstantPair(std::uint64_t head, std::uint64_t payload) {
  return {llvm::ConstantInt::get(i64, head), llvm::ConstantInt::get(i64, payload)};
}

llvm::GlobalVariable* ModuleContext::Bytes(std::string_view bytes, const char* name, unsigned alignment) {
  // Equal bytes are one global, whatever they are for; alignment is part of the key since it is small.
  std::string key = std::to_string(alignment) + ":" + std::string(bytes);
  auto [entry, added] = strings_.try_emplace(std::move(key), nullptr);
  if (added) {
    llvm::Constant* data = llvm::ConstantDataArray::getRaw(bytes, bytes.size(), i8);
    entry->second = new llvm::GlobalVariable(*module_, data->getType(), /*isConstant=*/true,
                                             llvm::GlobalValue::PrivateLinkage, data, name);
    entry->second->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
    entry->second->setAlignment(llvm::Align(alignment));
  }
  return entry->second;
}

namespace {
constexpr int kMaximumConstantDepth = 64;

std::uint64_t HeadOf(const Value& value) {
  return static_cast<std::uint64_t>(value.kind) | static_cast<std::uint64_t>(value.size) << 32;
}
}  // namespace

llvm::Constant* ModuleContext::Payload(const Value& value, int depth) {
  switch (value.kind) {
    case ValueKind::kMissing:
      return llvm::ConstantInt::get(i64, 0);
    case ValueKind::kBool:
    case ValueKind::kInt:
    case ValueKind::kDuration:
    case ValueKind::kBytes:
    case ValueKind::kTime:
    case ValueKind::kLevel:
      return llvm::ConstantInt::get(i64, static_cast<std::uint64_t>(value.integer));
    case ValueKind::kFloat:
      return llvm::ConstantInt::get(i64, std::bit_cast<std::uint64_t>(value.real));
    case ValueKind::kText:
    case ValueKind::kSemver:
    case ValueKind::kGoVersion:
    case ValueKind::kIp:
    case ValueKind::kNetwork:
    case ValueKind::kUuid:
      return llvm::ConstantExpr::getPtrToInt(Bytes(value.AsText(), "text"), i64);
    case ValueKind::kList:
    case ValueKind::kRecord:
    case ValueKind::kMap: {
      std::size_t count = value.size * (value.kind == ValueKind::kMap ? std::size_t{2} : std::size_t{1});
      std::vector<llvm::Constant*> items;
      for (std::size_t i = 0; i < count && depth < kMaximumConstantDepth; ++i) {
        const Value& item = value.items[i];
        items.push_back(llvm::ConstantArray::get(
            value_type, {llvm::ConstantInt::get(i64, HeadOf(item)), Payload(item, depth + 1)}));
      }
      auto* type = llvm::ArrayType::get(value_type, items.size());
      auto* global =
          new llvm::GlobalVariable(*module_, type, /*isConstant=*/true, llvm::GlobalValue::PrivateLinkage,
                                   llvm::ConstantArray::get(type, items), "items");
      global->setAlignment(llvm::Align(alignof(Value)));
      return llvm::ConstantExpr::getPtrToInt(global, i64);
    }
  }
  return llvm::ConstantInt::get(i64, 0);
}

Pair ModuleContext::Constant(std::uint32_t index) {
  const Value& value = request_.module->constants[index].value;
  return {llvm::ConstantInt::get(i64, HeadOf(value)), Payload(value, 0)};
}

std::string Generate(ModuleContext& module) {
  std::vector<llvm::Constant*> functions;
  if (std::string error = GenerateFunctions(module, &functions); !error.empty()) {
    return error;
  }
  std::vector<llvm::Constant*> patterns;
  if (std::string error = GeneratePatterns(module, &patterns); !error.empty()) {
    return error;
  }
  auto array = [&](llvm::Type* element, const std::vector<llvm::Constant*>& items, const char* name) {
    auto* type = llvm::ArrayType::get(element, items.size());
    return new llvm::GlobalVariable(module.module(), type, /*isConstant=*/true,
                                    llvm::GlobalValue::PrivateLinkage, llvm::ConstantArray::get(type, items),
                                    name);
  };
  llvm::GlobalVariable* function_array = array(module.pointer, functions, "functions");
  llvm::GlobalVariable* pattern_array = array(NativePatternType(module), patterns, "patterns");
  auto* type = llvm::StructType::get(
      module.context(), {module.i32, module.i32, module.i32, module.i32, module.pointer, module.pointer});
  auto number = [&](std::size_t n) { return llvm::ConstantInt::get(module.i32, n); };
  llvm::Constant* table =
      llvm::ConstantStruct::get(type, {number(kAbiVersion), number(functions.size()), number(patterns.size()),
                                       number(0), function_array, pattern_array});
  new llvm::GlobalVariable(module.module(), type, /*isConstant=*/true, llvm::GlobalValue::ExternalLinkage,
                           table, "faultline_program");
  return "";  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): the module owns its variables
}

}  // namespace faultline::jit
