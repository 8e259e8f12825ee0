// What the lines of an open block have stored, as a list of steps in order. The block's values are made from
// a leading part of it when the block ends, so that lines behind the last complete one are dropped by not
// reading on, and nothing is undone while lines come.
#ifndef FAULTLINE_RUNTIME_FRAME_BLOCK_TRACE_H_
#define FAULTLINE_RUNTIME_FRAME_BLOCK_TRACE_H_

#include "runtime/frame/block_plan.h"
#include "support/value/value.h"

#include <cstdint>
#include <span>
#include <vector>

namespace faultline::runtime {

enum class TraceKind : std::uint32_t {
  kStore,  // `value` into slot `index`
  kRound,  // a round of the kept repeat `index` begins
  kText,   // `value` is the next line of the text part `index`
};

struct TraceStep {
  TraceKind kind = TraceKind::kStore;
  std::uint32_t index = 0;
  Value value;
};

// Makes values of traces. Reused from block to block. Not thread-safe.
class TraceReader {
 public:
  // Fills the frame of the format (set to missing first). Lists live in `arena`; a repeat or text that took
  // nothing is the empty list. O(steps).
  void Read(const BlockPlan& plan, std::span<const TraceStep> steps, std::span<Value> slots, Arena* arena);

 private:
  void CloseRound(const BlockPlan& plan, std::span<Value> slots, Arena* arena);
  void StoreLists(const BlockPlan& plan, PartId scope, std::span<Value> slots, Arena* arena);

  std::vector<std::vector<Value>> lists_;  // by part: items so far
  std::vector<PartId> open_;               // kept repeats whose round is under way, outermost first
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_FRAME_BLOCK_TRACE_H_
