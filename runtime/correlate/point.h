// Where something stands in the order of a run, and what of it windows are judged by.
#ifndef FAULTLINE_RUNTIME_CORRELATE_POINT_H_
#define FAULTLINE_RUNTIME_CORRELATE_POINT_H_

#include "runtime/correlate/operator.h"
#include "runtime/engine/match.h"

#include <cstdint>

namespace faultline::runtime {

struct Point {
  Position position;  // where it is decided
  Extent extent;
  Value time;
  // Its interval in the order of the run, and the time at its beginning.
  std::uint64_t first = 0, last = 0;
  Value begin;

  bool timed() const { return time.kind == ValueKind::kTime; }
};

inline Point PointOf(const Event& event) {
  const std::uint64_t order = event.position.order;
  if (event.found == nullptr) return {event.position, event.extent, event.time, order, order, event.time};
  const Match& found = *event.found;
  return {event.position,    event.extent,         event.time,
          found.begin.order, found.position.order, found.begin.time};
}

inline std::int64_t SaturatingAdd(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? (b > 0 ? INT64_MAX : INT64_MIN) : sum;
}

// Whether `b` comes after `a`: begins where `a` has ended. Inside a source by the order of records, between
// sources by a strictly greater time, from which clocks may differ by `skew` (docs/semantics.md, 1.4, 2.3 and
// 2.6).
inline bool ComesAfter(const Point& b, const Point& a, std::int64_t skew) {
  if (a.position.input == b.position.input) return b.first > a.last;
  return a.timed() && b.begin.kind == ValueKind::kTime &&
         b.begin.integer > SaturatingAdd(a.time.integer, -skew);
}

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_CORRELATE_POINT_H_
