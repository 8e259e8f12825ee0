// Rules: that each shape has the stages it may have, that windows, joins, aggregates, scopes, graphs and
// causes refer to what exists, stands before and has the right type. How functions use slots:
// verify_function.cpp.
#include "ir/stages.h"
#include "ir/text.h"
#include "ir/verifier_internal.h"
#include "ir/words.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <optional>

namespace faultline::ir::internal {

namespace {

using lang::Type;
using lang::TypeKind;

bool IsJoin(StageKind kind) {
  return kind == StageKind::kLatest || kind == StageKind::kNext;
}

bool Fits(RuleShape shape, StageKind kind) {
  switch (kind) {
    case StageKind::kMatch:
      return shape == RuleShape::kSequence || shape == RuleShape::kAggregate;
    case StageKind::kThen:
    case StageKind::kUntil:
      return shape == RuleShape::kSequence;
    case StageKind::kWithout:
    case StageKind::kLatest:
    case StageKind::kNext:
    case StageKind::kFeed:
      return shape != RuleShape::kScope && shape != RuleShape::kGraph;
    case StageKind::kPart:
      return shape == RuleShape::kAll || shape == RuleShape::kAny;
    case StageKind::kEnter:
    case StageKind::kPause:
    case StageKind::kClose:
      return shape == RuleShape::kScope;
    case StageKind::kEdge:
      return shape == RuleShape::kGraph;
    case StageKind::kEntry:
      return shape == RuleShape::kAggregate;
  }
  return false;
}

bool IsNumeric(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kInt:
    case TypeKind::kFloat:
    case TypeKind::kDuration:
    case TypeKind::kBytes:
    case TypeKind::kAny:
      return true;
    case TypeKind::kError:
    case TypeKind::kBool:
    case TypeKind::kText:
    case TypeKind::kTime:
    case TypeKind::kSemver:
    case TypeKind::kGoVersion:
    case TypeKind::kIp:
    case TypeKind::kNetwork:
    case TypeKind::kUuid:
    case TypeKind::kLevel:
    case TypeKind::kList:
    case TypeKind::kRecord:
    case TypeKind::kMap:
      return false;
  }
  return false;
}

class RuleVerifier {
 public:
  RuleVerifier(const Module& module, RuleId id, std::string where, ErrorList* errors)
      : module_(module),
        rule_(module.rules[id]),
        id_(id),
        rule_where_(where),
        where_(std::move(where)),
        errors_(errors),
        span_(rule_.span) {}

  void Run() {
    Need(rule_.severity <= lang::Severity::kCritical, "no such severity");
    Need(WordFor(kStatusWords, rule_.status) != "?", "no such status");
    Need(WordFor(kShapeWords, rule_.shape) != "?", "no such shape");
    for (const Slot& slot : rule_.slots) {
      Need(IsWellFormedType(slot.type), "a slot's type is not well-formed");
    }
    CheckSlotList(rule_.identity, "identity");
    CheckSlotList(rule_.key, "the key");
    Need(!rule_.stages.empty(), "it has no stage");
    for (std::size_t i = 0; i < rule_.stages.size() && !errors_->full(); ++i) {
      where_ = fmt::format("{} stage {}", rule_where_, i);
      span_ = rule_.stages[i].span;
      CheckStage(i);
    }
    where_ = rule_where_;
    span_ = rule_.span;
    CheckShape();
    CheckWindow(rule_.window);
    Need(rule_.skew >= 0, "its skew is negative");
    CheckKeys();
    for (const Provided& provided : rule_.provided) CheckProvided(provided);
    for (const Aggregate& aggregate : rule_.aggregates) CheckAggregate(aggregate);
    for (const GraphQuery& query : rule_.graph_queries) CheckGraphQuery(query);
    CheckFilledOnce();
    CheckSteps();
    CheckConsequences();
  }

 private:
  void Add(std::string message) { errors_->Add(where_, std::move(message), span_); }
  void Need(bool holds, std::string_view message) {
    if (!holds) Add(std::string(message));
  }

