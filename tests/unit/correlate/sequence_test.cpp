// Sequences: keys, windows of the whole rule and in time, every, until, absences, repetition, lists.
#include "support.h"

#include <catch2/catch.hpp>

namespace faultline::runtime::testing {
namespace {

using ir::StageKind;
using ir::WindowUnit;

TEST_CASE("S3.1 by: a state for each key, interleaved") {
  Rules rules;
  rules.Add({.name = "m.r", .stages = {OnMatch("ask (?<a>\\w+)"), Lines(OnThen("ok (?<b>\\w+)"), 3)}})
      .Key({"a", "b"})
      .Report("{a}-{b}");
  const auto module = rules.Make();
  CHECK(FoundIn(module, "ask 1\nask 2\nok 2\nok 1\n") == "m.r@2-3 2-2\nm.r@1-4 1-1\n");
  CHECK(FoundIn(module, "ask 1\nask 2\nok 3\nx\nok 1\n").empty());
  CHECK(FoundIn(module, "ask 1\nx\nx\nok 1\n") == "m.r@1-4 1-1\n");  // exactly three lines behind
}

TEST_CASE("S3.3 an event without a part of its key is left out and counted") {
  Rules rules;
  rules.Add({.name = "m.r", .stages = {OnMatch("ask(?: (?<a>\\w+))?"), OnThen("ok(?: (?<b>\\w+))?")}})
      .Key({"a", "b"})
      .Report("{a}");
  const RunResult result = RunInputs(rules.Make(), {{"a", "ask\nask 1\nok\nok 1\n"}});
  CHECK(result.Text() == "m.r@2-4 1\n");
  CHECK(Notices(result.summary) == "missing_key x2 m.r\n");
}

TEST_CASE("S4.2 within a duration: both ends included, also with keys") {
  for (const bool keyed : {false, true}) {
    Rules rules;
    RuleTweak rule =
        rules.Add({.name = "m.r", .stages = {OnMatch("ask (?<a>\\w+)"), Seconds(OnThen("ok (?<b>\\w+)"), 5)}})
            .Report("{a}{b}");
    if (keyed) rule.Key({"a", "b"});
    const auto module = rules.Make();
    CHECK(FoundIn(module, At(1, "ask 1") + At(6, "ok 1")) == "m.r@1-2 11\n");
    CHECK(FoundIn(module, At(1, "ask 1") + At(7, "ok 1")).empty());
    CHECK(FoundIn(module, At(1, "ask 1") + At(7, "x") + At(6, "ok 1")).empty());  // the watermark is past it
    CHECK(FoundIn(module, At(1, "ask 1") + "ok 1\n") == "m.r@1-2 11\n");  // has the time of the record before
    const RunResult result = RunInputs(module, {{"a", "ask 1\n" + At(1, "ok 1")}});
    CHECK(result.findings.empty());
    CHECK(Notices(result.summary) == "no_time x1 m.r\n");
  }
}

TEST_CASE("S4.2 a window of the whole rule spans from the first stage to the last") {
  Rules rules;
  rules.Add({.name = "m.r", .stages = {OnMatch("a"), OnThen("b"), OnThen("c")}, .report = "found"})
      .Window(WindowUnit::kTime, 10 * kSecond);
  const auto module = rules.Make();
  CHECK(FoundIn(module, At(1, "a") + At(9, "b") + At(11, "c")) == "m.r@1-3 found\n");
  CHECK(FoundIn(module, At(1, "a") + At(9, "b") + At(12, "c")).empty());
  Rules lines;
  lines.Add({.name = "m.r", .stages = {OnMatch("a"), OnThen("b"), OnThen("c")}, .report = "found"})
      .Window(WindowUnit::kLines, 3);
  const auto in_lines = lines.Make();
  CHECK(FoundIn(in_lines, "a\nb\nx\nc\n") == "m.r@1-4 found\n");
  CHECK(FoundIn(in_lines, "a\nb\nx\nx\nc\n").empty());
}

TEST_CASE("S4.6 absence with a key in time: decided by the run's watermark") {
  Rules rules;
  rules
      .Add({.name = "m.r",
            .stages = {OnMatch("cancel (?<a>\\w+)"),
                       Seconds(OnStage(StageKind::kWithout, "clean (?<b>\\w+)"), 3)}})
      .Key({"a", "b"})
      .Provide(ir::ProvidedKind::kElapsed, "elapsed", lang::Type(lang::TypeKind::kDuration), 0)
      .Report("{a}");
  const auto module = rules.Make();
  CHECK(FoundIn(module, At(1, "cancel 1") + At(2, "cancel 2") + At(4, "clean 1") + At(6, "x")) ==
        "m.r@2 2\n");
  CHECK(FoundIn(module, At(1, "cancel 1") + At(5, "clean 1")) == "m.r@1 1\n");
  CHECK(FoundIn(module, At(1, "cancel 1")) == "m.r@1 1\n");  // the end of the run
  const RunResult result = RunInputs(module, {{"a", At(1, "cancel 1") + At(9, "x") + At(3, "clean 1")}});
  CHECK(result.Text() == "m.r@1 1\n");
  CHECK(Notices(result.summary) == "late x1 m.r\n");
  REQUIRE(result.findings[0]->Field("elapsed") != nullptr);
  CHECK(result.findings[0]->Field("elapsed")->value.integer == 8 * kSecond);
}

TEST_CASE("S4.6 without between two stages: bounds are exclusive") {
  Rules rules;
  RuleTweak rule =
      rules.Add({.name = "m.r",
                 .stages = {OnMatch("in (?<a>\\w+)"), OnThen("fail (?<b>\\w+)"), OnThen("out (?<c>\\w+)"),
                            OnStage(StageKind::kWithout, "pay (?<d>\\w+)")}});
  rule.Key({"a", "b", "c", "d"}).Report("{a}");
  rule.stage(3).after = 0;
  rule.stage(3).before = 2;
  const auto module = rules.Make();
  CHECK(FoundIn(module, "in 1\nfail 1\nout 1\n") == "m.r@1-3 1\n");
  CHECK(FoundIn(module, "in 1\nfail 1\npay 1\nout 1\n").empty());
  CHECK(FoundIn(module, "in 1\npay 1\nfail 1\nout 1\n").empty());
  CHECK(FoundIn(module, "pay 1\nin 1\nfail 1\nout 1\npay 1\n") == "m.r@2-4 1\n");
  CHECK(FoundIn(module, "in 1\nfail 1\npay 2\nout 1\n") == "m.r@1-4 1\n");
  CHECK(FoundIn(module, "in 1\npay 1 in 2\nfail 2\nout 2 pay 2\n") == "m.r@2-4 2\n");  // on the bounds
}

TEST_CASE("S4.6 without before a stage, and after one") {
  Rules rules;
  RuleTweak before = rules.Add(
      {.name = "m.before", .stages = {OnMatch("a"), OnThen("b"), OnStage(StageKind::kWithout, "x")}});
  before.stage(2).before = 1;
  RuleTweak near =
      rules.Add({.name = "m.near", .stages = {OnMatch("b"), Lines(OnStage(StageKind::kWithout, "x"), 2)}});
  near.stage(1).before = 0;
  RuleTweak after = rules.Add(
      {.name = "m.after", .stages = {OnMatch("a"), OnThen("b"), OnStage(StageKind::kWithout, "x")}});
  after.stage(2).after = 0;
  const auto module = rules.Make();
  CHECK(FoundIn(module, "a\nb\n") == "m.before@1-2\nm.near@2\nm.after@1-2\n");
  CHECK(FoundIn(module, "x\n-\n-\na\nb\n") == "m.near@5\nm.after@4-5\n");
  CHECK(FoundIn(module, "-\nx\n-\nb\n").empty());
  CHECK(FoundIn(module, "x\n-\n-\nb\n") == "m.near@4\n");
  CHECK(FoundIn(module, "a\nx\nb\n").empty());
  CHECK(FoundIn(module, "a\nb x\n-\n") == "m.before@1-2\nm.near@2\n");  // on b is not before it, but after a
  CHECK(FoundIn(module, "a\nb\nx\n") == "m.before@1-2\nm.near@2\n");
}

TEST_CASE("S4.6 without a window and with a key: the whole run, before and after") {
  Rules rules;
  rules
      .Add({.name = "m.r",
            .stages = {OnMatch("open (?<a>\\w+)"), OnStage(StageKind::kWithout, "close (?<b>\\w+)")}})
      .Key({"a", "b"})
      .Report("{a}");
  const auto module = rules.Make();
  CHECK(FoundIn(module, "close 1\nopen 1\nopen 2\nopen 3\nclose 3\n") == "m.r@3 2\n");
  CHECK(RunInputs(module, {{"a", "open 1\nopen 2\n"}, {"b", "close 2\nopen 3\n"}}).Text() ==
        "m.r@1 1\nm.r@2 3\n");
}

TEST_CASE("S6.2 an event continues several matches, but none that it began") {
  Rules rules;
  rules.Add({.name = "m.r", .stages = {OnMatch("x"), OnThen("x")}, .report = "found"});
  CHECK(FoundIn(rules.Make(), "x\nx\nx\n") == "m.r@1-2 found\nm.r@2-3 found\n");
}

TEST_CASE("S6.3 every: the latest fitting earlier stages, nothing is consumed") {
  Rules rules;
  RuleTweak rule = rules.Add(
      {.name = "m.r", .stages = {OnMatch("a(?<x>\\d)"), OnThen("b(?<y>\\d)"), OnThen("c(?<z>\\d)")}});
  rule.stage(2).every = true;
  rule.Report("{x}{y}{z}");
  const auto module = rules.Make();
  CHECK(FoundIn(module, "a1\na2\nb1\nb2\nc1\nc2\n") == "m.r@2-5 221\nm.r@2-6 222\n");
  CHECK(FoundIn(module, "a1\nb1\na2\nc1\n") == "m.r@1-4 111\n");  // a2 stands behind the latest b
  CHECK(FoundIn(module, "b1\na1\nc1\n").empty());
  CHECK(FoundIn(module, "a1\nb1 c1\nc2\n") == "m.r@1-3 112\n");
}

TEST_CASE("S6.3 every with a condition, a window and a veto: no second try") {
  Rules rules;
  RuleTweak rule = rules.Add({.name = "m.r", .stages = {OnMatch("a(?<x>\\d)"), OnThen("c(?<z>\\d)")}});
  rule.stage(1).every = true;
  rule.stage(1).join = rule.Equal("x", "z");
  rule.Report("{x}{z}");
  CHECK(FoundIn(rules.Make(), "a1\na2\nc1\nc2\nc1\n") == "m.r@1-3 11\nm.r@2-4 22\nm.r@1-5 11\n");
  Rules vetoed;
  RuleTweak veto = vetoed.Add({.name = "m.r",
                               .stages = {OnMatch("a(?<x>\\d)"), Lines(OnThen("c(?<z>\\d)"), 3),
                                          OnStage(StageKind::kWithout, "no")}});
  veto.stage(1).every = true;
  veto.stage(2).after = 0;
  veto.stage(2).before = 1;
  veto.Report("{x}{z}");
  const auto module = vetoed.Make();
  CHECK(FoundIn(module, "a1\nc1\nno\nc2\n") == "m.r@1-2 11\n");
  CHECK(FoundIn(module, "a1\n-\n-\nc1\nc2\n") == "m.r@1-4 11\n");
  CHECK(FoundIn(module, "a1\na2\nno\nc1\n").empty());
}

TEST_CASE("S6.4 until drops what waits for its stage; on one record the stage comes first") {
  Rules rules;
  rules
      .Add({.name = "m.r",
            .stages = {OnMatch("a(?<x>\\d)"), OnThen("b"), OnStage(StageKind::kUntil, "stop"), OnThen("c")}})
      .Report("{x}");
  const auto module = rules.Make();
  CHECK(FoundIn(module, "a1\nb\nstop\nc\n") == "m.r@1-4 1\n");
  CHECK(FoundIn(module, "a1\nstop\nb\nc\n").empty());
  CHECK(FoundIn(module, "a1\nb stop\nc\n") == "m.r@1-3 1\n");
  CHECK(FoundIn(module, "a1 stop\nb\nc\n") == "m.r@1-3 1\n");
}

TEST_CASE("S6.5 several times within a window are one event, and spent") {
  Rules rules;
  RuleTweak rule = rules.Add({.name = "m.r", .stages = {Lines(OnMatch("err (?<x>\\w+)"), 4)}});
  rule.stage(0).count = 3;
  rule.stage(0).count_slot = rule.Slot("count", lang::Type(lang::TypeKind::kInt));
  rule.Report("{x}");
  // The verifier wants no window at a first stage but for what repeats.
  const auto module = rules.Make();
  CHECK(FoundIn(module, "err 1\nerr 2\n-\n-\nerr 3\n") == "m.r@1-5 3\n");
  CHECK(FoundIn(module, "err 1\nerr 2\n-\n-\n-\nerr 3\n").empty());
  CHECK(FoundIn(module, "err 1\nerr 2\nerr 3\nerr 4\nerr 5\nerr 6\n") == "m.r@1-3 3\nm.r@4-6 6\n");
  CHECK(FoundIn(module, "err 1\n-\n-\n-\nerr 2\nerr 3\nerr 4\n") == "m.r@5-7 4\n");
  const RunResult result = RunInputs(module, {{"a", "err 1\nerr 2\nerr 3\n"}});
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0]->evidence.size() == 3);
  REQUIRE(result.findings[0]->Field("count") != nullptr);
  CHECK(result.findings[0]->Field("count")->value.integer == 3);
}

