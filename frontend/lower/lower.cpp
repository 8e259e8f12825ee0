// A checked program to the IR: patterns, formats, wrappers, rules, tests.
#include "frontend/lower/lower.h"

#include "frontend/lower/function.h"
#include "support/regex/node.h"

#include <algorithm>
#include <set>

namespace faultline::lower {
namespace {

ir::StageKind StageKindOf(sema::StageKind kind) {
  switch (kind) {
    case sema::StageKind::kMatch:
      return ir::StageKind::kMatch;
    case sema::StageKind::kThen:
      return ir::StageKind::kThen;
    case sema::StageKind::kWithout:
      return ir::StageKind::kWithout;
  }
  return ir::StageKind::kMatch;
}

ir::StageInput InputOf(sema::StageInput input) {
  switch (input) {
    case sema::StageInput::kText:
      return ir::StageInput::kText;
    case sema::StageInput::kRaw:
      return ir::StageInput::kRaw;
    case sema::StageInput::kField:
      return ir::StageInput::kField;
    case sema::StageInput::kFormat:
      return ir::StageInput::kFormat;
    case sema::StageInput::kRule:
      return ir::StageInput::kRule;
  }
  return ir::StageInput::kText;
}

ir::WindowUnit WindowOf(sema::WindowUnit unit) {
  switch (unit) {
    case sema::WindowUnit::kNoWindow:
      return ir::WindowUnit::kNoWindow;
    case sema::WindowUnit::kLines:
      return ir::WindowUnit::kLines;
    case sema::WindowUnit::kRecords:
      return ir::WindowUnit::kRecords;
    case sema::WindowUnit::kTime:
      return ir::WindowUnit::kTime;
  }
  return ir::WindowUnit::kNoWindow;
}

ir::RuleStatus StatusOf(sema::RuleStatus status) {
  switch (status) {
    case sema::RuleStatus::kStable:
      return ir::RuleStatus::kStable;
    case sema::RuleStatus::kExperimental:
      return ir::RuleStatus::kExperimental;
    case sema::RuleStatus::kDeprecated:
      return ir::RuleStatus::kDeprecated;
  }
  return ir::RuleStatus::kStable;
}

ir::FormatKind FormatKindOf(sema::FormatKind kind) {
  switch (kind) {
    case sema::FormatKind::kPlain:
      return ir::FormatKind::kPlain;
    case sema::FormatKind::kJson:
      return ir::FormatKind::kJson;
    case sema::FormatKind::kLogfmt:
      return ir::FormatKind::kLogfmt;
    case sema::FormatKind::kLine:
      return ir::FormatKind::kLine;
  }
  return ir::FormatKind::kPlain;
}

std::vector<ir::Slot> SlotsOf(const std::vector<sema::Binding>& bindings) {
  std::vector<ir::Slot> slots;
  for (const sema::Binding& binding : bindings) slots.push_back({binding.name, binding.type, binding.hidden});
  return slots;
}

class Lowering {
 public:
  Lowering(const sema::CheckedProgram& program, const LowerOptions& options)
      : program_(program), options_(options) {}

  Lowered Run() {
    module_.name = options_.module_name;
    for (const sema::Pattern& pattern : program_.patterns) LowerPattern(pattern);
    for (const sema::Format& format : program_.formats) LowerFormat(format);
    for (const sema::Wrapper& wrapper : program_.wrappers) {
      if (wrapper.ok) LowerWrapper(wrapper);
    }
    rule_ids_.assign(program_.rules.size(), ir::kNone);
    for (std::size_t i = 0; i < program_.rules.size(); ++i) {
      if (program_.rules[i].ok) LowerRule(i);
    }
    return std::move(result_);
  }

 private:
  // Patterns keep their numbers, so that conditions can name them. One that only a broken rule uses does no
  // harm.
  void LowerPattern(const sema::Pattern& pattern) {
    ir::Pattern lowered;
    lowered.name = pattern.name;
    lowered.source = pattern.source;
    lowered.regex = regex::ToString(pattern.node);
    lowered.captures = pattern.captures;
    lowered.span = pattern.span;
    module_.patterns.push_back(std::move(lowered));
  }

