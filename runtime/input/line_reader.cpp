// The line splitter. One buffer per block: whole lines are found with memchr as the bytes come in, and what
// follows the last newline is carried into the next block. When a line was cut, what follows moves down, so
// that `bytes` has no gaps and nothing in it that is no line's.
#include "runtime/input/line_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace faultline::runtime {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 30;
constexpr std::size_t kReadBytes = 64 * 1024;  // per read inside a line that is longer than a block

}  // namespace

std::uint64_t LineBlock::OriginalOffset(std::size_t line, std::size_t column) const {
  const Line& l = lines_[line];
  if (encoding_ == Encoding::kBytes) return l.offset + column;
  return l.offset + Utf16Length(Raw(line).substr(0, column));
}

std::size_t LineBlock::IndexOf(std::int64_t number) const {
  if (!numbers_.empty()) {
    return static_cast<std::size_t>(std::find(numbers_.begin(), numbers_.end(), number) - numbers_.begin());
  }
  if (number < first_line_) return lines_.size();
  return std::min(lines_.size(), static_cast<std::size_t>(number - first_line_));
}

LineReader::LineReader(std::unique_ptr<ByteSource> source, std::string path, const LineOptions& options)
    : source_(std::move(source)), path_(std::move(path)), options_(options) {
  options_.block_bytes = std::clamp<std::size_t>(options_.block_bytes, 1, kMaxBytes);
  options_.max_line_bytes = std::clamp<std::size_t>(options_.max_line_bytes, 1, kMaxBytes);
  options_.block_lines = std::max<std::size_t>(options_.block_lines, 1);
  offset_ = source_->first_offset();
}

std::uint64_t LineReader::OriginalLength(std::string_view bytes) const {
  return source_->encoding() == Encoding::kBytes ? bytes.size() : Utf16Length(bytes);
}

bool LineReader::NextBlock(LineBlock& block) {
  std::vector<char>& buffer = block.buffer_;
  block.lines_.clear();
  block.numbers_.clear();
  block.size_ = 0;
  if (std::exchange(next_file_, false)) {
    lines_before_ += std::exchange(lines_, 0);
    bytes_before_ += std::exchange(offset_, source_->first_offset());
  }
  block.first_line_ = lines_ + 1;
  block.encoding_ = source_->encoding();
  const std::size_t max_line = options_.max_line_bytes;

  std::size_t out = 0;  // behind the last whole line (and its newline): where the open line begins
  std::size_t filled = carry_.size();
  if (buffer.size() < filled + 1) buffer.resize(filled + options_.block_bytes + 1);
  std::copy(carry_.begin(), carry_.end(), buffer.begin());
  carry_.clear();

  // Takes the line [begin, begin + length) and puts it at `out`.
  const auto take = [&](std::size_t begin, std::size_t length, bool newline) {
    Line line;
    line.begin = static_cast<std::uint32_t>(out);
    LineNumberAndOffset place;
    const bool placed = source_->TakePlace(&place);
    line.offset = placed ? place.offset : offset_;
    if (placed) block.numbers_.push_back(place.number);
    line.cut = length > max_line;
    const std::size_t kept = std::min(length, max_line);
    offset_ += OriginalLength({buffer.data() + begin, length + (newline ? 1 : 0)});
    if (out != begin) std::memmove(buffer.data() + out, buffer.data() + begin, kept);
    buffer[out + kept] = '\n';
    line.end = static_cast<std::uint32_t>(out + kept);
    out += kept + 1;
    long_lines_ += line.cut ? 1 : 0;
    ++lines_;
    block.lines_.push_back(line);
  };

  while (!ended_) {
    const bool rest = std::exchange(full_, false);  // lines are left over: read nothing before they are taken
    std::size_t scan = 0;  // from here on the bytes are new; before them the open line has no newline
    std::size_t want = 0;
    std::size_t got = 0;
    if (!rest) {
      want = filled < options_.block_bytes ? options_.block_bytes - filled : kReadBytes;
      // One byte more, for the newline that is put behind a last line without one.
      if (buffer.size() < filled + want + 1) buffer.resize(filled + want + 1);
      got = source_->Read(buffer.data() + filled, want);
      scan = filled;
      filled += got;
    }
    if (!rest && got == 0) {
      const AtEnd end = source_->at_end();
      if (end == AtEnd::kLater) break;
      ended_ = end == AtEnd::kFinal;
      if (filled > out && !skipping_) take(out, filled - out, false);
      filled = out;
      skipping_ = false;
      if (ended_ || !block.lines_.empty()) {
        next_file_ = !ended_;
        break;
      }
      lines_before_ += std::exchange(lines_, 0);
      bytes_before_ += std::exchange(offset_, source_->first_offset());
      block.first_line_ = 1;
      continue;
    }
    std::size_t begin = out;  // of the open line, before it is moved
    if (skipping_) {          // then the open line is the rest of a cut one, and nothing of it was kept
      const void* newline = std::memchr(buffer.data() + scan, '\n', filled - scan);
      if (newline == nullptr) {
        offset_ += OriginalLength({buffer.data() + scan, filled - scan});
        filled = out;
        if (!block.lines_.empty()) break;
        continue;
      }
      const std::size_t next =
          static_cast<std::size_t>(static_cast<const char*>(newline) - buffer.data()) + 1;
      offset_ += OriginalLength({buffer.data() + scan, next - scan});
      skipping_ = false;
      begin = scan = next;
    }
    while (const void* newline = std::memchr(buffer.data() + scan, '\n', filled - scan)) {
      full_ = block.lines_.size() == options_.block_lines;
      if (full_) break;
      const std::size_t end = static_cast<std::size_t>(static_cast<const char*>(newline) - buffer.data());
      take(begin, end - begin, true);
      begin = scan = end + 1;
    }
    if (!full_ && filled - begin > max_line) {  // the open line is too long already
      take(begin, filled - begin, false);
      skipping_ = true;
      filled = out;
    } else if (begin != out) {
      std::memmove(buffer.data() + out, buffer.data() + begin, filled - begin);
      filled = out + (filled - begin);
    }
    if (!block.lines_.empty() && (rest || full_ || got < want || filled >= options_.block_bytes)) break;
  }
  carry_.assign(buffer.begin() + static_cast<std::ptrdiff_t>(out),
                buffer.begin() + static_cast<std::ptrdiff_t>(filled));
  block.size_ = out;
  return !block.lines_.empty();
}