  void CheckSlotList(const std::vector<SlotId>& list, std::string_view what) {
    for (SlotId slot : list) {
      if (slot >= rule_.slots.size()) Add(fmt::format("{} names slot {}, which does not exist", what, slot));
    }
  }

  // True if the slot exists and has the type.
  bool CheckSlot(SlotId slot, const Type& type, std::string_view what) {
    if (slot >= rule_.slots.size()) {
      Add(slot == kNone ? fmt::format("{} has no slot", what)
                        : fmt::format("{} has slot {}, which does not exist", what, slot));
      return false;
    }
    if (rule_.slots[slot].type == type) return true;
    Add(fmt::format("the slot of {} is not of type {}", what, PrintType(type)));
    return false;
  }

  const Function* FunctionAt(FunctionId id) const {
    return id < module_.functions.size() ? &module_.functions[id] : nullptr;
  }

  // A rule of shape kScope that stands before this one, or a scope that needs no declaration.
  void CheckScope(RuleId scope) {
    if (scope == kSourceScope || scope == kRunScope) return;
    if (scope >= id_) {
      Add("a scope stands before the rules that refer to it");
    } else {
      Need(module_.rules[scope].shape == RuleShape::kScope, "what it takes for a scope is none");
    }
  }

  void CheckWindow(const Window& window) {
    Need(WordFor(kWindowWords, window.unit) != "?", "no such window");
    Need(window.amount >= 0, "its window is negative");
    Need(window.unit != WindowUnit::kNoWindow || window.amount == 0, "its window has no unit");
    if (window.unit == WindowUnit::kScope) {
      Need(window.amount == 0, "a window that is a scope has no amount");
      CheckScope(window.scope);
    } else {
      Need(window.scope == kNone, "a scope is named where the window is one");
    }
  }

  // ------------------------------------------------------------ stages

  void CheckStage(std::size_t number) {
    const Stage& stage = rule_.stages[number];
    Need(WordFor(kStageWords, stage.kind) != "?", "no such kind of stage");
    Need(WordFor(kInputWords, stage.input) != "?", "no such input");
    Need(WordFor(kReachWords, stage.reach) != "?", "no such reach");
    Need(Fits(rule_.shape, stage.kind), "a rule of its shape has no such stage");
    if (rule_.shape == RuleShape::kSequence) {
      Need((stage.kind == StageKind::kMatch) == (number == 0), "the first stage is `match`, no other is");
    }
    CheckWindow({stage.window, stage.amount, stage.scope});
    Need(stage.window == WindowUnit::kNoWindow || number != 0 || stage.count > 1 || !IsPositive(stage.kind),
         "the first stage has no window");
    CheckInput(stage);
    CheckBounds(number);
    CheckRepetition(number);
    Need((stage.each == kNone) == (stage.each_slot == kNone), "`each` has a function and a slot");
    if (const Function* each = FunctionAt(stage.each); each != nullptr && stage.each_slot != kNone) {
      if (stage.each_slot >= rule_.slots.size()) {
        Add(fmt::format("each has slot {}, which does not exist", stage.each_slot));
      } else {
        Need(each->result == Type::List(rule_.slots[stage.each_slot].type),
             "the slot of each is not of the type of the list's elements");
      }
    }
    const bool indexed = stage.index_own != kNone;
    Need(indexed == (stage.index_other != kNone), "an index has both sides");
    if (indexed) {
      Need(IsJoin(stage.kind), "only a join has an index");
      const std::optional<std::size_t> own = PartsOf(stage.index_own, "index_own");
      const std::optional<std::size_t> other = PartsOf(stage.index_other, "index_other");
      Need(!own.has_value() || !other.has_value() || *own == *other,
           "the sides of its index are not of the same length");
    }
    Need(stage.reach == Reach::kStream || IsJoin(stage.kind), "only a join reaches farther");
  }

