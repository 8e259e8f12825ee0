// Whether an operation looks at its surroundings is found by asking it in several: other years, other zones.
// An operation that takes a year from --now, or a zone from --tz, gives another instant or another text in
// some of them.
#include "ir/interp/evaluate.h"

#include "ir/equal.h"
#include "runtime/ops/ops.h"

#include <span>

namespace faultline::ir {

bool EvaluateOperation(lang::Opcode opcode, const Value* args, Arena& arena, Value* out) {
  struct Surroundings {
    std::int64_t now;
    std::int64_t zone_offset;
  };
  constexpr std::int64_t kDay = 86'400'000'000'000;
  constexpr Surroundings kSurroundings[] = {{0, 0},
                                            {kDay * 365 * 30 + kDay / 3, 3600},
                                            {kDay * 365 * 56 + kDay * 200, -41'400},
                                            {kDay * 365 * 80, 50'400}};
  const std::span<const Value> arguments(args, lang::RowOf(opcode).parameters.size());
  bool first = true;
  for (const Surroundings& surroundings : kSurroundings) {
    runtime::EvalContext context;
    context.arena = &arena;
    context.now = surroundings.now;
    context.zone_offset = surroundings.zone_offset;
    const Value result = runtime::ApplyOp(opcode, context, arguments);
    if (first) {
      *out = result;
      first = false;
    } else if (!SameValue(result, *out)) {
      return false;
    }
  }
  return true;
}

}  // namespace faultline::ir
