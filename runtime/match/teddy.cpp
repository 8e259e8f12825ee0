// Teddy: see teddy.h for the algorithm.
#include "runtime/match/teddy.h"

#include <algorithm>
#include <bit>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define FAULTLINE_TEDDY_X86 1
#else
#define FAULTLINE_TEDDY_X86 0
#endif

namespace faultline::runtime {

SimdKernel BestSimdKernel() {
#if FAULTLINE_TEDDY_X86
  if (__builtin_cpu_supports("avx2")) return SimdKernel::kAvx2;
  if (__builtin_cpu_supports("ssse3")) return SimdKernel::kSsse3;
#endif
  return SimdKernel::kScalar;
}

std::string_view SimdKernelName(SimdKernel kernel) {
  switch (kernel) {
    case SimdKernel::kScalar:
      return "scalar";
    case SimdKernel::kSsse3:
      return "ssse3";
    case SimdKernel::kAvx2:
      return "avx2";
  }
  return "";
}

Teddy::Teddy(const LiteralSet* set, std::vector<LiteralId> literals, SimdKernel kernel)
    : set_(set), kernel_(kernel) {
  fingerprint_ = kMaxFingerprint;
  for (LiteralId id : literals) fingerprint_ = std::min(fingerprint_, set_->text(id).size());

  // The rarest window of each literal.
  std::vector<Entry> entries;
  for (LiteralId id : literals) {
    const std::string_view text = set_->text(id);
    std::uint32_t best = 0;
    int best_cost = 1 << 30;
    for (std::size_t at = 0; at + fingerprint_ <= text.size(); ++at) {
      int cost = 0;
      for (std::size_t i = 0; i < fingerprint_; ++i)
        cost += ByteCommonness(static_cast<unsigned char>(text[at + i]));
      if (cost < best_cost) {
        best_cost = cost;
        best = static_cast<std::uint32_t>(at);
      }
    }
    entries.push_back({id, best});
  }

  // Literals with like fingerprints share a bucket, so that the nibble sets of a bucket stay small.
  auto key = [this](const Entry& entry) {
    return set_->text(entry.literal).substr(entry.offset, fingerprint_);
  };
  std::stable_sort(entries.begin(), entries.end(),
                   [&](const Entry& a, const Entry& b) { return key(a) < key(b); });
  const std::size_t share = std::max<std::size_t>(1, (entries.size() + kBuckets - 1) / kBuckets);
  for (std::size_t i = 0; i < entries.size(); ++i) buckets_[i / share].push_back(entries[i]);

  for (std::size_t b = 0; b < buckets_.size(); ++b) {
    const std::uint8_t bit = static_cast<std::uint8_t>(1u << b);
    for (const Entry& entry : buckets_[b]) {
      for (std::size_t i = 0; i < fingerprint_; ++i) {
        auto allow = [&](unsigned char c) {
          low_[i][c & 15] |= bit;
          low_[i][(c & 15) + 16u] |= bit;
          high_[i][c >> 4] |= bit;
          high_[i][(c >> 4) + 16u] |= bit;
          byte_[i][c] |= bit;
        };
        const unsigned char c = static_cast<unsigned char>(set_->text(entry.literal)[entry.offset + i]);
        allow(c);
        if (set_->fold(entry.literal) && c >= 'a' && c <= 'z') allow(static_cast<unsigned char>(c - 0x20));
      }
    }
  }
}

void Teddy::Verify(std::string_view text, std::size_t at, unsigned buckets,
                   std::vector<LiteralHit>* hits) const {
  while (buckets != 0) {
    const std::size_t bucket = static_cast<std::size_t>(std::countr_zero(buckets));
    buckets &= buckets - 1;
    for (const Entry& entry : buckets_[bucket]) {
      const std::int64_t start = static_cast<std::int64_t>(at) - entry.offset;
      if (set_->StandsAt(entry.literal, text, start)) {
        hits->push_back({static_cast<std::uint32_t>(start), entry.literal});
      }
    }
  }
}

void Teddy::ScanScalar(std::string_view text, std::size_t from, std::vector<LiteralHit>* hits) const {
  for (std::size_t at = from; at + fingerprint_ <= text.size(); ++at) {
    unsigned buckets = byte_[0][static_cast<unsigned char>(text[at])];
    for (std::size_t i = 1; i < fingerprint_ && buckets != 0; ++i) {
      buckets &= byte_[i][static_cast<unsigned char>(text[at + i])];
    }
    if (buckets != 0) Verify(text, at, buckets, hits);
  }
}

#if FAULTLINE_TEDDY_X86

__attribute__((target("ssse3"))) std::size_t Teddy::ScanSsse3(std::string_view text,
                                                              std::vector<LiteralHit>* hits) const {
  const __m128i nibble = _mm_set1_epi8(15);
  std::size_t at = 0;
  for (; at + 16 + fingerprint_ - 1 <= text.size(); at += 16) {
    __m128i found = _mm_set1_epi8(-1);
    for (std::size_t i = 0; i < fingerprint_; ++i) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at + i));
      const __m128i low = _mm_load_si128(reinterpret_cast<const __m128i*>(low_[i].data()));
      const __m128i high = _mm_load_si128(reinterpret_cast<const __m128i*>(high_[i].data()));
      found = _mm_and_si128(found, _mm_shuffle_epi8(low, _mm_and_si128(bytes, nibble)));
      found = _mm_and_si128(found, _mm_shuffle_epi8(high, _mm_and_si128(_mm_srli_epi16(bytes, 4), nibble)));
    }
    unsigned places =
        static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(found, _mm_setzero_si128()))) ^ 0xffffu;
    if (places == 0) continue;
    alignas(16) std::uint8_t buckets[16];
    _mm_store_si128(reinterpret_cast<__m128i*>(buckets), found);
    for (; places != 0; places &= places - 1) {
      const std::size_t i = static_cast<std::size_t>(std::countr_zero(places));
      Verify(text, at + i, buckets[i], hits);
    }
  }
  return at;
}