  void CheckInput(const Stage& stage) {
    Need(stage.format == kNone || stage.format < module_.formats.size(), "its format does not exist");
    Need((stage.input == StageInput::kField) == !stage.field.empty(),
         "a field is named where a field is looked at");
    if (stage.input != StageInput::kRule) {
      Need(stage.rule == kNone, "a rule is named where a rule is read");
    } else if (stage.rule >= id_) {
      Add("a rule reads only rules that stand before it");
    } else {
      Need(module_.rules[stage.rule].shape != RuleShape::kGraph, "a graph is asked, not read");
    }
    const bool needs_pattern = stage.input == StageInput::kText || stage.input == StageInput::kRaw;
    Need(!needs_pattern || !stage.alternatives.empty(), "a stage over text needs an alternative");
    for (const Alternative& alternative : stage.alternatives) {
      if (alternative.pattern != kNone && alternative.pattern >= module_.patterns.size()) {
        Add(fmt::format("pattern @{} does not exist", alternative.pattern));
      }
    }
    CheckSlotList(stage.stores, "stores");
    for (const WrapperField& row : stage.wrapped) CheckWrapped(stage, row);
  }

  void CheckWrapped(const Stage& stage, const WrapperField& row) {
    Need(stage.input != StageInput::kRule, "a stage that reads a rule has no wrapper");
    Need(std::find(stage.stores.begin(), stage.stores.end(), row.slot) != stage.stores.end(),
         "a wrapper's field goes to a slot that the stage does not store");
    if (row.wrapper >= module_.wrappers.size()) {
      Add(fmt::format("wrapper @{} does not exist", row.wrapper));
    } else if (row.field >= module_.wrappers[row.wrapper].slots.size()) {
      Add(fmt::format("slot {} of wrapper @{} does not exist", row.field, row.wrapper));
    } else if (row.slot < rule_.slots.size() &&
               rule_.slots[row.slot].type != module_.wrappers[row.wrapper].slots[row.field].type) {
      Add("a wrapper's field and its slot have different types");
    }
  }

  void CheckBound(std::uint32_t stage, std::string_view what) {
    if (stage == kNone) return;
    Need(stage < rule_.stages.size() && IsPositive(rule_.stages[stage].kind),
         fmt::format("`{}` does not name a stage that takes part in the match", what));
  }

  void CheckBounds(std::size_t number) {
    const Stage& stage = rule_.stages[number];
    CheckBound(stage.after, "after");
    CheckBound(stage.before, "before");
    const bool without = stage.kind == StageKind::kWithout;
    Need(stage.after == kNone || without || stage.kind == StageKind::kUntil,
         "only `without` and `until` stand after a stage");
    Need(stage.before == kNone || without, "only `without` stands before a stage");
    const bool set = rule_.shape == RuleShape::kAll || rule_.shape == RuleShape::kAny;
    Need(stage.after == kNone || stage.before == kNone ||
             (set ? stage.after != stage.before : stage.after < stage.before),
         "`without` stands between stages in their order");
  }

  void CheckRepetition(std::size_t number) {
    const Stage& stage = rule_.stages[number];
    Need(stage.count >= 1 && stage.count != kNone, "an event is made of one match or more");
    Need(!stage.in_a_row || stage.count > 1, "one match is not in a row");
    if (stage.count_slot != kNone) CheckSlot(stage.count_slot, TypeKind::kInt, "its count");
    if (!stage.every) return;
    const bool last = std::none_of(rule_.stages.begin() + static_cast<std::ptrdiff_t>(number) + 1,
                                   rule_.stages.end(), [](const Stage& s) { return IsPositive(s.kind); });
    Need(rule_.shape == RuleShape::kSequence && IsPositive(stage.kind) && last,
         "`every` stands at the last stage of a sequence");
  }

  // ------------------------------------------------------------ shape and key

