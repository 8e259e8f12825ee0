// Learning, looking up, limits, files, and real logs: what one green run teaches about another.
#include "runtime/novelty/shapes.h"

#include "runtime/novelty/novel_lines.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace faultline::novelty {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "faultline-shapes-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const char* name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

std::string Slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
void Put(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}
std::vector<std::string_view> Lines(const std::string& text) {
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(std::string_view(text).substr(at, end - at));
    at = end + 1;
  }
  return lines;
}
void LearnAll(ShapeSet* shapes, std::initializer_list<const char*> lines) {
  for (const char* line : lines) shapes->Learn(line);
}

TEST_CASE("a line is known by its shape") {
  ShapeSet shapes;
  CHECK(shapes.Learn("got 12 items in 5ms") == Learned::kNew);
  CHECK(shapes.Learn("got 99 items in 1.5s") == Learned::kKnown);
  CHECK(shapes.shapes() == 1);
  CHECK_FALSE(shapes.IsNovel("got 7 items in 3 minutes"));
  CHECK(shapes.IsNovel("lost 7 items in 3 minutes"));
  CHECK(shapes.IsNovel("got 7 items"));
  CHECK_FALSE(shapes.IsNovel(""));
  CHECK_FALSE(shapes.IsNovel("12:30 77%"));
  CHECK_FALSE(shapes.IsNovel("----------"));
}

TEST_CASE("three forms make a wildcard, two do not") {
  ShapeSet shapes;
  LearnAll(&shapes, {"cloning repository alpha now", "cloning repository beta now"});
  CHECK(shapes.IsNovel("cloning repository gamma now"));
  shapes.Learn("cloning repository gamma now");
  CHECK_FALSE(shapes.IsNovel("cloning repository delta now"));
  CHECK(shapes.shapes() == 1);
  CHECK(shapes.Show() == std::vector<std::string>{"cloning repository <*> now"});
}

TEST_CASE("a wildcard never stands for a word of failure") {
  ShapeSet shapes;
  LearnAll(&shapes, {"check alpha passed", "check beta passed", "check gamma passed", "result was good",
                     "result was fine", "result was fair"});
  CHECK_FALSE(shapes.IsNovel("check delta passed"));
  CHECK(shapes.IsNovel("check delta failed"));
  CHECK_FALSE(shapes.IsNovel("result was nice"));
  CHECK(shapes.IsNovel("result was error"));
  CHECK(shapes.IsNovel("result was refused"));
}

TEST_CASE("zero failures and some are different shapes") {
  ShapeSet shapes;
  LearnAll(&shapes, {"Tests run: 5, Failures: 0, Errors: 0", "10 passed, 0 failed in 3s", "exit status 0"});
  CHECK_FALSE(shapes.IsNovel("Tests run: 17, Failures: 0, Errors: 0"));
  CHECK(shapes.IsNovel("Tests run: 17, Failures: 1, Errors: 0"));
  CHECK(shapes.IsNovel("9 passed, 1 failed in 3s"));
  CHECK(shapes.IsNovel("exit status 2"));
}

TEST_CASE("what was learned survives a file, byte for byte") {
  const Folder folder;
  ShapeSet shapes;
  std::mt19937 random(3);
  for (int i = 0; i < 3000; ++i) {
    shapes.Learn("w" + std::string(1, static_cast<char>('a' + random() % 26)) + " step " +
                 std::string(1, static_cast<char>('a' + random() % 26)) + " took " +
                 std::to_string(random() % 100) + " of " +
                 std::string(1 + random() % 4, static_cast<char>('a' + random() % 8)));
  }
  const std::string path = folder / "shapes.bin";
  REQUIRE_FALSE(shapes.Save(path));
  ShapeSet loaded;
  REQUIRE_FALSE(loaded.Load(path));
  CHECK(loaded.shapes() == shapes.shapes());
  CHECK(loaded.lines() == shapes.lines());
  CHECK(loaded.Show() == shapes.Show());
  CHECK(loaded.Serialize() == shapes.Serialize());
  for (const std::string& shape : shapes.Show()) {
    std::string line = shape;
    for (std::size_t at; (at = line.find("<*>")) != std::string::npos;) line.replace(at, 3, "7");
    CAPTURE(line);
    CHECK(loaded.IsNovel(line) == shapes.IsNovel(line));
  }
}

TEST_CASE("each damaged byte of a file is found") {
  ShapeSet shapes;
  LearnAll(&shapes, {"one line", "got 3 items", "a b c d", "a b c e", "a b c f"});
  const std::string good = shapes.Serialize();
  ShapeSet loaded;
  REQUIRE_FALSE(loaded.Parse(good));
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x41);
    const auto error = loaded.Parse(bad);
    REQUIRE(error);
    const bool version = i >= 8 && i < 12;
    CHECK(error->kind == (version ? ShapeError::Kind::kVersion : ShapeError::Kind::kDamaged));
    CHECK(loaded.shapes() == 0);
    REQUIRE(loaded.Parse(good.substr(0, i)));
  }
}

