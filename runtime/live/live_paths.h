// From the names on the command line to the files that there are now: files, folders, patterns.
//
// Called again and again, since new files appear. Patterns are those of glob(7) (`*`, `?`, `[…]`); folders
// are walked as FindInputs does. Compressed files are left out: they do not grow.
#ifndef FAULTLINE_RUNTIME_LIVE_LIVE_PATHS_H_
#define FAULTLINE_RUNTIME_LIVE_LIVE_PATHS_H_

#include <string>
#include <string_view>
#include <vector>

namespace faultline::runtime {

struct LivePath {
  std::string path;
  bool named = false;  // given as it is, not found by a pattern or in a folder
};

bool IsPattern(std::string_view argument);

// In the order of the arguments, each path once. `folders`, if not null, receives the folders in which new
// files may appear. O(files · log files).
std::vector<LivePath> FindLivePaths(const std::vector<std::string>& arguments,
                                    std::vector<std::string>* folders = nullptr);

// Whether `path` may be an older part of the log `of`: "app.log.1", "app.log-20260301".
bool IsOlderName(std::string_view path, std::string_view of);

// The folder that a path stands in.
std::string FolderOf(const std::string& path);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_LIVE_LIVE_PATHS_H_
