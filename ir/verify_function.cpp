// Functions by themselves and in the places that use them.
//
// A function is walked once in the order of its text. Scope is a flag for each value: set when it has been
// computed, cleared when the loop body it stands in ends. Recursion is over the nesting of loops and ends at
// kMaxLoopDepth.
#include "ir/builder.h"
#include "ir/text.h"
#include "ir/uses.h"
#include "ir/verifier_internal.h"
#include "ir/words.h"

#include <algorithm>
#include <fmt/format.h>

namespace faultline::ir::internal {

namespace {

using lang::Type;
using lang::TypeKind;

class FunctionVerifier {
 public:
  FunctionVerifier(const Module& module, FunctionId id, ErrorList* errors)
      : module_(module), function_(module.functions[id]), id_(id), errors_(errors) {}

  bool Run() {
    const bool returns = !function_.result.is_error();
    if (returns && !IsWellFormedType(function_.result)) return Fail("its result type is not well-formed");
    if (function_.blocks.empty()) return Fail("it has no body");
    in_scope_.assign(function_.instructions.size(), false);
    if (!Walk(0)) return false;
    if (next_instruction_ != function_.instructions.size()) return Fail("an instruction stands in no block");
    if (next_block_ != function_.blocks.size()) return Fail("a block is no loop's body");
    const ValueId result = function_.blocks[0].result;
    if (!returns) return result == kNone || Fail("it yields a value but has no result type");
    return CheckOperand(result, "the result") &&
           (TypeOf(result) == function_.result || Fail("the result is not of the result type"));
  }

 private:
  std::string Where() const { return fmt::format("func @{} {}", id_, Quote(function_.name)); }

  bool Fail(std::string message) {
    errors_->Add(Where(), std::move(message));
    return false;
  }
  bool FailAt(ValueId value, std::string message) {
    errors_->Add(fmt::format("{} %{}", Where(), value), std::move(message),
                 function_.instructions[value].span);
    return false;
  }

  const Type& TypeOf(ValueId value) const { return function_.instructions[value].type; }

  bool CheckOperand(ValueId value, std::string_view what) {
    if (value == kNone) return Fail(fmt::format("{} is none", what));
    if (value >= function_.instructions.size())
      return Fail(fmt::format("{} %{} does not exist", what, value));
    if (!in_scope_[value])
      return Fail(fmt::format("{} %{} is not computed before or not in scope", what, value));
    if (!function_.instructions[value].has_value())
      return Fail(fmt::format("{} %{} is no value", what, value));
    return true;
  }

  // A block and, inside it, the bodies of its loops. `lists_` holds the element types of the loops around.
  bool Walk(std::uint32_t id) {
    if (id != next_block_ || id >= function_.blocks.size())
      return Fail(fmt::format("block {} is out of order", id));
    ++next_block_;
    const Block& block = function_.blocks[id];
    const std::size_t begin = next_instruction_;
    for (ValueId value : block.order) {
      if (value != next_instruction_ || value >= function_.instructions.size()) {
        return Fail(fmt::format("instruction %{} is out of order", value));
      }
      ++next_instruction_;
      if (!CheckInstruction(value)) return false;
      in_scope_[value] = true;
    }
    if (id != 0) {
      if (!CheckOperand(block.result, "what a loop's body yields")) return false;
      std::fill(in_scope_.begin() + static_cast<std::ptrdiff_t>(begin),
                in_scope_.begin() + static_cast<std::ptrdiff_t>(next_instruction_), false);
    }
    return true;
  }

  bool CheckInstruction(ValueId value) {
    const Instruction& instruction = function_.instructions[value];
    if (instruction.kind > InstructionKind::kInput) return FailAt(value, "no such kind of instruction");
    for (ValueId argument : instruction.arguments) {
      if (!CheckOperand(argument, "an operand")) return false;
    }
    if (instruction.kind == InstructionKind::kStore) {
      if (!instruction.type.is_error()) return FailAt(value, "a store has no type");
      if (!elements_.empty()) return FailAt(value, "a store stands inside a loop");
    } else if (!IsWellFormedType(instruction.type)) {
      return FailAt(value, "its type is not well-formed");
    }
    if (!CheckArgumentCount(value, instruction)) return false;
    if (instruction.kind == InstructionKind::kLoop) return CheckLoop(value);
    const Type expected = ExpectedType(instruction);
    if (instruction.kind == InstructionKind::kStore || expected == instruction.type) return true;
    if (expected.is_error())
      return FailAt(value, "its operands do not fit or what it refers to does not exist");
    return FailAt(value, fmt::format("its type is {}, its operands give {}", PrintType(instruction.type),
                                     PrintType(expected)));
  }

