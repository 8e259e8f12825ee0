// Buckets of relative width: see dd_sketch.h.
#include "runtime/aggregate/dd_sketch.h"

#include <algorithm>
#include <cmath>

namespace faultline::aggregate {
namespace {

constexpr double kError = 0.005;
constexpr double kGamma = (1 + kError) / (1 - kError);
constexpr int kLeast = -2763;  // g^kLeast is about 1e-12

double LogGamma() {
  static const double log_gamma = std::log(kGamma);
  return log_gamma;
}

}  // namespace

std::uint32_t BucketOf(double value) {
  const double magnitude = std::fabs(value);
  if (!(magnitude > 1e-12)) return kZeroBucket;
  const double index = std::ceil(std::log(magnitude) / LogGamma()) - kLeast;
  const auto step =
      static_cast<std::uint32_t>(std::clamp(index, 0.0, static_cast<double>(kBucketsASide - 1))) + 1;
  return value > 0 ? kZeroBucket + step : kZeroBucket - step;
}

double ValueOfBucket(std::uint32_t bucket) {
  if (bucket == kZeroBucket) return 0;
  const bool positive = bucket > kZeroBucket;
  const double index =
      static_cast<double>(positive ? bucket - kZeroBucket : kZeroBucket - bucket) - 1 + kLeast;
  const double magnitude = 2 * std::exp(index * LogGamma()) / (kGamma + 1);
  return positive ? magnitude : -magnitude;
}

void DdSketch::Add(std::uint32_t bucket, std::uint64_t count) {
  std::unique_ptr<Block>& block = blocks_[bucket / kBlock];
  if (block == nullptr) {
    block = std::make_unique<Block>();
    ++used_blocks_;
  }
  (*block)[bucket % kBlock] += count;
  totals_[bucket / kBlock] += count;
  count_ += count;
}

void DdSketch::Remove(std::uint32_t bucket, std::uint64_t count) {
  std::unique_ptr<Block>& block = blocks_[bucket / kBlock];
  if (block == nullptr) return;
  count = std::min(count, (*block)[bucket % kBlock]);
  (*block)[bucket % kBlock] -= count;
  totals_[bucket / kBlock] -= count;
  count_ -= count;
  if (totals_[bucket / kBlock] == 0) {
    block.reset();
    --used_blocks_;
  }
}

std::uint32_t DdSketch::AtRank(std::uint64_t rank) const {
  std::size_t at = 0;
  while (at + 1 < totals_.size() && rank > totals_[at]) rank -= totals_[at++];
  if (blocks_[at] == nullptr) return kZeroBucket;
  std::size_t inside = 0;
  while (inside + 1 < kBlock && rank > (*blocks_[at])[inside]) rank -= (*blocks_[at])[inside++];
  return static_cast<std::uint32_t>(at * kBlock + inside);
}

}  // namespace faultline::aggregate
