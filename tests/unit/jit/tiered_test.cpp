// Starting on the interpreter and going on natively.
#include "jit/tiered.h"

#include "ir/interp/interp.h"
#include "tests/unit/jit/support.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

namespace faultline::jit::testing {
namespace {

std::unique_ptr<TieredProgram> Tiered(std::uint64_t threshold, TieredOptions options = {}) {
  auto module = PatternModule({{"(\\w+)=(\\d+)", ""}});
  if (options.jit.plugin_directory.empty()) {
    options.jit = Options(1);
  }
  options.threshold = threshold;
  return MakeTieredProgram(module, ir::MakeInterpreter(module), options);
}

bool MatchesRight(const runtime::Program& program, runtime::Scratch& scratch) {
  runtime::CaptureSpan captures[3];
  return program.Match(0, "the size=42 of it", captures, scratch) &&
         captures[0] == runtime::CaptureSpan{4, 11} && captures[1] == runtime::CaptureSpan{4, 8} &&
         captures[2] == runtime::CaptureSpan{9, 11} && !program.Match(0, "nothing here", captures, scratch);
}

}  // namespace

TEST_CASE("below the threshold nothing is compiled", "[tiered]") {
  auto program = Tiered(1 << 20);
  auto scratch = program->NewScratch();
  for (int n = 0; n < 1000; ++n) {
    REQUIRE(MatchesRight(*program, *scratch));
  }
  CHECK_FALSE(program->has_started());
  CHECK(program->engine_name() == "interp");
  CHECK(program->HowRuns(0) != "native");
}

TEST_CASE("above the threshold native code takes over", "[tiered]") {
  auto program = Tiered(1000);
  auto scratch = program->NewScratch();
  while (!program->has_started()) {
    REQUIRE(MatchesRight(*program, *scratch));
  }
  program->WaitForCompiler();
  CHECK(program->is_native());
  CHECK(program->engine_name() == "jit");
  CHECK(program->HowRuns(0) == "native");
  CHECK(MatchesRight(*program, *scratch));
}

TEST_CASE("threads go on while the program changes under them", "[tiered]") {
  auto program = Tiered(20000);
  std::atomic<int> wrong{0};
  std::atomic<int> native_calls{0};
  std::vector<std::thread> threads;
  for (int n = 0; n < 4; ++n) {
    threads.emplace_back([&] {
      auto scratch = program->NewScratch();
      // Until it has run natively for a while, whenever that is.
      for (int after = 0; after < 500;) {
        wrong += MatchesRight(*program, *scratch) ? 0 : 1;
        if (program->is_native()) {
          ++after;
          ++native_calls;
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(wrong == 0);
  CHECK(native_calls == 2000);
}

TEST_CASE("where there is no plugin the interpreter goes on, and that is said once", "[tiered]") {
  std::atomic<int> said{0};
  TieredOptions options;
  options.jit = Options(1);
  options.jit.plugin_directory = "/nowhere";
  options.on_failure = [&](const std::string& message) {
    said += message.find("/nowhere") != std::string::npos ? 1 : 100;
  };
  auto program = Tiered(1, options);
  auto scratch = program->NewScratch();
  for (int n = 0; n < 100; ++n) {
    REQUIRE(MatchesRight(*program, *scratch));
  }
  program->WaitForCompiler();
  CHECK(said == 1);
  CHECK_FALSE(program->is_native());
  CHECK(MatchesRight(*program, *scratch));
}

TEST_CASE("a program can be dropped while it is being compiled", "[tiered]") {
  for (int n = 0; n < 20; ++n) {
    auto program = Tiered(1);
    auto scratch = program->NewScratch();
    CHECK(MatchesRight(*program, *scratch));
  }
}

}  // namespace faultline::jit::testing
