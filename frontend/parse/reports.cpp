#include "frontend/parse/reports.h"

#include <algorithm>
#include <unordered_set>

namespace faultline::parse {

std::size_t Reports::ClauseOf(std::uint32_t offset) const {
  return static_cast<std::size_t>(std::upper_bound(clauses_.begin(), clauses_.end(), offset) -
                                  clauses_.begin());
}

bool Reports::HasFatalIn(std::uint32_t offset) const {
  const std::size_t clause = ClauseOf(offset);
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return !entry.precise && ClauseOf(entry.diagnostic.span.begin) == clause;
  });
}

void Reports::Publish(DiagnosticSink& sink) {
  std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return a.diagnostic.span.begin < b.diagnostic.span.begin;
  });
  std::unordered_set<std::size_t> told;  // clauses with a fatal mistake
  std::size_t count = 0;
  for (Entry& entry : entries_) {
    if (!entry.precise && !told.insert(ClauseOf(entry.diagnostic.span.begin)).second) continue;
    if (++count > kMaxReports) break;
    sink.Append(std::move(entry.diagnostic));
  }
  entries_.clear();
}

}  // namespace faultline::parse
