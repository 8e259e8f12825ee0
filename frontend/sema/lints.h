// What is said of patterns and rules once all of them are known.
#ifndef FAULTLINE_FRONTEND_SEMA_LINTS_H_
#define FAULTLINE_FRONTEND_SEMA_LINTS_H_

#include "frontend/sema/context.h"

#include <string>

namespace faultline::sema {

// Errors: patterns that match nothing, and those that match the empty text.
void CheckPatterns(Context& context);

// Warnings over the whole program: FL0802 and up. Those of one rule are given where it is checked.
void Lint(Context& context);

// Whether lints of this module are wanted.
bool LintsModule(const Context& context, const std::string& module);

}  // namespace faultline::sema

#endif  // FAULTLINE_FRONTEND_SEMA_LINTS_H_
