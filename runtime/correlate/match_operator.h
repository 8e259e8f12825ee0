// What sequences and sets share: matches that wait, and the way from "all positive stages have matched" to a
// decision (docs/semantics.md, sections 4, 5.5, 7):
//
//   positive stages ──▶ steps (let, conditions, joins) ──▶ absences ──▶ scope ends ──▶ last steps ──▶ decided
//                       `next` may wait                     wait         wait
//
// Absences are watched from the stage behind which they stand, whatever the match waits for meanwhile. There
// are three forms of `without X`:
//   watch    strictly after a stage (without a word: the last positive one), for a window, up to another
//            stage, or to the end of the source (with a key: of the run)
//   back     strictly before a stage: what came is remembered. In a set `between` and `after` look back, too:
//            its parts come in any order, and are a match only when the last one is there
//   domain   anywhere in the nearest scope that the rule's key or a window names, else in the stream (with a
//            key: the run), before and after
// An IR stage with neither `after` nor `before` is a watch if it has a window, else a domain.
//
// Steps that read what is only known at the decision (`elapsed`, fields that a scope's closing line gives,
// graphs) and all steps behind them are done last.
//
// State: see Services::Admit; each waiting match is one entry. Every entry is waited for by a timer, so that
// state ends with its window, source or run.
#ifndef FAULTLINE_RUNTIME_CORRELATE_MATCH_OPERATOR_H_
#define FAULTLINE_RUNTIME_CORRELATE_MATCH_OPERATOR_H_

#include "runtime/correlate/join_index.h"
#include "runtime/correlate/point.h"
#include "runtime/correlate/recent_events.h"
#include "runtime/correlate/repetition.h"
#include "runtime/correlate/services.h"
#include "runtime/why/tracer.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace faultline::runtime {

// The window in which a stage is waited for: of one that repeats the window is that of its repetition.
inline ir::Window WaitWindow(const ir::Stage& stage) {
  if (stage.count > 1) return {};
  return {stage.window, stage.amount, stage.scope};
}

class MatchOperator : public Operator {
 public:
  MatchOperator(Services* services, ir::RuleId rule);

  // Says which of the calls below an event is for.
  void OnStage(const Event& event) final;
  void OnTimer(std::uint64_t number, std::uint32_t what) override;
  void OnEndOfSource(std::uint32_t input) override;
  void OnEndOfRun() override;
  void OnEvict(std::uint64_t number) override;
  void Save(snapshot::Writer* writer) const override;
  bool Load(snapshot::Reader* reader) override;

 protected:
  // Independent state: a key's, or without keys a stream's.
  using Partition = std::uint64_t;

  struct Wait {
    std::uint32_t stage = 0;
    std::uint64_t bucket = 0;
    bool timed = false;
    Timer timer;
  };

  struct Instance {
    Match match;
    std::uint64_t number = 0;
    Partition partition = 0;
    KeyId key = kNoKey;
    std::uint32_t next = 1;  // positive stage that is waited for; their number: all have matched
    std::vector<Point> at;   // of the positive stages that have matched; at order 0: a part that is not there
    std::uint32_t latest = 0;   // the last one of them, in `at`
    std::vector<Wait> waits;    // for stages: positive ones, absences, until
    std::vector<Timer> timers;  // that belong to no stage
    std::uint32_t open = 0;     // absences that are not decided
    std::uint32_t step = 0;     // next step
    bool whole = false;         // all positive stages have matched
    bool vetoed = false;        // `every`: an absence between its stages does not hold
    bool graphs_over = false;
    // What stands behind the first stage of a `between`, by absence: it refutes if the second stage comes
    // after it. Of one time at most, and one of each source.
    std::vector<std::pair<std::uint32_t, Point>> vetoes;
    std::uint32_t next_join = kNoStage;  // `next` that is waited for
    JoinIndex::Bucket* next_bucket = nullptr;
    std::vector<std::pair<std::uint32_t, std::shared_ptr<ScopeInstance>>> held;  // for Rule::provided

    const Point& last() const { return at[latest]; }
  };

