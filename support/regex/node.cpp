// Constructors of nodes, which keep trees canonical, and the walks that need no algorithm of their own.
#include "support/regex/node.h"

#include "support/regex/utf8.h"

#include <algorithm>
#include <utility>

namespace faultline::regex {

// The only maker of nodes.
struct NodeFactory {
  static std::shared_ptr<Node> Make(NodeKind kind) { return std::shared_ptr<Node>(new Node(kind)); }

  static NodePtr Literal(std::string text, bool fold) {
    std::shared_ptr<Node> node = Make(NodeKind::kLiteral);
    node->text_ = std::move(text);
    node->flag_ = fold;
    return node;
  }

  static NodePtr Class(std::span<const CharRange> ranges) {
    std::shared_ptr<Node> node = Make(NodeKind::kClass);
    node->ranges_.assign(ranges.begin(), ranges.end());
    return node;
  }

  static NodePtr Assert(AssertKind kind) {
    std::shared_ptr<Node> node = Make(NodeKind::kAssert);
    node->assertion_ = kind;
    return node;
  }

  static std::shared_ptr<Node> Parent(NodeKind kind, std::vector<NodePtr> children) {
    std::shared_ptr<Node> node = Make(kind);
    for (const NodePtr& child : children) {
      node->max_capture_ = std::max(node->max_capture_, child->max_capture_);
      node->repeat_weight_ = std::max(node->repeat_weight_, child->repeat_weight_);
    }
    node->children_ = std::move(children);
    return node;
  }

  static NodePtr Repeat(NodePtr child, int min, int max, bool greedy) {
    std::vector<NodePtr> children;
    children.push_back(std::move(child));
    std::shared_ptr<Node> node = Parent(NodeKind::kRepeat, std::move(children));
    node->min_ = min;
    node->max_ = max;
    node->flag_ = greedy;
    const uint64_t count = static_cast<uint64_t>(std::max({min, max, 1}));
    node->repeat_weight_ =
        static_cast<uint32_t>(std::min<uint64_t>(node->repeat_weight_ * count, UINT32_MAX));
    return node;
  }

  static NodePtr Capture(int index, std::string_view name, NodePtr child) {
    std::vector<NodePtr> children;
    children.push_back(std::move(child));
    std::shared_ptr<Node> node = Parent(NodeKind::kCapture, std::move(children));
    node->min_ = index;
    node->text_ = name;
    node->max_capture_ = std::max(node->max_capture_, index);
    return node;
  }

