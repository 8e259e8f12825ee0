// Decimal numbers as they stand in a log, exactly.
//
// Durations, sizes and times are whole nanoseconds or bytes. Their text may have a fraction ("2.5s") or an
// exponent; going through a double would lose digits (0.3 s is not 300000000 ns in binary), so the digits are
// scaled as integers.
#ifndef FAULTLINE_SUPPORT_VALUE_DECIMAL_H_
#define FAULTLINE_SUPPORT_VALUE_DECIMAL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace faultline {

// [+-]digits. Nothing if it does not fit into 64 bits.
std::optional<std::int64_t> ParseInt(std::string_view text);

// Hexadecimal digits, 0x or not. Nothing over 63 bits.
std::optional<std::int64_t> ParseHex(std::string_view text);

// [+-]digits[.digits][e[+-]digits], also `.5` and `5.`. Nothing for infinity, NaN and what a double cannot
// hold.
std::optional<double> ParseFloat(std::string_view text);

// number * unit, cut towards zero; `unit` is at most 2^60. Digits behind the 18th of the fraction are
// dropped. Nothing if the text is no number as above or the result does not fit into 64 bits. O(length).
std::optional<std::int64_t> ScaleDecimal(std::string_view number, std::int64_t unit);

// Length of the number at the front of `text`: digits with an optional sign and fraction, no exponent; 0:
// none.
std::size_t NumberLength(std::string_view text);

// Shortest decimal text that reads back as the same double: 0.1, 3, 1e+20. `value` is finite; -0 prints 0.
std::string FormatFloat(double value);

// value / 10^digits with the zeros at the end left out: (62500000000, 9) is 62.5.
void AppendScaled(std::string& out, std::int64_t value, int digits);

}  // namespace faultline

#endif  // FAULTLINE_SUPPORT_VALUE_DECIMAL_H_
