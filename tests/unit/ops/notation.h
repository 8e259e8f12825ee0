// Values as the tests write them: literals read by the type of a parameter.
//
//   ?  true  42  min  max  2.5  "text\n"  1m2s  64MiB  2026-01-02T03:04:05Z  v1.2.3  [1, ?, 3]  {"k": 1, "l":
//   "x"}
//
// Where the type is `any` or T the literal says what it is: "text", 42, 2.5, true, lists and maps, and with a
// type in front anything: duration:1s, semver:v1.2.3, time:2026-01-02T03:04:05Z.
#ifndef FAULTLINE_TESTS_UNIT_OPS_NOTATION_H_
#define FAULTLINE_TESTS_UNIT_OPS_NOTATION_H_

#include "support/lang/type.h"
#include "support/value/value.h"

#include <optional>
#include <string_view>

namespace faultline::test {

// Reads one value from the front of `text` and takes it away. Nothing if it is no value of the type.
std::optional<Value> TakeValue(std::string_view& text, const lang::Type& type, Arena& arena);

// True if a value of the kind may stand where the type is declared. Missing values fit everywhere.
bool Fits(const Value& value, const lang::Type& type);

// The type of a value that says its own.
lang::Type TypeOf(const Value& value);

}  // namespace faultline::test

#endif  // FAULTLINE_TESTS_UNIT_OPS_NOTATION_H_
