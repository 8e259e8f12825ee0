// Scopes: which instance is current, what it gives, windows and absences of it, rules that read it.
#include "support.h"

#include <catch2/catch.hpp>

namespace faultline::runtime::testing {
namespace {

using ir::ProvidedKind;
using ir::StageKind;
using ir::WindowUnit;

const lang::Type kTextType(lang::TypeKind::kText);
const lang::Type kIntType(lang::TypeKind::kInt);
const lang::Type kBoolType(lang::TypeKind::kBool);

// `scope test` of go test.
RuleTweak AddTests(Rules* rules, bool pause) {
  std::vector<StageText> stages = {OnStage(StageKind::kEnter, "=== (?:RUN|CONT) (?<test>\\S+)")};
  if (pause) stages.push_back(OnStage(StageKind::kPause, "=== PAUSE (?<test>\\S+)"));
  stages.push_back(OnStage(StageKind::kClose, "--- (?<result>PASS|FAIL): (?<test>\\S+)"));
  RuleTweak scope = rules->Add({.name = "m.test", .stages = stages, .is_event = true});
  scope.rule().shape = ir::RuleShape::kScope;
  scope.rule().key = {scope.Slot("test")};
  scope.Slot("lines", kIntType);
  scope.Slot("closed", kBoolType);
  return scope;
}

// A rule that names the test and its result.
RuleTweak AddPanic(Rules* rules) {
  const ir::RuleId test = rules->Id("m.test");
  RuleTweak rule = rules->Add({.name = "m.panic", .stages = {OnMatch("panic (?<p>\\w+)")}});
  rule.Provide(ProvidedKind::kScopeField, "name", kTextType, 0, test, "test")
      .Provide(ProvidedKind::kScopeField, "result", kTextType, 0, test, "result", true)
      .Report("{p} {name} {result}");
  return rule;
}

TEST_CASE("S5.2 the instance entered last that is neither closed nor paused is current") {
  Rules rules;
  AddTests(&rules, true);
  AddPanic(&rules);
  const auto module = rules.Make();
  CHECK(FoundIn(module, "=== RUN A\npanic 1\n--- FAIL: A\npanic 2\n") ==
        "m.panic@2 1 A FAIL\nm.panic@4 2 ? ?\n");
  CHECK(FoundIn(module, "=== RUN A\n=== RUN A/b\npanic 1\n--- FAIL: A/b\npanic 2\n--- PASS: A\n") ==
        "m.panic@3 1 A/b FAIL\nm.panic@5 2 A PASS\n");
  // Parents close before children.
  CHECK(FoundIn(module, "=== RUN A\n=== RUN A/b\n--- FAIL: A\npanic 1\n--- PASS: A/b\n") ==
        "m.panic@4 1 A/b PASS\n");
  // A pause, and on again.
  CHECK(FoundIn(module,
                "=== RUN A\n=== PAUSE A\n=== RUN B\npanic 1\n=== CONT A\npanic 2\n--- FAIL: B\n"
                "panic 3\n--- FAIL: A\n") == "m.panic@4 1 B FAIL\nm.panic@6 2 A FAIL\nm.panic@8 3 A FAIL\n");
  CHECK(FoundIn(module, "=== RUN A\n=== PAUSE A\npanic 1\n") == "m.panic@3 1 ? ?\n");
}

TEST_CASE("S5.3 the lines that enter, pause and close belong to the scope") {
  Rules rules;
  AddTests(&rules, true);
  AddPanic(&rules);
  const auto module = rules.Make();
  CHECK(FoundIn(module, "=== RUN A\n=== RUN B\n--- FAIL: A panic 1\n--- PASS: B\n") ==
        "m.panic@3 1 A FAIL\n");
  CHECK(FoundIn(module, "=== RUN A panic 1\n--- FAIL: A\n") == "m.panic@1 1 A FAIL\n");
  CHECK(FoundIn(module, "=== RUN A\n=== PAUSE A panic 1\n--- FAIL: A\n") == "m.panic@2 1 A FAIL\n");
}

TEST_CASE("S5.5 without a close the fields of the closing line are missing, and the finding is written") {
  Rules rules;
  AddTests(&rules, false);
  AddPanic(&rules);
  const auto module = rules.Make();
  CHECK(FoundIn(module, "=== RUN A\npanic 1\n") == "m.panic@2 1 A ?\n");
  CHECK(FoundIn(module, "=== RUN A\npanic 1\n=== RUN A\npanic 2\n--- PASS: A\n") ==
        "m.panic@2 1 A ?\nm.panic@4 2 A PASS\n");  // the next enter of the key ends it
}

TEST_CASE("S5.6 from SCOPE reads scopes as they end, with lines and closed") {
  Rules rules;
  AddTests(&rules, false);
  StageText from;
  from = Reads(from, "m.test", {{"t", "test"}, {"r", "result"}});
  RuleTweak rule = rules.Add({.name = "m.r", .stages = {from}});
  const ir::Rule& scope = rules.module().rules[0];
  // Slots of other types are read by a function of their own.
  ir::FunctionBuilder load(&rules.module(), "m.r.load2");
  for (const auto& [own, other] : {std::pair("t", "test"), std::pair("r", "result")}) {
    for (ir::SlotId s = 0; s < scope.slots.size(); ++s) {
      if (scope.slots[s].name == other) load.Store(rule.Slot(own), load.Input(s, kTextType));
    }
  }
  for (const auto& [name, type] : {std::pair("lines", kIntType), std::pair("closed", kBoolType)}) {
    for (ir::SlotId s = 0; s < scope.slots.size(); ++s) {
      if (scope.slots[s].name == name) load.Store(rule.Slot(name, type), load.Input(s, type));
    }
    rule.stage(0).stores.push_back(rule.Slot(name, type));
  }
  rule.stage(0).load = load.Finish();
  rule.Report("{t} {r}");
  const auto module = rules.Make();
  const RunResult result =
      RunInputs(module, {{"a", "=== RUN A\n=== RUN B\n--- FAIL: A\n-\n--- PASS: C\n-\n"}});
  REQUIRE(result.Text() == "m.r@1-3 A FAIL\nm.r@5 C PASS\nm.r@2 B ?\n");
  const auto field = [&](std::size_t finding, const char* name) {
    const FindingField* found = result.findings[finding]->Field(name);
    return found == nullptr ? std::int64_t{-1} : found->value.integer;
  };
  CHECK(field(0, "lines") == 3);
  CHECK(field(0, "closed") == 1);
  CHECK(field(1, "lines") == 1);  // a close of no open instance opens and ends one
  CHECK(field(2, "lines") == 5);
  CHECK(field(2, "closed") == 0);
}

TEST_CASE("S5.1 without an enter a scope opens at the first line and behind each close") {
  Rules rules;
  RuleTweak scope = rules.Add({.name = "m.test",
                               .stages = {OnStage(StageKind::kClose, "(?<result>ok|FAIL)\\t(?<test>\\S+)")},
                               .is_event = true});
  scope.rule().shape = ir::RuleShape::kScope;
  AddPanic(&rules);
  const auto module = rules.Make();
  CHECK(FoundIn(module, "panic 1\n-\nFAIL\tp\npanic 2\nok\tq panic 3\n\npanic 4\n") ==
        "m.panic@1 1 ? FAIL\nm.panic@4 2 ? ok\nm.panic@5 3 q ok\nm.panic@7 4 ? ?\n");
}

TEST_CASE("S4.3 within a scope, and S4.6 absence in a scope") {
  Rules rules;
  AddTests(&rules, false);
  const ir::RuleId test = rules.Id("m.test");
  RuleTweak then = rules.Add({.name = "m.then", .stages = {OnMatch("ask (?<a>\\w+)"), OnThen("ok")}});
  then.stage(1).window = WindowUnit::kScope;
  then.stage(1).scope = test;
  then.Report("{a}");
  RuleTweak without = rules.Add(
      {.name = "m.without", .stages = {OnMatch("ask (?<a>\\w+)"), OnStage(StageKind::kWithout, "never")}});
  without.Provide(ProvidedKind::kScopeInstance, "of", lang::Type(lang::TypeKind::kInt), 0, test)
      .Report("{a}");
  RuleTweak behind = rules.Add(
      {.name = "m.z", .stages = {OnMatch("ask (?<a>\\w+)"), OnStage(StageKind::kWithout, "never")}});
  behind.stage(1).window = WindowUnit::kScope;
  behind.stage(1).scope = test;
  behind.Report("{a}");
  RuleTweak set = rules.Add({.name = "m.set",
                             .stages = {OnStage(StageKind::kPart, "left (?<l>\\w+)"),
                                        OnStage(StageKind::kPart, "right (?<r>\\w+)")}});
  set.rule().shape = ir::RuleShape::kAll;
  set.Window(WindowUnit::kScope, 0, test).Report("{l}{r}");
  const auto module = rules.Make();
  CHECK(FoundIn(module, "=== RUN A\nask 1\nok\n--- FAIL: A\n") == "m.then@2-3 1\nm.without@2 1\nm.z@2 1\n");
  CHECK(FoundIn(module, "=== RUN A\nask 1\n--- FAIL: A\nok\n") == "m.without@2 1\nm.z@2 1\n");
  CHECK(FoundIn(module, "=== RUN A\nask 1\n--- FAIL: A ok\n") == "m.then@2-3 1\nm.without@2 1\nm.z@2 1\n");
  CHECK(FoundIn(module, "=== RUN A\nnever\nask 1\n--- FAIL: A\n") == "m.z@3 1\n");  // only before it
  CHECK(FoundIn(module, "=== RUN A\nask 1\nnever\n--- FAIL: A\n").empty());
  CHECK(FoundIn(module, "=== RUN A\nask 1\n--- FAIL: A\nnever\n") == "m.without@2 1\nm.z@2 1\n");
  CHECK(FoundIn(module, "=== RUN A\nnever\n--- FAIL: A\n=== RUN A\nask 2\n--- FAIL: A\n") ==
        "m.without@5 2\nm.z@5 2\n");
  CHECK(FoundIn(module, "=== RUN A\nnever\n--- FAIL: A\nask 3\n").empty());  // in no test: the whole source
  CHECK(FoundIn(module, "=== RUN A\n--- FAIL: A\nask 3\n") == "m.without@3 3\n");
  CHECK(FoundIn(module, "=== RUN A\nleft 1\n--- FAIL: A\n=== RUN B\nright 1\nleft 2\n") == "m.set@5-6 21\n");
}

TEST_CASE("what is decided at the end of a scope or source still stands in its windows") {
  Rules rules;
  AddTests(&rules, false);
  const ir::RuleId test = rules.Id("m.test");
  RuleTweak event = rules.Add({.name = "m.e",
                               .stages = {OnMatch("ask (?<a>\\w+)"), OnStage(StageKind::kWithout, "never")},
                               .is_event = true});
  event.Provide(ProvidedKind::kScopeInstance, "of", lang::Type(lang::TypeKind::kInt), 0, test);
  StageText read = OnStage(StageKind::kThen, "");
  RuleTweak then = rules.Add(
      {.name = "m.then", .stages = {OnMatch("begin (?<b>\\w+)"), Reads(read, "m.e", {{"x", "a"}})}});
  then.stage(1).window = WindowUnit::kScope;
  then.stage(1).scope = test;
  then.Report("{b}{x}");
  const auto module = rules.Make();
  CHECK(FoundIn(module, "=== RUN A\nbegin 1\nask 2\n--- FAIL: A\n") == "m.then@2-3 12\n");
  CHECK(FoundIn(module, "=== RUN A\nbegin 1\nask 2\n") == "m.then@2-3 12\n");
  CHECK(FoundIn(module, "=== RUN A\nask 2\n--- FAIL: A\n=== RUN A\nbegin 1\n--- FAIL: A\n").empty());
  CHECK(FoundIn(module, "begin 1\n=== RUN A\nask 2\n--- FAIL: A\n").empty());
}

TEST_CASE("a key may hold the number of the current instance") {
  Rules rules;
  AddTests(&rules, false);
  RuleTweak rule = rules.Add({.name = "m.r", .stages = {OnMatch("ask (?<a>\\w+)"), OnThen("ok (?<b>\\w+)")}});
  const ir::RuleId test = rules.Id("m.test");
  for (std::uint32_t s : {0u, 1u}) {
    const std::string slot = "test" + std::to_string(s);
    rule.Provide(ProvidedKind::kScopeInstance, slot, kIntType, s, test);
    ir::FunctionBuilder key(&rules.module(), "m.r.key");
    rule.stage(s).key = key.Finish(key.MakeList(kIntType, {key.Slot(rule.Slot(slot), kIntType)}));
  }
  rule.rule().key = {rule.Slot("test0")};
  rule.Report("{a}{b}");
  const RunResult result = RunInputs(
      rules.Make(), {{"a", "ask 0\n=== RUN A\nask 1\n=== RUN B\nask 2\nok 2\n--- PASS: B\nok 1\n"}});
  CHECK(result.Text() == "m.r@5-6 22\nm.r@3-8 11\n");
  CHECK(Notices(result.summary) == "missing_key x1 m.r\n");
}

}  // namespace
}  // namespace faultline::runtime::testing
