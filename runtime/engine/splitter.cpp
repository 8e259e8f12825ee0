// Phase 1 by itself: see splitter.h.
#include "runtime/engine/splitter.h"

#include "runtime/correlate/match_state.h"
#include "runtime/engine/block_match.h"
#include "runtime/engine/block_scanner.h"
#include "runtime/engine/evidence.h"
#include "runtime/engine/far_item.h"
#include "runtime/engine/partition.h"
#include "runtime/frame/framer.h"
#include "support/value/hash.h"
#include "support/value/value_compare.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace faultline::runtime {
namespace {

// The lines of the block at hand.
class BlockLines : public LineLookup {
 public:
  explicit BlockLines(const RecordBlock& block) : block_(block) {}
  bool Find(std::int64_t line, std::string_view* text) const override {
    const LineBlock& lines = block_.lines;
    const std::size_t index = lines.IndexOf(line);
    if (index >= lines.lines().size()) return false;
    *text = lines.Raw(index);
    return true;
  }

 private:
  const RecordBlock& block_;
};

// A source whose bytes come after its state was read.
class LateBytes final : public ByteSource {
 public:
  void set(std::unique_ptr<ByteSource> bytes) { bytes_ = std::move(bytes); }
  std::size_t Read(char* buffer, std::size_t size) override { return bytes_->Read(buffer, size); }
  AtEnd at_end() override { return bytes_->at_end(); }
  const std::optional<InputError>& error() const override { return bytes_->error(); }
  bool has_records() const override { return bytes_->has_records(); }
  Value TimeOfLine(std::int64_t line) const override { return bytes_->TimeOfLine(line); }

 private:
  std::unique_ptr<ByteSource> bytes_;
};

}  // namespace

class Splitter::Impl {
 public:
  Impl(std::shared_ptr<const Program> program, SplitOptions options, Out out)
      : program_(std::move(program)),
        options_(std::move(options)),
        out_(std::move(out)),
        context_(MakeContext(options_)),
        plan_(program_->module(), options_.context),
        partition_(plan_),
        forced_format_(options_.choices.format.empty()
                           ? ir::kNone
                           : FindFormat(program_->module(), options_.choices.format)),
        scanner_(plan_, *program_, forced_format_, context_),
        evaluator_(plan_, *program_, forced_format_, context_),
        lines_(block_),
        next_source_(options_.first_source) {
    for (StageId id = 0; id < plan_.stages().size(); ++id) {
      if (plan_.stages()[id].lazy && plan_.stages()[id].everywhere) hungry_.push_back(id);
    }
  }

  std::uint32_t Begin(std::unique_ptr<ByteSource> bytes, const std::string& path, const std::string& role) {
    const std::uint32_t number = next_source_++;
    sources_.emplace(number, MakeSource(number, std::move(bytes), path));
    FarItem item;
    item.kind = FarKind::kBegin;
    item.source = number;
    item.path = path;
    item.role = role;
    GiveEverybody(item, Value::Missing());
    return number;
  }

  void Pump(std::uint32_t number) {
    const auto found = sources_.find(number);
    if (found == sources_.end()) return;
    Source* source = found->second.get();
    bool any = false;
    while (source->stream.NextBlock(block_)) {
      scanner_.Scan(&block_, &scan_);
      std::size_t hit = 0, head = 0;
      for (std::uint32_t i = 0; i < block_.records.size(); ++i) Take(source, i, &hit, &head);
      any = any || !block_.records.empty();
    }
    if (any && options_.few_ticks) GiveTick(source);
  }

  void Settle(std::uint32_t number) {
    const auto found = sources_.find(number);
    if (found == sources_.end()) return;
    found->second->stream.StopWaiting();
    Pump(number);
    EndBlocks(found->second.get());
  }

  void Advance(std::uint32_t number, std::int64_t time) {
    FarItem item;
    item.kind = FarKind::kAdvance;
    item.source = number;
    item.time = time;
    if (sources_.contains(number)) GiveEverybody(item, Value::Integer(ValueKind::kTime, time));
  }

  void EndScopes(std::uint32_t number) {
    FarItem item;
    item.kind = FarKind::kEndScopes;
    item.source = number;
    if (sources_.contains(number)) GiveEverybody(item, Value::Missing());
  }

