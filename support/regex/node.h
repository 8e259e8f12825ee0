// Node: the syntax tree of a regular expression, and the functions that build it.
//
// The parser (syntax.h) and the lowering of templates build the same trees through the same functions, so
// both get the same engines and the same analyses. Trees are kept canonical by their constructors: sequences
// are flat, neighbouring literals are one literal, a class of one character is a literal. Two trees of one
// meaning are therefore often, though not always, equal; and `ToString` prints text that parses back to an
// equal tree.
//
// Nodes are immutable and shared (`shared_ptr<const Node>`): sub-trees may be used in many trees and on many
// threads. Trees of any depth are safe: no walk in this library recurses, nor does the destructor.
//
// There are no errors here. A malformed argument (a repeat of -3 to -7, a literal that is not UTF-8) gives
// `NoMatch()`; each function says which.
#pragma once

#include "support/regex/char_set.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::regex {

// Counts above this, alone or multiplied by those around them, are refused by the parser, as in RE2.
inline constexpr int kMaxRepeat = 1000;

// `Repeat` without an upper bound.
inline constexpr int kUnbounded = -1;

enum class NodeKind : uint8_t {
  kNoMatch,    // matches nothing, not even the empty text
  kEmpty,      // matches the empty text
  kLiteral,    // text(), exactly or with ASCII case folded
  kClass,      // one code point of ranges()
  kAnyChar,    // any code point, newline included
  kAnyByte,    // any byte: `\C`
  kAssert,     // no text, but a condition on the place: assertion()
  kConcat,     // children() one after the other; two or more
  kAlternate,  // the first of children() that leads to a match; two or more
  kRepeat,     // child() from min() to max() times
  kCapture,    // child(), and its place is remembered as group index()
};

enum class AssertKind : uint8_t {
  kBeginText,               // `\A`, and `^` without flag `m`
  kEndText,                 // `\z`, and `$` without flag `m`
  kBeginLine,               // `(?m:^)`
  kEndLine,                 // `(?m:$)`
  kWordBoundary,            // `\b`: between `[0-9A-Za-z_]` and anything else
  kNotWordBoundary,         // `\B`
  kUnicodeWordBoundary,     // `\b` under flag `u`
  kNotUnicodeWordBoundary,  // `\B` under flag `u`
};

class Node;
using NodePtr = std::shared_ptr<const Node>;

class Node {
 public:
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node();

  NodeKind kind() const { return kind_; }

  // kLiteral: UTF-8; lower case where fold() says that ASCII case is ignored.
  const std::string& text() const { return text_; }
  bool fold() const { return flag_; }

  // kClass: sorted, disjoint, not adjacent, not empty.
  std::span<const CharRange> ranges() const { return ranges_; }

  // kClass: does it reach U+10FFFF, as negated classes do? In a line that is not UTF-8 an open class takes
  // any one byte from 0x80 on; a closed class still takes the encodings of its members.
  bool open_class() const { return !ranges_.empty() && ranges_.back().hi == kMaxCodePoint; }

  AssertKind assertion() const { return assertion_; }

  // kConcat and kAlternate: two or more. kRepeat and kCapture: one.
  std::span<const NodePtr> children() const { return children_; }
  const NodePtr& child() const { return children_[0]; }

  // kRepeat: max() is kUnbounded or at least min().
  int min() const { return min_; }
  int max() const { return max_; }
  bool greedy() const { return flag_; }

  // kCapture: groups count from 1 in the order of their opening brackets; name() may be empty.
  int index() const { return min_; }
  const std::string& name() const { return text_; }

  // The largest group index in the tree, 0 without groups. O(1).
  int max_capture() const { return max_capture_; }

  // How often the innermost node is copied by counted repeats around it; saturates. O(1).
  uint32_t repeat_weight() const { return repeat_weight_; }

 private:
  friend struct NodeFactory;
  explicit Node(NodeKind kind) : kind_(kind) {}

  NodeKind kind_;
  AssertKind assertion_ = AssertKind::kBeginText;
  bool flag_ = false;  // fold or greedy
  int min_ = 0;        // or the group index
  int max_ = 0;
  int max_capture_ = 0;
  uint32_t repeat_weight_ = 1;
  std::string text_;  // or the group name
  std::vector<CharRange> ranges_;
  std::vector<NodePtr> children_;
};

NodePtr NoMatch();
NodePtr Empty();

// `text` as it stands; with `fold`, ASCII letters match either case. Not UTF-8: NoMatch().
NodePtr Literal(std::string_view text, bool fold = false);

// One code point of `set`. Canonical: the empty set is NoMatch(), the full one AnyChar(), one character or
// the two cases of an ASCII letter a literal.
NodePtr Class(const CharSet& set);

NodePtr AnyChar();
NodePtr AnyByte();
NodePtr Assert(AssertKind kind);

// In sequence. Nested sequences and empty parts dissolve, neighbouring literals join. O(total size).
NodePtr Concat(std::vector<NodePtr> parts);

// The first part that leads to a match, as in Perl. Nested choices dissolve; no parts is NoMatch().
NodePtr Alternate(std::vector<NodePtr> parts);

// `node` from `min` to `max` times, as often as possible if `greedy`. Bounds outside 0..kMaxRepeat, or max <
// min: NoMatch(). A repeat of the empty text is empty; `(?:a*)+` and its like become `a*`, as in RE2.
NodePtr Repeat(NodePtr node, int min, int max, bool greedy = true);

// Group `index` (from 1). For `ToString` to keep the numbers, give them in the order of the opening brackets.
NodePtr Capture(int index, std::string_view name, NodePtr node);

// Are the trees the same, group numbers and names included? O(size).
bool Equal(const NodePtr& a, const NodePtr& b);

// Canonical syntax that parses, without external flags, to an equal tree (if its repeats are within the
// parser's limits and its groups are numbered in order). O(size).
std::string ToString(const NodePtr& node);

// The largest group name table that a tree needs: name of each group from 0 to max_capture(), empty where
// unnamed.
std::vector<std::string> CaptureNames(const NodePtr& node);

}  // namespace faultline::regex
