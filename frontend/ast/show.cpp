#include "frontend/ast/show.h"

#include <fmt/format.h>

namespace faultline::ast {

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// A name as it would have to be written.
std::string Word(const Name& name) {
  const bool plain =
      !name.text.empty() &&
      name.text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
          std::string::npos;
  return plain ? name.text : "`" + name.text + "`";
}

std::string Words(const Path& path) {
  std::string out;
  for (const Name& part : path.parts) {
    if (!out.empty()) out += '.';
    out += Word(part);
  }
  return out;
}

std::string Show(const TypeRef& type) {
  std::string out = Words(type.name);
  if (type.arguments.empty()) return out;
  out += '(';
  for (std::size_t i = 0; i < type.arguments.size(); ++i) {
    if (i > 0) out += ", ";
    out += Show(type.arguments[i].get());
  }
  return out + ")";
}

namespace {

std::string Show(const StringParts& parts) {
  std::string out;
  for (const StringPart& part : parts) {
    if (!out.empty()) out += ' ';
    switch (part.kind) {
      case StringPartKind::kText:
        out += Quoted(part.text);
        if (!part.exact.empty()) out += fmt::format("@{}", fmt::join(part.exact, ","));
        break;
      case StringPartKind::kHole:
        out += "{" + (part.expr ? Show(part.expr.get()) : std::string()) +
               (part.type ? ":" + Show(*part.type) : "") + "}";
        break;
      case StringPartKind::kGroup:
        out += part.optional ? "(optional" : "(group";
        if (part.capture) out += " " + Word(*part.capture);
        for (const StringParts& alternative : part.alternatives) out += " [" + Show(alternative) + "]";
        out += ")";
        break;
      case StringPartKind::kLineStart:
        out += "^";
        break;
      case StringPartKind::kLineEnd:
        out += "$";
        break;
    }
  }
  return out;
}

std::string Form(std::string_view head, std::initializer_list<const Expr*> items) {
  std::string out = "(" + std::string(head);
  for (const Expr* item : items) out += " " + Show(item);
  return out + ")";
}

std::string_view Spelling(lang::Operator op) {
  switch (op) {
#define FAULTLINE_OPERATOR(id, spelling, form, precedence, help) \
  case lang::Operator::id:                                       \
    return spelling;
#define FAULTLINE_OVERLOAD(op, opcode, signature, traits)
#include "support/lang/ops.def"
#undef FAULTLINE_OPERATOR
#undef FAULTLINE_OVERLOAD
  }
  return "?";
}

std::string_view UnitWord(WindowUnit unit) {
  switch (unit) {
    case WindowUnit::kLines:
      return " lines";
    case WindowUnit::kRecords:
      return " records";
    case WindowUnit::kTime:
    case WindowUnit::kScope:
      return "";
    case WindowUnit::kMissing:
      return " (no unit)";
  }
  return "?";
}

std::string_view FormWord(WindowForm form) {
  switch (form) {
    case WindowForm::kOver:
      return "over";
    case WindowForm::kEach:
      return "over-each";
    case WindowForm::kSession:
      return "over-session";
    case WindowForm::kLast:
      return "last";
    case WindowForm::kBefore:
      return "before";
  }
  return "?";
}

}  // namespace

std::string Show(const Window& window) {
  if (window.scope) return "scope " + Words(*window.scope);
  return Show(window.amount.get()) + std::string(UnitWord(window.unit));
}

std::string Show(const Expr* expr) {
  if (expr == nullptr) return "none";
  switch (expr->kind) {
    case ExprKind::kError:
      return "<error>";
    case ExprKind::kBool:
      return static_cast<const BoolExpr&>(*expr).value ? "true" : "false";
    case ExprKind::kInt:
      return std::to_string(static_cast<const IntExpr&>(*expr).value);
    case ExprKind::kDuration:
      return std::to_string(static_cast<const IntExpr&>(*expr).value) + "ns";
    case ExprKind::kSize:
      return std::to_string(static_cast<const IntExpr&>(*expr).value) + "B";
    case ExprKind::kFloat:
      return fmt::format("{:#}", static_cast<const FloatExpr&>(*expr).value);
    case ExprKind::kPercent:
      return fmt::format("(percent {:#})", static_cast<const FloatExpr&>(*expr).value);
    case ExprKind::kString: {
      const auto& string = static_cast<const StringExpr&>(*expr);
      const bool plain = string.parts.size() == 1 && string.parts[0].kind == StringPartKind::kText &&
                         string.parts[0].exact.empty() && !string.ignore_case;
      if (plain) return Quoted(string.parts[0].text);
      return std::string(string.ignore_case ? "(text-i" : "(text") + (string.parts.empty() ? "" : " ") +
             Show(string.parts) + ")";
    }
    case ExprKind::kRegex: {
      const auto& regex = static_cast<const RegexExpr&>(*expr);
      return "(regex " + Quoted(regex.pattern) + (regex.flags.empty() ? "" : " " + regex.flags) + ")";
    }
    case ExprKind::kName:
      return Word(static_cast<const NameExpr&>(*expr).name);
    case ExprKind::kMember: {
      const auto& member = static_cast<const MemberExpr&>(*expr);
      return Show(member.base.get()) + "." + Word(member.name);
    }
    case ExprKind::kIndex: {
      const auto& index = static_cast<const IndexExpr&>(*expr);
      return Form("index", {index.base.get(), index.index.get()});
    }
    case ExprKind::kCall: {
      const auto& call = static_cast<const CallExpr&>(*expr);
      std::string out = "(call " + Words(call.callee);
      for (const ExprPtr& argument : call.arguments) out += " " + Show(argument.get());
      return out + ")";
    }
    case ExprKind::kUnary: {
      const auto& unary = static_cast<const UnaryExpr&>(*expr);
      return Form(unary.op == lang::Operator::kNegate ? "negate" : Spelling(unary.op), {unary.operand.get()});
    }
    case ExprKind::kBinary: {
      const auto& binary = static_cast<const BinaryExpr&>(*expr);
      return Form(Spelling(binary.op), {binary.left.get(), binary.right.get()});
    }
    case ExprKind::kIn: {
      const auto& in = static_cast<const InExpr&>(*expr);
      return Form(in.negated ? "not-in" : "in", {in.left.get(), in.right.get()});
    }
    case ExprKind::kBetween: {
      const auto& between = static_cast<const BetweenExpr&>(*expr);
      return Form(between.negated ? "not-between" : "between",
                  {between.value.get(), between.low.get(), between.high.get()});
    }
    case ExprKind::kPresence: {
      const auto& presence = static_cast<const PresenceExpr&>(*expr);
      return Form(presence.present ? "present" : "missing", {presence.operand.get()});
    }
    case ExprKind::kDefault: {
      const auto& fallback = static_cast<const DefaultExpr&>(*expr);
      return Form("default", {fallback.value.get(), fallback.fallback.get()});
    }
    case ExprKind::kCast: {
      const auto& cast = static_cast<const CastExpr&>(*expr);
      return "(as " + Show(cast.value.get()) + " " + Show(cast.type) + ")";
    }
    case ExprKind::kConditional: {
      const auto& conditional = static_cast<const ConditionalExpr&>(*expr);
      return Form("if",
                  {conditional.condition.get(), conditional.then_value.get(), conditional.else_value.get()});
    }
    case ExprKind::kList: {
      std::string out = "[";
      for (const ExprPtr& item : static_cast<const ListExpr&>(*expr).items) {
        if (out.size() > 1) out += ' ';
        out += Show(item.get());
      }
      return out + "]";
    }
    case ExprKind::kLambda: {
      const auto& lambda = static_cast<const LambdaExpr&>(*expr);
      return "(-> " + Word(lambda.parameter) + " " + Show(lambda.body.get()) + ")";
    }
    case ExprKind::kWindow: {
      const auto& window = static_cast<const WindowExpr&>(*expr);
      return "(" + std::string(FormWord(window.form)) + " " + Show(window.window) + ")";
    }
  }
  return "?";
}

}  // namespace faultline::ast
