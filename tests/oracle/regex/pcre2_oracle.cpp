// PCRE2 as a second opinion: the patterns on which Perl's meaning and RE2's must agree, and how often they do
// not.
//
// Known differences, each with its reason; a pattern outside them that differs is a failure:
//
//  1. Loops with a body that can be empty, `(a*)*`. Perl leaves the loop after an empty round and keeps what
//  the
//     round captured; RE2 never makes such a round. Matches may differ as well as captures; they are counted.
//  2. Start inside the text: PCRE2 is asked only at the beginning, its `^` and ours agree there.
//  3. Bytes: PCRE2 has no mode in which `.` is a character in some texts and a byte in others.
//  4. Places inside a character: PCRE2 never begins or ends a match there, RE2 does for `\C` and for `\B` and
//  other
//     empty matches. Patterns with `\C` are left out, such matches are counted.
#define PCRE2_CODE_UNIT_WIDTH 8
#include "support/regex/walk.h"
#include "tests/oracle/regex/all_engines.h"
#include "tests/oracle/regex/generate.h"

#include <cstdio>
#include <fmt/format.h>
#include <memory>
#include <pcre2.h>
#include <random>

namespace faultline::regex::testing {
namespace {

struct Totals {
  uint64_t patterns = 0;
  uint64_t pairs = 0;
  uint64_t known = 0;  // pairs that differ for reason 1 or 4
  uint64_t failures = 0;
};

struct FreeCode {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct FreeData {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};

struct FreeContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

class Pcre2 {
 public:
  explicit Pcre2(const std::string& pattern) {
    int error = 0;
    size_t place = 0;
    code_.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                              PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_CIRCUMFLEX, &error, &place,
                              nullptr));
    if (code_) data_.reset(pcre2_match_data_create_from_pattern(code_.get(), nullptr));
    context_.reset(pcre2_match_context_create(nullptr));
    pcre2_set_match_limit(context_.get(), 5'000);  // it backtracks without memory
  }

  bool ok() const { return code_ != nullptr; }

  // Nothing if PCRE2 gives up.
  std::optional<Found> Find(std::string_view text, Anchor anchor, size_t num_groups) const {
    uint32_t options = 0;
    if (anchor != Anchor::kNone) options |= PCRE2_ANCHORED;
    if (anchor == Anchor::kBoth) options |= PCRE2_ENDANCHORED;
    const int count = pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0,
                                  options, data_.get(), context_.get());
    Found found;
    if (count == PCRE2_ERROR_NOMATCH) return found;
    if (count < 0) return std::nullopt;
    found.matched = true;
    const size_t* ends = pcre2_get_ovector_pointer(data_.get());
    for (size_t i = 0; i < num_groups; ++i) {
      const bool set = i < static_cast<size_t>(count) && ends[2 * i] != PCRE2_UNSET;
      found.groups.push_back(
          set ? Span{static_cast<int32_t>(ends[2 * i]), static_cast<int32_t>(ends[2 * i + 1])} : Span{});
    }
    return found;
  }

 private:
  std::unique_ptr<pcre2_code, FreeCode> code_;
  std::unique_ptr<pcre2_match_data, FreeData> data_;
  std::unique_ptr<pcre2_match_context, FreeContext> context_;
};

// Reason 1: is there a loop whose body can be empty?
bool HasEmptyLoop(const NodePtr& node) {
  struct Seen {
    bool empty = false;
    bool loop = false;
  };
  return Fold<Seen>(node,
                    [](const NodePtr& here, std::span<const Seen> children) {
                      Seen seen;
                      for (const Seen& child : children) seen.loop |= child.loop;
                      seen.empty = MatchesEmpty(here);
                      if (here->kind() == NodeKind::kRepeat && here->max() != 1 && children[0].empty)
                        seen.loop = true;
                      return seen;
                    })
      .loop;
}

void ComparePattern(const std::string& pattern, const std::vector<std::string>& texts, Totals* totals) {
  const Pcre2 pcre2(pattern);
  Result<NodePtr> node = Parse(pattern);
  if (!node || !pcre2.ok() || pattern.find("\\C") != std::string::npos) return;
  Result<ProgPtr> prog = Compile(*node);
  if (!prog) return;
  ++totals->patterns;
  const bool empty_loop = HasEmptyLoop(*node);
  PikeScratch scratch;
  for (const std::string& text : texts) {
    ++totals->pairs;
    bool known = false;
    for (Anchor anchor : kAnchors) {
      const std::optional<Found> theirs =
          pcre2.Find(text, anchor, static_cast<size_t>((*prog)->num_groups()));
      if (!theirs) continue;
      Found ours{.matched = false, .groups = std::vector<Span>(static_cast<size_t>((*prog)->num_groups()))};
      ours.matched = PikeSearch(**prog, text, 0, anchor, ours.groups, scratch);
      if (!ours.matched) ours.groups.clear();
      if (ours == *theirs) continue;
      const auto inside = [&text](int32_t place) {
        const auto at = static_cast<size_t>(place);
        return at < text.size() && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80;
      };
      if (empty_loop || (ours.matched && (inside(ours.groups[0].begin) || inside(ours.groups[0].end)))) {
        known = true;
        continue;
      }
      if (++totals->failures <= 20) {
        fmt::print("FAILED: `{}` on \"{}\" anchor {}: PCRE2 finds {}, we find {}\n", pattern, Escape(text),
                   static_cast<int>(anchor), Describe(*theirs), Describe(ours));
      }
      return;
    }
    totals->known += known ? 1 : 0;
  }
}

int Main(bool full) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // so that a run cut short has said what it did
  Totals totals;
  for (const Vocabulary& vocabulary : Vocabularies(full)) {
    if (vocabulary.bytes) continue;
    const std::vector<std::string> texts = AllTexts(vocabulary);
    const Totals before = totals;
    ForEachPattern(vocabulary, [&](const std::string& pattern) { ComparePattern(pattern, texts, &totals); });
    fmt::print("{:<24} {:>7} patterns {:>9} pairs {:>7} differ for a known reason\n", vocabulary.name,
               totals.patterns - before.patterns, totals.pairs - before.pairs, totals.known - before.known);
  }
  std::mt19937 random(10'42);
  for (int i = 0; i < 6'000; ++i) {
    const bool unicode = i % 3 == 0;
    const std::string pattern = RandomPattern(random, 2 + static_cast<int>(random() % 14), unicode);
    std::vector<std::string> texts;
    for (int n = 0; n < 12; ++n) texts.push_back(RandomText(random, 20, unicode));
    ComparePattern(pattern, texts, &totals);
  }
  fmt::print(
      "{} patterns, {} (pattern, text) pairs compared with PCRE2; {} differ for a known reason, {} "
      "failures\n",
      totals.patterns, totals.pairs, totals.known, totals.failures);
  return totals.failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace faultline::regex::testing

int main(int argc, char** argv) {
  return faultline::regex::testing::Main(argc > 1 && std::string_view(argv[1]) == "--full");
}
