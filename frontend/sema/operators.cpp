// Operators: overloads, implicit conversions, and messages that say what to write.
#include "frontend/sema/expressions.h"
#include "frontend/sema/holes.h"
#include "frontend/sema/templates.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace faultline::sema {

using AstKind = ast::ExprKind;
using lang::Opcode;
using lang::Operator;
using lang::Type;
using lang::TypeKind;

namespace {

bool IsUnit(const Type& type) {
  return type.kind() == TypeKind::kDuration || type.kind() == TypeKind::kBytes;
}
bool IsNumber(const Type& type) {
  return type.kind() == TypeKind::kInt || type.kind() == TypeKind::kFloat;
}

bool IsNocase(const ast::Expr& expr) {
  return expr.kind == AstKind::kString && static_cast<const ast::StringExpr&>(expr).ignore_case;
}

// The strict reading of a value whose type was not declared.
std::optional<Opcode> AsOpcode(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kBool:
      return Opcode::as_bool;
    case TypeKind::kInt:
      return Opcode::as_int;
    case TypeKind::kFloat:
      return Opcode::as_float;
    case TypeKind::kText:
      return Opcode::as_text;
    case TypeKind::kDuration:
      return Opcode::as_duration;
    case TypeKind::kBytes:
      return Opcode::as_bytes;
    case TypeKind::kTime:
      return Opcode::as_time;
    case TypeKind::kLevel:
      return Opcode::as_level;
    case TypeKind::kMap:
      return Opcode::as_map;
    case TypeKind::kSemver:
      return Opcode::any_to_semver;
    case TypeKind::kGoVersion:
      return Opcode::any_to_goversion;
    case TypeKind::kIp:
      return Opcode::any_to_ip;
    case TypeKind::kNetwork:
      return Opcode::any_to_network;
    case TypeKind::kUuid:
      return Opcode::any_to_uuid;
    case TypeKind::kList:
      if (type.element().kind() == TypeKind::kAny) return Opcode::as_list;
      return std::nullopt;
    case TypeKind::kError:
    case TypeKind::kRecord:
    case TypeKind::kAny:
      return std::nullopt;
  }
  return std::nullopt;
}

std::vector<Type> TypesOf(const std::vector<ExprPtr>& arguments) {
  std::vector<Type> types;
  for (const ExprPtr& argument : arguments) types.push_back(argument->type);
  return types;
}

}  // namespace

// ---------------------------------------------------------------- conversions

// Implicit conversions only: int to float, any to what is wanted, lists of them. Null where there is none.
ExprPtr ExprChecker::Convert(ExprPtr value, const Type& type) {
  if (value->type == type) return value;
  const Span span = value->span;
  if (value->type.kind() == TypeKind::kInt && type.kind() == TypeKind::kFloat) {
    if (value->kind == ExprKind::kConstant) {
      return MakeConstant(Value::Float(static_cast<double>(value->constant.integer)), type, span);
    }
    return MakeOperation(Opcode::int_to_float, type, span, std::move(value));
  }
  if (value->type.kind() == TypeKind::kAny) {
    if (std::optional<Opcode> opcode = AsOpcode(type))
      return MakeOperation(*opcode, type, span, std::move(value));
  }
  if (value->type == Type::List(TypeKind::kInt) && type == Type::List(TypeKind::kFloat)) {
    return MakeOperation(Opcode::list_int_to_float, type, span, std::move(value));
  }
  if (type.kind() == TypeKind::kAny) return MakeOperation(Opcode::to_any, type, span, std::move(value));
  return nullptr;
}

// Brings both to one type by implicit conversions.
bool ExprChecker::Unify(ExprPtr& a, ExprPtr& b) {
  if (a->type == b->type) return true;
  auto convert = [&](ExprPtr& from, const Type& to) {
    const bool possible = (from->type.kind() == TypeKind::kInt && to.kind() == TypeKind::kFloat) ||
                          (from->type.kind() == TypeKind::kAny && AsOpcode(to)) ||
                          (from->type == Type::List(TypeKind::kInt) && to == Type::List(TypeKind::kFloat));
    if (!possible) return false;
    from = Convert(std::move(from), to);
    return true;
  };
  return convert(a, b->type) || convert(b, a->type);
}

