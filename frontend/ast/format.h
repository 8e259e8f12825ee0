// The one style of .fault files.
//
// The formatter works on tokens, not on the tree, so that comments and blank lines stay where they are. What
// it sets: two blanks of indentation for each open brace (and one step more for a line that goes on from the
// one before), single blanks between words and around operators, none inside brackets, at most one blank
// line, none at the ends of blocks, no blanks at line ends, one newline at the end, \n for every line end. A
// block written on one line stays on one line where it fits kFormatColumns; else its parts get lines of their
// own. Blanks that align the clauses of a block are not kept: one longer name would move every line of a
// diff. Strings and the texts of tests are never touched.
//
// Idempotent: Format of its own output changes nothing. Linear in the text. Thread safety: a pure function.
#ifndef FAULTLINE_FRONTEND_AST_FORMAT_H_
#define FAULTLINE_FRONTEND_AST_FORMAT_H_

#include "frontend/ast/token.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::ast {

inline constexpr std::size_t kFormatColumns = 110;

struct FormatResult {
  std::string text;
  bool changed = false;
};

// `tokens` as ParseResult gives them for `text`. A text with syntax errors is not formatted: pass parsed_ok =
// false (ParseResult::ok) and it comes back as it is.
FormatResult Format(std::string_view text, const std::vector<Token>& tokens, bool parsed_ok);

}  // namespace faultline::ast

#endif  // FAULTLINE_FRONTEND_AST_FORMAT_H_
