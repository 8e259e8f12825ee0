// What the verbs that look at logs share: rules to a program, options to an engine, reports, exit codes.
#ifndef FAULTLINE_TOOLS_CLI_SESSION_H_
#define FAULTLINE_TOOLS_CLI_SESSION_H_

#include "runtime/engine/engine.h"
#include "runtime/program.h"
#include "tools/cli/options.h"
#include "tools/driver/compile.h"
#include "tools/driver/program.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace faultline::cli {

struct Rules {
  std::unique_ptr<driver::Compilation> compilation;
  std::optional<std::string> repository_rules;
  int exit_code = 0;  // not 0: said on standard error, nothing can run
};

// Finds and compiles the rules that the options name; says what is wrong. Warnings are shown only on `lints`.
Rules LoadRules(const Options& options, bool lints, bool tests = false);

// Diagnostics on standard error with a closing count; colours as the stream wants.
void PrintDiagnostics(const driver::Compilation& compilation, const Options& options, bool to_stdout = false);

driver::ProgramOptions ProgramOptionsOf(const Options& options);

// The program, or null with the exit code in *code; remarks are said.
std::shared_ptr<const runtime::Program> LoadProgram(const Options& options,
                                                    std::shared_ptr<const ir::Module> module, int* code);

// Null with a message for wrong --now, --tz, --format …
std::optional<runtime::EngineOptions> EngineOptionsOf(const Options& options, const ir::Module& module);

// `--emit`: what was asked for, for all rules or only for `rule`. Returns the exit code.
int Emit(const Options& options, const driver::Compilation& compilation,
         std::optional<ir::RuleId> rule = std::nullopt);

// Set by SIGINT and SIGTERM once InstallInterrupt was called; a second signal ends the program at once.
const std::atomic<bool>& Interrupted();
void InstallInterrupt();

}  // namespace faultline::cli

#endif  // FAULTLINE_TOOLS_CLI_SESSION_H_
