// Thompson's construction with priorities.
//
// Loops are built exactly as RE2 builds them, because the shape of a loop decides what captures hold when its
// body can be empty: x* with such a body is (x+)?, and x{2,5} is xx(x(x(x)?)?)?. The tree is walked with a
// stack of our own; the children of a counted repeat are compiled once per copy, within the budget.
#include "support/regex/compiler.h"

#include <algorithm>
#include <atomic>
#include <fmt/format.h>
#include <utility>

namespace faultline::regex {
namespace {

uint32_t ConditionOf(AssertKind kind) {
  switch (kind) {
    case AssertKind::kBeginText:
      return kAtBeginText;
    case AssertKind::kEndText:
      return kAtEndText;
    case AssertKind::kBeginLine:
      return kAtBeginLine;
    case AssertKind::kEndLine:
      return kAtEndLine;
    case AssertKind::kWordBoundary:
      return kAtWordBoundary;
    case AssertKind::kNotWordBoundary:
      return kAtNotWordBoundary;
    case AssertKind::kUnicodeWordBoundary:
      return kAtUnicodeWordBoundary;
    case AssertKind::kNotUnicodeWordBoundary:
      return kAtNotUnicodeWordBoundary;
  }
  return 0;
}

// How many copies of its children a node needs.
size_t CopiesOf(const Node& node) {
  if (node.kind() != NodeKind::kRepeat) return node.children().size();
  if (node.max() != kUnbounded) return static_cast<size_t>(node.max());
  return static_cast<size_t>(std::max(node.min(), 1));
}

// Numbers the classes of bytes that the instructions cannot tell apart.
int NumberByteClasses(const std::vector<Inst>& insts, uint32_t conditions,
                      std::array<uint8_t, 256>& classes) {
  std::array<bool, 257> begins{};  // does a new class begin at this byte?
  auto mark = [&begins](unsigned lo, unsigned hi) { begins[lo] = begins[hi + 1] = true; };
  for (const Inst& inst : insts) {
    if (inst.op != Op::kByteRange) continue;
    mark(inst.lo, inst.hi);
    if (inst.fold != 0) mark(inst.lo - 32u, inst.hi - 32u);
  }
  if ((conditions & (kAtBeginLine | kAtEndLine)) != 0) mark('\n', '\n');
  if ((conditions & ~(kAtBeginText | kAtEndText | kAtBeginLine | kAtEndLine)) != 0) {
    for (ByteRange word :
         {ByteRange{'0', '9'}, ByteRange{'A', 'Z'}, ByteRange{'_', '_'}, ByteRange{'a', 'z'}}) {
      mark(word.lo, word.hi);
    }
  }
  if ((conditions & (kAtUnicodeWordBoundary | kAtNotUnicodeWordBoundary)) != 0) mark(0x80, 0xFF);
  int number = 0;
  for (unsigned b = 0; b < 256; ++b) {
    if (b > 0 && begins[b]) ++number;
    classes[b] = static_cast<uint8_t>(number);
  }
  return number + 1;
}

// What can happen first from `start`, reached without a byte.
struct Beginning {
  bool anchored = true;  // every way needs the beginning of the text
  bool empty = false;    // kMatch can be reached
  std::bitset<256> bytes;
};

Beginning BeginningOf(const std::vector<Inst>& insts, uint32_t start) {
  Beginning beginning;
  // Each instruction is entered at most twice: behind a condition on the beginning of the text, or not.
  std::vector<uint8_t> seen(insts.size());
  std::vector<std::pair<uint32_t, bool>> todo = {{start, false}};
  while (!todo.empty()) {
    const auto [id, at_begin] = todo.back();
    todo.pop_back();
    const uint8_t mark = at_begin ? 2 : 1;
    if ((seen[id] & mark) != 0) continue;
    seen[id] = static_cast<uint8_t>(seen[id] | mark);
    const Inst& inst = insts[id];
    switch (inst.op) {
      case Op::kFail:
        break;
      case Op::kByteRange:
        if (!at_begin) beginning.anchored = false;
        for (unsigned b = 0; b < 256; ++b) {
          if (inst.Takes(static_cast<uint8_t>(b))) beginning.bytes.set(b);
        }
        break;
      case Op::kMatch:
        if (!at_begin) beginning.anchored = false;
        beginning.empty = true;
        break;
      case Op::kAlt:
        todo.emplace_back(inst.arg, at_begin);
        todo.emplace_back(inst.out, at_begin);
        break;
      case Op::kEmptyWidth:
        todo.emplace_back(inst.out, at_begin || (inst.arg & kAtBeginText) != 0);
        break;
      case Op::kCapture:
      case Op::kNop:
        todo.emplace_back(inst.out, at_begin);
        break;
    }
  }
  return beginning;
}

}  // namespace

Result<ProgPtr> Compile(const NodePtr& node, const CompileOptions& options) {
  return Compiler(node, options).Run();
}

Result<ProgPtr> Compiler::Run() {
  insts_.push_back({});  // kFail
  Fragment all = CompileTree();
  if (!too_large_) {
    all = Cat(all, {.begin = NewInst({.op = Op::kMatch}), .ends = {}, .nullable = true});
    if (!too_large_) return ProgPtr(Assemble(all));
  }
  return Error{.code = ErrorCode::kProgramTooLarge,
               .begin = 0,
               .end = 0,
               .message = fmt::format("the pattern needs more than {} instructions", options_.max_insts),
               .hint = "use smaller counts, `+` instead of `{n,m}`, or classes of ASCII instead of Unicode"};
}

Compiler::Fragment Compiler::CompileTree() {
  struct Frame {
    const Node* node;
    size_t next = 0;
    size_t first_child = 0;  // of its fragments in `done`
  };
  std::vector<Fragment> done;
  std::vector<Frame> frames = {{root_.get(), 0, 0}};
  while (!frames.empty()) {
    if (too_large_ || ++visits_ > uint64_t{16} * options_.max_insts + 1000) {
      too_large_ = true;
      return {};
    }
    Frame& frame = frames.back();
    if (frame.next < CopiesOf(*frame.node)) {
      const size_t child = frame.node->kind() == NodeKind::kRepeat ? 0 : frame.next;
      ++frame.next;
      frames.push_back({frame.node->children()[child].get(), 0, done.size()});
      continue;
    }
    Fragment fragment = Finish(*frame.node, std::span(done).subspan(frame.first_child));
    done.resize(frame.first_child);
    done.push_back(fragment);
    frames.pop_back();
  }
  return done[0];
}

Compiler::Fragment Compiler::Finish(const Node& node, std::span<const Fragment> children) {
  static constexpr CharRange kEverything[] = {{0, kMaxCodePoint}};
  switch (node.kind()) {
    case NodeKind::kNoMatch:
      return {};
    case NodeKind::kEmpty:
      return Nop();
    case NodeKind::kLiteral:
      return CompileLiteral(node);
    case NodeKind::kClass:
      return CompileClass(node.ranges(), node.open_class());
    case NodeKind::kAnyChar:
      return CompileClass(kEverything, true);
    case NodeKind::kAnyByte: {
      const uint32_t id = NewInst({.op = Op::kByteRange, .lo = 0, .hi = 0xFF});
      return {.begin = id, .ends = {id << 1, id << 1}, .nullable = false};
    }
    case NodeKind::kAssert:
      return Assertion(node.assertion());
    case NodeKind::kConcat: {
      Fragment all = children[0];
      for (const Fragment& next : children.subspan(1)) all = Cat(all, next);
      return all;
    }
    case NodeKind::kAlternate: {
      Fragment all = children[0];
      for (const Fragment& next : children.subspan(1)) all = Either(all, next);
      return all;
    }
    case NodeKind::kRepeat:
      return FinishRepeat(node, children);
    case NodeKind::kCapture:
      return CaptureGroup(children[0], node.index());
  }
  return {};
}

Compiler::Fragment Compiler::FinishRepeat(const Node& node, std::span<const Fragment> copies) {
  const bool greedy = node.greedy();
  const size_t min = static_cast<size_t>(node.min());
  if (node.max() == kUnbounded) {
    if (min == 0) return Star(copies[0], greedy);
    Fragment all = Plus(copies[min - 1], greedy);
    for (size_t i = min - 1; i-- > 0;) all = Cat(copies[i], all);
    return all;
  }
  if (copies.empty()) return Nop();  // x{0}
  Fragment required;
  for (size_t i = 0; i < min; ++i) required = i == 0 ? copies[0] : Cat(required, copies[i]);
  if (copies.size() == min) return required;
  Fragment optional = Quest(copies.back(), greedy);
  for (size_t i = copies.size() - 1; i-- > min;) optional = Quest(Cat(copies[i], optional), greedy);
  return min == 0 ? optional : Cat(required, optional);
}

Compiler::Fragment Compiler::CompileLiteral(const Node& node) {
  Fragment all;
  for (size_t i = 0; i < node.text().size(); ++i) {
    const uint8_t b = static_cast<uint8_t>(node.text()[i]);
    const bool fold = node.fold() && b >= 'a' && b <= 'z';
    const uint32_t id =
        NewInst({.op = Op::kByteRange, .lo = b, .hi = b, .fold = static_cast<uint8_t>(fold ? 1 : 0)});
    const Fragment one = {.begin = id, .ends = {id << 1, id << 1}, .nullable = false};
    all = i == 0 ? one : Cat(all, one);
  }
  return all;
}

Compiler::Fragment Compiler::Nop() {
  const uint32_t id = NewInst({.op = Op::kNop});
  return {.begin = id, .ends = {id << 1, id << 1}, .nullable = true};
}

Compiler::Fragment Compiler::Assertion(AssertKind kind) {
  const uint32_t id = NewInst({.op = Op::kEmptyWidth, .arg = ConditionOf(kind)});
  return {.begin = id, .ends = {id << 1, id << 1}, .nullable = true};
}

Compiler::Fragment Compiler::CaptureGroup(Fragment inner, int index) {
  if (inner.begin == 0) return {};
  const uint32_t slot = 2 * static_cast<uint32_t>(index);
  const uint32_t open = NewInst({.op = Op::kCapture, .out = inner.begin, .arg = slot});
  const uint32_t close = NewInst({.op = Op::kCapture, .arg = slot + 1});
  Patch(inner.ends, close);
  return {.begin = open, .ends = {close << 1, close << 1}, .nullable = inner.nullable};
}

Compiler::Fragment Compiler::Cat(Fragment a, Fragment b) {
  if (a.begin == 0 || b.begin == 0) return {};
  Patch(a.ends, b.begin);
  return {.begin = a.begin, .ends = b.ends, .nullable = a.nullable && b.nullable};
}

Compiler::Fragment Compiler::Either(Fragment a, Fragment b) {
  if (a.begin == 0) return b;
  if (b.begin == 0) return a;
  const uint32_t id = NewInst({.op = Op::kAlt, .out = a.begin, .arg = b.begin});
  return {.begin = id, .ends = Join(a.ends, b.ends), .nullable = a.nullable || b.nullable};
}

// An alternative between `body` and the way out: the first of them if greedy, else the second.
Compiler::Fragment Compiler::Branch(Fragment body, bool greedy) {
  const uint32_t id =
      greedy ? NewInst({.op = Op::kAlt, .out = body.begin}) : NewInst({.op = Op::kAlt, .arg = body.begin});
  const uint32_t exit = id << 1 | (greedy ? 1u : 0u);
  return {.begin = id, .ends = {exit, exit}, .nullable = true};
}

Compiler::Fragment Compiler::Plus(Fragment body, bool greedy) {
  if (body.begin == 0) return {};
  Fragment loop = Branch(body, greedy);
  Patch(body.ends, loop.begin);
  return {.begin = body.begin, .ends = loop.ends, .nullable = body.nullable};
}

Compiler::Fragment Compiler::Star(Fragment body, bool greedy) {
  if (body.begin == 0) return Nop();
  // One alternative is not enough to keep priorities right where the body can be empty.
  if (body.nullable) return Quest(Plus(body, greedy), greedy);
  Fragment loop = Branch(body, greedy);
  Patch(body.ends, loop.begin);
  return loop;
}

Compiler::Fragment Compiler::Quest(Fragment body, bool greedy) {
  if (body.begin == 0) return Nop();
  Fragment branch = Branch(body, greedy);
  branch.ends = Join(branch.ends, body.ends);
  return branch;
}

uint32_t Compiler::NewInst(Inst inst) {
  // Two are kept for the loop in front of an unanchored search.
  if (insts_.size() + 2 >= options_.max_insts) {
    too_large_ = true;
    return 0;
  }
  insts_.push_back(inst);
  return static_cast<uint32_t>(insts_.size() - 1);
}

void Compiler::Patch(PatchList list, uint32_t target) {
  if (too_large_) return;
  for (uint32_t place = list.head; place != 0;) {
    uint32_t& hole = Hole(place);
    place = std::exchange(hole, target);
  }
}

Compiler::PatchList Compiler::Join(PatchList a, PatchList b) {
  if (too_large_) return {};
  if (a.head == 0) return b;
  if (b.head == 0) return a;
  Hole(a.tail) = b.head;
  return {a.head, b.tail};
}

// Drops no-ops and what cannot be reached, numbers the rest in the order in which it is reached, and measures
// it.
std::shared_ptr<Prog> Compiler::Assemble(Fragment all) {
  static std::atomic<uint64_t> next_id{1};
  auto skip_nops = [this](uint32_t id) {
    while (insts_[id].op == Op::kNop) id = insts_[id].out;
    return id;
  };
  std::shared_ptr<Prog> prog(new Prog());
  std::vector<uint32_t> number(insts_.size(), UINT32_MAX);
  number[0] = 0;
  prog->insts_.push_back({});
  std::vector<uint32_t> todo = {skip_nops(all.begin)};
  while (!todo.empty()) {
    const uint32_t id = skip_nops(todo.back());
    todo.pop_back();
    if (number[id] != UINT32_MAX) continue;
    number[id] = prog->size();
    Inst inst = insts_[id];
    inst.out = skip_nops(inst.out);
    if (inst.op == Op::kAlt) {
      inst.arg = skip_nops(inst.arg);
      todo.push_back(inst.arg);
    }
    if (inst.op != Op::kMatch) todo.push_back(inst.out);
    prog->insts_.push_back(inst);
  }
  uint32_t conditions = 0;
  for (Inst& inst : prog->insts_) {
    inst.out = number[inst.out];
    if (inst.op == Op::kAlt) inst.arg = number[inst.arg];
    if (inst.op == Op::kEmptyWidth) conditions |= inst.arg;
  }
  prog->start_ = number[skip_nops(all.begin)];
  prog->encoding_ = options_.encoding;
  prog->num_groups_ = root_->max_capture() + 1;
  prog->empty_flags_ = static_cast<uint8_t>(conditions);
  const Beginning beginning = BeginningOf(prog->insts_, prog->start_);
  prog->anchored_start_ = beginning.anchored;
  prog->may_be_empty_ = beginning.empty;
  prog->first_bytes_ = beginning.bytes;
  prog->start_unanchored_ = prog->start_;
  if (!prog->anchored_start_) {
    const uint32_t loop = prog->size();
    prog->insts_.push_back({.op = Op::kAlt, .out = prog->start_, .arg = loop + 1});
    prog->insts_.push_back({.op = Op::kByteRange, .lo = 0, .hi = 0xFF, .out = loop});
    prog->start_unanchored_ = loop;
  }
  prog->num_byte_classes_ = NumberByteClasses(prog->insts_, conditions, prog->byte_classes_);
  prog->id_ = next_id.fetch_add(1, std::memory_order_relaxed);
  return prog;
}

}  // namespace faultline::regex
