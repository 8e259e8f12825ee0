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

// "Failures: 0, Errors: 0".
bool SaysNothingFailed(const Masker& line) {
  return line.text().find(kZero) != std::string_view::npos &&
         line.text().find(kNonZero) == std::string_view::npos;
}

}  // namespace

NovelLines::Entry& NovelLines::Take(std::uint64_t hash, std::string_view text, std::uint32_t source,
                                    std::int64_t line, std::int64_t number) {
  const auto [at, made] = entries_.try_emplace(hash);
  Entry& entry = at->second;
  entry.last = std::max(entry.last, number);
  if (!made) return entry;
  entry.source = source;
  entry.line = line;
  entry.text = text.substr(0, kMaxText);
  masker_.Scan(entry.text);
  entry.shape = ShowMasked(masker_.text());
  entry.word = GravestWord(text);
  return entry;
}

void NovelLines::NoteEnd(const StreamKey& stream) {
  LastLines& last = spoken_[stream];
  for (std::size_t i = 0; i < last.size(); ++i) {
    if (last[i].hash == 0) continue;
    Entry& entry = Take(last[i].hash, last[i].text, stream.first, last[i].line, last[i].number);
    if (entry.count == 0) entry.count = 1;
    if (entry.before_end == 0) entry.before_end = i + 1;
    last[i] = {};
  }
}

void NovelLines::EndedBadly() {
  NoteEnd(last_stream_);
}

void NovelLines::Add(std::string_view text, std::int64_t line, std::uint32_t source, std::uint32_t stream) {
  ++lines_;
  last_stream_ = {source, stream};
  masker_.Scan(text);
  if (masker_.tokens().empty()) return;
  const std::uint64_t hash = masker_.hash();
  const bool novel = shapes_ == nullptr || shapes_->IsNovel(masker_);
  const bool ended = novel && SaysHowItEnded(masker_);
  const bool all_well = SaysNothingFailed(masker_);
  if (spoken_.size() >= kMaxStreams && !spoken_.contains(last_stream_)) spoken_.clear();
  if (ended) {
    NoteEnd(last_stream_);
  } else {
    LastLines& last = spoken_[last_stream_];
    if (last[0].hash != hash) {
      std::rotate(last.begin(), last.end() - 1, last.end());
      last[0].hash = novel ? hash : 0;
      last[0].text.assign(text.substr(0, kMaxText));
    }
    last[0].line = line;
    last[0].number = lines_;
  }
  if (!novel) return;
  ++novel_;
  if (shapes_ == nullptr && !ended && !entries_.contains(hash) &&
      (all_well || GravestWord(text) < WordKind::kError)) {
    return;
  }
  Entry& entry = Take(hash, text, source, line, lines_);
  ++entry.count;
  entry.ended = ended;
  if (all_well) entry.word = WordKind::kPlain;
  if (entries_.size() > kMaxEntries) Shrink();
}

void NovelLines::Shrink() {
  std::vector<std::tuple<bool, WordKind, bool, std::int64_t, std::uint64_t>> order;
  order.reserve(entries_.size());
  for (const auto& [hash, entry] : entries_) {
    order.emplace_back(entry.ended, entry.word, entry.before_end > 0, entry.last, hash);
  }
  const auto quarter = order.begin() + static_cast<std::ptrdiff_t>(order.size() / 4);
  std::nth_element(order.begin(), quarter, order.end());
  for (auto at = order.begin(); at != quarter; ++at) {
    const auto gone = entries_.find(std::get<4>(*at));
    dropped_ += gone->second.count;
    entries_.erase(gone);
  }
}

std::vector<NovelLine> NovelLines::Rank(std::size_t most) const {
  std::vector<NovelLine> ranked;
  ranked.reserve(entries_.size());
  for (const auto& [hash, entry] : entries_) {
    NovelLine line;
    line.source = entry.source;
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
    if (entry.before_end > 0) {
      line.score += 4.0 - static_cast<double>(entry.before_end);
      line.reasons.emplace_back("last output of what failed");
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
  std::sort(failures.begin(), failures.end(), [](const NovelLine* a, const NovelLine* b) {
    return std::tie(a->source, a->line) < std::tie(b->source, b->line);
  });
  for (std::size_t i = 0; i < failures.size() && i < 3; ++i) {
    failures[i]->score += 3.0 - static_cast<double>(i);
    failures[i]->reasons.emplace_back("among the first failures");
  }
  std::sort(ranked.begin(), ranked.end(), [](const NovelLine& a, const NovelLine& b) {
    return std::tie(b.score, a.source, a.line) < std::tie(a.score, b.source, b.line);
  });
  if (ranked.size() > most) ranked.resize(most);
  return ranked;
}

std::vector<NovelLine> RankNovel(const ShapeSet* shapes, std::span<const std::string_view> lines,
                                 std::size_t most, std::int64_t first_line) {
  NovelLines all(shapes);
  for (const std::string_view text : lines) all.Add(text, first_line++);
  return all.Rank(most);
}

}  // namespace faultline::novelty
