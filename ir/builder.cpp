// Building functions: canonical numbering falls out of appending, since a loop is written before its body.
#include "ir/builder.h"

#include <utility>

namespace faultline::ir {

using lang::Type;
using lang::TypeKind;

namespace {

// Binds T on first use. False where `type` does not fit.
bool Fits(const lang::TypePattern& pattern, const Type& type, Type* variable, bool* bound) {
  switch (pattern.kind) {
    case lang::TypePattern::Kind::kType:
      return pattern.type == type;
    case lang::TypePattern::Kind::kVariable:
      if (!*bound) {
        *variable = type;
        *bound = true;
        return true;
      }
      return *variable == type;
    case lang::TypePattern::Kind::kListOfVariable:
      if (type.kind() != TypeKind::kList) return false;
      if (!*bound) {
        *variable = type.element();
        *bound = true;
        return true;
      }
      return *variable == type.element();
  }
  return false;
}

}  // namespace

Type ResultType(lang::Opcode opcode, const std::vector<Type>& arguments) {
  const lang::OverloadRow& row = lang::RowOf(opcode);
  if (row.parameters.size() != arguments.size()) return Type();
  Type variable;
  bool bound = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].is_error() || !Fits(row.parameters[i], arguments[i], &variable, &bound)) return Type();
  }
  switch (row.result.kind) {
    case lang::TypePattern::Kind::kType:
      return row.result.type;
    case lang::TypePattern::Kind::kVariable:
      return variable;
    case lang::TypePattern::Kind::kListOfVariable:
      return bound ? Type::List(variable) : Type();
  }
  return Type();
}

Type LoopType(LoopKind kind, const Type& element, const Type& body) {
  if (element.is_error() || body.is_error()) return Type();
  if (kind == LoopKind::kMap) return Type::List(body);
  if (body.kind() != TypeKind::kBool) return Type();
  switch (kind) {
    case LoopKind::kAny:
    case LoopKind::kAll:
      return TypeKind::kBool;
    case LoopKind::kCount:
      return TypeKind::kInt;
    case LoopKind::kFirst:
    case LoopKind::kLast:
      return element;
    case LoopKind::kFilter:
      return Type::List(element);
    case LoopKind::kMap:
      break;
  }
  return Type();
}

Type BuiltinType(Builtin builtin) {
  switch (builtin) {
    case Builtin::kLogFile:
    case Builtin::kText:
    case Builtin::kRawText:
    case Builtin::kStream:
      return TypeKind::kText;
    case Builtin::kLogLine:
    case Builtin::kLogColumn:
      return TypeKind::kInt;
    case Builtin::kTime:
    case Builtin::kNow:
      return TypeKind::kTime;
  }
  return Type();
}

FunctionBuilder::FunctionBuilder(Module* module, std::string name) : module_(module) {
  function_.name = std::move(name);
  function_.blocks.emplace_back();
  open_.push_back({0, kNone});
}

ValueId FunctionBuilder::Emit(Instruction instruction) {
  instruction.span = span_;
  const auto id = static_cast<ValueId>(function_.instructions.size());
  function_.blocks[open_.back().block].order.push_back(id);
  function_.instructions.push_back(std::move(instruction));
  return id;
}

ValueId FunctionBuilder::Constant(const Value& value, const Type& type) {
  return Constant(module_->AddConstant(value, type));
}

ValueId FunctionBuilder::Constant(std::uint32_t constant) {
  Instruction instruction;
  instruction.kind = InstructionKind::kConstant;
  instruction.index = constant;
  if (constant < module_->constants.size()) instruction.type = module_->constants[constant].type;
  return Emit(std::move(instruction));
}

ValueId FunctionBuilder::Text(std::string_view text) {
  return Constant(Value::Text(text), TypeKind::kText);
}
ValueId FunctionBuilder::Int(std::int64_t value) {
  return Constant(Value::Int(value), TypeKind::kInt);
}
ValueId FunctionBuilder::Bool(bool value) {
  return Constant(Value::Bool(value), TypeKind::kBool);
}
ValueId FunctionBuilder::Missing(const Type& type) {
  return Constant(Value::Missing(), type);
}

ValueId FunctionBuilder::Slot(SlotId slot, const Type& type) {
  Instruction instruction;
  instruction.kind = InstructionKind::kSlot;
  instruction.index = slot;
  instruction.type = type;
  return Emit(std::move(instruction));
}

ValueId FunctionBuilder::Input(SlotId slot, const Type& type) {
  Instruction instruction;
  instruction.kind = InstructionKind::kInput;
  instruction.index = slot;
  instruction.type = type;
  return Emit(std::move(instruction));
}

