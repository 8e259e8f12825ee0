// Quoted text, as programs print it.
#ifndef FAULTLINE_RUNTIME_OPS_QUOTE_H_
#define FAULTLINE_RUNTIME_OPS_QUOTE_H_

#include <string>
#include <string_view>

namespace faultline::runtime {

// The text with the escapes of Go, JSON and C resolved: \n \t \r \\ \" \' \/ \a \b \f \v \0 \xHH \uHHHH
// (surrogate pairs too) \UHHHHHHHH. What is no escape stays as it is written.
std::string ResolveEscapes(std::string_view text);

// Length of the quoted text at the front, quotes included; 0 if none begins there or it does not end. A
// backslash hides the next byte, but not between backquotes.
std::size_t QuotedLength(std::string_view text);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_OPS_QUOTE_H_
