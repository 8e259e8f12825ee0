#include "tools/driver/state_place.h"

#include "tools/driver/rule_files.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <unistd.h>

namespace faultline::driver {
namespace {

namespace fs = std::filesystem;

std::string Beside(const std::string& history) {
  return (fs::path(history).parent_path() / "shapes.bin").string();
}

// Never over another file. Empty: it could not be renamed.
std::string SetAside(const std::string& path) {
  for (int i = 0; i < 100; ++i) {
    const std::string name = path + ".damaged" + (i == 0 ? "" : "." + std::to_string(i));
    if (access(name.c_str(), F_OK) == 0) continue;
    return rename(path.c_str(), name.c_str()) == 0 ? name : "";
  }
  return {};
}

// Holds the folder of a file for one process at a time; a folder needs no file beside the one that is locked.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& folder)
      : descriptor_(open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    while (descriptor_ >= 0 && flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  ~FolderLock() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace

StatePlace FindState(const std::string& history_option) {
  StatePlace place;
  place.origin = "--history";
  if (history_option == "none") return place;
  if (!history_option.empty()) {
    place.history = history_option;
    place.shapes = Beside(place.history);
    return place;
  }
  if (const auto rules = FindRepositoryRules()) {
    place.history = (fs::path(*rules) / "history.db").string();
    place.origin = ".faultline";
  } else {
    const char* state = std::getenv("XDG_STATE_HOME");
    const char* home = std::getenv("HOME");
    place.shared = true;
    if (state != nullptr && state[0] == '/') {
      place.history = std::string(state) + "/faultline/history.db";
      place.origin = "XDG_STATE_HOME";
    } else if (home != nullptr && home[0] == '/') {
      place.history = std::string(home) + "/.local/state/faultline/history.db";
      place.origin = "HOME";
    } else {
      place.origin = "no HOME";
      return place;
    }
  }
  place.shapes = Beside(place.history);
  return place;
}

history::Scope ScopeOf(const std::vector<ContextEntry>& context, const StatePlace& place) {
  history::Scope scope;
  for (const ContextEntry& entry : context) {
    if (entry.key == "repository") scope.repository = entry.value;
    if (entry.key == "branch") scope.branch = entry.value;
    if (entry.key == "job") scope.job = entry.value;
  }
  if (scope.repository.empty() && place.shared) {
    std::error_code error;
    scope.repository = fs::current_path(error).string();
  }
  return scope;
}

std::vector<std::string> MainBranches(const std::vector<ContextEntry>& context) {
  for (const ContextEntry& entry : context) {
    if (entry.key == "default_branch") return {entry.value};
  }
  return {"main", "master"};
}

std::string Sentence(const history::Error& error) {
  std::string text = error.path + ": " + error.message;
  if (!error.set_aside.empty()) text += "; set aside as " + error.set_aside;
  return text;
}

std::unique_ptr<novelty::ShapeSet> LoadShapes(const std::string& path, std::string* remark) {
  remark->clear();
  if (path.empty()) return nullptr;
  auto shapes = std::make_unique<novelty::ShapeSet>();
  const auto error = shapes->Load(path);
  if (!error) return shapes;
  if (error->kind == novelty::ShapeError::Kind::kMissing) return nullptr;
  *remark = path + ": " + error->message;
  // Only a file of our own name is moved: a wrong --output must not rename somebody's log.
  if (error->kind == novelty::ShapeError::Kind::kDamaged && path.ends_with(".bin")) {
    const std::string aside = SetAside(path);
    if (!aside.empty()) *remark += "; set aside as " + aside;
  }
  return nullptr;
}

Saved SaveShapes(const novelty::ShapeSet& learned, const std::string& path, bool replace) {
  Saved saved;
  const fs::path folder = fs::path(path).parent_path();
  std::error_code code;
  if (!folder.empty()) fs::create_directories(folder, code);
  const FolderLock lock(folder);
  std::unique_ptr<novelty::ShapeSet> known;
  if (!replace) known = LoadShapes(path, &saved.remark);
  if (!known && access(path.c_str(), F_OK) == 0 && !replace) {  // unreadable, of a newer version, not ours
    saved.error = saved.remark;
    saved.remark.clear();
    return saved;
  }
  if (known) {
    saved.before = known->shapes();
    known->Merge(learned);
  }
  const novelty::ShapeSet& all = known ? *known : learned;
  if (const auto error = all.Save(path)) saved.error = path + ": " + error->message;
  saved.shapes = all.shapes();
  saved.lines = all.lines();
  saved.dropped = all.dropped();
  return saved;
}

}  // namespace faultline::driver
