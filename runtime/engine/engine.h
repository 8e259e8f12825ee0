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
#include "runtime/decode/line_order.h"
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
#include <string_view>
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
  const novelty::ShapeSet* shapes = nullptr;    // the same, of passing runs; null: `novel` is missing
  why::Tracer* tracer = nullptr;                // the same; is told what happens, for `explain --why`
  LineOptions lines;
  RecordChoices choices;
  LineOrder order = LineOrder::kDetect;  // of inputs that do not grow
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

  // ---- live: inputs that grow (runtime/live). Sources are numbered as they begin; a number is never used
  // again. Records of several sources are looked at in the order of their times as far as they are there
  // together, else as they come.

  // `bytes` says AtEnd::kLater where there is nothing for now.
  std::uint32_t BeginLive(std::unique_ptr<ByteSource> bytes, const std::string& path,
                          const std::string& role = "");
  // Works through what the sources give, at most about `blocks` blocks of lines; true if there was anything.
  // When it returns, every record that was read has been looked at.
  bool Pump(std::size_t blocks = 64);
  // The same for one source, when nothing new can have come from the others.
  bool PumpSource(std::uint32_t source);
  // Nothing has come from the source for a while: blocks of several lines and JSON documents that are open
  // end, and what wrappers it has is decided by what has come. True if there was any of that.
  bool Settle(std::uint32_t source);
  // Nothing comes from the source: its clock says that it is `time` now (docs/semantics.md, 4.5).
  void Advance(std::uint32_t source, std::int64_t time);
  // Largest time in the source so far; INT64_MIN: none.
  std::int64_t TimeOf(std::uint32_t source) const;
  // Nothing has come for ten minutes: its scopes end.
  void EndIdleScopes(std::uint32_t source);
  // The source is over; what it still gives, its last line without a newline included, is worked through.
  // `bytes` must say AtEnd::kFinal from now on. Interrupted: there would have been more.
  InputResult EndLive(std::uint32_t source, bool interrupted);
  // Where reading goes on in the file at hand.
  std::uint64_t PositionOf(std::uint32_t source) const;

  // ---- phase 2 of records whose phase 1 was elsewhere (splitter.h)

  // Empty, or why the item makes no sense here; then nothing was done. Such sources end with the run at the
  // latest.
  std::string TakeItem(std::string_view item);

  // All state, between two calls of the above: sources, decoding, blocks, rules, counts. What sinks keep is
  // theirs.
  void Save(snapshot::Writer* writer);
  // On a new engine of the same program and options. `open` gives the bytes of a source from `position` on;
  // null: they are gone, and the source is over as far as it was read. False: the snapshot makes no sense,
  // and the engine is of no more use.
  using Reopen = std::function<std::unique_ptr<ByteSource>(std::uint32_t source, const std::string& path,
                                                           std::uint64_t position)>;
  bool Load(snapshot::Reader* reader, const Reopen& open);

  // An input that could not be opened, so that the summary says so.
  void NoteError(const InputError& error);

  // Tells the sinks that all is over. Once. `amend` may add to the summary, when all findings are made and
  // before sinks see it.
  void Finish(const std::function<void(RunSummary*)>& amend = nullptr);
  // Tells them that the run stops here and goes on from its snapshot: nothing is decided. Once.
  void Suspend();

  // Of the findings so far, as the sinks get them at the end.
  std::vector<Diagnosis> Diagnose();

  const RunSummary& summary() const;
  const EnginePlan& plan() const;
  std::size_t pending() const;          // matches that wait; 0 between inputs
  std::uint64_t pending_bytes() const;  // what they cost, as they are bounded

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_ENGINE_ENGINE_H_
