// Comparison of values. Nested ones are walked with a list of what is left, since their depth comes from a
// log.
#include "support/value/value_compare.h"

#include "support/value/hash.h"
#include "support/value/ip.h"
#include "support/value/kinds.h"
#include "support/value/version.h"

#include <cmath>
#include <cstring>
#include <vector>

namespace faultline {
namespace {

template <typename T>
int Order(T a, T b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

constexpr double kTwo63 = 9223372036854775808.0;

// Exact: a double above 2^53 has no fraction, so comparing whole parts first loses nothing.
int CompareIntFloat(std::int64_t a, double b) {
  if (b >= kTwo63) return -1;
  if (b < -kTwo63) return 1;
  const double whole = std::trunc(b);
  if (const int order = Order(a, static_cast<std::int64_t>(whole)); order != 0) return order;
  return Order(whole, b);
}

// Values that hold no others; lists by their sizes only.
int CompareFlat(const Value& a, const Value& b) {
  if (a.kind != b.kind) {
    if (a.kind == ValueKind::kInt && b.kind == ValueKind::kFloat) return CompareIntFloat(a.integer, b.real);
    if (a.kind == ValueKind::kFloat && b.kind == ValueKind::kInt) return -CompareIntFloat(b.integer, a.real);
    return Order(a.kind, b.kind);
  }
  switch (a.kind) {
    case ValueKind::kMissing:
      return 0;
    case ValueKind::kBool:
    case ValueKind::kInt:
    case ValueKind::kDuration:
    case ValueKind::kBytes:
    case ValueKind::kTime:
    case ValueKind::kLevel:
      return Order(a.integer, b.integer);
    case ValueKind::kFloat:
      return Order(a.real, b.real);
    case ValueKind::kIp:
    case ValueKind::kNetwork:
      // In the order of bytes the mapped IPv4 addresses would stand among the others.
      if (IsIpv4(a.AsText()) != IsIpv4(b.AsText())) return IsIpv4(a.AsText()) ? -1 : 1;
      [[fallthrough]];
    case ValueKind::kText:
    case ValueKind::kUuid: {
      const int order = a.AsText().compare(b.AsText());
      return order < 0 ? -1 : order > 0 ? 1 : 0;
    }
    case ValueKind::kSemver:
      return CompareSemver(a.AsText(), b.AsText());
    case ValueKind::kGoVersion:
      return CompareGoVersion(a.AsText(), b.AsText());
    case ValueKind::kList:
    case ValueKind::kRecord:
    case ValueKind::kMap:
      return Order(a.size, b.size);
  }
  return 0;
}

// A pair of item ranges that are still to be compared.
struct Pending {
  const Value* a;
  const Value* b;
  std::size_t a_left;
  std::size_t b_left;
};

std::uint64_t HashFlat(const Value& value, std::uint64_t seed) {
  switch (value.kind) {
    case ValueKind::kFloat: {
      const double real = value.real;
      if (real >= -kTwo63 && real < kTwo63 &&
          std::trunc(real) == real) {  // equal to an int, as which it is hashed
        return HashFlat(Value::Int(static_cast<std::int64_t>(real)), seed);
      }
      std::uint64_t bits = 0;
      std::memcpy(&bits, &real, sizeof bits);
      return HashNumber(bits, HashNumber(static_cast<std::uint64_t>(value.kind), seed));
    }
    case ValueKind::kMissing:
      return HashNumber(0, seed);
    case ValueKind::kBool:
    case ValueKind::kInt:
    case ValueKind::kDuration:
    case ValueKind::kBytes:
    case ValueKind::kTime:
    case ValueKind::kLevel:
      return HashNumber(static_cast<std::uint64_t>(value.integer),
                        HashNumber(static_cast<std::uint64_t>(value.kind), seed));
    case ValueKind::kText:
    case ValueKind::kIp:
    case ValueKind::kNetwork:
    case ValueKind::kUuid:
      return HashText(value.AsText(), HashNumber(static_cast<std::uint64_t>(value.kind), seed));
    case ValueKind::kSemver:
      return HashSemver(value.AsText(), HashNumber(static_cast<std::uint64_t>(value.kind), seed));
    case ValueKind::kGoVersion:
      return HashGoVersion(value.AsText(), HashNumber(static_cast<std::uint64_t>(value.kind), seed));
    case ValueKind::kList:
    case ValueKind::kRecord:
    case ValueKind::kMap:
      return HashNumber(value.size, HashNumber(static_cast<std::uint64_t>(value.kind), seed));
  }
  return seed;
}

}  // namespace

int CompareValues(const Value& a, const Value& b) {
  if (a.kind != b.kind || !HoldsItems(a.kind)) return CompareFlat(a, b);
  std::vector<Pending> work = {{a.items, b.items, ItemCount(a), ItemCount(b)}};
  while (!work.empty()) {
    Pending& top = work.back();
    if (top.a_left == 0 || top.b_left == 0) {
      if (top.a_left != top.b_left) return top.a_left == 0 ? -1 : 1;  // the shorter list comes first
      work.pop_back();
      continue;
    }
    const Value& x = *top.a++;
    const Value& y = *top.b++;
    --top.a_left;
    --top.b_left;
    if (x.kind == y.kind && HoldsItems(x.kind)) {
      work.push_back({x.items, y.items, ItemCount(x), ItemCount(y)});
    } else if (const int order = CompareFlat(x, y); order != 0) {
      return order;
    }
  }
  return 0;
}

bool ValuesEqual(const Value& a, const Value& b) {
  if (a.kind == b.kind && (HoldsItems(a.kind) || a.kind == ValueKind::kText) && a.size != b.size)
    return false;
  return CompareValues(a, b) == 0;
}

std::uint64_t HashValue(const Value& value, std::uint64_t seed) {
  seed = HashFlat(value, seed == 0 ? kHashSeed : seed);
  if (!HoldsItems(value.kind)) return seed;
  struct Range {
    const Value* items;
    std::size_t left;
  };
  std::vector<Range> work = {{value.items, ItemCount(value)}};
  while (!work.empty()) {
    Range& top = work.back();
    if (top.left == 0) {
      work.pop_back();
      continue;
    }
    const Value& item = *top.items++;
    --top.left;
    seed = HashFlat(item, seed);
    if (HoldsItems(item.kind)) work.push_back({item.items, ItemCount(item)});
  }
  return seed;
}

}  // namespace faultline
