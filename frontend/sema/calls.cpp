// Calls: functions of the table, quantifiers over lists, join with a lambda.
#include "frontend/sema/expressions.h"

#include <algorithm>
#include <array>
#include <utility>

namespace faultline::sema {

using AstKind = ast::ExprKind;
using lang::Type;
using lang::TypeKind;

namespace {

constexpr std::size_t kMaxLoopDepth = 16;

struct Quantifier {
  std::string_view name;
  LoopKind loop;
  bool needs_condition;  // the body is a bool
};
constexpr std::array<Quantifier, 7> kQuantifiers{{
    {"any", LoopKind::kAny, true},
    {"all", LoopKind::kAll, true},
    {"count", LoopKind::kCount, true},
    {"first", LoopKind::kFirst, true},
    {"last", LoopKind::kLast, true},
    {"filter", LoopKind::kFilter, true},
    {"map", LoopKind::kMap, false},
}};

const Quantifier* FindQuantifier(std::string_view name) {
  for (const Quantifier& row : kQuantifiers) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

bool IsBinder(const ast::Expr& expr) {
  if (expr.kind != AstKind::kIn) return false;
  const auto& in = static_cast<const ast::InExpr&>(expr);
  return !in.negated && in.left->kind == AstKind::kName;
}

}  // namespace

ExprPtr ExprChecker::CheckCall(const ast::CallExpr& call) {
  const std::string name = call.callee.Text();
  const Quantifier* quantifier = FindQuantifier(name);
  if (quantifier != nullptr && !call.arguments.empty() && IsBinder(*call.arguments[0])) {
    return CheckQuantifier(call, quantifier->loop);
  }
  if (name == "join" && call.arguments.size() == 3 && call.arguments[2]->kind == AstKind::kLambda) {
    return CheckJoin(call);
  }
  if (names_ != nullptr) {
    if (std::optional<ExprPtr> value = names_->Call(call)) return std::move(*value);
  }
  if (name == "signature" && call.arguments.size() == 1) return CheckSignature(call);
  const std::optional<lang::Operator> op = lang::OperatorBySpelling(name, lang::OperatorForm::kFunction);
  if (op) return CheckOverloads(call, *op);
  if (quantifier != nullptr) {
    context_.sink.Report(diag::quantifier_form, call.span, name).Help("write `" + name + "(x in list, …)`");
    return nullptr;
  }
  std::vector<std::string> known;
  for (const lang::OperatorRow& row : lang::Operators()) {
    if (row.form == lang::OperatorForm::kFunction) known.emplace_back(row.spelling);
  }
  for (const Quantifier& row : kQuantifiers) known.emplace_back(row.name);
  HelpWithNearest(context_.sink.Report(diag::unknown_function, call.callee.span, name), call.callee.span,
                  name, known);
  return nullptr;
}

ExprPtr ExprChecker::CheckOverloads(const ast::CallExpr& call, lang::Operator op) {
  const std::string_view name = lang::RowOf(op).spelling;
  std::vector<ExprPtr> arguments;
  bool failed = false;
  // What is there to take missing values may be given them.
  const auto overloads = lang::OverloadsOf(op);
  const bool lenient = std::all_of(overloads.begin(), overloads.end(), [](const lang::OverloadRow& row) {
    return row.traits == lang::OpTraits::kLenient;
  });
  const bool outer = std::exchange(strict_, strict_ && !lenient);
  for (const ast::ExprPtr& argument : call.arguments) {
    // A later literal takes the first argument's type: min(took, 0), coalesce(level, error).
    const Type* want = !arguments.empty() && IsFlexible(*argument) && argument->kind != AstKind::kString &&
                               argument->kind != AstKind::kInt
                           ? &arguments[0]->type
                           : nullptr;
    ExprPtr value = Check(*argument, want);
    if (!value) {
      failed = true;
      continue;
    }
    arguments.push_back(std::move(value));
  }
  strict_ = outer;
  if (failed) return nullptr;
  std::string types;
  for (const ExprPtr& argument : arguments) types += (types.empty() ? "" : ", ") + TypeName(argument->type);
  std::vector<ExprPtr> clones;
  for (const ExprPtr& argument : arguments) clones.push_back(Clone(*argument));
  if (ExprPtr result = Resolve(op, std::move(clones), call.span)) return result;
  // Literals once more, as what each row wants of them.
  for (const lang::OverloadRow& row : lang::Overloads()) {
    if (row.op != op || row.parameters.size() != arguments.size()) continue;
    std::vector<ExprPtr> tried;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      ExprPtr literal;
      if (IsFlexible(*call.arguments[i]) && row.parameters[i].kind == lang::TypePattern::Kind::kType) {
        literal = LiteralAs(*call.arguments[i], row.parameters[i].type, false);
      } else if (IsFlexible(*call.arguments[i]) && i > 0) {
        literal = LiteralAs(*call.arguments[i], arguments[0]->type, false);
      }
      tried.push_back(literal ? std::move(literal) : Clone(*arguments[i]));
    }
    if (ExprPtr result = Resolve(op, std::move(tried), call.span)) return result;
  }
  Diagnostic& diagnostic = context_.sink.Report(diag::argument_mismatch, call.span, name, types);
  std::string forms;
  for (const lang::OverloadRow& row : lang::Overloads()) {
    if (row.op != op || forms.size() > 200) continue;
    const std::string_view signature = row.signature;
    const std::size_t bracket = signature.find('(');
    forms += (forms.empty() ? "it takes `" : " or `") + std::string(signature.substr(bracket)) + "`";
  }
  diagnostic.Help(forms);
  return nullptr;
}

ExprPtr ExprChecker::Loop(LoopKind kind, ExprPtr list, const std::string& variable, const ast::Expr& body) {
  if (list->type.kind() == TypeKind::kAny) list = Convert(std::move(list), Type::List(TypeKind::kAny));
  if (list->type.kind() != TypeKind::kList) {
    context_.sink.Report(diag::not_a_list, list->span, TypeName(list->type));
    return nullptr;
  }
  if (loops_.size() >= kMaxLoopDepth) {
    context_.sink.Report(diag::loops_too_deep, list->span, static_cast<std::int64_t>(kMaxLoopDepth));
    return nullptr;
  }
  const Type list_type = list->type;
  loops_.push_back({variable, list_type.element()});
  ExprPtr value = kind == LoopKind::kMap ? Check(body) : CheckCondition(body);
  loops_.pop_back();
  if (!value) return nullptr;
  Type type = TypeKind::kBool;
  switch (kind) {
    case LoopKind::kAny:
    case LoopKind::kAll:
      break;
    case LoopKind::kCount:
      type = TypeKind::kInt;
      break;
    case LoopKind::kFirst:
    case LoopKind::kLast:
      type = list_type.element();
      break;
    case LoopKind::kFilter:
      type = list_type;
      break;
    case LoopKind::kMap:
      type = Type::List(value->type);
      break;
  }
  ExprPtr loop = MakeExpr(ExprKind::kLoop, type, list->span);
  loop->loop = kind;
  loop->arguments.push_back(std::move(list));
  loop->body = std::move(value);
  return loop;
}

ExprPtr ExprChecker::CheckQuantifier(const ast::CallExpr& call, LoopKind loop) {
  const auto& binder = static_cast<const ast::InExpr&>(*call.arguments[0]);
  const std::string& variable = static_cast<const ast::NameExpr&>(*binder.left).name.text;
  if (call.arguments.size() != 2) {
    context_.sink.Report(diag::quantifier_form, call.span, call.callee.Text())
        .Help("write `" + call.callee.Text() + "(" + variable + " in list, …)`");
    return nullptr;
  }
  ExprPtr list = Check(*binder.right);
  if (!list) return nullptr;
  ExprPtr result = Loop(loop, std::move(list), variable, *call.arguments[1]);
  if (result) result->span = call.span;
  return result;
}

// signature(stack): of records that have a text `func`, of these.
ExprPtr ExprChecker::CheckSignature(const ast::CallExpr& call) {
  ExprPtr list = Check(*call.arguments[0]);
  if (!list) return nullptr;
  const Type type = list->type;
  const bool records = type.kind() == TypeKind::kList && type.element().kind() == TypeKind::kRecord;
  const int func = records ? type.element().FieldIndex("func") : -1;
  if (func >= 0 && type.element().fields()[static_cast<std::size_t>(func)].type.kind() == TypeKind::kText) {
    ExprPtr element = MakeExpr(ExprKind::kElement, type.element(), call.span);
    element->index = static_cast<std::uint32_t>(loops_.size());
    ExprPtr field = MakeExpr(ExprKind::kField, TypeKind::kText, call.span);
    field->index = static_cast<std::uint32_t>(func);
    field->arguments.push_back(std::move(element));
    ExprPtr names = MakeExpr(ExprKind::kLoop, Type::List(TypeKind::kText), call.span);
    names->loop = LoopKind::kMap;
    names->arguments.push_back(std::move(list));
    names->body = std::move(field);
    list = std::move(names);
  }
  std::vector<ExprPtr> arguments;
  arguments.push_back(std::move(list));
  if (ExprPtr result = Resolve(lang::Operator::kSignature, std::move(arguments), call.span)) return result;
  context_.sink.Report(diag::argument_mismatch, call.span, "signature", TypeName(type))
      .Help("it takes a list of texts, or of records that have a text `func`, such as a stack");
  return nullptr;
}

ExprPtr ExprChecker::CheckJoin(const ast::CallExpr& call) {
  ExprPtr list = Check(*call.arguments[0]);
  ExprPtr separator = CheckAs(*call.arguments[1], TypeKind::kText, "the separator of `join`");
  if (!list || !separator) return nullptr;
  const auto& lambda = static_cast<const ast::LambdaExpr&>(*call.arguments[2]);
  ExprPtr mapped = Loop(LoopKind::kMap, std::move(list), lambda.parameter.text, *lambda.body);
  if (!mapped) return nullptr;
  std::vector<ExprPtr> arguments;
  arguments.push_back(std::move(mapped));
  arguments.push_back(std::move(separator));
  return Resolve(lang::Operator::kJoin, std::move(arguments), call.span);
}

}  // namespace faultline::sema
