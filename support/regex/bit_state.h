// The bit-state backtracker: captures for small programs on short texts, faster than the Pike VM.
//
// It tries the ways through the program one after the other, the preferred first, and keeps one bit for each
// pair of instruction and place: no pair is tried twice, so the time is O(text x program) like everywhere
// here (RE2's bitstate.cc). The bits bound the sizes it is good for. Same results as PikeSearch.
#pragma once

#include "support/regex/program.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace faultline::regex {

class BitState;

// Memory that searches reuse. One per thread; any program may use it.
class BitStateScratch {
 private:
  friend class BitState;
  struct Job {
    uint32_t id;    // enter this instruction, or put a value back into this slot
    int32_t place;  // where, or the value
    bool restore;
  };
  std::vector<uint64_t> visited_;
  std::vector<Job> jobs_;
  std::vector<int32_t> slots_;
};

// Bits of visited memory at most: 32 KiB, so that it stays in the first-level cache.
inline constexpr size_t kMaxBitStateBits = size_t{256} * 1024;

// Is the search small enough? `length` counts bytes from `from` to the end of the text.
inline bool BitStateFits(const Prog& prog, size_t length) {
  return length < kMaxBitStateBits && (length + 1) * prog.size() <= kMaxBitStateBits;
}

// As PikeSearch, which see. Requires BitStateFits(prog, text.size() - from).
bool BitStateSearch(const Prog& prog, std::string_view text, size_t from, Anchor anchor,
                    std::span<Span> captures, BitStateScratch& scratch);

}  // namespace faultline::regex
