// Values as people read them: what `{x}` prints in a report.
#ifndef FAULTLINE_SUPPORT_VALUE_PRINT_H_
#define FAULTLINE_SUPPORT_VALUE_PRINT_H_

#include "support/value/value.h"

#include <string>

namespace faultline {

// Text as it is, numbers shortest, 1m2.5s, 64MiB, 2026-01-02T03:04:05Z, `a, b` for lists, `k=v, k=v` for
// maps, `?` for missing. Lists in lists stand in brackets; what is nested deeper than 32 prints `…`. Output
// stops growing at `limit` bytes (it may end up to one value later).
void AppendText(std::string& out, const Value& value, std::size_t limit = std::size_t{1} << 20);
std::string ToText(const Value& value);

}  // namespace faultline

#endif  // FAULTLINE_SUPPORT_VALUE_PRINT_H_
