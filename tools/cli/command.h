// `faultline run -- COMMAND…`: runs it, passes its output through as it comes, and lets the engine read
// along.
#ifndef FAULTLINE_TOOLS_CLI_COMMAND_H_
#define FAULTLINE_TOOLS_CLI_COMMAND_H_

#include "runtime/engine/engine.h"

#include <string>
#include <vector>

namespace faultline::cli {

class Telling;

struct CommandResult {
  int exit_code =
      0;  // the command's own; 128 + signal where a signal ended it; 127 or 126 where it could not start
  std::string error;
};

// The command's standard output and error share one pipe, so that their lines stay in the order in which they
// were written; what comes is written to our standard output at once. Signals from the terminal reach the
// command directly. `telling` keeps the end of the output.
CommandResult RunCommand(const std::vector<std::string>& command, runtime::Engine& engine, Telling* telling);

}  // namespace faultline::cli

#endif  // FAULTLINE_TOOLS_CLI_COMMAND_H_
