// Bytes to lexemes: drives the generated lexer and does what a lexer grammar without embedded code cannot.
//
//   - `}` closes a hole when one is open;
//   - a fence takes everything up to its closing fence, a block comment up to its end;
//   - a newline ends every string. A string that was left open is reported and closed; a hole that was left
//   open is
//     closed where its name and type end, and the rest of the line is read again as text, so that one
//     forgotten `}` is one message. A line is read again at most once, which keeps the whole linear.
//
// Internal to frontend/parse. Lexeme types are those of the generated FaultlineLexer.
#ifndef FAULTLINE_FRONTEND_PARSE_SCANNER_H_
#define FAULTLINE_FRONTEND_PARSE_SCANNER_H_

#include "frontend/parse/reports.h"
#include "support/source/source.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace faultline::parse {

struct Lexeme {
  std::uint16_t type = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;  // == begin: inserted to mend a mistake
};

// All lexemes, comments and newlines included, blanks left out. Strings, groups and holes are properly
// nested.
std::vector<Lexeme> Scan(std::string_view text, FileId file, Reports& reports);

}  // namespace faultline::parse

#endif  // FAULTLINE_FRONTEND_PARSE_SCANNER_H_
