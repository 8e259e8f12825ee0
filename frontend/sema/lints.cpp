#include "frontend/sema/lints.h"
namespace faultline::sema {
void Lint(Context&) {}
}  // namespace faultline::sema
