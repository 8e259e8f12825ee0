// Which engine runs, and when.
//
// The order is that of cost: lengths, literals, the lazy DFA, captures. Short searches skip the DFA, since
// the backtracker is done before the DFA's states are in the cache.
#include "support/regex/search.h"

#include "support/regex/bit_state.h"
#include "support/regex/lazy_dfa.h"
#include "support/regex/literal_search.h"
#include "support/regex/one_pass.h"
#include "support/regex/pike.h"
#include "support/regex/simplify.h"
#include "support/regex/utf8.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <utility>

namespace faultline::regex {
namespace {

// Looking for more literals than this one after the other costs more than it saves.
constexpr size_t kMaxLiteralsSought = 4;

// A backtracking search over this many bits is cheaper than asking the DFA first.
constexpr size_t kTinySearchBits = 4096;

struct Plan {
  ProgPtr prog;
  std::optional<OnePass> one_pass;
};

bool SameInsts(const Prog& a, const Prog& b) {
  return std::ranges::equal(a.insts(), b.insts()) && a.start() == b.start();
}

bool StoreEnds(std::span<Span> captures, Span match) {
  std::ranges::fill(captures, Span{});
  if (!captures.empty()) captures[0] = match;
  return true;
}

}  // namespace

struct Regex::Parts {
  NodePtr tree;
  std::array<Plan, 2> plans;  // by Encoding
  std::vector<std::string> group_names;
  LiteralSet required;
  LiteralSet prefix;
  std::optional<SearchLiteral> literal;  // the whole expression, if it is one
  LengthBounds length;
};

Result<Regex> Regex::Make(std::string_view pattern, const Flags& flags, const Options& options) {
  Result<NodePtr> node = Parse(pattern, flags);
  if (!node) return node.error();
  return FromTree(*node, options);
}

Result<Regex> Regex::FromTree(const NodePtr& node, const Options& options) {
  auto parts = std::make_shared<Parts>();
  parts->tree = node;
  const NodePtr simple = Simplify(node);
  for (Encoding encoding : {Encoding::kUtf8, Encoding::kBytes}) {
    Result<ProgPtr> prog = regex::Compile(simple, {.encoding = encoding, .max_insts = options.max_insts});
    if (!prog) return prog.error();
    Plan& plan = parts->plans[static_cast<size_t>(encoding)];
    plan.prog = *prog;
    if (encoding == Encoding::kBytes && SameInsts(*parts->plans[0].prog, *plan.prog)) {
      plan = parts->plans[0];
      break;
    }
    plan.one_pass = OnePass::Build(*plan.prog);
  }
  parts->group_names = CaptureNames(node);
  parts->required = RequiredLiterals(simple);
  parts->prefix = PrefixLiterals(simple);
  if (simple->max_capture() == 0) parts->literal = IsLiteral(simple);
  parts->length = MatchLength(simple);
  return Regex(std::move(parts));
}

const NodePtr& Regex::tree() const {
  return parts_->tree;
}
const ProgPtr& Regex::prog(Encoding encoding) const {
  return parts_->plans[static_cast<size_t>(encoding)].prog;
}
const std::vector<std::string>& Regex::group_names() const {
  return parts_->group_names;
}
const LiteralSet& Regex::required_literals() const {
  return parts_->required;
}
LengthBounds Regex::length() const {
  return parts_->length;
}

int Regex::GroupIndex(std::string_view name) const {
  if (name.empty()) return -1;
  auto it = std::ranges::find(parts_->group_names, name);
  return it == parts_->group_names.end() ? -1 : static_cast<int>(it - parts_->group_names.begin());
}

TextKind TextKindOf(std::string_view text) {
  return IsValidUtf8(text) ? TextKind::kUtf8 : TextKind::kBytes;
}

struct Scratch::State {
  struct DfaSlot {
    std::array<std::unique_ptr<LazyDfa>, 3> by_anchor;
  };

  LazyDfa& DfaFor(const ProgPtr& prog, Anchor anchor) {
    std::unique_ptr<LazyDfa>& dfa = dfas[prog->id()].by_anchor[static_cast<size_t>(anchor)];
    if (dfa == nullptr) dfa = std::make_unique<LazyDfa>(prog, anchor);
    return *dfa;
  }

  // Keeps the sum of all automata within the bound: past it, all start anew.
  void Charge(size_t before, size_t after) {
    used_bytes += after - std::min(before, after);
    if (used_bytes <= max_bytes) return;
    dfas.clear();
    used_bytes = 0;
  }

  size_t max_bytes = 0;
  size_t used_bytes = 0;
  std::unordered_map<uint64_t, DfaSlot> dfas;  // by Prog::id()
  PikeScratch pike;
  BitStateScratch bit_state;
};

Scratch::Scratch(size_t max_bytes) : state_(std::make_unique<State>()) {
  state_->max_bytes = max_bytes;
}
Scratch::~Scratch() = default;
Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;

bool Search(const Regex& regex, std::string_view text, size_t from, Anchor anchor, std::span<Span> captures,
            Scratch& scratch, TextKind kind) {
  const Regex::Parts& parts = *regex.parts_;
  text = text.substr(0, kMaxTextSize);
  if (from > text.size() || text.size() - from < parts.length.min) return false;

  const bool floating = anchor == Anchor::kNone && !parts.plans[0].prog->anchored_start();
  if (floating && parts.literal) {
    const size_t at = FindLiteral(text, from, *parts.literal);
    if (at == std::string_view::npos) return false;
    return StoreEnds(captures,
                     {static_cast<int32_t>(at), static_cast<int32_t>(at + parts.literal->text.size())});
  }
  if (floating && parts.prefix.size() == 1) {
    // No match can begin before its first literal.
    from = FindLiteral(text, from, parts.prefix[0]);
    if (from == std::string_view::npos) return false;
  } else if (floating && !parts.required.empty() && parts.required.size() <= kMaxLiteralsSought) {
    const bool found = std::ranges::any_of(parts.required, [&](const SearchLiteral& literal) {
      return FindLiteral(text, from, literal) != std::string_view::npos;
    });
    if (!found) return false;
  }

  const bool same_program = parts.plans[0].prog == parts.plans[1].prog;
  if (kind == TextKind::kUnknown) kind = same_program ? TextKind::kUtf8 : TextKindOf(text);
  const Plan& plan = parts.plans[kind == TextKind::kBytes ? 1 : 0];
  const Prog& prog = *plan.prog;
  if (from > 0 && prog.anchored_start()) return false;
  if (plan.one_pass && !floating) return plan.one_pass->Search(prog, text, from, anchor, captures);

  Scratch::State& state = *scratch.state_;
  const size_t length = text.size() - from;
  const bool fits = BitStateFits(prog, length);
  if (captures.empty() || !fits || (length + 1) * prog.size() > kTinySearchBits) {
    LazyDfa& dfa = state.DfaFor(plan.prog, anchor);
    const size_t before = dfa.bytes();
    const Answer answer = dfa.Exists(text, from);
    state.Charge(before, dfa.bytes());
    if (answer == Answer::kNo) return false;
    if (answer == Answer::kYes && captures.empty()) return true;
  }
  return fits ? BitStateSearch(prog, text, from, anchor, captures, state.bit_state)
              : PikeSearch(prog, text, from, anchor, captures, state.pike);
}

}  // namespace faultline::regex
