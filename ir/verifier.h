// What holds of a well-formed module. Both back ends rely on all of it and check nothing again.
//
// Of functions: canonical numbering (ir.h), operands are computed before their use and in scope, every
// instruction has the type that its operands give it by the tables of support/lang, loops nest at most
// kMaxLoopDepth deep, stores stand outside of loops. Of each place that uses a function: the slots it reads
// and stores exist in that frame and have the types it says, captures exist in the pattern that matched,
// guards read only what their stage stores, the result has the type that the place needs. Of plans: ids in
// range, each shape with the stages it may have, windows that are not negative and scopes that are scopes,
// rules after those they read and ask, joins and graph queries that are each made in one step, aggregates
// whose slots have the type of their results, slots that the engine fills in one way and no stage stores,
// causes that are no circle, blocks that begin with a line and nest at most kMaxBlockDepth deep. Of constants
// and patterns: values of their type, regexes that parse.
//
// Pure; any module may be given, also one read from hostile text. O(size of the module), parsing of patterns
// included.
#ifndef FAULTLINE_IR_VERIFIER_H_
#define FAULTLINE_IR_VERIFIER_H_

#include "ir/ir.h"

#include <string>
#include <vector>

namespace faultline::ir {

struct VerifierError {
  std::string where;    // `func "go.x.where" %3`, `rule "go.x" stage 1`
  std::string message;  // what is wrong, in the style of diagnostics
  Span span;            // of the source it came from; may be invalid

  std::string ToString() const { return where + ": " + message; }
};

// Empty: the module is well-formed. At most kMaxVerifierErrors are listed.
inline constexpr std::size_t kMaxVerifierErrors = 100;
std::vector<VerifierError> Verify(const Module& module);

}  // namespace faultline::ir

#endif  // FAULTLINE_IR_VERIFIER_H_
