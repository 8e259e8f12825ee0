// Reading times: one small engine for forms of % letters, and the list of forms that logs use.
//
// ParseTime tries the forms one after the other; a wrong one fails within a few characters. Beyond the public
// letters the list uses `%?f` (a fraction behind `.` or `,`, or none) and `%?z` (a zone behind a blank or
// none, or no zone).
#include "support/value/decimal.h"
#include "support/value/duration.h"
#include "support/value/time.h"
#include "support/value/time_names.h"

#include <string>

namespace faultline {
namespace {

constexpr std::int64_t kMaxZoneHours = 26;

struct ZoneName {
  std::string_view name;
  int hours;
};
// RFC 5322's zones and the European ones. Others (IST, CST in China, BST) mean several things and are not
// read.
constexpr ZoneName kZones[] = {
    {"UTC", 0},  {"GMT", 0},  {"UT", 0},   {"Z", 0},    {"z", 0},    {"EST", -5}, {"EDT", -4},
    {"CST", -6}, {"CDT", -5}, {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}, {"WET", 0},
    {"WEST", 1}, {"CET", 1},  {"CEST", 2}, {"EET", 2},  {"EEST", 3},
};

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool StartsWithNocase(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    if (Lower(text[i]) != Lower(prefix[i])) return false;
  }
  return true;
}

class FormReader {
 public:
  explicit FormReader(std::string_view text) : text_(text) {}

  bool Read(std::string_view form) {
    for (std::size_t i = 0; i < form.size(); ++i) {
      const char c = form[i];
      if (c == ' ') {
        SkipBlanks();
      } else if (c != '%') {
        if (!Take(c)) return false;
      } else {
        if (++i == form.size()) return false;
        const bool optional = form[i] == '?';
        if (optional && ++i == form.size()) return false;
        if (optional ? !ReadOptional(form[i]) : !ReadLetter(form[i])) return false;
      }
    }
    return text_.empty();
  }

  std::optional<std::int64_t> Finish(const TimeDefaults& defaults) const {
    if (epoch_) return epoch_;
    if (!has_date_ && !has_time_) return std::nullopt;
    CivilTime civil = civil_;
    if (hour12_) civil.hour = *hour12_ % 12 + (afternoon_ ? 12 : 0);
    const std::int64_t offset = zone_.value_or(defaults.zone_offset);
    std::int64_t local_now = 0;
    if (__builtin_add_overflow(defaults.now, offset * kSecond, &local_now)) local_now = defaults.now;
    const CivilTime today = CivilFromTime(local_now);
    if (!has_date_) {
      civil.year = today.year;
      civil.month = today.month;
      civil.day = today.day;
      return TimeFromCivil(civil, offset);
    }
    if (year_) {
      civil.year = *year_;
      return WithYear(civil, offset);
    }
    // The latest year that is not after now + 1 day; 29 February may be eight years back.
    std::int64_t latest = 0;
    if (__builtin_add_overflow(defaults.now, kDay, &latest)) latest = defaults.now;
    for (std::int64_t year = today.year + 1; year > today.year - 9; --year) {
      civil.year = year;
      const std::optional<std::int64_t> time = WithYear(civil, offset);
      if (time && *time <= latest) return time;
    }
    return std::nullopt;
  }

 private:
  std::optional<std::int64_t> WithYear(CivilTime civil, std::int64_t offset) const {
    if (day_of_year_) {
      const std::int64_t first = DaysFromCivil(civil.year, 1, 1);
      const CivilTime date = CivilFromDays(first + *day_of_year_ - 1);
      if (date.year != civil.year) return std::nullopt;
      civil.month = date.month;
      civil.day = date.day;
    }
    return TimeFromCivil(civil, offset);
  }

  void SkipBlanks() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\t')) text_.remove_prefix(1);
  }
  bool Take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  // `least` to `most` digits.
  bool Number(int least, int most, int* value) {
    int digits = 0;
    *value = 0;
    while (digits < most && !text_.empty() && IsDigit(text_.front())) {
      *value = *value * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
      ++digits;
    }
    return digits >= least;
  }

  bool Fraction() {
    int digits = 0;
    int value = 0;
    while (!text_.empty() && IsDigit(text_.front())) {
      if (digits < 9) {
        value = value * 10 + (text_.front() - '0');
        ++digits;
      }
      text_.remove_prefix(1);
    }
    if (digits == 0) return false;
    for (; digits < 9; ++digits) value *= 10;
    civil_.nanosecond = value;
    return true;
  }

  template <std::size_t N>
  int Name(const std::array<std::string_view, N>& names) {
    for (std::size_t i = 0; i < N; ++i) {
      for (const std::string_view name : {names[i], names[i].substr(0, 3)}) {
        if (!StartsWithNocase(text_, name)) continue;
        text_.remove_prefix(name.size());
        return static_cast<int>(i);
      }
    }
    return -1;
  }

