// What happens on the way from a line to a finding, told step by step to somebody who wants to know why a
// rule found something or did not: `explain RULE --why`.
//
// The evaluator, the engine, the framer and the operators of runtime/correlate hold a pointer to a Tracer,
// null in any other run, and look at it only where something has been decided: about a stage and a candidate,
// a match and an event, a window, an absence. Lines that no stage is called for never come here. What is
// told depends on the rule, the bytes and the options alone.
//
// Everything that is pointed to lives as long as the call. A tracer may not change what it is shown.
//
// Thread safety: calls come from the engine's thread, one at a time.
#ifndef FAULTLINE_RUNTIME_WHY_TRACER_H_
#define FAULTLINE_RUNTIME_WHY_TRACER_H_

#include "ir/ir.h"
#include "support/value/value.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace faultline::runtime {
struct CaptureSpan;
struct Event;
struct Frame;
struct Match;
struct Point;
struct RecordBlock;
struct RecordContext;
struct RecordView;
struct ScopeInstance;
struct Timer;
}  // namespace faultline::runtime

namespace faultline::why {

// How far a stage came with what it looked at; a later one came further.
enum class Verdict : std::uint8_t {
  kOtherFormat,  // the record is of another format than the stage reads
  kNoField,      // it has no text in the field that the pattern is for
  kNoPattern,    // the pattern does not match
  kNoList,       // `each`: there is no list, or nothing in it
  kGuard,        // the pattern matches, but a condition is not true: `function` over `frame`
  kFits,
};

// A stage (by its number in runtime::EnginePlan) has been tried.
struct Tried {
  std::uint32_t stage = 0;
  std::uint32_t alternate = ir::kNone;  // number in the plan; kNone: it did not come to one
  Verdict verdict = Verdict::kNoPattern;
  std::string_view text;                            // that the pattern was looked for in
  ir::FunctionId function = ir::kNone;              // kGuard
  const runtime::Frame* frame = nullptr;            // kGuard, kFits: `slots` are those of the stage's rule
  const runtime::RecordView* record = nullptr;      // null: what a rule or a block found
  const runtime::RecordContext* context = nullptr;  // of either
};

// What became of an event on its way to a rule.
enum class Arrival : std::uint8_t { kGiven, kOtherRole, kMissingKey };

enum class Happened : std::uint8_t {
  // ---- of a match, by its number
  kBegan,       // with the positive stages in Moment::at; `event` may be null
  kTook,        // the event is that of `stage`
  kWaits,       // for `stage` until `timer` is over; an absence too
  kPassedOver,  // it waits for `stage` and the event is one, but does not fit: `obstacle`
  kHolds,       // the absence `stage` is decided: nothing came
  kJoined,      // the as-of join `stage`: `count` 1 found, 0 not
  kAsked,       // graph query number `stage`: `value`
  kWhole,       // all positive stages are there
  // ---- of a match, which is gone then
  kCondition,   // `function` over `slots` is not true
  kWindowOver,  // nothing came for `stage` (kNone: for the whole rule); `timer`
  kRefuted,     // by the absence `stage`: `event`, or `point` where it was remembered
  kUntil,       // an event of the `until` in `stage` came first
  kUndecided,   // the run was interrupted
  kUntold,      // a window could not be told: a time is missing, or the scope is not open; of `stage`
  kEvicted,     // a bound was reached
  kReplaced,    // a later one of the same stages stands for it
  kRowBroken,   // something in between does not fit: a row of `stage` begins anew
  kDecided,     // it is what the rule found; number 0: at once, it never waited
  // ---- of gatherings: sets, repetitions, aggregates
  kGathered,  // the event of `stage` is one of `needed`, `count` are there
  kFormed,    // enough are there: they are what follows next, a match or an event of one
  kDropped,   // what had come for `stage` is out of the window
  kWhen,      // `when`: `function` over `slots` gave `value`; it held `count` times in sequence, of `needed`
};

// Why an event does not continue a match.
enum class Obstacle : std::uint8_t {
  kNone,
  kOrder,       // it does not stand behind the match's last event
  kWindow,      // it stands outside the stage's window
  kRuleWindow,  // outside that of the rule
  kCondition,   // `function` over `slots` is not true
};

struct Moment {
  Happened what = Happened::kBegan;
  ir::RuleId rule = 0;
  std::uint64_t number = 0;
  std::uint32_t stage = ir::kNone;  // in the rule
  Obstacle obstacle = Obstacle::kNone;
  const runtime::Match* match = nullptr;
  const runtime::Event* event = nullptr;
  const runtime::Point* point = nullptr;
  const runtime::Timer* timer = nullptr;
  std::span<const runtime::Point> at;
  Value key;  // a list; missing where the rule has none
  ir::FunctionId function = ir::kNone;
  const Value* slots = nullptr;  // of the rule
  Value value;
  std::int64_t count = 0, needed = 0;
  bool armed = true;  // kWhen: it was false since it fired last
};

// What a block of several lines did with a line.
enum class Framed : std::uint8_t { kBegan, kTook, kEndedBefore, kComplete, kBroken, kTruncated };

// Why a rule's match is not shown.
enum class Hidden : std::uint8_t { kAllowed, kRoleMissing };

// Each does nothing unless it is overridden.
class Tracer {
 public:
  virtual ~Tracer() = default;

  // The records of a block, before any of them is correlated. `input` numbers the sources of the run.
  virtual void OnBlock(std::uint32_t /*input*/, const runtime::RecordBlock& /*block*/) {}
  virtual void OnTried(const Tried& /*tried*/) {}
  virtual void OnArrival(ir::RuleId /*rule*/, const runtime::Event& /*event*/, Arrival /*arrival*/) {}
  virtual void OnMoment(const Moment& /*moment*/) {}
  // `line` of the file that the block begins at; `at`: the line that is talked of, 0 at the input's end.
  virtual void OnFramed(ir::FormatId /*format*/, Framed /*what*/, std::uint32_t /*input*/,
                        std::int64_t /*line*/, std::int64_t /*at*/) {}
  // kAllowed: by allow number `which` of the rule; kRoleMissing: by its stage `which`.
  virtual void OnHidden(ir::RuleId /*rule*/, const runtime::Match& /*match*/, Hidden /*why*/,
                        std::uint32_t /*which*/) {}
};

}  // namespace faultline::why

#endif  // FAULTLINE_RUNTIME_WHY_TRACER_H_