// The overload of `op` for these arguments, with implicit conversions where no row fits exactly. Null, and
// nothing said, if there is none.
ExprPtr ExprChecker::Resolve(Operator op, std::vector<ExprPtr> arguments, Span span) {
  auto make = [&](const lang::Resolution& resolution) {
    ExprPtr result = MakeExpr(ExprKind::kOperation, resolution.result, span);
    result->opcode = resolution.overload->opcode;
    result->arguments = std::move(arguments);
    return result;
  };
  lang::Resolution exact = lang::ResolveOverload(op, TypesOf(arguments));
  if (exact.overload != nullptr) return make(exact);
  if (arguments.size() == 2 && Unify(arguments[0], arguments[1])) {
    exact = lang::ResolveOverload(op, TypesOf(arguments));
    if (exact.overload != nullptr) return make(exact);
  }
  for (const lang::OverloadRow& row : lang::Overloads()) {
    if (row.op != op || row.parameters.size() != arguments.size()) continue;
    bool fits = true;
    for (std::size_t i = 0; fits && i < arguments.size(); ++i) {
      const Type& from = arguments[i]->type;
      if (row.parameters[i].kind != lang::TypePattern::Kind::kType) {
        fits = false;
        break;
      }
      const Type& to = row.parameters[i].type;
      fits = from == to || (from.kind() == TypeKind::kInt && to.kind() == TypeKind::kFloat) ||
             (from.kind() == TypeKind::kAny && AsOpcode(to)) ||
             (from == Type::List(TypeKind::kInt) && to == Type::List(TypeKind::kFloat));
    }
    if (!fits) continue;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      arguments[i] = Convert(std::move(arguments[i]), row.parameters[i].type);
    }
    return make(lang::ResolveOverload(op, TypesOf(arguments)));
  }
  return nullptr;
}

// ---------------------------------------------------------------- binary operators

// Both sides, each literal taking the other's type.
std::optional<std::pair<ExprPtr, ExprPtr>> ExprChecker::CheckSides(const ast::Expr& left,
                                                                   const ast::Expr& right) {
  ExprPtr l;
  ExprPtr r;
  if (IsFlexible(left) && !IsFlexible(right)) {
    r = Check(right);
    l = r ? Check(left, &r->type) : Check(left);
  } else {
    l = Check(left);
    r = l ? Check(right, &l->type) : Check(right);
  }
  if (!l || !r) return std::nullopt;
  return std::pair{std::move(l), std::move(r)};
}

ExprPtr ExprChecker::CheckBinary(const ast::BinaryExpr& binary) {
  if (binary.op == Operator::kAnd || binary.op == Operator::kOr) return CheckLogic(binary);
  if (binary.op == Operator::kMatches) return CheckMatches(binary);
  if (IsNocase(*binary.left) || IsNocase(*binary.right)) return CheckNocase(binary);
  std::optional<std::pair<ExprPtr, ExprPtr>> sides = CheckSides(*binary.left, *binary.right);
  if (!sides) return nullptr;
  auto& [left, right] = *sides;
  // A literal may have taken the other side's type where the operator wants another: 2 * 5s is fine, and `0`
  // was only meant for comparisons.
  CheckConstantArithmetic(binary, *left, *right);
  const Type left_type = left->type;
  const Type right_type = right->type;
  std::vector<ExprPtr> arguments;
  arguments.push_back(Clone(*left));
  arguments.push_back(Clone(*right));
  if (ExprPtr result = Resolve(binary.op, std::move(arguments), binary.span)) return result;
  return Mismatch(binary, *left, *right);
}

ExprPtr ExprChecker::CheckLogic(const ast::BinaryExpr& binary) {
  ExprPtr left = CheckCondition(*binary.left);
  ExprPtr right = CheckCondition(*binary.right);
  if (!left || !right) return nullptr;
  return MakeOperation(binary.op == Operator::kAnd ? Opcode::and_bool : Opcode::or_bool, TypeKind::kBool,
                       binary.span, std::move(left), std::move(right));
}

