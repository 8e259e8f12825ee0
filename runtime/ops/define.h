// What the files of this folder share: how an operation is written down, and how results get into the arena.
//
//   FAULTLINE_OP(add_int) { Return(out, …); }
#ifndef FAULTLINE_RUNTIME_OPS_DEFINE_H_
#define FAULTLINE_RUNTIME_OPS_DEFINE_H_

#include "runtime/ops/ops.h"
#include "support/value/value.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#define FAULTLINE_OP(opcode)                                                                         \
  extern "C" void faultline_op_##opcode([[maybe_unused]] ::faultline::runtime::EvalContext* context, \
                                        ::faultline::Value* out, const ::faultline::Value* args)

namespace faultline::runtime {

// The text in the arena; missing if it is larger than results may be.
inline Value NewText(EvalContext* context, std::string_view text, ValueKind kind = ValueKind::kText) {
  if (text.size() > kMaxResultBytes) return Value::Missing();
  return Value::Textual(kind, context->arena->Copy(text));
}

// A list in the arena; missing if it is larger than results may be.
inline Value NewList(EvalContext* context, std::span<const Value> items) {
  if (items.size() > kMaxResultItems) return Value::Missing();
  Value* copy = context->arena->AllocateValues(items.size());
  std::copy(items.begin(), items.end(), copy);
  return Value::Items(ValueKind::kList, copy, static_cast<std::uint32_t>(items.size()));
}

// An integer of the kind, or missing.
inline Value OptionalInteger(ValueKind kind, std::optional<std::int64_t> value) {
  return value ? Value::Integer(kind, *value) : Value::Missing();
}

inline std::span<const Value> ItemsOf(const Value& list) {
  return {list.items, list.size};
}

// True if the test holds of an item; else missing where an item that is missing might have passed it; else
// false.
template <typename Test>
Value AnyItem(std::span<const Value> items, Test test) {
  bool unknown = false;
  for (const Value& item : items) {
    if (item.is_missing()) {
      unknown = true;
    } else if (test(item)) {
      return Value::Bool(true);
    }
  }
  return unknown ? Value::Missing() : Value::Bool(false);
}

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_OPS_DEFINE_H_
