// Source text, checked, lowered and ready to run, for tests.
#ifndef FAULTLINE_TESTS_UNIT_SEMA_COMPILED_H_
#define FAULTLINE_TESTS_UNIT_SEMA_COMPILED_H_

#include "frontend/lower/lower.h"
#include "frontend/parse/parse.h"
#include "frontend/sema/check.h"
#include "ir/interp/interp.h"
#include "ir/text.h"
#include "ir/verifier.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::sema_test {

// What the first stage of a rule finds in one line.
struct Found {
  std::map<std::string, std::string>
      fields;                   // of slots that are not hidden, printed; missing ones are left out
  std::string report, fix, at;  // "<missing>" where missing
};

class Compiled {
 public:
  explicit Compiled(std::vector<std::string> texts, sema::CheckOptions options = {});

  // "FL0201 FL0801", in the order of discovery; "" for none.
  std::string Codes() const;
  const Diagnostic& Only() const;  // requires exactly one
  const sema::Rule& Rule(std::string_view name) const;
  const ir::Rule& Lowered(std::string_view name) const;
  const lang::Type& TypeOf(std::string_view rule, std::string_view binding) const;

  // The rule's first stage on one line, through the interpreter. Requires that everything compiled.
  std::optional<Found> Run(std::string_view rule, std::string_view line);

  SourceSet sources;
  DiagnosticSink sink;
  std::vector<parse::ParseResult> parsed;
  sema::CheckedProgram program;
  lower::Lowered lowered;

 private:
  std::string Text(ir::FunctionId function, std::vector<Value>& slots, const runtime::RecordContext& record);

  std::unique_ptr<runtime::Program> interpreter_;
  std::unique_ptr<runtime::Scratch> scratch_;
  Arena arena_;
};

// A module with one rule `r` of these clauses, severity included.
std::string RuleText(std::string_view clauses, std::string_view before = "");

// `expression` over the bindings of a template, printed as the report of a rule that matches `line`.
std::string Evaluate(std::string_view match, std::string_view line, std::string_view expression);

}  // namespace faultline::sema_test

#endif  // FAULTLINE_TESTS_UNIT_SEMA_COMPILED_H_