  bool CheckArgumentCount(ValueId value, const Instruction& instruction) {
    std::size_t expected = 0;
    switch (instruction.kind) {
      case InstructionKind::kConstant:
      case InstructionKind::kSlot:
      case InstructionKind::kInput:
      case InstructionKind::kCapture:
      case InstructionKind::kElement:
      case InstructionKind::kBuiltin:
        break;
      case InstructionKind::kField:
      case InstructionKind::kLoop:
      case InstructionKind::kStore:
      case InstructionKind::kMatchPattern:
        expected = 1;
        break;
      case InstructionKind::kOperation:
        if (static_cast<std::size_t>(instruction.opcode) >= lang::Overloads().size()) {
          return FailAt(value, "no such operation");
        }
        expected = lang::RowOf(instruction.opcode).parameters.size();
        break;
      case InstructionKind::kMakeList:
      case InstructionKind::kMakeRecord:
        return true;
    }
    return instruction.arguments.size() == expected ||
           FailAt(value, fmt::format("it needs {} operands", expected));
  }

  // The type that an instruction must have; kError where its operands do not fit. Slots, inputs and captures
  // are checked where the function is used.
  Type ExpectedType(const Instruction& instruction) const {
    const std::vector<ValueId>& arguments = instruction.arguments;
    switch (instruction.kind) {
      case InstructionKind::kConstant:
        return instruction.index < module_.constants.size() ? module_.constants[instruction.index].type
                                                            : Type();
      case InstructionKind::kSlot:
      case InstructionKind::kInput:
        return instruction.type;
      case InstructionKind::kCapture:
        return TypeKind::kText;
      case InstructionKind::kOperation: {
        std::vector<Type> types;
        types.reserve(arguments.size());
        for (ValueId argument : arguments) types.push_back(TypeOf(argument));
        return ResultType(instruction.opcode, types);
      }
      case InstructionKind::kField: {
        const Type& record = TypeOf(arguments[0]);
        if (record.kind() != TypeKind::kRecord || instruction.index >= record.fields().size()) return Type();
        return record.fields()[instruction.index].type;
      }
      case InstructionKind::kElement:
        return instruction.index < elements_.size() ? elements_[instruction.index] : Type();
      case InstructionKind::kMakeList: {
        if (instruction.type.kind() != TypeKind::kList) return Type();
        const Type& element = instruction.type.element();
        const bool fits = element.kind() == TypeKind::kAny ||  // parts of keys have types of their own
                          std::all_of(arguments.begin(), arguments.end(),
                                      [&](ValueId argument) { return TypeOf(argument) == element; });
        return fits ? instruction.type : Type();
      }
      case InstructionKind::kMakeRecord: {
        if (instruction.type.kind() != TypeKind::kRecord) return Type();
        const std::vector<lang::RecordField>& fields = instruction.type.fields();
        const bool fits = std::equal(
            arguments.begin(), arguments.end(), fields.begin(), fields.end(),
            [&](ValueId argument, const lang::RecordField& field) { return TypeOf(argument) == field.type; });
        return fits ? instruction.type : Type();
      }
      case InstructionKind::kBuiltin:
        return BuiltinType(instruction.builtin);
      case InstructionKind::kMatchPattern:
        return instruction.index < module_.patterns.size() && TypeOf(arguments[0]).kind() == TypeKind::kText
                   ? Type(TypeKind::kBool)
                   : Type();
      case InstructionKind::kStore:
      case InstructionKind::kLoop:
        return Type();
    }
    return Type();
  }

  bool CheckLoop(ValueId value) {
    const Instruction& loop = function_.instructions[value];
    if (WordFor(kLoopWords, loop.loop) == "?") return FailAt(value, "no such kind of loop");
    const Type& list = TypeOf(loop.arguments[0]);
    if (list.kind() != TypeKind::kList) return FailAt(value, "its operand is no list");
    if (elements_.size() >= kMaxLoopDepth) return FailAt(value, "loops are nested too deeply");
    elements_.push_back(list.element());
    const bool sound = Walk(loop.body);
    elements_.pop_back();
    if (!sound) return false;
    const Type expected = LoopType(loop.loop, list.element(), TypeOf(function_.blocks[loop.body].result));
    return expected == loop.type || FailAt(value, "its type is not what its body gives");
  }

