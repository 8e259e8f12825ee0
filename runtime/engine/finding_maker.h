// From a decided match to a finding: message, fix, place in the user's sources, fields, id.
#ifndef FAULTLINE_RUNTIME_ENGINE_FINDING_MAKER_H_
#define FAULTLINE_RUNTIME_ENGINE_FINDING_MAKER_H_

#include "runtime/engine/evaluator.h"
#include "runtime/engine/match.h"
#include "runtime/finding/finding.h"

namespace faultline::runtime {

// The finding takes over the match's arena. Thread safety: that of the evaluator.
FindingPtr MakeFinding(const EnginePlan& plan, ir::RuleId rule, Match match, const PathMap& path_map,
                       StageEvaluator* evaluator);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_ENGINE_FINDING_MAKER_H_
