// Sizes: IEC 80000-13 for the binary units, SI for the others.
#include "support/value/bytes.h"

#include "support/value/decimal.h"

namespace faultline {
namespace {

constexpr std::string_view kPrefixes = "KMGTPE";

std::int64_t Power(std::int64_t base, std::size_t exponent) {
  std::int64_t result = 1;
  for (std::size_t i = 0; i < exponent; ++i) result *= base;
  return result;
}

char Upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

std::optional<std::int64_t> BytesUnit(std::string_view name) {
  if (name == "B" || name == "b" || name == "byte" || name == "bytes" || name == "Bytes") return 1;
  if (name.empty() || name.size() > 3) return std::nullopt;
  const std::size_t prefix = kPrefixes.find(Upper(name[0]));
  if (prefix == std::string_view::npos) return std::nullopt;
  const bool lower = name[0] >= 'a' && name[0] <= 'z';
  const std::string_view rest = name.substr(1);
  if (rest == "iB" || rest == "i") return Power(1024, prefix + 1);
  if (rest == "ib" && lower) return Power(1024, prefix + 1);
  if (rest == "B" || rest.empty() || (rest == "b" && lower)) {
    if (rest != "B" && lower && name[0] != 'k' && rest.empty()) return std::nullopt;  // "5 m" is no size
    return Power(1000, prefix + 1);
  }
  return std::nullopt;
}

std::optional<std::int64_t> ParseBytes(std::string_view text) {
  const std::size_t digits = NumberLength(text);
  if (digits == 0) return std::nullopt;
  std::string_view unit = text.substr(digits);
  if (unit.empty()) return ScaleDecimal(text, 1);
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  const std::optional<std::int64_t> size = BytesUnit(unit);
  if (!size) return std::nullopt;
  return ScaleDecimal(text.substr(0, digits), *size);
}

std::string FormatBytes(std::int64_t bytes) {
  std::string out;
  std::uint64_t magnitude = static_cast<std::uint64_t>(bytes);
  if (bytes < 0) {
    out += '-';
    magnitude = std::uint64_t{0} - magnitude;
  }
  if (magnitude < 1024) return out + std::to_string(magnitude) + "B";
  std::size_t power = 1;
  std::uint64_t unit = 1024;
  while (power < kPrefixes.size() && magnitude / unit >= 1024) {
    unit *= 1024;
    ++power;
  }
  // Hundredths, rounded. Times 100 overflows for the largest unit only, whose last ten bits do not matter.
  std::uint64_t whole = magnitude / unit;
  const std::uint64_t scale = power == kPrefixes.size() ? 1024 : 1;
  const std::uint64_t remainder = magnitude % unit / scale;
  std::uint64_t hundredths = (remainder * 100 + unit / scale / 2) / (unit / scale);
  if (hundredths == 100) {
    ++whole;
    hundredths = 0;
  }
  if (whole == 1024 && power < kPrefixes.size()) {
    whole = 1;
    ++power;
  }
  AppendScaled(out, static_cast<std::int64_t>(whole * 100 + hundredths), 2);
  out += kPrefixes[power - 1];
  out += "iB";
  return out;
}

}  // namespace faultline
