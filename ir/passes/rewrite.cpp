// Canonical numbering makes removal simple: what stays keeps its order, so new numbers are counts of what
// stays before.
#include "ir/passes/rewrite.h"

#include <algorithm>
#include <utility>

namespace faultline::ir {

FunctionEdit::FunctionEdit(const Function& function)
    : removed_(function.instructions.size(), false), replacement_(function.instructions.size(), kNone) {}

void FunctionEdit::Replace(ValueId value, ValueId other) {
  replacement_[value] = Current(other);
  removed_[value] = true;
}

ValueId FunctionEdit::Current(ValueId value) const {
  while (value != kNone && replacement_[value] != kNone) value = replacement_[value];
  return value;
}

std::size_t FunctionEdit::Apply(Function* function) {
  std::vector<Instruction>& instructions = function->instructions;
  // A removed loop's body: its blocks and instructions go too. Blocks and instructions come after their loop.
  std::vector<bool> block_removed(function->blocks.size(), false);
  std::vector<std::uint32_t> block_of(instructions.size(), 0);
  for (std::uint32_t block = 0; block < function->blocks.size(); ++block) {
    for (ValueId value : function->blocks[block].order) block_of[value] = block;
  }
  for (ValueId value = 0; value < instructions.size(); ++value) {
    if (block_removed[block_of[value]]) removed_[value] = true;
    if (removed_[value] && instructions[value].kind == InstructionKind::kLoop) {
      block_removed[instructions[value].body] = true;
    }
  }

  std::vector<ValueId> new_value(instructions.size(), kNone);
  ValueId values = 0;
  for (ValueId value = 0; value < instructions.size(); ++value) {
    if (!removed_[value]) new_value[value] = values++;
  }
  std::vector<std::uint32_t> new_block(function->blocks.size(), kNone);
  std::uint32_t blocks = 0;
  for (std::uint32_t block = 0; block < function->blocks.size(); ++block) {
    if (!block_removed[block]) new_block[block] = blocks++;
  }
  const auto renamed = [&](ValueId value) { return value == kNone ? kNone : new_value[Current(value)]; };

  for (ValueId value = 0; value < instructions.size(); ++value) {
    if (removed_[value]) continue;
    Instruction& instruction = instructions[value];
    for (ValueId& argument : instruction.arguments) argument = renamed(argument);
    if (instruction.kind == InstructionKind::kLoop) instruction.body = new_block[instruction.body];
    if (new_value[value] != value) instructions[new_value[value]] = std::move(instruction);
  }
  for (std::uint32_t id = 0; id < function->blocks.size(); ++id) {
    if (block_removed[id]) continue;
    Block block;
    for (ValueId value : function->blocks[id].order) {
      if (!removed_[value]) block.order.push_back(new_value[value]);
    }
    block.result = renamed(function->blocks[id].result);
    function->blocks[new_block[id]] = std::move(block);
  }
  const std::size_t gone = instructions.size() - values;
  instructions.resize(values);
  function->blocks.resize(blocks);
  return gone;
}

std::size_t RemoveUnusedInstructions(Function* function) {
  const std::vector<Instruction>& instructions = function->instructions;
  std::vector<bool> used(instructions.size(), false);
  std::vector<ValueId> todo;
  const auto use = [&](ValueId value) {
    if (value == kNone || used[value]) return;
    used[value] = true;
    todo.push_back(value);
  };
  use(function->blocks[0].result);
  for (ValueId value = 0; value < instructions.size(); ++value) {
    if (!instructions[value].has_value()) use(value);
  }
  while (!todo.empty()) {
    const Instruction& instruction = instructions[todo.back()];
    todo.pop_back();
    std::for_each(instruction.arguments.begin(), instruction.arguments.end(), use);
    if (instruction.kind == InstructionKind::kLoop) use(function->blocks[instruction.body].result);
  }
  FunctionEdit edit(*function);
  bool any = false;
  for (ValueId value = 0; value < instructions.size(); ++value) {
    if (used[value]) continue;
    edit.Remove(value);
    any = true;
  }
  return any ? edit.Apply(function) : 0;
}

}  // namespace faultline::ir
