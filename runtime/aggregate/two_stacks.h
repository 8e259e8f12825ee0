// Sliding windows over what can be merged but not taken apart: Two-Stacks Lite.
//
// K. Tangwongsan, M. Hirzel, S. Schneider: "In-order sliding-window aggregation in worst-case constant time",
// The VLDB Journal 30 (2021). One queue: the first `front_` panes hold the merge of themselves and all panes
// behind them up to the last of the front; the others hold what came in, and `back_` the merge of those. When
// the front runs out, one walk from the back makes the next one. Every pane is merged at most three times:
// amortised O(1) merges an event, at worst one walk over kMaxPanes panes. Merges keep the order of events.
//
// Partial: default constructed it is the neutral one; `void Merge(const Partial& later)`.
#ifndef FAULTLINE_RUNTIME_AGGREGATE_TWO_STACKS_H_
#define FAULTLINE_RUNTIME_AGGREGATE_TWO_STACKS_H_

#include "runtime/aggregate/pane_width.h"
#include "runtime/aggregate/ring_queue.h"

#include <cstdint>
#include <utility>

namespace faultline::aggregate {

template <typename Partial>
class TwoStacks {
 public:
  explicit TwoStacks(std::int64_t window) : panes_(window) {}

  void Add(std::int64_t at, const Partial& partial) {
    back_.Merge(partial);
    if (queue_.size() > front_ && panes_.Same(queue_.back().at, at)) {
      queue_.back().at = at;
      queue_.back().partial.Merge(partial);
      return;
    }
    queue_.push_back({at, partial});
    if (queue_.size() > kMaxPanes) Coarsen();
  }
  void Evict(std::int64_t from) {
    while (!queue_.empty() && queue_.front().at < from) {
      if (front_ == 0) Flip();
      queue_.pop_front();
      --front_;
    }
    if (queue_.empty()) panes_.Reset();
  }
  void Clear() {
    queue_.clear();
    front_ = 0;
    back_ = Partial();
    panes_.Reset();
  }
  Partial Total() const {
    if (front_ == 0) return back_;
    Partial total = queue_.front().partial;
    total.Merge(back_);
    return total;
  }
  bool empty() const { return queue_.empty(); }
  std::uint64_t bytes() const { return queue_.bytes(); }

  void Save(StateWriter* writer) const {
    writer->Signed(panes_.width());
    writer->Unsigned(queue_.size());
    writer->Unsigned(front_);
    for (std::size_t i = 0; i < queue_.size(); ++i) {
      writer->Signed(queue_[i].at);
      queue_[i].partial.Save(writer);
    }
    back_.Save(writer);
  }
  bool Load(StateReader* reader) {
    Clear();
    if (!panes_.Set(reader->Signed())) reader->Fail();
    const std::size_t size = reader->Count();
    front_ = reader->Unsigned();
    if (front_ > size || size > kMaxPanes) reader->Fail();
    std::int64_t last = INT64_MIN;
    for (std::size_t i = 0; i < size && reader->ok(); ++i) {
      Pane pane;
      pane.at = reader->Signed();
      pane.partial.Load(reader);
      if (pane.at < last) reader->Fail();
      last = pane.at;
      queue_.push_back(std::move(pane));
    }
    back_.Load(reader);
    if (!reader->ok()) Clear();
    return reader->ok();
  }

 private:
  struct Pane {
    std::int64_t at = 0;  // of its last event
    Partial partial;
  };

  void Flip() {
    front_ = queue_.size();
    for (std::size_t i = front_ - 1; i-- > 0;) queue_[i].partial.Merge(queue_[i + 1].partial);
    back_ = Partial();
  }
  // A pane of the front that takes up the next one keeps its own merge, which has it in already.
  void Coarsen() {
    while (queue_.size() > kMaxPanes / 2 && panes_.Widen()) {
      std::size_t kept = 0, front = front_ > 0 ? 1 : 0;
      for (std::size_t i = 1; i < queue_.size(); ++i) {
        const bool in_front = i < front_;
        if (i != front_ && panes_.Same(queue_[kept].at, queue_[i].at)) {
          queue_[kept].at = queue_[i].at;
          if (!in_front) queue_[kept].partial.Merge(queue_[i].partial);
          continue;
        }
        ++kept;
        if (kept != i) queue_[kept] = std::move(queue_[i]);
        if (in_front) ++front;
      }
      queue_.truncate(kept + 1);
      front_ = front;
    }
  }

  PaneWidth panes_;
  RingQueue<Pane> queue_;
  std::size_t front_ = 0;
  Partial back_;
};

}  // namespace faultline::aggregate

#endif  // FAULTLINE_RUNTIME_AGGREGATE_TWO_STACKS_H_
