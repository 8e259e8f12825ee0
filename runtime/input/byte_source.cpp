// Plain sources: memory and descriptors, and the look at the first bytes that decides about decoding.
#include "runtime/input/byte_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace faultline::runtime {

std::string_view InputErrorName(InputErrorKind kind) {
  switch (kind) {
    case InputErrorKind::kMissing:
      return "missing";
    case InputErrorKind::kPermission:
      return "permission";
    case InputErrorKind::kNotAFile:
      return "not_a_file";
    case InputErrorKind::kRead:
      return "read";
    case InputErrorKind::kTruncated:
      return "truncated";
    case InputErrorKind::kCorrupt:
      return "corrupt";
    case InputErrorKind::kBinary:
      return "binary";
    case InputErrorKind::kLongLine:
      return "long_line";
    case InputErrorKind::kLimit:
      return "limit";
    case InputErrorKind::kNewestFirst:
      return "newest_first";
    case InputErrorKind::kLost:
      return "lost";
  }
  return "";
}

namespace {

class Memory final : public ByteSource {
 public:
  explicit Memory(std::string_view bytes) : rest_(bytes) {}
  std::size_t Read(char* buffer, std::size_t size) override {
    const std::size_t n = std::min(size, rest_.size());
    std::copy_n(rest_.data(), n, buffer);
    rest_.remove_prefix(n);
    return n;
  }

 private:
  std::string_view rest_;
};

class Descriptor final : public ByteSource {
 public:
  Descriptor(int descriptor, bool owned, std::string path, std::uint64_t limit, const std::atomic<bool>* stop)
      : descriptor_(descriptor),
        owned_(owned),
        path_(std::move(path)),
        limit_(limit),
        left_(limit),
        stop_(stop) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() override {
    if (owned_) close(descriptor_);
  }

  std::optional<Seekable> seekable() const override {
    struct stat status{};
    if (!owned_ || limit_ == UINT64_MAX || fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode))
      return std::nullopt;
    return Seekable{descriptor_, std::min(limit_, static_cast<std::uint64_t>(status.st_size))};
  }

  std::size_t Read(char* buffer, std::size_t size) override {
    if (left_ == 0 || error_) return 0;
    const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(size, left_));
    for (;;) {
      if (stop_ != nullptr && stop_->load(std::memory_order_relaxed)) {
        left_ = 0;
        return 0;
      }
      const ssize_t n = read(descriptor_, buffer, want);
      if (n >= 0) {
        left_ = n == 0 ? 0 : left_ - static_cast<std::uint64_t>(n);  // the end is final
        return static_cast<std::size_t>(n);
      }
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) {  // somebody made standard input non-blocking
        pollfd p{descriptor_, POLLIN, 0};
        poll(&p, 1, -1);
        continue;
      }
      const int code = errno;
      error_ = InputError{code == EISDIR ? InputErrorKind::kNotAFile : InputErrorKind::kRead, path_,
                          std::generic_category().message(code)};
      return 0;
    }
  }

 private:
  int descriptor_;
  bool owned_;
  std::string path_;
  std::uint64_t limit_;
  std::uint64_t left_;
  const std::atomic<bool>* stop_;
};

// A source some of whose first bytes were looked at before anybody read them.
class Peeked final : public ByteSource {
 public:
  explicit Peeked(std::unique_ptr<ByteSource> inner) : inner_(std::move(inner)) {}

  // The first `size` bytes, fewer only at the end of the input.
  std::string_view Peek(std::size_t size) {
    std::size_t have = head_.size();
    head_.resize(std::max(have, size));
    while (have < size) {
      const std::size_t n = inner_->Read(head_.data() + have, size - have);
      if (n == 0) break;
      have += n;
    }
    head_.resize(have);
    return std::string_view(head_).substr(0, size);
  }

