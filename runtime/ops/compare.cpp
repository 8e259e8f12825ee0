// Comparisons, each by the one order of support/value/value_compare.h.
//
// Whole numbers, floats and texts are compared here directly, as native code does it.
#include "runtime/ops/define.h"
#include "support/value/ip.h"
#include "support/value/value_compare.h"

// The comparisons of one type by a function that gives -1, 0 or 1.
#define FAULTLINE_EQUALITY(type, compare)               \
  FAULTLINE_OP(eq_##type) {                             \
    *out = Value::Bool(compare(args[0], args[1]) == 0); \
  }                                                     \
  FAULTLINE_OP(ne_##type) {                             \
    *out = Value::Bool(compare(args[0], args[1]) != 0); \
  }
#define FAULTLINE_ORDER(type, compare)                                                    \
  FAULTLINE_OP(lt_##type) {                                                               \
    *out = Value::Bool(compare(args[0], args[1]) < 0);                                    \
  }                                                                                       \
  FAULTLINE_OP(le_##type) {                                                               \
    *out = Value::Bool(compare(args[0], args[1]) <= 0);                                   \
  }                                                                                       \
  FAULTLINE_OP(gt_##type) {                                                               \
    *out = Value::Bool(compare(args[0], args[1]) > 0);                                    \
  }                                                                                       \
  FAULTLINE_OP(ge_##type) {                                                               \
    *out = Value::Bool(compare(args[0], args[1]) >= 0);                                   \
  }                                                                                       \
  FAULTLINE_OP(between_##type) {                                                          \
    *out = Value::Bool(compare(args[1], args[0]) <= 0 && compare(args[0], args[2]) <= 0); \
  }

namespace faultline::runtime {
namespace {

int CompareIntegers(const Value& a, const Value& b) {
  return a.integer < b.integer ? -1 : a.integer > b.integer ? 1 : 0;
}
int CompareFloats(const Value& a, const Value& b) {
  return a.real < b.real ? -1 : a.real > b.real ? 1 : 0;
}
int CompareTexts(const Value& a, const Value& b) {
  return a.AsText().compare(b.AsText());
}

}  // namespace

FAULTLINE_EQUALITY(bool, CompareIntegers)
FAULTLINE_EQUALITY(int, CompareIntegers)
FAULTLINE_EQUALITY(float, CompareFloats)
FAULTLINE_EQUALITY(text, CompareTexts)
FAULTLINE_EQUALITY(duration, CompareIntegers)
FAULTLINE_EQUALITY(bytes, CompareIntegers)
FAULTLINE_EQUALITY(time, CompareIntegers)
FAULTLINE_EQUALITY(level, CompareIntegers)
FAULTLINE_EQUALITY(value, CompareValues)

FAULTLINE_ORDER(int, CompareIntegers)
FAULTLINE_ORDER(float, CompareFloats)
FAULTLINE_ORDER(text, CompareTexts)
FAULTLINE_ORDER(duration, CompareIntegers)
FAULTLINE_ORDER(bytes, CompareIntegers)
FAULTLINE_ORDER(time, CompareIntegers)
FAULTLINE_ORDER(level, CompareIntegers)
FAULTLINE_ORDER(semver, CompareValues)
FAULTLINE_ORDER(goversion, CompareValues)
FAULTLINE_ORDER(ip, CompareValues)

FAULTLINE_OP(in_network) {
  *out = Value::Bool(NetworkContains(args[1].AsText(), args[0].AsText()));
}
FAULTLINE_OP(in_networks) {
  const std::string_view ip = args[0].AsText();
  *out =
      AnyItem(ItemsOf(args[1]), [ip](const Value& network) { return NetworkContains(network.AsText(), ip); });
}
FAULTLINE_OP(contains_ip) {
  *out = Value::Bool(NetworkContains(args[0].AsText(), args[1].AsText()));
}
FAULTLINE_OP(in_list) {
  const Value& wanted = args[0];
  *out = AnyItem(ItemsOf(args[1]), [&wanted](const Value& item) { return ValuesEqual(item, wanted); });
}
FAULTLINE_OP(contains_item) {
  const Value& wanted = args[1];
  *out = AnyItem(ItemsOf(args[0]), [&wanted](const Value& item) { return ValuesEqual(item, wanted); });
}

}  // namespace faultline::runtime
