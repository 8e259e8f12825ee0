// The engines beside the reference, the front door, and simplification. That they all agree is the oracles'
// matter; here is what each promises on its own.
#include "support/regex/bit_state.h"
#include "support/regex/full_dfa.h"
#include "support/regex/lazy_dfa.h"
#include "support/regex/one_pass.h"
#include "support/regex/search.h"
#include "support/regex/simplify.h"

#include <catch2/catch.hpp>

namespace faultline::regex {
namespace {

ProgPtr MustCompile(std::string_view pattern, std::string_view flags = "") {
  Result<NodePtr> node = Parse(pattern, *ParseFlags(flags));
  REQUIRE(node.ok());
  Result<ProgPtr> prog = Compile(*node);
  REQUIRE(prog.ok());
  return *prog;
}

Regex MustMake(std::string_view pattern, std::string_view flags = "") {
  Result<Regex> regex = Regex::Make(pattern, *ParseFlags(flags));
  REQUIRE(regex.ok());
  return *regex;
}

Span FindWith(const Regex& regex, std::string_view text, size_t from = 0, Anchor anchor = Anchor::kNone) {
  Scratch scratch;
  Span span;
  Search(regex, text, from, anchor, std::span(&span, 1), scratch);
  return span;
}

TEST_CASE("the full automaton answers for every start") {
  std::optional<Dfa> dfa = BuildDfa(*MustCompile("^ab|\\bcd$"), 100);
  REQUIRE(dfa);
  CHECK(dfa->Exists("ab", 0) == Answer::kYes);
  CHECK(dfa->Exists("xab", 1) == Answer::kNo);
  CHECK(dfa->Exists("xcd", 1) == Answer::kNo);
  CHECK(dfa->Exists("x cd", 1) == Answer::kYes);
  CHECK(dfa->Exists("cd.", 0) == Answer::kNo);
  CHECK(dfa->Exists("cd", 3) == Answer::kNo);
}

TEST_CASE("the full automaton is small or not there") {
  std::optional<Dfa> dfa = BuildDfa(*MustCompile("abc"), 100);
  REQUIRE(dfa);
  CHECK(dfa->num_states() == 6);  // the fixed three, and one for each letter to come
  CHECK_FALSE(BuildDfa(*MustCompile("a.{12}b"), 1000));
}

TEST_CASE("Unicode word boundaries make automata ask another engine") {
  std::optional<Dfa> dfa = BuildDfa(*MustCompile("\\bb", "u"), 100);
  REQUIRE(dfa);
  CHECK(dfa->Exists("a b", 0) == Answer::kYes);
  CHECK(dfa->Exists("ab", 0) == Answer::kNo);
  CHECK(dfa->Exists("\u00e9b", 0) == Answer::kUnknown);
  CHECK(dfa->Exists("\u00e9b", 2) == Answer::kUnknown);
  LazyDfa lazy(MustCompile("\\bb", "u"), Anchor::kNone);
  CHECK(lazy.FindEnd("a b", 0).end == 3);
  CHECK(lazy.Exists("\u00e9b", 0) == Answer::kUnknown);
  CHECK(FindWith(MustMake("\\bb", "u"), "\u00e9b b") == Span{4, 5});
}

TEST_CASE("the lazy automaton stays within its memory") {
  LazyDfa lazy(MustCompile("(?:a|b)*a(?:a|b){9}c"), Anchor::kNone, 4000);
  std::string text;
  for (uint32_t i = 0, x = 1; i < 5000; ++i) {
    x = x * 1103515245 + 12345;
    text += (x >> 16 & 1) != 0 ? 'a' : 'b';
  }
  const Answer answer = lazy.Exists(text, 0);
  CHECK(answer != Answer::kYes);
  CHECK(lazy.bytes() < 8000);
}

TEST_CASE("one-pass programs") {
  CHECK(OnePass::Build(*MustCompile("^(\\d+)-(\\d+) (.*)$")));
  CHECK(OnePass::Build(*MustCompile("(a|b)*c|d")));
  CHECK_FALSE(OnePass::Build(*MustCompile("(.*)x")));
  CHECK_FALSE(OnePass::Build(*MustCompile("(a|ab)c")));
  CHECK_FALSE(OnePass::Build(*MustCompile("(a*)*")));
}

TEST_CASE("a search tells groups by name") {
  Regex regex = MustMake("(?<module>\\S+)@(?<version>v\\S+): (\\w+)");
  CHECK(regex.num_groups() == 4);
  CHECK(regex.GroupIndex("version") == 2);
  CHECK(regex.GroupIndex("nothing") == -1);
  CHECK(regex.GroupIndex("") == -1);
  Scratch scratch;
  std::vector<Span> groups(regex.num_groups() + 1);
  REQUIRE(Search(regex, "verifying a/b@v1.2: checksum", 0, Anchor::kNone, groups, scratch));
  CHECK(groups == std::vector<Span>{{10, 28}, {10, 13}, {14, 18}, {20, 28}, {-1, -1}});
  CHECK_FALSE(Search(regex, "verifying a/b", 0, Anchor::kNone, groups, scratch));
  CHECK(groups[0] == Span{10, 28});
}

TEST_CASE("a search tells characters from bytes by the whole text") {
  Regex regex = MustMake("a.b");
  CHECK(FindWith(regex, "a\u20acb") == Span{0, 5});
  CHECK(FindWith(regex,
                 "a\xff"
                 "b") == Span{0, 3});
  CHECK(FindWith(regex, "a\u20acb\xff") == Span{});
}

TEST_CASE("a search goes on where the last one ended") {
  Regex regex = MustMake("\\ba+");
  const std::string_view text = "aa xaa aaa";
  CHECK(FindWith(regex, text) == Span{0, 2});
  CHECK(FindWith(regex, text, 2) == Span{7, 10});
  CHECK(FindWith(regex, text, 8) == Span{});
  CHECK(FindWith(regex, text, 10) == Span{});
  CHECK(FindWith(regex, text, 11) == Span{});
}

TEST_CASE("long texts take linear time") {
  const std::string text(200'000, 'a');
  for (const char* pattern : {"(a*)*b", "(a|aa)+$x", "(?:a?){30}a{30}b", "(x+x+)+y|(.*)(.*)(.*)z"}) {
    CHECK(FindWith(MustMake(pattern), text) == Span{});
  }
  CHECK(FindWith(MustMake("(a|aa)+$"), text) == Span{0, 200'000});
}

TEST_CASE("many expressions share one scratch") {
  Scratch scratch(1 << 16);
  for (int i = 0; i < 300; ++i) {
    Regex regex = MustMake("(?:x|y)+" + std::to_string(i) + "[a-f]*$");
    const std::string text = std::string(300, 'x') + std::to_string(i) + "abc";
    CHECK(Search(regex, text, 0, Anchor::kNone, {}, scratch));
    CHECK_FALSE(Search(regex, text + "z", 0, Anchor::kNone, {}, scratch));
  }
}

TEST_CASE("simplification") {
  auto simple = [](std::string_view pattern) { return ToString(Simplify(*Parse(pattern))); };
  CHECK(simple("a|b|[c-e]") == "[a-e]");
  CHECK(simple("abc|abd|x") == "ab[cd]|x");
  CHECK(simple("ab|abc") == "ab(?:|c)");
  CHECK(simple("(ab)|(ac)") == "(ab)|(ac)");
  CHECK(simple("foo|foo|bar") == "foo|bar");
  CHECK(simple("a[^\\x00-\\x{10FFFF}]|b") == "b");
  CHECK(simple("(?:a[^\\x00-\\x{10FFFF}])*b") == "b");
  CHECK(simple("\u00e4|\u00f6") == "[\u00e4\u00f6]");
  CHECK(simple("a|[^a]") == "(?s:.)");
}

}  // namespace
}  // namespace faultline::regex
