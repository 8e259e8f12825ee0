// Every construct of the language, as the tree that comes out of it.
#include "frontend/ast/dump.h"
#include "tests/unit/frontend/parsing.h"

#include <catch2/catch.hpp>

namespace faultline::testing {
namespace {

std::string Tree(const std::string& text) {
  const Parsed parsed(text);
  return parsed.diagnostics.empty() ? ast::Dump(parsed.result.module) : parsed.All();
}

// The dump of a clause in a rule, without the head of the tree.
std::string ClauseTree(const std::string& clause) {
  const std::string tree = Tree("rule r {\n" + clause + "\n}\n");
  const std::size_t at = tree.find("  rule r\n");
  return at == std::string::npos ? tree : tree.substr(at + 9);
}

std::string ExpressionTree(const std::string& text) {
  SourceSet sources;
  DiagnosticSink sink;
  const FileId file = sources.Add("expression", text);
  const ast::ExprPtr expr = parse::ParseExpression(sources, file, sink);
  return sink.diagnostics().empty() ? ast::Dump(*expr) : sink.diagnostics().front().message;
}

}  // namespace

TEST_CASE("expressions bind as the table of operators says") {
  CHECK(ExpressionTree("a or b and not c == 1") == "(or a (and b (not (== c 1))))");
  CHECK(ExpressionTree("a + b * -c default d") == "(default (+ a (* b (negate c))) d)");
  CHECK(ExpressionTree("a default b < c") == "(< (default a b) c)");
  CHECK(ExpressionTree("-x as int + 1") == "(+ (negate (as x int)) 1)");
  CHECK(ExpressionTree("x.y[0].z as list(int, \", \")") == "(as (index x.y 0).z list(int, \", \"))");
  CHECK(ExpressionTree("a mod 2 == 1") == "(== (mod a 2) 1)");
  CHECK(ExpressionTree("a - b - c") == "(- (- a b) c)");
  CHECK(ExpressionTree("(a or b) and c") == "(and (or a b) c)");
}

TEST_CASE("every form of expression") {
  CHECK(ExpressionTree("x not in [1, 2,]") == "(not-in x [1 2])");
  CHECK(ExpressionTree("x not contains \"a\"i") == "(not (contains x (text-i \"a\")))");
  CHECK(ExpressionTree("x between 1 and 2 and y") == "(and (between x 1 2) y)");
  CHECK(ExpressionTree("x not between 1 and 2") == "(not-between x 1 2)");
  CHECK(ExpressionTree("x missing or y present") == "(or (missing x) (present y))");
  CHECK(ExpressionTree("x not missing") == "(present x)");
  CHECK(ExpressionTree("if a then 1 else if b then 2 else 3") == "(if a 1 (if b 2 3))");
  CHECK(ExpressionTree("join(modules, \", \", m -> m.module)") ==
        "(call join modules \", \" (-> m m.module))");
  CHECK(ExpressionTree("any(f in stack, f.func startswith \"net/http\")") ==
        "(call any (in f stack) (startswith f.func \"net/http\"))");
  CHECK(ExpressionTree("go.modules.f()") == "(call go.modules.f)");
  CHECK(ExpressionTree("x matches r\"a\\\"b\"i") == "(matches x (regex \"a\\\"b\" i))");
  CHECK(ExpressionTree("[]") == "[]");
  CHECK(ExpressionTree("a\n  and b\n  - c") == "(and a (- b c))");
}

TEST_CASE("literals carry their unit, exactly") {
  CHECK(ExpressionTree("0x2A") == "42");
  CHECK(ExpressionTree("1_000") == "1000");
  CHECK(ExpressionTree("-9223372036854775808") == "-9223372036854775808");
  CHECK(ExpressionTree("1h30m") == "5400000000000ns");
  CHECK(ExpressionTree("300ms") == "300000000ns");
  CHECK(ExpressionTree("1.5s") == "1500000000ns");
  CHECK(ExpressionTree("-90s") == "-90000000000ns");
  CHECK(ExpressionTree("64MiB") == "67108864B");
  CHECK(ExpressionTree("2kB") == "2000B");
  CHECK(ExpressionTree("15%") == "(percent 0.15)");
  CHECK(ExpressionTree("1.5e3") == "1500.0");
  CHECK(ExpressionTree("2.5e-3") == "0.0025");
}

TEST_CASE("keywords are names where that is clear") {
  CHECK(ExpressionTree("count > 3 and from == type and log.line == 1") ==
        "(and (and (> count 3) (== from type)) (== log.line 1))");
  CHECK(ExpressionTree("`odd name`.in") == "`odd name`.in");
  CHECK(ClauseTree("let severity = match.then") == "    let severity = match.then\n");
  CHECK(ClauseTree("match \"{report} {line:int} {where}\"") ==
        "    match\n      or (text {report} \" \" {line:int} \" \" {where})\n");
  CHECK(Tree("format f = json {\n  default\n  in: text\n  or from \"x\"\n  match?\n}\n") ==
        "module\n  format f json\n    field default\n    field in: text\n    field or from \"x\"\n    field "
        "match?\n");
}

TEST_CASE("strings are text, holes, groups and anchors") {
  CHECK(ExpressionTree(R"("a {b} c")") == R"((text "a " {b} " c"))");
  CHECK(ExpressionTree(R"("{:int}{x:until("\"'")}")") == R"((text {:int} {x:until((text "\"'"@0))}))");
  CHECK(ExpressionTree(R"("{^}{(a|b {c})?}{x:(u|v)}{:(p|q)}{$}")") ==
        R"((text ^ (optional ["a"] ["b " {c}]) (group x ["u"] ["v"]) (group ["p"] ["q"]) $))");
  CHECK(ExpressionTree(R"("a|b) c {(x\|y\)\}z)}")") == R"((text "a|b) c " (group ["x|y)}z"@1,3,4])))");
  CHECK(ExpressionTree(R"("\{\}\t\x20\ \u{e9}\\")") == "(text \"{}\\x09  \u00e9\\\\\"@0,1,2,3,4,5,7)");
  CHECK(ExpressionTree(R"(#"say "{x default #"y"#}" now"#)") ==
        R"((text "say \"" {(default x "y")} "\" now"))");
  CHECK(ExpressionTree(R"("{a default "{b default "c"}"}")") ==
        R"((text {(default a (text {(default b "c")}))}))");
  CHECK(ExpressionTree(R"("{ (a + b) * 2}")") == R"((text {(* (+ a b) 2)}))");
  CHECK(ExpressionTree(R"("")") == "(text)");
  CHECK(ExpressionTree("\"a\t b\"") == "\"a\\x09 b\"");
  CHECK(ExpressionTree(R"(r#"a"b\"#u)") == R"((regex "a\"b\\" u))");
}

