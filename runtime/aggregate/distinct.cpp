// How many different values: exact up to kExactValues, then estimated.
//
// The latest kExactValues different values stand in the order of their last occurrence, so what leaves the
// window stands in front and each event moves one entry. Values are known by 128 bits of hash (chance of a
// false match below 1e-32). What has to give way is remembered only by when it came: as long as that is
// inside the window there are more than kExactValues values, and the sketch answers; then the exact answer is
// whole again and the sketch is dropped. A value that leaves early without a sketch cannot be, since the
// sketch is made of the exact values when the first one has to give way; earlier occurrences would not change
// it.
#include "runtime/aggregate/accumulator.h"
#include "runtime/aggregate/hyperloglog.h"
#include "support/value/value_compare.h"

#include <cmath>
#include <list>
#include <unordered_map>
#include <utility>

namespace faultline::aggregate {
namespace {

struct Hash {
  std::uint64_t a = 0, b = 0;
  friend bool operator==(const Hash&, const Hash&) = default;
};
struct FirstHalf {
  std::size_t operator()(const Hash& hash) const { return static_cast<std::size_t>(hash.a); }
};

// The finisher of MurmurHash3: every bit of the hash depends on every bit of it.
std::uint64_t Mix(std::uint64_t hash) {
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdULL;
  hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return hash ^ (hash >> 33);
}

class Distinct : public Accumulator {
 public:
  explicit Distinct(std::int64_t width) : width_(width) {}

  void Add(std::int64_t at, const Sample& sample) override {
    AddHash(at, {Mix(HashValue(sample.value)), Mix(HashValue(sample.value, 0x9e3779b97f4a7c15ULL))});
  }
  void Evict(std::int64_t from) override {
    while (!latest_.empty() && latest_.front().at < from) {
      places_.erase(latest_.front().hash);
      latest_.pop_front();
    }
    if (gone_until_ < from) {
      whole_.reset();
      sliding_.reset();
      gone_until_ = INT64_MIN;
    }
    if (sliding_) sliding_->Evict(from);
  }
  void Clear() override {
    latest_.clear();
    places_.clear();
    whole_.reset();
    sliding_.reset();
    gone_until_ = INT64_MIN;
  }
  Value Result(Arena*) const override {
    const double estimate = whole_ ? whole_->Estimate() : sliding_ ? sliding_->Estimate() : 0;
    const std::int64_t known = static_cast<std::int64_t>(latest_.size());
    // There is at least one more than those that are known, unless it has just left.
    return Value::Int(whole_ || sliding_ ? std::max<std::int64_t>(known, std::llround(estimate)) : known);
  }
  std::uint64_t bytes() const override {
    constexpr std::uint64_t kEntryBytes = 96;  // two nodes and a bucket
    return sizeof(*this) + latest_.size() * kEntryBytes + (whole_ ? sizeof(HyperLogLog) : 0) +
           (sliding_ ? sliding_->bytes() : 0);
  }
  void Save(StateWriter* writer) const override {
    writer->Unsigned(latest_.size());
    for (const Entry& entry : latest_) {
      writer->Signed(entry.at);
      writer->Unsigned(entry.hash.a);
      writer->Unsigned(entry.hash.b);
    }
    writer->Signed(gone_until_);
    writer->Unsigned(whole_ || sliding_ ? 1 : 0);
    if (whole_) whole_->Save(writer);
    if (sliding_) sliding_->Save(writer);
  }
  bool Load(StateReader* reader) override {
    Clear();
    const std::size_t size = reader->Count();
    if (size > kExactValues) reader->Fail();
    std::int64_t last = INT64_MIN;
    for (std::size_t i = 0; i < size && reader->ok(); ++i) {
      const std::int64_t at = reader->Signed();
      const std::uint64_t a = reader->Unsigned(), b = reader->Unsigned();
      if (at < last) reader->Fail();
      last = at;
      AddHash(at, {a, b});
    }
    gone_until_ = reader->Signed();
    if (reader->Unsigned() != 0) {
      MakeSketch();
      if (whole_) whole_->Load(reader);
      if (sliding_) sliding_->Load(reader);
    }
    if (!reader->ok()) Clear();
    return reader->ok();
  }

 private:
  struct Entry {
    std::int64_t at = 0;
    Hash hash;
  };
  void MakeSketch() {
    if (width_ == 0) {
      whole_ = std::make_unique<HyperLogLog>();
    } else {
      sliding_ = std::make_unique<SlidingHyperLogLog>(width_);
    }
  }
  void AddSketch(std::int64_t at, std::uint64_t hash) {
    if (whole_) whole_->Add(hash);
    if (sliding_) sliding_->Add(at, hash);
  }
  void AddHash(std::int64_t at, const Hash& hash) {
    if (const auto place = places_.find(hash); place != places_.end()) {
      place->second->at = at;
      latest_.splice(latest_.end(), latest_, place->second);
    } else {
      if (latest_.size() == kExactValues) {
        if (!whole_ && !sliding_) {
          MakeSketch();
          for (const Entry& entry : latest_) AddSketch(entry.at, entry.hash.a);
        }
        gone_until_ = latest_.front().at;
        places_.erase(latest_.front().hash);
        latest_.pop_front();
      }
      latest_.push_back({at, hash});
      places_.emplace(hash, std::prev(latest_.end()));
    }
    AddSketch(at, hash.a);
  }

  std::int64_t width_;
  std::list<Entry> latest_;
  std::unordered_map<Hash, std::list<Entry>::iterator, FirstHalf> places_;
  std::int64_t gone_until_ = INT64_MIN;  // when the last value came that had to give way
  std::unique_ptr<HyperLogLog> whole_;
  std::unique_ptr<SlidingHyperLogLog> sliding_;
};

}  // namespace

std::unique_ptr<Accumulator> MakeDistinct(const Spec&, std::int64_t width) {
  return std::make_unique<Distinct>(width);
}

}  // namespace faultline::aggregate
