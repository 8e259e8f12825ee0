// A report's file that a run with --state goes on writing: what was written behind the last snapshot is cut
// off when the run goes on, and written again, so that each finding stands in it exactly once.
//
// Thread safety: one thread.
#ifndef FAULTLINE_RUNTIME_LIVE_LIVE_OUTPUT_H_
#define FAULTLINE_RUNTIME_LIVE_LIVE_OUTPUT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace faultline::runtime {

class LiveOutput {
 public:
  LiveOutput() = default;
  ~LiveOutput();
  LiveOutput(const LiveOutput&) = delete;
  LiveOutput& operator=(const LiveOutput&) = delete;

  // Opens the file, cut to `size` bytes. False: `*error` says why; a file that is shorter than that is not
  // what the run wrote.
  bool Open(const std::string& path, std::uint64_t size, std::string* error);
  void Write(std::string_view text);
  // Hands everything to the system; `durable`: to the disk.
  bool Flush(bool durable);
  std::uint64_t size() const { return size_; }  // with what is not flushed yet
  bool failed() const { return failed_; }
  const std::string& why() const { return why_; }

 private:
  void Fail();
  int descriptor_ = -1;
  std::string buffer_;
  std::uint64_t size_ = 0;
  bool failed_ = false;
  std::string why_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_LIVE_LIVE_OUTPUT_H_
