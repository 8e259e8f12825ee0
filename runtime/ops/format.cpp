// format(value, spec): a value as text with a width, digits or a unit.
//
//   [[fill]align][+][0][width][,][.digits][type]     align: < left, ^ middle, > right
//
// The spec is fmt's and Python's, so that nobody learns it here, with `,` and units added. It is read by hand
// and the pieces are handed to fmt one by one: a spec may come from a rule that was never run, and must not
// throw.
#include "runtime/ops/define.h"
#include "support/value/bytes.h"
#include "support/value/decimal.h"
#include "support/value/duration.h"
#include "support/value/print.h"
#include "support/value/time.h"
#include "support/value/utf8.h"

#include <fmt/format.h>

namespace faultline::runtime {
namespace {

constexpr int kMaxWidth = 1000;
constexpr int kMaxDigits = 30;

struct Spec {
  std::string_view fill = " ";
  char align = 0;  // 0: numbers right, others left
  bool plus = false;
  bool zero = false;
  bool commas = false;
  int width = 0;
  int digits = -1;  // -1: not written
  std::string_view type;
};

bool IsAlign(char c) {
  return c == '<' || c == '^' || c == '>';
}

bool Take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// -1: no digits; more than `most` counts as `most` + 1.
int TakeNumber(std::string_view& text, int most) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return -1;
  int value = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    value = std::min(most + 1, value * 10 + (text.front() - '0'));
    text.remove_prefix(1);
  }
  return value;
}

std::optional<Spec> ParseSpec(std::string_view text) {
  Spec spec;
  const std::size_t fill = CharacterLength(text);
  if (text.size() > fill && IsAlign(text[fill])) {
    spec.fill = text.substr(0, fill);
    spec.align = text[fill];
    text.remove_prefix(fill + 1);
  } else if (!text.empty() && IsAlign(text[0])) {
    spec.align = text[0];
    text.remove_prefix(1);
  }
  spec.plus = Take(text, '+');
  spec.zero = Take(text, '0');
  spec.width = std::max(0, TakeNumber(text, kMaxWidth));
  spec.commas = Take(text, ',');
  if (Take(text, '.')) {
    spec.digits = TakeNumber(text, kMaxDigits);
    if (spec.digits < 0) return std::nullopt;
  }
  if (spec.width > kMaxWidth || spec.digits > kMaxDigits) return std::nullopt;
  spec.type = text;
  return spec;
}

// 1234567.5 becomes 1,234,567.5.
std::string WithCommas(const std::string& number) {
  const std::size_t whole = std::min(number.find_first_not_of("0123456789"), number.size());
  std::string out;
  for (std::size_t i = 0; i < whole; ++i) {
    if (i > 0 && (whole - i) % 3 == 0) out += ',';
    out += number[i];
  }
  return out + number.substr(whole);
}

// Sign, zeros and blanks around the digits of a number.
std::string FinishNumber(const Spec& spec, bool negative, std::string digits, std::string_view unit) {
  if (spec.commas) digits = WithCommas(digits);
  const std::string_view sign = negative ? "-" : spec.plus ? "+" : "";
  const auto width = static_cast<std::size_t>(spec.width);
  const std::size_t used = sign.size() + digits.size() + unit.size();
  if (spec.zero && spec.align == 0 && used < width) digits.insert(0, width - used, '0');
  std::string out(sign);
  out += digits;
  out += unit;
  return out;
}

std::string Pad(const Spec& spec, std::string text, char default_align) {
  const std::size_t length = CountCharacters(text);
  const auto width = static_cast<std::size_t>(spec.width);
  if (length >= width) return text;
  const char align = spec.align != 0 ? spec.align : default_align;
  const std::size_t missing = width - length;
  const std::size_t left = align == '>' ? missing : align == '^' ? missing / 2 : 0;
  std::string out;
  for (std::size_t i = 0; i < left; ++i) out += spec.fill;
  out += text;
  for (std::size_t i = left; i < missing; ++i) out += spec.fill;
  return out;
}

// The digits of a number without its sign; nothing if the type is none for floats.
std::optional<std::string> FloatDigits(double magnitude, const Spec& spec) {
  if (spec.type.empty() || spec.type == "f") {
    if (spec.digits < 0) return spec.type.empty() ? FormatFloat(magnitude) : fmt::format("{:.6f}", magnitude);
    return fmt::format("{:.{}f}", magnitude, spec.digits);
  }
  if (spec.type == "e") return fmt::format("{:.{}e}", magnitude, spec.digits < 0 ? 6 : spec.digits);
  if (spec.type == "g") return fmt::format("{:.{}g}", magnitude, spec.digits < 0 ? 6 : spec.digits);
  return std::nullopt;
}