  static constexpr std::uint32_t kNoStage = 0xffffffff;
  // Timers whose `what` is no stage.
  static constexpr std::uint32_t kWholeWindow = 0x80000000;
  static constexpr std::uint32_t kScopeOver = 0x80000001;
  static constexpr std::uint32_t kGraphOver = 0x80000002;
  // Numbers of what is remembered come behind those of matches, so that ends find it.
  static constexpr std::uint64_t kMemory = 1ULL << 63;

  // ---- what the kinds of rules do

  const ir::Rule& rule() const { return rule_; }
  const ir::Stage& stage(std::uint32_t index) const { return rule_.stages[index]; }
  StageId id_of(std::uint32_t index) const { return plan_.first_stage + index; }
  const std::vector<ir::SlotId>& stores_of(std::uint32_t index) const {
    return services_->plan().stages()[id_of(index)].stores;
  }
  bool keyed() const { return keyed_; }
  // Decides without waiting: one positive stage and nothing that could veto it or come later.
  bool immediate() const { return simple_ && plan_.positive.size() == 1; }
  // Once its positive stages have matched it is decided at once.
  bool simple() const { return simple_; }

  // The partition of an event, if something is kept for it; false: nothing is.
  bool FindPartition(const Event& event, Partition* partition);
  // A match that the event begins: not yet waiting.
  std::unique_ptr<Instance> Begin(const Event& event);
  // Stores what the event gives to a match that waits, or is about to.
  void Add(Instance* instance, const Event& event);
  // Admits it and begins its absences that count from its first stage on. False: refuted already.
  bool Enter(std::unique_ptr<Instance> instance);
  // Its positive stages have all matched. It may be gone when this returns.
  void Complete(Instance* instance);
  // Gone without a decision.
  void Remove(Instance* instance);
  // The match as it is, decided at once: for rules that are simple().
  void DecideAtOnce(Match match, const Point& last, const Value& key);
  void DecideAtOnce(const Event& event);
  // Fills what is provided at the event's stage; fields that only a closing line gives are held.
  void Provide(std::uint32_t index, const Event& event, std::vector<Value>* slots, Arena* arena,
               Instance* held);

  // The steps, ahead of a decision: `next` joins are passed over, and unless `all` those that need the
  // decision. False: a condition does not hold.
  bool TrySteps(Match* match, const Point& last, const Value& key, bool all);

  // Whether a window that began at `from` holds the event; scopes are those of the match.
  bool Inside(const ir::Window& window, const Point& from, const Event& event, const Match& match) const;
  bool Joins(const Match& match, const Event& event);

  // Waits for a stage, in a window from a point on; without one for the rest of the source or run. False: a
  // time window of unknown time, which is counted, or a scope that is not open.
  bool WaitFor(Instance* instance, std::uint32_t stage, const ir::Window& window, const Point& from);
  void Unwait(Instance* instance, std::uint32_t stage);
  // The whole rule's window, from its first stage on.
  bool WaitWhole(Instance* instance);
  std::map<std::uint64_t, Instance*>* WaitingFor(std::uint32_t stage, std::uint64_t bucket);

  // A timer that fires when the scope ends.
  Timer ScopeTimer(const ScopeInstance& scope, std::uint64_t number, std::uint32_t what) const;

  bool IsRecord(std::uint32_t index) const;

  // A positive stage has matched: absences that begin or end with it. False: refuted, and gone.
  bool PassStage(Instance* instance, std::uint32_t index);
  // The first event of a stage, if any was within the rule's skew, that comes before the match's last one in
  // the order of the run and yet fits; `event` is it.
  template <class Fits>
  bool FindRecent(const Instance& instance, std::uint32_t index, Fits fits, Event* event) const {
    if (recents_[index] == nullptr || instance.key == kNoKey) return false;
    const std::deque<RecentEvents::Recent>* recent = recents_[index]->Of(instance.key);
    if (recent == nullptr) return false;
    for (const RecentEvents::Recent& one : *recent) {
      *event = recents_[index]->EventOf(one);
      if (event->position.input != instance.last().position.input && fits(*event)) return true;
    }
    return false;
  }
  // Remembers an event of a later stage where clocks may differ.
  void Keep(const Event& event) {
    if (recents_[event.index] != nullptr) recents_[event.index]->Add(event);
  }
  // An event of a positive stage, after its repetition.
  virtual void OnPositive(const Event& event) = 0;
  // An event that only counts for aggregates, or that ends the wait for a stage. Other kinds of rules have no
  // such stages.
  virtual void OnFeed(const Event& event);
  virtual void OnUntil(const Event& event);