TEST_CASE("S6.5 several times with a key in time") {
  Rules rules;
  RuleTweak rule = rules.Add({.name = "m.r", .stages = {Seconds(OnMatch("err (?<x>\\w+)"), 5)}});
  rule.stage(0).count = 2;
  rule.Key({"x"}).Report("{x}");
  const auto module = rules.Make();
  CHECK(FoundIn(module, At(1, "err 1") + At(2, "err 2") + At(6, "err 1") + At(7, "err 2")) ==
        "m.r@1-3 1\nm.r@2-4 2\n");
  CHECK(FoundIn(module, At(1, "err 1") + At(7, "err 1") + At(8, "err 1")) == "m.r@2-3 1\n");
}

TEST_CASE("S6.5 in a row: nothing that does not fit in between") {
  Rules rules;
  RuleTweak rule = rules.Add({.name = "m.r", .stages = {OnMatch("err (?<x>\\w+)")}});
  rule.stage(0).count = 2;
  rule.stage(0).in_a_row = true;
  rule.Report("{x}");
  CHECK(FoundIn(rules.Make(), "err 1\n-\nerr 2\nerr 3\nerr 4\n") == "m.r@3-4 3\n");
  // Of what a rule finds: other lines do not matter, its other findings do.
  Rules read;
  read.Add({.name = "m.e", .stages = {OnMatch("(?<what>ok|err) (?<x>\\w+)")}, .is_event = true});
  StageText from;
  from = Reads(from, "m.e", {{"w", "what"}, {"x", "x"}});
  RuleTweak reader = read.Add({.name = "m.r", .stages = {from}});
  reader.stage(0).count = 2;
  reader.stage(0).in_a_row = true;
  ir::FunctionBuilder guard(&read.module(), "m.r.guard");
  reader.stage(0).guard = guard.Finish(
      guard.Operation(lang::Opcode::eq_text,
                      {guard.Slot(reader.Slot("w"), lang::Type(lang::TypeKind::kText)), guard.Text("err")}));
  reader.Report("{x}");
  const auto module = read.Make();
  CHECK(FoundIn(module, "err 1\n-\nerr 2\n") == "m.r@1-3 2\n");
  CHECK(FoundIn(module, "err 1\nok 1\nerr 2\n").empty());
}

