// The text form of the IR: printed for people (`--emit ir`, case files) and read back (tests, portable
// packs).
//
//   constant @0 : text = "main.main"
//   pattern @0 "go.panic#1" {
//     regex "panic: (?P<what>.+)"
//     captures ["what"]
//   }
//   func @0 "go.panic.where" -> bool {
//     %0 = slot 1 : list<text>                 // stack
//     %1 = loop any %0 : bool {
//       %2 = element 0 : text
//       %3 = constant @0 : text                // "main.main"
//       %4 = eq_text %2, %3 : bool
//       yield %4
//     }
//     return %1
//   }
//
// For a module that Verify accepts, Parse(Print(m)) is the same module (equal.h) and prints to the same text.
// Spans are not printed: they do not change what runs. Print also shows modules that the verifier refuses, as
// far as they can be shown; such text need not be readable back. docs/ir.md has the whole form by example.
//
// Parse takes hostile text: time and memory are linear in it, nesting is bounded, the first mistake is
// reported. What it returns need not be well-formed; ask the verifier (verifier.h) before anything else.
// Thread safety: pure functions.
#ifndef FAULTLINE_IR_TEXT_H_
#define FAULTLINE_IR_TEXT_H_

#include "ir/ir.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace faultline::ir {

// Where the text stops making sense, and why. Lines and columns count from 1; columns are bytes.
struct ParseError {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::string message;
};

std::string Print(const Module& module);

// One rule, with the patterns, constants and functions it refers to. For reading; ids are the module's.
std::string Print(const Module& module, RuleId rule);

std::string PrintFunction(const Module& module, FunctionId function);

std::optional<Module> Parse(std::string_view text, ParseError* error);

// `text` in quotes, with everything escaped that is no printable UTF-8.
std::string Quote(std::string_view text);
std::string PrintType(const lang::Type& type);
std::string PrintValue(const Value& value);

}  // namespace faultline::ir

#endif  // FAULTLINE_IR_TEXT_H_