ExprPtr ExprChecker::Mismatch(const ast::BinaryExpr& binary, const Expr& left, const Expr& right) {
  const std::string_view spelling = lang::RowOf(binary.op).spelling;
  const bool comparison = lang::RowOf(binary.op).precedence == 4;
  const bool additive = binary.op == Operator::kAdd || binary.op == Operator::kSubtract;
  for (const auto& [unit, number] : {std::pair{&left, &right}, std::pair{&right, &left}}) {
    if (!(comparison || additive) || !IsUnit(unit->type) || !IsNumber(number->type)) continue;
    const bool duration = unit->type.kind() == TypeKind::kDuration;
    Diagnostic& diagnostic =
        context_.sink.Report(diag::missing_unit, number->span, TypeName(unit->type), TypeName(number->type))
            .Label("no unit")
            .Label(unit->span, "this is a " + TypeName(unit->type));
    if (number->kind == ExprKind::kConstant) {
      const std::string written(context_.sources.TextOf(number->span));
      diagnostic.Help(duration ? "write `" + written + "ms` or `" + written + "s`"
                               : "write `" + written + "KiB` or `" + written + "MB`");
    } else {
      diagnostic.Help(duration
                          ? "give the number a unit where it is read: `{x:duration(ms)}`, or write `x * 1ms`"
                          : "give the number a unit where it is read: `{x:bytes(KiB)}`, or write `x * 1KiB`");
    }
    return nullptr;
  }
  Diagnostic& diagnostic = context_.sink.Report(diag::operator_mismatch, binary.op_span, spelling,
                                                TypeName(left.type), TypeName(right.type));
  diagnostic.Label(left.span, TypeName(left.type)).Label(right.span, TypeName(right.type));
  const bool texts = left.type.kind() == TypeKind::kText || right.type.kind() == TypeKind::kText;
  const Type& other = left.type.kind() == TypeKind::kText ? right.type : left.type;
  const Expr& text = left.type.kind() == TypeKind::kText ? left : right;
  const Expr& beside = &text == &left ? right : left;
  const bool takes_text_only = binary.op == Operator::kContains || binary.op == Operator::kStartsWith ||
                               binary.op == Operator::kEndsWith;
  if (texts && comparison && text.kind == ExprKind::kConstant && beside.kind != ExprKind::kConstant &&
      other.kind() != TypeKind::kList) {
    // The text is a literal, so it is not a type that was forgotten but a literal of the wrong form.
    const std::string name(beside.kind == ExprKind::kBinding ? context_.sources.TextOf(beside.span) : "x");
    const std::string as_text = "`" + name + " as text`";
    diagnostic.Help(takes_text_only ? "write " + as_text
                                    : "a value of type " + TypeName(other) +
                                          " stands without quotes, or compare " + as_text);
  } else if (texts && comparison && other.kind() != TypeKind::kList) {
    diagnostic.Help("a hole or field is text unless it has a type: `{x:" + TypeName(other) +
                    "}`, or write `x as " + TypeName(other) + "`");
  } else if (binary.op == Operator::kAdd && texts) {
    diagnostic.Help("write the text with a hole: `\"{a} {b}\"`");
  }
  return nullptr;
}

void ExprChecker::CheckConstantArithmetic(const ast::BinaryExpr& binary, const Expr& left,
                                          const Expr& right) {
  if (right.kind != ExprKind::kConstant) return;
  const bool divides = binary.op == Operator::kDivide || binary.op == Operator::kModulo;
  const bool whole = right.constant.kind == ValueKind::kInt || right.constant.kind == ValueKind::kDuration ||
                     right.constant.kind == ValueKind::kBytes;
  if (divides && ((whole && right.constant.integer == 0) ||
                  (right.constant.kind == ValueKind::kFloat && right.constant.real == 0))) {
    context_.sink.Report(diag::division_by_zero, right.span).Help("the result would always be missing");
    return;
  }
  if (left.kind != ExprKind::kConstant || left.constant.kind != right.constant.kind || !whole) return;
  const std::int64_t a = left.constant.integer;
  const std::int64_t b = right.constant.integer;
  std::int64_t result = 0;
  const bool overflows = (binary.op == Operator::kAdd && __builtin_add_overflow(a, b, &result)) ||
                         (binary.op == Operator::kSubtract && __builtin_sub_overflow(a, b, &result)) ||
                         (binary.op == Operator::kMultiply && __builtin_mul_overflow(a, b, &result));
  if (overflows) {
    context_.sink.Report(diag::constant_overflow, binary.span)
        .Help("whole numbers go from -9223372036854775808 to 9223372036854775807");
  }
}

