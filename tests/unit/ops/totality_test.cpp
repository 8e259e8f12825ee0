// Every operation over all combinations of boundary values of its parameter types: none crashes (the
// sanitizer build runs this too), results fit the declared type and the limits, the same call gives the same
// result, arguments stay as they were, and a strict operation gives missing for a missing argument.
#include "runtime/ops/ops.h"
#include "support/value/json.h"
#include "support/value/print.h"
#include "support/value/value_compare.h"
#include "tests/unit/ops/notation.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <iostream>
#include <limits>
#include <map>
#include <string>

namespace faultline {
namespace {

using lang::OverloadRow;
using lang::Type;
using lang::TypeKind;
using lang::TypePattern;

std::vector<std::string> Literals(TypeKind kind) {
  switch (kind) {
    case TypeKind::kBool:
      return {"?", "true", "false"};
    case TypeKind::kInt:
      return {"?",  "min", "max",   "-9223372036854775807", "-1", "0", "1", "2", "7",
              "15", "16",  "65536", "1000000000000"};
    case TypeKind::kFloat:
      return {"?",
              "0",
              "-0.0",
              "1",
              "-1",
              "0.5",
              "-2.5",
              "1e308",
              "-1.7e308",
              "5e-324",
              "1e19",
              "-1e19",
              "9223372036854775807",
              "9007199254740993"};
    case TypeKind::kText:
      return {"?",
              R"("")",
              R"(" ")",
              R"("a")",
              R"("äö€😀")",
              R"("\xff")",
              R"("\xed\xa0\x80")",
              R"("a\0b")",
              R"("0")",
              R"("-9223372036854775808")",
              R"("9223372036854775808")",
              R"("1e308")",
              R"("1e99999999999")",
              R"("1m2.5s")",
              R"("5 minutes")",
              R"("64MiB")",
              R"("2026-01-02T03:04:05Z")",
              R"("Jan  2 03:04:05")",
              R"("v1.2.3-rc.1+x")",
              R"("go1.21rc2")",
              R"("10.0.0.1")",
              R"("::/0")",
              R"("6ba7b810-9dad-11d1-80b4-00c04fd430c8")",
              R"("WARN")",
              R"("\"a\\")",
              R"("a=1 b=\"x y\"")",
              R"("a=,=b,\"")",
              R"("%Y-%m-%dT%H:%M:%S%f%z")",
              R"("%")",
              R"("%?")",
              R"("08,.3f")",
              R"("€^1000.30e")",
              R"(">")",
              R"("ms")",
              R"("s")",
              R"("MiB")",
              R"("https://u@[::1]:99/x")",
              R"("/a//b\\c.d/")",
              R"("////")"};
    case TypeKind::kDuration:
      return {"?", "min", "max", "-1ns", "0s", "1ns", "999ns", "1us", "1s", "59s", "1h", "90m"};
    case TypeKind::kBytes:
      return {"?", "min", "max", "-1B", "0B", "1B", "1023B", "1KiB", "1048575B", "64MiB"};
    case TypeKind::kTime:
      return {"?",
              "min",
              "max",
              "1970-01-01T00:00:00Z",
              "1969-12-31T23:59:59.999999999Z",
              "2026-02-28T23:59:59Z"};
    case TypeKind::kSemver:
      return {"?",
              "v0.0.0",
              "1",
              "v1.2.3-rc.1+incompatible",
              "v0.0.0-20240102030405-abcdefabcdef",
              "v99999999999999999999.1.1",
              "nonsense"};
    case TypeKind::kGoVersion:
      return {"?", "go1", "go1.20", "go1.21", "go1.21rc2", "go1.99999999999999999999", "nonsense"};
    case TypeKind::kIp:
      return {"?", "0.0.0.0", "255.255.255.255", "127.0.0.1", "::", "::1", "fe80::1"};
    case TypeKind::kNetwork:
      return {"?", "0.0.0.0/0", "10.0.0.0/8", "255.255.255.255/32", "::/0", "fe80::/10", "::1/128"};
    case TypeKind::kUuid:
      return {"?", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"};
    case TypeKind::kLevel:
      return {"?", "trace", "info", "critical"};
    case TypeKind::kMap:
      return {"?", "{}", R"({"": 1})", R"({"a": 1, "a": ?, "0": [1, {"x": 2.5}]})"};
    case TypeKind::kAny:
      return {"?",
              "true",
              "0",
              "min",
              "max",
              "-0.0",
              "1e308",
              "2.5",
              R"("")",
              R"("5s")",
              R"("\xff")",
              "[]",
              "[1, ?, [\"a\"]]",
              "{}",
              R"({"a": {"b": []}})",
              "duration:min",
              "bytes:max",
              "time:min",
              "level:error"};
    case TypeKind::kError:
    case TypeKind::kList:
    case TypeKind::kRecord:
      return {};
  }
  return {};
}

constexpr TypeKind kElementKinds[] = {
    TypeKind::kBool,    TypeKind::kInt,  TypeKind::kFloat,  TypeKind::kText,      TypeKind::kDuration,
    TypeKind::kBytes,   TypeKind::kTime, TypeKind::kSemver, TypeKind::kGoVersion, TypeKind::kIp,
    TypeKind::kNetwork, TypeKind::kUuid, TypeKind::kLevel,  TypeKind::kMap,       TypeKind::kAny};

class Boundary {
 public:
  const std::vector<Value>& Of(const Type& type) {
    std::vector<Value>& values = cache_[type.ToString()];
    if (values.empty()) values = type.kind() == TypeKind::kList ? Lists(type.element()) : Plain(type.kind());
    return values;
  }

