// Findings joined by cause. Until rules name what they explain, each distinct trouble (rule and message) of
// level error or above is the root of a diagnosis of its own, the worst first.
//
// Bounded: at most `limit` roots are kept, the others are counted. Thread safety: none.
#ifndef FAULTLINE_RUNTIME_FINDING_DIAGNOSIS_H_
#define FAULTLINE_RUNTIME_FINDING_DIAGNOSIS_H_

#include "runtime/finding/finding.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace faultline::runtime {

struct Diagnosis {
  FindingPtr root;
};

class DiagnosisCollector {
 public:
  explicit DiagnosisCollector(std::size_t limit = 1000) : limit_(limit) {}

  // O(length of the message) expected. The first finding of a trouble is its root.
  void Add(const FindingPtr& finding);

  // By severity, worst first, then by place: input, line, offset; then by rule name.
  std::vector<Diagnosis> Diagnoses() const;
  std::int64_t left_out() const { return left_out_; }

 private:
  std::size_t limit_;
  std::unordered_map<std::string, FindingPtr> roots_;  // by rule and message
  std::int64_t left_out_ = 0;
};

// The order of findings in what people read: severity, worst first, then place, then rule.
bool WorseOrEarlier(const Finding& a, const Finding& b);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_FINDING_DIAGNOSIS_H_
