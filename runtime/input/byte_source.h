// Bytes of an input, pulled in order. Decompression and UTF-16 are sources on top of sources.
//
// Files are read with read(2), not mapped: a log that is truncated while it is read (copytruncate, a
// restarted build) would end a mapping with SIGBUS, and a handler for that is process-wide state which a
// library must not own. One copy from the page cache costs less than a tenth of what looking at the bytes
// costs.
//
// Thread safety: one thread at a time. Errors are values; Read never throws.
#ifndef FAULTLINE_RUNTIME_INPUT_BYTE_SOURCE_H_
#define FAULTLINE_RUNTIME_INPUT_BYTE_SOURCE_H_

#include "runtime/input/error.h"
#include "support/value/value.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace faultline::runtime {

// How offsets in what a source gives relate to offsets in the original.
enum class Encoding : std::uint8_t {
  kBytes,  // byte for byte
  kUtf16,  // the original is UTF-16 behind a BOM, the source gives UTF-8
};

// What it means that a source had nothing to read.
enum class AtEnd : std::uint8_t {
  kFinal,     // the input is over
  kLater,     // nothing for now: a file that grows (runtime/live)
  kNextFile,  // this file is over, and what comes is another one from its beginning: logs that are rotated
};

// Where a line stands in the original.
struct LineNumberAndOffset {
  std::int64_t number = 0;  // from 1
  std::uint64_t offset = 0;
};

// A regular file of which the source gives all bytes as they stand, from the first on.
struct Seekable {
  int descriptor = -1;  // the source's; for pread
  std::uint64_t size = 0;
};

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Puts up to `size` (> 0) bytes at `buffer` and returns how many; 0 at the end, which is final unless
  // at_end() says something else. Pipes give what is there and block only when nothing is.
  virtual std::size_t Read(char* buffer, std::size_t size) = 0;

  // Asked once each time that Read has returned 0.
  virtual AtEnd at_end() { return AtEnd::kFinal; }

  // What ended the input early, if anything did; complete once Read has returned 0.
  virtual const std::optional<InputError>& error() const { return error_; }

  // Offset in the original of the first byte that Read gives: 2 behind the BOM of UTF-16.
  virtual std::uint64_t first_offset() const { return 0; }
  virtual Encoding encoding() const { return Encoding::kBytes; }

  // The bytes were made from records that a program gives one by one: each line is one record, no wrapper is
  // looked for, no document goes on in the next line.
  virtual bool has_records() const { return false; }
  // The time that came with the record in this line, which was read already; missing: none did.
  virtual Value TimeOfLine(std::int64_t line) const {
    static_cast<void>(line);
    return Value::Missing();
  }

  // Of a source that gives lines in another order than that of the file: the place of the next line, asked
  // once for each. False: lines come as they stand.
  virtual bool TakePlace(LineNumberAndOffset* place) {
    static_cast<void>(place);
    return false;
  }
  // The file behind it, if that is all there is to it.
  virtual std::optional<Seekable> seekable() const { return std::nullopt; }

 protected:
  std::optional<InputError> error_;
};

// Bytes in memory; `bytes` must outlive the source.
std::unique_ptr<ByteSource> MemorySource(std::string_view bytes);

// An open descriptor, which is closed at the end if `owned`. At most `limit` bytes are read. Once `stop` (may
// be null) is set the input ends; a read that waits comes back when the signal that set it interrupts it.
std::unique_ptr<ByteSource> DescriptorSource(int descriptor, bool owned, std::string path,
                                             std::uint64_t limit = UINT64_MAX,
                                             const std::atomic<bool>* stop = nullptr);

// zlib: concatenated members, zero padding behind the last one. `path` is for the error.
std::unique_ptr<ByteSource> GzipSource(std::unique_ptr<ByteSource> inner, std::string path);

// zstd: concatenated and skippable frames. Windows over 128 MiB are refused (bounded memory).
std::unique_ptr<ByteSource> ZstdSource(std::unique_ptr<ByteSource> inner, std::string path);

// UTF-16 behind its BOM (which `inner` still gives) to UTF-8; unpaired surrogates and half a unit at the end
// become U+FFFD.
std::unique_ptr<ByteSource> Utf16Source(std::unique_ptr<ByteSource> inner, bool big_endian);

// Looks at the first bytes (not at the name) and puts the decoders on top that they ask for: gzip or zstd, up
// to three times (a compressed archive of compressed logs is a mistake, a hostile one is bounded), then
// UTF-16. `head`, if not null, receives up to 8 KiB of what the result will give.
std::unique_ptr<ByteSource> DecodedSource(std::unique_ptr<ByteSource> inner, const std::string& path,
                                          std::string* head = nullptr);

// The same bytes; *head is what they begin with, up to the first of `size` bytes, `lines` newlines, the end.
std::unique_ptr<ByteSource> PeekedSource(std::unique_ptr<ByteSource> inner, std::size_t size,
                                         std::size_t lines, std::string* head);

// How many bytes of UTF-16 stand for these bytes of UTF-8. Additive, also over pieces that cut a character in
// two.
std::uint64_t Utf16Length(std::string_view utf8);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_INPUT_BYTE_SOURCE_H_
