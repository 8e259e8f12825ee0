// The store: what is kept, by whom it is seen, and what hostile files and full disks do to it.
#include "runtime/history/history.h"

#include "runtime/history/portable.h"
#include "runtime/history/run_history.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sqlite3.h>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace faultline::history {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kDay = std::int64_t{24} * 3600 * 1000000000;
const Scope kMain{"acme/api", "main", "test"};

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "faultline-history-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code error;
    fs::permissions(path_, fs::perms::owner_all, error);
    fs::remove_all(path_, error);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const char* name) const { return (path_ / name).string(); }
  const fs::path& path() const { return path_; }

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

Sample Duration(std::int64_t time, std::int64_t value) {
  return Sample::Of(time, Value::Integer(ValueKind::kDuration, value));
}

std::unique_ptr<Store> Good(const std::string& path) {
  Opened opened = Store::Open(path);
  if (opened.error) FAIL(opened.error->message);
  REQUIRE(opened.store);
  return std::move(opened.store);
}

std::vector<std::int64_t> Values(Store* store, const Scope& scope, const char* series, const char* key,
                                 std::int64_t from = INT64_MIN, std::int64_t to = INT64_MAX) {
  std::vector<Sample> samples;
  const auto error = store->Read(scope, series, key, from, to, &samples);
  if (error) FAIL(error->message);
  std::vector<std::int64_t> values;
  for (const Sample& sample : samples) values.push_back(sample.integer);
  return values;
}

void Fill(Store* store, int count, const char* series = "s", std::int64_t step = kDay) {
  std::vector<Entry> entries;
  for (int i = 0; i < count; ++i) entries.push_back({series, "", Duration(i * step, i)});
  REQUIRE_FALSE(store->Append(kMain, entries));
}

void Execute(const std::string& path, const char* sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  char* message = nullptr;
  const int result = sqlite3_exec(db, sql, nullptr, nullptr, &message);
  INFO((message != nullptr ? message : ""));
  REQUIRE(result == SQLITE_OK);
  sqlite3_close(db);
}

TEST_CASE("values come back by series, key, scope and time") {
  const Folder folder;
  const std::string path = folder / "a/b/history.db";
  {
    auto store = Good(path);
    const std::vector<Entry> entries = {{"s", "[\"x\"]", Duration(30, 3)},
                                        {"s", "[\"x\"]", Duration(10, 1)},
                                        {"s", "[\"x\"]", Duration(20, 2)},
                                        {"s", "[\"y\"]", Duration(15, 9)},
                                        {"t", "[\"x\"]", Duration(15, 8)}};
    REQUIRE_FALSE(store->Append(kMain, entries));
    REQUIRE_FALSE(
        store->Append({"acme/api", "dev", "test"}, std::vector<Entry>{{"s", "[\"x\"]", Duration(12, 7)}}));
  }
  auto store = Good(path);
  CHECK(Values(store.get(), kMain, "s", "[\"x\"]") == std::vector<std::int64_t>{1, 2, 3});
  CHECK(Values(store.get(), kMain, "s", "[\"x\"]", 10, 20) == std::vector<std::int64_t>{1, 2});
  CHECK(Values(store.get(), kMain, "s", "[\"x\"]", 11, 19).empty());
  CHECK(Values(store.get(), kMain, "s", "[\"y\"]") == std::vector<std::int64_t>{9});
  CHECK(Values(store.get(), kMain, "u", "").empty());
  CHECK(Values(store.get(), {"acme/api", "dev", "test"}, "s", "[\"x\"]") == std::vector<std::int64_t>{7});
  std::vector<Sample> latest;
  REQUIRE_FALSE(store->Read(kMain, "s", "[\"x\"]", 0, 100, &latest, 2));
  REQUIRE(latest.size() == 2);
  CHECK(latest[0].integer == 2);
  std::vector<SeriesInfo> list;
  REQUIRE_FALSE(store->List(&list));
  REQUIRE(list.size() == 4);
  CHECK(list[0].scope.branch == "dev");
  CHECK(list[1].values == 3);
  CHECK(list[1].first == 10);
  CHECK(list[1].last == 30);
  // Nothing but the file itself when nobody writes: caches copy one file.
  CHECK(std::distance(fs::directory_iterator(folder.path() / "a/b"), {}) == 1);
}