ExprPtr ExprChecker::CheckMatches(const ast::BinaryExpr& binary) {
  ExprPtr text = CheckAs(*binary.left, TypeKind::kText, "the left side of `matches`");
  const ast::Expr& right = *binary.right;
  if (right.kind != AstKind::kRegex && right.kind != AstKind::kString) {
    if (right.kind != AstKind::kError) {
      context_.sink.Report(diag::not_a_pattern, right.span)
          .Help("write `matches r\"…\"` or `matches \"… {:int}\"`");
    }
    return nullptr;
  }
  TemplateOptions options;
  options.binds = right.kind == AstKind::kRegex;  // groups of a regex are dropped, named holes are a mistake
  std::optional<CompiledPattern> compiled = PatternCompiler(context_, file_, options).Compile(right);
  if (!text || !compiled) return nullptr;
  Pattern pattern;
  pattern.name = owner_ + ".matches";
  if (++patterns_ > 1) pattern.name += "." + std::to_string(patterns_);
  pattern.source = context_.sources.TextOf(right.span);
  pattern.node = compiled->node;
  pattern.captures = compiled->captures;
  pattern.span = right.span;
  ExprPtr result = MakeExpr(ExprKind::kMatchPattern, TypeKind::kBool, binary.span);
  result->index = static_cast<std::uint32_t>(context_.out.patterns.size());
  result->arguments.push_back(std::move(text));
  context_.out.patterns.push_back(std::move(pattern));
  return result;
}

ExprPtr ExprChecker::CheckNocase(const ast::BinaryExpr& binary) {
  struct Row {
    Operator op;
    Opcode nocase;
    bool negated;
  };
  constexpr Row kRows[] = {
      {Operator::kEqual, Opcode::eq_text_nocase, false},
      {Operator::kNotEqual, Opcode::eq_text_nocase, true},
      {Operator::kContains, Opcode::contains_text_nocase, false},
      {Operator::kStartsWith, Opcode::startswith_text_nocase, false},
      {Operator::kEndsWith, Opcode::endswith_text_nocase, false},
  };
  auto side = [&](const ast::Expr& expr) -> ExprPtr {
    if (!IsNocase(expr)) return CheckAs(expr, TypeKind::kText, "what is compared without case");
    const auto& text = static_cast<const ast::StringExpr&>(expr);
    if (std::optional<std::string> plain = text.PlainText()) return MakeText(context_, *plain, text.span);
    return Interpolate(text, TextUse::kAt, strict_);
  };
  for (const Row& row : kRows) {
    if (row.op != binary.op) continue;
    ExprPtr left = side(*binary.left);
    ExprPtr right = side(*binary.right);
    if (!left || !right) return nullptr;
    ExprPtr result =
        MakeOperation(row.nocase, TypeKind::kBool, binary.span, std::move(left), std::move(right));
    if (row.negated)
      result = MakeOperation(Opcode::not_bool, TypeKind::kBool, binary.span, std::move(result));
    return result;
  }
  context_.sink.Report(diag::flag_misplaced, IsNocase(*binary.right) ? binary.right->span : binary.left->span)
      .Help("`\"…\"i` stands behind ==, !=, contains, startswith, endswith or in a list behind `in`");
  return nullptr;
}

// ---------------------------------------------------------------- in, between, default, if, as