  const Module& module_;
  const Function& function_;
  FunctionId id_;
  ErrorList* errors_;
  std::vector<bool> in_scope_;
  std::vector<Type> elements_;
  std::size_t next_instruction_ = 0;
  std::size_t next_block_ = 0;
};

std::string_view RoleName(FunctionRole role) {
  switch (role) {
    case FunctionRole::kExtract:
      return "extract";
    case FunctionRole::kAlternativeGuard:
      return "guard of an alternative";
    case FunctionRole::kLoad:
      return "load";
    case FunctionRole::kGuard:
      return "guard";
    case FunctionRole::kJoin:
      return "join";
    case FunctionRole::kFinish:
      return "finish";
    case FunctionRole::kReport:
      return "report";
    case FunctionRole::kFix:
      return "fix";
    case FunctionRole::kAt:
      return "at";
    case FunctionRole::kConvert:
      return "convert";
    case FunctionRole::kDerive:
      return "derive";
    case FunctionRole::kEach:
      return "each";
    case FunctionRole::kKey:
      return "key";
    case FunctionRole::kIndexOwn:
      return "index_own";
    case FunctionRole::kIndexOther:
      return "index_other";
    case FunctionRole::kRun:
      return "step";
    case FunctionRole::kCondition:
      return "condition";
    case FunctionRole::kArgument:
      return "argument of an aggregate";
    case FunctionRole::kFrom:
      return "start of a graph query";
    case FunctionRole::kTo:
      return "end of a graph query";
    case FunctionRole::kWhen:
      return "when";
    case FunctionRole::kExplainsCondition:
      return "condition of explains";
    case FunctionRole::kExplainsConfidence:
      return "confidence of explains";
    case FunctionRole::kConfidenceWhen:
      return "condition of a confidence";
    case FunctionRole::kNeedWhen:
      return "condition of a need";
    case FunctionRole::kAllowWhen:
      return "condition of an allow";
  }
  return "?";
}

bool OnlyStores(const FunctionUseOf<const FunctionId>& use, const Function& function) {
  switch (use.role) {
    case FunctionRole::kExtract:
    case FunctionRole::kLoad:
    case FunctionRole::kFinish:
    case FunctionRole::kDerive:
    case FunctionRole::kRun:
      return true;
    case FunctionRole::kConvert:
      return function.result.is_error();  // it either returns the field's value or stores it
    case FunctionRole::kAlternativeGuard:
    case FunctionRole::kGuard:
    case FunctionRole::kJoin:
    case FunctionRole::kReport:
    case FunctionRole::kFix:
    case FunctionRole::kAt:
    case FunctionRole::kEach:
    case FunctionRole::kKey:
    case FunctionRole::kIndexOwn:
    case FunctionRole::kIndexOther:
    case FunctionRole::kCondition:
    case FunctionRole::kArgument:
    case FunctionRole::kFrom:
    case FunctionRole::kTo:
    case FunctionRole::kWhen:
    case FunctionRole::kExplainsCondition:
    case FunctionRole::kExplainsConfidence:
    case FunctionRole::kConfidenceWhen:
    case FunctionRole::kNeedWhen:
    case FunctionRole::kAllowWhen:
      return false;
  }
  return true;
}

// Whether a place can do with what the function returns.
bool ResultFits(const FunctionUseOf<const FunctionId>& use, const Type& result) {
  switch (use.role) {
    case FunctionRole::kExtract:
    case FunctionRole::kLoad:
    case FunctionRole::kFinish:
    case FunctionRole::kDerive:
    case FunctionRole::kRun:
      return result.is_error();
    case FunctionRole::kAlternativeGuard:
    case FunctionRole::kGuard:
    case FunctionRole::kJoin:
    case FunctionRole::kCondition:
    case FunctionRole::kWhen:
    case FunctionRole::kExplainsCondition:
    case FunctionRole::kConfidenceWhen:
    case FunctionRole::kNeedWhen:
    case FunctionRole::kAllowWhen:
      return result == Type(TypeKind::kBool);
    case FunctionRole::kReport:
    case FunctionRole::kFix:
    case FunctionRole::kAt:
    case FunctionRole::kFrom:
    case FunctionRole::kTo:
      return result == Type(TypeKind::kText);
    case FunctionRole::kExplainsConfidence:
      return result == Type(TypeKind::kFloat);
    case FunctionRole::kConvert:
      return result.is_error() || result == use.field->type;
    case FunctionRole::kEach:
    case FunctionRole::kKey:
    case FunctionRole::kIndexOwn:
    case FunctionRole::kIndexOther:
      return result.kind() == TypeKind::kList;
    case FunctionRole::kArgument:
      return !result.is_error();  // by kind of aggregate: verify_plans.cpp
  }
  return false;
}

bool Contains(const std::vector<SlotId>& slots, SlotId slot) {
  return std::find(slots.begin(), slots.end(), slot) != slots.end();
}

// Whether the function runs on what its own stage found, before the stage's event is joined with others.
bool SeesOwnStageOnly(const FunctionUseOf<const FunctionId>& use) {
  switch (use.role) {
    case FunctionRole::kAlternativeGuard:
    case FunctionRole::kGuard:
    case FunctionRole::kEach:
    case FunctionRole::kKey:
    case FunctionRole::kIndexOwn:
      return use.stage != nullptr;
    case FunctionRole::kExtract:
    case FunctionRole::kLoad:
    case FunctionRole::kJoin:
    case FunctionRole::kFinish:
    case FunctionRole::kReport:
    case FunctionRole::kFix:
    case FunctionRole::kAt:
    case FunctionRole::kConvert:
    case FunctionRole::kDerive:
    case FunctionRole::kIndexOther:
    case FunctionRole::kRun:
    case FunctionRole::kCondition:
    case FunctionRole::kArgument:
    case FunctionRole::kFrom:
    case FunctionRole::kTo:
    case FunctionRole::kWhen:
    case FunctionRole::kExplainsCondition:
    case FunctionRole::kExplainsConfidence:
    case FunctionRole::kConfidenceWhen:
    case FunctionRole::kNeedWhen:
    case FunctionRole::kAllowWhen:
      return false;
  }
  return false;
}

// Slots that a stage's own functions may read: what they store, the element of `each` (not in `each`
// itself), the context of the run, which is known before anything matches, and for keys the instance of a
// scope that the stage's event is in.
bool IsOwnSlot(const FunctionUseOf<const FunctionId>& use, SlotId slot) {
  if (Contains(use.stage->stores, slot)) return true;
  if (use.role != FunctionRole::kEach && use.stage->each_slot == slot) return true;
  if (use.rule == nullptr) return false;
  const auto stage = static_cast<std::size_t>(use.stage - use.rule->stages.data());
  return std::any_of(use.rule->provided.begin(), use.rule->provided.end(), [&](const Provided& provided) {
    if (provided.slot != slot) return false;
    return provided.kind == ProvidedKind::kContext ||
           (provided.kind == ProvidedKind::kScopeInstance && use.role == FunctionRole::kKey &&
            provided.stage == stage);
  });
}

class UseVerifier {
 public:
  UseVerifier(const Module& module, const FunctionUseOf<const FunctionId>& use, ErrorList* errors)
      : module_(module), use_(use), function_(module.functions[*use.function]), errors_(errors) {}

