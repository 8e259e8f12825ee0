// One-pass programs: captures at the speed of a deterministic automaton, for anchored searches.
//
// A program is one-pass if, at each byte of an anchored match, at most one way can go on. Then captures can
// be written down while running: no threads, no backtracking (A. Brueggemann-Klein and D. Wood,
// "One-unambiguous regular languages", 1998; RE2's onepass.cc). `^(\d+)-(\d+) (.*)` is one-pass, `(.*)x` is
// not.
//
// A OnePass is immutable and may be shared by threads; a search needs no scratch memory.
#pragma once

#include "support/regex/program.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace faultline::regex {

class OnePass {
 public:
  // Groups with their slots must fit into one word.
  static constexpr int kMaxGroups = 16;

  // The table of `prog`, or nothing if the program is not one-pass, has too many groups, or needs more than
  // `max_bytes` of table.
  static std::optional<OnePass> Build(const Prog& prog, size_t max_bytes = size_t{64} * 1024);

  // Finds the leftmost-first match that begins at `from`. `anchor` must not be kNone unless the program is
  // anchored at the beginning of the text. Otherwise as PikeSearch. O(text).
  bool Search(const Prog& prog, std::string_view text, size_t from, Anchor anchor,
              std::span<Span> captures) const;

 private:
  class Builder;

  // What to do before going on: check the conditions, then store the place in the slots.
  struct Way {
    uint32_t slots = 0;  // bit per slot
    uint8_t conditions = 0;
    friend bool operator==(const Way&, const Way&) = default;
  };
  struct Action {
    uint32_t next = kNone;  // state
    Way way;
    bool match_wins = false;  // the state's match comes before this in priority
  };
  struct State {
    bool can_match = false;
    Way match;
  };
  static constexpr uint32_t kNone = UINT32_MAX;

  uint32_t stride_ = 0;
  std::vector<Action> actions_;  // by state and byte class
  std::vector<State> states_;
};

}  // namespace faultline::regex
