// What the operators' C functions see beside their arguments.
//
// Plain data with a fixed layout, since native code passes pointers to it. Thread safety: one per evaluation.
#ifndef FAULTLINE_RUNTIME_OPS_CONTEXT_H_
#define FAULTLINE_RUNTIME_OPS_CONTEXT_H_

#include "support/value/value.h"

#include <cstdint>
#include <string_view>

namespace faultline::runtime {

// The record that is being looked at, for builtins (log.line, time, …).
struct RecordContext {
  std::string_view file;
  std::int64_t line = 0;    // in the original file, from 1
  std::int64_t column = 0;  // of the match, in bytes of the original line, from 1; 0: not known
  std::string_view text;    // unwrapped
  std::string_view raw;     // the line's bytes
  Value time;               // event time or missing
  Value stream;             // text or missing
};

struct EvalContext {
  Arena* arena = nullptr;
  std::int64_t now = 0;          // ns since 1970 UTC: --now, else the clock when the run began
  std::int64_t zone_offset = 0;  // --tz: seconds east of UTC for times without a zone
};

}  // namespace faultline::runtime

// The meaning of an operation. `args` are contiguous; `out` may not overlap them. Never throws, total.
using FaultlineOp = void (*)(faultline::runtime::EvalContext* context, faultline::Value* out,
                             const faultline::Value* args);

#endif  // FAULTLINE_RUNTIME_OPS_CONTEXT_H_
