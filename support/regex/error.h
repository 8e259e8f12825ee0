// Errors of the regex library: values that say what is wrong, where, and what to write instead.
//
// Messages follow the house style for diagnostics: lower case, no full stop, code in backticks. They are
// complete without the pattern; `begin` and `end` let a caller underline the place in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace faultline::regex {

enum class ErrorCode : uint8_t {
  // Not well formed.
  kBadEscape,             // `\y`
  kTrailingBackslash,     // `a\`
  kBadCharRange,          // `[z-a]`, `\p{Greeek}`, `[[:word-:]]`
  kMissingBracket,        // `[a`
  kMissingParen,          // `(a`
  kUnexpectedParen,       // `a)`
  kMissingRepeatOperand,  // `*a`
  kStackedRepeat,         // `a**`
  kBadRepeatRange,        // `a{3,2}`
  kBadGroupName,          // `(?<1 x>a)`
  kDuplicateGroupName,    // `(?<x>a)(?<x>b)`
  kBadFlags,              // `(?z)`
  kInvalidUtf8,           // the pattern is not UTF-8
  // Well formed elsewhere, but not in a language that promises linear time.
  kLookAround,            // `(?=a)`, `(?<!a)`
  kBackReference,         // `(a)\1`, `(?P=x)`, `\k<x>`
  kPossessive,            // `a*+`
  kAtomicGroup,           // `(?>a)`
  kConditional,           // `(?(1)a|b)`
  kRecursion,             // `(?R)`, `(?1)`, `(?&x)`, `\g<x>`
  kUnsupportedAssertion,  // `\Z`, `\G`, `\K`, `\<`
  kUnsupportedGroup,      // `(?#…)`, `(?|…)`, `(?'x'…)`, `(*ACCEPT)`
  // Well formed, but too large.
  kRepeatTooLarge,   // `a{1001}`, `(a{100}){100}`
  kNestingTooDeep,   // more than 1000 groups inside one another
  kProgramTooLarge,  // more instructions than the budget
};

struct Error {
  ErrorCode code = ErrorCode::kBadEscape;
  uint32_t begin = 0;   // bytes into the pattern
  uint32_t end = 0;     // one past the last byte; equal to `begin` for a place between bytes
  std::string message;  // what was seen
  std::string hint;     // what to write instead; may be empty
};

// `bad-escape`, `look-around`, …: stable names for tests and documents.
std::string_view ErrorCodeName(ErrorCode code);

// A value or the error that prevented it. Reading the wrong side is a bug in the caller.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit by design
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit by design

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  const T& operator*() const& { return *std::get_if<0>(&state_); }
  T&& operator*() && { return std::move(*std::get_if<0>(&state_)); }
  const T* operator->() const { return std::get_if<0>(&state_); }
  const Error& error() const { return *std::get_if<1>(&state_); }

 private:
  std::variant<T, Error> state_;
};

}  // namespace faultline::regex
