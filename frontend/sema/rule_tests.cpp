// Tests in rules: what is expected of their findings.
#include "frontend/sema/rules.h"
#include "support/value/time.h"

#include <algorithm>

namespace faultline::sema {

namespace {

TestItemKind KindOf(ast::TestItemKind kind) {
  switch (kind) {
    case ast::TestItemKind::kNow:
      return TestItemKind::kNow;
    case ast::TestItemKind::kContext:
      return TestItemKind::kContext;
    case ast::TestItemKind::kInput:
      return TestItemKind::kInput;
    case ast::TestItemKind::kAt:
      return TestItemKind::kAt;
  }
  return TestItemKind::kInput;
}

}  // namespace

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
  test.runs = clause.runs;
  for (const ast::TestItem& written : clause.items) {
    TestItem item;
    item.kind = KindOf(written.kind);
    item.run = written.run;
    if (written.name) item.name = written.name->text;
    item.text = written.text;
    item.from = written.from.value_or("");
    item.at = written.at;
    item.span = written.span;
    if (item.kind == TestItemKind::kNow && !ParseTime(item.text, {})) {
      context_.sink.Report(diag::bad_literal, item.span, item.text, "time")
          .Help("write `now \"2026-03-01T12:00:00Z\"`");
      Fail();
    }
    test.items.push_back(std::move(item));
  }
  const bool has_input = clause.items.empty() ||
                         std::any_of(test.items.begin(), test.items.end(),
                                     [](const TestItem& item) { return item.kind == TestItemKind::kInput; });
  if (!has_input) {
    context_.sink.Report(diag::test_without_input, clause.span)
        .Help("write `input \"\"\"…\"\"\"` in it, with the lines that the rule looks at");
    Fail();
  }
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
