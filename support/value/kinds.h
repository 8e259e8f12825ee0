// What the kinds of values hold.
#ifndef FAULTLINE_SUPPORT_VALUE_KINDS_H_
#define FAULTLINE_SUPPORT_VALUE_KINDS_H_

#include "support/value/value.h"

namespace faultline {

// True if Value::text and size are what the value is.
constexpr bool HoldsText(ValueKind kind) {
  switch (kind) {
    case ValueKind::kText:
    case ValueKind::kSemver:
    case ValueKind::kGoVersion:
    case ValueKind::kIp:
    case ValueKind::kNetwork:
    case ValueKind::kUuid:
      return true;
    case ValueKind::kMissing:
    case ValueKind::kBool:
    case ValueKind::kInt:
    case ValueKind::kFloat:
    case ValueKind::kDuration:
    case ValueKind::kBytes:
    case ValueKind::kTime:
    case ValueKind::kLevel:
    case ValueKind::kList:
    case ValueKind::kRecord:
    case ValueKind::kMap:
      return false;
  }
  return false;
}

// True if Value::integer is what the value is.
constexpr bool HoldsInteger(ValueKind kind) {
  switch (kind) {
    case ValueKind::kBool:
    case ValueKind::kInt:
    case ValueKind::kDuration:
    case ValueKind::kBytes:
    case ValueKind::kTime:
    case ValueKind::kLevel:
      return true;
    case ValueKind::kMissing:
    case ValueKind::kFloat:
    case ValueKind::kText:
    case ValueKind::kSemver:
    case ValueKind::kGoVersion:
    case ValueKind::kIp:
    case ValueKind::kNetwork:
    case ValueKind::kUuid:
    case ValueKind::kList:
    case ValueKind::kRecord:
    case ValueKind::kMap:
      return false;
  }
  return false;
}

// True if Value::items and size are what the value is.
constexpr bool HoldsItems(ValueKind kind) {
  return kind == ValueKind::kList || kind == ValueKind::kRecord || kind == ValueKind::kMap;
}

}  // namespace faultline

#endif  // FAULTLINE_SUPPORT_VALUE_KINDS_H_
