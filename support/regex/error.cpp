// Names of error codes.
#include "support/regex/error.h"

namespace faultline::regex {

std::string_view ErrorCodeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kBadEscape:
      return "bad-escape";
    case ErrorCode::kTrailingBackslash:
      return "trailing-backslash";
    case ErrorCode::kBadCharRange:
      return "bad-char-range";
    case ErrorCode::kMissingBracket:
      return "missing-bracket";
    case ErrorCode::kMissingParen:
      return "missing-paren";
    case ErrorCode::kUnexpectedParen:
      return "unexpected-paren";
    case ErrorCode::kMissingRepeatOperand:
      return "missing-repeat-operand";
    case ErrorCode::kStackedRepeat:
      return "stacked-repeat";
    case ErrorCode::kBadRepeatRange:
      return "bad-repeat-range";
    case ErrorCode::kBadGroupName:
      return "bad-group-name";
    case ErrorCode::kDuplicateGroupName:
      return "duplicate-group-name";
    case ErrorCode::kBadFlags:
      return "bad-flags";
    case ErrorCode::kInvalidUtf8:
      return "invalid-utf8";
    case ErrorCode::kLookAround:
      return "look-around";
    case ErrorCode::kBackReference:
      return "back-reference";
    case ErrorCode::kPossessive:
      return "possessive";
    case ErrorCode::kAtomicGroup:
      return "atomic-group";
    case ErrorCode::kConditional:
      return "conditional";
    case ErrorCode::kRecursion:
      return "recursion";
    case ErrorCode::kUnsupportedAssertion:
      return "unsupported-assertion";
    case ErrorCode::kUnsupportedGroup:
      return "unsupported-group";
    case ErrorCode::kRepeatTooLarge:
      return "repeat-too-large";
    case ErrorCode::kNestingTooDeep:
      return "nesting-too-deep";
    case ErrorCode::kProgramTooLarge:
      return "program-too-large";
  }
  return "unknown";
}

}  // namespace faultline::regex
