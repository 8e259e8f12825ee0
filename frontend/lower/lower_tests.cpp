// Tests that stand in rules to the IR.
#include "frontend/lower/function.h"
#include "frontend/lower/lowering.h"

namespace faultline::lower {
namespace {

TestItemKind ItemKindOf(sema::TestItemKind kind) {
  switch (kind) {
    case sema::TestItemKind::kNow:
      return TestItemKind::kNow;
    case sema::TestItemKind::kContext:
      return TestItemKind::kContext;
    case sema::TestItemKind::kInput:
      return TestItemKind::kInput;
    case sema::TestItemKind::kAt:
      return TestItemKind::kAt;
  }
  return TestItemKind::kInput;
}

}  // namespace

void Lowering::LowerTests(const sema::Rule& rule, ir::RuleId id) {
  for (std::size_t i = 0; i < rule.tests.size(); ++i) {
    const sema::Test& test = rule.tests[i];
    RuleTest lowered;
    lowered.rule = id;
    lowered.name = test.name;
    for (const sema::TestItem& item : test.items) {
      lowered.items.push_back(
          {ItemKindOf(item.kind), item.run, item.name, item.text, item.from, item.at, item.span});
    }
    lowered.runs = test.runs;
    lowered.input = test.input;
    lowered.from = test.from;
    lowered.count = test.count;
    lowered.span = test.span;
    lowered.input_span = test.input_span;
    const std::string name = rule.name + ".test." + std::to_string(i + 1);
    for (const std::vector<sema::Condition>& finding : test.findings) {
      std::vector<TestCondition> conditions;
      for (const sema::Condition& condition : finding) {
        TestCondition one;
        one.holds = FunctionWriter(&module_, name).Value(*condition.value);
        if (condition.actual)
          one.actual = FunctionWriter(&module_, name + ".actual").Value(*condition.actual);
        one.source = condition.source;
        one.span = condition.span;
        conditions.push_back(std::move(one));
      }
      lowered.findings.push_back(std::move(conditions));
    }
    result_.tests.push_back(std::move(lowered));
  }
}

}  // namespace faultline::lower
