// Amounts of data as text. Values are bytes.
#ifndef FAULTLINE_SUPPORT_VALUE_BYTES_H_
#define FAULTLINE_SUPPORT_VALUE_BYTES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace faultline {

// Bytes of a unit by its name: B byte(s), k kB MB GB TB PB EB and K M G T P E (powers of 1000), KiB MiB … and
// Ki Mi … (powers of 1024). `kb` and `mb` all in lower case are bytes, as many tools print them; `Kb` and
// `Mb` may be bits and are no unit.
std::optional<std::int64_t> BytesUnit(std::string_view name);

// A number with such a unit, a blank between them or not; a bare number is bytes. Cut to whole bytes.
// O(length).
std::optional<std::int64_t> ParseBytes(std::string_view text);

// In the largest binary unit, rounded to two decimals: 64MiB, 1.5GiB, 1023B.
std::string FormatBytes(std::int64_t bytes);

}  // namespace faultline

#endif  // FAULTLINE_SUPPORT_VALUE_BYTES_H_
