// The prefilter against a naive search, over generated literals and texts, for every kernel this processor
// has.
#include "runtime/match/prefilter.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace faultline::runtime {
namespace {

ir::Pattern PatternOf(std::vector<ir::Pattern::Literal> literals) {
  ir::Pattern pattern;
  pattern.literals = std::move(literals);
  return pattern;
}

std::vector<ir::PatternId> AllOf(const std::vector<ir::Pattern>& patterns) {
  std::vector<ir::PatternId> ids(patterns.size());
  for (ir::PatternId i = 0; i < ids.size(); ++i) ids[i] = i;
  return ids;
}

std::vector<SimdKernel> Kernels() {
  std::vector<SimdKernel> kernels = {SimdKernel::kScalar};
  if (BestSimdKernel() != SimdKernel::kScalar) kernels.push_back(SimdKernel::kSsse3);
  if (BestSimdKernel() == SimdKernel::kAvx2) kernels.push_back(SimdKernel::kAvx2);
  return kernels;
}

// (offset, pattern) of every literal, by comparing at every place.
std::set<std::pair<std::uint32_t, ir::PatternId>> Naive(const std::vector<ir::Pattern>& patterns,
                                                        std::string_view text) {
  std::set<std::pair<std::uint32_t, ir::PatternId>> found;
  for (ir::PatternId p = 0; p < patterns.size(); ++p) {
    for (const auto& literal : patterns[p].literals) {
      for (std::size_t at = 0; at + literal.text.size() <= text.size(); ++at) {
        bool equal = true;
        for (std::size_t i = 0; i < literal.text.size() && equal; ++i) {
          unsigned char c = static_cast<unsigned char>(text[at + i]);
          unsigned char l = static_cast<unsigned char>(literal.text[i]);
          if (literal.fold) c = FoldAscii(c), l = FoldAscii(l);
          equal = c == l;
        }
        if (equal) found.insert({static_cast<std::uint32_t>(at), p});
      }
    }
  }
  return found;
}

std::set<std::pair<std::uint32_t, ir::PatternId>> Filtered(const Prefilter& filter, std::string_view text) {
  std::vector<LiteralHit> hits;
  filter.Scan(text, &hits);
  std::set<std::pair<std::uint32_t, ir::PatternId>> found;
  for (const LiteralHit& hit : hits) {
    for (ir::PatternId p : filter.PatternsOf(hit.literal)) found.insert({hit.offset, p});
  }
  return found;
}

TEST_CASE("the prefilter finds what a naive search finds") {
  std::mt19937 random(7);
  auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const std::string_view alphabets[] = {"ab", "abAB", "aAbB\x80\xff@`[{",
                                        "abcdefghijklmnopqrstuvwxyz 0123456789:/.-"};
  std::size_t compared = 0, hits = 0;
  for (int round = 0; round < 600; ++round) {
    const std::string_view alphabet = alphabets[below(4)];
    const std::size_t counts[] = {1, 2, 5, 20, 48, 49, 100, 300};
    const std::size_t longest[] = {1, 2, 3, 4, 6, 7, 8, 12, 40};
    std::vector<ir::Pattern> patterns;
    const std::size_t count = counts[below(8)], limit = longest[below(9)], shortest = 1 + below(limit);
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<ir::Pattern::Literal> literals;
      for (std::size_t k = 1 + below(2); k > 0; --k) {
        std::string text;
        for (std::size_t n = shortest + below(limit - shortest + 1); n > 0; --n)
          text += alphabet[below(alphabet.size())];
        literals.push_back({text, below(2) == 0});
      }
      patterns.push_back(PatternOf(std::move(literals)));
    }
    std::string text;
    for (std::size_t n = below(200); n > 0; --n) {
      if (below(8) == 0) {
        const auto& from = patterns[below(count)].literals;
        text += from[below(from.size())].text;
      } else {
        text += alphabet[below(alphabet.size())];
      }
    }
    const auto expected = Naive(patterns, text);
    hits += expected.size();
    for (SimdKernel kernel : Kernels()) {
      const Prefilter filter(patterns, AllOf(patterns), kernel);
      INFO("round " << round << " " << SimdKernelName(kernel) << " " << filter.Describe());
      // Started at every alignment of the text, since searchers read in strides.
      for (std::size_t skip = 0; skip < 5 && skip <= text.size(); ++skip) {
        if (skip == 0) {
          REQUIRE(Filtered(filter, text) == expected);
        } else {
          REQUIRE(Filtered(filter, std::string_view(text).substr(skip)) ==
                  Naive(patterns, std::string_view(text).substr(skip)));
        }
        ++compared;
      }
    }
  }
  INFO(compared << " comparisons, " << hits << " hits");
  CHECK(compared > 5000);
  CHECK(hits > 10000);
}

TEST_CASE("ten thousand literals are all found, each where it stands") {
  std::vector<ir::Pattern> patterns;
  std::string text;
  std::vector<std::uint32_t> places;
  for (int i = 0; i < 10000; ++i) {
    const std::string literal = "error E" + std::to_string(100000 + i) + " in unit";
    patterns.push_back(PatternOf({{literal, false}}));
    text += "some line before\n";
    places.push_back(static_cast<std::uint32_t>(text.size()));
    text += literal + "\n";
  }
  const Prefilter filter(patterns, AllOf(patterns));
  std::vector<LiteralHit> hits;
  filter.Scan(text, &hits);
  REQUIRE(hits.size() == 10000);
  for (std::size_t i = 0; i < hits.size(); ++i) {
    REQUIRE(hits[i].offset == places[i]);
    REQUIRE(filter.PatternsOf(hits[i].literal)[0] == i);
  }
}

TEST_CASE("patterns without a literal are candidates everywhere, and only those asked for are searched") {
  const std::vector<ir::Pattern> patterns = {PatternOf({}), PatternOf({{"abc", false}}),
                                             PatternOf({{"", false}}),
                                             PatternOf({{"abc", false}, {"xyz", false}})};
  const Prefilter all(patterns, AllOf(patterns));
  CHECK(all.always() == std::vector<ir::PatternId>{0, 2});
  CHECK(all.literals().size() == 2);
  CHECK(Filtered(all, "abc").size() == 2);
  const std::vector<ir::PatternId> one = {3};
  const Prefilter some(patterns, one);
  CHECK(some.always().empty());
  CHECK(Filtered(some, "-abc") == std::set<std::pair<std::uint32_t, ir::PatternId>>{{1, 3}});
  const Prefilter none(patterns, {});
  CHECK(Filtered(none, "abc").empty());
}

}  // namespace
}  // namespace faultline::runtime