  // A match as bytes and back; buckets of joins by stage. LoadInstance: not yet waiting; null: it makes no
  // sense.
  void SaveInstance(const Instance& instance, const std::vector<JoinIndex::BucketNumbers>& buckets,
                    snapshot::Writer* writer) const;
  std::unique_ptr<Instance> LoadInstance(const std::vector<std::vector<JoinIndex::Bucket*>>& buckets,
                                         snapshot::Reader* reader);

  // ---- what a tracer is told, where there is one (match_telling.cpp)

  bool traced() const { return services_->tracer() != nullptr; }
  void Tell(why::Happened what, const Instance& instance, std::uint32_t stage = kNoStage,
            const Event* event = nullptr, const Timer* timer = nullptr);
  // The event is of a stage that the match waits for in `window`, and does not fit it.
  void TellMiss(const Instance& instance, const Event& event, const ir::Window& window);
  // The function over the match's frame is not true, so that it is none; null: it never waited.
  void TellCondition(ir::FunctionId function, const Match& match, const Instance* instance);

  // What an as-of join (`stage`) or a graph query (its number) gave.
  void TellFound(why::Happened what, const Match& match, const Instance* instance, std::uint32_t stage,
                 const Value& value);
  // An event that stood at the point is remembered, and refutes the match.
  void TellRemembered(const Instance& instance, std::uint32_t stage, const Point& point);
  // The window is over of which the timer says `what`.
  void TellOver(const Instance& instance, std::uint32_t what);

  Instance* Find(std::uint64_t number);
  const std::map<std::uint64_t, std::unique_ptr<Instance>>& instances() const { return instances_; }

  Services* services_;
  ir::RuleId rule_id_;
  const ir::Rule& rule_;
  const RulePlan& plan_;
  bool keyed_ = false;
  bool every_ = false;
  std::vector<std::uint32_t> ordinal_;  // by stage: which positive stage it is, or kNoStage

 private:
  enum class Absence : std::uint8_t { kNone, kWatch, kBack, kDomain };
  struct Remembered {
    Point point;
    std::int64_t scope = 0;  // number of the instance of the window's scope in which it stands; 0: none
    std::unique_ptr<Arena> arena;
    std::vector<Value> stored;
  };
  struct Memory {
    std::uint64_t number = 0;
    std::uint32_t stage = 0;
    std::uint64_t bucket = 0;
    KeyId key = kNoKey;
    std::uint64_t bytes = 0;
    bool any = false;
    std::deque<Remembered> events;
    Timer timer;
  };
  struct HashBucket {
    std::size_t operator()(std::uint64_t bucket) const { return std::hash<std::uint64_t>()(bucket); }
  };
  using Buckets = std::unordered_map<std::uint64_t, std::map<std::uint64_t, Instance*>>;

  bool IsAbsence(std::uint32_t index) const { return stage(index).kind == ir::StageKind::kWithout; }
  void OnAbsence(const Event& event);
  void OnJoin(const Event& event);
  // The event, or what repeats it is one event of; null: not yet.
  const Event* Repeat(const Event& event, Repetition::Row* row, Event* storage);

