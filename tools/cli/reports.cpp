// What `run` writes its findings with: see reports.h.
#include "tools/cli/reports.h"

#include "tools/cli/console.h"
#include "tools/cli/verbs.h"

#include <cstdlib>
#include <fmt/format.h>
#include <utility>

namespace faultline::cli {

std::unique_ptr<runtime::FindingSink> MakeSink(const Options& options, const OutputSpec& spec,
                                               runtime::Output write, std::FILE* stream) {
  if (spec.format == "json") {
    runtime::JsonReportOptions json;
    json.redact = options.redact.value_or(false);
    return std::make_unique<runtime::JsonReport>(std::move(write), json);
  }
  if (spec.format == "github") {
    runtime::GithubReportOptions github;
    github.redact = options.redact.value_or(true);
    if (const char* workspace = std::getenv("GITHUB_WORKSPACE")) github.root = workspace;
    github.max_findings = options.max_findings.value_or(0);
    return std::make_unique<runtime::GithubReport>(std::move(write), github);
  }
  runtime::HumanReportOptions human;
  human.live = options.follow;
  human.color = spec.file.empty() && WantColor(options.color, stream);
  human.redact = options.redact.value_or(false);
  human.all = options.all;
  human.max_findings = options.max_findings.value_or(0);
  // Standard error has what happened to inputs; a report in a file stands alone.
  human.failures_said = spec.file.empty() && options.command.empty();
  human.remarks_said = human.failures_said && !options.quiet;
  if (const int width = TerminalWidth(stream); width >= 40) human.width = static_cast<std::size_t>(width);
  return std::make_unique<runtime::HumanReport>(std::move(write), human);
}

bool SayErrors(const std::vector<runtime::InputError>& errors, const Options& options) {
  bool failed = false;
  for (const runtime::InputError& error : errors) {
    failed |= error.IsFailure();
    if (error.IsFailure() || !options.quiet) Remark(fmt::format("{}: {}", error.path, error.message));
  }
  return failed;
}

bool FailsRun(const runtime::RunSummary& summary, const std::string& fail_on) {
  const auto least = lang::SeverityByName(fail_on);
  if (!least) return false;  // never
  for (auto s = static_cast<std::size_t>(*least); s < summary.findings.size(); ++s) {
    if (summary.findings[s] > 0) return true;
  }
  return false;
}

}  // namespace faultline::cli
