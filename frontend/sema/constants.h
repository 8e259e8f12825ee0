// Parameters and tables: values that are known before a run, named as `slow` in their module and as
// `module.slow` elsewhere.
//
// A parameter has one value in a run: its default, or what an `override` gives it. A table is a list of
// records. Both are constants wherever they are named.
#ifndef FAULTLINE_FRONTEND_SEMA_CONSTANTS_H_
#define FAULTLINE_FRONTEND_SEMA_CONSTANTS_H_

#include "frontend/sema/context.h"

#include <string>
#include <vector>

namespace faultline::sema {

// Rows of one table.
inline constexpr std::size_t kMaxTableRows = 100'000;

// Checks all parameters and tables of the modules, in the order of their declarations, with what overrides
// give them.
void CheckParams(Context& context);
void CheckTables(Context& context);

// The value of the parameter or table that `path` names in `file`, with the span of its use; null where it
// names none, or one that is broken.
ExprPtr ConstantNamed(const Context& context, const FileScope& file, const ast::Path& path);
// Whether it names one.
bool NamesConstant(const Context& context, const FileScope& file, const ast::Path& path);

// A number as it stands in the text, a sign before it; 0.15 for 15%.
std::optional<double> NumberOf(const ast::Expr& expr);

// A name or a.b.c as a path; nothing for other expressions.
std::optional<ast::Path> PathOfExpr(const ast::Expr& expr);

// The cells of a file of comma-separated values as RFC 4180 writes them: quotes around cells with commas,
// quotes or line ends, a quote inside doubled; lines end in LF or CRLF. `line` and `column` count from 1, in
// bytes.
struct CsvCell {
  std::string text;
  bool quoted = false;
  std::int64_t line = 0, column = 0;
};
struct CsvError {
  std::string what;  // empty: none
  std::int64_t line = 0, column = 0;
};
std::vector<std::vector<CsvCell>> ParseCsv(std::string_view text, CsvError* error);

}  // namespace faultline::sema

#endif  // FAULTLINE_FRONTEND_SEMA_CONSTANTS_H_
