// Percentiles by nearest rank: exact up to kExactValues values, then from a sketch.
//
// The latest kExactValues values stand in order of arrival and, as whole numbers that sort as the values do,
// in a sorted array: an insertion moves at most 8 KiB. When more are in the window, a DDSketch (dd_sketch.h)
// answers. Its counts can be taken out again, so one sketch follows a sliding window and no panes of sketches
// are merged: what came, as (coordinate, bucket, count), waits in a queue to be taken out. The queue has at
// most kMaxPanes entries; where it would have more, entries of the same bucket in wider and wider panes are
// joined. Then the window's far border is off by at most one pane; each pane holds at most kBuckets entries,
// so even hostile values leave three panes, and values spread over one decade (232 buckets) 141 or more.
#include "runtime/aggregate/dd_sketch.h"
#include "runtime/aggregate/pane_width.h"
#include "runtime/aggregate/ring_queue.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <unordered_map>
#include <utility>
#include <vector>

namespace faultline::aggregate {
namespace {

// Doubles as whole numbers of the same order; its own inverse.
std::int64_t Flip(std::int64_t bits) {
  return bits ^ static_cast<std::int64_t>(static_cast<std::uint64_t>(bits >> 63) >> 1);
}

class Percentile : public Accumulator {
 public:
  Percentile(const Spec& spec, std::int64_t width) : spec_(spec), panes_(width) {}

  void Add(std::int64_t at, const Sample& sample) override { AddKey(at, KeyOf(sample.value)); }
  void Evict(std::int64_t from) override {
    while (!latest_.empty() && latest_.front().at < from) PopLatest();
    if (sketch_ == nullptr) return;
    if (gone_until_ < from) {
      DropSketch();
      return;
    }
    while (!queue_.empty() && queue_.front().at < from) {
      sketch_->Remove(queue_.front().bucket, queue_.front().count);
      queue_.pop_front();
      ++popped_;
    }
  }
  void Clear() override {
    latest_.clear();
    sorted_ = {};
    DropSketch();
  }
  Value Result(Arena*) const override {
    const std::uint64_t count = sketch_ ? sketch_->count() : sorted_.size();
    if (count < spec_.least || count == 0) return Value::Missing();
    const double exact = spec_.parameter * static_cast<double>(count) / 100;
    const std::uint64_t rank =
        std::clamp(static_cast<std::uint64_t>(std::ceil(exact * (1 - 1e-14))), std::uint64_t{1}, count);
    const bool real = spec_.argument == ValueKind::kFloat;
    if (sketch_) {
      const double value = ValueOfBucket(sketch_->AtRank(rank));
      if (spec_.result == ValueKind::kFloat) return Value::Float(real ? value : std::round(value));
      // The largest bucket of whole numbers reaches beyond them.
      constexpr double kLargest = 9223372036854774784.0;
      return Value::Integer(spec_.result,
                            static_cast<std::int64_t>(std::clamp(std::round(value), -kLargest, kLargest)));
    }
    const std::int64_t key = sorted_[rank - 1];
    if (real) return Value::Float(std::bit_cast<double>(Flip(key)));
    if (spec_.result == ValueKind::kFloat) return Value::Float(static_cast<double>(key));
    return Value::Integer(spec_.result, key);
  }
  std::uint64_t bytes() const override {
    constexpr std::uint64_t kPlaceBytes = 48;
    return sizeof(*this) + latest_.bytes() + sorted_.capacity() * sizeof(std::int64_t) + queue_.bytes() +
           places_.size() * kPlaceBytes + (sketch_ ? sketch_->bytes() : 0);
  }

  void Save(StateWriter* writer) const override {
    writer->Unsigned(latest_.size());
    for (std::size_t i = 0; i < latest_.size(); ++i) {
      writer->Signed(latest_[i].at);
      writer->Signed(latest_[i].key);
    }
    writer->Unsigned(sketch_ ? 1 : 0);
    if (!sketch_) return;
    writer->Signed(gone_until_);
    writer->Signed(panes_.width());
    writer->Unsigned(queue_.size());
    for (std::size_t i = 0; i < queue_.size(); ++i) {
      writer->Signed(queue_[i].at);
      writer->Unsigned(queue_[i].bucket);
      writer->Unsigned(queue_[i].count);
    }
  }
  bool Load(StateReader* reader) override {
    Clear();
    const std::size_t size = reader->Count();
    if (size > kExactValues) reader->Fail();
    for (std::size_t i = 0; i < size && reader->ok(); ++i) {
      const std::int64_t at = reader->Signed();
      AddKey(at, reader->Signed());
    }
    if (reader->Unsigned() != 0 && reader->ok()) {
      sketch_ = std::make_unique<DdSketch>();
      gone_until_ = reader->Signed();
      if (!panes_.Set(reader->Signed())) reader->Fail();
      const std::size_t entries = reader->Count();
      if (entries > kMaxPanes) reader->Fail();
      for (std::size_t i = 0; i < entries && reader->ok(); ++i) {
        Entry entry{reader->Signed(), 0, 0};
        const std::uint64_t bucket = reader->Unsigned();
        entry.count = reader->Unsigned();
        if (bucket >= kBuckets || entry.count > INT64_MAX / kMaxPanes) reader->Fail();
        if (!reader->ok()) break;
        entry.bucket = static_cast<std::uint32_t>(bucket);
        sketch_->Add(entry.bucket, entry.count);
        queue_.push_back(entry);
      }
      FindPlaces();
    }
    if (!reader->ok()) Clear();
    return reader->ok();
  }

