// A block that ended: what the framer gives to stages that read a block format.
#ifndef FAULTLINE_RUNTIME_FRAME_BLOCK_EVENT_H_
#define FAULTLINE_RUNTIME_FRAME_BLOCK_EVENT_H_

#include "ir/ir.h"
#include "runtime/decode/record.h"
#include "runtime/engine/match.h"
#include "runtime/finding/finding.h"
#include "support/value/value.h"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace faultline::runtime {

// One of the first lines of a block, as it stands in the file, cut where it is very long.
struct BlockEvidenceLine {
  std::int64_t line = 0;
  std::string_view text;  // in BlockEvent::arena
};

struct BlockEvent {
  ir::FormatId format = ir::kNone;
  std::uint32_t input = 0;
  std::uint32_t stream = 0;
  const Value* slots = nullptr;  // the frame of the format: slot_count values
  std::size_t slot_count = 0;
  std::vector<Value> key;     // values of Format::block_by
  Position first, last;       // records of the interval's ends; the event's position is `last`
  std::int64_t end_line = 0;  // of the last record, in the file
  LogPlace place;             // of what the first line's pattern matched
  RecordContext record;       // of the first line
  Value time;                 // of the block: what its format calls `time`, else last.time
  std::int64_t lines = 0;     // records of the interval that are the block's
  bool truncated = false;
  // The first line, with its neighbours where they were asked for; then further ones as they were taken.
  Evidence head;
  std::vector<BlockEvidenceLine> more;
  std::shared_ptr<Arena> arena;  // holds all that this points to
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_FRAME_BLOCK_EVENT_H_
