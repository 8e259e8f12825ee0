#include "jit/loader/table_engine.h"

#include <algorithm>

namespace faultline::jit {

using regex::Inst;
using regex::Op;

void TableEngine::Add(const regex::Prog& program, std::string_view text, std::size_t position,
                      std::uint32_t inst, Threads* threads) {
  std::uint8_t holds = regex::EmptyFlagsAt(text, position, program.empty_flags());
  follow_.clear();
  follow_.push_back({inst, false, 0});
  while (!follow_.empty()) {
    Follow step = follow_.back();
    follow_.pop_back();
    if (step.restore) {
      current_[step.target] = step.value;
      continue;
    }
    if (mark_[step.target] == round_) {
      continue;
    }
    mark_[step.target] = round_;
    const Inst& next = program.insts()[step.target];
    switch (next.op) {
      case Op::kFail:
        break;
      case Op::kByteRange:
      case Op::kMatch:
        threads->insts.push_back(step.target);
        threads->registers.insert(threads->registers.end(), current_.begin(), current_.end());
        break;
      case Op::kAlt:
        follow_.push_back({next.arg, false, 0});
        follow_.push_back({next.out, false, 0});
        break;
      case Op::kCapture:
        if (next.arg < width_) {
          follow_.push_back({next.arg, true, current_[next.arg]});
          current_[next.arg] = static_cast<std::int32_t>(position);
        }
        follow_.push_back({next.out, false, 0});
        break;
      case Op::kEmptyWidth:
        if ((next.arg & ~std::uint32_t{holds}) == 0) {
          follow_.push_back({next.out, false, 0});
        }
        break;
      case Op::kNop:
        follow_.push_back({next.out, false, 0});
        break;
    }
  }
}

bool TableEngine::Match(const regex::Prog& program, std::string_view text,
                        std::span<runtime::CaptureSpan> captures) {
  std::size_t groups = std::min(captures.size(), static_cast<std::size_t>(program.num_groups()));
  width_ = std::max<std::size_t>(groups * 2, 2);
  mark_.assign(program.size(), 0);
  round_ = 0;
  now_ = {};
  std::vector<std::int32_t> best;
  for (std::size_t position = 0;; ++position) {
    // `now_` holds the threads that reached this place; a new one, of the lowest priority, begins here while
    // none has matched.
    ++round_;
    Threads entering;
    std::swap(entering, then_);
    entering.insts.clear();
    entering.registers.clear();
    for (std::size_t n = 0; n < now_.insts.size(); ++n) {
      auto from = now_.registers.begin() + static_cast<std::ptrdiff_t>(n * width_);
      current_.assign(from, from + static_cast<std::ptrdiff_t>(width_));
      Add(program, text, position, now_.insts[n], &entering);
    }
    if (best.empty() && (position == 0 || !program.anchored_start())) {
      current_.assign(width_, -1);
      current_[0] = static_cast<std::int32_t>(position);
      Add(program, text, position, program.start(), &entering);
    }
    if (entering.insts.empty() && (!best.empty() || program.anchored_start())) {
      break;
    }
    // Take the byte, in order of priority, up to the first thread that has matched.
    now_.insts.clear();
    now_.registers.clear();
    for (std::size_t n = 0; n < entering.insts.size(); ++n) {
      const Inst& inst = program.insts()[entering.insts[n]];
      auto from = entering.registers.begin() + static_cast<std::ptrdiff_t>(n * width_);
      auto to = from + static_cast<std::ptrdiff_t>(width_);
      if (inst.op == Op::kMatch) {
        best.assign(from, to);
        best[1] = static_cast<std::int32_t>(position);
        break;
      }
      if (position < text.size() && inst.Takes(static_cast<std::uint8_t>(text[position]))) {
        now_.insts.push_back(inst.out);
        now_.registers.insert(now_.registers.end(), from, to);
      }
    }
    std::swap(then_, entering);
    if (!best.empty() && (captures.empty() || now_.insts.empty())) {
      break;
    }
    if (position == text.size()) {
      break;
    }
  }
  if (best.empty()) {
    return false;
  }
  for (std::size_t group = 0; group < captures.size(); ++group) {
    captures[group] =
        group < groups ? runtime::CaptureSpan{best[2 * group], best[2 * group + 1]} : runtime::CaptureSpan{};
  }
  return true;
}

}  // namespace faultline::jit
