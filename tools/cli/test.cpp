// `faultline test`: the tests that stand in rules, and case files; what is covered; JUnit for CI.
#include "runtime/report/escape.h"
#include "tools/casetest/case_file.h"
#include "tools/casetest/case_runner.h"
#include "tools/casetest/rule_tests.h"
#include "tools/cli/console.h"
#include "tools/cli/session.h"
#include "tools/cli/verbs.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <memory>

namespace faultline::cli {

namespace {

struct Result {
  std::string group;  // rule or file
  std::string name;
  std::string failure;  // empty: passed
};

struct Counts {
  std::size_t passed = 0;
  std::size_t failed = 0;
};

std::string Xml(std::string_view text) {
  std::string out;
  for (const char c : runtime::SafeLines(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

bool WriteJunit(const std::string& path, const std::vector<Result>& results) {
  std::size_t failures = 0;
  std::string body;
  for (const Result& result : results) {
    body += fmt::format("  <testcase classname=\"{}\" name=\"{}\"", Xml(result.group), Xml(result.name));
    if (result.failure.empty()) {
      body += "/>\n";
    } else {
      ++failures;
      const std::string first = result.failure.substr(0, result.failure.find('\n'));
      body += fmt::format(">\n    <failure message=\"{}\">{}</failure>\n  </testcase>\n", Xml(first),
                          Xml(result.failure));
    }
  }
  const std::string text = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"faultline\" tests=\"{}\" "
      "failures=\"{}\">\n{}</testsuite>\n",
      results.size(), failures, body);
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"), &std::fclose);
  if (!file || std::fwrite(text.data(), 1, text.size(), file.get()) != text.size()) {
    Remark(fmt::format("--junit {}: {}", path, std::strerror(errno)));
    return false;
  }
  return true;
}

void Show(const Result& result) {
  std::string indented;
  for (std::size_t begin = 0; begin < result.failure.size();) {
    const std::size_t end = std::min(result.failure.find('\n', begin), result.failure.size());
    indented += "    " + runtime::SafeText(result.failure.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  Out().Write(fmt::format("FAILED {} ({})\n{}", result.group, result.name, indented));
}

class TestRun {
 public:
  explicit TestRun(const Options& options) : options_(options) {}

  int Run() {
    std::vector<std::string> rule_paths, case_paths;
    int code = Sort(&rule_paths, &case_paths);
    if (!rule_paths.empty()) code = WorstExit(code, RunRules(rule_paths));
    if (!case_paths.empty()) code = WorstExit(code, RunCases(case_paths));
    if (!options_.junit.empty() && !WriteJunit(options_.junit, results_)) code = WorstExit(code, kInput);
    Out().Write(fmt::format("{} passed, {} failed\n", counts_.passed, counts_.failed));
    if (counts_.failed > 0) code = WorstExit(code, kFindings);
    return code;
  }

 private:
  // Folders hold both kinds; a missing kind in a folder is no error as long as the other is there.
  int Sort(std::vector<std::string>* rules, std::vector<std::string>* cases) {
    int code = kOk;
    std::vector<std::string> paths = options_.paths;
    if (paths.empty()) {
      const auto repository = driver::FindRepositoryRules();
      if (!repository) {
        Remark("no PATH, and no .faultline/ here or above; name rules or case files, or `stdlib`");
        return kUsage;
      }
      paths.push_back(*repository);
    }
    for (const std::string& path : paths) {
      std::error_code error;
      if (path == "stdlib") {
        rules->push_back(path);
      } else if (std::filesystem::is_directory(path, error)) {
        const bool has_rules = !driver::ReadPaths({path}).files.empty();
        const bool has_cases = !driver::ReadPaths({path}, ".test").files.empty();
        if (has_rules) rules->push_back(path);
        if (has_cases) cases->push_back(path);
        if (!has_rules && !has_cases) {
          Remark(path + ": holds no .fault and no .test file");
          code = kUsage;
        }
      } else if (path.ends_with(".test")) {
        cases->push_back(path);
      } else {
        rules->push_back(path);
      }
    }
    return code;
  }

  void Add(Result result) {
    if (result.failure.empty()) {
      ++counts_.passed;
      if (options_.verbose) Out().Write(fmt::format("passed {} ({})\n", result.group, result.name));
    } else {
      ++counts_.failed;
      Show(result);
    }
    results_.push_back(std::move(result));
  }

  int RunRules(const std::vector<std::string>& paths) {
    Options options = options_;
    options.rules = paths;
    const bool stock = std::find(paths.begin(), paths.end(), "stdlib") != paths.end();
    const Rules rules = LoadRules(options, false, true);
    if (rules.exit_code != 0) return rules.exit_code;
    int code = kOk;
    auto engine = EngineOptionsOf(options, *rules.compilation->module);
    const auto program = LoadProgram(options, rules.compilation->module, &code);
    if (!engine || !program) return kUsage;
    engine->threads = 1;
    std::vector<std::string> origins = {"-r"};
    if (stock) origins.emplace_back("stock");
    const casetest::RuleTestReport report =
        casetest::RunRuleTests(*rules.compilation, program, *engine, origins);
    for (const casetest::TestOutcome& outcome : report.outcomes) {
      Add({outcome.rule, outcome.place + (outcome.name.empty() ? "" : " " + outcome.name), outcome.failure});
    }
    std::size_t covered = 0;
    for (const casetest::RuleCoverage& rule : report.coverage) {
      covered += rule.hits > 0 && rule.misses > 0;
      if (options_.quiet || (rule.hits > 0 && rule.misses > 0)) continue;
      Out().Write(fmt::format("{}: {} has {}\n", rule.place, rule.rule,
                              rule.hits == 0 && rule.misses == 0 ? "no test"
                              : rule.hits == 0                   ? "no test that expects a finding"
                                                                 : "no test that expects nothing"));
    }
    Out().Write(fmt::format("{} of {} rules have a test that hits and one that does not\n", covered,
                            report.coverage.size()));
    return code;
  }

  int RunCases(const std::vector<std::string>& paths) {
    const driver::RuleFiles files = driver::ReadPaths(paths, ".test");
    int code = kOk;
    for (const driver::FileError& error : files.errors) {
      Remark(fmt::format("{}: {}", error.path, error.message));
      code = kUsage;
    }
    casetest::Settings settings;
    settings.engine = driver::EngineByName(options_.engine == "auto" ? "interp" : options_.engine);
    settings.opt_level = options_.opt_level;
    settings.require_native = options_.require_native;
    for (const driver::RuleFile& file : files.files) {
      casetest::CaseError error;
      auto parsed = casetest::ParseCase(file.path, file.text, &error);
      if (!parsed) {
        Add({file.path, fmt::format("line {}", error.line), error.message});
        continue;
      }
      casetest::CaseOutcome outcome = casetest::RunCase(*parsed, settings);
      const std::string updated = casetest::PrintCase(outcome.actual);
      if (options_.update && !outcome.passed && updated != file.text) {
        std::unique_ptr<std::FILE, int (*)(std::FILE*)> target(std::fopen(file.path.c_str(), "wb"),
                                                               &std::fclose);
        if (!target || std::fwrite(updated.data(), 1, updated.size(), target.get()) != updated.size()) {
          Remark(fmt::format("{}: {}", file.path, std::strerror(errno)));
          code = WorstExit(code, kInput);
        } else {
          Out().Write("updated " + file.path + "\n");
          for (const casetest::SectionFailure& failure : outcome.failures)
            Out().Write(runtime::SafeLines(failure.diff));
        }
        continue;
      }
      Result result{file.path, parsed->why, ""};
      for (const casetest::SectionFailure& failure : outcome.failures) {
        result.failure += "section " + failure.section + ":\n" + failure.diff;
      }
      Add(std::move(result));
    }
    return code;
  }

  const Options& options_;
  Counts counts_;
  std::vector<Result> results_;
};

}  // namespace

int TestVerb(const Options& options) {
  return TestRun(options).Run();
}

}  // namespace faultline::cli