TEST_CASE("files that cannot be read or written are errors, not ends") {
  const Folder folder;
  ShapeSet shapes;
  shapes.Learn("a line");
  CHECK(shapes.Load(folder / "none.bin")->kind == ShapeError::Kind::kMissing);
  fs::create_directory(folder / "dir.bin");
  CHECK(shapes.Load(folder / "dir.bin")->message == "it is a folder");
  CHECK(shapes.Save(folder / "dir.bin")->kind == ShapeError::Kind::kWrite);
  CHECK(shapes.Save(folder / "no/such/x.bin")->kind == ShapeError::Kind::kWrite);
  Put(folder / "text.bin", "just some text\n");
  CHECK(shapes.Load(folder / "text.bin")->kind == ShapeError::Kind::kDamaged);
  REQUIRE(mkfifo((folder / "pipe.bin").c_str(), 0600) == 0);
  CHECK(shapes.Load(folder / "pipe.bin")->message == "it is no file");
  CHECK(shapes.Save("/dev/full/x")->kind == ShapeError::Kind::kWrite);
}

TEST_CASE("limits hold and are counted") {
  ShapeLimits limits;
  limits.shapes = 100;
  limits.bytes = 5000;
  limits.seen = 200;
  limits.leaf = 16;
  ShapeSet shapes(limits);
  std::mt19937 random(11);
  std::size_t dropped = 0;
  for (int i = 0; i < 50000; ++i) {
    std::string line;
    for (unsigned k = 0; k <= random() % 6; ++k) {
      for (int c = 0; c < 6; ++c) line += static_cast<char>('g' + random() % 20);
      line += ' ';
    }
    dropped += shapes.Learn(line) == Learned::kDropped ? 1 : 0;
    REQUIRE(shapes.shapes() <= limits.shapes);
    REQUIRE(shapes.bytes() <= limits.bytes);
  }
  CHECK(dropped > 10000);
  CHECK(shapes.dropped() == dropped);
  CHECK(shapes.lines() == 50000);
}

TEST_CASE("merging knows what either knew") {
  ShapeSet a, b;
  LearnAll(&a, {"only in a", "run alpha done ok", "run beta done ok"});
  LearnAll(&b, {"only in b", "run gamma done ok"});
  a.Merge(b);
  CHECK(a.lines() == 5);
  for (const char* line :
       {"only in a", "only in b", "run alpha done ok", "run gamma done ok", "run delta done ok"})
    CHECK_FALSE(a.IsNovel(line));
  CHECK(b.IsNovel("only in a"));
  const std::string once = a.Serialize();
  ShapeSet same;
  same.Merge(a);
  CHECK(same.Serialize() == once);
}

TEST_CASE("many threads may ask at once") {
  ShapeSet shapes;
  for (int i = 0; i < 200; ++i)
    shapes.Learn(std::string(1 + static_cast<std::size_t>(i) % 50, 'x') + " is learned");
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (std::size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5000; ++i) {
        if (shapes.IsNovel("xxx is learned") || !shapes.IsNovel("xxx was never learned")) ++wrong[t];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(4, 0));
}

TEST_CASE("novel lines are ranked with reasons") {
  ShapeSet shapes;
  LearnAll(&shapes, {"start of job", "compiling a", "all done"});
  std::vector<std::string_view> lines(200, "start of job");
  lines[20] = "hello there friend";
  lines[21] = "warning: old thing";
  lines[120] = "db: connection refused by 10.0.0.7:5432";
  lines[150] = "hello there friend";
  lines[197] = "see the manual";
  lines[198] = "exit status 2";
  const auto ranked = RankNovel(&shapes, lines, 10);
  REQUIRE(ranked.size() == 5);
  CHECK(ranked[0].line == 121);
  CHECK(ranked[0].reasons ==
        std::vector<std::string>{"word of failure", "once in this run", "among the first failures"});
  CHECK(ranked[0].shape == "db: connection refused by <*>");
  CHECK(ranked[1].line == 199);
  CHECK(ranked[1].reasons == std::vector<std::string>{"exit status", "once in this run", "near the end"});
  CHECK(ranked.back().text == "hello there friend");
  CHECK(ranked.back().count == 2);
  CHECK(RankNovel(&shapes, lines, 2).size() == 2);
  CHECK(RankNovel(&shapes, {}, 2).empty());
}

TEST_CASE("where nothing was learned, failures, ends and the output before them are telling") {
  const std::vector<std::string_view> lines = {
      "step one",
      "libcom_err --cleanup-on-failure timeout=10 internal/race errors.go",
      "Failures: 0",
      "a third line before the end",
      "",
      "a second one",
      "the last one",
      "exit status 2",
      "what is behind it"};
  const auto ranked = RankNovel(nullptr, lines, 10);
  std::vector<std::int64_t> numbers;
  for (const NovelLine& line : ranked) numbers.push_back(line.line);
  // exit 3, last 3, 2, 1; each 2 for being alone; 2 times the square of the position.
  CHECK(numbers == std::vector<std::int64_t>{8, 7, 6, 4});
  CHECK(ranked[1].reasons == std::vector<std::string>{"last output of what failed", "once in this run"});
}

