// Joining and copying records.
#include "runtime/decode/record_joiner.h"

#include "runtime/decode/fields.h"
#include "runtime/decode/fragments.h"

#include <algorithm>
#include <atomic>
#include <new>
#include <vector>

namespace faultline::runtime {
namespace {

bool MayBegin(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos || (text[first] != '{' && text[first] != '[')) return false;
  const std::size_t last = text.find_last_not_of(" \t");
  return std::string_view("{[,:").find(text[last]) != std::string_view::npos;
}

}  // namespace

std::size_t DocumentJoiner::Take(const RecordView& record) {
  const std::string_view text = record.context.text;
  if (held_ > 0 && record.stream == stream_ && !record.cut) {
    if (held_ + 1 > max_lines_ || text_.size() + 1 + text.size() > max_bytes_) {
      ++given_up_;
    } else {
      text_.push_back('\n');
      text_.append(text);
      switch (document_.Continue(text_)) {
        case JsonStatus::kIncomplete:
          ++held_;
          return 0;
        case JsonStatus::kComplete:
          if (text_.find_first_not_of(" \t", document_.position()) == std::string::npos) {
            const std::size_t lines = held_ + 1;
            held_ = 0;
            return lines;
          }
          break;
        case JsonStatus::kInvalid:
          break;
      }
    }
  }
  held_ = 0;
  if (record.cut || text.size() > max_bytes_ || !MayBegin(text)) return 0;
  text_.assign(text);
  document_.Start();
  if (document_.Continue(text_) == JsonStatus::kIncomplete) {
    held_ = 1;
    stream_ = record.stream;
  }
  return 0;
}

RecordView JoinRecords(std::span<const RecordView> lines, Arena& arena) {
  RecordView joined = lines.front();
  std::string raw;
  std::string text;
  std::vector<OffsetRun> runs;
  std::vector<RawPiece> pieces;
  for (const RecordView& line : lines) {
    if (&line != &lines.front()) {
      raw.push_back('\n');
      text.push_back('\n');
    }
    const auto raw_base = static_cast<std::uint32_t>(raw.size());
    const auto text_base = static_cast<std::uint32_t>(text.size());
    if (line.map.runs.empty()) {
      runs.push_back({text_base, raw_base + line.map.begin});
    } else {
      for (const OffsetRun& run : line.map.runs) runs.push_back({run.text + text_base, run.raw + raw_base});
    }
    if (line.pieces.empty()) {
      pieces.push_back({raw_base, line.context.line, line.offset});
    } else {
      for (RawPiece piece : line.pieces) {
        piece.begin += raw_base;
        pieces.push_back(piece);
      }
    }
    raw.append(line.context.raw);
    text.append(line.context.text);
    joined.end_line = line.end_line;
  }
  joined.context.raw = arena.Copy(raw);
  joined.context.text = joined.whole = arena.Copy(text);
  joined.map = {0, KeepRuns(runs, arena), false};
  joined.whole_map = joined.map;
  joined.pieces = KeepPieces(pieces, arena);
  return joined;
}

RecordView CopyRecord(const RecordView& record, const ir::Module& module, Arena& arena) {
  RecordView copy = record;
  copy.context.raw = arena.Copy(record.context.raw);
  copy.context.text = copy.whole = arena.Copy(record.context.text);
  copy.map.runs = KeepRuns(record.map.runs, arena);
  copy.whole_map = copy.map;
  copy.pieces = KeepPieces(record.pieces, arena);
  if (!record.wrappers.empty()) {
    const std::size_t count = record.wrappers.size();
    auto* wrappers =
        new (arena.Allocate(count * sizeof(WrapperValues), alignof(WrapperValues))) WrapperValues[count];
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t size = module.wrappers[record.wrappers[i].wrapper].slots.size();
      Value* slots = arena.AllocateValues(size);
      for (std::size_t k = 0; k < size; ++k) slots[k] = arena.DeepCopy(record.wrappers[i].slots[k]);
      wrappers[i] = {record.wrappers[i].wrapper, slots};
    }
    copy.wrappers = {wrappers, count};
  }
  return copy;
}

