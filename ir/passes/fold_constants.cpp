// Constant folding, one walk a function: operands stand before their uses, so what an instruction becomes is
// known when its users are reached. Loops are not folded: their bodies are.
#include "ir/passes/passes.h"
#include "ir/passes/rewrite.h"

#include <utility>

namespace faultline::ir {

namespace {

// Results that took more memory stay computed at run time rather than in the module.
constexpr std::size_t kMaxFoldedBytes = 16384;

class Folder {
 public:
  Folder(Module* module, Evaluate evaluate, Function* function)
      : module_(*module), evaluate_(evaluate), function_(*function), edit_(*function) {}

  std::size_t Run() {
    for (ValueId value = 0; value < function_.instructions.size(); ++value) Visit(value);
    if (replaced_) edit_.Apply(&function_);
    return changes_;
  }

 private:
  void Visit(ValueId value) {
    Instruction& instruction = function_.instructions[value];
    for (ValueId& argument : instruction.arguments) argument = edit_.Current(argument);
    switch (instruction.kind) {
      case InstructionKind::kOperation:
        VisitOperation(value);
        return;
      case InstructionKind::kField:
        if (const Value* record = ConstantOf(instruction.arguments[0])) {
          const bool has = record->kind == ValueKind::kRecord && instruction.index < record->size;
          Become(&instruction, has ? record->items[instruction.index] : Value::Missing());
        }
        return;
      case InstructionKind::kMakeList:
      case InstructionKind::kMakeRecord:
        VisitMake(&instruction);
        return;
      case InstructionKind::kConstant:
      case InstructionKind::kSlot:
      case InstructionKind::kCapture:
      case InstructionKind::kLoop:
      case InstructionKind::kElement:
      case InstructionKind::kStore:
      case InstructionKind::kBuiltin:
      case InstructionKind::kMatchPattern:
      case InstructionKind::kInput:
        return;
    }
  }

  // Null if the value is not a constant.
  const Value* ConstantOf(ValueId value) const {
    const Instruction& instruction = function_.instructions[value];
    if (instruction.kind != InstructionKind::kConstant) return nullptr;
    return &module_.constants[instruction.index].value;
  }

  void Become(Instruction* instruction, const Value& value) {
    instruction->index = module_.AddConstant(value, instruction->type);
    instruction->kind = InstructionKind::kConstant;
    instruction->arguments.clear();
    ++changes_;
  }

  void ReplaceBy(ValueId value, ValueId other) {
    edit_.Replace(value, other);
    replaced_ = true;
    ++changes_;
  }

  void VisitOperation(ValueId value) {
    Instruction& instruction = function_.instructions[value];
    const bool strict = lang::RowOf(instruction.opcode).traits == lang::OpTraits::kStrict;
    std::vector<Value> arguments;
    for (ValueId argument : instruction.arguments) {
      const Value* constant = ConstantOf(argument);
      if (constant == nullptr) continue;
      if (strict && constant->is_missing()) return Become(&instruction, Value::Missing());
      arguments.push_back(*constant);
    }
    if (arguments.size() < instruction.arguments.size()) return Simplify(value);
    Arena arena;
    Value result;
    if (!evaluate_(instruction.opcode, arguments.data(), arena, &result)) return;
    if (arena.bytes_used() <= kMaxFoldedBytes) Become(&instruction, result);
  }

  // Operations that one constant operand decides, or leaves the other operand of.
  void Simplify(ValueId value) {
    Instruction& instruction = function_.instructions[value];
    const std::vector<ValueId>& arguments = instruction.arguments;
    if (instruction.opcode == lang::Opcode::and_bool || instruction.opcode == lang::Opcode::or_bool) {
      const bool neutral = instruction.opcode == lang::Opcode::and_bool;
      for (std::size_t i = 0; i < 2; ++i) {
        const Value* constant = ConstantOf(arguments[i]);
        if (constant == nullptr || constant->is_missing()) continue;
        if (constant->is_true() == neutral) return ReplaceBy(value, arguments[1 - i]);
        return Become(&instruction, Value::Bool(!neutral));
      }
    } else if (instruction.opcode == lang::Opcode::select) {
      const Value* condition = ConstantOf(arguments[0]);
      if (condition == nullptr) return;
      if (condition->is_missing()) return Become(&instruction, Value::Missing());
      ReplaceBy(value, condition->is_true() ? arguments[1] : arguments[2]);
    } else if (instruction.opcode == lang::Opcode::default_value) {
      const Value* constant = ConstantOf(arguments[0]);
      if (constant != nullptr) ReplaceBy(value, constant->is_missing() ? arguments[1] : arguments[0]);
    }
  }

  void VisitMake(Instruction* instruction) {
    std::vector<Value> items;
    for (ValueId argument : instruction->arguments) {
      const Value* constant = ConstantOf(argument);
      if (constant == nullptr) return;
      items.push_back(*constant);
    }
    const ValueKind kind =
        instruction->kind == InstructionKind::kMakeList ? ValueKind::kList : ValueKind::kRecord;
    Become(instruction, Value::Items(kind, items.data(), static_cast<std::uint32_t>(items.size())));
  }

  Module& module_;
  Evaluate evaluate_;
  Function& function_;
  FunctionEdit edit_;
  bool replaced_ = false;
  std::size_t changes_ = 0;
};

}  // namespace

std::size_t FoldConstants(Module* module, Evaluate evaluate) {
  std::size_t changes = 0;
  for (Function& function : module->functions) changes += Folder(module, evaluate, &function).Run();
  return changes;
}

}  // namespace faultline::ir
