// Streams, writers, bounds: see framer.h.
#include "runtime/frame/framer.h"

#include "runtime/frame/open_block.h"
#include "runtime/why/tracer.h"
#include "support/value/value_compare.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace faultline::runtime {
namespace {

constexpr std::size_t kBlockCost = 4096;  // of a block that is open, beside its text and trace

Value StoredIn(const std::vector<std::pair<ir::SlotId, Value>>& stored, ir::SlotId slot) {
  for (const auto& [at, value] : stored) {
    if (at == slot) return value;
  }
  return Value::Missing();
}

std::string_view CutAt(std::string_view text, std::size_t limit) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
  return text.substr(0, limit);
}

}  // namespace

Framer::Framer(const Program& program, const EvalContext& context, const FramerLimits& limits)
    : program_(program),
      scratch_(program.NewScratch()),
      context_(context),
      limits_(limits),
      matcher_(program, context) {
  const ir::Module& module = program.module();
  plans_.resize(module.formats.size());
  counts_.resize(module.formats.size());
  for (ir::FormatId id = 0; id < module.formats.size(); ++id) {
    if (module.formats[id].kind != ir::FormatKind::kBlock) continue;
    formats_.push_back(id);
    plans_[id] = std::make_unique<BlockPlan>(module, id);
  }
}

Framer::~Framer() = default;

std::span<const ir::Alternative> Framer::Heads(ir::FormatId format) const {
  const ir::Format& block = PlanOf(format).format();
  if (PlanOf(format).head().empty()) return {};
  for (const ir::BlockPart& part : block.parts) {
    if (part.kind == ir::BlockPartKind::kLine) return part.lines;
  }
  return {};
}

bool Framer::IsOpen(std::uint32_t input, std::uint32_t stream) const {
  return !streams_.empty() && streams_.contains({input, stream});
}

const Position* Framer::OldestIn(std::uint32_t input, std::uint32_t stream) const {
  const auto found = streams_.find({input, stream});
  if (found == streams_.end()) return nullptr;
  const OpenBlock* oldest = nullptr;
  for (const Group& group : found->second.groups) {
    const OpenBlock* block = group.blocks.front();
    if (oldest == nullptr || block->number < oldest->number) oldest = block;
  }
  return oldest == nullptr ? nullptr : &oldest->first;
}

const Position* Framer::Oldest() const {
  return opened_.empty() ? nullptr : &opened_.front()->first;
}

Framer::Group& Framer::GroupOf(Stream* stream, ir::FormatId format) {
  auto it = std::lower_bound(stream->groups.begin(), stream->groups.end(), format,
                             [](const Group& group, ir::FormatId id) { return group.format < id; });
  if (it == stream->groups.end() || it->format != format) {
    it = stream->groups.insert(it, Group());
    it->format = format;
  }
  return *it;
}

void Framer::Offer(std::uint32_t input, const RecordView& record, const Position& point,
                   std::span<const ir::FormatId> heads, std::vector<BlockEvent>* ended) {
  auto found = streams_.find({input, record.stream});
  if (found == streams_.end() && heads.empty()) return;
  line_ = MakeBlockLine(record);
  matcher_.Begin(&line_);
  const std::size_t from = ended->size();
  if (found == streams_.end()) {
    found = streams_.emplace(StreamKey{input, record.stream}, Stream()).first;
    found->second.input = input;
    found->second.number = record.stream;
  }
  Stream* stream = &found->second;
  // Formats with open blocks and formats of heads, both ascending. Groups are looked for anew each time,
  // since they come and go.
  std::size_t h = 0;
  ir::FormatId next = 0;
  for (;;) {
    const auto group = std::lower_bound(stream->groups.begin(), stream->groups.end(), next,
                                        [](const Group& g, ir::FormatId id) { return g.format < id; });
    while (h < heads.size() && heads[h] < next) ++h;
    const bool has_group = group != stream->groups.end();
    if (!has_group && h == heads.size()) break;
    const bool is_head = h < heads.size() && (!has_group || heads[h] <= group->format);
    const ir::FormatId format = is_head ? heads[h] : group->format;
    next = format + 1;
    if (is_head && OfferHead(stream, format, point, ended)) continue;
    const auto now = std::lower_bound(stream->groups.begin(), stream->groups.end(), format,
                                      [](const Group& g, ir::FormatId id) { return g.format < id; });
    if (now != stream->groups.end() && now->format == format) {
      OfferLine(stream, static_cast<std::size_t>(now - stream->groups.begin()), point, ended);
    }
  }
  if (stream->open == 0) streams_.erase(found);
  HoldBounds(ended);
  SortEvents(ended, from);
}