  void End(std::uint32_t number, bool interrupted) {
    const auto found = sources_.find(number);
    if (found == sources_.end()) return;
    Source* source = found->second.get();
    Pump(number);
    EndBlocks(source);
    FarItem item;
    item.kind = FarKind::kEnd;
    item.source = number;
    item.interrupted = interrupted;
    item.lines = source->reader.lines();
    item.bytes = source->reader.bytes();
    GiveEverybody(item, Value::Missing());
    sources_.erase(found);
  }

  void Save(snapshot::Writer* writer) const {
    writer->Unsigned(next_source_);
    writer->Unsigned(sources_.size());
    for (const auto& [number, source] : sources_) {
      writer->Unsigned(number);
      writer->Text(source->reader.path());
      const std::size_t section = writer->Begin();
      source->reader.Save(writer);
      source->stream.Save(writer);
      writer->End(section);
      writer->Signed(source->records);
      writer->Unsigned(source->streams.size());
      for (const auto& [stream, counts] : source->streams) {
        writer->Unsigned(stream);
        writer->Signed(counts.records);
        writer->Signed(counts.first_log_line);
        writer->Signed(counts.watermark);
        writer->Put(counts.time);
      }
      if (source->framer == nullptr) continue;
      const std::size_t blocks = writer->Begin();
      source->framer->Save(writer);
      writer->End(blocks);
    }
  }

