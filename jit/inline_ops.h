// Operations that native code computes itself instead of calling their C function.
#ifndef FAULTLINE_JIT_INLINE_OPS_H_
#define FAULTLINE_JIT_INLINE_OPS_H_

#include "jit/codegen.h"
#include "support/lang/lang.h"

#include <vector>

namespace faultline::jit {

// What the differential test's seeded defect spoils (CompileRequest::wrong_on_purpose).
enum WrongOnPurpose : std::uint32_t {
  kNothingWrong = 0,
  kWrongAdd = 1,      // add_int wraps instead of being missing
  kWrongMissing = 2,  // or_bool takes a missing side for false
};

// Emits `opcode` at the builder's place and returns its value, or returns false where the operation is not
// inlined (jit/inlined.h lists those that are). For strict operations no argument is known to be present: the
// code checks.
bool EmitInlineOperation(ModuleContext& module, llvm::IRBuilder<>& builder, lang::Opcode opcode,
                         const std::vector<Pair>& arguments, Pair* result);

}  // namespace faultline::jit

#endif  // FAULTLINE_JIT_INLINE_OPS_H_
