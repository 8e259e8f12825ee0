// `X 3 times within W`, `X 3 times in a row` (docs/semantics.md, 6.5): events of one stage gathered until
// there are enough of them, which then are one event.
//
// A row is one partition's. It holds at most `count` events; what is out of the window leaves it, and in a
// row what does not fit empties it. Rows are admitted as state and go with their window, source or run.
// O(count) for an event that completes a row, else O(1) and what leaves it. Thread safety: none.
#ifndef FAULTLINE_RUNTIME_CORRELATE_REPETITION_H_
#define FAULTLINE_RUNTIME_CORRELATE_REPETITION_H_

#include "runtime/correlate/point.h"
#include "runtime/correlate/services.h"

#include <cstdint>
#include <deque>
#include <unordered_map>

namespace faultline::why {
enum class Happened : std::uint8_t;
}

namespace faultline::runtime {

class Repetition {
 public:
  // What a full row is: the match of its events together.
  struct Row {
    Match match;
    std::vector<Value> stored;
    std::int64_t count = 0;
  };

  Repetition(Services* services, ir::RuleId rule, std::uint32_t stage);

  // Takes an event of the partition (or, where it does not fit, ends the row). True: the row is full; `row`
  // is what it found, and its events are spent.
  bool Take(const Event& event, std::uint64_t partition, bool keyed, Row* row);
  bool Has(std::uint64_t number) const { return numbers_.contains(number); }
  void Drop(std::uint64_t number);  // of a row; by bound or timer

  void Save(snapshot::Writer* writer) const;
  bool Load(snapshot::Reader* reader);

 private:
  struct Held {
    std::uint64_t number = 0;
    KeyId key = kNoKey;
    std::deque<Match> events;
    std::deque<Point> points;
    Timer timer;
    std::uint64_t bytes = 0;
  };
  bool InWindow(const Point& first, const Event& event) const;
  void Collect(const Held& row, Row* full) const;
  void Close(std::unordered_map<std::uint64_t, Held>::iterator row);
  // To a tracer, if there is one.
  void Tell(why::Happened what, const Held& row, const Event* event) const;

  Services* services_;
  ir::RuleId rule_;
  std::uint32_t index_;
  const ir::Stage& stage_;
  std::unordered_map<std::uint64_t, Held> rows_;              // by partition
  std::unordered_map<std::uint64_t, std::uint64_t> numbers_;  // of rows: partition
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_CORRELATE_REPETITION_H_
