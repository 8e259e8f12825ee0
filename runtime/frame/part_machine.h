// Which part of a block takes the next line: a stack machine over the rows of BlockPlan.
//
// The stack holds the lists of parts that are under way, the block at the bottom. A line is offered to what
// may come next, inner lists before the ones around them, parts in written order, a further round of a
// `repeat` before what follows it; the first that fits takes it. A list that still needs a line cannot be
// left: then the line does not fit, and the block ends before it. One line of lookahead, nothing is taken
// back here (what stands after the last complete line is dropped at the end: framer.h).
//
// Indentation decides between a `repeat` and one inside it: a line that the inner one could take, but which
// is indented no deeper than the first line of the outer one's round, begins the outer one's next round where
// it fits that (of several outer ones the outermost).
//
// Cost: each pattern is tried at most once a line; O(parts) otherwise. Memory: the stack, at most twice the
// depth of the parts. Thread safety: one thread at a time.
#ifndef FAULTLINE_RUNTIME_FRAME_PART_MACHINE_H_
#define FAULTLINE_RUNTIME_FRAME_PART_MACHINE_H_

#include "runtime/frame/block_plan.h"
#include "runtime/frame/line_matcher.h"

#include <cstdint>
#include <vector>

namespace faultline::runtime {

// A list of parts under way.
struct PartFrame {
  PartId part = 0;
  std::uint32_t next = 0;   // items before it are done; kAnyOrder: the item that opened it
  std::int32_t base = 0;    // indentation of its first line
  std::int32_t before = 0;  // kAnyOrder: indentation of the last line before it
  std::uint32_t used = 0;   // kAnyOrder: its words in MachineState::used
};

struct MachineState {
  std::vector<PartFrame> stack;
  std::vector<std::uint64_t> used;  // one bit an item of the `any order` frames on the stack
  std::int32_t last_indent = 0;     // of the last line taken
};

enum class StepResult : std::uint8_t {
  kTaken,   // by `taker`
  kPassed,  // stands inside the block, but no part takes it
  kEnds,    // the block ends before it
};

class PartMachine {
 public:
  // The head took `line`.
  static void Begin(const BlockPlan& plan, const BlockLine& line, MachineState* state);

  // Offers the line that `matcher` was begun with. If a kLine takes it, matcher->stored() is what it stores.
  // The kept repeats of which a round began are in rounds().
  StepResult Offer(const BlockPlan& plan, const BlockLine& line, LineMatcher* matcher, MachineState* state);

  PartId taker() const { return taker_; }
  const std::vector<PartId>& rounds() const { return rounds_; }

  // Whether the block may end here: no list under way needs a line, other than blank ones.
  static bool IsComplete(const BlockPlan& plan, const MachineState& state);
  // Whether no line can follow.
  static bool IsOver(const BlockPlan& plan, const MachineState& state);

 private:
  struct Found {
    std::size_t height = 0;  // frames of the stack that stay; path_ comes on top
    std::uint32_t next = 0;  // of the last of them; kAnyOrder: the item that is now used
    bool moves = false;      // `next` is to be set
  };

  bool Enter(PartId part);
  bool EnterItems(PartId list);
  bool FindTaker(MachineState* state, Found* found);
  void PreferOuterRepeat(MachineState* state, Found* found);
  bool IsPassed(const MachineState& state) const;
  void Commit(MachineState* state, const Found& found);

  const BlockPlan* plan_ = nullptr;
  const BlockLine* line_ = nullptr;
  LineMatcher* matcher_ = nullptr;
  std::vector<PartFrame> path_, other_path_;
  PartId taker_ = ir::kNone;
  std::vector<PartId> rounds_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_FRAME_PART_MACHINE_H_