  bool Load(snapshot::Reader* reader,
            const std::function<std::unique_ptr<ByteSource>(std::uint32_t source)>& open) {
    next_source_ = GetSmall(reader);
    for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
      const std::uint32_t number = GetSmall(reader);
      const std::string path(reader->Text());
      auto late = std::make_unique<LateBytes>();
      std::unique_ptr<ByteSource> bytes = open(number);
      if (bytes == nullptr) return false;
      late->set(std::move(bytes));
      std::unique_ptr<Source> source = MakeSource(number, std::move(late), path);
      snapshot::Reader section = reader->Section();
      if (!source->reader.Load(&section) || !source->stream.Load(&section)) return false;
      source->records = reader->Signed();
      for (std::size_t rest = reader->Count(); rest > 0 && reader->ok(); --rest) {
        Counts& counts = source->streams[GetSmall(reader)];
        counts.records = reader->Signed();
        counts.first_log_line = reader->Signed();
        counts.watermark = reader->Signed();
        counts.time = GetTime(reader);
      }
      if (source->framer != nullptr) {
        snapshot::Reader blocks = reader->Section();
        if (!reader->ok() || !source->framer->Load(&blocks)) return false;
      }
      if (!sources_.emplace(number, std::move(source)).second) return false;
    }
    return reader->ok();
  }

 private:
  struct Counts {
    std::int64_t records = 0, first_log_line = 0;
    std::int64_t watermark = INT64_MIN;
    Value time;
  };
  struct Source {
    Source(std::unique_ptr<ByteSource> bytes, const std::string& path, const Impl& splitter)
        : reader(std::move(bytes), path, splitter.options_.lines),
          stream(reader, *splitter.program_, splitter.context_, splitter.options_.choices) {}
    std::uint32_t number = 0;
    LineReader reader;
    RecordStream stream;
    std::unique_ptr<Framer> framer;  // null: no rule reads blocks
    std::int64_t records = 0;
    std::map<std::uint32_t, Counts> streams;
    FarClock clock;  // of the last record
  };
  // A place where state is kept.
  struct Destination {
    std::uint32_t group = 0;
    std::uint64_t key = 0;
    friend auto operator<=>(const Destination&, const Destination&) = default;
  };

  static EvalContext MakeContext(const SplitOptions& options) {
    EvalContext context;
    context.now = options.now;
    context.zone_offset = options.zone_offset;
    return context;
  }

  std::unique_ptr<Source> MakeSource(std::uint32_t number, std::unique_ptr<ByteSource> bytes,
                                     const std::string& path) {
    auto source = std::make_unique<Source>(std::move(bytes), path, *this);
    source->number = number;
    if (plan_.reads_blocks()) {
      source->framer = std::make_unique<Framer>(*program_, context_);
      source->framer->set_evidence([this](const RecordView& record, std::string_view matched) {
        return MakeEvidence(record, matched, lines_, 0);
      });
    }
    return source;
  }

  // ---- one record

  void Take(Source* source, std::uint32_t index, std::size_t* hit, std::size_t* head) {
    RecordView& record = block_.records[index];
    FarClock& clock = source->clock;
    clock = {};
    Counts& counts = source->streams[record.stream];
    if (counts.records++ == 0) counts.first_log_line = record.context.line;
    clock.source_records = ++source->records;
    clock.stream_records = counts.records;
    clock.stream = record.stream;
    clock.stream_line = record.stream_line;
    clock.line = record.context.line;
    clock.first_log_line = counts.first_log_line;
    clock.watermark = counts.watermark;
    clock.time = record.context.time.kind == ValueKind::kTime ? record.context.time : Value::Missing();
    if (clock.time.kind == ValueKind::kTime) {
      counts.time = clock.time;
      counts.watermark = std::max(counts.watermark, clock.time.integer);
    }
    clock.stream_time = counts.time;
    if (source->framer != nullptr) Frame(source, index, head);

    FarItem item;
    item.source = source->number;
    item.clock = clock;
    item.context = record.context;
    item.end_line = record.end_line;
    FindHits(index, hit, &item.hits);
    item.clock.time = record.context.time;  // a stage that was tried may have made it known
    if (item.hits.empty() && options_.few_ticks) {
      GiveBlocks(source, UINT64_MAX);
      return;
    }
    for (const StageHit& found : item.hits) {
      item.shown.push_back({PlaceOf(record, found.matched), MakeEvidence(record, found.matched, lines_, 0)});
    }
    if (!options_.by_key) {
      GiveEverybody(item, clock.stream_time);
    } else {
      if (!options_.few_ticks) GiveTick(source);
      GiveByKey(source, item, record);
    }
    GiveBlocks(source, UINT64_MAX);
  }

  // All that may matter in phase 2, evaluated.
  void FindHits(std::uint32_t index, std::size_t* hit, std::vector<StageHit>* found) {
    RecordView& record = block_.records[index];
    const auto evaluate = [&](std::span<const AlternateId> alternates) {
      evaluator_.Resolve(record, &block_.arena);
      evaluator_.Evaluate(alternates, record, index, &block_.arena, found);
    };
    for (; *hit < scan_.hits.size() && scan_.hits[*hit].record == index; ++*hit) {
      const StageHit& candidate = scan_.hits[*hit];
      if (candidate.evaluated) {
        found->push_back(candidate);
      } else if (!plan_.stages()[candidate.stage].everywhere) {
        evaluate(std::span<const AlternateId>(scan_.waiting).subspan(candidate.first, candidate.count));
      }
    }
    for (const StageId id : hungry_) {
      alternates_.clear();
      for (AlternateId a = plan_.stages()[id].first; a < plan_.stages()[id].last; ++a)
        alternates_.push_back(a);
      evaluate(alternates_);
    }
  }

  // ---- blocks

  void Frame(Source* source, std::uint32_t index, std::size_t* head) {
    heads_.clear();
    for (; *head < scan_.heads.size() && scan_.heads[*head].record == index; ++*head) {
      heads_.push_back(scan_.heads[*head].format);
    }
    const RecordView& record = block_.records[index];
    FarClock& clock = source->clock;
    if (!heads_.empty() || source->framer->IsOpen(source->number, record.stream)) {
      Position position;
      position.order = static_cast<std::uint64_t>(clock.source_records);
      position.record = clock.source_records;
      position.input = source->number;
      position.stream = record.stream;
      position.stream_line = record.stream_line;
      position.stream_record = clock.stream_records;
      position.time = clock.stream_time;
      source->framer->Offer(source->number, record, position, heads_, &ended_);
    }
    SayOpen(*source, &clock);
    GiveBlocks(source, static_cast<std::uint64_t>(clock.source_records));
  }

  static void SayOpen(const Source& source, FarClock* clock) {
    const Position* oldest = source.framer->Oldest();
    clock->oldest_record = oldest == nullptr ? 0 : oldest->record;
    clock->oldest_stream_record = 0;
    if (oldest == nullptr) return;
    clock->oldest_time = oldest->time;
    const Position* in_stream = source.framer->OldestIn(source.number, clock->stream);
    if (in_stream == nullptr) return;
    clock->oldest_stream_record = in_stream->stream_record;
    clock->oldest_stream_line = in_stream->stream_line;
    clock->oldest_stream_time = in_stream->time;
  }

  void EndBlocks(Source* source) {
    if (source->framer == nullptr) return;
    source->framer->EndSource(source->number, &ended_);
    GiveBlocks(source, UINT64_MAX);
    // None is open any more: who waits for one must know.
    if (source->clock.oldest_record == 0) return;
    SayOpen(*source, &source->clock);
    source->clock.watermark = source->streams[source->clock.stream].watermark;
    GiveTick(source);
  }

  // Blocks that end before the record of this number.
  void GiveBlocks(Source* source, std::uint64_t before) {
    std::size_t given = 0;
    for (; given < ended_.size() && ended_[given].last.order < before; ++given) {
      FarItem item;
      item.kind = FarKind::kBlock;
      item.source = source->number;
      item.format = ended_[given].format;
      const std::shared_ptr<const Match> block = MakeBlockMatch(std::move(ended_[given]));
      item.block = std::make_shared<Match>(*block);
      if (!options_.by_key) {
        GiveEverybody(item, block->time);
        continue;
      }
      destinations_.clear();
      for (const StageId reader : plan_.BlockReaders(item.format)) {
        Read(source, reader, block->slots.data(), block->record, nullptr);
      }
      for (const auto& [destination, hits] : destinations_) {
        item.group = destination.group;
        GiveTo(destination, item, block->time);
      }
    }
    ended_.erase(ended_.begin(), ended_.begin() + static_cast<std::ptrdiff_t>(given));
  }

  // ---- who gets it

  void GiveByKey(Source* source, const FarItem& whole, const RecordView& record) {
    if (whole.hits.empty()) return;
    destinations_.clear();
    for (std::size_t i = 0; i < whole.hits.size(); ++i) {
      const ShownHit& shown = whole.shown[i];
      Route(source, whole.hits[i], record.context, &shown.place, i);
    }
    for (const auto& [destination, hits] : destinations_) {
      FarItem item;
      item.source = whole.source;
      item.group = destination.group;
      item.clock = whole.clock;
      item.context = whole.context;
      item.end_line = whole.end_line;
      for (const std::size_t i : hits) {
        item.hits.push_back(whole.hits[i]);
        item.shown.push_back(whole.shown[i]);
      }
      GiveTo(destination, item, whole.clock.stream_time);
    }
  }

  // Where `hit` has to go; `index` is what goes there.
  void Route(Source* source, const StageHit& hit, const RecordContext& context, const LogPlace* place,
             std::size_t index) {
    const StagePlan& stage = plan_.stages()[hit.stage];
    const ir::RuleId rule = stage.rule;
    if (!partition_.is_pure(rule)) {
      Add(source, stage, hit, context, index);
      return;
    }
    const ir::Rule& ir_rule = plan_.module().rules[rule];
    if (!ir_rule.is_event) Add(source, stage, hit, context, index);
    if (plan_.rules()[rule].readers.empty()) return;
    // What the rule finds, as its readers see it (Services::Take, Correlator::Decide).
    std::vector<Value> frame = FrameOf(stage, hit);
    RecordContext found = context;
    if (place != nullptr) {
      found.line = place->line;
      found.column = place->column;
    }
    if (!plan_.rules()[rule].keeps_text) found.text = found.raw = {};
    if (ir_rule.finish != ir::kNone) evaluator_.Call(ir_rule.finish, frame.data(), &found, &block_.arena);
    for (const StageId reader : plan_.rules()[rule].readers) {
      Read(source, reader, frame.data(), found, &index);
    }
  }

  // What a stage makes of a block or of what a rule found. Rules come behind those they read, which bounds
  // the recursion by their number.
  void Read(Source* source, StageId reader, const Value* frame, const RecordContext& context,
            const std::size_t* index) {
    std::vector<StageHit> hits;
    evaluator_.EvaluateRead(reader, frame, context, &block_.arena, &hits);
    for (const StageHit& hit : hits) Route(source, hit, context, nullptr, index == nullptr ? 0 : *index);
  }

  std::vector<Value> FrameOf(const StagePlan& stage, const StageHit& hit) const {
    std::vector<Value> frame(plan_.module().rules[stage.rule].slots.size(), Value::Missing());
    for (const auto& [slot, value] : plan_.rules()[stage.rule].context) frame[slot] = value;
    for (std::size_t i = 0; i < stage.stores.size(); ++i) frame[stage.stores[i]] = hit.stored[i];
    return frame;
  }

  void Add(Source* source, const StagePlan& stage, const StageHit& hit, const RecordContext& context,
           std::size_t index) {
    Destination destination;
    destination.group = partition_.GroupOf(stage.rule);
    destination.key = HashNumber(destination.group, kHashSeed);
    switch (partition_.RouteOf(destination.group)) {
      case runtime::Route::kSource:
        destination.key = HashNumber(source->number, destination.key);
        break;
      case runtime::Route::kKey: {
        std::vector<Value> frame = FrameOf(stage, hit);
        // A missing part is counted where the event arrives.
        destination.key = HashValue(evaluator_.Call(stage.stage->key, frame.data(), &context, &block_.arena),
                                    destination.key);
        break;
      }
      case runtime::Route::kOne:
        break;
    }
    std::vector<std::size_t>& hits = destinations_[destination];
    if (hits.empty() || hits.back() != index) hits.push_back(index);
  }

  void GiveTick(Source* source) {
    FarItem item;
    item.source = source->number;
    item.clock = source->clock;
    GiveEverybody(item, item.clock.stream_time);
  }

  void GiveEverybody(const FarItem& item, const Value& time) {
    SplitItem out;
    out.everybody = true;
    Give(item, time, std::move(out));
  }
  void GiveTo(const Destination& destination, const FarItem& item, const Value& time) {
    SplitItem out;
    out.group = destination.group;
    out.key = destination.key;
    Give(item, time, std::move(out));
  }
  void Give(const FarItem& item, const Value& time, SplitItem out) {
    snapshot::Writer writer;
    PutFarItem(item, plan_, &writer);
    out.source = item.source;
    out.time = time;
    out.bytes = writer.Take();
    out_(std::move(out));
  }

  std::shared_ptr<const Program> program_;
  SplitOptions options_;
  Out out_;
  EvalContext context_;
  EnginePlan plan_;
  PartitionPlan partition_;
  ir::FormatId forced_format_;
  BlockScanner scanner_;
  StageEvaluator evaluator_;
  RecordBlock block_;
  BlockLines lines_;
  ScanResult scan_;
  std::vector<StageId> hungry_;  // lazy stages that no literal calls
  std::vector<AlternateId> alternates_;
  std::vector<ir::FormatId> heads_;
  std::vector<BlockEvent> ended_;
  std::map<Destination, std::vector<std::size_t>> destinations_;  // hits, by where they go
  std::map<std::uint32_t, std::unique_ptr<Source>> sources_;
  std::uint32_t next_source_ = 0;
};

Splitter::Splitter(std::shared_ptr<const Program> program, SplitOptions options, Out out)
    : impl_(std::make_unique<Impl>(std::move(program), std::move(options), std::move(out))) {}
Splitter::~Splitter() = default;
std::uint32_t Splitter::Begin(std::unique_ptr<ByteSource> bytes, const std::string& path,
                              const std::string& role) {
  return impl_->Begin(std::move(bytes), path, role);
}
void Splitter::Pump(std::uint32_t source) {
  impl_->Pump(source);
}
void Splitter::Settle(std::uint32_t source) {
  impl_->Settle(source);
}
void Splitter::Advance(std::uint32_t source, std::int64_t time) {
  impl_->Advance(source, time);
}
void Splitter::EndScopes(std::uint32_t source) {
  impl_->EndScopes(source);
}
void Splitter::End(std::uint32_t source, bool interrupted) {
  impl_->End(source, interrupted);
}
void Splitter::Save(snapshot::Writer* writer) const {
  impl_->Save(writer);
}
bool Splitter::Load(snapshot::Reader* reader,
                    const std::function<std::unique_ptr<ByteSource>(std::uint32_t source)>& open) {
  return impl_->Load(reader, open);
}

}  // namespace faultline::runtime
