// Every case file under pairs of settings: all give what the file says.
//
//   run_cases FOLDER [--all] [--only TEXT] [--shard K/N] [--cache DIR]
//     --all: the full product of the settings; --shard: every N-th case; --cache: keeps native code between
//     settings
#include "tools/casetest/case_runner.h"
#include "tools/driver/rule_files.h"

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

using namespace faultline;  // NOLINT: a program, not a header

int main(int argc, char** argv) {
  std::string folder, only, cache;
  std::size_t shard = 0, shards = 1;
  bool all = false;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--all") == 0) {
      all = true;
    } else if (std::strcmp(argv[i], "--only") == 0 && i + 1 < argc) {
      only = argv[++i];
    } else if (std::strcmp(argv[i], "--cache") == 0 && i + 1 < argc) {
      cache = argv[++i];
    } else if (std::strcmp(argv[i], "--shard") == 0 && i + 1 < argc) {
      if (std::sscanf(argv[++i], "%zu/%zu", &shard, &shards) != 2 || shards == 0 || shard >= shards) return 2;
    } else {
      folder = argv[i];
    }
  }
  std::vector<casetest::Settings> settings = all ? casetest::AllSettings(FAULTLINE_HAS_JIT != 0)
                                                 : casetest::PairwiseSettings(FAULTLINE_HAS_JIT != 0);
  for (casetest::Settings& setting : settings) setting.cache_directory = cache;
  for (const casetest::Settings& setting : casetest::StoppingSettings()) settings.push_back(setting);
  const driver::RuleFiles files = driver::ReadPaths({folder}, ".test");
  std::size_t runs = 0, failed = 0, cases = 0, number = 0;
  for (const driver::RuleFile& file : files.files) {
    if (file.path.find(only) == std::string::npos) continue;
    if (number++ % shards != shard) continue;
    ++cases;
    casetest::CaseError error;
    const auto parsed = casetest::ParseCase(file.path, file.text, &error);
    if (!parsed || parsed->why.empty() || casetest::PrintCase(*parsed) != file.text) {
      std::printf("FAILED %s: %s\n", file.path.c_str(),
                  !parsed               ? error.message.c_str()
                  : parsed->why.empty() ? "says no why"
                                        : "does not print as it was read");
      ++failed;
      continue;
    }
    for (const casetest::Settings& setting : settings) {
      ++runs;
      const casetest::CaseOutcome outcome = casetest::RunCase(*parsed, setting);
      if (outcome.passed) continue;
      ++failed;
      std::printf("FAILED %s (%s) under %s\n", file.path.c_str(), parsed->why.c_str(),
                  setting.Name().c_str());
      for (const casetest::SectionFailure& failure : outcome.failures) {
        std::printf("  section %s:\n%s", failure.section.c_str(), failure.diff.c_str());
      }
      break;  // one setting of a case is enough to look at
    }
  }
  for (const driver::FileError& error : files.errors)
    std::printf("%s: %s\n", error.path.c_str(), error.message.c_str());
  std::printf("%zu cases under %zu settings, %zu runs\n%zu passed, %zu failed\n", cases, settings.size(),
              runs, cases - failed, failed);
  return failed > 0 || cases == 0 || !files.errors.empty();
}