TEST_CASE("every kind of value comes back as it was") {
  const Folder folder;
  auto store = Good(folder / "history.db");
  std::vector<Value> values = {Value::Missing(),
                               Value::Integer(ValueKind::kBool, 1),
                               Value::Integer(ValueKind::kInt, INT64_MIN),
                               Value::Integer(ValueKind::kInt, INT64_MAX),
                               Value::Float(0.1),
                               Value::Float(-1e300),
                               Value::Float(3),
                               Value::Text("a \"text\"\n\xff"),
                               Value::Text(""),
                               Value::Integer(ValueKind::kTime, -5),
                               Value::Integer(ValueKind::kBytes, 1),
                               Value::Integer(ValueKind::kLevel, 4)};
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < values.size(); ++i)
    entries.push_back({"s", "", Sample::Of(static_cast<std::int64_t>(i), values[i])});
  REQUIRE_FALSE(store->Append(kMain, entries));
  std::vector<Sample> samples;
  REQUIRE_FALSE(store->Read(kMain, "s", "", 0, 1000, &samples));
  REQUIRE(samples.size() == entries.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    CAPTURE(i);
    CHECK(samples[i] == entries[i].sample);
    CHECK(samples[i].value().kind == values[i].kind);
  }
  CHECK(Sample::Of(0, Value::Text(std::string(1000, 'x'))).text.size() == kMaxText);
  CHECK(Sample::Of(0, Value::Items(ValueKind::kList, nullptr, 0)).kind == ValueKind::kMissing);
}

TEST_CASE("an event is kept once, equal ones of a run are told apart") {
  const Folder folder;
  auto store = Good(folder / "history.db");
  const std::vector<Entry> run = {
      {"s", "", Duration(10, 1)}, {"s", "", Duration(10, 1)}, {"s", "", Duration(10, 2)}};
  for (int i = 0; i < 3; ++i) {
    REQUIRE_FALSE(store->Append(kMain, run));
    CHECK(Values(store.get(), kMain, "s", "") == std::vector<std::int64_t>{1, 1, 2});
  }
}

TEST_CASE("pruning by age, by number and by size drops the oldest") {
  const Folder folder;
  const std::string path = folder / "history.db";
  auto store = Good(path);
  std::int64_t removed = 0;
  Limits limits;
  SECTION("age") {
    Fill(store.get(), 100);
    limits.max_age = 10 * kDay;
    REQUIRE_FALSE(store->Prune(99 * kDay, limits, &removed));
    CHECK(removed == 89);
    CHECK(Values(store.get(), kMain, "s", "").front() == 89);
  }
  SECTION("number") {
    Fill(store.get(), 100, "s", 1);
    Fill(store.get(), 5, "t", 1);
    limits.max_values = 20;
    REQUIRE_FALSE(store->Prune(0, limits, &removed));
    CHECK(removed == 80);
    CHECK(Values(store.get(), kMain, "s", "").front() == 80);
    CHECK(Values(store.get(), kMain, "t", "").size() == 5);
  }
  SECTION("size") {
    Fill(store.get(), 50000, "s", 1);
    limits.max_values = INT64_MAX;
    limits.max_bytes = 200000;
    REQUIRE_FALSE(store->Prune(0, limits, &removed));
    CHECK(removed > 10000);
    CHECK(removed < 50000);
    CHECK(Values(store.get(), kMain, "s", "").back() == 49999);
    store.reset();
    CHECK(fs::file_size(path) <= limits.max_bytes);
  }
  SECTION("all of it") {
    Fill(store.get(), 10);
    limits.max_age = 0;
    REQUIRE_FALSE(store->Prune(1000 * kDay, limits, &removed));
    std::vector<SeriesInfo> list;
    REQUIRE_FALSE(store->List(&list));
    CHECK(list.empty());
  }
  SECTION("once a day") {
    Fill(store.get(), 10);
    limits.max_age = 5 * kDay;
    REQUIRE_FALSE(store->PruneIfDue(10 * kDay, limits));
    CHECK(Values(store.get(), kMain, "s", "").size() == 5);
    Fill(store.get(), 10);
    REQUIRE_FALSE(store->PruneIfDue(10 * kDay + 1, limits));
    CHECK(Values(store.get(), kMain, "s", "").size() == 10);
  }
}

