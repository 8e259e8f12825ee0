// The folder of `--state DIR`: one snapshot, replaced as a whole, for one run at a time.
//
//   state             magic, version, checksum (XXH3), snapshot
//   state.new         the next one, while it is written
//   state.set-aside   one that could not be used, for a person to look at
//   lock              held while a run uses the folder
//
// Write: to state.new, fsync, rename, fsync of the folder: a run that is killed at any point finds the old
// snapshot or the new one, never a part. Thread safety: one thread.
#ifndef FAULTLINE_RUNTIME_LIVE_STATE_FOLDER_H_
#define FAULTLINE_RUNTIME_LIVE_STATE_FOLDER_H_

#include <functional>
#include <string>
#include <string_view>

namespace faultline::runtime {

class StateFolder {
 public:
  enum class Found {
    kNothing,  // no run has been here
    kState,
    kRefused,  // `message` says why; it was set aside
  };

  StateFolder() = default;
  ~StateFolder();
  StateFolder(const StateFolder&) = delete;
  StateFolder& operator=(const StateFolder&) = delete;

  // Makes the folder if there is none. False: `*error` says why, another run that uses it included.
  bool Open(const std::string& path, std::string* error);
  Found Read(std::string* state, std::string* message);
  // False: `*error` says why, and the snapshot before is in force.
  bool Write(std::string_view state, std::string* error);
  // Moves the snapshot out of the way.
  void SetAside();
  // The run is over: the next one begins anew.
  void Clear();

  // Called between the steps of Write, for tests that end the program there.
  std::function<void(const char* step)> at_step;

 private:
  std::string path_;
  int lock_ = -1;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_LIVE_STATE_FOLDER_H_
