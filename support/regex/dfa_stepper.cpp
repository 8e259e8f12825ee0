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

DfaStepper::DfaStepper(const Prog& prog, Goal goal, Anchor anchor)
    : prog_(prog), goal_(goal), anchor_(anchor) {
  visited_.Reset(prog.size());
}

DfaStepper::Key DfaStepper::Start(TextBefore before) {
  uint32_t conditions = 0;
  if (before == TextBefore::kNothing) conditions = kAtBeginText | kAtBeginLine;
  if (before == TextBefore::kNewline) conditions = kAtBeginLine;
  Clear();
  Follow(anchor_ == Anchor::kNone ? prog_.start_unanchored() : prog_.start(), conditions);
  return MakeKey(before == TextBefore::kWordByte ? kLastWord : 0, conditions);
}

DfaStepper::Key DfaStepper::Step(const Key& from, int symbol) {
  if (IsQuit(from) || (goal_ == Goal::kExists && IsMatch(from))) return from;
  if (symbol != kEndOfText && symbol >= 0x80 && prog_.has_unicode_boundary()) return {kQuitFlag};

  // What the symbol says about the place before it.
  uint32_t conditions = from[0] & 0xFF;
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
  if (const uint32_t needs = from[0] >> kNeedsShift; needs != 0) {
    // All is known about the place now: begin again from the roots, or from the conditions that waited.
    Clear();
    for (uint32_t id : previous_) Follow(id, conditions);
    previous_.swap(list_);
  }

  Clear();
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
      Follow(inst.out, conditions_after);
    }
  }
  return MakeKey(flags, conditions_after);
}

void DfaStepper::Clear() {
  roots_.clear();
  list_.clear();
  visited_.Clear();
}

// Adds what can be reached from `root` under `conditions` to list_. A condition that is not met yet stays.
void DfaStepper::Follow(uint32_t root, uint32_t conditions) {
  if (visited_.Contains(root)) return;
  roots_.push_back(root);
  todo_.clear();
  todo_.push_back(root);
  while (!todo_.empty()) {
    const uint32_t id = todo_.back();
    todo_.pop_back();
    if (!visited_.Insert(id)) continue;
    const Inst& inst = prog_.insts()[id];
    switch (inst.op) {
      case Op::kFail:
        break;
      case Op::kByteRange:
      case Op::kMatch:
        list_.push_back(id);
        break;
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
      case Op::kNop:
        todo_.push_back(inst.out);
        break;
    }
  }
}

// The canonical key: what makes no difference is left out, so that fewer states are distinct.
//
// While a condition waits, the order of what stands behind it is open: in `(?:\b|a)*`, whether \b holds
// decides which of `a` and the way out comes first. So the roots are kept then, and followed anew when all is
// known. Where order does not matter, the list with its waiting conditions is enough.
DfaStepper::Key DfaStepper::MakeKey(uint32_t flags, uint32_t conditions) {
  const bool match_anywhere = anchor_ != Anchor::kBoth;
  uint32_t needs = 0;
  for (uint32_t id : list_) {
    const Inst& inst = prog_.insts()[id];
    if (inst.op == Op::kEmptyWidth) needs |= inst.arg;
    if (inst.op == Op::kMatch && match_anywhere && goal_ == Goal::kExists) return {kMatchFlag};
  }
  const bool ordered = goal_ == Goal::kLeftmostFirst;
  std::vector<uint32_t>& kept = needs != 0 && ordered ? roots_ : list_;
  if (needs == 0 && ordered && match_anywhere) {
    // Nothing behind a match can win.
    auto match =
        std::ranges::find_if(kept, [this](uint32_t id) { return prog_.insts()[id].op == Op::kMatch; });
    if (match != kept.end()) kept.erase(match + 1, kept.end());
  }
  if (!ordered) std::ranges::sort(kept);
  Key key;
  key.reserve(kept.size() + 1);
  key.push_back(needs != 0 ? flags | conditions | needs << kNeedsShift : flags & kMatchFlag);
  key.insert(key.end(), kept.begin(), kept.end());
  return key;
}

}  // namespace faultline::regex
