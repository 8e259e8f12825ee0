// How wide the panes of a window are: one coordinate at first, doubled as often as there are too many.
//
// The first doubling goes straight to 1/kMaxPanes of the window, since nothing below that can help where each
// pane holds one entry.
#ifndef FAULTLINE_RUNTIME_AGGREGATE_PANE_WIDTH_H_
#define FAULTLINE_RUNTIME_AGGREGATE_PANE_WIDTH_H_

#include "runtime/aggregate/accumulator.h"

#include <algorithm>
#include <cstdint>

namespace faultline::aggregate {

class PaneWidth {
 public:
  explicit PaneWidth(std::int64_t window) : window_(window) {}

  // Whether two coordinates are in one pane. Panes are aligned to multiples of their width.
  bool Same(std::int64_t a, std::int64_t b) const {
    return width_ <= 1 ? a == b : FloorDivide(a, width_) == FloorDivide(b, width_);
  }
  // False: they are as wide as they can be.
  bool Widen() {
    if (width_ > INT64_MAX / 4) return false;
    width_ = std::max(width_ * 2, window_ / static_cast<std::int64_t>(kMaxPanes));
    return true;
  }
  void Reset() { width_ = 1; }
  std::int64_t width() const { return width_; }
  bool Set(std::int64_t width) {
    width_ = std::max<std::int64_t>(width, 1);
    return width >= 1;
  }

  static std::int64_t FloorDivide(std::int64_t a, std::int64_t b) {
    const std::int64_t quotient = a / b;
    return a % b < 0 ? quotient - 1 : quotient;
  }

 private:
  std::int64_t window_ = 0;
  std::int64_t width_ = 1;
};

}  // namespace faultline::aggregate

#endif  // FAULTLINE_RUNTIME_AGGREGATE_PANE_WIDTH_H_
