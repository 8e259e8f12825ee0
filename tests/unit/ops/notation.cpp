// The reader of the tests' notation: a descent over literals.
#include "tests/unit/ops/notation.h"

#include "runtime/ops/quote.h"
#include "support/lang/lang.h"
#include "support/value/bytes.h"
#include "support/value/decimal.h"
#include "support/value/duration.h"
#include "support/value/ip.h"
#include "support/value/time.h"
#include "support/value/uuid.h"

#include <limits>
#include <string>
#include <vector>

namespace faultline::test {
namespace {

using lang::Type;
using lang::TypeKind;

void SkipBlanks(std::string_view& text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
}

bool Take(std::string_view& text, char c) {
  SkipBlanks(text);
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::string_view TakeWord(std::string_view& text) {
  SkipBlanks(text);
  std::size_t end = 0;
  while (end < text.size() && std::string_view(" ,]}").find(text[end]) == std::string_view::npos) ++end;
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

std::optional<Value> Integer(ValueKind kind, std::optional<std::int64_t> value) {
  if (!value) return std::nullopt;
  return Value::Integer(kind, *value);
}

std::optional<Value> WordAs(std::string_view word, TypeKind kind, Arena& arena) {
  const bool limit = word == "min" || word == "max";
  const std::int64_t limit_value =
      word == "min" ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
  switch (kind) {
    case TypeKind::kBool:
      if (word != "true" && word != "false") return std::nullopt;
      return Value::Bool(word == "true");
    case TypeKind::kInt:
      return limit ? Value::Int(limit_value) : Integer(ValueKind::kInt, ParseInt(word));
    case TypeKind::kFloat: {
      const std::optional<double> value = ParseFloat(word);
      if (!value) return std::nullopt;
      return Value::Float(*value);
    }
    case TypeKind::kDuration:
      return Integer(ValueKind::kDuration, limit ? limit_value : ParseDuration(word));
    case TypeKind::kBytes:
      return Integer(ValueKind::kBytes, limit ? limit_value : ParseBytes(word));
    case TypeKind::kTime:
      return Integer(ValueKind::kTime, limit ? limit_value : ParseTime(word, {}));
    case TypeKind::kLevel: {
      const std::optional<lang::Level> level = lang::LevelByName(word);
      if (!level) return std::nullopt;
      return Value::Integer(ValueKind::kLevel, static_cast<std::int64_t>(*level));
    }
    case TypeKind::kSemver:
      return Value::Textual(ValueKind::kSemver, arena.Copy(word));
    case TypeKind::kGoVersion:
      return Value::Textual(ValueKind::kGoVersion, arena.Copy(word));
    case TypeKind::kIp: {
      const auto bytes = ParseIp(word);
      if (!bytes) return std::nullopt;
      return Value::Textual(ValueKind::kIp, arena.Copy({bytes->data(), bytes->size()}));
    }
    case TypeKind::kNetwork: {
      const auto bytes = ParseNetwork(word);
      if (!bytes) return std::nullopt;
      return Value::Textual(ValueKind::kNetwork, arena.Copy({bytes->data(), bytes->size()}));
    }
    case TypeKind::kUuid: {
      const auto bytes = ParseUuid(word);
      if (!bytes) return std::nullopt;
      return Value::Textual(ValueKind::kUuid, arena.Copy({bytes->data(), bytes->size()}));
    }
    case TypeKind::kAny: {
      if (const std::size_t colon = word.find(':'); colon != std::string_view::npos) {
        const std::optional<Type> type = Type::Parse(word.substr(0, colon));
        if (!type) return std::nullopt;
        return WordAs(word.substr(colon + 1), type->kind(), arena);
      }
      if (auto value = WordAs(word, TypeKind::kBool, arena)) return value;
      if (auto value = WordAs(word, TypeKind::kInt, arena)) return value;
      return WordAs(word, TypeKind::kFloat, arena);
    }
    case TypeKind::kText:
    case TypeKind::kError:
    case TypeKind::kList:
    case TypeKind::kRecord:
    case TypeKind::kMap:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Value> TakeValue(std::string_view& text, const Type& type, Arena& arena) {
  SkipBlanks(text);
  const bool any = type.kind() == TypeKind::kAny;
  if (text.starts_with('?')) {
    text.remove_prefix(1);
    return Value::Missing();
  }
  if (const std::size_t quoted = runtime::QuotedLength(text); quoted > 0) {
    if (!any && type.kind() != TypeKind::kText) return std::nullopt;
    const std::string inside = runtime::ResolveEscapes(text.substr(1, quoted - 2));
    text.remove_prefix(quoted);
    return Value::Text(arena.Copy(inside));
  }
  if ((any || type.kind() == TypeKind::kList) && Take(text, '[')) {
    const Type element = any ? Type(TypeKind::kAny) : type.element();
    std::vector<Value> items;
    while (!Take(text, ']')) {
      const std::optional<Value> item = TakeValue(text, element, arena);
      if (!item) return std::nullopt;
      items.push_back(*item);
      Take(text, ',');
    }
    Value* copy = arena.AllocateValues(items.size());
    std::copy(items.begin(), items.end(), copy);
    return Value::Items(ValueKind::kList, copy, static_cast<std::uint32_t>(items.size()));
  }
  if ((any || type.kind() == TypeKind::kMap) && Take(text, '{')) {
    std::vector<Value> items;
    while (!Take(text, '}')) {
      const std::optional<Value> key = TakeValue(text, Type(TypeKind::kText), arena);
      if (!key || !Take(text, ':')) return std::nullopt;
      const std::optional<Value> value = TakeValue(text, Type(TypeKind::kAny), arena);
      if (!value) return std::nullopt;
      items.push_back(*key);
      items.push_back(*value);
      Take(text, ',');
    }
    Value* copy = arena.AllocateValues(items.size());
    std::copy(items.begin(), items.end(), copy);
    return Value::Items(ValueKind::kMap, copy, static_cast<std::uint32_t>(items.size() / 2));
  }
  return WordAs(TakeWord(text), type.kind(), arena);
}

Type TypeOf(const Value& value) {
  switch (value.kind) {
    case ValueKind::kMissing:
      return TypeKind::kError;
    case ValueKind::kBool:
      return TypeKind::kBool;
    case ValueKind::kInt:
      return TypeKind::kInt;
    case ValueKind::kFloat:
      return TypeKind::kFloat;
    case ValueKind::kText:
      return TypeKind::kText;
    case ValueKind::kDuration:
      return TypeKind::kDuration;
    case ValueKind::kBytes:
      return TypeKind::kBytes;
    case ValueKind::kTime:
      return TypeKind::kTime;
    case ValueKind::kSemver:
      return TypeKind::kSemver;
    case ValueKind::kGoVersion:
      return TypeKind::kGoVersion;
    case ValueKind::kIp:
      return TypeKind::kIp;
    case ValueKind::kNetwork:
      return TypeKind::kNetwork;
    case ValueKind::kUuid:
      return TypeKind::kUuid;
    case ValueKind::kLevel:
      return TypeKind::kLevel;
    case ValueKind::kList:
      return Type::List(TypeKind::kAny);
    case ValueKind::kRecord:
      return Type::Record({});
    case ValueKind::kMap:
      return TypeKind::kMap;
  }
  return TypeKind::kError;
}

bool Fits(const Value& value, const Type& type) {
  if (value.is_missing() || type.kind() == TypeKind::kAny || type.is_error()) return true;
  if (type.kind() != TypeOf(value).kind()) return false;
  if (type.kind() != TypeKind::kList) return true;
  for (std::uint32_t i = 0; i < value.size; ++i) {
    if (!Fits(value.items[i], type.element())) return false;
  }
  return true;
}

}  // namespace faultline::test
