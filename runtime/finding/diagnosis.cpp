// Diagnoses: see diagnosis.h.
#include "runtime/finding/diagnosis.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>

namespace faultline::runtime {
namespace {

constexpr std::size_t kNobody = static_cast<std::size_t>(-1);

auto PlaceOf(const Finding& f) {
  return std::tie(f.location.input, f.location.line, f.location.offset, f.rule->name, f.message);
}

// Whether `a` is the better cause of the two.
bool Better(const CauseEdge& a, const CauseEdge& b, std::span<const FindingPtr> findings) {
  const double of_a = a.confidence.value_or(1), of_b = b.confidence.value_or(1);
  if (of_a != of_b) return of_a > of_b;
  return PlaceOf(*findings[a.cause]) < PlaceOf(*findings[b.cause]);
}

class Builder {
 public:
  Builder(std::span<const FindingPtr> findings, std::span<const CauseEdge> edges)
      : findings_(findings), edges_(edges), chosen_(findings.size(), kNobody), below_(findings.size()) {}

  std::vector<Diagnosis> Build() {
    Choose();
    std::vector<Diagnosis> diagnoses;
    std::set<std::pair<std::string_view, std::string_view>>
        seen;  // rule and message of roots without symptoms
    for (std::size_t i = 0; i < findings_.size(); ++i) {
      if (chosen_[i] != kNobody) continue;
      const Finding& root = *findings_[i];
      if (below_[i].empty()) {
        // A mere rival of another cause is shown there.
        if (root.severity < lang::Severity::kError) continue;
        if (!seen.emplace(root.rule->name, root.message).second) continue;
      }
      diagnoses.push_back(Tree(i));
    }
    std::stable_sort(diagnoses.begin(), diagnoses.end(), [](const Diagnosis& a, const Diagnosis& b) {
      if (a.severity != b.severity) return a.severity > b.severity;
      return PlaceOf(*a.root) < PlaceOf(*b.root);
    });
    return diagnoses;
  }

 private:
  // Picks one cause for each finding.
  void Choose() {
    std::vector<std::size_t> order(edges_.size());
    for (std::size_t e = 0; e < order.size(); ++e) order[e] = e;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      if (edges_[a].effect != edges_[b].effect) return edges_[a].effect < edges_[b].effect;
      return Better(edges_[a], edges_[b], findings_);
    });
    for (std::size_t e : order) {
      const CauseEdge& edge = edges_[e];
      if (chosen_[edge.effect] != kNobody || ClosesCircle(edge)) continue;
      chosen_[edge.effect] = e;
    }
    for (std::size_t i = 0; i < findings_.size(); ++i) {
      if (chosen_[i] != kNobody) below_[edges_[chosen_[i]].cause].push_back(i);
    }
    for (auto& effects : below_) {
      std::stable_sort(effects.begin(), effects.end(), [&](std::size_t a, std::size_t b) {
        return PlaceOf(*findings_[a]) < PlaceOf(*findings_[b]);
      });
    }
  }

  bool ClosesCircle(const CauseEdge& edge) const {
    for (std::size_t at = edge.cause; at != kNobody;) {
      if (at == edge.effect) return true;
      at = chosen_[at] == kNobody ? kNobody : edges_[chosen_[at]].cause;
    }
    return false;
  }

  Diagnosis Tree(std::size_t root) const {
    Diagnosis diagnosis;
    diagnosis.root = findings_[root];
    std::vector<std::size_t> members = {root};
    std::vector<std::pair<std::size_t, int>> stack;
    auto push = [&](std::size_t cause, int depth) {
      for (std::size_t i = below_[cause].size(); i-- > 0;) stack.emplace_back(below_[cause][i], depth);
    };
    push(root, 1);
    while (!stack.empty()) {
      const auto [at, depth] = stack.back();
      stack.pop_back();
      members.push_back(at);
      diagnosis.explains.push_back({findings_[at], edges_[chosen_[at]].confidence, depth});
      push(at, depth + 1);
    }
    std::set<std::size_t> inside(members.begin(), members.end());
    std::set<std::size_t> rivals;
    for (const CauseEdge& edge : edges_) {
      if (inside.contains(edge.effect) && !inside.contains(edge.cause)) rivals.insert(edge.cause);
    }
    for (std::size_t rival : rivals) diagnosis.because.push_back(findings_[rival]);
    std::stable_sort(diagnosis.because.begin(), diagnosis.because.end(),
                     [](const FindingPtr& a, const FindingPtr& b) { return PlaceOf(*a) < PlaceOf(*b); });
    for (std::size_t at : members) {
      diagnosis.severity = std::max(diagnosis.severity, findings_[at]->severity);
      for (std::string_view text : findings_[at]->missing) {
        if (std::find(diagnosis.missing.begin(), diagnosis.missing.end(), text) == diagnosis.missing.end()) {
          diagnosis.missing.push_back(text);
        }
      }
    }
    return diagnosis;
  }

  std::span<const FindingPtr> findings_;
  std::span<const CauseEdge> edges_;
  std::vector<std::size_t> chosen_;              // by finding: the edge that explains it
  std::vector<std::vector<std::size_t>> below_;  // by finding: what it explains
};

}  // namespace

bool WorseOrEarlier(const Finding& a, const Finding& b) {
  if (a.severity != b.severity) return a.severity > b.severity;
  return PlaceOf(a) < PlaceOf(b);
}

std::vector<Diagnosis> BuildDiagnoses(std::span<const FindingPtr> findings,
                                      std::span<const CauseEdge> edges) {
  return Builder(findings, edges).Build();
}

}  // namespace faultline::runtime
