// Scopes: intervals of a stream that lines enter, pause and close (docs/semantics.md, section 5).
//
//   enter   opens an instance of its key, which becomes current. If one with this key is open: where the
//   scope
//           can be paused, that one becomes current again; else it ends before this line.
//   pause   the instance of its key (without one: the current one) is not current behind this line.
//   close   ends the instance of its key (without one: the current one) with this line; if there is none, one
//           is opened and ended by it.
//
// The line that closes or pauses belongs to the scope, so for it that instance is current. Without an `enter`
// an instance is open from the stream's first line on and from behind each close on; it is made when
// somebody asks for it or it ends.
//
// What is found when a scope ends is its frame: what enter, pause and close stored, and the slots named
// `lines` and `closed`, if the rule has them.
//
// State: open instances, as Services::Admit bounds them; one that is evicted ends. O(log n) for each event.
#ifndef FAULTLINE_RUNTIME_CORRELATE_SCOPE_OPERATOR_H_
#define FAULTLINE_RUNTIME_CORRELATE_SCOPE_OPERATOR_H_

#include "runtime/correlate/operator.h"
#include "runtime/correlate/services.h"

#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace faultline::runtime {

class ScopeOperator : public Operator {
 public:
  ScopeOperator(Services* services, ir::RuleId rule);

  void OnStage(const Event& event) override;
  void OnEndOfSource(std::uint32_t input) override;
  void OnEvict(std::uint64_t number) override;
  void OnIdle(std::uint32_t input) override;
  void Save(snapshot::Writer* writer) const override;
  bool Load(snapshot::Reader* reader) override;
  std::shared_ptr<ScopeInstance> Current(std::uint32_t stream) override;

 private:
  struct Open {
    std::shared_ptr<ScopeInstance> instance;
    Match match;                // what is found when it ends
    Value key;                  // in the match's arena; a list
    std::uint64_t number = 0;   // as it was admitted
    std::uint64_t entered = 0;  // in the order in which instances became current
    bool paused = false;
  };
  using ByKey = std::map<Value, std::unique_ptr<Open>, ValueLess>;
  struct StreamScopes {
    ByKey open;
    std::map<std::uint64_t, Open*> active;  // not paused, by `entered`; the last one is current
    // For the record that closes or pauses an instance that one is current.
    std::uint64_t marked_order = 0;
    std::shared_ptr<ScopeInstance> marked;
    std::int64_t next_line = 1;      // without an `enter`: first line of the next instance
    std::int64_t next_log_line = 0;  // the same in the file; 0: the stream's first
  };

  Value KeyOf(const Event& event, Arena* arena) const;  // missing: the event does not name all of it
  Open* Enter(const Event& event, const Value& key);
  Open* OpenImplicitly(std::uint32_t stream);
  Open* Add(std::unique_ptr<Open> open, std::uint32_t stream, std::int64_t first_line);
  Open* Target(StreamScopes* scopes, const Event& event);
  void Store(Open* open, const Event& event);
  void Mark(StreamScopes* scopes, const Open& open);
  void End(StreamScopes* scopes, Open* open, bool closed, std::int64_t last_line);

  Services* services_;
  ir::RuleId rule_id_;
  const ir::Rule& rule_;
  bool has_enter_ = false, has_pause_ = false;
  ir::SlotId lines_ = ir::kNone, closed_ = ir::kNone;
  std::unordered_map<std::uint32_t, StreamScopes> streams_;
  std::unordered_map<std::uint64_t, std::pair<std::uint32_t, Open*>> numbers_;
  std::uint64_t entries_ = 0;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_CORRELATE_SCOPE_OPERATOR_H_