  void CheckShape() {
    const auto count = [this](auto holds) {
      return static_cast<std::size_t>(std::count_if(rule_.stages.begin(), rule_.stages.end(),
                                                    [&](const Stage& stage) { return holds(stage.kind); }));
    };
    const std::size_t parts = count([](StageKind kind) { return kind == StageKind::kPart; });
    const bool set = rule_.shape == RuleShape::kAll || rule_.shape == RuleShape::kAny;
    Need(!set || parts > 0, "a set has parts");
    Need(rule_.shape != RuleShape::kAggregate || count(IsPositive) > 0, "it counts no stage's matches");
    if (rule_.shape == RuleShape::kAny) {
      Need(rule_.need >= 1 && rule_.need <= parts, "it needs none or more parts than it has");
    } else {
      Need(rule_.need == 0, "only `any` needs some of its parts");
    }
    Need((rule_.shape == RuleShape::kAggregate) == (rule_.when != kNone),
         "`when` decides a rule over aggregates, and no other");
    Need(rule_.when_count >= 1 && rule_.when_count != kNone, "`when` holds once or more in a row");
    Need(rule_.when_count == 1 || rule_.when != kNone, "nothing holds so many times in a row");
    Need(rule_.shape == RuleShape::kAggregate || rule_.aggregates.empty(),
         "only a rule over aggregates has aggregates");
    Need(rule_.shape != RuleShape::kScope || rule_.window.unit == WindowUnit::kNoWindow,
         "a scope has no window");
    Need(rule_.shape != RuleShape::kGraph || rule_.window.unit == WindowUnit::kNoWindow ||
             rule_.window.unit == WindowUnit::kScope,
         "a graph is made in a scope");
  }

  // How many parts the list has that a function returns: functions for keys and indices return a list that
  // they make, so that its length is known.
  std::optional<std::size_t> PartsOf(FunctionId id, std::string_view what) {
    const Function* function = FunctionAt(id);
    if (function == nullptr || function->blocks.empty()) return std::nullopt;
    const ValueId result = function->blocks[0].result;
    if (result >= function->instructions.size()) return std::nullopt;
    const Instruction& list = function->instructions[result];
    if (list.kind == InstructionKind::kMakeList) return list.arguments.size();
    if (list.kind == InstructionKind::kConstant && list.index < module_.constants.size()) {
      const Value& value = module_.constants[list.index].value;
      if (value.kind == ValueKind::kList) return value.size;
    }
    Add(fmt::format("the function of {} does not say of how many parts its list is", what));
    return std::nullopt;
  }

  void CheckKeys() {
    if (rule_.shape == RuleShape::kScope || rule_.shape == RuleShape::kGraph) return;
    std::size_t with = 0;
    std::optional<std::size_t> length;
    if (!rule_.key.empty()) length = rule_.key.size();
    for (const Stage& stage : rule_.stages) {
      if (stage.key == kNone) continue;
      ++with;
      const std::optional<std::size_t> parts = PartsOf(stage.key, "key");
      if (!parts.has_value()) continue;
      if (length.has_value() && *length != *parts) Add("keys of its stages are not of the same length");
      length = parts;
    }
    Need(with == 0 || with == rule_.stages.size(), "either all of its stages have a key or none");
    Need(rule_.key.empty() || with > 0, "it shows a key that no stage has");
  }

  // ------------------------------------------------------------ what the engine fills

