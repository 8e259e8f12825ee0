// Clauses of rules and events.
#include "frontend/parse/builder.h"
#include "support/lang/lang.h"

#include <algorithm>
#include <utility>

namespace faultline::parse {

std::vector<ast::ClausePtr> Builder::Clauses(const antlr4::ParserRuleContext* block,
                                             const std::vector<P::ClauseLineContext*>& lines) {
  std::vector<ast::ClausePtr> clauses;
  for (P::ClauseLineContext* line : lines) {
    if (Broken(line) || Broken(line->clause())) {
      clauses.push_back(std::make_unique<ast::ErrorClause>(SpanOf(line)));
    } else {
      clauses.push_back(Clause(line->clause()));
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

ast::ClausePtr Builder::Stage(P::StageClauseContext* context) {
  const ast::StageKind kind = context->MATCH() != nullptr     ? ast::StageKind::kMatch
                              : context->THEN() != nullptr    ? ast::StageKind::kThen
                              : context->WITHOUT() != nullptr ? ast::StageKind::kWithout
                                                              : ast::StageKind::kFrom;
  auto stage = std::make_unique<ast::StageClause>(SpanOf(context), kind);
  stage->keyword = SpanOf(context->start);
  for (P::StageSourceContext* source : context->stageSource()) {
    ast::StageSource out;
    out.span = SpanOf(source);
    if (source->patternItem() != nullptr) {
      out.pattern = PatternItem(source->patternItem());
      if (source->path() != nullptr) {
        // `raw "…"` or `FIELD "…"`: the target holds for all alternatives.
        const ast::Path path = PathOf(source->path());
        out.span = out.pattern->span;
        if (stage->alternatives.empty()) {
          stage->target = path.Text() == "raw" && TextOf(path.span) == "raw" ? ast::MatchTarget::kRaw
                                                                             : ast::MatchTarget::kField;
          if (stage->target == ast::MatchTarget::kField) stage->field = path;
        } else {
          const bool same = stage->target == ast::MatchTarget::kRaw
                                ? path.Text() == "raw"
                                : stage->field.has_value() && stage->field->Text() == path.Text();
          Diagnostic& report = reports_.Precise(diag::mixed_targets, path.span);
          report.Help(same ? "name it once, before the first alternative"
                           : "make an `event` for each text, and join their names by `or`");
        }
      }
    } else {
      out.name = PathOf(source->path());
    }
    stage->alternatives.push_back(std::move(out));
  }
  for (P::StageTailContext* tail : context->stageTail()) {
    const Span span = SpanOf(tail);
    const Span keyword = SpanOf(tail->start);
    if (auto* alias = dynamic_cast<P::AliasTailContext*>(tail)) {
      if (stage->alias) reports_.Precise(diag::repeated_part, keyword, "as");
      stage->alias = NameOf(alias->name());
    } else if (auto* where = dynamic_cast<P::WhereTailContext*>(tail)) {
      ast::ExprPtr condition = Expression(where->expression());
      if (std::optional<ast::Name> name = TakeAlias(condition)) {
        if (stage->alias) reports_.Precise(diag::repeated_part, name->span, "as");
        stage->alias = std::move(name);
      }
      stage->conditions.push_back(std::move(condition));
    } else if (auto* within = dynamic_cast<P::WindowTailContext*>(tail)) {
      if (stage->window) reports_.Precise(diag::repeated_part, keyword, "within");
      ast::Window window;
      window.span = span;
      window.amount = Operand(within->operand());
      if (within->LINES() != nullptr || within->LINE() != nullptr) {
        window.unit = ast::WindowUnit::kLines;
      } else if (within->RECORDS() != nullptr) {
        window.unit = ast::WindowUnit::kRecords;
      } else if (window.amount->kind != ast::ExprKind::kInt) {
        window.unit = ast::WindowUnit::kTime;
      }
      stage->window = std::move(window);
    }
  }
  return stage;
}

// `match login where user == "x" as a`: behind a condition `as` could also be a cast. A plain word that is no
// type of the language names the stage; a cast to a named pattern stands in brackets there.
std::optional<ast::Name> Builder::TakeAlias(ast::ExprPtr& condition) {
  std::vector<ast::Expr*> spine;  // the nodes that end where the condition ends
  ast::ExprPtr* slot = &condition;
  const std::uint32_t end = condition->span.end;
  while ((*slot)->span.end == end) {
    switch ((*slot)->kind) {
      case ast::ExprKind::kCast: {
        auto& cast = static_cast<ast::CastExpr&>(**slot);
        if (cast.type.name.parts.size() != 1 || !cast.type.arguments.empty() || cast.type.span.end != end)
          return {};
        ast::Name name = cast.type.name.parts.front();
        const lang::HoleRow* row = lang::HoleTypeByName(name.text);
        if (row != nullptr || lang::Type::Parse(name.text).has_value()) return {};
        ast::ExprPtr value = std::move(cast.value);
        for (ast::Expr* node : spine) node->span.end = value->span.end;
        *slot = std::move(value);
        return name;
      }
      case ast::ExprKind::kBinary:
        spine.push_back(slot->get());
        slot = &static_cast<ast::BinaryExpr&>(**slot).right;
        break;
      case ast::ExprKind::kUnary:
        spine.push_back(slot->get());
        slot = &static_cast<ast::UnaryExpr&>(**slot).operand;
        break;
      case ast::ExprKind::kIn:
        spine.push_back(slot->get());
        slot = &static_cast<ast::InExpr&>(**slot).right;
        break;
      case ast::ExprKind::kBetween:
        spine.push_back(slot->get());
        slot = &static_cast<ast::BetweenExpr&>(**slot).high;
        break;
      case ast::ExprKind::kDefault:
        spine.push_back(slot->get());
        slot = &static_cast<ast::DefaultExpr&>(**slot).fallback;
        break;
      case ast::ExprKind::kConditional:
        spine.push_back(slot->get());
        slot = &static_cast<ast::ConditionalExpr&>(**slot).else_value;
        break;
      case ast::ExprKind::kError:
      case ast::ExprKind::kBool:
      case ast::ExprKind::kInt:
      case ast::ExprKind::kFloat:
      case ast::ExprKind::kPercent:
      case ast::ExprKind::kDuration:
      case ast::ExprKind::kSize:
      case ast::ExprKind::kString:
      case ast::ExprKind::kRegex:
      case ast::ExprKind::kName:
      case ast::ExprKind::kMember:
      case ast::ExprKind::kIndex:
      case ast::ExprKind::kCall:
      case ast::ExprKind::kPresence:
      case ast::ExprKind::kList:
      case ast::ExprKind::kLambda:
      case ast::ExprKind::kWindow:
        return {};
    }
  }
  return {};
}

ast::ClausePtr Builder::Test(P::TestClauseContext* context) {
  auto test = std::make_unique<ast::TestClause>(SpanOf(context));
  std::vector<P::StringContext*> strings = context->string();
  test->escaped = context->ESCAPED() != nullptr;
  if (context->FROM() != nullptr && !strings.empty()) {
    test->from = Plain(strings.back());
    test->input_span = SpanOf(strings.back());
    strings.pop_back();
  }
  if (!strings.empty()) {
    if (std::optional<std::string> name = Plain(strings.front()))
      test->name = ast::Name{*name, SpanOf(strings.front())};
  }
  if (context->FENCE() != nullptr) Fence(SpanOf(context->FENCE()), test->escaped, *test);
  Expect(context->expectation(), test->expect);
  return test;
}

void Builder::Expect(P::ExpectationContext* context, ast::Expectation& expect) {
  expect.span = context->start == nullptr || context->stop == nullptr ||
                        context->start->getTokenIndex() > context->stop->getTokenIndex()
                    ? Span{file_, SpanOf(context->start).begin, SpanOf(context->start).begin}
                    : SpanOf(context);
  if (context->NOTHING() != nullptr) {
    expect.count = 0;
    return;
  }
  for (P::FindingContext* finding : context->finding()) {
    std::vector<ast::ExprPtr>& conditions = expect.findings.emplace_back();
    for (P::FindingEntryContext* entry : finding->findingEntry()) {
      if (Broken(entry) || Broken(entry->expression())) {
        conditions.push_back(Error(SpanOf(entry)));
      } else {
        conditions.push_back(Expression(entry->expression()));
      }
    }
  }
  const auto written = static_cast<std::int64_t>(expect.findings.size());
  if (context->NUMBER() == nullptr) {
    expect.count = 1;
    if (written > 1) {
      reports_
          .Precise(diag::malformed_expectation, expect.span,
                   "`expect` without a number means exactly one finding, here are " + std::to_string(written))
          .Help("write `expect " + std::to_string(written) + " {…} {…}`");
      expect.count = written;
    }
    return;
  }
  const Span number_span = SpanOf(context->NUMBER());
  const ast::ExprPtr number = Number(number_span, false);
  if (number->kind == ast::ExprKind::kError) {
    expect.count = written;
    return;
  }
  if (number->kind != ast::ExprKind::kInt) {
    reports_.Precise(diag::malformed_expectation, number_span, "the number of findings is a whole number");
    expect.count = written;
    return;
  }
  expect.count = static_cast<const ast::IntExpr&>(*number).value;
  if (expect.count < written) {
    reports_.Precise(
        diag::malformed_expectation, number_span,
        "`expect " + std::to_string(expect.count) + "` describes " + std::to_string(written) + " findings");
    expect.count = written;
  }
}

}  // namespace faultline::parse
