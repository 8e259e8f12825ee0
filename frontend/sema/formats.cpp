#include "frontend/sema/formats.h"
namespace faultline::sema {
Format CheckFormat(Context&, const Symbol& symbol) {
  Format f;
  f.name = symbol.QualifiedName();
  return f;
}
Wrapper CheckWrapper(Context&, const Symbol& symbol) {
  Wrapper w;
  w.name = symbol.QualifiedName();
  return w;
}
}  // namespace faultline::sema
