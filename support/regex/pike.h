// Pike's virtual machine: the reference engine, with captures, for every program and every text.
//
// All threads of the automaton advance together, one byte at a time, in the order of their priority; each
// carries its captures (R. Pike, "The text editor sam", 1987; R. Cox, "Regular expression matching: the
// virtual machine approach", 2009). O(text x program) time, O(program x groups) memory, leftmost-first
// results.
#pragma once

#include "support/regex/program.h"
#include "support/regex/sparse_set.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace faultline::regex {

// Memory that searches reuse. One per thread; any program may use it.
class PikeScratch {
 private:
  friend class PikeVm;
  // A step of following empty transitions: enter instruction `id`, or put `value` back into slot `id`.
  struct Todo {
    uint32_t id;
    bool restore;
    int32_t value;
  };
  SparseSet visited_[2];
  std::vector<uint32_t> threads_[2];  // those that wait at a byte or have matched, in order of priority
  std::vector<int32_t> captures_[2];  // by instruction
  std::vector<int32_t> current_;
  std::vector<Todo> todo_;
};

// Finds the leftmost-first match in `text` at or after `from`. Fills `captures` with the match and its
// groups, as many as there is room for; the rest of a longer span becomes {-1, -1}. Without a match
// `captures` is not touched.
// `^` and `\b` at `from` see the text before it. `from` beyond the text finds nothing.
bool PikeSearch(const Prog& prog, std::string_view text, size_t from, Anchor anchor, std::span<Span> captures,
                PikeScratch& scratch);

}  // namespace faultline::regex