ValueId FunctionBuilder::Capture(std::uint32_t group) {
  Instruction instruction;
  instruction.kind = InstructionKind::kCapture;
  instruction.index = group;
  instruction.type = TypeKind::kText;
  return Emit(std::move(instruction));
}

ValueId FunctionBuilder::BuiltinValue(Builtin builtin) {
  Instruction instruction;
  instruction.kind = InstructionKind::kBuiltin;
  instruction.builtin = builtin;
  instruction.type = BuiltinType(builtin);
  return Emit(std::move(instruction));
}

ValueId FunctionBuilder::Operation(lang::Opcode opcode, std::vector<ValueId> arguments) {
  std::vector<Type> types;
  types.reserve(arguments.size());
  for (ValueId argument : arguments) types.push_back(TypeOf(argument));
  Instruction instruction;
  instruction.kind = InstructionKind::kOperation;
  instruction.opcode = opcode;
  instruction.type = ResultType(opcode, types);
  instruction.arguments = std::move(arguments);
  return Emit(std::move(instruction));
}

ValueId FunctionBuilder::Field(ValueId record, std::uint32_t index) {
  Instruction instruction;
  instruction.kind = InstructionKind::kField;
  instruction.index = index;
  instruction.arguments = {record};
  const Type& type = TypeOf(record);
  if (type.kind() == TypeKind::kRecord && index < type.fields().size())
    instruction.type = type.fields()[index].type;
  return Emit(std::move(instruction));
}

ValueId FunctionBuilder::Field(ValueId record, std::string_view name) {
  const Type& type = TypeOf(record);
  const int index = type.kind() == TypeKind::kRecord ? type.FieldIndex(name) : -1;
  return Field(record, static_cast<std::uint32_t>(index));
}

ValueId FunctionBuilder::MatchPattern(PatternId pattern, ValueId text) {
  Instruction instruction;
  instruction.kind = InstructionKind::kMatchPattern;
  instruction.index = pattern;
  instruction.arguments = {text};
  instruction.type = TypeKind::kBool;
  return Emit(std::move(instruction));
}

ValueId FunctionBuilder::MakeList(const Type& element, std::vector<ValueId> items) {
  Instruction instruction;
  instruction.kind = InstructionKind::kMakeList;
  instruction.type = Type::List(element);
  instruction.arguments = std::move(items);
  return Emit(std::move(instruction));
}

ValueId FunctionBuilder::MakeRecord(const Type& record, std::vector<ValueId> fields) {
  Instruction instruction;
  instruction.kind = InstructionKind::kMakeRecord;
  instruction.type = record;
  instruction.arguments = std::move(fields);
  return Emit(std::move(instruction));
}

void FunctionBuilder::Store(SlotId slot, ValueId value) {
  Instruction instruction;
  instruction.kind = InstructionKind::kStore;
  instruction.index = slot;
  instruction.arguments = {value};
  Emit(std::move(instruction));
}

ValueId FunctionBuilder::BeginLoop(LoopKind kind, ValueId list) {
  const auto body = static_cast<std::uint32_t>(function_.blocks.size());
  const Type list_type = TypeOf(list);
  Instruction loop;
  loop.kind = InstructionKind::kLoop;
  loop.loop = kind;
  loop.arguments = {list};
  loop.body = body;
  const ValueId loop_id = Emit(std::move(loop));

  Instruction element;
  element.kind = InstructionKind::kElement;
  element.index = loop_depth();
  if (list_type.kind() == TypeKind::kList) element.type = list_type.element();
  function_.blocks.emplace_back();
  open_.push_back({body, loop_id});
  return Emit(std::move(element));
}

ValueId FunctionBuilder::EndLoop(ValueId result) {
  const Open closed = open_.back();
  open_.pop_back();
  function_.blocks[closed.block].result = result;
  Instruction& loop = function_.instructions[closed.loop];
  const Type& list = TypeOf(loop.arguments[0]);
  loop.type = LoopType(loop.loop, list.kind() == TypeKind::kList ? list.element() : Type(), TypeOf(result));
  return closed.loop;
}

FunctionId FunctionBuilder::Finish(ValueId result) {
  function_.result = TypeOf(result);
  function_.blocks[0].result = result;
  return Add();
}

FunctionId FunctionBuilder::Finish() {
  return Add();
}

FunctionId FunctionBuilder::Add() {
  const auto taken = [this](std::string_view name) {
    for (const Function& other : module_->functions) {
      if (other.name == name) return true;
    }
    return false;
  };
  const std::string base = function_.name;
  for (int n = 2; taken(function_.name); ++n) function_.name = base + "." + std::to_string(n);
  module_->functions.push_back(std::move(function_));
  return static_cast<FunctionId>(module_->functions.size() - 1);
}

}  // namespace faultline::ir
