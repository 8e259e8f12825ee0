// The files that there are now: see live_paths.h.
#include "runtime/live/live_paths.h"

#include "runtime/input/files.h"

#include <algorithm>
#include <glob.h>
#include <set>
#include <sys/stat.h>

namespace faultline::runtime {
namespace {

bool IsFolder(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

bool IsPattern(std::string_view argument) {
  return argument.find_first_of("*?[") != std::string_view::npos;
}

std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool IsOlderName(std::string_view path, std::string_view of) {
  return path.size() > of.size() + 1 && path.starts_with(of) &&
         (path[of.size()] == '.' || path[of.size()] == '-');
}

std::vector<LivePath> FindLivePaths(const std::vector<std::string>& arguments,
                                    std::vector<std::string>* folders) {
  std::vector<LivePath> found;
  std::set<std::string> seen;
  const auto add = [&](const std::string& path, bool named) {
    if (seen.insert(path).second) found.push_back({path, named});
  };
  const auto add_folder = [&](const std::string& folder) {
    for (const InputFile& file : FindInputs({folder}).files) {
      add(file.path, false);
      if (folders != nullptr) folders->push_back(FolderOf(file.path));
    }
    if (folders != nullptr) folders->push_back(folder);
  };
  for (const std::string& argument : arguments) {
    struct stat status{};
    if (stat(argument.c_str(), &status) != 0 && IsPattern(argument)) {
      if (folders != nullptr && !IsPattern(FolderOf(argument))) folders->push_back(FolderOf(argument));
      glob_t matches{};
      if (glob(argument.c_str(), 0, nullptr, &matches) == 0) {
        for (std::size_t i = 0; i < matches.gl_pathc; ++i) {
          const std::string path = matches.gl_pathv[i];
          if (IsFolder(path)) {
            add_folder(path);
          } else {
            add(path, false);
            if (folders != nullptr) folders->push_back(FolderOf(path));
          }
        }
      }
      globfree(&matches);
    } else if (IsFolder(argument)) {
      add_folder(argument);
    } else {
      add(argument, true);
      if (folders != nullptr) folders->push_back(FolderOf(argument));
    }
  }
  if (folders != nullptr) {
    std::sort(folders->begin(), folders->end());
    folders->erase(std::unique(folders->begin(), folders->end()), folders->end());
  }
  return found;
}

}  // namespace faultline::runtime
