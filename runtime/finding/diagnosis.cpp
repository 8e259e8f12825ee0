// Diagnoses: see diagnosis.h.
#include "runtime/finding/diagnosis.h"

#include <algorithm>
#include <tuple>

namespace faultline::runtime {

bool WorseOrEarlier(const Finding& a, const Finding& b) {
  if (a.severity != b.severity) return a.severity > b.severity;
  const auto place = [](const Finding& f) {
    return std::tie(f.location.input, f.location.line, f.location.offset, f.rule->name, f.message);
  };
  return place(a) < place(b);
}

void DiagnosisCollector::Add(const FindingPtr& finding) {
  if (finding->severity < lang::Severity::kError) return;
  std::string key = finding->rule->name + '\n' + finding->message;
  if (roots_.contains(key)) return;
  if (roots_.size() >= limit_) {
    ++left_out_;
    return;
  }
  roots_.emplace(std::move(key), finding);
}

std::vector<Diagnosis> DiagnosisCollector::Diagnoses() const {
  std::vector<Diagnosis> diagnoses;
  diagnoses.reserve(roots_.size());
  for (const auto& [key, root] : roots_) diagnoses.push_back({root});
  std::sort(diagnoses.begin(), diagnoses.end(),
            [](const Diagnosis& a, const Diagnosis& b) { return WorseOrEarlier(*a.root, *b.root); });
  return diagnoses;
}

}  // namespace faultline::runtime