TEST_CASE("stages") {
  CHECK(ClauseTree("match raw \"a\" or r\"b\" as x where y > 1 and z within 3 lines") ==
        "    match raw\n      or \"a\"\n      or (regex \"b\")\n      as x\n      where (and (> y 1) z)\n"
        "      within 3 lines\n");
  CHECK(ClauseTree("match http.url \"a\"") == "    match field http.url\n      or \"a\"\n");
  CHECK(ClauseTree("then done or go.failed within 5m") ==
        "    then\n      or name done\n      or name go.failed\n      within 300000000000ns\n");
  CHECK(ClauseTree("without ok within 10 records") ==
        "    without\n      or name ok\n      within 10 records\n");
  CHECK(ClauseTree("then x within 20") == "    then\n      or name x\n      within 20 (no unit)\n");
  // Behind a condition `as` names the stage, unless a type of the language follows.
  CHECK(ClauseTree("from login where user == \"x\" as a") ==
        "    from\n      or name login\n      as a\n      where (== user \"x\")\n");
  CHECK(ClauseTree("from login where user == id as int") ==
        "    from\n      or name login\n      where (== user (as id int))\n");
}

TEST_CASE("the other clauses") {
  CHECK(ClauseTree("severity error; let a = 1\n where a == 1\n at \"{f}:{l}\"\n report \"r\"\n fix \"f\"") ==
        "    severity error\n    let a = 1\n    where (== a 1)\n    at (text {f} \":\" {l})\n    report "
        "\"r\"\n    fix \"f\"\n");
  CHECK(
      ClauseTree("tags a, \"b-c\"\n see \"https://x\", \"y\"\n status experimental\n deprecated \"use z\"") ==
      "    tags a \"b-c\"\n    see \"https://x\" \"y\"\n    status experimental\n    deprecated \"use z\"\n");
}

