// The interpreter: the meaning of the IR, written to be obviously right rather than fast.
//
// Functions are walked instruction by instruction over an array of values; operations call their C function
// (runtime/ops/), patterns run on the engines of support/regex (search.h), which are tested against each
// other and against RE2: a line that is UTF-8 is matched by code points, any other by bytes. Native code
// (jit) has to give the same.
//
// The module must be one that Verify accepts: indices are not checked again. Hostile values (text, lists of
// any length, values of another kind than declared) are. Patterns are compiled when first matched, once,
// whichever thread comes first; a pattern that does not compile matches nothing (sema refuses such patterns).
#ifndef FAULTLINE_IR_INTERP_INTERP_H_
#define FAULTLINE_IR_INTERP_INTERP_H_

#include "ir/ir.h"
#include "runtime/program.h"

#include <memory>
#include <span>

namespace faultline::ir {

// Never null. O(patterns): nothing is compiled yet.
std::unique_ptr<runtime::Program> MakeInterpreter(std::shared_ptr<const Module> module);

// What each instruction gave in the last Call with the scratch, which is one of an interpreter, by ValueId;
// those in the body of a loop: for its last element. Valid until the scratch is used again.
std::span<const Value> LastValues(const runtime::Scratch& scratch);

}  // namespace faultline::ir

#endif  // FAULTLINE_IR_INTERP_INTERP_H_
