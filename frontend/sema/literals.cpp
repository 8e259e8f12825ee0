// Literals and text: strings that take a type from the other side, interpolation.
#include "frontend/sema/expressions.h"
#include "support/value/bytes.h"
#include "support/value/duration.h"
#include "support/value/ip.h"
#include "support/value/time.h"
#include "support/value/uuid.h"
#include "support/value/version.h"

namespace faultline::sema {

using AstKind = ast::ExprKind;

namespace {

bool IsUnitType(lang::TypeKind kind) {
  return kind == lang::TypeKind::kDuration || kind == lang::TypeKind::kBytes;
}

// Types whose literals are strings.
bool IsStringType(lang::TypeKind kind) {
  switch (kind) {
    case lang::TypeKind::kSemver:
    case lang::TypeKind::kGoVersion:
    case lang::TypeKind::kIp:
    case lang::TypeKind::kNetwork:
    case lang::TypeKind::kUuid:
    case lang::TypeKind::kLevel:
    case lang::TypeKind::kTime:
    case lang::TypeKind::kDuration:
    case lang::TypeKind::kBytes:
      return true;
    case lang::TypeKind::kError:
    case lang::TypeKind::kBool:
    case lang::TypeKind::kInt:
    case lang::TypeKind::kFloat:
    case lang::TypeKind::kText:
    case lang::TypeKind::kList:
    case lang::TypeKind::kRecord:
    case lang::TypeKind::kMap:
    case lang::TypeKind::kAny:
      return false;
  }
  return false;
}

std::string_view LiteralExample(lang::TypeKind kind) {
  switch (kind) {
    case lang::TypeKind::kSemver:
      return "\"v1.2.3\"";
    case lang::TypeKind::kGoVersion:
      return "\"go1.21\"";
    case lang::TypeKind::kIp:
      return "\"10.0.0.1\"";
    case lang::TypeKind::kNetwork:
      return "\"10.0.0.0/8\"";
    case lang::TypeKind::kUuid:
      return "\"123e4567-e89b-12d3-a456-426614174000\"";
    case lang::TypeKind::kLevel:
      return "trace, debug, info, warning, error or critical";
    case lang::TypeKind::kTime:
      return "\"2026-01-02T03:04:05Z\"";
    case lang::TypeKind::kDuration:
      return "90s, 5m or 300ms, without quotes";
    case lang::TypeKind::kBytes:
      return "64MiB, without quotes";
    case lang::TypeKind::kError:
    case lang::TypeKind::kBool:
    case lang::TypeKind::kInt:
    case lang::TypeKind::kFloat:
    case lang::TypeKind::kText:
    case lang::TypeKind::kList:
    case lang::TypeKind::kRecord:
    case lang::TypeKind::kMap:
    case lang::TypeKind::kAny:
      return "";
  }
  return "";
}

}  // namespace

bool ExprChecker::IsFlexible(const ast::Expr& expr) const {
  switch (expr.kind) {
    case AstKind::kString:
      return static_cast<const ast::StringExpr&>(expr).PlainText().has_value();
    case AstKind::kInt:
    case AstKind::kList:
      return true;
    case AstKind::kName:
      return !Resolves(expr);
    case AstKind::kUnary:
      return IsFlexible(*static_cast<const ast::UnaryExpr&>(expr).operand);
    case AstKind::kError:
    case AstKind::kBool:
    case AstKind::kFloat:
    case AstKind::kPercent:
    case AstKind::kDuration:
    case AstKind::kSize:
    case AstKind::kRegex:
    case AstKind::kMember:
    case AstKind::kIndex:
    case AstKind::kCall:
    case AstKind::kBinary:
    case AstKind::kIn:
    case AstKind::kBetween:
    case AstKind::kPresence:
    case AstKind::kDefault:
    case AstKind::kCast:
    case AstKind::kConditional:
    case AstKind::kLambda:
    case AstKind::kWindow:
      return false;
  }
  return false;
}

// The literal as a constant of `type`; null where it is none, with a report if the literal can be nothing
// else.
ExprPtr ExprChecker::LiteralAs(const ast::Expr& expr, const lang::Type& type, bool report) {
  if (expr.kind == AstKind::kInt) {
    const std::int64_t value = static_cast<const ast::IntExpr&>(expr).value;
    if (type.kind() == lang::TypeKind::kFloat) {
      return MakeConstant(Value::Float(static_cast<double>(value)), type, expr.span);
    }
    if (value == 0 && IsUnitType(type.kind())) {
      return MakeConstant(
          Value::Integer(type.kind() == lang::TypeKind::kDuration ? ValueKind::kDuration : ValueKind::kBytes,
                         0),
          type, expr.span);
    }
    return nullptr;
  }
  if (expr.kind == AstKind::kName && type.kind() == lang::TypeKind::kLevel) {
    const std::string& name = static_cast<const ast::NameExpr&>(expr).name.text;
    if (std::optional<Value> value = ParseLiteral(*context_.out.arena, type, name)) {
      return MakeConstant(*value, type, expr.span);
    }
    if (report) {
      context_.sink.Report(diag::bad_literal, expr.span, name, TypeName(type))
          .Help("write " + std::string(LiteralExample(type.kind())));
    }
    return nullptr;
  }
  if (expr.kind == AstKind::kString && IsStringType(type.kind())) {
    const std::optional<std::string> text = static_cast<const ast::StringExpr&>(expr).PlainText();
    if (!text) return nullptr;
    if (std::optional<Value> value = ParseLiteral(*context_.out.arena, type, *text)) {
      return MakeConstant(*value, type, expr.span);
    }
    if (report) {
      context_.sink.Report(diag::bad_literal, expr.span, *text, TypeName(type))
          .Help("write " + std::string(LiteralExample(type.kind())));
    }
  }
  return nullptr;
}

ExprPtr ExprChecker::CheckString(const ast::StringExpr& text, const lang::Type* want) {
  static_cast<void>(want);
  if (text.ignore_case) {
    context_.sink.Report(diag::flag_misplaced, text.span)
        .Help("`\"…\"i` stands behind ==, !=, contains, startswith, endswith or in a list behind `in`");
    return nullptr;
  }
  if (std::optional<std::string> plain = text.PlainText()) return MakeText(context_, *plain, text.span);
  return Interpolate(text, TextUse::kAt, strict_);
}

// ---------------------------------------------------------------- interpolation

ExprPtr ExprChecker::CheckText(const ast::Expr& expr, TextUse use) {
  const bool outer = std::exchange(strict_, true);
  ExprPtr result;
  if (expr.kind == AstKind::kString) {
    result = Interpolate(static_cast<const ast::StringExpr&>(expr), use, true);
  } else {
    result = Check(expr);
    if (result) result = ToText(std::move(result), use == TextUse::kFix ? TextUse::kAt : use);
  }
  strict_ = outer;
  return result;
}

ExprPtr ExprChecker::Interpolate(const ast::StringExpr& text, TextUse use, bool strict) {
  const bool outer = std::exchange(strict_, strict);
  std::vector<ExprPtr> pieces;
  bool failed = false;
  ShellText shell;
  for (const ast::StringPart& part : text.parts) {
    ExprPtr piece;
    switch (part.kind) {
      case ast::StringPartKind::kText:
        if (part.text.empty()) continue;
        piece = MakeText(context_, part.text, part.span);
        shell.Read(part.text);
        break;
      case ast::StringPartKind::kHole:
        if (part.type) {
          context_.sink.Report(diag::type_in_text, part.type->span)
              .Help("write `{format(x, \"…\")}` to say how a value is printed");
        } else if (part.expr) {
          piece = Check(*part.expr);
          if (use == TextUse::kFix) {
            piece = Quote(std::move(piece), part.span, shell);
          } else if (piece) {
            piece = ToText(std::move(piece), use);
          }
        }
        break;
      case ast::StringPartKind::kGroup:
      case ast::StringPartKind::kLineStart:
      case ast::StringPartKind::kLineEnd:
        context_.sink.Report(diag::template_in_text, part.span)
            .Help("write a blank behind the brace if an expression begins with a bracket: `{ (a + b) * 2}`");
        break;
    }
    if (!piece) {
      failed = true;
      continue;
    }
    pieces.push_back(std::move(piece));
  }
  strict_ = outer;
  if (failed) return nullptr;
  if (use == TextUse::kFix && !shell.Open().empty()) {
    context_.sink.Report(diag::unfinished_command, text.span, shell.Open())
        .Help(
            "a `fix` is a command that can be run as it stands; what is said to people belongs in `report`");
    return nullptr;
  }
  if (pieces.empty()) return MakeText(context_, "", text.span);
  return MakeBalanced(lang::Opcode::concat_text, lang::TypeKind::kText, text.span, std::move(pieces));
}

// A value as a piece of the command that was read so far, of the one word that it stands in.
ExprPtr ExprChecker::Quote(ExprPtr value, Span hole, ShellText& shell) {
  if (value && value->kind == ExprKind::kConstant) {
    value = ToText(std::move(value), TextUse::kFix);
    // Written by the author, so it is text of the command.
    if (value->kind == ExprKind::kConstant) shell.Read(value->constant.AsText());
    return value;
  }
  const ShellPlace place = shell.Hole();
  if (!shell.refusal().empty()) {
    context_.sink.Report(diag::value_not_quotable, hole, shell.refusal())
        .Help("let the value be a word of its own, or a part of one in single or double quotes");
    return nullptr;
  }
  if (!value) return nullptr;
  const Span span = value->span;
  switch (place) {
    case ShellPlace::kBare:
      return ToText(std::move(value), TextUse::kFix);
    case ShellPlace::kInSingleQuotes:
    case ShellPlace::kInDoubleQuotes:
      break;
  }
  value = ToText(std::move(value), TextUse::kAt);
  return MakeOperation(lang::Opcode::shell_quote_in, lang::TypeKind::kText, span, std::move(value),
                       MakeText(context_, place == ShellPlace::kInSingleQuotes ? "'" : "\"", span));
}

ExprPtr ExprChecker::ToText(ExprPtr value, TextUse use) {
  const Span span = value->span;
  const bool literal = value->kind == ExprKind::kConstant;
  if (value->type.kind() != lang::TypeKind::kText) {
    value = MakeOperation(lang::Opcode::to_text, lang::TypeKind::kText, span, std::move(value));
  }
  if (literal) return value;
  switch (use) {
    case TextUse::kReport:
      return MakeOperation(lang::Opcode::default_value, lang::TypeKind::kText, span, std::move(value),
                           MakeText(context_, "?", span));
    case TextUse::kFix:
      return MakeOperation(lang::Opcode::shell_quote_text, lang::TypeKind::kText, span, std::move(value));
    case TextUse::kAt:
      return value;
  }
  return value;
}

// ---------------------------------------------------------------- what is written

std::optional<Value> ParseLiteral(Arena& arena, const lang::Type& type, std::string_view text) {
  auto integer = [](ValueKind kind, std::optional<std::int64_t> value) -> std::optional<Value> {
    if (!value) return std::nullopt;
    return Value::Integer(kind, *value);
  };
  auto bytes = [&](ValueKind kind, const auto& parsed) -> std::optional<Value> {
    if (!parsed) return std::nullopt;
    std::string copy;
    for (const auto byte : *parsed) copy += static_cast<char>(byte);
    return Value::Textual(kind, arena.Copy(copy));
  };
  switch (type.kind()) {
    case lang::TypeKind::kText:
      return Value::Text(arena.Copy(text));
    case lang::TypeKind::kLevel: {
      const std::optional<lang::Level> level = lang::LevelByName(text);
      if (!level) return std::nullopt;
      return Value::Integer(ValueKind::kLevel, static_cast<std::int64_t>(*level));
    }
    case lang::TypeKind::kDuration:
      return integer(ValueKind::kDuration, ParseDuration(text));
    case lang::TypeKind::kBytes:
      return integer(ValueKind::kBytes, ParseBytes(text));
    case lang::TypeKind::kTime:
      return integer(ValueKind::kTime, ParseTime(text, {}));
    case lang::TypeKind::kSemver:
      if (!ParseSemver(text)) return std::nullopt;
      return Value::Textual(ValueKind::kSemver, arena.Copy(text));
    case lang::TypeKind::kGoVersion:
      if (!ParseGoVersion(text)) return std::nullopt;
      return Value::Textual(ValueKind::kGoVersion, arena.Copy(text));
    case lang::TypeKind::kIp:
      return bytes(ValueKind::kIp, ParseIp(text));
    case lang::TypeKind::kNetwork:
      return bytes(ValueKind::kNetwork, ParseNetwork(text));
    case lang::TypeKind::kUuid:
      return bytes(ValueKind::kUuid, ParseUuid(text));
    case lang::TypeKind::kError:
    case lang::TypeKind::kBool:
    case lang::TypeKind::kInt:
    case lang::TypeKind::kFloat:
    case lang::TypeKind::kList:
    case lang::TypeKind::kRecord:
    case lang::TypeKind::kMap:
    case lang::TypeKind::kAny:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace faultline::sema
