// Expressions and literals.
#include "frontend/parse/builder.h"
#include "frontend/parse/literals.h"
#include "support/lang/lang.h"

#include <utility>

namespace faultline::parse {

namespace {

// Counts the depth of what is being built.
class Deeper {
 public:
  explicit Deeper(int& depth) : depth_(depth) { ++depth_; }
  ~Deeper() { --depth_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  int& depth_;
};

}  // namespace

// Chains like `a or b or c …` nest to the left without any bracket, so layout cannot have seen them.
bool Builder::TooDeep(Span span) {
  if (depth_ <= ast::kMaxDepth) return false;
  reports_.Fatal(diag::nested_too_deep, span, ast::kMaxDepth)
      .Help("give the parts names with `let`, or put the values into one list: `x in [a, b, c]`");
  return true;
}

ast::ExprPtr Builder::Expression(P::ExpressionContext* context) {
  const Span span = SpanOf(context);
  const Deeper deeper(depth_);
  if (TooDeep(span)) return Error(span);
  if (auto* comparison = dynamic_cast<P::ComparisonExpressionContext*>(context))
    return Comparison(comparison);
  const auto logic = [&](P::ExpressionContext* left, antlr4::tree::TerminalNode* op,
                         P::ExpressionContext* right, lang::Operator id) -> ast::ExprPtr {
    ast::ExprPtr l = Expression(left);
    return std::make_unique<ast::BinaryExpr>(span, id, SpanOf(op), std::move(l), Expression(right));
  };
  if (auto* both = dynamic_cast<P::AndExpressionContext*>(context)) {
    return logic(both->expression(0), both->AND(), both->expression(1), lang::Operator::kAnd);
  }
  if (auto* either = dynamic_cast<P::OrExpressionContext*>(context)) {
    return logic(either->expression(0), either->OR(), either->expression(1), lang::Operator::kOr);
  }
  if (auto* negated = dynamic_cast<P::NotExpressionContext*>(context)) {
    return std::make_unique<ast::UnaryExpr>(span, lang::Operator::kNot, Expression(negated->expression()));
  }
  if (auto* conditional = dynamic_cast<P::IfExpressionContext*>(context)) {
    auto out = std::make_unique<ast::ConditionalExpr>(span);
    out->condition = Expression(conditional->expression(0));
    out->then_value = Expression(conditional->expression(1));
    out->else_value = Expression(conditional->expression(2));
    return out;
  }
  if (auto* lambda = dynamic_cast<P::LambdaExpressionContext*>(context)) {
    return std::make_unique<ast::LambdaExpr>(span, NameOf(lambda->plainName()),
                                             Expression(lambda->expression()));
  }
  return Error(span);
}

ast::ExprPtr Builder::Comparison(P::ComparisonExpressionContext* context) {
  const std::vector<P::ComparisonContext*> tails = context->comparison();
  if (tails.empty()) return Operand(context->operand());
  const Deeper deeper(depth_);
  ast::ExprPtr left = Operand(context->operand());
  left = Relation(std::move(left), tails.front());
  if (tails.size() == 2 && trailing_ != nullptr && trailing_->stop == context->stop && TakeTail(tails[1]))
    return left;
  if (tails.size() > 1) {
    reports_.Precise(diag::chained_comparison, SpanOf(tails[1]))
        .Label(left->span, "this is already true or false")
        .Help("join two comparisons with `and`, or write `x between a and b`");
    return Error(SpanOf(context));
  }
  return left;
}

// `without x where n == 1 between a and b`: the second comparison is what stands behind the condition.
bool Builder::TakeTail(P::ComparisonContext* context) {
  const auto name_in = [&](P::OperandContext* operand) -> std::optional<ast::Name> {
    auto* primary = dynamic_cast<P::PrimaryOperandContext*>(operand);
    if (primary == nullptr || primary->primary()->plainName() == nullptr) return {};
    return NameOf(primary->primary()->plainName());
  };
  if (auto* range = dynamic_cast<P::RangeContext*>(context); range != nullptr && range->NOT() == nullptr) {
    trailing_->after = name_in(range->operand(0));
    trailing_->role = name_in(range->operand(1));
    trailing_->keyword = SpanOf(range->BETWEEN());
    return trailing_->after && trailing_->role;
  }
  if (auto* in = dynamic_cast<P::MembershipContext*>(context); in != nullptr && in->NOT() == nullptr) {
    trailing_->role = name_in(in->operand());
    trailing_->keyword = SpanOf(in->IN());
    return trailing_->role.has_value();
  }
  return false;
}

ast::ExprPtr Builder::Relation(ast::ExprPtr left, P::ComparisonContext* context) {
  const Span span = Join(left->span, SpanOf(context));
  const Span tail = SpanOf(context);
  if (auto* relation = dynamic_cast<P::RelationContext*>(context)) {
    const bool negated = relation->NOT() != nullptr;
    antlr4::tree::ParseTree* node = context->children[negated ? 1 : 0];
    const Span op_span = SpanOf(static_cast<antlr4::tree::TerminalNode*>(node));
    std::string spelling(TextOf(op_span));
    if (relation->ASSIGN() != nullptr) {
      reports_.Precise(diag::assignment_in_condition, op_span)
          .Help("write `==` to compare")
          .Replace(op_span, "==");
      spelling = "==";
    }
    if (spelling == "===") spelling = "==";
    if (spelling == "<>") spelling = "!=";
    const bool word = spelling[0] >= 'a' && spelling[0] <= 'z';
    if (negated && !word) {
      const std::string_view opposite = spelling == "=="   ? "!="
                                        : spelling == "!=" ? "=="
                                        : spelling == "<"  ? ">="
                                        : spelling == "<=" ? ">"
                                        : spelling == ">"  ? "<="
                                                           : "<";
      reports_.Precise(diag::foreign_operator, {file_, tail.begin, op_span.end}, "not " + spelling, opposite)
          .Replace({file_, tail.begin, op_span.end}, std::string(opposite));
    }
    const std::optional<lang::Operator> op = lang::OperatorBySpelling(spelling, lang::OperatorForm::kInfix);
    ast::ExprPtr right = Operand(relation->operand());
    if (!op) return Error(span);
    ast::ExprPtr out =
        std::make_unique<ast::BinaryExpr>(span, *op, op_span, std::move(left), std::move(right));
    if (negated) out = std::make_unique<ast::UnaryExpr>(span, lang::Operator::kNot, std::move(out));
    return out;
  }
  if (auto* membership = dynamic_cast<P::MembershipContext*>(context)) {
    return std::make_unique<ast::InExpr>(span, membership->NOT() != nullptr, std::move(left),
                                         Operand(membership->operand()));
  }
  if (auto* range = dynamic_cast<P::RangeContext*>(context)) {
    auto out = std::make_unique<ast::BetweenExpr>(span);
    out->negated = range->NOT() != nullptr;
    out->value = std::move(left);
    out->low = Operand(range->operand(0));
    out->high = Operand(range->operand(1));
    return out;
  }
  if (auto* presence = dynamic_cast<P::PresenceContext*>(context)) {
    const bool present = (presence->PRESENT() != nullptr) != (presence->NOT() != nullptr);
    return std::make_unique<ast::PresenceExpr>(span, present, std::move(left));
  }
  return Error(span);
}

ast::ExprPtr Builder::Binary(P::OperandContext* left, antlr4::Token* op, P::OperandContext* right,
                             Span span) {
  ast::ExprPtr l = Operand(left);
  ast::ExprPtr r = Operand(right);
  const Span op_span = SpanOf(op);
  const auto id = lang::OperatorBySpelling(TextOf(op_span), lang::OperatorForm::kInfix);
  if (!id) return Error(span);
  return std::make_unique<ast::BinaryExpr>(span, *id, op_span, std::move(l), std::move(r));
}

ast::ExprPtr Builder::Operand(P::OperandContext* context) {
  if (auto* primary = dynamic_cast<P::PrimaryOperandContext*>(context)) return Primary(primary->primary());
  const Span span = SpanOf(context);
  const Deeper deeper(depth_);
  if (TooDeep(span)) return Error(span);
  const auto symbol = [&](std::size_t child) {
    return static_cast<antlr4::tree::TerminalNode*>(context->children[child])->getSymbol();
  };
  if (auto* member = dynamic_cast<P::MemberContext*>(context)) {
    ast::ExprPtr base = Operand(member->operand());
    return std::make_unique<ast::MemberExpr>(span, std::move(base), NameOf(member->name()));
  }
  if (auto* call = dynamic_cast<P::CallContext*>(context)) return Call(call);
  if (auto* product = dynamic_cast<P::ProductContext*>(context)) {
    return Binary(product->operand(0), symbol(1), product->operand(1), span);
  }
  if (auto* sum = dynamic_cast<P::SumContext*>(context))
    return Binary(sum->operand(0), symbol(1), sum->operand(1), span);
  if (auto* fallback = dynamic_cast<P::FallbackContext*>(context)) {
    ast::ExprPtr value = Operand(fallback->operand(0));
    return std::make_unique<ast::DefaultExpr>(span, std::move(value), Operand(fallback->operand(1)));
  }
  if (auto* index = dynamic_cast<P::IndexContext*>(context)) {
    ast::ExprPtr base = Operand(index->operand());
    return std::make_unique<ast::IndexExpr>(span, std::move(base), Expression(index->expression()));
  }
  if (auto* cast = dynamic_cast<P::CastContext*>(context)) {
    ast::ExprPtr value = Operand(cast->operand());
    return std::make_unique<ast::CastExpr>(span, std::move(value), Type(cast->typeRef()));
  }
  if (auto* negation = dynamic_cast<P::NegationContext*>(context)) {
    // -9223372036854775808 is a number, though 9223372036854775808 is none.
    if (auto* operand = dynamic_cast<P::PrimaryOperandContext*>(negation->operand())) {
      if (operand->primary()->NUMBER() != nullptr) {
        ast::ExprPtr number = Number(SpanOf(operand), true);
        if (number->kind == ast::ExprKind::kError) return Error(span);
        number->span = span;
        return number;
      }
    }
    return std::make_unique<ast::UnaryExpr>(span, lang::Operator::kNegate, Operand(negation->operand()));
  }
  return Error(span);
}

ast::ExprPtr Builder::Call(P::CallContext* context) {
  const Span span = SpanOf(context);
  auto call = std::make_unique<ast::CallExpr>(span);
  // The callee is a name or a path: name, module.name.
  P::OperandContext* callee = context->operand();
  std::vector<ast::Name> reversed;
  while (auto* member = dynamic_cast<P::MemberContext*>(callee)) {
    reversed.push_back(NameOf(member->name()));
    callee = member->operand();
  }
  auto* primary = dynamic_cast<P::PrimaryOperandContext*>(callee);
  if (primary == nullptr || primary->primary()->plainName() == nullptr) {
    reports_.Precise(diag::unexpected_text, SpanOf(context->operand()), "the name of a function before `(`",
                     "`" + std::string(TextOf(SpanOf(context->operand()))) + "`");
    return Error(span);
  }
  call->callee.span = SpanOf(context->operand());
  call->callee.parts.push_back(NameOf(primary->primary()->plainName()));
  for (auto it = reversed.rbegin(); it != reversed.rend(); ++it) call->callee.parts.push_back(std::move(*it));
  for (P::ArgumentContext* argument : context->argument()) {
    call->arguments.push_back(argument->expression() != nullptr ? Expression(argument->expression())
                                                                : WindowArgument(argument->windowArgument()));
  }
  return call;
}

ast::ExprPtr Builder::WindowArgument(P::WindowArgumentContext* context) {
  const Span span = SpanOf(context);
  auto out = std::make_unique<ast::WindowExpr>(span);
  out->form = context->EACH() != nullptr      ? ast::WindowForm::kEach
              : context->SESSION() != nullptr ? ast::WindowForm::kSession
              : context->LAST() != nullptr    ? ast::WindowForm::kLast
              : context->BEFORE() != nullptr  ? ast::WindowForm::kBefore
                                              : ast::WindowForm::kOver;
  out->window = Window(context->window(), span, nullptr);
  return out;
}

ast::ExprPtr Builder::Primary(P::PrimaryContext* context) {
  const Span span = SpanOf(context);
  if (context->plainName() != nullptr) return std::make_unique<ast::NameExpr>(NameOf(context->plainName()));
  if (context->string() != nullptr) {
    const Deeper deeper(depth_);
    if (TooDeep(span)) return Error(span);
    return String(context->string());
  }
  if (context->NUMBER() != nullptr) return Number(span, false);
  if (context->TRUE() != nullptr) return std::make_unique<ast::BoolExpr>(span, true);
  if (context->FALSE() != nullptr) return std::make_unique<ast::BoolExpr>(span, false);
  if (context->REGEX() != nullptr) return Regex(context->REGEX());
  if (context->expression() != nullptr) {
    // Brackets leave no node, but what stands in them is one piece: its span says so.
    ast::ExprPtr inner = Expression(context->expression());
    inner->span = span;
    return inner;
  }
  if (P::ListContext* list = context->list()) {
    const Deeper deeper(depth_);
    if (TooDeep(span)) return Error(span);
    auto out = std::make_unique<ast::ListExpr>(span);
    for (P::ExpressionContext* item : list->expression()) out->items.push_back(Expression(item));
    return out;
  }
  return Error(span);
}

ast::ExprPtr Builder::Number(Span span, bool negative) {
  const std::string_view text = TextOf(span);
  const Literal literal = ReadLiteral(text, negative);
  const std::string what = literal.kind == ast::ExprKind::kDuration ? "a duration"
                           : literal.kind == ast::ExprKind::kSize   ? "a size"
                           : literal.kind == ast::ExprKind::kFloat  ? "a fraction"
                                                                    : "a whole number";
  switch (literal.error) {
    case LiteralError::kNone:
      break;
    case LiteralError::kMalformed: {
      Diagnostic& report = reports_.Precise(diag::malformed_number, span, text);
      if (std::count(text.begin(), text.end(), '.') > 1) {
        report.Help("versions and addresses are written as text: `\"" + std::string(text) + "\"`")
            .Replace(span, "\"" + std::string(text) + "\"");
      } else {
        report.Help("numbers are `42`, `0x2a`, `1.5`, `15%`, `1h30m`, `300ms`, `64MiB`");
      }
      return Error(span);
    }
    case LiteralError::kUnknownUnit: {
      static const std::vector<std::string_view> units = {
          "ns", "us", "ms", "s", "m", "h", "d", "w", "B", "kB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB"};
      Diagnostic& report = reports_.Precise(diag::unknown_unit, span, literal.unit);
      const std::string amount(text.substr(0, text.find(literal.unit)));
      std::string_view meant;
      if (literal.unit.starts_with("sec")) meant = "s";
      if (literal.unit.starts_with("min")) meant = "m";
      if (literal.unit.starts_with("hour") || literal.unit == "hr" || literal.unit == "hrs") meant = "h";
      if (literal.unit.starts_with("day")) meant = "d";
      if (literal.unit == "k" || literal.unit == "K" || literal.unit == "kb" || literal.unit == "KIB")
        meant = "kB";
      if (literal.unit == "M" || literal.unit == "mb" || literal.unit == "Mb") meant = "MB";
      if (literal.unit == "G" || literal.unit == "gb" || literal.unit == "Gb") meant = "GB";
      if (!meant.empty()) {
        report.Help("did you mean `" + amount + std::string(meant) + "`?")
            .Replace(span, amount + std::string(meant));
      } else {
        report.Help("units of time are `ns us ms s m h d w`, of size `B kB MB GB TB KiB MiB GiB TiB`");
      }
      return Error(span);
    }
    case LiteralError::kTooLarge: {
      // A number that fills the screen says no more than its beginning.
      const std::string shown = text.size() > 40 ? std::string(text.substr(0, 40)) + "…" : std::string(text);
      reports_.Precise(diag::number_too_large, span, shown, what)
          .Help(literal.kind == ast::ExprKind::kDuration ? "the longest duration is about 292 years"
                : literal.kind == ast::ExprKind::kFloat  ? "the largest fraction is about 1.8e308"
                                                         : "the largest value is 9223372036854775807");
      return Error(span);
    }
    case LiteralError::kUneven:
      reports_.Precise(diag::malformed_number, span, text)
          .Help(literal.kind == ast::ExprKind::kSize ? "a size is a whole number of bytes"
                                                     : "a duration is a whole number of nanoseconds");
      return Error(span);
  }
  if (literal.kind == ast::ExprKind::kFloat || literal.kind == ast::ExprKind::kPercent) {
    return std::make_unique<ast::FloatExpr>(literal.kind, span, negative ? -literal.real : literal.real);
  }
  const std::uint64_t bits = static_cast<std::uint64_t>(literal.integer);
  return std::make_unique<ast::IntExpr>(literal.kind, span,
                                        static_cast<std::int64_t>(negative ? 0 - bits : bits));
}

ast::TypeRef Builder::Type(P::TypeRefContext* context) {
  ast::TypeRef type;
  type.span = SpanOf(context);
  type.name = PathOf(context->path());
  for (P::ExpressionContext* argument : context->expression()) type.arguments.push_back(Expression(argument));
  return type;
}

}  // namespace faultline::parse
