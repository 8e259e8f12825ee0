// Constructors of typed expressions.
#include "frontend/sema/context.h"

#include <algorithm>

namespace faultline::sema {

bool Context::IsBroken(Span declaration) const {
  return std::any_of(syntax_errors.begin(), syntax_errors.end(), [&](Span error) {
    return error.file == declaration.file && error.begin >= declaration.begin &&
           error.begin <= declaration.end;
  });
}

ExprPtr Clone(const Expr& expr) {
  auto copy = std::make_unique<Expr>();
  copy->kind = expr.kind;
  copy->opcode = expr.opcode;
  copy->loop = expr.loop;
  copy->builtin = expr.builtin;
  copy->index = expr.index;
  copy->type = expr.type;
  copy->constant = expr.constant;
  copy->span = expr.span;
  copy->arguments.reserve(expr.arguments.size());
  for (const ExprPtr& argument : expr.arguments) copy->arguments.push_back(Clone(*argument));
  if (expr.body) copy->body = Clone(*expr.body);
  return copy;
}

ExprPtr MakeExpr(ExprKind kind, lang::Type type, Span span) {
  auto result = std::make_unique<Expr>();
  result->kind = kind;
  result->type = std::move(type);
  result->span = span;
  return result;
}

ExprPtr MakeConstant(const Value& value, lang::Type type, Span span) {
  ExprPtr result = MakeExpr(ExprKind::kConstant, std::move(type), span);
  result->constant = value;
  return result;
}

ExprPtr MakeText(Context& context, std::string_view text, Span span) {
  return MakeConstant(Value::Text(context.out.arena->Copy(text)), lang::TypeKind::kText, span);
}

ExprPtr MakeBinding(std::uint32_t binding, const lang::Type& type, Span span) {
  ExprPtr result = MakeExpr(ExprKind::kBinding, type, span);
  result->index = binding;
  return result;
}

ExprPtr MakeCapture(std::uint32_t capture, Span span) {
  ExprPtr result = MakeExpr(ExprKind::kCapture, lang::TypeKind::kText, span);
  result->index = capture;
  return result;
}

lang::Type BuiltinType(Builtin builtin) {
  switch (builtin) {
    case Builtin::kLogLine:
    case Builtin::kLogColumn:
      return lang::TypeKind::kInt;
    case Builtin::kLogFile:
    case Builtin::kText:
    case Builtin::kRawText:
    case Builtin::kStream:
      return lang::TypeKind::kText;
    case Builtin::kTime:
    case Builtin::kNow:
      return lang::TypeKind::kTime;
  }
  return {};
}

ExprPtr MakeBuiltin(Builtin builtin, Span span) {
  ExprPtr result = MakeExpr(ExprKind::kBuiltin, BuiltinType(builtin), span);
  result->builtin = builtin;
  return result;
}

ExprPtr MakeBalanced(lang::Opcode opcode, const lang::Type& type, Span span, std::vector<ExprPtr> parts) {
  if (parts.empty()) return nullptr;
  while (parts.size() > 1) {
    std::vector<ExprPtr> joined;
    for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
      joined.push_back(MakeOperation(opcode, type, span, std::move(parts[i]), std::move(parts[i + 1])));
    }
    if (parts.size() % 2 == 1) joined.push_back(std::move(parts.back()));
    parts = std::move(joined);
  }
  return std::move(parts[0]);
}

std::vector<ExprPtr> SplitAtAnd(ExprPtr condition) {
  std::vector<ExprPtr> parts, open;
  open.push_back(std::move(condition));
  while (!open.empty()) {
    ExprPtr part = std::move(open.back());
    open.pop_back();
    if (part->kind == ExprKind::kOperation && part->opcode == lang::Opcode::and_bool) {
      open.push_back(std::move(part->arguments[1]));
      open.push_back(std::move(part->arguments[0]));
    } else {
      parts.push_back(std::move(part));
    }
  }
  return parts;
}

bool ComparesWithItself(const Expr& condition) {
  if (condition.kind != ExprKind::kOperation || condition.arguments.size() != 2 ||
      condition.type.kind() != lang::TypeKind::kBool) {
    return false;
  }
  const Expr* left = condition.arguments[0].get();
  const Expr* right = condition.arguments[1].get();
  while (left->kind == ExprKind::kField && right->kind == ExprKind::kField && left->index == right->index) {
    left = left->arguments[0].get();
    right = right->arguments[0].get();
  }
  return (left->kind == ExprKind::kBinding || left->kind == ExprKind::kInput) && left->kind == right->kind &&
         left->index == right->index;
}

std::string TypeName(const lang::Type& type) {
  return type.ToString();
}

}  // namespace faultline::sema
