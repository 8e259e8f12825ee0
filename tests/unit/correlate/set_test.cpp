// Sets: all within, any of within, with keys, roles and scopes.
#include "support.h"

#include <catch2/catch.hpp>

namespace faultline::runtime::testing {
namespace {

using ir::StageKind;
using ir::WindowUnit;

StageText Part(std::string regex) {
  return OnStage(StageKind::kPart, std::move(regex));
}

RuleTweak AddSet(Rules* rules, std::uint32_t need = 0) {
  RuleTweak rule =
      rules->Add({.name = "m.r", .stages = {Part("a(?<x>\\w)"), Part("b(?<y>\\w)"), Part("c(?<z>\\w)")}});
  rule.rule().shape = need == 0 ? ir::RuleShape::kAll : ir::RuleShape::kAny;
  rule.rule().need = need;
  return rule;
}

TEST_CASE("S6.6 all within: decided when the last part arrives, the latest of each, spent") {
  Rules rules;
  AddSet(&rules).Window(WindowUnit::kLines, 3).Report("{x}{y}{z}");
  const auto module = rules.Make();
  CHECK(FoundIn(module, "a1\nb1\nc1\n") == "m.r@1-3 111\n");
  CHECK(FoundIn(module, "c1\na1\nb1\n") == "m.r@1-3 111\n");  // order does not matter
  CHECK(FoundIn(module, "a1\na2\nb1\nc1\nb2\nc2\n") == "m.r@2-4 211\n");
  CHECK(FoundIn(module, "a1\nb1\n-\nc1\n") == "m.r@1-4 111\n");  // exactly three lines
  CHECK(FoundIn(module, "a1\nb1\n-\n-\nc1\n").empty());
  CHECK(FoundIn(module, "a1\nb1\n-\n-\nc1\na2\n").empty());  // b is four lines before
  CHECK(FoundIn(module, "a1\nb1\n-\nc1\na2\nb2\nc2\n") == "m.r@1-4 111\nm.r@5-7 222\n");
  CHECK(FoundIn(module, "a1b1c1\n") == "m.r@1 111\n");
}

TEST_CASE("S6.6 any two of three") {
  Rules rules;
  AddSet(&rules, 2).Window(WindowUnit::kTime, 5 * kSecond).Report("{x}{y}{z}");
  const auto module = rules.Make();
  CHECK(FoundIn(module, At(1, "a1") + At(2, "a2") + At(6, "c1")) == "m.r@2-3 2?1\n");
  CHECK(FoundIn(module, At(1, "a1") + At(7, "c1")).empty());
  CHECK(FoundIn(module, At(1, "a1") + At(6, "c1")) == "m.r@1-2 1?1\n");
  CHECK(Notices(RunInputs(module, {{"a", "a1\nb1\n"}}).summary) == "no_time x2 m.r\n");
}

TEST_CASE("S6.6 with a key, and without a window over inputs with roles") {
  Rules rules;
  RuleTweak rule = rules.Add({.name = "m.r", .stages = {Part("a (?<x>\\w+)"), Part("b (?<y>\\w+)")}});
  rule.rule().shape = ir::RuleShape::kAll;
  rule.Key({"x", "y"}).Report("{x}{y}");
  rule.stage(0).role = "before";
  rule.stage(1).role = "after";
  const auto module = rules.Make();
  CHECK(RunInputs(module, {{"1", "a k\na l\nb n\n", "before"}, {"2", "b l\nb m\na n\n", "after"}}).Text() ==
        "m.r@2 ll\n");
}

TEST_CASE("S6.6 parts that a condition refuses are not spent, and go with their window") {
  Rules rules;
  RuleTweak rule = rules.Add({.name = "m.r", .stages = {Part("a(?<x>\\w)"), Part("b(?<y>\\w)")}});
  rule.rule().shape = ir::RuleShape::kAll;
  rule.stage(1).join = rule.Equal("x", "y");
  rule.Window(WindowUnit::kLines, 3).Report("{x}{y}");
  const auto module = rules.Make();
  CHECK(FoundIn(module, "a1\nb2\nb1\n") == "m.r@1-3 11\n");
  CHECK(FoundIn(module, "a1\nb2\na2\n") == "m.r@2-3 22\n");
  CHECK(FoundIn(module, "a1\nb2\n-\n-\n-\nb1\n").empty());
}

TEST_CASE("S4.6 a set with an absence behind it") {
  Rules rules;
  RuleTweak rule = rules.Add(
      {.name = "m.r",
       .stages = {Part("a(?<x>\\w)"), Part("b(?<y>\\w)"), Lines(OnStage(StageKind::kWithout, "no"), 2)}});
  rule.rule().shape = ir::RuleShape::kAll;
  rule.Window(WindowUnit::kLines, 5).Report("{x}{y}");
  const auto module = rules.Make();
  CHECK(FoundIn(module, "b1\na1\n-\n-\nno\n") == "m.r@1-2 11\n");
  CHECK(FoundIn(module, "b1\na1\n-\nno\n").empty());
  CHECK(FoundIn(module, "b1\nno\na1\n") == "m.r@1-3 11\n");
}

}  // namespace
}  // namespace faultline::runtime::testing
