// Positions, timers and matches as bytes: see match_state.h.
#include "runtime/correlate/match_state.h"

#include <utility>

namespace faultline::runtime {
namespace {

using snapshot::Reader;
using snapshot::Writer;

void PutLines(const std::vector<ContextLine>& lines, Writer* writer) {
  writer->Unsigned(lines.size());
  for (const ContextLine& line : lines) {
    writer->Signed(line.line);
    writer->Text(line.text);
  }
}

std::vector<ContextLine> GetLines(Reader* reader) {
  std::vector<ContextLine> lines;
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    ContextLine& line = lines.emplace_back();
    line.line = reader->Signed();
    line.text = reader->Text();
  }
  return lines;
}

}  // namespace

std::uint32_t GetSmall(Reader* reader) {
  const std::uint64_t number = reader->Unsigned();
  if (number > UINT32_MAX) reader->Fail();
  return reader->ok() ? static_cast<std::uint32_t>(number) : 0;
}

Value GetTime(Reader* reader) {
  Arena none;  // a time points nowhere
  const Value value = reader->Get(&none);
  if (value.is_missing() || value.kind == ValueKind::kTime) return value;
  reader->Fail();
  return Value::Missing();
}

void PutPosition(const Position& position, Writer* writer) {
  writer->Unsigned(position.order);
  writer->Signed(position.record);
  writer->Unsigned(position.input);
  writer->Unsigned(position.stream);
  writer->Signed(position.stream_line);
  writer->Signed(position.stream_record);
  writer->Put(position.time);
}

Position GetPosition(Reader* reader) {
  Position position;
  position.order = reader->Unsigned();
  position.record = reader->Signed();
  position.input = GetSmall(reader);
  position.stream = GetSmall(reader);
  position.stream_line = reader->Signed();
  position.stream_record = reader->Signed();
  position.time = GetTime(reader);
  return position;
}

void PutExtent(const Extent& extent, Writer* writer) {
  writer->Signed(extent.first_line);
  writer->Signed(extent.last_line);
  writer->Signed(extent.first_record);
  writer->Signed(extent.last_record);
}

Extent GetExtent(Reader* reader) {
  Extent extent;
  extent.first_line = reader->Signed();
  extent.last_line = reader->Signed();
  extent.first_record = reader->Signed();
  extent.last_record = reader->Signed();
  return extent;
}

void PutPoint(const Point& point, Writer* writer) {
  PutPosition(point.position, writer);
  PutExtent(point.extent, writer);
  writer->Put(point.time);
  writer->Unsigned(point.first);
  writer->Unsigned(point.last);
  writer->Put(point.begin);
}

Point GetPoint(Reader* reader) {
  Point point;
  point.position = GetPosition(reader);
  point.extent = GetExtent(reader);
  point.time = GetTime(reader);
  point.first = reader->Unsigned();
  point.last = reader->Unsigned();
  point.begin = GetTime(reader);
  return point;
}

void PutTimer(const Timer& timer, Writer* writer) {
  writer->Unsigned(static_cast<std::uint64_t>(timer.clock));
  writer->Signed(timer.of);
  writer->Signed(timer.end);
  writer->Unsigned(timer.rule);
  writer->Unsigned(timer.number);
  writer->Unsigned(timer.what);
  writer->Unsigned(timer.stream);
  writer->Bool(timer.over);
}

Timer GetTimer(Reader* reader) {
  Timer timer;
  const std::uint64_t clock = reader->Unsigned();
  if (clock > static_cast<std::uint64_t>(Clock::kRun)) reader->Fail();
  if (reader->ok()) timer.clock = static_cast<Clock>(clock);
  timer.of = reader->Signed();
  timer.end = reader->Signed();
  timer.rule = GetSmall(reader);
  timer.number = reader->Unsigned();
  timer.what = GetSmall(reader);
  timer.stream = GetSmall(reader);
  timer.over = reader->Bool();
  return timer;
}

