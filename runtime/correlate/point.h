// Where something stands in the order of a run, and what of it windows are judged by.
#ifndef FAULTLINE_RUNTIME_CORRELATE_POINT_H_
#define FAULTLINE_RUNTIME_CORRELATE_POINT_H_

#include "runtime/correlate/operator.h"
#include "runtime/engine/match.h"

#include <cstdint>

namespace faultline::runtime {

struct Point {
  Position position;
  Extent extent;
  Value time;

  bool timed() const { return time.kind == ValueKind::kTime; }
};

inline Point PointOf(const Event& event) {
  return {event.position, event.extent, event.time};
}

inline std::int64_t SaturatingAdd(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? (b > 0 ? INT64_MAX : INT64_MIN) : sum;
}

// Whether `b` comes after `a`: inside a source by position, between sources by a strictly greater time, from
// which clocks may differ by `skew` (docs/semantics.md, 2.3 and 2.6).
inline bool ComesAfter(const Point& b, const Point& a, std::int64_t skew) {
  if (a.position.input == b.position.input) return b.position.order > a.position.order;
  return a.timed() && b.timed() && b.time.integer > SaturatingAdd(a.time.integer, -skew);
}

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_CORRELATE_POINT_H_
