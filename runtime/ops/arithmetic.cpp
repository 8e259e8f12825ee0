// Arithmetic. What does not fit into 64 bits, a division by zero and a float that is no finite number are
// missing.
//
// Durations, sizes and times are whole numbers with a unit and share the integer operations; only the kind of
// the result differs. Float results go through Value::Float, which turns NaN and infinities into missing.
#include "runtime/ops/define.h"
#include "support/value/duration.h"

#include <cmath>
#include <limits>

namespace faultline::runtime {
namespace {

constexpr std::int64_t kSmallest = std::numeric_limits<std::int64_t>::min();
constexpr double kTwo63 = 9223372036854775808.0;

Value Add(ValueKind kind, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_add_overflow(a, b, &result) ? Value::Missing() : Value::Integer(kind, result);
}
Value Subtract(ValueKind kind, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_sub_overflow(a, b, &result) ? Value::Missing() : Value::Integer(kind, result);
}
Value Multiply(ValueKind kind, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_mul_overflow(a, b, &result) ? Value::Missing() : Value::Integer(kind, result);
}
Value Quotient(ValueKind kind, std::int64_t a, std::int64_t b) {
  if (b == 0 || (a == kSmallest && b == -1)) return Value::Missing();
  return Value::Integer(kind, a / b);
}
Value Remainder(ValueKind kind, std::int64_t a, std::int64_t b) {
  if (b == 0) return Value::Missing();
  return Value::Integer(kind, b == -1 ? 0 : a % b);  // kSmallest % -1 traps
}
Value Negate(ValueKind kind, std::int64_t a) {
  return Subtract(kind, 0, a);
}
Value Absolute(ValueKind kind, std::int64_t a) {
  return a < 0 ? Negate(kind, a) : Value::Integer(kind, a);
}

// Nearest whole number, halves away from zero.
Value Whole(ValueKind kind, double value) {
  const double rounded = std::round(value);
  if (!(rounded >= -kTwo63 && rounded < kTwo63)) return Value::Missing();
  return Value::Integer(kind, static_cast<std::int64_t>(rounded));
}

double Real(const Value& integer) {
  return static_cast<double>(integer.integer);
}

Value Ratio(double a, double b) {
  return b == 0 ? Value::Missing() : Value::Float(a / b);
}

// a to the nearest multiple of `step`, halves away from zero.
Value RoundTo(ValueKind kind, std::int64_t a, std::int64_t step) {
  if (step <= 0) return Value::Missing();
  const std::int64_t rest = a % step;
  const std::int64_t magnitude =
      rest < 0 ? -rest : rest;  // below step, so the difference below does not overflow
  const std::int64_t base = a - rest;
  if (magnitude < step - magnitude) return Value::Integer(kind, base);
  return rest < 0 ? Subtract(kind, base, step) : Add(kind, base, step);
}

}  // namespace

FAULTLINE_OP(add_int) {
  *out = Add(ValueKind::kInt, args[0].integer, args[1].integer);
}
FAULTLINE_OP(add_float) {
  *out = Value::Float(args[0].real + args[1].real);
}
FAULTLINE_OP(add_duration) {
  *out = Add(ValueKind::kDuration, args[0].integer, args[1].integer);
}
FAULTLINE_OP(add_bytes) {
  *out = Add(ValueKind::kBytes, args[0].integer, args[1].integer);
}
FAULTLINE_OP(add_time_duration) {
  *out = Add(ValueKind::kTime, args[0].integer, args[1].integer);
}
FAULTLINE_OP(add_duration_time) {
  *out = Add(ValueKind::kTime, args[0].integer, args[1].integer);
}

FAULTLINE_OP(sub_int) {
  *out = Subtract(ValueKind::kInt, args[0].integer, args[1].integer);
}
FAULTLINE_OP(sub_float) {
  *out = Value::Float(args[0].real - args[1].real);
}
FAULTLINE_OP(sub_duration) {
  *out = Subtract(ValueKind::kDuration, args[0].integer, args[1].integer);
}
FAULTLINE_OP(sub_bytes) {
  *out = Subtract(ValueKind::kBytes, args[0].integer, args[1].integer);
}
FAULTLINE_OP(sub_time) {
  *out = Subtract(ValueKind::kDuration, args[0].integer, args[1].integer);
}
FAULTLINE_OP(sub_time_duration) {
  *out = Subtract(ValueKind::kTime, args[0].integer, args[1].integer);
}

FAULTLINE_OP(mul_int) {
  *out = Multiply(ValueKind::kInt, args[0].integer, args[1].integer);
}
FAULTLINE_OP(mul_float) {
  *out = Value::Float(args[0].real * args[1].real);
}
FAULTLINE_OP(mul_duration_int) {
  *out = Multiply(ValueKind::kDuration, args[0].integer, args[1].integer);
}
FAULTLINE_OP(mul_int_duration) {
  *out = Multiply(ValueKind::kDuration, args[0].integer, args[1].integer);
}
FAULTLINE_OP(mul_duration_float) {
  *out = Whole(ValueKind::kDuration, Real(args[0]) * args[1].real);
}
FAULTLINE_OP(mul_float_duration) {
  *out = Whole(ValueKind::kDuration, args[0].real * Real(args[1]));
}
FAULTLINE_OP(mul_bytes_int) {
  *out = Multiply(ValueKind::kBytes, args[0].integer, args[1].integer);
}
FAULTLINE_OP(mul_int_bytes) {
  *out = Multiply(ValueKind::kBytes, args[0].integer, args[1].integer);
}
FAULTLINE_OP(mul_bytes_float) {
  *out = Whole(ValueKind::kBytes, Real(args[0]) * args[1].real);
}
FAULTLINE_OP(mul_float_bytes) {
  *out = Whole(ValueKind::kBytes, args[0].real * Real(args[1]));
}

FAULTLINE_OP(div_int) {
  *out = Ratio(Real(args[0]), Real(args[1]));
}
FAULTLINE_OP(div_float) {
  *out = Ratio(args[0].real, args[1].real);
}
FAULTLINE_OP(div_duration) {
  *out = Ratio(Real(args[0]), Real(args[1]));
}
FAULTLINE_OP(div_bytes) {
  *out = Ratio(Real(args[0]), Real(args[1]));
}
FAULTLINE_OP(div_duration_int) {
  *out = Quotient(ValueKind::kDuration, args[0].integer, args[1].integer);
}
FAULTLINE_OP(div_duration_float) {
  *out = args[1].real == 0 ? Value::Missing() : Whole(ValueKind::kDuration, Real(args[0]) / args[1].real);
}
FAULTLINE_OP(div_bytes_int) {
  *out = Quotient(ValueKind::kBytes, args[0].integer, args[1].integer);
}
FAULTLINE_OP(div_bytes_float) {
  *out = args[1].real == 0 ? Value::Missing() : Whole(ValueKind::kBytes, Real(args[0]) / args[1].real);
}
FAULTLINE_OP(div_bytes_duration) {
  *out = Ratio(Real(args[0]), Real(args[1]) / static_cast<double>(kSecond));
}
FAULTLINE_OP(div_float_duration) {
  *out = Ratio(args[0].real, Real(args[1]) / static_cast<double>(kSecond));
}

FAULTLINE_OP(mod_int) {
  *out = Remainder(ValueKind::kInt, args[0].integer, args[1].integer);
}
FAULTLINE_OP(mod_float) {
  *out = args[1].real == 0 ? Value::Missing() : Value::Float(std::fmod(args[0].real, args[1].real));
}
FAULTLINE_OP(mod_duration) {
  *out = Remainder(ValueKind::kDuration, args[0].integer, args[1].integer);
}
FAULTLINE_OP(mod_bytes) {
  *out = Remainder(ValueKind::kBytes, args[0].integer, args[1].integer);
}

FAULTLINE_OP(neg_int) {
  *out = Negate(ValueKind::kInt, args[0].integer);
}
FAULTLINE_OP(neg_float) {
  *out = Value::Float(-args[0].real);
}
FAULTLINE_OP(neg_duration) {
  *out = Negate(ValueKind::kDuration, args[0].integer);
}
FAULTLINE_OP(neg_bytes) {
  *out = Negate(ValueKind::kBytes, args[0].integer);
}

FAULTLINE_OP(quotient_int) {
  *out = Quotient(ValueKind::kInt, args[0].integer, args[1].integer);
}
FAULTLINE_OP(quotient_duration) {
  *out = Quotient(ValueKind::kInt, args[0].integer, args[1].integer);
}
FAULTLINE_OP(quotient_bytes) {
  *out = Quotient(ValueKind::kInt, args[0].integer, args[1].integer);
}

FAULTLINE_OP(abs_int) {
  *out = Absolute(ValueKind::kInt, args[0].integer);
}
FAULTLINE_OP(abs_float) {
  *out = Value::Float(std::fabs(args[0].real));
}
FAULTLINE_OP(abs_duration) {
  *out = Absolute(ValueKind::kDuration, args[0].integer);
}
FAULTLINE_OP(abs_bytes) {
  *out = Absolute(ValueKind::kBytes, args[0].integer);
}

FAULTLINE_OP(round_float) {
  *out = Whole(ValueKind::kInt, args[0].real);
}
FAULTLINE_OP(round_digits) {
  if (args[1].integer < 0 || args[1].integer > 15) {
    *out = Value::Missing();
    return;
  }
  double scale = 1;
  for (std::int64_t i = 0; i < args[1].integer; ++i) scale *= 10;
  const double scaled = args[0].real * scale;
  // A number that large has no digits behind the point to round.
  *out = std::isfinite(scaled) ? Value::Float(std::round(scaled) / scale) : args[0];
}
FAULTLINE_OP(round_duration) {
  *out = RoundTo(ValueKind::kDuration, args[0].integer, args[1].integer);
}
FAULTLINE_OP(round_bytes) {
  *out = RoundTo(ValueKind::kBytes, args[0].integer, args[1].integer);
}
FAULTLINE_OP(round_time) {
  *out = RoundTo(ValueKind::kTime, args[0].integer, args[1].integer);
}
FAULTLINE_OP(floor_float) {
  *out = Whole(ValueKind::kInt, std::floor(args[0].real));
}
FAULTLINE_OP(floor_time) {
  const std::int64_t step = args[1].integer;
  if (step <= 0) {
    *out = Value::Missing();
    return;
  }
  const std::int64_t rest = args[0].integer % step;
  *out = Subtract(ValueKind::kTime, args[0].integer - rest, rest < 0 ? step : 0);
}
FAULTLINE_OP(ceil_float) {
  *out = Whole(ValueKind::kInt, std::ceil(args[0].real));
}
FAULTLINE_OP(sqrt_float) {
  *out = args[0].real < 0 ? Value::Missing() : Value::Float(std::sqrt(args[0].real));
}
FAULTLINE_OP(seconds_duration) {
  *out = Value::Float(Real(args[0]) / static_cast<double>(kSecond));
}

}  // namespace faultline::runtime
