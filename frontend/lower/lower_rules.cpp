// Rules, events, scopes, graphs and scores to the IR.
#include "frontend/lower/function.h"
#include "frontend/lower/lowering.h"

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
    case sema::StageKind::kUntil:
      return ir::StageKind::kUntil;
    case sema::StageKind::kPart:
      return ir::StageKind::kPart;
    case sema::StageKind::kLatest:
      return ir::StageKind::kLatest;
    case sema::StageKind::kNext:
      return ir::StageKind::kNext;
    case sema::StageKind::kFeed:
      return ir::StageKind::kFeed;
    case sema::StageKind::kEnter:
      return ir::StageKind::kEnter;
    case sema::StageKind::kPause:
      return ir::StageKind::kPause;
    case sema::StageKind::kClose:
      return ir::StageKind::kClose;
    case sema::StageKind::kEdge:
      return ir::StageKind::kEdge;
    case sema::StageKind::kEntry:
      return ir::StageKind::kEntry;
  }
  return ir::StageKind::kMatch;
}

ir::StageInput InputOf(sema::StageInput kind) {
  switch (kind) {
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

ir::WindowUnit UnitOf(sema::WindowUnit kind) {
  switch (kind) {
    case sema::WindowUnit::kNoWindow:
      return ir::WindowUnit::kNoWindow;
    case sema::WindowUnit::kLines:
      return ir::WindowUnit::kLines;
    case sema::WindowUnit::kRecords:
      return ir::WindowUnit::kRecords;
    case sema::WindowUnit::kTime:
      return ir::WindowUnit::kTime;
    case sema::WindowUnit::kScope:
      return ir::WindowUnit::kScope;
  }
  return ir::WindowUnit::kNoWindow;
}

ir::RuleStatus StatusOf(sema::RuleStatus kind) {
  switch (kind) {
    case sema::RuleStatus::kStable:
      return ir::RuleStatus::kStable;
    case sema::RuleStatus::kExperimental:
      return ir::RuleStatus::kExperimental;
    case sema::RuleStatus::kDeprecated:
      return ir::RuleStatus::kDeprecated;
  }
  return ir::RuleStatus::kStable;
}

ir::RuleShape ShapeOf(sema::RuleShape kind) {
  switch (kind) {
    case sema::RuleShape::kSequence:
      return ir::RuleShape::kSequence;
    case sema::RuleShape::kAll:
      return ir::RuleShape::kAll;
    case sema::RuleShape::kAny:
      return ir::RuleShape::kAny;
    case sema::RuleShape::kAggregate:
      return ir::RuleShape::kAggregate;
    case sema::RuleShape::kScope:
      return ir::RuleShape::kScope;
    case sema::RuleShape::kGraph:
      return ir::RuleShape::kGraph;
  }
  return ir::RuleShape::kSequence;
}

ir::Reach ReachOf(sema::Reach kind) {
  switch (kind) {
    case sema::Reach::kStream:
      return ir::Reach::kStream;
    case sema::Reach::kSource:
      return ir::Reach::kSource;
    case sema::Reach::kRun:
      return ir::Reach::kRun;
  }
  return ir::Reach::kStream;
}

ir::ProvidedKind ProvidedOf(sema::ProvidedKind kind) {
  switch (kind) {
    case sema::ProvidedKind::kContext:
      return ir::ProvidedKind::kContext;
    case sema::ProvidedKind::kScopeField:
      return ir::ProvidedKind::kScopeField;
    case sema::ProvidedKind::kScopeInstance:
      return ir::ProvidedKind::kScopeInstance;
    case sema::ProvidedKind::kElapsed:
      return ir::ProvidedKind::kElapsed;
    case sema::ProvidedKind::kNovel:
      return ir::ProvidedKind::kNovel;
    case sema::ProvidedKind::kCollected:
      return ir::ProvidedKind::kCollected;
  }
  return ir::ProvidedKind::kContext;
}

ir::AggregateKind AggregateOf(sema::AggregateKind kind) {
  switch (kind) {
    case sema::AggregateKind::kCount:
      return ir::AggregateKind::kCount;
    case sema::AggregateKind::kDistinct:
      return ir::AggregateKind::kDistinct;
    case sema::AggregateKind::kSum:
      return ir::AggregateKind::kSum;
    case sema::AggregateKind::kMin:
      return ir::AggregateKind::kMin;
    case sema::AggregateKind::kMax:
      return ir::AggregateKind::kMax;
    case sema::AggregateKind::kMean:
      return ir::AggregateKind::kMean;
    case sema::AggregateKind::kStddev:
      return ir::AggregateKind::kStddev;
    case sema::AggregateKind::kPercentile:
      return ir::AggregateKind::kPercentile;
    case sema::AggregateKind::kRate:
      return ir::AggregateKind::kRate;
    case sema::AggregateKind::kTop:
      return ir::AggregateKind::kTop;
    case sema::AggregateKind::kFirst:
      return ir::AggregateKind::kFirst;
    case sema::AggregateKind::kLast:
      return ir::AggregateKind::kLast;
    case sema::AggregateKind::kList:
      return ir::AggregateKind::kList;
  }
  return ir::AggregateKind::kCount;
}

ir::AggregateForm FormOf(sema::AggregateForm kind) {
  switch (kind) {
    case sema::AggregateForm::kWhole:
      return ir::AggregateForm::kWhole;
    case sema::AggregateForm::kSliding:
      return ir::AggregateForm::kSliding;
    case sema::AggregateForm::kTumbling:
      return ir::AggregateForm::kTumbling;
    case sema::AggregateForm::kSession:
      return ir::AggregateForm::kSession;
    case sema::AggregateForm::kHistory:
      return ir::AggregateForm::kHistory;
  }
  return ir::AggregateForm::kWhole;
}

ir::GraphQueryKind QueryOf(sema::GraphQueryKind kind) {
  switch (kind) {
    case sema::GraphQueryKind::kReaches:
      return ir::GraphQueryKind::kReaches;
    case sema::GraphQueryKind::kPath:
      return ir::GraphQueryKind::kPath;
    case sema::GraphQueryKind::kCycles:
      return ir::GraphQueryKind::kCycles;
  }
  return ir::GraphQueryKind::kReaches;
}

}  // namespace

ir::RuleId Lowering::RuleId(std::uint32_t index) const {
  if (index == sema::kNoIndex) return ir::kNone;
  if (index == sema::kSourceScope) return ir::kSourceScope;
  if (index == sema::kRunScope) return ir::kRunScope;
  return rule_ids_[index];
}

ir::Window Lowering::LowerWindow(const sema::Window& window) const {
  return {UnitOf(window.unit), window.amount, RuleId(window.scope)};
}

ir::FunctionId Lowering::Function(const sema::Rule& rule, std::string_view name, const sema::ExprPtr& value) {
  if (!value) return ir::kNone;
  return FunctionWriter(&module_, rule.name + "." + std::string(name), rule.lets).Value(*value);
}

// Items of any types as a list<any>, as keys are compared.
ir::FunctionId Lowering::List(const sema::Rule& rule, const std::string& name,
                              const std::vector<sema::ExprPtr>& items) {
  if (items.empty()) return ir::kNone;
  return FunctionWriter(&module_, name, rule.lets).List(items);
}

void Lowering::LowerRule(std::size_t index) {
  const sema::Rule& rule = program_.rules[index];
  ir::Rule lowered;
  lowered.name = rule.name;
  lowered.is_event = rule.is_event || rule.disabled;
  lowered.severity = rule.severity;
  lowered.status = StatusOf(rule.status);
  lowered.doc = rule.doc;
  lowered.deprecated = rule.deprecated;
  lowered.tags = rule.tags;
  lowered.see = rule.see;
  lowered.slots = SlotsOf(rule.bindings);
  lowered.shape = ShapeOf(rule.shape);
  for (std::size_t i = 0; i < rule.stages.size(); ++i) lowered.stages.push_back(LowerStage(rule, i));
  lowered.need = rule.need;
  lowered.window = LowerWindow(rule.window);
  lowered.skew = rule.skew;
  lowered.key = rule.key;
  for (const sema::Provided& provided : rule.provided) {
    lowered.provided.push_back({ProvidedOf(provided.kind), provided.binding, provided.stage, provided.name,
                                RuleId(provided.scope), provided.field, provided.at_close});
  }
  LowerAggregates(rule, lowered);
  LowerSteps(rule, lowered);
  lowered.when = Function(rule, "when", rule.when);
  lowered.when_count = rule.when_count;
  if (!rule.lets.empty()) lowered.finish = FunctionWriter(&module_, rule.name + ".let", rule.lets).Finish();
  // What follows is computed behind the `let`s.
  if (rule.report) lowered.report = FunctionWriter(&module_, rule.name + ".report").Value(*rule.report);
  if (rule.fix) lowered.fix = FunctionWriter(&module_, rule.name + ".fix").Value(*rule.fix);
  if (rule.at) lowered.at = FunctionWriter(&module_, rule.name + ".at").Value(*rule.at);
  for (const sema::ConfidenceTerm& term : rule.confidence) {
    ir::ConfidenceTerm one;
    one.weight = term.weight;
    if (term.when) one.when = FunctionWriter(&module_, rule.name + ".confidence").Value(*term.when);
    one.why = term.why;
    lowered.confidence.push_back(std::move(one));
  }
  for (const sema::Need& need : rule.needs) {
    ir::Need one;
    one.text = need.text;
    if (need.when) one.when = FunctionWriter(&module_, rule.name + ".needs").Value(*need.when);
    lowered.needs.push_back(std::move(one));
  }
  for (const sema::Allow& allow : rule.allows) {
    ir::Allow one;
    if (allow.when) one.when = FunctionWriter(&module_, rule.name + ".allow").Value(*allow.when);
    one.reason = allow.reason;
    one.until = allow.until;
    lowered.allows.push_back(std::move(one));
  }
  for (ir::SlotId slot = 0; slot < rule.bindings.size(); ++slot) {
    if (rule.bindings[slot].names && !rule.bindings[slot].hidden) lowered.identity.push_back(slot);
  }
  lowered.span = rule.span;
  rule_ids_[index] = static_cast<ir::RuleId>(module_.rules.size());
  module_.rules.push_back(std::move(lowered));
  if (options_.tests && !rule.disabled) LowerTests(rule, rule_ids_[index]);
}

void Lowering::LowerAggregates(const sema::Rule& rule, ir::Rule& lowered) {
  for (const sema::Aggregate& aggregate : rule.aggregates) {
    ir::Aggregate one;
    one.kind = AggregateOf(aggregate.kind);
    one.form = FormOf(aggregate.form);
    one.slot = aggregate.binding;
    one.stage = aggregate.stage;
    one.argument = Function(rule, "aggregate", aggregate.argument);
    one.parameter = aggregate.parameter;
    one.window = LowerWindow(aggregate.window);
    one.before = aggregate.before;
    one.series = aggregate.series;
    lowered.aggregates.push_back(std::move(one));
  }
}

void Lowering::LowerSteps(const sema::Rule& rule, ir::Rule& lowered) {
  for (const sema::GraphQuery& query : rule.graph_queries) {
    ir::GraphQuery one;
    one.kind = QueryOf(query.kind);
    one.graph = RuleId(query.graph);
    one.from = Function(rule, "graph.from", query.from);
    one.to = Function(rule, "graph.to", query.to);
    one.slot = query.binding;
    lowered.graph_queries.push_back(one);
  }
  for (const sema::Step& step : rule.steps) {
    ir::Step one;
    switch (step.kind) {
      case sema::StepKind::kRun:
        one.kind = ir::StepKind::kRun;
        one.function = FunctionWriter(&module_, rule.name + ".step", rule.lets).Stores(step.stores);
        break;
      case sema::StepKind::kCondition:
        one.kind = ir::StepKind::kCondition;
        one.function = Function(rule, "condition", step.condition);
        break;
      case sema::StepKind::kJoin:
        one.kind = ir::StepKind::kJoin;
        one.index = step.index;
        break;
      case sema::StepKind::kGraph:
        one.kind = ir::StepKind::kGraph;
        one.index = step.index;
        break;
    }
    lowered.steps.push_back(one);
  }
}

// Behind all rules, since a rule may explain one that stands behind it.
void Lowering::LowerExplains() {
  for (std::size_t i = 0; i < program_.rules.size(); ++i) {
    const sema::Rule& rule = program_.rules[i];
    if (rule_ids_[i] == ir::kNone) continue;
    for (const sema::Explains& explains : rule.explains) {
      ir::Explains one;
      one.rule = RuleId(explains.rule);
      if (one.rule == ir::kNone) continue;
      one.window = LowerWindow(explains.window);
      if (explains.condition)
        one.condition = FunctionWriter(&module_, rule.name + ".explains").Value(*explains.condition);
      if (explains.confidence) {
        one.confidence =
            FunctionWriter(&module_, rule.name + ".explains.confidence").Value(*explains.confidence);
      }
      module_.rules[rule_ids_[i]].explains.push_back(one);
    }
  }
}

ir::Stage Lowering::LowerStage(const sema::Rule& rule, std::size_t index) {
  const sema::Stage& stage = rule.stages[index];
  const std::string number = std::to_string(index + 1);
  const std::string name = rule.name + "." + number;
  ir::Stage lowered;
  lowered.kind = StageKindOf(stage.kind);
  lowered.input = InputOf(stage.input);
  lowered.format = stage.format;
  lowered.field = stage.field;
  lowered.rule = RuleId(stage.rule);
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
  for (const sema::WrapperField& row : stage.wrapped) {
    stores.insert(row.binding);
    lowered.wrapped.push_back({row.binding, wrapper_ids_[row.wrapper], row.field});
  }
  lowered.stores.assign(stores.begin(), stores.end());
  lowered.guard = Function(rule, number + ".guard", stage.guard);
  lowered.join = Function(rule, number + ".join", stage.join);
  lowered.alias = stage.alias;
  const ir::Window window = LowerWindow(stage.window);
  lowered.window = window.unit;
  lowered.amount = window.amount;
  lowered.scope = window.scope;
  lowered.every = stage.every;
  lowered.role = stage.role;
  lowered.each = Function(rule, number + ".each", stage.each);
  lowered.each_slot = stage.each_binding;
  lowered.key = List(rule, name + ".key", stage.key);
  lowered.count = stage.count;
  lowered.in_a_row = stage.in_a_row;
  lowered.count_slot = stage.count_binding;
  lowered.after = stage.after;
  lowered.before = stage.before;
  lowered.index_own = List(rule, name + ".index", stage.index_own);
  lowered.index_other = List(rule, name + ".index_other", stage.index_other);
  lowered.reach = ReachOf(stage.reach);
  lowered.span = stage.span;
  return lowered;
}

}  // namespace faultline::lower
