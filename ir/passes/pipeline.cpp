// Folding first, as it makes operands dead; fields before sharing, as it copies what is shared; dead code
// last.
#include "ir/passes/pipeline.h"

namespace faultline::ir {

std::vector<PassReport> RunPasses(Module* module, Evaluate evaluate) {
  std::vector<PassReport> reports;
  if (evaluate != nullptr) reports.push_back({"fold_constants", FoldConstants(module, evaluate)});
  reports.push_back({"remove_dead_fields", RemoveDeadFields(module)});
  reports.push_back({"share_common_work", ShareCommonWork(module)});
  reports.push_back({"find_literals", FindLiterals(module)});
  reports.push_back({"remove_dead_code", RemoveDeadCode(module)});
  return reports;
}

}  // namespace faultline::ir
