#include "tools/cli/progress.h"

#include "runtime/report/escape.h"
#include "tools/cli/console.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <string_view>
#include <sys/stat.h>
#include <utility>

namespace faultline::cli {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kFirst{1000};
constexpr std::chrono::milliseconds kBetween{100};
constexpr std::size_t kBar = 20;

// 0 for what has no size: pipes, files that are gone.
std::uint64_t SizeOf(const std::string& path) {
  struct stat status{};
  if (path == "-" || stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return 0;
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace

class Progress::Watched : public runtime::ByteSource {
 public:
  Watched(std::unique_ptr<runtime::ByteSource> inner, Progress* progress)
      : inner_(std::move(inner)), progress_(progress) {}
  std::size_t Read(char* buffer, std::size_t size) override {
    const std::size_t got = inner_->Read(buffer, size);
    progress_->Read(got);
    return got;
  }
  const std::optional<runtime::InputError>& error() const override { return inner_->error(); }
  std::uint64_t first_offset() const override { return inner_->first_offset(); }
  runtime::Encoding encoding() const override { return inner_->encoding(); }
  std::optional<runtime::Seekable> seekable() const override { return inner_->seekable(); }

 private:
  std::unique_ptr<runtime::ByteSource> inner_;
  Progress* progress_;
};

Progress::Progress(bool wanted) : wanted_(wanted), next_(Clock::now() + kFirst) {}

void Progress::Begin(const std::vector<runtime::InputFile>& files) {
  if (!wanted_) return;
  for (const runtime::InputFile& file : files) total_ += SizeOf(file.path);
}

std::unique_ptr<runtime::ByteSource> Progress::Watch(std::unique_ptr<runtime::ByteSource> source,
                                                     const std::string& path) {
  if (!wanted_) return source;
  before_ += size_;
  path_ = path == "-" ? "standard input" : path;
  size_ = SizeOf(path);
  read_ = 0;
  return std::make_unique<Watched>(std::move(source), this);
}

void Progress::Read(std::uint64_t bytes) {
  read_ += bytes;
  all_read_ += bytes;
  if (Clock::now() >= next_) Draw();
}

void Progress::Draw() {
  std::string line;
  if (total_ > 0) {
    const std::uint64_t done = std::min(total_, before_ + std::min(read_, size_));
    const double share = static_cast<double>(done) / static_cast<double>(total_);
    const auto filled = static_cast<std::size_t>(share * static_cast<double>(kBar));
    line = fmt::format("[{}{}] {:3.0f} %  ", std::string(filled, '#'), std::string(kBar - filled, '-'),
                       share * 100);
  }
  line += fmt::format("{} MiB  ", all_read_ >> 20);
  const int columns = TerminalWidth(stderr);
  const std::size_t width = columns > 1 ? static_cast<std::size_t>(columns) - 1 : 79;
  // The end of a path tells more than its beginning; only names of plain ASCII are as wide as they are long.
  std::string name = runtime::SafeText(path_);
  const bool ascii =
      std::all_of(name.begin(), name.end(), [](char c) { return static_cast<signed char>(c) > 0; });
  const std::size_t room = width > line.size() ? width - line.size() : 0;
  if (!ascii && name.size() > room) name.clear();
  if (name.size() > room) name = name.substr(name.size() - room);
  line += name;
  line.resize(std::min(line.size(), ascii ? width : line.size()));
  line = "\r" + line + "\x1b[K";
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
  drawn_ = true;
  next_ = Clock::now() + kBetween;
}

void Progress::Clear() {
  if (!drawn_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace faultline::cli