  void Run() {
    stores_ = OnlyStores(use_, function_);
    if (!ResultFits(use_, function_.result)) Add(kNone, "its result is not of the type that is needed there");
    for (ValueId value = 0; value < function_.instructions.size() && !errors_->full(); ++value) Check(value);
  }

 private:
  void Add(ValueId value, std::string message) {
    std::string where = fmt::format("func @{} {}", *use_.function, Quote(function_.name));
    if (value != kNone) where += fmt::format(" %{}", value);
    where += fmt::format(" as {}", RoleName(use_.role));
    errors_->Add(std::move(where), std::move(message),
                 value == kNone ? Span() : function_.instructions[value].span);
  }

  void Check(ValueId value) {
    const Instruction& instruction = function_.instructions[value];
    switch (instruction.kind) {
      case InstructionKind::kSlot:
        CheckSlot(value, instruction);
        return;
      case InstructionKind::kInput:
        if (use_.input == nullptr) return Add(value, "there is no record to read from");
        if (instruction.index >= use_.input->size()) return Add(value, "the record has no such slot");
        if ((*use_.input)[instruction.index].type != instruction.type)
          Add(value, "the record's slot has another type");
        return;
      case InstructionKind::kCapture:
        if (use_.pattern >= module_.patterns.size()) return Add(value, "no pattern has matched");
        if (instruction.index > module_.patterns[use_.pattern].captures.size()) {
          Add(value, "the pattern has no such capture");
        }
        return;
      case InstructionKind::kStore:
        CheckStore(value, instruction);
        return;
      case InstructionKind::kConstant:
      case InstructionKind::kOperation:
      case InstructionKind::kField:
      case InstructionKind::kLoop:
      case InstructionKind::kElement:
      case InstructionKind::kMakeList:
      case InstructionKind::kMakeRecord:
      case InstructionKind::kBuiltin:
      case InstructionKind::kMatchPattern:
        return;
    }
  }