 private:
  struct Latest {
    std::int64_t at = 0;
    std::int64_t key = 0;
  };
  struct Entry {
    std::int64_t at = 0;
    std::uint32_t bucket = 0;
    std::uint64_t count = 0;
  };

  std::int64_t KeyOf(const Value& value) const {
    return value.kind == ValueKind::kFloat ? Flip(std::bit_cast<std::int64_t>(value.real + 0.0))
                                           : value.integer;
  }
  std::uint32_t BucketOfKey(std::int64_t key) const {
    return BucketOf(spec_.argument == ValueKind::kFloat ? std::bit_cast<double>(Flip(key))
                                                        : static_cast<double>(key));
  }
  void PopLatest() {
    sorted_.erase(std::lower_bound(sorted_.begin(), sorted_.end(), latest_.front().key));
    latest_.pop_front();
    if (latest_.empty()) sorted_ = {};
  }
  void AddKey(std::int64_t at, std::int64_t key) {
    if (latest_.size() == kExactValues) {
      if (!sketch_) {
        sketch_ = std::make_unique<DdSketch>();
        for (std::size_t i = 0; i < latest_.size(); ++i)
          AddSketch(latest_[i].at, BucketOfKey(latest_[i].key));
      }
      gone_until_ = latest_.front().at;
      PopLatest();
    }
    latest_.push_back({at, key});
    sorted_.insert(std::upper_bound(sorted_.begin(), sorted_.end(), key), key);
    if (sketch_) AddSketch(at, BucketOfKey(key));
  }
  void AddSketch(std::int64_t at, std::uint32_t bucket) {
    sketch_->Add(bucket, 1);
    if (!queue_.empty() && !panes_.Same(queue_.back().at, at) && !places_.empty()) places_.clear();
    const auto [place, added] = places_.try_emplace(bucket, popped_ + queue_.size());
    if (!added && place->second >= popped_) {
      Entry& entry = queue_[static_cast<std::size_t>(place->second - popped_)];
      entry.at = at;
      ++entry.count;
      return;
    }
    place->second = popped_ + queue_.size();
    queue_.push_back({at, bucket, 1});
    if (queue_.size() > kMaxPanes) Coarsen();
  }
  void Coarsen() {
    std::vector<Entry> pane;
    while (queue_.size() > kMaxPanes / 2 && panes_.Widen()) {
      std::size_t kept = 0;
      for (std::size_t i = 0; i < queue_.size();) {
        pane.clear();
        const std::int64_t at = queue_[i].at;
        for (; i < queue_.size() && panes_.Same(queue_[i].at, at); ++i) pane.push_back(queue_[i]);
        std::stable_sort(pane.begin(), pane.end(),
                         [](const Entry& a, const Entry& b) { return a.bucket < b.bucket; });
        const std::size_t first = kept;
        for (const Entry& entry : pane) {
          if (kept > first && queue_[kept - 1].bucket == entry.bucket) {
            queue_[kept - 1].count += entry.count;
            queue_[kept - 1].at = std::max(queue_[kept - 1].at, entry.at);
          } else {
            queue_[kept++] = entry;
          }
        }
      }
      queue_.truncate(kept);
    }
    FindPlaces();
  }
  // Where the buckets of the last pane stand.
  void FindPlaces() {
    places_.clear();
    for (std::size_t i = queue_.size(); i-- > 0 && panes_.Same(queue_[i].at, queue_.back().at);) {
      places_.try_emplace(queue_[i].bucket, popped_ + i);
    }
  }
  void DropSketch() {
    sketch_.reset();
    queue_.clear();
    places_ = {};
    popped_ = 0;
    gone_until_ = INT64_MIN;
    panes_.Reset();
  }

  const Spec& spec_;
  RingQueue<Latest> latest_;
  std::vector<std::int64_t> sorted_;
  std::int64_t gone_until_ = INT64_MIN;  // when the last value came that had to give way
  std::unique_ptr<DdSketch> sketch_;     // of all that is inside, while that is not known exactly
  PaneWidth panes_;
  RingQueue<Entry> queue_;
  std::unordered_map<std::uint32_t, std::uint64_t>
      places_;  // of buckets in the last pane, popped_ counted in
  std::uint64_t popped_ = 0;
};

}  // namespace

std::unique_ptr<Accumulator> MakePercentile(const Spec& spec, std::int64_t width) {
  return std::make_unique<Percentile>(spec, width);
}

}  // namespace faultline::aggregate
