// The passes, each in a file of its name. Every pass takes a module that Verify accepts and leaves one, and
// what can be seen of a run stays byte for byte the same: which lines match, what guards decide, what
// findings show.
//
// Each returns how many things it changed. Ids change where a pass says so: whoever holds ids of functions,
// patterns, constants or slots outside of the module runs the passes first. Not thread-safe on one module.
#ifndef FAULTLINE_IR_PASSES_PASSES_H_
#define FAULTLINE_IR_PASSES_PASSES_H_

#include "ir/ir.h"

#include <cstddef>

namespace faultline::ir {

// The meaning of operations lies above the IR (runtime/ops); whoever runs the passes hands it in
// (ir/interp/evaluate.h). `args` are as many as the operation has parameters; strictness is the callee's.
// False: the result is not known before the run, as it depends on the time or zone of it.
using Evaluate = bool (*)(lang::Opcode opcode, const Value* args, Arena& arena, Value* out);

// Computes what has only constant operands, and drops operands that a constant one makes irrelevant: `true
// and x`.
std::size_t FoldConstants(Module* module, Evaluate evaluate);

// Computes equal things once: inside a function, and patterns, functions and constants that several rules
// have. Patterns, functions and constants that are no longer used stay, for RemoveDeadCode.
std::size_t ShareCommonWork(Module* module);

// Fills Pattern::literals: texts of which every match contains one, so that most lines need not be looked at.
// A set in which a text is too short or too common to tell lines apart counts as none.
std::size_t FindLiterals(Module* module);
inline constexpr std::size_t kMaxLiterals = 16;  // of a pattern

// Removes fields of formats that no rule reads, hidden slots that nothing reads, and what was computed only
// for them. Slots that findings show stay. Changes ids of slots; functions used in several places are copied.
std::size_t RemoveDeadFields(Module* module);

// Removes instructions whose value is not used, and functions, patterns and constants that nothing refers to.
// Changes ids of all of them.
std::size_t RemoveDeadCode(Module* module);

}  // namespace faultline::ir

#endif  // FAULTLINE_IR_PASSES_PASSES_H_
