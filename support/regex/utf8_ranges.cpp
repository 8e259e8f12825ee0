// Splits a range where the number of bytes changes, then where leading bytes differ, until each piece is a
// product of byte ranges.
#include "support/regex/utf8_ranges.h"

#include "support/regex/utf8.h"

#include <string>

namespace faultline::regex {

void AppendUtf8Sequences(CharRange range, std::vector<Utf8Sequence>& out) {
  // `.` and negated classes: a coarser cover of all non-ASCII text makes smaller programs, and since text is
  // known to be UTF-8 it cannot match anything else.
  if (range.lo == 0x80 && range.hi == kMaxCodePoint) {
    out.push_back({.ranges = {{{0xC2, 0xDF}, {0x80, 0xBF}}}, .length = 2});
    out.push_back({.ranges = {{{0xE0, 0xEF}, {0x80, 0xBF}, {0x80, 0xBF}}}, .length = 3});
    out.push_back({.ranges = {{{0xF0, 0xF4}, {0x80, 0xBF}, {0x80, 0xBF}, {0x80, 0xBF}}}, .length = 4});
    return;
  }
  std::vector<CharRange> todo = {range};
  auto split = [&todo](CharRange whole, char32_t last_of_first) {
    todo.push_back({last_of_first + 1, whole.hi});
    todo.push_back({whole.lo, last_of_first});
  };
  while (!todo.empty()) {
    const CharRange piece = todo.back();
    todo.pop_back();
    if (piece.lo > piece.hi) continue;
    if (piece.lo <= 0xDFFF && piece.hi >= 0xD800) {
      if (piece.hi > 0xDFFF) todo.push_back({0xE000, piece.hi});
      if (piece.lo < 0xD800) todo.push_back({piece.lo, 0xD7FF});
      continue;
    }
    bool done = true;
    for (char32_t last : {0x7Fu, 0x7FFu, 0xFFFFu}) {
      if (piece.lo <= last && last < piece.hi) {
        if (last == 0x7F && piece.hi == kMaxCodePoint) {
          // Not through `todo`, so that the coarse cover applies.
          AppendUtf8Sequences({piece.lo, last}, out);
          AppendUtf8Sequences({last + 1, piece.hi}, out);
        } else {
          split(piece, last);
        }
        done = false;
        break;
      }
    }
    if (!done) continue;
    if (piece.hi >= 0x80) {
      for (int i = 1; i < 4 && done; ++i) {
        const char32_t mask = (char32_t{1} << (6 * i)) - 1;  // the last i bytes
        if ((piece.lo & ~mask) == (piece.hi & ~mask)) continue;
        if ((piece.lo & mask) != 0) {
          split(piece, piece.lo | mask);
          done = false;
        } else if ((piece.hi & mask) != mask) {
          split(piece, (piece.hi & ~mask) - 1);
          done = false;
        }
      }
    }
    if (!done) continue;
    std::string lo;
    std::string hi;
    AppendUtf8(piece.lo, lo);
    AppendUtf8(piece.hi, hi);
    Utf8Sequence sequence;
    sequence.length = static_cast<int>(lo.size());
    for (size_t i = 0; i < lo.size(); ++i) {
      sequence.ranges[i] = {static_cast<uint8_t>(lo[i]), static_cast<uint8_t>(hi[i])};
    }
    out.push_back(sequence);
  }
}

}  // namespace faultline::regex
