// The events of one stage that came within the last `skew` of a rule (docs/semantics.md, 2.6).
//
// With clocks that differ, what follows in truth may stand before in the order of the run. So a rule with
// `skew D` keeps the events of its later stages for D, and a match that begins to wait looks among them
// first.
//
// Kept by partition, in the order in which they came; at most Services' bound on matches, the oldest goes
// first and is counted. O(1) an event. Thread safety: none.
#ifndef FAULTLINE_RUNTIME_CORRELATE_RECENT_EVENTS_H_
#define FAULTLINE_RUNTIME_CORRELATE_RECENT_EVENTS_H_

#include "runtime/correlate/point.h"
#include "runtime/correlate/services.h"

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

namespace faultline::runtime {

class RecentEvents {
 public:
  struct Recent {
    Match match;
    std::vector<Value> stored;  // in the match's arena
    Point point;
  };

  RecentEvents(Services* services, ir::RuleId rule, StageId stage);

  void Add(const Event& event);
  // Those of the partition (a key), oldest first; null: none.
  const std::deque<Recent>* Of(KeyId key) const;
  // The event as it was given, for as long as the recent one is kept.
  Event EventOf(const Recent& recent) const;
  void Clear();

  void Save(snapshot::Writer* writer) const;
  bool Load(snapshot::Reader* reader);

 private:
  void DropOldest();

  Services* services_;
  ir::RuleId rule_;
  StageId stage_;
  std::unordered_map<KeyId, std::deque<Recent>> events_;
  std::deque<std::pair<KeyId, std::int64_t>> order_;  // key and time of all, as they came
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_CORRELATE_RECENT_EVENTS_H_
