// What the parser accepts, how trees print, and that printing and parsing agree.
#include "support/regex/syntax.h"

#include <catch2/catch.hpp>

namespace faultline::regex {
namespace {

std::string Canonical(std::string_view pattern, std::string_view flags = "") {
  Result<NodePtr> node = Parse(pattern, *ParseFlags(flags));
  if (!node) return "error: " + node.error().message;
  std::string text = ToString(*node);
  Result<NodePtr> again = Parse(text);
  if (!again) return "does not parse again: " + text + ": " + again.error().message;
  if (!Equal(*node, *again)) return "parses differently: " + text + " -> " + ToString(*again);
  return text;
}

TEST_CASE("patterns print in one canonical form") {
  CHECK(Canonical("") == "(?:)");
  CHECK(Canonical("abc") == "abc");
  CHECK(Canonical("a|b|cd") == "a|b|cd");
  CHECK(Canonical("(?:a|(?:b|c))d") == "(?:a|b|c)d");
  CHECK(Canonical("(a)(?:b)(?P<n>c)(?<m>d)") == "(a)b(?<n>c)(?<m>d)");
  CHECK(Canonical("a*b+?c??d{2}e{3,}f{4,5}?") == "a*b+?c??d{2}e{3,}f{4,5}?");
  CHECK(Canonical("(?:ab)*(?:a|b)+") == "(?:ab)*(?:a|b)+");
  CHECK(Canonical("(?:a*)*(?:a+)?") == "a*a*");
  CHECK(Canonical("(?:a*)*?") == "(?:a*)*?");
  CHECK(Canonical("a{1}") == "a");
  CHECK(Canonical("a{0,}b{1,}c{0,1}") == "a*b+c?");
  CHECK(Canonical("^a$") == "\\Aa\\z");
  CHECK(Canonical("(?m)^a$") == "(?m:^)a(?m:$)");
  CHECK(Canonical("\\b\\B\\A\\z") == "\\b\\B\\A\\z");
  CHECK(Canonical("\\b", "u") == "(?u:\\b)");
  CHECK(Canonical(".") == "[^\\n]");
  CHECK(Canonical(".", "s") == "(?s:.)");
  CHECK(Canonical("\\C") == "\\C");
  CHECK(Canonical("[^\\x00-\\x{10FFFF}]") == "[^\\x{0}-\\x{10FFFF}]");
  CHECK(Canonical("|a||") == "|a||");
  CHECK(Canonical("(|a)*") == "(|a)*");
  CHECK(Canonical("(?:)|(?:)") == "|");
}

TEST_CASE("classes") {
  CHECK(Canonical("[abc]") == "[a-c]");
  CHECK(Canonical("[a]") == "a");
  CHECK(Canonical("[]a]") == "[\\]a]");
  CHECK(Canonical("[^]a]") == "[^\\]a]");
  CHECK(Canonical("[a-]") == "[\\-a]");
  CHECK(Canonical("[-a]") == "[\\-a]");
  CHECK(Canonical("[a-c-e]") == "[\\-a-ce]");
  CHECK(Canonical("\\d") == "[0-9]");
  CHECK(Canonical("\\D") == "[^0-9]");
  CHECK(Canonical("[\\d\\s]") == "[\\t\\n\\x{C}\\r 0-9]");
  CHECK(Canonical("[[:alpha:]]") == "[A-Za-z]");
  CHECK(Canonical("[[:^alpha:]]") == "[^A-Za-z]");
  CHECK(Canonical("[[:word:]-]") == "[\\-0-9A-Z_a-z]");
  CHECK(Canonical("[[:foo]") == "[:\\[fo]");
  CHECK(Canonical("[\\x{3b1}-\\x{3c9}]") == "[α-ω]");
  CHECK(Canonical("\\p{^Any}") == "[^\\x{0}-\\x{10FFFF}]");
  CHECK(Canonical("\\p{Greek}") == Canonical("\\P{^Greek}"));
  CHECK(Canonical("\\pN") == Canonical("[\\p{N}]"));
  CHECK(Canonical("\\PN") == Canonical("[^\\p{N}]"));
  CHECK(Canonical("\\x{D800}") == "[\\x{D800}]");
}

TEST_CASE("escapes") {
  CHECK(Canonical("\\.\\*\\x41\\x{42}\\103\\07") == "\\.\\*ABC\\x{7}");
  CHECK(Canonical("\\Qa.b*\\Ec") == "a\\.b\\*c");
  CHECK(Canonical("\\Qab\\E*") == "ab*");
  CHECK(Canonical("\\Qa.b") == "a\\.b");
  CHECK(Canonical("\\_\\-\\<") == "_-<");
  CHECK(Canonical("{") == "\\{");
  CHECK(Canonical("a{,2}") == "a\\{,2\\}");
  CHECK(Canonical("a{01}") == "a\\{01\\}");
  CHECK(Canonical("a{1") == "a\\{1");
  CHECK(Escape("a.b{2}") == "a\\.b\\{2\\}");
}

TEST_CASE("flags") {
  CHECK(Canonical("aB1", "i") == "(?i:ab1)");
  CHECK(Canonical("(?i)a(?-i)b") == "(?i:a)b");
  CHECK(Canonical("(?i:a1)1b") == "(?i:a11)b");
  CHECK(Canonical("[Aa]b") == "(?i:a)b");
  CHECK(Canonical("k", "i") == "(?i:k)");
  CHECK(Canonical("k", "iu") == "[Kk\u212a]");
  CHECK(Canonical("a", "iu") == "(?i:a)");
  CHECK(Canonical("\u00e9", "i") == "\u00e9");
  CHECK(Canonical("\u00e9", "iu") == "[\u00c9\u00e9]");
  CHECK(Canonical("[^a]", "i") == "[^Aa]");
  CHECK(Canonical("a*b*?", "U") == "a*?b*");
  CHECK(Canonical("(?s:.)(?-s).") == "(?s:.)[^\\n]");
  CHECK(Canonical("(a(?i)b)c") == "(a(?i:b))c");
  CHECK(Canonical("a(?i)*") == "a*");
  CHECK(Canonical("\\d", "u") == Canonical("\\p{Nd}"));
  CHECK_FALSE(ParseFlags("x"));
  CHECK_FALSE(ParseFlags("ii"));
}

struct BadPattern {
  std::string_view pattern;
  ErrorCode code;
  uint32_t begin;
  uint32_t end;
};

TEST_CASE("errors name the place and the way out") {
  const BadPattern kBad[] = {
      {"a\\y", ErrorCode::kBadEscape, 1, 3},
      {"\\E", ErrorCode::kBadEscape, 0, 2},
      {"\\xZ", ErrorCode::kBadEscape, 0, 2},
      {"\\x{110000}", ErrorCode::kBadEscape, 0, 9},
      {"\\x{}", ErrorCode::kBadEscape, 0, 3},
      {"[\\b]", ErrorCode::kBadEscape, 1, 3},
      {"a\\", ErrorCode::kTrailingBackslash, 1, 2},
      {"[z-a]", ErrorCode::kBadCharRange, 1, 4},
      {"[a-\\d]", ErrorCode::kBadCharRange, 1, 5},
      {"\\p{Greeek}", ErrorCode::kBadCharRange, 0, 10},
      {"\\p{greek}", ErrorCode::kBadCharRange, 0, 9},
      {"\\p", ErrorCode::kBadCharRange, 0, 2},
      {"\\pX", ErrorCode::kBadCharRange, 0, 3},
      {"\\p{Greek", ErrorCode::kBadCharRange, 0, 3},
      {"[[:foo:]]", ErrorCode::kBadCharRange, 1, 8},
      {"x[a", ErrorCode::kMissingBracket, 1, 2},
      {"[", ErrorCode::kMissingBracket, 0, 1},
      {"[]", ErrorCode::kMissingBracket, 0, 1},
      {"a(b", ErrorCode::kMissingParen, 1, 2},
      {"(?i", ErrorCode::kMissingParen, 0, 1},
      {"a)b", ErrorCode::kUnexpectedParen, 1, 2},
      {"*a", ErrorCode::kMissingRepeatOperand, 0, 1},
      {"a|+", ErrorCode::kMissingRepeatOperand, 2, 3},
      {"({2})", ErrorCode::kMissingRepeatOperand, 1, 4},
      {"a**", ErrorCode::kStackedRepeat, 1, 3},
      {"a{2}{3}", ErrorCode::kStackedRepeat, 1, 7},
      {"a+?+", ErrorCode::kStackedRepeat, 1, 4},
      {"a*+", ErrorCode::kPossessive, 1, 3},
      {"a?+", ErrorCode::kPossessive, 1, 3},
      {"a{2}+", ErrorCode::kPossessive, 1, 5},
      {"a{3,2}", ErrorCode::kBadRepeatRange, 1, 6},
      {"(?<>a)", ErrorCode::kBadGroupName, 3, 4},
      {"(?P<a b>a)", ErrorCode::kBadGroupName, 4, 7},
      {"(?<a", ErrorCode::kBadGroupName, 0, 3},
      {"(?<a>b)(?P<a>c)", ErrorCode::kDuplicateGroupName, 11, 12},
      {"(?z)", ErrorCode::kBadFlags, 2, 3},
      {"(?x)", ErrorCode::kBadFlags, 2, 3},
      {"(?i-)", ErrorCode::kBadFlags, 0, 5},
      {"(?--i)", ErrorCode::kBadFlags, 3, 4},
      {"a\xff", ErrorCode::kInvalidUtf8, 1, 2},
      {"(?=a)", ErrorCode::kLookAround, 0, 3},
      {"(?!a)", ErrorCode::kLookAround, 0, 3},
      {"(?<=a)b", ErrorCode::kLookAround, 0, 4},
      {"(?<!a)b", ErrorCode::kLookAround, 0, 4},
      {"(a)\\1", ErrorCode::kBackReference, 3, 5},
      {"(a)\\8", ErrorCode::kBackReference, 3, 5},
      {"(?P=a)", ErrorCode::kBackReference, 0, 4},
      {"\\k<a>", ErrorCode::kBackReference, 0, 2},
      {"(?>a)", ErrorCode::kAtomicGroup, 0, 3},
      {"(?(1)a|b)", ErrorCode::kConditional, 0, 3},
      {"(?R)", ErrorCode::kRecursion, 0, 3},
      {"(?1)", ErrorCode::kRecursion, 0, 3},
      {"(?-1)", ErrorCode::kRecursion, 0, 3},
      {"(?&x)", ErrorCode::kRecursion, 0, 3},
      {"\\g1", ErrorCode::kRecursion, 0, 2},
      {"a\\Z", ErrorCode::kUnsupportedAssertion, 1, 3},
      {"\\Ga", ErrorCode::kUnsupportedAssertion, 0, 2},
      {"a\\Kb", ErrorCode::kUnsupportedAssertion, 1, 3},
      {"(?#c)", ErrorCode::kUnsupportedGroup, 0, 3},
      {"(?|a)", ErrorCode::kUnsupportedGroup, 0, 3},
      {"(?'n'a)", ErrorCode::kUnsupportedGroup, 0, 3},
      {"(*FAIL)", ErrorCode::kUnsupportedGroup, 0, 2},
      {"a{1001}", ErrorCode::kRepeatTooLarge, 1, 7},
      {"(?:a{100}){100}", ErrorCode::kRepeatTooLarge, 10, 15},
  };
  for (const BadPattern& bad : kBad) {
    INFO(bad.pattern);
    Result<NodePtr> node = Parse(bad.pattern);
    REQUIRE_FALSE(node.ok());
    CHECK(ErrorCodeName(node.error().code) == ErrorCodeName(bad.code));
    CHECK(node.error().begin == bad.begin);
    CHECK(node.error().end == bad.end);
    CHECK_FALSE(node.error().message.empty());
    CHECK(node.error().message.back() != '.');
  }
}

TEST_CASE("depth costs no stack") {
  std::string deep;
  for (int i = 0; i < kMaxNesting; ++i) deep += '(';
  deep += 'a';
  for (int i = 0; i < kMaxNesting; ++i) deep += ")*";
  CHECK(Canonical(deep) == deep);
  Result<NodePtr> deeper = Parse("(" + deep + ")");
  REQUIRE_FALSE(deeper.ok());
  CHECK(deeper.error().code == ErrorCode::kNestingTooDeep);

  NodePtr node = Literal("a");
  for (int i = 1; i <= 200'000; ++i) node = Capture(i, "", Concat({Literal("b"), node}));
  CHECK(Equal(node, node));
  CHECK(ToString(node).size() == 600'001);
}

TEST_CASE("builders keep trees canonical") {
  CHECK(Equal(Concat({Literal("a"), Concat({Literal("b"), Empty()}), Literal("c")}), Literal("abc")));
  CHECK(Equal(Concat({}), Empty()));
  CHECK(Equal(Alternate({}), NoMatch()));
  CHECK(Equal(Class(CharSet()), NoMatch()));
  CHECK(Equal(Literal("A1", true), Literal("a1", true)));
  CHECK_FALSE(Literal("12", true)->fold());
  CHECK(Equal(Literal("\xff"), NoMatch()));
  CHECK(Equal(Repeat(Literal("a"), 3, 2), NoMatch()));
  CHECK(Equal(Repeat(Literal("a"), 0, 1001), NoMatch()));
  CHECK(Equal(Repeat(Repeat(Literal("a"), 1, kUnbounded), 0, 1), Repeat(Literal("a"), 0, kUnbounded)));
  CHECK(CaptureNames(*Parse("(a)(?<x>b(c))")) == std::vector<std::string>{"", "", "x", ""});
}

}  // namespace
}  // namespace faultline::regex
