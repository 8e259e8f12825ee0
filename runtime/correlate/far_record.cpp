// Records whose phase 1 was elsewhere: Correlator::Far.
#include "runtime/correlate/correlator.h"

#include <algorithm>

namespace faultline::runtime {

void Correlator::Far(std::uint32_t input, FarRecord* far) {
  class NoLines : public LineLookup {
    bool Find(std::int64_t, std::string_view*) const override { return false; }
  };
  const NoLines none;
  RecordView& record = far->record;
  Source& source = sources_[input];
  Stream& stream = *StreamOf(&source, input, record.stream);
  StreamState& state = *stream.state;
  if (state.records == 0) {
    state.first_log_line = far->first_log_line;
    state.file = std::string(record.context.file);
  }
  state.line = std::max(state.line, record.stream_line);
  state.log_line = std::max(state.log_line, record.context.line);
  state.records = std::max(state.records, far->stream_records);
  source.records = std::max(source.records, far->source_records);
  // Between two records is room for the end of a block that neither is part of (engine/far_feed.h).
  if (!far->again) order_ += 2;
  // What went by without coming here has moved the clocks.
  state.watermark = std::max(state.watermark, far->watermark);
  run_watermark_ = std::max(run_watermark_, state.watermark);
  bool late = false;
  if (record.context.time.kind == ValueKind::kTime) {
    late = record.context.time.integer < (plan_.side_by_side() ? run_watermark_ : state.watermark);
    state.watermark = std::max(state.watermark, record.context.time.integer);
    run_watermark_ = std::max(run_watermark_, state.watermark);
  }
  state.time = far->stream_time;
  const Moved moved = WhatIsOver(input, record.stream, stream);
  if (far->hits.empty() && !moved.any_due) return;

  lines_ = &none;
  record_ = &record;
  position_ = {order_,    source.records, input, stream.number, record.stream_line, far->stream_records,
               state.time};
  record_position_ = position_;
  temporary_.Reset();
  if (moved.any_due) AddOver(stream, moved);
  for (const StageHit& hit : far->hits) {
    const StagePlan& stage = plan_.stages()[hit.stage];
    if (stage.lazy && !IsWaitedFor(hit.stage, stream.number) && !(late && MayComeLate(stage))) continue;
    agenda_[stage.rule].hits.push_back(hit);
  }
  if (!agenda_.empty()) Settle();
}

}  // namespace faultline::runtime
