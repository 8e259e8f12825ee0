// The least and the greatest value of a window: ascending minima.
//
// R. Harter, "The minimum on a sliding window algorithm" (2001); D. Lemire, "Streaming maximum-minimum filter
// using no more than three comparisons per element" (2006). A value that is followed by a better one can
// never be the answer, so the queue holds values that get worse, and the answer stands in front. Amortised
// O(1).
#include "runtime/aggregate/pane_queue.h"
#include "support/value/value_compare.h"

namespace faultline::aggregate {
namespace {

class Extreme : public Accumulator {
 public:
  Extreme(int sign, std::int64_t width) : sign_(sign), queue_(width) {}

  void Add(std::int64_t at, const Sample& sample) override {
    while (!queue_.empty() && Worse(queue_.back(), sample.value)) queue_.PopBack();
    if (queue_.Extend(at)) return;  // what is left is as good or better
    queue_.Push(at, sample.value);
    queue_.KeepBounds();  // of a pane's values the earlier one is the better one
  }
  void Evict(std::int64_t from) override { queue_.Evict(from); }
  void Clear() override { queue_.Clear(); }
  Value Result(Arena* arena) const override {
    return queue_.empty() ? Value::Missing() : arena->DeepCopy(queue_.front());
  }
  std::uint64_t bytes() const override { return sizeof(*this) + queue_.bytes(); }
  void Save(StateWriter* writer) const override { queue_.Save(writer); }
  bool Load(StateReader* reader) override { return queue_.Load(reader); }

 private:
  bool Worse(const Value& kept, const Value& value) const { return CompareValues(kept, value) * sign_ > 0; }

  int sign_;  // 1: the least
  PaneQueue queue_;
};

}  // namespace

std::unique_ptr<Accumulator> MakeExtreme(const Spec& spec, std::int64_t width) {
  return std::make_unique<Extreme>(spec.kind == ir::AggregateKind::kMin ? 1 : -1, width);
}

}  // namespace faultline::aggregate
