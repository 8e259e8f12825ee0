// Tests of rules: their inputs and what is expected of them.
#include "frontend/parse/builder.h"

#include <algorithm>
#include <utility>

namespace faultline::parse {

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
  if (context->FENCE() != nullptr)
    Fence(SpanOf(context->FENCE()), test->escaped, test->input, test->input_span);
  if (context->testBlock() != nullptr) Items(context->testBlock(), *test);
  Expect(context->expectation(), test->expect);
  return test;
}

// What stands outside of `run { … }` is one run if there is an input among it; else it belongs to the run
// that follows, or to the last one.
void Builder::Items(P::TestBlockContext* block, ast::TestClause& test) {
  std::uint32_t runs = 0;
  std::optional<std::uint32_t> outer;  // the run of the inputs that stand in none
  std::vector<std::size_t> loose;      // items of no run so far
  for (P::TestLineContext* line : block->testLine()) {
    if (Broken(line) || Broken(line->testItem())) continue;
    auto* run = dynamic_cast<P::RunItemContext*>(line->testItem());
    if (run == nullptr) {
      const std::size_t before = test.items.size();
      Item(line->testItem(), runs, test);
      for (std::size_t i = before; i < test.items.size(); ++i) {
        loose.push_back(i);
        if (test.items[i].kind == ast::TestItemKind::kInput && !outer) outer = runs++;
      }
      continue;
    }
    for (P::TestLineContext* inner : run->testBlock()->testLine()) {
      if (Broken(inner) || Broken(inner->testItem())) continue;
      if (dynamic_cast<P::RunItemContext*>(inner->testItem()) != nullptr) {
        reports_.Precise(diag::misplaced_option, SpanOf(inner->testItem()->start), "run", "a run")
            .Help("runs follow one another: `run { … }` and behind it the next");
        continue;
      }
      Item(inner->testItem(), runs, test);
    }
    ++runs;
  }
  test.runs = std::max<std::uint32_t>(1, runs);
  for (const std::size_t i : loose)
    test.items[i].run = std::min(outer.value_or(test.items[i].run), test.runs - 1);
}

void Builder::Item(P::TestItemContext* context, std::uint32_t run, ast::TestClause& test) {
  ast::TestItem item;
  item.run = run;
  item.span = SpanOf(context);
  if (auto* now = dynamic_cast<P::NowItemContext*>(context)) {
    item.kind = ast::TestItemKind::kNow;
    item.text = Plain(now->string()).value_or("");
  } else if (auto* at = dynamic_cast<P::AtItemContext*>(context)) {
    item.kind = ast::TestItemKind::kAt;
    const Span number_span = SpanOf(at->NUMBER());
    const ast::ExprPtr number = Number(number_span, false);
    if (number->kind == ast::ExprKind::kDuration) {
      item.at = static_cast<const ast::IntExpr&>(*number).value;
    } else if (number->kind != ast::ExprKind::kError) {
      reports_.Precise(diag::unexpected_text, number_span, "a duration, as in `at +3s`",
                       "`" + std::string(TextOf(number_span)) + "`");
    }
  } else if (auto* values = dynamic_cast<P::ContextItemContext*>(context)) {
    item.kind = ast::TestItemKind::kContext;
    for (P::ContextValueContext* value : values->contextValue()) {
      item.name = NameOf(value->name());
      item.text = Plain(value->string()).value_or("");
      item.span = SpanOf(value);
      test.items.push_back(item);
    }
    return;
  } else if (auto* input = dynamic_cast<P::InputItemContext*>(context)) {
    if (input->name() != nullptr) item.name = NameOf(input->name());
    if (input->string() != nullptr) item.from = Plain(input->string());
    Span where = item.span;
    if (input->FENCE() != nullptr)
      Fence(SpanOf(input->FENCE()), input->ESCAPED() != nullptr, item.text, where);
  }
  test.items.push_back(std::move(item));
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
