// Finding and opening inputs.
#include "runtime/input/files.h"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace faultline::runtime {
namespace {

// Deeper trees are link farms or mistakes.
constexpr int kMaxDepth = 100;

InputError ErrorOf(int code, const std::string& path) {
  InputErrorKind kind = InputErrorKind::kRead;
  std::string message = std::generic_category().message(code);
  if (code == ENOENT || code == ENOTDIR) {
    kind = InputErrorKind::kMissing;
    message = "no such file";
  } else if (code == EACCES || code == EPERM) {
    kind = InputErrorKind::kPermission;
    message = "permission denied";
  }
  return {kind, path, std::move(message)};
}

using FileKey = std::pair<dev_t, ino_t>;

struct Folder {
  std::string path;
  int depth;
};

// Walks with a list of its own instead of recursion; the files are sorted at the end.
void Walk(const std::string& top, InputList& list) {
  std::vector<Folder> open = {{top, 0}};
  std::vector<std::string> found;
  std::set<FileKey> seen;
  while (!open.empty()) {
    const Folder folder = std::move(open.back());
    open.pop_back();
    DIR* directory = opendir(folder.path.c_str());
    if (directory == nullptr) {
      list.errors.push_back(ErrorOf(errno, folder.path));
      continue;
    }
    std::vector<std::string> names;
    while (const dirent* entry = readdir(directory)) {
      if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    }
    closedir(directory);
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      const std::string path = folder.path.back() == '/' ? folder.path + name : folder.path + "/" + name;
      struct stat link;
      struct stat target;
      if (lstat(path.c_str(), &link) != 0) continue;  // gone since
      if (S_ISDIR(link.st_mode)) {
        if (folder.depth < kMaxDepth) {
          open.push_back({path, folder.depth + 1});
        } else {
          list.errors.push_back({InputErrorKind::kRead, path, "folders are nested too deeply"});
        }
        continue;
      }
      if (stat(path.c_str(), &target) != 0 || !S_ISREG(target.st_mode))
        continue;  // a dangling link, a socket
      if (seen.insert({target.st_dev, target.st_ino}).second) found.push_back(path);
    }
  }
  std::sort(found.begin(), found.end());
  for (std::string& path : found) list.files.push_back({std::move(path), true});
}

// Length of the UTF-8 sequence at the front of `text`, 0 if it is not valid. One that the end cuts off counts
// as valid.
std::size_t ValidSequence(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length > text.size()) return text.size();
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
  }
  return length;
}

}  // namespace

InputList FindInputs(const std::vector<std::string>& arguments) {
  InputList list;
  for (const std::string& argument : arguments) {
    if (argument == "-") {
      list.files.push_back({argument, false});
      continue;
    }
    struct stat status;
    if (stat(argument.c_str(), &status) != 0) {
      list.errors.push_back(ErrorOf(errno, argument));
    } else if (S_ISDIR(status.st_mode)) {
      Walk(argument, list);
    } else {
      list.files.push_back({argument, false});
    }
  }
  return list;
}

std::unique_ptr<ByteSource> OpenInput(const InputFile& file, InputError* error,
                                      const std::atomic<bool>* stop) {
  std::unique_ptr<ByteSource> source;
  if (file.path == "-") {
    source = DescriptorSource(STDIN_FILENO, false, file.path, UINT64_MAX, stop);
  } else {
    const int descriptor = open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0) {
      *error = ErrorOf(errno, file.path);
      return nullptr;
    }
    struct stat status;
    if (fstat(descriptor, &status) != 0 || S_ISDIR(status.st_mode) || S_ISBLK(status.st_mode)) {
      close(descriptor);
      *error = {InputErrorKind::kNotAFile, file.path, "not a file"};
      return nullptr;
    }
    // Files of /proc say that they are empty: those are read to their end.
    const bool sized = S_ISREG(status.st_mode) && status.st_size > 0;
    const std::uint64_t limit = sized ? static_cast<std::uint64_t>(status.st_size) : UINT64_MAX;
    source = DescriptorSource(descriptor, true, file.path, limit, stop);
  }
  std::string head;
  source = DecodedSource(std::move(source), file.path, file.from_folder ? &head : nullptr);
  if (file.from_folder && LooksBinary(head)) {
    *error = {InputErrorKind::kBinary, file.path, "not text, left out; name the file to have it read"};
    return nullptr;
  }
  return source;
}

bool LooksBinary(std::string_view head) {
  std::size_t bad = 0;
  std::size_t counted = 0;
  for (std::size_t i = 0; i < head.size();) {
    const auto c = static_cast<unsigned char>(head[i]);
    if (c == 0) {
      ++i;
      continue;
    }
    const std::size_t length = ValidSequence(head.substr(i));
    const bool control =
        (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\b' && c != '\f' && c != 0x1B) || c == 0x7F;
    counted += std::max<std::size_t>(length, 1);
    bad += control || length == 0 ? 1 : 0;
    i += std::max<std::size_t>(length, 1);
  }
  if (counted == 0) return !head.empty();
  return bad * 10 > counted;
}

}  // namespace faultline::runtime
