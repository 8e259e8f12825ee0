// The bytes of snapshots: what was written is read back, and hostile bytes are refused.
#include "runtime/correlate/snapshot.h"

#include "support/value/value_compare.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <string>

namespace faultline::runtime::snapshot {
namespace {

TEST_CASE("numbers, text and values are read back as they were written") {
  Arena arena;
  Value items[3] = {Value::Text("a"), Value::Missing(), Value::Float(-0.5)};
  const Value list = Value::Items(ValueKind::kList, items, 3);
  Value pairs[2] = {Value::Text("k"), list};
  const Value values[] = {Value::Missing(),
                          Value::Bool(true),
                          Value::Int(std::numeric_limits<std::int64_t>::min()),
                          Value::Integer(ValueKind::kTime, std::numeric_limits<std::int64_t>::max()),
                          Value::Textual(ValueKind::kSemver, "v1.2.3"),
                          list,
                          Value::Items(ValueKind::kMap, pairs, 1)};
  Writer writer;
  writer.Header();
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, UINT64_MAX}) {
    writer.Unsigned(number);
  }
  for (const std::int64_t number : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN, INT64_MAX}) {
    writer.Signed(number);
  }
  const std::size_t section = writer.Begin();
  for (const Value& value : values) writer.Put(value);
  writer.End(section);
  writer.Text("end");
  Reader reader(writer.bytes());
  REQUIRE(reader.Header());
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, UINT64_MAX}) {
    CHECK(reader.Unsigned() == number);
  }
  for (const std::int64_t number : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN, INT64_MAX}) {
    CHECK(reader.Signed() == number);
  }
  Reader inner = reader.Section();
  for (const Value& value : values) {
    const Value read = inner.Get(&arena);
    CHECK(read.kind == value.kind);
    CHECK(ValuesEqual(read, value));
  }
  CHECK(inner.empty());
  CHECK(inner.ok());
  CHECK(reader.Text() == "end");
  CHECK(reader.ok());
}

TEST_CASE("cut and wrong bytes fail, and give nothing") {
  Writer writer;
  writer.Header();
  Value items[2] = {Value::Text("some text"), Value::Int(5)};
  writer.Put(Value::Items(ValueKind::kList, items, 2));
  const std::string bytes = writer.bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Arena arena;
    Reader reader(std::string_view(bytes).substr(0, size));
    if (reader.Header()) CHECK(reader.Get(&arena).is_missing());
    CHECK_FALSE(reader.ok());
    CHECK(reader.Unsigned() == 0);
  }
  std::string other = bytes;
  other[6] = static_cast<char>(kVersion + 1);
  CHECK_FALSE(Reader(other).Header());
  // A list that claims more items than there are bytes.
  Writer huge;
  huge.Unsigned(static_cast<std::uint64_t>(ValueKind::kList));
  huge.Unsigned(std::uint64_t{1} << 40);
  Arena arena;
  Reader reader(huge.bytes());
  CHECK(reader.Get(&arena).is_missing());
  CHECK_FALSE(reader.ok());
}

TEST_CASE("values nested too deeply are cut, both ways") {
  Value value = Value::Int(1);
  std::vector<Value> levels(200);
  for (Value& level : levels) {
    level = value;
    value = Value::Items(ValueKind::kList, &level, 1);
  }
  Writer writer;
  writer.Put(value);
  Arena arena;
  Reader reader(writer.bytes());
  CHECK(reader.Get(&arena).kind == ValueKind::kList);
  CHECK(reader.ok());
  std::string deep(400, '\0');
  for (std::size_t i = 0; i < deep.size(); i += 2) {
    deep[i] = static_cast<char>(ValueKind::kList);
    deep[i + 1] = 1;
  }
  Reader hostile(deep);
  CHECK(hostile.Get(&arena).is_missing());
  CHECK_FALSE(hostile.ok());
}

}  // namespace
}  // namespace faultline::runtime::snapshot
