// Conversions from text, and of lists of texts.
#include "runtime/ops/read.h"

#include "runtime/ops/define.h"
#include "runtime/ops/search.h"
#include "support/value/bytes.h"
#include "support/value/decimal.h"
#include "support/value/duration.h"
#include "support/value/ip.h"
#include "support/value/time.h"
#include "support/value/uuid.h"
#include "support/value/version.h"

namespace faultline::runtime {
namespace {

// Bytes of a fixed size in the arena.
template <typename Bytes>
Value NewBytes(EvalContext* context, ValueKind kind, const std::optional<Bytes>& bytes) {
  if (!bytes) return Value::Missing();
  return Value::Textual(kind, context->arena->Copy({bytes->data(), bytes->size()}));
}

// Each text of the list; an item that is missing or does not fit is missing.
template <typename Read>
Value ReadList(EvalContext* context, const Value& list, Read read) {
  if (list.size > kMaxResultItems) return Value::Missing();
  Value* items = context->arena->AllocateValues(list.size);
  for (std::size_t i = 0; i < list.size; ++i) {
    if (list.items[i].kind == ValueKind::kText) items[i] = read(context, list.items[i].AsText());
  }
  return Value::Items(ValueKind::kList, items, list.size);
}

}  // namespace

Value ReadInt(EvalContext* /*context*/, std::string_view text) {
  return OptionalInteger(ValueKind::kInt, ParseInt(text));
}

Value ReadFloat(EvalContext* /*context*/, std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  const std::optional<double> value = ParseFloat(text);
  if (!value) return Value::Missing();
  return Value::Float(percent ? *value / 100 : *value);
}

Value ReadBool(EvalContext* /*context*/, std::string_view text) {
  for (const std::string_view word : {"true", "yes", "on", "1"}) {
    if (EqualNocase(text, word)) return Value::Bool(true);
  }
  for (const std::string_view word : {"false", "no", "off", "0"}) {
    if (EqualNocase(text, word)) return Value::Bool(false);
  }
  return Value::Missing();
}

Value ReadDuration(EvalContext* /*context*/, std::string_view text) {
  return OptionalInteger(ValueKind::kDuration, ParseDuration(text));
}

Value ReadBytes(EvalContext* /*context*/, std::string_view text) {
  return OptionalInteger(ValueKind::kBytes, ParseBytes(text));
}

Value ReadTime(EvalContext* context, std::string_view text) {
  return OptionalInteger(ValueKind::kTime, ParseTime(text, {context->now, context->zone_offset}));
}

Value ReadSemver(EvalContext* /*context*/, std::string_view text) {
  return ParseSemver(text) ? Value::Textual(ValueKind::kSemver, text) : Value::Missing();
}

Value ReadGoVersion(EvalContext* /*context*/, std::string_view text) {
  return ParseGoVersion(text) ? Value::Textual(ValueKind::kGoVersion, text) : Value::Missing();
}

Value ReadIp(EvalContext* context, std::string_view text) {
  return NewBytes(context, ValueKind::kIp, ParseIp(text));
}

Value ReadNetwork(EvalContext* context, std::string_view text) {
  return NewBytes(context, ValueKind::kNetwork, ParseNetwork(text));
}

Value ReadUuid(EvalContext* context, std::string_view text) {
  return NewBytes(context, ValueKind::kUuid, ParseUuid(text));
}

Value ReadLevel(EvalContext* /*context*/, std::string_view text) {
  const std::optional<lang::Level> level = lang::LevelByName(text);
  return level ? Value::Integer(ValueKind::kLevel, static_cast<std::int64_t>(*level)) : Value::Missing();
}

FAULTLINE_OP(to_int) {
  *out = ReadInt(context, args[0].AsText());
}
FAULTLINE_OP(to_float) {
  *out = ReadFloat(context, args[0].AsText());
}
FAULTLINE_OP(to_bool) {
  *out = ReadBool(context, args[0].AsText());
}
FAULTLINE_OP(to_duration) {
  *out = ReadDuration(context, args[0].AsText());
}
FAULTLINE_OP(to_bytes) {
  *out = ReadBytes(context, args[0].AsText());
}
FAULTLINE_OP(to_time) {
  *out = ReadTime(context, args[0].AsText());
}
FAULTLINE_OP(to_semver) {
  *out = ReadSemver(context, args[0].AsText());
}
FAULTLINE_OP(to_goversion) {
  *out = ReadGoVersion(context, args[0].AsText());
}
FAULTLINE_OP(to_ip) {
  *out = ReadIp(context, args[0].AsText());
}
FAULTLINE_OP(to_network) {
  *out = ReadNetwork(context, args[0].AsText());
}
FAULTLINE_OP(to_uuid) {
  *out = ReadUuid(context, args[0].AsText());
}
FAULTLINE_OP(to_level) {
  *out = ReadLevel(context, args[0].AsText());
}
FAULTLINE_OP(hex_to_int) {
  *out = OptionalInteger(ValueKind::kInt, ParseHex(args[0].AsText()));
}

// The unit decides what it is. A duration's unit is never a size's.
FAULTLINE_OP(to_quantity) {
  const std::string_view text = args[0].AsText();
  for (const auto read : {ReadInt, ReadFloat, ReadDuration, ReadBytes}) {
    *out = read(context, text);
    if (!out->is_missing()) return;
  }
}

FAULTLINE_OP(list_to_int) {
  *out = ReadList(context, args[0], ReadInt);
}
FAULTLINE_OP(list_to_float) {
  *out = ReadList(context, args[0], ReadFloat);
}
FAULTLINE_OP(list_to_duration) {
  *out = ReadList(context, args[0], ReadDuration);
}
FAULTLINE_OP(list_to_bytes) {
  *out = ReadList(context, args[0], ReadBytes);
}
FAULTLINE_OP(list_to_semver) {
  *out = ReadList(context, args[0], ReadSemver);
}
FAULTLINE_OP(list_to_goversion) {
  *out = ReadList(context, args[0], ReadGoVersion);
}
FAULTLINE_OP(list_to_ip) {
  *out = ReadList(context, args[0], ReadIp);
}
FAULTLINE_OP(list_to_network) {
  *out = ReadList(context, args[0], ReadNetwork);
}

}  // namespace faultline::runtime
