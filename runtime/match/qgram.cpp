// Hashed q-grams: see qgram.h for the algorithm.
#include "runtime/match/qgram.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

namespace faultline::runtime {
namespace {

// The q bytes at `at`, bit 5 set in each: a superset of case folding, the same on both sides. (Bytes that
// differ in that bit only fall together; the comparison tells them apart.)
template <unsigned q>
std::uint32_t GramAt(const char* at) {
  if constexpr (q == 4) {
    std::uint32_t gram;
    std::memcpy(&gram, at, 4);
    return gram | 0x20202020u;
  } else if constexpr (q == 2) {
    std::uint16_t gram;
    std::memcpy(&gram, at, 2);
    return gram | 0x2020u;
  } else {
    return static_cast<unsigned char>(*at) | 0x20u;
  }
}

std::uint32_t GramOf(unsigned q, const char* at) {
  if (q == 4) return GramAt<4>(at);
  if (q == 2) return GramAt<2>(at);
  return GramAt<1>(at);
}

}  // namespace

QGramSearcher::QGramSearcher(const LiteralSet* set, const std::vector<LiteralId>& literals, unsigned q,
                             unsigned stride)
    : set_(set), q_(q), stride_(stride) {
  // 16 buckets an entry keep most foreign q-grams out; 2^15 bits are 4 KiB, 2^20 bits 128 KiB.
  unsigned log_buckets = 12;
  while (log_buckets < 20 && (std::size_t{1} << log_buckets) < literals.size() * stride * 16) ++log_buckets;
  shift_ = 32 - log_buckets;

  std::unordered_map<std::uint32_t, int> used;
  for (LiteralId id : literals) {
    const std::string_view text = set_->text(id);
    for (unsigned residue = 0; residue < stride_; ++residue) {
      std::uint32_t best = residue;
      std::int64_t best_cost = INT64_MAX;
      for (std::size_t at = residue; at + q_ <= text.size(); at += stride_) {
        std::int64_t cost = 0;
        for (unsigned i = 0; i < q_; ++i) cost += ByteCommonness(static_cast<unsigned char>(text[at + i]));
        if (auto it = used.find(GramOf(q_, text.data() + at)); it != used.end())
          cost += std::int64_t{it->second} * 256;
        if (cost < best_cost) {
          best_cost = cost;
          best = static_cast<std::uint32_t>(at);
        }
      }
      const std::uint32_t gram = GramOf(q_, text.data() + best);
      ++used[gram];
      entries_.push_back({gram, id, best});
    }
  }

  const std::size_t buckets = std::size_t{1} << log_buckets;
  filter_.assign(buckets / 64, 0);
  starts_.assign(buckets + 1, 0);
  for (const Entry& entry : entries_) {
    const std::uint32_t bucket = Bucket(entry.gram);
    filter_[bucket / 64] |= std::uint64_t{1} << (bucket % 64);
    ++starts_[bucket + 1];
  }
  for (std::size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
  std::stable_sort(entries_.begin(), entries_.end(),
                   [this](const Entry& a, const Entry& b) { return Bucket(a.gram) < Bucket(b.gram); });
}

template <unsigned q>
void QGramSearcher::ScanWith(std::string_view text, std::vector<LiteralHit>* hits) const {
  if (text.size() < q) return;
  const std::size_t last = text.size() - q;
  for (std::size_t at = 0; at <= last; at += stride_) {
    const std::uint32_t gram = GramAt<q>(text.data() + at);
    const std::uint32_t bucket = Bucket(gram);
    if ((filter_[bucket / 64] >> (bucket % 64) & 1) == 0) continue;
    for (std::uint32_t i = starts_[bucket]; i < starts_[bucket + 1]; ++i) {
      const Entry& entry = entries_[i];
      if (entry.gram != gram) continue;
      const std::int64_t start = static_cast<std::int64_t>(at) - entry.offset;
      if (set_->StandsAt(entry.literal, text, start)) {
        hits->push_back({static_cast<std::uint32_t>(start), entry.literal});
      }
    }
  }
}

void QGramSearcher::Scan(std::string_view text, std::vector<LiteralHit>* hits) const {
  if (q_ == 4) {
    ScanWith<4>(text, hits);
  } else if (q_ == 2) {
    ScanWith<2>(text, hits);
  } else {
    ScanWith<1>(text, hits);
  }
}

}  // namespace faultline::runtime
