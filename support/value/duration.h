// Durations as text. Values are nanoseconds; about 292 years fit.
#ifndef FAULTLINE_SUPPORT_VALUE_DURATION_H_
#define FAULTLINE_SUPPORT_VALUE_DURATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace faultline {

inline constexpr std::int64_t kMicrosecond = 1000;
inline constexpr std::int64_t kMillisecond = 1000 * kMicrosecond;
inline constexpr std::int64_t kSecond = 1000 * kMillisecond;
inline constexpr std::int64_t kMinute = 60 * kSecond;
inline constexpr std::int64_t kHour = 60 * kMinute;
inline constexpr std::int64_t kDay = 24 * kHour;
inline constexpr std::int64_t kWeek = 7 * kDay;

// Nanoseconds of a unit by its name: ns us ms s m h d w, and their words: "minutes", "secs", "msec".
std::optional<std::int64_t> DurationUnit(std::string_view name);

// A sum of numbers with units: 1m2.5s, 300ms, -1.5h, "5 minutes", "1 hour, 30 min", "2 days and 3 hours"; a
// bare 0. Between the parts may stand blanks, a comma, `and`. Cut to whole nanoseconds; nothing on overflow.
// O(length).
std::optional<std::int64_t> ParseDuration(std::string_view text);

// Exact and readable by ParseDuration: 1m2.5s, 1h30m, 300ms, 1.5us, 0s. Hours are the largest unit.
std::string FormatDuration(std::int64_t nanoseconds);

}  // namespace faultline

#endif  // FAULTLINE_SUPPORT_VALUE_DURATION_H_
