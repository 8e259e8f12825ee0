// A log that grows: see live_file.h.
#include "runtime/live/live_file.h"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#define XXH_INLINE_ALL
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <xxhash.h>
#pragma GCC diagnostic pop

namespace faultline::runtime {
namespace {

// The first `size` bytes of the file; fewer where it is shorter.
std::string Beginning(int descriptor, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const ssize_t n = pread(descriptor, bytes.data() + have, size - have, static_cast<off_t>(have));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    have += static_cast<std::size_t>(n);
  }
  bytes.resize(have);
  return bytes;
}

}  // namespace

void FileIdentity::Save(snapshot::Writer* writer) const {
  writer->Unsigned(device);
  writer->Unsigned(inode);
  writer->Unsigned(size);
  writer->Unsigned(hash);
}

void FileIdentity::Load(snapshot::Reader* reader) {
  device = reader->Unsigned();
  inode = reader->Unsigned();
  size = reader->Unsigned();
  hash = reader->Unsigned();
  if (size > kBytes) reader->Fail();
}

bool IdentityOf(int descriptor, FileIdentity* identity) {
  struct stat status{};
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return false;
  const std::string first = Beginning(descriptor, FileIdentity::kBytes);
  identity->device = status.st_dev;
  identity->inode = status.st_ino;
  identity->size = first.size();
  identity->hash = XXH3_64bits(first.data(), first.size());
  return true;
}

bool BeginsLike(int descriptor, const FileIdentity& identity) {
  const std::string first = Beginning(descriptor, static_cast<std::size_t>(identity.size));
  return first.size() == identity.size && XXH3_64bits(first.data(), first.size()) == identity.hash;
}

LiveFile::LiveFile(int descriptor, bool regular, std::uint64_t position)
    : descriptor_(descriptor), regular_(regular), position_(position) {}

LiveFile::~LiveFile() {
  close(descriptor_);
  for (const int next : next_) close(next);
}

std::size_t LiveFile::Read(char* buffer, std::size_t size) {
  if (again_ || closed_) return 0;
  for (;;) {
    ssize_t n = 0;
    if (regular_) {
      n = pread(descriptor_, buffer, size, static_cast<off_t>(position_));
    } else {
      // Another program may share the pipe, so it is not made non-blocking.
      pollfd ready{descriptor_, POLLIN, 0};
      if (poll(&ready, 1, 0) == 0) return 0;
      n = read(descriptor_, buffer, size);
    }
    if (n > 0) {
      position_ += static_cast<std::uint64_t>(n);
      taken_ += static_cast<std::uint64_t>(n);
      return static_cast<std::size_t>(n);
    }
    if (n == 0) {
      if (!regular_) closed_ = true;
      return 0;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    error_ = InputError{InputErrorKind::kRead, "", std::generic_category().message(errno)};
    closed_ = true;
    return 0;
  }
}

AtEnd LiveFile::at_end() {
  if (again_) {
    again_ = false;
    position_ = 0;
    return AtEnd::kNextFile;
  }
  if (!next_.empty()) {
    close(descriptor_);
    descriptor_ = next_.front();
    next_.pop_front();
    position_ = 0;
    return AtEnd::kNextFile;
  }
  return final_ || closed_ ? AtEnd::kFinal : AtEnd::kLater;
}

void LiveFile::GoOnIn(int descriptor) {
  next_.push_back(descriptor);
}

void LiveFile::StartAgain() {
  again_ = true;
}

}  // namespace faultline::runtime
