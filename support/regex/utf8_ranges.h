// Ranges of code points as sequences of byte ranges: how a class becomes an automaton over UTF-8.
//
// U+0800..U+FFFF, say, is [E0][A0-BF][80-BF], [E1-EC][80-BF][80-BF], [ED][80-9F][80-BF],
// [EE-EF][80-BF][80-BF] (R. Cox and K. Thompson; RE2's compile.cc). Surrogates are left out. Pure functions.
#pragma once

#include "support/regex/unicode.h"

#include <array>
#include <cstdint>
#include <vector>

namespace faultline::regex {

struct ByteRange {
  uint8_t lo = 0;
  uint8_t hi = 0;
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

// All encodings whose i-th byte lies in ranges[i].
struct Utf8Sequence {
  std::array<ByteRange, 4> ranges{};
  int length = 0;
};

// Appends the sequences for `range`, in the order of their bytes. Calls with ascending ranges give sequences
// that are sorted overall, and two sequences that agree up to some byte have equal or disjoint ranges there.
void AppendUtf8Sequences(CharRange range, std::vector<Utf8Sequence>& out);

}  // namespace faultline::regex
