// What operators share: where the work stands, streams and their counts, time, timers, who waits for which
// stage, keys, the bounds on state, current scopes, and the way out for what rules found.
//
// One Services belongs to one Correlator. Thread safety: none.
#ifndef FAULTLINE_RUNTIME_CORRELATE_SERVICES_H_
#define FAULTLINE_RUNTIME_CORRELATE_SERVICES_H_

#include "runtime/correlate/key_table.h"
#include "runtime/correlate/operator.h"
#include "runtime/engine/evidence.h"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace faultline::aggregate {
class HistorySource;
}
namespace faultline::novelty {
class ShapeSet;
}
namespace faultline::why {
class Tracer;
}

namespace faultline::runtime {

struct CorrelatorLimits {
  std::size_t max_pending = 10000;             // waiting matches of a rule; the same for what is remembered
  std::uint64_t max_bytes = 64 * 1024 * 1024;  // of all waiting matches
};

// What bounds and unknowns cost a rule.
struct RuleCounts {
  std::int64_t dropped = 0;      // state that gave way to newer state
  std::int64_t no_time = 0;      // matches whose time window could not be told
  std::int64_t missing_key = 0;  // events without a part of their key
  std::int64_t late = 0;         // events behind a watermark that had decided an absence
  std::int64_t undecided = 0;    // absences that an interrupted run did not decide
};

// What ends a window (docs/semantics.md, 4.5). The first three count in a stream; all of a stream's and a
// source's end with their source, all with the run.
enum class Clock : std::uint8_t {
  kLines,
  kRecords,
  kTime,     // the largest time so far in the stream
  kRunTime,  // the largest time so far in the run
  kScope,    // of: ScopeInstance::number; ends with the instance
  kSource,   // of: number of the input
  kRun,
};

struct Timer {
  Clock clock = Clock::kRun;
  std::int64_t of = 0;   // stream, input or instance of a scope
  std::int64_t end = 0;  // of the first four clocks: the window is over when the clock is past this
  ir::RuleId rule = 0;
  std::uint64_t number = 0;  // what Operator::OnTimer gets
  std::uint32_t what = 0;
  std::uint32_t stream = 0;  // where the work stands when an end of the input fires it
  bool over = false;         // the clock has ended already: it fires as soon as the operator returns
};

// How far a stream has come. Numbers of streams are unique in the run.
struct StreamState {
  std::uint32_t input = 0;
  Value time;                          // of its last record that has one
  std::int64_t watermark = INT64_MIN;  // largest time so far
  std::int64_t line = 0;               // of the stream
  std::int64_t records = 0;
  std::string file;
  std::int64_t log_line = 0;        // of the file: last record
  std::int64_t first_log_line = 0;  // of the file: first record
};

// Lines of evidence of one finding: chains of rules could gather any number.
inline constexpr std::size_t kMaxEvidence = 64;

class Services {
 public:
  Services(const EnginePlan& plan, StageEvaluator* evaluator, const CorrelatorLimits& limits,
           int context_lines);
  virtual ~Services();
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;

  const EnginePlan& plan() const { return plan_; }
  const ir::Module& module() const { return plan_.module(); }
  const ir::Rule& rule(ir::RuleId rule) const { return plan_.module().rules[rule]; }
  StageEvaluator* evaluator() { return evaluator_; }
  // What earlier runs saw; null: nothing is known of them.
  aggregate::HistorySource* history() const { return history_; }
  void set_history(aggregate::HistorySource* history) { history_ = history; }
  // Shapes of passing runs, for `novel`; null: none were learned.
  const novelty::ShapeSet* shapes() const { return shapes_; }
  void set_shapes(const novelty::ShapeSet* shapes) { shapes_ = shapes; }
  // Is told what becomes of matches, for `explain --why`; null: nobody is.
  why::Tracer* tracer() const { return tracer_; }
  void set_tracer(why::Tracer* tracer) { tracer_ = tracer; }
  const CorrelatorLimits& limits() const { return limits_; }
  RuleCounts& counts(ir::RuleId rule) { return counts_[rule]; }
  const std::vector<RuleCounts>& counts() const { return counts_; }

  // ---- where the work stands

  const Position& position() const { return position_; }
  // For values that the position outlives not.
  Arena* temporary() { return &temporary_; }
  const StreamState& stream(std::uint32_t stream) const { return *streams_.at(stream).state; }
  // Of a source that is not over, in the order in which they began.
  virtual std::vector<std::uint32_t> StreamsOf(std::uint32_t input) const = 0;
  // Largest time of the run so far; INT64_MIN: none.
  std::int64_t run_watermark() const { return run_watermark_; }
  // Behind the last record of the stream.
  Position EndOf(std::uint32_t stream) const;
  bool interrupted() const { return interrupted_; }  // the run was stopped: absence is not decided
  // A blank frame of the rule: its context is filled in.
  void BlankFrame(ir::RuleId rule, std::vector<Value>* slots) const;
  // Stores what an event found and adds its evidence; `first`: it begins the match.
  void Take(Match* match, const Event& event, ir::RuleId rule, bool first);
  // Neighbours and text of the record's lines, as findings show them.
  // The first line that the event shows, for what is looked up and not matched: one, or none.
  std::vector<Evidence> FirstLineOf(const Event& event) const;
  Evidence EvidenceOf(const RecordView& record, std::string_view matched) const;

  // ---- windows

