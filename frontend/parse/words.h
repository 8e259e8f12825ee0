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
      return true;
    default:
      return false;
  }
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
  static const std::vector<std::string_view> words = {"module", "language", "use",   "pattern",
                                                      "format", "wrapper",  "event", "rule"};
  return words;
}
inline const std::vector<std::string_view>& ClauseWords() {
  static const std::vector<std::string_view> words = {"severity", "match", "then",   "without",    "from",
                                                      "where",    "let",   "at",     "report",     "fix",
                                                      "tags",     "see",   "status", "deprecated", "test"};
  return words;
}

}  // namespace faultline::parse

#endif  // FAULTLINE_FRONTEND_PARSE_WORDS_H_
