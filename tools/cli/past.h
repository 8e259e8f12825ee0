// What earlier runs left, for the verbs that look at logs: measured series and the shapes of passing runs.
#ifndef FAULTLINE_TOOLS_CLI_PAST_H_
#define FAULTLINE_TOOLS_CLI_PAST_H_

#include "runtime/engine/engine.h"
#include "runtime/history/run_history.h"
#include "runtime/novelty/shapes.h"
#include "tools/cli/options.h"

#include <memory>

namespace faultline::cli {

// As far as the rules ask for it. Its failures are said and cost nothing else.
struct Past {
  std::unique_ptr<history::Store> store;
  std::unique_ptr<history::RunHistory> run;
  std::unique_ptr<novelty::ShapeSet> shapes;
};

// Opens what `module` asks for and sets it in `engine`; the result must outlive the run.
Past OpenPast(const Options& options, const ir::Module& module, runtime::EngineOptions* engine);

}  // namespace faultline::cli

#endif  // FAULTLINE_TOOLS_CLI_PAST_H_
