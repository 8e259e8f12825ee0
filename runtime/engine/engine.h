// The engine: a program and inputs in, findings out.
//
//   Engine engine(program, options);
//   engine.AddSink(&report);
//   engine.RunAll(inputs);              // or, one after the other: engine.Run(OpenInput(…), path);
//   engine.Finish();
//
// Each input goes through: lines -> records (RecordStream) -> phase 1 on `threads` workers (block_scanner.h)
// -> phase 2 in order (correlate/correlator.h) -> sinks. Findings and their order depend on the bytes, the
// program, `now` and the choices, never on block size or the number of threads. docs/engine.md describes it.
//
// Memory: a bounded number of blocks and the matcher's bounded state; it does not grow with the input.
// Thread safety: one caller; sinks are called on the caller's thread. The program must be safe to share (it
// is).
#ifndef FAULTLINE_RUNTIME_ENGINE_ENGINE_H_
#define FAULTLINE_RUNTIME_ENGINE_ENGINE_H_

#include "runtime/correlate/correlator.h"
#include "runtime/decode/record_stream.h"
#include "runtime/engine/plan.h"
#include "runtime/finding/finding.h"
#include "runtime/finding/sink.h"
#include "runtime/finding/summary.h"
#include "runtime/input/byte_source.h"
#include "runtime/program.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace faultline::runtime {

struct EngineOptions {
  int threads = 1;               // workers of phase 1; 1: none, all on the caller's thread
  std::int64_t now = 0;          // ns since 1970 UTC
  std::int64_t zone_offset = 0;  // seconds east of UTC, for times without a zone
  int context_lines = 0;         // neighbours of each evidence line that findings carry, for people
  PathMap path_map;
  RunContext context;  // what the run says about itself: job, branch, commit …
  CorrelatorLimits limits;
  aggregate::HistorySource* history = nullptr;  // must outlive the engine; null: no earlier run is known
  LineOptions lines;
  RecordChoices choices;
  RecordLimits records;
  const std::atomic<bool>* stop =
      nullptr;  // set by a signal handler: read no more, work through what was read
};

// What happened to one input.
struct InputResult {
  SourceDecision decision;         // wrappers, and why
  std::vector<InputError> errors;  // of reading and decoding
  std::int64_t lines = 0;
  std::int64_t bytes = 0;
};

// One input of a run. The opening is left to the engine, so that inputs read one after the other are not all
// open at once.
struct Input {
  std::string path;  // what findings show as the file
  std::string role;  // "": none
  // Null: it could not be opened, and NoteError was told.
  std::function<std::unique_ptr<ByteSource>()> open;
};

class Engine {
 public:
  Engine(std::shared_ptr<const Program> program, EngineOptions options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // `sink` must live until Finish.
  void AddSink(FindingSink* sink);

  // Works through one input. `path` is what findings show as the file.
  InputResult Run(std::unique_ptr<ByteSource> bytes, const std::string& path, const std::string& role = "");

  // Works through all of them: side by side, in the order of their times, where some rule looks at several at
  // once (EnginePlan::side_by_side), else one after the other. One result for each.
  std::vector<InputResult> RunAll(const std::vector<Input>& inputs);

  // An input that could not be opened, so that the summary says so.
  void NoteError(const InputError& error);

  // Tells the sinks that all is over. Once.
  void Finish();

  const RunSummary& summary() const;
  const EnginePlan& plan() const;
  std::size_t pending() const;  // matches that wait; 0 between inputs

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_ENGINE_ENGINE_H_
