// Diagnostics of the compiler as values: a code, a place, what was seen, and what to write instead.
//
// The catalogue (catalogue.def) is the single table of messages; a row's parameters are typed, so a wrong
// argument does not compile. Libraries add to a DiagnosticSink and never print or exit; render.h turns
// diagnostics into text for a terminal or JSON for an editor.
//
// How messages are written: lower case, no full stop, code in backticks; what was seen, then the rule if it
// is not plain, then a hint. One mistake, one message: an expression that failed gets the error type, which
// silences what follows from it.
#ifndef FAULTLINE_SUPPORT_DIAG_DIAGNOSTIC_H_
#define FAULTLINE_SUPPORT_DIAG_DIAGNOSTIC_H_

#include "support/source/source.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace faultline {

enum class DiagnosticSeverity : std::uint8_t { kError, kWarning, kNote };

// One row of the catalogue.
struct DiagnosticRow {
  std::string_view code;  // "FL0217", never reused
  DiagnosticSeverity severity;
  std::string_view name;    // "window_without_unit": what `// allow: NAME` and --allow take
  std::string_view format;  // {0}, {1} … stand for the parameters
  std::uint8_t parameter_count;
};

// A row with the types of its parameters. Text is std::string_view, numbers std::int64_t.
template <typename... Parameters>
struct DiagnosticKind {
  std::size_t index;  // into Catalogue()
};

const std::vector<DiagnosticRow>& Catalogue();

struct DiagnosticLabel {
  Span span;
  std::string text;
};

// Replace `span` by `text`: what an editor offers as a quick fix.
struct DiagnosticEdit {
  Span span;
  std::string text;
};

struct Diagnostic {
  std::size_t row = 0;  // into Catalogue()
  Span span;
  std::string message;
  std::string label;  // shown under the primary span; may be empty
  std::vector<DiagnosticLabel> labels;
  std::vector<std::string> notes;
  std::vector<std::string> helps;
  std::vector<DiagnosticEdit> edits;

  const DiagnosticRow& catalogue_row() const { return Catalogue()[row]; }
  std::string_view code() const { return catalogue_row().code; }
  DiagnosticSeverity severity() const { return catalogue_row().severity; }

  // Builders, so that a report reads as one sentence.
  Diagnostic& Label(std::string text) {
    label = std::move(text);
    return *this;
  }
  Diagnostic& Label(Span where, std::string text) {
    labels.push_back({where, std::move(text)});
    return *this;
  }
  Diagnostic& Note(std::string text) {
    notes.push_back(std::move(text));
    return *this;
  }
  Diagnostic& Help(std::string text) {
    helps.push_back(std::move(text));
    return *this;
  }
  Diagnostic& Replace(Span where, std::string text) {
    edits.push_back({where, std::move(text)});
    return *this;
  }
};

namespace internal {
std::string FormatMessage(std::size_t row, const std::vector<std::string>& arguments);
inline std::string ToArgument(std::string_view text) {
  return std::string(text);
}
inline std::string ToArgument(std::int64_t number) {
  return std::to_string(number);
}
}  // namespace internal

// Collects diagnostics in the order of discovery. A second error at the very same span is dropped: it is
// almost always a consequence of the first.
class DiagnosticSink {
 public:
  // The returned reference is valid until the next Report.
  template <typename... Parameters>
  Diagnostic& Report(DiagnosticKind<Parameters...> kind, Span span,
                     std::type_identity_t<Parameters>... arguments) {
    return Add(kind.index, span, internal::FormatMessage(kind.index, {internal::ToArgument(arguments)...}));
  }

  // Adds a diagnostic that was made elsewhere, under the same rule.
  void Append(Diagnostic diagnostic);

  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
  std::vector<Diagnostic> Take() { return std::move(diagnostics_); }
  bool has_errors() const { return errors_ > 0; }
  std::size_t error_count() const { return errors_; }
  void SortByPlace();  // stable: file, begin, then order of discovery

 private:
  Diagnostic& Add(std::size_t row, Span span, std::string message);

  std::vector<Diagnostic> diagnostics_;
  Diagnostic dropped_;
  std::size_t errors_ = 0;
};

// "did you mean": the candidate nearest to `word` by edit distance with transpositions (Damerau-Levenshtein,
// optimal string alignment), if it is near enough to be meant; empty otherwise. O(candidates * length^2).
std::string_view Nearest(std::string_view word, const std::vector<std::string_view>& candidates);

namespace diag {
// Index of each row, in the order of the table.
enum class Row : std::size_t {
#define FAULTLINE_DIAGNOSTIC(code, severity, name, format, ...) code##_##name,
#include "support/diag/catalogue.def"
#undef FAULTLINE_DIAGNOSTIC
};
using Text = std::string_view;
using Number = std::int64_t;
#define FAULTLINE_DIAGNOSTIC(code, severity, name, format, ...) \
  inline constexpr DiagnosticKind<__VA_ARGS__> name{static_cast<std::size_t>(Row::code##_##name)};
#include "support/diag/catalogue.def"
#undef FAULTLINE_DIAGNOSTIC
}  // namespace diag

}  // namespace faultline

#endif  // FAULTLINE_SUPPORT_DIAG_DIAGNOSTIC_H_
