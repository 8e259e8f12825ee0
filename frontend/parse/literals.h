// Numbers with their units: 42, 0x2a, 1_000, 1.5, 15%, 1h30m, 300ms, 64MiB.
//
// Durations and sizes are exact: a fraction that is no whole number of nanoseconds or bytes is refused, and
// nothing goes through a double. Internal to frontend/parse.
#ifndef FAULTLINE_FRONTEND_PARSE_LITERALS_H_
#define FAULTLINE_FRONTEND_PARSE_LITERALS_H_

#include "frontend/ast/ast.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace faultline::parse {

enum class LiteralError : std::uint8_t {
  kNone,
  kMalformed,    // 1.2.3, 0xg
  kUnknownUnit,  // 12parsecs
  kTooLarge,
  kUneven,  // 0.3ns
};

struct Literal {
  ast::ExprKind kind = ast::ExprKind::kInt;  // kInt, kFloat, kPercent, kDuration, kSize
  std::int64_t integer = 0;
  double real = 0;
  LiteralError error = LiteralError::kNone;
  std::string_view unit;  // for kUnknownUnit
};

// `negative`: the value is written behind a minus, so that the smallest integer can be written.
Literal ReadLiteral(std::string_view text, bool negative);

}  // namespace faultline::parse

#endif  // FAULTLINE_FRONTEND_PARSE_LITERALS_H_
