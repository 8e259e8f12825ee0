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
#include <string_view>
#include <vector>

namespace faultline::sema {

class RuleChecker : private NameSource {
 public:
  RuleChecker(Context& context, const Symbol& symbol);

  // The rule; ok is false where something was reported.
  Rule Check();
  // A window behind a clause that is checked on its own (`explains`). Nothing after a report.
  std::optional<Window> WindowOf(const ast::Window& window) { return CheckWindow(window, "within"); }

 private:
  // clauses
  void CheckSeverity(const ast::SeverityClause& clause);
  void CheckText(const ast::TextClause& clause);
  void CheckList(const ast::ListClause& clause);
  void CheckLet(const ast::LetClause& clause);
  void CheckWhere(const ast::WhereClause& clause);
  void CheckCompleteness();
  bool Once(std::string_view keyword, Span span);

  // Where an expression stands: what it may name, and whether aggregates may stand in it.
  enum class Place : std::uint8_t {
    kStage,    // behind a stage
    kKey,      // `by`: names of the stage's own event, of scopes and of the run
    kWhere,    // `where` on a line of its own
    kVerdict,  // `let`, `when`, `report` and what else is said of a match
    kTest,
  };

  // stages (rule_stages.cpp)
  void FindShape();
  void CheckStages();
  void CheckStage(const ast::StageClause& clause);
  void CheckSet(const ast::SetClause& clause);
  void AddStage(const ast::StageClause& clause, StageKind kind);
  void FinishStage(const ast::StageClause& clause, std::uint32_t index, std::size_t first_binding);
  void CheckNarrowing(const ast::StageClause& clause);
  void CheckTails(const ast::StageClause& clause, Stage& stage);
  void CheckEach(const ast::StageClause& clause, std::uint32_t index);
  void CheckEntry(const ast::StageClause& clause, std::uint32_t index);
  void CheckEdge(const ast::StageClause& clause, std::uint32_t index);
  void CheckBounds();
  std::uint32_t FindStage(const ast::Name& name);
  bool IsPositive(std::uint32_t stage) const;

  // what stages look at (rule_sources.cpp)
  bool CheckSources(const ast::StageClause& clause, Stage& stage);
  void CheckPatternSources(const ast::StageClause& clause, Stage& stage);
  void CheckBlockSource(const ast::StageClause& clause, Stage& stage);
  void CheckNamedSource(const ast::StageClause& clause, const ast::StageSource& source, Stage& stage);
  void LoadFields(const ast::StageClause& clause, const std::vector<Binding>& fields,
                  const std::string& prefix, Stage& stage);
  std::uint32_t Bind(const std::string& name, const lang::Type& type, bool optional, Span span,
                     std::uint32_t stage_index);
  bool Shares() const;
  std::uint32_t AddBinding(std::string name, lang::Type type, Span span, std::uint32_t stage_index);

  // windows and keys (rule_windows.cpp)
  std::optional<Window> CheckWindow(const ast::Window& window, std::string_view keyword);
  std::optional<Window> CheckConstantWindow(ExprPtr amount, const ast::Window& window,
                                            std::string_view keyword);
  void CheckStageWindow(const ast::StageClause& clause, Stage& stage);
  void CheckRuleWindow();
  bool HasRuleWindow() const;
  bool HasTimeWindow() const;
  void CheckKeys();
  bool CheckKeyOf(std::uint32_t stage, const std::vector<ast::ExprPtr>& own, Span span);
  std::uint32_t ScopeOfKey() const;
  std::string OwnNames(std::uint32_t stage) const;
  void ReportNoKey(std::uint32_t index, const ast::Expr& expr, bool of_rule, Span span);
  void HelpWithFields(Diagnostic& diagnostic, std::uint32_t stage) const;
  void ShowKey();
  void LintWindows();

  // names that the rule gives a meaning (rule_names.cpp)
  std::uint32_t FindFirst(std::string_view name) override;
  bool IsVisible(std::uint32_t binding) const override;
  std::uint32_t FindLast(const std::vector<const ast::Name*>& parts, std::size_t count, Span span) override;
  bool Knows(const std::string& name) const override;
  bool HelpUnknown(const std::string& name, Diagnostic& diagnostic) const override;
  std::uint32_t FindOwn(std::string_view name, bool copies) const;
  std::uint32_t FindOfFeed(const ast::Path& path);
  std::uint32_t FindCollected(const std::vector<const ast::Name*>& parts, std::size_t count, Span span);
  std::uint32_t FindOfScope(const ast::Path& path, const std::string& written, Span span);
  bool HasDeclaredFields(std::uint32_t stage) const;
  bool OwnWrapperHas(const std::string& name) const;
  std::uint32_t OrElse(std::uint32_t first, std::uint32_t second, const std::string& name);
  std::uint32_t WholeOf(const std::string& name, Span span);
  std::uint32_t Provide(Provided provided, const std::string& name, const lang::Type& type, Span span);
  std::optional<std::uint32_t> ScopeNamed(const ast::Path& path);
  const Rule* Checked(Symbol& symbol, Span span);
  ExprPtr CheckIn(const ast::Expr& expr, Place place, std::uint32_t stage, bool condition);

