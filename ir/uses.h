// Who refers to functions, and in which surroundings they then run: one walk that the verifier, the printer,
// the plan and the passes share, so that a new place that holds a function is added once.
#ifndef FAULTLINE_IR_USES_H_
#define FAULTLINE_IR_USES_H_

#include "ir/ir.h"

#include <cstdint>
#include <type_traits>
#include <vector>

namespace faultline::ir {

enum class FunctionRole : std::uint8_t {
  kExtract,           // Alternative::extract
  kAlternativeGuard,  // Alternative::guard
  kLoad,
  kGuard,
  kJoin,
  kFinish,
  kReport,
  kFix,
  kAt,
  kConvert,
  kDerive,
};

// One place that names a function. `slots` is the frame it runs in, `input` the one kInput reads (null: none
// known), `pattern` the one whose captures it sees (kNone: none). The pointers live as long as the module is
// not changed.
template <class Id>  // FunctionId or const FunctionId
struct FunctionUseOf {
  FunctionRole role;
  Id* function;
  const std::vector<Slot>* slots;
  const std::vector<Slot>* input = nullptr;
  PatternId pattern = kNone;
  const Stage* stage = nullptr;      // of rules' stages
  const FieldPlan* field = nullptr;  // kConvert
};

// The slots that a stage's load function reads; null if the stage does not say which.
inline const std::vector<Slot>* InputSlots(const Module& module, const Stage& stage) {
  if (stage.rule < module.rules.size()) return &module.rules[stage.rule].slots;
  if (stage.format < module.formats.size()) return &module.formats[stage.format].slots;
  return nullptr;
}

namespace internal {

template <class Alternatives, class Visit>
void VisitAlternatives(Alternatives& alternatives, const std::vector<Slot>& slots, const Stage* stage,
                       Visit& visit) {
  for (auto& alternative : alternatives) {
    visit({FunctionRole::kExtract, &alternative.extract, &slots, nullptr, alternative.pattern, stage});
    visit({FunctionRole::kAlternativeGuard, &alternative.guard, &slots, nullptr, alternative.pattern, stage});
  }
}

template <class Fields, class Visit>
void VisitFields(Fields& fields, const std::vector<Slot>& slots, Visit& visit) {
  for (auto& field : fields) {
    visit({FunctionRole::kConvert, &field.convert, &slots, nullptr, kNone, nullptr, &field});
  }
}

}  // namespace internal

// Calls `visit` with a FunctionUseOf for each place of the rule that may hold a function, kNone included.
template <class RuleType, class Visit>
void ForEachFunctionUseInRule(const Module& module, RuleType& rule, Visit visit_any) {
  using Id = std::conditional_t<std::is_const_v<RuleType>, const FunctionId, FunctionId>;
  const auto visit = [&visit_any](FunctionUseOf<Id> use) { visit_any(use); };
  const std::vector<Slot>& slots = rule.slots;
  for (auto& stage : rule.stages) {
    visit({FunctionRole::kLoad, &stage.load, &slots, InputSlots(module, stage), kNone, &stage});
    internal::VisitAlternatives(stage.alternatives, slots, &stage, visit);
    visit({FunctionRole::kGuard, &stage.guard, &slots, nullptr, kNone, &stage});
    visit({FunctionRole::kJoin, &stage.join, &slots, nullptr, kNone, &stage});
  }
  visit({FunctionRole::kFinish, &rule.finish, &slots});
  visit({FunctionRole::kReport, &rule.report, &slots});
  visit({FunctionRole::kFix, &rule.fix, &slots});
  visit({FunctionRole::kAt, &rule.at, &slots});
}

// The same for the whole module.
template <class ModuleType, class Visit>
void ForEachFunctionUse(ModuleType& module, Visit visit_any) {
  using Id = std::conditional_t<std::is_const_v<ModuleType>, const FunctionId, FunctionId>;
  const auto visit = [&visit_any](FunctionUseOf<Id> use) { visit_any(use); };
  for (auto& format : module.formats) {
    internal::VisitAlternatives(format.lines, format.slots, nullptr, visit);
    internal::VisitFields(format.fields, format.slots, visit);
    visit({FunctionRole::kDerive, &format.derive, &format.slots});
  }
  for (auto& wrapper : module.wrappers) {
    internal::VisitAlternatives(wrapper.lines, wrapper.slots, nullptr, visit);
    internal::VisitFields(wrapper.fields, wrapper.slots, visit);
  }
  for (auto& rule : module.rules) ForEachFunctionUseInRule(module, rule, visit);
}

// Calls `visit` with each place that holds a pattern, instructions included.
template <class ModuleType, class Visit>
void ForEachPatternUse(ModuleType& module, Visit visit) {
  for (auto& function : module.functions) {
    for (auto& instruction : function.instructions) {
      if (instruction.kind == InstructionKind::kMatchPattern) visit(instruction.index);
    }
  }
  for (auto& format : module.formats) {
    for (auto& line : format.lines) visit(line.pattern);
  }
  for (auto& wrapper : module.wrappers) {
    for (auto& line : wrapper.lines) visit(line.pattern);
    for (auto& pattern : wrapper.detect) visit(pattern);
  }
  for (auto& rule : module.rules) {
    for (auto& stage : rule.stages) {
      for (auto& alternative : stage.alternatives) visit(alternative.pattern);
    }
  }
}

}  // namespace faultline::ir

#endif  // FAULTLINE_IR_USES_H_
