// Clauses of rules, events, scopes, graphs and scores; stages are in build_stage.cpp.
#include "frontend/parse/builder.h"
#include "support/lang/lang.h"

#include <algorithm>
#include <utility>

namespace faultline::parse {

namespace {

std::string_view Called(ast::RuleForm form) {
  switch (form) {
    case ast::RuleForm::kRule:
      return "a rule";
    case ast::RuleForm::kEvent:
      return "an event";
    case ast::RuleForm::kScope:
      return "a scope";
    case ast::RuleForm::kGraph:
      return "a graph";
    case ast::RuleForm::kScore:
      return "a score";
  }
  return "";
}

}  // namespace

std::vector<ast::ClausePtr> Builder::Clauses(const antlr4::ParserRuleContext* block,
                                             const std::vector<P::ClauseLineContext*>& lines,
                                             ast::RuleForm form) {
  std::vector<ast::ClausePtr> clauses;
  for (P::ClauseLineContext* line : lines) {
    if (Broken(line) || Broken(line->clause())) {
      clauses.push_back(std::make_unique<ast::ErrorClause>(SpanOf(line)));
    } else if (ast::ClausePtr clause = Clause(line->clause()); Belongs(*clause, form)) {
      clauses.push_back(std::move(clause));
    } else {
      clauses.push_back(std::make_unique<ast::ErrorClause>(clause->span));
    }
  }
  if (const auto found = skipped_.find(block); found != skipped_.end()) {
    for (const Span span : found->second) clauses.push_back(std::make_unique<ast::ErrorClause>(span));
    std::stable_sort(clauses.begin(), clauses.end(), [](const ast::ClausePtr& a, const ast::ClausePtr& b) {
      return a->span.begin < b->span.begin;
    });
  }
  return clauses;
}

// Reports a clause that stands in the wrong kind of declaration.
bool Builder::Belongs(const ast::Clause& clause, ast::RuleForm form) {
  Span where = {file_, clause.span.begin, clause.span.begin};
  std::string help;
  const auto stands_in = [&](Span keyword, ast::RuleForm wanted, std::string_view what) {
    if (form == wanted) return;
    where = keyword;
    help = what;
  };
  switch (clause.kind) {
    case ast::ClauseKind::kStage: {
      const auto& stage = static_cast<const ast::StageClause&>(clause);
      const bool of_scope = stage.stage == ast::StageKind::kEnter || stage.stage == ast::StageKind::kPause ||
                            stage.stage == ast::StageKind::kClose;
      if (of_scope) {
        stands_in(stage.keyword, ast::RuleForm::kScope,
                  "`enter`, `pause` and `close` stand in a `scope NAME { … }`");
      } else if (form == ast::RuleForm::kScope || form == ast::RuleForm::kGraph) {
        where = stage.keyword;
        help = form == ast::RuleForm::kScope ? "write `enter`, `pause` or `close` before what is looked for"
                                             : "write `edge SOURCE from A to B`";
      }
      break;
    }
    case ast::ClauseKind::kEdge:
      stands_in(static_cast<const ast::StageHolderClause&>(clause).stage->keyword, ast::RuleForm::kGraph,
                "edges stand in a `graph NAME { … }`");
      break;
    case ast::ClauseKind::kEntry:
      stands_in(static_cast<const ast::StageHolderClause&>(clause).stage->keyword, ast::RuleForm::kScore,
                "weights stand in a `score NAME { … }`");
      break;
    case ast::ClauseKind::kError:
    case ast::ClauseKind::kSeverity:
    case ast::ClauseKind::kWhere:
    case ast::ClauseKind::kLet:
    case ast::ClauseKind::kAt:
    case ast::ClauseKind::kReport:
    case ast::ClauseKind::kFix:
    case ast::ClauseKind::kTags:
    case ast::ClauseKind::kSee:
    case ast::ClauseKind::kStatus:
    case ast::ClauseKind::kTest:
    case ast::ClauseKind::kBy:
    case ast::ClauseKind::kWithin:
    case ast::ClauseKind::kSkew:
    case ast::ClauseKind::kSet:
    case ast::ClauseKind::kWith:
    case ast::ClauseKind::kWhen:
    case ast::ClauseKind::kExplains:
    case ast::ClauseKind::kConfidence:
    case ast::ClauseKind::kNeeds:
      break;
  }
  if (help.empty()) return true;
  reports_.Precise(diag::misplaced_option, where, TextOf(where), Called(form)).Help(help);
  return false;
}

ast::ClausePtr Builder::Clause(P::ClauseContext* context) {
  const Span span = SpanOf(context);
  if (auto* stage = dynamic_cast<P::StageClauseContext*>(context)) return Stage(stage);
  if (auto* text = dynamic_cast<P::TextClauseContext*>(context)) {
    const ast::ClauseKind kind = text->AT() != nullptr       ? ast::ClauseKind::kAt
                                 : text->REPORT() != nullptr ? ast::ClauseKind::kReport
                                                             : ast::ClauseKind::kFix;
    return std::make_unique<ast::TextClause>(kind, span, Expression(text->expression()));
  }
  if (auto* severity = dynamic_cast<P::SeverityClauseContext*>(context)) {
    return std::make_unique<ast::SeverityClause>(span, NameOf(severity->name()));
  }
  if (auto* where = dynamic_cast<P::WhereClauseContext*>(context)) {
    return std::make_unique<ast::WhereClause>(span, Expression(where->expression()));
  }
  if (auto* let = dynamic_cast<P::LetClauseContext*>(context)) {
    return std::make_unique<ast::LetClause>(span, NameOf(let->name()), Expression(let->expression()));
  }
  if (auto* list = dynamic_cast<P::ListClauseContext*>(context)) return List(list);
  if (auto* status = dynamic_cast<P::StatusClauseContext*>(context)) {
    auto clause = std::make_unique<ast::ListClause>(ast::ClauseKind::kStatus, span);
    clause->keyword = {"status", SpanOf(context->start)};
    clause->items.push_back(std::make_unique<ast::NameExpr>(NameOf(status->name())));
    return clause;
  }
  if (auto* deprecated = dynamic_cast<P::DeprecatedClauseContext*>(context)) {
    auto clause = std::make_unique<ast::ListClause>(ast::ClauseKind::kStatus, span);
    clause->keyword = {"deprecated", SpanOf(context->start)};
    if (deprecated->string() != nullptr) clause->items.push_back(String(deprecated->string()));
    return clause;
  }
  if (auto* test = dynamic_cast<P::TestClauseContext*>(context)) return Test(test);
  if (auto* entry = dynamic_cast<P::EntryClauseContext*>(context)) return Entry(entry);
  if (auto* edge = dynamic_cast<P::EdgeClauseContext*>(context)) return Edge(edge);
  if (auto* with = dynamic_cast<P::WithClauseContext*>(context)) return With(with);
  if (auto* set = dynamic_cast<P::SetClauseContext*>(context)) return Set(set);
  if (auto* by = dynamic_cast<P::ByClauseContext*>(context)) {
    auto clause = std::make_unique<ast::ByClause>(span);
    for (P::ExpressionContext* key : by->expression()) clause->keys.push_back(Expression(key));
    return clause;
  }
  if (auto* within = dynamic_cast<P::WithinClauseContext*>(context)) {
    auto clause = std::make_unique<ast::WindowClause>(ast::ClauseKind::kWithin, span);
    clause->window = Window(within->window(), span, nullptr);
    return clause;
  }
  if (auto* skew = dynamic_cast<P::SkewClauseContext*>(context)) {
    auto clause = std::make_unique<ast::WindowClause>(ast::ClauseKind::kSkew, span);
    clause->window.amount = Operand(skew->operand());
    clause->window.unit = ast::WindowUnit::kTime;
    clause->window.span = span;
    return clause;
  }
  if (auto* when = dynamic_cast<P::WhenClauseContext*>(context)) {
    auto clause = std::make_unique<ast::WhenClause>(span);
    clause->condition = Expression(when->expression());
    if (when->repetition() != nullptr) clause->repetition = Repeated(when->repetition());
    return clause;
  }
  if (auto* explains = dynamic_cast<P::ExplainsClauseContext*>(context)) return Explains(explains);
  if (auto* confidence = dynamic_cast<P::ConfidenceClauseContext*>(context)) return Confidence(confidence);
  if (auto* needs = dynamic_cast<P::NeedsClauseContext*>(context)) {
    auto clause = std::make_unique<ast::NeedsClause>(span);
    clause->text = Plain(needs->string()).value_or("");
    if (needs->expression() != nullptr) clause->condition = Expression(needs->expression());
    return clause;
  }
  return std::make_unique<ast::ErrorClause>(span);
}

ast::ClausePtr Builder::List(P::ListClauseContext* context) {
  const bool tags = context->TAGS() != nullptr;
  auto clause = std::make_unique<ast::ListClause>(tags ? ast::ClauseKind::kTags : ast::ClauseKind::kSee,
                                                  SpanOf(context));
  clause->keyword = {tags ? "tags" : "see", SpanOf(context->start)};
  for (P::ListItemContext* item : context->listItem()) {
    if (item->string() != nullptr) {
      clause->items.push_back(String(item->string()));
    } else {
      clause->items.push_back(std::make_unique<ast::NameExpr>(NameOf(item->name())));
    }
  }
  return clause;
}

ast::ClausePtr Builder::Explains(P::ExplainsClauseContext* context) {
  auto clause = std::make_unique<ast::ExplainsClause>(SpanOf(context));
  clause->rule = PathOf(context->path());
  const auto set_alias = [&](std::optional<ast::Name> name) {
    if (!name) return;
    if (clause->alias) reports_.Precise(diag::repeated_part, name->span, "as");
    clause->alias = std::move(name);
  };
  for (P::ExplainsTailContext* tail : context->explainsTail()) {
    const Span keyword = SpanOf(tail->start);
    std::optional<ast::Name> alias;
    if (tail->AS() != nullptr) {
      alias = NameOf(tail->name());
    } else if (tail->WITHIN() != nullptr) {
      if (clause->window) reports_.Precise(diag::repeated_part, keyword, "within");
      clause->window = Window(tail->window(), SpanOf(tail), &alias);
    } else if (tail->WHERE() != nullptr) {
      ast::ExprPtr condition = Expression(tail->expression());
      alias = TakeAlias(condition, AliasRule::kNoType);
      clause->conditions.push_back(std::move(condition));
    } else {
      if (clause->confidence) reports_.Precise(diag::repeated_part, keyword, "confidence");
      clause->confidence = Operand(tail->operand());
    }
    set_alias(std::move(alias));
  }
  return clause;
}

ast::ClausePtr Builder::Confidence(P::ConfidenceClauseContext* context) {
  auto clause = std::make_unique<ast::ConfidenceClause>(SpanOf(context));
  if (context->operand() != nullptr) {
    ast::ConfidenceTerm& term = clause->terms.emplace_back();
    term.weight = Operand(context->operand());
    term.span = term.weight->span;
    return clause;
  }
  clause->block = true;
  for (P::ConfidenceLineContext* line : context->confidenceBlock()->confidenceLine()) {
    if (Broken(line) || Broken(line->confidenceTerm())) continue;
    P::ConfidenceTermContext* written = line->confidenceTerm();
    ast::ConfidenceTerm& term = clause->terms.emplace_back();
    term.span = SpanOf(written);
    term.weight = Operand(written->operand());
    if (written->expression() != nullptr) term.condition = Expression(written->expression());
    const std::vector<P::StringContext*> why = written->string();
    if (why.size() > 1) {
      reports_.Precise(diag::repeated_part, SpanOf(why[1]), TextOf(SpanOf(why[1])))
          .Label(SpanOf(why[0]), "the reason stands here");
    }
    if (!why.empty()) term.why = Plain(why.front());
  }
  return clause;
}

}  // namespace faultline::parse
