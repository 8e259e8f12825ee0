// Expressions: types, literals that take the other side's type, operations and their results.
#include "tests/unit/sema/compiled.h"

#include <catch2/catch.hpp>

namespace faultline::sema_test {
namespace {

constexpr const char* kLine = "v1.2.3 10.1.2.3 5s 64MiB 42 1.5 hello warning go1.21rc2 [1,2,3]";
constexpr const char* kMatch =
    "\"{v:semver} {ip:ip} {d:duration} {b:bytes} {n:int} {f:float} {t} {l:level} {g:goversion} "
    "[{xs:list(int, \",\")}]\"";

std::string Eval(const std::string& expression) {
  return Evaluate(kMatch, kLine, expression);
}

TEST_CASE("literals take the type of the other side") {
  CHECK(Eval("v >= \"v1.2.0\"") == "true");
  CHECK(Eval("\"v1.2.10\" > v") == "true");
  CHECK(Eval("v == \"nonsense\"") == "FL0303");
  CHECK(Eval("ip in \"10.0.0.0/8\"") == "true");
  CHECK(Eval("ip in [\"192.168.0.0/16\", \"10.0.0.0/8\"]") == "true");
  CHECK(Eval("ip in [\"10.1.2.4\"]") == "false");
  CHECK(Eval("ip in \"10.0.0.0/99\"") == "FL0303");
  CHECK(Eval("l >= error") == "false");
  CHECK(Eval("l >= info and error > l") == "true");
  CHECK(Eval("l == fatale") == "FL0303");
  CHECK(Eval("l in [warning, error]") == "true");
  CHECK(Eval("g < \"go1.21.0\"") == "true");
  CHECK(Eval("d == \"5s\"") == "true");
  CHECK(Eval("d > 0") == "true");
  CHECK(Eval("b > 0") == "true");
  CHECK(Eval("f > 1") == "true");
  CHECK(Eval("f between 1 and 2") == "true");
}

TEST_CASE("units are demanded") {
  CHECK(Eval("d > 20") == "FL0302");
  CHECK(Eval("20 < d") == "FL0302");
  CHECK(Eval("d > n") == "FL0302");
  CHECK(Eval("b + 1") == "FL0302");
  CHECK(Eval("d between 1 and 5s") == "FL0302");
  Compiled compiled({RuleText("match \"took {d:duration}\"\nwhere d > 20\nreport \"{d}\"")});
  const Diagnostic& diagnostic = compiled.Only();
  CHECK(diagnostic.code() == "FL0302");
  REQUIRE(diagnostic.helps.size() == 1);
  CHECK(diagnostic.helps[0] == "write `20ms` or `20s`");
  CHECK(compiled.sources.TextOf(diagnostic.span) == "20");
}

TEST_CASE("arithmetic has the overloads of the table") {
  CHECK(Eval("n + 1") == "43");
  CHECK(Eval("n / 4") == "10.5");
  CHECK(Eval("n * 2.0") == "84");
  CHECK(Eval("d * 2") == "10s");
  CHECK(Eval("1.8 * d") == "9s");
  CHECK(Eval("d + 1s") == "6s");
  CHECK(Eval("-n") == "-42");
  CHECK(Eval("n mod 5") == "2");
  CHECK(Eval("n / 0") == "FL0308");
  CHECK(Eval("n mod 0") == "FL0308");
  CHECK(Eval("9223372036854775807 + 1") == "FL0309");
  CHECK(Eval("quotient(n, 5)") == "8");
  CHECK(Eval("min(n, 7)") == "7");
  CHECK(Eval("max(f, 7)") == "7");
  CHECK(Eval("round(f)") == "2");
  CHECK(Eval("quotient(n, n - 42)") == "?");
}

TEST_CASE("text operators") {
  CHECK(Eval("t contains \"ell\"") == "true");
  CHECK(Eval("t contains \"ELL\"") == "false");
  CHECK(Eval("t contains \"ELL\"i") == "true");
  CHECK(Eval("t == \"HELLO\"i") == "true");
  CHECK(Eval("t != \"HELLO\"i") == "false");
  CHECK(Eval("t in [\"x\", \"Hello\"i]") == "true");
  CHECK(Eval("t not in [\"x\", \"Hello\"i]") == "false");
  CHECK(Eval("t startswith \"he\" and t endswith \"lo\"") == "true");
  CHECK(Eval("t matches r\"^h.*o$\"") == "true");
  CHECK(Eval("t matches \"{^}he{:word}{$}\"") == "true");
  CHECK(Eval("t matches \"{x}\"") == "FL0410");
  CHECK(Eval("not (t matches r\"x\")") == "true");
  CHECK(Eval("n contains \"4\"") == "FL0301");
  CHECK(Eval("t < \"b\"i") == "FL0319");
  CHECK(Eval("upper(t) + \"!\"") == "HELLO!");
  CHECK(Eval("t in \"hello world\"") == "FL0301");
}

TEST_CASE("lists and quantifiers") {
  CHECK(Eval("any(x in xs, x > 2)") == "true");
  CHECK(Eval("all(x in xs, x > 2)") == "false");
  CHECK(Eval("count(x in xs, x > 1)") == "2");
  CHECK(Eval("count(xs)") == "3");
  CHECK(Eval("first(x in xs, x > 1)") == "2");
  CHECK(Eval("first(xs)") == "1");
  CHECK(Eval("last(xs)") == "3");
  CHECK(Eval("xs[1]") == "2");
  CHECK(Eval("sum(map(x in xs, x * 2))") == "12");
  CHECK(Eval("filter(x in xs, x != 2)") == "1, 3");
  CHECK(Eval("join(xs, \"-\")") == "1-2-3");
  CHECK(Eval("join(xs, \"-\", x -> \"<{x}>\")") == "<1>-<2>-<3>");
  CHECK(Eval("any(x in xs, any(y in xs, y == x * 3))") == "true");
  CHECK(Eval("n in xs") == "false");
  CHECK(Eval("2 in xs") == "true");
  CHECK(Eval("any(x in n, x > 2)") == "FL0315");
  CHECK(Eval("any(x in xs, x)") == "FL0304");
  CHECK(Eval("any(xs)") == "FL0314");
  CHECK(Eval("[1, \"a\"]") == "FL0311");
}

TEST_CASE("conditionals, defaults and conversions") {
  CHECK(Eval("if n > 40 then \"many\" else \"few\"") == "many");
  CHECK(Eval("if n > 40 then 1 else 2.5") == "1");
  CHECK(Eval("if n > 40 then 1 else \"x\"") == "FL0316");
  CHECK(Eval("t as int") == "?");
  CHECK(Eval("(t as int) default 7") == "7");
  CHECK(Eval("(t as int) missing") == "true");
  CHECK(Eval("(t as int) default \"none\"") == "none");
  CHECK(Eval("n as text") == "42");
  CHECK(Eval("n as float") == "42");
  CHECK(Eval("f as int") == "1");
  CHECK(Eval("(n as duration(ms))") == "42ms");
  CHECK(Eval("d as ip") == "FL0310");
  CHECK(Eval("t as nonsense") == "FL0312");
}

TEST_CASE("an unknown operand makes a comparison unknown, which prints as missing") {
  CHECK(Eval("(t as int) > 5") == "?");
  CHECK(Eval("not ((t as int) > 5)") == "?");
  CHECK(Eval("(t as int) > 5 or true") == "true");
  CHECK(Eval("(t as int) > 5 and false") == "false");
  CHECK(Eval("(t as int) in [1, 2]") == "?");
}

TEST_CASE("builtins") {
  CHECK(Eval("log.line") == "7");
  CHECK(Eval("log.file") == "test.log");
  CHECK(Eval("log.lime") == "FL0201");
  CHECK(Eval("basename(\"a/b\")") == "b");
}

TEST_CASE("names that are not there are named with the nearest one") {
  Compiled compiled({RuleText("match \"undefined: {symbol}\"\nreport \"{symbl}\"")},
                    {.lints = false, .quiet_modules = {}});
  const Diagnostic& diagnostic = compiled.Only();
  CHECK(diagnostic.code() == "FL0201");
  REQUIRE(diagnostic.helps.size() == 1);
  CHECK(diagnostic.helps[0] == "did you mean `symbol`?");
  REQUIRE(diagnostic.edits.size() == 1);
  CHECK(diagnostic.edits[0].text == "symbol");
}

TEST_CASE("one mistake gives one message") {
  CHECK(Eval("nosuch + 1 > 2 and nosuch2 == 3") == "FL0201 FL0201");
  CHECK(Eval("upper(nosuch) contains lower(t)") == "FL0201");
  CHECK(Eval("nosuch(t)") == "FL0208");
  CHECK(Eval("t.field") == "FL0209");
}

}  // namespace
}  // namespace faultline::sema_test