  bool ZoneWord() {
    std::size_t length = 0;
    while (length < text_.size() && IsLetter(text_[length])) ++length;
    for (const ZoneName& zone : kZones) {
      if (zone.name != text_.substr(0, length)) continue;
      zone_ = zone.hours * 3600;
      text_.remove_prefix(length);
      return true;
    }
    return false;
  }

  bool Zone() {
    if (text_.empty()) return false;
    const char sign = text_.front();
    if (sign != '+' && sign != '-') return ZoneWord();
    text_.remove_prefix(1);
    int hours = 0;
    int minutes = 0;
    if (!Number(2, 2, &hours)) return false;
    if (Take(':')) {
      if (!Number(2, 2, &minutes)) return false;
    } else if (!text_.empty() && IsDigit(text_.front()) && !Number(2, 2, &minutes)) {
      return false;
    }
    if (hours > kMaxZoneHours || minutes > 59) return false;
    const std::int64_t offset = hours * 3600 + minutes * 60;
    zone_ = sign == '-' ? -offset : offset;
    return true;
  }

  bool Epoch() {
    std::size_t length = !text_.empty() && text_.front() == '-' ? 1 : 0;
    while (length < text_.size() && IsDigit(text_[length])) ++length;
    epoch_ = ScaleDecimal(text_.substr(0, length), kSecond);
    text_.remove_prefix(length);
    return epoch_.has_value();
  }

  bool ReadOptional(char letter) {
    if (letter == 'f') {
      if (text_.size() < 2 || (text_[0] != '.' && text_[0] != ',') || !IsDigit(text_[1])) return true;
      text_.remove_prefix(1);
      return Fraction();
    }
    if (letter == 'z') {
      const std::string_view before = text_;
      SkipBlanks();
      if (text_.empty()) {
        text_ = before;
        return true;
      }
      if (Zone()) return true;
      text_ = before;
      zone_.reset();
      return true;
    }
    return false;
  }

  bool ReadLetter(char letter) {
    int value = 0;
    switch (letter) {
      case 'Y':
        if (!Number(4, 4, &value)) return false;
        year_ = value;
        return has_date_ = true;
      case 'y':
        if (!Number(2, 2, &value)) return false;
        year_ = value + (value < 69 ? 2000 : 1900);
        return has_date_ = true;
      case 'e':
        SkipBlanks();
        [[fallthrough]];
      case 'd':
        if (!Number(1, 2, &civil_.day)) return false;
        return has_date_ = true;
      case 'm':
        if (!Number(1, 2, &civil_.month)) return false;
        return has_date_ = true;
      case 'j':
        if (!Number(1, 3, &value) || value == 0) return false;
        day_of_year_ = value;
        return has_date_ = true;
      case 'b':
      case 'B':
      case 'h':
        value = Name(kMonthNames);
        if (value < 0) return false;
        civil_.month = value + 1;
        return has_date_ = true;
      case 'a':
      case 'A':
        return Name(kDayNames) >= 0;
      case 'k':
        SkipBlanks();
        [[fallthrough]];
      case 'H':
        if (!Number(1, 2, &civil_.hour)) return false;
        return has_time_ = true;
      case 'l':
        SkipBlanks();
        [[fallthrough]];
      case 'I':
        if (!Number(1, 2, &value) || value < 1 || value > 12) return false;
        hour12_ = value;
        return has_time_ = true;
      case 'M':
        return Number(1, 2, &civil_.minute);
      case 'S':
        return Number(1, 2, &civil_.second);
      case 'f':
        return Fraction();
      case 'p':
        if (!StartsWithNocase(text_, "AM") && !StartsWithNocase(text_, "PM")) return false;
        afternoon_ = Lower(text_.front()) == 'p';
        text_.remove_prefix(2);
        return true;
      case 'z':
        return Zone();
      case 'Z':
        return ZoneWord();
      case 's':
        return Epoch();
      case 'T':
        return ReadSequence("H:M:S");
      case 'R':
        return ReadSequence("H:M");
      case 'F':
        return ReadSequence("Y-m-d");
      case 'D':
        return ReadSequence("m/d/y");
      case 'n':
      case 't':
        while (!text_.empty() && (text_.front() == '\n' || text_.front() == '\t' || text_.front() == ' ')) {
          text_.remove_prefix(1);
        }
        return true;
      case '%':
        return Take('%');
      default:
        return false;
    }
  }

  // Letters that stand for themselves as %letter, anything else literally; no letter here leads back to here.
  bool ReadSequence(std::string_view letters) {
    for (char c : letters) {
      if (IsLetter(c) ? !ReadLetter(c) : !Take(c)) return false;
    }
    return true;
  }

