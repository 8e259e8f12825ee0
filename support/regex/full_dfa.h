// Dfa: a deterministic automaton built ahead of time, for programs where it is small.
//
// It answers one question, whether a match exists, with one table look-up per byte. The table is public: the
// native code generator turns it into code. Conditions (`^ $ \b`, with and without flag `m`) are compiled in:
// the start depends on the byte before, and the end of the text is a symbol of its own.
#pragma once

#include "support/regex/dfa_stepper.h"
#include "support/regex/program.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace faultline::regex {

// An answer of an engine that may be unable to say.
enum class Answer : uint8_t { kNo, kYes, kUnknown };

struct Dfa {
  // States that every automaton has; all three lead only to themselves.
  static constexpr uint32_t kDead = 0;    // no match is possible any more
  static constexpr uint32_t kAccept = 1;  // there is a match
  static constexpr uint32_t kQuit = 2;    // Unicode `\b` met a byte that is not ASCII: ask another engine

  // table[state * stride + class] is the next state. The class of the end of the text is stride - 1; it leads
  // to kAccept, kDead or kQuit.
  std::vector<uint32_t> table;
  uint32_t stride = 0;
  std::array<uint8_t, 256> byte_classes{};

  // The program asks for Unicode `\b`: any byte from 0x80 on, also just before the start, makes the answer
  // unknown.
  bool quits = false;

  // Where to begin, by what stands before the place (TextBefore).
  std::array<uint32_t, kNumTextBefore> starts{};

  uint32_t num_states() const { return static_cast<uint32_t>(table.size() / stride); }

  // Is there a match in `text` at or after `from`, under the anchor that the automaton was built for?
  // O(text), and no memory. Thread-safe.
  Answer Exists(std::string_view text, size_t from) const;
};

// The automaton of `prog`, minimised, or nothing if it has more than `max_states` states on the way.
// O(max_states * classes * program).
std::optional<Dfa> BuildDfa(const Prog& prog, uint32_t max_states, Anchor anchor = Anchor::kNone);

}  // namespace faultline::regex
