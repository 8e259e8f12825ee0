// Lists. A list is immutable: results that are a part of one share its items.
#include "runtime/ops/define.h"
#include "support/value/hash.h"
#include "support/value/value_compare.h"

#include <array>
#include <unordered_set>

namespace faultline::runtime {
namespace {

__extension__ using Wide = __int128;  // holds the sum of 2^32 items of 64 bits

Value ItemAt(const Value& list, std::int64_t index) {
  const auto size = static_cast<std::int64_t>(list.size);
  if (index < 0) index += size;  // cannot overflow: size is not negative
  return index >= 0 && index < size ? list.items[index] : Value::Missing();
}

struct Sum {
  Wide total = 0;
  std::int64_t count = 0;
};

Sum SumIntegers(const Value& list) {
  Sum sum;
  for (const Value& item : ItemsOf(list)) {
    if (item.is_missing()) continue;
    sum.total += item.integer;
    ++sum.count;
  }
  return sum;
}

Value TotalOf(ValueKind kind, const Value& list) {
  const Wide total = SumIntegers(list).total;
  const auto narrow = static_cast<std::int64_t>(total);
  return narrow == total ? Value::Integer(kind, narrow) : Value::Missing();
}

Value MeanOf(ValueKind kind, const Value& list) {
  const Sum sum = SumIntegers(list);
  if (sum.count == 0) return Value::Missing();
  return Value::Integer(
      kind, static_cast<std::int64_t>(sum.total / sum.count));  // between the smallest and largest
}

// The item that comes first in the order, or last; of equal ones the first.
Value Extreme(std::span<const Value> items, int sign) {
  Value best;
  for (const Value& item : items) {
    if (item.is_missing()) continue;
    if (best.is_missing() || CompareValues(item, best) * sign < 0) best = item;
  }
  return best;
}

}  // namespace

FAULTLINE_OP(concat_list) {
  const std::size_t size = std::size_t{args[0].size} + args[1].size;
  if (size > kMaxResultItems) {
    *out = Value::Missing();
    return;
  }
  Value* items = context->arena->AllocateValues(size);
  std::copy_n(args[0].items, args[0].size, items);
  std::copy_n(args[1].items, args[1].size, items + args[0].size);
  *out = Value::Items(ValueKind::kList, items, static_cast<std::uint32_t>(size));
}

FAULTLINE_OP(len_list) {
  *out = Value::Int(args[0].size);
}
FAULTLINE_OP(count_list) {
  const std::span<const Value> items = ItemsOf(args[0]);
  *out = Value::Int(
      std::count_if(items.begin(), items.end(), [](const Value& item) { return !item.is_missing(); }));
}
FAULTLINE_OP(first_list) {
  *out = ItemAt(args[0], 0);
}
FAULTLINE_OP(last_list) {
  *out = ItemAt(args[0], -1);
}
FAULTLINE_OP(index_list) {
  *out = ItemAt(args[0], args[1].integer);
}
FAULTLINE_OP(index_any) {
  *out = args[0].kind == ValueKind::kList ? ItemAt(args[0], args[1].integer) : Value::Missing();
}

FAULTLINE_OP(slice_list) {
  const auto size = static_cast<std::int64_t>(args[0].size);
  std::int64_t start = args[1].integer;
  if (start < 0) start = std::max<std::int64_t>(0, start + size);
  start = std::min(start, size);
  const std::int64_t count = std::clamp<std::int64_t>(args[2].integer, 0, size - start);
  *out = Value::Items(ValueKind::kList, args[0].items + start, static_cast<std::uint32_t>(count));
}

FAULTLINE_OP(sort_list) {
  std::vector<Value> sorted(args[0].items, args[0].items + args[0].size);
  std::stable_sort(sorted.begin(), sorted.end(), ValueLess());
  *out = NewList(context, sorted);
}

FAULTLINE_OP(unique_list) {
  std::unordered_set<Value, ValueHash, ValueEqual> seen;
  std::vector<Value> items;
  for (const Value& item : ItemsOf(args[0])) {
    if (seen.insert(item).second) items.push_back(item);
  }
  *out = NewList(context, items);
}

FAULTLINE_OP(signature_list_text) {
  std::uint64_t hash = kHashSeed;
  for (const Value& item : ItemsOf(args[0])) {
    if (!item.is_missing()) hash = HashText(item.AsText(), hash);
  }
  constexpr int kDigits = 16;
  std::array<char, kDigits> text{};
  for (int i = kDigits - 1; i >= 0; --i, hash >>= 4)
    text[static_cast<std::size_t>(i)] = "0123456789abcdef"[hash & 15];
  *out = Value::Text(context->arena->Copy({text.data(), text.size()}));
}

FAULTLINE_OP(reverse_list) {
  const std::vector<Value> items(std::make_reverse_iterator(args[0].items + args[0].size),
                                 std::make_reverse_iterator(args[0].items));
  *out = NewList(context, items);
}

FAULTLINE_OP(sum_int) {
  *out = TotalOf(ValueKind::kInt, args[0]);
}
FAULTLINE_OP(sum_duration) {
  *out = TotalOf(ValueKind::kDuration, args[0]);
}
FAULTLINE_OP(sum_bytes) {
  *out = TotalOf(ValueKind::kBytes, args[0]);
}
FAULTLINE_OP(sum_float) {
  double total = 0;
  for (const Value& item : ItemsOf(args[0]))
    total += item.is_missing() ? 0 : item.real;  // in the list's order
  *out = Value::Float(total);
}

FAULTLINE_OP(mean_int) {
  const Sum sum = SumIntegers(args[0]);
  *out = sum.count == 0 ? Value::Missing()
                        : Value::Float(static_cast<double>(sum.total) / static_cast<double>(sum.count));
}
FAULTLINE_OP(mean_float) {
  double total = 0;
  std::int64_t count = 0;
  for (const Value& item : ItemsOf(args[0])) {
    if (item.is_missing()) continue;
    total += item.real;
    ++count;
  }
  *out = count == 0 ? Value::Missing() : Value::Float(total / static_cast<double>(count));
}
FAULTLINE_OP(mean_duration) {
  *out = MeanOf(ValueKind::kDuration, args[0]);
}
FAULTLINE_OP(mean_bytes) {
  *out = MeanOf(ValueKind::kBytes, args[0]);
}

FAULTLINE_OP(min_2) {
  *out = Extreme({args, 2}, 1);
}
FAULTLINE_OP(max_2) {
  *out = Extreme({args, 2}, -1);
}
FAULTLINE_OP(min_list) {
  *out = Extreme(ItemsOf(args[0]), 1);
}
FAULTLINE_OP(max_list) {
  *out = Extreme(ItemsOf(args[0]), -1);
}

}  // namespace faultline::runtime
