// Fields and slots that nothing reads.
//
// A slot is live if somebody outside of the functions that fill slots needs it (a finding shows it, a guard
// or a report reads it, another rule reads it, the engine looks at it), or if a function that stores into a
// live slot reads it to do so. Stores into dead slots are removed, with what was computed for them; that can
// make further slots dead, so it goes on until nothing changes. Slots that only keep each other alive stay:
// they cost little and are rare.
//
// What the engine fills is a store too: what a stage provides and lists of blocks go with their slots. But
// where filling a slot says when or how often a rule is decided, it stays whoever reads it: aggregates (their
// windows arm `when`), graph queries and fields of a scope's end (rules wait for them), elements of `each`
// (one match each). So do the slots of graphs, which queries look at, and parts of keys.
#include "ir/passes/passes.h"
#include "ir/passes/rewrite.h"
#include "ir/uses.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace faultline::ir {

namespace {

using Use = FunctionUseOf<FunctionId>;
using Frame = const std::vector<Slot>*;  // the slots of a rule, a format or a wrapper, by address

// Slots are renumbered by frame, so a function that looks at slots must belong to one place.
void CopySharedFunctions(Module* module) {
  std::unordered_map<FunctionId, int> users;
  std::unordered_set<std::string> names;
  for (const Function& function : module->functions) names.insert(function.name);
  std::vector<std::pair<FunctionId*, FunctionId>> to_copy;
  ForEachFunctionUse(*module, [&](const Use& use) {
    if (*use.function != kNone && users[*use.function]++ > 0)
      to_copy.push_back({use.function, *use.function});
  });
  for (const auto& [place, function] : to_copy) {
    const std::vector<Instruction>& code = module->functions[function].instructions;
    const bool looks = std::any_of(code.begin(), code.end(), [](const Instruction& instruction) {
      return instruction.kind == InstructionKind::kSlot || instruction.kind == InstructionKind::kStore ||
             instruction.kind == InstructionKind::kInput;
    });
    if (!looks) continue;
    Function copy = module->functions[function];
    for (int n = 2; !names.insert(copy.name).second; ++n) {
      copy.name = module->functions[function].name + "." + std::to_string(n);
    }
    module->functions.push_back(std::move(copy));
    *place = static_cast<FunctionId>(module->functions.size() - 1);
  }
}

class FieldRemover {
 public:
  explicit FieldRemover(Module* module) : module_(*module) {}

  std::size_t Run() {
    CopySharedFunctions(&module_);
    do {
      FindLive();
    } while (RemoveFieldsAndStores());
    return gone_ + RemoveSlots();
  }

 private:
  void MarkLive(Frame frame, SlotId slot) {
    if (slot != kNone) live_[frame][slot] = true;
  }

  void FindLive() {
    live_.clear();
    for (const Format& format : module_.formats) {
      live_[&format.slots].assign(format.slots.size(), false);
      for (SlotId slot : {format.message, format.time, format.level}) MarkLive(&format.slots, slot);
      for (SlotId slot : format.block_by) MarkLive(&format.slots, slot);
    }
    // Wrappers' fields belong to everything inside; none is removed.
    for (const Wrapper& wrapper : module_.wrappers) live_[&wrapper.slots].assign(wrapper.slots.size(), true);
    for (const Rule& rule : module_.rules) {
      std::vector<bool>& live = live_[&rule.slots];
      const bool all = rule.shape == RuleShape::kGraph;
      for (const Slot& slot : rule.slots) live.push_back(all || !slot.hidden);
      for (SlotId slot : rule.identity) live[slot] = true;
      for (SlotId slot : rule.key) live[slot] = true;
      for (const Stage& stage : rule.stages) MarkLive(&rule.slots, stage.each_slot);
      for (const Provided& provided : rule.provided) {
        if (provided.at_close) MarkLive(&rule.slots, provided.slot);
      }
      for (const Aggregate& aggregate : rule.aggregates) MarkLive(&rule.slots, aggregate.slot);
      for (const GraphQuery& query : rule.graph_queries) MarkLive(&rule.slots, query.slot);
    }
    for (const Rule& rule : module_.rules) {
      for (const Stage& stage : rule.stages) {
        if (stage.input == StageInput::kField) UseField(stage);
      }
    }
    ForEachFunctionUse(module_, [this](const Use& use) {
      if (*use.function == kNone) return;
      // A conversion is needed only for its field; that it reads the field's own slot is no reason to keep
      // it.
      const bool conversion = use.role == FunctionRole::kConvert;
      for (const Instruction& instruction : module_.functions[*use.function].instructions) {
        if (instruction.kind == InstructionKind::kSlot) {
          if (!conversion || instruction.index != use.field->slot) MarkLive(use.slots, instruction.index);
        } else if (instruction.kind == InstructionKind::kInput) {
          MarkLive(use.input, instruction.index);
        }
      }
    });
    FindLiveFieldsProvided();
    // A list of records is made of the slots of one repetition; lists inside come after those around them.
    for (const Format& format : module_.formats) {
      ForEachPart(format.parts, [&](const BlockPart& part) {
        if (part.list == kNone || !live_[&format.slots][part.list]) return;
        for (SlotId slot : part.element) MarkLive(&format.slots, slot);
      });
    }
    // `others` takes the keys that no other field names: where it is read, every name counts.
    for (const Format& format : module_.formats) {
      const bool others =
          std::any_of(format.fields.begin(), format.fields.end(), [&](const FieldPlan& field) {
            return field.others && field.slot != kNone && live_[&format.slots][field.slot];
          });
      if (!others) continue;
      for (const FieldPlan& field : format.fields) MarkLive(&format.slots, field.slot);
    }
  }

