// Text to syntax tree.
//
// What is behind this header is ANTLR 4 (grammar/*.g4); no type and no exception of it crosses. A parse
// always gives a module: what could not be read is an error node, and each mistake is one diagnostic
// (FL01xx). The stages:
//
//   scanner   bytes -> lexemes; unwinds strings and holes that do not end (scanner.h)
//   layout    newlines -> ends of clauses; balances brackets; bounds nesting (layout.h)
//   parser    generated; SLL prediction first, LL where that fails; recovers at the end of a clause
//   (recovery.h) builder   parse tree -> ast::Module; literals, escapes, and mistakes that the grammar lets
//   pass (builder.h)
//
// Limits: kMaxSourceBytes of text, ast::kMaxDepth of nesting. Time is linear in the text for files without
// mistakes. Thread safety: the functions may run concurrently on different sinks; a SourceSet is only read.
#ifndef FAULTLINE_FRONTEND_PARSE_PARSE_H_
#define FAULTLINE_FRONTEND_PARSE_PARSE_H_

#include "frontend/ast/ast.h"
#include "frontend/ast/token.h"
#include "support/diag/diagnostic.h"
#include "support/source/source.h"

#include <cstddef>
#include <vector>

namespace faultline::parse {

inline constexpr std::size_t kMaxSourceBytes = std::size_t{16} << 20;

struct ParseResult {
  ast::Module module;
  std::vector<ast::Token> tokens;  // of the whole file, for the formatter and for `// allow:` comments
  bool ok = false;                 // no syntax error was reported
};

// A whole .fault file.
ParseResult Parse(const SourceSet& sources, FileId file, DiagnosticSink& sink);

// `faultline run -e TEXT`: declarations, or a bare list of clauses, which becomes the rule `inline`.
ParseResult ParseInline(const SourceSet& sources, FileId file, DiagnosticSink& sink);

// One expression, for the REPL. Never null: kError where nothing could be read.
ast::ExprPtr ParseExpression(const SourceSet& sources, FileId file, DiagnosticSink& sink);

}  // namespace faultline::parse

#endif  // FAULTLINE_FRONTEND_PARSE_PARSE_H_