  // joins, and the order of what is done once all stages matched (rule_joins.cpp)
  void CheckWith(const ast::StageHolderClause& clause);
  void Attach(ExprPtr condition, std::uint32_t stage_index);
  void AttachToJoin(ExprPtr condition, std::uint32_t stage_index);
  void AddStep(ExprPtr condition);
  std::set<std::uint32_t> BasesOf(const Expr& expr) const;
  bool IsOwn(std::uint32_t binding, std::uint32_t stage) const;
  int LevelOf(const std::set<std::uint32_t>& bases) const;
  void FinishSteps();

  // aggregates and graphs (rule_aggregates.cpp)
  void CheckWhen(const ast::WhenClause& clause);
  std::optional<ExprPtr> Call(const ast::CallExpr& call) override;
  std::optional<ExprPtr> CheckAggregate(const ast::CallExpr& call, AggregateKind kind, double parameter);
  bool CheckWindowArguments(const ast::CallExpr& call, Aggregate& aggregate);
  std::optional<std::uint32_t> FeedNamed(const ast::Expr& expr);
  std::uint32_t AddFeed(Symbol& symbol, Span span);
  ExprPtr CheckGraphCall(const ast::CallExpr& call, GraphQueryKind kind);
  void ShowTested();
  ExprPtr CheckScoreName(const std::string& name, const ast::CallExpr* call, Span span);

  // causes and confidence (rule_verdicts.cpp)
  void CheckConfidence(const ast::ConfidenceClause& clause);
  void CheckNeeds(const ast::NeedsClause& clause);

  // surroundings of a stage's record (rule_surroundings.cpp)
  using Parts = std::vector<const ast::Name*>;
  std::uint32_t FindSurrounding(const Parts& parts, std::size_t count, Span span);
  std::vector<WrapperField> FieldsOfWrappers(const std::string& name) const;
  std::vector<WrapperField> FieldOfWrapper(const Parts& parts, std::size_t first, std::size_t count);
  bool TypesAgree(const std::string& name, const std::vector<WrapperField>& fields, Span span);
  std::uint32_t AddWrapped(Rule& rule, std::uint32_t stage_index, Binding binding,
                           const std::vector<WrapperField>& fields);
  void ShowSurroundings();

  // fields that an event passes on though it does not speak of them (rule_fields.cpp)
  std::uint32_t FindPassedOn(const std::string& name);
  std::vector<std::string> FieldsOfStage(std::uint32_t stage) const;

  void LintKeyless();

  // scopes (rule_scopes.cpp)
  void CheckScopeKey();

  // what settings change (rule_settings.cpp)
  void CheckSettings();

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
  std::map<std::pair<std::uint32_t, std::string>, std::uint32_t> passed_on_;  // bindings, by stage and name
  std::uint32_t current_stage_ = kNoIndex;  // whose conditions are being checked
  Place place_ = Place::kVerdict;
  const ast::StageClause* base_ = nullptr;  // `from` that stages without a source read
  bool from_is_base_ = false;               // and it is no stage itself
  bool asks_history_ = false;               // `last 7d` stands in an aggregate
  std::set<std::uint32_t> of_context_;      // bindings of what the run, or a wrapper in its place, says
  std::set<std::uint32_t> tested_;          // bindings that a test asks for
  const ast::SetClause* set_ = nullptr;
  std::vector<std::string> prefixes_;  // of the names of rule_.stages and of the one that is being made
  std::vector<const ast::StageClause*> stage_clauses_;  // of rule_.stages; null: of an aggregate's events
  std::map<std::uint32_t, std::set<std::uint32_t>> shared_;  // bindings of several stages (scores)
  std::set<std::uint32_t> own_names_;  // bindings that only their stage's own expressions name
  std::set<std::uint32_t> copies_;     // of names of earlier stages
  const ast::ByClause* by_ = nullptr;
  std::vector<lang::Type> key_types_;
  std::map<std::string, std::uint32_t> provided_;  // by what was written: binding
  std::vector<std::uint32_t> joins_in_order_;      // stages
  // Bindings that are there only once all stages have matched, with the join (index into joins_in_order_)
  // behind which they are; -1: before all joins.
  std::map<std::uint32_t, int> late_;
  std::set<std::uint32_t> of_graphs_;  // those of graph queries
  struct Pending {
    ExprPtr condition;
    int level = -1;
    bool graph = false;
  };
  std::vector<Pending> pending_;
  std::map<std::string, std::uint32_t> known_aggregates_;  // by text: binding
  std::map<const Symbol*, std::uint32_t> feeds_;
  bool said_no_aggregates_ = false;
  int in_argument_ = 0;                                 // of aggregates
  std::uint32_t weight_ = kNoIndex, entry_ = kNoIndex;  // of a score: bindings of an entry
  bool broken_ = false;                                 // the parser could not read a part of it
  bool has_stage_ = false;
  int matches_ = 0;
};

// `explains` of a rule, once all rules are checked: it may name one that stands behind it.
void CheckExplains(Context& context, const Symbol& symbol);
// Reports rules that explain each other in a circle.
void CheckExplainsCircles(Context& context);
// Notes which names of which rules are spoken of by `explains` of others and of their own.
void NoteMentioned(Context& context);

}  // namespace faultline::sema

#endif  // FAULTLINE_FRONTEND_SEMA_RULES_H_
