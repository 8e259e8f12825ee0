// Boundary values by type.
#include "tests/unit/ir/generate.h"

#include <cmath>
#include <limits>

namespace faultline::ir::testing {

using lang::Type;
using lang::TypeKind;

std::uint64_t Random::Next() {
  state_ += 0x9e3779b97f4a7c15u;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

std::uint32_t Random::Below(std::uint32_t bound) {
  if (bound == 0) return 0;
  return static_cast<std::uint32_t>(((Next() >> 32) * bound) >> 32);
}

namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

const std::vector<std::int64_t>& Integers() {
  static const std::vector<std::int64_t> integers = {
      0,    1,    -1,         2,           3,          -7,         10,         63,       64,       100,
      1000, 1024, 2147483647, -2147483648, 4294967296, 1000000000, kMax,       kMin,     kMax - 1, kMin + 1,
      -10,  60,   3600,       86400,       1u << 20,   999999999,  -999999999, kMax / 2, kMin / 2};
  return integers;
}

const std::vector<double>& Floats() {
  using Limits = std::numeric_limits<double>;
  static const std::vector<double> floats = {0.0,
                                             -0.0,
                                             1.0,
                                             -1.0,
                                             0.5,
                                             1.5,
                                             2.5,
                                             -2.5,
                                             0.1,
                                             3.0,
                                             1e9,
                                             1e18,
                                             9.2233720368547758e18,
                                             -9.2233720368547758e18,
                                             9007199254740993.0,
                                             Limits::max(),
                                             Limits::lowest(),
                                             Limits::min(),
                                             Limits::denorm_min(),
                                             Limits::epsilon(),
                                             1e-300,
                                             123456.789};
  return floats;
}

const std::vector<std::string>& Texts() {
  static const std::vector<std::string> texts = {
      "",
      " ",
      "a",
      "A",
      "abc",
      "aBc",
      "ABC",
      "verifying",
      "panic: boom",
      "main.go",
      "main.go:12:3",
      "0",
      "-0",
      "1",
      "-1",
      "+7",
      "007",
      "9223372036854775807",
      "9223372036854775808",
      "-9223372036854775808",
      "1.5",
      "-1e308",
      "1e309",
      "NaN",
      "inf",
      "true",
      "FALSE",
      "90s",
      "1m2.5s",
      "5 minutes",
      "64MiB",
      "2kB",
      "v1.2.3",
      "v1.2.3-0.20200101000000-abcdefabcdef",
      "v2.0.0+incompatible",
      "go1.21rc2",
      "10.0.0.1",
      "10.0.0.0/8",
      "::1",
      "fe80::/10",
      "5f0cbb1e-3a52-4b6f-9a55-0242ac120002",
      "2026-01-02T03:04:05Z",
      "2026-01-02 03:04:05.999999999",
      "ERROR",
      "warn",
      "%Y-%m-%d",
      "a=b c=\"d e\"",
      "a, b,, c",
      "stra\xc3\x9f"
      "e \xe2\x82\xac \xf0\x9f\x98\x80",
      "\xff\xfe",
      "a\xc3",
      std::string("a\0b", 3),
      "tab\tand\nnewline",
      "$(rm -rf /) 'q' \"d\" `b`",
      std::string(300, 'x'),
  };
  return texts;
}

Value IpValue(Random& random, Arena& arena, bool network) {
  static const std::vector<std::string> prefixes = {
      std::string("\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01", 16),
      std::string("\0\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff", 16),
      std::string("\0\0\0\0\0\0\0\0\0\0\xff\xff\0\0\0\0", 16),
      std::string("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01", 16),
      std::string("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16),
      std::string("\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x09", 16),
      std::string("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02", 16),
  };
  static const std::vector<int> lengths = {0, 1, 8, 32, 64, 96, 104, 120, 127, 128};
  std::string bytes = random.Pick(prefixes);
  if (!network) return Value::Textual(ValueKind::kIp, arena.Copy(bytes));
  // Bits behind the prefix are zero, as in what to_network makes.
  const int length = random.Pick(lengths);
  for (int bit = length; bit < 128; ++bit) {
    char& byte = bytes[static_cast<std::size_t>(bit / 8)];
    byte = static_cast<char>(static_cast<unsigned char>(byte) & ~(0x80u >> (bit % 8)));
  }
  bytes += static_cast<char>(length);
  return Value::Textual(ValueKind::kNetwork, arena.Copy(bytes));
}

Value TextualFrom(ValueKind kind, Random& random, const std::vector<std::string>& texts, Arena& arena) {
  return Value::Textual(kind, arena.Copy(random.Pick(texts)));
}

Type AnyType(Random& random, int depth) {
  static const std::vector<TypeKind> kinds = {TypeKind::kBool, TypeKind::kInt,  TypeKind::kFloat,
                                              TypeKind::kText, TypeKind::kText, TypeKind::kMap,
                                              TypeKind::kList};
  const TypeKind kind = random.Pick(kinds);
  if (kind == TypeKind::kMap && depth >= 2) return TypeKind::kInt;
  if (kind == TypeKind::kList) return depth >= 2 ? Type(TypeKind::kText) : Type::List(TypeKind::kAny);
  return kind;
}

Value Boundary(Random& random, const Type& type, Arena& arena, int depth) {
  if (random.OneIn(12)) return Value::Missing();
  static const std::vector<std::string> semvers = {"v0.0.0",
                                                   "v1.2.3",
                                                   "v1.2.10",
                                                   "v1.2.3-rc.1",
                                                   "v1.2.3-rc.1.0.20200101000000-abcdefabcdef",
                                                   "v0.0.0-20200101000000-abcdefabcdef",
                                                   "v2.0.0+incompatible",
                                                   "v10.0.0"};
  static const std::vector<std::string> go_versions = {"go1",       "go1.9",    "go1.21",
                                                       "go1.21rc2", "go1.21.0", "go1.22.5"};
  static const std::vector<std::string> uuids = {"00000000-0000-0000-0000-000000000000",
                                                 "5f0cbb1e-3a52-4b6f-9a55-0242ac120002",
                                                 "ffffffff-ffff-ffff-ffff-ffffffffffff"};
  switch (type.kind()) {
    case TypeKind::kError:
      return Value::Missing();
    case TypeKind::kBool:
      return Value::Bool(random.OneIn(2));
    case TypeKind::kInt:
      return Value::Int(random.Pick(Integers()));
    case TypeKind::kFloat: {
      Value value;
      value.kind = ValueKind::kFloat;
      value.real = random.Pick(Floats());
      return value;
    }
    case TypeKind::kText:
      return TextualFrom(ValueKind::kText, random, Texts(), arena);
    case TypeKind::kDuration:
      return Value::Integer(ValueKind::kDuration, random.Pick(Integers()));
    case TypeKind::kBytes:
      return Value::Integer(ValueKind::kBytes, random.Pick(Integers()));
    case TypeKind::kTime:
      return Value::Integer(ValueKind::kTime, random.Pick(Integers()));
    case TypeKind::kSemver:
      return TextualFrom(ValueKind::kSemver, random, semvers, arena);
    case TypeKind::kGoVersion:
      return TextualFrom(ValueKind::kGoVersion, random, go_versions, arena);
    case TypeKind::kIp:
      return IpValue(random, arena, false);
    case TypeKind::kNetwork:
      return IpValue(random, arena, true);
    case TypeKind::kUuid:
      return TextualFrom(ValueKind::kUuid, random, uuids, arena);
    case TypeKind::kLevel:
      return Value::Integer(ValueKind::kLevel, random.Below(6));
    case TypeKind::kList: {
      const std::uint32_t size = random.Below(5);
      Value* items = arena.AllocateValues(size);
      for (std::uint32_t i = 0; i < size; ++i) items[i] = Boundary(random, type.element(), arena, depth + 1);
      return Value::Items(ValueKind::kList, items, size);
    }
    case TypeKind::kRecord: {
      const auto size = static_cast<std::uint32_t>(type.fields().size());
      Value* items = arena.AllocateValues(size);
      for (std::uint32_t i = 0; i < size; ++i)
        items[i] = Boundary(random, type.fields()[i].type, arena, depth + 1);
      return Value::Items(ValueKind::kRecord, items, size);
    }
    case TypeKind::kMap: {
      static const std::vector<std::string> keys = {"a", "b", "file", ""};
      const std::uint32_t size = random.Below(static_cast<std::uint32_t>(keys.size()));
      Value* items = arena.AllocateValues(std::size_t{2} * size);
      for (std::uint32_t i = 0; i < size; ++i) {
        items[2 * i] = Value::Text(arena.Copy(keys[i]));
        items[2 * i + 1] = Boundary(random, AnyType(random, depth + 1), arena, depth + 1);
      }
      return Value::Items(ValueKind::kMap, items, size);
    }
    case TypeKind::kAny:
      return Boundary(random, AnyType(random, depth), arena, depth + 1);
  }
  return Value::Missing();
}

}  // namespace

Value BoundaryValue(Random& random, const Type& type, Arena& arena) {
  return Boundary(random, type, arena, 0);
}

std::string SubjectText(Random& random) {
  static const std::vector<std::string> parts = {
      "verifying ", "panic: boom", "main.go:12:3: ", "k=v ",    "a", "b", "ABC", "12",
      " ",          ":",           "\xff",           "\xc3\xa9"};
  std::string text;
  for (std::uint32_t n = random.Below(8); n > 0; --n) text += random.Pick(parts);
  return text;
}

}  // namespace faultline::ir::testing
