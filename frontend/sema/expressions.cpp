// Expressions: dispatch, names, fields.
#include "frontend/sema/expressions.h"

#include "frontend/sema/constants.h"
#include "frontend/sema/holes.h"

#include <algorithm>
#include <array>

namespace faultline::sema {

using AstKind = ast::ExprKind;

namespace {

// What stands behind the module's name in `other.thing.x`, if that is a known name: what `match other.thing`
// finds is called `thing.x`. Else the whole.
std::string_view ShortOf(std::string_view name, const std::vector<std::string>& known) {
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.', dot + 1)) {
    const std::string_view rest = name.substr(dot + 1);
    if (std::find(known.begin(), known.end(), rest) != known.end()) return rest;
  }
  return name;
}

}  // namespace

// ---------------------------------------------------------------- dispatch

ExprPtr ExprChecker::CheckLenient(const ast::Expr& expr) {
  const bool outer = std::exchange(strict_, false);
  ExprPtr value = Check(expr);
  strict_ = outer;
  return value;
}

ExprPtr ExprChecker::Check(const ast::Expr& expr, const lang::Type* want) {
  // Beside a level a bare name is the level, also where a field has that name: many loggers have an `error`.
  if (want != nullptr && want->kind() == lang::TypeKind::kLevel && expr.kind == AstKind::kName) {
    if (ExprPtr level = LiteralAs(expr, *want, false)) return level;
  }
  if (want != nullptr && IsFlexible(expr)) {
    if (ExprPtr literal = LiteralAs(expr, *want, true)) return literal;
    if (expr.kind == AstKind::kName)
      return UnknownName(static_cast<const ast::NameExpr&>(expr).name.text, expr.span);
    if (expr.kind == AstKind::kString && !(*want == lang::Type(lang::TypeKind::kText)) &&
        static_cast<const ast::StringExpr&>(expr).PlainText() && want->kind() != lang::TypeKind::kAny &&
        want->kind() > lang::TypeKind::kFloat && want->kind() < lang::TypeKind::kList) {
      return nullptr;  // reported as no literal of the type
    }
  }
  switch (expr.kind) {
    case AstKind::kError:
      return nullptr;
    case AstKind::kBool:
      return MakeConstant(Value::Bool(static_cast<const ast::BoolExpr&>(expr).value), lang::TypeKind::kBool,
                          expr.span);
    case AstKind::kInt:
      return MakeConstant(Value::Int(static_cast<const ast::IntExpr&>(expr).value), lang::TypeKind::kInt,
                          expr.span);
    case AstKind::kDuration:
      return MakeConstant(Value::Integer(ValueKind::kDuration, static_cast<const ast::IntExpr&>(expr).value),
                          lang::TypeKind::kDuration, expr.span);
    case AstKind::kSize:
      return MakeConstant(Value::Integer(ValueKind::kBytes, static_cast<const ast::IntExpr&>(expr).value),
                          lang::TypeKind::kBytes, expr.span);
    case AstKind::kFloat:
    case AstKind::kPercent:
      return MakeConstant(Value::Float(static_cast<const ast::FloatExpr&>(expr).value),
                          lang::TypeKind::kFloat, expr.span);
    case AstKind::kString:
      return CheckString(static_cast<const ast::StringExpr&>(expr), want);
    case AstKind::kRegex:
      context_.sink.Report(diag::regex_misplaced, expr.span).Help("write `x matches r\"…\"`");
      return nullptr;
    case AstKind::kName:
      return CheckName(static_cast<const ast::NameExpr&>(expr));
    case AstKind::kMember:
      return CheckMember(static_cast<const ast::MemberExpr&>(expr));
    case AstKind::kIndex:
      return CheckIndex(static_cast<const ast::IndexExpr&>(expr));
    case AstKind::kCall:
      return CheckCall(static_cast<const ast::CallExpr&>(expr));
    case AstKind::kUnary:
      return CheckUnary(static_cast<const ast::UnaryExpr&>(expr), want);
    case AstKind::kBinary:
      return CheckBinary(static_cast<const ast::BinaryExpr&>(expr));
    case AstKind::kIn:
      return CheckIn(static_cast<const ast::InExpr&>(expr));
    case AstKind::kBetween:
      return CheckBetween(static_cast<const ast::BetweenExpr&>(expr));
    case AstKind::kPresence: {
      const auto& presence = static_cast<const ast::PresenceExpr&>(expr);
      const bool outer = std::exchange(strict_, false);
      ExprPtr operand = Check(*presence.operand);
      strict_ = outer;
      if (!operand) return nullptr;
      return MakeOperation(presence.present ? lang::Opcode::is_present : lang::Opcode::is_missing,
                           lang::TypeKind::kBool, expr.span, std::move(operand));
    }
    case AstKind::kDefault:
      return CheckDefault(static_cast<const ast::DefaultExpr&>(expr));
    case AstKind::kCast:
      return CheckCast(static_cast<const ast::CastExpr&>(expr));
    case AstKind::kConditional:
      return CheckConditional(static_cast<const ast::ConditionalExpr&>(expr), want);
    case AstKind::kList:
      return CheckList(static_cast<const ast::ListExpr&>(expr), want);
    case AstKind::kLambda:
      context_.sink.Report(diag::lambda_misplaced, expr.span)
          .Help("write `join(list, \", \", x -> x.field)`");
      return nullptr;
    case AstKind::kWindow:
      context_.sink.Report(diag::window_argument, expr.span)
          .Help("windows are arguments of aggregates: `count(over 5m)`");
      return nullptr;
  }
  return nullptr;
}

