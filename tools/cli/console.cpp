#include "tools/cli/console.h"

#include "runtime/report/escape.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/ioctl.h>
#include <unistd.h>

namespace faultline::cli {

void Output::Write(std::string_view text) {
  if (closed_ || failed_ || text.empty()) return;
  if (std::fwrite(text.data(), 1, text.size(), file_) == text.size()) return;
  if (errno == EPIPE) {
    closed_ = true;
  } else {
    failed_ = true;
    why_ = std::strerror(errno);
  }
}

void Output::Flush() {
  if (closed_ || failed_) return;
  if (std::fflush(file_) == 0) return;
  if (errno == EPIPE) {
    closed_ = true;
  } else {
    failed_ = true;
    why_ = std::strerror(errno);
  }
}

Output& Out() {
  static Output output(stdout);
  return output;
}

void Remark(std::string_view text) {
  Out().Flush();
  const std::string line = "faultline: " + runtime::SafeText(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

bool WantColor(std::string_view choice, std::FILE* stream) {
  if (choice == "always") return true;
  if (choice == "never") return false;
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && no_color[0] != '\0') return false;
  const char* term = std::getenv("TERM");
  if (term == nullptr || std::strcmp(term, "dumb") == 0) return false;
  return isatty(fileno(stream)) != 0;
}

int TerminalWidth(std::FILE* stream) {
  winsize size{};
  if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

}  // namespace faultline::cli
