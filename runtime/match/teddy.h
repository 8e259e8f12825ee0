// Search for a few dozen literals at once with byte shuffles.
//
// The algorithm is "Teddy" (from Hyperscan: Wang et al., "Hyperscan: A Fast Multi-pattern Regex Matcher for
// Modern CPUs", NSDI 2019; described in the source of the Rust crate aho-corasick): literals are dealt into
// eight buckets; from each literal a fingerprint of one to three neighbouring bytes is taken, here its rarest
// ones; two 16-entry tables for each fingerprint byte say which buckets have a literal with that low and that
// high nibble. A shuffle looks 16 (SSSE3) or 32 (AVX2) text bytes up at once; the AND over all nibbles leaves
// the buckets that may have a literal at each place, which are then compared byte by byte. The scalar kernel
// uses 256-entry tables for the same sets.
//
// Any number of literals gives right results; with many of them the buckets stop being selective (qgram.h is
// for that). Thread safety: immutable once built.
#ifndef FAULTLINE_RUNTIME_MATCH_TEDDY_H_
#define FAULTLINE_RUNTIME_MATCH_TEDDY_H_

#include "runtime/match/literal_set.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace faultline::runtime {

enum class SimdKernel : std::uint8_t { kScalar, kSsse3, kAvx2 };

// The widest kernel that this processor can run.
SimdKernel BestSimdKernel();
std::string_view SimdKernelName(SimdKernel kernel);

class Teddy {
 public:
  static constexpr int kBuckets = 8;
  static constexpr std::size_t kMaxFingerprint = 3;

  // `set` must outlive this object. `kernel` must be one that the processor can run.
  Teddy(const LiteralSet* set, std::vector<LiteralId> literals, SimdKernel kernel);

  // Appends a hit for each place of each literal, not in order. O(text) expected.
  void Scan(std::string_view text, std::vector<LiteralHit>* hits) const;

  std::size_t fingerprint_bytes() const { return fingerprint_; }

 private:
  struct Entry {
    LiteralId literal;
    std::uint32_t offset;  // of the fingerprint in the literal
  };

  void Verify(std::string_view text, std::size_t at, unsigned buckets, std::vector<LiteralHit>* hits) const;
  void ScanScalar(std::string_view text, std::size_t from, std::vector<LiteralHit>* hits) const;
  std::size_t ScanSsse3(std::string_view text,
                        std::vector<LiteralHit>* hits) const;  // returns where it stopped
  std::size_t ScanAvx2(std::string_view text, std::vector<LiteralHit>* hits) const;

  const LiteralSet* set_;
  SimdKernel kernel_;
  std::size_t fingerprint_ = 1;
  std::array<std::vector<Entry>, kBuckets> buckets_;
  alignas(32) std::array<std::array<std::uint8_t, 32>, kMaxFingerprint> low_{};  // 16 entries, twice
  alignas(32) std::array<std::array<std::uint8_t, 32>, kMaxFingerprint> high_{};
  std::array<std::array<std::uint8_t, 256>, kMaxFingerprint> byte_{};
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_MATCH_TEDDY_H_
