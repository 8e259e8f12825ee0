// A checked program to the IR: the order of work, and patterns.
#include "frontend/lower/lower.h"

#include "frontend/lower/function.h"
#include "frontend/lower/lowering.h"
#include "support/regex/node.h"

namespace faultline::lower {

std::vector<ir::Slot> SlotsOf(const std::vector<sema::Binding>& bindings) {
  std::vector<ir::Slot> slots;
  for (const sema::Binding& binding : bindings) slots.push_back({binding.name, binding.type, binding.hidden});
  return slots;
}

Lowered Lowering::Run() {
  module_.name = options_.module_name;
  for (const sema::Pattern& pattern : program_.patterns) LowerPattern(pattern);
  for (const sema::Format& format : program_.formats) LowerFormat(format);
  for (const sema::Wrapper& wrapper : program_.wrappers) {
    wrapper_ids_.push_back(wrapper.ok ? static_cast<std::uint32_t>(module_.wrappers.size()) : ir::kNone);
    if (wrapper.ok) LowerWrapper(wrapper);
  }
  rule_ids_.assign(program_.rules.size(), ir::kNone);
  for (std::size_t i = 0; i < program_.rules.size(); ++i) {
    if (program_.rules[i].ok && !program_.rules[i].unread) LowerRule(i);
  }
  LowerExplains();
  return std::move(result_);
}

// Patterns keep their numbers, so that conditions can name them. One that only a broken rule uses does no
// harm.
void Lowering::LowerPattern(const sema::Pattern& pattern) {
  ir::Pattern lowered;
  lowered.name = pattern.name;
  lowered.source = pattern.source;
  lowered.regex = regex::ToString(pattern.node);
  lowered.captures = pattern.captures;
  lowered.span = pattern.span;
  module_.patterns.push_back(std::move(lowered));
}

ir::Alternative Lowering::LowerAlternative(const sema::Alternative& alternative, const std::string& name,
                                           std::set<ir::SlotId>* stores) {
  ir::Alternative lowered;
  lowered.pattern = alternative.pattern;
  if (stores != nullptr) {
    for (const sema::Store& store : alternative.stores) stores->insert(store.binding);
  }
  if (!alternative.stores.empty())
    lowered.extract = FunctionWriter(&module_, name).Stores(alternative.stores);
  return lowered;
}

Lowered Lower(const sema::CheckedProgram& program, const LowerOptions& options) {
  return Lowering(program, options).Run();
}

}  // namespace faultline::lower
