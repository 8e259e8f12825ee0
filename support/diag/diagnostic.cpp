#include "support/diag/diagnostic.h"

#include <algorithm>
#include <numeric>

namespace faultline {

namespace {
template <typename... Parameters>
constexpr std::uint8_t Count(DiagnosticKind<Parameters...>) {
  return sizeof...(Parameters);
}
constexpr auto kError = DiagnosticSeverity::kError;
constexpr auto kWarning = DiagnosticSeverity::kWarning;
}  // namespace

const std::vector<DiagnosticRow>& Catalogue() {
  static const std::vector<DiagnosticRow> rows = {
#define FAULTLINE_DIAGNOSTIC(code, severity, name, format, ...) \
  {#code, severity, #name, format, Count(diag::name)},
#include "support/diag/catalogue.def"
#undef FAULTLINE_DIAGNOSTIC
  };
  return rows;
}

namespace internal {
std::string FormatMessage(std::size_t row, const std::vector<std::string>& arguments) {
  std::string_view format = Catalogue()[row].format;
  std::string out;
  out.reserve(format.size() + 32);
  for (std::size_t i = 0; i < format.size(); ++i) {
    const bool parameter = format[i] == '{' && i + 2 < format.size() && format[i + 2] == '}' &&
                           format[i + 1] >= '0' && format[i + 1] <= '9';
    if (!parameter) {
      out += format[i];
      continue;
    }
    auto index = static_cast<std::size_t>(format[i + 1] - '0');
    if (index < arguments.size()) out += arguments[index];
    i += 2;
  }
  return out;
}
}  // namespace internal

Diagnostic& DiagnosticSink::Add(std::size_t row, Span span, std::string message) {
  const bool error = Catalogue()[row].severity == kError;
  if (error) {
    for (const Diagnostic& earlier : diagnostics_) {
      if (earlier.span == span && earlier.severity() == kError && span.IsValid()) {
        dropped_ = Diagnostic{};
        return dropped_;
      }
    }
    ++errors_;
  }
  Diagnostic& added = diagnostics_.emplace_back();
  added.row = row;
  added.span = span;
  added.message = std::move(message);
  return added;
}

void DiagnosticSink::Append(Diagnostic diagnostic) {
  Diagnostic& added = Add(diagnostic.row, diagnostic.span, {});
  added = std::move(diagnostic);
}

void DiagnosticSink::SortByPlace() {
  std::stable_sort(diagnostics_.begin(), diagnostics_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return a.span.file != b.span.file ? a.span.file < b.span.file : a.span.begin < b.span.begin;
  });
}

namespace {
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), current(b.size() + 1);
  std::iota(previous.begin(), previous.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before[j - 2] + 1);
      }
    }
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}
}  // namespace

std::string_view Nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::string_view best;
  std::size_t best_distance = word.size() <= 3 ? 1 : word.size() <= 7 ? 2 : 3;
  ++best_distance;
  for (std::string_view candidate : candidates) {
    const std::size_t shorter = std::min(word.size(), candidate.size());
    const std::size_t longer = std::max(word.size(), candidate.size());
    if (longer - shorter >= best_distance || candidate == word) continue;
    const std::size_t distance = EditDistance(word, candidate);
    if (distance < best_distance && distance < longer) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace faultline