TEST_CASE("tests in rules") {
  CHECK(
      ClauseTree("test \"\"\"\n    a\n      b \\t \"\"\n\n    c\n    \"\"\" expect { x == 1, y == \"z\" }") ==
      "    test \"a\\n  b \\\\t \\\"\\\"\\n\\nc\"\n      expect 1\n      finding (== x 1) (== y \"z\")\n");
  CHECK(ClauseTree("test \"name\" escaped \"\"\"\"\n  a\\x1b\\t\"\"\"\n  \"\"\"\" expect nothing") ==
        "    test \"name\" escaped \"a\\x1b\\x09\\\"\\\"\\\"\"\n      expect 0\n");
  CHECK(ClauseTree("test from \"x.log\" expect 3 { a == 1 }\n  { b == 2 }") ==
        "    test from \"x.log\"\n      expect 3\n      finding (== a 1)\n      finding (== b 2)\n");
  CHECK(ClauseTree("test \"\"\"\n\"\"\" expect 2") == "    test \"\"\n      expect 2\n");
  // A fence removes exactly its indentation: a tab is no blank.
  CHECK(ClauseTree("test \"\"\"\n\ta\n\t\tb\n\t\"\"\"\n expect { x }") ==
        "    test \"a\\n\\x09b\"\n      expect 1\n      finding x\n");
}

TEST_CASE("declarations") {
  CHECK(Tree("language 1\nmodule go.modules\nuse a.b as c\nuse d\n") ==
        "module go.modules\n  language 1\n  use a.b as c\n  use d\n");
  CHECK(Tree("pattern p = \"a\" | r\"b\"\n  | \"c\"\n") ==
        "module\n  pattern p\n    or \"a\"\n    or (regex \"b\")\n    or \"c\"\n");
  CHECK(Tree("pattern p =\n  \"a\"\n") == "module\n  pattern p\n    or \"a\"\n");
  CHECK(Tree("format f = plain\nformat g = logfmt missing \"-\" { level, a? }\n") ==
        "module\n  format f plain\n  format g logfmt missing \"-\"\n    field level\n    field a?\n");
  CHECK(
      Tree("format f = json each \"a[].b\" { t: time(ns) from \"x.y\", s = f(a), l = l map { I: info, \"x "
           "y\": error, 30: info }, others }\n") ==
      "module\n  format f json each \"a[].b\"\n    field t: time(ns) from \"x.y\"\n    field s = (call f a)\n"
      "    field l = l (\"I\" -> info) (\"x y\" -> error) (\"30\" -> info)\n    others\n");
  CHECK(Tree("format f = line \"{a}\" or r\"b\" {\n  c = a\n\n  d: int\n}\n") ==
        "module\n  format f line\n    line (text {a})\n    line (regex \"b\")\n    field c = a\n    field d: "
        "int\n");
  CHECK(Tree("wrapper w = line \"{:unwrapped}\" detect \"a\" or \"b\"\n  detect \"c\"\n  inside go.x\n  "
             "stream by a, b\n") ==
        "module\n  wrapper w line inside go.x stream-by a stream-by b\n    line (text {:unwrapped})\n    "
        "detect \"a\"\n"
        "    detect \"b\"\n    detect \"c\"\n");
  CHECK(Tree("wrapper w = json { text: unwrapped from \"Output\" }\n") ==
        "module\n  wrapper w json\n    field text: unwrapped from \"Output\"\n");
  CHECK(Tree("/// One.\n///\n///   Two.\nevent e { match \"x\" }\n\n/// Of the rule.\n// allow: x\nrule "
             "r\n{\n}\n") ==
        "module\n  event e\n    doc \"One.\\n\\n  Two.\"\n    match\n      or \"x\"\n  rule r\n    doc \"Of "
        "the rule.\"\n");
}

