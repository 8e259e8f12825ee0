// Common sub-expressions inside functions; equal constants, patterns and functions of a module.
//
// In a function, a value is shared with those computed before it in the same block or one around. A slot read
// again is the same value unless the function has stored to it in between, which only its outermost block
// does.
#include "ir/equal.h"
#include "ir/passes/passes.h"
#include "ir/passes/rewrite.h"
#include "ir/uses.h"
#include "support/value/hash.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace faultline::ir {

namespace {

class Sharer {
 public:
  explicit Sharer(Function* function) : function_(*function), edit_(*function) {}

  std::size_t Run() {
    Walk(0);
    return shared_ == 0 ? 0 : edit_.Apply(&function_);
  }

 private:
  // What an instruction computes, but for its type, which is compared on its own.
  using Key =
      std::tuple<InstructionKind, lang::Opcode, Builtin, std::uint32_t, std::uint32_t, std::vector<ValueId>>;

  Key KeyOf(const Instruction& instruction) const {
    const auto stores = stores_.find(instruction.index);
    const bool is_slot = instruction.kind == InstructionKind::kSlot;
    const std::uint32_t version = is_slot && stores != stores_.end() ? stores->second : 0;
    return {instruction.kind, instruction.opcode,   instruction.builtin, instruction.index,
            version,          instruction.arguments};
  }

  // Recursion is over the nesting of loops.
  void Walk(std::uint32_t block) {
    std::vector<Key> added;
    for (ValueId value : function_.blocks[block].order) {
      Instruction& instruction = function_.instructions[value];
      for (ValueId& argument : instruction.arguments) argument = edit_.Current(argument);
      if (instruction.kind == InstructionKind::kStore) {
        ++stores_[instruction.index];
      } else if (instruction.kind == InstructionKind::kLoop) {
        Walk(instruction.body);
      } else {
        const auto [known, is_new] = known_.try_emplace(KeyOf(instruction), value);
        if (is_new) {
          added.push_back(known->first);
        } else if (function_.instructions[known->second].type == instruction.type) {
          edit_.Replace(value, known->second);
          ++shared_;
        }
      }
    }
    for (const Key& key : added) known_.erase(key);
  }

  Function& function_;
  FunctionEdit edit_;
  std::map<Key, ValueId> known_;
  std::unordered_map<SlotId, std::uint32_t> stores_;
  std::size_t shared_ = 0;
};

std::uint64_t HashOf(const Pattern& pattern) {
  return HashText(pattern.regex, HashText(pattern.flags, kHashSeed));
}

std::uint64_t HashOf(const Function& function) {
  std::uint64_t hash = HashNumber(static_cast<std::uint64_t>(function.result.kind()), kHashSeed);
  for (const Instruction& instruction : function.instructions) {
    hash = HashNumber(static_cast<std::uint64_t>(instruction.kind), hash);
    hash = HashNumber(static_cast<std::uint64_t>(instruction.type.kind()), hash);
    if (instruction.kind == InstructionKind::kOperation) {
      hash = HashNumber(static_cast<std::uint64_t>(instruction.opcode), hash);
    }
    for (ValueId argument : instruction.arguments) hash = HashNumber(argument, hash);
  }
  return hash;
}

std::uint64_t HashOf(const Constant& constant) {
  const Value& value = constant.value;
  std::uint64_t hash = HashNumber(static_cast<std::uint64_t>(value.kind), kHashSeed);
  hash = HashNumber(static_cast<std::uint64_t>(constant.type.kind()), hash);
  return HashNumber(value.size, hash);
}

bool Same(const Pattern& a, const Pattern& b) {
  return a.regex == b.regex && a.flags == b.flags && a.captures == b.captures && a.literals == b.literals;
}
bool Same(const Function& a, const Function& b) {
  return SameCode(a, b);
}
bool Same(const Constant& a, const Constant& b) {
  return a.type == b.type && SameValue(a.value, b.value);
}

// For each item the first that is the same. Expected O(n).
template <class T>
std::vector<std::uint32_t> FirstOfSame(const std::vector<T>& items, std::size_t* merged) {
  std::vector<std::uint32_t> first(items.size());
  std::unordered_multimap<std::uint64_t, std::uint32_t> seen;
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    const std::uint64_t hash = HashOf(items[i]);
    const auto [begin, end] = seen.equal_range(hash);
    const auto same =
        std::find_if(begin, end, [&](const auto& entry) { return Same(items[entry.second], items[i]); });
    if (same != end) {
      first[i] = same->second;
      ++*merged;
    } else {
      first[i] = i;
      seen.emplace(hash, i);
    }
  }
  return first;
}

}  // namespace

std::size_t ShareCommonWork(Module* module) {
  std::size_t changes = 0;
  const std::vector<std::uint32_t> constants = FirstOfSame(module->constants, &changes);
  for (Function& function : module->functions) {
    for (Instruction& instruction : function.instructions) {
      if (instruction.kind == InstructionKind::kConstant) instruction.index = constants[instruction.index];
    }
  }
  const std::vector<PatternId> patterns = FirstOfSame(module->patterns, &changes);
  ForEachPatternUse(*module, [&](PatternId& pattern) {
    if (pattern != kNone) pattern = patterns[pattern];
  });
  for (Function& function : module->functions) changes += Sharer(&function).Run();
  const std::vector<FunctionId> functions = FirstOfSame(module->functions, &changes);
  ForEachFunctionUse(*module, [&](const FunctionUseOf<FunctionId>& use) {
    if (*use.function != kNone) *use.function = functions[*use.function];
  });
  return changes;
}

}  // namespace faultline::ir