std::optional<std::string> FormatReal(double value, const Spec& spec) {
  const bool negative = value < 0;
  const double magnitude = negative ? -value : value;
  if (spec.type == "%") {
    return FinishNumber(spec, negative, fmt::format("{:.{}f}", magnitude * 100, std::max(0, spec.digits)),
                        "%");
  }
  std::optional<std::string> digits = FloatDigits(magnitude, spec);
  if (!digits) return std::nullopt;
  return FinishNumber(spec, negative, std::move(*digits), "");
}

std::optional<std::string> FormatInt(std::int64_t value, const Spec& spec) {
  const bool negative = value < 0;
  const auto bits = static_cast<std::uint64_t>(value);
  const std::uint64_t magnitude = negative ? std::uint64_t{0} - bits : bits;
  if (spec.digits < 0) {
    if (spec.type.empty() || spec.type == "d")
      return FinishNumber(spec, negative, fmt::format("{}", magnitude), "");
    if (spec.type == "x") return FinishNumber(spec, negative, fmt::format("{:x}", magnitude), "");
    if (spec.type == "X") return FinishNumber(spec, negative, fmt::format("{:X}", magnitude), "");
    if (spec.type == "o") return FinishNumber(spec, negative, fmt::format("{:o}", magnitude), "");
    if (spec.type == "b") return FinishNumber(spec, negative, fmt::format("{:b}", magnitude), "");
  }
  return FormatReal(static_cast<double>(value), spec);
}

// So many of a unit, which stands behind the number.
std::optional<std::string> FormatUnits(std::int64_t value, std::optional<std::int64_t> unit,
                                       const Spec& spec) {
  if (!unit) return std::nullopt;
  const double number = static_cast<double>(value) / static_cast<double>(*unit);
  const double magnitude = number < 0 ? -number : number;
  std::string digits =
      spec.digits < 0 ? FormatFloat(magnitude) : fmt::format("{:.{}f}", magnitude, spec.digits);
  return FinishNumber(spec, number < 0, std::move(digits), spec.type);
}

// Without a type or as `s`: the text of a report, cut to so many characters.
std::optional<std::string> FormatText(const Value& value, const Spec& spec) {
  if ((!spec.type.empty() && spec.type != "s") || spec.plus || spec.zero || spec.commas) return std::nullopt;
  std::string text = ToText(value);
  if (spec.digits >= 0) {
    std::size_t end = 0;
    for (int i = 0; i < spec.digits && end < text.size(); ++i)
      end += CharacterLength(std::string_view(text).substr(end));
    text.resize(end);
  }
  return text;
}

std::optional<std::string> Format(const Value& value, const Spec& spec) {
  switch (value.kind) {
    case ValueKind::kInt:
      return FormatInt(value.integer, spec);
    case ValueKind::kFloat:
      return FormatReal(value.real, spec);
    case ValueKind::kDuration:
      return spec.type.empty() ? FormatText(value, spec)
                               : FormatUnits(value.integer, DurationUnit(spec.type), spec);
    case ValueKind::kBytes:
      return spec.type.empty() ? FormatText(value, spec)
                               : FormatUnits(value.integer, BytesUnit(spec.type), spec);
    case ValueKind::kMissing:
    case ValueKind::kBool:
    case ValueKind::kText:
    case ValueKind::kTime:
    case ValueKind::kSemver:
    case ValueKind::kGoVersion:
    case ValueKind::kIp:
    case ValueKind::kNetwork:
    case ValueKind::kUuid:
    case ValueKind::kLevel:
    case ValueKind::kList:
    case ValueKind::kRecord:
    case ValueKind::kMap:
      return FormatText(value, spec);
  }
  return std::nullopt;
}

bool IsNumber(ValueKind kind) {
  return kind == ValueKind::kInt || kind == ValueKind::kFloat || kind == ValueKind::kDuration ||
         kind == ValueKind::kBytes;
}

}  // namespace

FAULTLINE_OP(format_value) {
  const std::string_view text = args[1].AsText();
  *out = Value::Missing();
  if (args[0].kind == ValueKind::kTime && text.find('%') != std::string_view::npos) {
    const std::optional<std::string> time = FormatTimeBy(args[0].integer, text);
    if (time) *out = NewText(context, *time);
    return;
  }
  const std::optional<Spec> spec = ParseSpec(text);
  if (!spec) return;
  std::optional<std::string> formatted = Format(args[0], *spec);
  if (!formatted) return;
  *out = NewText(context, Pad(*spec, std::move(*formatted), IsNumber(args[0].kind) ? '>' : '<'));
}

}  // namespace faultline::runtime
