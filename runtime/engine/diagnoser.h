// Phase 3: which findings explain which (docs/semantics.md, 10.3), for BuildDiagnoses.
//
// Bounded: of equal troubles (rule and message) the first kEqual are kept - of rules that neither explain nor
// are explained the first one only, and only errors -, of all together `limit`; what is left out cannot be
// explained and explains nothing. O(causes * effects) for each pair of rules that an `explains` names. Thread
// safety: that of the evaluator.
#ifndef FAULTLINE_RUNTIME_ENGINE_DIAGNOSER_H_
#define FAULTLINE_RUNTIME_ENGINE_DIAGNOSER_H_

#include "runtime/correlate/snapshot.h"
#include "runtime/engine/evaluator.h"
#include "runtime/finding/diagnosis.h"
#include "runtime/finding/finding.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace faultline::runtime {

class Diagnoser {
 public:
  static constexpr std::size_t kEqual = 16;

  explicit Diagnoser(StageEvaluator* evaluator, std::size_t limit = 10000);

  void Add(const FindingPtr& finding);
  // Of all findings so far. The same findings give the same diagnoses.
  std::vector<Diagnosis> Diagnose();
  std::int64_t left_out() const { return left_out_; }

  void Save(snapshot::Writer* writer) const;
  bool Load(snapshot::Reader* reader);

 private:
  bool Explains(const ir::Explains& explains, const Finding& cause, const Finding& effect);

  StageEvaluator* evaluator_;
  std::size_t limit_;
  std::vector<bool> joined_;  // by rule: it explains another one or another one explains it
  std::vector<FindingPtr> findings_;
  std::unordered_map<std::string, std::size_t> equal_;  // rule and message: how many there are
  std::int64_t left_out_ = 0;
  Arena temporary_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_ENGINE_DIAGNOSER_H_
