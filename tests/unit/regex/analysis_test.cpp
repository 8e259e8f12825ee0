// What is said about expressions without a text.
#include "support/regex/analysis.h"

#include "support/regex/syntax.h"

#include <catch2/catch.hpp>

namespace faultline::regex {
namespace {

NodePtr Tree(std::string_view pattern, std::string_view flags = "") {
  Result<NodePtr> node = Parse(pattern, *ParseFlags(flags));
  REQUIRE(node.ok());
  return *node;
}

std::string Show(const LiteralSet& set) {
  std::string out;
  for (const SearchLiteral& literal : set) {
    if (!out.empty()) out += ' ';
    out += literal.text + (literal.fold ? "/i" : "");
  }
  return out;
}

std::string Required(std::string_view pattern, std::string_view flags = "") {
  return Show(RequiredLiterals(Tree(pattern, flags)));
}
std::string Prefix(std::string_view pattern, std::string_view flags = "") {
  return Show(PrefixLiterals(Tree(pattern, flags)));
}

TEST_CASE("required literals") {
  CHECK(Required("abc") == "abc");
  CHECK(Required("abc", "i") == "abc/i");
  CHECK(Required("\\d+ms: (foo|bar)baz") == "ms: foobaz ms: barbaz");
  CHECK(Required("https?://\\S+") == "https:// http://");
  CHECK(Required("verifying (\\S+)@(v\\S+): checksum mismatch") == ": checksum mismatch");
  CHECK(Required("(?:abc)+") == "abc");
  CHECK(Required("(?:abc){2,}") == "abcabc");
  CHECK(Required("(?:abc)*").empty());
  CHECK(Required("a*|b").empty());
  CHECK(Required(".*").empty());
  CHECK(Required("[^a]").empty());
  CHECK(Required("x[ab]y") == "xay xby");
  CHECK(Required("[a-z]+\\.go") == ".go");
  CHECK(Required("\\bpanic: ") == "panic: ");
  CHECK(Required("(error|WARN.*)x*") == "error WARN");
  CHECK(Required("abc|[^\\x00-\\x{10FFFF}]") == "abc");
}

TEST_CASE("literals and case") {
  CHECK(Required("ab(?i:CD)") == "abcd/i");
  CHECK(Required("\u00e9tat", "i") == "\u00e9tat/i");
  CHECK(Required("\u00e9t", "iu") == "\u00c9t/i \u00e9t/i");
  CHECK(Required("ok", "iu") == "ok/i o\u212a/i");
}

TEST_CASE("prefixes") {
  CHECK(Prefix("abc.*") == "abc");
  CHECK(Prefix("^(?:ab|cd)x?") == "abx ab cdx cd");
  CHECK(Prefix("a+b") == "a");
  CHECK(Prefix("a*b").empty());
  CHECK(Prefix(".a").empty());
  CHECK(Prefix("foo(bar|.)") == "foobar foo");
}

TEST_CASE("lengths, first bytes, emptiness") {
  CHECK(MatchLength(Tree("ab{2,3}c?")) == LengthBounds{3, 5});
  CHECK(MatchLength(Tree("a*")) == LengthBounds{0, kNoLimit});
  CHECK(MatchLength(Tree(".")) == LengthBounds{1, 4});
  CHECK(MatchLength(Tree("[\u00e9-\u00fc]")) == LengthBounds{2, 2});
  CHECK(MatchLength(Tree("[^\\x00-\\x{10FFFF}]")) == LengthBounds{kNoLimit, 0});
  CHECK(MatchLength(Tree("(?:^$)*")) == LengthBounds{0, 0});
  CHECK(MatchesEmpty(Tree("a?|b")));
  CHECK_FALSE(MatchesEmpty(Tree("a?b")));
  CHECK(FirstBytes(Tree("(?i:a)|^x?1")).count() == 4);
  CHECK(FirstBytes(Tree("\u00e9"))[0xC3]);
  CHECK_FALSE(IsLiteral(Tree("a(b)c")));
  CHECK(IsLiteral(Tree("(abc)"))->text == "abc");
  CHECK(IsLiteral(Tree("abc", "i"))->fold);
}

TEST_CASE("what can never match") {
  CHECK(CanMatch(Tree("abc")).witness == "abc");
  CHECK(CanMatch(Tree("a^")).answer == Answer::kNo);
  CHECK(CanMatch(Tree("$a")).answer == Answer::kNo);
  CHECK(CanMatch(Tree("a\\bb")).answer == Answer::kNo);
  CHECK(CanMatch(Tree("a\\b b")).answer == Answer::kYes);
  CHECK(CanMatch(Tree("a\\nb")).answer == Answer::kNo);
  CHECK(CanMatch(Tree("a\\nb"), {.newlines = true}).answer == Answer::kYes);
  CHECK(CanMatch(Tree("[^\\x00-\\x{10FFFF}]")).answer == Answer::kNo);
  CHECK(CanMatch(Tree("\\pL{3}")).answer == Answer::kYes);
}

TEST_CASE("how two expressions relate") {
  const RelationOptions whole = {.anchor = Anchor::kBoth};
  CHECK(Overlaps(Tree("a+b*"), Tree("a*b+"), whole).witness == "ab");
  CHECK(Overlaps(Tree("a+"), Tree("b+"), whole).answer == Answer::kNo);
  CHECK(Overlaps(Tree("^a"), Tree("^b")).answer == Answer::kNo);
  CHECK(Overlaps(Tree("a"), Tree("b")).answer == Answer::kYes);
  CHECK(Implies(Tree("error: .*"), Tree("error")).answer == Answer::kYes);
  CHECK(Implies(Tree("error"), Tree("error: ")).answer == Answer::kNo);
  CHECK(Implies(Tree("error"), Tree("error: ")).witness == "error");
  CHECK(Implies(Tree("\\d{3}"), Tree("\\d")).answer == Answer::kYes);
  CHECK(Implies(Tree("abc"), Tree("ABC", "i")).answer == Answer::kYes);
  CHECK(Implies(Tree("(?s:.)"), Tree("\\C")).answer == Answer::kYes);
  CHECK(Overlaps(Tree("(?:a|b)*a(?:a|b){12}"), Tree("(?:a|b)*b(?:a|b){13}"),
                 {.anchor = Anchor::kBoth, .max_states = 50})
            .answer == Answer::kUnknown);
}

}  // namespace
}  // namespace faultline::regex