TEST_CASE("processes that write at once lose nothing") {
  const Folder folder;
  const std::string path = folder / "history.db";
  constexpr int kWriters = 6, kRuns = 10;
  std::vector<pid_t> children;
  for (int w = 0; w < kWriters; ++w) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {  // no checks of the test's here: they belong to the parent
      int failed = 0;
      for (int run = 0; run < kRuns; ++run) {
        OpenOptions options;
        options.busy_ms = 60000;
        Opened opened = Store::Open(path, options);
        std::vector<Entry> entries;
        for (int i = 0; i < 20; ++i) entries.push_back({"s", std::to_string(w), Duration(run * 100 + i, i)});
        const auto error = opened.error ? opened.error : opened.store->Append(kMain, entries);
        if (error) std::fprintf(stderr, "%s\n", error->message.c_str());
        if (error) failed = 1;
      }
      _exit(failed);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  auto store = Good(path);
  for (int w = 0; w < kWriters; ++w)
    CHECK(Values(store.get(), kMain, "s", std::to_string(w).c_str()).size() == kRuns * 20);
}

TEST_CASE("a writer that waits too long says so") {
  const Folder folder;
  const std::string path = folder / "history.db";
  Good(path);
  sqlite3* other = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &other) == SQLITE_OK);
  REQUIRE(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
  OpenOptions options;
  options.busy_ms = 1;
  Opened opened = Store::Open(path, options);
  REQUIRE(opened.store);
  const auto error = opened.store->Append(kMain, std::vector<Entry>{{"s", "", Duration(1, 1)}});
  REQUIRE(error);
  CHECK(error->kind == ErrorKind::kBusy);
  sqlite3_close(other);
}

TEST_CASE("damaged files are set aside and a new one is begun") {
  const Folder folder;
  const std::string path = folder / "history.db";
  const auto check = [&](const char* aside) {
    Opened opened = Store::Open(path);
    REQUIRE(opened.error);
    CAPTURE(opened.error->message);
    CHECK(opened.error->kind == ErrorKind::kDamaged);
    CHECK(opened.error->set_aside == folder / aside);
    REQUIRE(opened.store);
    CHECK(fs::exists(folder / aside));
    Fill(opened.store.get(), 3);
    CHECK(Values(opened.store.get(), kMain, "s", "").size() == 3);
  };
  Put(path, "this is no database, whatever its name says\n");
  check("history.db.damaged");
  CHECK(Slurp(folder / "history.db.damaged") == "this is no database, whatever its name says\n");
  Execute(path, "CREATE TABLE more (x)");
  check("history.db.damaged.1");
  Execute(path, "CREATE TRIGGER t AFTER INSERT ON sample BEGIN DELETE FROM sample; END");
  check("history.db.damaged.2");
  Execute(path, "DROP TABLE sample; CREATE TABLE sample (series, time, kind, value, n)");
  check("history.db.damaged.3");
  fs::resize_file(path, fs::file_size(path) / 2);
  check("history.db.damaged.4");
  CHECK_FALSE(Store::Open(path).error);
}

TEST_CASE("values that no run wrote are damage, found when they are read") {
  const Folder folder;
  const std::string path = folder / "history.db";
  for (const char* sql :
       {"UPDATE sample SET value = 'text'", "UPDATE sample SET kind = 99", "UPDATE sample SET kind = 14",
        "UPDATE sample SET kind = 1", "UPDATE sample SET kind = 4, value = x'00ff'",
        "UPDATE sample SET kind = 3, value = 9e999"}) {
    CAPTURE(sql);
    {
      Fill(Good(path).get(), 3);
    }
    Execute(path, sql);
    auto store = Good(path);
    std::vector<Sample> samples;
    const auto error = store->Read(kMain, "s", "", INT64_MIN, INT64_MAX, &samples);
    REQUIRE(error);
    CHECK(error->kind == ErrorKind::kDamaged);
    CHECK(!error->set_aside.empty());
    CHECK(samples.empty());
    // The store is closed: errors, no crash.
    CHECK(store->Read(kMain, "s", "", 0, 1, &samples)->kind == ErrorKind::kOpen);
    CHECK(store->Append(kMain, std::vector<Entry>{{"s", "", Duration(1, 1)}})->kind == ErrorKind::kOpen);
  }
}

