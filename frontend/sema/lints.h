// Lints: what compiles and is still worth a second look.
#ifndef FAULTLINE_FRONTEND_SEMA_LINTS_H_
#define FAULTLINE_FRONTEND_SEMA_LINTS_H_

#include "frontend/sema/context.h"

namespace faultline::sema {

// Warnings over the whole program, and the errors that need all patterns at hand: matches of nothing, of
// everything.
void Lint(Context& context);

}  // namespace faultline::sema

#endif  // FAULTLINE_FRONTEND_SEMA_LINTS_H_
