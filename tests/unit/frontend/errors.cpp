// Mistakes that authors of rules make: each gives exactly these messages, at this place, with this advice.
#include "tests/unit/frontend/parsing.h"

#include <catch2/catch.hpp>
#include <set>

namespace faultline::testing {
namespace {

struct Case {
  const char* name;
  const char* text;
  const char* messages;  // "CODE line:column message", one a line: all of them
  const char* help;      // the first help of the first message; "" for none
};

const Case kCases[] = {
    {"string without closing quote", "rule a {\n  match \"abc\n  report \"x\"\n}\n",
     R"(FL0102 2:9 this string has no closing quote)",
     R"(write `"` where it ends; a quote inside it is written `\"`)"},
    {"string without closing quote before a brace", "event a { match \"abc }\nevent b { match \"x\" }\n",
     R"(FL0102 1:17 this string has no closing quote)",
     R"(write `"` where it ends; a quote inside it is written `\"`)"},
    {"text without opening quote", "rule a {\n  match abc def\"\n  report \"x\"\n}\n",
     R"(FL0111 2:9 this text has no opening quote)", R"()"},
    {"text without any quotes", "rule a {\n  report hello world\n}\n",
     R"(FL0101 2:16 expected an operator or the end of the line, found `world`)",
     R"(text stands in double quotes: `report "…"`)"},
    {"doubled opening quote", "rule a {\n  match \"\"abc {x} def\"\n  report \"x\"\n}\n",
     R"(FL0101 2:15 expected the end of the line, found `{`)", R"()"},
    {"misspelt clause", "rule a {\n  severty error\n  report \"x\"\n}\n",
     R"(FL0103 2:3 there is no clause `severty`)", R"(did you mean `severity`?)"},
    {"no clause at all", "rule a {\n  frobnicate 3\n  report \"x\"\n}\n",
     R"(FL0103 2:3 there is no clause `frobnicate`)",
     R"(clauses are `severity`, `match`, `from`, `then`, `without`, `where`, `let`, `at`, `report`, `fix`, `tags`, `see`, `status`, `deprecated` and `test`)"},
    {"misspelt declaration", "rul r {\n  report \"x\"\n}\n", R"(FL0104 1:1 there is no declaration `rul`)",
     R"(did you mean `rule`?)"},
    {"declaration missing its word", "r {\n  report \"x\"\n}\nrule b {\n  report \"x\"\n}\n",
     R"(FL0104 1:1 there is no declaration `r`)",
     R"(declarations are `module`, `use`, `pattern`, `format`, `wrapper`, `event` and `rule`)"},
    {"clause outside of rules", "severity error\n", R"(FL0104 1:1 there is no declaration `severity`)",
     R"(`severity` is a clause: it stands inside `rule NAME { … }` or `event NAME { … }`)"},
    {"declaration inside a rule", "rule a {\n  pattern x = \"a\"\n}\n",
     R"(FL0103 2:3 there is no clause `pattern`)",
     R"(`pattern` is a declaration: it stands outside of rules and events)"},
    {"brace not closed before the next rule", "rule a {\n  report \"x\"\nrule b {\n  report \"y\"\n}\n",
     R"(FL0105 3:1 expected `}` to close the `{` in line 1)", R"()"},
    {"brace not closed at the end", "rule a {\n  report \"x\"\n",
     R"(FL0105 3:1 expected `}` to close the `{` in line 1)", R"()"},
    {"inner brace not closed",
     "rule a {\n  test \"\"\"\n    x\n    \"\"\" expect {\n    y == 1\n  report \"x\"\n}\nrule b {\n  report "
     "\"y\"\n}\n",
     R"(FL0105 6:3 expected `}` to close the `{` in line 4)", R"()"},
    {"finding not closed in its line",
     "rule a {\n  test \"\"\"\n    x\n    \"\"\" expect { y == 1\n  report \"x\"\n}\n",
     R"(FL0105 5:3 expected `}` to close the `{` in line 4)", R"()"},
    {"one brace too many", "rule a {\n  report \"x\"\n}}\n", R"(FL0106 3:1 this `}` closes nothing)", R"()"},
    {"brace too early", "rule a {\n  severity error }\n  report \"x\"\n}\n",
     R"(FL0106 2:18 this `}` closes nothing)", R"()"},
    {"missing opening brace of a rule",
     "rule a\n  severity error\n  report \"x\"\n}\nrule b {\n  report \"y\"\n}\n",
     R"(FL0101 1:6 expected `{` after the name, found the end of the line)", R"()"},
    {"missing opening brace of a finding",
     "rule a {\n  test \"\"\"\n    x\n    \"\"\" expect y == 1 }\n  report \"x\"\n}\n",
     R"(FL0101 4:16 expected `{`, found `y`)", R"()"},
    {"doubled brace", "rule a {{\n  severity error\n}\n",
     R"(FL0101 1:9 expected what the block holds, found `{`)", R"()"},
    {"missing closing parenthesis", "rule a {\n  where any(f in s, f.x == 1\n  report \"x\"\n}\n",
     R"(FL0105 2:29 expected `)` to close the `(` in line 2)", R"()"},
    {"one parenthesis too many", "rule a {\n  where a == 1)\n  report \"x\"\n}\n",
     R"(FL0106 2:15 this `)` closes nothing)", R"()"},
    {"missing closing bracket", "rule a {\n  where a in [1, 2\n  report \"x\"\n}\n",
     R"(FL0105 2:19 expected `]` to close the `[` in line 2)", R"()"},
    {"assignment in a condition", "rule a {\n  where x = 3\n}\n",
     R"(FL0107 2:11 `=` gives a name to a value, it does not compare)", R"(write `==` to compare)"},
    {"comparison in a let", "rule a {\n  let x == 3\n}\n", R"(FL0101 2:9 expected `=`, found `==`)", R"()"},
    {"double ampersand", "rule a {\n  where x == 3 && y\n}\n", R"(FL0108 2:16 `&&` is written `and` here)",
     R"()"},
    {"double bar", "rule a {\n  where x == 3 || y\n}\n", R"(FL0108 2:16 `||` is written `or` here)", R"()"},
    {"exclamation mark", "rule a {\n  where !x\n}\n", R"(FL0108 2:9 `!` is written `not` here)", R"()"},
    {"three equal signs", "rule a {\n  where x === 3\n}\n", R"(FL0108 2:11 `===` is written `==` here)",
     R"()"},
    {"less greater", "rule a {\n  where x <> 3\n}\n", R"(FL0108 2:11 `<>` is written `!=` here)", R"()"},
    {"not before a comparison sign", "rule a {\n  where x not == 1\n}\n",
     R"(FL0108 2:11 `not ==` is written `!=` here)", R"()"},
    {"single quotes", "rule a {\n  match 'abc'\n}\n",
     R"(FL0109 2:9 text stands in double quotes, not in single ones)", R"(write `"abc"`)"},
    {"typographic quotes", "rule a {\n  match “abc”\n}\n",
     R"(FL0112 2:9 a typographic quote has no meaning here)",
     R"(text stands in straight double quotes: `"…"`)"},
    {"elif", "rule a {\n  let x = if a then 1 elif b then 2 else 3\n}\n",
     R"(FL0108 2:23 `elif` is written `else if` here)", R"()"},
    {"if without else", "rule a {\n  let x = if a then 1\n}\n",
     R"(FL0101 2:22 expected `else`, found the end of the line)",
     R"(`if … then …` always has an `else` here)"},
    {"colon behind a clause", "rule a {\n  severity: error\n}\n",
     R"(FL0130 2:11 no colon stands behind `severity`)", R"(leave the colon out)"},
    {"comma at the end of a list", "rule a {\n  tags a, b,\n}\n", R"(FL0120 2:12 nothing follows this comma)",
     R"(leave it out; if the list goes on, write it in one line)"},
    {"comma at the end of a call", "rule a {\n  where f(a,)\n}\n",
     R"(FL0120 2:12 nothing follows this comma)", R"(leave it out)"},
    {"dotted name of a declaration", "rule a.b {\n  severity error\n}\n",
     R"(FL0121 1:6 a declaration has a plain name, found `a.b`)",
     R"(write `b`; the name of the module comes before it by itself)"},
    {"block comment", "/* hi */\nrule a {\n  severity error\n}\n",
     R"(FL0110 1:1 a comment begins with `//`, not with `/*`)",
     R"(begin each line of the comment with `//`)"},
    {"hash comment", "rule a {\n  severity error # why\n}\n",
     R"(FL0110 2:18 a comment begins with `//`, not with `#`)", R"(write `//`)"},
    {"hole without closing brace", "rule a {\n  match \"x {y z\"\n}\n",
     R"(FL0113 2:14 this hole has no closing `}`)", R"(a brace that is plain text is written `\{`)"},
    {"hole with a type without closing brace", "rule a {\n  match \"x {y:until(\")\") z\"\n}\n",
     R"(FL0113 2:25 this hole has no closing `}`)", R"(a brace that is plain text is written `\{`)"},
    {"brace without hole", "rule a {\n  match \"x y} z\"\n}\n", R"(FL0114 2:13 this `}` closes no hole)",
     R"(a brace that is plain text is written `\}`)"},
    {"empty hole", "rule a {\n  match \"a {} b\"\n}\n",
     R"(FL0101 2:13 expected the name of the hole or `:`, found the end of the hole)", R"()"},
    {"group without end", "rule a {\n  match \"x {(a|b z\"\n}\n",
     R"(FL0115 2:19 this group has no closing `)}`)",
     R"(a bracket that is plain text needs no `{`; a brace that is plain text is written `\{`)"},
    {"escape of a regular expression", "rule a {\n  match \"x \\d+\"\n}\n",
     R"(FL0116 2:12 `\d` is no escape)",
     R"(this is no regular expression: a number is the hole `{x:int}`; a regular expression is `r"…"`)"},
    {"escape with too few digits", "rule a {\n  match \"x \\x1\"\n}\n", R"(FL0116 2:12 `\x` is no escape)",
     R"(two hexadecimal digits follow: `\x1b`)"},
    {"code point that does not exist", "rule a {\n  match \"x \\u{110000}\"\n}\n",
     R"(FL0116 2:12 `\u{110000}` is no escape)", R"(code points go up to 10FFFF, without D800 to DFFF)"},
    {"version as a number", "rule a {\n  where v == 1.2.3\n}\n", R"(FL0117 2:14 `1.2.3` is no number)",
     R"(versions and addresses are written as text: `"1.2.3"`)"},
    {"unit that does not exist", "rule a {\n  where v > 10sec\n}\n", R"(FL0118 2:13 `sec` is no unit)",
     R"(did you mean `10s`?)"},
    {"unit behind a blank", "rule a {\n  where v > 10 seconds\n}\n",
     R"(FL0101 2:16 expected an operator or the end of the line, found `seconds`)",
     R"(a unit is written directly behind its number: `10s`)"},
    {"number that is too large", "rule a {\n  where v > 9223372036854775808\n}\n",
     R"(FL0119 2:13 `9223372036854775808` is more than a whole number can hold)",
     R"(the largest value is 9223372036854775807)"},
    {"duration that is too large", "rule a {\n  where v > 999999999d\n}\n",
     R"(FL0119 2:13 `999999999d` is more than a duration can hold)",
     R"(the longest duration is about 292 years)"},
    {"half a nanosecond", "rule a {\n  where v > 0.5ns\n}\n", R"(FL0117 2:13 `0.5ns` is no number)",
     R"(a duration is a whole number of nanoseconds)"},
    {"units in the wrong order", "rule a {\n  where v > 5s3m\n}\n", R"(FL0117 2:13 `5s3m` is no number)",
     R"(numbers are `42`, `0x2a`, `1.5`, `15%`, `1h30m`, `300ms`, `64MiB`)"},
    {"chained comparison", "rule a {\n  where 1 < x < 3\n}\n", R"(FL0129 2:15 comparisons do not chain)",
     R"(join two comparisons with `and`, or write `x between a and b`)"},
    {"fence without end",
     "rule a {\n  test \"\"\"\n    abc\n  report \"x\"\n}\nrule b {\n severity error\n}\n",
     R"(FL0126 2:8 this text has no closing fence)", R"(a line of its own with 3 quotes ends it)"},
    {"text behind the fence", "rule a {\n  test \"\"\" abc\n    \"\"\" expect nothing\n}\n",
     R"(FL0127 2:12 nothing stands behind an opening fence)", R"(the text begins on the next line)"},
    {"text left of the closing fence", "rule a {\n  test \"\"\"\n  abc\n    \"\"\" expect nothing\n}\n",
     R"(FL0127 3:1 this line is indented less than the closing fence)",
     R"(tabs and blanks are not the same here)"},
    {"nine quotes", "rule a {\n  test \"\"\"\"\"\"\"\"\"\n  abc\n  \"\"\"\"\"\"\"\"\" expect nothing\n}\n",
     R"(FL0127 2:8 a fence has three to eight quotes)", R"()"},
    {"unknown suffix of a string", "rule a {\n  where x == \"a\"x\n}\n",
     R"(FL0128 2:17 a string takes no `x` behind its quote)",
     R"(`"…"i` ignores case; if this is a word of its own, put a blank before it)"},
    {"regular expression without end", "rule a {\n  match r\"abc\n  report \"x\"\n}\n",
     R"(FL0131 2:9 this regular expression has no closing quote)", R"(a quote inside it is written `\"`)"},
    {"module twice", "module a\nmodule b\n", R"(FL0132 2:1 `module` stands only once in a file)", R"()"},
    {"module too late", "rule a {\n  severity error\n}\nmodule b\n",
     R"(FL0132 4:1 `module` stands before all declarations)", R"()"},
    {"detect in a format", "format f = line \"x\" detect \"y\"\n",
     R"(FL0133 1:21 `detect` does not belong to a format)", R"(a `wrapper` takes it)"},
    {"missing in a wrapper", "wrapper f = line \"x\" missing \"y\"\n",
     R"(FL0133 1:22 `missing` does not belong to a wrapper)", R"(a `format` takes it)"},
    {"plain wrapper", "wrapper f = plain\n", R"(FL0133 1:13 `plain` does not belong to a wrapper)",
     R"(a wrapper is `line "…{:unwrapped}"` or `json { NAME: unwrapped from "…" }`)"},
    {"findings without a count",
     "rule a {\n  test \"\"\"\n    a\n    \"\"\" expect { a == 1 } { b == 2 }\n}\n",
     R"(FL0134 4:16 `expect` without a number means exactly one finding, here are 2)",
     R"(write `expect 2 {…} {…}`)"},
    {"count below the findings",
     "rule a {\n  test \"\"\"\n    a\n    \"\"\" expect 1 { a == 1 } { b == 2 }\n}\n",
     R"(FL0134 4:16 `expect 1` describes 2 findings)", R"()"},
    {"two targets", "rule a {\n  match raw \"a\" or msg \"b\"\n}\n",
     R"(FL0135 2:20 all alternatives of one clause look at the same text)",
     R"(make an `event` for each text, and join their names by `or`)"},
    {"two windows", "rule a {\n  match \"a\" within 3 lines within 4 lines\n}\n",
     R"(FL0136 2:28 `within` stands twice in this clause)", R"()"},
    {"rule without a name", "rule {\n  severity error\n}\n", R"(FL0101 1:6 expected a name, found `{`)",
     R"()"},
    {"pattern without equal sign", "pattern x \"a\"\n", R"(FL0101 1:11 expected `=`, found a string)", R"()"},
    {"window on a line of its own", "rule a {\n  match \"a\"\n  within 3 lines\n}\n",
     R"(FL0103 3:3 there is no clause `within`)",
     R"(`within` belongs to the end of the `match`, `then` or `without` before it, on the same line)"},
    {"expect on a line of its own", "rule a {\n  severity error\n  expect nothing\n}\n",
     R"(FL0103 3:3 there is no clause `expect`)",
     R"(`expect` stands behind the closing fence of its test, on the same line)"},
    {"operator at the end of a line", "rule a {\n  where a and\n    b\n  report \"x\"\n}\n",
     R"(FL0101 2:14 expected a value, found the end of the line)",
     R"(a clause ends with its line; begin the next line with `and` to go on there)"},
    {"operator as a name", "rule a {\n  where default == 3\n}\n",
     R"(FL0101 2:9 expected a value, found `default`)",
     R"(`default` is an operator here; a field of that name is written `` `default` ``)"},
    {"is", "rule a {\n  where x is missing\n}\n",
     R"(FL0101 2:11 expected an operator or the end of the line, found `is`)",
     R"(compare with `==`; whether there is a value is `x present` or `x missing`)"},
    {"misspelt tail", "rule a {\n  match \"a\" witin 3 lines\n}\n",
     R"(FL0101 2:13 expected the end of the line, found `witin`)", R"(did you mean `within`?)"},
    {"two rules on one line", "rule a { severity error } rule b { severity error }\n",
     R"(FL0101 1:27 expected the end of the line, found `rule`)",
     R"(begin it on a line of its own, or put `;` before it)"},
    {"percent sign", "rule a {\n  where x % 2 == 1\n}\n", R"(FL0112 2:11 `%` has no meaning here)",
     R"(the remainder is `a mod b`; `15%` is written without a blank)"},
    {"mapping without a value", "format f = json { level = level map { I: } }\n",
     R"(FL0101 1:41 expected a value, found `}`)", R"()"},
    {"field without a separator", "format f = json { time: time level }\n",
     R"(FL0101 1:30 expected `,` or the end of the line, found `level`)", R"()"},
    {"lone backquote", "rule a {\n  where `a == 1\n}\n", R"(FL0112 2:9 a lone backquote has no meaning here)",
     R"(an odd name stands between two: `` `count-of` ``)"},
    {"empty name", "rule a {\n  where `` == 1\n}\n",
     R"(FL0101 2:9 expected a name between the backquotes, found nothing)", R"()"},
    {"holes where plain text is wanted", "format f = json { a from \"x{y}\" }\n",
     R"(FL0101 1:26 expected plain text, found a string with holes)",
     R"(a brace that is plain text is written `\{`)"},
    {"call of a value", "rule a {\n  where \"a\"(b)\n}\n",
     R"(FL0101 2:9 expected the name of a function before `(`, found `"a"`)", R"()"},
    {"letters behind a string", "rule a {\n  match \"a\"ix\n}\n",
     R"(FL0128 2:12 a string takes no `ix` behind its quote)",
     R"(`"…"i` ignores case; if this is a word of its own, put a blank before it)"},
    {"an event without a block", "event e\nrule b {\n}\n",
     R"(FL0101 1:8 expected `{`, found the end of the line)", R"()"},
    {"a name that is missing its block", "event e rule\n", R"(FL0101 1:9 expected `{`, found `rule`)", R"()"},
    {"doc comment of nothing", "rule a {\n  /// why\n  severity error\n}\n",
     R"(FL0138 2:3 this doc comment documents nothing)",
     R"(it stands in the lines before a declaration; an ordinary comment begins with `//`)"},
    {"several mistakes",
     "rule a {\n  severty error\n  where x = 3\n  match \"abc\n  report \"x {y\"\n}\nrul b {\n}\nrule c {\n  "
     "where a &&\n}\n",
     R"(FL0103 2:3 there is no clause `severty`
FL0107 3:11 `=` gives a name to a value, it does not compare
FL0102 4:9 this string has no closing quote
FL0113 5:15 this hole has no closing `}`
FL0104 7:1 there is no declaration `rul`
FL0108 10:11 `&&` is written `and` here)",
     R"(did you mean `severity`?)"},
};

}  // namespace

TEST_CASE("typical mistakes, one message each") {
  for (const Case& mistake : kCases) {
    const Parsed parsed(mistake.text);
    INFO(mistake.name << "\n" << mistake.text);
    std::string messages;
    for (std::size_t i = 0; i < parsed.diagnostics.size(); ++i)
      messages += (i > 0 ? "\n" : "") + parsed.Line(i);
    CHECK(messages == mistake.messages);
    const bool helped = !parsed.diagnostics.empty() && !parsed.diagnostics[0].helps.empty();
    CHECK((helped ? parsed.diagnostics[0].helps[0] : "") == mistake.help);
  }
  CHECK(std::size(kCases) >= 40);
}

TEST_CASE("every error of the parser has a case") {
  std::set<std::string> seen = {"FL0122", "FL0123", "FL0124", "FL0125",
                                "FL0137"};  // robustness.cpp, rendering.cpp
  for (const Case& mistake : kCases) {
    for (const Diagnostic& d : Parsed(mistake.text).diagnostics) seen.emplace(d.code());
  }
  for (const DiagnosticRow& row : Catalogue()) {
    if (row.code.starts_with("FL01")) CHECK(seen.contains(std::string(row.code)));
  }
}

}  // namespace faultline::testing