  ir::Alternative LowerAlternative(const sema::Alternative& alternative, const std::string& name,
                                   std::set<ir::SlotId>* stores) {
    ir::Alternative lowered;
    lowered.pattern = alternative.pattern;
    for (const sema::Store& store : alternative.stores) {
      if (stores != nullptr) stores->insert(store.binding);
    }
    if (!alternative.stores.empty())
      lowered.extract = FunctionWriter(&module_, name).Stores(alternative.stores);
    return lowered;
  }

  // ------------------------------------------------------------ formats

  std::vector<ir::FieldPlan> LowerFields(const std::vector<sema::Field>& fields, const std::string& owner) {
    std::vector<ir::FieldPlan> result;
    for (const sema::Field& field : fields) {
      ir::FieldPlan plan;
      plan.name = field.name;
      plan.type = field.type;
      plan.optional = field.optional;
      plan.others = field.others;
      plan.path = field.path;
      plan.slot = field.binding;
      if (field.convert)
        plan.convert = FunctionWriter(&module_, owner + "." + field.name).Value(*field.convert);
      result.push_back(std::move(plan));
    }
    return result;
  }

  void LowerFormat(const sema::Format& format) {
    ir::Format lowered;
    lowered.name = format.name;
    lowered.kind = FormatKindOf(format.kind);
    lowered.each = format.each;
    for (std::size_t i = 0; i < format.lines.size(); ++i) {
      lowered.lines.push_back(
          LowerAlternative(format.lines[i], format.name + ".line." + std::to_string(i + 1), nullptr));
    }
    lowered.slots = SlotsOf(format.bindings);
    lowered.fields = LowerFields(format.fields, format.name);
    if (!format.derived.empty()) {
      lowered.derive = FunctionWriter(&module_, format.name + ".derive", format.derived).Finish();
    }
    lowered.missing_text = format.missing_text.value_or("");
    lowered.has_missing_text = format.missing_text.has_value();
    lowered.message = format.message;
    lowered.time = format.time;
    lowered.level = format.level;
    lowered.literal_bytes = format.literal_bytes;
    lowered.span = format.span;
    module_.formats.push_back(std::move(lowered));
  }

  void LowerWrapper(const sema::Wrapper& wrapper) {
    ir::Wrapper lowered;
    lowered.name = wrapper.name;
    lowered.kind = FormatKindOf(wrapper.kind);
    for (std::size_t i = 0; i < wrapper.lines.size(); ++i) {
      lowered.lines.push_back(
          LowerAlternative(wrapper.lines[i], wrapper.name + ".line." + std::to_string(i + 1), nullptr));
    }
    lowered.slots = SlotsOf(wrapper.bindings);
    lowered.fields = LowerFields(wrapper.fields, wrapper.name);
    lowered.unwrapped_path = wrapper.unwrapped_path;
    lowered.detect = wrapper.detect;
    lowered.inside = wrapper.inside;
    lowered.stream_by = wrapper.stream_by;
    lowered.time = wrapper.time;
    lowered.span = wrapper.span;
    module_.wrappers.push_back(std::move(lowered));
  }

  // ------------------------------------------------------------ rules

