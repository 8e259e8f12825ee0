// Sequences: `match`, `then`, `every`, `until` (docs/semantics.md, section 6).
//
//   then    each waiting match takes the first following event that fits, inside its window; one event may
//           continue several. A match that an event fits moves on; there is no second try.
//   every   before the last stage: each event that fits it gives one match, joined with the latest chain of
//           the stages before it. Chains are not spent: each event of a stage in between makes a new chain
//           from the latest one it fits. Where no stage has a condition only the latest chains of a source
//           can be joined, and are all that is kept.
//   until   drops the matches that wait for its stage.
#ifndef FAULTLINE_RUNTIME_CORRELATE_SEQUENCE_OPERATOR_H_
#define FAULTLINE_RUNTIME_CORRELATE_SEQUENCE_OPERATOR_H_

#include "runtime/correlate/match_operator.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace faultline::runtime {

class SequenceOperator : public MatchOperator {
 public:
  SequenceOperator(Services* services, ir::RuleId rule);

 private:
  void OnPositive(const Event& event) override;
  void OnUntil(const Event& event) override;
  void NoteWindow(const ir::Window& window);
  void Start(const Event& event);
  void Continue(const Event& event);
  bool Fits(const Instance& instance, const Event& event);
  bool Await(Instance* instance);
  void MoveOn(Instance* instance);
  void Step(Instance* instance, const Event& event);
  void DropOlder(Instance* instance);
  std::unique_ptr<Instance> Copy(const Instance& instance);

  std::vector<std::uint32_t> until_;   // by stage: of an `until`, the positive stage it is for
  std::vector<std::uint32_t> untils_;  // stages
  bool plain_ = true;       // no stage has a condition on others, a window in a declared scope, long events
  bool of_stream_ = false;  // windows of lines or records: a chain of one stream stands for no other
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_CORRELATE_SEQUENCE_OPERATOR_H_
