// Where findings go. The engine calls OnFinding for each finding in the order of its decision, then OnEnd
// once, all from one thread.
#ifndef FAULTLINE_RUNTIME_FINDING_SINK_H_
#define FAULTLINE_RUNTIME_FINDING_SINK_H_

#include "runtime/finding/finding.h"
#include "runtime/finding/summary.h"

#include <string_view>

namespace faultline::runtime {

class FindingSink {
 public:
  virtual ~FindingSink() = default;
  virtual void OnFinding(const FindingPtr& finding) = 0;
  virtual void OnEnd(const RunSummary& summary) = 0;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_FINDING_SINK_H_
