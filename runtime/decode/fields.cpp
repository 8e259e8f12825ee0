// Planned fields.
#include "runtime/decode/fields.h"

#include <algorithm>
#include <new>

namespace faultline::runtime {

Value JsonFieldValue(const JsonDocument& document, JsonDocument::NodeId node, const ir::FieldPlan& field,
                     Arena& arena) {
  std::vector<JsonDocument::NodeId> nodes;
  document.Find(node, field.path, false, nodes);
  if (nodes.empty()) return Value::Missing();
  const bool spelled = field.convert != ir::kNone;
  const bool list = field.type.kind() == lang::TypeKind::kList;
  const bool array = document.node(nodes[0]).kind == JsonKind::kArray;
  const auto one = [&](JsonDocument::NodeId id, const lang::Type& type) {
    return spelled ? document.ToSpelledValue(id, arena) : document.ToTyped(id, type, arena);
  };
  if (nodes.size() == 1 && (!list || array)) return one(nodes[0], field.type);
  // Several, for a field that holds one: the first.
  if (!list && field.type.kind() != lang::TypeKind::kAny) return one(nodes[0], field.type);
  const lang::Type element = list ? field.type.element() : lang::Type(lang::TypeKind::kAny);
  Value* items = arena.AllocateValues(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) items[i] = one(nodes[i], element);
  return Value::Items(ValueKind::kList, items, static_cast<std::uint32_t>(nodes.size()));
}

void StoreField(const Program& program, Scratch& scratch, const ir::FieldPlan& field, Value value,
                std::span<Value> slots, const RecordContext& record, EvalContext& context) {
  slots[field.slot] = value;
  if (field.convert == ir::kNone || value.is_missing()) return;
  const ir::Function& function = program.module().functions[field.convert];
  Frame frame;
  frame.slots = slots.data();
  frame.record = &record;
  const Value result = program.Call(field.convert, frame, context, scratch);
  // A function with a result yields the value; one without has stored it.
  if (!function.blocks.empty() && function.blocks[0].result != ir::kNone) slots[field.slot] = result;
}

std::span<const OffsetRun> KeepRuns(std::span<const OffsetRun> runs, Arena& arena) {
  if (runs.empty()) return {};
  auto* copy =
      new (arena.Allocate(runs.size() * sizeof(OffsetRun), alignof(OffsetRun))) OffsetRun[runs.size()];
  std::copy(runs.begin(), runs.end(), copy);
  return {copy, runs.size()};
}

}  // namespace faultline::runtime