// Begins a block if the record is a first line of `format`.
bool Framer::OfferHead(Stream* stream, ir::FormatId format, const Position& point,
                       std::vector<BlockEvent>* ended) {
  if (format >= plans_.size() || plans_[format] == nullptr) return false;
  const BlockPlan& plan = PlanOf(format);
  if (matcher_.Match(plan, plan.head()) == ir::kNone) return false;

  const ir::Format& ir_format = plan.format();
  const auto& stored = matcher_.stored();
  std::unique_ptr<OpenBlock> made = NewBlock();
  OpenBlock* block = made.get();
  block->plan = &plan;
  block->input = stream->input;
  block->stream = stream->number;
  block->number = next_number_++;
  for (const ir::SlotId slot : ir_format.block_by) {
    block->key.push_back(Keep(block, StoredIn(stored, slot)));
  }

  // The open block of the same writer ends; so does the stream's oldest where there are too many.
  for (OpenBlock* open : GroupOf(stream, format).blocks) {
    if (!std::equal(open->key.begin(), open->key.end(), block->key.begin(), block->key.end(), ValuesEqual)) {
      continue;
    }
    End(open, false, ended);
    break;
  }
  if (stream->open >= std::max<std::size_t>(1, limits_.open_per_stream)) {
    OpenBlock* oldest = nullptr;
    for (const Group& group : stream->groups) {
      OpenBlock* open = group.blocks.front();
      if (oldest == nullptr || open->number < oldest->number) oldest = open;
    }
    End(oldest, true, ended);
  }

  Group& group = GroupOf(stream, format);
  group.blocks.push_back(block);
  group.writer = block;
  ++stream->open;
  opened_.push_back(std::move(made));
  block->self = std::prev(opened_.end());

  const RecordView& record = *line_.record;
  block->first = point;
  const std::string_view matched = matcher_.matched();
  block->place = record.PlaceOfView(matched);
  block->record = record.context;
  block->record.line = block->place.line;
  block->record.column = block->place.column;
  block->record.file = block->arena->Copy(record.context.file);
  block->record.raw = block->arena->Copy(record.context.raw);
  block->record.text = block->arena->Copy(line_.text);
  block->record.stream = Keep(block, record.context.stream);
  if (make_evidence_) {
    block->head = make_evidence_(record, matched);
  } else {
    block->head.file = record.context.file;
    block->head.line = block->place.line;
    block->head.text = CutAt(record.context.raw, 2000);
  }
  PartMachine::Begin(plan, line_, &block->machine);
  block->lines = 1;
  block->text_bytes = line_.text.size() + 1;
  for (const auto& [slot, value] : stored) {
    block->trace.push_back({TraceKind::kStore, slot, Keep(block, value)});
  }
  ++block->taken;
  Accept(block, point);
  if (tracer_ != nullptr) Tell(*block, why::Framed::kBegan);
  Charge(block);
  if (PartMachine::IsOver(plan, block->machine)) End(block, false, ended);
  return true;
}

// Of the line at hand.
void Framer::Tell(const OpenBlock& block, why::Framed what) const {
  const std::int64_t at = line_.record == nullptr ? 0 : line_.record->context.line;
  tracer_->OnFramed(block.plan->id(), what, block.input, block.place.line, at);
}

// The open block of the line's writer; null if it has none.
Framer::OpenBlock* Framer::WriterOf(const Group& group) {
  const BlockPlan& plan = PlanOf(group.format);
  for (const LineId line : plan.key_lines()) {
    if (!matcher_.Match(plan, line)) continue;
    const auto& stored = matcher_.stored();
    const std::vector<ir::SlotId>& by = plan.format().block_by;
    if (std::any_of(by.begin(), by.end(),
                    [&stored](ir::SlotId slot) { return StoredIn(stored, slot).is_missing(); })) {
      continue;
    }
    for (OpenBlock* block : group.blocks) {
      bool same = true;
      for (std::size_t i = 0; i < by.size(); ++i) {
        same = same && ValuesEqual(block->key[i], StoredIn(stored, by[i]));
      }
      if (same) return block;
    }
    return nullptr;
  }
  return group.writer;
}