  void SetTimer(const Timer& timer);
  // Whether what the timer waits for is over by now, so that set now it would fire too late.
  bool IsDue(const Timer& timer) const;
  void CancelTimer(const Timer& timer);
  // The stage (a lazy one) is looked at from now on: in the stream, or with kAnyStream everywhere. Counted.
  static constexpr std::uint32_t kAnyStream = 0xffffffff;
  void AddWaiter(StageId stage, std::uint32_t stream);
  void RemoveWaiter(StageId stage, std::uint32_t stream);

  // ---- keys and bounds

  KeyTable& keys(ir::RuleId rule) { return keys_[rule]; }
  // State that may wait long is admitted and released. Where a bound is reached, the oldest is evicted after
  // the operator returns. Numbers ascend in the run.
  std::uint64_t Admit(ir::RuleId rule, std::uint64_t bytes);
  void Resize(std::uint64_t number, std::uint64_t bytes);
  void Release(std::uint64_t number);
  // A number in order with those of Admit, for state that is bounded elsewhere.
  std::uint64_t NextNumber() { return next_number_++; }
  std::size_t pending() const { return admitted_.size(); }
  std::uint64_t pending_bytes() const { return bytes_; }

  // ---- scopes

  // The instance that the event stands in; null: none is open.
  std::shared_ptr<ScopeInstance> ScopeOf(ir::RuleId scope, const Event& event) const;
  std::shared_ptr<ScopeInstance> Current(ir::RuleId scope, std::uint32_t stream) const;
  // Operator::OnScopeEnd is called for each instance of the scope.
  void WatchScope(ir::RuleId scope, ir::RuleId watcher);
  std::int64_t NextInstance() { return ++instances_; }
  // Ends an instance after all rules have seen the position: `found` goes to those that read the scope, then
  // its timers fire and its watchers are called.
  virtual void EndScope(std::shared_ptr<ScopeInstance> instance, Match found) = 0;
  Operator* operator_of(ir::RuleId rule) const { return operators_[rule].get(); }

  // ---- snapshots (Operator::Save, Load)

  // A reference to an instance that matches share; null is kept too.
  void PutScope(const std::shared_ptr<ScopeInstance>& instance, snapshot::Writer* writer);
  std::shared_ptr<ScopeInstance> GetScope(snapshot::Reader* reader);

  // ---- what was found

  // All of the rule holds: derived slots are computed, readers are told, and if it is not an event it is a
  // finding.
  virtual void Decide(ir::RuleId rule, Match match) = 0;

 protected:
  using TimerKey = std::tuple<std::int64_t, std::uint64_t, std::uint32_t, ir::RuleId>;  // end, number, what
  struct TimerPlace {
    std::uint32_t stream = 0;
  };
  using Timers = std::map<TimerKey, TimerPlace>;
  struct Stream {
    std::uint32_t number = 0;
    std::unique_ptr<StreamState> state;
    std::array<Timers, 6> timers;  // lines, records, time; then those of rules that read blocks
    std::set<StageId> hungry;      // waited for, and no literal calls them
  };
  struct Admitted {
    ir::RuleId rule = 0;
    std::uint64_t bytes = 0;
  };

  Timers* TimersOf(const Timer& timer);
  bool TakeTimer(const Timer& timer);  // false: it was cancelled, or never set
  // Called where a timer is set on a clock that is ending: it fires at once.
  virtual void OnTimerAtEnd(const Timer& timer) = 0;
  bool IsEnding(const Timer& timer) const;
  bool IsWaitedFor(StageId stage, std::uint32_t stream) const;
  void SaveServices(snapshot::Writer* writer) const;
  bool LoadServices(snapshot::Reader* reader);
  void SaveScopes(snapshot::Writer* writer) const;  // those that were put since the last time
  bool LoadScopes(snapshot::Reader* reader);
  void Evict(std::uint64_t number);
  void EnforceLimits(ir::RuleId rule);

  const EnginePlan& plan_;
  StageEvaluator* evaluator_;
  aggregate::HistorySource* history_ = nullptr;
  why::Tracer* tracer_ = nullptr;
  const novelty::ShapeSet* shapes_ = nullptr;
  CorrelatorLimits limits_;
  int context_lines_;
  std::vector<std::unique_ptr<Operator>> operators_;  // by rule
  std::vector<RuleCounts> counts_;
  std::vector<KeyTable> keys_;

  Position position_;
  const LineLookup* lines_ = nullptr;
  Arena temporary_;
  bool interrupted_ = false;
  std::int64_t run_watermark_ = INT64_MIN;
  std::int64_t ending_input_ = -1;
  bool ending_run_ = false;

  std::unordered_map<std::uint32_t, Stream> streams_;
  std::array<Timers, 2> run_time_;  // then those of rules that read blocks
  std::unordered_map<std::int64_t, Timers> scope_timers_, source_timers_;
  Timers run_timers_;
  std::unordered_map<std::uint64_t, std::uint32_t> waiters_;  // by stage and stream
  std::set<StageId> hungry_;                                  // in any stream

  std::map<std::uint64_t, Admitted> admitted_;
  std::vector<std::set<std::uint64_t>> admitted_by_rule_;
  std::uint64_t bytes_ = 0;
  std::uint64_t next_number_ = 1;
  std::int64_t instances_ = 0;
  std::unordered_map<ir::RuleId, std::vector<ir::RuleId>> scope_watchers_;
  std::map<std::int64_t, std::shared_ptr<ScopeInstance>> scope_table_;  // while a snapshot is made or read
};

// Bytes that a match costs while it waits.
std::uint64_t CostOf(const Match& match);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_CORRELATE_SERVICES_H_