  void CheckProvided(const Provided& provided) {
    Need(provided.stage < rule_.stages.size(), "something is provided for a stage that does not exist");
    const bool field = provided.kind == ProvidedKind::kScopeField;
    const bool scoped = field || provided.kind == ProvidedKind::kScopeInstance;
    Need((provided.kind == ProvidedKind::kContext) == !provided.name.empty(),
         "what is provided has a name if it is of the context");
    const bool collected = provided.kind == ProvidedKind::kCollected;
    Need((field || collected) == (provided.field != kNone),
         "a field is named where a field of a scope or of a repetition is provided");
    Need(!provided.at_close || field, "only fields of scopes are known at the close");
    if (scoped) {
      CheckScope(provided.scope);
    } else {
      Need(provided.scope == kNone, "a scope is named where something of it is provided");
    }
    switch (provided.kind) {
      case ProvidedKind::kContext:
        CheckSlot(provided.slot, TypeKind::kText, "the context");
        return;
      case ProvidedKind::kScopeInstance:
        CheckSlot(provided.slot, TypeKind::kInt, "a scope's instance");
        return;
      case ProvidedKind::kElapsed:
        CheckSlot(provided.slot, TypeKind::kDuration, "the time elapsed");
        return;
      case ProvidedKind::kNovel:
        CheckSlot(provided.slot, TypeKind::kBool, "novelty");
        return;
      case ProvidedKind::kCollected: {
        if (provided.stage >= rule_.stages.size() || provided.field >= rule_.slots.size()) {
          return Add("what is collected is a slot that a stage of the rule stores");
        }
        const Stage& stage = rule_.stages[provided.stage];
        const bool stored =
            std::find(stage.stores.begin(), stage.stores.end(), provided.field) != stage.stores.end();
        Need(stored || stage.each_slot == provided.field,
             "what is collected is a slot that a stage of the rule stores");
        Need(stage.count > 1, "only the events of a repetition are collected");
        CheckSlot(provided.slot, Type::List(rule_.slots[provided.field].type), "what is collected");
        return;
      }
      case ProvidedKind::kScopeField: {
        if (provided.scope == kSourceScope || provided.scope == kRunScope) {
          return Add("a scope without declaration has no fields");
        }
        if (provided.scope >= module_.rules.size()) return;  // said by now
        const std::vector<Slot>& fields = module_.rules[provided.scope].slots;
        if (provided.field >= fields.size()) return Add("the scope has no such field");
        CheckSlot(provided.slot, fields[provided.field].type, "a scope's field");
        return;
      }
    }
    Add("no such kind of what is provided");
  }

  void CheckAggregate(const Aggregate& aggregate) {
    Need(WordFor(kAggregateWords, aggregate.kind) != "?", "no such aggregate");
    CheckForm(aggregate);
    if (aggregate.stage != kNone) {
      const bool counted =
          aggregate.stage < rule_.stages.size() && (IsPositive(rule_.stages[aggregate.stage].kind) ||
                                                    rule_.stages[aggregate.stage].kind == StageKind::kFeed);
      Need(counted, "an aggregate is of a stage that triggers or feeds it");
    }
    const Function* argument = FunctionAt(aggregate.argument);
    const Type of = argument == nullptr ? Type() : argument->result;
    if (aggregate.kind == AggregateKind::kPercentile) {
      Need(aggregate.parameter > 0 && aggregate.parameter <= 100, "a percentile is above 0 and at most 100");
    } else if (aggregate.kind == AggregateKind::kTop) {
      Need(aggregate.parameter >= 1 && aggregate.parameter <= 1'000'000 &&
               aggregate.parameter == std::floor(aggregate.parameter),
           "`top` is of a whole number of values");
    } else {
      Need(aggregate.parameter == 0, "only percentiles and `top` have a parameter");
    }
    const bool counts = aggregate.kind == AggregateKind::kCount || aggregate.kind == AggregateKind::kRate;
    if (counts) {
      Need(aggregate.argument == kNone || of == Type(TypeKind::kBool), "what is counted is a condition");
    } else if (aggregate.argument == kNone) {
      return Add("the aggregate has no argument");
    } else if (of.is_error()) {
      return;  // said where the function is used
    }
    const auto numeric = [&] { Need(IsNumeric(of), "the aggregate's argument is no number"); };
    switch (aggregate.kind) {
      case AggregateKind::kCount:
      case AggregateKind::kDistinct:
        CheckSlot(aggregate.slot, TypeKind::kInt, "the aggregate");
        return;
      case AggregateKind::kRate:
        CheckSlot(aggregate.slot, TypeKind::kFloat, "the aggregate");
        return;
      case AggregateKind::kSum:
        numeric();
        CheckSlot(aggregate.slot, of, "the aggregate");
        return;
      case AggregateKind::kMin:
      case AggregateKind::kMax:
      case AggregateKind::kFirst:
      case AggregateKind::kLast:
        CheckSlot(aggregate.slot, of, "the aggregate");
        return;
      case AggregateKind::kMean:
      case AggregateKind::kStddev:
      case AggregateKind::kPercentile:
        numeric();
        if (aggregate.slot < rule_.slots.size() &&
            rule_.slots[aggregate.slot].type.kind() == TypeKind::kFloat) {
          return;
        }
        CheckSlot(aggregate.slot, of, "the aggregate");
        return;
      case AggregateKind::kTop:
        CheckSlot(aggregate.slot,
                  Type::List(Type::Record({{"value", of, false}, {"count", TypeKind::kInt, false}})),
                  "the aggregate");
        return;
      case AggregateKind::kList:
        CheckSlot(aggregate.slot, Type::List(of), "the aggregate");
        return;
    }
  }

