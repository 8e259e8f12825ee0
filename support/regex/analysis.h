// What can be said about a regular expression without a text: lengths, first bytes, literals that every match
// contains, and how two expressions relate.
//
// The prefilter, the lints and `explain` ask these questions before there is a program. All answers hold for
// both encodings of a text unless said otherwise, and all are safe on any thread. Nothing here is exact at
// any price: literal sets are bounded, and questions about languages may be answered with "unknown".
#pragma once

#include "support/regex/full_dfa.h"
#include "support/regex/node.h"
#include "support/regex/program.h"

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace faultline::regex {

// ---- Shape (analysis.cpp). O(size of the tree).

inline constexpr uint32_t kNoLimit = UINT32_MAX;

// Bytes that a match may be long. A tree that matches nothing has min kNoLimit and max 0.
struct LengthBounds {
  uint32_t min = 0;
  uint32_t max = 0;
  friend bool operator==(const LengthBounds&, const LengthBounds&) = default;
};
LengthBounds MatchLength(const NodePtr& node);

// May a match be empty, at some place? Conditions such as `$` are taken as met.
bool MatchesEmpty(const NodePtr& node);

// The bytes with which a match can begin, if it is not empty.
std::bitset<256> FirstBytes(const NodePtr& node);

// ---- Literals (literals.cpp).

// A text to look for. With `fold` it is in lower case, and ASCII letters of either case count as equal.
struct SearchLiteral {
  std::string text;
  bool fold = false;
  friend bool operator==(const SearchLiteral&, const SearchLiteral&) = default;
};

struct LiteralLimits {
  size_t max_literals = 32;  // in a set
  size_t max_bytes = 1024;   // of all texts in a set
};

// Texts of which every match contains at least one (RequiredLiterals) or begins with one (PrefixLiterals);
// empty where nothing is known. No text in a set is empty.
using LiteralSet = std::vector<SearchLiteral>;

// The best such set: its shortest text is long, and it has few texts. The construction is that of RE2's
// prefilter.cc, with prefixes. O(size x limits).
LiteralSet RequiredLiterals(const NodePtr& node, const LiteralLimits& limits = {});
LiteralSet PrefixLiterals(const NodePtr& node, const LiteralLimits& limits = {});

// The one text that the tree matches, if it is a literal (groups around it do not matter).
std::optional<SearchLiteral> IsLiteral(const NodePtr& node);

// ---- Languages (relations.cpp). Texts here are valid UTF-8.

struct RelationOptions {
  Anchor anchor = Anchor::kNone;  // how the expressions are searched for; kBoth compares whole texts
  bool newlines = false;          // may texts contain `\n`? A line does not
  uint32_t max_states = 10'000;   // of the product automaton; beyond, the answer is kUnknown
};

struct Relation {
  Answer answer = Answer::kUnknown;
  std::string witness;  // a text that proves the answer, one of the shortest; see each function
};

// Is there a text in which `node` is found? kYes comes with one. `a^` and `a\bb` are not found anywhere.
Relation CanMatch(const NodePtr& node, const RelationOptions& options = {});

// Is there a text in which both are found? kYes comes with one. Without an anchor nearly all pairs overlap.
Relation Overlaps(const NodePtr& a, const NodePtr& b, const RelationOptions& options = {});

// Is `b` found in every text in which `a` is? kNo comes with a text that has only `a`.
Relation Implies(const NodePtr& a, const NodePtr& b, const RelationOptions& options = {});

}  // namespace faultline::regex
