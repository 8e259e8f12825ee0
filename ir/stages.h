// What the kinds of stages have in common, asked by the verifier and the correlator alike.
#ifndef FAULTLINE_IR_STAGES_H_
#define FAULTLINE_IR_STAGES_H_

#include "ir/ir.h"

namespace faultline::ir {

// Stages that take part in a match; the others refute, join or feed it.
inline bool IsPositive(StageKind kind) {
  switch (kind) {
    case StageKind::kMatch:
    case StageKind::kThen:
    case StageKind::kPart:
    case StageKind::kEntry:
    case StageKind::kEnter:
    case StageKind::kEdge:
      return true;
    case StageKind::kWithout:
    case StageKind::kUntil:
    case StageKind::kLatest:
    case StageKind::kNext:
    case StageKind::kFeed:
    case StageKind::kPause:
    case StageKind::kClose:
      return false;
  }
  return false;
}

}  // namespace faultline::ir

#endif  // FAULTLINE_IR_STAGES_H_
