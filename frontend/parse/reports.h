// The mistakes found in one file while it is parsed.
//
// A mistake is `precise` when the parse goes on as if it had been mended (`&&` is read as `and`); any number
// of those may stand in one clause. All others leave the rest of their clause unreadable, so only the first
// of them in a clause is kept: what follows it is its consequence.
#ifndef FAULTLINE_FRONTEND_PARSE_REPORTS_H_
#define FAULTLINE_FRONTEND_PARSE_REPORTS_H_

#include "support/diag/diagnostic.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace faultline::parse {

// Beyond this many mistakes a file is not a file of rules; the rest is left unreported.
inline constexpr std::size_t kMaxReports = 100;

class Reports {
 public:
  template <typename... Parameters>
  Diagnostic& Precise(DiagnosticKind<Parameters...> kind, Span span,
                      std::type_identity_t<Parameters>... arguments) {
    return Add(true, kind, span, arguments...);
  }
  template <typename... Parameters>
  Diagnostic& Fatal(DiagnosticKind<Parameters...> kind, Span span,
                    std::type_identity_t<Parameters>... arguments) {
    return Add(false, kind, span, arguments...);
  }

  // The offsets at which clauses begin, ascending: what layout found.
  void SetClauses(std::vector<std::uint32_t> starts) { clauses_ = std::move(starts); }
  bool HasErrors() const;
  // Whether a fatal mistake was found in one of these lines of `source`, both included.
  bool HasFatalIn(const SourceFile& source, std::uint32_t first_line, std::uint32_t last_line) const;
  // Adds what is to be shown to `sink`, by place.
  void Publish(const SourceFile& source, DiagnosticSink& sink);

 private:
  struct Entry {
    Diagnostic diagnostic;
    bool precise = false;
  };
  template <typename... Parameters>
  Diagnostic& Add(bool precise, DiagnosticKind<Parameters...> kind, Span span,
                  std::type_identity_t<Parameters>... arguments) {
    if (entries_.size() >= kMaxReports * 4) return (dropped_ = {});
    Entry& entry = entries_.emplace_back();
    entry.precise = precise;
    entry.diagnostic.row = kind.index;
    entry.diagnostic.span = span;
    entry.diagnostic.message = internal::FormatMessage(kind.index, {internal::ToArgument(arguments)...});
    return entry.diagnostic;
  }
  std::size_t ClauseOf(std::uint32_t offset) const;

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> clauses_;
  Diagnostic dropped_;
};

}  // namespace faultline::parse

#endif  // FAULTLINE_FRONTEND_PARSE_REPORTS_H_