void Framer::OfferLine(Stream* stream, std::size_t index, const Position& point,
                       std::vector<BlockEvent>* ended) {
  Group& group = stream->groups[index];
  OpenBlock* block = WriterOf(group);
  group.writer = block;
  if (block == nullptr) return;
  const BlockPlan& plan = *block->plan;
  const StepResult result = machine_.Offer(plan, line_, &matcher_, &block->machine);
  if (result == StepResult::kEnds) {
    if (tracer_ != nullptr) Tell(*block, why::Framed::kEndedBefore);
    End(block, false, ended);
    return;
  }
  const std::size_t bytes = line_.text.size() + 1;
  if (block->lines >= plan.limit_lines() || block->text_bytes + bytes > limits_.block_bytes) {
    End(block, true, ended);
    return;
  }
  ++block->lines;
  block->text_bytes += bytes;
  if (result == StepResult::kTaken) Take(block, point);
  if (tracer_ != nullptr && result == StepResult::kTaken) Tell(*block, why::Framed::kTook);
  Charge(block);
  if (PartMachine::IsOver(plan, block->machine)) End(block, false, ended);
}

void Framer::Take(OpenBlock* block, const Position& point) {
  const BlockPlan& plan = *block->plan;
  for (const PartId round : machine_.rounds()) block->trace.push_back({TraceKind::kRound, round, Value()});
  const PartId taker = machine_.taker();
  const PartPlan& part = plan.part(taker);
  if (part.kind == ir::BlockPartKind::kText) {
    if (part.list != ir::kNone) {
      block->trace.push_back({TraceKind::kText, taker, Value::Text(block->arena->Copy(line_.text))});
    }
  } else if (part.kind == ir::BlockPartKind::kLine) {
    for (const auto& [slot, value] : matcher_.stored()) {
      if (plan.IsKey(slot)) continue;  // the writer's name is the first line's
      block->trace.push_back({TraceKind::kStore, slot, Keep(block, value)});
    }
  }
  ++block->taken;
  if (line_.blank) return;  // at the end of a block it is no part of it
  KeepEvidence(block);
  Accept(block, point);
}

// Where nothing more is needed, the block may end with this line.
void Framer::Accept(OpenBlock* block, const Position& point) {
  if (!PartMachine::IsComplete(*block->plan, block->machine)) return;
  block->complete = true;
  block->last = point;
  block->end_line = line_.record->end_line;
  block->taken_at_last = block->taken;
  block->trace_at_last = block->trace.size();
  block->more_at_last = block->more.size();
}

void Framer::KeepEvidence(OpenBlock* block) {
  if (block->more.size() + 1 >= limits_.evidence_lines) return;
  block->more.push_back({line_.record->context.line,
                         block->arena->Copy(CutAt(line_.record->context.raw, limits_.evidence_bytes))});
}

// A copy of the value that lives as long as the block.
Value Framer::Keep(OpenBlock* block, const Value& value) {
  if (value.kind != ValueKind::kText) return block->arena->DeepCopy(value);
  return Value::Text(block->arena->Copy(value.AsText()));
}

void Framer::Charge(OpenBlock* block) {
  bytes_ -= block->cost;
  block->cost = CostOf(*block) + block->uncounted;
  bytes_ += block->cost;
}

std::size_t Framer::CostOf(const OpenBlock& block) {
  return kBlockCost + block.arena->bytes_used() + block.trace.size() * sizeof(TraceStep);
}

void Framer::HoldBounds(std::vector<BlockEvent>* ended) {
  while (bytes_ > limits_.total_bytes && !opened_.empty()) {
    OpenBlock* oldest = opened_.front().get();
    const StreamKey key{oldest->input, oldest->stream};
    End(oldest, true, ended);
    const auto stream = streams_.find(key);
    if (stream != streams_.end() && stream->second.open == 0) streams_.erase(stream);
  }
}

void Framer::End(OpenBlock* block, bool truncated, std::vector<BlockEvent>* ended) {
  FramerCounts& counts = counts_[block->plan->id()];
  if (tracer_ != nullptr) {
    Tell(*block, !block->complete ? why::Framed::kBroken
                 : truncated      ? why::Framed::kTruncated
                                  : why::Framed::kComplete);
  }
  if (block->complete) {
    ++counts.blocks;
    if (truncated) ++counts.truncated;
    Emit(block, truncated, ended);
  } else {
    ++counts.broken;
  }
  Forget(block);
}

