// The engine's pipeline: see engine.h.
#include "runtime/engine/engine.h"

#include "runtime/engine/finding_maker.h"
#include "runtime/engine/scan_pool.h"

#include <algorithm>
#include <deque>
#include <utility>

namespace faultline::runtime {
namespace {

// The lines of the blocks under way, and the last ones of those that are done.
class NearbyLines : public LineLookup {
 public:
  explicit NearbyLines(int keep) : keep_(static_cast<std::size_t>(std::max(0, keep))) {}

  std::deque<std::unique_ptr<Batch>>& batches() { return batches_; }

  bool Find(std::int64_t line, std::string_view* text) const override {
    for (const auto& batch : batches_) {
      const LineBlock& lines = batch->block.lines;
      if (line < lines.first_line()) break;
      const std::size_t index = static_cast<std::size_t>(line - lines.first_line());
      if (index >= lines.lines().size()) continue;
      *text = lines.Raw(index);
      return true;
    }
    for (const auto& [number, kept] : tail_) {
      if (number != line) continue;
      *text = kept;
      return true;
    }
    return false;
  }

  // Lines that stand behind the first batch.
  std::int64_t Ahead() const {
    std::int64_t lines = 0;
    for (std::size_t i = 1; i < batches_.size(); ++i) {
      lines += static_cast<std::int64_t>(batches_[i]->block.lines.lines().size());
    }
    return lines;
  }

  // The first batch is done: its last lines are kept.
  std::unique_ptr<Batch> Pop() {
    std::unique_ptr<Batch> batch = std::move(batches_.front());
    batches_.pop_front();
    const LineBlock& lines = batch->block.lines;
    const std::size_t count = lines.lines().size();
    for (std::size_t i = count - std::min(count, keep_); i < count; ++i) {
      tail_.emplace_back(lines.first_line() + static_cast<std::int64_t>(i), std::string(lines.Raw(i)));
    }
    while (tail_.size() > keep_) tail_.pop_front();
    return batch;
  }

 private:
  std::size_t keep_;
  std::deque<std::unique_ptr<Batch>> batches_;
  std::deque<std::pair<std::int64_t, std::string>> tail_;
};

std::string Counted(std::int64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

}  // namespace

class Engine::Impl {
 public:
  Impl(std::shared_ptr<const Program> program, EngineOptions options)
      : program_(std::move(program)),
        options_(std::move(options)),
        context_(MakeContext(options_)),
        plan_(program_->module()),
        forced_format_(options_.choices.format.empty()
                           ? ir::kNone
                           : FindFormat(program_->module(), options_.choices.format)),
        evaluator_(plan_, *program_, forced_format_, context_),
        matcher_(plan_, &evaluator_, options_.limits, options_.context_lines,
                 [this](ir::RuleId rule, Match match) { Emit(rule, std::move(match)); }),
        pool_(options_.threads,
              [this] { return std::make_unique<BlockScanner>(plan_, *program_, forced_format_, context_); }) {
  }

  void AddSink(FindingSink* sink) { sinks_.push_back(sink); }

  InputResult Run(std::unique_ptr<ByteSource> bytes, const std::string& path) {
    InputResult result;
    LineReader reader(std::move(bytes), path, options_.lines);
    RecordStream stream(reader, *program_, context_, options_.choices, options_.records);
    NearbyLines nearby(options_.context_lines);
    auto& batches = nearby.batches();
    matcher_.BeginSource(static_cast<std::uint32_t>(summary_.inputs));
    ++summary_.inputs;
    // Enough blocks that every worker has one while the next is read and the last is matched.
    const std::size_t depth = pool_.workers() == 0 ? 1 : static_cast<std::size_t>(pool_.workers()) + 2;
    bool ended = false;
    for (;;) {
      while (!ended && !Stopped() && (batches.size() < depth || nearby.Ahead() < options_.context_lines)) {
        std::unique_ptr<Batch> batch = TakeBatch();
        if (stream.NextBlock(batch->block)) {
          batches.push_back(std::move(batch));
          pool_.Submit(batches.back().get());
        } else {
          ended = true;
          free_.push_back(std::move(batch));
        }
      }
      if (batches.empty()) break;
      pool_.Wait(batches.front().get());
      matcher_.Block(&batches.front()->block, batches.front()->scan, nearby);
      free_.push_back(nearby.Pop());
    }
    const bool stopped = Stopped();
    summary_.interrupted |= stopped;
    matcher_.EndSource(stopped);
    result.decision = stream.decision();
    result.errors = reader.errors();
    for (InputError& error : stream.errors()) result.errors.push_back(std::move(error));
    result.lines = reader.lines();
    result.bytes = static_cast<std::int64_t>(reader.bytes());
    summary_.lines += result.lines;
    summary_.bytes += result.bytes;
    for (const InputError& error : result.errors) NoteError(error);
    return result;
  }

