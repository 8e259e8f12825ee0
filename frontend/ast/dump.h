// The syntax tree as text, for `--emit ast` and for tests: one declaration or clause a line, indented,
// expressions as prefix forms: (and (== module "a") (present scope)). Complete: two trees dump alike exactly
// when they are equal but for their spans.
#ifndef FAULTLINE_FRONTEND_AST_DUMP_H_
#define FAULTLINE_FRONTEND_AST_DUMP_H_

#include "frontend/ast/ast.h"

#include <string>

namespace faultline::ast {

std::string Dump(const Module& module);
std::string Dump(const Expr& expr);  // one line, no newline

// Structural equality, spans ignored.
bool Equal(const Module& a, const Module& b);
bool Equal(const Expr& a, const Expr& b);

}  // namespace faultline::ast

#endif  // FAULTLINE_FRONTEND_AST_DUMP_H_
