// Building: from each state, follow all empty ways; two ways to one byte, or to one instruction, and the
// program is not one-pass. Running: one action per byte.
#include "support/regex/one_pass.h"

#include "support/regex/sparse_set.h"

#include <array>
#include <bit>
#include <utility>

namespace faultline::regex {

class OnePass::Builder {
 public:
  Builder(const Prog& prog, size_t max_bytes)
      : prog_(prog), max_bytes_(max_bytes), state_of_(prog.size(), kNone) {
    visited_.Reset(prog.size());
    result_.stride_ = static_cast<uint32_t>(prog.num_byte_classes());
  }

  std::optional<OnePass> Run() {
    if (prog_.num_groups() > kMaxGroups || prog_.start() == 0) return std::nullopt;
    StateOf(prog_.start());
    for (size_t i = 0; i < begins_.size(); ++i) {
      if (begins_.size() * result_.stride_ * sizeof(Action) > max_bytes_) return std::nullopt;
      if (!Expand(static_cast<uint32_t>(i))) return std::nullopt;
    }
    return std::move(result_);
  }

 private:
  // The number of the state that begins at instruction `id`.
  uint32_t StateOf(uint32_t id) {
    if (state_of_[id] == kNone) {
      state_of_[id] = static_cast<uint32_t>(begins_.size());
      begins_.push_back(id);
    }
    return state_of_[id];
  }

  bool Expand(uint32_t state) {
    result_.states_.emplace_back();
    result_.actions_.resize(result_.actions_.size() + result_.stride_);
    visited_.Clear();
    std::vector<std::pair<uint32_t, Way>> todo = {{begins_[state], Way{}}};
    while (!todo.empty()) {
      auto [id, way] = todo.back();
      todo.pop_back();
      if (id == 0) continue;
      if (!visited_.Insert(id)) return false;
      const Inst& inst = prog_.insts()[id];
      switch (inst.op) {
        case Op::kFail:
          break;
        case Op::kByteRange:
          if (!AddBytes(state, inst, way)) return false;
          break;
        case Op::kAlt:
          todo.emplace_back(inst.arg, way);
          todo.emplace_back(inst.out, way);
          break;
        case Op::kCapture:
          way.slots |= uint32_t{1} << inst.arg;
          todo.emplace_back(inst.out, way);
          break;
        case Op::kEmptyWidth:
          way.conditions = static_cast<uint8_t>(way.conditions | inst.arg);
          todo.emplace_back(inst.out, way);
          break;
        case Op::kMatch:
          if (result_.states_[state].can_match) return false;
          result_.states_[state] = {.can_match = true, .match = way};
          break;
        case Op::kNop:
          todo.emplace_back(inst.out, way);
          break;
      }
    }
    return true;
  }

  bool AddBytes(uint32_t state, const Inst& inst, const Way& way) {
    const Action action = {
        .next = StateOf(inst.out), .way = way, .match_wins = result_.states_[state].can_match};
    std::vector<bool> done(result_.stride_);
    for (unsigned b = 0; b < 256; ++b) {
      if (!inst.Takes(static_cast<uint8_t>(b))) continue;
      const uint8_t byte_class = prog_.byte_class(static_cast<uint8_t>(b));
      if (done[byte_class]) continue;
      done[byte_class] = true;
      Action& slot = result_.actions_[state * result_.stride_ + byte_class];
      if (slot.next != kNone) return false;
      slot = action;
    }
    return true;
  }

  const Prog& prog_;
  size_t max_bytes_;
  OnePass result_;
  std::vector<uint32_t> state_of_;  // by instruction
  std::vector<uint32_t> begins_;    // by state
  SparseSet visited_;
};

std::optional<OnePass> OnePass::Build(const Prog& prog, size_t max_bytes) {
  return Builder(prog, max_bytes).Run();
}

bool OnePass::Search(const Prog& prog, std::string_view text, size_t from, Anchor anchor,
                     std::span<Span> captures) const {
  text = text.substr(0, kMaxTextSize);
  if (from > text.size() || (from > 0 && prog.anchored_start())) return false;
  std::array<int32_t, 2 * kMaxGroups> slots;
  std::array<int32_t, 2 * kMaxGroups> best;
  slots.fill(-1);
  bool matched = false;
  auto store = [](uint32_t which, size_t place, std::array<int32_t, 2 * kMaxGroups>* into) {
    for (; which != 0; which &= which - 1) {
      (*into)[static_cast<size_t>(std::countr_zero(which))] = static_cast<int32_t>(place);
    }
  };
  uint32_t state = 0;
  for (size_t pos = from;; ++pos) {
    const State& here = states_[state];
    bool matched_here = false;
    if (here.can_match && (anchor != Anchor::kBoth || pos == text.size()) &&
        EmptyFlagsAt(text, pos, here.match.conditions) == here.match.conditions) {
      best = slots;
      store(here.match.slots, pos, &best);
      best[1] = static_cast<int32_t>(pos);
      matched = matched_here = true;
    }
    if (pos == text.size()) break;
    const Action& action = actions_[state * stride_ + prog.byte_class(static_cast<uint8_t>(text[pos]))];
    if (action.next == kNone || (matched_here && action.match_wins)) break;
    if (EmptyFlagsAt(text, pos, action.way.conditions) != action.way.conditions) break;
    store(action.way.slots, pos, &slots);
    state = action.next;
  }
  if (!matched) return false;
  best[0] = static_cast<int32_t>(from);
  const size_t groups = static_cast<size_t>(prog.num_groups());
  for (size_t i = 0; i < captures.size(); ++i) {
    captures[i] = i < groups ? Span{best[2 * i], best[2 * i + 1]} : Span{};
  }
  return true;
}

}  // namespace faultline::regex
