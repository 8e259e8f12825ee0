// Text that no one meant to be rules: deep, huge, binary, cut off.
#include "frontend/ast/format.h"
#include "tests/unit/frontend/parsing.h"

#include <catch2/catch.hpp>
#include <random>

namespace faultline::testing {
namespace {

std::string Repeat(std::string_view piece, std::size_t count) {
  std::string out;
  out.reserve(piece.size() * count);
  for (std::size_t i = 0; i < count; ++i) out += piece;
  return out;
}

std::vector<std::string> Codes(const Parsed& parsed) {
  std::vector<std::string> codes;
  for (const Diagnostic& d : parsed.diagnostics) codes.emplace_back(d.code());
  return codes;
}

}  // namespace

TEST_CASE("deep nesting is one message and no overflow") {
  constexpr std::size_t kDeep = 100000;
  const std::vector<std::string> too_deep = {"FL0122"};
  for (const auto& [open, close] : std::vector<std::pair<std::string, std::string>>{{"(", ")"},
                                                                                    {"[", "]"},
                                                                                    {"f(", ")"},
                                                                                    {"not ", ""},
                                                                                    {"-", ""},
                                                                                    {"x -> ", ""},
                                                                                    {"if a then b else ", ""},
                                                                                    {"\"{", "}\""},
                                                                                    {"[(f(", "))]"}}) {
    INFO(open);
    CHECK(Codes(Parsed("rule r {\n  where " + Repeat(open, kDeep) + "x" + Repeat(close, kDeep) + "\n}\n")) ==
          too_deep);
  }
  for (const std::string op : {" or ", " and ", " + ", " default ", ".", " * "}) {
    INFO(op);
    CHECK(Codes(Parsed("rule r {\n  where x" + Repeat(op + "x", kDeep) + "\n}\n")) == too_deep);
  }
  CHECK(Codes(Parsed("rule r {\n  match \"" + Repeat("{(", kDeep) + "x" + Repeat(")}", kDeep) + "\"\n}\n")) ==
        too_deep);
  // Up to the limit all is well.
  CHECK(Codes(Parsed("rule r {\n  where " + Repeat("(", 150) + "x" + Repeat(")", 150) + "\n}\n")).empty());
  CHECK(Codes(Parsed("rule r {\n  where x" + Repeat(" or x", 150) + "\n}\n")).empty());
}

TEST_CASE("deep nesting that is never closed") {
  for (const std::string open : {"(", "[", "f(", "{", "\"{", "\"{("}) {
    INFO(open);
    const Parsed parsed("rule r {\n  where " + Repeat(open, 100000) + "\n}\n");
    CHECK_FALSE(parsed.result.ok);
    CHECK(parsed.diagnostics.size() <= 3);
  }
}

// A quadratic reader would need hours for these.
TEST_CASE("the work is linear in the length of a line, a run of newlines, the depth of brackets") {
  constexpr std::size_t kMany = 300000;
  for (const std::string& text :
       {Repeat("{(", kMany), Repeat(" ", kMany) + Repeat("{(", kMany),
        Repeat("(", kMany) + Repeat("]", kMany), "{" + Repeat("(", kMany) + Repeat("]", kMany),
        "rule r {\n  match \"" + Repeat("{x:", kMany) + "\"\n"}) {
    INFO(text.substr(0, 30));
    const Parsed parsed(text);
    CHECK_FALSE(parsed.result.ok);
    CHECK(parsed.diagnostics.size() <= 3);
  }
  for (const std::string& text : {Repeat("\n", kMany), Repeat(";", kMany)}) {
    CHECK(Parsed(text).diagnostics.empty());
  }
}

TEST_CASE("a file that is too large is refused at once") {
  const Parsed parsed(std::string(parse::kMaxSourceBytes + 1, 'x'));
  CHECK(Codes(parsed) == std::vector<std::string>{"FL0123"});
}

TEST_CASE("a large file is read") {
  const std::string rule =
      "rule r {\n  severity error\n  match \"a {b:int} c\"\n  where b > 3 and b < 10\n  report \"{b}\"\n}\n";
  const Parsed parsed(Repeat(rule, 2000));
  CHECK(parsed.diagnostics.empty());
  CHECK(parsed.result.module.decls.size() == 2000);
}

TEST_CASE("the number of messages is bounded") {
  CHECK(Parsed(Repeat("rule r {\n  severty x\n}\n", 5000)).diagnostics.size() <= 100);
}

TEST_CASE("binary files, NUL bytes, other encodings") {
  CHECK(Codes(Parsed(std::string("rule r {\n\0}\n", 12))) == std::vector<std::string>{"FL0124"});
  CHECK(Codes(Parsed(std::string("\xFF\xFEr\0u\0", 6))) == std::vector<std::string>{"FL0124"});
  CHECK(Codes(Parsed("// caf\xE9\nrule r {\n}\n")) == std::vector<std::string>{"FL0125"});
  CHECK(Codes(Parsed("// caf\xC3\xA9\nrule r {\n  match \"\xC3\xA9\"\n}\n")).empty());
  CHECK(Codes(Parsed("// \xED\xA0\x80 \xC0\xAF\n")) == std::vector<std::string>{"FL0125"});
  CHECK(Codes(Parsed("// cut \xE2\x82")) == std::vector<std::string>{"FL0125"});
  std::mt19937 random(1);
  for (int round = 0; round < 20; ++round) {
    std::string bytes;
    for (int i = 0; i < 5000; ++i) bytes += static_cast<char>(random() % 255 + 1);
    const Parsed parsed(bytes);
    CHECK_FALSE(parsed.result.ok);
    CHECK(parsed.diagnostics.size() <= 100);
  }
}

TEST_CASE("every prefix of a file is read without a crash and with few messages") {
  const std::string text = ReadFile(std::string(FAULTLINE_SOURCE_DIR) + "/tests/unit/frontend/sample.fault");
  REQUIRE(text.size() > 1000);
  std::size_t most = 0;
  for (std::size_t length = 0; length < text.size(); length += 3) {
    const Parsed parsed(text.substr(0, length));
    most = std::max(most, parsed.diagnostics.size());
    ast::Format(text.substr(0, length), parsed.result.tokens, parsed.result.ok);
  }
  CHECK(most <= 3);
}

TEST_CASE("empty and blank files are modules without anything") {
  for (const std::string text : {"", "\n", "   ", "\r\n\r\n", ";;;\n;", "// x", "\xEF\xBB\xBF"}) {
    const Parsed parsed(text);
    CHECK(parsed.diagnostics.empty());
    CHECK(parsed.result.module.decls.empty());
  }
}

}  // namespace faultline::testing
