// The Pike VM. Threads are the instructions at which they wait; a set keeps each at most once per place, and
// the first to arrive, the one of higher priority, stays.
#include "support/regex/pike.h"

#include <algorithm>
#include <utility>

namespace faultline::regex {

class PikeVm {
 public:
  PikeVm(const Prog& prog, std::string_view text, Anchor anchor, size_t num_slots, PikeScratch& scratch)
      : prog_(prog), text_(text), anchor_(anchor), num_slots_(num_slots), scratch_(scratch) {
    for (int i = 0; i < 2; ++i) {
      scratch_.visited_[i].Reset(prog.size());
      scratch_.threads_[i].clear();
      const size_t needed = prog.size() * num_slots;
      if (scratch_.captures_[i].size() < needed) scratch_.captures_[i].resize(needed);
    }
    scratch_.current_.assign(num_slots, -1);
  }

  bool Run(size_t from, std::span<int32_t> result) {
    const bool anchored = anchor_ != Anchor::kNone || prog_.anchored_start();
    bool matched = false;
    int now = 0;
    for (size_t pos = from; pos <= text_.size(); ++pos, now ^= 1) {
      if (!matched && (pos == from || !anchored)) {
        std::fill(scratch_.current_.begin(), scratch_.current_.end(), -1);
        scratch_.current_[0] = static_cast<int32_t>(pos);
        Follow(now, prog_.start(), pos);
      }
      if (scratch_.threads_[now].empty() && (matched || anchored)) break;
      for (uint32_t id : scratch_.threads_[now]) {
        const Inst& inst = prog_.insts()[id];
        std::span<const int32_t> captures = CapturesOf(now, id);
        if (inst.op == Op::kMatch) {
          if (anchor_ == Anchor::kBoth && pos != text_.size()) continue;
          std::ranges::copy(captures, result.begin());
          result[1] = static_cast<int32_t>(pos);
          matched = true;
          break;  // threads of lower priority lose
        }
        if (pos < text_.size() && inst.Takes(static_cast<uint8_t>(text_[pos]))) {
          std::ranges::copy(captures, scratch_.current_.begin());
          Follow(now ^ 1, inst.out, pos + 1);
        }
      }
      scratch_.threads_[now].clear();
      scratch_.visited_[now].Clear();
    }
    return matched;
  }

 private:
  std::span<int32_t> CapturesOf(int list, uint32_t id) {
    return std::span(scratch_.captures_[list]).subspan(id * num_slots_, num_slots_);
  }

  // Adds the threads that can be reached from `start` without a byte, in the order of their priority.
  void Follow(int list, uint32_t start, size_t pos) {
    std::vector<PikeScratch::Todo>& todo = scratch_.todo_;
    const uint8_t conditions = EmptyFlagsAt(text_, pos, prog_.empty_flags());
    todo.clear();
    todo.push_back({start, false, 0});
    while (!todo.empty()) {
      const PikeScratch::Todo step = todo.back();
      todo.pop_back();
      if (step.restore) {
        scratch_.current_[step.id] = step.value;
        continue;
      }
      if (!scratch_.visited_[list].Insert(step.id)) continue;
      const Inst& inst = prog_.insts()[step.id];
      switch (inst.op) {
        case Op::kFail:
          break;
        case Op::kByteRange:
        case Op::kMatch:
          scratch_.threads_[list].push_back(step.id);
          std::ranges::copy(scratch_.current_, CapturesOf(list, step.id).begin());
          break;
        case Op::kAlt:
          todo.push_back({inst.arg, false, 0});
          todo.push_back({inst.out, false, 0});
          break;
        case Op::kCapture:
          if (inst.arg < num_slots_) {
            todo.push_back({inst.arg, true, scratch_.current_[inst.arg]});
            scratch_.current_[inst.arg] = static_cast<int32_t>(pos);
          }
          todo.push_back({inst.out, false, 0});
          break;
        case Op::kEmptyWidth:
          if ((inst.arg & ~uint32_t{conditions}) == 0) todo.push_back({inst.out, false, 0});
          break;
        case Op::kNop:
          todo.push_back({inst.out, false, 0});
          break;
      }
    }
  }

  const Prog& prog_;
  std::string_view text_;
  Anchor anchor_;
  size_t num_slots_;
  PikeScratch& scratch_;
};

bool PikeSearch(const Prog& prog, std::string_view text, size_t from, Anchor anchor, std::span<Span> captures,
                PikeScratch& scratch) {
  text = text.substr(0, kMaxTextSize);
  if (from > text.size() || (from > 0 && prog.anchored_start())) return false;
  const size_t groups = std::clamp<size_t>(captures.size(), 1, static_cast<size_t>(prog.num_groups()));
  std::vector<int32_t> slots(2 * groups, -1);
  if (!PikeVm(prog, text, anchor, slots.size(), scratch).Run(from, slots)) return false;
  for (size_t i = 0; i < captures.size(); ++i) {
    captures[i] = i < groups ? Span{slots[2 * i], slots[2 * i + 1]} : Span{};
  }
  return true;
}

}  // namespace faultline::regex
