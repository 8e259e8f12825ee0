// Runs a case file under given settings and compares what came out with what stands in it.
#ifndef FAULTLINE_TOOLS_CASETEST_CASE_RUNNER_H_
#define FAULTLINE_TOOLS_CASETEST_CASE_RUNNER_H_

#include "tools/casetest/case_file.h"
#include "tools/driver/program.h"

#include <cstddef>
#include <string>
#include <vector>

namespace faultline::casetest {

// None of these may change what a case gives.
struct Settings {
  static constexpr std::size_t kByCase = 0;
  driver::EngineChoice engine = driver::EngineChoice::kInterp;
  int opt_level = 2;
  bool require_native = false;
  std::size_t block_bytes = std::size_t{512} << 10;  // kByCase: small, and another one for each case
  int threads = 1;
  bool round_trip_ast = false;
  bool round_trip_ir = false;
  // The input grows by a line at a time, and after each the run goes on, from its snapshot, as another one.
  // Cases of several inputs, of encoded ones, and those that show neighbours of lines run as ever.
  bool stops = false;
  std::string cache_directory = {};  // native code is kept here between settings of a case; empty: nowhere
  std::string Name() const;
};

// All pairs: every two values of two settings occur together in one of these.
std::vector<Settings> PairwiseSettings(bool with_native);
// Every combination.
std::vector<Settings> AllSettings(bool with_native);
// Stopped behind each line, on one thread and on several: beside either.
std::vector<Settings> StoppingSettings();

struct SectionFailure {
  std::string section;
  std::string diff;  // "-" expected, "+" got
};

struct CaseOutcome {
  bool passed = true;
  std::vector<SectionFailure> failures;
  CaseFile actual;  // the file with its pinned sections as they came out
};

CaseOutcome RunCase(const CaseFile& file, const Settings& settings);

}  // namespace faultline::casetest

#endif  // FAULTLINE_TOOLS_CASETEST_CASE_RUNNER_H_