ExprPtr ExprChecker::CheckIn(const ast::InExpr& in) {
  ExprPtr left = Check(*in.left);
  auto negate = [&](ExprPtr result) -> ExprPtr {
    if (!result || !in.negated) return result;
    return MakeOperation(Opcode::not_bool, TypeKind::kBool, in.span, std::move(result));
  };
  if (in.right->kind == AstKind::kList) {
    const auto& list = static_cast<const ast::ListExpr&>(*in.right);
    const bool nocase = std::any_of(list.items.begin(), list.items.end(),
                                    [](const ast::ExprPtr& item) { return IsNocase(*item); });
    if (nocase) {
      if (left && left->type.kind() == TypeKind::kAny) left = Convert(std::move(left), TypeKind::kText);
      std::vector<ExprPtr> items;
      for (const ast::ExprPtr& item : list.items) {
        ExprPtr value;
        if (IsNocase(*item)) {
          const std::optional<std::string> plain = static_cast<const ast::StringExpr&>(*item).PlainText();
          value = plain ? MakeText(context_, *plain, item->span)
                        : Interpolate(static_cast<const ast::StringExpr&>(*item), TextUse::kAt, strict_);
        } else {
          value = CheckAs(*item, TypeKind::kText, "an item of the list");
        }
        if (!left || !value) return nullptr;
        items.push_back(MakeOperation(IsNocase(*item) ? Opcode::eq_text_nocase : Opcode::eq_text,
                                      TypeKind::kBool, item->span, Clone(*left), std::move(value)));
      }
      if (left->type.kind() != TypeKind::kText) {
        context_.sink.Report(diag::operator_mismatch, in.span, "in", TypeName(left->type), "list<text>");
        return nullptr;
      }
      return negate(MakeBalanced(Opcode::or_bool, TypeKind::kBool, in.span, std::move(items)));
    }
    // Networks are told from addresses by their slash.
    Type item = left ? left->type : Type();
    if (item.kind() == TypeKind::kIp) {
      for (const ast::ExprPtr& e : list.items) {
        if (e->kind != AstKind::kString) continue;
        const std::optional<std::string> plain = static_cast<const ast::StringExpr&>(*e).PlainText();
        if (plain && plain->find('/') != std::string::npos) item = TypeKind::kNetwork;
      }
    }
    const Type want = Type::List(item);
    ExprPtr right = left ? CheckList(list, &want) : CheckList(list, nullptr);
    if (!left || !right) return nullptr;
    const std::string left_name = TypeName(left->type);
    const std::string right_name = TypeName(right->type);
    if (left->type.kind() == TypeKind::kAny && right->type.kind() == TypeKind::kList) {
      if (AsOpcode(right->type.element())) left = Convert(std::move(left), right->type.element());
    }
    std::vector<ExprPtr> arguments;
    arguments.push_back(std::move(left));
    arguments.push_back(std::move(right));
    if (ExprPtr result = Resolve(Operator::kIn, std::move(arguments), in.span))
      return negate(std::move(result));
    context_.sink.Report(diag::operator_mismatch, in.span, "in", left_name, right_name);
    return nullptr;
  }
  const Type network = TypeKind::kNetwork;
  ExprPtr right = left && left->type.kind() == TypeKind::kIp ? Check(*in.right, &network) : Check(*in.right);
  if (!left || !right) return nullptr;
  if (right->type.kind() == TypeKind::kMap && left->type.kind() == TypeKind::kText) {
    return negate(
        MakeOperation(Opcode::has_map, TypeKind::kBool, in.span, std::move(right), std::move(left)));
  }
  const std::string left_name = TypeName(left->type);
  const std::string right_name = TypeName(right->type);
  const bool texts = left->type.kind() == TypeKind::kText && right->type.kind() == TypeKind::kText;
  if (left->type.kind() == TypeKind::kAny && right->type.kind() == TypeKind::kList &&
      AsOpcode(right->type.element())) {
    left = Convert(std::move(left), right->type.element());
  }
  std::vector<ExprPtr> arguments;
  arguments.push_back(std::move(left));
  arguments.push_back(std::move(right));
  if (ExprPtr result = Resolve(Operator::kIn, std::move(arguments), in.span))
    return negate(std::move(result));
  Diagnostic& diagnostic =
      context_.sink.Report(diag::operator_mismatch, in.span, "in", left_name, right_name);
  if (texts) diagnostic.Help("write `b contains a` for a text inside another");
  return nullptr;
}

