// Who refers to functions, patterns and slots, and in which surroundings functions then run: walks that the
// verifier, the printer, the plan and the passes share, so that a new place that holds one is added once.
//
// Parts of blocks are walked by recursion, as deep as the module nests them (the parser and the verifier
// refuse more than kMaxBlockDepth).
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
  kEach,
  kKey,
  kIndexOwn,
  kIndexOther,
  kRun,                // Step::function of a kRun
  kCondition,          // of a kCondition
  kArgument,           // Aggregate::argument
  kFrom,               // GraphQuery::from
  kTo,                 // GraphQuery::to
  kWhen,               // Rule::when
  kExplainsCondition,  // Explains::condition
  kExplainsConfidence,
  kConfidenceWhen,
  kNeedWhen,
  kAllowWhen,
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
  const Rule* rule = nullptr;        // of rules
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
                       const Rule* rule, Visit& visit) {
  for (auto& alternative : alternatives) {
    visit({FunctionRole::kExtract, &alternative.extract, &slots, nullptr, alternative.pattern, stage, nullptr,
           rule});
    visit({FunctionRole::kAlternativeGuard, &alternative.guard, &slots, nullptr, alternative.pattern, stage,
           nullptr, rule});
  }
}

template <class Fields, class Visit>
void VisitFields(Fields& fields, const std::vector<Slot>& slots, Visit& visit) {
  for (auto& field : fields) {
    visit({FunctionRole::kConvert, &field.convert, &slots, nullptr, kNone, nullptr, &field});
  }
}

}  // namespace internal

// Calls `visit` with every part of a block, those inside others after them.
template <class Parts, class Visit>
void ForEachPart(Parts& parts, const Visit& visit) {
  for (auto& part : parts) {
    visit(part);
    ForEachPart(part.parts, visit);
  }
}

// Calls `visit` with a FunctionUseOf for each place of the rule that may hold a function, kNone included.
template <class RuleType, class Visit>
void ForEachFunctionUseInRule(const Module& module, RuleType& rule, Visit visit_any) {
  using Id = std::conditional_t<std::is_const_v<RuleType>, const FunctionId, FunctionId>;
  const auto visit = [&visit_any](FunctionUseOf<Id> use) { visit_any(use); };
  const std::vector<Slot>& slots = rule.slots;
  const Rule* owner = &rule;
  const auto at_stage = [&](FunctionRole role, auto& stage, Id& function,
                            const std::vector<Slot>* input = nullptr) {
    visit({role, &function, &slots, input, kNone, &stage, nullptr, owner});
  };
  const auto of_rule = [&](FunctionRole role, Id& function, const std::vector<Slot>* input = nullptr) {
    visit({role, &function, &slots, input, kNone, nullptr, nullptr, owner});
  };
  for (auto& stage : rule.stages) {
    at_stage(FunctionRole::kLoad, stage, stage.load, InputSlots(module, stage));
    at_stage(FunctionRole::kEach, stage, stage.each);
    internal::VisitAlternatives(stage.alternatives, slots, &stage, owner, visit);
    at_stage(FunctionRole::kGuard, stage, stage.guard);
    at_stage(FunctionRole::kKey, stage, stage.key);
    at_stage(FunctionRole::kJoin, stage, stage.join);
    at_stage(FunctionRole::kIndexOwn, stage, stage.index_own);
    at_stage(FunctionRole::kIndexOther, stage, stage.index_other);
  }
  for (auto& aggregate : rule.aggregates) of_rule(FunctionRole::kArgument, aggregate.argument);
  for (auto& step : rule.steps) {
    of_rule(step.kind == StepKind::kRun ? FunctionRole::kRun : FunctionRole::kCondition, step.function);
  }
  for (auto& query : rule.graph_queries) {
    of_rule(FunctionRole::kFrom, query.from);
    of_rule(FunctionRole::kTo, query.to);
  }
  of_rule(FunctionRole::kWhen, rule.when);
  for (auto& explains : rule.explains) {
    of_rule(FunctionRole::kExplainsCondition, explains.condition,
            explains.rule < module.rules.size() ? &module.rules[explains.rule].slots : nullptr);
    of_rule(FunctionRole::kExplainsConfidence, explains.confidence);
  }
  for (auto& term : rule.confidence) of_rule(FunctionRole::kConfidenceWhen, term.when);
  for (auto& need : rule.needs) of_rule(FunctionRole::kNeedWhen, need.when);
  for (auto& allow : rule.allows) of_rule(FunctionRole::kAllowWhen, allow.when);
  of_rule(FunctionRole::kFinish, rule.finish);
  of_rule(FunctionRole::kReport, rule.report);
  of_rule(FunctionRole::kFix, rule.fix);
  of_rule(FunctionRole::kAt, rule.at);
}