  // Moves out the children of a node that is about to die.
  static void TakeChildren(const Node& node, std::vector<NodePtr>& out) {
    std::vector<NodePtr>& children = const_cast<Node&>(node).children_;  // we hold the last reference
    std::ranges::move(children, std::back_inserter(out));
    children.clear();
  }
};

namespace {

bool IsAsciiLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Joins a run of literals. Letters of one folding stay together and everything else joins what stands before
// it, so that the result depends on the characters alone, not on how they were cut into literals.
void JoinLiterals(std::span<const NodePtr> run, std::vector<NodePtr>& out) {
  if (run.size() == 1) {
    out.push_back(run[0]);
    return;
  }
  std::string text;
  bool fold = false;
  bool seen_letter = false;
  for (const NodePtr& literal : run) {
    for (char c : literal->text()) {
      if (IsAsciiLetter(c)) {
        if (seen_letter && fold != literal->fold()) {
          out.push_back(NodeFactory::Literal(std::exchange(text, {}), fold));
        }
        seen_letter = true;
        fold = literal->fold();
      }
      text.push_back(c);
    }
  }
  out.push_back(NodeFactory::Literal(std::move(text), fold));
}

// `*`, `+` and `?`, which absorb one another.
bool IsSimpleRepeat(int min, int max) {
  return (min == 0 && max == kUnbounded) || (min == 1 && max == kUnbounded) || (min == 0 && max == 1);
}

}  // namespace

// Unlinks the tree level by level instead of by nested destructors: depth costs memory, never stack.
Node::~Node() {
  std::vector<NodePtr> dying;
  NodeFactory::TakeChildren(*this, dying);
  while (!dying.empty()) {
    NodePtr node = std::move(dying.back());
    dying.pop_back();
    if (node.use_count() == 1) NodeFactory::TakeChildren(*node, dying);
  }
}

NodePtr NoMatch() {
  static const NodePtr node = NodeFactory::Make(NodeKind::kNoMatch);
  return node;
}

NodePtr Empty() {
  static const NodePtr node = NodeFactory::Make(NodeKind::kEmpty);
  return node;
}

NodePtr AnyChar() {
  static const NodePtr node = NodeFactory::Make(NodeKind::kAnyChar);
  return node;
}

NodePtr AnyByte() {
  static const NodePtr node = NodeFactory::Make(NodeKind::kAnyByte);
  return node;
}

NodePtr Assert(AssertKind kind) {
  return NodeFactory::Assert(kind);
}

NodePtr Literal(std::string_view text, bool fold) {
  if (text.empty()) return Empty();
  if (!IsValidUtf8(text)) return NoMatch();
  std::string copy(text);
  if (fold) {
    fold = std::ranges::any_of(copy, IsAsciiLetter);
    for (char& c : copy) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
  }
  return NodeFactory::Literal(std::move(copy), fold);
}

NodePtr Class(const CharSet& set) {
  std::span<const CharRange> ranges = set.ranges();
  if (ranges.empty()) return NoMatch();
  if (set.full()) return AnyChar();
  auto is_single = [](const CharRange& range) { return range.lo == range.hi; };
  if (ranges.size() == 1 && is_single(ranges[0]) && !(ranges[0].lo >= 0xD800 && ranges[0].lo <= 0xDFFF)) {
    std::string text;
    AppendUtf8(ranges[0].lo, text);
    return NodeFactory::Literal(std::move(text), false);
  }
  if (ranges.size() == 2 && is_single(ranges[0]) && is_single(ranges[1]) && ranges[0].lo >= 'A' &&
      ranges[0].lo <= 'Z' && ranges[1].lo == ranges[0].lo + 32) {
    return NodeFactory::Literal(std::string(1, static_cast<char>(ranges[1].lo)), true);
  }
  return NodeFactory::Class(ranges);
}

NodePtr Concat(std::vector<NodePtr> parts) {
  std::vector<NodePtr> flat;
  flat.reserve(parts.size());
  for (NodePtr& part : parts) {
    if (part->kind() == NodeKind::kConcat) {
      flat.insert(flat.end(), part->children().begin(), part->children().end());
    } else if (part->kind() != NodeKind::kEmpty) {
      flat.push_back(std::move(part));
    }
  }
  std::vector<NodePtr> joined;
  joined.reserve(flat.size());
  for (size_t i = 0; i < flat.size();) {
    size_t end = i;
    while (end < flat.size() && flat[end]->kind() == NodeKind::kLiteral) ++end;
    if (end == i) {
      joined.push_back(std::move(flat[i++]));
    } else {
      JoinLiterals(std::span(flat).subspan(i, end - i), joined);
      i = end;
    }
  }
  if (joined.empty()) return Empty();
  if (joined.size() == 1) return joined[0];
  return NodeFactory::Parent(NodeKind::kConcat, std::move(joined));
}

NodePtr Alternate(std::vector<NodePtr> parts) {
  std::vector<NodePtr> flat;
  flat.reserve(parts.size());
  for (NodePtr& part : parts) {
    if (part->kind() == NodeKind::kAlternate) {
      flat.insert(flat.end(), part->children().begin(), part->children().end());
    } else {
      flat.push_back(std::move(part));
    }
  }
  if (flat.empty()) return NoMatch();
  if (flat.size() == 1) return flat[0];
  return NodeFactory::Parent(NodeKind::kAlternate, std::move(flat));
}

NodePtr Repeat(NodePtr node, int min, int max, bool greedy) {
  if (min < 0 || min > kMaxRepeat || max > kMaxRepeat || (max != kUnbounded && max < min)) return NoMatch();
  if (node->kind() == NodeKind::kEmpty) return node;
  if (min == 1 && max == 1) return node;
  if (node->kind() == NodeKind::kRepeat && node->greedy() == greedy && IsSimpleRepeat(min, max) &&
      IsSimpleRepeat(node->min(), node->max())) {
    if (node->min() == min && node->max() == max) return node;
    return NodeFactory::Repeat(node->child(), 0, kUnbounded, greedy);
  }
  return NodeFactory::Repeat(std::move(node), min, max, greedy);
}

NodePtr Capture(int index, std::string_view name, NodePtr node) {
  return NodeFactory::Capture(index, name, std::move(node));
}

bool Equal(const NodePtr& a, const NodePtr& b) {
  std::vector<std::pair<const Node*, const Node*>> todo = {{a.get(), b.get()}};
  while (!todo.empty()) {
    auto [x, y] = todo.back();
    todo.pop_back();
    if (x == y) continue;
    if (x->kind() != y->kind() || x->children().size() != y->children().size()) return false;
    switch (x->kind()) {
      case NodeKind::kNoMatch:
      case NodeKind::kEmpty:
      case NodeKind::kAnyChar:
      case NodeKind::kAnyByte:
      case NodeKind::kConcat:
      case NodeKind::kAlternate:
        break;
      case NodeKind::kLiteral:
        if (x->text() != y->text() || x->fold() != y->fold()) return false;
        break;
      case NodeKind::kClass:
        if (!std::ranges::equal(x->ranges(), y->ranges())) return false;
        break;
      case NodeKind::kAssert:
        if (x->assertion() != y->assertion()) return false;
        break;
      case NodeKind::kRepeat:
        if (x->min() != y->min() || x->max() != y->max() || x->greedy() != y->greedy()) return false;
        break;
      case NodeKind::kCapture:
        if (x->index() != y->index() || x->name() != y->name()) return false;
        break;
    }
    for (size_t i = 0; i < x->children().size(); ++i) {
      todo.emplace_back(x->children()[i].get(), y->children()[i].get());
    }
  }
  return true;
}

std::vector<std::string> CaptureNames(const NodePtr& node) {
  std::vector<std::string> names(static_cast<size_t>(node->max_capture()) + 1);
  std::vector<const Node*> todo = {node.get()};
  while (!todo.empty()) {
    const Node* here = todo.back();
    todo.pop_back();
    if (here->kind() == NodeKind::kCapture) names[static_cast<size_t>(here->index())] = here->name();
    for (const NodePtr& child : here->children()) {
      if (child->max_capture() > 0) todo.push_back(child.get());
    }
  }
  return names;
}

}  // namespace faultline::regex
