// The folder of --state: see state_folder.h.
#include "runtime/live/state_folder.h"

#include "runtime/correlate/snapshot.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#define XXH_INLINE_ALL
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <xxhash.h>
#pragma GCC diagnostic pop

namespace faultline::runtime {
namespace {

constexpr std::string_view kMagic = "FLSTATE\n";
constexpr std::uint64_t kVersion = 1;

std::string Why() {
  return std::generic_category().message(errno);
}

bool WriteAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(descriptor, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool ReadAll(int descriptor, std::string* bytes) {
  char buffer[65536];
  for (;;) {
    const ssize_t n = read(descriptor, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    if (n == 0) return true;
    bytes->append(buffer, static_cast<std::size_t>(n));
  }
}

}  // namespace

StateFolder::~StateFolder() {
  if (lock_ >= 0) close(lock_);
}

bool StateFolder::Open(const std::string& path, std::string* error) {
  path_ = path;
  if (mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) {
    *error = Why();
    return false;
  }
  lock_ = open((path + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock_ < 0) {
    *error = Why();
    return false;
  }
  if (flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    *error = errno == EWOULDBLOCK ? "another run uses it" : Why();
    return false;
  }
  return true;
}

StateFolder::Found StateFolder::Read(std::string* state, std::string* message) {
  const int descriptor = open((path_ + "/state").c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT) return Found::kNothing;
  std::string bytes;
  const bool read_all = descriptor >= 0 && ReadAll(descriptor, &bytes);
  if (!read_all) *message = "cannot be read: " + Why();
  if (descriptor >= 0) close(descriptor);
  if (read_all) {
    if (!std::string_view(bytes).starts_with(kMagic)) {
      *message = "is not a snapshot";
    } else {
      snapshot::Reader reader(std::string_view(bytes).substr(kMagic.size()));
      const std::uint64_t version = reader.Unsigned();
      if (reader.ok() && version != kVersion) {
        *message = "is of version " + std::to_string(version) + ", this program reads version " +
                   std::to_string(kVersion);
      } else {
        const std::uint64_t hash = reader.Unsigned();
        const std::string_view text = reader.Text();
        if (reader.ok() && reader.empty() && XXH3_64bits(text.data(), text.size()) == hash) {
          *state = text;
          return Found::kState;
        }
        *message = "is damaged";
      }
    }
  }
  SetAside();
  return Found::kRefused;
}

void StateFolder::SetAside() {
  rename((path_ + "/state").c_str(), (path_ + "/state.set-aside").c_str());
}

void StateFolder::Clear() {
  unlink((path_ + "/state").c_str());
}

bool StateFolder::Write(std::string_view state, std::string* error) {
  const auto step = [this](const char* name) {
    if (at_step) at_step(name);
  };
  snapshot::Writer writer;
  writer.Unsigned(kVersion);
  writer.Unsigned(XXH3_64bits(state.data(), state.size()));
  writer.Text(state);
  const std::string next = path_ + "/state.new";
  step("open");
  const int descriptor = open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    *error = Why();
    return false;
  }
  const std::string_view body = writer.bytes();
  bool good = WriteAll(descriptor, kMagic) && WriteAll(descriptor, body.substr(0, body.size() / 2));
  step("half");
  good = good && WriteAll(descriptor, body.substr(body.size() / 2)) && fsync(descriptor) == 0;
  if (!good) *error = Why();
  close(descriptor);
  step("written");
  if (good && rename(next.c_str(), (path_ + "/state").c_str()) != 0) {
    *error = Why();
    good = false;
  }
  step("renamed");
  if (!good) return false;
  const int folder = open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    fsync(folder);
    close(folder);
  }
  return true;
}

}  // namespace faultline::runtime
