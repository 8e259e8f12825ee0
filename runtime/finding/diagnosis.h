// Findings joined by cause (docs/semantics.md, section 10): which findings explain which is worked out
// elsewhere (engine/diagnoser.h); here edges become trees, the root cause on top.
//
// Of several causes of one finding one is its cause: the one with the highest confidence, then the earlier
// one, then the one whose rule comes first by name. The others stand in `because` of the diagnosis.
//
// Thread safety: pure functions.
#ifndef FAULTLINE_RUNTIME_FINDING_DIAGNOSIS_H_
#define FAULTLINE_RUNTIME_FINDING_DIAGNOSIS_H_

#include "runtime/finding/finding.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace faultline::runtime {

// findings[cause] explains findings[effect].
struct CauseEdge {
  std::size_t cause = 0;
  std::size_t effect = 0;
  std::optional<double> confidence;  // nothing: not stated, which ranks as 1
};

struct Symptom {
  FindingPtr finding;
  std::optional<double> confidence;  // of the edge from its cause
  int depth = 1;                     // 1: explained by the root, 2: by a symptom of depth 1 before it, …
};

struct Diagnosis {
  FindingPtr root;
  std::vector<FindingPtr> because{};                // other causes of the symptoms
  std::vector<Symptom> explains{};                  // the tree below the root, each symptom behind its cause
  std::vector<std::string_view> missing{};          // what other input would settle it, without repetition
  lang::Severity severity = lang::Severity::kNote;  // the worst of root and symptoms
};

// A diagnosis for each finding that nothing explains and that explains something or is of level error or
// above; of equal troubles (rule and message) that explain nothing the first one only. The worst first, then
// by place. O((findings + edges) log findings). Edges that would close a circle are passed over.
std::vector<Diagnosis> BuildDiagnoses(std::span<const FindingPtr> findings, std::span<const CauseEdge> edges);

// The order of findings in what people read: severity, worst first, then place, then rule.
bool WorseOrEarlier(const Finding& a, const Finding& b);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_FINDING_DIAGNOSIS_H_
