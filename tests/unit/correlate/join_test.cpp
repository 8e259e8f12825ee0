// As-of joins: latest, next, their reach, steps in order.
#include "support.h"

#include <catch2/catch.hpp>

namespace faultline::runtime::testing {
namespace {

using ir::StageKind;
using ir::StepKind;

// docker: `#N ERROR` with the latest header of N.
RuleTweak AddDocker(Rules* rules, ir::Reach reach, bool by_index) {
  RuleTweak rule = rules->Add({.name = "m.r",
                               .stages = {OnMatch("#(?<step>\\d+) ERROR"),
                                          OnStage(StageKind::kLatest, "#(?<n>\\d+) \\[(?<what>\\w+)\\]")}});
  rule.stage(1).reach = reach;
  if (by_index) {
    rule.stage(1).index_own = rule.TextList({"n"});
    rule.stage(1).index_other = rule.TextList({"step"});
  } else {
    rule.stage(1).join = rule.Equal("n", "step");
  }
  rule.rule().steps = {{StepKind::kJoin, ir::kNone, 1}};
  rule.Report("{step} {what}");
  return rule;
}

TEST_CASE("S7.1 latest: strictly before, for which the condition holds; missing if there is none") {
  for (const bool by_index : {true, false}) {
    Rules rules;
    AddDocker(&rules, ir::Reach::kStream, by_index);
    const auto module = rules.Make();
    CHECK(FoundIn(module, "#1 [a]\n#2 [b]\n#1 ERROR\n#2 ERROR\n") == "m.r@3 1 a\nm.r@4 2 b\n");
    CHECK(FoundIn(module, "#1 [a]\n#1 [c]\n#1 ERROR\n#1 [d]\n") == "m.r@3 1 c\n");
    CHECK(FoundIn(module, "#1 [a]\n#1 ERROR #1 [b]\n#3 ERROR\n") == "m.r@2 1 a\nm.r@3 3 ?\n");
  }
}

TEST_CASE("S7.1 latest is of the same source, unless it reaches across the run") {
  for (const ir::Reach reach : {ir::Reach::kSource, ir::Reach::kRun}) {
    Rules rules;
    AddDocker(&rules, reach, true);
    const RunResult result = RunInputs(rules.Make(), {{"1", At(1, "#1 [a]") + At(5, "#1 [b]")},
                                                      {"2", At(3, "#1 ERROR") + At(5, "#1 ERROR")}});
    CHECK(result.Text() == (reach == ir::Reach::kRun ? "m.r@1 1 a\nm.r@2 1 a\n" : "m.r@1 1 ?\nm.r@2 1 ?\n"));
  }
}

TEST_CASE("S7.2 next: the first behind it inside its window, else without it") {
  Rules rules;
  RuleTweak rule = rules.Add(
      {.name = "m.r",
       .stages = {OnMatch("race (?<r>\\w+)"), Lines(OnStage(StageKind::kNext, "FAIL: (?<t>\\w+)"), 2)}});
  rule.rule().steps = {{StepKind::kJoin, ir::kNone, 1}};
  rule.Report("{r} {t}");
  const auto module = rules.Make();
  CHECK(FoundIn(module, "race 1\n-\nFAIL: a\nFAIL: b\n") == "m.r@1 1 a\n");
  CHECK(FoundIn(module, "race 1\n-\n-\nFAIL: a\n") == "m.r@1 1 ?\n");
  CHECK(FoundIn(module, "FAIL: z\nrace 1 FAIL: y\n") == "m.r@2 1 ?\n");
  CHECK(FoundIn(module, "race 1\nrace 2\nFAIL: a\n") == "m.r@1 1 a\nm.r@2 2 a\n");
}

TEST_CASE("S7.3 joins are looked up in written order; conditions and lets stand between them") {
  Rules rules;
  RuleTweak rule =
      rules.Add({.name = "m.r",
                 .stages = {OnMatch("x (?<a>\\w+)"), Lines(OnStage(StageKind::kNext, "y (?<b>\\w+)"), 3),
                            Lines(OnStage(StageKind::kNext, "z (?<c>\\w+) (?<d>\\w+)"), 3)}});
  rule.stage(2).index_own = rule.TextList({"c"});
  rule.stage(2).index_other = rule.TextList({"b"});
  rule.rule().steps = {{StepKind::kJoin, ir::kNone, 1}, {StepKind::kJoin, ir::kNone, 2}};
  rule.Report("{a} {b} {d}");
  const auto module = rules.Make();
  CHECK(FoundIn(module, "x 1\ny 2\nz 2 3\n") == "m.r@1 1 2 3\n");
  CHECK(FoundIn(module, "x 1\nz 2 3\ny 2\n-\n-\n") == "m.r@1 1 2 3\n");  // came before it was asked for
  CHECK(FoundIn(module, "x 1\nz 9 3\ny 2\n-\nz 2 3\n") == "m.r@1 1 2 ?\n");
  Rules condition;
  RuleTweak filtered = AddDocker(&condition, ir::Reach::kStream, true);
  ir::FunctionBuilder is(&condition.module(), "m.r.is");
  filtered.rule().steps.push_back(
      {StepKind::kCondition,
       is.Finish(
           is.Operation(lang::Opcode::eq_text,
                        {is.Slot(filtered.Slot("what"), lang::Type(lang::TypeKind::kText)), is.Text("a")})),
       0});
  CHECK(FoundIn(condition.Make(), "#1 [a]\n#2 [b]\n#1 ERROR\n#2 ERROR\n#3 ERROR\n") == "m.r@3 1 a\n");
}

TEST_CASE("a join and an absence wait side by side") {
  Rules rules;
  RuleTweak rule =
      rules.Add({.name = "m.r",
                 .stages = {OnMatch("x (?<a>\\w+)"), Lines(OnStage(StageKind::kWithout, "no"), 3),
                            Lines(OnStage(StageKind::kNext, "y (?<b>\\w+)"), 2)}});
  rule.rule().steps = {{StepKind::kJoin, ir::kNone, 2}};
  rule.Report("{a} {b}");
  const auto module = rules.Make();
  CHECK(FoundIn(module, "x 1\ny 2\n-\n-\n-\n") == "m.r@1 1 2\n");
  CHECK(FoundIn(module, "x 1\ny 2\n-\nno\n").empty());
  CHECK(FoundIn(module, "x 1\n-\n-\n-\ny 2\n") == "m.r@1 1 ?\n");
}

TEST_CASE("events of joins are bounded; without a condition only what can be asked for is kept") {
  Rules rules;
  AddDocker(&rules, ir::Reach::kStream, true);
  std::string log;
  for (int i = 0; i < 100; ++i) log += "#1 [a" + std::to_string(i) + "]\n";
  EngineOptions options;
  options.limits.max_pending = 5;
  const RunResult result = RunInputs(rules.Make(), {{"a", log + "#1 ERROR\n"}}, options);
  CHECK(result.Text() == "m.r@101 1 a99\n");
  CHECK(result.summary.notices.empty());
  Rules conditional;
  AddDocker(&conditional, ir::Reach::kStream, false);
  const RunResult dropped = RunInputs(conditional.Make(), {{"a", log + "#1 ERROR\n"}}, options);
  CHECK(dropped.Text() == "m.r@101 1 a99\n");
  CHECK(Notices(dropped.summary) == "dropped_matches x95 m.r\n");
}

}  // namespace
}  // namespace faultline::runtime::testing
