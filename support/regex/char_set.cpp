// Range lists: append first, sort and merge on the first read.
#include "support/regex/char_set.h"

#include <algorithm>

namespace faultline::regex {

void CharSet::Add(char32_t lo, char32_t hi) {
  hi = std::min(hi, kMaxCodePoint);
  if (lo > hi) return;
  // Generated tables arrive in order, so most ranges need no sorting.
  if (!ranges_.empty() && lo <= ranges_.back().hi + 1) {
    if (lo >= ranges_.back().lo) {
      ranges_.back().hi = std::max(ranges_.back().hi, hi);
      return;
    }
    dirty_ = true;
  }
  ranges_.push_back({lo, hi});
}

void CharSet::Add(const CharSet& other) {
  for (const CharRange& range : other.ranges()) Add(range.lo, range.hi);
}

void CharSet::AddFolded(char32_t lo, char32_t hi, Folding folding) {
  Add(lo, hi);
  if (folding == Folding::kAscii) {
    const char32_t upper_lo = std::max<char32_t>(lo, 'A');
    const char32_t upper_hi = std::min<char32_t>(hi, 'Z');
    if (upper_lo <= upper_hi) Add(upper_lo + 32, upper_hi + 32);
    const char32_t lower_lo = std::max<char32_t>(lo, 'a');
    const char32_t lower_hi = std::min<char32_t>(hi, 'z');
    if (lower_lo <= lower_hi) Add(lower_lo - 32, lower_hi - 32);
  } else if (folding == Folding::kUnicode) {
    std::span<const CaseOrbitStep> orbits = CaseOrbits();
    auto it = std::ranges::lower_bound(orbits, lo, {}, &CaseOrbitStep::from);
    for (; it != orbits.end() && it->from <= hi; ++it) {
      for (char32_t c = it->to; c != it->from;) {
        Add(c, c);
        c = std::ranges::lower_bound(orbits, c, {}, &CaseOrbitStep::from)->to;
      }
    }
  }
}

void CharSet::Negate() {
  Canonicalize();
  std::vector<CharRange> gaps;
  char32_t next = 0;
  for (const CharRange& range : ranges_) {
    if (next < range.lo) gaps.push_back({next, range.lo - 1});
    next = range.hi + 1;
  }
  if (next <= kMaxCodePoint) gaps.push_back({next, kMaxCodePoint});
  ranges_ = std::move(gaps);
}

std::span<const CharRange> CharSet::ranges() const {
  Canonicalize();
  return ranges_;
}

bool CharSet::Contains(char32_t c) const {
  std::span<const CharRange> all = ranges();
  auto it = std::ranges::lower_bound(all, c, {}, &CharRange::hi);
  return it != all.end() && it->lo <= c;
}

void CharSet::Canonicalize() const {
  if (!dirty_) return;
  dirty_ = false;
  std::ranges::sort(ranges_, {}, &CharRange::lo);
  size_t kept = 0;
  for (size_t i = 1; i < ranges_.size(); ++i) {
    if (ranges_[i].lo <= ranges_[kept].hi + 1) {
      ranges_[kept].hi = std::max(ranges_[kept].hi, ranges_[i].hi);
    } else {
      ranges_[++kept] = ranges_[i];
    }
  }
  ranges_.resize(kept + 1);
}

}  // namespace faultline::regex
