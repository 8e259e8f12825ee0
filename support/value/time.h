// Instants and the calendar. Values are nanoseconds since 1970-01-01T00:00:00Z without leap seconds:
// 1677-09-21 to 2262-04-11. The calendar is the proleptic Gregorian one.
#ifndef FAULTLINE_SUPPORT_VALUE_TIME_H_
#define FAULTLINE_SUPPORT_VALUE_TIME_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace faultline {

struct CivilTime {
  std::int64_t year = 1970;
  int month = 1;  // 1..12
  int day = 1;    // 1..31
  int hour = 0;
  int minute = 0;
  int second = 0;  // 60: the leap second, read as the first second of the next minute
  int nanosecond = 0;
};

// Days since 1970-01-01, and back. Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"
// (days_from_civil, civil_from_days): eras of 400 years that begin on 1 March. O(1).
std::int64_t DaysFromCivil(std::int64_t year, int month, int day);
CivilTime CivilFromDays(std::int64_t days);

int DaysInMonth(std::int64_t year, int month);
int DayOfWeek(std::int64_t days);  // 0: Sunday

// Nothing if a part is out of range or the instant does not fit. `offset` is seconds east of UTC.
std::optional<std::int64_t> TimeFromCivil(const CivilTime& civil, std::int64_t offset = 0);
CivilTime CivilFromTime(std::int64_t time);  // UTC

// 2026-01-02T03:04:05.5Z: RFC 3339 in UTC, the fraction without zeros at its end.
std::string FormatTime(std::int64_t time);

// What a text leaves open.
struct TimeDefaults {
  std::int64_t now =
      0;  // for times without year (the latest not after now + 1 day) or without date (the day of now)
  std::int64_t zone_offset = 0;  // for times without zone: seconds east of UTC
};

// RFC 3339, ISO 8601's basic form, Go's log, log4j, Python, syslog, Apache and nginx, java.util.logging,
// `date`, RFC 1123; and bare numbers since 1970, in seconds below 1e11, in ms below 1e14, in us below 1e17,
// else in ns. O(length).
std::optional<std::int64_t> ParseTime(std::string_view text, const TimeDefaults& defaults);

// Reads all of `text` by `form`: %Y %y %m %d %e %j %b %B %h %a %A %H %k %I %l %M %S %f %p %z %Z %s %T %F %D
// %R %n %t %%. A blank stands for any run of blanks, none too; other characters for themselves. Nothing if
// the text does not fit, the form is wrong or it names neither date nor time.
std::optional<std::int64_t> ParseTimeBy(std::string_view text, std::string_view form,
                                        const TimeDefaults& defaults);

// Writes by the same letters, in UTC; %f has 6 digits, %3f %6f %9f as many as they say. Nothing if the form
// is wrong.
std::optional<std::string> FormatTimeBy(std::int64_t time, std::string_view form);

}  // namespace faultline

#endif  // FAULTLINE_SUPPORT_VALUE_TIME_H_