  void NoteError(const InputError& error) {
    summary_.notices.push_back({std::string(InputErrorName(error.kind)), error.path, error.message,
                                error.count, true, error.IsFailure()});
  }

  void Finish() {
    for (ir::RuleId rule = 0; rule < plan_.rules().size(); ++rule) {
      const MatcherCounts& counts = matcher_.counts()[rule];
      const std::string& name = plan_.module().rules[rule].name;
      if (counts.dropped > 0) {
        summary_.notices.push_back(
            {"dropped_matches", name,
             Counted(counts.dropped, "unfinished match was", "unfinished matches were") +
                 " dropped to bound memory, so a finding may be missing",
             counts.dropped});
      }
      if (counts.no_time > 0) {
        summary_.notices.push_back({"no_time", name,
                                    Counted(counts.no_time, "match has", "matches have") +
                                        " no time, so its time window could not be told",
                                    counts.no_time});
      }
      if (counts.undecided > 0) {
        summary_.notices.push_back(
            {"undecided_absence", name,
             Counted(counts.undecided, "match waits", "matches wait") +
                 " for an absence that the interruption left undecided, so a finding may be missing",
             counts.undecided});
      }
    }
    for (FindingSink* sink : sinks_) sink->OnEnd(summary_);
  }

  const RunSummary& summary() const { return summary_; }
  const EnginePlan& plan() const { return plan_; }
  std::size_t pending() const { return matcher_.pending(); }

 private:
  static EvalContext MakeContext(const EngineOptions& options) {
    EvalContext context;
    context.now = options.now;
    context.zone_offset = options.zone_offset;
    return context;
  }

  bool Stopped() const { return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed); }

  std::unique_ptr<Batch> TakeBatch() {
    if (free_.empty()) return std::make_unique<Batch>();
    std::unique_ptr<Batch> batch = std::move(free_.back());
    free_.pop_back();
    return batch;
  }

  void Emit(ir::RuleId rule, Match match) {
    const FindingPtr finding = MakeFinding(plan_, rule, std::move(match), options_.path_map, &evaluator_);
    ++summary_.findings[static_cast<std::size_t>(finding->severity)];
    for (FindingSink* sink : sinks_) sink->OnFinding(finding);
  }

  std::shared_ptr<const Program> program_;
  EngineOptions options_;
  EvalContext context_;
  EnginePlan plan_;
  ir::FormatId forced_format_;
  StageEvaluator evaluator_;  // of phase 2
  SequenceMatcher matcher_;
  ScanPool pool_;
  std::vector<std::unique_ptr<Batch>> free_;
  std::vector<FindingSink*> sinks_;
  RunSummary summary_;
};

Engine::Engine(std::shared_ptr<const Program> program, EngineOptions options)
    : impl_(std::make_unique<Impl>(std::move(program), std::move(options))) {}
Engine::~Engine() = default;
void Engine::AddSink(FindingSink* sink) {
  impl_->AddSink(sink);
}
InputResult Engine::Run(std::unique_ptr<ByteSource> bytes, const std::string& path) {
  return impl_->Run(std::move(bytes), path);
}
void Engine::NoteError(const InputError& error) {
  impl_->NoteError(error);
}
void Engine::Finish() {
  impl_->Finish();
}
const RunSummary& Engine::summary() const {
  return impl_->summary();
}
const EnginePlan& Engine::plan() const {
  return impl_->plan();
}
std::size_t Engine::pending() const {
  return impl_->pending();
}

}  // namespace faultline::runtime
