// DfaStepper: the subset construction, one state at a time. Private to support/regex; lazy_dfa.h and
// full_dfa.h build their automata with it, analysis.cpp walks products of it.
//
// A state is what the automaton of the Prog may be doing at a place: instructions in the order of their
// priority, and what is already known about the place. Conditions on the next byte (`$`, `\b`) cannot be
// decided yet, so they wait until that byte is known, and a match is reported one byte late. This is the idea
// of RE2's dfa.cc.
#pragma once

#include "support/regex/program.h"
#include "support/regex/sparse_set.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace faultline::regex {

// What stands before the place where a search begins.
enum class TextBefore : uint8_t { kNothing, kNewline, kWordByte, kOtherByte };
inline constexpr int kNumTextBefore = 4;

// Symbols are bytes and, behind them, the end of the text.
inline constexpr int kEndOfText = 256;

class DfaStepper {
 public:
  enum class Goal : uint8_t {
    kExists,         // is there a match? States have no order, and the first match ends the search
    kLeftmostFirst,  // where does the leftmost-first match end?
  };

  // A state as a value: flags, then instructions. Equal keys are equal states.
  using Key = std::vector<uint32_t>;
  static constexpr uint32_t kMatchFlag = 1 << 9;  // a match ended before the byte that led here
  static constexpr uint32_t kQuitFlag = 1 << 10;  // a byte that this automaton cannot judge led here

  static bool IsDead(const Key& key) { return key.size() == 1 && key[0] == 0; }
  static bool IsMatch(const Key& key) { return (key[0] & kMatchFlag) != 0; }
  static bool IsQuit(const Key& key) { return (key[0] & kQuitFlag) != 0; }

  // `prog` must outlive the stepper.
  DfaStepper(const Prog& prog, Goal goal, Anchor anchor);

  Key Start(TextBefore before);

  // The state after `symbol`, a byte or kEndOfText. For kExists a match state stays one.
  Key Step(const Key& from, int symbol);

 private:
  static constexpr uint32_t kLastWord = 1 << 8;
  static constexpr int kNeedsShift = 16;

  void Clear();
  void Follow(uint32_t root, uint32_t conditions);
  Key MakeKey(uint32_t flags, uint32_t conditions);

  const Prog& prog_;
  Goal goal_;
  Anchor anchor_;
  SparseSet visited_;
  std::vector<uint32_t> roots_;  // what was followed, in order of priority
  std::vector<uint32_t> list_;   // where that led: instructions that wait, in order of priority
  std::vector<uint32_t> previous_;
  std::vector<uint32_t> todo_;
};

// FNV-1a over the words of a key.
struct DfaKeyHash {
  size_t operator()(const DfaStepper::Key& key) const {
    uint64_t hash = 14695981039346656037u;
    for (uint32_t word : key) hash = (hash ^ word) * 1099511628211u;
    return static_cast<size_t>(hash ^ hash >> 29);
  }
};

// What stands before `pos`; only for programs and texts whose `\b` looks at ASCII.
TextBefore TextBeforeAt(std::string_view text, size_t pos);

}  // namespace faultline::regex
