// Durations as Go prints them (time.Duration.String) and as people write them.
#include "support/value/duration.h"

#include "support/value/decimal.h"

#include <limits>

namespace faultline {
namespace {

struct UnitName {
  std::string_view name;
  std::int64_t nanoseconds;
};

constexpr UnitName kUnits[] = {
    {"ns", 1},
    {"us", kMicrosecond},
    {"\xC2\xB5s", kMicrosecond},  // U+00B5 micro sign
    {"\xCE\xBCs", kMicrosecond},  // U+03BC Greek letter mu
    {"ms", kMillisecond},
    {"s", kSecond},
    {"m", kMinute},
    {"h", kHour},
    {"d", kDay},
    {"w", kWeek},
    {"nsec", 1},
    {"nanosec", 1},
    {"nanosecond", 1},
    {"usec", kMicrosecond},
    {"microsec", kMicrosecond},
    {"microsecond", kMicrosecond},
    {"msec", kMillisecond},
    {"millisec", kMillisecond},
    {"millisecond", kMillisecond},
    {"sec", kSecond},
    {"second", kSecond},
    {"min", kMinute},
    {"minute", kMinute},
    {"hr", kHour},
    {"hour", kHour},
    {"day", kDay},
    {"week", kWeek},
};
constexpr std::size_t kFirstWord = 10;  // from here on a plural `s` may follow

void SkipBlanks(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
}

bool IsUnitByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
}

// Takes what may stand between two parts.
void SkipGlue(std::string_view& text) {
  SkipBlanks(text);
  if (text.starts_with(',')) {
    text.remove_prefix(1);
    SkipBlanks(text);
  }
  if (text.starts_with("and ")) {
    text.remove_prefix(4);
    SkipBlanks(text);
  }
}

}  // namespace

std::optional<std::int64_t> DurationUnit(std::string_view name) {
  char lower[16];
  if (name.size() > sizeof lower) return std::nullopt;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    // Words in any case; short units only as written, since M may be a month or a million.
    lower[i] = name.size() > 2 && c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  const std::string_view key(lower, name.size());
  for (std::size_t i = 0; i < std::size(kUnits); ++i) {
    const UnitName& unit = kUnits[i];
    if (key == unit.name) return unit.nanoseconds;
    if (i >= kFirstWord && key.size() == unit.name.size() + 1 && key.starts_with(unit.name) &&
        key.back() == 's') {
      return unit.nanoseconds;
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> ParseDuration(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  // Summed as negative numbers, whose range is one larger.
  std::int64_t sum = 0;
  while (!text.empty()) {
    if (text.front() == '-' || text.front() == '+') return std::nullopt;
    const std::size_t digits = NumberLength(text);
    if (digits == 0) return std::nullopt;
    const std::string_view number = text.substr(0, digits);
    text.remove_prefix(digits);
    SkipBlanks(text);
    std::size_t length = 0;
    while (length < text.size() && IsUnitByte(text[length])) ++length;
    const std::optional<std::int64_t> unit = DurationUnit(text.substr(0, length));
    if (length == 0 || !unit) return std::nullopt;
    text.remove_prefix(length);
    // A negative number: the smallest duration has no positive counterpart.
    std::string signed_number = "-";
    signed_number += number;
    const std::optional<std::int64_t> part = ScaleDecimal(signed_number, *unit);
    if (!part || __builtin_add_overflow(sum, *part, &sum)) return std::nullopt;
    if (text.empty()) break;
    SkipGlue(text);
    if (text.empty()) return std::nullopt;
  }
  if (negative) return sum;
  if (sum == std::numeric_limits<std::int64_t>::min()) return std::nullopt;
  return -sum;
}

std::string FormatDuration(std::int64_t nanoseconds) {
  if (nanoseconds == 0) return "0s";
  std::string out;
  std::uint64_t rest = static_cast<std::uint64_t>(nanoseconds);
  if (nanoseconds < 0) {
    out += '-';
    rest = std::uint64_t{0} - rest;
  }
  const auto append = [&out](std::uint64_t value, int digits, std::string_view unit) {
    AppendScaled(out, static_cast<std::int64_t>(value), digits);
    out += unit;
  };
  constexpr auto kUnsignedSecond = static_cast<std::uint64_t>(kSecond);
  if (rest < 1000) {
    append(rest, 0, "ns");
    return out;
  }
  if (rest < 1'000'000) {
    append(rest, 3, "us");
    return out;
  }
  if (rest < kUnsignedSecond) {
    append(rest, 6, "ms");
    return out;
  }
  const std::uint64_t hours = rest / static_cast<std::uint64_t>(kHour);
  rest %= static_cast<std::uint64_t>(kHour);
  const std::uint64_t minutes = rest / static_cast<std::uint64_t>(kMinute);
  rest %= static_cast<std::uint64_t>(kMinute);
  if (hours > 0) append(hours, 0, "h");
  if (minutes > 0) append(minutes, 0, "m");
  if (rest > 0) append(rest, 9, "s");
  return out;
}

}  // namespace faultline
