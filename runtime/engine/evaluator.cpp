// Evaluation of stages: see evaluator.h.
#include "runtime/engine/evaluator.h"

#include "runtime/why/tracer.h"

#include <algorithm>
#include <functional>

namespace faultline::runtime {
namespace {

bool IsText(const Value& value) {
  return value.kind == ValueKind::kText;
}

// Whether `part` points into `whole`; on views of different buffers only std::less gives an order.
bool PointsInto(std::string_view part, std::string_view whole) {
  const std::less_equal<const char*> not_after;
  return part.data() != nullptr && not_after(whole.data(), part.data()) &&
         not_after(part.data(), whole.data() + whole.size());
}

// What formats are decided by.
std::string_view TextOf(const RecordView& record) {
  return record.whole.data() != nullptr ? record.whole : record.context.text;
}

// A record of JSON has a brace in it, one of logfmt an equals sign.
bool MayBeOf(ir::FormatKind kind, const RecordView& record) {
  const std::string_view text = TextOf(record);
  switch (kind) {
    case ir::FormatKind::kJson:
      return text.find('{') != std::string_view::npos;
    case ir::FormatKind::kLogfmt:
      return text.find('=') != std::string_view::npos;
    case ir::FormatKind::kPlain:
    case ir::FormatKind::kLine:
    case ir::FormatKind::kBlock:
      return true;
  }
  return true;
}

}  // namespace

LogPlace PlaceOf(const RecordView& record, std::string_view matched) {
  if (PointsInto(matched, record.context.text)) {
    return record.PlaceOfText(static_cast<std::uint32_t>(matched.data() - record.context.text.data()));
  }
  if (PointsInto(matched, record.context.raw)) {
    return record.PlaceOfRaw(static_cast<std::uint32_t>(matched.data() - record.context.raw.data()));
  }
  return record.PlaceOfRaw(0);
}

StageEvaluator::StageEvaluator(const EnginePlan& plan, const Program& program, ir::FormatId forced_format,
                               const EvalContext& context)
    : plan_(plan),
      program_(program),
      scratch_(program.NewScratch()),
      decoder_(program, forced_format),
      context_(context) {
  std::size_t slots = 0, captures = 1;
  for (const ir::Rule& rule : plan.module().rules) slots = std::max(slots, rule.slots.size());
  for (const ir::Pattern& pattern : plan.module().patterns)
    captures = std::max(captures, pattern.captures.size() + 1);
  slots_.resize(slots);
  captures_.resize(captures);
}

void StageEvaluator::Resolve(RecordView& record, Arena* arena) {
  if (record.resolved) return;
  context_.arena = arena;
  decoder_.Resolve(record, context_);
  record.resolved = true;
}

bool StageEvaluator::IsRefutedByBytes(AlternateId alternate, const RecordView& record) {
  const Alternate& candidate = plan_.alternates()[alternate];
  const ir::Stage& stage = *plan_.stages()[candidate.stage].stage;
  if (stage.format != ir::kNone && !MayBeOf(plan_.module().formats[stage.format].kind, record)) return true;
  if (candidate.pattern == ir::kNone || stage.input != ir::StageInput::kRaw) return false;
  return !program_.Match(candidate.pattern, record.context.raw, {}, *scratch_);
}

bool StageEvaluator::MayBeIndexed(const RecordView& record) const {
  const std::string_view text = TextOf(record);
  const std::vector<FieldTrace>& traces = plan_.traces();
  return std::any_of(traces.begin(), traces.end(),
                     [text](const FieldTrace& trace) { return trace.IsIn(text); });
}

void StageEvaluator::FindByFields(const RecordView& record, Arena* arena, std::vector<AlternateId>* called) {
  if (record.format == ir::kNone) return;
  const FieldIndex& index = plan_.fields()[record.format];
  if (index.empty()) return;
  context_.arena = arena;
  const std::size_t count = decoder_.KeptCount(record.format, record, context_);
  for (std::size_t i = 0; i < count; ++i) {
    const std::span<const Value> frame = decoder_.KeptFrame(record.format, record, i, context_);
    if (!frame.empty()) index.Find(frame, called);
  }
}

bool StageEvaluator::MayBegin(ir::FormatId format, const RecordView& record) {
  const std::string_view text = TextOf(record);
  const ir::Format& block = plan_.module().formats[format];
  return !block.parts.empty() &&
         std::any_of(block.parts.front().lines.begin(), block.parts.front().lines.end(),
                     [&](const ir::Alternative& line) {
                       return line.pattern == ir::kNone || program_.Match(line.pattern, text, {}, *scratch_);
                     });
}

Value StageEvaluator::CallOver(ir::FunctionId function, Value* slots, const Value* input, Arena* arena) {
  context_.arena = arena;
  Frame frame;
  frame.slots = slots;
  frame.input = input;
  return program_.Call(function, frame, context_, *scratch_);
}

Value StageEvaluator::Call(ir::FunctionId function, Value* slots, const RecordContext* record, Arena* arena) {
  context_.arena = arena;
  Frame frame;
  frame.slots = slots;
  frame.record = record;
  return program_.Call(function, frame, context_, *scratch_);
}

void StageEvaluator::LoadWrapped(const ir::Stage& stage, const RecordView& record) {
  for (std::size_t i = record.wrappers.size(); i-- > 0;) {
    const WrapperValues& values = record.wrappers[i];
    for (const ir::WrapperField& row : stage.wrapped) {
      if (row.wrapper == values.wrapper && slots_[row.slot].is_missing())
        slots_[row.slot] = values.slots[row.field];
    }
  }
}

void StageEvaluator::Load(const ir::Stage& stage, const Subject& subject, Arena* arena) {
  context_.arena = arena;
  for (ir::SlotId slot : stage.stores) slots_[slot] = Value::Missing();
  if (subject.record != nullptr && !stage.wrapped.empty()) LoadWrapped(stage, *subject.record);
  if (stage.load != ir::kNone) program_.Call(stage.load, FrameOf(subject), context_, *scratch_);
}

Frame StageEvaluator::FrameOf(const Subject& subject) {
  Frame frame;
  frame.slots = slots_.data();
  frame.input = subject.input;
  frame.subject = subject.text;
  frame.record = subject.context;
  return frame;
}

// One way in which the stage can match; `element` is of its list, null where it has none.
bool StageEvaluator::TryAlternate(AlternateId id, const Subject& subject, const Value* element, Arena* arena,
                                  StageHit* hit) {
  const Alternate& alternate = plan_.alternates()[id];
  const ir::Stage& stage = *plan_.stages()[alternate.stage].stage;
  context_.arena = arena;
  Frame frame = FrameOf(subject);
  hit->stage = alternate.stage;
  hit->matched = subject.text.substr(0, 0);
  if (alternate.pattern != ir::kNone) {
    const std::size_t captures = plan_.module().patterns[alternate.pattern].captures.size() + 1;
    const std::span<CaptureSpan> spans(captures_.data(), captures);
    std::fill(spans.begin(), spans.end(), CaptureSpan{});
    if (!program_.Match(alternate.pattern, subject.text, spans, *scratch_)) {
      if (tracer_ != nullptr)
        Tell(alternate.stage, id, why::Verdict::kNoPattern, subject, ir::kNone, nullptr);
      return false;
    }
    frame.captures = spans;
    hit->matched = subject.text.substr(static_cast<std::size_t>(spans[0].begin),
                                       static_cast<std::size_t>(spans[0].end - spans[0].begin));
  }
  for (ir::SlotId slot : stage.stores) slots_[slot] = Value::Missing();

  RecordContext seen = *subject.context;
  if (subject.record != nullptr) {
    const LogPlace place = PlaceOf(*subject.record, hit->matched);
    seen.line = place.line;
    seen.column = place.column;
  }
  frame.record = &seen;
  if (subject.record != nullptr && !stage.wrapped.empty()) LoadWrapped(stage, *subject.record);
  if (stage.load != ir::kNone) program_.Call(stage.load, frame, context_, *scratch_);
  if (element != nullptr) slots_[stage.each_slot] = *element;
  const ir::FunctionId extract = alternate.plan == nullptr ? ir::kNone : alternate.plan->extract;
  const ir::FunctionId guard = alternate.plan == nullptr ? ir::kNone : alternate.plan->guard;
  if (extract != ir::kNone) program_.Call(extract, frame, context_, *scratch_);
  ir::FunctionId failed = ir::kNone;
  if (guard != ir::kNone && !program_.Call(guard, frame, context_, *scratch_).is_true()) {
    failed = guard;
  } else if (stage.guard != ir::kNone && !program_.Call(stage.guard, frame, context_, *scratch_).is_true()) {
    failed = stage.guard;
  }
  const bool fits = failed == ir::kNone;
  if (tracer_ != nullptr) {
    Tell(alternate.stage, id, fits ? why::Verdict::kFits : why::Verdict::kGuard, subject, failed, &frame);
  }
  return fits;
}

void StageEvaluator::Tell(StageId stage, AlternateId alternate, why::Verdict verdict, const Subject& subject,
                          ir::FunctionId function, const Frame* frame) {
  tracer_->OnTried(
      {stage, alternate, verdict, subject.text, function, frame, subject.record, subject.context});
}

void StageEvaluator::TryAlternates(std::span<const AlternateId> alternates, const Subject& subject,
                                   Arena* arena, std::vector<StageHit>* hits) {
  const StagePlan& plan = plan_.stages()[plan_.alternates()[alternates.front()].stage];
  const ir::Stage& stage = *plan.stage;
  for (const auto& [slot, value] : plan_.rules()[plan.rule].context) slots_[slot] = value;
  const bool counts_misses =
      stage.in_a_row && (stage.input == ir::StageInput::kFormat || stage.input == ir::StageInput::kRule);
  const auto one = [&](const Value* element) {
    StageHit hit;
    hit.record = subject.record_index;
    hit.fits = false;
    for (AlternateId id : alternates) {
      hit.fits = TryAlternate(id, subject, element, arena, &hit);
      if (hit.fits) break;
    }
    if (!hit.fits) {
      if (!counts_misses) return;
      Load(stage, subject, arena);  // its key is made of what it loads
      if (element != nullptr) slots_[stage.each_slot] = *element;
    }
    Value* stored = arena->AllocateValues(plan.stores.size());
    for (std::size_t i = 0; i < plan.stores.size(); ++i) stored[i] = slots_[plan.stores[i]];
    hit.stored = stored;
    hits->push_back(hit);
  };
  if (stage.each == ir::kNone) {
    one(nullptr);
    return;
  }
  Load(stage, subject, arena);
  const Value list = program_.Call(stage.each, FrameOf(subject), context_, *scratch_);
  if (tracer_ != nullptr && (list.kind != ValueKind::kList || list.size == 0)) {
    Tell(plan_.alternates()[alternates.front()].stage, ir::kNone, why::Verdict::kNoList, subject, ir::kNone,
         nullptr);
  }
  if (list.kind != ValueKind::kList) return;
  for (std::uint32_t i = 0; i < list.size; ++i) one(&list.items[i]);
}

void StageEvaluator::Evaluate(std::span<const AlternateId> alternates, const RecordView& record,
                              std::uint32_t record_index, Arena* arena, std::vector<StageHit>* hits) {
  const StageId stage_id = plan_.alternates()[alternates.front()].stage;
  const ir::Stage& stage = *plan_.stages()[stage_id].stage;
  Subject subject{record.context.text, nullptr, &record, &record.context, record_index};
  switch (stage.input) {
    case ir::StageInput::kText:
    case ir::StageInput::kRaw:
      if (stage.input == ir::StageInput::kRaw) subject.text = record.context.raw;
      if (stage.format != ir::kNone) break;  // `from FORMAT`: its records only, with their fields
      TryAlternates(alternates, subject, arena, hits);
      return;
    case ir::StageInput::kRule:
      return;
    case ir::StageInput::kField:
    case ir::StageInput::kFormat:
      break;
  }
  const auto tell = [&](why::Verdict verdict) {
    if (tracer_ != nullptr) Tell(stage_id, ir::kNone, verdict, subject, ir::kNone, nullptr);
  };
  if (record.format == ir::kNone || (stage.format != ir::kNone && stage.format != record.format)) {
    tell(why::Verdict::kOtherFormat);
    return;
  }
  ir::SlotId field = ir::kNone;
  if (stage.input == ir::StageInput::kField) {
    field = FieldSlot(stage, record.format);
    if (field == ir::kNone) {
      tell(why::Verdict::kNoField);
      return;
    }
  }
  context_.arena = arena;
  const std::size_t count = decoder_.KeptCount(record.format, record, context_);
  for (std::size_t i = 0; i < count; ++i) {
    context_.arena = arena;
    const std::span<const Value> slots = decoder_.KeptFrame(record.format, record, i, context_);
    if (slots.empty()) continue;
    const std::optional<FieldGate>& gate = plan_.stages()[stage_id].gate;
    if (gate && !gate->LetsPass(slots)) continue;
    subject.input = slots.data();
    if (field != ir::kNone) {
      if (!IsText(slots[field])) {
        tell(why::Verdict::kNoField);
        continue;
      }
      subject.text = slots[field].AsText();
    }
    TryAlternates(alternates, subject, arena, hits);
  }
}

ir::SlotId StageEvaluator::FieldSlot(const ir::Stage& stage, ir::FormatId format) const {
  const std::vector<ir::Slot>& slots = plan_.module().formats[format].slots;
  ir::SlotId found = ir::kNone;
  for (ir::SlotId slot = 0; slot < slots.size(); ++slot) {
    if (slots[slot].name == stage.field) found = slot;
  }
  return found;
}

void StageEvaluator::EvaluateRead(StageId stage, const Value* input, const RecordContext& record,
                                  Arena* arena, std::vector<StageHit>* hits) {
  const StagePlan& plan = plan_.stages()[stage];
  all_.clear();
  for (AlternateId id = plan.first; id < plan.last; ++id) all_.push_back(id);
  Subject subject{record.text, input, nullptr, &record, 0};
  if (plan.stage->input == ir::StageInput::kField) {
    const ir::SlotId field = FieldSlot(*plan.stage, plan.stage->format);
    if (field == ir::kNone || !IsText(input[field])) {
      if (tracer_ != nullptr) Tell(stage, ir::kNone, why::Verdict::kNoField, subject, ir::kNone, nullptr);
      return;
    }
    subject.text = input[field].AsText();
  }
  TryAlternates(all_, subject, arena, hits);
}

}  // namespace faultline::runtime
