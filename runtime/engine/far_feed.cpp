// Items to a correlator: see far_feed.h.
#include "runtime/engine/far_feed.h"

#include "runtime/correlate/match_state.h"

#include <algorithm>
#include <utility>

namespace faultline::runtime {

FarFeed::FarFeed(const EnginePlan& plan, Correlator* correlator, const OpenBlocks* local, Host host)
    : plan_(plan), correlator_(correlator), local_(local), host_(std::move(host)), partition_(plan) {
  correlator_->set_open_blocks(this);
  correlator_->set_partition(&partition_);
}

std::string FarFeed::Take(std::string_view bytes) {
  FarItem item;
  snapshot::Reader reader(bytes);
  if (!GetFarItem(plan_, &reader, &item)) return "an event that makes no sense";
  if (item.group != PartitionPlan::kEveryGroup && item.group >= partition_.groups()) {
    return "an event of a group of rules that does not exist";
  }
  const auto found = sources_.find(item.source);
  if (item.kind == FarKind::kBegin) {
    if (found != sources_.end()) return "source " + std::to_string(item.source) + " has begun already";
    Source& source = sources_[item.source];
    source.path = item.path;
    source.input = host_.begin(item.role);
    numbers_[source.input] = item.source;
    return {};
  }
  if (found == sources_.end()) {
    return "source " + std::to_string(item.source) + " has not begun, or is over";
  }
  Source* source = &found->second;
  switch (item.kind) {
    case FarKind::kBegin:
      break;
    case FarKind::kRecord:
      if (!item.hits.empty()) item.context.file = source->path;
      TakeRecord(source, &item);
      break;
    case FarKind::kBlock:
      TakeBlock(source, &item);
      break;
    case FarKind::kEnd: {
      host_.end(source->input, item);
      numbers_.erase(source->input);
      sources_.erase(found);
      break;
    }
    case FarKind::kAdvance:
      correlator_->Advance(source->input, item.time);
      break;
    case FarKind::kEndScopes:
      correlator_->EndIdleScopes(source->input);
      break;
  }
  return {};
}

void FarFeed::EndAll(bool interrupted) {
  for (const auto& [number, source] : sources_) {
    FarItem end;
    end.interrupted = interrupted;
    host_.end(source.input, end);
  }
  sources_.clear();
  numbers_.clear();
}

void FarFeed::TakeRecord(Source* source, FarItem* item) {
  const FarClock& clock = item->clock;
  KeepOpen(source, clock);
  FarRecord far;
  far.record.context = item->context;
  far.record.context.file = source->path;
  far.record.context.line = clock.line;
  far.record.context.time = clock.time;
  far.record.end_line = item->end_line;
  far.record.stream = clock.stream;
  far.record.stream_line = clock.stream_line;
  far.source_records = clock.source_records;
  far.stream_records = clock.stream_records;
  far.first_log_line = clock.first_log_line;
  far.watermark = clock.watermark;
  far.stream_time = clock.stream_time;
  far.again = last_source_ == item->source && last_record_ == clock.source_records &&
              last_order_ == correlator_->order();
  far.hits = item->hits;
  correlator_->set_group(item->group);
  correlator_->Far(source->input, &far);
  correlator_->set_group(PartitionPlan::kEveryGroup);
  last_source_ = item->source;
  last_record_ = clock.source_records;
  last_order_ = correlator_->order();
  source->orders[clock.source_records] = last_order_;
}

void FarFeed::KeepOpen(Source* source, const FarClock& clock) {
  source->first_record = clock.oldest_record;
  source->oldest.time = clock.oldest_time;
  // The last known record before the oldest block stays: behind it stands what was not sent here.
  const std::int64_t first = clock.oldest_record == 0 ? INT64_MAX : clock.oldest_record;
  auto keep = source->orders.upper_bound(first);
  if (keep != source->orders.begin()) --keep;
  source->orders.erase(source->orders.begin(), keep);
  if (clock.oldest_record == 0) {
    source->held.clear();
    return;
  }
  if (clock.oldest_stream_record == 0) {
    source->held.erase(clock.stream);
    return;
  }
  Position& held = source->held[clock.stream];
  held.stream_line = clock.oldest_stream_line;
  held.stream_record = clock.oldest_stream_record;
  held.time = clock.oldest_stream_time;
}

// From places of the source to places of the run.
void FarFeed::Place(Source* source, Position* position) {
  position->input = source->input;
  position->stream = correlator_->StreamNumber(source->input, position->stream);
  auto record = source->orders.upper_bound(position->record);
  if (record == source->orders.begin()) {
    position->order = 0;
    return;
  }
  --record;
  position->order = record->second + (record->first == position->record ? 0 : 1);
}

void FarFeed::TakeBlock(Source* source, FarItem* item) {
  Match& block = *item->block;
  Place(source, &block.begin);
  Place(source, &block.position);
  block.place.input = source->input;
  correlator_->set_group(item->group);
  class NoLines : public LineLookup {
    bool Find(std::int64_t, std::string_view*) const override { return false; }
  };
  correlator_->Block(item->format, item->block, NoLines());
  correlator_->set_group(PartitionPlan::kEveryGroup);
}

const Position* FarFeed::OldestIn(std::uint32_t input, std::uint32_t stream) const {
  const auto number = numbers_.find(input);
  if (number == numbers_.end()) return local_->OldestIn(input, stream);
  const Source& source = sources_.at(number->second);
  const auto held = source.held.find(stream);
  return held == source.held.end() ? nullptr : &held->second;
}

const Position* FarFeed::Oldest() const {
  const Position* oldest = local_->Oldest();
  for (const auto& [number, source] : sources_) {
    if (source.first_record == 0) continue;
    const auto time = [](const Position& p) {
      return p.time.kind == ValueKind::kTime ? p.time.integer : INT64_MIN;
    };
    if (oldest == nullptr || time(source.oldest) < time(*oldest)) oldest = &source.oldest;
  }
  return oldest;
}

void FarFeed::Save(snapshot::Writer* writer) const {
  writer->Unsigned(last_source_);
  writer->Signed(last_record_);
  writer->Unsigned(last_order_);
  writer->Unsigned(sources_.size());
  for (const auto& [number, source] : sources_) {
    writer->Unsigned(number);
    writer->Unsigned(source.input);
    writer->Text(source.path);
    writer->Signed(source.first_record);
    PutPosition(source.oldest, writer);
    writer->Unsigned(source.held.size());
    for (const auto& [stream, position] : source.held) {
      writer->Unsigned(stream);
      PutPosition(position, writer);
    }
    writer->Unsigned(source.orders.size());
    for (const auto& [record, order] : source.orders) {
      writer->Signed(record);
      writer->Unsigned(order);
    }
  }
}

bool FarFeed::Load(snapshot::Reader* reader) {
  last_source_ = GetSmall(reader);
  last_record_ = reader->Signed();
  last_order_ = reader->Unsigned();
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const std::uint32_t number = GetSmall(reader);
    Source& source = sources_[number];
    source.input = GetSmall(reader);
    source.path = reader->Text();
    source.first_record = reader->Signed();
    source.oldest = GetPosition(reader);
    for (std::size_t rest = reader->Count(); rest > 0 && reader->ok(); --rest) {
      const std::uint32_t stream = GetSmall(reader);
      source.held[stream] = GetPosition(reader);
    }
    for (std::size_t rest = reader->Count(); rest > 0 && reader->ok(); --rest) {
      const std::int64_t record = reader->Signed();
      source.orders[record] = reader->Unsigned();
    }
    if (!numbers_.emplace(source.input, number).second) reader->Fail();
  }
  return reader->ok();
}

}  // namespace faultline::runtime