void Framer::Emit(OpenBlock* block, bool truncated, std::vector<BlockEvent>* ended) {
  const ir::Format& format = block->plan->format();
  Arena* arena = block->arena.get();
  const std::span<Value> slots(arena->AllocateValues(format.slots.size()), format.slots.size());
  reader_.Read(*block->plan, std::span<const TraceStep>(block->trace).first(block->trace_at_last), slots,
               arena);
  if (format.has_missing_text) {
    for (Value& slot : slots) {
      if (slot.kind == ValueKind::kText && slot.AsText() == format.missing_text) slot = Value::Missing();
    }
  }
  if (format.truncated != ir::kNone) slots[format.truncated] = Value::Bool(truncated);
  context_.arena = arena;
  Frame frame;
  frame.slots = slots.data();
  frame.record = &block->record;
  if (format.derive != ir::kNone) program_.Call(format.derive, frame, context_, *scratch_);

  BlockEvent event;
  event.format = block->plan->id();
  event.input = block->input;
  event.stream = block->stream;
  event.slots = slots.data();
  event.slot_count = slots.size();
  event.key = std::move(block->key);
  event.first = block->first;
  event.last = block->last;
  event.end_line = block->end_line;
  event.place = block->place;
  event.record = block->record;
  event.time = block->last.time;
  if (format.time != ir::kNone && slots[format.time].kind == ValueKind::kTime) {
    event.time = slots[format.time];
  }
  event.record.time = event.time;
  event.lines = block->taken_at_last;
  event.truncated = truncated;
  event.head = std::move(block->head);
  block->more.resize(block->more_at_last);
  event.more = std::move(block->more);
  event.arena = std::move(block->arena);
  ended->push_back(std::move(event));
}

// Drops the block and takes it out of its stream; the stream stays, even without blocks.
void Framer::Forget(OpenBlock* block) {
  Stream& stream = streams_.find({block->input, block->stream})->second;
  const auto group = std::lower_bound(stream.groups.begin(), stream.groups.end(), block->plan->id(),
                                      [](const Group& g, ir::FormatId id) { return g.format < id; });
  group->blocks.erase(std::find(group->blocks.begin(), group->blocks.end(), block));
  if (group->writer == block) group->writer = nullptr;
  if (group->blocks.empty()) stream.groups.erase(group);
  --stream.open;
  bytes_ -= block->cost;
  std::unique_ptr<OpenBlock> spare = std::move(*block->self);
  opened_.erase(block->self);
  if (spare_.size() < 64) spare_.push_back(std::move(spare));
}

std::unique_ptr<Framer::OpenBlock> Framer::NewBlock() {
  if (spare_.empty()) {
    auto block = std::make_unique<OpenBlock>();
    block->arena = std::make_shared<Arena>();
    return block;
  }
  std::unique_ptr<OpenBlock> block = std::move(spare_.back());
  spare_.pop_back();
  // What was allocated is used again, unless it is much.
  MachineState machine = std::move(block->machine);
  std::vector<TraceStep> trace = std::move(block->trace);
  std::shared_ptr<Arena> arena = std::move(block->arena);
  *block = OpenBlock();
  trace.clear();
  if (trace.capacity() <= 4096) block->trace = std::move(trace);
  block->machine = std::move(machine);
  if (arena != nullptr) {
    arena->Reset();
  } else {
    arena = std::make_shared<Arena>();
  }
  block->arena = std::move(arena);
  return block;
}

void Framer::EndAll(Stream* stream, std::vector<BlockEvent>* ended) {
  while (!stream->groups.empty()) End(stream->groups.back().blocks.back(), false, ended);
}

void Framer::EndStream(std::uint32_t input, std::uint32_t stream, std::vector<BlockEvent>* ended) {
  const auto found = streams_.find({input, stream});
  if (found == streams_.end()) return;
  const std::size_t from = ended->size();
  EndAll(&found->second, ended);
  streams_.erase(found);
  SortEvents(ended, from);
}

void Framer::EndSource(std::uint32_t input, std::vector<BlockEvent>* ended) {
  const std::size_t from = ended->size();
  line_.record = nullptr;
  auto it = streams_.lower_bound({input, 0});
  while (it != streams_.end() && it->first.first == input) {
    EndAll(&it->second, ended);
    it = streams_.erase(it);
  }
  SortEvents(ended, from);
}

void Framer::SortEvents(std::vector<BlockEvent>* events, std::size_t from) {
  if (events->size() - from < 2) return;
  std::stable_sort(events->begin() + static_cast<std::ptrdiff_t>(from), events->end(),
                   [](const BlockEvent& a, const BlockEvent& b) {
                     return std::tuple(a.last.order, a.format, a.first.order) <
                            std::tuple(b.last.order, b.format, b.first.order);
                   });
}

}  // namespace faultline::runtime