ExprPtr ExprChecker::CheckBetween(const ast::BetweenExpr& between) {
  ExprPtr value = Check(*between.value);
  ExprPtr low = value ? Check(*between.low, &value->type) : Check(*between.low);
  ExprPtr high = value ? Check(*between.high, &value->type) : Check(*between.high);
  if (!value || !low || !high) return nullptr;
  for (const ExprPtr* bound : {&low, &high}) {
    if (IsUnit(value->type) && IsNumber((*bound)->type)) {
      const std::string written(context_.sources.TextOf((*bound)->span));
      context_.sink
          .Report(diag::missing_unit, (*bound)->span, TypeName(value->type), TypeName((*bound)->type))
          .Label("no unit")
          .Help(value->type.kind() == TypeKind::kDuration
                    ? "write `" + written + "ms` or `" + written + "s`"
                    : "write `" + written + "KiB` or `" + written + "MB`");
      return nullptr;
    }
  }
  const std::string value_name = TypeName(value->type);
  const std::string bounds = TypeName(low->type) + " and " + TypeName(high->type);
  if (Unify(value, low) && Unify(value, high)) static_cast<void>(Unify(low, high));
  std::vector<ExprPtr> arguments;
  arguments.push_back(std::move(value));
  arguments.push_back(std::move(low));
  arguments.push_back(std::move(high));
  ExprPtr result = Resolve(Operator::kBetween, std::move(arguments), between.span);
  if (!result) {
    context_.sink.Report(diag::operator_mismatch, between.span, "between", value_name, bounds);
    return nullptr;
  }
  if (between.negated)
    result = MakeOperation(Opcode::not_bool, TypeKind::kBool, between.span, std::move(result));
  return result;
}

ExprPtr ExprChecker::CheckDefault(const ast::DefaultExpr& expr) {
  const bool outer = std::exchange(strict_, false);
  ExprPtr value = Check(*expr.value);
  strict_ = outer;
  // In a text a fallback may be text whatever the value is.
  const bool text_fallback =
      strict_ && expr.fallback->kind == AstKind::kString && value && value->type.kind() != TypeKind::kText;
  ExprPtr fallback = value && !text_fallback ? Check(*expr.fallback, &value->type) : Check(*expr.fallback);
  if (!value || !fallback) return nullptr;
  if (text_fallback && fallback->type.kind() == TypeKind::kText) {
    value = MakeOperation(Opcode::to_text, TypeKind::kText, value->span, std::move(value));
  }
  if (!Unify(value, fallback)) {
    context_.sink
        .Report(diag::branches_differ, fallback->span, TypeName(value->type), TypeName(fallback->type))
        .Label(value->span, TypeName(value->type));
    return nullptr;
  }
  const Type type = value->type;
  return MakeOperation(Opcode::default_value, type, expr.span, std::move(value), std::move(fallback));
}

ExprPtr ExprChecker::CheckConditional(const ast::ConditionalExpr& expr, const Type* want) {
  const bool outer = std::exchange(strict_, false);
  ExprPtr condition = CheckCondition(*expr.condition);
  strict_ = outer;
  // Where the condition demands a name, the first branch has it; where it says that one is missing, the
  // second does.
  const std::set<std::uint32_t> before = present_;
  if (condition) {
    for (std::uint32_t binding : RequiredBy(*condition)) present_.insert(binding);
  }
  ExprPtr then_value = Check(*expr.then_value, want);
  present_ = before;
  if (condition && condition->kind == ExprKind::kOperation && condition->opcode == Opcode::is_missing &&
      condition->arguments[0]->kind == ExprKind::kBinding) {
    present_.insert(condition->arguments[0]->index);
  }
  ExprPtr else_value =
      then_value ? Check(*expr.else_value, &then_value->type) : Check(*expr.else_value, want);
  present_ = before;
  if (!condition || !then_value || !else_value) return nullptr;
  if (!Unify(then_value, else_value)) {
    context_.sink
        .Report(diag::branches_differ, else_value->span, TypeName(then_value->type),
                TypeName(else_value->type))
        .Label(then_value->span, TypeName(then_value->type));
    return nullptr;
  }
  const Type type = then_value->type;
  return MakeOperation(Opcode::select, type, expr.span, std::move(condition), std::move(then_value),
                       std::move(else_value));
}

