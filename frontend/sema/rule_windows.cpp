// Windows, and the keys that say which events belong together.
#include "frontend/sema/constants.h"
#include "frontend/sema/lints.h"
#include "frontend/sema/rule_words.h"
#include "frontend/sema/rules.h"

#include <algorithm>
#include <array>

namespace faultline::sema {

namespace {

constexpr std::int64_t kMaxWindowLines = 10'000'000;

}  // namespace

// A window as written behind `keyword`. Nothing after a report.
std::optional<Window> RuleChecker::CheckWindow(const ast::Window& window, std::string_view keyword) {
  Window result;
  result.span = window.span;
  if (window.unit == ast::WindowUnit::kScope && window.scope &&
      NamesConstant(context_, file_, *window.scope)) {
    return CheckConstantWindow(ConstantNamed(context_, file_, *window.scope), window, keyword);
  }
  if (window.unit == ast::WindowUnit::kScope && window.scope) {
    const std::optional<std::uint32_t> scope = ScopeNamed(*window.scope);
    if (!scope) return std::nullopt;
    result.unit = WindowUnit::kScope;
    result.scope = *scope;
    return result;
  }
  if (window.amount == nullptr || window.amount->kind == ast::ExprKind::kError) return std::nullopt;
  if (const std::optional<ast::Path> path = PathOfExpr(*window.amount);
      path && NamesConstant(context_, file_, *path)) {
    return CheckConstantWindow(ConstantNamed(context_, file_, *path), window, keyword);
  }
  const bool is_duration = window.amount->kind == ast::ExprKind::kDuration;
  const bool is_int = window.amount->kind == ast::ExprKind::kInt;
  const std::string written(context_.sources.TextOf(window.amount->span));
  const std::string word(keyword);
  if (!is_duration && !is_int) {
    context_.sink.Report(diag::bad_window, window.amount->span)
        .Help("write `" + word + " 3 lines`, `" + word + " 10 records` or `" + word + " 5m`");
    return std::nullopt;
  }
  if (is_int && (window.unit == ast::WindowUnit::kMissing || window.unit == ast::WindowUnit::kTime)) {
    context_.sink.Report(diag::window_without_unit, window.amount->span, keyword)
        .Label("no unit")
        .Help("write `" + written + " lines`, `" + written + "s` or `" + written + "ms`");
    return std::nullopt;
  }
  if (is_duration && (window.unit == ast::WindowUnit::kLines || window.unit == ast::WindowUnit::kRecords)) {
    context_.sink.Report(diag::bad_window, window.span).Help("write `" + word + " " + written + "`");
    return std::nullopt;
  }
  result.amount = static_cast<const ast::IntExpr&>(*window.amount).value;
  result.unit = is_duration                                ? WindowUnit::kTime
                : window.unit == ast::WindowUnit::kRecords ? WindowUnit::kRecords
                                                           : WindowUnit::kLines;
  if (result.amount <= 0) {
    context_.sink.Report(diag::empty_window, window.span).Help("the next line is `" + word + " 1 line`");
    return std::nullopt;
  }
  if (!is_duration && result.amount > kMaxWindowLines) {
    context_.sink.Report(diag::window_too_large, window.amount->span, kMaxWindowLines);
    return std::nullopt;
  }
  return result;
}

// `within slow`, `within near lines`: a parameter says how far.
std::optional<Window> RuleChecker::CheckConstantWindow(ExprPtr amount, const ast::Window& window,
                                                       std::string_view keyword) {
  if (!amount) return std::nullopt;  // broken, and reported
  const bool counted = window.unit == ast::WindowUnit::kLines || window.unit == ast::WindowUnit::kRecords;
  const lang::TypeKind wanted = counted ? lang::TypeKind::kInt : lang::TypeKind::kDuration;
  if (amount->kind != ExprKind::kConstant || amount->type.kind() != wanted) {
    context_.sink.Report(diag::wrong_type, window.span, counted ? "a number of lines" : "a window",
                         counted ? "int" : "a duration", TypeName(amount->type));
    return std::nullopt;
  }
  Window result;
  result.span = window.span;
  result.amount = amount->constant.integer;
  result.unit = window.unit == ast::WindowUnit::kLines     ? WindowUnit::kLines
                : window.unit == ast::WindowUnit::kRecords ? WindowUnit::kRecords
                                                           : WindowUnit::kTime;
  if (result.amount <= 0) {
    context_.sink.Report(diag::empty_window, window.span)
        .Help("the next line is `" + std::string(keyword) + " 1 line`");
    return std::nullopt;
  }
  if (counted && result.amount > kMaxWindowLines) {
    context_.sink.Report(diag::window_too_large, window.span, kMaxWindowLines);
    return std::nullopt;
  }
  return result;
}

void RuleChecker::CheckStageWindow(const ast::StageClause& clause, Stage& stage) {
  if (!clause.window) {
    if (stage.kind == StageKind::kNext) {
      context_.sink.Report(diag::next_without_window, clause.span)
          .Help("say how far to wait for it: `next " +
                (clause.alternatives.size() == 1 && clause.alternatives[0].name
                     ? clause.alternatives[0].name->Text()
                     : std::string("EVENT")) +
                " within 40 lines`");
      Fail();
    }
    return;
  }
  const bool begins = stage.kind == StageKind::kMatch || stage.kind == StageKind::kEntry ||
                      stage.kind == StageKind::kEdge || stage.kind == StageKind::kEnter ||
                      stage.kind == StageKind::kPause || stage.kind == StageKind::kClose;
  if (begins && !clause.repetition) {
    context_.sink.Report(diag::window_misplaced, clause.window->span, Keyword(clause.stage))
        .Help("windows stand behind `then` and `without`");
    return Fail();
  }
  if (stage.kind == StageKind::kPart && !clause.repetition) {
    context_.sink.Report(diag::clause_misplaced, clause.window->span, "within", "a part of a set")
        .Help("the window stands behind `all` or `any … of`: `all within 5m { … }`");
    return Fail();
  }
  if (std::optional<Window> window = CheckWindow(*clause.window, "within")) {
    stage.window = *window;
  } else {
    Fail();
  }
}

bool RuleChecker::HasRuleWindow() const {
  return std::any_of(decl_.clauses.begin(), decl_.clauses.end(),
                     [](const ast::ClausePtr& clause) { return clause->kind == ast::ClauseKind::kWithin; });
}

// Whether every match has times: one without is dropped.
bool RuleChecker::HasTimeWindow() const {
  return rule_.window.unit == WindowUnit::kTime ||
         std::any_of(rule_.stages.begin(), rule_.stages.end(), [](const Stage& stage) {
           return stage.kind == StageKind::kThen && stage.window.unit == WindowUnit::kTime;
         });
}

// `within` on a line of its own, the window of a set, `skew`.
void RuleChecker::CheckRuleWindow() {
  for (const ast::ClausePtr& clause : decl_.clauses) {
    if (clause->kind != ast::ClauseKind::kWithin && clause->kind != ast::ClauseKind::kSkew) continue;
    const auto& window = static_cast<const ast::WindowClause&>(*clause);
    const bool skew = clause->kind == ast::ClauseKind::kSkew;
    if (!Once(skew ? "skew" : "within", clause->span)) continue;
    std::optional<Window> checked = CheckWindow(window.window, skew ? "skew" : "within");
    if (!checked) {
      Fail();
      continue;
    }
    if (skew) {
      if (checked->unit != WindowUnit::kTime) {
        context_.sink
            .Report(diag::wrong_type, window.window.span, "a skew", "a duration",
                    checked->unit == WindowUnit::kScope ? "a scope" : "a number of lines")
            .Help("write `skew 200ms`");
        Fail();
      }
      rule_.skew = checked->amount;
      continue;
    }
    const bool graph = rule_.shape == RuleShape::kGraph;
    if (rule_.shape == RuleShape::kScope || rule_.shape == RuleShape::kAggregate ||
        (graph && checked->unit != WindowUnit::kScope)) {
      Diagnostic& diagnostic =
          context_.sink.Report(diag::clause_misplaced, clause->span, "within",
                               graph ? "a graph, but for a scope" : "a rule of several stages");
      if (rule_.shape == RuleShape::kAggregate)
        diagnostic.Help("windows stand inside the aggregates: `count(over 5m)`");
      Fail();
      continue;
    }
    rule_.window = *checked;
  }
  if (set_ != nullptr && set_->window) {
    if (std::optional<Window> window = CheckWindow(*set_->window, "within")) {
      rule_.window = *window;
    } else {
      Fail();
    }
  }
}

// ---------------------------------------------------------------- keys

void RuleChecker::CheckKeys() {
  if (rule_.shape == RuleShape::kScope) return CheckScopeKey();
  static const std::vector<ast::ExprPtr> kNothing;
  for (std::uint32_t i = 0; i < rule_.stages.size(); ++i) {
    const ast::StageClause* clause = stage_clauses_[i];
    if (rule_.stages[i].kind == StageKind::kEdge) continue;
    if (!CheckKeyOf(i, clause == nullptr ? kNothing : clause->keys, rule_.stages[i].span)) Fail();
  }
  if (by_ != nullptr && rule_.ok) ShowKey();
  const std::uint32_t scope = ScopeOfKey();
  for (std::uint32_t i = 0; i < rule_.stages.size() && rule_.ok; ++i) {
    Stage& stage = rule_.stages[i];
    if (stage.window.unit != WindowUnit::kNoWindow) continue;
    // What ends the wait otherwise: `until …` behind it.
    const bool ends = i + 1 < rule_.stages.size() && rule_.stages[i + 1].kind == StageKind::kUntil;
    if (stage.kind == StageKind::kThen && rule_.window.unit == WindowUnit::kNoWindow && !ends) {
      if (scope != kNoIndex) {
        stage.window.unit = WindowUnit::kScope;
        stage.window.scope = scope;
        continue;
      }
      context_.sink.Report(diag::window_missing, stage_clauses_[i]->keyword)
          .Help("say how far away it may stand: `then \"…\" within 3 lines`");
      Fail();
    }
    // What is nowhere is nowhere in the scope that the rule names, if it names one.
    if (stage.kind == StageKind::kWithout && stage.after == kNoIndex && stage.before == kNoIndex &&
        scope != kNoIndex && rule_.window.unit == WindowUnit::kNoWindow) {
      stage.window.unit = WindowUnit::kScope;
      stage.window.scope = scope;
    }
  }
  if (set_ == nullptr || !rule_.ok || rule_.window.unit != WindowUnit::kNoWindow) return;
  const bool roles = std::any_of(rule_.stages.begin(), rule_.stages.end(),
                                 [](const Stage& stage) { return !stage.role.empty(); });
  if (scope == kNoIndex && !roles) {
    context_.sink.Report(diag::set_without_window, set_->span, set_->need ? "any … of" : "all")
        .Help(
            "say within what: `all within 5m { … }`, `all within test { … }`; or name a scope in `by`, or "
            "the roles of the inputs: `a = EVENT in before`");
    return Fail();
  }
  rule_.window.unit = WindowUnit::kScope;
  rule_.window.scope = scope == kNoIndex ? kRunScope : scope;
}

// What the parts of the key are called in the finding: as `by` calls them, where that is a name.
void RuleChecker::ShowKey() {
  if (rule_.shape == RuleShape::kScope || rule_.shape == RuleShape::kGraph) return;
  for (std::size_t i = 0; i < by_->keys.size(); ++i) {
    const ast::Expr& expr = *by_->keys[i];
    const std::string written(context_.sources.TextOf(expr.span));
    ExprPtr value;
    bool instance = false;
    for (std::uint32_t stage = static_cast<std::uint32_t>(rule_.stages.size()); stage-- > 0;) {
      if (!IsPositive(stage) || rule_.stages[stage].key.size() <= i) continue;
      const Expr& part = *rule_.stages[stage].key[i];
      if (part.kind == ExprKind::kBinding) {
        instance = std::any_of(rule_.provided.begin(), rule_.provided.end(), [&](const Provided& provided) {
          return provided.binding == part.index && provided.kind == ProvidedKind::kScopeInstance;
        });
        // Without it there is no match.
        if (rule_.shape != RuleShape::kAny) required_.insert(part.index);
      }
      // Of a set of which some parts may be missing, the first that is there.
      value = value && rule_.shape == RuleShape::kAny
                  ? MakeOperation(lang::Opcode::default_value, part.type, part.span, Clone(part),
                                  std::move(value))
                  : Clone(part);
    }
    if (!value) return;
    if (value->kind == ExprKind::kBinding) {
      Binding& binding = rule_.bindings[value->index];
      if (instance || (binding.name == written && !binding.hidden)) {
        binding.names = true;
        rule_.key.push_back(value->index);
        continue;
      }
    }
    const std::uint32_t shown = AddBinding(written, value->type, expr.span, 0);
    Binding& binding = rule_.bindings[shown];
    const bool taken = std::any_of(rule_.bindings.begin(), rule_.bindings.end(), [&](const Binding& known) {
      return !known.hidden && known.name == written;
    });
    const bool whole = written == "run" || written == "source";
    const bool named =
        std::any_of(decl_.clauses.begin(), decl_.clauses.end(), [&](const ast::ClausePtr& clause) {
          return clause->kind == ast::ClauseKind::kLet &&
                 static_cast<const ast::LetClause&>(*clause).name.text == written;
        });
    binding.hidden =
        taken || whole || named || (expr.kind != ast::ExprKind::kName && expr.kind != ast::ExprKind::kMember);
    binding.names = true;
    for (std::uint32_t base : BasesOf(*value))
      binding.stage = std::max(binding.stage, rule_.bindings[base].stage);
    rule_.lets.push_back({shown, std::move(value)});
    rule_.key.push_back(shown);
  }
}

// The scope that stands in `by`, if one does.
std::uint32_t RuleChecker::ScopeOfKey() const {
  for (const Provided& provided : rule_.provided) {
    if (provided.kind != ProvidedKind::kScopeInstance) continue;
    for (const Stage& stage : rule_.stages) {
      for (const ExprPtr& part : stage.key) {
        if (part->kind == ExprKind::kBinding && part->index == provided.binding) return provided.scope;
      }
    }
  }
  return kNoIndex;
}

// "`by member` or `by host`": what a stage could say of its own event.
std::string RuleChecker::OwnNames(std::uint32_t stage) const {
  constexpr std::size_t kMost = 4;
  std::string names;
  std::size_t count = 0;
  for (const std::string& name : FieldsOfStage(stage)) {
    if (count == kMost) break;
    names += (count++ == 0 ? "`by " : "` or `by ") + name;
  }
  return count == 0 ? "`by NAME`" : names + "`";
}

// What the events of the stage have instead.
void RuleChecker::HelpWithFields(Diagnostic& diagnostic, std::uint32_t stage) const {
  const std::vector<std::string> names = FieldsOfStage(stage);
  if (names.empty()) {
    diagnostic.Help("its events have no fields: bind them in the `match`, as in `{name}`");
  } else {
    diagnostic.Help("its events have " + Listed(names));
  }
}

void RuleChecker::ReportNoKey(std::uint32_t index, const ast::Expr& expr, bool of_rule, Span span) {
  const std::string written(context_.sources.TextOf(expr.span));
  const bool here = index == 0 || !of_rule;
  Diagnostic& diagnostic =
      context_.sink.Report(diag::key_not_in_stage, here ? expr.span : span, written)
          .Label(here ? span : by_->span, here ? "this stage does not have it" : "the rule's key");
  if (here) {
    HelpWithFields(diagnostic, index);
  } else {
    diagnostic.Help("write behind the stage what it is called there: " + OwnNames(index));
  }
  if (IsContextName(written)) {
    diagnostic.Help("what the run says is `context." + written +
                    "`: the same for all events of a run, but where a wrapper says it of each line");
  } else if (here) {
    diagnostic.Help(
        "a key is made of fields of the event, of wrappers, of scopes, and of `context.job` and other names "
        "of "
        "the run");
  } else {
    diagnostic.Help("if its events do not have it at all, bind it where they are matched: `{" + written +
                    "}`");
  }
}

bool RuleChecker::CheckKeyOf(std::uint32_t index, const std::vector<ast::ExprPtr>& own, Span span) {
  const std::size_t wanted = by_ == nullptr ? 0 : by_->keys.size();
  if (!own.empty() && own.size() != wanted) {
    Diagnostic& diagnostic =
        context_.sink.Report(diag::key_count, Join(own.front()->span, own.back()->span),
                             static_cast<std::int64_t>(own.size()), static_cast<std::int64_t>(wanted));
    if (by_ == nullptr) {
      diagnostic.Help("write `by …` on a line of its own too: the names that the other stages have");
    } else {
      diagnostic.Label(by_->span, "the rule's key")
          .Help("name one part for each of the rule's, in their order");
    }
    return false;
  }
  if (wanted == 0) return true;
  const bool rule_ok = rule_.ok;
  std::vector<ExprPtr> parts;
  for (std::size_t i = 0; i < wanted; ++i) {
    const ast::Expr& expr = own.empty() ? *by_->keys[i] : *own[i];
    const std::size_t errors = context_.sink.error_count();
    exprs_.set_silent(true);
    ExprPtr part = CheckIn(expr, Place::kKey, index, false);
    exprs_.set_silent(!rule_.ok);
    if (!part) {
      if (!rule_ok || context_.sink.error_count() != errors) return false;
      ReportNoKey(index, expr, own.empty(), span);
      return false;
    }
    // A field here and the run's own there would never be equal.
    const bool of_context = part->kind == ExprKind::kBinding && of_context_.contains(part->index);
    if (index > 0 && own.empty() && IsPositive(index) && rule_.stages[0].key.size() > i) {
      const Expr& first = *rule_.stages[0].key[i];
      const bool first_of_context = first.kind == ExprKind::kBinding && of_context_.contains(first.index);
      if (of_context != first_of_context && stage_clauses_[0] != nullptr && stage_clauses_[0]->keys.empty()) {
        ReportNoKey(of_context ? index : 0, expr, true, of_context ? span : rule_.stages[0].span);
        return false;
      }
    }
    if (key_types_.size() == i) {
      key_types_.push_back(part->type);
    } else if (!(key_types_[i] == part->type)) {
      context_.sink
          .Report(diag::key_types_differ, own.empty() ? span : expr.span,
                  std::string(context_.sources.TextOf(expr.span)), TypeName(part->type),
                  TypeName(key_types_[i]))
          .Label(by_->span, "the rule's key")
          .Help("give both holes the same type, or convert one: `by " +
                std::string(context_.sources.TextOf(expr.span)) + " as " + TypeName(key_types_[i]) + "`");
      return false;
    }
    parts.push_back(std::move(part));
  }
  rule_.stages[index].key = std::move(parts);
  return true;
}

// ---------------------------------------------------------------- lints

// Stages that read one format whose records say whose they are, and nothing says that it is the same one's.
void RuleChecker::LintKeyless() {
  static constexpr std::array<std::string_view, 22> kKeys = {
      "pod",        "pod_name",      "podname",        "container",     "goroutine",
      "trace",      "trace_id",      "traceid",        "request",       "request_id",
      "requestid",  "req_id",        "correlation_id", "correlationid", "session",
      "session_id", "connection",    "conn",           "connection_id", "thread",
      "thread_id",  "transaction_id"};
  if (!rule_.ok || by_ != nullptr || !LintsModule(context_, rule_.module)) return;
  if (rule_.shape != RuleShape::kSequence && rule_.shape != RuleShape::kAll && rule_.shape != RuleShape::kAny)
    return;
  std::uint32_t format = kNoIndex, stages = 0;
  for (std::uint32_t i = 0; i < rule_.stages.size(); ++i) {
    const Stage& stage = rule_.stages[i];
    const bool takes_part = IsPositive(i) || stage.kind == StageKind::kWithout;
    if (!takes_part) continue;
    if (stage.format == kNoIndex || stage.join || !stage.role.empty() || stage.each) return;
    if (stages > 0 && stage.format != format) return;
    format = stage.format;
    ++stages;
  }
  const bool compared = std::any_of(rule_.steps.begin(), rule_.steps.end(),
                                    [](const Step& step) { return step.kind == StepKind::kCondition; });
  if (stages < 2 || compared || !context_.out.formats[format].ok) return;
  for (const Binding& field : context_.out.formats[format].bindings) {
    std::string name = field.name;
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (field.hidden || std::find(kKeys.begin(), kKeys.end(), name) == kKeys.end()) continue;
    context_.lints.Report(diag::relation_without_key, decl_.name.span, field.name)
        .Help("if they have to be of the same one, write `by " + field.name + "`; if not, `by run`");
    return;
  }
}

void RuleChecker::LintWindows() {
  if (!rule_.ok || !LintsModule(context_, rule_.module)) return;
  const auto timed = [&](const Window& window) { return window.unit == WindowUnit::kTime; };
  const auto counted = std::find_if(rule_.aggregates.begin(), rule_.aggregates.end(),
                                    [&](const Aggregate& aggregate) { return timed(aggregate.window); });
  for (std::uint32_t i = 0; i < rule_.stages.size(); ++i) {
    const Stage& stage = rule_.stages[i];
    if (stage_clauses_[i] == nullptr) continue;
    const bool aggregate = counted != rule_.aggregates.end() && IsPositive(i);
    const bool looked_at = timed(stage.window) || timed(rule_.window) || aggregate;
    if (looked_at && stage.format != kNoIndex && context_.out.formats[stage.format].ok &&
        context_.out.formats[stage.format].time == kNoIndex) {
      const Span span = timed(stage.window)   ? stage.window.span
                        : timed(rule_.window) ? rule_.window.span
                                              : counted->window.span;
      context_.lints.Report(diag::window_without_time, span, context_.out.formats[stage.format].name)
          .Help("give the format a field `time`, or count lines: `within 20 lines`");
      return;
    }
    if (stage.kind == StageKind::kWithout && by_ != nullptr && stage.after == kNoIndex &&
        stage.before == kNoIndex && stage.role.empty() && stage.window.unit == WindowUnit::kNoWindow &&
        rule_.window.unit == WindowUnit::kNoWindow) {
      context_.lints.Report(diag::unbounded_absence, stage.span)
          .Help("say how long to wait: `within 5m`, `within test`; or `before NAME` of a stage");
    }
  }
}

}  // namespace faultline::sema