void PutEvidence(const Evidence& evidence, Writer* writer) {
  writer->Text(evidence.file);
  writer->Signed(evidence.line);
  writer->Text(evidence.text);
  writer->Unsigned(evidence.mark);
  writer->Unsigned(evidence.mark_size);
  PutLines(evidence.before, writer);
  PutLines(evidence.after, writer);
}

Evidence GetEvidence(Reader* reader) {
  Evidence evidence;
  evidence.file = reader->Text();
  evidence.line = reader->Signed();
  evidence.text = reader->Text();
  evidence.mark = GetSmall(reader);
  evidence.mark_size = GetSmall(reader);
  evidence.before = GetLines(reader);
  evidence.after = GetLines(reader);
  const std::size_t size = evidence.text.size();
  if (evidence.mark > size || evidence.mark_size > size - evidence.mark) reader->Fail();
  return evidence;
}

void PutPlace(const FindingPlace& place, Writer* writer) {
  writer->Text(place.file);
  writer->Signed(place.line);
  writer->Signed(place.column);
  writer->Signed(place.end_line);
  writer->Signed(place.offset);
  writer->Unsigned(place.input);
}

FindingPlace GetPlace(Reader* reader) {
  FindingPlace place;
  place.file = reader->Text();
  place.line = reader->Signed();
  place.column = reader->Signed();
  place.end_line = reader->Signed();
  place.offset = reader->Signed();
  place.input = GetSmall(reader);
  return place;
}

void PutContext(const RecordContext& record, Writer* writer) {
  writer->Text(record.file);
  writer->Signed(record.line);
  writer->Signed(record.column);
  writer->Text(record.text);
  writer->Text(record.raw);
  writer->Put(record.time);
  writer->Put(record.stream);
}

RecordContext GetContext(Reader* reader, Arena* arena) {
  RecordContext record;
  record.file = arena->Copy(reader->Text());
  record.line = reader->Signed();
  record.column = reader->Signed();
  record.text = arena->Copy(reader->Text());
  record.raw = arena->Copy(reader->Text());
  record.time = GetTime(reader);
  record.stream = reader->Get(arena);
  return record;
}

void PutValues(const std::vector<Value>& values, Writer* writer) {
  writer->Unsigned(values.size());
  for (const Value& value : values) writer->Put(value);
}

std::vector<Value> GetValues(Reader* reader, Arena* arena) {
  std::vector<Value> values;
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) values.push_back(reader->Get(arena));
  return values;
}

void PutMatch(const Match& match, Services* services, Writer* writer) {
  PutValues(match.slots, writer);
  writer->Unsigned(match.evidence.size());
  for (const Evidence& evidence : match.evidence) PutEvidence(evidence, writer);
  PutPlace(match.place, writer);
  PutContext(match.record, writer);
  writer->Put(match.first);
  writer->Put(match.last);
  writer->Put(match.time);
  PutPosition(match.begin, writer);
  PutPosition(match.position, writer);
  PutExtent(match.extent, writer);
  writer->Unsigned(match.bytes);
  writer->Unsigned(match.scopes.size());
  for (const auto& scope : match.scopes) services->PutScope(scope, writer);
}

Match GetMatch(Services* services, Reader* reader) {
  Match match;
  Arena* arena = match.arena.get();
  match.slots = GetValues(reader, arena);
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    match.evidence.push_back(GetEvidence(reader));
  }
  match.place = GetPlace(reader);
  match.record = GetContext(reader, arena);
  match.first = GetTime(reader);
  match.last = GetTime(reader);
  match.time = GetTime(reader);
  match.begin = GetPosition(reader);
  match.position = GetPosition(reader);
  match.extent = GetExtent(reader);
  match.bytes = reader->Unsigned();
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    match.scopes.push_back(services == nullptr ? nullptr : services->GetScope(reader));
    if (match.scopes.back() == nullptr) reader->Fail();
  }
  return match;
}

}  // namespace faultline::runtime
