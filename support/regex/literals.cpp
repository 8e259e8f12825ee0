// Required literals and prefixes.
//
// Each node has either an exact set, "a match is one of these texts", or, where that is unbounded or too
// large, the best set of texts of which a match contains one, and a set of texts with one of which it begins.
// A sequence multiplies exact sets while they stay small and keeps the best product (RE2's prefilter.cc).
//
// Texts that ignore case and texts that do not may meet in one product; it then ignores case as a whole,
// which only makes it less selective. Unicode folding needs no care here: the parser has turned it into
// classes.
#include "support/regex/analysis.h"
#include "support/regex/utf8.h"
#include "support/regex/walk.h"

#include <algorithm>
#include <utility>

namespace faultline::regex {
namespace {

// Classes with more characters than this are not spelt out.
constexpr char32_t kMaxClassTexts = 10;

struct Info {
  bool exact = false;
  LiteralSet texts;   // if exact; may hold the empty text, and no text means no match
  LiteralSet best;    // if not exact; empty if nothing is known
  LiteralSet prefix;  // if not exact; {""} if nothing is known
};

const LiteralSet kEmptyText = {SearchLiteral{}};

const LiteralSet& PrefixOf(const Info& info) {
  return info.exact ? info.texts : info.prefix;
}

bool Within(const LiteralSet& set, const LiteralLimits& limits) {
  size_t bytes = 0;
  for (const SearchLiteral& literal : set) bytes += literal.text.size();
  return set.size() <= limits.max_literals && bytes <= limits.max_bytes;
}

size_t ShortestText(const LiteralSet& set) {
  size_t shortest = SIZE_MAX;
  for (const SearchLiteral& literal : set) shortest = std::min(shortest, literal.text.size());
  return shortest;
}

void Lower(std::string* text) {
  for (char& c : *text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
}

// How well a set selects: length counts most, then being few, then minding the case.
long Score(const LiteralSet& set) {
  if (set.empty()) return -1;
  const size_t shortest = ShortestText(set);
  if (shortest == 0) return -1;
  const bool folds = std::ranges::any_of(set, &SearchLiteral::fold);
  return 8 * static_cast<long>(std::min<size_t>(shortest, 16)) - static_cast<long>(set.size()) -
         (folds ? 3 : 0) + 64;
}

void KeepBetter(LiteralSet candidate, LiteralSet* best) {
  if (Score(candidate) > Score(*best)) *best = std::move(candidate);
}

std::optional<LiteralSet> Product(const LiteralSet& left, const LiteralSet& right,
                                  const LiteralLimits& limits) {
  if (left.size() * right.size() > limits.max_literals) return std::nullopt;
  LiteralSet product;
  for (const SearchLiteral& a : left) {
    for (const SearchLiteral& b : right) {
      SearchLiteral both = {a.text + b.text, a.fold || b.fold};
      if (both.fold) Lower(&both.text);
      if (std::ranges::find(product, both) == product.end()) product.push_back(std::move(both));
    }
  }
  if (!Within(product, limits)) return std::nullopt;
  return product;
}

void AddTo(LiteralSet* set, const LiteralSet& more) {
  for (const SearchLiteral& literal : more) {
    if (std::ranges::find(*set, literal) == set->end()) set->push_back(literal);
  }
}

Info Exactly(LiteralSet texts) {
  return {.exact = true, .texts = std::move(texts), .best = {}, .prefix = {}};
}
Info Anything() {
  return {.exact = false, .texts = {}, .best = {}, .prefix = kEmptyText};
}

Info OfClass(const Node& node) {
  char32_t count = 0;
  for (const CharRange& range : node.ranges()) count += range.hi - range.lo + 1;
  // In a text of bytes an open class takes bytes that are no character.
  if (node.open_class() || count > kMaxClassTexts) return Anything();
  LiteralSet texts;
  for (const CharRange& range : node.ranges()) {
    for (char32_t c = range.lo; c <= range.hi; ++c) {
      if (c >= 0xD800 && c <= 0xDFFF) continue;
      SearchLiteral literal;
      AppendUtf8(c, literal.text);
      texts.push_back(std::move(literal));
    }
  }
  return Exactly(std::move(texts));
}

Info OfConcat(std::span<const Info> children, const LiteralLimits& limits) {
  LiteralSet best;
  LiteralSet run = kEmptyText;     // what the exact children since the last break make
  LiteralSet prefix = kEmptyText;  // grows while everything so far is exact
  bool exact = true;
  bool prefix_open = true;
  for (const Info& child : children) {
    std::optional<LiteralSet> longer = Product(run, PrefixOf(child), limits);
    if (prefix_open) {
      if (std::optional<LiteralSet> more = Product(prefix, PrefixOf(child), limits)) {
        prefix = std::move(*more);
        prefix_open = child.exact;
      } else {
        prefix_open = false;
      }
    }
    if (child.exact && longer) {
      run = std::move(*longer);
      continue;
    }
    exact = false;
    KeepBetter(std::move(run), &best);
    if (longer) KeepBetter(std::move(*longer), &best);
    if (child.exact) {
      run = child.texts;
    } else {
      KeepBetter(child.best, &best);
      run = kEmptyText;
    }
  }
  if (exact) return Exactly(std::move(run));
  KeepBetter(std::move(run), &best);
  return {.exact = false, .texts = {}, .best = std::move(best), .prefix = std::move(prefix)};
}

Info OfAlternate(std::span<const Info> children, const LiteralLimits& limits) {
  bool exact = true;
  bool known = true;
  LiteralSet texts;  // of the exact children and the best of the others: one is in every match
  LiteralSet prefix;
  for (const Info& child : children) {
    exact = exact && child.exact;
    if (!child.exact && child.best.empty()) known = false;
    if (child.exact && !child.texts.empty() && ShortestText(child.texts) == 0) known = false;
    AddTo(&texts, child.exact ? child.texts : child.best);
    AddTo(&prefix, PrefixOf(child));
  }
  if (exact && Within(texts, limits)) return Exactly(std::move(texts));
  if (!Within(prefix, limits)) prefix = kEmptyText;
  if (!known || !Within(texts, limits)) texts.clear();
  return {.exact = false, .texts = {}, .best = std::move(texts), .prefix = std::move(prefix)};
}

Info OfRepeat(const Node& node, const Info& child, const LiteralLimits& limits) {
  if (node.max() == 0) return Exactly(kEmptyText);
  if (node.min() == 0) {
    if (node.max() != 1 || !child.exact) return Anything();
    LiteralSet texts = child.texts;
    AddTo(&texts, kEmptyText);
    return Within(texts, limits) ? Exactly(std::move(texts)) : Anything();
  }
  if (!child.exact) return {.exact = false, .texts = {}, .best = child.best, .prefix = child.prefix};
  LiteralSet texts = child.texts;
  int copies = 1;
  for (; copies < node.min(); ++copies) {
    std::optional<LiteralSet> longer = Product(texts, child.texts, limits);
    if (!longer) break;
    texts = std::move(*longer);
  }
  if (copies == node.max()) return Exactly(std::move(texts));
  LiteralSet best;
  KeepBetter(texts, &best);
  return {.exact = false, .texts = {}, .best = std::move(best), .prefix = std::move(texts)};
}

Info InfoOf(const Node& node, std::span<const Info> children, const LiteralLimits& limits) {
  switch (node.kind()) {
    case NodeKind::kNoMatch:
      return Exactly({});
    case NodeKind::kEmpty:
    case NodeKind::kAssert:
      return Exactly(kEmptyText);
    case NodeKind::kLiteral: {
      LiteralSet text = {SearchLiteral{node.text(), node.fold()}};
      if (Within(text, limits)) return Exactly(std::move(text));
      // Too long: its beginning will do, cut where a character ends.
      std::string& cut = text[0].text;
      cut.resize(limits.max_bytes);
      while (!cut.empty() && !IsValidUtf8(cut)) cut.pop_back();
      return {.exact = false, .texts = {}, .best = text, .prefix = text};
    }
    case NodeKind::kClass:
      return OfClass(node);
    case NodeKind::kAnyChar:
    case NodeKind::kAnyByte:
      return Anything();
    case NodeKind::kConcat:
      return OfConcat(children, limits);
    case NodeKind::kAlternate:
      return OfAlternate(children, limits);
    case NodeKind::kRepeat:
      return OfRepeat(node, children[0], limits);
    case NodeKind::kCapture:
      return children[0];
  }
  return Anything();
}

Info InfoOf(const NodePtr& node, const LiteralLimits& limits) {
  return Fold<Info>(node, [&limits](const NodePtr& here, std::span<const Info> children) {
    return InfoOf(*here, children, limits);
  });
}

}  // namespace

LiteralSet RequiredLiterals(const NodePtr& node, const LiteralLimits& limits) {
  const Info info = InfoOf(node, limits);
  LiteralSet best;
  KeepBetter(info.exact ? info.texts : info.best, &best);
  if (!info.exact) KeepBetter(info.prefix, &best);
  return best;
}

LiteralSet PrefixLiterals(const NodePtr& node, const LiteralLimits& limits) {
  const Info info = InfoOf(node, limits);
  LiteralSet prefix = PrefixOf(info);
  if (prefix.empty() || ShortestText(prefix) == 0) prefix.clear();
  return prefix;
}

std::optional<SearchLiteral> IsLiteral(const NodePtr& node) {
  const Node* here = node.get();
  while (here->kind() == NodeKind::kCapture) here = here->child().get();
  if (here->kind() != NodeKind::kLiteral) return std::nullopt;
  return SearchLiteral{here->text(), here->fold()};
}

}  // namespace faultline::regex