ExprPtr ExprChecker::CheckCondition(const ast::Expr& expr) {
  ExprPtr condition = Check(expr);
  if (!condition) return nullptr;
  if (condition->type.kind() == lang::TypeKind::kAny)
    return Convert(std::move(condition), lang::TypeKind::kBool);
  if (condition->type.kind() == lang::TypeKind::kBool) return condition;
  context_.sink.Report(diag::not_a_condition, expr.span, TypeName(condition->type))
      .Help("compare it with something, or write `… present`");
  return nullptr;
}

ExprPtr ExprChecker::CheckAs(const ast::Expr& expr, const lang::Type& type, std::string_view what) {
  ExprPtr value = Check(expr, &type);
  if (!value || value->type == type) return value;
  const std::string found = TypeName(value->type);
  if (ExprPtr converted = Convert(std::move(value), type)) return converted;
  context_.sink.Report(diag::wrong_type, expr.span, what, TypeName(type), found);
  return nullptr;
}

// ---------------------------------------------------------------- names

std::uint32_t ExprChecker::FindBinding(std::string_view name) const {
  for (std::uint32_t i = 0; i < bindings_.size(); ++i) {
    if (bindings_[i].hidden || bindings_[i].name != name) continue;
    if (names_ == nullptr || names_->IsVisible(i)) return i;
  }
  return kNoIndex;
}

ExprPtr ExprChecker::UseBinding(std::uint32_t index, Span span) {
  const Binding& binding = bindings_[index];
  used_.insert(index);
  if (strict_ && binding.optional && !present_.contains(index)) {
    if (silent_) return nullptr;  // whether it is bound always is not known either
    context_.sink.Report(diag::may_be_missing, span, binding.name)
        .Label("not every match has it")
        .Label(binding.span, "bound here")
        .Help("write `" + binding.name + " default \"…\"`, or demand it: `where " + binding.name +
              " present`");
    return nullptr;
  }
  if (binding.type.is_error()) return nullptr;
  return MakeBinding(index, binding.type, span);
}

bool ExprChecker::Resolves(const ast::Expr& expr) const {
  if (expr.kind != AstKind::kName) return true;
  const std::string& name = static_cast<const ast::NameExpr&>(expr).name.text;
  if (FindBinding(name) != kNoIndex) return true;
  if (std::any_of(loops_.begin(), loops_.end(), [&](const LoopVariable& v) { return v.name == name; }))
    return true;
  if (name == "time" || name == "text" || name == "raw" || name == "now" || name == "stream") return true;
  if (names_ != nullptr && !lang::LevelByName(name) && names_->Knows(name)) return true;
  ast::Path path;
  path.parts.push_back({name, expr.span});
  return NamesConstant(context_, file_, path);
}

ExprPtr ExprChecker::CheckName(const ast::NameExpr& name) {
  const std::vector<const ast::Name*> parts{&name.name};
  if (ExprPtr found = FindDotted(parts, 1, name.span)) return found;
  if (FindBinding(name.name.text) != kNoIndex) return nullptr;  // reported
  if (names_ != nullptr) {
    const std::size_t before = context_.sink.diagnostics().size();
    if (const std::uint32_t found = names_->FindLast(parts, 1, name.span); found != kNoIndex) {
      return UseBinding(found, name.span);
    }
    if (context_.sink.diagnostics().size() != before) return nullptr;
  }
  if (ast::Path path{{name.name}, name.span}; NamesConstant(context_, file_, path)) {
    return ConstantNamed(context_, file_, path);
  }
  return UnknownName(name.name.text, name.span);
}

