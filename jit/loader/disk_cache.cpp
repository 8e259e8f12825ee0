#include "jit/loader/disk_cache.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>
#include <xxhash.h>

namespace faultline::jit {
namespace {

constexpr std::string_view kMagic = "faultline object 1\n";
constexpr std::string_view kSuffix = ".o";
constexpr std::size_t kChecksumSize = 32;
constexpr off_t kMaximumEntry = off_t{1} << 30;

std::string Hash(std::string_view text) {
  XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string digits;
  for (std::uint64_t half : {std::uint64_t{hash.high64}, std::uint64_t{hash.low64}}) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      digits += kDigits[half >> shift & 15];
    }
  }
  return digits;
}

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) {
      close(descriptor_);
    }
  }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

bool ReadAll(int descriptor, std::string* bytes) {
  std::size_t have = 0;
  while (have < bytes->size()) {
    ssize_t got = read(descriptor, bytes->data() + have, bytes->size() - have);
    if (got <= 0) {
      if (got < 0 && errno == EINTR) {
        continue;
      }
      return false;
    }
    have += static_cast<std::size_t>(got);
  }
  return true;
}

bool WriteAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t put = write(descriptor, bytes.data(), bytes.size());
    if (put <= 0) {
      if (put < 0 && errno == EINTR) {
        continue;
      }
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

// Code must come from the user alone.
bool IsPrivate(const struct stat& status) {
  return status.st_uid == geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

}  // namespace

DiskCache::DiskCache(std::string directory, std::uint64_t limit)
    : directory_(std::move(directory)), limit_(limit) {}

std::string DiskCache::DefaultDirectory() {
  // Relative values are to be ignored, says the XDG base directory specification.
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') {
    return std::string(cache) + "/faultline";
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
    return std::string(home) + "/.cache/faultline";
  }
  return "";
}

std::string DiskCache::Key(std::string_view text) {
  return Hash(text);
}

std::string DiskCache::PathOf(const std::string& key) const {
  return directory_ + "/" + key + std::string(kSuffix);
}

std::optional<std::string> DiskCache::Get(const std::string& key) const {
  if (directory_.empty()) {
    return std::nullopt;
  }
  std::string path = PathOf(key);
  File file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status{};
  if (file.get() < 0 || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) || !IsPrivate(status)) {
    return std::nullopt;
  }
  constexpr std::size_t kHeader = kMagic.size() + kChecksumSize;
  if (status.st_size < static_cast<off_t>(kHeader) || status.st_size > kMaximumEntry) {
    Remove(key);
    return std::nullopt;
  }
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  if (!ReadAll(file.get(), &bytes)) {
    return std::nullopt;
  }
  std::string_view view = bytes;
  std::string_view object = view.substr(kHeader);
  // The key is part of what is summed, so that a file under another entry's name does not pass.
  if (!view.starts_with(kMagic) || view.substr(kMagic.size(), kChecksumSize) != Hash(key + Hash(object))) {
    Remove(key);
    return std::nullopt;
  }
  futimens(file.get(), nullptr);  // used now: evicted last
  return bytes.substr(kHeader);
}

void DiskCache::Put(const std::string& key, std::string_view object) const {
  if (directory_.empty()) {
    return;
  }
  std::error_code error;
  std::filesystem::path folder = directory_;
  std::filesystem::create_directories(folder.parent_path(), error);
  mkdir(directory_.c_str(), 0700);
  struct stat status{};
  if (stat(directory_.c_str(), &status) != 0 || !IsPrivate(status)) {
    return;
  }
  static std::atomic<unsigned> counter{0};
  std::string temporary =
      directory_ + "/" + key + "." + std::to_string(getpid()) + "." + std::to_string(counter++);
  bool written = false;
  {
    File file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    written = file.get() >= 0 && WriteAll(file.get(), std::string(kMagic) + Hash(key + Hash(object))) &&
              WriteAll(file.get(), object);
  }
  if (!written || rename(temporary.c_str(), PathOf(key).c_str()) != 0) {
    unlink(temporary.c_str());
    return;
  }
  Evict();
}

void DiskCache::Remove(const std::string& key) const {
  unlink(PathOf(key).c_str());
}

void DiskCache::Evict() const {
  struct Entry {
    std::string path;
    std::uint64_t size;
    timespec used;
  };
  std::vector<Entry> entries;
  std::uint64_t total = 0;
  DIR* directory = opendir(directory_.c_str());
  if (directory == nullptr) {
    return;
  }
  while (const dirent* item = readdir(directory)) {
    std::string path = directory_ + "/" + item->d_name;
    struct stat status{};
    if (lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
      continue;
    }
    entries.push_back({path, static_cast<std::uint64_t>(status.st_size), status.st_mtim});
    total += entries.back().size;
  }
  closedir(directory);
  if (total <= limit_) {
    return;
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.used.tv_sec != b.used.tv_sec ? a.used.tv_sec < b.used.tv_sec : a.used.tv_nsec < b.used.tv_nsec;
  });
  // Down to three quarters, so that not every entry put means another walk that deletes.
  for (const Entry& entry : entries) {
    if (total <= limit_ / 4 * 3) {
      break;
    }
    if (unlink(entry.path.c_str()) == 0) {
      total -= entry.size;
    }
  }
}

}  // namespace faultline::jit
