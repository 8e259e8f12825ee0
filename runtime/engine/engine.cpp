// The engine's pipeline: see engine.h.
#include "runtime/engine/engine.h"

#include "runtime/engine/block_match.h"
#include "runtime/engine/diagnoser.h"
#include "runtime/engine/far_feed.h"
#include "runtime/engine/finding_maker.h"
#include "runtime/engine/scan_pool.h"
#include "runtime/frame/framer.h"
#include "runtime/why/tracer.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <queue>
#include <set>
#include <span>
#include <string>
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
      const std::size_t index = lines.IndexOf(line);
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
      tail_.emplace_back(lines.NumberOf(i), std::string(lines.Raw(i)));
    }
    while (tail_.size() > keep_) tail_.pop_front();
    return batch;
  }

 private:
  std::size_t keep_;
  std::deque<std::unique_ptr<Batch>> batches_;
  std::deque<std::pair<std::int64_t, std::string>> tail_;
};

}  // namespace

class Engine::Impl {
 public:
  Impl(std::shared_ptr<const Program> program, EngineOptions options)
      : program_(std::move(program)),
        options_(std::move(options)),
        context_(MakeContext(options_)),
        plan_(program_->module(), options_.context),
        forced_format_(options_.choices.format.empty()
                           ? ir::kNone
                           : FindFormat(program_->module(), options_.choices.format)),
        evaluator_(plan_, *program_, forced_format_, context_),
        correlator_(plan_, &evaluator_, options_.limits, options_.context_lines,
                    [this](ir::RuleId rule, Match match) { Emit(rule, std::move(match)); }),
        framer_(*program_, context_),
        pool_(options_.threads,
              [this] { return std::make_unique<BlockScanner>(plan_, *program_, forced_format_, context_); }) {
    correlator_.set_open_blocks(&framer_);
    correlator_.set_history(options_.history);
    correlator_.set_shapes(options_.shapes);
    if (options_.tracer != nullptr) {
      evaluator_.set_tracer(options_.tracer);
      correlator_.set_tracer(options_.tracer);
      framer_.set_tracer(options_.tracer);
    }
    framer_.set_evidence([this](const RecordView& record, std::string_view matched) {
      return MakeEvidence(record, matched, *lines_, options_.context_lines);
    });
  }

  void AddSink(FindingSink* sink) { sinks_.push_back(sink); }

  InputResult Run(std::unique_ptr<ByteSource> bytes, const std::string& path, const std::string& role) {
    const std::unique_ptr<Source> source = OpenInOrder(std::move(bytes), path, role);
    ReadToEnd({source.get()});
    return Close(source.get());
  }