  void LowerRule(std::size_t index) {
    const sema::Rule& rule = program_.rules[index];
    ir::Rule lowered;
    lowered.name = rule.name;
    lowered.is_event = rule.is_event;
    lowered.severity = rule.severity;
    lowered.status = StatusOf(rule.status);
    lowered.doc = rule.doc;
    lowered.deprecated = rule.deprecated;
    lowered.tags = rule.tags;
    lowered.see = rule.see;
    lowered.slots = SlotsOf(rule.bindings);
    for (std::size_t i = 0; i < rule.stages.size(); ++i) lowered.stages.push_back(LowerStage(rule, i));
    if (!rule.lets.empty()) lowered.finish = FunctionWriter(&module_, rule.name + ".let", rule.lets).Finish();
    if (rule.report) lowered.report = FunctionWriter(&module_, rule.name + ".report").Value(*rule.report);
    if (rule.fix) lowered.fix = FunctionWriter(&module_, rule.name + ".fix").Value(*rule.fix);
    if (rule.at) lowered.at = FunctionWriter(&module_, rule.name + ".at").Value(*rule.at);
    for (ir::SlotId slot = 0; slot < rule.bindings.size(); ++slot) {
      if (rule.bindings[slot].names && !rule.bindings[slot].hidden) lowered.identity.push_back(slot);
    }
    lowered.span = rule.span;
    rule_ids_[index] = static_cast<ir::RuleId>(module_.rules.size());
    module_.rules.push_back(std::move(lowered));
    if (options_.tests) LowerTests(rule, rule_ids_[index]);
  }

  ir::Stage LowerStage(const sema::Rule& rule, std::size_t index) {
    const sema::Stage& stage = rule.stages[index];
    const std::string name = rule.name + "." + std::to_string(index + 1);
    ir::Stage lowered;
    lowered.kind = StageKindOf(stage.kind);
    lowered.input = InputOf(stage.input);
    lowered.format = stage.format;
    lowered.field = stage.field;
    if (stage.rule != sema::kNoIndex) lowered.rule = rule_ids_[stage.rule];
    std::set<ir::SlotId> stores;
    for (std::size_t i = 0; i < stage.alternatives.size(); ++i) {
      const std::string suffix = stage.alternatives.size() > 1 ? "." + std::to_string(i + 1) : "";
      lowered.alternatives.push_back(
          LowerAlternative(stage.alternatives[i], name + ".extract" + suffix, &stores));
    }
    if (!stage.load.empty()) {
      for (const sema::Store& store : stage.load) stores.insert(store.binding);
      lowered.load = FunctionWriter(&module_, name + ".load").Stores(stage.load);
    }
    lowered.stores.assign(stores.begin(), stores.end());
    if (stage.guard) lowered.guard = FunctionWriter(&module_, name + ".guard", rule.lets).Value(*stage.guard);
    if (stage.join) lowered.join = FunctionWriter(&module_, name + ".join", rule.lets).Value(*stage.join);
    lowered.alias = stage.alias;
    lowered.window = WindowOf(stage.window);
    lowered.amount = stage.amount;
    lowered.span = stage.span;
    return lowered;
  }

  void LowerTests(const sema::Rule& rule, ir::RuleId id) {
    for (std::size_t i = 0; i < rule.tests.size(); ++i) {
      const sema::Test& test = rule.tests[i];
      RuleTest lowered;
      lowered.rule = id;
      lowered.name = test.name;
      lowered.input = test.input;
      lowered.from = test.from;
      lowered.count = test.count;
      lowered.span = test.span;
      lowered.input_span = test.input_span;
      const std::string name = rule.name + ".test." + std::to_string(i + 1);
      for (const std::vector<sema::Condition>& finding : test.findings) {
        std::vector<TestCondition> conditions;
        for (const sema::Condition& condition : finding) {
          TestCondition one;
          one.holds = FunctionWriter(&module_, name).Value(*condition.value);
          if (condition.actual)
            one.actual = FunctionWriter(&module_, name + ".actual").Value(*condition.actual);
          one.source = condition.source;
          one.span = condition.span;
          conditions.push_back(std::move(one));
        }
        lowered.findings.push_back(std::move(conditions));
      }
      result_.tests.push_back(std::move(lowered));
    }
  }

  const sema::CheckedProgram& program_;
  const LowerOptions& options_;
  Lowered result_;
  ir::Module& module_ = result_.module;
  std::vector<ir::RuleId> rule_ids_;
};

}  // namespace

Lowered Lower(const sema::CheckedProgram& program, const LowerOptions& options) {
  return Lowering(program, options).Run();
}

}  // namespace faultline::lower
