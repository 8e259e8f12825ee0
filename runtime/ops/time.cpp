// Times by a form that the rule's author gives.
#include "support/value/time.h"

#include "runtime/ops/define.h"

namespace faultline::runtime {

FAULTLINE_OP(parse_time) {
  const TimeDefaults defaults{context->now, context->zone_offset};
  *out = OptionalInteger(ValueKind::kTime, ParseTimeBy(args[0].AsText(), args[1].AsText(), defaults));
}

FAULTLINE_OP(format_time) {
  const std::optional<std::string> text = FormatTimeBy(args[0].integer, args[1].AsText());
  *out = text ? NewText(context, *text) : Value::Missing();
}

}  // namespace faultline::runtime
