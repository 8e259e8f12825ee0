// Snapshots in a folder: refused, set aside, replaced as a whole; runs that are killed at any point.
#include "runtime/live/state_folder.h"

#include "folder.h"
#include "ir/interp/interp.h"
#include "runtime/live/live_output.h"
#include "runtime/report/report.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <random>
#include <sys/wait.h>
#include <unistd.h>

namespace faultline::runtime::testing {
namespace {

using Found = StateFolder::Found;

TEST_CASE("what was written last is read; one run at a time") {
  Folder folder;
  std::string state, message;
  {
    StateFolder first;
    REQUIRE(first.Open(folder.Path("st"), &message));
    CHECK(first.Read(&state, &message) == Found::kNothing);
    REQUIRE(first.Write("one", &message));
    REQUIRE(first.Write(std::string("two\0three", 9), &message));
    StateFolder second;
    CHECK(!second.Open(folder.Path("st"), &message));
    CHECK(message == "another run uses it");
  }
  StateFolder again;
  REQUIRE(again.Open(folder.Path("st"), &message));
  CHECK(again.Read(&state, &message) == Found::kState);
  CHECK(state == std::string("two\0three", 9));
  again.Clear();
  CHECK(again.Read(&state, &message) == Found::kNothing);
}

TEST_CASE("a damaged snapshot, or one of another version, is refused and set aside") {
  Folder folder;
  std::string state, message;
  StateFolder states;
  REQUIRE(states.Open(folder.Path("st"), &message));
  REQUIRE(states.Write("some state", &message));
  const std::string good = folder.Read("st/state");
  const auto refused = [&](const std::string& bytes) {
    folder.Put("st/state", bytes);
    message.clear();
    CHECK(states.Read(&state, &message) == Found::kRefused);
    CHECK(folder.Read("st/state.set-aside") == bytes);
    CHECK(states.Read(&state, &message) == Found::kNothing);
    return message;
  };
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    CHECK(!refused(bad).empty());
    refused(good.substr(0, at));
  }
  CHECK(refused(good + "x") == "is damaged");
  CHECK(refused("") == "is not a snapshot");
  std::string newer = good;
  newer[8] = 2;
  CHECK(refused(newer) == "is of version 2, this program reads version 1");
}

// ---------------------------------------------------------------- runs that are killed

std::shared_ptr<const ir::Module> Mixed() {
  Rules rules;
  rules.Add({"m.pair", {OnMatch("^begin (?<x>\\w+)$"), Lines(OnThen("^end (?<y>\\w+)$"), 9)}})
      .Report("pair {x} {y}");
  rules
      .Add({"m.absent",
            {OnMatch("^begin (?<k>\\w+)$"),
             Seconds(OnStage(ir::StageKind::kWithout, "^end (?<j>\\w+)$"), 7200)}})
      .Key({"k", "j"})
      .Report("absent {k}");
  rules.Add({"m.bad", {OnMatch("^bad (?<x>\\w+)$")}}).Report("bad {x}");
  return rules.Make();
}

std::string LogOf(std::uint32_t seed) {
  std::mt19937 random(seed);
  std::string log;
  for (int i = 0; i < 300; ++i) {
    const char* words[] = {"begin", "end", "bad", "fine"};
    log += At(i * 120, std::string(words[random() % 4]) + " k" + std::to_string(random() % 20));
  }
  return log;
}

// One run: reads what has grown so far in `name`, commits behind each step, as `run --follow --state` does.
// The log itself grows in between, by `random`. `step` is called at each point at which a program may die.
void RunOnce(const std::shared_ptr<const ir::Module>& module, const Folder& folder, const std::string& log,
             const std::function<void()>& step) {
  std::string message, state;
  StateFolder states;
  if (!states.Open(folder.Path("st"), &message)) _exit(3);
  states.at_step = [&](const char*) { step(); };
  const auto program = std::shared_ptr<const Program>(ir::MakeInterpreter(module));
  Engine engine(program, EngineOptions{});
  LiveOptions options;
  options.inputs = {{"a.log", ""}};
  if (chdir(folder.Path("").c_str()) != 0) _exit(7);
  // It stands: only the log's own times end windows.
  options.clock = [] { return std::int64_t{1}; };
  options.use_inotify = false;
  options.rescan = 0;
  LiveRun live(&engine, options);
  std::uint64_t size = 0;
  if (states.Read(&state, &message) == Found::kState) {
    snapshot::Reader reader(state);
    size = reader.Unsigned();
    if (!live.Load(&reader)) _exit(4);
  }
  LiveOutput output;
  if (!output.Open(folder.Path("out.json"), size, &message)) _exit(5);
  JsonReport report([&](std::string_view text) { output.Write(text); });
  engine.AddSink(&report);
  std::size_t written = folder.Read("a.log").size() + folder.Read("a.log.1").size();
  std::mt19937 random(static_cast<std::uint32_t>(written));
  for (;;) {
    while (live.Step()) step();
    output.Flush(true);
    step();
    snapshot::Writer writer;
    writer.Unsigned(output.size());
    live.Save(&writer);
    if (!states.Write(writer.bytes(), &message)) _exit(6);
    if (written == log.size()) break;
    // The log is rotated in its middle.
    const std::size_t half = log.find('\n', log.size() / 2) + 1;
    if (written == half && folder.Read("a.log.1").empty()) folder.Rename("a.log", "a.log.1");
    const std::size_t end = written < half ? half : log.size();
    const std::size_t more = std::min<std::size_t>(end - written, 1 + random() % 700);
    folder.Append("a.log", log.substr(written, more));
    written += more;
    step();
  }
}

TEST_CASE("a run that is killed at any point and goes on finds each thing once") {
  const auto module = Mixed();
  const auto run_in_child = [&](const Folder& folder, const std::string& log, int die_at) {
    const pid_t child = fork();
    if (child == 0) {
      int steps = 0;
      RunOnce(module, folder, log, [&] {
        if (++steps == die_at) kill(getpid(), SIGKILL);
      });
      _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return status;
  };
  for (std::uint32_t seed = 1; seed <= 4; ++seed) {
    const std::string log = LogOf(seed);
    Folder whole;
    REQUIRE(run_in_child(whole, log, -1) == 0);
    const std::string expected = whole.Read("out.json");
    CHECK(std::count(expected.begin(), expected.end(), '\n') > 100);
    // Dies again and again, each time after a few more points than there are in one round.
    Folder folder;
    std::mt19937 random(seed);
    int killed = 0;
    for (int status = 1; status != 0; ++killed) {
      status = run_in_child(folder, log, 2 + static_cast<int>(random() % 25));
      REQUIRE((status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)));
      REQUIRE(killed < 500);
    }
    CHECK(killed > 10);
    CHECK(folder.Read("out.json") == expected);
  }
}

}  // namespace
}  // namespace faultline::runtime::testing
