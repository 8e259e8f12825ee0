// Evaluates one operation on constants, for the pass that folds them: the IR may not see the operators'
// functions, so the driver hands them in.
#ifndef FAULTLINE_TOOLS_DRIVER_FOLD_H_
#define FAULTLINE_TOOLS_DRIVER_FOLD_H_

#include "support/lang/lang.h"
#include "support/value/value.h"

namespace faultline::driver {

// False where the operation depends on more than its arguments (the time of the run, the zone).
bool FoldOperation(lang::Opcode opcode, const Value* arguments, Arena& arena, Value* out);

}  // namespace faultline::driver

#endif  // FAULTLINE_TOOLS_DRIVER_FOLD_H_
