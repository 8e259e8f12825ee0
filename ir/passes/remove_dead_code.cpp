// Dead instructions, then what nobody refers to any more. Order is kept, so a module without dead code is not
// changed.
#include "ir/passes/passes.h"
#include "ir/passes/rewrite.h"
#include "ir/uses.h"

#include <utility>
#include <vector>

namespace faultline::ir {

namespace {

// Drops the items that are not used and returns the new id of each.
template <class T>
std::vector<std::uint32_t> Compact(std::vector<T>* items, const std::vector<bool>& used) {
  std::vector<std::uint32_t> new_id(items->size(), kNone);
  std::uint32_t count = 0;
  for (std::uint32_t id = 0; id < items->size(); ++id) {
    if (!used[id]) continue;
    new_id[id] = count;
    if (count != id) (*items)[count] = std::move((*items)[id]);
    ++count;
  }
  items->resize(count);
  return new_id;
}

}  // namespace

std::size_t RemoveDeadCode(Module* module) {
  std::size_t gone = 0;
  std::vector<bool> functions(module->functions.size(), false);
  ForEachFunctionUse(*module, [&](const FunctionUseOf<FunctionId>& use) {
    if (*use.function != kNone) functions[*use.function] = true;
  });
  gone += module->functions.size();
  const std::vector<FunctionId> new_function = Compact(&module->functions, functions);
  gone -= module->functions.size();
  ForEachFunctionUse(*module, [&](const FunctionUseOf<FunctionId>& use) {
    if (*use.function != kNone) *use.function = new_function[*use.function];
  });
  for (Function& function : module->functions) gone += RemoveUnusedInstructions(&function);

  std::vector<bool> patterns(module->patterns.size(), false);
  ForEachPatternUse(*module, [&](PatternId pattern) {
    if (pattern != kNone) patterns[pattern] = true;
  });
  gone += module->patterns.size();
  const std::vector<PatternId> new_pattern = Compact(&module->patterns, patterns);
  gone -= module->patterns.size();
  ForEachPatternUse(*module, [&](PatternId& pattern) {
    if (pattern != kNone) pattern = new_pattern[pattern];
  });

  std::vector<bool> constants(module->constants.size(), false);
  const auto for_each_constant = [module](auto visit) {
    for (Function& function : module->functions) {
      for (Instruction& instruction : function.instructions) {
        if (instruction.kind == InstructionKind::kConstant) visit(instruction.index);
      }
    }
  };
  for_each_constant([&](std::uint32_t constant) { constants[constant] = true; });
  gone += module->constants.size();
  const std::vector<std::uint32_t> new_constant = Compact(&module->constants, constants);
  gone -= module->constants.size();
  for_each_constant([&](std::uint32_t& constant) { constant = new_constant[constant]; });
  return gone;
}

}  // namespace faultline::ir