TEST_CASE("a stage that looks at each element of a list matches once for each") {
  Rules rules;
  StageText from = OnMatch("deps (?<all>.*)");
  RuleTweak rule = rules.Add({.name = "m.r", .stages = {from}});
  // Lists come from formats; here the stage makes one of constants.
  ir::FunctionBuilder each(&rules.module(), "m.r.each");
  rule.stage(0).each =
      each.Finish(each.MakeList(lang::Type(lang::TypeKind::kText), {each.Text("a"), each.Text("b")}));
  rule.stage(0).each_slot = rule.Slot("dep");
  rule.Key({"dep"}).Report("{dep}");
  CHECK(FoundIn(rules.Make(), "deps x\ndeps y\n") == "m.r@1 a\nm.r@1 b\nm.r@2 a\nm.r@2 b\n");
}

TEST_CASE("a key's state is bounded and goes with its windows") {
  Rules rules;
  rules.Add({.name = "m.r", .stages = {OnMatch("ask (?<a>\\w+)"), Seconds(OnThen("ok (?<b>\\w+)"), 2)}})
      .Key({"a", "b"})
      .Report("{a}");
  const auto module = rules.Make();
  std::string log;
  for (int i = 0; i < 60; ++i) log += At(i, "ask k" + std::to_string(i));
  EngineOptions options;
  options.limits.max_pending = 4;  // three windows are open at a time
  CHECK(Notices(RunInputs(module, {{"a", log}}, options).summary).empty());
  options.limits.max_pending = 2;
  CHECK(Notices(RunInputs(module, {{"a", log}}, options).summary) == "dropped_matches x58 m.r\n");
}

}  // namespace
}  // namespace faultline::runtime::testing
