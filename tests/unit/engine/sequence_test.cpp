// Sequences, absence, rules that read rules: what is found, where it stands, and in which order it is said.
#include "make_module.h"

#include <catch2/catch.hpp>
#include <string>

namespace faultline::runtime::testing {
namespace {

using ir::StageKind;
using ir::WindowUnit;

StageText Match(std::string regex, std::vector<std::string> literals = {}) {
  StageText stage;
  stage.regex = std::move(regex);
  stage.literals = std::move(literals);
  return stage;
}
StageText Then(std::string regex, std::int64_t lines = 0, std::vector<std::string> literals = {}) {
  StageText stage = Match(std::move(regex), std::move(literals));
  stage.kind = StageKind::kThen;
  if (lines > 0) stage.window = WindowUnit::kLines, stage.amount = lines;
  return stage;
}
StageText Without(std::string regex, std::int64_t lines = 0, std::vector<std::string> literals = {}) {
  StageText stage = Then(std::move(regex), lines, std::move(literals));
  stage.kind = StageKind::kWithout;
  return stage;
}
StageText Joined(StageText stage, std::string left, std::string right) {
  stage.join_left = std::move(left);
  stage.join_right = std::move(right);
  return stage;
}

std::string Found(const RuleText& rule, std::string_view log) {
  return Run(ModuleMaker().Add(rule).Make(), log).Text();
}

TEST_CASE("a rule of one stage finds each line that it matches, once") {
  const RuleText rule{
      .name = "m.r", .stages = {Match("no (?<what>[a-z]+)", {"no "})}, .report = "{what} missing"};
  CHECK(Found(rule, "no cake no tea\nyes\nno tea\r\nno") == "m.r@1 cake missing\nm.r@3 tea missing\n");
}

TEST_CASE("of several alternatives the first that matches wins, wherever it stands in the line") {
  StageText stage = Match("(?<x>b+)", {"b"});
  stage.more = {"(?<x>a+)"};
  CHECK(Found({.name = "m.r", .stages = {stage}, .report = "{x}"}, "aab\naa\nc\n") == "m.r@1 b\nm.r@2 aa\n");
}

TEST_CASE("then: the first following match inside the window, one finding for each first stage") {
  const RuleText rule{.name = "m.r",
                      .stages = {Match("start (?<a>\\w+)", {"start"}), Then("end (?<b>\\w+)", 2, {"end"})},
                      .report = "{a}-{b}"};
  CHECK(Found(rule, "start 1\nend 2\nend 3\n") == "m.r@1-2 1-2\n");
  CHECK(Found(rule, "start 1\nx\nend 2\n") == "m.r@1-3 1-2\n");
  CHECK(Found(rule, "start 1\nx\nx\nend 2\n").empty());
  CHECK(Found(rule, "end 0\nstart 1\n").empty());
  CHECK(Found(rule, "start 1 end 0\nx\n").empty());  // never on the line of the first stage
  CHECK(Found(rule, "start 1\nstart 2\nend 3\n") == "m.r@1-3 1-3\nm.r@2-3 2-3\n");
  CHECK(Found(rule, "start 1\nend 2 start 4\nend 5\n") == "m.r@1-2 1-2\nm.r@2-3 4-5\n");
}

TEST_CASE("then: a window counts from the stage before; each stage its own line") {
  const RuleText rule{.name = "m.r", .stages = {Match("a"), Then("b", 2), Then("c", 2)}, .report = "found"};
  CHECK(Found(rule, "a\nx\nb\nx\nc\n") == "m.r@1-5 found\n");
  CHECK(Found(rule, "a\nbc\nx\n").empty());
  CHECK(Found(rule, "a\nb\nx\nx\nc\n").empty());
}

TEST_CASE("then: a condition on earlier stages decides which line continues") {
  const RuleText rule{.name = "m.r",
                      .stages = {Match("open (?<a>\\w+)", {"open"}),
                                 Joined(Then("close (?<b>\\w+)", 0, {"close"}), "a", "b")},
                      .report = "{a}"};
  CHECK(Found(rule, "open 1\nopen 2\nclose 3\nclose 2\nclose 1\nclose 1\n") == "m.r@2-4 2\nm.r@1-5 1\n");
}

TEST_CASE("without in a window: decided when the window ends") {
  const RuleText rule{
      .name = "m.r", .stages = {Match("ask (?<a>\\w+)"), Without("answer", 2)}, .report = "{a}"};
  CHECK(Found(rule, "ask 1\nanswer\nx\nx\n").empty());
  CHECK(Found(rule, "ask 1\nx\nanswer\n").empty());
  CHECK(Found(rule, "ask 1\nx\nx\nanswer\n") == "m.r@1 1\n");
  CHECK(Found(rule, "ask 1\n") == "m.r@1 1\n");  // the end of the input ends it
  CHECK(Found(rule, "answer\nask 1 answer\nx\n") ==
        "m.r@2 1\n");  // before, and on the same line: not in the window
  // Line 1 is decided at line 4, where a finding of line 4 itself comes later by its line.
  const auto module =
      ModuleMaker().Add(rule).Add({.name = "a.now", .stages = {Match("now")}, .report = "now"}).Make();
  CHECK(Run(module, "ask 1\nnow\nx\nnow\n").Text() == "a.now@2 now\nm.r@1 1\na.now@4 now\n");
}

TEST_CASE("without after then: the window opens behind the last positive stage") {
  const RuleText rule{
      .name = "m.r", .stages = {Match("a"), Without("veto", 2), Then("b", 3)}, .report = "found"};
  CHECK(Found(rule, "a\nveto\nb\nx\nx\nx\n") == "m.r@1-3 found\n");
  CHECK(Found(rule, "a\nb\nx\nveto\n").empty());
}

TEST_CASE("several withouts: each may veto, the last window decides") {
  const RuleText rule{
      .name = "m.r", .stages = {Match("a"), Without("b", 1), Without("c", 3)}, .report = "found"};
  CHECK(Found(rule, "a\nx\nx\nx\nx\n") == "m.r@1 found\n");
  CHECK(Found(rule, "a\nb\nx\nx\nx\n").empty());
  CHECK(Found(rule, "a\nx\nb\nc\nx\n").empty());
  CHECK(Found(rule, "a\nx\nb\nx\nc\n") == "m.r@1 found\n");
}

TEST_CASE("without a window: the whole input, before and after, decided at its end") {
  const RuleText rule{.name = "m.r",
                      .stages = {Match("ask (?<a>\\w+)", {"ask"}), Without("never", 0, {"never"})},
                      .report = "{a}"};
  CHECK(Found(rule, "ask 1\nx\nask 2\n") == "m.r@1 1\nm.r@3 2\n");
  CHECK(Found(rule, "never\nask 1\n").empty());
  CHECK(Found(rule, "ask 1\nnever\nask 2\n").empty());
  const RuleText keyed{.name = "m.k",
                       .stages = {Match("ask (?<a>\\w+)"), Joined(Without("got (?<b>\\w+)"), "a", "b")},
                       .report = "{a}"};
  CHECK(Found(keyed, "got 1\nask 1\nask 2\nask 3\ngot 3\n") == "m.k@3 2\n");
}

TEST_CASE("rules read what other rules and events found") {
  ModuleMaker maker;
  maker.Add({.name = "m.event", .stages = {Match("(?<who>\\w+) failed", {"failed"})}, .is_event = true});
  StageText read;
  read.reads = "m.event";
  read.loads = {{"name", "who"}};
  maker.Add({.name = "m.reader", .stages = {read}, .report = "{name} it was", .identity = {"name"}});
  StageText then_read = read;
  then_read.kind = StageKind::kThen;
  then_read.window = WindowUnit::kLines;
  then_read.amount = 2;
  maker.Add({.name = "m.after", .stages = {Match("start"), then_read}, .report = "{name} after start"});
  const RunResult result = Run(maker.Make(), "start\nx\nb failed\nc failed\n");
  CHECK(result.Text() == "m.after@1-3 b after start\nm.reader@3 b it was\nm.reader@4 c it was\n");
  REQUIRE(result.findings.size() == 3);
  CHECK(result.findings[1]->evidence.at(0).text == "b failed");
  CHECK(result.findings[1]->id != result.findings[2]->id);
  CHECK(result.findings[0]->evidence.size() == 2);
}

TEST_CASE("findings of one position come by first line, then by rule") {
  ModuleMaker maker;
  maker.Add({.name = "m.z", .stages = {Match("x (?<n>\\w+)"), Then("go")}, .report = "{n}"});
  maker.Add({.name = "m.a", .stages = {Match("go")}, .report = "go"});
  maker.Add({.name = "m.b", .stages = {Match("x (?<n>\\w+)"), Then("go")}, .report = "{n}"});
  CHECK(Run(maker.Make(), "x 1\nx 2\ngo\n").Text() ==
        "m.b@1-3 1\nm.z@1-3 1\nm.b@2-3 2\nm.z@2-3 2\nm.a@3 go\n");
}

TEST_CASE("windows in records count the records of the stream") {
  StageText then = Then("b");
  then.window = WindowUnit::kRecords;
  then.amount = 2;
  const RuleText rule{.name = "m.r", .stages = {Match("a"), then}, .report = "found"};
  CHECK(Found(rule, "a\nx\nb\n") == "m.r@1-3 found\n");
  CHECK(Found(rule, "a\nx\nx\nb\n").empty());
}

TEST_CASE("a time window of unknown time is neither kept nor broken, and is counted") {
  StageText then = Then("b");
  then.window = WindowUnit::kTime;
  then.amount = 1000000000;
  const RunResult result = Run(
      ModuleMaker().Add({.name = "m.r", .stages = {Match("a"), then}, .report = "found"}).Make(), "a\nb\n");
  CHECK(result.findings.empty());
  REQUIRE(result.summary.notices.size() == 1);
  CHECK(result.summary.notices[0].what == "no_time");
}

TEST_CASE("waiting matches are bounded, the oldest goes first, and it is said") {
  const RuleText rule{.name = "m.r", .stages = {Match("a(?<n>\\d+)"), Then("end")}, .report = "{n}"};
  std::string log;
  for (int i = 0; i < 50; ++i) log += "a" + std::to_string(i) + "\n";
  log += "end\n";
  EngineOptions options;
  options.limits.max_pending = 3;
  const RunResult result = Run(ModuleMaker().Add(rule).Make(), log, options);
  CHECK(result.Text() == "m.r@48-51 47\nm.r@49-51 48\nm.r@50-51 49\n");
  REQUIRE(result.summary.notices.size() == 1);
  CHECK(result.summary.notices[0].what == "dropped_matches");
  CHECK(result.summary.notices[0].count == 47);

  EngineOptions bytes;
  bytes.limits.max_bytes = 40000;
  const RunResult few = Run(ModuleMaker().Add(rule).Make(), log, bytes);
  CHECK(few.findings.size() > 1);
  CHECK(few.findings.size() < 10);
  CHECK(few.findings.back()->message == "49");
  CHECK(few.summary.notices[0].count == 50 - static_cast<std::int64_t>(few.findings.size()));
}

TEST_CASE("absence is found again in the next input") {
  const RuleText rule{.name = "m.r", .stages = {Match("ask"), Without("never")}, .report = "found"};
  const auto module = ModuleMaker().Add(rule).Make();
  const auto program = Run(module, "").program;
  Engine engine(program, {});
  KeepingSink sink;
  engine.AddSink(&sink);
  engine.Run(MemorySource("ask\nnever\n"), "one");
  CHECK(sink.findings.empty());
  engine.Run(MemorySource("ask\n"), "two");
  CHECK(sink.findings.size() == 1);
  CHECK(sink.findings.at(0)->location.file == "two");
  CHECK(engine.pending() == 0);
  engine.Finish();
  CHECK(sink.ended);
  CHECK(sink.summary.inputs == 2);
  CHECK(sink.summary.lines == 3);
  CHECK(sink.summary.findings[2] == 1);
}

}  // namespace
}  // namespace faultline::runtime::testing
