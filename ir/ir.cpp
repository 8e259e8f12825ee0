// Constants of a module, and structural comparison: what "the same module" means to passes and to round
// trips.
#include "ir/ir.h"

#include "ir/equal.h"
#include "support/value/kinds.h"

#include <algorithm>

namespace faultline::ir {

std::uint32_t Module::AddConstant(const Value& value, const lang::Type& type) {
  for (std::size_t i = 0; i < constants.size(); ++i) {
    if (SameValue(constants[i].value, value) && constants[i].type == type)
      return static_cast<std::uint32_t>(i);
  }
  constants.push_back({constant_arena->DeepCopy(value), type});
  return static_cast<std::uint32_t>(constants.size() - 1);
}

namespace {

// Only what the kind makes use of.
bool SameInstruction(const Instruction& a, const Instruction& b) {
  if (a.kind != b.kind || a.type != b.type || a.arguments != b.arguments) return false;
  switch (a.kind) {
    case InstructionKind::kOperation:
      return a.opcode == b.opcode;
    case InstructionKind::kLoop:
      return a.loop == b.loop && a.body == b.body;
    case InstructionKind::kBuiltin:
      return a.builtin == b.builtin;
    case InstructionKind::kMakeList:
    case InstructionKind::kMakeRecord:
      return true;
    case InstructionKind::kConstant:
    case InstructionKind::kSlot:
    case InstructionKind::kCapture:
    case InstructionKind::kField:
    case InstructionKind::kElement:
    case InstructionKind::kStore:
    case InstructionKind::kMatchPattern:
    case InstructionKind::kInput:
      return a.index == b.index;
  }
  return false;
}

bool SameAlternative(const Alternative& a, const Alternative& b) {
  return a.pattern == b.pattern && a.extract == b.extract && a.guard == b.guard;
}

bool SameSlot(const Slot& a, const Slot& b) {
  return a.name == b.name && a.type == b.type && a.hidden == b.hidden;
}

bool SameField(const FieldPlan& a, const FieldPlan& b) {
  return a.name == b.name && a.type == b.type && a.optional == b.optional && a.others == b.others &&
         a.path == b.path && a.slot == b.slot && a.convert == b.convert;
}

template <class T, class Same>
bool SameAll(const std::vector<T>& a, const std::vector<T>& b, Same same) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

bool SameStage(const Stage& a, const Stage& b) {
  return a.kind == b.kind && a.input == b.input && a.format == b.format && a.field == b.field &&
         a.rule == b.rule && SameAll(a.alternatives, b.alternatives, SameAlternative) &&
         a.stores == b.stores && a.wrapped == b.wrapped && a.load == b.load && a.guard == b.guard &&
         a.join == b.join && a.alias == b.alias && a.window == b.window && a.amount == b.amount &&
         a.scope == b.scope && a.every == b.every && a.role == b.role && a.each == b.each &&
         a.each_slot == b.each_slot && a.key == b.key && a.count == b.count && a.in_a_row == b.in_a_row &&
         a.count_slot == b.count_slot && a.after == b.after && a.before == b.before &&
         a.index_own == b.index_own && a.index_other == b.index_other && a.reach == b.reach;
}

// Recursion is as deep as the parts nest.
bool SamePart(const BlockPart& a, const BlockPart& b) {
  return a.kind == b.kind && SameAll(a.lines, b.lines, SameAlternative) && a.list == b.list &&
         a.element == b.element && a.required == b.required && SameAll(a.parts, b.parts, SamePart);
}

bool SameConstant(const Constant& a, const Constant& b) {
  return SameValue(a.value, b.value) && a.type == b.type;
}

}  // namespace

bool SameValue(const Value& a, const Value& b) {
  if (a.kind != b.kind) return false;
  if (a.kind == ValueKind::kMissing) return true;
  if (HoldsText(a.kind)) return a.AsText() == b.AsText();
  if (HoldsItems(a.kind)) {
    return a.size == b.size && std::equal(a.items, a.items + ItemCount(a), b.items, SameValue);
  }
  return a.integer == b.integer;  // a float's bits, so that 0.0 and -0.0 differ
}

bool SamePattern(const Pattern& a, const Pattern& b) {
  return a.name == b.name && a.source == b.source && a.regex == b.regex && a.flags == b.flags &&
         a.captures == b.captures && a.literals == b.literals;
}

bool SameFunction(const Function& a, const Function& b) {
  return a.name == b.name && SameCode(a, b);
}

bool SameCode(const Function& a, const Function& b) {
  return a.result == b.result && SameAll(a.instructions, b.instructions, SameInstruction) &&
         SameAll(a.blocks, b.blocks,
                 [](const Block& x, const Block& y) { return x.order == y.order && x.result == y.result; });
}

bool SameRule(const Rule& a, const Rule& b) {
  return a.name == b.name && a.is_event == b.is_event && a.severity == b.severity && a.status == b.status &&
         a.doc == b.doc && a.deprecated == b.deprecated && a.tags == b.tags && a.see == b.see &&
         SameAll(a.slots, b.slots, SameSlot) && a.shape == b.shape &&
         SameAll(a.stages, b.stages, SameStage) && a.need == b.need && a.window == b.window &&
         a.skew == b.skew && a.key == b.key && a.provided == b.provided && a.aggregates == b.aggregates &&
         a.graph_queries == b.graph_queries && a.steps == b.steps && a.when == b.when &&
         a.when_count == b.when_count && a.explains == b.explains && a.confidence == b.confidence &&
         a.needs == b.needs && a.allows == b.allows && a.finish == b.finish && a.report == b.report &&
         a.fix == b.fix && a.at == b.at && a.identity == b.identity;
}

bool SameFormat(const Format& a, const Format& b) {
  return a.name == b.name && a.kind == b.kind && a.each == b.each &&
         SameAll(a.lines, b.lines, SameAlternative) && SameAll(a.slots, b.slots, SameSlot) &&
         SameAll(a.fields, b.fields, SameField) && a.derive == b.derive && a.missing_text == b.missing_text &&
         a.has_missing_text == b.has_missing_text && SameAll(a.parts, b.parts, SamePart) &&
         a.block_by == b.block_by && a.limit_lines == b.limit_lines && a.truncated == b.truncated &&
         a.message == b.message && a.time == b.time && a.level == b.level &&
         a.literal_bytes == b.literal_bytes;
}

bool SameWrapper(const Wrapper& a, const Wrapper& b) {
  return a.name == b.name && a.kind == b.kind && SameAll(a.lines, b.lines, SameAlternative) &&
         SameAll(a.slots, b.slots, SameSlot) && SameAll(a.fields, b.fields, SameField) &&
         a.unwrapped_path == b.unwrapped_path && a.detect == b.detect && a.inside == b.inside &&
         a.stream_by == b.stream_by && a.time == b.time;
}

bool SameModule(const Module& a, const Module& b) {
  return a.name == b.name && SameAll(a.patterns, b.patterns, SamePattern) &&
         SameAll(a.functions, b.functions, SameFunction) && SameAll(a.constants, b.constants, SameConstant) &&
         SameAll(a.formats, b.formats, SameFormat) && SameAll(a.wrappers, b.wrappers, SameWrapper) &&
         SameAll(a.rules, b.rules, SameRule);
}

}  // namespace faultline::ir
