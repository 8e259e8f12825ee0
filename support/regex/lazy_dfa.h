// LazyDfa: a deterministic automaton whose states are made as the text needs them, within a bound of memory.
//
// One table look-up per byte once the states are known; it says whether there is a match and where the
// leftmost-first match ends, but neither where it begins nor what the groups hold. When the memory is full
// the automaton starts anew, and when that happens too often to pay it gives up (RE2's dfa.cc; K. Thompson's
// original idea of 1968). Linear time always.
//
// An object belongs to one program, one anchor and one thread.
#pragma once

#include "support/regex/dfa_stepper.h"
#include "support/regex/full_dfa.h"
#include "support/regex/program.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace faultline::regex {

class LazyDfa {
 public:
  struct Found {
    Answer answer = Answer::kNo;
    size_t end = 0;  // of the leftmost-first match, for kYes
  };

  LazyDfa(ProgPtr prog, Anchor anchor, size_t max_bytes = size_t{1} << 20);

  // Where does the match at or after `from` end? kUnknown: ask another engine, which is for Unicode `\b` in a
  // text that is not ASCII, and for automata that do not fit into memory.
  Found FindEnd(std::string_view text, size_t from);

  // Is there one? Stops at the first sign of it.
  Answer Exists(std::string_view text, size_t from);

  size_t bytes() const { return bytes_; }
  size_t num_resets() const { return num_resets_; }

 private:
  // States by number; these two are fixed.
  static constexpr uint32_t kDead = 0;
  static constexpr uint32_t kQuit = 1;
  static constexpr uint32_t kUnmade = UINT32_MAX;  // a transition not computed yet

  Found Run(std::string_view text, size_t from, bool stop_at_first);
  uint32_t StartState(TextBefore before);
  uint32_t MakeNext(uint32_t state, int symbol, size_t symbol_class);
  uint32_t NumberOf(DfaStepper::Key key);
  void Reset();

  ProgPtr prog_;
  DfaStepper stepper_;
  size_t max_bytes_;
  size_t bytes_ = 0;
  size_t num_resets_ = 0;
  bool full_ = false;
  uint32_t stride_;
  std::vector<uint32_t> table_;
  std::vector<uint8_t> is_match_;  // by state
  std::vector<const DfaStepper::Key*> keys_;
  std::unordered_map<DfaStepper::Key, uint32_t, DfaKeyHash> numbers_;
  std::array<uint32_t, kNumTextBefore> starts_{};
};

}  // namespace faultline::regex
