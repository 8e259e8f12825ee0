// Rules over many records: keys, windows, sets, joins, aggregates, scopes, graphs, causes.
#include "tests/unit/sema/compiled.h"

#include <catch2/catch.hpp>

namespace faultline::sema_test {
namespace {

const char* const kEvents = R"(module t
format ev = json { time: time from "ts", kind, key, value: int, took: duration(ms) from "took_ms" }
event login { match "login {user}" }
event failed { match "payment failed {user}" }
event paid { match "payment ok {user}" }
event logout { match "logout {member}" }
scope test {
  enter "=== RUN {name}"
  close "--- {result:(PASS|FAIL|SKIP)}: {name} ("
}
graph mods { edge "{parent} needs {child}" from parent to child }
)";

std::string With(const std::string& rule) {
  return kEvents + rule;
}

// Compiles without a message, and what it lowers to is well-formed.
const ir::Rule& Good(Compiled& compiled, const char* name) {
  INFO(compiled.Codes());
  REQUIRE(compiled.Codes() == "");
  std::string errors;
  for (const ir::VerifierError& error : ir::Verify(compiled.lowered.module)) errors += error.message + "\n";
  INFO(errors);
  REQUIRE(errors.empty());
  return compiled.Lowered(name);
}

TEST_CASE("stages of several events, a window of the whole rule and an absence between two") {
  Compiled compiled({With(R"(rule r {
  severity warning
  by      user
  match   login as a
  then    failed as b
  then    every logout as c by member
  within  90s
  without paid between a and c
  report  "{a.user} within {c.time - a.time}, {elapsed}"
})")});
  const ir::Rule& rule = Good(compiled, "t.r");
  REQUIRE(rule.stages.size() == 4);
  CHECK(rule.window == ir::Window{ir::WindowUnit::kTime, 90'000'000'000, ir::kNone});
  CHECK(rule.stages[2].every);
  CHECK(rule.stages[3].kind == ir::StageKind::kWithout);
  CHECK(rule.stages[3].after == 0);
  CHECK(rule.stages[3].before == 2);
  for (const ir::Stage& stage : rule.stages) CHECK(stage.key != ir::kNone);
  REQUIRE(rule.key.size() == 1);
  CHECK(rule.slots[rule.key[0]].name == "user");
  REQUIRE(rule.provided.size() == 1);
  CHECK(rule.provided[0].kind == ir::ProvidedKind::kElapsed);
  CHECK(rule.provided[0].stage == 2);
}

TEST_CASE("stages without a source read the rule's `from`, each its own fields") {
  Compiled compiled({With(R"(rule r {
  severity note
  from     ev
  by       key
  match    where kind == "A"
  then     where kind == "B" and value > 3 within 5m
  without  where kind == "D" before b
  then     where kind == "C" as b within 5m
  report   "{key} {b.value}"
})")});
  const ir::Rule& rule = Good(compiled, "t.r");
  REQUIRE(rule.stages.size() == 4);
  for (const ir::Stage& stage : rule.stages) {
    CHECK(stage.input == ir::StageInput::kFormat);
    CHECK(stage.guard != ir::kNone);  // of its own fields
    CHECK(stage.join == ir::kNone);
  }
  CHECK(rule.stages[2].before == 3);
}

TEST_CASE("a set gives its parts names; what compares them waits for the last") {
  Compiled compiled({With(R"(rule r {
  severity critical
  by key
  all within 5m {
    a = ev where kind == "a"
    b = ev where value > 500
  }
  where a.value < b.value
  report "{b.value}"
}
rule some {
  severity note
  by test
  any 2 of { x = login; y = failed; z = paid }
  report "{x.user default "?"}"
})")});
  const ir::Rule& rule = Good(compiled, "t.r");
  CHECK(rule.shape == ir::RuleShape::kAll);
  REQUIRE(rule.steps.size() == 1);
  CHECK(rule.steps[0].kind == ir::StepKind::kCondition);
  const ir::Rule& some = compiled.Lowered("t.some");
  CHECK(some.shape == ir::RuleShape::kAny);
  CHECK(some.need == 2);
  CHECK(some.window.unit == ir::WindowUnit::kScope);
  CHECK(some.provided.size() == 3);  // the instance of each stage's own event
}

TEST_CASE("joins are looked up in written order, conditions between them") {
  Compiled compiled({With(R"(event header { match "#{step:int} [{command}]" }
rule r {
  severity error
  match  "#{step:int} ERROR: {reason:rest}"
  with   h = latest header across run where h.step == step and h.command != "x" and h.command != reason
  with   n = next logout within 40 lines where n.member == h.command
  where  h.command startswith "a" and reason != "b"
  where  n.member present
  report "{h.command} {n.member}"
})")});
  const ir::Rule& rule = Good(compiled, "t.r");
  REQUIRE(rule.stages.size() == 3);
  CHECK(rule.stages[0].guard != ir::kNone);
  const ir::Stage& header = rule.stages[1];
  CHECK(header.kind == ir::StageKind::kLatest);
  CHECK(header.reach == ir::Reach::kRun);
  CHECK(header.index_own != ir::kNone);
  CHECK(header.index_other != ir::kNone);
  CHECK(header.guard != ir::kNone);
  CHECK(header.join != ir::kNone);
  std::string order;
  for (const ir::Step& step : rule.steps) order += step.kind == ir::StepKind::kJoin ? "j" : "c";
  CHECK(order == "jcjc");
}

TEST_CASE("aggregates: one for each text, their windows, history by name") {
  Compiled compiled({With(R"(rule r {
  severity warning
  from ev
  by key, job
  where kind == "E"
  when count(over 5m) > 3 and p90(took, over each 1m) > 100ms and count(failed, over 1d) > 1 twice in a row
  report "{count(over 5m)} {top(3, value)} {max(took, last 7d)} {count(over 5m, before 1h)} {first(top(3, value)).count} {sum(value, over session 30s)}"
})")});
  (void)compiled;
  // `failed` has no `key`, so the count of its events needs one.
  CHECK(compiled.Codes() == "FL0528");
  Compiled good({With(R"(rule r {
  severity warning
  from ev
  by key as text
  where kind == "E"
  when count(over 5m) > 3 and p90(took, over each 1m) > 100ms twice in a row
  report "{count(over 5m)} {top(3, value)} {max(took, last 7d)} {count(over 5m, before 1h)} {first(top(3, value)).count} {sum(value, over session 30s)} {mean(value, over test)}"
}
rule feeds {
  severity note
  from login
  by user
  when count(failed, over 1d) > 3 and sum(1, over 1d) > 2
  report "{count(failed, over 1d)} {count()} {count(user startswith "a")} {rate(over 1m)}"
})")});
  const ir::Rule& rule = Good(good, "t.r");
  CHECK(rule.shape == ir::RuleShape::kAggregate);
  CHECK(rule.when_count == 2);
  REQUIRE(rule.aggregates.size() == 7);
  CHECK(rule.aggregates[0].form == ir::AggregateForm::kSliding);
  CHECK(rule.aggregates[1].form == ir::AggregateForm::kTumbling);
  CHECK(rule.aggregates[1].parameter == 90);
  CHECK(rule.aggregates[2].kind == ir::AggregateKind::kTop);
  CHECK(rule.aggregates[3].series == "t.r: max(took, last 7d)");
  CHECK(rule.aggregates[4].before == 3'600'000'000'000);
  CHECK(rule.aggregates[5].form == ir::AggregateForm::kSession);
  CHECK(rule.aggregates[6].window.unit == ir::WindowUnit::kScope);
  const ir::Rule& feeds = good.Lowered("t.feeds");
  REQUIRE(feeds.stages.size() == 2);
  CHECK(feeds.stages[1].kind == ir::StageKind::kFeed);
  CHECK(feeds.aggregates[0].stage == 1);
}

TEST_CASE("a rule names fields of the scope around its line") {
  Compiled compiled({With(R"(rule r {
  severity error
  match "boom {x}"
  by test
  where test.result == "FAIL"
  report "{x} in {test.name}"
}
rule w {
  severity error
  match "begin {x}"
  then "end {x}" within test
  without "rescue" within source
  report "{x} {branch default "no branch"}"
})")});
  const ir::Rule& rule = Good(compiled, "t.r");
  CHECK(rule.steps.size() == 1);
  bool at_close = false, at_enter = false;
  for (const ir::Provided& provided : rule.provided) {
    if (provided.kind != ir::ProvidedKind::kScopeField) continue;
    (provided.at_close ? at_close : at_enter) = true;
  }
  CHECK(at_close);
  CHECK(at_enter);
  const ir::Rule& window = compiled.Lowered("t.w");
  CHECK(window.stages[1].window == ir::WindowUnit::kScope);
  CHECK(window.stages[2].scope == ir::kSourceScope);
}

TEST_CASE("graphs are asked before the conditions on them, scores add up their entries") {
  Compiled compiled({With(R"(rule r {
  severity note
  match "incompatible {module} {main}"
  where reaches(mods, main, module) and module != "x"
  report "{join(path(mods, main, module), " -> ")} {count(cycles(mods))}"
}
score alarm {
  severity warning
  10.0 "panic: {:text}"
  -1 paid
  when total(over 20 lines) >= 10
  report "{total}: {join(hits, " + ")}"
})")});
  const ir::Rule& rule = Good(compiled, "t.r");
  CHECK(rule.graph_queries.size() == 3);
  CHECK(rule.stages[0].guard != ir::kNone);
  REQUIRE(rule.steps.size() == 4);
  CHECK(rule.steps[3].kind == ir::StepKind::kCondition);
  const ir::Rule& score = compiled.Lowered("t.alarm");
  REQUIRE(score.aggregates.size() == 2);
  CHECK(score.aggregates[0].window == score.aggregates[1].window);
  CHECK_FALSE(score.is_event);
}

TEST_CASE("each, roles, repetition and `until`") {
  Compiled compiled({With(R"(format doc = json { deps, name }
rule r {
  severity note
  from    doc each deps as dep in after
  by      dep
  without doc each deps as dep in before
  report  "{dep} {name}"
}
rule n {
  severity note
  match "fail {x}" 3 times within 5m
  then  "stop {x}" within 20 lines
  until "resumed"
  where count > 3
  report "{x} {count}"
})")});
  const ir::Rule& rule = Good(compiled, "t.r");
  CHECK(rule.stages[0].role == "after");
  CHECK(rule.stages[0].each_slot != ir::kNone);
  CHECK(rule.stages[1].role == "before");
  CHECK(rule.stages[0].each_slot != rule.stages[1].each_slot);
  const ir::Rule& repeated = compiled.Lowered("t.n");
  CHECK(repeated.stages[0].count == 3);
  CHECK(repeated.stages[2].kind == ir::StageKind::kUntil);
  CHECK(repeated.stages[2].after == 1);
  CHECK(repeated.steps.size() == 1);
}

TEST_CASE("explains, confidence and needs; a rule may explain one behind it") {
  Compiled compiled({With(R"(rule cause {
  severity note
  from ev
  where kind == "full"
  let room = value
  report "full"
  explains effect as e within job where e.key == key and room < 10 confidence 0.5
  confidence { 0.5; 0.2 when value > 600 "big"; -0.1 when room > 900 "too big" }
  needs "a profile" when value > 700
}
rule effect {
  severity error
  from ev
  where kind == "slow"
  report "slow"
})")});
  const ir::Rule& cause = Good(compiled, "t.cause");
  REQUIRE(cause.explains.size() == 1);
  CHECK(cause.explains[0].window.scope == ir::kRunScope);
  CHECK(cause.explains[0].condition != ir::kNone);
  REQUIRE(cause.confidence.size() == 3);
  CHECK(cause.confidence[2].weight == -0.1);
  CHECK(cause.confidence[1].why == "big");
  CHECK(cause.needs.size() == 1);
}

TEST_CASE("mistakes that are near to one another have messages of their own") {
  const auto codes = [](const std::string& clauses) {
    return Compiled({With("rule r {\n  severity note\n" + clauses + "\n}")}).Codes();
  };
  CHECK(codes("from ev\nwhen count(over 5) > 3\nreport \"x\"") == "FL0507");
  CHECK(codes("from ev\nwhen p90(took, over 5m) > 5\nreport \"x\"") == "FL0302");
  CHECK(codes("from ev\nwhen count(count(over 5m) > 3, over 1h) > 3\nreport \"x\"") == "FL0702");
  CHECK(codes("from ev\nby count(over 5m)\nwhen count(over 5m) > 3\nreport \"x\"") == "FL0701");
  CHECK(codes("from ev\nwithin 5m\nwhen count() > 3\nreport \"x\"") == "FL0518");
  CHECK(codes("match login as a\nthen failed within 5m\nall within 5m { b = paid }\nreport \"x\"") ==
        "FL0518 FL0518");
  CHECK(codes("from login\nwhen count(test, over tests) > 3\nreport \"x\"") == "FL0214");
  CHECK(codes("match login as a\nwith b = latest failed across town\nreport \"x\"") == "FL0514");
  CHECK(codes("match \"boom {x}\"\nwhere test.reslt == \"FAIL\"\nreport \"{x}\"") == "FL0209");
  CHECK(codes("from login\nexplains r\nreport \"x\"") == "FL0709");
  CHECK(codes("from login\nexplains failed\nreport \"x\"") == "FL0207");
}

TEST_CASE("a key of the run's context, of a whole source, and one that a `let` is called as") {
  Compiled compiled({With(R"(rule r {
  severity note
  by context.job, run, source, user
  match login as a
  then failed as b within 5m
  let user = "{a.user}!"
  report "{job} {user} {context.team default "?"}"
})")});
  const ir::Rule& rule = Good(compiled, "t.r");
  REQUIRE(rule.key.size() == 4);
  CHECK(rule.provided.size() == 2);
  CHECK(rule.slots[rule.key[0]].name == "context.job");
  CHECK_FALSE(rule.slots[rule.key[0]].hidden);
  CHECK(rule.slots[rule.key[3]].hidden);
}

TEST_CASE("a name that might be an event gives way to what is read for certain") {
  Compiled compiled({R"(module t
event test_failed {
  match "FAIL {panic}"
  where panic != "x"
  when count(panic != "y", over 5m) > 3
}
event panic { from test_failed })"});
  CHECK(compiled.Codes() == "");
}

TEST_CASE("a circle of what is read is shown with its way, through counts too") {
  Compiled compiled({R"(module t
event a { match "a {x}" }
event b {
  from a
  when count(c, over 5m) > 3
}
event c {
  from b
})"});
  CHECK(compiled.Codes() == "FL0206");
}

}  // namespace
}  // namespace faultline::sema_test