  // What a rule provides itself with is read off the scope, whose field may be another scope's in turn, or
  // off the events of a repetition.
  void FindLiveFieldsProvided() {
    for (bool changed = true; changed;) {
      changed = false;
      for (const Rule& rule : module_.rules) {
        for (const Provided& provided : rule.provided) {
          if (provided.field == kNone || !live_[&rule.slots][provided.slot]) continue;
          const bool own = provided.kind == ProvidedKind::kCollected;
          std::vector<bool>& live = live_[own ? &rule.slots : &module_.rules[provided.scope].slots];
          changed |= !live[provided.field];
          live[provided.field] = true;
        }
      }
    }
  }

  // A stage looks at a field by its name, of one format or of any.
  void UseField(const Stage& stage) {
    for (FormatId id = 0; id < module_.formats.size(); ++id) {
      if (stage.format != kNone && stage.format != id) continue;
      const Format& format = module_.formats[id];
      for (const FieldPlan& field : format.fields) {
        if (field.name == stage.field) MarkLive(&format.slots, field.slot);
      }
      for (SlotId slot = 0; slot < format.slots.size(); ++slot) {
        if (format.slots[slot].name == stage.field) MarkLive(&format.slots, slot);
      }
    }
  }

  bool RemoveFieldsAndStores() {
    const std::size_t before = gone_;
    for (Format& format : module_.formats) {
      const std::vector<bool>& live = live_[&format.slots];
      const auto is_dead = [&](const FieldPlan& field) { return field.slot != kNone && !live[field.slot]; };
      // A document is a record of the format only if its required fields are there, so those stay, without a
      // value.
      for (FieldPlan& field : format.fields) {
        if (!is_dead(field) || field.optional || field.others || field.path.empty()) continue;
        field.slot = kNone;
        field.convert = kNone;
        ++gone_;
      }
      gone_ += std::erase_if(format.fields, is_dead);
      ForEachPart(format.parts, [&](BlockPart& part) {
        if (part.list == kNone || live[part.list]) return;
        part.list = kNone;
        ++gone_;
      });
    }
    for (Rule& rule : module_.rules) {
      const std::vector<bool>& live = live_[&rule.slots];
      gone_ += std::erase_if(rule.provided, [&](const Provided& provided) { return !live[provided.slot]; });
    }
    ForEachFunctionUse(module_, [this](const Use& use) {
      if (*use.function == kNone) return;
      Function& function = module_.functions[*use.function];
      const std::vector<bool>& live = live_[use.slots];
      FunctionEdit edit(function);
      bool any = false;
      for (ValueId value = 0; value < function.instructions.size(); ++value) {
        const Instruction& instruction = function.instructions[value];
        if (instruction.kind != InstructionKind::kStore || live[instruction.index]) continue;
        edit.Remove(value);
        any = true;
      }
      if (!any) return;
      gone_ += edit.Apply(&function) + RemoveUnusedInstructions(&function);
    });
    return gone_ != before;
  }

  // Nothing refers to dead slots by now but what may do without: lists of what stages and parts may store,
  // a count or a flag that nobody reads.
  std::size_t RemoveSlots() {
    std::unordered_map<Frame, std::vector<SlotId>> new_slots;
    for (auto& [frame, live] : live_) {
      std::vector<SlotId>& renamed = new_slots[frame];
      SlotId count = 0;
      for (const bool is_live : live) renamed.push_back(is_live ? count++ : kNone);
    }
    ForEachFunctionUse(module_, [&](const Use& use) {
      if (*use.function == kNone) return;
      for (Instruction& instruction : module_.functions[*use.function].instructions) {
        if (instruction.kind == InstructionKind::kSlot || instruction.kind == InstructionKind::kStore) {
          instruction.index = new_slots[use.slots][instruction.index];
        } else if (instruction.kind == InstructionKind::kInput) {
          instruction.index = new_slots[use.input][instruction.index];
        }
      }
    });
    ForEachSlotUse(module_, [&](SlotRole, SlotId& slot, Frame frame) {
      if (slot != kNone) slot = new_slots[frame][slot];
    });
    for (Format& format : module_.formats) {
      ForEachPart(format.parts, [](BlockPart& part) { std::erase(part.element, kNone); });
    }
    for (Rule& rule : module_.rules) {
      for (Stage& stage : rule.stages) {
        std::erase(stage.stores, kNone);
        std::erase_if(stage.wrapped, [](const WrapperField& row) { return row.slot == kNone; });
      }
    }
    std::size_t removed = 0;
    const auto drop = [&](std::vector<Slot>* slots) {
      const std::vector<SlotId>& renamed = new_slots[slots];
      SlotId slot = 0;
      removed += std::erase_if(*slots, [&](const Slot&) { return renamed[slot++] == kNone; });
    };
    for (Format& format : module_.formats) drop(&format.slots);
    for (Rule& rule : module_.rules) drop(&rule.slots);
    return removed;
  }

  Module& module_;
  std::unordered_map<Frame, std::vector<bool>> live_;
  std::size_t gone_ = 0;
};

}  // namespace

std::size_t RemoveDeadFields(Module* module) {
  return FieldRemover(module).Run();
}

}  // namespace faultline::ir
