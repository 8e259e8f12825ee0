// The values of a window in the order in which they came, one for each pane or fewer: what `min`, `max`,
// `first`, `last` and `list` keep. Who uses it decides what goes in and what leaves early.
//
// Bounded in values and in the bytes behind them: beyond, panes become wider and each keeps its earliest
// value. Amortised O(1) an event. Thread safety: none.
#ifndef FAULTLINE_RUNTIME_AGGREGATE_PANE_QUEUE_H_
#define FAULTLINE_RUNTIME_AGGREGATE_PANE_QUEUE_H_

#include "runtime/aggregate/owned_value.h"
#include "runtime/aggregate/pane_width.h"
#include "runtime/aggregate/ring_queue.h"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace faultline::aggregate {

class PaneQueue {
 public:
  explicit PaneQueue(std::int64_t width) : panes_(width) {}

  bool empty() const { return queue_.empty(); }
  std::size_t size() const { return queue_.size(); }
  const Value& operator[](std::size_t i) const { return queue_[i].value.get(); }
  const Value& front() const { return queue_.front().value.get(); }
  const Value& back() const { return queue_.back().value.get(); }

  // True: the last value stands in the pane of the coordinate. It lives as long as the pane's latest event.
  bool Extend(std::int64_t at) {
    if (queue_.empty() || !panes_.Same(queue_.back().at, at)) return false;
    queue_.back().at = at;
    return true;
  }
  void Push(std::int64_t at, const Value& value) {
    queue_.push_back({at, OwnedValue(value)});
    kept_ += queue_.back().value.bytes();
  }
  void PopFront() {
    kept_ -= queue_.front().value.bytes();
    queue_.pop_front();
  }
  void PopBack() {
    kept_ -= queue_.back().value.bytes();
    queue_.pop_back();
  }
  // What came before `from` goes.
  void Evict(std::int64_t from) {
    while (!queue_.empty() && queue_.front().at < from) PopFront();
    if (queue_.empty()) panes_.Reset();
  }
  void Clear() {
    queue_.clear();
    kept_ = 0;
    panes_.Reset();
  }
  // Makes the panes wide enough for the bounds, and with room for as much again.
  void KeepBounds() {
    if (queue_.size() <= kMaxPanes && kept_ <= kMaxKeptBytes) return;
    while ((queue_.size() > kMaxPanes / 2 || kept_ > kMaxKeptBytes / 2) && queue_.size() > 1 &&
           panes_.Widen()) {
      std::size_t last = 0;
      for (std::size_t i = 1; i < queue_.size(); ++i) {
        if (panes_.Same(queue_[last].at, queue_[i].at)) {
          queue_[last].at = queue_[i].at;
          kept_ -= queue_[i].value.bytes();
        } else if (++last != i) {
          queue_[last] = std::move(queue_[i]);
        }
      }
      queue_.truncate(last + 1);
    }
  }
  std::uint64_t kept() const { return kept_; }  // bytes behind the values
  std::uint64_t bytes() const { return queue_.bytes() + kept_; }

  void Save(StateWriter* writer) const {
    writer->Signed(panes_.width());
    writer->Unsigned(queue_.size());
    for (std::size_t i = 0; i < queue_.size(); ++i) {
      writer->Signed(queue_[i].at);
      queue_[i].value.Save(writer);
    }
  }
  bool Load(StateReader* reader) {
    Clear();
    if (!panes_.Set(reader->Signed())) reader->Fail();
    for (std::size_t i = reader->Count(); i > 0 && reader->ok(); --i) {
      Entry entry{reader->Signed(), OwnedValue::Load(reader)};
      // Missing values are never counted.
      if (entry.value.is_missing() || (!queue_.empty() && entry.at < queue_.back().at)) reader->Fail();
      kept_ += entry.value.bytes();
      queue_.push_back(std::move(entry));
    }
    if (!reader->ok()) Clear();
    return reader->ok();
  }

 private:
  struct Entry {
    std::int64_t at = 0;  // of the last event that it stands for
    OwnedValue value;
  };

  PaneWidth panes_;
  RingQueue<Entry> queue_;
  std::uint64_t kept_ = 0;
};

}  // namespace faultline::aggregate

#endif  // FAULTLINE_RUNTIME_AGGREGATE_PANE_QUEUE_H_
