// Rewrites each node once its children are simple.
//
// Leftmost-first matching tries the parts of a choice in order, so only neighbours may be merged, and a part
// may go only if an equal one stands before it.
#include "support/regex/simplify.h"

#include "support/regex/utf8.h"
#include "support/regex/walk.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace faultline::regex {
namespace {

// Factoring looks at no more than this many common prefixes inside one another.
constexpr int kMaxFactoring = 16;

bool HasCaptures(const NodePtr& node) {
  return node->max_capture() > 0;
}
bool Never(const NodePtr& node) {
  return node->kind() == NodeKind::kNoMatch;
}

// The set of a node that takes exactly one character.
std::optional<CharSet> SingleCharacter(const NodePtr& node) {
  if (node->kind() == NodeKind::kClass) return CharSet(node->ranges());
  if (node->kind() != NodeKind::kLiteral) return std::nullopt;
  const DecodedChar c = DecodeUtf8(node->text());
  // U+10FFFF in a class would make it an open one, which is another thing in a text of bytes (node.h).
  if (static_cast<size_t>(c.length) != node->text().size() || c.code_point == kMaxCodePoint)
    return std::nullopt;
  CharSet set;
  set.AddFolded(c.code_point, c.code_point, node->fold() ? Folding::kAscii : Folding::kNone);
  return set;
}

bool IsAsciiSet(const CharSet& set) {
  return set.empty() || set.ranges().back().hi < 0x80;
}

// A class is open or it is not (node.h), and beyond ASCII the union of the two kinds would be neither.
bool MayUnite(const CharSet& a, const CharSet& b) {
  return a.Contains(kMaxCodePoint) == b.Contains(kMaxCodePoint) || IsAsciiSet(a) || IsAsciiSet(b);
}

// `[ab]|c` to `[abc]`.
std::vector<NodePtr> UniteClasses(std::vector<NodePtr> parts) {
  std::vector<NodePtr> out;
  std::optional<CharSet> last;
  for (NodePtr& part : parts) {
    std::optional<CharSet> set = SingleCharacter(part);
    if (set && last && MayUnite(*last, *set)) {
      last->Add(*set);
      out.back() = Class(*last);
      continue;
    }
    last = std::move(set);
    out.push_back(std::move(part));
  }
  return out;
}

const Node* LeadingLiteral(const NodePtr& node) {
  const Node* first = node->kind() == NodeKind::kConcat ? node->children()[0].get() : node.get();
  return first->kind() == NodeKind::kLiteral ? first : nullptr;
}

// Bytes that the texts share at their beginnings, whole characters only.
size_t CommonPrefix(std::string_view a, std::string_view b) {
  size_t length = 0;
  while (length < a.size() && length < b.size()) {
    const size_t next = static_cast<size_t>(DecodeUtf8(a.substr(length)).length);
    if (a.substr(length, next) != b.substr(length, next)) break;
    length += next;
  }
  return length;
}

NodePtr WithoutPrefix(const NodePtr& node, size_t length) {
  const Node* literal = LeadingLiteral(node);
  std::vector<NodePtr> rest = {Literal(std::string_view(literal->text()).substr(length), literal->fold())};
  if (node->kind() == NodeKind::kConcat) {
    rest.insert(rest.end(), node->children().begin() + 1, node->children().end());
  }
  return Concat(std::move(rest));
}

NodePtr SimplifyChoice(std::vector<NodePtr> parts, int factoring);

// `abc|abd|x` to `ab(?:c|d)|x`.
std::vector<NodePtr> FactorPrefixes(std::vector<NodePtr> parts, int factoring) {
  std::vector<NodePtr> out;
  for (size_t i = 0; i < parts.size();) {
    size_t end = i + 1;
    size_t common = 0;
    const Node* first = LeadingLiteral(parts[i]);
    for (; first != nullptr && end < parts.size(); ++end) {
      const Node* other = LeadingLiteral(parts[end]);
      if (other == nullptr || other->fold() != first->fold()) break;
      const size_t shared = CommonPrefix(first->text(), other->text());
      if (shared == 0) break;
      common = common == 0 ? shared : std::min(common, shared);
    }
    if (end == i + 1) {
      out.push_back(std::move(parts[i++]));
      continue;
    }
    std::vector<NodePtr> rests;
    for (size_t j = i; j < end; ++j) rests.push_back(WithoutPrefix(parts[j], common));
    NodePtr prefix = Literal(std::string_view(first->text()).substr(0, common), first->fold());
    out.push_back(Concat({std::move(prefix), SimplifyChoice(std::move(rests), factoring + 1)}));
    i = end;
  }
  return out;
}

NodePtr SimplifyChoice(std::vector<NodePtr> parts, int factoring) {
  std::vector<NodePtr> kept;
  for (NodePtr& part : parts) {
    // A part equal to an earlier one is never reached with success; comparing neighbours finds most of them.
    const bool again = !kept.empty() && !HasCaptures(part) && Equal(part, kept.back());
    if (!again && !(Never(part) && !HasCaptures(part))) kept.push_back(std::move(part));
  }
  kept = UniteClasses(std::move(kept));
  if (factoring < kMaxFactoring) kept = FactorPrefixes(std::move(kept), factoring);
  return Alternate(std::move(kept));
}

NodePtr SimplifyOne(const NodePtr& node, std::span<NodePtr> children) {
  switch (node->kind()) {
    case NodeKind::kNoMatch:
    case NodeKind::kEmpty:
    case NodeKind::kLiteral:
    case NodeKind::kClass:
    case NodeKind::kAnyChar:
    case NodeKind::kAnyByte:
    case NodeKind::kAssert:
      return node;
    case NodeKind::kConcat:
      if (std::ranges::any_of(children, Never) && !HasCaptures(node)) return NoMatch();
      return Concat({children.begin(), children.end()});
    case NodeKind::kAlternate:
      return SimplifyChoice({children.begin(), children.end()}, 0);
    case NodeKind::kRepeat:
      if (!HasCaptures(node)) {
        if (node->max() == 0) return Empty();
        if (Never(children[0])) return node->min() == 0 ? Empty() : NoMatch();
      }
      return Repeat(children[0], node->min(), node->max(), node->greedy());
    case NodeKind::kCapture:
      return Capture(node->index(), node->name(), children[0]);
  }
  return node;
}

}  // namespace

NodePtr Simplify(const NodePtr& node) {
  return Fold<NodePtr>(node, SimplifyOne);
}

}  // namespace faultline::regex
