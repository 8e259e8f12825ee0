// The verbs of the program, one file each. A verb gets the parsed options, prints, and returns the exit code.
#ifndef FAULTLINE_TOOLS_CLI_VERBS_H_
#define FAULTLINE_TOOLS_CLI_VERBS_H_

#include "tools/cli/options.h"

namespace faultline::cli {

// Exit codes (a contract). Where several apply: kFault, kUsage, kInput, kFindings, kOk.
inline constexpr int kOk = 0;
inline constexpr int kFindings = 1;  // findings at or above --fail-on, failing tests, unformatted files
inline constexpr int kUsage = 2;     // wrong usage, or rules that do not compile
inline constexpr int kInput = 3;     // input that could not be read; the rest was worked through
inline constexpr int kFault = 70;    // a fault of ours
inline constexpr int kInterrupted = 130;

int WorstExit(int a, int b);

int RunVerb(const Options& options);
int LearnVerb(const Options& options);
int HistoryVerb(const Options& options);
int CheckVerb(const Options& options);
int FmtVerb(const Options& options);
int ListVerb(const Options& options);
int ConfigVerb(const Options& options);
int TestVerb(const Options& options);
int ExplainVerb(const Options& options);
int ReplVerb(const Options& options);

}  // namespace faultline::cli

#endif  // FAULTLINE_TOOLS_CLI_VERBS_H_
