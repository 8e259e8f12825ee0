// From a decided match to a finding: message, fix, place in the user's sources, fields, id.
#ifndef FAULTLINE_RUNTIME_ENGINE_FINDING_MAKER_H_
#define FAULTLINE_RUNTIME_ENGINE_FINDING_MAKER_H_

#include "runtime/engine/evaluator.h"
#include "runtime/engine/match.h"
#include "runtime/finding/finding.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace faultline::runtime {

// Message and fix of a finding are at most this many bytes and the mark of the cut.
inline constexpr std::size_t kMaxReportText = 64 * 1024;

// The text, or its first kMaxReportText bytes, cut between characters, and "… (cut: 12 bytes more)".
std::string CutReportText(std::string_view text);

// The `allow` of the rule (its index) that is in force at `now` (ns since 1970) and suppresses the match.
std::optional<std::uint32_t> AllowOf(const EnginePlan& plan, ir::RuleId rule, Match* match, std::int64_t now,
                                     StageEvaluator* evaluator);

// The finding takes over the match's arena. Thread safety: that of the evaluator.
FindingPtr MakeFinding(const EnginePlan& plan, ir::RuleId rule, Match match, const PathMap& path_map,
                       StageEvaluator* evaluator);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_ENGINE_FINDING_MAKER_H_
