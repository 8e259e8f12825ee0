// Bytes cut into lines, in blocks that hold whole lines in one contiguous buffer.
//
// A block owns its buffer, so blocks can be handed to other threads; a prefilter runs over `bytes` in one
// pass and finds the line of a hit by binary search. Which block a line falls into depends on block size and
// on how a pipe delivers; the lines themselves never do.
//
// A line ends at '\n' or at the end of the input. The CR of a CRLF stays in the line's bytes (runtime/text
// removes it from the matched text, as it does with lone CRs inside a line). A line longer than the bound
// keeps its first `max_line_bytes` bytes, is marked `cut`, and the rest is skipped but counted in offsets.
// Memory: block_bytes + max_line_bytes + one read, whatever the size of the input. A block also ends at
// `block_lines` lines, since what later steps keep for each line is far larger than an empty line.
#ifndef FAULTLINE_RUNTIME_INPUT_LINE_READER_H_
#define FAULTLINE_RUNTIME_INPUT_LINE_READER_H_

#include "runtime/correlate/snapshot.h"
#include "runtime/input/byte_source.h"
#include "runtime/input/error.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::runtime {

struct LineOptions {
  std::size_t block_bytes = 512 * 1024;
  std::size_t block_lines = 16 * 1024;       // at least 1; some 400 bytes are kept for each in phase 1
  std::size_t max_line_bytes = 1024 * 1024;  // at least 1; at most 1 GiB
};

struct Line {
  std::uint32_t begin = 0;   // in LineBlock::bytes
  std::uint32_t end = 0;     // without the '\n', with a CR before it
  bool cut = false;          // longer than the bound
  std::uint64_t offset = 0;  // of the line's first byte in the original (decompressed, not decoded) input
};

class LineBlock {
 public:
  // Lines that are kept while more of the input is awaited.
  void Save(snapshot::Writer* writer) const;
  bool Load(snapshot::Reader* reader);

  std::string_view bytes() const { return {buffer_.data(), size_}; }
  const std::vector<Line>& lines() const { return lines_; }
  std::string_view Raw(std::size_t line) const {
    return bytes().substr(lines_[line].begin, lines_[line].end - lines_[line].begin);
  }
  // Number of a line, from 1.
  std::int64_t NumberOf(std::size_t line) const {
    return numbers_.empty() ? first_line_ + static_cast<std::int64_t>(line) : numbers_[line];
  }
  // Where the line with this number stands in lines(); lines().size(): it does not. O(1), O(lines) where
  // lines come in another order than that of the file.
  std::size_t IndexOf(std::int64_t number) const;
  Encoding encoding() const { return encoding_; }

  // Offset in the original of byte `column` (from 0) of the line. O(1) for kBytes, O(column) for kUtf16.
  std::uint64_t OriginalOffset(std::size_t line, std::size_t column) const;
  // Column in bytes of the original line, from 0.
  std::uint64_t OriginalColumn(std::size_t line, std::size_t column) const {
    return OriginalOffset(line, column) - lines_[line].offset;
  }

 private:
  friend class LineReader;
  std::vector<char> buffer_;  // room for more than `size_`
  std::size_t size_ = 0;
  std::vector<Line> lines_;
  std::int64_t first_line_ = 1;
  std::vector<std::int64_t> numbers_;  // only where they do not follow each other
  Encoding encoding_ = Encoding::kBytes;
};

class LineReader {
 public:
  // `path` is what findings show as the file.
  LineReader(std::unique_ptr<ByteSource> source, std::string path, const LineOptions& options = {});

  // Fills `block` (whose memory is used again) with the next lines; false at the end, or (ended() is false)
  // where a source that grows has none for now: the beginning of a line waits for its newline. A block has at
  // least one line. Where a source goes on with another file, lines and offsets count from its beginning.
  bool NextBlock(LineBlock& block);
  bool ended() const { return ended_; }

  const ByteSource& source() const { return *source_; }
  const std::string& path() const { return path_; }
  std::int64_t lines() const { return lines_before_ + lines_; }    // so far
  std::uint64_t bytes() const { return bytes_before_ + offset_; }  // of the original, so far
  // How much was read of the file at hand, the beginning of a line that waits included.
  std::uint64_t position() const { return next_file_ ? 0 : offset_ + carry_.size(); }

  // Between two blocks. What was loaded goes on behind position(): the source must.
  void Save(snapshot::Writer* writer) const;
  bool Load(snapshot::Reader* reader);

  // Errors of the source and, once a file, the lines that were too long. Complete after NextBlock returned
  // false.
  std::vector<InputError> errors() const;

 private:
  std::uint64_t OriginalLength(std::string_view bytes) const;

  std::unique_ptr<ByteSource> source_;
  std::string path_;
  LineOptions options_;
  // What the next block begins with: the beginning of a line, or, if `full_`, also lines that the last block
  // had no room for.
  std::vector<char> carry_;
  bool full_ = false;
  std::uint64_t offset_ = 0;  // of the first byte that is in no line yet
  std::int64_t lines_ = 0;
  std::int64_t long_lines_ = 0;
  bool skipping_ = false;  // inside the rest of a line that was cut
  bool ended_ = false;
  bool next_file_ = false;  // the next block is of another file
  std::int64_t lines_before_ = 0;
  std::uint64_t bytes_before_ = 0;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_INPUT_LINE_READER_H_
