// What the generator of matchers must know of a pattern's instructions before it writes code. No LLVM here.
#ifndef FAULTLINE_JIT_PATTERN_ANALYSIS_H_
#define FAULTLINE_JIT_PATTERN_ANALYSIS_H_

#include "support/regex/program.h"

#include <bitset>
#include <cstdint>
#include <string>
#include <vector>

namespace faultline::jit {

// Bytes, and 256 for the end of the text.
using NextSet = std::bitset<257>;
inline constexpr std::size_t kEndOfText = 256;

class PatternAnalysis {
 public:
  explicit PatternAnalysis(const regex::Prog& program);

  // Can control get there at all?
  bool reachable(std::uint32_t inst) const { return ways_in_[inst] > 0; }
  // More than one way leads there. Only these need a bit that says "been here at this place": an instruction
  // with one way in runs at a place at most as often as its predecessor does, so time stays linear.
  bool is_join(std::uint32_t inst) const { return join_[inst] != kNotAJoin; }
  std::uint32_t join(std::uint32_t inst) const { return join_[inst]; }
  std::uint32_t joins() const { return joins_; }

  // What may stand at a place from which the instruction leads to a match; a superset.
  const NextSet& next(std::uint32_t inst) const { return next_[inst]; }

  // Bytes that every match begins with.
  const std::string& prefix() const { return prefix_; }

 private:
  static constexpr std::uint32_t kNotAJoin = 0xffffffff;

  void CountWays();
  void FindNext();
  bool UpdateNext(std::uint32_t inst);
  void FindPrefix();

  const regex::Prog& program_;
  std::vector<std::uint32_t> ways_in_;
  std::vector<std::uint32_t> join_;
  std::uint32_t joins_ = 0;
  std::vector<NextSet> next_;
  std::string prefix_;
};

}  // namespace faultline::jit

#endif  // FAULTLINE_JIT_PATTERN_ANALYSIS_H_
