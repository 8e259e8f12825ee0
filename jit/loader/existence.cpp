#include "jit/loader/existence.h"

#include <algorithm>
#include <map>

namespace faultline::jit {
namespace {

using regex::Inst;
using regex::Op;
using regex::Prog;

// What conditions may ask of the byte before a place.
constexpr std::uint32_t kNothing = 1;
constexpr std::uint32_t kNewline = 2;
constexpr std::uint32_t kWord = 4;

bool IsWord(unsigned byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
         byte == '_';
}

class Builder {
 public:
  Builder(const Prog& program, std::uint32_t max_states)
      : insts_(program.insts()), program_(program), max_states_(max_states), mark_(insts_.size(), 0) {}

  std::unique_ptr<ExistenceAutomaton> Build() {
    result_ = std::make_unique<ExistenceAutomaton>();
    Classes();
    // Work for each state and class is at most one walk over the program.
    work_ = std::uint64_t{20'000'000};
    result_->next.assign(std::size_t{2} * result_->columns, 0);  // kDead, kFound
    std::fill(result_->next.begin() + result_->columns, result_->next.end(), ExistenceTable::kFound);
    result_->states = 2;
    result_->start = StateOf({kNothing, {program_.start_unanchored()}});
    for (std::size_t index = 0; index < states_.size(); ++index) {
      State state = states_[index];
      for (std::uint32_t column = 0; column < result_->columns; ++column) {
        std::uint32_t target = Step(state, column);
        if (failed_) {
          return nullptr;
        }
        result_->next[(index + 2) * result_->columns + column] = target;
      }
    }
    return std::move(result_);
  }

 private:
  struct State {
    std::uint32_t before;
    std::vector<std::uint32_t> insts;  // sorted, not yet followed through empty instructions
    friend auto operator<=>(const State&, const State&) = default;
  };

  bool Asks(std::uint32_t flags) const { return (program_.empty_flags() & flags) != 0; }
  bool AsksLines() const { return Asks(regex::kAtBeginLine | regex::kAtEndLine); }
  bool AsksWords() const { return Asks(regex::kAtWordBoundary | regex::kAtNotWordBoundary); }

  // Bytes that no instruction and no condition tells apart.
  void Classes() {
    std::array<bool, 257> border{};
    auto range = [&](unsigned lo, unsigned hi) { border[lo] = border[hi + 1] = true; };
    for (const Inst& inst : insts_) {
      if (inst.op != Op::kByteRange) {
        continue;
      }
      range(inst.lo, inst.hi);
      if (inst.fold != 0) {
        unsigned lo = std::max<unsigned>(inst.lo, 'a');
        unsigned hi = std::min<unsigned>(inst.hi, 'z');
        if (lo <= hi) {
          range(lo - 'a' + 'A', hi - 'a' + 'A');
        }
        range('A', 'Z');
      }
    }
    if (AsksLines()) {
      range('\n', '\n');
    }
    if (AsksWords()) {
      for (unsigned byte = 1; byte < 256; ++byte) {
        border[byte] = border[byte] || IsWord(byte) != IsWord(byte - 1);
      }
    }
    std::uint32_t count = 0;
    for (unsigned byte = 0; byte < 256; ++byte) {
      if (byte > 0 && border[byte]) {
        ++count;
      }
      result_->byte_class[byte] = static_cast<std::uint8_t>(count);
      if (representative_.size() == count) {
        representative_.push_back(static_cast<std::uint8_t>(byte));
      }
    }
    result_->columns = count + 2;
  }

  std::uint32_t StateOf(State state) {
    if (state.insts.empty()) {
      return ExistenceTable::kDead;
    }
    auto [entry, added] = numbers_.try_emplace(state, static_cast<std::uint32_t>(states_.size() + 2));
    if (added) {
      if (states_.size() >= max_states_) {
        failed_ = true;
        return ExistenceTable::kDead;
      }
      states_.push_back(std::move(state));
      result_->next.resize(result_->next.size() + result_->columns);
      ++result_->states;
    }
    return entry->second;
  }

  std::uint32_t Step(const State& state, std::uint32_t column) {
    bool end = column + 1 == result_->columns;
    unsigned byte = end ? 0 : representative_[column];
    std::uint32_t holds = 0;
    if ((state.before & kNothing) != 0) {
      holds |= regex::kAtBeginText | regex::kAtBeginLine;
    }
    if ((state.before & kNewline) != 0) {
      holds |= regex::kAtBeginLine;
    }
    if (end) {
      holds |= regex::kAtEndText | regex::kAtEndLine;
    } else if (byte == '\n') {
      holds |= regex::kAtEndLine;
    }
    bool boundary = ((state.before & kWord) != 0) != (!end && IsWord(byte));
    holds |= boundary ? regex::kAtWordBoundary : regex::kAtNotWordBoundary;

    State target{0, {}};
    if (!end) {
      target.before =
          (AsksLines() && byte == '\n' ? kNewline : 0) | (AsksWords() && IsWord(byte) ? kWord : 0);
    }
    ++round_;
    work_list_ = state.insts;
    while (!work_list_.empty()) {
      std::uint32_t id = work_list_.back();
      work_list_.pop_back();
      if (mark_[id] == round_) {
        continue;
      }
      mark_[id] = round_;
      if (work_-- == 0) {
        failed_ = true;
        return ExistenceTable::kDead;
      }
      const Inst& inst = insts_[id];
      switch (inst.op) {
        case Op::kFail:
          break;
        case Op::kByteRange:
          if (!end && inst.Takes(static_cast<std::uint8_t>(byte))) {
            target.insts.push_back(inst.out);
          }
          break;
        case Op::kAlt:
          work_list_.push_back(inst.out);
          work_list_.push_back(inst.arg);
          break;
        case Op::kCapture:
        case Op::kNop:
          work_list_.push_back(inst.out);
          break;
        case Op::kEmptyWidth:
          if ((inst.arg & ~holds) == 0) {
            work_list_.push_back(inst.out);
          }
          break;
        case Op::kMatch:
          return ExistenceTable::kFound;
      }
    }
    std::sort(target.insts.begin(), target.insts.end());
    target.insts.erase(std::unique(target.insts.begin(), target.insts.end()), target.insts.end());
    return StateOf(std::move(target));
  }

  const std::vector<Inst>& insts_;
  const Prog& program_;
  std::uint32_t max_states_;
  std::unique_ptr<ExistenceAutomaton> result_;
  std::vector<State> states_;
  std::map<State, std::uint32_t> numbers_;
  std::vector<std::uint8_t> representative_;
  std::vector<std::uint32_t> mark_;
  std::vector<std::uint32_t> work_list_;
  std::uint32_t round_ = 0;
  std::uint64_t work_ = 0;
  bool failed_ = false;
};

}  // namespace

std::unique_ptr<ExistenceAutomaton> BuildExistence(const regex::Prog& program, std::uint32_t max_states) {
  if (program.has_unicode_boundary()) {
    return nullptr;
  }
  return Builder(program, max_states).Build();
}

}  // namespace faultline::jit