  std::string_view text_;
  CivilTime civil_;
  std::optional<int> year_;
  std::optional<int> day_of_year_;
  std::optional<int> hour12_;
  bool afternoon_ = false;
  bool has_date_ = false;
  bool has_time_ = false;
  std::optional<std::int64_t> zone_;
  std::optional<std::int64_t> epoch_;
};

constexpr std::string_view kForms[] = {
    "%Y-%m-%dT%H:%M:%S%?f%?z",  // RFC 3339, log4j, Kubernetes, Docker
    "%Y-%m-%d %H:%M:%S%?f%?z",  // Python's logging, logback, PostgreSQL
    "%Y/%m/%d %H:%M:%S%?f%?z",  // Go's log, nginx's error log
    "%Y-%m-%dt%H:%M:%S%?f%?z",  // RFC 3339 allows small letters
    "%Y-%m-%dT%H:%M%?z",
    "%Y-%m-%d %H:%M%?z",
    "%d/%b/%Y:%H:%M:%S%?f%?z",      // Apache's and nginx's access logs
    "%b %e %H:%M:%S%?f%?z",         // syslog (RFC 3164)
    "%b %e %Y %H:%M:%S%?f%?z",      // Cisco
    "%a %b %e %H:%M:%S%?f %Y",      // asctime, Apache's error log
    "%a %b %e %H:%M:%S%?f%?z %Y",   // date(1)
    "%a, %d %b %Y %H:%M:%S%?f%?z",  // RFC 1123, HTTP
    "%d %b %Y %H:%M:%S%?f%?z",      // Redis
    "%d-%b-%Y %H:%M:%S%?f%?z",      // BIND, Tomcat
    "%b %e, %Y %I:%M:%S%?f %p%?z",  // java.util.logging
    "%b %e, %Y, %I:%M:%S%?f %p%?z",
    "%b %e, %Y %H:%M:%S%?f%?z",
    "%Y-%m-%d",
    "%Y/%m/%d",
};

// 20260102T030405Z: without separators the count of digits decides.
std::optional<std::int64_t> ParseBasic(std::string_view text, const TimeDefaults& defaults) {
  if (text.size() < 15 || (text[8] != 'T' && text[8] != ' ')) return std::nullopt;
  for (std::size_t i = 0; i < 15; ++i) {
    if (i != 8 && !IsDigit(text[i])) return std::nullopt;
  }
  std::string spaced;
  spaced.append(text.substr(0, 4))
      .append("-")
      .append(text.substr(4, 2))
      .append("-")
      .append(text.substr(6, 2));
  spaced.append("T").append(text.substr(9, 2)).append(":").append(text.substr(11, 2)).append(":");
  spaced.append(text.substr(13));
  return ParseTimeBy(spaced, "%Y-%m-%dT%H:%M:%S%?f%?z", defaults);
}

// Seconds, milli-, micro- or nanoseconds, by the count of digits before the point.
std::optional<std::int64_t> ParseEpoch(std::string_view text) {
  std::size_t digits = 0;
  std::size_t i = text.front() == '-' ? 1 : 0;
  for (; i < text.size() && IsDigit(text[i]); ++i) ++digits;
  if (digits == 0 || (i < text.size() && text[i] != '.' && text[i] != 'e' && text[i] != 'E'))
    return std::nullopt;
  const std::optional<double> size = ParseFloat(text);
  if (!size) return std::nullopt;
  const double magnitude = *size < 0 ? -*size : *size;
  const std::int64_t unit = magnitude < 1e11   ? kSecond
                            : magnitude < 1e14 ? kMillisecond
                            : magnitude < 1e17 ? kMicrosecond
                                               : 1;
  return ScaleDecimal(text, unit);
}

}  // namespace

std::optional<std::int64_t> ParseTimeBy(std::string_view text, std::string_view form,
                                        const TimeDefaults& defaults) {
  FormReader reader(text);
  if (!reader.Read(form)) return std::nullopt;
  return reader.Finish(defaults);
}

std::optional<std::int64_t> ParseTime(std::string_view text, const TimeDefaults& defaults) {
  if (text.empty() || text.size() > 100) return std::nullopt;
  if (text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  if (text.empty()) return std::nullopt;
  if (const std::optional<std::int64_t> epoch = ParseEpoch(text)) return epoch;
  if (const std::optional<std::int64_t> basic = ParseBasic(text, defaults)) return basic;
  for (const std::string_view form : kForms) {
    // A letter at the front is a name, a digit a number: half of the forms need no look.
    const bool name = form[1] == 'a' || form[1] == 'b';
    if (name != IsLetter(text.front())) continue;
    if (const std::optional<std::int64_t> time = ParseTimeBy(text, form, defaults)) return time;
  }
  return std::nullopt;
}

}  // namespace faultline
