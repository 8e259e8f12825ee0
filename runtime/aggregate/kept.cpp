// First, last and list: the values themselves, in order.
//
// `first` keeps the first value of each pane, `last` one value, `list` the latest kMaxListed values: where
// the bound is reached, the oldest go.
#include "runtime/aggregate/owned_value.h"
#include "runtime/aggregate/pane_width.h"
#include "runtime/aggregate/ring_queue.h"

#include <utility>

namespace faultline::aggregate {
namespace {

constexpr std::uint64_t kMaxListedBytes = 1024 * 1024;

class Kept : public Accumulator {
 public:
  Kept(ir::AggregateKind kind, std::int64_t width) : kind_(kind), panes_(width) {}

  void Add(std::int64_t at, const Sample& sample) override {
    const bool first = kind_ == ir::AggregateKind::kFirst;
    if (first && !queue_.empty() && panes_.Same(queue_.back().at, at)) {
      queue_.back().at = at;
      return;
    }
    if (kind_ == ir::AggregateKind::kLast && !queue_.empty()) PopFront();
    queue_.push_back({at, OwnedValue(sample.value)});
    kept_ += queue_.back().value.bytes();
    if (kind_ == ir::AggregateKind::kList) {
      while (queue_.size() > kMaxListed || (kept_ > kMaxListedBytes && queue_.size() > 1)) PopFront();
    } else if (queue_.size() > kMaxPanes || kept_ > kMaxKeptBytes) {
      Coarsen();
    }
  }
  void Evict(std::int64_t from) override {
    while (!queue_.empty() && queue_.front().at < from) PopFront();
    if (queue_.empty()) panes_.Reset();
  }
  void Clear() override {
    queue_.clear();
    kept_ = 0;
    panes_.Reset();
  }
  Value Result(Arena* arena) const override {
    if (kind_ != ir::AggregateKind::kList) {
      return queue_.empty() ? Value::Missing() : arena->DeepCopy(queue_.front().value.get());
    }
    Value* items = arena->AllocateValues(queue_.size());
    for (std::size_t i = 0; i < queue_.size(); ++i) items[i] = arena->DeepCopy(queue_[i].value.get());
    return Value::Items(ValueKind::kList, items, static_cast<std::uint32_t>(queue_.size()));
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
      if (!queue_.empty() && entry.at < queue_.back().at) reader->Fail();
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
  void PopFront() {
    kept_ -= queue_.front().value.bytes();
    queue_.pop_front();
  }
  void Coarsen() {
    while ((queue_.size() > kMaxPanes / 2 || kept_ > kMaxKeptBytes / 2) && queue_.size() > 1 &&
           panes_.Widen()) {
      std::size_t kept = 0;
      for (std::size_t i = 1; i < queue_.size(); ++i) {
        if (panes_.Same(queue_[kept].at, queue_[i].at)) {
          queue_[kept].at = queue_[i].at;
          kept_ -= queue_[i].value.bytes();
        } else if (++kept != i) {
          queue_[kept] = std::move(queue_[i]);
        }
      }
      queue_.truncate(kept + 1);
    }
  }

  ir::AggregateKind kind_;
  PaneWidth panes_;
  RingQueue<Entry> queue_;
  std::uint64_t kept_ = 0;
};

}  // namespace

std::unique_ptr<Accumulator> MakeKept(const Spec& spec, std::int64_t width) {
  return std::make_unique<Kept>(spec.kind, width);
}

}  // namespace faultline::aggregate
