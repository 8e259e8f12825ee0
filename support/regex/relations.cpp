// Questions about languages: walks over the product of automata, breadth first, until a text proves the
// answer or there are no more states.
//
// One component checks that the text is UTF-8; the others look for matches. Breadth first gives the shortest
// witness, and printable bytes are tried first to make it readable.
#include "support/regex/analysis.h"
#include "support/regex/dfa_stepper.h"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>
#include <utility>

namespace faultline::regex {
namespace {

constexpr uint32_t kUnmade = UINT32_MAX;

// One automaton of the product, made as it is needed.
class Component {
 public:
  Component(ProgPtr prog, Anchor anchor)
      : prog_(std::move(prog)), stepper_(*prog_, DfaStepper::Goal::kExists, anchor) {}

  uint32_t Start() { return NumberOf(stepper_.Start(TextBefore::kNothing)); }

  uint32_t Next(uint32_t state, int symbol) {
    uint32_t next = steps_[state][static_cast<size_t>(symbol)];
    if (next == kUnmade) {
      const DfaStepper::Key from = *keys_[state];
      next = NumberOf(stepper_.Step(from, symbol));
      steps_[state][static_cast<size_t>(symbol)] = next;
    }
    return next;
  }

  bool Accepts(uint32_t state) const { return DfaStepper::IsMatch(*keys_[state]); }
  bool IsDead(uint32_t state) const { return DfaStepper::IsDead(*keys_[state]); }
  bool Quits(uint32_t state) const { return DfaStepper::IsQuit(*keys_[state]); }
  const Prog& prog() const { return *prog_; }

 private:
  uint32_t NumberOf(DfaStepper::Key key) {
    auto [it, inserted] = numbers_.try_emplace(std::move(key), static_cast<uint32_t>(keys_.size()));
    if (inserted) {
      keys_.push_back(&it->first);
      steps_.emplace_back();
      steps_.back().fill(kUnmade);
    }
    return it->second;
  }

  ProgPtr prog_;
  DfaStepper stepper_;
  std::unordered_map<DfaStepper::Key, uint32_t, DfaKeyHash> numbers_;
  std::vector<const DfaStepper::Key*> keys_;
  std::vector<std::array<uint32_t, 257>> steps_;
};

// The strict form of UTF-8, as an expression: the last code point apart keeps the class from being an open
// one.
NodePtr ValidText() {
  CharSet most;
  most.Add(0, kMaxCodePoint - 1);
  return Repeat(Alternate({Class(most), Literal("\U0010FFFF")}), 0, kUnbounded);
}

class Product {
 public:
  // Seeks a text that all of `wanted` match and none of `unwanted`.
  Product(const std::vector<NodePtr>& wanted, const std::vector<NodePtr>& unwanted,
          const RelationOptions& options)
      : options_(options), num_wanted_(wanted.size() + 1) {
    Add(ValidText(), Anchor::kBoth);
    for (const NodePtr& node : wanted) Add(node, options.anchor);
    for (const NodePtr& node : unwanted) Add(node, options.anchor);
  }

  // kYes with the text, kNo if there is none, kUnknown if the search was cut short.
  Relation Run() {
    if (failed_) return {};
    const std::vector<int> symbols = Symbols();
    std::vector<uint32_t> start;
    for (Component& component : components_) start.push_back(component.Start());
    Visit(std::move(start), 0, -1);
    bool incomplete = false;
    for (size_t i = 0; i < states_.size(); ++i) {
      if (IsGoal(*states_[i].parts)) return {.answer = Answer::kYes, .witness = TextTo(i)};
      if (states_.size() > options_.max_states) return {};
      for (int symbol : symbols) {
        std::vector<uint32_t> next;
        bool hopeless = false;
        for (size_t c = 0; c < components_.size(); ++c) {
          next.push_back(components_[c].Next((*states_[i].parts)[c], symbol));
          if (components_[c].Quits(next.back())) incomplete = hopeless = true;
          if (IsHopeless(c, next.back())) hopeless = true;
        }
        if (!hopeless) Visit(std::move(next), i, symbol);
      }
    }
    return {.answer = incomplete ? Answer::kUnknown : Answer::kNo, .witness = {}};
  }

 private:
  struct State {
    const std::vector<uint32_t>* parts;  // the state of each component
    size_t from;
    int symbol;
  };

  void Add(const NodePtr& node, Anchor anchor) {
    Result<ProgPtr> prog = Compile(node, {.encoding = Encoding::kUtf8, .max_insts = 4 * options_.max_states});
    if (!prog) {
      failed_ = true;
      return;
    }
    components_.emplace_back(*prog, anchor);
  }

  // One byte for each class that the components tell apart together, printable ones first.
  std::vector<int> Symbols() const {
    std::map<std::vector<uint32_t>, int> chosen;
    std::vector<int> symbols;
    auto consider = [&](int b) {
      if (b == '\n' && !options_.newlines) return;
      std::vector<uint32_t> classes;
      for (const Component& component : components_) {
        classes.push_back(component.prog().byte_class(static_cast<uint8_t>(b)));
      }
      if (chosen.try_emplace(std::move(classes), b).second) symbols.push_back(b);
    };
    for (int b = 'a'; b <= 'z'; ++b) consider(b);
    for (int b = '0'; b <= '9'; ++b) consider(b);
    for (int b = ' '; b <= '~'; ++b) consider(b);
    for (int b = 0; b < 256; ++b) consider(b);
    return symbols;
  }

  void Visit(std::vector<uint32_t> parts, size_t from, int symbol) {
    auto [it, inserted] = numbers_.try_emplace(std::move(parts), states_.size());
    if (inserted) states_.push_back({&it->first, from, symbol});
  }

  bool IsHopeless(size_t component, uint32_t state) {
    return component < num_wanted_ ? components_[component].IsDead(state)
                                   : components_[component].Accepts(state);
  }

  // Would the text be the answer if it ended here?
  bool IsGoal(const std::vector<uint32_t>& parts) {
    for (size_t c = 0; c < components_.size(); ++c) {
      const uint32_t end = components_[c].Next(parts[c], kEndOfText);
      if (components_[c].Quits(end) || components_[c].Accepts(end) != (c < num_wanted_)) return false;
    }
    return true;
  }

  std::string TextTo(size_t state) const {
    std::string text;
    for (; states_[state].symbol >= 0; state = states_[state].from) {
      text.push_back(static_cast<char>(states_[state].symbol));
    }
    std::ranges::reverse(text);
    return text;
  }

  RelationOptions options_;
  size_t num_wanted_;
  bool failed_ = false;
  std::vector<Component> components_;
  std::map<std::vector<uint32_t>, size_t> numbers_;
  std::vector<State> states_;
};

}  // namespace

Relation CanMatch(const NodePtr& node, const RelationOptions& options) {
  return Product({node}, {}, options).Run();
}

Relation Overlaps(const NodePtr& a, const NodePtr& b, const RelationOptions& options) {
  return Product({a, b}, {}, options).Run();
}

Relation Implies(const NodePtr& a, const NodePtr& b, const RelationOptions& options) {
  Relation counterexample = Product({a}, {b}, options).Run();
  if (counterexample.answer == Answer::kYes) {
    counterexample.answer = Answer::kNo;
  } else if (counterexample.answer == Answer::kNo) {
    counterexample.answer = Answer::kYes;
  }
  return counterexample;
}

}  // namespace faultline::regex
