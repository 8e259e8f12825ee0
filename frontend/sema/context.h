// What all parts of sema share while they check: the program that grows, the sink, the names.
#ifndef FAULTLINE_FRONTEND_SEMA_CONTEXT_H_
#define FAULTLINE_FRONTEND_SEMA_CONTEXT_H_

#include "frontend/ast/ast.h"
#include "frontend/sema/check.h"
#include "frontend/sema/checked.h"
#include "frontend/sema/names.h"
#include "frontend/sema/settings.h"
#include "support/diag/diagnostic.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace faultline::sema {

class PatternCompiler;

struct Context {
  CheckedProgram& out;
  DiagnosticSink& sink;
  const SourceSet& sources;
  const CheckOptions& options;
  Names& names;
  std::vector<Span> syntax_errors;  // reported by the parser
  // Names of a rule's bindings that are spoken of outside of it, such as in the `explains` of others: fields
  // of its findings even if the rule itself does not use them. "a.b" stands for `a.b` or a part of `a`.
  std::map<const Symbol*, std::set<std::string>> mentioned{};
  Settings settings{};
  DiagnosticSink lints{};  // shown only if there are no errors: what is broken looks unused

  // Whether the parser could not read a part of this: what is missing there may be what it skipped.
  bool IsBroken(Span declaration) const;
};

// ---------------------------------------------------------------- expressions that are already typed

ExprPtr MakeExpr(ExprKind kind, lang::Type type, Span span);
ExprPtr MakeConstant(const Value& value, lang::Type type, Span span);
ExprPtr MakeText(Context& context, std::string_view text, Span span);
ExprPtr MakeBinding(std::uint32_t binding, const lang::Type& type, Span span);
ExprPtr MakeCapture(std::uint32_t capture, Span span);
ExprPtr MakeBuiltin(Builtin builtin, Span span);
lang::Type BuiltinType(Builtin builtin);

// An operation whose overload is known to fit. Arguments are taken by reference, so that a call may read the
// span of one that it gives away.
template <typename... Arguments>
ExprPtr MakeOperation(lang::Opcode opcode, lang::Type type, Span span, Arguments&&... arguments) {
  ExprPtr result = MakeExpr(ExprKind::kOperation, std::move(type), span);
  result->opcode = opcode;
  (result->arguments.push_back(std::forward<Arguments>(arguments)), ...);
  return result;
}

// `parts` joined by an associative operation, as a balanced tree: however many there are, walking it needs
// little stack. Null for no parts.
ExprPtr MakeBalanced(lang::Opcode opcode, const lang::Type& type, Span span, std::vector<ExprPtr> parts);

// The parts of a condition between its top-level `and`s, left to right.
std::vector<ExprPtr> SplitAtAnd(ExprPtr condition);

// Whether it compares a value that is not constant with the very same.
bool ComparesWithItself(const Expr& condition);

// "int", "list<text>"; what messages call a type.
std::string TypeName(const lang::Type& type);

// Where `expr` uses the binding: calls `use` for each one in the tree.
template <typename Use>
void ForEachBinding(const Expr& expr, const Use& use) {
  if (expr.kind == ExprKind::kBinding) use(expr.index);
  for (const ExprPtr& argument : expr.arguments) ForEachBinding(*argument, use);
  if (expr.body) ForEachBinding(*expr.body, use);
}

}  // namespace faultline::sema

#endif  // FAULTLINE_FRONTEND_SEMA_CONTEXT_H_
