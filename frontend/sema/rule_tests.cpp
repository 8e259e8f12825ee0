// Tests in rules: what is expected of their findings.
#include "frontend/sema/rules.h"

namespace faultline::sema {

void RuleChecker::CheckTests() {
  for (const ast::ClausePtr& clause : decl_.clauses) {
    if (clause->kind == ast::ClauseKind::kTest) CheckTest(static_cast<const ast::TestClause&>(*clause));
  }
}

void RuleChecker::CheckTest(const ast::TestClause& clause) {
  Test test;
  if (clause.name) test.name = clause.name->text;
  test.input = clause.input;
  test.from = clause.from.value_or("");
  test.count = clause.expect.count;
  test.span = clause.span;
  test.input_span = clause.input_span;
  // The parser has seen to it that no more findings are described than expected.
  exprs_.set_present({});
  for (const std::vector<ast::ExprPtr>& finding : clause.expect.findings) {
    std::vector<Condition> conditions;
    for (const ast::ExprPtr& expr : finding) {
      Condition condition;
      condition.value = exprs_.CheckCondition(*expr);
      if (!condition.value) {
        Fail();
        continue;
      }
      condition.source = context_.sources.TextOf(expr->span);
      condition.span = expr->span;
      if (expr->kind == ast::ExprKind::kBinary && condition.value->kind == ExprKind::kOperation &&
          condition.value->arguments.size() == 2 && condition.value->opcode != lang::Opcode::and_bool &&
          condition.value->opcode != lang::Opcode::or_bool) {
        condition.actual = Clone(*condition.value->arguments[0]);
      }
      conditions.push_back(std::move(condition));
    }
    test.findings.push_back(std::move(conditions));
  }
  rule_.tests.push_back(std::move(test));
}

}  // namespace faultline::sema
