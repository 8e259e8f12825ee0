// Standard output and error as the verbs use them: buffered, quiet when the reader has gone, colours when
// wanted.
//
// A closed pipe (`faultline run … | head`) ends the program quietly: writes after EPIPE are dropped and
// Closed() says so. A full disk is an error that the exit code shows. Thread safety: one thread.
#ifndef FAULTLINE_TOOLS_CLI_CONSOLE_H_
#define FAULTLINE_TOOLS_CLI_CONSOLE_H_

#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

namespace faultline::cli {

class Output {
 public:
  // Takes `file` without owning it.
  explicit Output(std::FILE* file) : file_(file) {}
  ~Output() { Flush(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void Write(std::string_view text);
  void Flush();
  bool closed() const { return closed_; }  // the reader went away
  bool failed() const { return failed_; }  // any other error; `why` says which
  const std::string& why() const { return why_; }
  std::function<void(std::string_view)> Writer() {
    return [this](std::string_view text) { Write(text); };
  }

 private:
  std::FILE* file_;
  bool closed_ = false;
  bool failed_ = false;
  std::string why_;
};

Output& Out();
// A remark on standard error: "faultline: …\n". Control characters in it are made visible.
void Remark(std::string_view text);

// Colours on this stream? `choice` is --color; auto means a terminal, no NO_COLOR, TERM not dumb.
bool WantColor(std::string_view choice, std::FILE* stream);

// Lines and columns of the terminal; 0 where there is none.
int TerminalWidth(std::FILE* stream);

}  // namespace faultline::cli

#endif  // FAULTLINE_TOOLS_CLI_CONSOLE_H_
