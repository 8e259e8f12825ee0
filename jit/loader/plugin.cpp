#include "jit/loader/plugin.h"

#include "jit/layout.h"

#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <sys/stat.h>
#include <vector>

namespace faultline::jit {
namespace {

constexpr char kFileName[] = "libfaultline_jit.so";

std::vector<std::filesystem::path> Candidates(const std::string& directory) {
  std::vector<std::filesystem::path> candidates;
  if (!directory.empty()) {
    candidates.emplace_back(directory);
    return candidates;
  }
  if (const char* variable = std::getenv("FAULTLINE_PLUGIN_DIR"); variable != nullptr && *variable != '\0') {
    // Whoever sets it means it: nothing else is tried.
    candidates.emplace_back(variable);
    return candidates;
  }
  std::error_code ignored;
  const auto add = [&](const std::filesystem::path& folder) {
    if (folder.empty()) return;
    candidates.push_back(folder);
    candidates.push_back(folder / "lib" / "faultline");  // a build tree
    candidates.push_back(folder.parent_path() / "lib" /
                         "faultline");  // installed: bin/faultline beside lib/faultline
  };
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  add(program.parent_path());
  // Where this code is part of a shared library (capi), the program may be anybody's.
  Dl_info own{};
  if (dladdr(kFileName, &own) != 0 && own.dli_fname != nullptr) {
    const std::filesystem::path library = std::filesystem::canonical(own.dli_fname, ignored);
    if (!library.empty() && library != program) {
      add(library.parent_path());
      candidates.push_back(library.parent_path() / "faultline");  // installed: lib/libfaultline.so
    }
  }
  return candidates;
}

std::unique_ptr<OpenedPlugin> Open(const std::string& path, std::string* error) {
  // RTLD_NODELETE: LLVM's statics must not go while native code may still run.
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) {
    const char* reason = dlerror();
    *error = reason == nullptr ? "cannot open " + path : reason;
    return nullptr;
  }
  auto* open = reinterpret_cast<OpenFunction*>(dlsym(library, kOpenSymbol));
  if (open == nullptr) {
    *error = path + " is no plugin of faultline";
    return nullptr;
  }
  auto plugin = std::make_unique<OpenedPlugin>();
  char message[512] = "";
  if (open(kAbiVersion, &HostTable(), &plugin->functions, message, sizeof message) != 0) {
    *error = path + ": " + message;
    return nullptr;
  }
  if (plugin->functions.abi_version != kAbiVersion || plugin->functions.layout != LayoutHash()) {
    *error = path + ": the program and the plugin are of different versions";
    return nullptr;
  }
  plugin->open = open;
  plugin->path = path;
  plugin->identity = plugin->functions.target;
  struct stat status{};
  if (stat(path.c_str(), &status) == 0) {
    plugin->identity += "; " + std::to_string(status.st_size) + "; " + std::to_string(status.st_mtim.tv_sec) +
                        "." + std::to_string(status.st_mtim.tv_nsec);
  }
  return plugin;
}

}  // namespace

const OpenedPlugin* OpenPlugin(const std::string& directory, std::string* error) {
  static std::mutex mutex;
  static auto& opened =
      *new std::map<std::string, std::unique_ptr<OpenedPlugin>>;  // lives as long as the process
  std::lock_guard<std::mutex> lock(mutex);
  std::string looked;
  for (const std::filesystem::path& folder : Candidates(directory)) {
    std::string path = (folder / kFileName).string();
    if (auto found = opened.find(path); found != opened.end()) {
      return found->second.get();
    }
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
      looked += (looked.empty() ? "" : ", ") + folder.string();
      continue;
    }
    std::unique_ptr<OpenedPlugin> plugin = Open(path, error);
    if (plugin == nullptr) {
      return nullptr;
    }
    return (opened[path] = std::move(plugin)).get();
  }
  *error = std::string(kFileName) + " is not in " + (looked.empty() ? "any known folder" : looked);
  return nullptr;
}

}  // namespace faultline::jit