  std::vector<InputResult> RunAll(const std::vector<Input>& inputs) {
    std::vector<InputResult> results(inputs.size());
    if (!plan_.side_by_side() || inputs.size() < 2) {
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (std::unique_ptr<ByteSource> bytes = inputs[i].open()) {
          results[i] = Run(std::move(bytes), inputs[i].path, inputs[i].role);
        }
      }
      return results;
    }
    std::vector<std::unique_ptr<Source>> sources;
    std::vector<Source*> all;
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      std::unique_ptr<ByteSource> bytes = inputs[i].open();
      if (bytes == nullptr) continue;
      sources.push_back(OpenInOrder(std::move(bytes), inputs[i].path, inputs[i].role));
      all.push_back(sources.back().get());
      numbers.push_back(i);
    }
    ReadToEnd(all);
    for (std::size_t i = 0; i < sources.size(); ++i) results[numbers[i]] = Close(sources[i].get());
    return results;
  }

  // ---- live

  std::uint32_t BeginLive(std::unique_ptr<ByteSource> bytes, const std::string& path,
                          const std::string& role) {
    std::unique_ptr<Source> source = Open(std::move(bytes), path, role);
    const std::uint32_t number = source->input;
    live_.emplace(number, std::move(source));
    return number;
  }

  bool Pump(std::size_t blocks) {
    reads_left_ = blocks;
    std::vector<Source*> sources;
    for (auto& [number, source] : live_) {
      source->dry = false;
      sources.push_back(source.get());
    }
    return PumpThese(sources);
  }

  bool PumpSource(std::uint32_t number) {
    const auto it = live_.find(number);
    if (it == live_.end()) return false;
    it->second->dry = false;
    reads_left_ = 0;
    return PumpThese({it->second.get()});
  }

  bool Settle(std::uint32_t number) {
    const auto it = live_.find(number);
    if (it == live_.end()) return false;
    Source* source = it->second.get();
    source->stream.StopWaiting();
    source->dry = false;
    reads_left_ = 1;
    bool any = PumpThese({source});
    if (plan_.reads_blocks()) {
      lines_ = &source->nearby;
      framer_.EndSource(source->input, &ended_);
      any |= !ended_.empty();
      GiveBlocks(source, UINT64_MAX);
    }
    return any;
  }

  void Advance(std::uint32_t number, std::int64_t time) {
    if (live_.contains(number)) correlator_.Advance(number, time);
  }
  std::int64_t TimeOf(std::uint32_t number) const {
    return live_.contains(number) ? correlator_.TimeOf(number) : INT64_MIN;
  }
  void EndIdleScopes(std::uint32_t number) {
    if (live_.contains(number)) correlator_.EndIdleScopes(number);
  }

  InputResult EndLive(std::uint32_t number, bool interrupted) {
    const auto it = live_.find(number);
    if (it == live_.end()) return {};
    Source* source = it->second.get();
    reads_left_ = 0;
    source->dry = false;
    PumpThese({source});
    End(source, interrupted);
    InputResult result = Close(source);
    live_.erase(it);
    return result;
  }

  std::string TakeItem(std::string_view item) { return Far()->Take(item); }

  std::uint64_t PositionOf(std::uint32_t number) const { return live_.at(number)->reader.position(); }

  void Save(snapshot::Writer* writer) {
    writer->Unsigned(next_source_);
    writer->Signed(summary_.inputs);
    writer->Signed(summary_.lines);
    writer->Signed(summary_.bytes);
    for (const std::int64_t count : summary_.findings) writer->Signed(count);
    writer->Unsigned(summary_.notices.size());
    for (const Notice& notice : summary_.notices) {
      writer->Text(notice.what);
      writer->Text(notice.where);
      writer->Text(notice.message);
      writer->Signed(notice.count);
      writer->Bool(notice.of_input);
      writer->Bool(notice.failure);
    }
    writer->Unsigned(live_.size());
    for (const auto& [number, source] : live_) {
      writer->Unsigned(number);
      writer->Text(source->reader.path());
      writer->Text(source->role);
      writer->Signed(source->time);
      const std::size_t section = writer->Begin();
      source->reader.Save(writer);
      source->stream.Save(writer);
      writer->End(section);
    }
    const std::size_t blocks = writer->Begin();
    framer_.Save(writer);
    writer->End(blocks);
    writer->Bool(far_ != nullptr);
    if (far_ != nullptr) {
      const std::size_t section = writer->Begin();
      far_->Save(writer);
      writer->End(section);
    }
    const std::size_t rules = writer->Begin();
    correlator_.Save(writer);
    writer->End(rules);
    const std::size_t found = writer->Begin();
    diagnoser_.Save(writer);
    writer->Unsigned(allowed_.size());
    for (const auto& [rule, count] : allowed_) {
      writer->Unsigned(rule);
      writer->Signed(count);
    }
    writer->Unsigned(roles_.size());
    for (const std::string& role : roles_) writer->Text(role);
    writer->Unsigned(unread_.size());
    for (const auto& [role, count] : unread_) {
      writer->Text(role);
      writer->Signed(count);
    }
    writer->End(found);
  }

  bool Load(snapshot::Reader* reader, const Reopen& open) {
    next_source_ = static_cast<std::uint32_t>(reader->Unsigned());
    summary_.inputs = reader->Signed();
    summary_.lines = reader->Signed();
    summary_.bytes = reader->Signed();
    for (std::int64_t& count : summary_.findings) count = reader->Signed();
    for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
      Notice& notice = summary_.notices.emplace_back();
      notice.what = reader->Text();
      notice.where = reader->Text();
      notice.message = reader->Text();
      notice.count = reader->Signed();
      notice.of_input = reader->Bool();
      notice.failure = reader->Bool();
    }
    std::vector<std::uint32_t> gone;
    for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
      const auto number = static_cast<std::uint32_t>(reader->Unsigned());
      const std::string path(reader->Text());
      const std::string role(reader->Text());
      const std::int64_t time = reader->Signed();
      snapshot::Reader section = reader->Section();
      // The reader tells where its bytes go on, and they are asked for by that.
      auto bytes = std::make_unique<LateSource>();
      LateSource* late = bytes.get();
      auto source = std::make_unique<Source>(std::move(bytes), path, *this);
      source->input = number;
      source->role = role;
      source->time = time;
      if (!source->reader.Load(&section) || !source->stream.Load(&section) || number >= next_source_) {
        return false;
      }
      late->set(open(number, path, source->reader.position()));
      if (!late->there()) gone.push_back(number);
      live_.emplace(number, std::move(source));
    }
    snapshot::Reader blocks = reader->Section();
    if (!reader->ok() || !framer_.Load(&blocks)) return false;
    if (reader->Bool()) {
      snapshot::Reader section = reader->Section();
      if (!reader->ok() || !Far()->Load(&section)) return false;
    }
    snapshot::Reader rules = reader->Section();
    if (!reader->ok() || !correlator_.Load(&rules)) return false;
    snapshot::Reader found = reader->Section();
    if (!reader->ok() || !diagnoser_.Load(&found)) return false;
    for (std::size_t n = found.Count(); n > 0 && found.ok(); --n) {
      const std::uint64_t rule = found.Unsigned();
      if (rule >= plan_.rules().size()) return false;
      allowed_[static_cast<ir::RuleId>(rule)] = found.Signed();
    }
    for (std::size_t n = found.Count(); n > 0 && found.ok(); --n) roles_.emplace(found.Text());
    for (std::size_t n = found.Count(); n > 0 && found.ok(); --n) {
      const std::string role(found.Text());
      unread_[role] = found.Signed();
    }
    if (!found.ok()) return false;
    for (const std::uint32_t number : gone) EndLive(number, false);
    return true;
  }

  void NoteError(const InputError& error) {
    summary_.notices.push_back({std::string(InputErrorName(error.kind)), error.path, error.message,
                                error.count, true, error.IsFailure()});
  }

  void Finish(const std::function<void(RunSummary*)>& amend) {
    if (far_ != nullptr) far_->EndAll(summary_.interrupted || Stopped());
    correlator_.EndRun(summary_.interrupted);
    for (ir::RuleId rule = 0; rule < plan_.rules().size(); ++rule) {
      const RuleCounts& counts = correlator_.counts()[rule];
      const std::string& name = plan_.module().rules[rule].name;
      Count("dropped_matches", name, counts.dropped, "unfinished match was", "unfinished matches were",
            "dropped to bound memory, so a finding may be missing");
      Count("no_time", name, counts.no_time, "match has", "matches have",
            "no time, so its time window could not be told");
      Count("missing_key", name, counts.missing_key, "event was", "events were",
            "left out, since a part of the key is missing");
      Count("late", name, counts.late, "event", "events", "came when an absence had been decided already");
      Count("undecided_absence", name, counts.undecided, "match waits", "matches wait",
            "for an absence that the interruption left undecided, so a finding may be missing");
    }
    for (const ir::FormatId format : framer_.formats()) {
      const FramerCounts& counts = framer_.counts()[format];
      const std::string& name = plan_.module().formats[format].name;
      Count("broken_blocks", name, counts.broken, "block was", "blocks were",
            "left out, since a required line is missing");
      Count("truncated_blocks", name, counts.truncated, "block was", "blocks were", "cut off at a bound");
    }
    for (const auto& [role, count] : unread_) {
      Count("missing_role", role, count, "finding is", "findings are",
            "not decided: no input has this role (--input " + role + "=FILE)");
    }
    for (const auto& [rule, count] : allowed_) {
      Count("allowed", plan_.module().rules[rule].name, count, "finding is", "findings are",
            std::string("not shown: an `allow` covers ") + (count == 1 ? "it" : "them"));
    }
    if (amend) amend(&summary_);
    Suspend();
  }

  void Suspend() {
    const std::vector<Diagnosis> diagnoses = diagnoser_.Diagnose();
    RunSummary summary = summary_;
    for (const auto& [number, source] : live_) {
      summary.lines += source->reader.lines();
      summary.bytes += static_cast<std::int64_t>(source->reader.bytes());
    }
    for (FindingSink* sink : sinks_) sink->OnDiagnoses(diagnoses);
    for (FindingSink* sink : sinks_) sink->OnEnd(summary);
  }

  std::vector<Diagnosis> Diagnose() { return diagnoser_.Diagnose(); }
  const RunSummary& summary() const { return summary_; }
  const EnginePlan& plan() const { return plan_; }
  std::size_t pending() const { return correlator_.pending(); }
  std::uint64_t pending_bytes() const { return correlator_.pending_bytes(); }

 private:
  FarFeed* Far() {
    if (far_ != nullptr) return far_.get();
    FarFeed::Host host;
    host.begin = [this](const std::string& role) {
      roles_.insert(role);
      ++summary_.inputs;
      correlator_.BeginSource(next_source_, role);
      return next_source_++;
    };
    host.end = [this](std::uint32_t input, const FarItem& end) {
      summary_.interrupted |= end.interrupted;
      summary_.lines += end.lines;
      summary_.bytes += static_cast<std::int64_t>(end.bytes);
      correlator_.EndSource(input, end.interrupted);
    };
    far_ = std::make_unique<FarFeed>(plan_, &correlator_, &framer_, std::move(host));
    return far_.get();
  }

  // A source whose bytes are found after the reader's state.
  class LateSource final : public ByteSource {
   public:
    void set(std::unique_ptr<ByteSource> bytes) { bytes_ = std::move(bytes); }
    bool there() const { return bytes_ != nullptr; }
    std::size_t Read(char* buffer, std::size_t size) override {
      return bytes_ == nullptr ? 0 : bytes_->Read(buffer, size);
    }
    AtEnd at_end() override { return bytes_ == nullptr ? AtEnd::kFinal : bytes_->at_end(); }
    const std::optional<InputError>& error() const override {
      return bytes_ == nullptr ? error_ : bytes_->error();
    }
    bool has_records() const override { return bytes_ != nullptr && bytes_->has_records(); }
    Value TimeOfLine(std::int64_t line) const override {
      return bytes_ == nullptr ? Value::Missing() : bytes_->TimeOfLine(line);
    }

   private:
    std::unique_ptr<ByteSource> bytes_;
  };

  // A notice of what was counted, if it was: "3 blocks were cut off at a bound".
  void Count(std::string what, const std::string& where, std::int64_t count, std::string_view one,
             std::string_view many, std::string_view rest) {
    if (count == 0) return;
    std::string message = std::to_string(count) + " ";
    message.append(count == 1 ? one : many).append(" ").append(rest);
    summary_.notices.push_back({std::move(what), where, std::move(message), count});
  }

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

  // An input on its way. It stays where it is: records look back into it.
  struct Source {
    Source(std::unique_ptr<ByteSource> bytes, const std::string& path, const Impl& engine)
        : reader(std::move(bytes), path, engine.options_.lines),
          stream(reader, *engine.program_, engine.context_, engine.options_.choices, engine.options_.records),
          nearby(engine.options_.context_lines) {}

    std::uint32_t input = 0;
    LineReader reader;
    RecordStream stream;
    NearbyLines nearby;
    bool peeked = false;   // its first bytes were read, to see in which order its lines stand
    bool scanned = false;  // the first block is there
    bool ended = false;    // no more blocks
    bool dry = false;      // none for now
    bool turned = false;   // its newest line stands first
    std::string role;
    std::uint32_t record = 0;       // next one of the first block
    std::size_t hit = 0;            // its first hit
    std::size_t head = 0;           // its first head of a block
    std::int64_t time = INT64_MIN;  // never less than that of a record before
  };

  std::unique_ptr<Source> Open(std::unique_ptr<ByteSource> bytes, const std::string& path,
                               const std::string& role) {
    auto source = std::make_unique<Source>(std::move(bytes), path, *this);
    source->input = next_source_++;
    source->role = role;
    roles_.insert(role);
    ++summary_.inputs;
    correlator_.BeginSource(source->input, role);
    return source;
  }

  // The same for a whole input, which may have its newest line first.
  std::unique_ptr<Source> OpenInOrder(std::unique_ptr<ByteSource> bytes, const std::string& path,
                                      const std::string& role) {
    bool turned = false, peeked = false;
    if (!Stopped() && !bytes->has_records() &&
        (options_.order != LineOrder::kDetect || plan_.order_matters())) {
      bytes = InOrderOfTime(std::move(bytes), path, options_.order, *program_, context_, options_.choices,
                            options_.records, &turned);
      peeked = true;
    }
    std::unique_ptr<Source> source = Open(std::move(bytes), path, role);
    source->turned = turned;
    source->peeked = peeked;
    return source;
  }

  // Blocks of a source that are under way: enough that every worker has one while the next is read and the
  // last is matched.
  std::size_t Depth(std::size_t sources) const {
    if (pool_.workers() == 0) return 1;
    const std::size_t blocks = static_cast<std::size_t>(pool_.workers()) + 2;
    return std::max<std::size_t>(1, (blocks + sources - 1) / sources);
  }

  void Fill(Source* source, std::size_t depth) {
    auto& batches = source->nearby.batches();
    while (!source->ended && !source->dry && (!Stopped() || source->peeked) &&
           (batches.size() < depth || source->nearby.Ahead() < options_.context_lines)) {
      std::unique_ptr<Batch> batch = TakeBatch();
      source->peeked = false;
      if (source->stream.NextBlock(batch->block)) {
        batches.push_back(std::move(batch));
        pool_.Submit(batches.back().get());
        if (reads_left_ > 0 && --reads_left_ == 0) {
          for (auto& [number, other] : live_) other->dry = true;
        }
      } else {
        source->ended = source->stream.ended();
        source->dry = !source->ended;
        free_.push_back(std::move(batch));
      }
    }
  }

  // Makes the source's next record known. False: there is none.
  bool Next(Source* source, std::size_t depth) {
    auto& batches = source->nearby.batches();
    for (;;) {
      if (!source->scanned) {
        Fill(source, depth);
        if (batches.empty()) return false;
        pool_.Wait(batches.front().get());
        source->scanned = true;
        if (options_.tracer != nullptr) options_.tracer->OnBlock(source->input, batches.front()->block);
      }
      const RecordBlock& block = batches.front()->block;
      if (source->record < block.records.size()) {
        const Value& time = block.records[source->record].context.time;
        if (time.kind == ValueKind::kTime) source->time = std::max(source->time, time.integer);
        return true;
      }
      source->scanned = false;
      free_.push_back(source->nearby.Pop());
      source->record = 0;
      source->hit = 0;
      source->head = 0;
    }
  }

  // Blocks that end before the source's next record, or with it.
  void Frame(Source* source, Batch& batch) {
    const std::vector<HeadHit>& hits = batch.scan.heads;
    heads_.clear();
    for (; source->head < hits.size() && hits[source->head].record == source->record; ++source->head) {
      heads_.push_back(hits[source->head].format);
    }
    const RecordView& record = batch.block.records[source->record];
    if (heads_.empty() && !framer_.IsOpen(source->input, record.stream)) return;
    lines_ = &source->nearby;
    framer_.Offer(source->input, record, correlator_.PositionOf(source->input, record), heads_, &ended_);
  }

  // Hands over the blocks that ended; those that stand at `record` wait until it was looked at.
  void GiveBlocks(Source* source, std::uint64_t before) {
    std::size_t given = 0;
    for (; given < ended_.size() && ended_[given].last.order < before; ++given) {
      const ir::FormatId format = ended_[given].format;
      correlator_.Block(format, MakeBlockMatch(std::move(ended_[given])), source->nearby);
    }
    ended_.erase(ended_.begin(), ended_.begin() + static_cast<std::ptrdiff_t>(given));
  }

  void Give(Source* source) {
    Batch& batch = *source->nearby.batches().front();
    std::uint64_t order = 0;
    if (plan_.reads_blocks()) {
      Frame(source, batch);
      if (!ended_.empty()) {
        order = correlator_.PositionOf(source->input, batch.block.records[source->record]).order;
        GiveBlocks(source, order);
      }
    }
    const std::vector<StageHit>& hits = batch.scan.hits;
    std::size_t end = source->hit;
    while (end < hits.size() && hits[end].record == source->record) ++end;
    correlator_.Record(source->input, &batch.block, source->record,
                       std::span<const StageHit>(hits).subspan(source->hit, end - source->hit), batch.scan,
                       source->nearby);
    source->hit = end;
    ++source->record;
    if (!ended_.empty()) GiveBlocks(source, order + 1);
  }

  // Looks at the records that are there, in the order of time, then source, then place. `over` is told of a
  // source behind its last one. True if there was any.
  bool LookAtAll(const std::vector<Source*>& sources, const std::function<void(Source*)>& over) {
    const std::size_t depth = Depth(std::max<std::size_t>(sources.size(), 1));
    using Entry = std::pair<std::int64_t, std::size_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    const auto next = [&](std::size_t index) {
      if (Next(sources[index], depth)) return true;
      over(sources[index]);
      return false;
    };
    for (std::size_t i = 0; i < sources.size(); ++i) {
      if (next(i)) queue.emplace(sources[i]->time, i);
    }
    const bool any = !queue.empty();
    while (!queue.empty()) {
      const std::size_t index = queue.top().second;
      queue.pop();
      // While it stays in front there is no need to ask the others.
      do {
        Give(sources[index]);
        if (!next(index)) break;
        if (!queue.empty()) {
          queue.emplace(sources[index]->time, index);
          break;
        }
      } while (true);
    }
    return any;
  }

  void ReadToEnd(const std::vector<Source*>& sources) {
    LookAtAll(sources, [this](Source* source) { End(source, Stopped()); });
  }

  void End(Source* source, bool interrupted) {
    summary_.interrupted |= interrupted;
    if (plan_.reads_blocks()) {
      framer_.EndSource(source->input, &ended_);
      GiveBlocks(source, UINT64_MAX);
    }
    correlator_.EndSource(source->input, interrupted);
  }

  // The records that are there.
  bool PumpThese(const std::vector<Source*>& sources) {
    const bool any = LookAtAll(sources, [](Source*) {});
    reads_left_ = 0;
    return any;
  }

  InputResult Close(Source* source) {
    InputResult result;
    result.decision = source->stream.decision();
    result.errors = source->reader.errors();
    for (InputError& error : source->stream.errors()) result.errors.push_back(std::move(error));
    if (source->turned) {
      result.errors.push_back({InputErrorKind::kNewestFirst, source->reader.path(),
                               "its newest line stands first; it was read from its end (--order "
                               "oldest-first: as it stands)"});
    }
    result.lines = source->reader.lines();
    result.bytes = static_cast<std::int64_t>(source->reader.bytes());
    summary_.lines += result.lines;
    summary_.bytes += result.bytes;
    for (const InputError& error : result.errors) NoteError(error);
    return result;
  }

  void Emit(ir::RuleId rule, Match match) {
    // What a rule says of an input that is not there is no finding.
    for (const ir::Stage& stage : plan_.module().rules[rule].stages) {
      if (stage.role.empty() || roles_.contains(stage.role)) continue;
      ++unread_[stage.role];
      if (options_.tracer != nullptr) {
        const auto which = static_cast<std::uint32_t>(&stage - plan_.module().rules[rule].stages.data());
        options_.tracer->OnHidden(rule, match, why::Hidden::kRoleMissing, which);
      }
      return;
    }
    if (const auto allow = AllowOf(plan_, rule, &match, options_.now, &evaluator_)) {
      ++allowed_[rule];
      if (options_.tracer != nullptr) {
        options_.tracer->OnHidden(rule, match, why::Hidden::kAllowed, *allow);
      }
      return;
    }
    const FindingPtr finding = MakeFinding(plan_, rule, std::move(match), options_.path_map, &evaluator_);
    diagnoser_.Add(finding);
    ++summary_.findings[static_cast<std::size_t>(finding->severity)];
    for (FindingSink* sink : sinks_) sink->OnFinding(finding);
  }

  std::shared_ptr<const Program> program_;
  EngineOptions options_;
  EvalContext context_;
  EnginePlan plan_;
  ir::FormatId forced_format_;
  StageEvaluator evaluator_;  // of phase 2
  Diagnoser diagnoser_{&evaluator_};
  std::set<std::string> roles_;                 // of the inputs so far
  std::map<std::string, std::int64_t> unread_;  // findings that rest on a role that no input has
  std::map<ir::RuleId, std::int64_t> allowed_;  // findings that an `allow` suppressed
  Correlator correlator_;
  Framer framer_;
  std::vector<ir::FormatId> heads_;  // of the record at hand
  std::vector<BlockEvent> ended_;
  const LineLookup* lines_ = nullptr;  // of the source at hand
  ScanPool pool_;
  std::vector<std::unique_ptr<Batch>> free_;
  std::vector<FindingSink*> sinks_;
  RunSummary summary_;
  std::map<std::uint32_t, std::unique_ptr<Source>> live_;
  std::unique_ptr<FarFeed> far_;  // null: nothing came from elsewhere
  std::uint32_t next_source_ = 0;
  std::size_t reads_left_ = 0;  // blocks that Pump may still read; 0: any number
};