__attribute__((target("avx2"))) std::size_t Teddy::ScanAvx2(std::string_view text,
                                                            std::vector<LiteralHit>* hits) const {
  const __m256i nibble = _mm256_set1_epi8(15);
  std::size_t at = 0;
  for (; at + 32 + fingerprint_ - 1 <= text.size(); at += 32) {
    __m256i found = _mm256_set1_epi8(-1);
    for (std::size_t i = 0; i < fingerprint_; ++i) {
      const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + at + i));
      const __m256i low = _mm256_load_si256(reinterpret_cast<const __m256i*>(low_[i].data()));
      const __m256i high = _mm256_load_si256(reinterpret_cast<const __m256i*>(high_[i].data()));
      found = _mm256_and_si256(found, _mm256_shuffle_epi8(low, _mm256_and_si256(bytes, nibble)));
      found = _mm256_and_si256(
          found, _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble)));
    }
    unsigned places =
        ~static_cast<unsigned>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(found, _mm256_setzero_si256())));
    if (places == 0) continue;
    alignas(32) std::uint8_t buckets[32];
    _mm256_store_si256(reinterpret_cast<__m256i*>(buckets), found);
    for (; places != 0; places &= places - 1) {
      const std::size_t i = static_cast<std::size_t>(std::countr_zero(places));
      Verify(text, at + i, buckets[i], hits);
    }
  }
  return at;
}

#else

std::size_t Teddy::ScanSsse3(std::string_view, std::vector<LiteralHit>*) const {
  return 0;
}
std::size_t Teddy::ScanAvx2(std::string_view, std::vector<LiteralHit>*) const {
  return 0;
}

#endif

void Teddy::Scan(std::string_view text, std::vector<LiteralHit>* hits) const {
  std::size_t done = 0;
  switch (kernel_) {
    case SimdKernel::kScalar:
      break;
    case SimdKernel::kSsse3:
      done = ScanSsse3(text, hits);
      break;
    case SimdKernel::kAvx2:
      done = ScanAvx2(text, hits);
      break;
  }
  ScanScalar(text, done, hits);
}

}  // namespace faultline::runtime