// The same for the whole module.
template <class ModuleType, class Visit>
void ForEachFunctionUse(ModuleType& module, Visit visit_any) {
  using Id = std::conditional_t<std::is_const_v<ModuleType>, const FunctionId, FunctionId>;
  const auto visit = [&visit_any](FunctionUseOf<Id> use) { visit_any(use); };
  for (auto& format : module.formats) {
    internal::VisitAlternatives(format.lines, format.slots, nullptr, nullptr, visit);
    ForEachPart(format.parts, [&](auto& part) {
      internal::VisitAlternatives(part.lines, format.slots, nullptr, nullptr, visit);
    });
    internal::VisitFields(format.fields, format.slots, visit);
    visit({FunctionRole::kDerive, &format.derive, &format.slots});
  }
  for (auto& wrapper : module.wrappers) {
    internal::VisitAlternatives(wrapper.lines, wrapper.slots, nullptr, nullptr, visit);
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
    ForEachPart(format.parts, [&](auto& part) {
      for (auto& line : part.lines) visit(line.pattern);
    });
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

// What a place that names a slot outside of functions does with it.
enum class SlotRole : std::uint8_t {
  kRead,    // the engine looks at it
  kStore,   // the engine fills it
  kField,   // FieldPlan::slot: the decoder fills it
  kListed,  // Stage::stores: what functions fill
};

// Calls `visit(role, slot, frame)` for each place outside of functions that may hold a slot, kNone included.
// `frame` is the vector of slots that it is an index into; null: there is none.
template <class ModuleType, class Visit>
void ForEachSlotUse(ModuleType& module, Visit visit) {
  for (auto& format : module.formats) {
    const std::vector<Slot>* frame = &format.slots;
    for (auto& field : format.fields) visit(SlotRole::kField, field.slot, frame);
    visit(SlotRole::kRead, format.message, frame);
    visit(SlotRole::kRead, format.time, frame);
    visit(SlotRole::kRead, format.level, frame);
    for (auto& slot : format.block_by) visit(SlotRole::kRead, slot, frame);
    visit(SlotRole::kStore, format.truncated, frame);
    ForEachPart(format.parts, [&](auto& part) {
      visit(SlotRole::kStore, part.list, frame);
      for (auto& slot : part.element) visit(SlotRole::kListed, slot, frame);
    });
  }
  for (auto& wrapper : module.wrappers) {
    const std::vector<Slot>* frame = &wrapper.slots;
    for (auto& field : wrapper.fields) visit(SlotRole::kField, field.slot, frame);
    for (auto& slot : wrapper.stream_by) visit(SlotRole::kRead, slot, frame);
    visit(SlotRole::kRead, wrapper.time, frame);
  }
  for (auto& rule : module.rules) {
    const std::vector<Slot>* frame = &rule.slots;
    for (auto& stage : rule.stages) {
      for (auto& slot : stage.stores) visit(SlotRole::kListed, slot, frame);
      for (auto& row : stage.wrapped) visit(SlotRole::kListed, row.slot, frame);
      visit(SlotRole::kStore, stage.each_slot, frame);
      visit(SlotRole::kStore, stage.count_slot, frame);
    }
    for (auto& slot : rule.key) visit(SlotRole::kRead, slot, frame);
    for (auto& provided : rule.provided) {
      visit(SlotRole::kStore, provided.slot, frame);
      const bool of_scope = provided.scope < module.rules.size();
      const bool own = provided.kind == ProvidedKind::kCollected;
      visit(SlotRole::kRead, provided.field,
            own        ? frame
            : of_scope ? &module.rules[provided.scope].slots
                       : nullptr);
    }
    for (auto& aggregate : rule.aggregates) visit(SlotRole::kStore, aggregate.slot, frame);
    for (auto& query : rule.graph_queries) visit(SlotRole::kStore, query.slot, frame);
    for (auto& slot : rule.identity) visit(SlotRole::kRead, slot, frame);
  }
}

}  // namespace faultline::ir

#endif  // FAULTLINE_IR_USES_H_
