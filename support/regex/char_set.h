// CharSet: a set of code points as sorted, disjoint, non-adjacent ranges. What a character class means.
//
// Sets are built by adding ranges in any order and made canonical once, so building costs O(n log n) in the
// number of ranges added. A value type; distinct objects may be used on distinct threads.
#pragma once

#include "support/regex/unicode.h"

#include <span>
#include <vector>

namespace faultline::regex {

// Which characters fold together when case is ignored.
enum class Folding : unsigned char { kNone, kAscii, kUnicode };

class CharSet {
 public:
  CharSet() = default;
  explicit CharSet(std::span<const CharRange> ranges) {
    for (const CharRange& range : ranges) Add(range.lo, range.hi);
  }

  // Adds the code points lo..hi; an empty or out-of-range part is ignored.
  void Add(char32_t lo, char32_t hi);
  void Add(const CharSet& other);

  // Adds lo..hi and all that folds to one of them. O(variants), by table.
  void AddFolded(char32_t lo, char32_t hi, Folding folding);

  // Everything that is not in the set. Surrogates take part like any code point; they never occur in text.
  void Negate();

  // The canonical ranges.
  std::span<const CharRange> ranges() const;

  bool empty() const { return ranges().empty(); }
  bool full() const { return ranges().size() == 1 && ranges()[0] == CharRange{0, kMaxCodePoint}; }
  bool Contains(char32_t c) const;

 private:
  void Canonicalize() const;

  mutable std::vector<CharRange> ranges_;  // canonical unless dirty_
  mutable bool dirty_ = false;
};

}  // namespace faultline::regex
