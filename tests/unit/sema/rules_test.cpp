// Rules: bindings and their types, stages, where conditions go, what is optional, what a finding says.
#include "tests/unit/sema/compiled.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace faultline::sema_test {
namespace {

const sema::Binding& Bound(const sema::Rule& rule, std::string_view name) {
  for (const sema::Binding& binding : rule.bindings) {
    if (binding.name == name && !binding.hidden) return binding;
  }
  FAIL("no binding " << name);
  return rule.bindings.front();
}

std::string Codes(const std::string& clauses, const std::string& before = "") {
  return Compiled({RuleText(clauses, before)}, {.lints = false, .quiet_modules = {}}).Codes();
}

TEST_CASE("holes have the types of their kind") {
  Compiled compiled(
      {RuleText("match \"{a} {b:int} {c:path} {d:duration} {e:semver} {f:bytes} {g:hex} x\"\n"
                "report \"{a}{b}{c}{d}{e}{f}{g}\"")});
  CHECK(compiled.Codes() == "");
  CHECK(compiled.TypeOf("m.r", "a").ToString() == "text");
  CHECK(compiled.TypeOf("m.r", "b").ToString() == "int");
  CHECK(compiled.TypeOf("m.r", "c").ToString() == "text");
  CHECK(compiled.TypeOf("m.r", "d").ToString() == "duration");
  CHECK(compiled.TypeOf("m.r", "e").ToString() == "semver");
  CHECK(compiled.TypeOf("m.r", "f").ToString() == "bytes");
  CHECK(compiled.TypeOf("m.r", "g").ToString() == "text");
}

TEST_CASE("a name that not every alternative binds is optional until it is demanded") {
  const std::string match = "match \"exit {code:int}\" or \"killed by {signal}\"\n";
  CHECK(Codes(match + "report \"{code}\"") == "FL0306");
  CHECK(Codes(match + "report \"{code default 0}\"") == "");
  CHECK(Codes(match + "report \"{if code present then \"{code}\" else signal}\"") == "FL0306");
  CHECK(Codes(match + "report \"{if code present then \"{code}\" else \"none\"}\"") == "");
  CHECK(Codes(match + "report \"{if code missing then \"none\" else \"{code}\"}\"") == "");
  CHECK(Codes(match + "where code present\nreport \"{code}\"") == "");
  CHECK(Codes(match + "where code > 3\nreport \"{code}\"") == "");
  CHECK(Codes(match + "where code > 3 or signal == \"9\"\nreport \"{code}\"") == "FL0306");
  CHECK(Codes(match + "where code > 3 or code < 1\nreport \"{code}\"") == "");
  CHECK(Codes(match + "where not (code missing)\nreport \"{code}\"") == "");
  CHECK(Codes(match + "where (code default 5) > 3\nreport \"{code}\"") == "FL0306");
  CHECK(Codes(match + "report \"x\"\nfix \"kill {code}\"") == "FL0306");
  CHECK(Codes(match + "let twice = code * 2\nreport \"{twice}\"") == "FL0306");
  CHECK(Codes(match + "let twice = (code default 1) * 2\nreport \"{twice}\"") == "");
}

TEST_CASE("conditions go to the first stage that has their names") {
  Compiled compiled(
      {RuleText("match \"start {a:int}\"\nthen \"middle {b:int}\" within 3 lines\n"
                "then \"end {c:int}\" within 4 records\n"
                "where a > 1 and b > 2 and c > a and log.line > 0\nreport \"{a} {b} {c}\"")});
  REQUIRE(compiled.Codes() == "");
  const ir::Rule& rule = compiled.Lowered("m.r");
  REQUIRE(rule.stages.size() == 3);
  CHECK(rule.stages[0].guard != ir::kNone);
  CHECK(rule.stages[0].join == ir::kNone);
  CHECK(rule.stages[1].guard != ir::kNone);
  CHECK(rule.stages[1].join == ir::kNone);
  CHECK(rule.stages[2].guard == ir::kNone);
  CHECK(rule.stages[2].join != ir::kNone);
  CHECK(rule.stages[1].window == ir::WindowUnit::kLines);
  CHECK(rule.stages[1].amount == 3);
  CHECK(rule.stages[2].window == ir::WindowUnit::kRecords);
  CHECK(rule.stages[0].window == ir::WindowUnit::kNoWindow);
}

TEST_CASE("a name bound again must be equal") {
  Compiled compiled(
      {RuleText("match \"start {id} {n:int}\"\nwithout \"end {id}\" within 5m\nreport \"{id} {n}\"")});
  REQUIRE(compiled.Codes() == "");
  const ir::Rule& rule = compiled.Lowered("m.r");
  CHECK(rule.stages[1].guard == ir::kNone);
  REQUIRE(rule.stages[1].join != ir::kNone);
  CHECK(rule.stages[1].window == ir::WindowUnit::kTime);
  CHECK(rule.stages[1].amount == 300'000'000'000);
  const std::string join = ir::PrintFunction(compiled.lowered.module, rule.stages[1].join);
  INFO(join);
  CHECK(join.find("eq_text") != std::string::npos);
  CHECK(std::count_if(rule.slots.begin(), rule.slots.end(),
                      [](const ir::Slot& slot) { return !slot.hidden; }) == 2);
  CHECK(Codes("match \"start {id}\"\nthen \"end {id:int}\" within 1 line\nreport \"{id}\"") == "FL0307");
}

TEST_CASE("what only a without binds has no value outside") {
  const std::string stages = "match \"start {id}\"\nwithout \"end {why}\" where why != id within 3 lines\n";
  CHECK(Codes(stages + "report \"{id}\"") == "");
  CHECK(Codes(stages + "report \"{why}\"") == "FL0201");
  CHECK(Codes(stages + "where why == \"x\"\nreport \"{id}\"") == "FL0201");
}

TEST_CASE("an alias keeps the names of a stage apart") {
  Compiled compiled(
      {RuleText("match \"login {user}\" as a\nthen \"logout {user}\" as b within 3 lines\n"
                "where a.user != b.user\nreport \"{a.user} {b.user}\"")});
  REQUIRE(compiled.Codes() == "");
  CHECK(Bound(compiled.Rule("m.r"), "a.user").stage == 0);
  CHECK(Bound(compiled.Rule("m.r"), "b.user").stage == 1);
  CHECK(Codes("match \"login {user}\" as a\nreport \"{user}\"") == "FL0201");
  CHECK(Codes("match \"login {user}\" as a\nthen \"x {y}\" as a within 1 line\nreport \"{a.user}\"") ==
        "FL0212");
}

TEST_CASE("rules read events") {
  const std::string event = "event login { match \"login {user} from {ip:ip}{( by {agent})?}\" }\n";
  Compiled from({RuleText("from login\nwhere ip in \"10.0.0.0/8\"\nreport \"{user}\"", event)});
  REQUIRE(from.Codes() == "");
  const ir::Rule& rule = from.Lowered("m.r");
  CHECK(rule.stages[0].input == ir::StageInput::kRule);
  CHECK(from.lowered.module.rules[rule.stages[0].rule].name == "m.login");
  CHECK(rule.stages[0].load != ir::kNone);
  CHECK(rule.stages[0].guard != ir::kNone);
  CHECK(rule.slots.size() == 3);
  CHECK(Codes("from login\nreport \"{agent}\"", event) == "FL0306");

  Compiled named({RuleText("match login\nreport \"{login.user}\"", event)});
  CHECK(named.Codes() == "");
  CHECK(named.Lowered("m.r").slots[1].hidden);  // login.ip: nobody speaks of it
  Compiled alias(
      {RuleText("match login as a\nthen \"logout {user}\" where user == a.user within 9 lines\n"
                "report \"{a.user}\"",
                event)});
  CHECK(alias.Codes() == "");
  CHECK(alias.Lowered("m.r").stages[1].join != ir::kNone);
  CHECK(Codes("from login or \"x\"\nreport \"x\"", event) == "FL0515");
  CHECK(Codes("from logins\nreport \"x\"", event) == "FL0210");
}

TEST_CASE("rules stand after those they read, whatever the order in the file") {
  Compiled compiled({"module m\nevent c { from b }\nevent b { from a }\nevent a { match \"x\" }\n"});
  REQUIRE(compiled.Codes() == "");
  const std::vector<ir::Rule>& rules = compiled.lowered.module.rules;
  REQUIRE(rules.size() == 3);
  CHECK(rules[0].name == "m.a");
  CHECK(rules[1].name == "m.b");
  CHECK(rules[2].name == "m.c");
}

TEST_CASE("a circle of rules or patterns is shown with its path") {
  Compiled rules({"module m\nevent a { from b }\nevent b { from c }\nevent c { from a }\n"});
  CHECK(rules.Only().code() == "FL0206");
  CHECK(rules.Only().message == "`a` reads itself: a -> b -> c -> a");
  Compiled patterns({"module m\npattern a = \"x{:b}\"\npattern b = \"y{:a}\"\n"});
  CHECK(patterns.Only().code() == "FL0205");
  CHECK(patterns.Only().message == "pattern `a` contains itself: a -> b -> a");
}

TEST_CASE("a finding says what its clauses say") {
  Compiled compiled(
      {RuleText("match \"verifying {module}@{version:semver}: checksum mismatch\"\n"
                "report \"{module}@{version} is not what go.sum records\"\n"
                "fix \"go mod download {module}@{version}\"\nat \"{log.file}:{log.line}\"")});
  REQUIRE(compiled.Codes() == "");
  const auto found = compiled.Run("m.r", "verifying a/b@v1.2.3: checksum mismatch");
  REQUIRE(found);
  CHECK(found->report == "a/b@v1.2.3 is not what go.sum records");
  CHECK(found->fix == "go mod download a/b@v1.2.3");
  CHECK(found->at == "test.log:7");
  const auto hostile = compiled.Run("m.r", "verifying $(rm);x@v1.2.3: checksum mismatch");
  REQUIRE(hostile);
  CHECK(hostile->fix == "go mod download '$(rm);x'@v1.2.3");
  CHECK(compiled.Lowered("m.r").identity == std::vector<ir::SlotId>{0, 1});
}

TEST_CASE("a missing value prints a question mark and drops the fix") {
  Compiled compiled(
      {RuleText("match \"code {code}\"\nlet n = code as int\nreport \"n is {n}\"\nfix \"kill {n}\"")});
  REQUIRE(compiled.Codes() == "");
  const auto found = compiled.Run("m.r", "code x");
  REQUIRE(found);
  CHECK(found->report == "n is ?");
  CHECK(found->fix == "<missing>");
}

TEST_CASE("lets are computed where conditions use them") {
  Compiled compiled(
      {RuleText("match \"took {d:duration}\"\nlet twice = d * 2\nlet more = twice + 1s\n"
                "where more > 10s\nreport \"{more} {twice}\"")});
  REQUIRE(compiled.Codes() == "");
  CHECK_FALSE(compiled.Run("m.r", "took 4s"));
  const auto found = compiled.Run("m.r", "took 5s");
  REQUIRE(found);
  CHECK(found->report == "11s 10s");
  CHECK(found->fields.at("more") == "duration 11000000000");
}

TEST_CASE("tests in rules become conditions") {
  Compiled compiled(
      {RuleText("match \"exit {code:int}\"\nreport \"{code}\"\n"
                "test \"\"\"\n  exit 3\n  \"\"\" expect { code == 3, log.line == 1 }\n"
                "test \"\"\"\n  nothing\n  \"\"\" expect nothing")});
  REQUIRE(compiled.Codes() == "");
  REQUIRE(compiled.lowered.tests.size() == 2);
  const lower::RuleTest& test = compiled.lowered.tests[0];
  CHECK(test.input == "exit 3");
  CHECK(test.count == 1);
  REQUIRE(test.findings.size() == 1);
  REQUIRE(test.findings[0].size() == 2);
  CHECK(test.findings[0][0].source == "code == 3");
  CHECK(test.findings[0][0].holds != ir::kNone);
  CHECK(test.findings[0][0].actual != ir::kNone);
  CHECK(compiled.lowered.tests[1].count == 0);
}

TEST_CASE("a broken rule says nothing of what follows from it, and the others still compile") {
  Compiled compiled(
      {"module m\nrule a {\nseverity error\nmatch \"{x:nosuch} {y}\"\nwhere x > 3\nreport \"{x} {y}\"\n}\n"
       "rule b {\nseverity error\nmatch \"boom {x}\"\nreport \"{x}\"\n}\n"});
  CHECK(compiled.Codes() == "FL0203");
  CHECK_FALSE(compiled.Rule("m.a").ok);
  CHECK(compiled.lowered.module.rules.size() == 1);
  CHECK(compiled.lowered.module.rules[0].name == "m.b");
}

TEST_CASE("broken syntax gives no second message here") {
  Compiled compiled({"module m\nrule a {\nseverity error\nmatch \"x {y}\nreport \"{y}\"\n}\n"});
  CHECK(compiled.Codes().find("FL02") == std::string::npos);
  CHECK(compiled.Codes().find("FL05") == std::string::npos);
}

TEST_CASE("what a missing bracket or an unread declaration brings along is not reported") {
  // The brace that ends `a` is missing: both rules run together.
  Compiled merged(
      {"module m\nrule a {\nseverity error\nmatch \"x {y}\"\nreport \"{y}\"\n\nrule b {\nseverity "
       "error\nmatch \"z {y}\"\nreport \"{y}\"\n}\n"});
  INFO(merged.Codes());
  CHECK(merged.sink.diagnostics().size() == 1);
  Compiled pattern(
      {"module m\npattern p r\"[a-z]+\"\nrule a {\nseverity error\nmatch \"x {y:p}\" or \"y {y:p}\"\n"
       "report \"{y}\"\n}\n"});
  INFO(pattern.Codes());
  CHECK(pattern.sink.diagnostics().size() == 1);
}

TEST_CASE("warnings wait until there are no errors") {
  Compiled compiled(
      {"module m\nrule a {\nseverity error\nmatch \"x {y} {z}\"\nreport \"{y}\"\n}\nrule b {\nseverity "
       "error\nmatch \"z {y}\"\nreport \"{w}\"\n}\n"});
  CHECK(compiled.Codes() == "FL0201");
}

TEST_CASE("long texts, many conditions and many alternatives need no deep stack") {
  std::string report;
  for (int i = 0; i < 20'000; ++i) report += "{a}";
  Compiled text({RuleText("match \"x {a}\"\nreport \"" + report + "\"")});
  CHECK(text.Codes() == "");
  CHECK(text.Run("m.r", "x y")->report == std::string(20'000, 'y'));
  std::string wheres;
  for (int i = 0; i < 5'000; ++i) wheres += "where a != \"z\"\n";
  Compiled conditions({RuleText("match \"x {a}\"\n" + wheres + "report \"{a}\"")});
  CHECK(conditions.Codes() == "");
  CHECK(conditions.Run("m.r", "x y"));
  CHECK_FALSE(conditions.Run("m.r", "x z"));
  std::string ways;
  for (int i = 0; i < 150; ++i)
    ways += (i == 0 ? "" : "|") + std::string("k") + std::to_string(i) + " {a:int}";
  Compiled group({RuleText("match \"x {(" + ways + ")}\"\nreport \"{a}\"")});
  CHECK(group.Codes() == "");
  const std::optional<Found> last = group.Run("m.r", "x k149 7");
  REQUIRE(last);
  CHECK(last->report == "7");
}

TEST_CASE("a pattern that is too large for the automata is refused") {
  CHECK(Codes("match r\"x(?<a>[a-z]{500}[0-9]{400}\\pL{100})\"\nreport \"{a}\"").find("FL04") == 0);
  std::string ways;
  for (int i = 0; i < 2'000; ++i)
    ways += (i == 0 ? "" : "|") + std::string("k") + std::to_string(i) + " {a:int}";
  CHECK(Codes("match \"x {(" + ways + ")}\"\nreport \"{a}\"") == "FL0407");
}

TEST_CASE("modules are split over files and find one another") {
  Compiled compiled(
      {"module go.a\npattern h = r\"h1:\\w+\"\nevent e { match \"sum {s:h}\" }\n",
       "module go.a\nevent f { match \"other {s:h}\" }\n",
       "module ci\nuse go.a\nuse go.a as short\nevent g { match \"got {s:a.h}\" }\nevent i { from short.f }\n"
       "event j { from go.a.e }\n",
       "module formats\nformat app = json { message }\n", "module x\nevent k { from app }\n"});
  CHECK(compiled.Codes() == "");
  Compiled unknown({"module ci\nuse go.b\nevent g { match \"got {s:b.h}\" }\nevent i { from b.f }\n"});
  CHECK(unknown.Codes() == "FL0202");
}

TEST_CASE("lints can be turned off, for all or for the modules of others") {
  const std::string text = RuleText("match \"a {b} {c}\"\nreport \"{b}\"");
  CHECK(Compiled({text}).Codes() == "FL0801");
  CHECK(Compiled({text}, {.lints = false, .quiet_modules = {}}).Codes() == "");
  CHECK(Compiled({text}, {.lints = true, .quiet_modules = {"m"}}).Codes() == "");
}

}  // namespace
}  // namespace faultline::sema_test
