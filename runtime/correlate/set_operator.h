// Sets: `all within W { … }`, `any N of within W { … }` (docs/semantics.md, 6.6).
//
// A partition keeps the latest event of each part. When an event makes enough parts stand inside the window
// of it, they are a match and spent. A match of a set has its parts in the order in which they came.
//
// State: one entry a partition, which goes when its latest part is out of the window; O(parts) an event.
#ifndef FAULTLINE_RUNTIME_CORRELATE_SET_OPERATOR_H_
#define FAULTLINE_RUNTIME_CORRELATE_SET_OPERATOR_H_

#include "runtime/correlate/match_operator.h"

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace faultline::runtime {

class SetOperator : public MatchOperator {
 public:
  SetOperator(Services* services, ir::RuleId rule);
  void OnTimer(std::uint64_t number, std::uint32_t what) override;
  void OnEvict(std::uint64_t number) override;
  void Save(snapshot::Writer* writer) const override;
  bool Load(snapshot::Reader* reader) override;

 private:
  // The latest event of a part, with all that a match takes from it.
  struct Part {
    bool there = false;
    Match match;  // in the frame of the rule, with this part's slots
    Point point;
    std::vector<std::pair<std::uint32_t, std::shared_ptr<ScopeInstance>>> held;
  };
  struct Gathering {
    std::uint64_t number = 0;
    KeyId key = kNoKey;
    std::vector<Part> parts;
    Timer timer;
  };
  using Gatherings = std::unordered_map<std::uint64_t, Gathering>;

  void OnPositive(const Event& event) override;
  Gatherings::iterator GatheringOf(const Event& event);
  bool InWindow(const Part& part, const Event& event) const;
  void Form(Gatherings::iterator at, const Event& event);
  bool PartsJoin(const Match& match);
  void Close(Gatherings::iterator at);
  void TellGathering(why::Happened what, const Gathering& gathering, std::uint32_t stage, const Event* event,
                     std::size_t there) const;

  std::size_t need_;
  bool any_role_ = false;
  std::vector<std::vector<ir::SlotId>> slots_;                // by part: what its match gives
  Gatherings gatherings_;                                     // by partition
  std::unordered_map<std::uint64_t, std::uint64_t> numbers_;  // partition, by number
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_CORRELATE_SET_OPERATOR_H_
