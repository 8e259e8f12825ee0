// Pieces of patterns and the longest beginning that matches: see fit.h.
#include "runtime/why/fit.h"

#include "support/regex/syntax.h"

#include <algorithm>
#include <utility>

namespace faultline::why {
namespace {

constexpr std::size_t kMaxPieces = 4000;
constexpr std::size_t kMaxFound = 60;

std::size_t CharacterSize(std::string_view text, std::size_t at) {
  std::size_t size = 1;
  while (at + size < text.size() && (static_cast<unsigned char>(text[at + size]) & 0xC0) == 0x80) ++size;
  return size;
}

bool IsBlanks(const regex::NodePtr& node) {
  if (node->kind() != regex::NodeKind::kRepeat || node->child()->kind() != regex::NodeKind::kClass)
    return false;
  const auto ranges = node->child()->ranges();
  return ranges.size() == 2 && ranges[0].lo == '\t' && ranges[0].hi == '\t' && ranges[1].lo == ' ' &&
         ranges[1].hi == ' ';
}

bool IsBegin(const regex::NodePtr& node) {
  return node->kind() == regex::NodeKind::kAssert && node->assertion() == regex::AssertKind::kBeginText;
}

// A piece as it stands in a template; `names` are those of the captures from 1 on.
std::string Shown(const regex::NodePtr& node, const std::vector<std::string>& names) {
  switch (node->kind()) {
    case regex::NodeKind::kLiteral:
      return node->text();
    case regex::NodeKind::kCapture:
      return "{" + names[static_cast<std::size_t>(node->index()) - 1] + "}";
    case regex::NodeKind::kAssert:
      if (node->assertion() == regex::AssertKind::kBeginText) return "{^}";
      if (node->assertion() == regex::AssertKind::kEndText) return "{$}";
      return regex::ToString(node);
    case regex::NodeKind::kRepeat:
      if (IsBlanks(node)) return " ";
      break;
    case regex::NodeKind::kNoMatch:
    case regex::NodeKind::kEmpty:
    case regex::NodeKind::kClass:
    case regex::NodeKind::kAnyChar:
    case regex::NodeKind::kAnyByte:
    case regex::NodeKind::kConcat:
    case regex::NodeKind::kAlternate:
      break;
  }
  std::string text = regex::ToString(node);
  constexpr std::size_t kLongest = 40;
  if (text.size() > kLongest) {
    std::size_t cut = kLongest;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
    text.resize(cut);
    text += "\xE2\x80\xA6";
  }
  return "{(" + text + ")}";
}

bool IsCharacter(const regex::NodePtr& node) {
  return node->kind() == regex::NodeKind::kLiteral;
}

}  // namespace

PatternFitter::Pieces& PatternFitter::Of(ir::PatternId pattern) {
  const auto [it, added] = patterns_.try_emplace(pattern);
  Pieces& pieces = it->second;
  if (!added) return pieces;
  const ir::Pattern& source = module_.patterns[pattern];
  const auto flags = regex::ParseFlags(source.flags);
  auto tree = regex::Parse(source.regex, flags ? *flags : regex::Flags{});
  if (!tree) return pieces;
  const auto add = [&](const regex::NodePtr& node) {
    if (!IsCharacter(node)) {
      pieces.nodes.push_back(node);
      return;
    }
    const std::string& text = node->text();
    for (std::size_t at = 0; at < text.size() && pieces.nodes.size() < kMaxPieces;) {
      const std::size_t size = CharacterSize(text, at);
      pieces.nodes.push_back(regex::Literal(std::string_view(text).substr(at, size), node->fold()));
      at += size;
    }
  };
  const regex::NodePtr root = *tree;
  if (root->kind() == regex::NodeKind::kConcat) {
    for (const regex::NodePtr& child : root->children()) add(child);
  } else {
    add(root);
  }
  return pieces;
}

const regex::Regex* PatternFitter::Prefix(Pieces* pieces, std::size_t from, std::size_t to) {
  constexpr std::size_t kMaxKept = 64;
  if (pieces->prefixes.size() > kMaxKept) pieces->prefixes.clear();
  auto& known = pieces->prefixes[{from, to}];
  if (known != nullptr) return known.get();
  const auto begin = pieces->nodes.begin();
  auto made = regex::Regex::FromTree(
      regex::Concat({begin + static_cast<std::ptrdiff_t>(from), begin + static_cast<std::ptrdiff_t>(to)}));
  if (!made) return nullptr;
  known = std::make_unique<regex::Regex>(std::move(*made));
  return known.get();
}

bool PatternFitter::Find(Pieces* pieces, std::size_t from, std::size_t to, std::string_view text,
                         regex::Span* span) {
  const regex::Regex* prefix = Prefix(pieces, from, to);
  if (prefix == nullptr) return false;
  regex::Span found[1];
  if (!regex::Search(*prefix, text, 0, regex::Anchor::kNone, found, scratch_)) return false;
  *span = found[0];
  return true;
}

// The largest `to` for which [from, to) matches.
std::size_t PatternFitter::Longest(Pieces* pieces, std::size_t from, std::string_view text) {
  std::size_t low = from, high = pieces->nodes.size();
  regex::Span span;
  while (low < high) {
    const std::size_t middle = low + (high - low + 1) / 2;
    if (Find(pieces, from, middle, text, &span)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

bool PatternFitter::ComesFurther(ir::PatternId pattern, std::string_view text, std::size_t pieces) {
  Pieces& of = Of(pattern);
  regex::Span span;
  return pieces < of.nodes.size() && Find(&of, 0, pieces + 1, text, &span);
}

Fit PatternFitter::Furthest(ir::PatternId pattern, std::string_view text) {
  Pieces& pieces = Of(pattern);
  Fit fit;
  fit.of = pieces.nodes.size();
  if (fit.of == 0) return fit;
  std::size_t from = 0, to = Longest(&pieces, 0, text);
  const auto literals = [&](std::size_t first, std::size_t last) {
    std::size_t count = 0;
    for (std::size_t i = first; i < last; ++i) count += IsCharacter(pieces.nodes[i]) ? 1 : 0;
    return count;
  };
  if (IsBegin(pieces.nodes.front())) {
    const std::size_t anywhere = Longest(&pieces, 1, text);
    if (literals(1, anywhere) >= literals(0, to) + kMinLiteral || (anywhere == fit.of && to < fit.of)) {
      fit.not_at_begin = true;
      from = 1;
      to = anywhere;
    }
  }
  fit.literal = literals(from, to);
  regex::Span span;
  if (to == from || (fit.literal < kMinLiteral && to < fit.of) || !Find(&pieces, from, to, text, &span)) {
    fit.not_at_begin = false;
    return fit;
  }
  fit.pieces = to;
  const std::vector<std::string>& names = module_.patterns[pattern].captures;
  for (std::size_t i = from; i < to; ++i) fit.matched += Shown(pieces.nodes[i], names);
  for (std::size_t i = to; i < fit.of; ++i) {
    // All of a text, or one hole.
    const auto is_text = [&](std::size_t at) {
      return IsCharacter(pieces.nodes[at]) || IsBlanks(pieces.nodes[at]);
    };
    if (i > to && (!is_text(to) || !is_text(i))) break;
    fit.expected += Shown(pieces.nodes[i], names);
  }
  fit.begin = static_cast<std::size_t>(span.begin);
  fit.end = static_cast<std::size_t>(span.end);
  std::size_t size = std::min(kMaxFound, text.size() - fit.end);
  while (size > 0 && fit.end + size < text.size() &&
         (static_cast<unsigned char>(text[fit.end + size]) & 0xC0) == 0x80) {
    --size;
  }
  fit.found = std::string(text.substr(fit.end, size));
  return fit;
}

}  // namespace faultline::why
