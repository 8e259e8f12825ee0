// Exports whose newest line stands first, given in the order in which things happened.
//
// An entry is a line and those below it that belong to it (a stack trace, the rest of a message): entries
// come last to first, the lines of one entry as they stand. A line belongs to the one above it where its
// first byte is none by which entries begin: dated lines all begin alike, with a digit, a brace, a letter of
// a level. Each line keeps its number and offset in the file (ByteSource::TakePlace).
//
// A file is read backwards where it stands; what has no descriptor of its own (pipes, what is compressed) is
// put into memory up to kSpoolBytes, beyond that into a file without a name in the temporary folder.
//
// Memory: kSpoolBytes and two pieces, whatever the size of lines and entries; an entry ends after
// kMaxEntryLines lines. Time: three passes over the bytes. Thread safety: one thread.
#ifndef FAULTLINE_RUNTIME_INPUT_NEWEST_FIRST_H_
#define FAULTLINE_RUNTIME_INPUT_NEWEST_FIRST_H_

#include "runtime/input/byte_source.h"

#include <bitset>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace faultline::runtime {

inline constexpr std::size_t kSpoolBytes = 16 * 1024 * 1024;
inline constexpr std::size_t kMaxEntryLines = 1000;

// By which bytes entries begin. Digits count as one.
class EntryBegins {
 public:
  void Add(std::string_view line);
  bool Has(std::string_view line) const;
  bool empty() const { return bytes_.none(); }

 private:
  std::bitset<256> bytes_;
};

// `bytes` from its beginning. Without `begins` every line is an entry, except those that are empty or begin
// with a blank.
std::unique_ptr<ByteSource> NewestFirstSource(std::unique_ptr<ByteSource> bytes, const EntryBegins& begins,
                                              const std::string& path, std::size_t spool_bytes = kSpoolBytes);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_INPUT_NEWEST_FIRST_H_
