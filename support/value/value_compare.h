// Equality, order and hash of values: one meaning for `==`, `<`, `in`, sort, keys of groups and fingerprints.
//
// The order is total. Kinds that cannot be compared are ordered by ValueKind, missing first; int and float
// compare as numbers, exactly. Text is compared by bytes, versions by their order, IPv4 before IPv6, lists
// and records item by item, maps pair by pair in their order. A missing item equals a missing item. Equal
// values have equal hashes. Time linear in the smaller value; no recursion.
#ifndef FAULTLINE_SUPPORT_VALUE_VALUE_COMPARE_H_
#define FAULTLINE_SUPPORT_VALUE_VALUE_COMPARE_H_

#include "support/value/value.h"

#include <cstdint>

namespace faultline {

int CompareValues(const Value& a, const Value& b);  // -1, 0, 1
bool ValuesEqual(const Value& a, const Value& b);
std::uint64_t HashValue(const Value& value, std::uint64_t seed = 0);

struct ValueHash {
  std::size_t operator()(const Value& value) const { return static_cast<std::size_t>(HashValue(value)); }
};
struct ValueEqual {
  bool operator()(const Value& a, const Value& b) const { return ValuesEqual(a, b); }
};
struct ValueLess {
  bool operator()(const Value& a, const Value& b) const { return CompareValues(a, b) < 0; }
};

}  // namespace faultline

#endif  // FAULTLINE_SUPPORT_VALUE_VALUE_COMPARE_H_