 private:
  std::vector<Value> Plain(TypeKind kind) {
    std::vector<Value> values;
    for (const std::string& literal : Literals(kind)) {
      std::string_view rest = literal;
      const std::optional<Value> value = test::TakeValue(rest, kind, arena_);
      REQUIRE(value.has_value());
      REQUIRE(rest.empty());
      values.push_back(*value);
    }
    return values;
  }

  // Missing, empty, one missing item, and all boundary values.
  std::vector<Value> Lists(const Type& element) {
    const std::vector<Value> items = Of(element);
    std::vector<Value> lists = {Value::Missing(), List({}), List({Value::Missing()}), List(items)};
    if (element.kind() != TypeKind::kInt) return lists;
    // As many as a result may hold, and one more; of one type, since it takes its time.
    std::vector<Value> many;
    for (std::size_t i = 0; i < runtime::kMaxResultItems; ++i) many.push_back(items[i % items.size()]);
    lists.push_back(List(many));
    many.push_back(items.back());
    lists.push_back(List(many));
    return lists;
  }

  Value List(const std::vector<Value>& items) {
    Value* copy = arena_.AllocateValues(items.size());
    std::copy(items.begin(), items.end(), copy);
    return Value::Items(ValueKind::kList, copy, static_cast<std::uint32_t>(items.size()));
  }

