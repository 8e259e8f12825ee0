// Expressions, names and windows as the dump of a tree shows them. Internal to frontend/ast.
#ifndef FAULTLINE_FRONTEND_AST_SHOW_H_
#define FAULTLINE_FRONTEND_AST_SHOW_H_

#include "frontend/ast/ast.h"

#include <string>
#include <string_view>

namespace faultline::ast {

std::string Quoted(std::string_view text);
// A name or path as it would have to be written.
std::string Word(const Name& name);
std::string Words(const Path& path);
std::string Show(const Expr* expr);  // "none" for null
std::string Show(const TypeRef& type);
std::string Show(const Window& window);

}  // namespace faultline::ast

#endif  // FAULTLINE_FRONTEND_AST_SHOW_H_
