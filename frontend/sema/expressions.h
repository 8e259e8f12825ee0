// Expressions of rules and formats: names found, types checked, operations chosen.
//
// Checking goes both ways: an expression has a type of its own, and a literal takes the type that stands on
// the other side (`version >= "v1.2.3"`, `level >= error`, `took > 0`). What fails is reported once and is
// null from then on; null fits everything.
#ifndef FAULTLINE_FRONTEND_SEMA_EXPRESSIONS_H_
#define FAULTLINE_FRONTEND_SEMA_EXPRESSIONS_H_

#include "frontend/sema/context.h"
#include "frontend/sema/shell_text.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::sema {

// Names and calls that mean something because of the rule around them: what surrounds a record, fields of
// scopes, the run's context, aggregates. Asked where the checker's own tables have nothing.
class NameSource {
 public:
  virtual ~NameSource() = default;

  // A binding that comes before all others of this name, or kNoIndex.
  virtual std::uint32_t FindFirst(std::string_view name) = 0;
  // Whether a binding that is not hidden may be named here.
  virtual bool IsVisible(std::uint32_t binding) const = 0;
  // The binding of what the first `count` of `parts` call although no binding has that name, made a binding
  // because it is used. kNoIndex where there is nothing of the name, or after a report.
  virtual std::uint32_t FindLast(const std::vector<const ast::Name*>& parts, std::size_t count,
                                 Span span) = 0;
  // Whether FindLast finds a bare name; makes nothing.
  virtual bool Knows(const std::string& name) const = 0;
  // Adds to the report of an unknown name what is known of it here; false where that is nothing.
  virtual bool HelpUnknown(const std::string& name, Diagnostic& diagnostic) const = 0;
  // A call that is no function; nothing: it is not this source's.
  virtual std::optional<ExprPtr> Call(const ast::CallExpr& call) = 0;
};

class ExprChecker {
 public:
  // `bindings` may grow while the checker lives; names that are hidden are not found. `owner` names patterns
  // that `matches` makes.
  ExprChecker(Context& context, const FileScope& file, const std::vector<Binding>& bindings,
              std::string owner)
      : context_(context), file_(file), bindings_(bindings), owner_(std::move(owner)) {}

  // A value; literals take the type `want` if they can, other values are converted where that is implicit
  // (int to float, any to what is wanted). Null after a report.
  ExprPtr Check(const ast::Expr& expr, const lang::Type* want = nullptr);
  // The same where a value may be missing, whatever stands around it.
  ExprPtr CheckLenient(const ast::Expr& expr);
  ExprPtr CheckCondition(const ast::Expr& expr);
  // A value of exactly this type, implicit conversions applied; `what` names the place for the message.
  ExprPtr CheckAs(const ast::Expr& expr, const lang::Type& type, std::string_view what);

  // report, fix, at: text with expressions in its holes. A missing value prints `?` in a report, and makes
  // fix and at missing. In a fix values are quoted for the shell.
  enum class TextUse { kReport, kFix, kAt };
  ExprPtr CheckText(const ast::Expr& expr, TextUse use);

  // In strict places a name that may be missing has to be handled; names in `present` are there for sure.
  void set_present(std::set<std::uint32_t> present) { present_ = std::move(present); }
  // Unknown names are passed over in silence: what binds them is broken and was reported.
  void set_silent(bool silent) { silent_ = silent; }

  // Where names are looked for that no loop variable, binding or builtin has; lives as long as the checker.
  void set_names(NameSource* names) { names_ = names; }

  // A name that was found, with the checks of its place.
  ExprPtr Use(std::uint32_t binding, Span span) { return UseBinding(binding, span); }
  void MarkUsed(std::uint32_t binding) { used_.insert(binding); }
  const std::set<std::uint32_t>& used() const { return used_; }
  std::size_t loop_depth() const { return loops_.size(); }
  // The value by an implicit conversion, null if there is none.
  ExprPtr ConvertTo(ExprPtr value, const lang::Type& type) { return Convert(std::move(value), type); }

 private:
  struct LoopVariable {
    std::string name;
    lang::Type type;
  };

