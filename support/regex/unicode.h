// Unicode data that regular expressions need: named groups, case orbits, and the sets behind `\w \d \s`.
//
// The tables are generated (generate_unicode_tables.py) and committed: a build needs no database, and two
// builds never differ in what `\p{Greek}` means. All functions are pure, return views of constant data and
// are safe on any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace faultline::regex {

inline constexpr char32_t kMaxCodePoint = 0x10FFFF;

// Code points from `lo` to `hi`, both included.
struct CharRange {
  char32_t lo = 0;
  char32_t hi = 0;
  friend bool operator==(const CharRange&, const CharRange&) = default;
};

// A general category (`Lu`), a union of them (`L`), a script (`Greek`) or `Any`; ranges sorted and disjoint.
struct UnicodeGroup {
  std::string_view name;
  std::span<const CharRange> ranges;
};

// One step round the cycle of characters that fold together: `K -> k -> U+212A -> K`.
struct CaseOrbitStep {
  char32_t from = 0;
  char32_t to = 0;
};

std::span<const UnicodeGroup> UnicodeGroups();    // sorted by name
std::span<const CaseOrbitStep> CaseOrbits();      // sorted by `from`
std::span<const CharRange> UnicodeWordRanges();   // `\w` under flag `u`
std::span<const CharRange> UnicodeSpaceRanges();  // `\s` under flag `u`

// The group called `name`, or nullptr. Names are exact, as in RE2: `Greek`, not `greek`. O(log groups).
const UnicodeGroup* FindUnicodeGroup(std::string_view name);

// The nearest group name to a misspelt one, for hints; empty when none is near.
std::string_view NearestUnicodeGroup(std::string_view name);

// Is `c` a word character: `[0-9A-Za-z_]`, or the Unicode set. O(1) and O(log ranges).
constexpr bool IsAsciiWord(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
bool IsUnicodeWord(char32_t c);

}  // namespace faultline::regex
