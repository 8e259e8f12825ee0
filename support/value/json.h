// Values as JSON, by the contract of `faultline run -o json`: durations as seconds (exact decimal numbers),
// sizes as bytes, times in RFC 3339 UTC, lists as arrays, maps and records as objects, missing as null.
#ifndef FAULTLINE_SUPPORT_VALUE_JSON_H_
#define FAULTLINE_SUPPORT_VALUE_JSON_H_

#include "support/lang/type.h"
#include "support/value/value.h"

#include <string>
#include <string_view>

namespace faultline {

// With quotes. Control characters are escaped, bytes that are not UTF-8 become U+FFFD, one for each byte.
// O(length).
void AppendJsonText(std::string& out, std::string_view text);

// A record's fields are named by `type`; without a type a record is an array. What is nested deeper than 64
// is null.
void AppendJson(std::string& out, const Value& value);
void AppendJson(std::string& out, const Value& value, const lang::Type& type);

}  // namespace faultline

#endif  // FAULTLINE_SUPPORT_VALUE_JSON_H_
