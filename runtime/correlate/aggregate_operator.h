// Rules over aggregates: each event of a match or entry stage updates the rule's aggregates for its key, feed
// stages update those that count other events, `when` decides (docs/semantics.md, section 9; how aggregates
// are kept: docs/aggregates.md).
//
//   event ──▶ key's group ──▶ aggregates ──▶ slots ──▶ steps ──▶ `when` ──▶ (joins, absences, scopes) ──▶
//   decided
//
// If `when` asks for an aggregate with a window, it is decided at each event: it fires when it comes to be
// true
// (`N times in a row`: at the Nth true decision), and again after it was false; unknown does neither.
// Without, it is decided once for each key, by the key's last event: when the scope in `by` ends, else when
// the run does.
//
// A window covers
//   time              the events of the key; without a key those of the stream
//   lines, records    those of the stream with the key
//   a scope           those in the instance that the event stands in; sources and runs likewise
//   none              the run
//
// State: a group for each key (without a key: for each stream, and one for what covers the run), admitted
// with its bytes, so that the oldest gives way. In a group stands one cell for each aggregate and, where the
// window says so, each stream or instance. A cell goes when its window is empty, a group when its cells are
// and no row of `N times in a row` has begun; a group that comes again begins anew.
#ifndef FAULTLINE_RUNTIME_CORRELATE_AGGREGATE_OPERATOR_H_
#define FAULTLINE_RUNTIME_CORRELATE_AGGREGATE_OPERATOR_H_

#include "runtime/aggregate/history.h"
#include "runtime/aggregate/window_aggregate.h"
#include "runtime/correlate/match_operator.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace faultline::runtime {

class AggregateOperator : public MatchOperator {
 public:
  AggregateOperator(Services* services, ir::RuleId rule);
  ~AggregateOperator() override;

  void OnTimer(std::uint64_t number, std::uint32_t what) override;
  void OnEndOfSource(std::uint32_t input) override;
  void OnEndOfRun() override;
  void OnEvict(std::uint64_t number) override;
  void Save(snapshot::Writer* writer) const override;
  bool Load(snapshot::Reader* reader) override;

 private:
  void OnPositive(const Event& event) override;
  void OnFeed(const Event& event) override;

  struct Cell {
    std::unique_ptr<aggregate::WindowAggregate> window;
    std::optional<Timer> timer;  // when it may be over
    std::uint64_t bytes = 0;     // of the window, as they are in Group::total
    std::uint64_t dropped = 0;   // of the window's, counted already
  };
  // Which cell of an aggregate: 0, or one more than the number of a stream or source, or that of an instance.
  using CellKey = std::pair<std::uint32_t, std::int64_t>;
  struct Group {
    std::uint64_t number = 0;
    Partition partition = 0;
    KeyId key = kNoKey;
    std::vector<Cell> cells;                   // by aggregate, of those without a sub-division
    std::map<CellKey, Cell> divided;           // of the others
    std::map<std::uint32_t, CellKey> serials;  // Timer::what of divided cells
    std::uint32_t next_serial = 0;
    std::vector<Timer> ends;  // of the scopes in the key
    bool armed = true;
    std::uint32_t in_a_row = 0;
    std::unique_ptr<Instance> last;  // decided at the end: the key's last event
    std::uint64_t total = 0;         // bytes
    std::uint64_t bytes = 0;         // as Services knows them
  };
  // Where the work stands for the windows: an event, or at an end the last one.
  struct Place {
    const Point* point = nullptr;
    const Event* event = nullptr;
    const Match* match = nullptr;
    const Value* key = nullptr;
  };
  static constexpr std::uint32_t kScopeInKey = 0x7fffffff;  // Timer::what
  static constexpr Partition kOfRun = 0;                    // without keys: what covers the run

  void SaveCell(const Cell& cell, snapshot::Writer* writer) const;
  bool LoadCell(std::uint32_t index, snapshot::Reader* reader, Cell* cell);
  void Classify();
  std::vector<bool> AskedByWhen() const;
  bool Counts(const ir::Aggregate& aggregate, const ir::Stage& stage, std::uint32_t index) const;

  Group* GroupOf(Partition partition, const Event& event);
  Group* FindGroup(Partition partition);
  Partition PartitionOf(const Event& event) const;
  // The group and cell of an aggregate; null: there is none, since it covers no scope here or its time is not
  // known. `make`: it is made where there is none.
  Cell* CellAt(std::uint32_t index, const Place& place, bool make, Group** group, CellKey* key);
  std::shared_ptr<ScopeInstance> InstanceAt(ir::RuleId scope, const Place& place) const;
  std::optional<std::int64_t> CoordinateOf(const ir::Aggregate& aggregate, const Point& point) const;
  void MakeCell(std::uint32_t index, const Place& place, Cell* cell);
  void SetTimer(std::uint32_t index, const Place& place, Group* group, const CellKey& key, Cell* cell);

  void Count(std::uint32_t index, const Event& event, const Place& place);
  Value ResultOf(std::uint32_t index, const Place& place, Arena* arena);
  void OnEvent(const Event& event);
  void DecideAtEvent(Group* group, const Event& event, const Place& place);
  void KeepLast(Group* group, const Event& event, const Place& place);
  void DecideAtEnd(Group* group);
  void Fire(const Event& event);
  void Drop(std::unique_ptr<Instance> instance);
  void TellWhen(const Group& group, const Match& match, const Event* event, const Value& holds);
  void Touch(Group* group, Cell* cell);
  void Recount(Group* group);
  void Measure(Group* group);
  void Forget(Group* group);
  void Tidy(Group* group);

  std::vector<aggregate::Spec> specs_;  // by aggregate
  bool at_events_ = false;              // `when` is decided at each event
  bool all_of_run_ = true;              // no aggregate covers less than a source
  std::vector<ir::RuleId> key_scopes_;  // scopes whose instances are in the key
  std::vector<std::uint64_t> seen_;     // by stage: order of the last record that counted for an entry
  std::unordered_map<Partition, std::unique_ptr<Group>> groups_;
  std::map<std::uint64_t, Group*> by_number_;
  std::vector<Value> event_frame_;
  Match trial_;  // what `when` looks at
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_CORRELATE_AGGREGATE_OPERATOR_H_
