// RE2 as the authority: every small pattern on every small text, and random larger ones, in all our engines.
//
// The vocabularies avoid what differs by design (docs/regex.md): `(?i)` beyond ASCII, and flag `u`. Two
// differences are known and counted; in both PCRE2 finds what we find, and all our engines still have to
// agree:
//
//  1. A loop whose body can be empty, inside a loop of the other greed: `(?:(?:a*)*?)*`. RE2 rewrites its
//  program into lists
//     after compiling (Prog::Flatten), which lets a round of the inner loop begin again at a place where
//     Thompson's program has given the empty round priority.
//  2. A character before itself without case, as choices: `(?:b|(?i:b))`. RE2 joins them into one class, but
//  its
//     AddFoldedRange adds no variants of a character that is there already, so `B` is lost.
//
// The tables of Unicode classes are compared as well; RE2 20220601 knows Unicode 14, so only
// code points that it has assigned count.
#include "support/regex/utf8.h"
#include "support/regex/walk.h"
#include "tests/oracle/regex/all_engines.h"
#include "tests/oracle/regex/generate.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <random>
#include <re2/re2.h>

namespace faultline::regex::testing {
namespace {

struct Totals {
  uint64_t patterns = 0;
  uint64_t pairs = 0;     // (pattern, text)
  uint64_t searches = 0;  // (pattern, text, anchor, start)
  uint64_t one_pass = 0;  // patterns that are one-pass
  uint64_t full_dfa = 0;  // patterns with a small full automaton
  uint64_t known = 0;     // searches that differ for a known reason
  uint64_t failures = 0;
};

RE2::Anchor AnchorOfRe2(Anchor anchor) {
  switch (anchor) {
    case Anchor::kNone:
      return RE2::UNANCHORED;
    case Anchor::kStart:
      return RE2::ANCHOR_START;
    case Anchor::kBoth:
      return RE2::ANCHOR_BOTH;
  }
  return RE2::UNANCHORED;
}

Found Expected(const RE2& re2, std::string_view text, size_t from, Anchor anchor, size_t num_groups) {
  std::vector<re2::StringPiece> groups(num_groups);
  Found found;
  found.matched = re2.Match(re2::StringPiece(text.data(), text.size()), from, text.size(),
                            AnchorOfRe2(anchor), groups.data(), static_cast<int>(groups.size()));
  if (!found.matched) return found;
  for (const re2::StringPiece& group : groups) {
    if (group.data() == nullptr) {
      found.groups.push_back({});
    } else {
      const auto begin = static_cast<int32_t>(group.data() - text.data());
      found.groups.push_back({begin, begin + static_cast<int32_t>(group.size())});
    }
  }
  return found;
}

void Fail(Totals* totals, const std::string& message) {
  if (++totals->failures <= 20) fmt::print("FAILED: {}\n", message);
}

// Known difference 1: a loop with a body that can be empty, inside a loop of the other greed.
bool HasMixedEmptyLoops(const NodePtr& node) {
  struct Seen {
    bool greedy = false;  // a greedy loop with a body that can be empty
    bool lazy = false;
    bool mixed = false;
  };
  return Fold<Seen>(node,
                    [](const NodePtr& here, std::span<const Seen> children) {
                      Seen seen;
                      for (const Seen& child : children) {
                        seen = {seen.greedy || child.greedy, seen.lazy || child.lazy,
                                seen.mixed || child.mixed};
                      }
                      if (here->kind() == NodeKind::kRepeat && here->max() != 1) {
                        seen.mixed |= here->greedy() ? seen.lazy : seen.greedy;
                        if (MatchesEmpty(here->child())) (here->greedy() ? seen.greedy : seen.lazy) = true;
                      }
                      return seen;
                    })
      .mixed;
}

// Known difference 2: a character, and later in the same choice the character without case.
bool HasCharacterTwice(const NodePtr& node) {
  return Fold<char>(node, [](const NodePtr& here, std::span<const char> children) -> char {
           if (std::ranges::find(children, 1) != children.end()) return 1;
           if (here->kind() != NodeKind::kAlternate) return 0;
           CharSet seen;
           for (const NodePtr& part : here->children()) {
             if (part->kind() == NodeKind::kClass) seen.Add(CharSet(part->ranges()));
             if (part->kind() != NodeKind::kLiteral || part->text().size() != 1) continue;
             const auto c = static_cast<uint8_t>(part->text()[0]);
             if (part->fold() && seen.Contains(c)) return 1;
             if (!part->fold()) seen.Add(c, c);
           }
           return 0;
         }) != 0;
}

void ComparePattern(const std::string& pattern, const std::vector<std::string>& texts, bool bytes,
                    Totals* totals) {
  RE2::Options options;
  options.set_log_errors(false);
  if (bytes) options.set_encoding(RE2::Options::EncodingLatin1);
  const RE2 re2(pattern, options);
  Result<NodePtr> node = Parse(pattern);
  if (node.ok() != re2.ok()) {
    return Fail(totals, fmt::format("`{}` is {} here, {} in RE2", pattern, node.ok() ? "accepted" : "refused",
                                    re2.ok() ? "accepted" : "refused: " + re2.error()));
  }
  if (!node) return;
  const std::string printed = ToString(*node);
  Result<NodePtr> again = Parse(printed);
  if (!again || !Equal(*node, *again))
    return Fail(totals, fmt::format("`{}` prints as `{}`", pattern, printed));
  std::optional<AllEngines> engines = AllEngines::Make(*node, bytes ? Encoding::kBytes : Encoding::kUtf8);
  if (!engines) return;
  ++totals->patterns;
  totals->one_pass += engines->has_one_pass() ? 1 : 0;
  totals->full_dfa += engines->has_full_dfa() ? 1 : 0;
  const bool known = HasMixedEmptyLoops(*node) || HasCharacterTwice(*node);
  for (const std::string& text : texts) {
    ++totals->pairs;
    for (Anchor anchor : kAnchors) {
      // A start inside the text, where what stands before it counts, and the beginning.
      for (size_t from : {size_t{0}, text.size() / 2}) {
        if (from == 0 || (from > 0 && (bytes || (static_cast<uint8_t>(text[from]) & 0xC0) != 0x80))) {
          ++totals->searches;
          const Found expected = Expected(re2, text, from, anchor, engines->num_groups());
          std::string wrong = engines->Disagreement(text, from, anchor, expected);
          if (!wrong.empty() && known) {
            ++totals->known;
            wrong = engines->Disagreement(text, from, anchor, engines->Reference(text, from, anchor));
          }
          if (!wrong.empty()) {
            return Fail(totals,
                        fmt::format("`{}` on \"{}\" from {} anchor {}: RE2 finds {}; {}", pattern,
                                    Escape(text), from, static_cast<int>(anchor), Describe(expected), wrong));
          }
        }
        if (text.size() < 2 || anchor != Anchor::kNone) break;
      }
    }
  }
}

void CompareVocabulary(const Vocabulary& vocabulary, Totals* totals) {
  const std::vector<std::string> texts = AllTexts(vocabulary);
  const Totals before = *totals;
  ForEachPattern(vocabulary, [&](const std::string& pattern) {
    ComparePattern(pattern, texts, vocabulary.bytes, totals);
  });
  fmt::print("{:<24} {:>7} patterns {:>9} (pattern, text) pairs\n", vocabulary.name,
             totals->patterns - before.patterns, totals->pairs - before.pairs);
}

void CompareRandom(Totals* totals) {
  std::mt19937 random(20220601);
  const Totals before = *totals;
  for (int i = 0; i < 6'000; ++i) {
    const bool unicode = i % 8 == 0;
    const std::string pattern = RandomPattern(random, 2 + static_cast<int>(random() % 14), unicode);
    std::vector<std::string> texts;
    for (int n = 0; n < 12; ++n) texts.push_back(RandomText(random, 24, unicode));
    ComparePattern(pattern, texts, false, totals);
  }
  fmt::print("{:<24} {:>7} patterns {:>9} (pattern, text) pairs\n", "random",
             totals->patterns - before.patterns, totals->pairs - before.pairs);
}

// Strings that are near to patterns: both libraries must accept and refuse the same ones.
void CompareSyntax(Totals* totals) {
  static const std::vector<std::string> kPieces = {
      "a",         "b",        "(",      ")",       "(?:", "(?P<n>", "[",     "]",    "^",      "-",
      "[:alpha:]", "[:nope:]", "\\",     "\\d",     "\\p", "\\pL",   "{",     "}",    "{2}",    "{2,1}",
      "{2,",       "{,3}",     "{1001}", "*",       "+",   "?",      "|",     ".",    "$",      "\\b",
      "\\1",       "\\12",     "\\x4",   "\\x{41}", "\\Q", "\\E",    "\\C",   "(?i)", "(?i-s:", "(?-)",
      "\\A",       "\\z",      "\\_",    "\\y",     "0",   ",",      "\u00e9"};
  std::mt19937 random(7);
  RE2::Options options;
  options.set_log_errors(false);
  uint64_t accepted = 0;
  constexpr uint64_t kTries = 60'000;
  for (uint64_t i = 0; i < kTries; ++i) {
    std::string pattern;
    for (size_t n = 1 + random() % 6; n > 0; --n) pattern += kPieces[random() % kPieces.size()];
    const RE2 re2(pattern, options);
    Result<NodePtr> node = Parse(pattern);
    if (node.ok() != re2.ok()) {
      Fail(totals, fmt::format("`{}` is {} here, {} in RE2", pattern, node.ok() ? "accepted" : "refused",
                               re2.ok() ? "accepted" : "refused: " + re2.error()));
      continue;
    }
    if (!node) continue;
    ++accepted;
    Result<NodePtr> again = Parse(ToString(*node));
    if (!again || !Equal(*node, *again)) {
      Fail(totals, fmt::format("`{}` prints as `{}`", pattern, ToString(*node)));
    }
  }
  fmt::print("{:<24} {:>7} patterns, {} of them valid\n", "syntax", kTries, accepted);
}

// The ranges that `[class]+` matches in a text of all code points.
CharSet RangesInRe2(const std::string& name, const std::string& all,
                    const std::vector<char32_t>& code_points) {
  CharSet set;
  const RE2 re2("(\\p{" + name + "}+)");
  re2::StringPiece rest(all);
  re2::StringPiece run;
  while (RE2::FindAndConsume(&rest, re2, &run)) {
    const auto begin = static_cast<size_t>(run.data() - all.data());
    set.Add(code_points[begin], code_points[begin + run.size() - 1]);
  }
  return set;
}

void CompareUnicode(Totals* totals) {
  std::string all;
  std::vector<char32_t> code_points;  // by byte of `all`
  for (char32_t c = 0; c <= kMaxCodePoint; ++c) {
    // Surrogates, not text; and the runs must not join over them.
    if (c == 0xD800) c = 0xE000;
    AppendUtf8(c, all);
    code_points.resize(all.size(), c);
  }
  CharSet assigned;
  for (const char* category : {"L", "M", "N", "P", "S", "Z", "C"})
    assigned.Add(RangesInRe2(category, all, code_points));
  CharSet ignored = assigned;
  ignored.Negate();
  ignored.Add(0xD800, 0xDFFF);
  uint64_t compared = 0;
  for (const UnicodeGroup& group : UnicodeGroups()) {
    RE2::Options options;
    options.set_log_errors(false);
    if (!RE2("\\p{" + std::string(group.name) + "}", options).ok()) continue;  // a script of Unicode 15
    CharSet theirs = RangesInRe2(std::string(group.name), all, code_points);
    CharSet ours(group.ranges);
    theirs.Add(ignored);
    ours.Add(ignored);
    ++compared;
    if (!std::ranges::equal(theirs.ranges(), ours.ranges()))
      Fail(totals, fmt::format("\\p{{{}}} differs", group.name));
  }
  fmt::print("{:<24} {:>7} of {} tables\n", "Unicode classes", compared, UnicodeGroups().size());
}

int Main(bool full) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // so that a run cut short has said what it did
  Totals totals;
  for (const Vocabulary& vocabulary : Vocabularies(full)) CompareVocabulary(vocabulary, &totals);
  CompareRandom(&totals);
  CompareSyntax(&totals);
  CompareUnicode(&totals);
  fmt::print(
      "{} patterns ({} one-pass, {} with a full automaton), {} (pattern, text) pairs, {} searches compared "
      "with RE2; {} differ for a known reason, {} failures\n",
      totals.patterns, totals.one_pass, totals.full_dfa, totals.pairs, totals.searches, totals.known,
      totals.failures);
  return totals.failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace faultline::regex::testing

int main(int argc, char** argv) {
  return faultline::regex::testing::Main(argc > 1 && std::string_view(argv[1]) == "--full");
}
