// Conversions between types, from bare numbers with a unit that the rule names, and out of `any`.
//
// Numbers of JSON arrive as int or float. A float is scaled by its shortest decimal text, which is what stood
// in the log for up to 17 digits: 0.3 seconds are 300000000 ns, not the 299999999 of the nearest double.
#include "runtime/ops/define.h"
#include "runtime/ops/read.h"
#include "support/value/bytes.h"
#include "support/value/decimal.h"
#include "support/value/duration.h"
#include "support/value/print.h"
#include "support/value/time.h"

#include <cmath>

namespace faultline::runtime {
namespace {

constexpr double kTwo63 = 9223372036854775808.0;

Value ToText(EvalContext* context, const Value& value) {
  switch (value.kind) {
    case ValueKind::kText:
    case ValueKind::kSemver:
    case ValueKind::kGoVersion:
    case ValueKind::kUuid:
      return Value::Text(value.AsText());
    case ValueKind::kMissing:
    case ValueKind::kBool:
    case ValueKind::kInt:
    case ValueKind::kFloat:
    case ValueKind::kDuration:
    case ValueKind::kBytes:
    case ValueKind::kTime:
    case ValueKind::kIp:
    case ValueKind::kNetwork:
    case ValueKind::kLevel:
    case ValueKind::kList:
    case ValueKind::kRecord:
    case ValueKind::kMap:
      return NewText(context, faultline::ToText(value));
  }
  return Value::Missing();
}

Value Truncate(double value) {
  const double whole = std::trunc(value);
  if (!(whole >= -kTwo63 && whole < kTwo63)) return Value::Missing();
  return Value::Int(static_cast<std::int64_t>(whole));
}

// A number as decimal text: what ScaleDecimal takes. Empty for other kinds.
std::string NumberText(const Value& value) {
  if (value.kind == ValueKind::kInt) return std::to_string(value.integer);
  if (value.kind == ValueKind::kFloat) return FormatFloat(value.real);
  if (value.kind == ValueKind::kText) return std::string(value.AsText());
  return {};
}

Value Scale(ValueKind kind, const Value& number, std::optional<std::int64_t> unit) {
  if (!unit) return Value::Missing();
  return OptionalInteger(kind, ScaleDecimal(NumberText(number), *unit));
}

// As Scale; a value that has its unit already is kept.
Value ScaleAny(ValueKind kind, const Value& value, std::optional<std::int64_t> unit) {
  return value.kind == kind ? value : Scale(kind, value, unit);
}

Value TimeOfNumber(EvalContext* context, const Value& number) {
  return ReadTime(context, NumberText(number));
}

// The value if it is of the kind, its text read if it is text.
template <typename Read>
Value KeepOrRead(EvalContext* context, const Value& value, ValueKind kind, Read read) {
  if (value.kind == kind) return value;
  return value.kind == ValueKind::kText ? read(context, value.AsText()) : Value::Missing();
}

Value Keep(const Value& value, ValueKind kind) {
  return value.kind == kind ? value : Value::Missing();
}

// A bare 0 has every unit.
Value KeepOrZero(const Value& value, ValueKind kind) {
  if (value.kind == kind) return value;
  const bool zero = (value.kind == ValueKind::kInt && value.integer == 0) ||
                    (value.kind == ValueKind::kFloat && value.real == 0);
  return zero ? Value::Integer(kind, 0) : Value::Missing();
}

}  // namespace

FAULTLINE_OP(to_text) {
  *out = ToText(context, args[0]);
}
FAULTLINE_OP(list_to_text) {
  if (args[0].size > kMaxResultItems) {
    *out = Value::Missing();
    return;
  }
  Value* items = context->arena->AllocateValues(args[0].size);
  for (std::size_t i = 0; i < args[0].size; ++i) {
    if (!args[0].items[i].is_missing()) items[i] = ToText(context, args[0].items[i]);
  }
  *out = Value::Items(ValueKind::kList, items, args[0].size);
}
FAULTLINE_OP(list_int_to_float) {
  if (args[0].size > kMaxResultItems) {
    *out = Value::Missing();
    return;
  }
  Value* items = context->arena->AllocateValues(args[0].size);
  for (std::size_t i = 0; i < args[0].size; ++i) {
    const Value& item = args[0].items[i];
    if (!item.is_missing()) items[i] = Value::Float(static_cast<double>(item.integer));
  }
  *out = Value::Items(ValueKind::kList, items, args[0].size);
}

FAULTLINE_OP(float_to_int) {
  *out = Truncate(args[0].real);
}
FAULTLINE_OP(bool_to_int) {
  *out = Value::Int(args[0].is_true() ? 1 : 0);
}
FAULTLINE_OP(bytes_to_int) {
  *out = Value::Int(args[0].integer);
}
FAULTLINE_OP(int_to_float) {
  *out = Value::Float(static_cast<double>(args[0].integer));
}
FAULTLINE_OP(int_to_bytes) {
  *out = Value::Integer(ValueKind::kBytes, args[0].integer);
}
FAULTLINE_OP(int_to_level) {
  const std::optional<lang::Level> level = lang::LevelByNumber(args[0].integer);
  *out = level ? Value::Integer(ValueKind::kLevel, static_cast<std::int64_t>(*level)) : Value::Missing();
}
FAULTLINE_OP(to_any) {
  *out = args[0];
}

FAULTLINE_OP(to_duration_unit) {
  *out = Scale(ValueKind::kDuration, args[0], DurationUnit(args[1].AsText()));
}
FAULTLINE_OP(int_to_duration_unit) {
  *out = Scale(ValueKind::kDuration, args[0], DurationUnit(args[1].AsText()));
}
FAULTLINE_OP(float_to_duration_unit) {
  *out = Scale(ValueKind::kDuration, args[0], DurationUnit(args[1].AsText()));
}
FAULTLINE_OP(any_to_duration_unit) {
  *out = ScaleAny(ValueKind::kDuration, args[0], DurationUnit(args[1].AsText()));
}
FAULTLINE_OP(to_bytes_unit) {
  *out = Scale(ValueKind::kBytes, args[0], BytesUnit(args[1].AsText()));
}
FAULTLINE_OP(int_to_bytes_unit) {
  *out = Scale(ValueKind::kBytes, args[0], BytesUnit(args[1].AsText()));
}
FAULTLINE_OP(float_to_bytes_unit) {
  *out = Scale(ValueKind::kBytes, args[0], BytesUnit(args[1].AsText()));
}
FAULTLINE_OP(any_to_bytes_unit) {
  *out = ScaleAny(ValueKind::kBytes, args[0], BytesUnit(args[1].AsText()));
}
FAULTLINE_OP(to_time_unit) {
  *out = Scale(ValueKind::kTime, args[0], DurationUnit(args[1].AsText()));
}
FAULTLINE_OP(int_to_time_unit) {
  *out = Scale(ValueKind::kTime, args[0], DurationUnit(args[1].AsText()));
}
FAULTLINE_OP(float_to_time_unit) {
  *out = Scale(ValueKind::kTime, args[0], DurationUnit(args[1].AsText()));
}
FAULTLINE_OP(any_to_time_unit) {
  *out = ScaleAny(ValueKind::kTime, args[0], DurationUnit(args[1].AsText()));
}
FAULTLINE_OP(int_to_time) {
  *out = TimeOfNumber(context, args[0]);
}
FAULTLINE_OP(float_to_time) {
  *out = TimeOfNumber(context, args[0]);
}

FAULTLINE_OP(any_to_int) {
  *out = args[0].kind == ValueKind::kFloat ? Truncate(args[0].real)
                                           : KeepOrRead(context, args[0], ValueKind::kInt, ReadInt);
}
FAULTLINE_OP(any_to_float) {
  *out = args[0].kind == ValueKind::kInt ? Value::Float(static_cast<double>(args[0].integer))
                                         : KeepOrRead(context, args[0], ValueKind::kFloat, ReadFloat);
}
FAULTLINE_OP(any_to_bool) {
  *out = KeepOrRead(context, args[0], ValueKind::kBool, ReadBool);
}
FAULTLINE_OP(any_to_duration) {
  *out = args[0].kind == ValueKind::kText ? ReadDuration(context, args[0].AsText())
                                          : KeepOrZero(args[0], ValueKind::kDuration);
}
FAULTLINE_OP(any_to_bytes) {
  *out = args[0].kind == ValueKind::kInt ? Value::Integer(ValueKind::kBytes, args[0].integer)
                                         : KeepOrRead(context, args[0], ValueKind::kBytes, ReadBytes);
}
FAULTLINE_OP(any_to_time) {
  const bool number = args[0].kind == ValueKind::kInt || args[0].kind == ValueKind::kFloat;
  *out = number ? TimeOfNumber(context, args[0]) : KeepOrRead(context, args[0], ValueKind::kTime, ReadTime);
}
FAULTLINE_OP(any_to_semver) {
  *out = KeepOrRead(context, args[0], ValueKind::kSemver, ReadSemver);
}
FAULTLINE_OP(any_to_goversion) {
  *out = KeepOrRead(context, args[0], ValueKind::kGoVersion, ReadGoVersion);
}
FAULTLINE_OP(any_to_ip) {
  *out = KeepOrRead(context, args[0], ValueKind::kIp, ReadIp);
}
FAULTLINE_OP(any_to_network) {
  *out = KeepOrRead(context, args[0], ValueKind::kNetwork, ReadNetwork);
}
FAULTLINE_OP(any_to_uuid) {
  *out = KeepOrRead(context, args[0], ValueKind::kUuid, ReadUuid);
}
FAULTLINE_OP(any_to_level) {
  if (args[0].kind == ValueKind::kInt) {
    faultline_op_int_to_level(context, out, args);
  } else {
    *out = KeepOrRead(context, args[0], ValueKind::kLevel, ReadLevel);
  }
}

FAULTLINE_OP(as_bool) {
  *out = Keep(args[0], ValueKind::kBool);
}
FAULTLINE_OP(as_int) {
  *out = Keep(args[0], ValueKind::kInt);
}
FAULTLINE_OP(as_float) {
  *out = args[0].kind == ValueKind::kInt ? Value::Float(static_cast<double>(args[0].integer))
                                         : Keep(args[0], ValueKind::kFloat);
}
FAULTLINE_OP(as_text) {
  *out = Keep(args[0], ValueKind::kText);
}
FAULTLINE_OP(as_duration) {
  *out = KeepOrZero(args[0], ValueKind::kDuration);
}
FAULTLINE_OP(as_bytes) {
  *out = KeepOrZero(args[0], ValueKind::kBytes);
}
FAULTLINE_OP(as_time) {
  *out = Keep(args[0], ValueKind::kTime);
}
FAULTLINE_OP(as_level) {
  *out = Keep(args[0], ValueKind::kLevel);
}
FAULTLINE_OP(as_list) {
  *out = Keep(args[0], ValueKind::kList);
}
FAULTLINE_OP(as_map) {
  *out = Keep(args[0], ValueKind::kMap);
}

}  // namespace faultline::runtime
