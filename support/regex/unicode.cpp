// Look-ups in the generated Unicode tables.
#include "support/regex/unicode.h"

#include <algorithm>
#include <utility>

namespace faultline::regex {
namespace {

char LowerAscii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Names that differ only in case, blanks, `_` or `-` mean the same to a reader.
bool LooselyEqual(std::string_view a, std::string_view b) {
  auto skipped = [](char c) { return c == '_' || c == '-' || c == ' '; };
  size_t i = 0;
  size_t j = 0;
  while (true) {
    while (i < a.size() && skipped(a[i])) ++i;
    while (j < b.size() && skipped(b[j])) ++j;
    if (i == a.size() || j == b.size()) return i == a.size() && j == b.size();
    if (LowerAscii(a[i++]) != LowerAscii(b[j++])) return false;
  }
}

}  // namespace

const UnicodeGroup* FindUnicodeGroup(std::string_view name) {
  std::span<const UnicodeGroup> groups = UnicodeGroups();
  auto it = std::ranges::lower_bound(groups, name, {}, &UnicodeGroup::name);
  return it != groups.end() && it->name == name ? &*it : nullptr;
}

std::string_view NearestUnicodeGroup(std::string_view name) {
  for (const UnicodeGroup& group : UnicodeGroups()) {
    if (LooselyEqual(group.name, name)) return group.name;
  }
  // The long names of the categories that people write in other dialects.
  constexpr std::pair<std::string_view, std::string_view> kLongNames[] = {
      {"letter", "L"},           {"uppercaseletter", "Lu"},
      {"lowercaseletter", "Ll"}, {"upper", "Lu"},
      {"lower", "Ll"},           {"uppercase", "Lu"},
      {"lowercase", "Ll"},       {"alpha", "L"},
      {"alphabetic", "L"},       {"digit", "Nd"},
      {"decimalnumber", "Nd"},   {"number", "N"},
      {"punctuation", "P"},      {"punct", "P"},
      {"symbol", "S"},           {"mark", "M"},
      {"separator", "Z"},        {"space", "Z"},
      {"control", "Cc"},         {"cntrl", "Cc"},
  };
  for (const auto& [long_name, group] : kLongNames) {
    if (LooselyEqual(long_name, name)) return group;
  }
  return {};
}

bool IsUnicodeWord(char32_t c) {
  if (c < 0x80) return IsAsciiWord(c);
  std::span<const CharRange> ranges = UnicodeWordRanges();
  auto it = std::ranges::lower_bound(ranges, c, {}, &CharRange::hi);
  return it != ranges.end() && it->lo <= c;
}

}  // namespace faultline::regex
