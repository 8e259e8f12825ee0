// The lines of the original file that a finding shows: the line a stage matched, clipped around the match,
// and its neighbours.
#ifndef FAULTLINE_RUNTIME_ENGINE_EVIDENCE_H_
#define FAULTLINE_RUNTIME_ENGINE_EVIDENCE_H_

#include "runtime/decode/record.h"
#include "runtime/finding/finding.h"

#include <cstdint>
#include <string_view>

namespace faultline::runtime {

// What a finding shows of a stage's match, worked out where the record was: phase 2 may run elsewhere.
struct ShownHit {
  LogPlace place;
  Evidence evidence;
};

// Longest text of an evidence or context line, in bytes; the rest is left out and shown as "…".
inline constexpr std::size_t kMaxEvidenceBytes = 2000;
inline constexpr std::size_t kMaxContextBytes = 400;

// Physical lines near the place that is being worked on.
class LineLookup {
 public:
  virtual ~LineLookup() = default;
  // The line with this number (from 1) without its '\n', if it is still (or already) in memory. The view is
  // valid until the next block.
  virtual bool Find(std::int64_t line, std::string_view* text) const = 0;
};

// `matched` as in StageHit; `context` neighbours on each side.
Evidence MakeEvidence(const RecordView& record, std::string_view matched, const LineLookup& lines,
                      int context);

// `text` from around [mark, mark + mark_size) in at most `limit` bytes, cut between characters, with "…"
// where something was left out; the mark is moved along.
std::string ClipAround(std::string_view text, std::size_t limit, std::uint32_t* mark,
                       std::uint32_t* mark_size);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_ENGINE_EVIDENCE_H_
