// Findings as bytes and back, for what is kept of them between runs (diagnoser.h).
#ifndef FAULTLINE_RUNTIME_ENGINE_FINDING_STATE_H_
#define FAULTLINE_RUNTIME_ENGINE_FINDING_STATE_H_

#include "ir/ir.h"
#include "runtime/correlate/snapshot.h"
#include "runtime/finding/finding.h"

namespace faultline::runtime {

void PutFinding(const Finding& finding, snapshot::Writer* writer);
// Null, and the reader fails, for what no finding of the module can be.
FindingPtr GetFinding(const ir::Module& module, snapshot::Reader* reader);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_ENGINE_FINDING_STATE_H_
