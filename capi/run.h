// faultline_run: an engine that is fed and polled.
#ifndef FAULTLINE_CAPI_RUN_H_
#define FAULTLINE_CAPI_RUN_H_

#include "capi/faultline.h"
#include "capi/push_source.h"
#include "capi/rules.h"
#include "capi/status.h"
#include "runtime/engine/engine.h"
#include "runtime/program.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace faultline::capi {

// What a program asked for, checked: an engine, and what a snapshot must agree with.
struct RunSetup {
  runtime::EngineOptions engine;
  std::size_t max_findings = 0;
  bool now_is_given = false;
  std::string choices;  // all options that change findings, as text
};

// Reads the options; they are checked against the rules.
faultline_status SetUpRun(const Rules& rules, const faultline_run_options* given, RunSetup* setup,
                          std::shared_ptr<const runtime::Program>* program);

// Findings that wait to be polled.
class Waiting final : public runtime::FindingSink {
 public:
  void OnFinding(const runtime::FindingPtr& finding) override { findings.push_back(finding); }
  void OnEnd(const runtime::RunSummary&) override {}
  std::deque<runtime::FindingPtr> findings;
};

struct RunSource {
  std::int32_t kind = FAULTLINE_SOURCE_BYTES;
  PushSource* bytes = nullptr;  // the engine's; null: the source is over
  std::uint64_t position = 0;   // bytes that were taken
};

}  // namespace faultline::capi

struct faultline_run {
  std::shared_ptr<const faultline::capi::Rules> rules;
  std::shared_ptr<const faultline::runtime::Program> program;
  faultline::capi::RunSetup setup;
  faultline::capi::Waiting waiting;
  std::unique_ptr<faultline::runtime::Engine> engine;
  std::map<std::uint32_t, faultline::capi::RunSource> sources;
  std::string line;  // scratch of feed_record
  bool finished = false;
  bool broken = false;  // by an error of memory or of ours
  std::atomic<bool> stop{false};
};

struct faultline_finding {
  std::shared_ptr<const faultline::capi::Rules> rules;  // texts of the module
  faultline::runtime::FindingPtr finding;
  std::string json;
};

struct faultline_diagnoses {
  std::vector<std::unique_ptr<faultline_finding>> roots;
  std::vector<std::string> json;
};

namespace faultline::capi {

// A new engine for the run.
void MakeEngine(faultline_run* run);
// Not OK where the run takes nothing more, or not now.
faultline_status CannotFeed(const faultline_run& run);
faultline_finding* MakeFindingHandle(const faultline_run& run, const runtime::FindingPtr& finding);

// Guarded, for functions that change a run: not after an error that left it half done.
template <typename Function>
faultline_status Change(faultline_run* run, Function&& function) noexcept {
  if (run == nullptr) return Fail(FAULTLINE_ERROR_ARGUMENT, "run must not be NULL");
  if (run->broken) {
    return Fail(FAULTLINE_ERROR_STATE, "an earlier call failed half-way; the run can only be destroyed");
  }
  const faultline_status status = Guarded(function);
  run->broken = status == FAULTLINE_ERROR_MEMORY || status == FAULTLINE_ERROR_INTERNAL;
  return status;
}

}  // namespace faultline::capi

#endif  // FAULTLINE_CAPI_RUN_H_
