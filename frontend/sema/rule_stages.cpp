// Stages: their order and shape, what stands behind them.
#include "frontend/sema/order.h"
#include "frontend/sema/rule_words.h"
#include "frontend/sema/rules.h"

#include <algorithm>

namespace faultline::sema {

using ast::ClauseKind;

std::string_view Keyword(ast::StageKind kind) {
  switch (kind) {
    case ast::StageKind::kMatch:
      return "match";
    case ast::StageKind::kThen:
      return "then";
    case ast::StageKind::kWithout:
      return "without";
    case ast::StageKind::kFrom:
      return "from";
    case ast::StageKind::kUntil:
      return "until";
    case ast::StageKind::kLatest:
      return "latest";
    case ast::StageKind::kNext:
      return "next";
    case ast::StageKind::kEnter:
      return "enter";
    case ast::StageKind::kPause:
      return "pause";
    case ast::StageKind::kClose:
      return "close";
    case ast::StageKind::kEdge:
      return "edge";
    case ast::StageKind::kPart:
    case ast::StageKind::kEntry:
      return "";
  }
  return "";
}

namespace {

bool AsksHistory(const ast::Expr& expr) {
  if (expr.kind == ast::ExprKind::kWindow)
    return static_cast<const ast::WindowExpr&>(expr).form == ast::WindowForm::kLast;
  bool found = false;
  ForEachChild(expr, [&](const ast::Expr& child) { found = found || AsksHistory(child); });
  return found;
}

// Whether an aggregate of the clause looks at earlier runs.
bool AsksHistory(const ast::Clause& clause) {
  switch (clause.kind) {
    case ClauseKind::kWhen:
      return AsksHistory(*static_cast<const ast::WhenClause&>(clause).condition);
    case ClauseKind::kLet:
      return AsksHistory(*static_cast<const ast::LetClause&>(clause).value);
    case ClauseKind::kAt:
    case ClauseKind::kReport:
    case ClauseKind::kFix:
      return AsksHistory(*static_cast<const ast::TextClause&>(clause).text);
    case ClauseKind::kError:
    case ClauseKind::kStage:
    case ClauseKind::kWhere:
    case ClauseKind::kSeverity:
    case ClauseKind::kTags:
    case ClauseKind::kSee:
    case ClauseKind::kStatus:
    case ClauseKind::kTest:
    case ClauseKind::kBy:
    case ClauseKind::kWithin:
    case ClauseKind::kSkew:
    case ClauseKind::kSet:
    case ClauseKind::kWith:
    case ClauseKind::kExplains:
    case ClauseKind::kConfidence:
    case ClauseKind::kNeeds:
    case ClauseKind::kEdge:
    case ClauseKind::kEntry:
      return false;
  }
  return false;
}

}  // namespace

// What kind of rule it is follows from its clauses, whatever their order.
void RuleChecker::FindShape() {
  const ast::StageClause* from = nullptr;
  const ast::StageClause* match = nullptr;
  for (const ast::ClausePtr& clause : decl_.clauses) {
    if (clause->kind == ClauseKind::kWhen) rule_.shape = RuleShape::kAggregate;
    asks_history_ = asks_history_ || AsksHistory(*clause);
    if (clause->kind == ClauseKind::kBy) {
      if (Once("by", clause->span)) by_ = static_cast<const ast::ByClause*>(clause.get());
    }
    if (clause->kind == ClauseKind::kSet) {
      const auto& set = static_cast<const ast::SetClause&>(*clause);
      if (rule_.shape == RuleShape::kSequence) rule_.shape = set.need ? RuleShape::kAny : RuleShape::kAll;
    }
    if (clause->kind != ClauseKind::kStage) continue;
    const auto& stage = static_cast<const ast::StageClause&>(*clause);
    if (stage.stage == ast::StageKind::kFrom && from == nullptr) from = &stage;
    if (stage.stage == ast::StageKind::kMatch && match == nullptr) match = &stage;
  }
  switch (decl_.form) {
    case ast::RuleForm::kRule:
    case ast::RuleForm::kEvent:
      break;
    case ast::RuleForm::kScope:
      rule_.shape = RuleShape::kScope;
      break;
    case ast::RuleForm::kGraph:
      rule_.shape = RuleShape::kGraph;
      break;
    case ast::RuleForm::kScore:
      rule_.shape = RuleShape::kAggregate;
      break;
  }
  base_ = from;
  from_is_base_ = from != nullptr && match != nullptr && match->alternatives.empty();
}

void RuleChecker::CheckStages() {
  for (const ast::ClausePtr& clause : decl_.clauses) {
    switch (clause->kind) {
      case ClauseKind::kStage: {
        const auto& stage = static_cast<const ast::StageClause&>(*clause);
        if (&stage != base_ || !from_is_base_) CheckStage(stage);
        break;
      }
      case ClauseKind::kSet:
        CheckSet(static_cast<const ast::SetClause&>(*clause));
        break;
      case ClauseKind::kEdge:
      case ClauseKind::kEntry:
        has_stage_ = true;
        AddStage(*static_cast<const ast::StageHolderClause&>(*clause).stage,
                 clause->kind == ClauseKind::kEdge ? StageKind::kEdge : StageKind::kEntry);
        break;
      case ClauseKind::kError:
      case ClauseKind::kSeverity:
      case ClauseKind::kWhere:
      case ClauseKind::kLet:
      case ClauseKind::kAt:
      case ClauseKind::kReport:
      case ClauseKind::kFix:
      case ClauseKind::kTags:
      case ClauseKind::kSee:
      case ClauseKind::kStatus:
      case ClauseKind::kTest:
      case ClauseKind::kBy:
      case ClauseKind::kWithin:
      case ClauseKind::kSkew:
      case ClauseKind::kWith:
      case ClauseKind::kWhen:
      case ClauseKind::kExplains:
      case ClauseKind::kConfidence:
      case ClauseKind::kNeeds:
        break;
    }
  }
  // Joins are looked up once all other stages have matched, so they may name all of them.
  for (const ast::ClausePtr& clause : decl_.clauses) {
    if (clause->kind == ClauseKind::kWith) CheckWith(static_cast<const ast::StageHolderClause&>(*clause));
  }
  CheckBounds();
  CheckRuleWindow();
  CheckKeys();
}

void RuleChecker::CheckStage(const ast::StageClause& clause) {
  const std::string_view keyword = Keyword(clause.stage);
  StageKind kind = StageKind::kMatch;
  switch (clause.stage) {
    case ast::StageKind::kMatch:
    case ast::StageKind::kFrom:
      break;
    case ast::StageKind::kThen:
      kind = StageKind::kThen;
      break;
    case ast::StageKind::kWithout:
      kind = StageKind::kWithout;
      break;
    case ast::StageKind::kUntil:
      kind = StageKind::kUntil;
      break;
    case ast::StageKind::kEnter:
    case ast::StageKind::kPause:
    case ast::StageKind::kClose:
      if (rule_.shape != RuleShape::kScope) {
        context_.sink.Report(diag::clause_misplaced, clause.keyword, keyword, "a scope");
        return Fail();
      }
      has_stage_ = true;
      return AddStage(clause, clause.stage == ast::StageKind::kEnter   ? StageKind::kEnter
                              : clause.stage == ast::StageKind::kPause ? StageKind::kPause
                                                                       : StageKind::kClose);
    case ast::StageKind::kPart:
    case ast::StageKind::kLatest:
    case ast::StageKind::kNext:
    case ast::StageKind::kEdge:
    case ast::StageKind::kEntry:
      return Fail();  // stand in other clauses
  }
  const bool first = kind == StageKind::kMatch;
  if (!first && !has_stage_ && broken_) return;
  const bool set = rule_.shape == RuleShape::kAll || rule_.shape == RuleShape::kAny;
  if (set && (first || kind == StageKind::kThen || kind == StageKind::kUntil)) {
    context_.sink
        .Report(diag::clause_misplaced, clause.keyword, keyword, "a rule without `all` and `any … of`")
        .Help("what has to be there beside the others is a part of the set");
    return Fail();
  }
  if (rule_.shape == RuleShape::kAggregate && (kind == StageKind::kThen || kind == StageKind::kUntil)) {
    context_.sink.Report(diag::when_over_sequence, clause.keyword, keyword)
        .Help("write the stages as an `event` of their own, and count that: `from EVENT`");
    return Fail();
  }
  if (!first && !has_stage_ && !set) {
    context_.sink.Report(diag::no_first_stage, clause.keyword, keyword)
        .Help("write `match \"…\"` before it: a chain begins with what is looked for first");
    has_stage_ = true;  // said once
    return Fail();
  }
  if (first && has_stage_) {
    // `from FORMAT` and then `match` looks into the records of the format.
    if (clause.stage == ast::StageKind::kMatch && matches_ == 0 && rule_.stages.size() == 1 &&
        rule_.stages[0].input == StageInput::kFormat && !clause.alternatives.empty()) {
      ++matches_;
      return CheckNarrowing(clause);
    }
    if (broken_ || (!rule_.ok && rule_.stages.empty())) return;
    if (clause.stage == ast::StageKind::kFrom && matches_ > 0) {
      context_.sink.Report(diag::clause_misplaced, clause.keyword, keyword, "the head of the rule")
          .Label(rule_.stages.empty() ? clause.keyword : rule_.stages[0].span, "the rule begins here")
          .Help("write it before the `match`, which then looks into what it reads");
      return Fail();
    }
    context_.sink.Report(diag::second_first_stage, clause.keyword, keyword)
        .Label(rule_.stages.empty() ? clause.keyword : rule_.stages[0].span, "the rule begins here")
        .Help("write `then … within 3 lines` for what follows, or `or` between alternatives");
    return Fail();
  }
  if (clause.stage == ast::StageKind::kMatch) ++matches_;
  has_stage_ = has_stage_ || kind != StageKind::kWithout;
  AddStage(clause, kind);
}

void RuleChecker::CheckSet(const ast::SetClause& clause) {
  const std::string_view keyword = clause.need ? "any … of" : "all";
  if (has_stage_) {
    context_.sink.Report(diag::clause_misplaced, clause.span, keyword, "a rule with other stages")
        .Help("write the other stages as parts of the set, or as an `event`");
    return Fail();
  }
  if (rule_.shape == RuleShape::kAggregate) {
    context_.sink.Report(diag::when_over_sequence, clause.span, keyword)
        .Help("write the set as an `event` of its own, and count that: `from EVENT`");
    return Fail();
  }
  has_stage_ = true;
  std::size_t parts = 0;
  for (const ast::ClausePtr& part : clause.parts) {
    if (part->kind != ClauseKind::kStage) {
      Fail();
      continue;
    }
    ++parts;
    AddStage(static_cast<const ast::StageClause&>(*part), StageKind::kPart);
  }
  if (clause.need) {
    if (*clause.need < 1 || static_cast<std::size_t>(*clause.need) > parts) {
      context_.sink.Report(diag::bad_set_count, clause.span, *clause.need, static_cast<std::int64_t>(parts))
          .Help("write `any 2 of { … }` with two parts or more");
      return Fail();
    }
    rule_.need = static_cast<std::uint32_t>(*clause.need);
  }
  set_ = &clause;
}

bool RuleChecker::IsPositive(std::uint32_t stage) const {
  switch (rule_.stages[stage].kind) {
    case StageKind::kMatch:
    case StageKind::kThen:
    case StageKind::kPart:
    case StageKind::kEnter:
    case StageKind::kEdge:
    case StageKind::kEntry:
      return true;
    case StageKind::kWithout:
    case StageKind::kUntil:
    case StageKind::kLatest:
    case StageKind::kNext:
    case StageKind::kFeed:
    case StageKind::kPause:
    case StageKind::kClose:
      return false;
  }
  return false;
}

void RuleChecker::AddStage(const ast::StageClause& clause, StageKind kind) {
  Stage stage;
  stage.kind = kind;
  stage.span = clause.span;
  if (clause.alias) {
    stage.alias = clause.alias->text;
    if (!aliases_.insert(stage.alias).second) {
      context_.sink.Report(diag::name_taken, clause.alias->span, stage.alias)
          .Help("give each stage its own name");
      Fail();
    }
  }
  const ast::StageClause* source = &clause;
  if (clause.alternatives.empty()) {
    if (base_ == nullptr) {
      if (broken_) return Fail();
      context_.sink.Report(diag::no_source, clause.keyword, Keyword(clause.stage))
          .Help("write `from EVENT` at the head of the rule, or what the stage reads: `then EVENT where …`");
      return Fail();
    }
    source = base_;
    stage.role = base_->role ? base_->role->text : "";
  }
  const std::size_t before = rule_.bindings.size();
  joined_.clear();
  prefixes_.resize(rule_.stages.size() + 1);
  prefixes_.back() = stage.alias.empty() ? "" : stage.alias + ".";
  if (!CheckSources(*source, stage)) Fail();
  CheckTails(clause, stage);
  stage.prefix = prefixes_.back();
  rule_.stages.push_back(std::move(stage));
  stage_clauses_.push_back(&clause);
  const auto index = static_cast<std::uint32_t>(rule_.stages.size() - 1);
  if (kind == StageKind::kLatest || kind == StageKind::kNext) {
    for (std::size_t i = before; i < rule_.bindings.size(); ++i) {
      rule_.bindings[i].optional = true;  // it may find nothing
      late_[static_cast<std::uint32_t>(i)] = static_cast<int>(joins_in_order_.size());
    }
  }
  if (kind == StageKind::kEntry) CheckEntry(clause, index);
  if (kind == StageKind::kEdge) CheckEdge(clause, index);
  if (source != &clause) {
    exprs_.set_silent(!rule_.ok);
    for (const ast::ExprPtr& condition : base_->conditions) {
      if (ExprPtr checked = CheckIn(*condition, Place::kStage, index, true))
        Attach(std::move(checked), index);
    }
  }
  FinishStage(clause, index, before);
}

// The conditions of a stage, once what it binds is known.
void RuleChecker::FinishStage(const ast::StageClause& clause, std::uint32_t index,
                              std::size_t first_binding) {
  const StageKind kind = rule_.stages[index].kind;
  const bool absent = kind == StageKind::kWithout || kind == StageKind::kUntil;
  const bool demands = IsPositive(index) && kind != StageKind::kEntry && rule_.shape != RuleShape::kAny;
  exprs_.set_silent(!rule_.ok);
  CheckEach(clause, index);
  for (const auto& [earlier, copy] : joined_) {
    const Binding& binding = rule_.bindings[earlier];
    ExprPtr equal = MakeOperation(
        lang::ResolveOverload(lang::Operator::kEqual, {binding.type, binding.type}).overload->opcode,
        lang::TypeKind::kBool, clause.span, MakeBinding(earlier, binding.type, clause.span),
        MakeBinding(copy, binding.type, clause.span));
    compared_.insert(earlier);
    if (demands) required_.insert(earlier);
    Attach(std::move(equal), index);
  }
  for (const ast::ExprPtr& condition : clause.conditions) {
    ExprPtr checked = CheckIn(*condition, Place::kStage, index, true);
    if (!checked) {
      Fail();
      continue;
    }
    if (demands) required_.merge(RequiredBy(*checked));
    Attach(std::move(checked), index);
  }
  // What is absent has no values: its names end with its clause.
  if (absent) {
    for (std::size_t i = first_binding; i < rule_.bindings.size(); ++i) rule_.bindings[i].hidden = true;
  }
}

// `from zap` followed by `match "…"` or `match field "…"`.
void RuleChecker::CheckNarrowing(const ast::StageClause& clause) {
  Stage stage = std::move(rule_.stages[0]);
  rule_.stages.clear();
  stage_clauses_.clear();
  stage.alternatives.clear();
  stage.span = Join(stage.span, clause.span);
  const std::uint32_t format = stage.format;
  if (clause.alias) stage.alias = clause.alias->text;
  joined_.clear();
  if (!CheckSources(clause, stage)) Fail();
  CheckTails(clause, stage);
  stage.format = format;
  rule_.stages.push_back(std::move(stage));
  stage_clauses_.push_back(&clause);
  FinishStage(clause, 0, 0);
}

void RuleChecker::CheckTails(const ast::StageClause& clause, Stage& stage) {
  if (clause.role) stage.role = clause.role->text;
  stage.every = clause.every;
  if (clause.repetition) {
    const ast::Repetition& repetition = *clause.repetition;
    if (repetition.count < 2 || repetition.count > 1'000'000) {
      if (!broken_) {
        context_.sink.Report(diag::bad_repetition, repetition.span, repetition.count)
            .Help("write `3 times within 5m`, `twice within 5m` or `3 times in a row`");
      }
      Fail();
    } else {
      stage.count = static_cast<std::uint32_t>(repetition.count);
      stage.in_a_row = repetition.in_a_row;
      if (!repetition.in_a_row && !clause.window && !HasRuleWindow()) {
        context_.sink.Report(diag::repetition_without_window, repetition.span, repetition.count)
            .Help("say within what: `" + std::to_string(repetition.count) +
                  " times within 5m`; or `in a row` if nothing else may come between");
        Fail();
      }
      const auto index = static_cast<std::uint32_t>(rule_.stages.size());
      const std::string name = prefixes_[index] + "count";
      const bool taken = std::any_of(rule_.bindings.begin(), rule_.bindings.end(), [&](const Binding& known) {
        return !known.hidden && known.name == name;
      });
      if (!taken) {
        stage.count_binding = AddBinding(name, lang::TypeKind::kInt, repetition.span, index);
        rule_.bindings[stage.count_binding].hidden = false;
        loaded_.insert(stage.count_binding);
        late_[stage.count_binding] = -1;
      }
    }
  }
  const auto misplaced = [&](Span span, std::string_view word, std::string_view place) {
    context_.sink.Report(diag::clause_misplaced, span, word, place);
    Fail();
  };
  if ((clause.before || clause.after) && stage.kind != StageKind::kWithout) {
    const ast::Name& name = clause.before ? *clause.before : *clause.after;
    misplaced(name.span,
              clause.before && clause.after ? "between"
              : clause.before               ? "before"
                                            : "after",
              "a `without`");
  }
  if (clause.across && stage.kind != StageKind::kLatest && stage.kind != StageKind::kNext) {
    misplaced(clause.across->span, "across", "a `with`");
  }
  CheckStageWindow(clause, stage);
}

void RuleChecker::CheckEach(const ast::StageClause& clause, std::uint32_t index) {
  if (!clause.each) return;
  ExprPtr list = CheckIn(*clause.each, Place::kStage, index, false);
  if (!list) return Fail();
  if (list->type.kind() == lang::TypeKind::kAny)
    list = exprs_.ConvertTo(std::move(list), lang::Type::List(lang::TypeKind::kAny));
  if (!list || list->type.kind() != lang::TypeKind::kList) {
    context_.sink.Report(diag::not_a_list, clause.each->span, list ? TypeName(list->type) : "any")
        .Help("`each` goes through the items of a list, one event for each");
    return Fail();
  }
  const std::string name = clause.each_alias ? clause.each_alias->text : "item";
  const Span span = clause.each_alias ? clause.each_alias->span : clause.each->span;
  const bool taken = std::any_of(rule_.bindings.begin(), rule_.bindings.end(),
                                 [&](const Binding& known) { return !known.hidden && known.name == name; });
  const std::uint32_t slot = AddBinding(name, list->type.element(), span, index);
  rule_.bindings[slot].hidden = taken;
  if (taken) own_names_.insert(slot);
  loaded_.insert(slot);
  Stage& stage = rule_.stages[index];
  stage.each = std::move(list);
  stage.each_binding = slot;
}

// The stage that a `before`, `after` or `between` names: by its alias, else by the event that it reads.
std::uint32_t RuleChecker::FindStage(const ast::Name& name) {
  for (std::uint32_t i = 0; i < rule_.stages.size(); ++i) {
    if (IsPositive(i) && rule_.stages[i].alias == name.text) return i;
  }
  std::vector<std::string> known;
  for (std::uint32_t i = 0; i < rule_.stages.size(); ++i) {
    if (!IsPositive(i)) continue;
    if (!rule_.stages[i].alias.empty()) known.push_back(rule_.stages[i].alias);
    const ast::StageClause* clause = stage_clauses_[i];
    if (clause == nullptr || clause->alternatives.size() != 1 || !clause->alternatives[0].name) continue;
    const std::string& source = clause->alternatives[0].name->parts.back().text;
    if (source == name.text && rule_.stages[i].alias.empty()) return i;
    if (rule_.stages[i].alias.empty()) known.push_back(source);
  }
  if (rule_.ok) {
    Diagnostic& diagnostic = context_.sink.Report(diag::unknown_stage, name.span, name.text);
    if (known.empty()) {
      diagnostic.Help("give the stage a name: `match \"…\" as " + name.text + "`");
    } else {
      HelpWithNearest(diagnostic, name.span, name.text, known);
    }
  }
  Fail();
  return kNoIndex;
}

// What refers to other stages by their order.
void RuleChecker::CheckBounds() {
  std::uint32_t last = kNoIndex;
  for (std::uint32_t i = 0; i < rule_.stages.size(); ++i) {
    if (IsPositive(i)) last = i;
  }
  std::uint32_t positive = kNoIndex;
  for (std::uint32_t i = 0; i < rule_.stages.size(); ++i) {
    const ast::StageClause* clause = stage_clauses_[i];
    if (clause == nullptr) continue;
    if (IsPositive(i)) positive = i;
    if (rule_.stages[i].every && (i != last || rule_.shape != RuleShape::kSequence)) {
      context_.sink.Report(diag::every_not_last, clause->keyword)
          .Label(last == kNoIndex || last == i ? clause->keyword : rule_.stages[last].span,
                 "this is the last stage")
          .Help(
              "`every` gives a finding for each event of the last stage; write it there, or read the first "
              "stages as an `event`");
      Fail();
    }
    if (rule_.stages[i].kind == StageKind::kUntil) {
      if (positive == kNoIndex || positive == 0) {
        context_.sink.Report(diag::until_misplaced, clause->keyword)
            .Help("`until` stands behind the `then` that waits: `then A within 5m`, `until B`");
        Fail();
      }
      rule_.stages[i].after = positive;
    }
    if (rule_.stages[i].kind != StageKind::kWithout) continue;
    if (clause->after) rule_.stages[i].after = FindStage(*clause->after);
    if (clause->before) rule_.stages[i].before = FindStage(*clause->before);
    const std::uint32_t after = rule_.stages[i].after, before = rule_.stages[i].before;
    const bool set = rule_.shape == RuleShape::kAll || rule_.shape == RuleShape::kAny;
    if (after != kNoIndex && before != kNoIndex && (set ? after == before : after >= before)) {
      context_.sink.Report(diag::bounds_out_of_order, Join(clause->after->span, clause->before->span))
          .Help("`between a and b` names the earlier stage first");
      Fail();
    }
  }
}

}  // namespace faultline::sema
