// Open blocks as bytes and back.
//
// What is read back may be any bytes: everything that is used as an index later is checked here.
#include "runtime/correlate/match_state.h"
#include "runtime/frame/framer.h"
#include "runtime/frame/open_block.h"

#include <algorithm>
#include <utility>

namespace faultline::runtime {
namespace {

using ir::BlockPartKind;
using snapshot::Reader;
using snapshot::Writer;

void PutMachine(const MachineState& machine, Writer* writer) {
  writer->Unsigned(machine.stack.size());
  for (const PartFrame& frame : machine.stack) {
    writer->Unsigned(frame.part);
    writer->Unsigned(frame.next);
    writer->Signed(frame.base);
    writer->Signed(frame.before);
    writer->Unsigned(frame.used);
  }
  writer->Unsigned(machine.used.size());
  for (const std::uint64_t word : machine.used) writer->Unsigned(word);
  writer->Signed(machine.last_indent);
}

bool IsFrame(const BlockPlan& plan, const PartFrame& frame, std::size_t words) {
  if (frame.part >= plan.part_count()) return false;
  const PartPlan& part = plan.part(frame.part);
  switch (part.kind) {
    case BlockPartKind::kOptional:
    case BlockPartKind::kRepeat:
      return frame.next <= part.items.size();
    case BlockPartKind::kAnyOrder: {
      const std::size_t needed = (part.items.size() + 63) / 64;
      return frame.used <= words && needed <= words - frame.used;
    }
    case BlockPartKind::kText:
      return true;
    case BlockPartKind::kLine:
    case BlockPartKind::kOneOf:
    case BlockPartKind::kBlank:
    case BlockPartKind::kSkip:
    case BlockPartKind::kUntil:
      return false;
  }
  return false;
}

bool GetMachine(const BlockPlan& plan, Reader* reader, MachineState* machine) {
  machine->stack.clear();
  machine->used.clear();
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    PartFrame frame;
    frame.part = GetSmall(reader);
    frame.next = GetSmall(reader);
    frame.base = static_cast<std::int32_t>(reader->Signed());
    frame.before = static_cast<std::int32_t>(reader->Signed());
    frame.used = GetSmall(reader);
    machine->stack.push_back(frame);
  }
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    machine->used.push_back(reader->Unsigned());
  }
  machine->last_indent = static_cast<std::int32_t>(reader->Signed());
  return reader->ok() && !machine->stack.empty() && machine->stack[0].part == BlockPlan::kRoot &&
         std::all_of(machine->stack.begin(), machine->stack.end(),
                     [&](const PartFrame& frame) { return IsFrame(plan, frame, machine->used.size()); });
}

void PutTrace(const std::vector<TraceStep>& trace, Writer* writer) {
  writer->Unsigned(trace.size());
  for (const TraceStep& step : trace) {
    writer->Unsigned(static_cast<std::uint64_t>(step.kind));
    writer->Unsigned(step.index);
    writer->Put(step.value);
  }
}

bool GetTrace(const BlockPlan& plan, Reader* reader, Arena* arena, std::vector<TraceStep>* trace) {
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const std::uint64_t kind = reader->Unsigned();
    TraceStep step;
    step.index = GetSmall(reader);
    step.value = reader->Get(arena);
    const bool is_part = step.index < plan.part_count() && plan.part(step.index).list != ir::kNone;
    if (kind == static_cast<std::uint64_t>(TraceKind::kStore)) {
      if (step.index >= plan.format().slots.size()) return false;
    } else if (kind == static_cast<std::uint64_t>(TraceKind::kRound)) {
      step.kind = TraceKind::kRound;
      if (!is_part || plan.part(step.index).kind != BlockPartKind::kRepeat) return false;
    } else if (kind == static_cast<std::uint64_t>(TraceKind::kText)) {
      step.kind = TraceKind::kText;
      if (!is_part || plan.part(step.index).kind != BlockPartKind::kText) return false;
    } else {
      return false;
    }
    trace->push_back(step);
  }
  return reader->ok();
}

}  // namespace

