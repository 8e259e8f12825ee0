// Exact scaling of decimal text. The integer part is collected in 64 bits and the fraction as up to 18
// digits; both are multiplied by the unit in 128 bits, which cannot overflow for units up to 2^60.
#include "support/value/decimal.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <system_error>

namespace faultline {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr int kFractionDigits = 18;
constexpr std::uint64_t kFractionUnit = 1'000'000'000'000'000'000;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// The parts of a decimal number.
struct Parts {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  int exponent = 0;
};

std::optional<Parts> Split(std::string_view text) {
  Parts parts;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    parts.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  std::size_t i = 0;
  while (i < text.size() && IsDigit(text[i])) ++i;
  parts.whole = text.substr(0, i);
  if (i < text.size() && text[i] == '.') {
    const std::size_t begin = ++i;
    while (i < text.size() && IsDigit(text[i])) ++i;
    parts.fraction = text.substr(begin, i - begin);
  }
  if (parts.whole.empty() && parts.fraction.empty()) return std::nullopt;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    bool negative = false;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) negative = text[i++] == '-';
    if (i >= text.size()) return std::nullopt;
    for (; i < text.size() && IsDigit(text[i]); ++i) {
      if (parts.exponent < 100000) parts.exponent = parts.exponent * 10 + (text[i] - '0');
    }
    if (negative) parts.exponent = -parts.exponent;
  }
  if (i != text.size()) return std::nullopt;
  return parts;
}

// Collects digits around the decimal point: `place` digits are still before it.
class Collector {
 public:
  explicit Collector(std::int64_t place) : place_(place) {}

  // False: the whole part does not fit.
  bool Add(char digit) {
    const auto value = static_cast<std::uint64_t>(digit - '0');
    if (place_ > 0) {
      if (__builtin_mul_overflow(whole_, std::uint64_t{10}, &whole_)) return false;
      if (__builtin_add_overflow(whole_, value, &whole_)) return false;
    } else if (place_ > -kFractionDigits) {
      fraction_ = fraction_ * 10 + value;
    }
    --place_;
    return true;
  }

  bool Finish() {
    for (; place_ > 0; --place_) {
      if (whole_ == 0) break;
      if (__builtin_mul_overflow(whole_, std::uint64_t{10}, &whole_)) return false;
    }
    place_ = place_ > 0 ? 0 : place_;
    for (; place_ > -kFractionDigits && fraction_ != 0; --place_) fraction_ *= 10;
    return true;
  }

  std::uint64_t whole() const { return whole_; }
  std::uint64_t fraction() const { return fraction_; }

 private:
  std::int64_t place_;
  std::uint64_t whole_ = 0;
  std::uint64_t fraction_ = 0;
};

}  // namespace

std::optional<std::int64_t> ParseInt(std::string_view text) {
  if (text.size() > 1 && text.front() == '+' && IsDigit(text[1])) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> ParseHex(std::string_view text) {
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) text.remove_prefix(2);
  if (text.empty() || text.front() == '-') return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> ParseFloat(std::string_view text) {
  if (!Split(text)) return std::nullopt;  // refuses "inf", "nan", "0x1p3"
  if (text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> ScaleDecimal(std::string_view number, std::int64_t unit) {
  const std::optional<Parts> parts = Split(number);
  if (!parts) return std::nullopt;
  Collector collector(static_cast<std::int64_t>(parts->whole.size()) + parts->exponent);
  for (char digit : parts->whole) {
    if (!collector.Add(digit)) return std::nullopt;
  }
  for (char digit : parts->fraction) {
    if (!collector.Add(digit)) return std::nullopt;
  }
  if (!collector.Finish()) return std::nullopt;
  const Wide wide_unit = static_cast<Wide>(unit);
  const Wide result = static_cast<Wide>(collector.whole()) * wide_unit +
                      static_cast<Wide>(collector.fraction()) * wide_unit / kFractionUnit;
  const Wide limit = static_cast<Wide>(std::numeric_limits<std::int64_t>::max()) + (parts->negative ? 1 : 0);
  if (result > limit) return std::nullopt;
  const auto magnitude = static_cast<std::uint64_t>(result);
  return static_cast<std::int64_t>(parts->negative ? std::uint64_t{0} - magnitude : magnitude);
}

std::size_t NumberLength(std::string_view text) {
  std::size_t i = 0;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
  const std::size_t digits = i;
  while (i < text.size() && IsDigit(text[i])) ++i;
  std::size_t count = i - digits;
  if (i < text.size() && text[i] == '.') {
    std::size_t end = i + 1;
    while (end < text.size() && IsDigit(text[end])) ++end;
    if (end > i + 1) {
      count += end - i - 1;
      i = end;
    }
  }
  return count == 0 ? 0 : i;
}

std::string FormatFloat(double value) {
  if (value == 0) return "0";
  std::string text = fmt::format("{}", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

void AppendScaled(std::string& out, std::int64_t value, int digits) {
  std::uint64_t magnitude = static_cast<std::uint64_t>(value);
  if (value < 0) {
    out += '-';
    magnitude = std::uint64_t{0} - magnitude;
  }
  std::uint64_t unit = 1;
  for (int i = 0; i < digits; ++i) unit *= 10;
  out += std::to_string(magnitude / unit);
  std::uint64_t fraction = magnitude % unit;
  if (fraction == 0) return;
  std::string tail = std::to_string(fraction);
  out += '.';
  out.append(static_cast<std::size_t>(digits) - tail.size(), '0');
  while (tail.back() == '0') tail.pop_back();
  out += tail;
}

}  // namespace faultline
