#include "tools/casetest/rule_tests.h"

#include "ir/text.h"
#include "runtime/report/escape.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <map>

namespace faultline::casetest {

namespace {

// The frame of a finding's rule, from the fields that the finding carries.
std::vector<Value> FrameOf(const ir::Rule& rule, const runtime::Finding& finding) {
  std::vector<Value> slots(rule.slots.size());
  for (std::size_t i = 0; i < rule.slots.size(); ++i) {
    if (const runtime::FindingField* field = finding.Field(rule.slots[i].name)) slots[i] = field->value;
  }
  return slots;
}

class TestRunner {
 public:
  TestRunner(const driver::Compilation& compilation, std::shared_ptr<const runtime::Program> program,
             const runtime::EngineOptions& options)
      : compilation_(compilation),
        program_(std::move(program)),
        options_(options),
        scratch_(program_->NewScratch()) {}

  TestOutcome Run(const lower::RuleTest& test) {
    const ir::Rule& rule = program_->module().rules[test.rule];
    TestOutcome outcome;
    outcome.rule = rule.name;
    outcome.name = test.name;
    outcome.place = PlaceOf(test.span);
    std::string input = test.input;
    if (!test.from.empty()) {
      const std::filesystem::path folder =
          std::filesystem::path(compilation_.sources.Get(test.span.file).path()).parent_path();
      std::string error;
      auto text = driver::ReadTextFile((folder / test.from).string(), &error);
      if (!text) {
        outcome.passed = false;
        outcome.failure = test.from + ": " + error;
        return outcome;
      }
      input = std::move(*text);
    }
    CollectingSink sink;
    runtime::Engine engine(program_, options_);
    engine.AddSink(&sink);
    engine.Run(runtime::MemorySource(input), "test");
    engine.Finish();
    std::erase_if(sink.findings, [&](const runtime::FindingPtr& f) { return f->rule != &rule; });
    Compare(test, rule, sink.findings, &outcome);
    return outcome;
  }

  std::string PlaceOf(Span span) const {
    const SourceFile& file = compilation_.sources.Get(span.file);
    return fmt::format("{}:{}", file.path(), file.Locate(span.begin).line);
  }

 private:
  void Compare(const lower::RuleTest& test, const ir::Rule& rule,
               const std::vector<runtime::FindingPtr>& found, TestOutcome* outcome) {
    std::string failure;
    if (found.size() != static_cast<std::size_t>(test.count)) {
      failure += fmt::format("expected {} finding{}, got {}\n", test.count, test.count == 1 ? "" : "s",
                             found.size());
    }
    for (std::size_t i = 0; i < test.findings.size() && i < found.size(); ++i) {
      for (const lower::TestCondition& condition : test.findings[i]) {
        const Value holds = Evaluate(condition.holds, rule, *found[i]);
        if (holds.is_true()) continue;
        failure += fmt::format("finding {}: `{}` {}", i + 1, runtime::SafeText(condition.source),
                               holds.is_missing() ? "is unknown" : "is false");
        if (condition.actual != ir::kNone) {
          const Value actual = Evaluate(condition.actual, rule, *found[i]);
          failure +=
              actual.is_missing() ? "; the value is missing" : "; the value is " + ir::PrintValue(actual);
        }
        failure += "\n";
      }
    }
    if (failure.empty()) return;
    outcome->passed = false;
    if (found.empty()) failure += "nothing was found\n";
    for (const runtime::FindingPtr& finding : found) failure += "found: " + FindingLine(*finding) + "\n";
    outcome->failure = std::move(failure);
  }

  Value Evaluate(ir::FunctionId function, const ir::Rule& rule, const runtime::Finding& finding) {
    arena_.Reset();
    std::vector<Value> slots = FrameOf(rule, finding);
    runtime::RecordContext record;
    record.file = finding.location.file;
    record.line = finding.location.line;
    record.column = finding.location.column;
    record.time = finding.first;
    if (!finding.evidence.empty()) record.text = record.raw = finding.evidence.front().text;
    runtime::Frame frame;
    frame.slots = slots.data();
    frame.record = &record;
    runtime::EvalContext context;
    context.arena = &arena_;
    context.now = options_.now;
    context.zone_offset = options_.zone_offset;
    return program_->Call(function, frame, context, *scratch_);
  }

  const driver::Compilation& compilation_;
  std::shared_ptr<const runtime::Program> program_;
  runtime::EngineOptions options_;
  std::unique_ptr<runtime::Scratch> scratch_;
  Arena arena_;
};

}  // namespace

std::string FindingLine(const runtime::Finding& finding) {
  std::string message;
  for (const char c : runtime::SafeText(finding.message)) {
    if (c == '"') message += '\\';
    message += c;
  }
  return fmt::format("{} {} {} \"{}\"", finding.location.line, finding.rule->name,
                     lang::SeverityName(finding.severity), message);
}

RuleTestReport RunRuleTests(const driver::Compilation& compilation,
                            std::shared_ptr<const runtime::Program> program,
                            const runtime::EngineOptions& options, const std::vector<std::string>& origins) {
  RuleTestReport report;
  std::map<FileId, std::string> origin_of;
  for (const driver::ParsedFile& file : compilation.files) origin_of[file.id] = file.origin;
  auto wanted = [&](Span span) {
    const auto found = origin_of.find(span.file);
    return found != origin_of.end() &&
           std::find(origins.begin(), origins.end(), found->second) != origins.end();
  };
  const ir::Module& module = program->module();
  TestRunner runner(compilation, program, options);
  std::map<ir::RuleId, std::size_t> covered;
  for (ir::RuleId id = 0; id < module.rules.size(); ++id) {
    if (module.rules[id].is_event || !wanted(module.rules[id].span)) continue;
    covered[id] = report.coverage.size();
    report.coverage.push_back({module.rules[id].name, runner.PlaceOf(module.rules[id].span), 0, 0});
  }
  for (const lower::RuleTest& test : compilation.tests) {
    if (!wanted(test.span)) continue;
    report.outcomes.push_back(runner.Run(test));
    if (const auto found = covered.find(test.rule); found != covered.end()) {
      RuleCoverage& coverage = report.coverage[found->second];
      (test.count > 0 ? coverage.hits : coverage.misses) += 1;
    }
  }
  return report;
}

}  // namespace faultline::casetest
