// The file of shapes.
//
//   "FLSHAPES"  u32 version  u64 lines learned  u32 shapes  { u32 size, masked text } …  u64 XXH3 of all
//   before
//
// Numbers are little-endian. Texts stand as the masker wrote them, sorted, so the same shapes give the same
// bytes; hashes and the tree are made again, so they may change without a new version.
#include "runtime/novelty/shapes.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

namespace faultline::novelty {
namespace {

constexpr std::string_view kMagic = "FLSHAPES";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kMaxFile = 256 * 1024 * 1024;

void Put(std::string* out, std::uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) *out += static_cast<char>(number >> (8 * i) & 0xff);
}

// Reads on; past the end everything is 0 and ok() false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t Number(int size) {
    const std::string_view part = Text(static_cast<std::size_t>(size));
    std::uint64_t number = 0;
    for (std::size_t i = part.size(); i-- > 0;) number = number << 8 | static_cast<std::uint8_t>(part[i]);
    return number;
  }
  std::string_view Text(std::size_t size) {
    ok_ = ok_ && size <= bytes_.size();
    if (!ok_) return {};
    const std::string_view part = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return part;
  }
  bool ok() const { return ok_; }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

ShapeError Damaged(std::string what) {
  return {ShapeError::Kind::kDamaged, std::move(what)};
}

std::string Reason() {
  std::string text = std::strerror(errno);
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] + 32);
  return text;
}

}  // namespace

std::string ShapeSet::Serialize() const {
  std::string bytes(kMagic);
  const std::vector<std::string> texts = Texts();
  Put(&bytes, kVersion, 4);
  Put(&bytes, lines_, 8);
  Put(&bytes, texts.size(), 4);
  for (const std::string& text : texts) {
    Put(&bytes, text.size(), 4);
    bytes += text;
  }
  Put(&bytes, XXH3_64bits(bytes.data(), bytes.size()), 8);
  return bytes;
}

std::optional<ShapeError> ShapeSet::Parse(std::string_view bytes) {
  *this = ShapeSet(limits_);
  if (!bytes.starts_with(kMagic)) return Damaged("not a file of line shapes");
  if (bytes.size() < kMagic.size() + 24) return Damaged("it ends early");
  Reader head(bytes.substr(kMagic.size()));
  const std::uint64_t version = head.Number(4);
  if (version != kVersion) {
    return ShapeError{ShapeError::Kind::kVersion, "version " + std::to_string(version) +
                                                      "; this program knows " + std::to_string(kVersion)};
  }
  const std::size_t body = bytes.size() - 8;
  if (Reader(bytes.substr(body)).Number(8) != XXH3_64bits(bytes.data(), body)) {
    return Damaged("its checksum is wrong");
  }
  Reader reader(bytes.substr(kMagic.size() + 4, body - kMagic.size() - 4));
  const std::uint64_t lines = reader.Number(8);
  const std::uint64_t count = reader.Number(4);
  bool good = true;
  for (std::uint64_t i = 0; i < count && reader.ok() && good; ++i) {
    const std::string_view text = reader.Text(static_cast<std::size_t>(reader.Number(4)));
    good = reader.ok() && Take(text);
  }
  if (!good || !reader.ok() || !reader.at_end()) {
    *this = ShapeSet(limits_);
    return Damaged("its contents make no sense");
  }
  lines_ = lines;
  return std::nullopt;
}

std::optional<ShapeError> ShapeSet::Save(const std::string& path) const {
  const std::string bytes = Serialize();
  const std::string scratch = path + ".new." + std::to_string(getpid());
  const auto failed = [&](int descriptor) {
    const ShapeError error{ShapeError::Kind::kWrite, Reason()};
    if (descriptor >= 0) close(descriptor);
    unlink(scratch.c_str());
    return error;
  };
  const int descriptor = open(scratch.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (descriptor < 0) return ShapeError{ShapeError::Kind::kWrite, Reason()};
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t wrote = write(descriptor, bytes.data() + done, bytes.size() - done);
    if (wrote < 0 && errno != EINTR) return failed(descriptor);
    if (wrote > 0) done += static_cast<std::size_t>(wrote);
  }
  if (fsync(descriptor) != 0 && errno != EINVAL) return failed(descriptor);
  if (close(descriptor) != 0) return failed(-1);
  if (rename(scratch.c_str(), path.c_str()) != 0) return failed(-1);
  return std::nullopt;
}

std::optional<ShapeError> ShapeSet::Load(const std::string& path) {
  *this = ShapeSet(limits_);
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    const auto kind = errno == ENOENT ? ShapeError::Kind::kMissing : ShapeError::Kind::kRead;
    return ShapeError{kind, Reason()};
  }
  struct stat status{};
  std::string bytes;
  std::optional<ShapeError> error;
  if (fstat(descriptor, &status) != 0) {
    error = ShapeError{ShapeError::Kind::kRead, Reason()};
  } else if (!S_ISREG(status.st_mode)) {
    error = ShapeError{ShapeError::Kind::kRead, S_ISDIR(status.st_mode) ? "it is a folder" : "it is no file"};
  } else if (static_cast<std::uint64_t>(status.st_size) > kMaxFile) {
    error = Damaged("it is larger than 256 MiB");
  } else {
    bytes.resize(static_cast<std::size_t>(status.st_size));
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t got = read(descriptor, bytes.data() + done, bytes.size() - done);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) error = ShapeError{ShapeError::Kind::kRead, Reason()};
      if (got <= 0) break;
      done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
  }
  close(descriptor);
  return error ? error : Parse(bytes);
}

}  // namespace faultline::novelty
