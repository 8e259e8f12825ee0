#include "jit/pattern_analysis.h"

namespace faultline::jit {

using regex::Inst;
using regex::Op;

PatternAnalysis::PatternAnalysis(const regex::Prog& program)
    : program_(program),
      ways_in_(program.size(), 0),
      join_(program.size(), kNotAJoin),
      next_(program.size()) {
  CountWays();
  FindNext();
  FindPrefix();
}

void PatternAnalysis::CountWays() {
  std::vector<std::uint32_t> open;
  auto enter = [&](std::uint32_t inst) {
    if (ways_in_[inst]++ == 0) {
      open.push_back(inst);
    }
  };
  enter(program_.start());
  while (!open.empty()) {
    const Inst& inst = program_.insts()[open.back()];
    open.pop_back();
    switch (inst.op) {
      case Op::kFail:
      case Op::kMatch:
        break;
      case Op::kAlt:
        enter(inst.out);
        enter(inst.arg);
        break;
      case Op::kByteRange:
      case Op::kCapture:
      case Op::kEmptyWidth:
      case Op::kNop:
        enter(inst.out);
        break;
    }
  }
  for (std::uint32_t inst = 0; inst < program_.size(); ++inst) {
    Op op = program_.insts()[inst].op;
    if (ways_in_[inst] > 1 && op != Op::kMatch && op != Op::kFail) {
      join_[inst] = joins_++;
    }
  }
}

void PatternAnalysis::FindNext() {
  for (std::uint32_t id = 0; id < program_.size(); ++id) {
    const Inst& inst = program_.insts()[id];
    if (inst.op == Op::kByteRange) {
      for (unsigned byte = 0; byte < 256; ++byte) {
        next_[id][byte] = inst.Takes(static_cast<std::uint8_t>(byte));
      }
    } else if (inst.op == Op::kMatch) {
      next_[id].set();
    }
  }
  // The sets only grow. Passes go up and down in turn, so that few are needed; a program that needs more than
  // a bounded number is given sets that exclude nothing.
  constexpr int kMaxPasses = 32;
  bool changed = true;
  for (int pass = 0; pass < kMaxPasses && changed; ++pass) {
    changed = false;
    for (std::uint32_t n = 0; n < program_.size(); ++n) {
      changed |= UpdateNext(pass % 2 == 0 ? program_.size() - 1 - n : n);
    }
  }
  if (changed) {
    for (NextSet& set : next_) {
      set.set();
    }
  }
}

bool PatternAnalysis::UpdateNext(std::uint32_t id) {
  const Inst& inst = program_.insts()[id];
  NextSet set;
  switch (inst.op) {
    case Op::kFail:
    case Op::kByteRange:
    case Op::kMatch:
      return false;
    case Op::kAlt:
      set = next_[inst.out] | next_[inst.arg];
      break;
    case Op::kCapture:
    case Op::kNop:
      set = next_[inst.out];
      break;
    case Op::kEmptyWidth:
      set = next_[inst.out];
      if ((inst.arg & (regex::kAtEndText | regex::kAtEndLine)) != 0) {
        NextSet allowed;
        allowed.set(kEndOfText);
        if ((inst.arg & regex::kAtEndText) == 0) {
          allowed.set('\n');
        }
        set &= allowed;
      }
      break;
  }
  bool grew = set != next_[id];
  next_[id] = set;
  return grew;
}

void PatternAnalysis::FindPrefix() {
  std::uint32_t id = program_.start();
  while (prefix_.size() < 64) {
    const Inst& inst = program_.insts()[id];
    if (inst.op == Op::kByteRange && inst.lo == inst.hi && inst.fold == 0) {
      prefix_ += static_cast<char>(inst.lo);
    } else if (inst.op != Op::kCapture && inst.op != Op::kNop) {
      break;
    }
    id = inst.out;
  }
}

}  // namespace faultline::jit
