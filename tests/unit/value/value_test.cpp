// Values themselves: memory, comparison, hashes, printing, JSON.
#include "support/value/ip.h"
#include "support/value/json.h"
#include "support/value/print.h"
#include "support/value/utf8.h"
#include "support/value/value_compare.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace faultline {
namespace {

TEST_CASE("the arena aligns, grows and starts anew") {
  Arena arena;
  char* first = arena.Allocate(1, 1);
  CHECK(reinterpret_cast<std::uintptr_t>(arena.Allocate(16, 16)) % 16 == 0);
  CHECK(reinterpret_cast<std::uintptr_t>(arena.AllocateValues(3)) % alignof(Value) == 0);
  for (int i = 0; i < 1000; ++i) *arena.Allocate(5000, 8) = 'x';
  *arena.Allocate(3'000'000, 8) = 'x';
  CHECK(arena.bytes_used() > 8'000'000);
  CHECK(arena.Copy("").empty());
  arena.Reset();
  CHECK(arena.bytes_used() == 0);
  CHECK(arena.Allocate(1, 1) == first);  // the first block is kept
  for (int i = 0; i < 10; ++i) CHECK(arena.AllocateValues(1)->is_missing());
}

Value Nested(Arena& arena, int depth, const Value& inside) {
  Value value = inside;
  for (int i = 0; i < depth; ++i) {
    Value* items = arena.AllocateValues(1);
    *items = value;
    value = Value::Items(ValueKind::kList, items, 1);
  }
  return value;
}

TEST_CASE("a deep copy outlives what it was made from") {
  Arena kept;
  Value copy;
  {
    Arena arena;
    std::string text = "text";
    Value* pair = arena.AllocateValues(2);
    pair[0] = Value::Text(arena.Copy("key"));
    pair[1] = Value::Textual(ValueKind::kSemver, text);
    copy = kept.DeepCopy(Nested(arena, 3, Value::Items(ValueKind::kMap, pair, 1)));
    text = "gone";
  }
  CHECK(ToText(copy) == "[[{key=text}]]");
}

TEST_CASE("values that nest deeply need no deep stack") {
  Arena arena;
  const Value a = Nested(arena, 200000, Value::Int(1));
  const Value b = Nested(arena, 200000, Value::Int(2));
  CHECK(CompareValues(a, b) == -1);
  CHECK(ValuesEqual(a, a));
  CHECK(HashValue(a) != HashValue(b));
  CHECK(ValuesEqual(arena.DeepCopy(a), a));
  CHECK(ToText(a).size() < 1000);
  std::string json;
  AppendJson(json, a);
  CHECK(json.find("null") != std::string::npos);
}

std::vector<Value> Ordered(Arena& arena) {
  const auto ip = [&arena](std::string_view text) {
    const auto bytes = ParseIp(text);
    return Value::Textual(ValueKind::kIp, arena.Copy({bytes->data(), bytes->size()}));
  };
  Value* items = arena.AllocateValues(4);
  items[0] = Value::Int(1);
  items[1] = Value::Missing();
  items[2] = Value::Int(1);
  items[3] = Value::Int(0);
  return {Value::Missing(),
          Value::Bool(false),
          Value::Bool(true),
          Value::Float(-1.7e308),
          Value::Int(std::numeric_limits<std::int64_t>::min()),
          Value::Int(-1),
          Value::Float(-0.5),
          Value::Int(0),
          Value::Float(0.5),
          Value::Int(1),
          Value::Float(9007199254740992.0),
          Value::Int(9007199254740993),
          Value::Int(std::numeric_limits<std::int64_t>::max()),
          Value::Float(9223372036854775808.0),
          Value::Text(""),
          Value::Text("a"),
          Value::Text("a\xff"),
          Value::Text("b"),
          Value::Integer(ValueKind::kDuration, -1),
          Value::Integer(ValueKind::kDuration, 1),
          Value::Integer(ValueKind::kTime, 0),
          Value::Textual(ValueKind::kSemver, "v1.9.0"),
          Value::Textual(ValueKind::kSemver, "v1.10.0"),
          Value::Textual(ValueKind::kGoVersion, "go1.9"),
          Value::Textual(ValueKind::kGoVersion, "go1.21rc1"),
          ip("1.2.3.4"),
          ip("255.0.0.0"),
          ip("::"),
          ip("::1"),
          Value::Items(ValueKind::kList, items, 0),
          Value::Items(ValueKind::kList, items + 1, 1),
          Value::Items(ValueKind::kList, items + 3, 1),
          Value::Items(ValueKind::kList, items, 1),
          Value::Items(ValueKind::kList, items, 2)};
}

TEST_CASE("the order of values is total, and equal values have equal hashes") {
  Arena arena;
  const std::vector<Value> values = Ordered(arena);
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t k = 0; k < values.size(); ++k) {
      INFO(ToText(values[i]) << " and " << ToText(values[k]));
      CHECK(CompareValues(values[i], values[k]) == (i < k ? -1 : i > k ? 1 : 0));
      CHECK(ValuesEqual(values[i], values[k]) == (i == k));
      if (i == k) CHECK(HashValue(values[i]) == HashValue(values[k]));
    }
  }
  CHECK(ValuesEqual(Value::Int(3), Value::Float(3.0)));
  CHECK(HashValue(Value::Int(3)) == HashValue(Value::Float(3.0)));
  CHECK(HashValue(Value::Float(0.0)) == HashValue(Value::Float(-0.0)));
  CHECK(HashValue(Value::Text("a")) != HashValue(Value::Text("b")));
  CHECK(HashValue(Value::Integer(ValueKind::kBytes, 1)) !=
        HashValue(Value::Integer(ValueKind::kDuration, 1)));
}

