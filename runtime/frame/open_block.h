// A block that has begun and not ended: part of framer.cpp and framer_state.cpp.
#ifndef FAULTLINE_RUNTIME_FRAME_OPEN_BLOCK_H_
#define FAULTLINE_RUNTIME_FRAME_OPEN_BLOCK_H_

#include "runtime/frame/framer.h"

namespace faultline::runtime {

struct Framer::OpenBlock {
  const BlockPlan* plan = nullptr;
  std::uint32_t input = 0, stream = 0;
  std::uint64_t number = 0;  // order of opening
  std::list<std::unique_ptr<OpenBlock>>::iterator self;
  std::shared_ptr<Arena> arena;  // of values, lines and the first record
  MachineState machine;
  std::vector<TraceStep> trace;
  std::vector<Value> key;

  Position first;
  LogPlace place;
  RecordContext record;  // of the first line; what it points to is in `arena`
  Evidence head;
  std::vector<BlockEvidenceLine> more;

  std::int64_t lines = 0;  // all that came while it was open
  std::size_t text_bytes = 0;
  std::size_t cost = 0;       // counted in Framer::bytes_
  std::size_t uncounted = 0;  // of a block that was loaded: its cost when saved less its cost here

  // Where it would end if nothing complete came any more.
  bool complete = false;
  Position last;
  std::int64_t end_line = 0;
  std::int64_t taken = 0, taken_at_last = 0;  // lines that parts took
  std::size_t trace_at_last = 0, more_at_last = 0;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_FRAME_OPEN_BLOCK_H_