ExprPtr ExprChecker::CheckCast(const ast::CastExpr& cast) {
  ExprPtr value = Check(*cast.value);
  std::optional<NamedType> target = ResolveType(context_, cast.type);
  if (!value || !target) return nullptr;
  const Type from = value->type;
  if (!target->unit.empty()) {
    const Operator op = target->type.kind() == TypeKind::kDuration ? Operator::kToDurationUnit
                        : target->type.kind() == TypeKind::kTime   ? Operator::kToTimeUnit
                                                                   : Operator::kToBytesUnit;
    ExprPtr unit = MakeText(context_, target->unit, cast.type.span);
    const lang::Resolution resolution = lang::ResolveOverload(op, {from, unit->type});
    if (resolution.overload != nullptr) {
      return MakeOperation(resolution.overload->opcode, target->type, cast.span, std::move(value),
                           std::move(unit));
    }
  } else {
    if (from == target->type) return value;
    if (target->type.kind() == TypeKind::kText) {
      return MakeOperation(Opcode::to_text, target->type, cast.span, std::move(value));
    }
    if (from.kind() == TypeKind::kText) {
      if (auto convert = TextConversion(target->type)) return convert(std::move(value));
    }
    for (const lang::OverloadRow& row : lang::Overloads()) {
      const bool as = row.name.starts_with("as_") && from.kind() == TypeKind::kAny &&
                      target->type.kind() != TypeKind::kList && target->type.kind() != TypeKind::kMap;
      if (lang::RowOf(row.op).form != lang::OperatorForm::kConversion || row.parameters.size() != 1 || as)
        continue;
      if (row.parameters[0].kind != lang::TypePattern::Kind::kType || !(row.parameters[0].type == from))
        continue;
      if (row.result.kind != lang::TypePattern::Kind::kType || !(row.result.type == target->type)) continue;
      return MakeOperation(row.opcode, target->type, cast.span, std::move(value));
    }
  }
  context_.sink.Report(diag::no_conversion, cast.span, TypeName(from), TypeName(target->type));
  return nullptr;
}

ExprPtr ExprChecker::CheckUnary(const ast::UnaryExpr& unary, const Type* want) {
  if (unary.op == Operator::kNot) {
    ExprPtr operand = CheckCondition(*unary.operand);
    if (!operand) return nullptr;
    return MakeOperation(Opcode::not_bool, TypeKind::kBool, unary.span, std::move(operand));
  }
  ExprPtr operand = Check(*unary.operand, want);
  if (!operand) return nullptr;
  if (operand->kind == ExprKind::kConstant && operand->constant.kind == ValueKind::kFloat) {
    return MakeConstant(Value::Float(-operand->constant.real), operand->type, unary.span);
  }
  if (operand->kind == ExprKind::kConstant && operand->type.kind() != TypeKind::kText &&
      operand->constant.integer != std::numeric_limits<std::int64_t>::min() &&
      (IsNumber(operand->type) || IsUnit(operand->type))) {
    Value value = operand->constant;
    value.integer = -value.integer;
    return MakeConstant(value, operand->type, unary.span);
  }
  const std::string name = TypeName(operand->type);
  std::vector<ExprPtr> arguments;
  arguments.push_back(std::move(operand));
  if (ExprPtr result = Resolve(unary.op, std::move(arguments), unary.span)) return result;
  context_.sink.Report(diag::argument_mismatch, unary.span, lang::RowOf(unary.op).spelling, name);
  return nullptr;
}

ExprPtr ExprChecker::CheckIndex(const ast::IndexExpr& index) {
  ExprPtr base = Check(*index.base);
  ExprPtr key = Check(*index.index);
  if (!base || !key) return nullptr;
  const std::string names = TypeName(base->type) + ", " + TypeName(key->type);
  std::vector<ExprPtr> arguments;
  arguments.push_back(std::move(base));
  arguments.push_back(std::move(key));
  if (ExprPtr result = Resolve(Operator::kIndex, std::move(arguments), index.span)) return result;
  context_.sink.Report(diag::argument_mismatch, index.span, "[…]", names)
      .Help("lists are indexed by a number, maps and JSON objects by a key");
  return nullptr;
}

