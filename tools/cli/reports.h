// What `run` and `run --follow` share: writers of findings, remarks on inputs, what fails a run.
#ifndef FAULTLINE_TOOLS_CLI_REPORTS_H_
#define FAULTLINE_TOOLS_CLI_REPORTS_H_

#include "runtime/input/error.h"
#include "runtime/report/report.h"
#include "tools/cli/options.h"
#include "tools/cli/session.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace faultline::cli {

// The writer of an -o; `stream` is where `write` writes to, for colours and width.
std::unique_ptr<runtime::FindingSink> MakeSink(const Options& options, const OutputSpec& spec,
                                               runtime::Output write, std::FILE* stream);

// Says what happened to an input; true if it is a reason for exit code 3.
bool SayErrors(const std::vector<runtime::InputError>& errors, const Options& options);

bool FailsRun(const runtime::RunSummary& summary, const std::string& fail_on);

// `explain RULE --why` (why.cpp).
int ExplainWhy(const Options& options, const driver::Compilation& compilation, ir::RuleId rule);

// `run --follow` (follow.cpp).
int RunFollow(const Options& options, const Rules& rules, const std::vector<std::string>& inputs);

}  // namespace faultline::cli

#endif  // FAULTLINE_TOOLS_CLI_REPORTS_H_