Engine::Engine(std::shared_ptr<const Program> program, EngineOptions options)
    : impl_(std::make_unique<Impl>(std::move(program), std::move(options))) {}
Engine::~Engine() = default;
void Engine::AddSink(FindingSink* sink) {
  impl_->AddSink(sink);
}
InputResult Engine::Run(std::unique_ptr<ByteSource> bytes, const std::string& path, const std::string& role) {
  return impl_->Run(std::move(bytes), path, role);
}
std::vector<InputResult> Engine::RunAll(const std::vector<Input>& inputs) {
  return impl_->RunAll(inputs);
}
void Engine::NoteError(const InputError& error) {
  impl_->NoteError(error);
}
void Engine::Finish(const std::function<void(RunSummary*)>& amend) {
  impl_->Finish(amend);
}
void Engine::Suspend() {
  impl_->Suspend();
}
std::vector<Diagnosis> Engine::Diagnose() {
  return impl_->Diagnose();
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

std::uint64_t Engine::pending_bytes() const {
  return impl_->pending_bytes();
}
std::uint32_t Engine::BeginLive(std::unique_ptr<ByteSource> bytes, const std::string& path,
                                const std::string& role) {
  return impl_->BeginLive(std::move(bytes), path, role);
}
bool Engine::Pump(std::size_t blocks) {
  return impl_->Pump(blocks);
}
bool Engine::PumpSource(std::uint32_t source) {
  return impl_->PumpSource(source);
}
bool Engine::Settle(std::uint32_t source) {
  return impl_->Settle(source);
}
void Engine::Advance(std::uint32_t source, std::int64_t time) {
  impl_->Advance(source, time);
}
std::int64_t Engine::TimeOf(std::uint32_t source) const {
  return impl_->TimeOf(source);
}
void Engine::EndIdleScopes(std::uint32_t source) {
  impl_->EndIdleScopes(source);
}
InputResult Engine::EndLive(std::uint32_t source, bool interrupted) {
  return impl_->EndLive(source, interrupted);
}
std::string Engine::TakeItem(std::string_view item) {
  return impl_->TakeItem(item);
}
std::uint64_t Engine::PositionOf(std::uint32_t source) const {
  return impl_->PositionOf(source);
}
void Engine::Save(snapshot::Writer* writer) {
  impl_->Save(writer);
}
bool Engine::Load(snapshot::Reader* reader, const Reopen& open) {
  return impl_->Load(reader, open);
}

}  // namespace faultline::runtime
