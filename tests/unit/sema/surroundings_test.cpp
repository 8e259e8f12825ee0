// Names for what surrounds a stage's record: fields of wrappers, time and place by an alias.
#include "tests/unit/sema/compiled.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace faultline::sema_test {
namespace {

constexpr std::string_view kWrappers =
    "module m\n"
    "wrapper outer = line \"{^}[{host}] {job}: {:unwrapped}\" detect \"{^}[\"\n"
    "wrapper inner = line \"{^}<{host}> {n:int} {:unwrapped}\" detect \"{^}<\"\n"
    "wrapper other = line \"{^}({n}) {:unwrapped}\" detect \"{^}(\"\n";

std::string With(std::string_view rules) {
  return std::string(kWrappers) + std::string(rules);
}

std::string CodesOf(std::string_view clauses) {
  return Compiled({With("rule r {\nseverity error\n" + std::string(clauses) + "\n}\n")},
                  {.lints = false, .quiet_modules = {}})
      .Codes();
}

TEST_CASE("fields of wrappers may be missing") {
  CHECK(CodesOf("match \"x\"\nreport \"{host}\"") == "FL0306");
  CHECK(CodesOf("match \"x\"\nreport \"{host default \"-\"}\"") == "");
  CHECK(CodesOf("match \"x\"\nwhere host == \"a\"\nreport \"{host}\"") == "");
  CHECK(CodesOf("match \"x\"\nwhere outer.host present\nreport \"{outer.host}\"") == "");
  CHECK(CodesOf("match \"x\"\nlet h = inner.host\nreport \"{if h present then h else \"-\"}\"") == "");
  CHECK(CodesOf("match \"x\"\nreport \"x\"\nfix \"ssh {coalesce(inner.host, outer.host)}\"") == "");
}

TEST_CASE("names that wrappers disagree about, and names that none has") {
  CHECK(CodesOf("match \"x\"\nwhere n == 1\nreport \"x\"") == "FL0213");
  CHECK(CodesOf("match \"x\"\nwhere inner.n == 1 and other.n == \"1\"\nreport \"x\"") == "");
  CHECK(CodesOf("match \"x\"\nwhere m.inner.n == 1\nreport \"x\"") == "");
  CHECK(CodesOf("match \"x\"\nwhere inner.m == 1\nreport \"x\"") == "FL0209");
  CHECK(CodesOf("match \"x\"\nwhere outside.m == 1\nreport \"x\"") == "FL0201");
  CHECK(CodesOf("match \"x\" as a\nwhere a.nothing == 1\nreport \"x\"") == "FL0201");
}

TEST_CASE("one row for each wrapper that has the field, and none for what nobody names") {
  Compiled compiled(
      {With("rule r {\nseverity error\nmatch \"x {n}\"\nwhere host == \"a\" and inner.host == \"b\"\n"
            "report \"{n}\"\n}\n"
            "rule s {\nseverity error\nmatch \"y\"\nreport \"y\"\n}\n")});
  REQUIRE(compiled.Codes() == "");
  const ir::Stage& stage = compiled.Lowered("m.r").stages.at(0);
  CHECK(stage.wrapped.size() == 3);
  CHECK(compiled.Lowered("m.s").stages.at(0).wrapped.empty());
  CHECK(compiled.TypeOf("m.r", "n").ToString() == "text");  // the hole
}

TEST_CASE("a rule that is read keeps the field in a hidden slot") {
  Compiled compiled(
      {With("event e { match \"x\" }\nevent f { from e }\n"
            "rule r {\nseverity error\nfrom f\nwhere job == \"a\"\nreport \"{job}\"\n}\n")});
  REQUIRE(compiled.Codes() == "");
  const ir::Rule& event = compiled.Lowered("m.e");
  REQUIRE(event.stages.at(0).wrapped.size() == 1);
  CHECK(event.slots.at(event.stages[0].wrapped[0].slot).hidden);
  const ir::Rule& rule = compiled.Lowered("m.r");
  CHECK(rule.stages.at(0).wrapped.empty());
  CHECK(std::any_of(rule.slots.begin(), rule.slots.end(),
                    [](const ir::Slot& slot) { return slot.name == "job" && !slot.hidden; }));
}

TEST_CASE("time and place by an alias") {
  CHECK(
      CodesOf(
          "match \"x {n}\" as a\nthen \"y\" as b within 3 lines\nwhere b.time > a.time and b.line > a.line\n"
          "report \"{a.line} {b.log.line} {b.log.column} {a.log.file} {b.time - a.time}\"") == "");
  CHECK(CodesOf("match \"x\" as a\nreport \"{a.time}\"") == "FL0306");
  CHECK(CodesOf("match \"x\" as a\nwithout \"y\" as b where b.line > a.line within 3 lines\nreport \"x\"") ==
        "");
  CHECK(CodesOf("match \"x\" as a\nwithout \"y\" as b within 3 lines\nreport \"{b.line}\"") == "FL0201");
  CHECK(CodesOf("match \"x {line:int}\" as a\nreport \"{a.line + 1} {a.log.line}\"") == "");
}

TEST_CASE("the name of another module's event is no part of its fields' names") {
  Compiled compiled(
      {"module other\nevent thing { match \"thing {x}\" }\n",
       "module m\nuse other\nrule r {\nseverity error\nmatch other.thing\nreport \"{other.thing.x}\"\n}\n"},
      {.lints = false, .quiet_modules = {}});
  REQUIRE(compiled.Codes() == "FL0201");
  REQUIRE(compiled.Only().helps.size() == 1);
  CHECK(compiled.Only().helps[0] == "did you mean `thing.x`?");
}

TEST_CASE("functions that see missing arguments take them") {
  const std::string alternatives = "match \"a {x}\" or \"b {y}\"\n";
  CHECK(CodesOf(alternatives + "report \"{coalesce(x, y)}\"") == "");
  CHECK(CodesOf(alternatives + "report \"{count([x, y])}\"") == "");
  CHECK(CodesOf(alternatives + "let z = coalesce(x, \"-\")\nreport \"{z}\"") == "");
  CHECK(CodesOf(alternatives + "let z = coalesce(x, y)\nreport \"{z}\"") == "");
  CHECK(CodesOf(alternatives + "report \"{upper(x)}\"") == "FL0306");
  CHECK(CodesOf(alternatives + "report \"{coalesce(x, y)} {x}\"") == "FL0306");
}

}  // namespace
}  // namespace faultline::sema_test