  Arena arena_;
  std::map<std::string, std::vector<Value>> cache_;
};

Type Bind(const TypePattern& pattern, const Type& variable) {
  switch (pattern.kind) {
    case TypePattern::Kind::kType:
      return pattern.type;
    case TypePattern::Kind::kVariable:
      return variable;
    case TypePattern::Kind::kListOfVariable:
      return Type::List(variable);
  }
  return {};
}

bool SameBytes(const Value& a, const Value& b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

class Runner {
 public:
  void Run(const OverloadRow& row, const Type& variable) {
    std::vector<const std::vector<Value>*> choices;
    for (const TypePattern& parameter : row.parameters)
      choices.push_back(&boundary_.Of(Bind(parameter, variable)));
    const Type result_type = Bind(row.result, variable);
    std::vector<std::size_t> index(choices.size(), 0);
    for (;;) {
      std::vector<Value> args;
      for (std::size_t i = 0; i < choices.size(); ++i) args.push_back((*choices[i])[index[i]]);
      Call(row, args, result_type);
      std::size_t i = 0;
      const std::size_t step =
          choices.size() >= 3 && choices[0]->size() > 20 ? 4 : 1;  // of three texts every fourth
      for (; i < index.size(); ++i) {
        index[i] += step;
        if (index[i] < choices[i]->size()) break;
        index[i] = 0;
      }
      if (i == index.size()) break;
    }
  }

  std::size_t calls() const { return calls_; }

 private:
  void Call(const OverloadRow& row, const std::vector<Value>& args, const Type& result_type) {
    ++calls_;
    const std::vector<Value> before = args;
    arena_.Reset();
    runtime::EvalContext context;
    context.arena = &arena_;
    context.now = calls_ % 3 == 0 ? std::numeric_limits<std::int64_t>::max() : 1'772'366'400'000'000'000;
    context.zone_offset = calls_ % 5 == 0 ? -43200 : 7200;
    const Value result = runtime::ApplyOp(row.opcode, context, args);
    const Value again = runtime::ApplyOp(row.opcode, context, args);
    bool strict_missing = false;
    bool unchanged = true;
    for (std::size_t i = 0; i < args.size(); ++i) {
      strict_missing = strict_missing || args[i].is_missing();
      unchanged = unchanged && SameBytes(args[i], before[i]);
    }
    strict_missing = strict_missing && row.traits == lang::OpTraits::kStrict;
    bool fits = test::Fits(result, result_type);
    if (result.kind == ValueKind::kFloat) fits = fits && result.real - result.real == 0;  // finite
    if (result.kind == ValueKind::kBool) fits = fits && (result.integer == 0 || result.integer == 1);
    if (result.kind == ValueKind::kText) fits = fits && result.size <= runtime::kMaxResultBytes;
    const bool good = fits && unchanged && ValuesEqual(result, again) &&
                      HashValue(result) == HashValue(again) && (!strict_missing || result.is_missing());
    if (!good) {
      std::string shown;
      for (const Value& arg : args) {
        AppendJson(shown, arg);
        shown += ' ';
        if (shown.size() > 300) break;
      }
      FAIL_CHECK(row.name << "(" << shown.substr(0, 300) << ") gave " << ToText(result).substr(0, 200)
                          << ", kind " << static_cast<int>(result.kind) << " for " << result_type.ToString());
    }
    if (calls_ % 16 == 0 && ItemCount(result) < 1000) {  // printing is total too
      std::string json;
      AppendJson(json, result, result_type);
    }
  }

  Boundary boundary_;
  Arena arena_;
  std::size_t calls_ = 0;
};

TEST_CASE("operations are total over boundary values") {
  Runner runner;
  for (const OverloadRow& row : lang::Overloads()) {
    bool generic = false;
    for (const TypePattern& parameter : row.parameters)
      generic = generic || parameter.kind != TypePattern::Kind::kType;
    if (!generic) {
      runner.Run(row, {});
      continue;
    }
    for (const TypeKind kind : kElementKinds) runner.Run(row, kind);
    runner.Run(row, Type::List(TypeKind::kInt));
  }
  std::cout << "totality: " << runner.calls() << " calls of " << lang::Overloads().size() << " operations\n";
}

TEST_CASE("every row has its function under the symbol of its opcode") {
  const auto symbols = runtime::OpSymbols();
  REQUIRE(symbols.size() == lang::Overloads().size());
  for (const OverloadRow& row : lang::Overloads()) {
    const runtime::OpSymbol& symbol = symbols[static_cast<std::size_t>(row.opcode)];
    CHECK(symbol.symbol == "faultline_op_" + std::string(row.name));
    CHECK(symbol.function == runtime::OpFunction(row.opcode));
  }
}

TEST_CASE("results are bounded") {
  Arena arena;
  runtime::EvalContext context;
  context.arena = &arena;
  const std::string large(runtime::kMaxResultBytes, 'a');
  const Value text = Value::Text(large);
  const auto apply = [&context](lang::Opcode opcode, std::vector<Value> args) {
    return runtime::ApplyOp(opcode, context, args);
  };
  CHECK(apply(lang::Opcode::concat_text, {text, Value::Text("")}).size == large.size());
  CHECK(apply(lang::Opcode::concat_text, {text, Value::Text("b")}).is_missing());
  CHECK(apply(lang::Opcode::replace_text, {text, Value::Text("a"), Value::Text("bb")}).is_missing());
  CHECK(apply(lang::Opcode::split_text, {text, Value::Text("a")}).is_missing());
  const Value parts[] = {text, text};
  const Value list = Value::Items(ValueKind::kList, parts, 2);
  CHECK(apply(lang::Opcode::join_text, {list, Value::Text("")}).is_missing());
  CHECK(apply(lang::Opcode::upper_text, {text}).size == large.size());
}

}  // namespace
}  // namespace faultline