// A loop variable, a binding or a builtin called by the first `count` parts; null where there is none.
ExprPtr ExprChecker::FindDotted(const std::vector<const ast::Name*>& parts, std::size_t count, Span span) {
  std::string name;
  for (std::size_t i = 0; i < count; ++i) name += (i == 0 ? "" : ".") + parts[i]->text;
  if (count == 1) {
    for (std::size_t i = loops_.size(); i-- > 0;) {
      if (loops_[i].name != name) continue;
      ExprPtr element = MakeExpr(ExprKind::kElement, loops_[i].type, span);
      element->index = static_cast<std::uint32_t>(i);
      return element;
    }
  }
  if (names_ != nullptr) {
    if (const std::uint32_t binding = names_->FindFirst(name); binding != kNoIndex)
      return UseBinding(binding, span);
  }
  if (const std::uint32_t binding = FindBinding(name); binding != kNoIndex) return UseBinding(binding, span);
  if (name == "log.file") return MakeBuiltin(Builtin::kLogFile, span);
  if (name == "log.line") return MakeBuiltin(Builtin::kLogLine, span);
  if (name == "log.column") return MakeBuiltin(Builtin::kLogColumn, span);
  if (name == "time") return MakeBuiltin(Builtin::kTime, span);
  if (name == "text") return MakeBuiltin(Builtin::kText, span);
  if (name == "raw") return MakeBuiltin(Builtin::kRawText, span);
  if (name == "now") return MakeBuiltin(Builtin::kNow, span);
  if (name == "stream") return MakeBuiltin(Builtin::kStream, span);
  return nullptr;
}

ExprPtr ExprChecker::CheckMember(const ast::MemberExpr& member) {
  // a.b.c: the longest prefix that is a name, then fields.
  std::vector<const ast::Name*> parts;
  const ast::Expr* base = &member;
  while (base->kind == AstKind::kMember) {
    const auto& inner = static_cast<const ast::MemberExpr&>(*base);
    parts.push_back(&inner.name);
    base = inner.base.get();
  }
  if (base->kind != AstKind::kName) {
    ExprPtr value = Check(*member.base);
    return value ? FieldOf(std::move(value), member.name) : nullptr;
  }
  parts.push_back(&static_cast<const ast::NameExpr&>(*base).name);
  std::reverse(parts.begin(), parts.end());
  for (std::size_t count = parts.size(); count > 0; --count) {
    const Span span = Join(parts[0]->span, parts[count - 1]->span);
    const std::size_t before = context_.sink.diagnostics().size();
    ExprPtr value = FindDotted(parts, count, span);
    if (!value && context_.sink.diagnostics().size() != before) return nullptr;
    if (!value) continue;
    value = FieldsOf(std::move(value), parts, count);
    if (value) value->span = member.span;
    return value;
  }
  for (std::size_t count = parts.size(); count > 0 && names_ != nullptr; --count) {
    const Span span = Join(parts[0]->span, parts[count - 1]->span);
    const std::size_t before = context_.sink.diagnostics().size();
    const std::uint32_t found = names_->FindLast(parts, count, span);
    if (found == kNoIndex && context_.sink.diagnostics().size() != before) return nullptr;
    if (found == kNoIndex) continue;
    ExprPtr value = UseBinding(found, span);
    value = FieldsOf(std::move(value), parts, count);
    if (value) value->span = member.span;
    return value;
  }
  for (std::size_t count = parts.size(); count > 0; --count) {
    ast::Path path;
    for (std::size_t i = 0; i < count; ++i) path.parts.push_back(*parts[i]);
    path.span = Join(parts[0]->span, parts[count - 1]->span);
    if (!NamesConstant(context_, file_, path)) continue;
    return FieldsOf(ConstantNamed(context_, file_, path), parts, count);
  }
  std::string name;
  for (const ast::Name* part : parts) name += (name.empty() ? "" : ".") + part->text;
  return UnknownName(name, member.span);
}

