// Items as bytes: see far_item.h.
#include "runtime/engine/far_item.h"

#include "runtime/correlate/match_state.h"

#include <utility>

namespace faultline::runtime {
namespace {

using snapshot::Reader;
using snapshot::Writer;

// A source never has more streams (RecordLimits::streams).
constexpr std::uint32_t kMaxStreams = 1 << 17;

void PutClock(const FarClock& clock, Writer* writer) {
  writer->Signed(clock.source_records);
  writer->Signed(clock.stream_records);
  writer->Unsigned(clock.stream);
  writer->Signed(clock.stream_line);
  writer->Signed(clock.line);
  writer->Signed(clock.first_log_line);
  writer->Signed(clock.watermark);
  writer->Put(clock.time);
  writer->Put(clock.stream_time);
  writer->Signed(clock.oldest_record);
  if (clock.oldest_record == 0) return;
  writer->Put(clock.oldest_time);
  writer->Signed(clock.oldest_stream_record);
  if (clock.oldest_stream_record == 0) return;
  writer->Signed(clock.oldest_stream_line);
  writer->Put(clock.oldest_stream_time);
}

FarClock GetClock(Reader* reader) {
  FarClock clock;
  clock.source_records = reader->Signed();
  clock.stream_records = reader->Signed();
  clock.stream = GetSmall(reader);
  if (clock.stream >= kMaxStreams) reader->Fail();
  clock.stream_line = reader->Signed();
  clock.line = reader->Signed();
  clock.first_log_line = reader->Signed();
  clock.watermark = reader->Signed();
  clock.time = GetTime(reader);
  clock.stream_time = GetTime(reader);
  clock.oldest_record = reader->Signed();
  if (clock.oldest_record == 0) return clock;
  clock.oldest_time = GetTime(reader);
  clock.oldest_stream_record = reader->Signed();
  if (clock.oldest_stream_record == 0) return clock;
  clock.oldest_stream_line = reader->Signed();
  clock.oldest_stream_time = GetTime(reader);
  return clock;
}

// The text mostly is a part of the raw line.
void PutTexts(const RecordContext& context, Writer* writer) {
  writer->Text(context.raw);
  const std::size_t at = context.raw.find(context.text);
  writer->Bool(at != std::string_view::npos);
  if (at == std::string_view::npos) {
    writer->Text(context.text);
  } else {
    writer->Unsigned(at);
    writer->Unsigned(context.text.size());
  }
}

void GetTexts(Reader* reader, Arena* arena, RecordContext* context) {
  context->raw = arena->Copy(reader->Text());
  if (!reader->Bool()) {
    context->text = arena->Copy(reader->Text());
    return;
  }
  const std::uint64_t at = reader->Unsigned();
  const std::uint64_t size = reader->Unsigned();
  if (at > context->raw.size() || size > context->raw.size() - at) {
    reader->Fail();
  } else {
    context->text = context->raw.substr(static_cast<std::size_t>(at), static_cast<std::size_t>(size));
  }
}

void PutHits(const FarItem& item, const EnginePlan& plan, Writer* writer) {
  writer->Unsigned(item.hits.size());
  if (item.hits.empty()) return;
  PutTexts(item.context, writer);
  writer->Put(item.context.stream);
  writer->Signed(item.end_line);
  for (std::size_t i = 0; i < item.hits.size(); ++i) {
    const StageHit& hit = item.hits[i];
    const ShownHit& shown = item.shown[i];
    writer->Unsigned(hit.stage);
    writer->Bool(hit.fits);
    for (std::size_t n = 0; n < plan.stages()[hit.stage].stores.size(); ++n) writer->Put(hit.stored[n]);
    writer->Signed(shown.place.line);
    writer->Signed(shown.place.column);
    writer->Unsigned(shown.place.offset);
    PutEvidence(shown.evidence, writer);
  }
}

void GetHits(const EnginePlan& plan, Reader* reader, FarItem* item) {
  const std::size_t count = reader->Count();
  if (count == 0) return;
  GetTexts(reader, &item->arena, &item->context);
  item->context.stream = reader->Get(&item->arena);
  item->end_line = reader->Signed();
  for (std::size_t i = 0; i < count && reader->ok(); ++i) {
    StageHit hit;
    const std::uint64_t stage = reader->Unsigned();
    if (stage >= plan.stages().size()) reader->Fail();
    hit.fits = reader->Bool();
    if (!reader->ok()) return;
    hit.stage = static_cast<StageId>(stage);
    const std::size_t stores = plan.stages()[hit.stage].stores.size();
    Value* stored = item->arena.AllocateValues(stores);
    for (std::size_t n = 0; n < stores; ++n) stored[n] = reader->Get(&item->arena);
    hit.stored = stored;
    item->hits.push_back(hit);
    ShownHit& shown = item->shown.emplace_back();
    shown.place.line = reader->Signed();
    shown.place.column = reader->Signed();
    shown.place.offset = reader->Unsigned();
    shown.evidence = GetEvidence(reader);
  }
  if (item->hits.size() != item->shown.size()) reader->Fail();
  for (std::size_t i = 0; i < item->shown.size(); ++i) item->hits[i].shown = &item->shown[i];
}

}  // namespace

void PutFarItem(const FarItem& item, const EnginePlan& plan, Writer* writer) {
  writer->Unsigned(static_cast<std::uint64_t>(item.kind));
  writer->Unsigned(item.source);
  writer->Unsigned(item.group);
  switch (item.kind) {
    case FarKind::kBegin:
      writer->Text(item.path);
      writer->Text(item.role);
      return;
    case FarKind::kRecord:
      PutClock(item.clock, writer);
      PutHits(item, plan, writer);
      return;
    case FarKind::kBlock:
      writer->Unsigned(item.format);
      PutMatch(*item.block, nullptr, writer);
      return;
    case FarKind::kEnd:
      writer->Bool(item.interrupted);
      writer->Signed(item.lines);
      writer->Unsigned(item.bytes);
      return;
    case FarKind::kAdvance:
      writer->Signed(item.time);
      return;
    case FarKind::kEndScopes:
      return;
  }
}

bool GetFarItem(const EnginePlan& plan, Reader* reader, FarItem* item) {
  const std::uint64_t kind = reader->Unsigned();
  if (kind > static_cast<std::uint64_t>(FarKind::kEndScopes)) reader->Fail();
  item->source = GetSmall(reader);
  item->group = GetSmall(reader);
  if (!reader->ok()) return false;
  item->kind = static_cast<FarKind>(kind);
  switch (item->kind) {
    case FarKind::kBegin:
      item->path = reader->Text();
      item->role = reader->Text();
      break;
    case FarKind::kRecord:
      item->clock = GetClock(reader);
      GetHits(plan, reader, item);
      break;
    case FarKind::kBlock: {
      const std::uint64_t format = reader->Unsigned();
      if (format >= plan.module().formats.size()) {
        reader->Fail();
        break;
      }
      item->format = static_cast<ir::FormatId>(format);
      item->block = std::make_shared<Match>(GetMatch(nullptr, reader));
      if (item->block->slots.size() != plan.module().formats[item->format].slots.size() ||
          item->block->position.stream >= kMaxStreams || item->block->begin.stream >= kMaxStreams) {
        reader->Fail();
      }
      break;
    }
    case FarKind::kEnd:
      item->interrupted = reader->Bool();
      item->lines = reader->Signed();
      item->bytes = reader->Unsigned();
      break;
    case FarKind::kAdvance:
      item->time = reader->Signed();
      break;
    case FarKind::kEndScopes:
      break;
  }
  return reader->ok() && reader->empty();
}

}  // namespace faultline::runtime
