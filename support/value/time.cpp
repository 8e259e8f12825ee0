// The calendar and the written form of instants.
#include "support/value/time.h"

#include "support/value/decimal.h"
#include "support/value/duration.h"
#include "support/value/time_names.h"

#include <fmt/format.h>

namespace faultline {
namespace {

std::int64_t FloorDivide(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

}  // namespace

std::int64_t DaysFromCivil(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = FloorDivide(year, 400);
  const std::int64_t year_of_era = year - era * 400;                                          // 0..399
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;  // 0..365
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

CivilTime CivilFromDays(std::int64_t days) {
  days += 719468;
  const std::int64_t era = FloorDivide(days, 146097);
  const std::int64_t day_of_era = days - era * 146097;  // 0..146096
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;  // 0..399
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;  // 0: March
  CivilTime civil;
  civil.day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  civil.month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  civil.year = year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0);
  return civil;
}

int DaysInMonth(std::int64_t year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : kDays[month - 1];
}

int DayOfWeek(std::int64_t days) {
  const std::int64_t shifted = days + 4;  // 1970-01-01 was a Thursday
  return static_cast<int>(shifted - FloorDivide(shifted, 7) * 7);
}

std::optional<std::int64_t> TimeFromCivil(const CivilTime& civil, std::int64_t offset) {
  if (civil.year < 1600 || civil.year > 2300) return std::nullopt;  // far outside of what fits
  if (civil.month < 1 || civil.month > 12 || civil.day < 1 ||
      civil.day > DaysInMonth(civil.year, civil.month) || civil.hour < 0 || civil.hour > 23 ||
      civil.minute < 0 || civil.minute > 59 || civil.second < 0 || civil.second > 60 ||
      civil.nanosecond < 0 || civil.nanosecond > 999'999'999 || offset < -200'000 || offset > 200'000) {
    return std::nullopt;
  }
  std::int64_t seconds = DaysFromCivil(civil.year, civil.month, civil.day) * 86400 + civil.hour * 3600 +
                         civil.minute * 60 + civil.second - offset;
  std::int64_t nanoseconds = civil.nanosecond;
  if (seconds < 0 && nanoseconds > 0) {  // so that the product does not overflow where the sum would fit
    ++seconds;
    nanoseconds -= kSecond;
  }
  std::int64_t time = 0;
  if (__builtin_mul_overflow(seconds, kSecond, &time)) return std::nullopt;
  if (__builtin_add_overflow(time, nanoseconds, &time)) return std::nullopt;
  return time;
}

CivilTime CivilFromTime(std::int64_t time) {
  const std::int64_t seconds = FloorDivide(time, kSecond);
  const std::int64_t days = FloorDivide(seconds, 86400);
  const std::int64_t of_day = seconds - days * 86400;
  CivilTime civil = CivilFromDays(days);
  civil.hour = static_cast<int>(of_day / 3600);
  civil.minute = static_cast<int>(of_day / 60 % 60);
  civil.second = static_cast<int>(of_day % 60);
  const std::int64_t fraction = time % kSecond;
  civil.nanosecond = static_cast<int>(fraction < 0 ? fraction + kSecond : fraction);
  return civil;
}

std::string FormatTime(std::int64_t time) {
  const CivilTime civil = CivilFromTime(time);
  std::string out = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", civil.year, civil.month, civil.day,
                                civil.hour, civil.minute, civil.second);
  if (civil.nanosecond > 0) {
    std::string fraction = fmt::format(".{:09}", civil.nanosecond);
    while (fraction.back() == '0') fraction.pop_back();
    out += fraction;
  }
  out += 'Z';
  return out;
}

std::optional<std::string> FormatTimeBy(std::int64_t time, std::string_view form) {
  const CivilTime civil = CivilFromTime(time);
  const std::int64_t days = DaysFromCivil(civil.year, civil.month, civil.day);
  const int hour12 = civil.hour % 12 == 0 ? 12 : civil.hour % 12;
  std::string out;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] != '%') {
      out += form[i];
      continue;
    }
    if (++i == form.size()) return std::nullopt;
    int digits = 6;
    if (form[i] >= '1' && form[i] <= '9') {
      digits = form[i] - '0';
      if (++i == form.size() || form[i] != 'f') return std::nullopt;
    }
    switch (form[i]) {
      case 'Y':
        out += fmt::format("{:04}", civil.year);
        break;
      case 'y':
        out += fmt::format("{:02}", civil.year % 100);
        break;
      case 'm':
        out += fmt::format("{:02}", civil.month);
        break;
      case 'd':
        out += fmt::format("{:02}", civil.day);
        break;
      case 'e':
        out += fmt::format("{:2}", civil.day);
        break;
      case 'j':
        out += fmt::format("{:03}", days - DaysFromCivil(civil.year, 1, 1) + 1);
        break;
      case 'b':
      case 'h':
        out += kMonthNames[static_cast<std::size_t>(civil.month - 1)].substr(0, 3);
        break;
      case 'B':
        out += kMonthNames[static_cast<std::size_t>(civil.month - 1)];
        break;
      case 'a':
        out += kDayNames[static_cast<std::size_t>(DayOfWeek(days))].substr(0, 3);
        break;
      case 'A':
        out += kDayNames[static_cast<std::size_t>(DayOfWeek(days))];
        break;
      case 'H':
        out += fmt::format("{:02}", civil.hour);
        break;
      case 'k':
        out += fmt::format("{:2}", civil.hour);
        break;
      case 'I':
        out += fmt::format("{:02}", hour12);
        break;
      case 'l':
        out += fmt::format("{:2}", hour12);
        break;
      case 'M':
        out += fmt::format("{:02}", civil.minute);
        break;
      case 'S':
        out += fmt::format("{:02}", civil.second);
        break;
      case 'f':
        out += fmt::format("{:09}", civil.nanosecond).substr(0, static_cast<std::size_t>(digits));
        break;
      case 'p':
        out += civil.hour < 12 ? "AM" : "PM";
        break;
      case 'z':
        out += "+0000";
        break;
      case 'Z':
        out += "UTC";
        break;
      case 's':
        out += std::to_string(FloorDivide(time, kSecond));
        break;
      case 'T':
        out += fmt::format("{:02}:{:02}:{:02}", civil.hour, civil.minute, civil.second);
        break;
      case 'R':
        out += fmt::format("{:02}:{:02}", civil.hour, civil.minute);
        break;
      case 'F':
        out += fmt::format("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
        break;
      case 'D':
        out += fmt::format("{:02}/{:02}/{:02}", civil.month, civil.day, civil.year % 100);
        break;
      case 'n':
        out += '\n';
        break;
      case 't':
        out += '\t';
        break;
      case '%':
        out += '%';
        break;
      default:
        return std::nullopt;
    }
  }
  return out;
}

}  // namespace faultline
