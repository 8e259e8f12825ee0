// Search for thousands of literals at once by hashing q-grams.
//
// Four text bytes are read at each stride-th place, folded to lower case and hashed into a bitmap that fits
// the first level cache; where the bit is set, a bucket lists the literals that have this q-gram and at which
// offset, and each is compared in full. A literal of at least q + stride - 1 bytes has a q-gram at every
// residue of the stride, so with one registered for each residue none is missed, although only every
// stride-th place is looked at. (The idea of Wu and Manber's block shifts, "A fast algorithm for
// multi-pattern searching", 1994, with fixed shifts.) For each residue the q-gram that fewest literals have
// so far, and of those the rarest in logs, is registered.
//
// Thread safety: immutable once built.
#ifndef FAULTLINE_RUNTIME_MATCH_QGRAM_H_
#define FAULTLINE_RUNTIME_MATCH_QGRAM_H_

#include "runtime/match/literal_set.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace faultline::runtime {

class QGramSearcher {
 public:
  // Each literal has at least q + stride - 1 bytes; q is 1, 2 or 4, stride 1 to 4. `set` must outlive this
  // object.
  QGramSearcher(const LiteralSet* set, const std::vector<LiteralId>& literals, unsigned q, unsigned stride);

  // Appends a hit for each place of each literal, not in order. O(text) expected.
  void Scan(std::string_view text, std::vector<LiteralHit>* hits) const;

  unsigned q() const { return q_; }
  unsigned stride() const { return stride_; }

 private:
  struct Entry {
    std::uint32_t gram;
    LiteralId literal;
    std::uint32_t offset;
  };

  template <unsigned q>
  void ScanWith(std::string_view text, std::vector<LiteralHit>* hits) const;
  std::uint32_t Bucket(std::uint32_t gram) const { return (gram * 0x9e3779b1u) >> shift_; }

  const LiteralSet* set_;
  unsigned q_;
  unsigned stride_;
  unsigned shift_ = 16;                // 32 - log2 of the number of buckets
  std::vector<std::uint64_t> filter_;  // one bit a bucket
  std::vector<std::uint32_t> starts_;  // buckets + 1
  std::vector<Entry> entries_;         // grouped by bucket
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_MATCH_QGRAM_H_
