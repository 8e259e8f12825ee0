// A report's file: see live_output.h.
#include "runtime/live/live_output.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace faultline::runtime {

LiveOutput::~LiveOutput() {
  if (descriptor_ < 0) return;
  Flush(false);
  close(descriptor_);
}

void LiveOutput::Fail() {
  failed_ = true;
  why_ = std::generic_category().message(errno);
  buffer_.clear();
}

bool LiveOutput::Open(const std::string& path, std::uint64_t size, std::string* error) {
  descriptor_ = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) {
    *error = std::generic_category().message(errno);
    return false;
  }
  struct stat status{};
  if (fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode)) {
    if (static_cast<std::uint64_t>(status.st_size) < size) {
      *error = "is shorter than what was written to it";
      return false;
    }
    if (ftruncate(descriptor_, static_cast<off_t>(size)) != 0 ||
        lseek(descriptor_, static_cast<off_t>(size), SEEK_SET) < 0) {
      *error = std::generic_category().message(errno);
      return false;
    }
  }
  size_ = size;
  return true;
}

void LiveOutput::Write(std::string_view text) {
  if (failed_) return;
  buffer_.append(text);
  size_ += text.size();
  constexpr std::size_t kBuffer = 64 * 1024;
  if (buffer_.size() >= kBuffer) Flush(false);
}

bool LiveOutput::Flush(bool durable) {
  std::string_view rest = buffer_;
  while (!rest.empty() && !failed_) {
    const ssize_t n = write(descriptor_, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      Fail();
      return false;
    }
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  buffer_.clear();
  // Pipes and terminals cannot be synchronized, and need not be.
  if (durable && !failed_ && fdatasync(descriptor_) != 0 && errno != EINVAL && errno != EROFS) Fail();
  return !failed_;
}

}  // namespace faultline::runtime
