// The least and the greatest value of a window: ascending minima.
//
// R. Harter, "The minimum on a sliding window algorithm" (2001); D. Lemire, "Streaming maximum-minimum filter
// using no more than three comparisons per element" (2006). A value that is followed by a better one can
// never be the answer, so the queue holds values that get worse, and the answer stands in front. Amortised
// O(1).
#include "runtime/aggregate/owned_value.h"
#include "runtime/aggregate/pane_width.h"
#include "runtime/aggregate/ring_queue.h"
#include "support/value/value_compare.h"

#include <utility>

namespace faultline::aggregate {
namespace {

class Extreme : public Accumulator {
 public:
  Extreme(int sign, std::int64_t width) : sign_(sign), panes_(width) {}

  void Add(std::int64_t at, const Sample& sample) override {
    while (!queue_.empty() && Worse(queue_.back().value.get(), sample.value)) {
      kept_ -= queue_.back().value.bytes();
      queue_.pop_back();
    }
    // What is left is as good or better; in the same pane it lives as long.
    if (!queue_.empty() && panes_.Same(queue_.back().at, at)) {
      queue_.back().at = at;
      return;
    }
    queue_.push_back({at, OwnedValue(sample.value)});
    kept_ += queue_.back().value.bytes();
    if (queue_.size() > kMaxPanes || kept_ > kMaxKeptBytes) Coarsen();
  }
  void Evict(std::int64_t from) override {
    while (!queue_.empty() && queue_.front().at < from) {
      kept_ -= queue_.front().value.bytes();
      queue_.pop_front();
    }
    if (queue_.empty()) panes_.Reset();
  }
  void Clear() override {
    queue_.clear();
    kept_ = 0;
    panes_.Reset();
  }
  Value Result(Arena* arena) const override {
    return queue_.empty() ? Value::Missing() : arena->DeepCopy(queue_.front().value.get());
  }
  std::uint64_t bytes() const override { return sizeof(*this) + queue_.bytes() + kept_; }

  void Save(StateWriter* writer) const override {
    writer->Signed(panes_.width());
    writer->Unsigned(queue_.size());
    for (std::size_t i = 0; i < queue_.size(); ++i) {
      writer->Signed(queue_[i].at);
      queue_[i].value.Save(writer);
    }
  }
  bool Load(StateReader* reader) override {
    Clear();
    if (!panes_.Set(reader->Signed())) reader->Fail();
    for (std::size_t i = reader->Count(); i > 0 && reader->ok(); --i) {
      Entry entry{reader->Signed(), OwnedValue::Load(reader)};
      if (entry.value.is_missing() || (!queue_.empty() && entry.at < queue_.back().at)) reader->Fail();
      kept_ += entry.value.bytes();
      queue_.push_back(std::move(entry));
    }
    if (!reader->ok()) Clear();
    return reader->ok();
  }

 private:
  struct Entry {
    std::int64_t at = 0;
    OwnedValue value;
  };
  bool Worse(const Value& kept, const Value& value) const { return CompareValues(kept, value) * sign_ > 0; }
  void Coarsen() {
    while ((queue_.size() > kMaxPanes / 2 || kept_ > kMaxKeptBytes / 2) && queue_.size() > 1 &&
           panes_.Widen()) {
      std::size_t kept = 0;
      for (std::size_t i = 1; i < queue_.size(); ++i) {
        if (panes_.Same(queue_[kept].at, queue_[i].at)) {
          queue_[kept].at = queue_[i].at;  // the earlier value is the better one
          kept_ -= queue_[i].value.bytes();
        } else if (++kept != i) {
          queue_[kept] = std::move(queue_[i]);
        }
      }
      queue_.truncate(kept + 1);
    }
  }

  int sign_;  // 1: the least
  PaneWidth panes_;
  RingQueue<Entry> queue_;
  std::uint64_t kept_ = 0;
};

}  // namespace

std::unique_ptr<Accumulator> MakeExtreme(const Spec& spec, std::int64_t width) {
  return std::make_unique<Extreme>(spec.kind == ir::AggregateKind::kMin ? 1 : -1, width);
}

}  // namespace faultline::aggregate
