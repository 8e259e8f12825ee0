// States on demand.
#include "support/regex/lazy_dfa.h"

#include <utility>

namespace faultline::regex {
namespace {

// Below this many bytes per state made, the cache costs more than it saves.
constexpr size_t kMinBytesPerState = 10;

}  // namespace

LazyDfa::LazyDfa(ProgPtr prog, Anchor anchor, size_t max_bytes)
    : prog_(std::move(prog)),
      stepper_(*prog_, DfaStepper::Goal::kLeftmostFirst, anchor),
      max_bytes_(max_bytes),
      stride_(static_cast<uint32_t>(prog_->num_byte_classes()) + 1) {
  Reset();
}

void LazyDfa::Reset() {
  table_.clear();
  is_match_.clear();
  keys_.clear();
  numbers_.clear();
  starts_.fill(kUnmade);
  bytes_ = 0;
  full_ = false;
  table_.insert(table_.end(), stride_, kDead);
  table_.insert(table_.end(), stride_, kQuit);
  is_match_.assign(2, 0);
  keys_.assign(2, nullptr);
}

LazyDfa::Found LazyDfa::FindEnd(std::string_view text, size_t from) {
  return Run(text, from, false);
}

Answer LazyDfa::Exists(std::string_view text, size_t from) {
  return Run(text, from, true).answer;
}

LazyDfa::Found LazyDfa::Run(std::string_view text, size_t from, bool stop_at_first) {
  text = text.substr(0, kMaxTextSize);
  if (from > text.size()) return {};
  if (prog_->has_unicode_boundary() && from > 0 && static_cast<uint8_t>(text[from - 1]) >= 0x80) {
    return {.answer = Answer::kUnknown, .end = 0};
  }
  if (full_) Reset();
  Found found;
  size_t reset_at = from;
  uint32_t state = StartState(TextBeforeAt(text, from));
  for (size_t pos = from;; ++pos) {
    const bool at_end = pos == text.size();
    const int symbol = at_end ? kEndOfText : static_cast<uint8_t>(text[pos]);
    const size_t symbol_class = at_end ? stride_ - 1 : prog_->byte_class(static_cast<uint8_t>(symbol));
    uint32_t next = table_[state * stride_ + symbol_class];
    if (next == kUnmade) {
      if (full_) {
        // Start anew, but keep the state that we are in.
        if (pos - reset_at < kMinBytesPerState * keys_.size()) return {.answer = Answer::kUnknown, .end = 0};
        DfaStepper::Key here = *keys_[state];
        Reset();
        ++num_resets_;
        reset_at = pos;
        state = NumberOf(std::move(here));
      }
      next = MakeNext(state, symbol, symbol_class);
    }
    state = next;
    if (state <= kQuit) {
      if (state == kQuit) return {.answer = Answer::kUnknown, .end = 0};
      return found;
    }
    if (is_match_[state] != 0) {
      found = {.answer = Answer::kYes, .end = pos};
      if (stop_at_first) return found;
    }
    if (at_end) return found;
  }
}

uint32_t LazyDfa::StartState(TextBefore before) {
  uint32_t& start = starts_[static_cast<size_t>(before)];
  if (start == kUnmade) {
    const uint32_t made = NumberOf(stepper_.Start(before));
    start = made;
  }
  return start;
}

uint32_t LazyDfa::MakeNext(uint32_t state, int symbol, size_t symbol_class) {
  const uint32_t next = NumberOf(stepper_.Step(*keys_[state], symbol));
  table_[state * stride_ + symbol_class] = next;
  return next;
}

uint32_t LazyDfa::NumberOf(DfaStepper::Key key) {
  if (DfaStepper::IsQuit(key)) return kQuit;
  if (DfaStepper::IsDead(key)) return kDead;
  const size_t key_bytes = key.size() * sizeof(uint32_t);
  auto [it, inserted] = numbers_.try_emplace(std::move(key), static_cast<uint32_t>(keys_.size()));
  if (inserted) {
    keys_.push_back(&it->first);
    is_match_.push_back(DfaStepper::IsMatch(it->first) ? 1 : 0);
    table_.insert(table_.end(), stride_, kUnmade);
    bytes_ += key_bytes + stride_ * sizeof(uint32_t) + 64;  // 64: the node and the vectors' own
    full_ = bytes_ > max_bytes_;
  }
  return it->second;
}

}  // namespace faultline::regex
