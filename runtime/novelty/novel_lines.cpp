#include "runtime/novelty/novel_lines.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace faultline::novelty {
namespace {

constexpr std::size_t kMaxText = 512;

bool SaysHowItEnded(const Masker& line) {
  if (line.text().find(kNonZero) == std::string_view::npos) return false;
  for (const Token& token : line.tokens()) {
    std::string_view word = line.TextOf(token);
    while (!word.empty() && (word.front() == '[' || word.front() == '(' || word.front() == '"'))
      word.remove_prefix(1);
    if (word.starts_with("exit") || word.starts_with("Exit") || word.starts_with("rc=")) return true;
  }
  return false;
}

}  // namespace

void NovelLines::Add(std::string_view text, std::int64_t line) {
  ++lines_;
  masker_.Scan(text);
  if (!shapes_.IsNovel(masker_)) return;
  ++novel_;
  const auto [at, made] = entries_.try_emplace(masker_.hash());
  Entry& entry = at->second;
  entry.last = lines_;
  ++entry.count;
  if (!made) return;
  entry.line = line;
  entry.text = text.substr(0, kMaxText);
  entry.shape = ShowMasked(masker_.text().substr(0, kMaxText));
  entry.word = GravestWord(text);
  entry.ended = SaysHowItEnded(masker_);
  if (entries_.size() > kMaxEntries) Shrink();
}

void NovelLines::Shrink() {
  std::vector<std::tuple<bool, WordKind, std::int64_t, std::uint64_t>> order;
  order.reserve(entries_.size());
  for (const auto& [hash, entry] : entries_) order.emplace_back(entry.ended, entry.word, entry.last, hash);
  const auto quarter = order.begin() + static_cast<std::ptrdiff_t>(order.size() / 4);
  std::nth_element(order.begin(), quarter, order.end());
  for (auto at = order.begin(); at != quarter; ++at) {
    const auto gone = entries_.find(std::get<3>(*at));
    dropped_ += gone->second.count;
    entries_.erase(gone);
  }
}

std::vector<NovelLine> NovelLines::Rank(std::size_t most) const {
  std::vector<NovelLine> ranked;
  ranked.reserve(entries_.size());
  for (const auto& [hash, entry] : entries_) {
    NovelLine line;
    line.line = entry.line;
    line.text = entry.text;
    line.shape = entry.shape;
    line.count = entry.count;
    switch (entry.word) {
      case WordKind::kFatal:
        line.score += 5;
        break;
      case WordKind::kError:
        line.score += 4;
        break;
      case WordKind::kWarning:
        line.score += 1.5;
        break;
      case WordKind::kPlain:
        break;
    }
    if (entry.word == WordKind::kWarning) line.reasons.emplace_back("word of warning");
    if (entry.word > WordKind::kWarning) line.reasons.emplace_back("word of failure");
    if (entry.ended) {
      line.score += 3;
      line.reasons.emplace_back("exit status");
    }
    line.score += 2 / (1 + std::log2(static_cast<double>(entry.count)));
    if (entry.count == 1) line.reasons.emplace_back("once in this run");
    const double place = static_cast<double>(entry.last) / static_cast<double>(lines_);
    line.score += 2 * place * place;
    if (place > 0.9) line.reasons.emplace_back("near the end");
    ranked.push_back(std::move(line));
  }
  // What failed first is nearer to the cause than what was said about it at the end.
  std::vector<NovelLine*> failures;
  for (NovelLine& line : ranked) {
    if (!line.reasons.empty() && line.reasons[0] == "word of failure") failures.push_back(&line);
  }
  std::sort(failures.begin(), failures.end(),
            [](const NovelLine* a, const NovelLine* b) { return a->line < b->line; });
  for (std::size_t i = 0; i < failures.size() && i < 3; ++i) {
    failures[i]->score += 3.0 - static_cast<double>(i);
    failures[i]->reasons.emplace_back("among the first failures");
  }
  std::sort(ranked.begin(), ranked.end(), [](const NovelLine& a, const NovelLine& b) {
    return a.score != b.score ? a.score > b.score : a.line < b.line;
  });
  if (ranked.size() > most) ranked.resize(most);
  return ranked;
}

std::vector<NovelLine> RankNovel(const ShapeSet& shapes, std::span<const std::string_view> lines,
                                 std::size_t most, std::int64_t first_line) {
  NovelLines all(shapes);
  for (const std::string_view text : lines) all.Add(text, first_line++);
  return all.Rank(most);
}

}  // namespace faultline::novelty
