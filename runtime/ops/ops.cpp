// The dispatch table. A row of ops.def without its function is an undefined symbol when a program is linked,
// and the linker names it.
#include "runtime/ops/ops.h"

#include <algorithm>

namespace faultline::runtime {
namespace {

constexpr OpSymbol kSymbols[] = {
#define FAULTLINE_OPERATOR(id, spelling, form, precedence, help)
#define FAULTLINE_OVERLOAD(op, opcode, signature, traits) {"faultline_op_" #opcode, &faultline_op_##opcode},
#include "support/lang/ops.def"
#undef FAULTLINE_OPERATOR
#undef FAULTLINE_OVERLOAD
};

}  // namespace

FaultlineOp OpFunction(lang::Opcode opcode) {
  return kSymbols[static_cast<std::size_t>(opcode)].function;
}

std::span<const OpSymbol> OpSymbols() {
  return kSymbols;
}

Value ApplyOp(lang::Opcode opcode, EvalContext& context, std::span<const Value> args) {
  if (lang::RowOf(opcode).traits == lang::OpTraits::kStrict &&
      std::any_of(args.begin(), args.end(), [](const Value& value) { return value.is_missing(); })) {
    return Value::Missing();
  }
  Value result;
  OpFunction(opcode)(&context, &result, args.data());
  return result;
}

}  // namespace faultline::runtime
