#include "tools/cli/command.h"

#include "runtime/input/byte_source.h"
#include "tools/cli/console.h"
#include "tools/cli/telling.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace faultline::cli {

namespace {

// The pipe's bytes, each copied to standard output before the engine sees it.
class PassingSource : public runtime::ByteSource {
 public:
  explicit PassingSource(int descriptor) : descriptor_(descriptor) {}
  ~PassingSource() override { close(descriptor_); }

  std::size_t Read(char* buffer, std::size_t size) override {
    for (;;) {
      const ssize_t got = read(descriptor_, buffer, size);
      if (got > 0) {
        Out().Write({buffer, static_cast<std::size_t>(got)});
        Out().Flush();
        return static_cast<std::size_t>(got);
      }
      if (got == 0) return 0;
      if (errno != EINTR) {
        error_ = runtime::InputError{runtime::InputErrorKind::kRead, "the command's output",
                                     std::strerror(errno), 1};
        return 0;
      }
    }
  }

 private:
  int descriptor_;
};

}  // namespace

CommandResult RunCommand(const std::vector<std::string>& command, runtime::Engine& engine, Telling* telling) {
  CommandResult result;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    result.exit_code = 126;
    result.error = std::string("no pipe: ") + std::strerror(errno);
    return result;
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);  // ignored by us, not by the command
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

  std::vector<char*> arguments;
  for (const std::string& word : command)
    arguments.push_back(const_cast<char*>(word.c_str()));  // execve's signature
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failed =
      posix_spawnp(&child, command[0].c_str(), &actions, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  close(ends[1]);
  if (failed != 0) {
    close(ends[0]);
    result.exit_code = failed == ENOENT ? 127 : 126;
    result.error = command[0] + ": " + std::strerror(failed);
    return result;
  }
  engine.Run(telling->Keep(std::make_unique<PassingSource>(ends[0]), "<output>"), "<output>");
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  result.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return result;
}

}  // namespace faultline::cli