  void SaveMemory(const Memory& memory, snapshot::Writer* writer) const;
  bool LoadMemory(snapshot::Reader* reader);
  void Classify();
  std::uint32_t WatchBegin(std::uint32_t index) const;  // positive stage behind which a watch begins
  const Point& WatchPoint(const Instance& instance, std::uint32_t index) const;
  // The clock of a domain and its bucket, for the first stage of a match or for an event.
  Timer DomainOf(std::uint32_t index, const Position& position, const std::shared_ptr<ScopeInstance>& scope,
                 std::uint64_t key, std::uint64_t* bucket) const;
  std::shared_ptr<ScopeInstance> NearestScope(const Match& match) const;
  std::shared_ptr<ScopeInstance> ScopeIn(const Match& match, ir::RuleId scope) const;
  // What ends the window; `wide`: what ends it in the run, not in the stream or source. False: a time window
  // of unknown time, which is counted, or a scope that is not open.
  bool WindowTimer(const ir::Window& window, const Point& from, const Match& match, Timer* timer, bool wide);
  // Told to the tracer, if it is.
  bool Remembers(std::uint32_t index, std::uint64_t bucket, const Instance& instance, const Point* after,
                 const Point* before);
  bool IsThere(const Instance& instance, std::uint32_t ordinal) const;
  bool RefutedBefore(std::uint32_t index, const Instance& instance);
  void Remember(std::uint32_t index, const Event& event, std::uint64_t bucket, const Timer& end);
  void Forget(std::uint64_t number);
  bool JoinsRemembered(std::uint32_t index, const Instance& instance, const Remembered& event);
  void CloseAbsence(Instance* instance, std::uint32_t index);
  bool IsRefutedBy(const Instance& instance, const Point& after, const Event& event);
  void RefuteIn(const Event& event, const std::shared_ptr<ScopeInstance>& scope, KeyId key);
  // `event` is null where it is not at hand any more.
  void Refute(Instance* instance, std::uint32_t index, bool between, const Event* event);
  void RefuteBy(Instance* instance, std::uint32_t index, const Event& event);

  void ProvideLast(Match* match, const Instance* instance);
  bool DoSteps(Match* match, const Point& last, const Value& key, std::uint32_t begin, std::uint32_t end,
               Instance* instance, std::uint32_t* stopped);
  bool LookUpLatest(std::uint32_t index, Match* match, const Point& last, const Value& key);
  bool LookUpNext(std::uint32_t index, Instance* instance);
  bool TakeJoined(std::uint32_t index, Match* match, const std::vector<Value>& stored,
                  const std::vector<Evidence>& evidence);
  void EndNext(Instance* instance);
  void Advance(Instance* instance);
  bool Park(Instance* instance);
  void NeedNext(int change, const Instance& instance);
  Value KeyOf(const Instance& instance);
  std::unique_ptr<Instance> Detach(Instance* instance);
  void Register(std::uint32_t index, std::uint32_t stream, bool add);

  bool simple_ = false;
  bool records_ = true;                   // what the positive stages take are single records
  std::vector<Absence> absence_;          // by stage
  std::vector<bool> looks_back_;          // by stage: an absence for which what came is remembered
  std::vector<ir::RuleId> named_scopes_;  // by the rule itself
  std::vector<std::uint32_t> absences_, nexts_;
  std::uint32_t early_steps_ = 0;        // steps before those that need the decision
  std::vector<std::uint32_t> at_close_;  // indices into Rule::provided
  bool asks_graphs_ = false;
  std::vector<std::unique_ptr<JoinIndex>> joins_;  // by stage
  std::vector<std::unique_ptr<Repetition>> repetitions_;
  std::vector<std::unique_ptr<RecentEvents>> recents_;  // of rules with skew: what came within it

  std::map<std::uint64_t, std::unique_ptr<Instance>> instances_;
  std::vector<Buckets> waiting_;                                     // by stage
  std::vector<std::unordered_map<std::uint64_t, Memory>> memories_;  // by stage, then bucket
  std::unordered_map<std::uint64_t, std::pair<std::uint32_t, std::uint64_t>> memory_numbers_;
  std::size_t whole_ = 0;        // matches that may look up a join from a position in the past
  std::size_t next_needed_ = 0;  // matches that may ask for `next` events
  std::unordered_map<std::uint64_t, std::int64_t> decided_until_;  // by partition: time of decided absences
  std::vector<Value> frame_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_CORRELATE_MATCH_OPERATOR_H_