  std::size_t Read(char* buffer, std::size_t size) override {
    if (taken_ == head_.size()) return inner_->Read(buffer, size);
    const std::size_t n = std::min(size, head_.size() - taken_);
    std::copy_n(head_.data() + taken_, n, buffer);
    taken_ += n;
    if (taken_ == head_.size()) {
      head_ = {};
      taken_ = 0;
    }
    return n;
  }

  // The same up to some number of newlines: what has come may hold more.
  std::string_view PeekLines(std::size_t size, std::size_t lines) {
    std::size_t have = head_.size();
    std::size_t found = static_cast<std::size_t>(std::count(head_.begin(), head_.end(), '\n'));
    head_.resize(std::max(have, size));
    while (have < size && found < lines) {
      const std::size_t n = inner_->Read(head_.data() + have, size - have);
      if (n == 0) break;
      const auto from = head_.begin() + static_cast<std::ptrdiff_t>(have);
      found += static_cast<std::size_t>(std::count(from, from + static_cast<std::ptrdiff_t>(n), '\n'));
      have += n;
    }
    head_.resize(have);
    return std::string_view(head_).substr(0, size);
  }

  AtEnd at_end() override { return inner_->at_end(); }
  const std::optional<InputError>& error() const override { return inner_->error(); }
  std::uint64_t first_offset() const override { return inner_->first_offset(); }
  Encoding encoding() const override { return inner_->encoding(); }
  std::optional<Seekable> seekable() const override { return inner_->seekable(); }

 private:
  std::unique_ptr<ByteSource> inner_;
  std::string head_;
  std::size_t taken_ = 0;
};

bool IsZstd(std::string_view head) {
  if (head.size() < 4) return false;
  if (head == std::string_view("\x28\xB5\x2F\xFD", 4)) return true;
  return (static_cast<unsigned char>(head[0]) & 0xF0) == 0x50 &&
         head.substr(1) == "\x2A\x4D\x18";  // skippable
}

}  // namespace

std::unique_ptr<ByteSource> MemorySource(std::string_view bytes) {
  return std::make_unique<Memory>(bytes);
}

std::unique_ptr<ByteSource> DescriptorSource(int descriptor, bool owned, std::string path,
                                             std::uint64_t limit, const std::atomic<bool>* stop) {
  return std::make_unique<Descriptor>(descriptor, owned, std::move(path), limit, stop);
}

std::unique_ptr<ByteSource> DecodedSource(std::unique_ptr<ByteSource> inner, const std::string& path,
                                          std::string* head) {
  constexpr int kMaxLayers = 3;
  auto peeked = std::make_unique<Peeked>(std::move(inner));
  for (int layer = 0; layer < kMaxLayers; ++layer) {
    const std::string_view magic = peeked->Peek(4);
    if (magic.substr(0, 3) == "\x1F\x8B\x08") {
      peeked = std::make_unique<Peeked>(GzipSource(std::move(peeked), path));
    } else if (IsZstd(magic)) {
      peeked = std::make_unique<Peeked>(ZstdSource(std::move(peeked), path));
    } else {
      break;
    }
  }
  const std::string_view mark = peeked->Peek(2);
  if (mark == "\xFF\xFE" || mark == "\xFE\xFF") {
    const bool big_endian = mark[0] == '\xFE';
    peeked = std::make_unique<Peeked>(Utf16Source(std::move(peeked), big_endian));
  }
  if (head != nullptr) *head = peeked->Peek(8192);
  return peeked;
}

std::unique_ptr<ByteSource> PeekedSource(std::unique_ptr<ByteSource> inner, std::size_t size,
                                         std::size_t lines, std::string* head) {
  auto peeked = std::make_unique<Peeked>(std::move(inner));
  std::string_view seen = peeked->PeekLines(size, lines);
  std::size_t end = 0;
  for (std::size_t found = 0; found < lines && end < seen.size(); ++found) {
    const std::size_t newline = seen.find('\n', end);
    end = newline == std::string_view::npos ? seen.size() : newline + 1;
  }
  *head = seen.substr(0, end);
  return peeked;
}

}  // namespace faultline::runtime
