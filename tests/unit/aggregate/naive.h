// Aggregates as docs/semantics.md, section 9, says them: every answer is computed anew from all events.
#ifndef FAULTLINE_TESTS_UNIT_AGGREGATE_NAIVE_H_
#define FAULTLINE_TESTS_UNIT_AGGREGATE_NAIVE_H_

#include "runtime/aggregate/window_aggregate.h"

#include <vector>

namespace faultline::aggregate {

struct NaiveEvent {
  std::int64_t at = 0;
  Sample sample;
};

class Naive {
 public:
  explicit Naive(const Spec& spec) : spec_(spec) {}
  void Add(std::int64_t at, const Sample& sample);
  Value Result(std::int64_t at, Arena* arena);
  // The events in the window at `at`.
  std::vector<const NaiveEvent*> Inside(std::int64_t at);

 private:
  const Spec& spec_;
  std::int64_t now_ = INT64_MIN;
  std::vector<NaiveEvent> events_;
};

}  // namespace faultline::aggregate

#endif  // FAULTLINE_TESTS_UNIT_AGGREGATE_NAIVE_H_
