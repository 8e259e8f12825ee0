// The formatter: what it sets, what it keeps, and that it settles at once.
#include "frontend/ast/dump.h"
#include "frontend/ast/format.h"
#include "tests/unit/frontend/parsing.h"

#include <catch2/catch.hpp>

namespace faultline::testing {
namespace {

std::string Formatted(const std::string& text) {
  const Parsed parsed(text);
  return ast::Format(text, parsed.result.tokens, parsed.result.ok).text;
}

}  // namespace

TEST_CASE("blanks and indentation") {
  CHECK(Formatted("rule   r{\nseverity   error\n\n\n   match  \"a  b\"   within 3   lines\n   where a==1 and "
                  "f( x ,y )>-2 // why\n\n}\n") ==
        "rule r {\n  severity error\n\n  match \"a  b\" within 3 lines\n  where a == 1 and f(x, y) > -2  // "
        "why\n}\n");
  CHECK(Formatted("rule r {\n where a\nand b\n    or x in [1,2]\n}") ==
        "rule r {\n  where a\n    and b\n    or x in [1, 2]\n}\n");
  CHECK(Formatted("event e{match \"x\";where a}") == "event e { match \"x\"; where a }\n");
  CHECK(Formatted("rule r\n{\n}\n") == "rule r {\n}\n");
  CHECK(Formatted("format f=json{a:int,b?,c from \"x\"}") ==
        "format f = json { a: int, b?, c from \"x\" }\n");
  CHECK(Formatted("\n\n\n// only\n\n\n\n") == "// only\n");
  CHECK(Formatted("") == "");
}

TEST_CASE("a block that is too long for its line gets lines of its own") {
  const std::string field = "message_that_is_long: text from \"a.path.that.is.long\"";
  CHECK(Formatted("format f = json { " + field +
                  ", others, level = level map { I: info }, x from \"yyyyyyyyyyyyyyyyyyyy\" }\n") ==
        "format f = json {\n  " + field +
            ",\n  others,\n  level = level map { I: info },\n  x from \"yyyyyyyyyyyyyyyyyyyy\"\n}\n");
  const std::string text = "\"" + std::string(100, 'x') + "\"";
  CHECK(Formatted("event e { match " + text + "; where a, b }\n").find("where a, b") != std::string::npos);
  CHECK(Formatted("event e { match " + text + "; tags a, b }\n") ==
        "event e {\n  match " + text + "\n  tags a, b\n}\n");
}

TEST_CASE("in a block over several lines each clause has its own") {
  const std::string wanted = "rule r {\n  severity error\n  match \"x\"\n  report \"y\"\n}\n";
  CHECK(Formatted("rule r { severity error; match \"x\"\n  report \"y\"\n}\n") == wanted);
  CHECK(Formatted("rule r { severity error;\n  match \"x\"; report \"y\" }\n") == wanted);
  CHECK(Formatted("rule r {\n  severity error; match \"x\";\n  report \"y\"; }\n") == wanted);
  CHECK(Formatted(wanted) == wanted);
  CHECK(Formatted("rule r { // why\n  severity error }\n") == "rule r {  // why\n  severity error\n}\n");
  CHECK(Formatted("rule r { severity error; // why\n  match \"x\" }\n") ==
        "rule r {\n  severity error  // why\n  match \"x\"\n}\n");
  CHECK(Formatted("format f = json { a, b,\n  c }\n") == "format f = json {\n  a, b,\n  c\n}\n");
  CHECK(Formatted("wrapper w = json { t: unwrapped\n} detect \"x\"\n") ==
        "wrapper w = json {\n  t: unwrapped\n} detect \"x\"\n");
  // What is no block may go on as it does.
  CHECK(Formatted("rule r {\n  where a in [1,\n    2]\n}\n") == "rule r {\n  where a in [1,\n    2]\n}\n");
}

TEST_CASE("strings and the texts of tests are never touched") {
  const std::string text =
      "rule r {\n  test \"\"\"\n      a  \n    \tb\n\n\n    \"\"\" expect nothing\n  match \"a   {x :int}  "
      "b\"\n}\n";
  CHECK(Formatted(text) == text);
}

TEST_CASE("a file with mistakes comes back as it is") {
  const std::string text = "rule   r {\n severty   error\n}\n";
  const Parsed parsed(text);
  const ast::FormatResult result = ast::Format(text, parsed.result.tokens, parsed.result.ok);
  CHECK(result.text == text);
  CHECK_FALSE(result.changed);
}

TEST_CASE("formatting settles at once and keeps the meaning, wherever comments stand") {
  std::vector<std::string> texts;
  for (const std::string& path : RuleFiles()) texts.push_back(ReadFile(path));
  // A comment at the end of every line, and one before it.
  for (std::size_t i = 0, count = texts.size(); i < count; ++i) {
    std::string commented;
    bool fence = false;
    std::size_t at = 0;
    while (at < texts[i].size()) {
      const std::size_t end = std::min(texts[i].find('\n', at), texts[i].size());
      const std::string line = texts[i].substr(at, end - at);
      if (!fence) commented += "   // before\n";
      commented += line;
      if (line.find("\"\"\"") != std::string::npos) fence = !fence;
      if (!fence && line.find("//") == std::string::npos) commented += "//behind";
      commented += "\n";
      at = end + 1;
    }
    texts.push_back(commented);
    // Every clause behind the one before it, and every brace too.
    std::string dense = texts[i];
    for (const char* brace : {"{\n", "\n}\n"}) {
      for (std::size_t found = dense.find(brace); found != std::string::npos;
           found = dense.find(brace, found)) {
        const bool opens = brace[0] == '{';
        // Not around a comment, which would swallow what follows, nor a fence.
        const std::size_t line = opens ? found : dense.rfind('\n', found - 1) + 1;
        const std::size_t next = dense.find_first_not_of(" \n", found + 2);
        const bool hidden = opens ? dense.compare(next, 2, "//") == 0 || dense.compare(next, 1, "}") == 0
                                  : dense.substr(line, found - line).find("//") != std::string::npos ||
                                        dense.substr(line, found - line).find('{') != std::string::npos;
        if (!hidden) dense.replace(opens ? found + 1 : found, 1, " ");
        found += 2;
      }
    }
    texts.push_back(dense);
  }
  std::size_t formatted = 0;
  for (const std::string& text : texts) {
    const Parsed before(text);
    if (!before.result.ok) {
      WARN("left out, it does not parse: " << before.All());
      continue;
    }
    const std::string once = ast::Format(text, before.result.tokens, true).text;
    const Parsed after(once);
    INFO(once);
    REQUIRE(after.result.ok);
    CHECK(ast::Equal(before.result.module, after.result.module));
    CHECK(ast::Format(once, after.result.tokens, true).text == once);
    CHECK_FALSE(ast::Format(once, after.result.tokens, true).changed);
    ++formatted;
  }
  CHECK(formatted >= 2);
}

}  // namespace faultline::testing
