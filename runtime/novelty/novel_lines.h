// "Lines no good run had": what a run printed that its passing siblings did not, the most telling first.
//
// For the report when no rule matched. Lines of one shape are one entry. The score is a sum, and each of its
// terms is a reason that is shown:
//
//   a word of failure        5 (fatal, panic, killed …), 4 (error, refused …), 1.5 (warning …)
//   how a command ended      3 ("exit status 2"; not for 0)
//   the last output          3, 2, 1 for the last three lines of a stream before it says so, or before the
//                            whole run is said to have ended badly
//   how often in this run    2 once, less the more often
//   how near the end         up to 2, with the square of the position
//   the first failures       3, 2, 1 for the first three lines with a word of failure
//
// Where nothing was learned, every line might be new: only those are taken up that have a word of failure,
// say how a command ended, or are the last output before that.
//
// Bounds: kMaxEntries shapes; beyond it the quarter goes that says least (no word of failure, early). Texts
// are cut to 512 bytes. The last output of kMaxStreams streams is known. Thread safety: one thread.
#ifndef FAULTLINE_RUNTIME_NOVELTY_NOVEL_LINES_H_
#define FAULTLINE_RUNTIME_NOVELTY_NOVEL_LINES_H_

#include "runtime/novelty/shapes.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace faultline::novelty {

inline constexpr std::size_t kMaxEntries = 4096;
inline constexpr std::size_t kMaxStreams = 1024;

struct NovelLine {
  std::uint32_t source = 0;
  std::int64_t line = 0;  // of the first of its shape
  std::string text;
  std::string shape;  // for people
  std::int64_t count = 0;
  double score = 0;
  std::vector<std::string> reasons;  // "word of failure", "exit status" …
};

class NovelLines {
 public:
  // `shapes` must outlive it; null: nothing was learned.
  explicit NovelLines(const ShapeSet* shapes) : shapes_(shapes) {}

  // Every line of the run, in order; its unwrapped text. `stream` tells apart what one source holds: steps,
  // containers.
  void Add(std::string_view text, std::int64_t line, std::uint32_t source = 0, std::uint32_t stream = 0);
  // The run is known to have ended badly behind the last line.
  void EndedBadly();

  // The best `most`, best first; equal ones by line. O(entries log entries).
  std::vector<NovelLine> Rank(std::size_t most) const;

  std::int64_t lines() const { return lines_; }      // all that were added
  std::int64_t novel() const { return novel_; }      // novel ones among them
  std::int64_t dropped() const { return dropped_; }  // novel ones that gave way

 private:
  static constexpr std::size_t kLastLines = 3;
  struct Entry {
    std::uint32_t source = 0;
    std::int64_t line = 0;
    std::int64_t last = 0;  // the last of its shape, counted in lines added
    std::int64_t count = 0;
    WordKind word = WordKind::kPlain;
    bool ended = false;          // says how a command ended
    std::size_t before_end = 0;  // 1: the line before one that does, 2: the one before that …; 0: it is none
    std::string text, shape;
  };
  // What a stream printed last, the latest first.
  struct Spoken {
    std::uint64_t hash = 0;  // 0: nothing yet
    std::int64_t line = 0;
    std::int64_t number = 0;  // counted in lines added
    std::string text;
  };
  using StreamKey = std::pair<std::uint32_t, std::uint32_t>;
  using LastLines = std::array<Spoken, kLastLines>;

  // The entry of the shape, made if it is not there.
  Entry& Take(std::uint64_t hash, std::string_view text, std::uint32_t source, std::int64_t line,
              std::int64_t number);
  // What the stream printed last is the last output of something that failed.
  void NoteEnd(const StreamKey& stream);
  void Shrink();

  const ShapeSet* shapes_;
  Masker masker_;
  std::unordered_map<std::uint64_t, Entry> entries_;
  std::map<StreamKey, LastLines> spoken_;
  StreamKey last_stream_{};
  std::int64_t lines_ = 0;
  std::int64_t novel_ = 0;
  std::int64_t dropped_ = 0;
};

// The same for lines at hand; `first_line` is the number of the first.
std::vector<NovelLine> RankNovel(const ShapeSet* shapes, std::span<const std::string_view> lines,
                                 std::size_t most, std::int64_t first_line = 1);

}  // namespace faultline::novelty

#endif  // FAULTLINE_RUNTIME_NOVELTY_NOVEL_LINES_H_
