// Lengths and first bytes, each one fold over the tree.
#include "support/regex/analysis.h"

#include "support/regex/utf8_ranges.h"
#include "support/regex/walk.h"

#include <algorithm>

namespace faultline::regex {
namespace {

uint32_t SaturatingAdd(uint32_t a, uint32_t b) {
  return static_cast<uint32_t>(std::min<uint64_t>(uint64_t{a} + b, kNoLimit));
}

uint32_t SaturatingMul(uint32_t a, uint32_t b) {
  return static_cast<uint32_t>(std::min<uint64_t>(uint64_t{a} * b, kNoLimit));
}

uint32_t Utf8Length(char32_t c) {
  return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

LengthBounds LengthOf(const NodePtr& here, std::span<const LengthBounds> children) {
  const Node& node = *here;
  switch (node.kind()) {
    case NodeKind::kNoMatch:
      return {kNoLimit, 0};
    case NodeKind::kEmpty:
    case NodeKind::kAssert:
      return {0, 0};
    case NodeKind::kLiteral: {
      const uint32_t length = static_cast<uint32_t>(std::min<size_t>(node.text().size(), kNoLimit));
      return {length, length};
    }
    case NodeKind::kClass:
      // In a text of bytes an open class takes one.
      return {node.open_class() ? 1 : Utf8Length(node.ranges().front().lo),
              Utf8Length(node.ranges().back().hi)};
    case NodeKind::kAnyChar:
      return {1, 4};
    case NodeKind::kAnyByte:
      return {1, 1};
    case NodeKind::kConcat: {
      LengthBounds sum = {0, 0};
      for (const LengthBounds& child : children) {
        sum = {SaturatingAdd(sum.min, child.min), SaturatingAdd(sum.max, child.max)};
      }
      return sum.min == kNoLimit ? LengthBounds{kNoLimit, 0} : sum;
    }
    case NodeKind::kAlternate: {
      LengthBounds all = {kNoLimit, 0};
      for (const LengthBounds& child : children) {
        all = {std::min(all.min, child.min), std::max(all.max, child.max)};
      }
      return all;
    }
    case NodeKind::kRepeat: {
      const LengthBounds& child = children[0];
      const uint32_t min = SaturatingMul(child.min, static_cast<uint32_t>(node.min()));
      if (child.max == 0) return {min, 0};
      if (node.max() == kUnbounded) return {min, kNoLimit};
      return {min, SaturatingMul(child.max, static_cast<uint32_t>(node.max()))};
    }
    case NodeKind::kCapture:
      return children[0];
  }
  return {0, kNoLimit};
}

struct First {
  std::bitset<256> bytes;
  bool empty = false;  // may match the empty text
};

First FirstOf(const NodePtr& here, std::span<const First> children) {
  const Node& node = *here;
  First first;
  auto add = [&first](unsigned lo, unsigned hi) {
    for (unsigned b = lo; b <= hi; ++b) first.bytes.set(b);
  };
  switch (node.kind()) {
    case NodeKind::kNoMatch:
      break;
    case NodeKind::kEmpty:
    case NodeKind::kAssert:
      first.empty = true;
      break;
    case NodeKind::kLiteral: {
      const unsigned b = static_cast<uint8_t>(node.text()[0]);
      add(b, b);
      if (node.fold() && b >= 'a' && b <= 'z') add(b - 32, b - 32);
      break;
    }
    case NodeKind::kClass: {
      std::vector<Utf8Sequence> sequences;
      for (const CharRange& range : node.ranges()) AppendUtf8Sequences(range, sequences);
      for (const Utf8Sequence& sequence : sequences) add(sequence.ranges[0].lo, sequence.ranges[0].hi);
      if (node.open_class()) add(0x80, 0xFF);
      break;
    }
    case NodeKind::kAnyChar:
    case NodeKind::kAnyByte:
      add(0, 0xFF);
      break;
    case NodeKind::kConcat:
      first.empty = true;
      for (const First& child : children) {
        first.bytes |= child.bytes;
        if (!child.empty) {
          first.empty = false;
          break;
        }
      }
      break;
    case NodeKind::kAlternate:
      for (const First& child : children) {
        first.bytes |= child.bytes;
        first.empty |= child.empty;
      }
      break;
    case NodeKind::kRepeat:
      if (node.max() != 0) first.bytes = children[0].bytes;
      first.empty = children[0].empty || node.min() == 0;
      break;
    case NodeKind::kCapture:
      return children[0];
  }
  return first;
}

}  // namespace

LengthBounds MatchLength(const NodePtr& node) {
  return Fold<LengthBounds>(node, LengthOf);
}

bool MatchesEmpty(const NodePtr& node) {
  return MatchLength(node).min == 0;
}

std::bitset<256> FirstBytes(const NodePtr& node) {
  return Fold<First>(node, FirstOf).bytes;
}

}  // namespace faultline::regex