  void CheckForm(const Aggregate& aggregate) {
    const Window& window = aggregate.window;
    CheckWindow(window);
    const bool counted = window.unit == WindowUnit::kLines || window.unit == WindowUnit::kRecords ||
                         window.unit == WindowUnit::kTime;
    const bool history = aggregate.form == AggregateForm::kHistory;
    switch (aggregate.form) {
      case AggregateForm::kWhole:
        Need(!counted, "an aggregate of the whole has no window but a scope");
        break;
      case AggregateForm::kSliding:
        Need(counted, "a sliding window is of lines, records or time");
        break;
      case AggregateForm::kTumbling:
        Need(counted && window.amount > 0, "a tumbling window is of lines, records or time");
        break;
      case AggregateForm::kSession:
      case AggregateForm::kHistory:
        Need(window.unit == WindowUnit::kTime && window.amount > 0, "sessions and history are of a time");
        break;
    }
    Need(WordFor(kAggregateFormWords, aggregate.form) != "?", "no such form of an aggregate");
    Need(history == !aggregate.series.empty(), "history has a series, and nothing else");
    Need(aggregate.before >= 0, "an aggregate's window is moved back, not on");
    Need(aggregate.before == 0 || counted, "a window that is moved back has a unit");
  }

  void CheckGraphQuery(const GraphQuery& query) {
    if (query.graph >= id_) {
      Add("a graph stands before the rules that ask it");
    } else {
      Need(module_.rules[query.graph].shape == RuleShape::kGraph, "what it takes for a graph is none");
    }
    const bool ends = query.kind != GraphQueryKind::kCycles;
    Need(ends == (query.from != kNone) && ends == (query.to != kNone),
         "a graph query has two ends, cycles have none");
    const Type path = Type::List(TypeKind::kText);
    switch (query.kind) {
      case GraphQueryKind::kReaches:
        CheckSlot(query.slot, TypeKind::kBool, "a graph query");
        return;
      case GraphQueryKind::kPath:
        CheckSlot(query.slot, path, "a graph query");
        return;
      case GraphQueryKind::kCycles:
        CheckSlot(query.slot, Type::List(path), "a graph query");
        return;
    }
    Add("no such graph query");
  }

  // The engine fills a slot in one way, and stages' functions leave it alone.
  void CheckFilledOnce() {
    std::vector<bool> filled(rule_.slots.size(), false);
    const auto fill = [&](SlotId slot) {
      if (slot >= filled.size()) return;
      if (filled[slot]) Add(fmt::format("slot {} is filled in two ways", slot));
      filled[slot] = true;
    };
    for (const Provided& provided : rule_.provided) fill(provided.slot);
    for (const Aggregate& aggregate : rule_.aggregates) fill(aggregate.slot);
    for (const GraphQuery& query : rule_.graph_queries) fill(query.slot);
    for (const Stage& stage : rule_.stages) {
      for (SlotId slot : stage.stores) {
        if (slot < filled.size() && filled[slot]) {
          Add(fmt::format("slot {} is filled by the engine and stored by a stage", slot));
        }
      }
    }
  }

  // ------------------------------------------------------------ steps and consequences

