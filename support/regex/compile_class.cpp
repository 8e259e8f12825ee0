// Classes of code points as automata over bytes.
//
// The sequences of byte ranges arrive sorted, so the smallest automaton can be built as they come (Daciuk,
// Mihov, Watson and Watson, "Incremental construction of minimal acyclic finite-state automata", 2000):
// states whose successors are final are frozen and shared with equal ones. `\pL` takes some 400 instructions
// instead of 1,500.
#include "support/regex/compiler.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace faultline::regex {

struct Compiler::ClassBuilder {
  struct Edge {
    ByteRange bytes;
    bool fold = false;
    uint32_t next = 0;  // 0: the end of the class
    friend bool operator<(const Edge& a, const Edge& b) {
      return std::tuple(a.bytes.lo, a.bytes.hi, a.fold, a.next) <
             std::tuple(b.bytes.lo, b.bytes.hi, b.fold, b.next);
    }
  };

  // A state still growing: its finished edges, and the last one, whose target is the next growing state.
  struct Growing {
    std::vector<Edge> edges;
    std::optional<ByteRange> last;
    bool last_fold = false;
  };

  explicit ClassBuilder(Compiler& owner) : compiler(owner), growing(1) {}

  void Add(const Utf8Sequence& sequence, bool fold) {
    const size_t length = static_cast<size_t>(sequence.length);
    size_t common = 0;
    while (common < length && common < growing.size() && growing[common].last == sequence.ranges[common])
      ++common;
    Freeze(common);
    growing[common].last = sequence.ranges[common];
    growing[common].last_fold = fold;
    for (size_t i = common + 1; i < length; ++i) {
      growing.emplace_back();
      growing.back().last = sequence.ranges[i];
    }
  }

  // Freezes all states behind growing[depth], then that one's last edge.
  void Freeze(size_t depth) {
    uint32_t next = 0;
    while (growing.size() > depth + 1) {
      CloseLast(growing.back(), next);
      next = StateOf(growing.back().edges);
      growing.pop_back();
    }
    CloseLast(growing.back(), next);
  }

  static void CloseLast(Growing& state, uint32_t next) {
    if (!state.last) return;
    state.edges.push_back({*state.last, state.last_fold, next});
    state.last.reset();
  }

  // The instruction that stands for a state: its edges behind a chain of alternatives. Edges are disjoint, so
  // their order does not matter.
  uint32_t StateOf(const std::vector<Edge>& edges) {
    auto [it, inserted] = states.try_emplace(edges, 0);
    if (!inserted) return it->second;
    uint32_t state = 0;
    for (size_t i = edges.size(); i-- > 0;) {
      const uint32_t edge = EdgeOf(edges[i]);
      state = state == 0 ? edge : compiler.NewInst({.op = Op::kAlt, .out = edge, .arg = state});
    }
    it->second = state;
    return state;
  }

  uint32_t EdgeOf(const Edge& edge) {
    auto [it, inserted] = edge_insts.try_emplace(edge, 0);
    if (!inserted) return it->second;
    const uint32_t id = compiler.NewInst({.op = Op::kByteRange,
                                          .lo = edge.bytes.lo,
                                          .hi = edge.bytes.hi,
                                          .fold = static_cast<uint8_t>(edge.fold ? 1 : 0),
                                          .out = edge.next});
    if (edge.next == 0) ends = compiler.Join(ends, {id << 1, id << 1});
    it->second = id;
    return id;
  }

  Compiler& compiler;
  std::vector<Growing> growing;
  std::map<std::vector<Edge>, uint32_t> states;
  std::map<Edge, uint32_t> edge_insts;
  PatchList ends;
};

namespace {

// Does the class hold both cases of each ASCII letter in it, in ranges of their own? Then its upper case is
// implied.
bool FoldsAscii(std::span<const CharRange> ranges) {
  std::vector<CharRange> upper;
  std::vector<CharRange> lower;
  for (const CharRange& range : ranges) {
    if (range.hi < 'A' || range.lo > 'z' || (range.lo > 'Z' && range.hi < 'a')) continue;
    if (range.lo >= 'A' && range.hi <= 'Z') {
      upper.push_back({range.lo + 32, range.hi + 32});
    } else if (range.lo >= 'a' && range.hi <= 'z') {
      lower.push_back(range);
    } else {
      return false;
    }
  }
  return !lower.empty() && upper == lower;
}

}  // namespace

Compiler::Fragment Compiler::CompileClass(std::span<const CharRange> ranges, bool open) {
  const bool fold = FoldsAscii(ranges);
  ClassBuilder builder(*this);
  std::vector<Utf8Sequence> sequences;
  for (const CharRange& range : ranges) {
    if (too_large_) return {};
    CharRange rest = range;
    if (rest.lo < 0x80) {
      const ByteRange bytes = {static_cast<uint8_t>(rest.lo),
                               static_cast<uint8_t>(std::min<char32_t>(rest.hi, 0x7F))};
      const bool upper = bytes.lo >= 'A' && bytes.hi <= 'Z';
      if (!fold || !upper) {
        builder.Add({.ranges = {{bytes}}, .length = 1}, fold && bytes.lo >= 'a' && bytes.hi <= 'z');
      }
      rest.lo = 0x80;
    }
    if (rest.lo > rest.hi || (open && options_.encoding == Encoding::kBytes)) continue;
    sequences.clear();
    AppendUtf8Sequences(rest, sequences);
    for (const Utf8Sequence& sequence : sequences) builder.Add(sequence, false);
  }
  if (open && options_.encoding == Encoding::kBytes)
    builder.Add({.ranges = {{{0x80, 0xFF}}}, .length = 1}, false);
  builder.Freeze(0);
  const uint32_t begin = builder.StateOf(builder.growing[0].edges);
  if (begin == 0) return {};
  return {.begin = begin, .ends = builder.ends, .nullable = false};
}

}  // namespace faultline::regex
