// An operator is one rule at work over the events of its stages: a sequence, a set, a scope, an aggregate …
// The correlator (correlator.h) calls operators in the module's order; what they share - streams, time,
// timers, keys, bounds, scopes, the way out - is Services (services.h).
//
// A new kind of rule: a class here in runtime/correlate, and its line in MakeOperator (make_operator.cpp).
//
// At one position the correlator calls, rule by rule: OnTimer for the windows that are over (by number, then
// `what`), OnScopeEnd, then OnStage for the events there are: what feeds aggregates, then positive stages
// (match, then, parts, enter, edge, entry), then others; of each the later stages before earlier ones, so
// that an event never continues what it began, but entries in their order. At the end of a source or of the
// run events come first, since nothing can come behind it.
//
// Thread safety: none; all calls come from one thread. Calls never nest, but for OnEvict, which comes between
// others.
#ifndef FAULTLINE_RUNTIME_CORRELATE_OPERATOR_H_
#define FAULTLINE_RUNTIME_CORRELATE_OPERATOR_H_

#include "runtime/correlate/snapshot.h"
#include "runtime/decode/record.h"
#include "runtime/engine/evaluator.h"
#include "runtime/engine/match.h"
#include "runtime/engine/plan.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace faultline::runtime {

class Services;

// Something that a stage looked at and that fits it (or, for `in a row`, does not). Lives as long as the
// call.
struct Event {
  StageId id = 0;
  std::uint32_t index = 0;  // of the stage in its rule
  const ir::Stage* stage = nullptr;
  bool fits = true;                    // false: only for stages that are in_a_row, see StageHit::fits
  std::span<const ir::SlotId> stores;  // StagePlan::stores
  const Value* stored = nullptr;       // their values
  std::string_view matched;            // in a record
  const ShownHit* shown = nullptr;     // as in StageHit
  const RecordView* record = nullptr;  // null: what a rule found, a block, a scope
  const Match* found = nullptr;        // null: a record
  Position position;                   // where it is decided
  Extent extent;                       // in the stream of `position`
  Value time;  // of its last record, or that of the record before it in its stream; or missing
  Value key;   // list; missing where the rule has no key

  // Of the event as a whole, for functions that look at it.
  const RecordContext& context() const { return found != nullptr ? found->record : record->context; }
};

class Operator {
 public:
  virtual ~Operator() = default;

  virtual void OnStage(const Event& event) = 0;
  // A window is over that was asked for with Services::SetTimer; the timer is gone.
  virtual void OnTimer(std::uint64_t number, std::uint32_t what);
  // An instance of a scope that was asked for with Services::WatchScope has ended.
  virtual void OnScopeEnd(const std::shared_ptr<ScopeInstance>& instance);
  // The streams of the source are over; timers of them came before.
  virtual void OnEndOfSource(std::uint32_t input);
  virtual void OnEndOfRun();
  // Live: nothing has come from the source for so long that its scopes end (docs/semantics.md, 5.1).
  virtual void OnIdle(std::uint32_t input);
  // The bounds ask for what was admitted as `number` (Services::Admit): it must be released.
  virtual void OnEvict(std::uint64_t number);

  // A graph query of `match` over this rule's graph; `from`, `to` as the query says. Missing unless it is a
  // graph.
  virtual Value Ask(const ir::GraphQuery& query, const Value& from, const Value& to, const Match& match,
                    Arena* arena);
  // The instance of this scope that is current in the stream, for the record at hand; null: none is open.
  virtual std::shared_ptr<ScopeInstance> Current(std::uint32_t stream);

  // State between records, complete: a run that goes on from a snapshot must find the same. Load is called
  // on a new operator, after the services' state was loaded (keys, timers, waiters, what was admitted); its
  // own references are what it has to restore. It gets what Save wrote for the same rule of the same module;
  // false: it does not make sense, and the run begins without state.
  virtual void Save(snapshot::Writer* writer) const;
  virtual bool Load(snapshot::Reader* reader);
};

// The operator of a rule; null if the rule needs none.
std::unique_ptr<Operator> MakeOperator(Services* services, ir::RuleId rule);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_CORRELATE_OPERATOR_H_
