// What earlier runs left, as far as the rules ask for it: the history for `last W`, shapes for `novel`.
#ifndef FAULTLINE_TOOLS_CLI_PAST_H_
#define FAULTLINE_TOOLS_CLI_PAST_H_

#include "runtime/engine/engine.h"
#include "runtime/history/run_history.h"
#include "runtime/novelty/shapes.h"
#include "tools/cli/options.h"

#include <cstdint>
#include <memory>

namespace faultline::cli {

struct Past {
  std::unique_ptr<history::Store> store;
  std::unique_ptr<history::RunHistory> run;
  std::unique_ptr<novelty::ShapeSet> shapes;

  // Writes what the run measured. Failures are said and cost nothing else.
  void Commit(std::int64_t now);
};

// Its failures are said as well. `engine` gets what is there; Past must outlive the engine.
Past OpenPast(const Options& options, const ir::Module& module, runtime::EngineOptions* engine);

}  // namespace faultline::cli

#endif  // FAULTLINE_TOOLS_CLI_PAST_H_
