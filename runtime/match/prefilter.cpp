// The choice of searchers and the table from literals to patterns: see prefilter.h.
#include "runtime/match/prefilter.h"

#include <algorithm>

namespace faultline::runtime {
namespace {

// Up to here shuffles are the faster search; beyond, buckets hold so many literals that most chunks have a
// candidate.
constexpr std::size_t kMostForTeddy = 48;

}  // namespace

Prefilter::Prefilter(std::span<const ir::Pattern> patterns, std::span<const ir::PatternId> wanted,
                     SimdKernel kernel) {
  std::vector<std::pair<LiteralId, ir::PatternId>> pairs;
  for (ir::PatternId pattern : wanted) {
    const auto& required = patterns[pattern].literals;
    const bool none = required.empty() || std::any_of(required.begin(), required.end(),
                                                      [](const auto& l) { return l.text.empty(); });
    if (none) {
      always_.push_back(pattern);
      continue;
    }
    for (const auto& literal : required)
      pairs.emplace_back(literals_->Add(literal.text, literal.fold), pattern);
  }
  std::sort(always_.begin(), always_.end());
  always_.erase(std::unique(always_.begin(), always_.end()), always_.end());
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  owner_starts_.assign(literals_->size() + 1, 0);
  for (const auto& [literal, pattern] : pairs) {
    ++owner_starts_[literal + 1];
    owners_.push_back(pattern);
  }
  for (std::size_t i = 1; i < owner_starts_.size(); ++i) owner_starts_[i] += owner_starts_[i - 1];

  auto add_teddy = [&](const std::vector<LiteralId>& ids) {
    teddies_.emplace_back(literals_.get(), ids, kernel);
    described_.push_back(std::to_string(ids.size()) + " by shuffles (" + std::string(SimdKernelName(kernel)) +
                         ", " + std::to_string(teddies_.back().fingerprint_bytes()) + " bytes)");
  };
  auto add_qgram = [&](const std::vector<LiteralId>& ids, unsigned q, unsigned stride) {
    if (ids.empty()) return;
    qgrams_.emplace_back(literals_.get(), ids, q, stride);
    described_.push_back(std::to_string(ids.size()) + " by " + std::to_string(q) + "-grams at every " +
                         (stride == 1 ? "byte" : std::to_string(stride) + "th byte"));
  };

  // Literals of one or two bytes would shorten everyone's fingerprint, so they go into a searcher of their
  // own.
  std::vector<LiteralId> all, tiny, small, medium, large;
  for (LiteralId id = 0; id < literals_->size(); ++id) {
    const std::size_t size = literals_->text(id).size();
    (size < 2 ? tiny : size < 4 ? small : size < 7 ? medium : large).push_back(id);
  }
  if (literals_->size() <= kMostForTeddy) {
    std::vector<LiteralId> short_ids, long_ids;
    for (LiteralId id = 0; id < literals_->size(); ++id) {
      (literals_->text(id).size() < Teddy::kMaxFingerprint ? short_ids : long_ids).push_back(id);
    }
    if (!short_ids.empty()) add_teddy(short_ids);
    if (!long_ids.empty()) add_teddy(long_ids);
    return;
  }
  add_qgram(large, 4, 4);
  if (!medium.empty() && medium.size() <= kMostForTeddy) {
    add_teddy(medium);
  } else {
    add_qgram(medium, 4, 1);
  }
  add_qgram(small, 2, 1);
  add_qgram(tiny, 1, 1);
}

void Prefilter::Scan(std::string_view text, std::vector<LiteralHit>* hits) const {
  hits->clear();
  for (const Teddy& searcher : teddies_) searcher.Scan(text, hits);
  for (const QGramSearcher& searcher : qgrams_) searcher.Scan(text, hits);
  auto before = [](const LiteralHit& a, const LiteralHit& b) {
    return a.offset != b.offset ? a.offset < b.offset : a.literal < b.literal;
  };
  if (!std::is_sorted(hits->begin(), hits->end(), before)) std::sort(hits->begin(), hits->end(), before);
}

std::string Prefilter::Describe() const {
  std::string text = std::to_string(literals_->size()) + (literals_->size() == 1 ? " literal" : " literals");
  for (std::size_t i = 0; i < described_.size(); ++i) text += (i == 0 ? ": " : ", ") + described_[i];
  if (!always_.empty()) {
    text += "; " + std::to_string(always_.size()) + (always_.size() == 1 ? " pattern" : " patterns") +
            " without a literal, tried on every line";
  }
  return text;
}

}  // namespace faultline::runtime
