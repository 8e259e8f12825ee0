#include "frontend/parse/literals.h"

#include <array>
#include <charconv>
#include <cmath>

namespace faultline::parse {

namespace {

using ast::ExprKind;
__extension__ typedef unsigned __int128 Wide;  // every product of two 64-bit numbers fits

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

constexpr std::array kDurations = {
    Unit{"ns", 1},          Unit{"us", 1000},         Unit{"ms", 1000000},       Unit{"s", 1000000000},
    Unit{"m", 60000000000}, Unit{"h", 3600000000000}, Unit{"d", 86400000000000}, Unit{"w", 604800000000000},
};

constexpr std::array kSizes = {
    Unit{"B", 1},
    Unit{"kB", 1000},
    Unit{"KB", 1000},
    Unit{"MB", 1000000},
    Unit{"GB", 1000000000},
    Unit{"TB", 1000000000000},
    Unit{"KiB", 1024},
    Unit{"MiB", 1048576},
    Unit{"GiB", 1073741824},
    Unit{"TiB", 1099511627776},
};

template <std::size_t N>
const Unit* Find(const std::array<Unit, N>& units, std::string_view name) {
  for (const Unit& unit : units) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

Literal Fail(LiteralError error, ExprKind kind = ExprKind::kInt, std::string_view unit = {}) {
  Literal literal;
  literal.error = error;
  literal.kind = kind;
  literal.unit = unit;
  return literal;
}

Literal Hex(std::string_view digits, Wide limit) {
  Wide value = 0;
  bool any = false;
  for (const char c : digits) {
    if (c == '_') continue;
    int digit = 0;
    if (IsDigit(c)) {
      digit = c - '0';
    } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
      digit = (c | 0x20) - 'a' + 10;
    } else {
      return Fail(LiteralError::kMalformed);
    }
    any = true;
    value = value * 16 + static_cast<Wide>(digit);
    if (value > limit) return Fail(LiteralError::kTooLarge);
  }
  if (!any) return Fail(LiteralError::kMalformed);
  Literal literal;
  literal.integer = static_cast<std::int64_t>(static_cast<std::uint64_t>(value));
  return literal;
}

// digits[.digits] times `factor`, exactly.
LiteralError Scale(std::string_view number, std::int64_t factor, Wide limit, Wide& sum) {
  Wide value = 0;
  Wide divisor = 1;
  bool fraction = false;
  for (const char c : number) {
    if (c == '_') continue;
    if (c == '.') {
      if (fraction) return LiteralError::kMalformed;
      fraction = true;
      continue;
    }
    if (fraction && divisor > Wide{1000000000000000000}) return LiteralError::kUneven;
    value = value * 10 + static_cast<Wide>(c - '0');
    if (fraction) divisor *= 10;
    if (value / divisor > limit || value > (Wide{1} << 110)) return LiteralError::kTooLarge;
  }
  const Wide whole = value / divisor;
  const Wide rest = value % divisor;
  const Wide part = rest * static_cast<Wide>(factor);
  if (part % divisor != 0) return LiteralError::kUneven;
  if (whole > limit / static_cast<Wide>(factor)) return LiteralError::kTooLarge;
  sum += whole * static_cast<Wide>(factor) + part / divisor;
  return sum > limit ? LiteralError::kTooLarge : LiteralError::kNone;
}

}  // namespace

Literal ReadLiteral(std::string_view text, bool negative) {
  const Wide limit = (Wide{1} << 63) - (negative ? 0 : 1);
  if (text.size() > 1 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
    return Hex(text.substr(2), limit);
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);

  std::size_t letters = 0;
  while (letters < text.size() && (IsDigit(text[letters]) || text[letters] == '.' || text[letters] == '_'))
    ++letters;
  const std::string_view rest = text.substr(letters);
  const bool exponent = rest.size() > 1 && (rest[0] == 'e' || rest[0] == 'E') &&
                        (rest.find_first_not_of("0123456789", 1) == std::string_view::npos ||
                         ((rest[1] == '+' || rest[1] == '-') && rest.size() > 2));
  if (rest.empty() || exponent) {
    std::size_t dots = 0;
    std::string plain;
    for (const char c : text) {
      if (c == '.') ++dots;
      if (c != '_') plain += c;
    }
    if (dots > 1) return Fail(LiteralError::kMalformed);
    if (dots == 0 && !exponent && !percent) {
      Wide value = 0;
      const LiteralError error = Scale(plain, 1, limit, value);
      if (error != LiteralError::kNone) return Fail(error);
      Literal literal;
      literal.integer = static_cast<std::int64_t>(static_cast<std::uint64_t>(value));
      return literal;
    }
    double value = 0;
    const auto [end, status] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
    if (status == std::errc::result_out_of_range || std::isinf(value))
      return Fail(LiteralError::kTooLarge, ExprKind::kFloat);
    if (status != std::errc{} || end != plain.data() + plain.size()) return Fail(LiteralError::kMalformed);
    Literal literal;
    literal.kind = percent ? ExprKind::kPercent : ExprKind::kFloat;
    literal.real = percent ? value / 100 : value;
    return literal;
  }
  if (percent) return Fail(LiteralError::kMalformed);

  // 1h30m: numbers and units in turn, units from large to small; a size is one number and one unit.
  Literal literal;
  literal.kind = ExprKind::kDuration;
  Wide sum = 0;
  std::int64_t previous = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = at;
    while (end < text.size() && (IsDigit(text[end]) || text[end] == '.' || text[end] == '_')) ++end;
    if (end == at) return Fail(LiteralError::kMalformed);
    const std::string_view amount = text.substr(at, end - at);
    std::size_t unit_end = end;
    while (unit_end < text.size() && IsLetter(text[unit_end])) ++unit_end;
    const std::string_view name = text.substr(end, unit_end - end);
    const Unit* unit = Find(kDurations, name);
    if (unit == nullptr) {
      const Unit* size = Find(kSizes, name);
      if (size == nullptr || at != 0 || unit_end != text.size()) {
        if (name.empty()) return Fail(LiteralError::kMalformed);
        return Fail(LiteralError::kUnknownUnit, ExprKind::kInt, name);
      }
      literal.kind = ExprKind::kSize;
      unit = size;
    }
    if (previous != 0 && unit->factor >= previous) return Fail(LiteralError::kMalformed);
    previous = unit->factor;
    const LiteralError error = Scale(amount, unit->factor, limit, sum);
    if (error != LiteralError::kNone) return Fail(error, literal.kind);
    at = unit_end;
  }
  literal.integer = static_cast<std::int64_t>(static_cast<std::uint64_t>(sum));
  return literal;
}

}  // namespace faultline::parse
