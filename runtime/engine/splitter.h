// Phase 1 by itself: bytes of sources in, items for phase 2 elsewhere out (far_feed.h).
//
//   Splitter splitter(program, options, [&](SplitItem item) { … });
//   splitter.Begin(OpenInput(…), path);
//   splitter.Pump(source);  splitter.End(source, false);
//
// Every stage is tried on every record that its literals call for, also those that a match would have to
// wait for, since what waits is not known here. Blocks are framed here, too. Whole: each record is one item
// for one run. By key: each record is as many items as there are places where state may be kept
// (partition.h), and an item for everybody that moves the clocks on.
//
// Memory: a block of lines, and what framing keeps. Thread safety: none; several splitters may share a
// program.
#ifndef FAULTLINE_RUNTIME_ENGINE_SPLITTER_H_
#define FAULTLINE_RUNTIME_ENGINE_SPLITTER_H_

#include "runtime/decode/record_stream.h"
#include "runtime/engine/plan.h"
#include "runtime/input/byte_source.h"
#include "runtime/program.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace faultline::runtime {

struct SplitOptions {
  std::int64_t now = 0;          // ns since 1970 UTC
  std::int64_t zone_offset = 0;  // seconds east of UTC
  RunContext context;
  LineOptions lines;
  RecordChoices choices;
  std::uint32_t first_source = 0;  // numbers of sources begin here
  bool by_key = false;
  // Only when bytes end and where somebody has to know (false: at every record): windows end later, though
  // with the same result unless a rule reads what an end decides.
  bool few_ticks = false;
};

struct SplitItem {
  bool everybody = false;    // for every run; else for the one that has `key`
  std::uint32_t group = 0;   // of rules, where not for everybody
  std::uint64_t key = 0;     // equal keys go to the same place
  std::uint32_t source = 0;  // number of the source
  Value time;                // of its stream at the record; or missing
  std::string bytes;
};

class Splitter {
 public:
  using Out = std::function<void(SplitItem)>;
  Splitter(std::shared_ptr<const Program> program, SplitOptions options, Out out);
  ~Splitter();
  Splitter(const Splitter&) = delete;
  Splitter& operator=(const Splitter&) = delete;

  // As Engine::BeginLive, PumpSource, Settle, Advance, EndIdleScopes, EndLive.
  std::uint32_t Begin(std::unique_ptr<ByteSource> bytes, const std::string& path, const std::string& role);
  void Pump(std::uint32_t source);
  void Settle(std::uint32_t source);
  void Advance(std::uint32_t source, std::int64_t time);
  void EndScopes(std::uint32_t source);
  void End(std::uint32_t source, bool interrupted);

  // Between two calls; Load on a new splitter of the same program and options. `open` as Engine::Load.
  void Save(snapshot::Writer* writer) const;
  bool Load(snapshot::Reader* reader,
            const std::function<std::unique_ptr<ByteSource>(std::uint32_t source)>& open);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_ENGINE_SPLITTER_H_
