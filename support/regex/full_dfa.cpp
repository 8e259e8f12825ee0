// Builds the whole automaton breadth first, then merges equivalent states (Moore's partition refinement).
#include "support/regex/full_dfa.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

namespace faultline::regex {
namespace {

// One byte of each class, and the end of the text behind them.
std::vector<int> SymbolsOf(const Prog& prog) {
  std::vector<int> symbols(static_cast<size_t>(prog.num_byte_classes()) + 1, kEndOfText);
  for (int b = 255; b >= 0; --b) symbols[prog.byte_class(static_cast<uint8_t>(b))] = b;
  return symbols;
}

// States that agree on where every class leads, up to renaming, become one. The three fixed states keep their
// numbers.
void Minimize(Dfa* dfa) {
  const uint32_t n = dfa->num_states();
  const uint32_t stride = dfa->stride;
  std::vector<uint32_t> group(n, 3);
  for (uint32_t fixed : {Dfa::kDead, Dfa::kAccept, Dfa::kQuit}) group[fixed] = fixed;
  for (uint32_t count = 4;;) {
    std::map<std::vector<uint32_t>, uint32_t> groups;
    std::vector<uint32_t> refined(n);
    uint32_t next = 3;
    for (uint32_t state = 0; state < n; ++state) {
      if (state <= Dfa::kQuit) {
        refined[state] = state;
        continue;
      }
      std::vector<uint32_t> signature = {group[state]};
      for (uint32_t c = 0; c < stride; ++c) signature.push_back(group[dfa->table[state * stride + c]]);
      auto [it, inserted] = groups.try_emplace(std::move(signature), next);
      if (inserted) ++next;
      refined[state] = it->second;
    }
    group.swap(refined);
    if (next == count) break;
    count = next;
  }
  uint32_t size = 0;
  for (uint32_t g : group) size = std::max(size, g + 1);
  std::vector<uint32_t> table(size * stride);
  for (uint32_t state = 0; state < n; ++state) {
    for (uint32_t c = 0; c < stride; ++c)
      table[group[state] * stride + c] = group[dfa->table[state * stride + c]];
  }
  dfa->table = std::move(table);
  for (uint32_t& start : dfa->starts) start = group[start];
}

}  // namespace

std::optional<Dfa> BuildDfa(const Prog& prog, uint32_t max_states, Anchor anchor) {
  using Key = DfaStepper::Key;
  DfaStepper stepper(prog, DfaStepper::Goal::kExists, anchor);
  Dfa dfa;
  dfa.byte_classes = prog.byte_classes();
  dfa.quits = prog.has_unicode_boundary();
  const std::vector<int> symbols = SymbolsOf(prog);
  dfa.stride = static_cast<uint32_t>(symbols.size());

  std::unordered_map<Key, uint32_t, DfaKeyHash> numbers;
  std::vector<const Key*> keys(3, nullptr);  // by state; map nodes do not move
  auto number_of = [&](Key key) -> uint32_t {
    if (DfaStepper::IsQuit(key)) return Dfa::kQuit;
    if (DfaStepper::IsMatch(key)) return Dfa::kAccept;
    if (DfaStepper::IsDead(key)) return Dfa::kDead;
    auto [it, inserted] = numbers.try_emplace(std::move(key), static_cast<uint32_t>(keys.size()));
    if (inserted) keys.push_back(&it->first);
    return it->second;
  };

  for (int before = 0; before < kNumTextBefore; ++before) {
    dfa.starts[static_cast<size_t>(before)] = number_of(stepper.Start(static_cast<TextBefore>(before)));
  }
  for (uint32_t fixed : {Dfa::kDead, Dfa::kAccept, Dfa::kQuit}) {
    dfa.table.insert(dfa.table.end(), dfa.stride, fixed);
  }
  for (uint32_t state = 3; state < keys.size(); ++state) {
    if (keys.size() > max_states) return std::nullopt;
    for (int symbol : symbols) {
      const uint32_t next = number_of(stepper.Step(*keys[state], symbol));
      // Behind the end of the text there is nothing: what has not matched never will.
      dfa.table.push_back(symbol == kEndOfText && next > Dfa::kQuit ? Dfa::kDead : next);
    }
  }
  // The end of the text decides in the fixed states, too: kDead, kAccept and kQuit lead to themselves.
  Minimize(&dfa);
  return dfa;
}

Answer Dfa::Exists(std::string_view text, size_t from) const {
  if (from > text.size()) return Answer::kNo;
  uint32_t state = starts[static_cast<size_t>(TextBeforeAt(text, from))];
  const bool can_quit = from > 0 && static_cast<uint8_t>(text[from - 1]) >= 0x80;
  for (size_t pos = from; pos < text.size() && state > kQuit; ++pos) {
    state = table[state * stride + byte_classes[static_cast<uint8_t>(text[pos])]];
  }
  if (state > kQuit) state = table[state * stride + stride - 1];
  if (state == kQuit || (can_quit && quits)) return Answer::kUnknown;
  return state == kAccept ? Answer::kYes : Answer::kNo;
}

}  // namespace faultline::regex
