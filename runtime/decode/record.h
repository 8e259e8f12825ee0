// What rules look at: one line (or one document, or one unwrapped line) with the way back to the original
// bytes.
//
// RecordStream (record_stream.h) gives records in blocks. A block comes with two contiguous haystacks for a
// prefilter: `bytes`, the lines as they stand, and `extra`, what decoding changed. The promise is: every text
// of a record that a pattern can be matched against before derived fields are computed - its raw bytes, its
// unwrapped text, its message, its fields - is a substring of the record's piece of `bytes` or of its piece
// of `extra`. So a literal that is found in neither need not be looked for, and decoding happens for
// candidates only (RecordDecoder::Resolve, record_decoder.h).
//
// Views point into the block and live as long as it does. Thread safety: a filled block may be read by many
// threads.
#ifndef FAULTLINE_RUNTIME_DECODE_RECORD_H_
#define FAULTLINE_RUNTIME_DECODE_RECORD_H_

#include "ir/ir.h"
#include "runtime/input/line_reader.h"
#include "runtime/ops/context.h"
#include "runtime/text/normalize.h"
#include "support/value/value.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::runtime {

// A place in the original file: line and column from 1, column in bytes; offset from 0.
struct LogPlace {
  std::int64_t line = 0;
  std::int64_t column = 0;
  std::uint64_t offset = 0;
  friend bool operator==(const LogPlace&, const LogPlace&) = default;
};

// A physical line inside RecordView::context.raw. Records of one line have one piece.
struct RawPiece {
  std::uint32_t begin = 0;  // in the record's raw bytes
  std::int64_t line = 0;
  std::uint64_t offset = 0;  // of the piece's first byte in the original
};

// What one wrapper said about a record: its slots in the frame of ir::Wrapper.
struct WrapperValues {
  std::uint32_t wrapper = 0;  // index into ir::Module::wrappers
  const Value* slots = nullptr;
};

// From positions in a text to positions in the raw bytes of its record.
struct TextMap {
  std::uint32_t begin = 0;          // where there are no runs, text position p is raw position begin + p
  std::span<const OffsetRun> runs;  // into raw, sorted
  bool computed = false;            // the text stands nowhere in the line: all of it is at `begin`
  std::uint32_t ToRaw(std::uint32_t position) const {
    if (computed) return begin;
    return runs.empty() ? begin + position : runtime::ToRaw(runs, position);
  }
};

struct RecordView {
  RecordContext context;  // file, line (of the first piece), text, raw, time, stream
  std::int64_t end_line = 0;
  std::uint64_t offset = 0;      // of raw in the original
  std::uint32_t stream = 0;      // number of the stream inside its source; 0 is the source itself
  std::int64_t stream_line = 0;  // line number inside the innermost stream, from 1
  std::int64_t record = 0;       // number of the record inside its source, from 1
  std::uint64_t serial = 0;      // unique in the process, so that decoders can keep what they parsed; 0: none
  ir::FormatId format = ir::kNone;  // known after RecordDecoder::Resolve
  bool resolved = false;
  bool cut = false;        // longer than the bound on lines
  bool inherited = false;  // a wrapper was in force and did not fit this line

  std::uint32_t scan_begin = 0, scan_end = 0;    // in RecordBlock::bytes
  std::uint32_t extra_begin = 0, extra_end = 0;  // in RecordBlock::extra

  TextMap map;  // of context.text into context.raw
  // The unwrapped line before Resolve put the message field in context.text, and its map.
  std::string_view whole;
  TextMap whole_map;
  std::span<const RawPiece> pieces;  // empty: one piece, at `offset`, line context.line
  Encoding encoding = Encoding::kBytes;
  std::span<const WrapperValues> wrappers;  // outermost first

  // Where byte `position` of context.text stands in the original. O(log runs), for UTF-16 O(line).
  LogPlace PlaceOfText(std::uint32_t position) const;
  // Where a piece of text that some value shows stands: a view into text or raw is found exactly, anything
  // else (an unescaped field, a computed one) is at the beginning of the text.
  LogPlace PlaceOfView(std::string_view part) const;
  // The same for a byte of context.raw.
  LogPlace PlaceOfRaw(std::uint32_t position) const;
  // True if raw is valid UTF-8. O(raw); not kept.
  bool IsValidUtf8() const;
};

// Owns what its records point into. Reused from call to call; not copyable.
struct RecordBlock {
  RecordBlock() = default;
  RecordBlock(const RecordBlock&) = delete;
  RecordBlock& operator=(const RecordBlock&) = delete;

  std::string_view bytes() const { return lines.bytes(); }
  std::string_view extra() const { return extra_text; }

  // In the order in which they are complete: by line, except where a record waited for lines that came later.
  // Pieces of `bytes` ascend, and so do pieces of `extra`; a record without one has begin == end == the
  // previous end.
  std::vector<RecordView> records;

  LineBlock lines;
  std::string extra_text;
  Arena arena;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_DECODE_RECORD_H_
