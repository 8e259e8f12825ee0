// Templates: what they match and what their holes take, through the interpreter.
#include "tests/unit/sema/compiled.h"

#include <catch2/catch.hpp>

namespace faultline::sema_test {
namespace {

// The fields that a template takes out of a line: "a=1 b=2", or "-" for no match, or the codes of its
// mistakes.
std::string Take(const std::string& match, const std::string& line, const std::string& before = "") {
  Compiled compiled({RuleText("match " + match + "\nreport \"x\"", before)},
                    {.lints = false, .quiet_modules = {}});
  if (compiled.sink.has_errors()) return compiled.Codes();
  const std::optional<Found> found = compiled.Run("m.r", line);
  if (!found) return "-";
  std::string result;
  for (const auto& [name, value] : found->fields) {
    if (!result.empty()) result += '|';
    result += name;
    result += '=';
    result += value;
  }
  return result.empty() ? "match" : result;
}

TEST_CASE("a run of blanks is any run of blanks and tabs") {
  CHECK(Take("\"a b\"", "a b") == "match");
  CHECK(Take("\"a b\"", "a \t  b") == "match");
  CHECK(Take("\"a   b\"", "a b") == "match");
  CHECK(Take("\"a b\"", "ab") == "-");
  CHECK(Take("\"a\\tb\"", "a\tb") == "match");
  CHECK(Take("\"a\\tb\"", "a b") == "-");
  CHECK(Take("\"a\\x20b\"", "a b") == "match");
  CHECK(Take("\"a\\x20b\"", "a  b") == "-");
}

TEST_CASE("brackets, slashes and stops are plain text") {
  CHECK(Take("\"x[1] (a|b) # c/d.\"", "x[1] (a|b) # c/d.") == "match");
  CHECK(Take("\"a.b\"", "axb") == "-");
  CHECK(Take("\"\\{x\\}\"", "{x}") == "match");
}

TEST_CASE("an untyped hole takes the shortest run that lets the rest match") {
  CHECK(Take("\"{a}:{b}\"", "x:y:z w") == "a=x|b=y:z");
  CHECK(Take("\"{a}@{b} end\"", "m@v@w end") == "a=m|b=v@w");
  CHECK(Take("\"undefined: {symbol}\"", "undefined: foo.Bar and more") == "symbol=foo.Bar");
  CHECK(Take("\"undefined: {symbol}{$}\"", "undefined: foo.Bar and more") == "-");
  CHECK(Take("\"{file}: no\"", "cannot open a/b: no") == "file=a/b");
}

TEST_CASE("a hole before what may be absent stops there or runs to the end of its run") {
  const std::string creator = "\"created by {who}{( in goroutine {g:int})?}\"";
  CHECK(Take(creator, "created by main.main in goroutine 7") == "g=int 7|who=main.main");
  CHECK(Take(creator, "created by main.main") == "who=main.main");
  CHECK(Take(creator, "created by main.main elsewhere") == "who=main.main");
  const std::string place = "\"at {file}{(:{line:int})?}{( +0x{off:hex})?}\"";
  CHECK(Take(place, "at a.go") == "file=a.go");
  CHECK(Take(place, "at a.go:12") == "file=a.go|line=int 12");
  CHECK(Take(place, "at a.go:12 +0x1f") == "file=a.go|line=int 12|off=1f");
  CHECK(Take(place, "at a.go +0x1f") == "file=a.go|off=1f");
  CHECK(Take("\"why {what:text}{( (caused by {cause}))?}\"", "why a b c (caused by d)") ==
        "cause=d|what=a b c");
  CHECK(Take("\"why {what:text}{( (caused by {cause}))?}\"", "why a b c") == "what=a b c");
}

TEST_CASE("text is lazy, rest is all, until and balanced stop") {
  CHECK(Take("\"{what:text} in {file:path}\"", "not found in a in b") == "file=a|what=not found");
  CHECK(Take("\"error: {what:text}\"", "error: a b c") == "what=a b c");
  CHECK(Take("\"error:{what:rest}\"", "error:") == "what=");
  CHECK(Take("\"error:{what:text}\"", "error:") == "-");
  CHECK(Take("\"[{state:until(\",]\")}\"", "[chan receive, 5 minutes]") == "state=chan receive");
  CHECK(Take("\"{f}({args:balanced})\"", "main.go(a(b), [c])) x") == "args=a(b), [c]|f=main.go");
  CHECK(Take("\"f({args:balanced})\"", "f()") == "args=");
}

TEST_CASE("groups are optional parts and alternatives") {
  CHECK(Take("\"{x:(a|b)}c\"", "bc") == "x=b");
  CHECK(Take("\"{status:(ok|FAIL|?)} {pkg}\"", "?  a/b") == "pkg=a/b|status=?");
  CHECK(Take("\"x{({a:int}|{b:word})}\"", "x12") == "a=int 12");
  CHECK(Take("\"x{({a:int}|{b:word})}\"", "xyz") == "b=yz");
  CHECK(Take("\"{(took {d:duration}|in {d:duration})}\"", "in 5s") == "d=duration 5000000000");
  CHECK(Take("\"a{(b)?}c\"", "ac") == "match");
}

TEST_CASE("typed holes convert") {
  CHECK(Take("\"{f:path}:{l:int}:{c:int}\"", "cmd/api/x.go:3:8") == "c=int 8|f=cmd/api/x.go|l=int 3");
  CHECK(Take("\"took {d:duration(ms)}\"", "took 250") == "d=duration 250000000");
  CHECK(Take("\"at {t:time(s)}\"", "at 1") == "t=time 1000000000");
  CHECK(Take("\"load {l:list(float, \", \")}\"", "load 0.5, 1, 2") == "l=list [float 0.5, float 1, float 2]");
  CHECK(Take("\"{m:digits(2)}{d:digits(2)}\"", "0131") == "d=31|m=01");
  CHECK(Take("\"{l:one_of(\"IWEF\")} x\"", "W x") == "l=W");
  CHECK(Take("\"say {x:quoted}\"", "say \"a \\\"b\\\"\"") == "x=a \"b\"");
  CHECK(Take("\"({a:pairs(\", \", \"=\")})\"", "(image=x:1, name=, note=\"a, b\")") ==
        "a=map [\"image\", \"x:1\", \"name\", \"\", \"note\", \"a, b\"]");
}

TEST_CASE("named patterns are hole types") {
  const std::string place = "pattern place = \"{file:path}:{line:int}\"";
  CHECK(Take("\"at {p:place}\"", "at a.go:3", place) == "p=a.go:3|p.file=a.go|p.line=int 3");
  CHECK(Take("\"at {:place}\"", "at a.go:3", place) == "file=a.go|line=int 3");
  CHECK(Take("place", "at a.go:3", place) == "file=a.go|line=int 3");
  CHECK(Take("\"at {a:place} and {b:place}\"", "at a.go:3 and b.go:4", place) ==
        "a=a.go:3|a.file=a.go|a.line=int 3|b=b.go:4|b.file=b.go|b.line=int 4");
  CHECK(Take("\"at {:place} and {:place}\"", "", place) == "FL0409");
  CHECK(Take("\"{a:arch}\"", "on arm64", "pattern arch = \"amd64\" | \"arm64\"") == "a=arm64");
  CHECK(Take("\"x {h:h}\"", "x h1:ab=", "pattern h = r\"h1:(?<sum>\\w+)=\"") == "h=h1:ab=|h.sum=ab");
}

TEST_CASE("regexes bind their named groups") {
  CHECK(Take("r\"(?<a>\\d+)-(\\d+)\"", "x 12-34") == "a=12");
  CHECK(Take("r\"(?:a(?<x>b)|c(?<y>d))\"", "cd") == "y=d");
  CHECK(Take("r\"PANIC: (?<w>.*)\"i", "panic: x") == "w=x");
}

TEST_CASE("the flag i folds the text of a template") {
  CHECK(Take("\"Error: {x}\"i", "eRRor: A") == "x=A");
  CHECK(Take("\"Error: {x}\"", "eRRor: A") == "-");
}

TEST_CASE("alternatives are tried in order") {
  CHECK(Take("\"a {x:int}\" or \"a {x:int} {y:int}\"", "a 1 2") == "x=int 1");
  CHECK(Take("\"b {x:int}\" or \"a {x:int} {y:int}\"", "a 1 2") == "x=int 1|y=int 2");
}

TEST_CASE("what a template cannot say is reported") {
  CHECK(Take("\"{a}{b}\"", "") == "FL0403");
  CHECK(Take("\"{a}{(x)?}{b}\"", "") == "FL0403");
  CHECK(Take("\"{a:rest} x\"", "") == "FL0404");
  CHECK(Take("\"{a:text}{b:until(\",\")}\"", "") == "FL0403");
  CHECK(Take("\"{a} {a}\"", "") == "FL0409");
  CHECK(Take("\"{a:nosuch}\"", "") == "FL0203");
  CHECK(Take("\"a{$}b\"", "") == "FL0408");
  CHECK(Take("\"a{^}\"", "") == "FL0408");
  CHECK(Take("\"{(a{$}b|{$}c)} d\"", "") == "FL0408");
  CHECK(Take("\"{(a{$}|c)} d\"", "c d") == "match");
  CHECK(Take("r\"a\\bb\"", "") == "FL0408");
  CHECK(Take("r\"a\\b b\"", "a b") == "match");
  CHECK(Take("\"\"", "") == "FL0402");
  CHECK(Take("\"{x:rest}\"", "") == "FL0402");
}

}  // namespace
}  // namespace faultline::sema_test
