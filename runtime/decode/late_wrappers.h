// Wrappers that begin behind the head of a source: `docker build` at line 5,000 of a CI log.
//
// A wrapper is looked for all through the source if each match of one of its `detect` patterns holds a
// literal of at least kMinLiteral bytes, so that one fast pass over the bytes of a block finds the few lines
// to ask about. Patterns without one (a stamp, a bar between two words) are too common inside logs to trust a
// single line.
//
// What is found depends on the lines alone, not on blocks. Thread safety: one thread at a time.
#ifndef FAULTLINE_RUNTIME_DECODE_LATE_WRAPPERS_H_
#define FAULTLINE_RUNTIME_DECODE_LATE_WRAPPERS_H_

#include "runtime/decode/unwrapper.h"
#include "runtime/input/line_reader.h"
#include "runtime/match/prefilter.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace faultline::runtime {

class LateWrappers {
 public:
  // `unwrapper` must outlive it. O(patterns of `detect`).
  explicit LateWrappers(Unwrapper* unwrapper);

  // Notes the lines of a block that hold a literal. O(bytes).
  void Scan(const LineBlock& block);
  // Whether this line of the block is one of them. O(1).
  bool MayBegin(std::size_t line) const { return line < noted_.size() && noted_[line]; }

  // The first wrapper by written order that may stand inside `wrappers` (in force, outermost first), that a
  // pattern detects in the line and that fits it; ir::kNone if there is none. `record` is the line's.
  std::uint32_t Find(const Work& work, const RecordContext& record, std::span<const std::uint32_t> wrappers,
                     EvalContext& context);

 private:
  struct Detect {
    std::uint32_t wrapper;
    ir::PatternId pattern;
  };

  Unwrapper* unwrapper_;
  std::vector<Detect> detects_;  // by wrapper
  std::unique_ptr<Prefilter> prefilter_;
  std::vector<LiteralHit> hits_;
  std::vector<bool> noted_;
  std::string text_;
  std::vector<OffsetRun> runs_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_DECODE_LATE_WRAPPERS_H_
