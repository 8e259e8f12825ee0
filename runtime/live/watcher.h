// Waiting for something to happen in folders and pipes: inotify, and a time limit, since not every file
// system tells (NFS, FUSE, a full table of watches). Nothing depends on what it says: whoever waits looks
// again.
//
// Thread safety: one thread.
#ifndef FAULTLINE_RUNTIME_LIVE_WATCHER_H_
#define FAULTLINE_RUNTIME_LIVE_WATCHER_H_

#include <map>
#include <string>
#include <vector>

namespace faultline::runtime {

class Watcher {
 public:
  // Without `use_inotify` only the time limit ends a wait.
  explicit Watcher(bool use_inotify = true);
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // Exactly these from now on.
  void Watch(const std::vector<std::string>& folders);
  // Until something happens in a folder (then true), a pipe can be read, a signal comes or the time is over.
  bool Wait(const std::vector<int>& pipes, int milliseconds);
  bool works() const { return descriptor_ >= 0; }

 private:
  int descriptor_ = -1;
  std::map<std::string, int> watches_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_LIVE_WATCHER_H_
