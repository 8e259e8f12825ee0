// Values from traces: see block_trace.h.
#include "runtime/frame/block_trace.h"

#include <algorithm>

namespace faultline::runtime {

void TraceReader::Read(const BlockPlan& plan, std::span<const TraceStep> steps, std::span<Value> slots,
                       Arena* arena) {
  std::fill(slots.begin(), slots.end(), Value::Missing());
  if (lists_.size() < plan.part_count()) lists_.resize(plan.part_count());
  for (std::vector<Value>& list : lists_) list.clear();
  open_.clear();
  for (const TraceStep& step : steps) {
    switch (step.kind) {
      case TraceKind::kStore:
        slots[step.index] = step.value;
        break;
      case TraceKind::kText:
        lists_[step.index].push_back(step.value);
        break;
      case TraceKind::kRound: {
        const PartId scope = plan.part(step.index).scope;
        while (!open_.empty() && open_.back() != scope) CloseRound(plan, slots, arena);
        open_.push_back(step.index);
        break;
      }
    }
  }
  while (!open_.empty()) CloseRound(plan, slots, arena);
  StoreLists(plan, BlockPlan::kRoot, slots, arena);
}

void TraceReader::StoreLists(const BlockPlan& plan, PartId scope, std::span<Value> slots, Arena* arena) {
  for (const PartId id : plan.part(scope).lists) {
    std::vector<Value>& items = lists_[id];
    Value* kept = arena->AllocateValues(items.size());
    std::copy(items.begin(), items.end(), kept);
    slots[plan.part(id).list] =
        Value::Items(ValueKind::kList, kept, static_cast<std::uint32_t>(items.size()));
    items.clear();
  }
}

void TraceReader::CloseRound(const BlockPlan& plan, std::span<Value> slots, Arena* arena) {
  const PartId id = open_.back();
  open_.pop_back();
  StoreLists(plan, id, slots, arena);
  const std::vector<ir::SlotId>& element = plan.part(id).element;
  Value* fields = arena->AllocateValues(element.size());
  for (std::size_t i = 0; i < element.size(); ++i) {
    fields[i] = slots[element[i]];
    if (!plan.IsKey(element[i])) slots[element[i]] = Value::Missing();
  }
  lists_[id].push_back(Value::Items(ValueKind::kRecord, fields, static_cast<std::uint32_t>(element.size())));
}

}  // namespace faultline::runtime
