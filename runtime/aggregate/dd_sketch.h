// Quantiles within 1 % of the value: DDSketch.
//
// C. Masson, J. E. Rim, H. K. Lee: "DDSketch: a fast and fully-mergeable quantile sketch with relative-error
// guarantees", PVLDB 12 (2019). A value counts in the bucket i with g^(i-1) < |x| <= g^i. Buckets here are
// made for 0.5 % (g = 1.005 / 0.995), so that answers rounded to whole numbers are within 1 %: below 100
// rounding finds the number itself, above it adds at most another 0.5 %. Magnitudes below 1e-12 count as 0,
// above 1e23 as 1e23. Buckets count, so what leaves a window can be taken out again, exactly.
//
// Counts stand in blocks that are made when they are needed. Change is O(1), AtRank at most 321 steps.
#ifndef FAULTLINE_RUNTIME_AGGREGATE_DD_SKETCH_H_
#define FAULTLINE_RUNTIME_AGGREGATE_DD_SKETCH_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace faultline::aggregate {

inline constexpr std::uint32_t kBucketsASide = 8192;
inline constexpr std::uint32_t kZeroBucket = kBucketsASide;
inline constexpr std::uint32_t kBuckets = 2 * kBucketsASide + 1;  // in the order of the values

std::uint32_t BucketOf(double value);
double ValueOfBucket(std::uint32_t bucket);

class DdSketch {
 public:
  void Add(std::uint32_t bucket, std::uint64_t count);
  void Remove(std::uint32_t bucket, std::uint64_t count);
  std::uint64_t count() const { return count_; }
  // The bucket of the value of this rank, from 1 to count().
  std::uint32_t AtRank(std::uint64_t rank) const;
  std::uint64_t bytes() const { return sizeof(*this) + used_blocks_ * sizeof(Block); }

 private:
  static constexpr std::size_t kBlock = 64;
  using Block = std::array<std::uint64_t, kBlock>;
  std::array<std::uint64_t, kBuckets / kBlock + 1> totals_{};
  std::array<std::unique_ptr<Block>, kBuckets / kBlock + 1> blocks_;
  std::uint64_t count_ = 0;
  std::size_t used_blocks_ = 0;
};

}  // namespace faultline::aggregate

#endif  // FAULTLINE_RUNTIME_AGGREGATE_DD_SKETCH_H_
