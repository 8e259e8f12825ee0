// Programs: their form, their budget, and what the reference engine finds with them.
#include "support/regex/pike.h"
#include "support/regex/syntax.h"

#include <catch2/catch.hpp>

namespace faultline::regex {
namespace {

ProgPtr MustCompile(std::string_view pattern, Encoding encoding = Encoding::kUtf8,
                    std::string_view flags = "") {
  Result<NodePtr> node = Parse(pattern, *ParseFlags(flags));
  REQUIRE(node.ok());
  Result<ProgPtr> prog = Compile(*node, {.encoding = encoding});
  REQUIRE(prog.ok());
  return *prog;
}

std::string Find(const Prog& prog, std::string_view text, size_t from = 0, Anchor anchor = Anchor::kNone) {
  PikeScratch scratch;
  std::vector<Span> captures(static_cast<size_t>(prog.num_groups()));
  if (!PikeSearch(prog, text, from, anchor, captures, scratch)) return "-";
  std::string out;
  for (const Span& span : captures) {
    if (!out.empty()) out += ' ';
    out += span.begin < 0 ? "?" : std::to_string(span.begin) + "," + std::to_string(span.end);
  }
  return out;
}

std::string Find(std::string_view pattern, std::string_view text, std::string_view flags = "") {
  return Find(*MustCompile(pattern, Encoding::kUtf8, flags), text);
}

TEST_CASE("leftmost-first matches with captures") {
  CHECK(Find("abc", "xabcabc") == "1,4");
  CHECK(Find("a|ab", "ab") == "0,1");
  CHECK(Find("(a+)(b+)", "xaabb") == "1,5 1,3 3,5");
  CHECK(Find("(a)|(b)", "b") == "0,1 ? 0,1");
  CHECK(Find("a*?", "aa") == "0,0");
  CHECK(Find("(a*)*", "b") == "0,0 0,0");
  CHECK(Find("(|a)*", "aa") == "0,0 0,0");
  CHECK(Find("(|a)+", "aa") == "0,0 0,0");
  CHECK(Find("(a*)+", "aab") == "0,2 0,2");
  CHECK(Find("x{2,3}", "xxxx") == "0,3");
  CHECK(Find("x{2,3}?", "xxxx") == "0,2");
  CHECK(Find("[^\\x00-\\x{10FFFF}]", "a") == "-");
  CHECK(Find("", "") == "0,0");
}

TEST_CASE("places") {
  CHECK(Find("^a", "ba") == "-");
  CHECK(Find("a$", "ab") == "-");
  CHECK(Find("a$", "a\n") == "-");
  CHECK(Find("^a$", "b\na\nb", "m") == "2,3");
  CHECK(Find("\\bfoo\\b", "xfoo foo") == "5,8");
  CHECK(Find("\\Bo", "o oo") == "3,4");
  CHECK(Find("\\bb", "\u00e4b") == "2,3");
  CHECK(Find("\\bb", "\u00e4b b", "u") == "4,5");
  ProgPtr begin = MustCompile("^b|\\bc");
  CHECK(Find(*begin, "ab", 1) == "-");
  CHECK(Find(*begin, "ac", 1) == "-");
  CHECK(Find(*begin, " c", 1) == "1,2");
  CHECK(Find(*MustCompile("b"), "ab", 0, Anchor::kStart) == "-");
  CHECK(Find(*MustCompile("a|ab"), "ab", 0, Anchor::kBoth) == "0,2");
  CHECK(Find(*MustCompile("a"), "a", 2) == "-");
}

TEST_CASE("characters and bytes") {
  CHECK(Find("^.$", "\u20ac") == "0,3");
  CHECK(Find("^...$", "\u20ac") == "-");
  CHECK(Find("\\C\\C\\C", "\u20ac") == "0,3");
  CHECK(Find("\\p{Greek}+", "ab\u03b1\u03b2c") == "2,6");
  CHECK(Find("[^a]", "a\U0001F600") == "1,5");
  CHECK(Find("stra\u00dfe", "STRA\u00dfE", "i") == "0,7");
  CHECK(Find("\u00c4", "\u00e4", "i") == "-");
  CHECK(Find("\u00c4", "\u00e4", "iu") == "0,2");
  CHECK(Find("k", "\u212a", "i") == "-");
  CHECK(Find("k", "\u212a", "iu") == "0,3");
  ProgPtr bytes = MustCompile("^a.b$", Encoding::kBytes);
  CHECK(Find(*bytes,
             "a\xff"
             "b") == "0,3");
  CHECK(Find(*bytes, "a\u20acb") == "-");
  CHECK(Find(*MustCompile("[^x]\u20ac", Encoding::kBytes), "\xff\u20ac") == "0,4");
  CHECK(Find(*MustCompile("[\u03b1-\u03c9]", Encoding::kBytes), "\xff\u03b2") == "1,3");
}

TEST_CASE("a program prints") {
  CHECK(MustCompile("^a*(?i)b")->Dump() ==
        "start 1 unanchored 1 groups 1 utf8 anchored\n"
        "   0: fail\n"
        "   1: assert begin-text -> 2\n"
        "   2: alt -> 3 | 4\n"
        "   3: byte 61-61 -> 2\n"
        "   4: byte 62-62 fold -> 5\n"
        "   5: match\n");
  CHECK(MustCompile("(.)")->Dump().find("byte c2-df") != std::string::npos);
}

TEST_CASE("classes share what they can") {
  CHECK(MustCompile("\\pL")->size() < 1600);
  CHECK(MustCompile(".")->size() <= 16);
  CHECK(MustCompile("[A-Za-z]")->size() == 5);
}

TEST_CASE("the state budget holds") {
  Result<NodePtr> node = Parse("(?:abcdefghij){1000}");
  REQUIRE(node.ok());
  Result<ProgPtr> prog = Compile(*node);
  REQUIRE_FALSE(prog.ok());
  CHECK(prog.error().code == ErrorCode::kProgramTooLarge);
  CHECK(Compile(*node, {.max_insts = 20'000}).ok());
  NodePtr nothing = NoMatch();
  for (int i = 0; i < 10; ++i) nothing = Repeat(nothing, 1000, 1000);
  CHECK_FALSE(Compile(nothing).ok());
}

TEST_CASE("byte classes") {
  ProgPtr prog = MustCompile("[a-c]x");
  CHECK(prog->byte_class('a') == prog->byte_class('c'));
  CHECK(prog->byte_class('a') != prog->byte_class('d'));
  CHECK(prog->num_byte_classes() == 5);
}

}  // namespace
}  // namespace faultline::regex
