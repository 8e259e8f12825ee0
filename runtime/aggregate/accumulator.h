// What one aggregate knows of the events in its window.
//
// An accumulator is a queue with an answer: events come in at the back with a coordinate (a time, a line, a
// record; never less than that of the event before), leave at the front by coordinate, and at any time Result
// says what the aggregate of those inside is. No operation's cost grows with the number of events inside,
// amortised. An accumulator whose events all come at one coordinate never forgets and keeps only what is
// needed for that, so one class does for every form of a window (window_aggregate.h).
//
// Bounds. Each kind keeps at most kMaxPanes entries. An entry stands for the events of one *pane*: at first
// those of one coordinate, so that windows are exact; when there would be more entries than that, panes
// become wider (width.h) and the far border of the window is blurred by one pane. docs/aggregates.md has the
// table.
//
// Missing values are passed over by the caller. Thread safety: none.
#ifndef FAULTLINE_RUNTIME_AGGREGATE_ACCUMULATOR_H_
#define FAULTLINE_RUNTIME_AGGREGATE_ACCUMULATOR_H_

#include "ir/ir.h"
#include "runtime/aggregate/state.h"
#include "support/value/value.h"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace faultline::aggregate {

inline constexpr std::size_t kMaxPanes = 65536;
inline constexpr std::uint64_t kMaxKeptBytes = 8 * 1024 * 1024;  // of texts that one accumulator keeps
inline constexpr std::size_t kExactValues = 1024;                // of distinct and percentiles
inline constexpr std::size_t kMaxListed = 1000;

struct Spec {
  ir::AggregateKind kind = ir::AggregateKind::kCount;
  ir::AggregateForm form = ir::AggregateForm::kWhole;
  ir::WindowUnit unit = ir::WindowUnit::kNoWindow;
  std::int64_t width = 0;                    // of the window, in its unit
  std::int64_t before = 0;                   // it is moved back by this much
  double parameter = 0;                      // percentile; how many of the top
  ValueKind argument = ValueKind::kMissing;  // kind of the values; kMissing: any
  ValueKind result = ValueKind::kMissing;    // of sum, mean, stddev, percentile
  std::uint64_t least = 1;                   // a percentile of fewer values is missing
};

struct Sample {
  Value value;            // missing: an event that is only counted
  std::int64_t time = 0;  // of the event, ns since 1970; for `rate`
  bool timed = false;
};

class Accumulator {
 public:
  virtual ~Accumulator() = default;
  virtual void Add(std::int64_t at, const Sample& sample) = 0;
  // Forgets what came before `from`. Never goes back.
  virtual void Evict(std::int64_t from) = 0;
  virtual void Clear() = 0;
  virtual Value Result(Arena* arena) const = 0;
  virtual std::uint64_t bytes() const = 0;  // of memory, the object included; O(1)
  virtual void Save(StateWriter* writer) const = 0;
  // False: it makes no sense, and the accumulator is to be thrown away.
  virtual bool Load(StateReader* reader) = 0;
};

// `width` is that of a sliding window; 0: every event comes at coordinate 0. `spec` must outlive it.
std::unique_ptr<Accumulator> MakeAccumulator(const Spec& spec, std::int64_t width);

// One for each family of kinds, in the file of its name.
std::unique_ptr<Accumulator> MakeMoments(const Spec& spec, std::int64_t width);
std::unique_ptr<Accumulator> MakeExtreme(const Spec& spec, std::int64_t width);
std::unique_ptr<Accumulator> MakeKept(const Spec& spec, std::int64_t width);
std::unique_ptr<Accumulator> MakeDistinct(const Spec& spec, std::int64_t width);
std::unique_ptr<Accumulator> MakePercentile(const Spec& spec, std::int64_t width);
std::unique_ptr<Accumulator> MakeTop(const Spec& spec, std::int64_t width);

}  // namespace faultline::aggregate

#endif  // FAULTLINE_RUNTIME_AGGREGATE_ACCUMULATOR_H_
