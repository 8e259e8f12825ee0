// Formats and wrappers: how bytes become records with fields.
#ifndef FAULTLINE_FRONTEND_SEMA_FORMATS_H_
#define FAULTLINE_FRONTEND_SEMA_FORMATS_H_

#include "frontend/sema/context.h"

namespace faultline::sema {

Format CheckFormat(Context& context, const Symbol& symbol);
Wrapper CheckWrapper(Context& context, const Symbol& symbol);

}  // namespace faultline::sema

#endif  // FAULTLINE_FRONTEND_SEMA_FORMATS_H_
