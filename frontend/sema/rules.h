// Rules and events: stages, bindings, conditions, what a finding says.
//
// A name means one value within a rule. Bound again in a later stage it is a condition: both must be equal.
// Conditions are split at their top-level `and`s, and each is tested at the first stage that has all its
// names.
#ifndef FAULTLINE_FRONTEND_SEMA_RULES_H_
#define FAULTLINE_FRONTEND_SEMA_RULES_H_

#include "frontend/sema/context.h"
#include "frontend/sema/expressions.h"
#include "frontend/sema/templates.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace faultline::sema {

class RuleChecker {
 public:
  RuleChecker(Context& context, const Symbol& symbol);

  // The rule; ok is false where something was reported.
  Rule Check();

 private:
  // clauses
  void CheckSeverity(const ast::SeverityClause& clause);
  void CheckText(const ast::TextClause& clause);
  void CheckList(const ast::ListClause& clause);
  void CheckLet(const ast::LetClause& clause);
  void CheckWhere(const ast::WhereClause& clause);
  void CheckCompleteness();
  bool Once(std::string_view keyword, Span span);

  // stages (rule_stages.cpp)
  void CheckStage(const ast::StageClause& clause);
  void CheckNarrowing(const ast::StageClause& clause);
  bool CheckSources(const ast::StageClause& clause, Stage& stage);
  void CheckPatternSources(const ast::StageClause& clause, Stage& stage);
  void CheckNamedSource(const ast::StageClause& clause, const ast::StageSource& source, Stage& stage);
  void LoadFields(const ast::StageClause& clause, const std::vector<Binding>& fields,
                  const std::string& prefix, Stage& stage);
  void CheckWindow(const ast::StageClause& clause, Stage& stage);
  std::uint32_t Bind(const std::string& name, const lang::Type& type, bool optional, Span span,
                     std::uint32_t stage_index);
  void Attach(ExprPtr condition, std::uint32_t stage_index);

  // surroundings of a stage's record (rule_surroundings.cpp)
  using Parts = std::vector<const ast::Name*>;
  std::uint32_t FindSurrounding(const Parts& parts, std::size_t count, Span span);
  std::vector<WrapperField> FieldsOfWrappers(const std::string& name) const;
  std::vector<WrapperField> FieldOfWrapper(const Parts& parts, std::size_t first, std::size_t count);
  bool TypesAgree(const std::string& name, const std::vector<WrapperField>& fields, Span span);
  std::uint32_t AddWrapped(Rule& rule, std::uint32_t stage_index, Binding binding,
                           const std::vector<WrapperField>& fields);
  void ShowSurroundings();

  // tests (rule_tests.cpp)
  void CheckTests();
  void CheckTest(const ast::TestClause& clause);

  void FinishBindings();
  void Fail() { rule_.ok = false; }

  Context& context_;
  const Symbol& symbol_;
  const ast::RuleDecl& decl_;
  const FileScope& file_;
  Rule rule_;
  ExprChecker exprs_;
  std::map<std::string, Span, std::less<>> clauses_;  // of which there is one at most
  std::set<std::uint32_t> required_;                  // bindings that every finding has
  std::map<std::uint32_t, std::uint32_t> joined_;     // binding of an earlier stage -> its copy of this stage
  std::set<std::uint32_t> compared_;                  // bindings that a later stage binds again
  std::set<std::string> aliases_;
  std::set<std::uint32_t> named_holes_;  // bindings of holes, for the lint
  std::set<std::uint32_t> loaded_;       // bindings copied from a format or through an alias
  std::map<std::uint32_t, std::vector<ExprPtr>> guards_, joins_;  // conditions by stage
  // Bindings of what surrounds a stage's record, by stage and name. They are not found by name, so that a
  // hole of a later stage may have theirs.
  struct Surrounding {
    std::uint32_t binding = kNoIndex;
    std::string written;
    bool field = false;  // a wrapper's
  };
  std::map<std::pair<std::uint32_t, std::string>, Surrounding> surroundings_;
  std::uint32_t current_stage_ = kNoIndex;  // whose conditions are being checked
  bool broken_ = false;                     // the parser could not read a part of it
  bool has_stage_ = false;
  int matches_ = 0;
};

}  // namespace faultline::sema

#endif  // FAULTLINE_FRONTEND_SEMA_RULES_H_
