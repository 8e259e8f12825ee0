// Deterministic automata that answer whether a pattern occurs in a text, for the plugin to make code of.
//
// Built here from the pattern's instructions rather than with support/regex, so that the two back ends share
// no automaton: the subset construction (Rabin and Scott, 1959) over sets of instructions that wait at a
// byte, since existence does not ask for priorities. Conditions (`^`, `\b`, …) are decided when the next byte
// is known: a state remembers of the byte before it what the conditions of the program ask.
#ifndef FAULTLINE_JIT_LOADER_EXISTENCE_H_
#define FAULTLINE_JIT_LOADER_EXISTENCE_H_

#include "jit/jit.h"
#include "support/regex/program.h"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace faultline::jit {

struct ExistenceAutomaton {
  std::vector<std::uint32_t> next;
  std::array<std::uint8_t, 256> byte_class;
  std::uint32_t states = 0;
  std::uint32_t columns = 0;
  std::uint32_t start = 0;

  ExistenceTable view() const { return {next.data(), states, columns, start, byte_class.data()}; }
};

// Null where more than `max_states` states would be needed, or more than a bounded amount of work, or where
// Unicode word boundaries occur. Time O(max_states * instructions).
std::unique_ptr<ExistenceAutomaton> BuildExistence(const regex::Prog& program, std::uint32_t max_states);

}  // namespace faultline::jit

#endif  // FAULTLINE_JIT_LOADER_EXISTENCE_H_
