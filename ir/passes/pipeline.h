// The passes in the order in which they help each other.
#ifndef FAULTLINE_IR_PASSES_PIPELINE_H_
#define FAULTLINE_IR_PASSES_PIPELINE_H_

#include "ir/passes/passes.h"

#include <string_view>
#include <vector>

namespace faultline::ir {

struct PassReport {
  std::string_view name;  // "fold_constants"
  std::size_t changes = 0;
};

// Runs all passes on a module that Verify accepts. Without `evaluate` nothing is folded.
std::vector<PassReport> RunPasses(Module* module, Evaluate evaluate);

}  // namespace faultline::ir

#endif  // FAULTLINE_IR_PASSES_PIPELINE_H_