TEST_CASE("the last output is that of the stream that failed, and of the whole run") {
  NovelLines novel(nullptr);
  novel.Add("in the other step", 1, 0, 1);
  novel.Add("in this step", 2, 0, 2);
  novel.Add("in the other step, too", 3, 0, 1);
  novel.Add("exited with code 3", 4, 0, 2);
  auto ranked = novel.Rank(10);
  REQUIRE(ranked.size() == 2);
  CHECK(ranked[0].line == 4);
  CHECK(ranked[1].line == 2);
  novel.Add("the last word", 9, 1, 0);
  novel.EndedBadly();
  ranked = novel.Rank(10);
  REQUIRE(ranked.size() == 3);
  CHECK(std::count_if(ranked.begin(), ranked.end(), [](const NovelLine& line) {
          return line.source == 1 && line.text == "the last word";
        }) == 1);
}

TEST_CASE("the last output of very many streams is bounded") {
  NovelLines novel(nullptr);
  for (std::uint32_t stream = 0; stream < 100000; ++stream) novel.Add("something", stream + 1, 0, stream);
  novel.Add("said before", 200000, 0, 7);
  novel.Add("exit status 1", 200001, 0, 7);
  CHECK(novel.Rank(10).size() == 2);
}

TEST_CASE("a flood of novel lines keeps what says most") {
  ShapeSet shapes;
  NovelLines novel(&shapes);
  novel.Add("fatal: the cause", 1);
  std::mt19937 random(5);
  for (int i = 2; i < 30000; ++i) {
    std::string line = "w ";
    for (int c = 0; c < 8; ++c) line += static_cast<char>('g' + random() % 20);
    novel.Add(line, i);
  }
  CHECK(novel.dropped() > 20000);
  CHECK(novel.Rank(1)[0].text == "fatal: the cause");
}

// Two runs of one job: what differs between them is what must not be novel.
TEST_CASE("real logs: a passing run teaches its siblings") {
  const fs::path samples = SAMPLES;
  if (!fs::exists(samples)) {
    WARN("skipped: there is no " << samples);
    return;
  }
  struct Pair {
    const char* good;
    const char* bad;
    std::int64_t most;        // so many novel lines
    const char* among_first;  // a line that must be among the first five
  };
  for (const Pair& pair : {
           Pair{"green/cidiff-casper_1774-pass.log", "ci-other/cidiff-casper_1774-fail.log", 30,
                "COMPILATION ERROR"},
           Pair{"green/cidiff-cidiff_11-pass.log", "ci-github-actions/cidiff-cidiff_11-fail.log", 20,
                "exit code 1"},
       }) {
    CAPTURE(pair.bad);
    ShapeSet shapes;
    const std::string good = Slurp((samples / pair.good).string()),
                      bad = Slurp((samples / pair.bad).string());
    REQUIRE(!good.empty());
    REQUIRE(!bad.empty());
    for (const std::string_view line : Lines(good)) shapes.Learn(line);
    for (const std::string_view line : Lines(good)) REQUIRE_FALSE(shapes.IsNovel(line));
    NovelLines novel(&shapes);
    std::int64_t number = 0;
    for (const std::string_view line : Lines(bad)) novel.Add(line, ++number);
    CHECK(novel.novel() <= pair.most);
    bool found = false;
    for (const NovelLine& line : novel.Rank(5))
      found = found || line.text.find(pair.among_first) != std::string::npos;
    CHECK(found);
  }
}

// Each digit, hex digit group and time of a green log is changed as another run would: nothing may be novel.
TEST_CASE("real logs: other numbers are never novel") {
  const fs::path green = fs::path(SAMPLES) / "green";
  if (!fs::exists(green)) {
    WARN("skipped: there is no " << green);
    return;
  }
  std::size_t lines = 0, novel = 0;
  std::string shown;
  for (const auto& file : fs::directory_iterator(green)) {
    const std::string text = Slurp(file.path().string());
    ShapeSet shapes;
    std::mt19937 random(1);
    for (const std::string_view line : Lines(text)) shapes.Learn(line);
    for (const std::string_view line : Lines(text)) {
      std::string other(line);
      for (char& c : other) {
        if (c >= '1' && c <= '9')
          c = static_cast<char>('1' + random() % 9);  // zero beside failures is a statement
      }
      ++lines;
      if (!shapes.IsNovel(other)) continue;
      ++novel;
      shown += file.path().filename().string() + ": " + other.substr(0, 200) + "\n";
    }
  }
  CAPTURE(lines, novel, shown);
  CHECK(lines > 10000);
  CHECK(novel == 0);
}

}  // namespace
}  // namespace faultline::novelty
