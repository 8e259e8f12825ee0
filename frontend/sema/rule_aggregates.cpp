// Aggregates over events, the points of scores, and questions to graphs: calls whose value is a binding that
// the engine fills.
#include "frontend/sema/constants.h"
#include "frontend/sema/rules.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace faultline::sema {

using AstKind = ast::ExprKind;
using lang::Type;
using lang::TypeKind;

namespace {

struct AggregateRow {
  std::string_view name;
  AggregateKind kind;
  double parameter;
};
constexpr std::array<AggregateRow, 19> kAggregates{{
    {"count", AggregateKind::kCount, 0},     {"distinct", AggregateKind::kDistinct, 0},
    {"sum", AggregateKind::kSum, 0},         {"min", AggregateKind::kMin, 0},
    {"max", AggregateKind::kMax, 0},         {"mean", AggregateKind::kMean, 0},
    {"stddev", AggregateKind::kStddev, 0},   {"median", AggregateKind::kPercentile, 50},
    {"p50", AggregateKind::kPercentile, 50}, {"p75", AggregateKind::kPercentile, 75},
    {"p90", AggregateKind::kPercentile, 90}, {"p95", AggregateKind::kPercentile, 95},
    {"p99", AggregateKind::kPercentile, 99}, {"percentile", AggregateKind::kPercentile, 0},
    {"rate", AggregateKind::kRate, 0},       {"top", AggregateKind::kTop, 0},
    {"first", AggregateKind::kFirst, 0},     {"last", AggregateKind::kLast, 0},
    {"list", AggregateKind::kList, 0},
}};

const AggregateRow* FindAggregate(std::string_view name) {
  for (const AggregateRow& row : kAggregates) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

bool IsMeasure(const Type& type) {
  return type.kind() == TypeKind::kInt || type.kind() == TypeKind::kFloat ||
         type.kind() == TypeKind::kDuration || type.kind() == TypeKind::kBytes;
}

bool IsOrdered(const Type& type) {
  return lang::ResolveOverload(lang::Operator::kLess, {type, type}).overload != nullptr;
}

// Elements of loops around the aggregate.
bool UsesElement(const Expr& expr, std::size_t depth) {
  if (expr.kind == ExprKind::kElement && expr.index < depth) return true;
  return std::any_of(expr.arguments.begin(), expr.arguments.end(),
                     [&](const ExprPtr& argument) { return UsesElement(*argument, depth); }) ||
         (expr.body && UsesElement(*expr.body, depth));
}

std::string_view GraphFunction(GraphQueryKind kind) {
  switch (kind) {
    case GraphQueryKind::kReaches:
      return "reaches";
    case GraphQueryKind::kPath:
      return "path";
    case GraphQueryKind::kCycles:
      return "cycles";
  }
  return "";
}

}  // namespace

std::optional<ExprPtr> RuleChecker::Call(const ast::CallExpr& call) {
  const std::string name = call.callee.Text();
  if (name == "reaches") return CheckGraphCall(call, GraphQueryKind::kReaches);
  if (name == "path") return CheckGraphCall(call, GraphQueryKind::kPath);
  if (name == "cycles") return CheckGraphCall(call, GraphQueryKind::kCycles);
  if ((name == "total" || name == "hits") && decl_.form == ast::RuleForm::kScore) {
    return CheckScoreName(name, &call, call.span);
  }
  const AggregateRow* row = FindAggregate(name);
  if (row == nullptr) return std::nullopt;
  return CheckAggregate(call, row->kind, row->parameter);
}

std::optional<ExprPtr> RuleChecker::CheckAggregate(const ast::CallExpr& call, AggregateKind kind,
                                                   double parameter) {
  const std::string name = call.callee.Text();
  std::vector<const ast::Expr*> arguments;
  bool windows = false;
  for (const ast::ExprPtr& argument : call.arguments) {
    if (argument->kind == AstKind::kWindow) {
      windows = true;
    } else {
      arguments.push_back(argument.get());
    }
  }
  const bool function = lang::OperatorBySpelling(name, lang::OperatorForm::kFunction).has_value();
  const bool counts = kind == AggregateKind::kCount || kind == AggregateKind::kRate;
  const bool two = kind == AggregateKind::kTop || name == "percentile";
  const std::size_t value_at = kind == AggregateKind::kTop ? 1 : 0;
  if (function && !windows) {
    if (arguments.size() > 1) return std::nullopt;  // max(a, b)
    if (rule_.shape != RuleShape::kAggregate && !arguments.empty()) return std::nullopt;
  }
  std::optional<std::uint32_t> feed;
  if (arguments.size() == 1 && counts) feed = FeedNamed(*arguments[0]);
  // A list is gone through by the function, of anything else the events are.
  ExprPtr value;
  if (arguments.size() > value_at && !feed) {
    const std::size_t errors = context_.sink.error_count();
    ++in_argument_;
    value = exprs_.CheckLenient(*arguments[value_at]);  // missing values are passed over
    --in_argument_;
    if (!value) {
      if (context_.sink.error_count() == errors) Fail();
      return ExprPtr();
    }
    if (function && !windows && value->type.kind() == TypeKind::kList) return std::nullopt;
  }
  // ---- where it stands
  const auto refuse = [&](std::string_view place, const std::string& help) -> ExprPtr {
    context_.sink.Report(diag::aggregate_misplaced, call.span, name, place).Help(help);
    Fail();
    return nullptr;
  };
  switch (place_) {
    case Place::kVerdict:
      break;
    case Place::kStage:
    case Place::kWhere:
      return refuse("a `where`", "`where` is asked of each event; what is asked of all of them is `when " +
                                     std::string(context_.sources.TextOf(call.span)) + " …`");
    case Place::kKey:
      return refuse("a `by`", "a key is made of the fields of one event");
    case Place::kTest:
      return refuse("a test", "give it a name, `let n = " + name + "(…)`, and expect that");
  }
  if (rule_.shape != RuleShape::kAggregate) {
    if (rule_.ok && !said_no_aggregates_) {
      context_.sink.Report(diag::aggregate_without_when, call.span, name)
          .Help("say when the rule is decided: `when " + std::string(context_.sources.TextOf(call.span)) +
                " > 3`");
    }
    said_no_aggregates_ = true;
    Fail();
    return ExprPtr();
  }
  if (value && UsesElement(*value, exprs_.loop_depth())) {
    return refuse("the condition of a list", "count the items by the list's own `count(x in list, …)`");
  }
  const std::string text(context_.sources.TextOf(call.span));
  if (const auto known = known_aggregates_.find(text); known != known_aggregates_.end()) {
    return exprs_.Use(known->second, call.span);
  }
  const bool nested = value && std::any_of(rule_.aggregates.begin(), rule_.aggregates.end(),
                                           [bases = BasesOf(*value)](const Aggregate& inner) {
                                             return bases.contains(inner.binding);
                                           });
  if (nested) {
    context_.sink.Report(diag::nested_aggregate, call.span, name)
        .Help("write an `event` with a `when` for the inner one, and count what it finds");
    Fail();
    return ExprPtr();
  }
  // ---- what it is of
  const auto takes = [&](std::string_view what) -> ExprPtr {
    context_.sink.Report(diag::aggregate_argument, call.span, name, what);
    Fail();
    return nullptr;
  };
  const std::size_t least = counts ? 0 : two ? 2 : 1;
  if (arguments.size() < least || arguments.size() > (two ? 2 : 1)) {
    return takes(counts                        ? "nothing, an event or a condition"
                 : kind == AggregateKind::kTop ? "how many, and a value: `top(3, host)`"
                 : two                         ? "a value and a percentage: `percentile(took, 99.9)`"
                                               : "one value");
  }
  Aggregate aggregate;
  aggregate.kind = kind;
  aggregate.parameter = parameter;
  if (feed) aggregate.stage = *feed;
  if (two) {
    const ast::Expr& written = *arguments[kind == AggregateKind::kTop ? 0 : 1];
    std::optional<double> number = NumberOf(written);
    if (number && written.kind == AstKind::kPercent) *number *= 100;
    const bool fits = kind == AggregateKind::kTop
                          ? number && *number >= 1 && *number <= 1'000 && written.kind == AstKind::kInt
                          : number && *number > 0 && *number <= 100;
    if (!fits) {
      context_.sink.Report(
          diag::aggregate_parameter, written.span, name,
          kind == AggregateKind::kTop ? "a whole number from 1 to 1000" : "a number above 0 and up to 100");
      Fail();
      return ExprPtr();
    }
    aggregate.parameter = *number;
  }
  Type type = TypeKind::kInt;
  if (value && value->type.kind() == TypeKind::kAny && (counts || kind == AggregateKind::kSum)) {
    return takes(counts ? "a condition" : "a number of a known type: `x as float`");
  }
  switch (kind) {
    case AggregateKind::kCount:
    case AggregateKind::kRate:
      if (value && value->type.kind() != TypeKind::kBool)
        return takes("nothing, an event or a condition, not " + TypeName(value->type));
      if (kind == AggregateKind::kRate) type = TypeKind::kFloat;
      break;
    case AggregateKind::kDistinct:
      break;
    case AggregateKind::kSum:
      if (!IsMeasure(value->type)) return takes("numbers, durations or sizes, not " + TypeName(value->type));
      type = value->type;
      break;
    case AggregateKind::kMean:
    case AggregateKind::kStddev:
    case AggregateKind::kPercentile:
      if (!IsMeasure(value->type)) return takes("numbers, durations or sizes, not " + TypeName(value->type));
      type = value->type.kind() == TypeKind::kInt && kind != AggregateKind::kPercentile
                 ? Type(TypeKind::kFloat)
                 : value->type;
      break;
    case AggregateKind::kMin:
    case AggregateKind::kMax:
      if (!IsOrdered(value->type)) return takes("values that have an order, not " + TypeName(value->type));
      type = value->type;
      break;
    case AggregateKind::kFirst:
    case AggregateKind::kLast:
      type = value->type;
      break;
    case AggregateKind::kTop:
      type = Type::List(Type::Record({{"value", value->type, false}, {"count", TypeKind::kInt, false}}));
      break;
    case AggregateKind::kList:
      type = Type::List(value->type);
      break;
  }
  // Events of another rule are counted by their own fields.
  if (value) {
    for (std::uint32_t base : BasesOf(*value)) {
      const std::uint32_t stage = rule_.bindings[base].stage;
      if (rule_.stages[stage].kind == StageKind::kFeed) aggregate.stage = stage;
    }
  }
  if (!CheckWindowArguments(call, aggregate)) {
    Fail();
    return ExprPtr();
  }
  if (aggregate.form == AggregateForm::kHistory) aggregate.series = rule_.name + ": " + text;
  aggregate.argument = std::move(value);
  // The mean of nothing is missing, and a report says so by `?`: to demand a default would only hide it.
  aggregate.binding = AddBinding(text, type, call.span, 0);
  late_[aggregate.binding] = -1;
  known_aggregates_[text] = aggregate.binding;
  const std::uint32_t binding = aggregate.binding;
  rule_.aggregates.push_back(std::move(aggregate));
  return exprs_.Use(binding, call.span);
}

bool RuleChecker::CheckWindowArguments(const ast::CallExpr& call, Aggregate& aggregate) {
  bool has_window = false;
  Span moved;
  WindowUnit moved_unit = WindowUnit::kNoWindow;
  for (const ast::ExprPtr& argument : call.arguments) {
    if (argument->kind != AstKind::kWindow) continue;
    const auto& expr = static_cast<const ast::WindowExpr&>(*argument);
    static constexpr std::array<std::string_view, 5> kWords{"over", "over each", "over session", "last",
                                                            "before"};
    const std::string_view word = kWords[static_cast<std::size_t>(expr.form)];
    std::optional<Window> window = CheckWindow(expr.window, word);
    if (!window) return false;
    const auto bad = [&](std::string_view what, std::string_view help) {
      context_.sink.Report(diag::bad_aggregate_window, expr.span, word, what).Help(std::string(help));
      return false;
    };
    if (expr.form == ast::WindowForm::kBefore) {
      if (window->unit == WindowUnit::kScope) {
        return bad("a duration, lines or records", "write `count(over 5m, before 1h)`");
      }
      aggregate.before = window->amount;
      moved = expr.span;
      moved_unit = window->unit;
      continue;
    }
    if (has_window) {
      context_.sink.Report(diag::bad_aggregate_window, expr.span, word, "one window of an aggregate")
          .Help("`before` alone may stand beside another: `count(over 5m, before 1h)`");
      return false;
    }
    has_window = true;
    aggregate.window = *window;
    switch (expr.form) {
      case ast::WindowForm::kOver:
        aggregate.form = window->unit == WindowUnit::kScope ? AggregateForm::kWhole : AggregateForm::kSliding;
        break;
      case ast::WindowForm::kEach:
        if (window->unit == WindowUnit::kScope)
          return bad("a duration, lines or records", "an instance of a scope is `over NAME`");
        aggregate.form = AggregateForm::kTumbling;
        break;
      case ast::WindowForm::kSession:
        if (window->unit != WindowUnit::kTime)
          return bad("a duration without an event", "write `count(over session 30s)`");
        aggregate.form = AggregateForm::kSession;
        break;
      case ast::WindowForm::kLast:
        if (window->unit != WindowUnit::kTime)
          return bad("a duration of history", "write `last 7d`; the lines before are `over 20 lines`");
        aggregate.form = AggregateForm::kHistory;
        break;
      case ast::WindowForm::kBefore:
        break;
    }
  }
  if (moved_unit != WindowUnit::kNoWindow && (!has_window || moved_unit != aggregate.window.unit)) {
    context_.sink.Report(diag::bad_aggregate_window, moved, "before", "a window of its own unit")
        .Help("write the window too: `count(over 5m, before 1h)`");
    return false;
  }
  return true;
}

// The stage of the events that an argument names, if it is no name of the rule but an event.
std::optional<std::uint32_t> RuleChecker::FeedNamed(const ast::Expr& expr) {
  const std::optional<ast::Path> path = PathOfExpr(expr);
  if (!path) return std::nullopt;
  const std::string name = path->Text();
  for (const Binding& binding : rule_.bindings) {
    if (!binding.hidden && binding.name == name) return std::nullopt;
  }
  Symbol* symbol = context_.names.Find(file_, *path);
  if (symbol == nullptr || (symbol->kind != SymbolKind::kRule && symbol->kind != SymbolKind::kEvent &&
                            symbol->kind != SymbolKind::kScope)) {
    return std::nullopt;
  }
  const std::uint32_t feed = AddFeed(*symbol, expr.span);
  if (feed == kNoIndex) return std::nullopt;
  return feed;
}

std::uint32_t RuleChecker::AddFeed(Symbol& symbol, Span span) {
  if (const auto known = feeds_.find(&symbol); known != feeds_.end()) return known->second;
  const Rule* read = Checked(symbol, span);
  if (read == nullptr) return kNoIndex;
  if (!read->ok) Fail();
  Stage stage;
  stage.kind = StageKind::kFeed;
  stage.input = StageInput::kRule;
  stage.rule = symbol.index;
  stage.span = span;
  stage.alternatives.emplace_back();
  const auto index = static_cast<std::uint32_t>(rule_.stages.size());
  const std::string prefix = symbol.decl->name.text + ".";
  prefixes_.resize(index + 1);
  prefixes_[index] = prefix;
  for (std::uint32_t i = 0; i < read->bindings.size(); ++i) {
    const Binding& field = read->bindings[i];
    if (field.hidden) continue;
    const std::uint32_t slot = AddBinding(prefix + field.name, field.type, span, index);
    rule_.bindings[slot].optional = field.optional;
    own_names_.insert(slot);
    loaded_.insert(slot);
    ExprPtr input = MakeExpr(ExprKind::kInput, field.type, span);
    input->index = i;
    stage.load.push_back({slot, std::move(input)});
  }
  rule_.stages.push_back(std::move(stage));
  stage_clauses_.push_back(nullptr);
  feeds_[&symbol] = index;
  if (!CheckKeyOf(index, {}, span)) Fail();
  return index;
}

// ---------------------------------------------------------------- scores

// The hidden bindings `weight` and `entry` of all entries.
void RuleChecker::CheckEntry(const ast::StageClause& clause, std::uint32_t index) {
  const std::optional<double> weight = clause.weight ? NumberOf(*clause.weight) : std::nullopt;
  if (!weight) {
    if (clause.weight && clause.weight->kind != AstKind::kError) {
      context_.sink.Report(diag::bad_weight, clause.weight->span).Help("write `8.5 \"fatal error:\"`");
    }
    return Fail();
  }
  if (weight_ == kNoIndex) {
    weight_ = AddBinding("weight", TypeKind::kFloat, clause.span, index);
    entry_ = AddBinding("entry", TypeKind::kText, clause.span, index);
  }
  shared_[weight_].insert(index);
  shared_[entry_].insert(index);
  std::string name = clause.alias ? clause.alias->text : "";
  if (name.empty() && !clause.alternatives.empty()) {
    const ast::StageSource& source = clause.alternatives[0];
    if (source.pattern && source.pattern->kind == AstKind::kString) {
      name = static_cast<const ast::StringExpr&>(*source.pattern).PlainText().value_or("");
    }
    if (name.empty()) name = context_.sources.TextOf(source.span);
  }
  Stage& stage = rule_.stages[index];
  stage.load.push_back({weight_, MakeConstant(Value::Float(*weight), TypeKind::kFloat, clause.span)});
  stage.load.push_back({entry_, MakeText(context_, name, clause.span)});
}

// `total(over 20 lines)`, `hits(over 20 lines)`; bare, they are those of the window that `when` names.
ExprPtr RuleChecker::CheckScoreName(const std::string& name, const ast::CallExpr* call, Span span) {
  if (weight_ == kNoIndex) return nullptr;  // an entry is broken
  if (place_ == Place::kTest) {
    // What the rule asks of its sum is what a test can expect.
    const AggregateKind kind = name == "total" ? AggregateKind::kSum : AggregateKind::kList;
    for (const Aggregate& known : rule_.aggregates) {
      if (known.kind != kind || known.argument == nullptr || known.argument->kind != ExprKind::kBinding ||
          known.argument->index != (name == "total" ? weight_ : entry_)) {
        continue;
      }
      tested_.insert(known.binding);
      return exprs_.Use(known.binding, span);
    }
    context_.sink.Report(diag::aggregate_misplaced, span, name, "a test of a rule that does not ask for it")
        .Help("say it in the `report`: `{join(hits, \", \")}`, or give it a name: `let n = " + name + "`");
    Fail();
    return nullptr;
  }
  if (place_ != Place::kVerdict) {
    context_.sink.Report(diag::aggregate_misplaced, span, name, "a `where`")
        .Help("`where` is asked of each line; what is asked of the sum is `when total(over 20 lines) >= 10`");
    Fail();
    return nullptr;
  }
  Aggregate aggregate;
  const bool total = name == "total";
  aggregate.kind = total ? AggregateKind::kSum : AggregateKind::kList;
  if (call != nullptr) {
    const bool only_windows = std::all_of(call->arguments.begin(), call->arguments.end(),
                                          [](const ast::ExprPtr& a) { return a->kind == AstKind::kWindow; });
    if (!only_windows) {
      context_.sink.Report(diag::aggregate_argument, span, name, "a window: `" + name + "(over 20 lines)`");
      Fail();
      return nullptr;
    }
    if (!CheckWindowArguments(*call, aggregate)) {
      Fail();
      return nullptr;
    }
  } else {
    for (const Aggregate& known : rule_.aggregates) {
      if (known.argument == nullptr || known.argument->kind != ExprKind::kBinding ||
          (known.argument->index != weight_ && known.argument->index != entry_)) {
        continue;
      }
      if (known.kind == aggregate.kind) return exprs_.Use(known.binding, span);
      aggregate.form = known.form;
      aggregate.window = known.window;
      aggregate.before = known.before;
    }
  }
  const std::string text = call == nullptr ? name : std::string(context_.sources.TextOf(call->span));
  if (const auto known = known_aggregates_.find(text); known != known_aggregates_.end()) {
    return exprs_.Use(known->second, span);
  }
  aggregate.argument =
      total ? MakeBinding(weight_, TypeKind::kFloat, span) : MakeBinding(entry_, TypeKind::kText, span);
  if (aggregate.form == AggregateForm::kHistory) aggregate.series = rule_.name + ": " + text;
  aggregate.binding = AddBinding(text, total ? Type(TypeKind::kFloat) : Type::List(TypeKind::kText), span, 0);
  late_[aggregate.binding] = -1;
  known_aggregates_[text] = aggregate.binding;
  const std::uint32_t binding = aggregate.binding;
  rule_.aggregates.push_back(std::move(aggregate));
  return exprs_.Use(binding, span);
}

void RuleChecker::CheckWhen(const ast::WhenClause& clause) {
  if (!Once("when", clause.span)) return;
  if (clause.repetition) {
    if (clause.repetition->count < 2 || clause.repetition->count > 1'000'000) {
      context_.sink.Report(diag::bad_repetition, clause.repetition->span, clause.repetition->count)
          .Help("write `when … twice in a row` or `when … 3 times in a row`");
      Fail();
    } else {
      rule_.when_count = static_cast<std::uint32_t>(clause.repetition->count);
    }
  }
  const std::size_t errors = context_.sink.error_count();
  rule_.when = CheckIn(*clause.condition, Place::kVerdict, kNoIndex, true);
  if (!rule_.when) return Fail();
  if (context_.sink.error_count() != errors || !rule_.ok) return;
  const std::set<std::uint32_t> bases = BasesOf(*rule_.when);
  const bool aggregates = std::any_of(rule_.aggregates.begin(), rule_.aggregates.end(),
                                      [&](const Aggregate& a) { return bases.contains(a.binding); });
  if (aggregates) return;
  context_.sink.Report(diag::when_without_aggregate, clause.condition->span)
      .Help("what is asked of each event is a `where`; `when` asks of many: `when count(over 5m) > 3`");
  Fail();
}

// ---------------------------------------------------------------- graphs

void RuleChecker::CheckEdge(const ast::StageClause& clause, std::uint32_t index) {
  const auto node = [&](const ast::ExprPtr& expr) -> ExprPtr {
    if (!expr) return nullptr;
    ExprPtr value = CheckIn(*expr, Place::kStage, index, false);
    if (!value) return nullptr;
    const std::string found = TypeName(value->type);
    ExprPtr text = exprs_.ConvertTo(std::move(value), TypeKind::kText);
    if (text) return text;
    context_.sink.Report(diag::wrong_type, expr->span, "a node of a graph", "text", found)
        .Help("write it as text: `\"{x}\"`");
    return nullptr;
  };
  exprs_.set_silent(!rule_.ok);
  ExprPtr from = node(clause.edge_from), to = node(clause.edge_to);
  if (!from || !to) return Fail();
  // The two ends, in place of a key.
  rule_.stages[index].key.push_back(std::move(from));
  rule_.stages[index].key.push_back(std::move(to));
}

ExprPtr RuleChecker::CheckGraphCall(const ast::CallExpr& call, GraphQueryKind kind) {
  const std::string name(GraphFunction(kind));
  const std::size_t wanted = kind == GraphQueryKind::kCycles ? 1 : 3;
  if (call.arguments.size() != wanted) {
    context_.sink.Report(diag::aggregate_argument, call.span, name,
                         kind == GraphQueryKind::kCycles ? "a graph" : "a graph and two nodes");
    Fail();
    return nullptr;
  }
  const std::optional<ast::Path> path = PathOfExpr(*call.arguments[0]);
  Symbol* symbol = path ? context_.names.Find(file_, *path) : nullptr;
  if (symbol == nullptr || symbol->kind != SymbolKind::kGraph) {
    const std::string written(context_.sources.TextOf(call.arguments[0]->span));
    if (symbol == nullptr) {
      HelpWithNearest(context_.sink.Report(diag::unknown_graph, call.arguments[0]->span, written),
                      call.arguments[0]->span, written,
                      context_.names.Visible(file_, std::array{SymbolKind::kGraph}));
    } else {
      context_.sink.Report(diag::wrong_kind, call.arguments[0]->span, written, SymbolKindName(symbol->kind),
                           "a graph");
    }
    Fail();
    return nullptr;
  }
  if (place_ == Place::kKey || place_ == Place::kStage || in_argument_ > 0 || exprs_.loop_depth() > 0) {
    context_.sink
        .Report(diag::aggregate_misplaced, call.span, name,
                exprs_.loop_depth() > 0 ? "the condition of a list" : "a stage")
        .Help(
            "a graph is known at the end of its scope: ask it in a `where` on a line of its own, or in "
            "`let`");
    Fail();
    return nullptr;
  }
  if (Checked(*symbol, call.arguments[0]->span) == nullptr) return nullptr;
  const std::string text(context_.sources.TextOf(call.span));
  if (const auto known = known_aggregates_.find(text); known != known_aggregates_.end()) {
    return exprs_.Use(known->second, call.span);
  }
  GraphQuery query;
  query.kind = kind;
  query.graph = symbol->index;
  int level = -1;
  for (std::size_t i = 1; i < wanted; ++i) {
    ExprPtr node = exprs_.CheckAs(*call.arguments[i], TypeKind::kText, "a node of a graph");
    if (!node) {
      Fail();
      return nullptr;
    }
    level = std::max(level, LevelOf(BasesOf(*node)));
    (i == 1 ? query.from : query.to) = std::move(node);
  }
  Type type = TypeKind::kBool;
  if (kind == GraphQueryKind::kPath) type = Type::List(TypeKind::kText);
  if (kind == GraphQueryKind::kCycles) type = Type::List(Type::List(TypeKind::kText));
  query.binding = AddBinding(text, type, call.span, 0);
  late_[query.binding] = level;
  of_graphs_.insert(query.binding);
  known_aggregates_[text] = query.binding;
  const std::uint32_t binding = query.binding;
  rule_.graph_queries.push_back(std::move(query));
  return exprs_.Use(binding, call.span);
}

}  // namespace faultline::sema
