// Several inputs: side by side in the order of their times, roles, keys across sources.
#include "support.h"

#include <catch2/catch.hpp>

namespace faultline::runtime::testing {
namespace {

using ir::StageKind;

TEST_CASE("S2.3 order between sources is time, input, place; then needs a greater time") {
  Rules rules;
  rules.Add({.name = "m.r", .stages = {OnMatch("ask (?<a>\\w+)"), Seconds(OnThen("ok (?<b>\\w+)"), 10)}})
      .Key({"a", "b"})
      .Report("{a}");
  const auto module = rules.Make();
  const auto found = [&](const std::string& one, const std::string& two) {
    const std::string text = RunInputs(module, {{"1", one}, {"2", two}}).Text();
    for (const int threads : {1, 2, 8}) {
      for (const std::size_t block : {1u, 100u}) {
        EngineOptions options;
        options.threads = threads;
        options.lines.block_bytes = block;
        CHECK(RunInputs(module, {{"1", one}, {"2", two}}, options).Text() == text);
      }
    }
    return text;
  };
  CHECK(found(At(1, "ask 1"), At(2, "ok 1")) == "m.r@1 1\n");
  CHECK(found(At(2, "ok 1"), At(1, "ask 1")) == "m.r@1 1\n");  // the second input comes first
  CHECK(found(At(1, "ask 1"), At(1, "ok 1")).empty());         // the same time is not later
  CHECK(found(At(1, "ask 1") + At(1, "ok 1"), At(0, "x")) == "m.r@1-2 1\n");
  CHECK(found(At(1, "ask 1") + At(5, "x"), At(3, "x") + At(4, "ok 1")) == "m.r@1-2 1\n");
  CHECK(found(At(1, "ask 1"), At(11, "ok 1")) == "m.r@1 1\n");
  CHECK(found(At(1, "ask 1"), At(12, "ok 1")).empty());
  CHECK(found(At(1, "ask 1"), "ok 1\n").empty());  // before the first time of its source, so before all
}

TEST_CASE("S3.2 without a key inputs have nothing to do with each other") {
  Rules rules;
  rules.Add({.name = "m.r", .stages = {OnMatch("ask"), OnThen("ok")}, .report = "found"});
  CHECK(RunInputs(rules.Make(), {{"1", "ask\n"}, {"2", "ok\n"}, {"3", "ask\nok\n"}}).Text() ==
        "m.r@1-2 found\n");
}

TEST_CASE("S2.6 skew: events of different sources may be out of order, and absence waits longer") {
  Rules rules;
  RuleTweak rule =
      rules.Add({.name = "m.r", .stages = {OnMatch("ask (?<a>\\w+)"), Seconds(OnThen("ok (?<b>\\w+)"), 10)}});
  rule.Key({"a", "b"}).Report("{a}");
  rule.rule().skew = 2 * kSecond;
  RuleTweak without = rules.Add(
      {.name = "m.w",
       .stages = {OnMatch("ask (?<a>\\w+)"), Seconds(OnStage(StageKind::kWithout, "ok (?<b>\\w+)"), 3)}});
  without.Key({"a", "b"}).Report("{a}");
  without.rule().skew = 2 * kSecond;
  const auto module = rules.Make();
  const auto found = [&](const std::string& one, const std::string& two) {
    return RunInputs(module, {{"1", one}, {"2", two}}).Text();
  };
  CHECK(found(At(5, "ask 1"), At(4, "ok 1")) == "m.r@1 1\n");
  CHECK(found(At(5, "ask 1"), At(5, "ok 1")) == "m.r@1 1\n");
  CHECK(found(At(5, "ask 1"), At(3, "ok 1")) == "m.w@1 1\n");  // strictly less than two seconds before
  CHECK(found(At(3, "ok 1") + At(4, "ok 1") + At(5, "ask 1"), "") ==
        "m.w@3 1\n");  // inside a source by place
  CHECK(found(At(5, "ask 1") + At(10, "x") + At(11, "y"), At(8, "ok 1")) == "m.r@1 1\n");
  CHECK(found(At(5, "ask 1") + At(10, "x") + At(11, "y"), At(9, "ok 1")) == "m.r@1 1\nm.w@1 1\n");
}

TEST_CASE("what is decided at the end of the run is read there") {
  Rules rules;
  RuleTweak absent =
      rules.Add({.name = "m.e",
                 .stages = {OnMatch("ask (?<a>\\w+)"), OnStage(StageKind::kWithout, "ok (?<b>\\w+)")},
                 .is_event = true});
  absent.Key({"a", "b"});
  StageText from;
  rules.Add({.name = "m.reader", .stages = {Reads(from, "m.e", {{"x", "a"}})}, .report = "{x}"});
  StageText begins = Reads(from, "m.e", {{"x", "a"}});
  rules.Add({.name = "m.lines",
             .stages = {begins, Lines(OnStage(StageKind::kWithout, "never"), 3)},
             .report = "{x}"});
  rules.Add({.name = "m.then", .stages = {begins, OnThen("never")}, .report = "{x}"});
  RuleTweak role = rules.Add({.name = "m.role", .stages = {begins}, .report = "{x}"});
  role.stage(0).role = "second";
  CHECK(RunInputs(rules.Make(), {{"1", "ask 1\nask 2\n"}, {"2", "ok 1\nask 3\n", "second"}}).Text() ==
        "m.lines@2 2\nm.reader@2 2\nm.lines@2 3\nm.reader@2 3\nm.role@2 3\n");
}

TEST_CASE("roles: what is only in the second input") {
  Rules rules;
  RuleTweak rule = rules.Add(
      {.name = "m.r", .stages = {OnMatch("dep (?<a>\\w+)"), OnStage(StageKind::kWithout, "dep (?<b>\\w+)")}});
  rule.stage(0).role = "after";
  rule.stage(1).role = "before";
  rule.Key({"a", "b"}).Report("{a}");
  const auto module = rules.Make();
  CHECK(RunInputs(module, {{"1", "dep x\ndep y\n", "before"}, {"2", "dep y\ndep z\n", "after"}}).Text() ==
        "m.r@2 z\n");
  // Without the other side nothing is said, and that is counted.
  const RunResult one = RunInputs(module, {{"1", "dep x\n", "after"}});
  CHECK(one.Text().empty());
  REQUIRE(one.summary.notices.size() == 1);
  CHECK(one.summary.notices[0].what == "missing_role");
  CHECK(one.summary.notices[0].where == "before");
  CHECK(RunInputs(module, {{"1", "dep x\n"}}).Text().empty());
}

TEST_CASE("a stopped run decides no absence, and says so") {
  Rules rules;
  rules
      .Add({.name = "m.r",
            .stages = {OnMatch("ask (?<a>\\w+)"), OnStage(StageKind::kWithout, "ok (?<b>\\w+)")}})
      .Key({"a", "b"})
      .Report("{a}");
  const auto module = rules.Make();
  std::atomic<bool> stop{false};
  EngineOptions options;
  options.stop = &stop;
  options.lines.block_bytes = 1;
  RunResult result;
  result.program = RunInputs(module, {}).program;
  Engine engine(result.program, options);
  class Stopping : public KeepingSink {
   public:
    std::atomic<bool>* stop = nullptr;
    void OnFinding(const FindingPtr& finding) override {
      KeepingSink::OnFinding(finding);
      *stop = true;
    }
  } sink;
  sink.stop = &stop;
  engine.AddSink(&sink);
  engine.Run(MemorySource("ask 1\nask 2\n"), "a");
  stop = true;
  engine.Run(MemorySource("ask 3\n"), "b");
  engine.Finish();
  CHECK(sink.findings.empty());
  CHECK(Notices(sink.summary) == "undecided_absence x2 m.r\n");
  CHECK(engine.pending() == 0);
}

TEST_CASE("the run's context stands in slots") {
  Rules rules;
  RuleTweak rule = rules.Add({.name = "m.r", .stages = {OnMatch("x")}});
  rule.Provide(ir::ProvidedKind::kContext, "job", lang::Type(lang::TypeKind::kText), 0).Report("{job}");
  EngineOptions options;
  options.context = {{"job", "nightly"}};
  const auto module = rules.Make();
  CHECK(RunInputs(module, {{"1", "x\n"}}, options).Text() == "m.r@1 nightly\n");
  CHECK(RunInputs(module, {{"1", "x\n"}}).Text() == "m.r@1 ?\n");
}

}  // namespace
}  // namespace faultline::runtime::testing