// The fields that `parts` from `first` on name. A hole inside a named pattern gives a field with a dot in its
// name, so the longest name that is a field counts.
ExprPtr ExprChecker::FieldsOf(ExprPtr value, const std::vector<const ast::Name*>& parts, std::size_t first) {
  while (value && first < parts.size()) {
    std::size_t end = first + 1;
    ast::Name name = *parts[first];
    if (value->type.kind() == lang::TypeKind::kRecord) {
      std::string longer = name.text;
      for (std::size_t i = first + 1; i < parts.size(); ++i) {
        longer += "." + parts[i]->text;
        if (value->type.FieldIndex(longer) < 0) continue;
        name = {longer, Join(parts[first]->span, parts[i]->span)};
        end = i + 1;
      }
    }
    value = FieldOf(std::move(value), name);
    first = end;
  }
  return value;
}

ExprPtr ExprChecker::FieldOf(ExprPtr base, const ast::Name& name) {
  const Span span = Join(base->span, name.span);
  const lang::Type type = base->type;
  switch (type.kind()) {
    case lang::TypeKind::kRecord: {
      const int index = type.FieldIndex(name.text);
      if (index >= 0) {
        const lang::RecordField& field = type.fields()[static_cast<std::size_t>(index)];
        ExprPtr result = MakeExpr(ExprKind::kField, field.type, span);
        result->index = static_cast<std::uint32_t>(index);
        result->arguments.push_back(std::move(base));
        return result;
      }
      std::vector<std::string> known;
      for (const lang::RecordField& field : type.fields()) known.push_back(field.name);
      HelpWithNearest(context_.sink.Report(diag::unknown_field, name.span, TypeName(type), name.text),
                      name.span, name.text, known);
      return nullptr;
    }
    case lang::TypeKind::kMap:
      return MakeOperation(lang::Opcode::index_map, lang::TypeKind::kAny, span, std::move(base),
                           MakeText(context_, name.text, name.span));
    case lang::TypeKind::kAny:
      return MakeOperation(lang::Opcode::index_any_key, lang::TypeKind::kAny, span, std::move(base),
                           MakeText(context_, name.text, name.span));
    case lang::TypeKind::kError:
    case lang::TypeKind::kBool:
    case lang::TypeKind::kInt:
    case lang::TypeKind::kFloat:
    case lang::TypeKind::kText:
    case lang::TypeKind::kDuration:
    case lang::TypeKind::kBytes:
    case lang::TypeKind::kTime:
    case lang::TypeKind::kSemver:
    case lang::TypeKind::kGoVersion:
    case lang::TypeKind::kIp:
    case lang::TypeKind::kNetwork:
    case lang::TypeKind::kUuid:
    case lang::TypeKind::kLevel:
    case lang::TypeKind::kList:
      break;
  }
  context_.sink.Report(diag::unknown_field, name.span, TypeName(type), name.text)
      .Help(type.kind() == lang::TypeKind::kList ? "take an item first: `first(list).field`"
                                                 : "only records, maps and JSON values have fields");
  return nullptr;
}

ExprPtr ExprChecker::UnknownName(const std::string& name, Span span) {
  if (silent_) return nullptr;
  std::vector<std::string> known;
  bool hidden = false;
  for (const Binding& binding : bindings_) {
    if (!binding.hidden) known.push_back(binding.name);
    hidden = hidden || (binding.hidden && binding.name == name);
  }
  for (const LoopVariable& variable : loops_) known.push_back(variable.name);
  for (const std::string& constant :
       context_.names.Visible(file_, std::array{SymbolKind::kParam, SymbolKind::kTable}))
    known.push_back(constant);
  for (const char* builtin : {"log.file", "log.line", "log.column", "time"}) known.emplace_back(builtin);
  Diagnostic& diagnostic = context_.sink.Report(diag::unknown_name, span, name);
  if (hidden) {
    diagnostic.Help("`" + name + "` is bound by a `without` only, and what is absent has no values");
  } else if (names_ != nullptr && names_->HelpUnknown(name, diagnostic)) {
    return nullptr;
  } else if (lang::LevelByName(name)) {
    diagnostic.Help("levels stand beside a value of type level: `level >= " + name + "`");
  } else {
    const std::string_view word = ShortOf(name, known);
    const std::vector<std::string_view> views(known.begin(), known.end());
    if (word != name) {
      diagnostic.Help("did you mean `" + std::string(word) + "`?").Replace(span, std::string(word));
    } else if (Nearest(word, views).empty()) {
      diagnostic.Note("names here are " + Listed(known));
    } else {
      HelpWithNearest(diagnostic, span, word, known);
    }
  }
  return nullptr;
}

}  // namespace faultline::sema
