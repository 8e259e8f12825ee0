// One step of the subset construction.
#include "support/regex/dfa_stepper.h"

#include <algorithm>
#include <utility>

namespace faultline::regex {

TextBefore TextBeforeAt(std::string_view text, size_t pos) {
  if (pos == 0) return TextBefore::kNothing;
  const uint8_t b = static_cast<uint8_t>(text[pos - 1]);
  if (b == '\n') return TextBefore::kNewline;
  return IsAsciiWord(b) ? TextBefore::kWordByte : TextBefore::kOtherByte;
}

DfaStepper::DfaStepper(const Prog& prog, Goal goal, Anchor anchor) : prog_(prog), goal_(goal), anchor_(anchor) {
  visited_.Reset(prog.size());
}

DfaStepper::Key DfaStepper::Start(TextBefore before) {
  uint32_t conditions = 0;
  if (before == TextBefore::kNothing) conditions = kAtBeginText | kAtBeginLine;
  if (before == TextBefore::kNewline) conditions = kAtBeginLine;
  list_.clear();
  visited_.Clear();
  Follow(anchor_ == Anchor::kNone ? prog_.start_unanchored() : prog_.start(), conditions, &visited_);
  return MakeKey(before == TextBefore::kWordByte ? kLastWord : 0, conditions);
}

DfaStepper::Key DfaStepper::Step(const Key& from, int symbol) {
  if (IsQuit(from) || (goal_ == Goal::kExists && IsMatch(from))) return from;
  if (symbol != kEndOfText && symbol >= 0x80 && prog_.has_unicode_boundary()) return {kQuitFlag};

  // What the symbol says about the place before it.
  const uint32_t known = from[0] & 0xFF;
  uint32_t conditions = known;
  uint32_t conditions_after = 0;
  if (symbol == kEndOfText) conditions |= kAtEndText | kAtEndLine;
  if (symbol == '\n') {
    conditions |= kAtEndLine;
    conditions_after = kAtBeginLine;
  }
  const bool word = symbol != kEndOfText && IsAsciiWord(static_cast<char32_t>(symbol));
  const bool last_word = (from[0] & kLastWord) != 0;
  conditions |= word != last_word ? kAtWordBoundary | kAtUnicodeWordBoundary
                                  : kAtNotWordBoundary | kAtNotUnicodeWordBoundary;

  previous_.assign(from.begin() + 1, from.end());
  const uint32_t needs = from[0] >> kNeedsShift;
  if ((needs & conditions & ~known) != 0) {
    list_.clear();
    visited_.Clear();
    for (uint32_t id : previous_) Follow(id, conditions, &visited_);
    previous_.swap(list_);
  }

  list_.clear();
  visited_.Clear();
  uint32_t flags = word ? kLastWord : 0;
  for (uint32_t id : previous_) {
    const Inst& inst = prog_.insts()[id];
    if (inst.op == Op::kMatch) {
      if (anchor_ == Anchor::kBoth && symbol != kEndOfText) continue;
      flags |= kMatchFlag;
      if (goal_ == Goal::kExists) return {kMatchFlag};
      break;  // threads of lower priority lose
    }
    if (inst.op == Op::kByteRange && symbol != kEndOfText && inst.Takes(static_cast<uint8_t>(symbol))) {
      Follow(inst.out, conditions_after, &visited_);
    }
  }
  return MakeKey(flags, conditions_after);
}

// Adds what can be reached from `start` under `conditions` to list_. A condition that is not met yet stays.
void DfaStepper::Follow(uint32_t start, uint32_t conditions, SparseSet* visited) {
  todo_.clear();
  todo_.push_back(start);
  while (!todo_.empty()) {
    const uint32_t id = todo_.back();
    todo_.pop_back();
    if (!visited->Insert(id)) continue;
    const Inst& inst = prog_.insts()[id];
    switch (inst.op) {
      case Op::kFail: break;
      case Op::kByteRange:
      case Op::kMatch: list_.push_back(id); break;
      case Op::kAlt:
        todo_.push_back(inst.arg);
        todo_.push_back(inst.out);
        break;
      case Op::kEmptyWidth:
        if ((inst.arg & ~conditions) == 0) {
          todo_.push_back(inst.out);
        } else if ((inst.arg & (kAtBeginText | kAtBeginLine) & ~conditions) == 0) {
          list_.push_back(id);  // the next byte may meet it; where a text or line begins is known already
        }
        break;
      case Op::kCapture:
      case Op::kNop: todo_.push_back(inst.out); break;
    }
  }
}

// The canonical key of list_: what makes no difference is left out, so that fewer states are distinct.
DfaStepper::Key DfaStepper::MakeKey(uint32_t flags, uint32_t conditions) {
  const bool match_anywhere = anchor_ != Anchor::kBoth;
  uint32_t needs = 0;
  size_t kept = 0;
  for (; kept < list_.size(); ++kept) {
    const Inst& inst = prog_.insts()[list_[kept]];
    if (inst.op == Op::kEmptyWidth) needs |= inst.arg;
    if (inst.op != Op::kMatch || !match_anywhere) continue;
    if (goal_ == Goal::kExists) return {kMatchFlag};
    ++kept;  // nothing behind a match can win
    break;
  }
  list_.resize(kept);
  uint32_t word = flags & kMatchFlag;
  if (needs != 0) word = flags | conditions | needs << kNeedsShift;
  if (goal_ == Goal::kExists) std::ranges::sort(list_);
  Key key;
  key.reserve(list_.size() + 1);
  key.push_back(word);
  key.insert(key.end(), list_.begin(), list_.end());
  return key;
}

}  // namespace faultline::regex