  void CheckSteps() {
    std::vector<std::uint32_t> joined(rule_.stages.size(), 0);
    std::vector<std::uint32_t> asked(rule_.graph_queries.size(), 0);
    for (const Step& step : rule_.steps) {
      const bool code = step.kind == StepKind::kRun || step.kind == StepKind::kCondition;
      Need(code == (step.function != kNone), "a step has a function if it runs one");
      Need(!code || step.index == 0, "a step that runs a function has no index");
      switch (step.kind) {
        case StepKind::kRun:
        case StepKind::kCondition:
          continue;
        case StepKind::kJoin:
          if (step.index < joined.size() && IsJoin(rule_.stages[step.index].kind)) {
            ++joined[step.index];
          } else {
            Add("a step looks up a stage that is no join");
          }
          continue;
        case StepKind::kGraph:
          if (step.index < asked.size()) {
            ++asked[step.index];
          } else {
            Add("a step makes a graph query that does not exist");
          }
          continue;
      }
      Add("no such step");
    }
    for (std::size_t i = 0; i < joined.size(); ++i) {
      if (IsJoin(rule_.stages[i].kind)) Need(joined[i] == 1, "a join is looked up in one step");
    }
    Need(std::all_of(asked.begin(), asked.end(), [](std::uint32_t times) { return times == 1; }),
         "a graph query is made in one step");
  }

  void CheckConsequences() {
    for (const Explains& explains : rule_.explains) {
      CheckWindow(explains.window);
      if (explains.rule >= module_.rules.size()) {
        Add("it explains a rule that does not exist");
        continue;
      }
      const Rule& other = module_.rules[explains.rule];
      Need(explains.rule != id_, "it explains itself");
      Need(other.shape != RuleShape::kScope && other.shape != RuleShape::kGraph,
           "it explains what has no findings");
    }
    for (const ConfidenceTerm& term : rule_.confidence) {
      Need(std::isfinite(term.weight), "the weight of a confidence is no number");
    }
    for (const ir::Need& need : rule_.needs) Need(!need.text.empty(), "a need does not say what it needs");
  }

  const Module& module_;
  const Rule& rule_;
  RuleId id_;
  std::string rule_where_;
  std::string where_;
  ErrorList* errors_;
  Span span_;
};

}  // namespace

void VerifyRule(const Module& module, RuleId id, std::string where, ErrorList* errors) {
  RuleVerifier(module, id, std::move(where), errors).Run();
}

void VerifyRulesTogether(const Module& module, ErrorList* errors) {
  std::vector<std::string_view> series;
  for (const Rule& rule : module.rules) {
    for (const Aggregate& aggregate : rule.aggregates) {
      if (!aggregate.series.empty()) series.push_back(aggregate.series);
    }
  }
  std::sort(series.begin(), series.end());
  if (const auto twice = std::adjacent_find(series.begin(), series.end()); twice != series.end()) {
    errors->Add("module", fmt::format("two aggregates have the series {}", Quote(*twice)));
  }
  // Rules that nobody left explains are taken away until none is left (Kahn 1962). What stays is a circle or
  // explained by one.
  std::vector<std::size_t> explained(module.rules.size(), 0);
  const auto each_effect = [&](RuleId id, auto visit) {
    for (const Explains& explains : module.rules[id].explains) {
      if (explains.rule < module.rules.size()) visit(explains.rule);
    }
  };
  for (RuleId id = 0; id < module.rules.size(); ++id) {
    each_effect(id, [&](RuleId effect) { ++explained[effect]; });
  }
  std::vector<RuleId> roots;
  for (RuleId id = 0; id < module.rules.size(); ++id) {
    if (explained[id] == 0) roots.push_back(id);
  }
  std::size_t taken = 0;
  while (!roots.empty()) {
    const RuleId id = roots.back();
    roots.pop_back();
    ++taken;
    each_effect(id, [&](RuleId effect) {
      if (--explained[effect] == 0) roots.push_back(effect);
    });
  }
  if (taken == module.rules.size()) return;
  const auto circle = std::find_if(explained.begin(), explained.end(), [](std::size_t n) { return n > 0; });
  const Rule& rule = module.rules[static_cast<std::size_t>(circle - explained.begin())];
  errors->Add(fmt::format("rule {}", Quote(rule.name)), "rules explain each other in a circle", rule.span);
}

}  // namespace faultline::ir::internal
