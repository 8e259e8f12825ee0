// The state of one lowering, shared by the files that write formats, rules and tests.
#ifndef FAULTLINE_FRONTEND_LOWER_LOWERING_H_
#define FAULTLINE_FRONTEND_LOWER_LOWERING_H_

#include "frontend/lower/lower.h"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::lower {

class Lowering {
 public:
  Lowering(const sema::CheckedProgram& program, const LowerOptions& options)
      : program_(program), options_(options) {}

  Lowered Run();

 private:
  // lower.cpp
  void LowerPattern(const sema::Pattern& pattern);
  ir::Alternative LowerAlternative(const sema::Alternative& alternative, const std::string& name,
                                   std::set<ir::SlotId>* stores);

  // lower_formats.cpp
  std::vector<ir::FieldPlan> LowerFields(const std::vector<sema::Field>& fields, const std::string& owner);
  std::vector<ir::BlockPart> LowerParts(const std::vector<sema::BlockPart>& parts, const std::string& name);
  void LowerFormat(const sema::Format& format);
  void LowerWrapper(const sema::Wrapper& wrapper);

  // lower_rules.cpp
  void LowerRule(std::size_t index);
  void LowerExplains();
  ir::Stage LowerStage(const sema::Rule& rule, std::size_t index);
  ir::Window LowerWindow(const sema::Window& window) const;
  ir::RuleId RuleId(
      std::uint32_t index) const;  // of a rule that stands before, or a scope without declaration
  ir::FunctionId Function(const sema::Rule& rule, std::string_view name, const sema::ExprPtr& value);
  ir::FunctionId List(const sema::Rule& rule, const std::string& name,
                      const std::vector<sema::ExprPtr>& items);
  void LowerSteps(const sema::Rule& rule, ir::Rule& lowered);
  void LowerAggregates(const sema::Rule& rule, ir::Rule& lowered);

  // lower_tests.cpp
  void LowerTests(const sema::Rule& rule, ir::RuleId id);

  const sema::CheckedProgram& program_;
  const LowerOptions& options_;
  Lowered result_;
  ir::Module& module_ = result_.module;
  std::vector<std::uint32_t> wrapper_ids_;  // by index in program_.wrappers; kNone: left out
  std::vector<ir::RuleId> rule_ids_;        // by index in program_.rules; kNone: left out
};

std::vector<ir::Slot> SlotsOf(const std::vector<sema::Binding>& bindings);

}  // namespace faultline::lower

#endif  // FAULTLINE_FRONTEND_LOWER_LOWERING_H_
