// A scratch folder with files that grow, and a clock that is turned by hand.
#ifndef FAULTLINE_TESTS_UNIT_LIVE_FOLDER_H_
#define FAULTLINE_TESTS_UNIT_LIVE_FOLDER_H_

#include "runtime/live/live_run.h"
#include "support.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace faultline::runtime::testing {

class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  void Append(const std::string& name, const std::string& text) const;
  void Put(const std::string& name, const std::string& text) const;  // in place: the same file, emptied first
  void Rename(const std::string& from, const std::string& to) const;
  void Remove(const std::string& name) const;
  std::string Read(const std::string& name) const;

 private:
  std::string path_;
};

// A run that can be stopped and goes on from its snapshot; findings of all parts together.
class Live {
 public:
  Live(std::shared_ptr<const ir::Module> module, std::vector<std::string> inputs);

  // Until nothing more is read. The clock stands.
  void Steps();
  // The clock goes on by so many seconds, in steps of a second.
  void Pass(int seconds);
  void StopAndGoOn();
  void Finish(bool interrupted = false);

  std::string Text();     // "rule@line-end_line message" of what was found since the last call
  std::string Notices();  // what was said since the last call, without folders
  LiveRun& run() { return *live_; }
  Engine& engine() { return *engine_; }

 private:
  void Make();
  std::shared_ptr<const ir::Module> module_;
  std::shared_ptr<const Program> program_;
  std::vector<std::string> inputs_;
  KeepingSink sink_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<LiveRun> live_;
  std::int64_t now_;
  std::string said_;
};

}  // namespace faultline::runtime::testing

#endif  // FAULTLINE_TESTS_UNIT_LIVE_FOLDER_H_
