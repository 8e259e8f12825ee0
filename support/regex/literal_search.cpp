// memchr for the first byte, in both its cases where case is ignored, then a comparison.
#include "support/regex/literal_search.h"

#include <algorithm>

namespace faultline::regex {
namespace {

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool StartsWithFolded(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  for (size_t i = 0; i < lower.size(); ++i) {
    if (Lower(text[i]) != lower[i]) return false;
  }
  return true;
}

}  // namespace

size_t FindLiteral(std::string_view text, size_t from, const SearchLiteral& literal) {
  if (!literal.fold) return text.find(literal.text, from);
  const char lower = literal.text[0];
  const char upper = lower >= 'a' && lower <= 'z' ? static_cast<char>(lower - 'a' + 'A') : lower;
  size_t next_lower = text.find(lower, from);
  size_t next_upper = text.find(upper, from);
  while (true) {
    const size_t at = std::min(next_lower, next_upper);
    if (at == std::string_view::npos) return at;
    if (StartsWithFolded(text.substr(at), literal.text)) return at;
    // npos is the largest number, so a case that does not occur any more is never sought again.
    if (next_lower == at) next_lower = text.find(lower, at + 1);
    if (next_upper == at) next_upper = text.find(upper, at + 1);
  }
}

}  // namespace faultline::regex
