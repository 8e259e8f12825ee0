// Generators of patterns and texts: all small ones, and random larger ones.
//
// The exhaustive generator is that of RE2's testing/regexp_generator.cc: all ways of putting at most so many
// atoms together with at most so many operators.
#pragma once

#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::regex::testing {

// What to combine. An operator holds one or two `%`, the places of its operands.
struct Vocabulary {
  std::string_view name;
  std::vector<std::string> atoms;
  std::vector<std::string> operators;
  size_t max_atoms = 0;
  size_t max_operators = 0;
  std::vector<std::string> letters;  // of texts
  size_t max_letters = 0;
  bool bytes = false;  // texts are bytes, not UTF-8
  std::string flags;   // around the pattern, as in `(?m:…)`
};

// The vocabularies that both oracles go through: for half a minute, or with `full` for an hour.
std::vector<Vocabulary> Vocabularies(bool full);

// Calls `use` with each pattern of the vocabulary once.
void ForEachPattern(const Vocabulary& vocabulary, const std::function<void(const std::string&)>& use);

// All texts of at most max_letters letters.
std::vector<std::string> AllTexts(const Vocabulary& vocabulary);

// A pattern of about `size` nodes, without or with characters beyond ASCII, and a text to go with it.
std::string RandomPattern(std::mt19937& random, int size, bool unicode);
std::string RandomText(std::mt19937& random, size_t max_letters, bool unicode);

}  // namespace faultline::regex::testing
