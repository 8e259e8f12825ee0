// What is masked, and what must stay.
#include "runtime/novelty/mask.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

namespace faultline::novelty {
namespace {

std::string Masked(std::string_view line) {
  Masker masker;
  masker.Scan(line);
  return ShowMasked(masker.text());
}

TEST_CASE("volatile parts become one mark") {
  struct Row {
    const char* line;
    const char* shape;
  };
  const Row row = GENERATE(values<Row>({
      {"got 12 items", "got <*> item"},
      {"got 1,234,567 items in 3.5e2 tries", "got <*> item in <*> trie"},
      {"took 63.10ms", "took <*>"},
      {"took 1m3.2s", "took <*>"},
      {"took 5 ms", "took <*>"},
      {"Total time: 1 min 3 s", "Total time: <*>"},
      {"wrote 1.2 MiB at 33 kB/s", "wrote <*> at <*>"},
      {"2026-08-01T13:26:05.602Z INFO up", "<*> INFO up"},
      {"2026-08-01 13:26:05,602 +0200 up", "<*> up"},
      {"Mon Jan 2 15:04:05 2006 up", "<*> up"},
      {"[2023-01-05 10:11:12] up", "[<*> <*>] up"},
      {"commit 92b850ad joined", "commit <*> joined"},
      {"commit 3a1c2b4d5e6f708192a3b4c5d6e7f80912345678.", "commit <*>."},
      {"id=550e8400-e29b-41d4-a716-446655440000;", "id=<*>;"},
      {"at 0xc000123abc in f", "at <*> in f"},
      {"at 0xdeadbeef", "at <*>"},
      {"listen 127.0.0.1:38213", "listen <*>"},
      {"listen localhost:38213", "listen localhost:<*>"},
      {"dial [fe80::1ff:fe23:4567:890a]:443 up", "dial [<*>]:<*> up"},
      {"dial [::1]:443 up", "dial [<*>]:<*> up"},
      {"mac 00:1a:2b:3c:4d:5e", "mac <*>"},
      {"using /tmp/TestCache123/001 now", "using <*> now"},
      {"using \"/tmp/go-build/x\", then", "using \"<*>\", then"},
      {"in /var/folders/zz/abc/T/x: no", "in <*>: no"},
      {"at /home/runner/work/_temp/ab/c now", "at /home/runner/work/_temp/<*> now"},
      {"in C:\\Users\\me\\Temp\\a1 now", "in C:\\Users\\me\\Temp\\<*> now"},
      {"go: v1.2.3 and go1.24.1", "go: v<*> and go<*>"},
      {"v0.0.0-20210101120000-abcdef123456", "v<*>"},
      {"sum h1:4MpDZ8pQpcD3Lmc/aYQz+ZVXNh2oKxG1o2a4g7mV3eE= ok", "sum h<*> ok"},
      {"pod api-7d9f8b6c5-x2x4z ready", "pod api-<*> ready"},
      {"pod api-7d9f8b6c5-bcdfg ready", "pod api-<*> ready"},
      {"handler_test.go:430:12: odd", "handler_test.go:<*>: odd"},
      {"--:--:-- --:--:-- 0:00:05", "<*>"},
      {"  0     0  100  2381", "<*>"},
      {"[==========>   ] 45%",
       "[===>"
       " ] <*>%"},
      {"done: 100% (5/5)", "done: <*>% (<*>)"},
      {"offset -5 and +3", "offset <*> and <*>"},
      {"\x1b[32mok\x1b[0m pkg", "ok pkg"},
      {"{\"a\":1,\"b\":\"x y\"}", "{\"a\":<*>, \"b\":\"x y\"}"},
      {"worker3 up", "worker<*> up"},
  }));
  CAPTURE(row.line);
  CHECK(Masked(row.line) == row.shape);
}

TEST_CASE("what is no number stays") {
  for (const char* line : {"connected to database", "path /usr/lib/go/src/net/http", "--- PASS: TestCache",
                           "Fatal: out of memory", "deadbeef is a word", "a/b/c d.e.f", "std::vector<int>",
                           "https://example.org/x?y=z"}) {
    CHECK(Masked(line) == line);
  }
}

TEST_CASE("one and many, one unit and another, are alike") {
  const std::vector<std::vector<const char*>> alike = {
      {"ran 1 test", "ran 2 tests"},
      {"took 1 minute", "took 3 seconds", "took 820 ms", "took 1 min 3 s", "took 4ms"},
      {"id 12345678", "id 1234abcd", "id a1b2c3d4e5f6"},
      {"Nov 20 22:52:47 up", "Dec 1 01:02:03 up", "Tue Dec  1 01:02:03 up"},
  };
  for (const auto& group : alike) {
    for (const char* line : group) CHECK(Masked(line) == Masked(group[0]));
  }
}

TEST_CASE("zero is told from the rest beside words of failure only") {
  CHECK(Masked("Tests run: 5, Failures: 0, Errors: 2") == "Tests run: <*>, Failures: <0>, Errors: <n>");
  CHECK(Masked("3 failed, 10 passed") == "<n> failed, <*> passed");
  CHECK(Masked("0 failed, 10 passed") == "<0> failed, <*> passed");
  CHECK(Masked("exit status 1") == "exit status <n>");
  CHECK(Masked("exit code: 0") == "exit code: <0>");
  CHECK(Masked("took 0 of 5") == "took <*> of <*>");
  CHECK(Masked("Exit Code 137") == "Exit Code <n>");
}

TEST_CASE("words of failure are rigid") {
  const auto rigid = [](std::string_view line) {
    Masker masker;
    masker.Scan(line);
    for (const Token& token : masker.tokens()) {
      if (token.rigid) return true;
    }
    return false;
  };
  for (const char* line : {"error", "ERROR:", "[FAIL]", "it panicked", "connection refused",
                           "java.io.FileNotFoundException:", "TypeError:", "x.CrashLoopBackOff"}) {
    CHECK(rigid(line));
  }
  for (const char* line : {"ok", "TestErrorHandling", "passed", "Exceptional", "terrors"})
    CHECK_FALSE(rigid(line));
  CHECK(GravestWord("panic: x error") == WordKind::kFatal);
  CHECK(GravestWord("a java.lang.ArrayIndexOutOfBoundsException here") == WordKind::kError);
  CHECK(GravestWord("warning: x") == WordKind::kWarning);
  CHECK(GravestWord("fine") == WordKind::kPlain);
}

TEST_CASE("masked text comes back as it was") {
  Masker first, second;
  for (const char* line : {"Tests run: 5, Failures: 0", "a\t b   c 12 d", "", "ERROR at 0x12"}) {
    first.Scan(line);
    second.ScanMasked(first.text());
    CHECK(first.hash() == second.hash());
    CHECK(first.text() == second.text());
    REQUIRE(first.tokens().size() == second.tokens().size());
    for (std::size_t i = 0; i < first.tokens().size(); ++i) {
      CHECK(first.tokens()[i].rigid == second.tokens()[i].rigid);
      CHECK(first.tokens()[i].hash == second.tokens()[i].hash);
    }
  }
}

TEST_CASE("any bytes can be masked") {
  std::mt19937 random(7);
  const std::string alphabet = "aZ09 \t:/-+._%=\\\x1b[\x01\x02\x04\x80\xc3\xa9\"'()f0x::T";
  Masker masker, again;
  for (int i = 0; i < 20000; ++i) {
    std::string line;
    const int size = static_cast<int>(random() % (i % 100 == 0 ? 5000 : 80));
    for (int k = 0; k < size; ++k) {
      line += i % 2 == 0 ? alphabet[random() % alphabet.size()] : static_cast<char>(random());
    }
    masker.Scan(line);
    REQUIRE(masker.tokens().size() <= kMaxTokens);
    REQUIRE(masker.text().size() <= kMaxLineBytes);
    again.ScanMasked(masker.text());
    REQUIRE(again.hash() == masker.hash());
  }
}

}  // namespace
}  // namespace faultline::novelty