TEST_CASE("line ends of Windows and a byte order mark change nothing") {
  const std::string unix_text = "rule r {\n  severity error\n  where a\n    and b\n}\n";
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : unix_text) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  CHECK(Tree(windows) == Tree(unix_text));
}

TEST_CASE("a bare list of clauses becomes the rule `inline`") {
  SourceSet sources;
  DiagnosticSink sink;
  const FileId clauses = sources.Add("-e", "match \"{file}:{line:int}: {what:rest}\"; report \"x\"");
  CHECK(ast::Dump(parse::ParseInline(sources, clauses, sink).module) ==
        "module\n  rule inline\n    match\n      or (text {file} \":\" {line:int} \": \" {what:rest})\n    "
        "report \"x\"\n");
  const FileId rule = sources.Add("-e", "rule r { match \"x\" }");
  CHECK(ast::Dump(parse::ParseInline(sources, rule, sink).module) ==
        "module\n  rule r\n    match\n      or \"x\"\n");
  CHECK(sink.diagnostics().empty());
  const FileId wrong = sources.Add("-e", "mtch \"x\"");
  CHECK_FALSE(parse::ParseInline(sources, wrong, sink).ok);
  REQUIRE(sink.diagnostics().size() == 1);
  CHECK(sink.diagnostics()[0].message == "there is no clause `mtch`");
}

TEST_CASE("what cannot be read is an error node, and the rest is there") {
  const Parsed parsed(
      "rule a {\n  severty error\n  match \"x\"\n  where a b\n}\nrul b {\n}\nevent c { match \"y\" }\n");
  CHECK(parsed.diagnostics.size() == 3);
  CHECK(ast::Dump(parsed.result.module) ==
        "module\n  rule a\n    <error>\n    match\n      or \"x\"\n    <error>\n  event c\n    match\n      "
        "or \"y\"\n"
        "  <error>\n");
}

TEST_CASE("spans name the text of their node") {
  const Parsed parsed("rule lost {\n  match \"a {b:int} c\" as x\n}\n");
  REQUIRE(parsed.diagnostics.empty());
  const auto& rule = static_cast<const ast::RuleDecl&>(*parsed.result.module.decls.at(0));
  CHECK(parsed.sources.TextOf(rule.name.span) == "lost");
  const auto& stage = static_cast<const ast::StageClause&>(*rule.clauses.at(0));
  CHECK(parsed.sources.TextOf(stage.span) == "match \"a {b:int} c\" as x");
  const auto& text = static_cast<const ast::StringExpr&>(*stage.alternatives.at(0).pattern);
  CHECK(parsed.sources.TextOf(text.parts.at(1).span) == "{b:int}");
  CHECK(parsed.sources.TextOf(text.parts.at(1).type->span) == "int");
  CHECK(parsed.sources.TextOf(text.parts.at(2).span) == " c");
}

TEST_CASE("a keyword behind a quote is a word of its own") {
  CHECK(ClauseTree("let x = if a then \"b\"else \"c\"") == ClauseTree("let x = if a then \"b\" else \"c\""));
  CHECK(ClauseTree("where \"a\"in b and a contains \"x\"i") ==
        ClauseTree("where \"a\" in b and a contains \"x\"i"));
  CHECK(ClauseTree("match r\"a\"within 3 lines") == ClauseTree("match r\"a\" within 3 lines"));
  CHECK(ClauseTree("match #\"a\"#within 3 lines") == ClauseTree("match #\"a\"# within 3 lines"));
  CHECK(ClauseTree("report \"{if a then \"b\"else \"c\"}\"") ==
        ClauseTree("report \"{if a then \"b\" else \"c\"}\""));
}

}  // namespace faultline::testing
