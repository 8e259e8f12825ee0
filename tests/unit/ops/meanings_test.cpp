// Every operation against the results that meanings.txt states. An operation without a line there fails the
// test.
#include "runtime/ops/ops.h"
#include "support/value/print.h"
#include "support/value/time.h"
#include "support/value/value_compare.h"
#include "tests/unit/ops/notation.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>
#include <set>
#include <string>

namespace faultline {
namespace {

using lang::OverloadRow;
using lang::Type;
using lang::TypeKind;
using lang::TypePattern;

Type NotationType(const TypePattern& pattern) {
  switch (pattern.kind) {
    case TypePattern::Kind::kType:
      return pattern.type;
    case TypePattern::Kind::kVariable:
      return TypeKind::kAny;
    case TypePattern::Kind::kListOfVariable:
      return Type::List(TypeKind::kAny);
  }
  return {};
}

bool SameKinds(const Value& a, const Value& b) {
  if (a.kind != b.kind || a.size != b.size) return a.kind == b.kind && ItemCount(a) == 0 && ItemCount(b) == 0;
  for (std::size_t i = 0; i < ItemCount(a); ++i) {
    if (!SameKinds(a.items[i], b.items[i])) return false;
  }
  return true;
}

TEST_CASE("operations give what meanings.txt states") {
  std::ifstream file(FAULTLINE_SOURCE_DIR "/tests/unit/ops/meanings.txt");
  REQUIRE(file.good());
  std::set<std::string_view> seen;
  int count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    INFO(line);
    Arena arena;
    runtime::EvalContext context;
    context.arena = &arena;
    context.now = *ParseTime("2026-03-01T12:00:00Z", {});
    context.zone_offset = 7200;
    std::string_view rest = line;
    const std::string_view name = rest.substr(0, rest.find(' '));
    rest.remove_prefix(name.size());
    const std::optional<lang::Opcode> opcode = lang::OpcodeByName(name);
    REQUIRE(opcode.has_value());
    const OverloadRow& row = lang::RowOf(*opcode);
    seen.insert(row.name);
    std::vector<Value> args;
    for (const TypePattern& parameter : row.parameters) {
      const std::optional<Value> value = test::TakeValue(rest, NotationType(parameter), arena);
      REQUIRE(value.has_value());
      args.push_back(*value);
    }
    REQUIRE(rest.starts_with(" -> "));
    rest.remove_prefix(4);
    const std::optional<Value> expected = test::TakeValue(rest, NotationType(row.result), arena);
    REQUIRE(expected.has_value());
    REQUIRE(rest.empty());
    const Value result = runtime::ApplyOp(*opcode, context, args);
    INFO("got " << ToText(result) << ", kind " << static_cast<int>(result.kind));
    CHECK(ValuesEqual(result, *expected));
    CHECK(SameKinds(result, *expected));
    ++count;
  }
  for (const OverloadRow& row : lang::Overloads()) {
    INFO("no line in meanings.txt for " << row.name);
    CHECK(seen.contains(row.name));
  }
  std::cout << "meanings: " << count << " results of " << seen.size() << " operations\n";
}

}  // namespace
}  // namespace faultline
