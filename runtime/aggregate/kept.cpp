// First, last and list: the values themselves, in order.
//
// `first` keeps the first value of each pane, `last` one value, `list` the latest kMaxListed values: where
// the bound is reached, the oldest go.
#include "runtime/aggregate/pane_queue.h"

namespace faultline::aggregate {
namespace {

constexpr std::uint64_t kMaxListedBytes = 1024 * 1024;

class Kept : public Accumulator {
 public:
  Kept(ir::AggregateKind kind, std::int64_t width) : kind_(kind), queue_(width) {}

  void Add(std::int64_t at, const Sample& sample) override {
    if (kind_ == ir::AggregateKind::kFirst && queue_.Extend(at)) return;
    if (kind_ == ir::AggregateKind::kLast && !queue_.empty()) queue_.PopFront();
    queue_.Push(at, sample.value);
    if (kind_ == ir::AggregateKind::kList) {
      while (queue_.size() > kMaxListed || (queue_.kept() > kMaxListedBytes && queue_.size() > 1)) {
        queue_.PopFront();
      }
    } else {
      queue_.KeepBounds();
    }
  }
  void Evict(std::int64_t from) override { queue_.Evict(from); }
  void Clear() override { queue_.Clear(); }
  Value Result(Arena* arena) const override {
    if (kind_ != ir::AggregateKind::kList) {
      return queue_.empty() ? Value::Missing() : arena->DeepCopy(queue_.front());
    }
    Value* items = arena->AllocateValues(queue_.size());
    for (std::size_t i = 0; i < queue_.size(); ++i) items[i] = arena->DeepCopy(queue_[i]);
    return Value::Items(ValueKind::kList, items, static_cast<std::uint32_t>(queue_.size()));
  }
  std::uint64_t bytes() const override { return sizeof(*this) + queue_.bytes(); }
  void Save(StateWriter* writer) const override { queue_.Save(writer); }
  bool Load(StateReader* reader) override { return queue_.Load(reader); }

 private:
  ir::AggregateKind kind_;
  PaneQueue queue_;
};

}  // namespace

std::unique_ptr<Accumulator> MakeKept(const Spec& spec, std::int64_t width) {
  return std::make_unique<Kept>(spec.kind, width);
}

}  // namespace faultline::aggregate
