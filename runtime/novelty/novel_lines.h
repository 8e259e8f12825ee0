// "Lines no good run had": what a run printed that its passing siblings did not, the most telling first.
//
// For the report when no rule matched. Lines of one shape are one entry. The score is a sum, and each of its
// terms is a reason that is shown:
//
//   a word of failure        5 (fatal, panic, killed …), 4 (error, refused …), 1.5 (warning …)
//   how a command ended      3 ("exit status 2"; not for 0)
//   how often in this run    2 once, less the more often
//   how near the end         up to 2, with the square of the position
//   the first failures       3, 2, 1 for the first three lines with a word of failure
//
// Bounds: kMaxEntries shapes; beyond it the quarter goes that says least (no word of failure, early). Texts
// are cut to 512 bytes. Thread safety: one thread.
#ifndef FAULTLINE_RUNTIME_NOVELTY_NOVEL_LINES_H_
#define FAULTLINE_RUNTIME_NOVELTY_NOVEL_LINES_H_

#include "runtime/novelty/shapes.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace faultline::novelty {

inline constexpr std::size_t kMaxEntries = 4096;

struct NovelLine {
  std::int64_t line = 0;  // of the first of its shape
  std::string text;
  std::string shape;  // for people
  std::int64_t count = 0;
  double score = 0;
  std::vector<std::string> reasons;  // "word of failure", "exit status" …
};

class NovelLines {
 public:
  // `shapes` must outlive it.
  explicit NovelLines(const ShapeSet& shapes) : shapes_(shapes) {}

  // Every line of the run, in order; its unwrapped text.
  void Add(std::string_view text, std::int64_t line);

  // The best `most`, best first; equal ones by line. O(entries log entries).
  std::vector<NovelLine> Rank(std::size_t most) const;

  std::int64_t lines() const { return lines_; }      // all that were added
  std::int64_t novel() const { return novel_; }      // novel ones among them
  std::int64_t dropped() const { return dropped_; }  // novel ones that gave way

 private:
  struct Entry {
    std::int64_t line = 0;
    std::int64_t last = 0;  // the last of its shape, counted in lines added
    std::int64_t count = 0;
    WordKind word = WordKind::kPlain;
    bool ended = false;  // says how a command ended
    std::string text, shape;
  };
  void Shrink();

  const ShapeSet& shapes_;
  Masker masker_;
  std::unordered_map<std::uint64_t, Entry> entries_;
  std::int64_t lines_ = 0;
  std::int64_t novel_ = 0;
  std::int64_t dropped_ = 0;
};

// The same for lines at hand; `first_line` is the number of the first.
std::vector<NovelLine> RankNovel(const ShapeSet& shapes, std::span<const std::string_view> lines,
                                 std::size_t most, std::int64_t first_line = 1);

}  // namespace faultline::novelty

#endif  // FAULTLINE_RUNTIME_NOVELTY_NOVEL_LINES_H_
