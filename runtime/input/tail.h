// The last bytes of an input, kept while it passes, in whole lines: for who has to look at the end of
// something that cannot be read twice.
//
// Memory: at most twice `limit`. O(1) amortised for each byte. Thread safety: one thread.
#ifndef FAULTLINE_RUNTIME_INPUT_TAIL_H_
#define FAULTLINE_RUNTIME_INPUT_TAIL_H_

#include "runtime/input/byte_source.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace faultline::runtime {

class Tail {
 public:
  explicit Tail(std::size_t limit) : limit_(limit) {}

  void Append(std::string_view bytes);

  // From the beginning of a line on; the whole input where it is not longer than the limit.
  std::string_view text() const;
  // Number of the line that text() begins with. O(kept bytes).
  std::int64_t first_line() const;
  bool cut() const { return dropped_ > 0 || bytes_.size() > limit_; }

 private:
  std::size_t Begin() const;

  std::size_t limit_;
  std::string bytes_;
  std::uint64_t dropped_ = 0;
  std::int64_t dropped_lines_ = 0;
};

// What `inner` gives, of which `tail` (which must outlive it) keeps the end.
std::unique_ptr<ByteSource> TailedSource(std::unique_ptr<ByteSource> inner, Tail* tail);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_INPUT_TAIL_H_
