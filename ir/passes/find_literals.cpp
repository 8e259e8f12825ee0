// Required literals: which lines need not be looked at. The analysis is the regex library's; this pass
// decides which sets are worth a search.
#include "ir/passes/passes.h"
#include "support/regex/analysis.h"
#include "support/regex/syntax.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace faultline::ir {

namespace {

// Blanks and the punctuation that stands in most lines of most logs tell nothing apart.
bool IsCommon(char c) {
  return std::string_view(" \t:=,.-/\"'()[]{}").find(c) != std::string_view::npos;
}

// At least two bytes that are not in nearly every line.
bool IsSelective(const regex::SearchLiteral& literal) {
  return std::count_if(literal.text.begin(), literal.text.end(), [](char c) { return !IsCommon(c); }) >= 2;
}

std::vector<Pattern::Literal> LiteralsOf(const Pattern& pattern) {
  const std::optional<regex::Flags> flags = regex::ParseFlags(pattern.flags);
  if (!flags.has_value()) return {};
  const regex::Result<regex::NodePtr> tree = regex::Parse(pattern.regex, *flags);
  if (!tree.ok()) return {};
  regex::LiteralLimits limits;
  limits.max_literals = kMaxLiterals;
  const regex::LiteralSet set = regex::RequiredLiterals(*tree, limits);
  if (!std::all_of(set.begin(), set.end(), IsSelective)) return {};
  std::vector<Pattern::Literal> literals;
  for (const regex::SearchLiteral& literal : set) literals.push_back({literal.text, literal.fold});
  return literals;
}

}  // namespace

std::size_t FindLiterals(Module* module) {
  std::size_t changes = 0;
  for (Pattern& pattern : module->patterns) {
    std::vector<Pattern::Literal> literals = LiteralsOf(pattern);
    if (literals == pattern.literals) continue;
    pattern.literals = std::move(literals);
    ++changes;
  }
  return changes;
}

}  // namespace faultline::ir
