// The stack machine: see part_machine.h.
#include "runtime/frame/part_machine.h"

#include <algorithm>

namespace faultline::runtime {
namespace {

using ir::BlockPartKind;

bool IsSequence(BlockPartKind kind) {
  return kind == BlockPartKind::kOptional || kind == BlockPartKind::kRepeat;
}

// Whether the frame can be left for a line that follows.
bool RestIsNullable(const BlockPlan& plan, const PartFrame& frame) {
  const PartPlan& part = plan.part(frame.part);
  return !IsSequence(part.kind) || part.rest_nullable[frame.next] != 0;
}

bool RestIsComplete(const BlockPlan& plan, const PartFrame& frame) {
  const PartPlan& part = plan.part(frame.part);
  return !IsSequence(part.kind) || part.rest_complete[frame.next] != 0;
}

void PopTo(const BlockPlan& plan, std::size_t height, MachineState* state) {
  while (state->stack.size() > height) {
    const PartFrame& frame = state->stack.back();
    if (plan.part(frame.part).kind == BlockPartKind::kAnyOrder) state->used.resize(frame.used);
    state->stack.pop_back();
  }
}

}  // namespace

void PartMachine::Begin(const BlockPlan&, const BlockLine& line, MachineState* state) {
  state->stack.clear();
  state->used.clear();
  PartFrame root;
  root.part = BlockPlan::kRoot;
  root.next = 1;
  root.base = line.indent;
  state->stack.push_back(root);
  state->last_indent = line.indent;
}

bool PartMachine::IsComplete(const BlockPlan& plan, const MachineState& state) {
  return std::all_of(state.stack.begin(), state.stack.end(),
                     [&plan](const PartFrame& frame) { return RestIsComplete(plan, frame); });
}

bool PartMachine::IsOver(const BlockPlan& plan, const MachineState& state) {
  return state.stack.size() == 1 && state.stack[0].next == plan.part(BlockPlan::kRoot).items.size();
}

// Whether `part` can begin with the line; the lists that it opens go to path_, what takes the line to taker_.
// Recursion is bounded by the depth of the parts.
bool PartMachine::Enter(PartId id) {
  const PartPlan& part = plan_->part(id);
  switch (part.kind) {
    case BlockPartKind::kLine:
      if (line_->blank || matcher_->Match(*plan_, part.lines) == ir::kNone) return false;
      taker_ = id;
      return true;
    case BlockPartKind::kBlank:
      if (!line_->blank) return false;
      taker_ = id;
      return true;
    case BlockPartKind::kText: {
      if (line_->blank || matcher_->Fits(*plan_, part.lines)) return false;
      PartFrame frame;
      frame.part = id;
      frame.base = line_->indent;
      path_.push_back(frame);
      taker_ = id;
      return true;
    }
    case BlockPartKind::kOptional:
    case BlockPartKind::kRepeat:
      return EnterItems(id);
    case BlockPartKind::kOneOf:
      return std::any_of(part.items.begin(), part.items.end(), [this](PartId item) { return Enter(item); });
    case BlockPartKind::kAnyOrder: {
      if (matcher_->Fits(*plan_, part.untils)) return false;
      PartFrame frame;
      frame.part = id;
      frame.base = line_->indent;
      const std::size_t mark = path_.size();
      path_.push_back(frame);
      for (std::uint32_t i = 0; i < part.items.size(); ++i) {
        path_[mark].next = i;
        if (Enter(part.items[i])) return true;
      }
      path_.resize(mark);
      return false;
    }
    case BlockPartKind::kSkip:
    case BlockPartKind::kUntil:
      return false;
  }
  return false;
}

// The same for the parts of a list, in order: those that may take nothing are passed over.
bool PartMachine::EnterItems(PartId id) {
  const PartPlan& list = plan_->part(id);
  if (matcher_->Fits(*plan_, list.untils)) return false;
  PartFrame frame;
  frame.part = id;
  frame.base = line_->indent;
  const std::size_t mark = path_.size();
  path_.push_back(frame);
  for (std::uint32_t i = 0; i < list.items.size(); ++i) {
    path_[mark].next = i + 1;
    if (Enter(list.items[i])) return true;
    if (!plan_->part(list.items[i]).nullable) break;
  }
  path_.resize(mark);
  return false;
}

bool PartMachine::FindTaker(MachineState* state, Found* found) {
  for (std::size_t h = state->stack.size(); h-- > 0;) {
    const PartFrame& frame = state->stack[h];
    const PartPlan& part = plan_->part(frame.part);
    path_.clear();
    found->height = h + 1;
    found->moves = false;
    switch (part.kind) {
      case BlockPartKind::kText:
        if (line_->blank || matcher_->Fits(*plan_, part.lines)) break;
        taker_ = frame.part;
        return true;
      case BlockPartKind::kAnyOrder:
        found->moves = true;
        for (std::uint32_t i = 0; i < part.items.size(); ++i) {
          if ((state->used[frame.used + i / 64] >> (i % 64) & 1) != 0) continue;
          found->next = i;
          if (Enter(part.items[i])) return true;
        }
        break;
      case BlockPartKind::kOptional:
      case BlockPartKind::kRepeat:
        found->moves = true;
        for (std::uint32_t i = frame.next; i < part.items.size(); ++i) {
          found->next = i + 1;
          if (Enter(part.items[i])) return true;
          if (!plan_->part(part.items[i]).nullable) return false;
        }
        if (part.kind == BlockPartKind::kRepeat && EnterItems(frame.part)) {
          found->height = h;
          found->moves = false;
          return true;
        }
        break;
      case BlockPartKind::kLine:
      case BlockPartKind::kOneOf:
      case BlockPartKind::kBlank:
      case BlockPartKind::kSkip:
      case BlockPartKind::kUntil:
        break;  // never on the stack
    }
  }
  return false;
}

void PartMachine::PreferOuterRepeat(MachineState* state, Found* found) {
  const auto is_repeat = [this](const PartFrame& frame) {
    return plan_->part(frame.part).kind == BlockPartKind::kRepeat;
  };
  if (std::none_of(path_.begin(), path_.end(), is_repeat)) return;
  std::size_t reach = state->stack.size();  // frames from here on can be left
  while (reach > 0 && RestIsNullable(*plan_, state->stack[reach - 1])) --reach;
  for (std::size_t h = reach; h < found->height; ++h) {
    const PartFrame& frame = state->stack[h];
    if (!is_repeat(frame) || line_->indent > frame.base) continue;
    const PartId taker = taker_;
    other_path_.swap(path_);
    path_.clear();
    if (EnterItems(frame.part)) {
      found->height = h;
      found->moves = false;
      return;
    }
    other_path_.swap(path_);
    taker_ = taker;
  }
}

// A line that no part takes is passed over inside an `any order` until indentation falls back: below the
// first line of the group, or to that of the line before it.
bool PartMachine::IsPassed(const MachineState& state) const {
  for (std::size_t h = state.stack.size(); h-- > 0;) {
    const PartFrame& frame = state.stack[h];
    if (plan_->part(frame.part).kind != BlockPartKind::kAnyOrder) continue;
    if (line_->indent >= std::max(frame.base, frame.before + 1)) return true;
  }
  // A group that has not begun: its lines are deeper than the line before it.
  const PartFrame& top = state.stack.back();
  const PartPlan& list = plan_->part(top.part);
  if (!IsSequence(list.kind) || line_->indent <= state.last_indent) return false;
  for (std::size_t i = top.next; i < list.items.size(); ++i) {
    const PartPlan& item = plan_->part(list.items[i]);
    if (item.kind == BlockPartKind::kAnyOrder) return true;
    if (!item.nullable) return false;
  }
  return false;
}

void PartMachine::Commit(MachineState* state, const Found& found) {
  const auto set_used = [state](const PartFrame& frame, std::uint32_t item) {
    state->used[frame.used + item / 64] |= std::uint64_t{1} << (item % 64);
  };
  PopTo(*plan_, found.height, state);
  if (found.moves) {
    PartFrame& frame = state->stack.back();
    if (plan_->part(frame.part).kind == BlockPartKind::kAnyOrder) {
      set_used(frame, found.next);
    } else {
      frame.next = found.next;
    }
  }
  rounds_.clear();
  for (PartFrame& frame : path_) {
    const PartPlan& part = plan_->part(frame.part);
    if (part.kind == BlockPartKind::kAnyOrder) {
      frame.before = state->last_indent;
      frame.used = static_cast<std::uint32_t>(state->used.size());
      state->used.resize(state->used.size() + (part.items.size() + 63) / 64);
      set_used(frame, frame.next);
    } else if (part.kind == BlockPartKind::kRepeat && part.list != ir::kNone) {
      rounds_.push_back(frame.part);
    }
    state->stack.push_back(frame);
  }
  // What is done is left, so that its `skip` and `until` no longer hold; a repeat may have a further round.
  while (state->stack.size() > 1) {
    const PartFrame& top = state->stack.back();
    const PartPlan& part = plan_->part(top.part);
    if (part.kind != BlockPartKind::kOptional || top.next != part.items.size()) break;
    state->stack.pop_back();
  }
  if (!line_->blank) state->last_indent = line_->indent;
}

StepResult PartMachine::Offer(const BlockPlan& plan, const BlockLine& line, LineMatcher* matcher,
                              MachineState* state) {
  plan_ = &plan;
  line_ = &line;
  matcher_ = matcher;
  for (std::size_t h = 0; h < state->stack.size(); ++h) {
    const PartPlan& list = plan.part(state->stack[h].part);
    if (list.untils.empty() || !matcher->Fits(plan, list.untils)) continue;
    if (h == 0) return StepResult::kEnds;
    for (std::size_t i = h; i < state->stack.size(); ++i) {
      if (!RestIsComplete(plan, state->stack[i])) return StepResult::kEnds;
    }
    PopTo(plan, h, state);
    break;
  }
  for (const PartFrame& frame : state->stack) {
    const PartPlan& list = plan.part(frame.part);
    if (!list.skips.empty() && matcher->Fits(plan, list.skips)) return StepResult::kPassed;
  }
  Found found;
  if (!FindTaker(state, &found)) return IsPassed(*state) ? StepResult::kPassed : StepResult::kEnds;
  PreferOuterRepeat(state, &found);
  Commit(state, found);
  return StepResult::kTaken;
}

}  // namespace faultline::runtime
