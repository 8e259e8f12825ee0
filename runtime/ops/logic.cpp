// Three-valued logic. A missing bool is what "unknown" is.
#include "runtime/ops/define.h"

namespace faultline::runtime {
namespace {

bool IsFalse(const Value& value) {
  return value.kind == ValueKind::kBool && value.integer == 0;
}

void FirstPresent(Value* out, const Value* args, std::size_t count) {
  *out = Value::Missing();
  for (std::size_t i = 0; i < count; ++i) {
    if (args[i].is_missing()) continue;
    *out = args[i];
    return;
  }
}

}  // namespace

FAULTLINE_OP(or_bool) {
  if (args[0].is_true() || args[1].is_true()) {
    *out = Value::Bool(true);
  } else {
    *out = IsFalse(args[0]) && IsFalse(args[1]) ? Value::Bool(false) : Value::Missing();
  }
}

FAULTLINE_OP(and_bool) {
  if (IsFalse(args[0]) || IsFalse(args[1])) {
    *out = Value::Bool(false);
  } else {
    *out = args[0].is_true() && args[1].is_true() ? Value::Bool(true) : Value::Missing();
  }
}

FAULTLINE_OP(not_bool) {
  *out = Value::Bool(!args[0].is_true());
}

FAULTLINE_OP(select) {
  if (args[0].is_missing()) {
    *out = Value::Missing();
  } else {
    *out = args[0].is_true() ? args[1] : args[2];
  }
}

FAULTLINE_OP(is_present) {
  *out = Value::Bool(!args[0].is_missing());
}
FAULTLINE_OP(is_missing) {
  *out = Value::Bool(args[0].is_missing());
}
FAULTLINE_OP(default_value) {
  FirstPresent(out, args, 2);
}
FAULTLINE_OP(coalesce_2) {
  FirstPresent(out, args, 2);
}
FAULTLINE_OP(coalesce_3) {
  FirstPresent(out, args, 3);
}
FAULTLINE_OP(coalesce_4) {
  FirstPresent(out, args, 4);
}

}  // namespace faultline::runtime
