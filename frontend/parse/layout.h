// Lexemes to the tokens that the grammar reads.
//
//   - A newline or `;` becomes TERM, the end of a clause, except inside ( ) and [ ], before a line that
//   begins with a
//     binary operator, and at the few places listed in layout.cpp. TERMs are placed as FaultlineParser.g4
//     promises.
//   - Brackets are balanced: each that has no partner is reported, and its partner inserted or itself left
//   out. Where
//     braces do not balance, the one at fault is found by indentation and by the words that begin
//     declarations.
//   - What other languages write (&&, /* */, 'text') is reported and read as what was meant.
//   - Nesting beyond ast::kMaxDepth is reported and replaced by one ERROR_VALUE, before any recursion sees
//   it.
//
// Internal to frontend/parse. Linear in the number of lexemes.
#ifndef FAULTLINE_FRONTEND_PARSE_LAYOUT_H_
#define FAULTLINE_FRONTEND_PARSE_LAYOUT_H_

#include "frontend/parse/reports.h"
#include "frontend/parse/scanner.h"
#include "support/source/source.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace faultline::parse {

struct LayoutToken {
  std::uint16_t type = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;  // == begin for TERM and for what was inserted
  std::int32_t depth =
      0;  // of brackets around the token; an opening and its closing bracket have the outer depth
};

// Also tells `reports` where clauses begin.
std::vector<LayoutToken> LayOut(const std::vector<Lexeme>& lexemes, const SourceFile& source, FileId file,
                                Reports& reports);

}  // namespace faultline::parse

#endif  // FAULTLINE_FRONTEND_PARSE_LAYOUT_H_
