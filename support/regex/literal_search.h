// Looks for literals in a text. Private to support/regex; the runtime's prefilter looks for many at once.
#pragma once

#include "support/regex/analysis.h"

#include <cstddef>
#include <string_view>

namespace faultline::regex {

// Where `literal` first stands in `text` at or after `from`, or npos. Uses memchr; O(text x literal) at
// worst.
size_t FindLiteral(std::string_view text, size_t from, const SearchLiteral& literal);

}  // namespace faultline::regex
