// Blocks as matches: see block_match.h.
#include "runtime/engine/block_match.h"

#include <algorithm>
#include <string>
#include <utility>

namespace faultline::runtime {

std::shared_ptr<const Match> MakeBlockMatch(BlockEvent event) {
  auto match = std::make_shared<Match>();
  match->slots.assign(event.slots, event.slots + event.slot_count);
  match->arena = std::move(event.arena);
  match->place.file = std::string(event.record.file);
  match->place.line = event.place.line;
  match->place.column = std::max<std::int64_t>(event.place.column, 1);
  match->place.end_line = std::max(event.end_line, event.place.line);
  match->place.offset = static_cast<std::int64_t>(event.place.offset);
  match->place.input = event.input;
  match->evidence.push_back(std::move(event.head));
  for (const BlockEvidenceLine& line : event.more) {
    Evidence evidence;
    evidence.file = match->place.file;
    evidence.line = line.line;
    evidence.text = std::string(line.text);
    match->evidence.push_back(std::move(evidence));
  }
  match->record = event.record;
  match->first = event.first.time;
  match->last = event.last.time;
  match->time = event.time;
  match->begin = event.first;
  match->position = event.last;
  match->extent = {event.first.stream_line, event.last.stream_line, event.first.stream_record,
                   event.last.stream_record};
  return match;
}

}  // namespace faultline::runtime
