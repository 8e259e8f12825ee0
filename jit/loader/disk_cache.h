// Objects on disk, so that a program that was compiled once starts natively at once.
//
// One file an entry, named by its key. A file is written under another name and renamed, so a reader sees a
// whole entry or none; a checksum tells damaged files, which are deleted and made anew. Since entries are run
// as code, only files are read that the user owns and nobody else can write, and links are not followed.
//
// Several processes may share a directory. Errors: a cache that does not work is an empty cache; nothing is
// reported. Thread safety: all members may be called from any thread.
#ifndef FAULTLINE_JIT_LOADER_DISK_CACHE_H_
#define FAULTLINE_JIT_LOADER_DISK_CACHE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace faultline::jit {

class DiskCache {
 public:
  // `directory` is made when the first entry is put. Above `limit` bytes the longest unused entries are
  // deleted.
  DiskCache(std::string directory, std::uint64_t limit);

  // $XDG_CACHE_HOME/faultline, else ~/.cache/faultline; "" where neither variable is set: no cache.
  static std::string DefaultDirectory();
  // 32 hexadecimal digits (XXH3, 128 bits).
  static std::string Key(std::string_view text);

  std::optional<std::string> Get(const std::string& key) const;
  void Put(const std::string& key, std::string_view object) const;
  // An entry that turned out to be unusable.
  void Remove(const std::string& key) const;

  std::string PathOf(const std::string& key) const;

 private:
  void Evict() const;

  std::string directory_;
  std::uint64_t limit_;
};

}  // namespace faultline::jit

#endif  // FAULTLINE_JIT_LOADER_DISK_CACHE_H_