  void CheckSlot(ValueId value, const Instruction& instruction) {
    if (instruction.index >= use_.slots->size()) return Add(value, "there is no such slot");
    if (SeesOwnStageOnly(use_) && !IsOwnSlot(use_, instruction.index)) {
      return Add(value, "it reads a slot that its stage does not store");
    }
    if (use_.stage != nullptr && ReadsTooEarly(instruction.index)) {
      return Add(value, "it reads a slot that the engine fills later");
    }
    const Type& type = (*use_.slots)[instruction.index].type;
    if (type == instruction.type) return;
    // Before its conversion a field's slot holds what the decoder found.
    const bool raw =
        use_.role == FunctionRole::kConvert && use_.field->slot == instruction.index &&
        (instruction.type.kind() == TypeKind::kText || instruction.type.kind() == TypeKind::kAny);
    if (!raw) Add(value, "the slot has another type");
  }

  // Aggregates and graph queries are filled for steps and what follows them; what is provided, for its stage
  // and later ones, and then only once a match is made.
  bool ReadsTooEarly(SlotId slot) const {
    const std::vector<Aggregate>& aggregates = use_.rule->aggregates;
    const std::vector<GraphQuery>& queries = use_.rule->graph_queries;
    const auto stage = static_cast<std::size_t>(use_.stage - use_.rule->stages.data());
    const bool makes_match = use_.role == FunctionRole::kJoin || use_.role == FunctionRole::kIndexOther;
    const bool joins = use_.stage->kind == StageKind::kLatest || use_.stage->kind == StageKind::kNext;
    const auto late = [&](const Provided& provided) {
      if (provided.slot != slot || provided.kind == ProvidedKind::kContext) return false;
      if (provided.kind == ProvidedKind::kScopeInstance && use_.role == FunctionRole::kKey) {
        return provided.stage != stage;
      }
      return !makes_match || provided.stage > stage;
    };
    if (std::any_of(use_.rule->provided.begin(), use_.rule->provided.end(), late)) return true;
    if (makes_match && joins) return false;
    return std::any_of(aggregates.begin(), aggregates.end(),
                       [&](const Aggregate& aggregate) { return aggregate.slot == slot; }) ||
           std::any_of(queries.begin(), queries.end(),
                       [&](const GraphQuery& query) { return query.slot == slot; });
  }

  void CheckStore(ValueId value, const Instruction& instruction) {
    if (!stores_) return Add(value, "it may not store");
    if (instruction.index >= use_.slots->size()) return Add(value, "there is no such slot");
    if (use_.stage != nullptr && !Contains(use_.stage->stores, instruction.index)) {
      return Add(value, "the stage does not say that it stores this slot");
    }
    if (use_.stage != nullptr &&
        (use_.stage->each_slot == instruction.index || use_.stage->count_slot == instruction.index)) {
      return Add(value, "the engine fills that slot");
    }
    if (use_.field != nullptr && use_.field->slot != instruction.index)
      return Add(value, "that is another field's slot");
    if ((*use_.slots)[instruction.index].type != function_.instructions[instruction.arguments[0]].type) {
      Add(value, "the slot has another type");
    }
  }

  const Module& module_;
  const FunctionUseOf<const FunctionId>& use_;
  const Function& function_;
  ErrorList* errors_;
  bool stores_ = false;
};

}  // namespace

bool VerifyFunction(const Module& module, FunctionId id, ErrorList* errors) {
  return FunctionVerifier(module, id, errors).Run();
}

void VerifyUses(const Module& module, const std::vector<bool>& sound, ErrorList* errors) {
  ForEachFunctionUse(module, [&](const FunctionUseOf<const FunctionId>& use) {
    if (*use.function == kNone || errors->full()) return;
    if (*use.function >= module.functions.size()) {
      errors->Add(std::string(RoleName(use.role)), fmt::format("function @{} does not exist", *use.function));
    } else if (sound[*use.function]) {
      UseVerifier(module, use, errors).Run();
    }
  });
}

}  // namespace faultline::ir::internal
