// Where findings go. The engine calls OnFinding for each finding in the order of its decision, then
// OnDiagnoses and OnEnd once, all from one thread.
#ifndef FAULTLINE_RUNTIME_FINDING_SINK_H_
#define FAULTLINE_RUNTIME_FINDING_SINK_H_

#include "runtime/finding/diagnosis.h"
#include "runtime/finding/finding.h"
#include "runtime/finding/summary.h"

#include <string_view>
#include <vector>

namespace faultline::runtime {

class FindingSink {
 public:
  virtual ~FindingSink() = default;
  virtual void OnFinding(const FindingPtr& finding) = 0;
  // The findings so far joined by cause, the worst first.
  virtual void OnDiagnoses(const std::vector<Diagnosis>& diagnoses) { static_cast<void>(diagnoses); }
  virtual void OnEnd(const RunSummary& summary) = 0;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_FINDING_SINK_H_
