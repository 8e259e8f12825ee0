// Parse: regular expressions as text, to trees.
//
// The syntax is RE2's, described in docs/regex.md; what differs is there too. In short: `i` folds ASCII only,
// the flag `u` (RE2 has none) adds Unicode to folding, `\w \d \s` and `\b`, and groups are named `(?<name>…)`
// as well as `(?P<name>…)`. What cannot run in linear time (look-around, back-references, …) is an error that
// says what to write instead.
//
// Parsing takes O(pattern) time apart from classes, which are sorted, and no stack: groups nest up to
// kMaxNesting. Pure functions, safe on any thread.
#pragma once

#include "support/regex/error.h"
#include "support/regex/node.h"

#include <optional>
#include <string_view>

namespace faultline::regex {

// Groups inside one another, as RE2 bounds them.
inline constexpr int kMaxNesting = 1000;

// Flags as they stand behind a pattern, `r"…"im`. Each can be changed inside by `(?i)`, `(?-i)`, `(?i:…)`.
struct Flags {
  bool ignore_case = false;  // `i`: ASCII letters match either case; with `u`, all letters
  bool unicode = false;      // `u`: Unicode folding, `\w \d \s` and `\b`
  bool dot_newline = false;  // `s`: `.` matches `\n` too
  bool multi_line = false;   // `m`: `^` and `$` match at each line, not only at the ends of the text
  bool swap_greed = false;   // `U`: `*` is lazy and `*?` greedy
  friend bool operator==(const Flags&, const Flags&) = default;
};

// The flags that the letters of `text` name, or nothing if one is unknown or repeated.
std::optional<Flags> ParseFlags(std::string_view text);

// The tree of `pattern`, or the first error in it. Group numbers count opening brackets from 1.
Result<NodePtr> Parse(std::string_view pattern, const Flags& flags = {});

// `text` with a backslash before each character that would not stand for itself.
std::string Escape(std::string_view text);

}  // namespace faultline::regex