std::vector<InputError> LineReader::errors() const {
  std::vector<InputError> errors;
  if (long_lines_ > 0) {
    errors.push_back({InputErrorKind::kLongLine, path_,
                      std::to_string(long_lines_) + (long_lines_ == 1 ? " line is" : " lines are") +
                          " longer than " + std::to_string(options_.max_line_bytes) +
                          " bytes; only the first bytes were looked at",
                      long_lines_});
  }
  if (source_->error()) errors.push_back(*source_->error());
  return errors;
}

void LineBlock::Save(snapshot::Writer* writer) const {
  writer->Signed(first_line_);
  writer->Unsigned(static_cast<std::uint64_t>(encoding_));
  writer->Unsigned(lines_.size());
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    writer->Text(Raw(i));
    writer->Bool(lines_[i].cut);
    writer->Unsigned(lines_[i].offset);
  }
}

bool LineBlock::Load(snapshot::Reader* reader) {
  *this = LineBlock();
  first_line_ = reader->Signed();
  encoding_ = reader->Unsigned() == 0 ? Encoding::kBytes : Encoding::kUtf16;
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const std::string_view raw = reader->Text();
    Line line;
    line.begin = static_cast<std::uint32_t>(buffer_.size());
    line.end = line.begin + static_cast<std::uint32_t>(raw.size());
    line.cut = reader->Bool();
    line.offset = reader->Unsigned();
    buffer_.insert(buffer_.end(), raw.begin(), raw.end());
    buffer_.push_back('\n');
    lines_.push_back(line);
    if (buffer_.size() > kMaxBytes) reader->Fail();
  }
  size_ = buffer_.size();
  return reader->ok();
}

void LineReader::Save(snapshot::Writer* writer) const {
  writer->Text({carry_.data(), carry_.size()});
  writer->Bool(full_);
  writer->Unsigned(offset_);
  writer->Signed(lines_);
  writer->Signed(long_lines_);
  writer->Bool(skipping_);
  writer->Bool(next_file_);
  writer->Signed(lines_before_);
  writer->Unsigned(bytes_before_);
}

bool LineReader::Load(snapshot::Reader* reader) {
  const std::string_view carry = reader->Text();
  carry_.assign(carry.begin(), carry.end());
  full_ = reader->Bool();
  offset_ = reader->Unsigned();
  lines_ = reader->Signed();
  long_lines_ = reader->Signed();
  skipping_ = reader->Bool();
  next_file_ = reader->Bool();
  lines_before_ = reader->Signed();
  bytes_before_ = reader->Unsigned();
  return reader->ok() && carry_.size() <= kMaxBytes;
}

}  // namespace faultline::runtime
