// Random well-formed modules and surroundings to run them in: for round trips, for passes, and for comparing
// back ends.
//
// Modules are well-typed by construction: functions are grown from a wanted type, over every opcode of the
// table, all kinds of loops, captures, records and lists, with boundary values as constants. Every opcode
// stands in one of any Overloads().size() / 4 modules in a row. The same seed gives the same module, on every
// platform.
//
// `Transcript` runs everything that a program can be asked about its rules and formats over random texts and
// frames, and writes down what came out. Two programs of the same meaning have equal transcripts, before and
// after passes, on any back end; what is hidden (slots that no finding shows) is not written down.
#ifndef FAULTLINE_TESTS_UNIT_IR_GENERATE_H_
#define FAULTLINE_TESTS_UNIT_IR_GENERATE_H_

#include "ir/ir.h"
#include "runtime/program.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::ir::testing {

// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere, unlike the distributions of <random>.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t Next();
  std::uint32_t Below(std::uint32_t bound);  // 0 for 0
  bool OneIn(std::uint32_t n) { return Below(n) == 0; }
  template <class T>
  const T& Pick(const std::vector<T>& items) {
    return items[Below(static_cast<std::uint32_t>(items.size()))];
  }

 private:
  std::uint64_t state_;
};

struct GenerateOptions {
  std::uint32_t patterns = 4;
  std::uint32_t rules = 3;
  std::uint32_t formats = 2;
  std::uint32_t max_instructions = 60;  // of a function, about
  std::uint32_t max_depth = 5;          // of expressions
};

Module GenerateModule(std::uint64_t seed, const GenerateOptions& options = {});

// A value of the type, often an edge of it, sometimes missing. Text and items go to the arena.
Value BoundaryValue(Random& random, const lang::Type& type, Arena& arena);

// A text that some of the generated patterns match; sometimes not UTF-8, sometimes empty.
std::string SubjectText(Random& random);

// What the program answers, a line each: matches, captures, results, the slots that findings show. `rounds`
// frames and texts a rule.
std::string Transcript(const runtime::Program& program, std::uint64_t seed, int rounds = 4);

}  // namespace faultline::ir::testing

#endif  // FAULTLINE_TESTS_UNIT_IR_GENERATE_H_
