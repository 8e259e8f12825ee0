// UUIDs (RFC 9562) in one form, so that equal ones have equal bytes.
#ifndef FAULTLINE_SUPPORT_VALUE_UUID_H_
#define FAULTLINE_SUPPORT_VALUE_UUID_H_

#include <array>
#include <optional>
#include <string_view>

namespace faultline {

inline constexpr std::size_t kUuidSize = 36;

// Lower case with dashes. Reads 8-4-4-4-12 digits or 32 digits, in braces or not.
std::optional<std::array<char, kUuidSize>> ParseUuid(std::string_view text);

}  // namespace faultline

#endif  // FAULTLINE_SUPPORT_VALUE_UUID_H_
