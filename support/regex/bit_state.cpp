// Backtracking with memory, on a stack of our own.
#include "support/regex/bit_state.h"

#include <algorithm>

namespace faultline::regex {

class BitState {
 public:
  BitState(const Prog& prog, std::string_view text, size_t from, Anchor anchor, size_t num_slots,
           BitStateScratch& scratch)
      : prog_(prog),
        text_(text),
        from_(from),
        must_end_(anchor == Anchor::kBoth),
        places_(text.size() - from + 1),
        scratch_(scratch) {
    scratch_.visited_.assign((places_ * prog.size() + 63) / 64, 0);
    scratch_.slots_.assign(num_slots, -1);
    scratch_.jobs_.clear();
  }

  // The bits are kept from one start to the next: what failed from an earlier start fails from a later one.
  bool Run(bool anchored) {
    for (size_t start = from_; start <= text_.size(); ++start) {
      const bool hopeless =
          !prog_.may_be_empty() &&
          (start == text_.size() || !prog_.may_begin_with(static_cast<uint8_t>(text_[start])));
      if (!hopeless && TryFrom(start)) return true;
      if (anchored) break;
    }
    return false;
  }

 private:
  // Marks the pair; false if it was marked.
  bool Visit(uint32_t id, size_t place) {
    const size_t bit = id * places_ + (place - from_);
    uint64_t& word = scratch_.visited_[bit / 64];
    const uint64_t mask = uint64_t{1} << (bit % 64);
    if ((word & mask) != 0) return false;
    word |= mask;
    return true;
  }

  bool TryFrom(size_t start) {
    std::vector<BitStateScratch::Job>& jobs = scratch_.jobs_;
    scratch_.slots_[0] = static_cast<int32_t>(start);
    jobs.push_back({prog_.start(), static_cast<int32_t>(start), false});
    while (!jobs.empty()) {
      const BitStateScratch::Job job = jobs.back();
      jobs.pop_back();
      if (job.restore) {
        scratch_.slots_[job.id] = job.place;
        continue;
      }
      if (Follow(job.id, static_cast<size_t>(job.place))) {
        jobs.clear();
        return true;
      }
    }
    return false;
  }

  // Goes on along the preferred way until it ends; leaves the others for later.
  bool Follow(uint32_t id, size_t place) {
    while (Visit(id, place)) {
      const Inst& inst = prog_.insts()[id];
      switch (inst.op) {
        case Op::kFail:
          return false;
        case Op::kByteRange:
          if (place == text_.size() || !inst.Takes(static_cast<uint8_t>(text_[place]))) return false;
          ++place;
          break;
        case Op::kAlt:
          scratch_.jobs_.push_back({inst.arg, static_cast<int32_t>(place), false});
          break;
        case Op::kCapture:
          if (inst.arg < scratch_.slots_.size()) {
            scratch_.jobs_.push_back({inst.arg, scratch_.slots_[inst.arg], true});
            scratch_.slots_[inst.arg] = static_cast<int32_t>(place);
          }
          break;
        case Op::kEmptyWidth: {
          const uint8_t wanted = static_cast<uint8_t>(inst.arg);
          if (EmptyFlagsAt(text_, place, wanted) != wanted) return false;
          break;
        }
        case Op::kMatch:
          if (must_end_ && place != text_.size()) return false;
          scratch_.slots_[1] = static_cast<int32_t>(place);
          return true;
        case Op::kNop:
          break;
      }
      id = inst.out;
    }
    return false;
  }

  const Prog& prog_;
  std::string_view text_;
  size_t from_;
  bool must_end_;
  size_t places_;
  BitStateScratch& scratch_;

 public:
  std::span<const int32_t> slots() const { return scratch_.slots_; }
};

bool BitStateSearch(const Prog& prog, std::string_view text, size_t from, Anchor anchor,
                    std::span<Span> captures, BitStateScratch& scratch) {
  text = text.substr(0, kMaxTextSize);
  if (from > text.size() || (from > 0 && prog.anchored_start())) return false;
  const size_t groups = std::clamp<size_t>(captures.size(), 1, static_cast<size_t>(prog.num_groups()));
  BitState search(prog, text, from, anchor, 2 * groups, scratch);
  if (!search.Run(anchor != Anchor::kNone || prog.anchored_start())) return false;
  for (size_t i = 0; i < captures.size(); ++i) {
    captures[i] = i < groups ? Span{search.slots()[2 * i], search.slots()[2 * i + 1]} : Span{};
  }
  return true;
}

}  // namespace faultline::regex
