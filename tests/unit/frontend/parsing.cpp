#include "tests/unit/frontend/parsing.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace faultline::testing {

std::vector<std::string> RuleFiles() {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  for (const char* folder : {"stdlib-rules", "examples", "tests/unit/frontend"}) {
    const fs::path root = fs::path(FAULTLINE_SOURCE_DIR) / folder;
    if (!fs::exists(root)) continue;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
      if (entry.path().extension() == ".fault") files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace faultline::testing