void Framer::Save(snapshot::Writer* writer) const {
  writer->Unsigned(counts_.size());
  for (const FramerCounts& counts : counts_) {
    writer->Signed(counts.blocks);
    writer->Signed(counts.broken);
    writer->Signed(counts.truncated);
  }
  writer->Unsigned(opened_.size());
  for (const auto& open : opened_) {
    const OpenBlock& block = *open;
    const std::size_t section = writer->Begin();
    writer->Unsigned(block.plan->id());
    writer->Unsigned(block.input);
    writer->Unsigned(block.stream);
    const Stream& stream = streams_.find({block.input, block.stream})->second;
    writer->Bool(std::any_of(stream.groups.begin(), stream.groups.end(),
                             [&block](const Group& group) { return group.writer == &block; }));
    PutMachine(block.machine, writer);
    PutTrace(block.trace, writer);
    for (const Value& part : block.key) writer->Put(part);
    PutPosition(block.first, writer);
    writer->Signed(block.place.line);
    writer->Signed(block.place.column);
    writer->Unsigned(block.place.offset);
    PutContext(block.record, writer);
    PutEvidence(block.head, writer);
    writer->Unsigned(block.more.size());
    for (const BlockEvidenceLine& line : block.more) {
      writer->Signed(line.line);
      writer->Text(line.text);
    }
    writer->Signed(block.lines);
    writer->Unsigned(block.text_bytes);
    writer->Unsigned(block.cost);
    writer->Bool(block.complete);
    PutPosition(block.last, writer);
    writer->Signed(block.end_line);
    writer->Signed(block.taken);
    writer->Signed(block.taken_at_last);
    writer->Unsigned(block.trace_at_last);
    writer->Unsigned(block.more_at_last);
    writer->End(section);
  }
}

bool Framer::LoadBlock(snapshot::Reader* reader) {
  const ir::FormatId format = GetSmall(reader);
  if (!reader->ok() || format >= plans_.size() || plans_[format] == nullptr) return false;
  const BlockPlan& plan = PlanOf(format);
  std::unique_ptr<OpenBlock> made = NewBlock();
  OpenBlock* block = made.get();
  Arena* arena = block->arena.get();
  block->plan = &plan;
  block->number = next_number_++;
  block->input = GetSmall(reader);
  block->stream = GetSmall(reader);
  const bool is_writer = reader->Bool();
  if (!GetMachine(plan, reader, &block->machine)) return false;
  if (!GetTrace(plan, reader, arena, &block->trace)) return false;
  for (std::size_t i = 0; i < plan.format().block_by.size(); ++i) block->key.push_back(reader->Get(arena));
  block->first = GetPosition(reader);
  block->place.line = reader->Signed();
  block->place.column = reader->Signed();
  block->place.offset = reader->Unsigned();
  block->record = GetContext(reader, arena);
  block->head = GetEvidence(reader);
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const std::int64_t line = reader->Signed();
    block->more.push_back({line, arena->Copy(reader->Text())});
  }
  block->lines = reader->Signed();
  block->text_bytes = reader->Unsigned();
  block->cost = reader->Unsigned();
  block->complete = reader->Bool();
  block->last = GetPosition(reader);
  block->end_line = reader->Signed();
  block->taken = reader->Signed();
  block->taken_at_last = reader->Signed();
  block->trace_at_last = reader->Unsigned();
  block->more_at_last = reader->Unsigned();
  if (!reader->ok() || block->trace_at_last > block->trace.size() ||
      block->more_at_last > block->more.size() || block->cost > limits_.total_bytes) {
    return false;
  }
  // Later costs are counted from what the block cost when it was saved.
  block->uncounted = block->cost - CostOf(*block);
  bytes_ += block->cost;
  Stream& stream = streams_[{block->input, block->stream}];
  stream.input = block->input;
  stream.number = block->stream;
  ++stream.open;
  Group& group = GroupOf(&stream, format);
  group.blocks.push_back(block);
  if (is_writer) group.writer = block;
  opened_.push_back(std::move(made));
  block->self = std::prev(opened_.end());
  return true;
}

bool Framer::Load(snapshot::Reader* reader) {
  const auto clear = [this] {
    streams_.clear();
    opened_.clear();
    bytes_ = 0;
    std::fill(counts_.begin(), counts_.end(), FramerCounts());
  };
  clear();
  bool good = reader->Unsigned() == counts_.size();
  for (std::size_t i = 0; good && i < counts_.size(); ++i) {
    counts_[i].blocks = reader->Signed();
    counts_[i].broken = reader->Signed();
    counts_[i].truncated = reader->Signed();
  }
  for (std::size_t n = good ? reader->Count() : 0; good && n > 0; --n) {
    snapshot::Reader block = reader->Section();
    good = reader->ok() && LoadBlock(&block);
  }
  good = good && reader->ok();
  if (!good) clear();
  return good;
}

}  // namespace faultline::runtime