ExprPtr ExprChecker::CheckList(const ast::ListExpr& list, const Type* want) {
  const Type* item_want = want != nullptr && want->kind() == TypeKind::kList ? &want->element() : nullptr;
  std::vector<ExprPtr> items;
  bool failed = false;
  // A list with a missing item is a value; `count`, `first`, `sum` and their like say what they make of the
  // item.
  const bool outer = std::exchange(strict_, false);
  for (const ast::ExprPtr& item : list.items) {
    const Type* type = item_want != nullptr ? item_want : items.empty() ? nullptr : &items[0]->type;
    ExprPtr value = Check(*item, type);
    if (!value) {
      failed = true;
      continue;
    }
    if (item_want != nullptr && value->type.kind() == TypeKind::kInt &&
        item_want->kind() == TypeKind::kFloat) {
      value = Convert(std::move(value), *item_want);
    }
    items.push_back(std::move(value));
  }
  strict_ = outer;
  if (failed) return nullptr;
  for (std::size_t i = 1; i < items.size(); ++i) {
    if (items[i]->type == items[0]->type) continue;
    if (items[i]->type.kind() == TypeKind::kFloat && items[0]->type.kind() == TypeKind::kInt) {
      for (std::size_t k = 0; k < i; ++k) items[k] = Convert(std::move(items[k]), TypeKind::kFloat);
      continue;
    }
    if (items[i]->type.kind() == TypeKind::kInt && items[0]->type.kind() == TypeKind::kFloat) {
      items[i] = Convert(std::move(items[i]), TypeKind::kFloat);
      continue;
    }
    context_.sink.Report(diag::mixed_list, items[i]->span, TypeName(items[0]->type), TypeName(items[i]->type))
        .Label(items[0]->span, TypeName(items[0]->type));
    return nullptr;
  }
  const Type element = !items.empty()         ? items[0]->type
                       : item_want != nullptr ? *item_want
                                              : Type(TypeKind::kAny);
  ExprPtr result = MakeExpr(ExprKind::kMakeList, Type::List(element), list.span);
  result->arguments = std::move(items);
  return result;
}

// ---------------------------------------------------------------- what a condition demands

std::set<std::uint32_t> RequiredBy(const Expr& condition) {
  std::set<std::uint32_t> result;
  if (condition.kind == ExprKind::kMatchPattern) {
    ForEachBinding(condition, [&](std::uint32_t binding) { result.insert(binding); });
    return result;
  }
  if (condition.kind == ExprKind::kBinding) return {condition.index};
  if (condition.kind != ExprKind::kOperation) return result;
  if (condition.opcode == Opcode::and_bool) {
    result = RequiredBy(*condition.arguments[0]);
    result.merge(RequiredBy(*condition.arguments[1]));
    return result;
  }
  if (condition.opcode == Opcode::or_bool) {
    const std::set<std::uint32_t> left = RequiredBy(*condition.arguments[0]);
    const std::set<std::uint32_t> right = RequiredBy(*condition.arguments[1]);
    std::set_intersection(left.begin(), left.end(), right.begin(), right.end(),
                          std::inserter(result, result.end()));
    return result;
  }
  if (condition.opcode == Opcode::is_present) {
    if (condition.arguments[0]->kind == ExprKind::kBinding) result.insert(condition.arguments[0]->index);
    return result;
  }
  if (condition.opcode == Opcode::not_bool && condition.arguments[0]->kind == ExprKind::kOperation &&
      condition.arguments[0]->opcode == Opcode::is_missing) {
    if (condition.arguments[0]->arguments[0]->kind == ExprKind::kBinding) {
      result.insert(condition.arguments[0]->arguments[0]->index);
    }
    return result;
  }
  // A strict operation is unknown where an argument is missing.
  if (lang::RowOf(condition.opcode).traits == lang::OpTraits::kStrict) {
    for (const ExprPtr& argument : condition.arguments) result.merge(RequiredBy(*argument));
  }
  return result;
}

bool MayMiss(const Expr& expr, const std::vector<Binding>& bindings,
             const std::set<std::uint32_t>& required) {
  if (expr.kind == ExprKind::kBinding) return bindings[expr.index].optional && !required.contains(expr.index);
  if (expr.kind == ExprKind::kMakeList) return false;  // whatever its items are
  if (expr.kind == ExprKind::kOperation) {
    if (expr.opcode == lang::Opcode::is_present || expr.opcode == lang::Opcode::is_missing) return false;
    if (expr.opcode == lang::Opcode::default_value) return MayMiss(*expr.arguments[1], bindings, required);
    // Alternatives: that all of them are missing is for the author to know, as it is where they stand in a
    // text.
    if (lang::RowOf(expr.opcode).op == lang::Operator::kCoalesce) return false;
  }
  return std::any_of(expr.arguments.begin(), expr.arguments.end(),
                     [&](const ExprPtr& argument) { return MayMiss(*argument, bindings, required); });
}

}  // namespace faultline::sema
