// Waiting: see watcher.h.
#include "runtime/live/watcher.h"

#include <algorithm>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace faultline::runtime {

Watcher::Watcher(bool use_inotify) {
  if (use_inotify) descriptor_ = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}

Watcher::~Watcher() {
  if (descriptor_ >= 0) close(descriptor_);
}

void Watcher::Watch(const std::vector<std::string>& folders) {
  if (descriptor_ < 0) return;
  for (auto it = watches_.begin(); it != watches_.end();) {
    if (std::find(folders.begin(), folders.end(), it->first) == folders.end()) {
      inotify_rm_watch(descriptor_, it->second);
      it = watches_.erase(it);
    } else {
      ++it;
    }
  }
  for (const std::string& folder : folders) {
    if (watches_.contains(folder)) continue;
    const int watch = inotify_add_watch(descriptor_, folder.c_str(),
                                        IN_MODIFY | IN_CREATE | IN_MOVE | IN_DELETE | IN_CLOSE_WRITE);
    if (watch >= 0) watches_.emplace(folder, watch);
  }
}

bool Watcher::Wait(const std::vector<int>& pipes, int milliseconds) {
  std::vector<pollfd> waiting;
  for (const int pipe : pipes) waiting.push_back({pipe, POLLIN, 0});
  if (descriptor_ >= 0) waiting.push_back({descriptor_, POLLIN, 0});
  poll(waiting.data(), waiting.size(), milliseconds);
  if (descriptor_ < 0) return false;
  char buffer[4096];
  bool any = false;
  while (read(descriptor_, buffer, sizeof buffer) > 0) any = true;
  return any;
}

}  // namespace faultline::runtime