TEST_CASE("floats that are no numbers are missing") {
  CHECK(Value::Float(std::nan("")).is_missing());
  CHECK(Value::Float(std::numeric_limits<double>::infinity()).is_missing());
  CHECK(Value::Float(-std::numeric_limits<double>::infinity()).is_missing());
  CHECK(!Value::Float(5e-324).is_missing());
}

TEST_CASE("well-formed UTF-8 by the standard's table") {
  // Every code point is one character; surrogates, overlong forms and what lies above are not.
  CHECK(Utf8SequenceLength("\x7f") == 1);
  CHECK(Utf8SequenceLength("\xc2\x80") == 2);
  CHECK(Utf8SequenceLength("\xe0\xa0\x80") == 3);
  CHECK(Utf8SequenceLength("\xef\xbf\xbf") == 3);
  CHECK(Utf8SequenceLength("\xf4\x8f\xbf\xbf") == 4);
  for (const std::string_view bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xe2\x82", "\xc2", "\xf0\x9f\x98"}) {
    CHECK(Utf8SequenceLength(bad) == 0);
  }
  CHECK(CountCharacters("a\xc3\xa4\xff\xf0\x9f\x98\x80") == 4);
}

std::string Json(const Value& value) {
  std::string out;
  AppendJson(out, value);
  return out;
}

TEST_CASE("values as JSON") {
  CHECK(Json(Value::Missing()) == "null");
  CHECK(Json(Value::Integer(ValueKind::kDuration, 62'500'000'000)) == "62.5");
  CHECK(Json(Value::Integer(ValueKind::kDuration, 1)) == "0.000000001");
  CHECK(Json(Value::Integer(ValueKind::kDuration, std::numeric_limits<std::int64_t>::min())) ==
        "-9223372036.854775808");
  CHECK(Json(Value::Integer(ValueKind::kBytes, 65536)) == "65536");
  CHECK(Json(Value::Integer(ValueKind::kTime, 500'000'000)) == "\"1970-01-01T00:00:00.5Z\"");
  CHECK(Json(Value::Integer(ValueKind::kLevel, 3)) == "\"warning\"");
  CHECK(Json(Value::Float(0.1)) == "0.1");
  CHECK(Json(Value::Text("a\"\\\n\x01\x7f\xff\xc3\xa4")) ==
        "\"a\\\"\\\\\\n\\u0001\\u007f\xef\xbf\xbd\xc3\xa4\"");
  const Value pair[] = {Value::Text("k"), Value::Int(1)};
  CHECK(Json(Value::Items(ValueKind::kMap, pair, 1)) == "{\"k\":1}");
  const Value record = Value::Items(ValueKind::kRecord, pair, 2);
  CHECK(Json(record) == "[\"k\",1]");
  std::string named;
  AppendJson(named, record, lang::Type::Parse("record{name: text, n: int}").value());
  CHECK(named == "{\"name\":\"k\",\"n\":1}");
}

TEST_CASE("printing stops at its limit") {
  const std::vector<Value> items(100000, Value::Text("0123456789"));
  std::string out;
  AppendText(out, Value::Items(ValueKind::kList, items.data(), static_cast<std::uint32_t>(items.size())),
             1000);
  CHECK(out.size() < 1100);
}

}  // namespace
}  // namespace faultline
