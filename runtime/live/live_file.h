// A log that grows: the bytes of a file, of the file that takes its place when it is rotated, or of a pipe.
//
// Nothing here looks at names: the follower (live_run.h) sees what happened to the path and says it. Read
// gives what is there and never waits.
//
// Thread safety: one thread.
#ifndef FAULTLINE_RUNTIME_LIVE_LIVE_FILE_H_
#define FAULTLINE_RUNTIME_LIVE_LIVE_FILE_H_

#include "runtime/correlate/snapshot.h"
#include "runtime/input/byte_source.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace faultline::runtime {

// Which file it is: device and inode, and what its first bytes were, since inodes are used again and a file
// may be emptied and written anew.
struct FileIdentity {
  static constexpr std::size_t kBytes = 256;  // of the beginning that count

  std::uint64_t device = 0, inode = 0;
  std::uint64_t size = 0;  // of the beginning that is known: at most kBytes
  std::uint64_t hash = 0;  // XXH3 of it

  bool SameFile(const FileIdentity& other) const { return device == other.device && inode == other.inode; }
  void Save(snapshot::Writer* writer) const;
  void Load(snapshot::Reader* reader);
};

// Of an open regular file; false if it cannot be told.
bool IdentityOf(int descriptor, FileIdentity* identity);
// Whether the file begins with the bytes that `identity` knows.
bool BeginsLike(int descriptor, const FileIdentity& identity);

class LiveFile final : public ByteSource {
 public:
  // Owns the descriptor. A regular file is read from `position` on.
  LiveFile(int descriptor, bool regular, std::uint64_t position);
  ~LiveFile() override;
  LiveFile(const LiveFile&) = delete;
  LiveFile& operator=(const LiveFile&) = delete;

  std::size_t Read(char* buffer, std::size_t size) override;
  AtEnd at_end() override;

  // The log goes on in this file, which is owned, once the one at hand is read to its end.
  void GoOnIn(int descriptor);
  // The file was emptied: it is read from its beginning.
  void StartAgain();
  // There will be no more.
  void Finish() { final_ = true; }

  int descriptor() const { return descriptor_; }  // of the file at hand
  int last_descriptor() const { return next_.empty() ? descriptor_ : next_.back(); }
  bool has_next() const { return !next_.empty(); }
  bool starts_again() const { return again_; }  // and nobody has read since
  bool regular() const { return regular_; }
  // Of the file at hand: its end as far as it was read.
  std::uint64_t position() const { return position_; }
  std::uint64_t taken() const { return taken_; }  // bytes that Read has given, in all
  bool closed() const { return closed_; }         // a pipe whose writers are gone

 private:
  int descriptor_;
  bool regular_;
  std::uint64_t position_;
  std::uint64_t taken_ = 0;
  std::deque<int> next_;
  bool again_ = false;
  bool final_ = false;
  bool closed_ = false;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_LIVE_LIVE_FILE_H_
