// Groups of token types that more than one stage asks about. Internal to frontend/parse.
#ifndef FAULTLINE_FRONTEND_PARSE_WORDS_H_
#define FAULTLINE_FRONTEND_PARSE_WORDS_H_

#include "FaultlineLexer.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::parse {

inline bool IsWord(std::size_t type) {
  return type >= grammar::FaultlineLexer::MODULE && type <= grammar::FaultlineLexer::QUOTED_NAME;
}

inline bool BeginsDeclaration(std::size_t type) {
  using L = grammar::FaultlineLexer;
  switch (type) {
    case L::MODULE:
    case L::LANGUAGE:
    case L::USE:
    case L::PATTERN:
    case L::FORMAT:
    case L::WRAPPER:
    case L::EVENT:
    case L::RULE:
    case L::SCOPE:
    case L::GRAPH:
    case L::SCORE:
    case L::PART:
    case L::TABLE:
    case L::PARAM:
    case L::OVERRIDE:
    case L::DISABLE:
    case L::ALLOW:
    case L::PACK:
      return true;
    default:
      return false;
  }
}

// The declarations whose block holds clauses.
inline bool HoldsClauses(std::size_t type) {
  using L = grammar::FaultlineLexer;
  return type == L::RULE || type == L::EVENT || type == L::SCOPE || type == L::GRAPH || type == L::SCORE;
}

inline bool BeginsClause(std::size_t type) {
  using L = grammar::FaultlineLexer;
  switch (type) {
    case L::SEVERITY:
    case L::MATCH:
    case L::THEN:
    case L::WITHOUT:
    case L::FROM:
    case L::WHERE:
    case L::LET:
    case L::AT:
    case L::REPORT:
    case L::FIX:
    case L::TAGS:
    case L::SEE:
    case L::STATUS:
    case L::DEPRECATED:
    case L::TEST:
    case L::UNTIL:
    case L::ENTER:
    case L::PAUSE:
    case L::CLOSE:
    case L::EDGE:
    case L::BY:
    case L::WITHIN:
    case L::SKEW:
    case L::ALL:
    case L::ANY:
    case L::WITH:
    case L::WHEN:
    case L::EXPLAINS:
    case L::CONFIDENCE:
    case L::NEEDS:
      return true;
    default:
      return false;
  }
}

// How a keyword or symbol is written: "severity", ">=". Empty for tokens without one spelling.
const std::string& Spelling(std::size_t type);

// Whether it is a word that means something where it stands: `else`, `within`.
bool IsKeyword(std::string_view text);

// The words themselves, for "did you mean".
inline const std::vector<std::string_view>& DeclarationWords() {
  static const std::vector<std::string_view> words = {
      "module", "language", "use",  "pattern", "format", "wrapper",  "event",   "rule",  "scope",
      "graph",  "score",    "part", "table",   "param",  "override", "disable", "allow", "pack"};
  return words;
}
inline const std::vector<std::string_view>& ClauseWords() {
  static const std::vector<std::string_view> words = {
      "severity", "match", "then", "without",  "from",       "where",     "let",   "at",
      "report",   "fix",   "tags", "see",      "status",     "test",      "until", "by",
      "within",   "skew",  "all",  "any",      "with",       "when",      "needs", "enter",
      "pause",    "close", "edge", "explains", "confidence", "deprecated"};
  return words;
}
inline const std::vector<std::string_view>& BlockPartWords() {
  static const std::vector<std::string_view> words = {"optional", "required", "repeat", "any",  "one",
                                                      "lines",    "blank",    "skip",   "until"};
  return words;
}
inline const std::vector<std::string_view>& TestItemWords() {
  static const std::vector<std::string_view> words = {"now", "context", "input", "at", "run"};
  return words;
}

}  // namespace faultline::parse

#endif  // FAULTLINE_FRONTEND_PARSE_WORDS_H_
