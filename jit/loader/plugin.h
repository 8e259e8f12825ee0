// Finds and opens the LLVM plugin.
#ifndef FAULTLINE_JIT_LOADER_PLUGIN_H_
#define FAULTLINE_JIT_LOADER_PLUGIN_H_

#include "jit/jit.h"

#include <string>

namespace faultline::jit {

struct OpenedPlugin {
  JitPlugin functions;
  OpenFunction* open;  // what made `functions`
  std::string path;
  std::string identity;  // target, size and time of the file: what a cached object depends on beside the IR
};

// The plugin of `directory`, or, if that is empty, the first that is there of $FAULTLINE_PLUGIN_DIR, the
// folder of the running program, ../lib/faultline from it, and lib/faultline in the folders above it (a build
// tree). Opened once for each file and never closed. Null and a message in `error` if there is none or it
// does not fit this program. Thread-safe. The first call costs what loading LLVM costs.
const OpenedPlugin* OpenPlugin(const std::string& directory, std::string* error);

// The table of host functions that plugins are handed.
const JitHost& HostTable();

}  // namespace faultline::jit

#endif  // FAULTLINE_JIT_LOADER_PLUGIN_H_
