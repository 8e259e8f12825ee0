// The operators' meaning for the pass fold_constants, which lies below them.
#ifndef FAULTLINE_IR_INTERP_EVALUATE_H_
#define FAULTLINE_IR_INTERP_EVALUATE_H_

#include "support/lang/lang.h"
#include "support/value/value.h"

namespace faultline::ir {

// An ir::Evaluate (ir/passes/passes.h). False where the result depends on --now or --tz.
bool EvaluateOperation(lang::Opcode opcode, const Value* args, Arena& arena, Value* out);

}  // namespace faultline::ir

#endif  // FAULTLINE_IR_INTERP_EVALUATE_H_
