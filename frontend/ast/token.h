// The tokens of a file as the formatter and editors need them: in order, comments and newlines included,
// blanks left out. A string with everything in its holes is one token, and so is the fenced text of a test:
// the formatter never looks inside.
#ifndef FAULTLINE_FRONTEND_AST_TOKEN_H_
#define FAULTLINE_FRONTEND_AST_TOKEN_H_

#include "support/source/source.h"

#include <cstdint>

namespace faultline::ast {

enum class TokenClass : std::uint8_t {
  kWord,          // keyword or name, backquoted ones too
  kNumber,        // with its unit
  kString,        // "…" with its holes, r"…"
  kFence,         // """ … """
  kOpenBrace,     // {
  kCloseBrace,    // }
  kOpenParen,     // (
  kCloseParen,    // )
  kOpenBracket,   // [
  kCloseBracket,  // ]
  kComma,
  kColon,
  kDot,
  kQuestion,
  kSemicolon,
  kOperator,  // every other symbol
  kComment,   // // …
  kDoc,       // /// …
  kNewline,
  kUnknown,  // what the language does not know; already reported
};

struct Token {
  TokenClass kind = TokenClass::kUnknown;
  Span span;
};

}  // namespace faultline::ast

#endif  // FAULTLINE_FRONTEND_AST_TOKEN_H_
