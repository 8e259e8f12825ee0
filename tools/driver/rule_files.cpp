#include "tools/driver/rule_files.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

namespace faultline::driver {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxFile = std::size_t{16} << 20;

bool IsHidden(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.size() > 1 && name[0] == '.';
}

void CollectFolder(const fs::path& folder, std::string_view extension, std::vector<std::string>& found) {
  std::error_code error;
  fs::recursive_directory_iterator walk(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && walk != fs::recursive_directory_iterator(); walk.increment(error)) {
    if (walk->is_directory(error) && IsHidden(walk->path())) {
      walk.disable_recursion_pending();
    } else if (walk->is_regular_file(error) && walk->path().extension() == extension) {
      found.push_back(walk->path().string());
    }
  }
}

}  // namespace

std::optional<std::string> ReadTextFile(const std::string& path, std::string* error) {
  std::error_code status;
  if (fs::is_directory(path, status)) {
    *error = "is a folder";
    return std::nullopt;
  }
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) {
    *error = std::strerror(errno);
    return std::nullopt;
  }
  std::string text;
  char buffer[1 << 16];
  std::size_t got = sizeof buffer;
  while (got == sizeof buffer) {  // less is the end, or an error
    got = std::fread(buffer, 1, sizeof buffer, file.get());
    text.append(buffer, got);
    if (text.size() > kMaxFile) {
      *error = "is larger than 16 MiB, which no rule file should be";
      return std::nullopt;
    }
  }
  if (std::ferror(file.get())) {
    *error = std::strerror(errno);
    return std::nullopt;
  }
  return text;
}

std::optional<std::string> FindRepositoryRules() {
  std::error_code error;
  fs::path folder = fs::current_path(error);
  if (error) return std::nullopt;
  for (;;) {
    const fs::path rules = folder / ".faultline";
    if (fs::is_directory(rules, error)) return rules.string();
    if (folder == folder.parent_path()) return std::nullopt;
    folder = folder.parent_path();
  }
}

RuleFiles ReadPaths(const std::vector<std::string>& paths, std::string_view extension) {
  RuleFiles result;
  for (const std::string& path : paths) {
    std::vector<std::string> found;
    std::error_code error;
    if (fs::is_directory(path, error)) {
      CollectFolder(path, extension, found);
      std::sort(found.begin(), found.end());
      if (found.empty()) result.errors.push_back({path, "holds no " + std::string(extension) + " file"});
    } else {
      found.push_back(path);
    }
    for (const std::string& file : found) {
      std::string message;
      if (auto text = ReadTextFile(file, &message)) {
        result.files.push_back({file, std::move(*text), "-r"});
      } else {
        result.errors.push_back({file, message});
      }
    }
  }
  return result;
}

std::vector<RuleFile> StockRuleFiles() {
  std::vector<RuleFile> files;
  for (const StockFile& stock : StockFiles()) {
    if (!stock.path.ends_with(".fault")) continue;  // a table
    files.push_back({std::string(stock.path), std::string(stock.text), "stock"});
  }
  return files;
}

std::vector<RuleFile> StockFormatFiles() {
  std::vector<RuleFile> files = StockRuleFiles();
  std::erase_if(files, [](const RuleFile& f) { return !f.path.starts_with("stdlib-rules/formats/"); });
  return files;
}

void AddStock(std::vector<RuleFile>& files, std::vector<RuleFile> stock) {
  std::error_code error;
  std::vector<std::string> own;
  for (const RuleFile& file : files)
    own.push_back(fs::absolute(file.path, error).lexically_normal().string());
  for (RuleFile& file : stock) {
    const bool replaced = std::any_of(
        own.begin(), own.end(), [&](const std::string& path) { return path.ends_with("/" + file.path); });
    if (!replaced) files.push_back(std::move(file));
  }
}

RuleFiles FindRuleFiles(const std::vector<std::string>& rules_options) {
  RuleFiles result;
  bool stock = rules_options.empty();
  if (rules_options.empty()) {
    result.repository_rules = FindRepositoryRules();
    if (result.repository_rules) {
      std::vector<std::string> found;
      CollectFolder(*result.repository_rules, ".fault", found);
      std::sort(found.begin(), found.end());
      RuleFiles read = ReadPaths(found);
      for (RuleFile& file : read.files) file.origin = ".faultline";
      result.files = std::move(read.files);
      result.errors = std::move(read.errors);
    }
  } else {
    std::vector<std::string> paths;
    for (const std::string& option : rules_options) {
      if (option == "stdlib") {
        stock = true;
      } else {
        paths.push_back(option);
      }
    }
    result = ReadPaths(paths);
  }
  AddStock(result.files, stock ? StockRuleFiles() : StockFormatFiles());
  return result;
}

}  // namespace faultline::driver
