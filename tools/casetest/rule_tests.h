// Runs the `test` blocks that stand in rules.
#ifndef FAULTLINE_TOOLS_CASETEST_RULE_TESTS_H_
#define FAULTLINE_TOOLS_CASETEST_RULE_TESTS_H_

#include "runtime/engine/engine.h"
#include "runtime/finding/finding.h"
#include "runtime/program.h"
#include "tools/driver/compile.h"

#include <memory>
#include <string>
#include <vector>

namespace faultline::casetest {

struct TestOutcome {
  std::string rule;
  std::string name;   // of the test; may be empty
  std::string place;  // "path:line"
  bool passed = true;
  std::string failure;  // several lines: what was expected, what came
};

struct RuleCoverage {
  std::string rule;
  std::string place;
  int hits = 0;    // tests that expect findings
  int misses = 0;  // tests that expect none
};

struct RuleTestReport {
  std::vector<TestOutcome> outcomes;   // in the order of files and tests
  std::vector<RuleCoverage> coverage;  // of every rule of the files that are not stock (or are asked for)
};

// `compilation` was made with CompileOptions::tests. Rules whose file's origin is in `origins` are tested.
RuleTestReport RunRuleTests(const driver::Compilation& compilation,
                            std::shared_ptr<const runtime::Program> program,
                            const runtime::EngineOptions& options, const std::vector<std::string>& origins);

// Collects findings, in the order in which they were decided.
class CollectingSink : public runtime::FindingSink {
 public:
  void OnFinding(const runtime::FindingPtr& finding) override { findings.push_back(finding); }
  void OnEnd(const runtime::RunSummary&) override {}
  std::vector<runtime::FindingPtr> findings;
};

// "LINE RULE SEVERITY "MESSAGE"", the form of a case file's findings.
std::string FindingLine(const runtime::Finding& finding);

}  // namespace faultline::casetest

#endif  // FAULTLINE_TOOLS_CASETEST_RULE_TESTS_H_