TEST_CASE("any damage to a file's bytes is an error or harmless, never an end") {
  const Folder folder;
  const std::string path = folder / "history.db";
  {
    Fill(Good(path).get(), 400);
  }
  const std::string good = Slurp(path);
  std::mt19937 random(23);
  int found = 0;
  for (int round = 0; round < 150; ++round) {
    std::string bad = good;
    for (unsigned i = 0; i <= random() % 20; ++i) bad[random() % bad.size()] = static_cast<char>(random());
    if (round % 10 == 0) bad.resize(random() % bad.size());
    Put(path, bad);
    Opened opened = Store::Open(path);
    bool error = opened.error.has_value();
    if (opened.store) {
      std::vector<Sample> samples;
      std::vector<SeriesInfo> list;
      std::int64_t removed = 0;
      error = opened.store->Read(kMain, "s", "", INT64_MIN, INT64_MAX, &samples).has_value() || error;
      error = opened.store->List(&list).has_value() || error;
      error = opened.store->Each([](const Row&) { return true; }).has_value() || error;
      error = opened.store->Append(kMain, std::vector<Entry>{{"s", "", Duration(1, 1)}}).has_value() || error;
      error = opened.store->Prune(0, {}, &removed).has_value() || error;
    }
    found += error ? 1 : 0;
    opened.store.reset();
    for (const auto& entry : fs::directory_iterator(folder.path())) fs::remove(entry.path());
  }
  CHECK(found > 20);
}

TEST_CASE("what is not ours is left alone") {
  const Folder folder;
  Put(folder / "build.log", "a log\n");
  Opened opened = Store::Open(folder / "build.log");
  CHECK_FALSE(opened.store);
  CHECK(opened.error->kind == ErrorKind::kForeign);
  CHECK(Slurp(folder / "build.log") == "a log\n");

  Execute(folder / "other.db", "PRAGMA application_id = 5; CREATE TABLE t (x)");
  opened = Store::Open(folder / "other.db");
  CHECK_FALSE(opened.store);
  CHECK(opened.error->kind == ErrorKind::kForeign);
  Execute(folder / "plain.db", "CREATE TABLE t (x)");
  opened = Store::Open(folder / "plain.db");
  CHECK_FALSE(opened.store);
  CHECK(opened.error->kind == ErrorKind::kForeign);

  Good(folder / "new.db");
  Execute(folder / "new.db", "PRAGMA user_version = 2");
  opened = Store::Open(folder / "new.db");
  CHECK_FALSE(opened.store);
  CHECK(opened.error->kind == ErrorKind::kVersion);
  CHECK(opened.error->message == "version 2; this program knows 1");
}

TEST_CASE("places where no file can be are clear errors") {
  const Folder folder;
  fs::create_directory(folder / "dir.db");
  CHECK(Store::Open(folder / "dir.db").error->message == "it is a folder");
  REQUIRE(mkfifo((folder / "pipe.db").c_str(), 0600) == 0);
  CHECK(Store::Open(folder / "pipe.db").error->message == "it is no file");
  Put(folder / "file", "x");
  CHECK(Store::Open(folder / "file/history.db").error->kind == ErrorKind::kOpen);
  OpenOptions options;
  options.create = false;
  const Opened opened = Store::Open(folder / "none.db", options);
  CHECK_FALSE(opened.store);
  CHECK(opened.error->message == "no such file or directory");
  CHECK_FALSE(fs::exists(folder / "none.db"));
}

TEST_CASE("a disk that fills up leaves what was there") {
  const Folder folder;
  const std::string path = folder / "history.db";
  {
    Fill(Good(path).get(), 50);
  }
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {  // a limit on the size of files stands for the full disk
    const rlimit limit{64 * 1024, 64 * 1024};
    setrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, SIG_IGN);
    Opened opened = Store::Open(path);
    std::vector<Entry> entries;
    for (int i = 0; i < 20000; ++i) entries.push_back({"s", "", Duration(1000 + i, i)});
    const auto error = opened.store->Append(kMain, entries);
    _exit(!error ? 1 : error->message.empty() ? 2 : error->kind == ErrorKind::kDamaged ? 3 : 0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 0);
  auto store = Good(path);
  CHECK(Values(store.get(), kMain, "s", "").size() == 50);
}