void DocumentJoiner::Save(snapshot::Writer* writer) const {
  writer->Unsigned(held_);
  writer->Signed(given_up_);
  if (held_ == 0) return;
  writer->Unsigned(stream_);
  writer->Text(text_);
}

bool DocumentJoiner::Load(snapshot::Reader* reader) {
  held_ = static_cast<std::size_t>(reader->Unsigned());
  given_up_ = reader->Signed();
  if (held_ == 0) return reader->ok();
  stream_ = static_cast<std::uint32_t>(reader->Unsigned());
  text_ = reader->Text();
  document_.Start();
  if (!reader->ok() || document_.Continue(text_) != JsonStatus::kIncomplete) {
    reader->Fail();
    held_ = 0;
  }
  return reader->ok();
}

void PutRecord(const RecordView& record, const ir::Module& module, snapshot::Writer* writer) {
  writer->Signed(record.context.line);
  writer->Text(record.context.text);
  writer->Text(record.context.raw);
  writer->Put(record.context.time);
  writer->Signed(record.end_line);
  writer->Unsigned(record.offset);
  writer->Unsigned(record.stream);
  writer->Signed(record.stream_line);
  writer->Bool(record.cut);
  writer->Bool(record.inherited);
  writer->Unsigned(record.map.begin);
  PutRuns(record.map.runs, writer);
  writer->Bool(record.map.computed);
  PutPieces(record.pieces, writer);
  writer->Unsigned(static_cast<std::uint64_t>(record.encoding));
  writer->Unsigned(record.wrappers.size());
  for (const WrapperValues& layer : record.wrappers) {
    writer->Unsigned(layer.wrapper);
    const std::size_t size = module.wrappers[layer.wrapper].slots.size();
    for (std::size_t slot = 0; slot < size; ++slot) writer->Put(layer.slots[slot]);
  }
}

RecordView GetRecord(const ir::Module& module, snapshot::Reader* reader, Arena& arena) {
  RecordView record;
  record.context.line = reader->Signed();
  record.context.text = record.whole = arena.Copy(reader->Text());
  record.context.raw = arena.Copy(reader->Text());
  record.context.time = reader->Get(&arena);
  record.end_line = reader->Signed();
  record.offset = reader->Unsigned();
  record.stream = static_cast<std::uint32_t>(reader->Unsigned());
  record.stream_line = reader->Signed();
  record.cut = reader->Bool();
  record.inherited = reader->Bool();
  record.map.begin = static_cast<std::uint32_t>(reader->Unsigned());
  record.map.runs = KeepRuns(GetRuns(reader), arena);
  record.map.computed = reader->Bool();
  record.whole_map = record.map;
  record.pieces = KeepPieces(GetPieces(reader), arena);
  record.encoding = reader->Unsigned() == 0 ? Encoding::kBytes : Encoding::kUtf16;
  const std::size_t count = reader->Count();
  if (!reader->ok() || count == 0) return record;
  auto* layers =
      new (arena.Allocate(count * sizeof(WrapperValues), alignof(WrapperValues))) WrapperValues[count];
  for (std::size_t i = 0; i < count; ++i) {
    layers[i].wrapper = static_cast<std::uint32_t>(reader->Unsigned());
    if (layers[i].wrapper >= module.wrappers.size()) {
      reader->Fail();
      return record;
    }
    const std::size_t size = module.wrappers[layers[i].wrapper].slots.size();
    Value* slots = arena.AllocateValues(size);
    for (std::size_t slot = 0; slot < size; ++slot) slots[slot] = reader->Get(&arena);
    layers[i].slots = slots;
  }
  record.wrappers = {layers, count};
  return record;
}

std::uint64_t NextSerial() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace faultline::runtime
