// Phase 2: from the matches of stages, in order, to findings: sequences, absence, rules that read rules.
//
// A record is looked at rule by rule in the module's order, in which a rule comes after those it reads. For
// each rule: windows that the record ends are closed first; then later stages go before earlier ones, so that
// a record never continues a match that it has begun. Every position is of one source; at its end whatever
// waits is decided or dropped (a source that is broken off decides nothing).
//
//   then       each waiting match takes the first following record that fits, inside its window, of its own
//   stream; one
//              record may continue several. A match that a record fits moves on; there is no second try.
//   without, with a window     opens when the last positive stage matched; a fitting record of the same
//   stream inside it
//              drops the match; decided by the first record behind the window, or by the end of the source.
//   without, without a window  the whole source, before and after, in any stream; decided at its end.
//   what another rule found    stands where it was decided.
//
// Lines and records of a window are counted in the stream; times as the records say, where one without a time
// has the last one of its stream. A time window of which one end has no time is unknown: the match is dropped
// and counted.
//
// Findings decided at one position are given out by first line, then rule name.
//
// State: matches that wait, at most `max_pending` a rule and `max_bytes` together; the oldest goes first, and
// is counted. Thread safety: none; one source after the other.
#ifndef FAULTLINE_RUNTIME_ENGINE_SEQUENCE_MATCHER_H_
#define FAULTLINE_RUNTIME_ENGINE_SEQUENCE_MATCHER_H_

#include "runtime/engine/block_scanner.h"
#include "runtime/engine/evidence.h"
#include "runtime/engine/match.h"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace faultline::runtime {

struct MatcherLimits {
  std::size_t max_pending = 10000;             // waiting matches of a rule; the same for kept absences
  std::uint64_t max_bytes = 64 * 1024 * 1024;  // of all waiting matches
};

// What the bounds cost a rule.
struct MatcherCounts {
  std::int64_t dropped = 0;    // matches that gave way to newer ones
  std::int64_t no_time = 0;    // matches whose time window could not be told
  std::int64_t undecided = 0;  // matches that waited for an absence when their source was broken off
};

class SequenceMatcher {
 public:
  // `decided` receives the matches of rules (not of events) in order. What it is given is its own.
  using Decided = std::function<void(ir::RuleId, Match)>;

  SequenceMatcher(const EnginePlan& plan, StageEvaluator* evaluator, const MatcherLimits& limits,
                  int context_lines, Decided decided);

  void BeginSource(std::uint32_t input);
  // Records of the source come in order.
  void Block(RecordBlock* block, const ScanResult& scan, const LineLookup& lines);
  // With `broken_off` the source was not read to its end: what waits for an absence is dropped and counted,
  // since what was not read may hold what must not come.
  void EndSource(bool broken_off = false);

  const std::vector<MatcherCounts>& counts() const { return counts_; }
  std::size_t pending() const;
  std::uint64_t pending_bytes() const { return bytes_; }

 private:
  struct Instance {
    Match match;
    ir::RuleId rule = 0;
    std::uint64_t number = 0;  // order of creation
    std::uint32_t stream = 0;
    std::uint32_t next = 1;  // index into RulePlan::positive; its size: only absence is waited for
    std::uint32_t open_vetoes = 0;
  };
  using Waiting = std::map<std::uint64_t, Instance*>;  // by number
  // When a window ends: amount, then number of the match, then stage.
  using TimerKey = std::tuple<std::int64_t, std::uint64_t, StageId>;

  struct Stream {
    Value time;
    std::int64_t line = 0;
    std::int64_t records = 0;
    std::array<std::map<TimerKey, Instance*>, 3> timers;  // lines, records, time
    std::set<StageId> hungry;                             // stages without literals that some match waits for
  };

  struct RuleState {
    std::map<std::uint64_t, std::unique_ptr<Instance>> pending;
    bool absent_all = false;  // a `without` without a join matched: nothing can be found
    std::map<std::uint32_t, std::deque<Match>> refuted;  // by stage index: matches of a `without` with a join
  };

  // What there is to do for a rule at a position.
  struct Event {
    StageId stage;
    std::shared_ptr<const Match> match;
    Position position;
  };
  struct Work {
    std::vector<std::pair<std::uint64_t, StageId>> closed;  // matches by number: one may be gone by then
    std::vector<StageHit> hits;                             // ascending stages
    std::vector<Event> events;
  };

  // Where a stage matched: in a record, or what another rule found.
  struct Found {
    const StageHit* hit;
    const Match* event;  // null: a record
  };

  void Record(RecordBlock* block, std::uint32_t index, std::span<const StageHit> hits,
              const ScanResult& scan);
  void DoAgenda();
  void DoRule(ir::RuleId rule, Work* work);
  void DoHit(StageId stage, const Found& found);
  void Start(StageId stage, const Found& found);
  void Take(Match* match, const StagePlan& stage, const Found& found);
  bool Joins(const Instance& instance, const StagePlan& stage, const Found& found);
  bool InWindow(const Instance& instance, const ir::Stage& stage) const;
  void Enter(std::unique_ptr<Instance> instance);
  bool Await(Instance* instance);
  bool Wait(Instance* instance, StageId stage);
  void Unwait(Instance* instance, StageId stage);
  void Close(Instance* instance, StageId stage);
  void Remove(Instance* instance);
  std::unique_ptr<Instance> Detach(Instance* instance);
  void Decide(ir::RuleId rule, Match match);
  void GiveOut();
  void Finish(ir::RuleId rule, bool broken_off);

  const EnginePlan& plan_;
  StageEvaluator* evaluator_;
  MatcherLimits limits_;
  int context_lines_;
  Decided decided_callback_;

  std::uint32_t input_ = 0;
  std::int64_t records_ = 0;  // of this source, so far
  std::vector<Stream> streams_;
  std::vector<RuleState> rules_;
  std::vector<std::unordered_map<std::uint32_t, Waiting>> waiting_;  // by stage, then stream
  std::vector<MatcherCounts> counts_;
  std::uint64_t bytes_ = 0;
  std::uint64_t next_number_ = 0;
  std::map<std::uint64_t, Instance*> oldest_;  // all waiting matches

  // The position that is being worked on.
  Position position_;
  const RecordView* record_ = nullptr;
  const LineLookup* lines_ = nullptr;
  std::map<ir::RuleId, Work> agenda_;
  struct DecidedMatch {
    ir::RuleId rule;
    Match match;
  };
  std::vector<DecidedMatch> decided_;
  std::vector<Value> frame_;
  Arena temporary_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_ENGINE_SEQUENCE_MATCHER_H_
