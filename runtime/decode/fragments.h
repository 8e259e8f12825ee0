// Pieces of lines inside JSON wrappers that wait for their newline, one a stream and layer. Bounded in bytes
// each and together.
#ifndef FAULTLINE_RUNTIME_DECODE_FRAGMENTS_H_
#define FAULTLINE_RUNTIME_DECODE_FRAGMENTS_H_

#include "runtime/correlate/snapshot.h"
#include "runtime/decode/record.h"
#include "runtime/decode/unwrapper.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace faultline::runtime {

struct Fragment {
  std::size_t depth = 0;
  std::uint32_t stream = 0;
  std::string text;
  std::vector<OffsetRun> runs;   // text -> raw
  std::string raw;               // the physical lines, '\n' between them
  std::vector<RawPiece> pieces;  // where they stand; never empty
  std::int64_t end_line = 0;
  bool cut = false;
  std::uint64_t sequence = 0;
};

class FragmentTable {
 public:
  explicit FragmentTable(std::size_t fragment_bytes) : fragment_bytes_(fragment_bytes) {}

  bool Has(std::size_t depth, std::uint32_t stream) const { return fragments_.count({depth, stream}) > 0; }
  // Adds text[begin, end), which stands in `work`, whose `runs` map `text` into work.raw.
  void Append(std::size_t depth, const Work& work, std::string_view text, std::span<const OffsetRun> runs,
              std::size_t begin, std::size_t end);
  std::optional<Fragment> Take(std::size_t depth, std::uint32_t stream);
  std::optional<Fragment> TakeOldest();
  // What must go because a bound is reached: the fragment of this stream if it is too long, else the oldest
  // of all.
  std::optional<Fragment> TakeOverfull(std::size_t depth, std::uint32_t stream);
  std::int64_t cut() const { return cut_; }

  void Save(snapshot::Writer* writer) const;
  bool Load(snapshot::Reader* reader);

 private:
  using Key = std::pair<std::size_t, std::uint32_t>;
  static constexpr std::size_t kMaxBytes = 16 * 1024 * 1024;  // of all fragments together

  std::size_t fragment_bytes_;
  std::map<Key, Fragment> fragments_;
  std::map<std::uint64_t, Key> by_age_;
  std::size_t bytes_ = 0;
  std::uint64_t sequence_ = 0;
  std::int64_t cut_ = 0;
};

// Runs and pieces as bytes and back.
void PutRuns(std::span<const OffsetRun> runs, snapshot::Writer* writer);
void PutPieces(std::span<const RawPiece> pieces, snapshot::Writer* writer);
std::vector<OffsetRun> GetRuns(snapshot::Reader* reader);
std::vector<RawPiece> GetPieces(snapshot::Reader* reader);

// Copies pieces into an arena.
std::span<const RawPiece> KeepPieces(std::span<const RawPiece> pieces, Arena& arena);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_DECODE_FRAGMENTS_H_
