// Files that grow, are rotated, emptied, removed; what the clock does. No test waits.
#include "folder.h"
#include "ir/interp/interp.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace faultline::runtime::testing {
namespace {

// "bad X" is found at once; "begin X" and the next "end" within 100 lines together.
std::shared_ptr<const ir::Module> Plain() {
  Rules rules;
  rules.Add({"m.bad", {OnMatch("^bad (?<x>\\w+)$")}}).Report("bad {x}");
  rules.Add({"m.pair", {OnMatch("^begin (?<x>\\w+)$"), Lines(OnThen("^end"), 100)}}).Report("pair {x}");
  return rules.Make();
}

// "wait X" without "done" within ten seconds.
std::shared_ptr<const ir::Module> Absent() {
  Rules rules;
  rules
      .Add({"m.absent",
            {OnMatch("^wait (?<x>\\w+)$"), Seconds(OnStage(ir::StageKind::kWithout, "^done"), 10)}})
      .Report("absent {x}");
  return rules.Make();
}

// As if it were written now, however far the clock of the test has been turned.
void WrittenNow(const Folder& folder, const std::string& name) {
  const timespec written[2] = {{4000000000, 0}, {4000000000, 0}};
  utimensat(AT_FDCWD, folder.Path(name).c_str(), written, 0);
}

std::string Long(char letter) {
  return std::string(300, letter) + "\n";  // more than an identity looks at
}

TEST_CASE("a line is found when its newline is there, and lines keep their numbers") {
  Folder folder;
  folder.Put("a.log", "bad one\nbad t");
  Live live(Plain(), {folder.Path("a.log")});
  live.Steps();
  CHECK(live.Text() == "m.bad@1 bad one\n");
  live.Pass(100);
  CHECK(live.Text().empty());
  folder.Append("a.log", "wo\nfine\nbad three\n");
  live.Steps();
  CHECK(live.Text() == "m.bad@2 bad two\nm.bad@4 bad three\n");
  folder.Append("a.log", "bad four");
  live.Steps();
  CHECK(live.Text().empty());
  live.Finish();
  CHECK(live.Text() == "m.bad@5 bad four\n");
}

TEST_CASE("a file that comes later is waited for") {
  Folder folder;
  Live live(Plain(), {folder.Path("a.log")});
  live.Steps();
  CHECK(live.Notices() == "a.log: there is no such file yet; it is waited for\n");
  folder.Put("a.log", "bad one\n");
  live.Steps();
  CHECK(live.Text() == "m.bad@1 bad one\n");
  CHECK(live.Notices().empty());
}

TEST_CASE("a file that is rotated by its name is read to its end, then the new one, as one source") {
  for (const bool stop : {false, true}) {
    Folder folder;
    folder.Put("a.log", "begin one\n");
    Live live(Plain(), {folder.Path("a.log")});
    live.Steps();
    folder.Rename("a.log", "a.log.1");
    folder.Append("a.log.1", "bad old\n");  // its writer still has it open
    if (stop) live.StopAndGoOn();
    live.Steps();
    CHECK(live.Text() == "m.bad@2 bad old\n");
    folder.Append("a.log", "");  // empty: the writer has not moved on
    folder.Append("a.log.1", "begin two");
    live.Steps();
    if (stop) live.StopAndGoOn();
    folder.Append("a.log", "end\nbad new\n");
    live.Steps();
    CHECK(live.Text() == "m.pair@1 pair one\nm.pair@3 pair two\nm.bad@2 bad new\n");
    CHECK(live.Notices().empty());
    live.Finish();
    CHECK(live.Text().empty());
  }
}

TEST_CASE("rotations while the run was stopped lose nothing") {
  Folder folder;
  folder.Put("a.log", "begin one\n");
  Live live(Plain(), {folder.Path("a.log")});
  live.Steps();
  CHECK(live.Text().empty());
  // Twice, with the order of changes kept apart by their times.
  folder.Append("a.log", "bad first\n");
  folder.Rename("a.log", "a.log.2");
  folder.Put("a.log.1", "bad second\n");
  folder.Put("a.log", "end\nbad third\n");
  const timespec times[3][2] = {{{1000, 0}, {1000, 0}}, {{2000, 0}, {2000, 0}}, {{3000, 0}, {3000, 0}}};
  utimensat(AT_FDCWD, folder.Path("a.log.2").c_str(), times[0], 0);
  utimensat(AT_FDCWD, folder.Path("a.log.1").c_str(), times[1], 0);
  utimensat(AT_FDCWD, folder.Path("a.log").c_str(), times[2], 0);
  live.StopAndGoOn();
  live.Steps();
  CHECK(live.Text() == "m.bad@2 bad first\nm.bad@1 bad second\nm.pair@1 pair one\nm.bad@2 bad third\n");
  CHECK(live.Notices().empty());
}

TEST_CASE("a file that is emptied is read again from its beginning; the lost range is told") {
  for (const bool stop : {false, true}) {
    Folder folder;
    folder.Put("a.log", "begin one\nfine\nbad li");
    Live live(Plain(), {folder.Path("a.log")});
    live.Steps();
    folder.Put("a.log", "end\nbad b\n");
    if (stop) live.StopAndGoOn();
    live.Steps();
    // What there is of the last line is a line.
    CHECK(live.Text() == "m.bad@3 bad li\nm.pair@1 pair one\nm.bad@2 bad b\n");
    CHECK(live.Notices() ==
          "a.log: was cut to 10 bytes; it had been read up to byte 21, what was written behind that is lost; "
          "it is "
          "read from its beginning\n");
    live.Finish();
  }
}

TEST_CASE("a file that was written anew and is longer by now is known by its first bytes") {
  for (const bool stop : {false, true}) {
    Folder folder;
    folder.Put("a.log", "bad one\n" + Long('x'));
    Live live(Plain(), {folder.Path("a.log")});
    live.Steps();
    CHECK(live.Text() == "m.bad@1 bad one\n");
    folder.Put("a.log", "bad two\n" + Long('y') + Long('y') + "bad end\n");
    if (stop) live.StopAndGoOn();
    live.Steps();
    CHECK(live.Text() == "m.bad@1 bad two\nm.bad@4 bad end\n");
    CHECK(live.Notices().starts_with("a.log: was written anew; it had been read up to byte 309, "));
  }
}

TEST_CASE("a copy of a file that is then emptied is not read a second time") {
  Folder folder;
  folder.Put("a.log", Long('x') + "bad one\n");
  Live live(Plain(), {folder.Path("")});
  live.Steps();
  CHECK(live.Text() == "m.bad@2 bad one\n");
  folder.Put("a.log.1", folder.Read("a.log"));
  live.Steps();
  folder.Put("a.log", "bad two\n");
  live.Steps();
  CHECK(live.Text() == "m.bad@1 bad two\n");
  live.StopAndGoOn();
  live.Steps();
  CHECK(live.Text().empty());
}

TEST_CASE("new files of a pattern and of a folder are read; rotated and compressed ones are not") {
  for (const char* what : {"*.log*", "."}) {
    Folder folder;
    folder.Put("a.log", Long('a') + "bad a\n");
    Live live(Plain(), {folder.Path(what)});
    live.Steps();
    CHECK(live.Text() == "m.bad@2 bad a\n");
    folder.Put("b.log", "bad b\n");
    live.Steps();
    CHECK(live.Text() == "m.bad@1 bad b\n");
    folder.Rename("a.log", "a.log.1");
    folder.Put("a.log", "bad c\n");
    folder.Put("c.log.gz", "\x1F\x8B\x08 bad");
    live.Steps();
    live.Steps();
    CHECK(live.Text() == "m.bad@1 bad c\n");
    CHECK(live.Notices() ==
          "c.log.gz: compressed, so it does not grow: left out; read it without --follow\n");
    live.StopAndGoOn();
    live.Steps();
    CHECK(live.Text().empty());
    CHECK(live.run().sources() == 2);
  }
}

TEST_CASE("a file that is gone for five seconds is over") {
  Folder folder;
  folder.Put("a.log", At(0, "wait one"));
  WrittenNow(folder, "a.log");
  Live live(Absent(), {folder.Path("*.log")});
  live.Steps();
  folder.Remove("a.log");
  live.Pass(5);
  CHECK(live.run().sources() == 1);
  CHECK(live.Text().empty());
  live.Pass(1);
  CHECK(live.run().sources() == 0);
  CHECK(live.Text() == "m.absent@1 absent one\n");
  folder.Put("a.log", At(100, "wait two"));
  live.Steps();
  CHECK(live.run().sources() == 1);
}

TEST_CASE("the clock moves the time of an idle source on, so absence is decided without a line") {
  for (const bool stop : {false, true}) {
    Folder folder;
    folder.Put("a.log", At(0, "begin"));
    Live live(Absent(), {folder.Path("a.log")});
    live.Steps();
    folder.Append("a.log", At(5, "wait one"));
    live.Steps();
    folder.Append("a.log", At(6, "wait two"));
    WrittenNow(folder, "a.log");
    live.Steps();
    CHECK(live.Text().empty());
    if (stop) live.StopAndGoOn();
    live.Pass(9);
    CHECK(live.Text().empty());
    live.Pass(1);
    CHECK(live.Text() == "m.absent@2 absent one\n");
    live.Pass(1);
    CHECK(live.Text() == "m.absent@3 absent two\n");
    folder.Append("a.log", At(7, "done"));
    live.Steps();
    live.Finish();
    CHECK(live.Text().empty());
  }
}

TEST_CASE("a log that was written long ago is behind its windows at once") {
  Folder folder;
  folder.Put("a.log", At(5, "wait one"));
  Live live(Absent(), {folder.Path("a.log")});  // the clock is a quarter of an hour ahead
  live.Steps();
  CHECK(live.Text().empty());
  live.Pass(1);
  CHECK(live.Text() == "m.absent@1 absent one\n");
}

TEST_CASE("a named pipe is read as it is written, by one writer after the other") {
  Folder folder;
  REQUIRE(mkfifo(folder.Path("pipe").c_str(), 0600) == 0);
  Live live(Plain(), {folder.Path("pipe")});
  live.Steps();
  for (const char* text : {"bad one\nbad t", "wo\n"}) {
    const int writer = open(folder.Path("pipe").c_str(), O_WRONLY | O_NONBLOCK);
    REQUIRE(writer >= 0);
    REQUIRE(write(writer, text, std::char_traits<char>::length(text)) > 0);
    close(writer);
    live.Steps();
  }
  CHECK(live.Text() == "m.bad@1 bad one\nm.bad@2 bad two\n");
  CHECK(!live.run().over());
}

TEST_CASE("an interrupted run says what it left undecided") {
  Folder folder;
  folder.Put("a.log", At(0, "wait one"));
  Live live(Absent(), {folder.Path("a.log")});
  live.Steps();
  live.Finish(true);
  CHECK(live.Text().empty());
  CHECK(Notices(live.engine().summary()) == "undecided_absence x1 m.absent\n");
}

TEST_CASE("state stays flat over a million keys that expire") {
  Rules rules;
  rules
      .Add({"m.gone",
            {OnMatch("^begin (?<k>\\w+)$"),
             Seconds(OnStage(ir::StageKind::kWithout, "^end (?<j>\\w+)$"), 10)}})
      .Key({"k", "j"})
      .Report("gone {k}");
  const auto module = rules.Make();
  const std::shared_ptr<const Program> program = ir::MakeInterpreter(module);
  EngineOptions options;
  options.limits.max_pending = 10000;
  Engine engine(program, options);
  std::string text;
  std::size_t end = 0;
  class Source final : public ByteSource {
   public:
    explicit Source(std::string* text) : text_(text) {}
    std::size_t Read(char* buffer, std::size_t size) override {
      const std::size_t n = std::min(size, text_->size());
      std::copy_n(text_->data(), n, buffer);
      text_->erase(0, n);
      return n;
    }
    AtEnd at_end() override { return AtEnd::kLater; }

   private:
    std::string* text_;
  };
  engine.BeginLive(std::make_unique<Source>(&text), "a.log");
  std::size_t most = 0;   // bytes of snapshots, which hold all state
  std::size_t first = 0;  // once the windows are full
  constexpr int kRounds = 50;
  constexpr int kPerRound = 20000;  // keys, a hundred in a second
  for (int round = 0; round < kRounds; ++round) {
    for (int i = 0; i < kPerRound; ++i, ++end) {
      text += At(static_cast<std::int64_t>(end / 100), "begin k" + std::to_string(1000000 + end));
    }
    engine.Pump(1000000);
    CHECK(engine.pending() <= 1200);
    snapshot::Writer writer;
    engine.Save(&writer);
    if (round == 0) first = writer.bytes().size();
    most = std::max(most, writer.bytes().size());
  }
  CHECK(end == 1000000);
  CHECK(most < first + first / 20);
  CHECK(Notices(engine.summary()).empty());
}

}  // namespace
}  // namespace faultline::runtime::testing