TEST_CASE("read-only files can be read") {
  const Folder folder;
  const std::string path = folder / "history.db";
  {
    Fill(Good(path).get(), 5);
  }
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    fs::permissions(path, fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
    fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec | fs::perms::group_read |
                                       fs::perms::group_exec | fs::perms::others_read |
                                       fs::perms::others_exec);
    if (geteuid() == 0 && setuid(65534) != 0) _exit(9);
    Opened opened = Store::Open(path);
    if (!opened.store) {
      std::fprintf(stderr, "%s\n", opened.error->message.c_str());
      _exit(1);
    }
    std::vector<Sample> samples;
    if (opened.store->Read(kMain, "s", "", INT64_MIN, INT64_MAX, &samples) || samples.size() != 5) _exit(2);
    const auto error = opened.store->Append(kMain, std::vector<Entry>{{"s", "", Duration(1, 1)}});
    _exit(!error ? 3 : error->kind != ErrorKind::kReadOnly ? 4 : 0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  fs::permissions(folder.path(), fs::perms::owner_all);
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("exported and imported, plain and packed, it is the same") {
  const Folder folder;
  auto store = Good(folder / "history.db");
  std::vector<Entry> entries;
  for (int i = 0; i < 500; ++i) entries.push_back({"s\n\"x\"", "[\"é\"]", Duration(i % 50, i % 3)});
  entries.push_back({"f", "", Sample::Of(7, Value::Float(0.30000000000000004))});
  entries.push_back({"f", "", Sample::Of(8, Value::Text("a\tb\\"))});
  entries.push_back({"f", "", Sample::Of(-8, Value::Missing())});
  REQUIRE_FALSE(store->Append(kMain, entries));
  std::string first;
  std::int64_t rows = 0, imported = 0;
  REQUIRE_FALSE(Export(store.get(), "-", &first, &rows));
  CHECK(rows == 503);
  for (const char* name : {"x.jsonl", "x.jsonl.gz", "x.jsonl.zst"}) {
    CAPTURE(name);
    const std::string file = folder / name;
    REQUIRE_FALSE(Export(store.get(), file, nullptr, &rows));
    CHECK((Slurp(file) == first) == (std::string(name) == "x.jsonl"));
    auto other = Good(file + ".db");
    for (int i = 0; i < 2; ++i) {  // again: nothing new
      const auto error = Import(other.get(), file, &imported);
      INFO((error ? error->message : ""));
      REQUIRE_FALSE(error);
      CHECK(imported == rows);
      std::string second;
      REQUIRE_FALSE(Export(other.get(), "-", &second, &rows));
      CHECK(second == first);
    }
  }
  CHECK(Export(store.get(), folder / "no/such/file", nullptr, &rows)->kind == ErrorKind::kOpen);
}

TEST_CASE("an import that is not to the letter adds nothing") {
  const Folder folder;
  auto store = Good(folder / "history.db");
  const std::string head = "{\"faultline_history\":1}\n";
  const std::string good =
      R"({"repository":"r","branch":"b","job":"j","series":"s","key":"","time":"2026-01-02T03:04:05Z","kind":"int","value":3})";
  Row row;
  REQUIRE_FALSE(FromLine(good, &row));
  CHECK(ToLine(row) == good + "\n");
  std::vector<std::string> bad = {"",
                                  "x",
                                  "{\"faultline_history\":2}\n" + good + "\n",
                                  head + good + "\n{\n",
                                  head + good + "\n[1]\n",
                                  head + good + good + "\n",
                                  head + good + "\n" + good.substr(0, good.size() - 1)};
  const auto change = [&](const char* from, const char* to) {
    std::string line = good;
    line.replace(line.find(from), std::string(from).size(), to);
    bad.push_back(head + good + "\n" + line + "\n");
  };
  change("\"r\"", "7");
  change("\"series\"", "\"serie\"");
  change("2026-01-02T03:04:05Z", "yesterday");
  change("\"int\"", "\"ip\"");
  change(":3", ":3.5");
  change(":3", ":\"3\"");
  change(":3", ":99999999999999999999");
  change(":3", ":3,\"n\":-1");
  change("\"int\",\"value\":3", "\"bool\",\"value\":2");
  change("\"int\",\"value\":3", "\"float\",\"value\":\"x\"");
  change("\"int\",\"value\":3", "\"text\",\"value\":3");
  bad.push_back(head + good + "\n" + std::string(70000, ' ') + "\n");
  for (const std::string& text : bad) {
    CAPTURE(text.substr(0, 300));
    Put(folder / "in.jsonl", text);
    std::int64_t rows = 0;
    const auto error = Import(store.get(), folder / "in.jsonl", &rows);
    REQUIRE(error);
    CHECK(error->kind == ErrorKind::kSyntax);
    std::vector<SeriesInfo> list;
    REQUIRE_FALSE(store->List(&list));
    CHECK(list.empty());
  }
  std::int64_t rows = 0;
  CHECK(Import(store.get(), folder / "none.jsonl", &rows)->kind == ErrorKind::kOpen);
}

// ---------------------------------------------------------------- one run

std::vector<std::int64_t> Seen(RunHistory* run, std::int64_t from, std::int64_t to) {
  std::vector<std::int64_t> seen;
  run->Read("s", Value::Missing(), from, to,
            [&](std::int64_t, const Value& value) { seen.push_back(value.integer); });
  return seen;
}

TEST_CASE("a run sees earlier runs and itself, and writes at its end") {
  const Folder folder;
  auto store = Good(folder / "history.db");
  const auto put = [](RunHistory* run, std::int64_t time, std::int64_t value) {
    run->Append("s", Value::Missing(), time, Value::Int(value));
  };
  {
    RunHistory run(store.get(), kMain);
    CHECK(Seen(&run, 0, 100).empty());
    put(&run, 10, 1);
    put(&run, 20, 2);
    CHECK(Seen(&run, 0, 100) == std::vector<std::int64_t>{1, 2});
    CHECK(Values(store.get(), kMain, "s", "").empty());
    REQUIRE_FALSE(run.Commit(100));
  }
  {
    RunHistory run(store.get(), kMain);
    put(&run, 40, 4);
    CHECK(Seen(&run, 15, 100) == std::vector<std::int64_t>{2, 4});
    CHECK(Seen(&run, 5, 100) == std::vector<std::int64_t>{1, 2, 4});
    CHECK(Seen(&run, 5, 39) == std::vector<std::int64_t>{1, 2});
    put(&run, 30, 3);  // out of order
    CHECK(Seen(&run, 5, 100) == std::vector<std::int64_t>{1, 2, 3, 4});
    // not committed: an interrupted run leaves nothing
  }
  CHECK(Values(store.get(), kMain, "s", "") == std::vector<std::int64_t>{1, 2});
  RunHistory elsewhere(store.get(), {"acme/api", "dev", "test"});
  CHECK(Seen(&elsewhere, 0, 100).empty());
  RunHistory alone(nullptr, kMain);
  put(&alone, 1, 1);
  CHECK(Seen(&alone, 0, 100) == std::vector<std::int64_t>{1});
  CHECK_FALSE(alone.Commit(0));
}

TEST_CASE("the same log again sees what it saw the first time") {
  const Folder folder;
  auto store = Good(folder / "history.db");
  std::vector<std::vector<std::int64_t>> first, again;
  for (auto* result : {&first, &again}) {
    RunHistory run(store.get(), kMain);
    for (int i = 0; i < 20; ++i) {
      const std::int64_t time = i / 2;  // two at each time, some equal
      result->push_back(Seen(&run, time - 3, time));
      run.Append("s", Value::Missing(), time, Value::Int(i % 3));
    }
    REQUIRE_FALSE(run.Commit(100));
  }
  CHECK(first == again);
  CHECK(Values(store.get(), kMain, "s", "").size() == 20);
}

TEST_CASE("keys are told apart") {
  Value parts[2] = {Value::Text("a\",\"b"), Value::Int(3)};
  const std::string one = KeyText(Value::Items(ValueKind::kList, parts, 2));
  CHECK(one == "[\"a\\\",\\\"b\",3]");
  Value others[3] = {Value::Text("a"), Value::Text("b"), Value::Int(3)};
  CHECK(KeyText(Value::Items(ValueKind::kList, others, 3)) != one);
  CHECK(KeyText(Value::Missing()).empty());
  CHECK(KeyText(Value::Text("3")) != KeyText(Value::Int(3)));
  CHECK(KeyText(Value::Text("\xff")) == "[\"\\u00ff\"]");
}

}  // namespace
}  // namespace faultline::history
