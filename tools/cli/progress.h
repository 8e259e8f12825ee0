// How far a long run is: one line on standard error that is drawn over itself, and gone when all is done.
//
//   [#########-----------]  45 %  312 MiB  build.log
//
// It begins after a second and is drawn when bytes are read, ten times a second at most. The share is that of
// the bytes of files; of compressed files it runs ahead, and of pipes there is none: then only what was read
// is shown. Thread safety: none.
#ifndef FAULTLINE_TOOLS_CLI_PROGRESS_H_
#define FAULTLINE_TOOLS_CLI_PROGRESS_H_

#include "runtime/input/byte_source.h"
#include "runtime/input/files.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace faultline::cli {

class Progress {
 public:
  // With `wanted` false nothing is ever drawn. The caller has asked whether standard error is a terminal.
  explicit Progress(bool wanted);

  void Begin(const std::vector<runtime::InputFile>& files);
  // The source, with its bytes counted; the progress must outlive it.
  std::unique_ptr<runtime::ByteSource> Watch(std::unique_ptr<runtime::ByteSource> source,
                                             const std::string& path);
  // Removes the line, so that something else can be written.
  void Clear();

 private:
  class Watched;
  void Read(std::uint64_t bytes);
  void Draw();

  bool wanted_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point next_;  // when it may be drawn
  std::string path_;                            // of the file that is read
  std::uint64_t total_ = 0;                     // bytes of all files; 0: not known
  std::uint64_t before_ = 0;                    // of the files that are done
  std::uint64_t size_ = 0;                      // of this one
  std::uint64_t read_ = 0;                      // of this one
  std::uint64_t all_read_ = 0;
};

}  // namespace faultline::cli

#endif  // FAULTLINE_TOOLS_CLI_PROGRESS_H_
