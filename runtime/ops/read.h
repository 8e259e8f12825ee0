// Reading of one text as a value of each type: what the conversions from text, from `any` and of lists share.
//
// Each function gives missing where the text does not fit. `context` may hold the result's bytes.
#ifndef FAULTLINE_RUNTIME_OPS_READ_H_
#define FAULTLINE_RUNTIME_OPS_READ_H_

#include "runtime/ops/context.h"
#include "support/value/value.h"

#include <string_view>

namespace faultline::runtime {

Value ReadInt(EvalContext* context, std::string_view text);
Value ReadFloat(EvalContext* context, std::string_view text);
Value ReadBool(EvalContext* context, std::string_view text);
Value ReadDuration(EvalContext* context, std::string_view text);
Value ReadBytes(EvalContext* context, std::string_view text);
Value ReadTime(EvalContext* context, std::string_view text);
Value ReadSemver(EvalContext* context, std::string_view text);
Value ReadGoVersion(EvalContext* context, std::string_view text);
Value ReadIp(EvalContext* context, std::string_view text);
Value ReadNetwork(EvalContext* context, std::string_view text);
Value ReadUuid(EvalContext* context, std::string_view text);
Value ReadLevel(EvalContext* context, std::string_view text);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_OPS_READ_H_
