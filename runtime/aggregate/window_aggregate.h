// One aggregate over one window: when events enter the window, when they leave it, and what it is at an
// event.
//
// Coordinates are what the window's unit counts: nanoseconds since 1970, lines of the stream, records of the
// stream; for a window of the whole they are not looked at. They never go back: an event whose time is before
// that of an earlier one counts at the earlier one's time (docs/semantics.md, 2.3).
//
//   whole      all events
//   sliding    those at [now - width, now]
//   tumbling   those in the multiple of the width that `now` is in; lines and records are counted from 1
//   session    those behind the last gap of more than the width
//   history    as sliding; the caller asks before it adds the event at hand
//   before B   the same at now - B: events wait in a queue of at most kMaxDelayed until they are that old
//
// Thread safety: none.
#ifndef FAULTLINE_RUNTIME_AGGREGATE_WINDOW_AGGREGATE_H_
#define FAULTLINE_RUNTIME_AGGREGATE_WINDOW_AGGREGATE_H_

#include "runtime/aggregate/accumulator.h"
#include "runtime/aggregate/owned_value.h"
#include "runtime/aggregate/ring_queue.h"

#include <cstdint>
#include <memory>
#include <optional>

namespace faultline::aggregate {

inline constexpr std::size_t kMaxDelayed = 262144;

class WindowAggregate {
 public:
  // `spec` must outlive it.
  explicit WindowAggregate(const Spec& spec);

  // An event that counts, with a value that Fitting has seen. The caller passes over others: missing values,
  // conditions that are not true.
  void Add(std::int64_t at, const Sample& sample);
  // What the aggregate is at an event at this coordinate; windows move on to it.
  Value Result(std::int64_t at, Arena* arena);
  // Up to where something of what has come can still be inside; missing: nothing is, INT64_MAX: for ever.
  std::optional<std::int64_t> Expiry() const;
  std::uint64_t bytes() const;
  // Events that gave way before they had entered the window: `before` of more than kMaxDelayed events.
  std::uint64_t dropped() const { return dropped_; }

  void Save(StateWriter* writer) const;
  bool Load(StateReader* reader);

 private:
  struct Delayed {
    std::int64_t at = 0;
    std::int64_t time = 0;
    bool timed = false;
    OwnedValue value;
  };
  void MoveTo(std::int64_t at);
  void MoveWindow(std::int64_t to);
  void Enter(std::int64_t at, const Sample& sample);
  std::int64_t Bucket(std::int64_t at) const;
  void PopDelayed();

  const Spec& spec_;
  std::unique_ptr<Accumulator> inside_;
  std::int64_t now_ = INT64_MIN;
  std::int64_t last_ = INT64_MIN;     // of the last event that came; INT64_MIN: none is of interest any more
  std::int64_t entered_ = INT64_MIN;  // of the last event that entered
  std::unique_ptr<RingQueue<Delayed>> delayed_;
  std::uint64_t delayed_bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

// The value as the aggregate takes it; missing: it is passed over.
Value Fitting(const Spec& spec, const Value& value);

}  // namespace faultline::aggregate

#endif  // FAULTLINE_RUNTIME_AGGREGATE_WINDOW_AGGREGATE_H_
