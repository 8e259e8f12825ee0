// Rules and events: clauses and what a rule as a whole must have.
#include "frontend/sema/rules.h"

#include "frontend/sema/lints.h"

#include <algorithm>

namespace faultline::sema {

using ast::ClauseKind;
using lang::TypeKind;

namespace {

// What names things, so that a finding is known again by it: text and the like, no counters, no times.
bool NamesThings(const lang::Type& type) {
  switch (type.kind()) {
    case TypeKind::kText:
    case TypeKind::kSemver:
    case TypeKind::kGoVersion:
    case TypeKind::kIp:
    case TypeKind::kNetwork:
    case TypeKind::kUuid:
      return true;
    case TypeKind::kError:
    case TypeKind::kBool:
    case TypeKind::kInt:
    case TypeKind::kFloat:
    case TypeKind::kDuration:
    case TypeKind::kBytes:
    case TypeKind::kTime:
    case TypeKind::kLevel:
    case TypeKind::kList:
    case TypeKind::kRecord:
    case TypeKind::kMap:
    case TypeKind::kAny:
      return false;
  }
  return false;
}

bool IsConstant(const Expr& expr) {
  if (expr.kind == ExprKind::kBinding || expr.kind == ExprKind::kBuiltin || expr.kind == ExprKind::kCapture)
    return false;
  if (expr.body && !IsConstant(*expr.body)) return false;
  return std::all_of(expr.arguments.begin(), expr.arguments.end(),
                     [](const ExprPtr& argument) { return IsConstant(*argument); });
}

std::string WhatIsMissing(ast::RuleForm form) {
  switch (form) {
    case ast::RuleForm::kRule:
    case ast::RuleForm::kEvent:
      return "write `match \"…\"` with the line that it is about, or `from EVENT`";
    case ast::RuleForm::kScope:
      return "write `enter \"…\"` with the line that opens it, or `close \"…\"` with the one that ends it";
    case ast::RuleForm::kGraph:
      return "write `edge \"{a} needs {b}\" from a to b`, or `edge EVENT from FIELD to FIELD`";
    case ast::RuleForm::kScore:
      return "write entries, a weight and what has it: `8.5 \"fatal error:\"`";
  }
  return {};
}

std::string_view TextKeyword(ClauseKind kind) {
  return kind == ClauseKind::kReport ? "report" : kind == ClauseKind::kFix ? "fix" : "at";
}

}  // namespace

RuleChecker::RuleChecker(Context& context, const Symbol& symbol)
    : context_(context),
      symbol_(symbol),
      decl_(static_cast<const ast::RuleDecl&>(*symbol.decl)),
      file_(*symbol.file),
      exprs_(context, *symbol.file, rule_.bindings, symbol.QualifiedName()) {
  exprs_.set_names(this);
  rule_.name = symbol.QualifiedName();
  rule_.module = symbol.file->module->name;
  rule_.is_event =
      decl_.is_event || (decl_.form != ast::RuleForm::kRule && decl_.form != ast::RuleForm::kScore);
  rule_.doc = decl_.doc;
  rule_.span = decl_.name.span;
}

Rule RuleChecker::Check() {
  const std::size_t errors = context_.sink.error_count();
  broken_ = context_.IsBroken(decl_.span);
  if (broken_) Fail();
  // Stages first, whatever the order of clauses: they bind the names.
  for (const ast::ClausePtr& clause : decl_.clauses) {
    if (clause->kind == ClauseKind::kError) Fail();
  }
  FindShape();
  CheckStages();
  // What a broken stage binds is not known, so nothing is said of names that are not found.
  exprs_.set_silent(!rule_.ok || rule_.stages.empty());
  for (const ast::ClausePtr& clause : decl_.clauses) {
    if (clause->kind == ClauseKind::kLet) CheckLet(static_cast<const ast::LetClause&>(*clause));
  }
  for (const ast::ClausePtr& clause : decl_.clauses) {
    if (clause->kind == ClauseKind::kWhere) CheckWhere(static_cast<const ast::WhereClause&>(*clause));
  }
  exprs_.set_present(required_);
  // `when` before what speaks of its aggregates.
  for (const ast::ClausePtr& clause : decl_.clauses) {
    if (clause->kind == ClauseKind::kWhen) CheckWhen(static_cast<const ast::WhenClause&>(*clause));
  }
  for (const ast::ClausePtr& clause : decl_.clauses) {
    switch (clause->kind) {
      case ClauseKind::kError:
      case ClauseKind::kStage:
      case ClauseKind::kLet:
      case ClauseKind::kWhere:
      case ClauseKind::kTest:
      case ClauseKind::kBy:
      case ClauseKind::kWithin:
      case ClauseKind::kSkew:
      case ClauseKind::kSet:
      case ClauseKind::kWith:
      case ClauseKind::kWhen:
      case ClauseKind::kExplains:  // once the other rules are known
      case ClauseKind::kEdge:
      case ClauseKind::kEntry:
        break;
      case ClauseKind::kConfidence:
        CheckConfidence(static_cast<const ast::ConfidenceClause&>(*clause));
        break;
      case ClauseKind::kNeeds:
        CheckNeeds(static_cast<const ast::NeedsClause&>(*clause));
        break;
      case ClauseKind::kSeverity:
        CheckSeverity(static_cast<const ast::SeverityClause&>(*clause));
        break;
      case ClauseKind::kAt:
      case ClauseKind::kReport:
      case ClauseKind::kFix:
        CheckText(static_cast<const ast::TextClause&>(*clause));
        break;
      case ClauseKind::kTags:
      case ClauseKind::kSee:
      case ClauseKind::kStatus:
        CheckList(static_cast<const ast::ListClause&>(*clause));
        break;
    }
  }
  CheckSettings();
  for (std::uint32_t i = 0; i < rule_.stages.size(); ++i) {
    Stage& stage = rule_.stages[i];
    stage.guard = MakeBalanced(lang::Opcode::and_bool, TypeKind::kBool, stage.span, std::move(guards_[i]));
    stage.join = MakeBalanced(lang::Opcode::and_bool, TypeKind::kBool, stage.span, std::move(joins_[i]));
  }
  FinishSteps();
  LintWindows();
  LintKeyless();
  CheckCompleteness();
  ShowSurroundings();
  place_ = Place::kTest;
  CheckTests();
  ShowTested();
  FinishBindings();
  if (context_.sink.error_count() != errors) Fail();
  return std::move(rule_);
}

bool RuleChecker::Once(std::string_view keyword, Span span) {
  auto [found, added] = clauses_.try_emplace(std::string(keyword), span);
  // Where a bracket is missing two rules may have run together.
  if (!added && !broken_) {
    context_.sink.Report(diag::clause_twice, span, keyword, decl_.name.text)
        .Label("again here")
        .Label(found->second, "first here")
        .Help("keep one of them");
  }
  return added;
}

// ---------------------------------------------------------------- clauses

void RuleChecker::CheckSeverity(const ast::SeverityClause& clause) {
  if (!Once("severity", clause.span)) return;
  if (rule_.is_event) {
    context_.sink.Report(diag::clause_in_event, clause.span, "severity")
        .Help("write `rule` instead of `event` if it is to be shown");
    return;
  }
  if (std::optional<lang::Severity> severity = lang::SeverityByName(clause.level.text)) {
    rule_.severity = *severity;
    return;
  }
  if (broken_) return;  // its word may belong to what could not be read
  HelpWithNearest(context_.sink.Report(diag::unknown_severity, clause.level.span, clause.level.text)
                      .Note("severities are note, warning, error, critical"),
                  clause.level.span, clause.level.text, {"note", "warning", "error", "critical"});
}

void RuleChecker::CheckText(const ast::TextClause& clause) {
  const std::string_view keyword = TextKeyword(clause.kind);
  if (!Once(keyword, clause.span)) return;
  if (rule_.is_event && clause.kind != ClauseKind::kAt) {
    context_.sink.Report(diag::clause_in_event, clause.span, keyword)
        .Help("write `rule` instead of `event` if it is to be shown");
    return;
  }
  const ExprChecker::TextUse use = clause.kind == ClauseKind::kReport ? ExprChecker::TextUse::kReport
                                   : clause.kind == ClauseKind::kFix  ? ExprChecker::TextUse::kFix
                                                                      : ExprChecker::TextUse::kAt;
  ExprPtr text = exprs_.CheckText(*clause.text, use);
  if (!text) return Fail();
  (clause.kind == ClauseKind::kReport ? rule_.report
   : clause.kind == ClauseKind::kFix  ? rule_.fix
                                      : rule_.at) = std::move(text);
}

void RuleChecker::CheckList(const ast::ListClause& clause) {
  const std::string& keyword = clause.keyword.text;
  if (clause.kind == ClauseKind::kStatus && !Once("status", clause.span)) return;
  if (keyword == "deprecated") rule_.status = RuleStatus::kDeprecated;
  for (const ast::ExprPtr& item : clause.items) {
    std::string text;
    if (item->kind == ast::ExprKind::kName) {
      text = static_cast<const ast::NameExpr&>(*item).name.text;
    } else if (item->kind == ast::ExprKind::kString) {
      const std::optional<std::string> plain = static_cast<const ast::StringExpr&>(*item).PlainText();
      if (!plain) {
        context_.sink.Report(diag::bad_clause_item, item->span, keyword, "plain text")
            .Help("write `\\{` for a brace");
        continue;
      }
      text = *plain;
    } else {
      if (item->kind != ast::ExprKind::kError) {
        context_.sink.Report(diag::bad_clause_item, item->span, keyword, "names or plain text");
      }
      continue;
    }
    if (clause.kind == ClauseKind::kTags) {
      rule_.tags.push_back(text);
    } else if (clause.kind == ClauseKind::kSee) {
      if (text.find("://") == std::string::npos) {
        context_.sink.Report(diag::bad_clause_item, item->span, keyword, "links")
            .Help("write `\"https://…\"`");
        continue;
      }
      rule_.see.push_back(text);
    } else if (keyword == "deprecated") {
      rule_.deprecated = text;
    } else if (text == "experimental") {
      rule_.status = RuleStatus::kExperimental;
    } else if (text != "stable") {
      HelpWithNearest(
          context_.sink.Report(diag::bad_clause_item, item->span, keyword, "`stable` or `experimental`"),
          item->span, text, {"stable", "experimental"});
    }
  }
}

void RuleChecker::CheckLet(const ast::LetClause& clause) {
  ExprPtr value = exprs_.Check(*clause.value);
  for (const Binding& binding : rule_.bindings) {
    if (binding.hidden || binding.name != clause.name.text) continue;
    if (broken_) return;
    context_.sink.Report(diag::name_taken, clause.name.span, clause.name.text)
        .Label(binding.span, "bound here")
        .Help("give the `let` a name of its own");
    return Fail();
  }
  Binding binding;
  binding.name = clause.name.text;
  binding.span = clause.name.span;
  if (!value) Fail();
  if (value) {
    binding.type = value->type;
    binding.optional = MayMiss(*value, rule_.bindings, {});
    ForEachBinding(*value, [&](std::uint32_t used) {
      binding.stage = std::max(binding.stage, rule_.bindings[used].stage);
    });
  }
  rule_.bindings.push_back(std::move(binding));
  if (value) rule_.lets.push_back({static_cast<std::uint32_t>(rule_.bindings.size() - 1), std::move(value)});
}

void RuleChecker::CheckWhere(const ast::WhereClause& clause) {
  ExprPtr condition = CheckIn(*clause.condition, Place::kWhere, kNoIndex, true);
  if (!condition) return Fail();
  if (rule_.stages.empty()) return;
  for (ExprPtr& part : SplitAtAnd(std::move(condition))) {
    if (LintsModule(context_, rule_.module) && (IsConstant(*part) || ComparesWithItself(*part))) {
      context_.lints.Report(diag::constant_condition, part->span)
          .Help("remove it, or compare something that the rule binds");
    }
    // The last stage that it needs, of those that take part in the match.
    std::uint32_t stage = 0;
    bool late = Shares() && rule_.stages.size() > 1;
    for (std::uint32_t base : BasesOf(*part)) {
      if (late_.contains(base)) {
        late = true;
      } else {
        stage = std::max(stage, rule_.bindings[base].stage);
      }
    }
    required_.merge(RequiredBy(*part));
    if (late) {
      AddStep(std::move(part));
    } else {
      Attach(std::move(part), stage);
    }
  }
}

// ---------------------------------------------------------------- the rule as a whole

void RuleChecker::CheckCompleteness() {
  const bool broken =
      std::any_of(decl_.clauses.begin(), decl_.clauses.end(),
                  [](const ast::ClausePtr& clause) { return clause->kind == ClauseKind::kError; });
  if (!has_stage_ && !broken) {
    context_.sink.Report(diag::rule_without_stage, decl_.name.span, decl_.name.text)
        .Help(WhatIsMissing(decl_.form));
  }
  if (rule_.is_event || broken) return;
  const bool decides =
      std::any_of(decl_.clauses.begin(), decl_.clauses.end(),
                  [](const ast::ClausePtr& clause) { return clause->kind == ast::ClauseKind::kWhen; });
  if (decl_.form == ast::RuleForm::kScore && has_stage_ && !decides) {
    context_.sink.Report(diag::rule_incomplete, decl_.name.span, decl_.name.text, "when")
        .Help("write from which sum on it is reported: `when total(over 20 lines) >= 10`");
  }
  const bool severity = clauses_.contains("severity");
  const bool report = clauses_.contains("report");
  if (!severity && !report) {
    context_.sink.Report(diag::rule_incomplete, decl_.name.span, decl_.name.text, "severity and no report")
        .Help("write `severity error` and `report \"…\"`, or `event` instead of `rule` for a building block");
  } else if (!severity) {
    context_.sink.Report(diag::rule_incomplete, decl_.name.span, decl_.name.text, "severity")
        .Help("write `severity note`, `warning`, `error` or `critical`");
  } else if (!report) {
    context_.sink.Report(diag::rule_incomplete, decl_.name.span, decl_.name.text, "report")
        .Help("write `report \"…\"` with what a person should read");
  }
}

void RuleChecker::FinishBindings() {
  if (const auto mentioned = context_.mentioned.find(&symbol_); mentioned != context_.mentioned.end()) {
    for (std::uint32_t i = 0; i < rule_.bindings.size(); ++i) {
      const std::string& name = rule_.bindings[i].name;
      const bool spoken_of =
          std::any_of(mentioned->second.begin(), mentioned->second.end(),
                      [&](const std::string& text) { return text == name || text.starts_with(name + "."); });
      if (spoken_of) exprs_.MarkUsed(i);
    }
  }
  const std::set<std::uint32_t>& used = exprs_.used();
  // Fields of a format, and those behind an alias, are fields of the finding only if the rule speaks of them.
  for (std::uint32_t binding : loaded_) {
    if (!used.contains(binding)) rule_.bindings[binding].hidden = true;
  }
  for (Stage& stage : rule_.stages) {
    std::erase_if(stage.load, [&](const Store& store) {
      return loaded_.contains(store.binding) && !used.contains(store.binding);
    });
  }
  for (std::uint32_t i : required_) rule_.bindings[i].optional = false;
  auto mark = [&](std::uint32_t binding) {
    if (NamesThings(rule_.bindings[binding].type)) rule_.bindings[binding].names = true;
  };
  if (rule_.report) ForEachBinding(*rule_.report, mark);
  if (!LintsModule(context_, rule_.module) || rule_.is_event || !rule_.ok) return;
  for (std::uint32_t i : named_holes_) {
    const Binding& binding = rule_.bindings[i];
    // {p:place} is used where one of its parts is.
    const std::string part = binding.name + ".";
    const bool parts_used = std::any_of(used.begin(), used.end(), [&](std::uint32_t other) {
      return rule_.bindings[other].name.starts_with(part);
    });
    if (used.contains(i) || compared_.contains(i) || binding.hidden || parts_used) continue;
    context_.lints.Report(diag::unused_hole, binding.span, binding.name)
        .Help("write `{:type}` if it is only there to match, or say it in the `report`");
  }
}

}  // namespace faultline::sema