  // names
  ExprPtr CheckName(const ast::NameExpr& name);
  ExprPtr CheckMember(const ast::MemberExpr& member);
  ExprPtr FindDotted(const std::vector<const ast::Name*>& parts, std::size_t count, Span span);
  ExprPtr FieldsOf(ExprPtr value, const std::vector<const ast::Name*>& parts, std::size_t first);
  ExprPtr FieldOf(ExprPtr base, const ast::Name& name);
  ExprPtr UnknownName(const std::string& name, Span span);
  bool Resolves(const ast::Expr& expr) const;
  std::uint32_t FindBinding(std::string_view name) const;
  ExprPtr UseBinding(std::uint32_t binding, Span span);

  // literals
  ExprPtr CheckString(const ast::StringExpr& text, const lang::Type* want);
  ExprPtr LiteralAs(const ast::Expr& expr, const lang::Type& type, bool report);
  bool IsFlexible(const ast::Expr& expr) const;
  ExprPtr Interpolate(const ast::StringExpr& text, TextUse use, bool strict);
  ExprPtr ToText(ExprPtr value, TextUse use);
  ExprPtr Quote(ExprPtr value, Span hole, ShellText& shell);

  // operators
  ExprPtr CheckBinary(const ast::BinaryExpr& binary);
  ExprPtr CheckLogic(const ast::BinaryExpr& binary);
  ExprPtr CheckMatches(const ast::BinaryExpr& binary);
  ExprPtr CheckNocase(const ast::BinaryExpr& binary);
  ExprPtr CheckIn(const ast::InExpr& in);
  ExprPtr CheckBetween(const ast::BetweenExpr& between);
  ExprPtr CheckDefault(const ast::DefaultExpr& expr);
  ExprPtr CheckConditional(const ast::ConditionalExpr& expr, const lang::Type* want);
  ExprPtr CheckCast(const ast::CastExpr& cast);
  ExprPtr CheckUnary(const ast::UnaryExpr& unary, const lang::Type* want);
  ExprPtr CheckIndex(const ast::IndexExpr& index);
  ExprPtr CheckList(const ast::ListExpr& list, const lang::Type* want);
  std::optional<std::pair<ExprPtr, ExprPtr>> CheckSides(const ast::Expr& left, const ast::Expr& right);
  ExprPtr Resolve(lang::Operator op, std::vector<ExprPtr> arguments, Span span);
  ExprPtr Convert(ExprPtr value, const lang::Type& type);
  ExprPtr Mismatch(const ast::BinaryExpr& binary, const Expr& left, const Expr& right);
  void CheckConstantArithmetic(const ast::BinaryExpr& binary, const Expr& left, const Expr& right);
  bool Unify(ExprPtr& a, ExprPtr& b);

  // calls
  ExprPtr CheckCall(const ast::CallExpr& call);
  ExprPtr CheckQuantifier(const ast::CallExpr& call, LoopKind loop);
  ExprPtr CheckJoin(const ast::CallExpr& call);
  ExprPtr CheckSignature(const ast::CallExpr& call);
  ExprPtr CheckOverloads(const ast::CallExpr& call, lang::Operator op);
  ExprPtr Loop(LoopKind kind, ExprPtr list, const std::string& variable, const ast::Expr& body);

  Context& context_;
  const FileScope& file_;
  const std::vector<Binding>& bindings_;
  std::string owner_;
  std::vector<LoopVariable> loops_;
  NameSource* names_ = nullptr;
  std::set<std::uint32_t> used_;
  std::set<std::uint32_t> present_;
  bool strict_ = false;
  bool silent_ = false;
  int patterns_ = 0;
};

// The bindings without which `condition` cannot be true: those compared, or `x present`, in its top-level
// conjuncts.
std::set<std::uint32_t> RequiredBy(const Expr& condition);

// Whether the value can be missing because a binding in it is; those in `required` are there for sure.
bool MayMiss(const Expr& expr, const std::vector<Binding>& bindings, const std::set<std::uint32_t>& required);

// The value that `text` writes for this type, or nothing: literals typed by the other side.
std::optional<Value> ParseLiteral(Arena& arena, const lang::Type& type, std::string_view text);

}  // namespace faultline::sema

#endif  // FAULTLINE_FRONTEND_SEMA_EXPRESSIONS_H_
