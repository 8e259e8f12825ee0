#include "frontend/parse/reports.h"

#include <algorithm>
#include <unordered_set>

namespace faultline::parse {

std::size_t Reports::ClauseOf(std::uint32_t offset) const {
  return static_cast<std::size_t>(std::upper_bound(clauses_.begin(), clauses_.end(), offset) -
                                  clauses_.begin());
}

bool Reports::HasErrors() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const Entry& entry) {
    return entry.diagnostic.severity() == DiagnosticSeverity::kError;
  });
}

bool Reports::HasFatalIn(const SourceFile& source, std::uint32_t first_line, std::uint32_t last_line) const {
  const std::uint32_t begin = source.LineStart(first_line);
  const std::uint32_t end = last_line >= source.line_count() ? 0xffffffff : source.LineStart(last_line + 1);
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return !entry.precise && entry.diagnostic.span.begin >= begin && entry.diagnostic.span.begin < end;
  });
}

void Reports::Publish(const SourceFile& source, DiagnosticSink& sink) {
  std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return a.diagnostic.span.begin < b.diagnostic.span.begin;
  });
  std::unordered_set<std::size_t> told;           // clauses with a fatal mistake
  std::unordered_set<std::uint32_t> fatal_lines;  // lines with one
  std::unordered_set<std::uint32_t> told_lines;   // of them those with a message
  for (const Entry& entry : entries_) {
    if (!entry.precise) fatal_lines.insert(source.Locate(entry.diagnostic.span.begin).line);
  }
  std::size_t count = 0;
  for (Entry& entry : entries_) {
    // In a line with a fatal mistake only the first message can be trusted.
    const std::uint32_t begin = entry.diagnostic.span.begin;
    const std::uint32_t line = source.Locate(begin).line;
    if (fatal_lines.contains(line) && !told_lines.insert(line).second) continue;
    if (!entry.precise && !told.insert(ClauseOf(begin)).second) continue;
    if (++count > kMaxReports) break;
    sink.Append(std::move(entry.diagnostic));
  }
  entries_.clear();
}

}  // namespace faultline::parse
