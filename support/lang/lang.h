// The language's tables as data: operators and functions with their signatures, hole types, levels and
// severities.
//
// ops.def, holes.def and types.def are the only places where these are listed; this header turns them into
// enums and look-ups for the parser, sema, the IR, both back ends and the documentation.
//
// Thread safety: the tables are built once and immutable.
#ifndef FAULTLINE_SUPPORT_LANG_LANG_H_
#define FAULTLINE_SUPPORT_LANG_LANG_H_

#include "support/lang/type.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace faultline::lang {

// ---------------------------------------------------------------- operators

enum class Operator : std::uint16_t {
#define FAULTLINE_OPERATOR(id, spelling, form, precedence, help) id,
#define FAULTLINE_OVERLOAD(op, opcode, signature, traits)
#include "support/lang/ops.def"
#undef FAULTLINE_OPERATOR
#undef FAULTLINE_OVERLOAD
};

// kConversion is written by the compiler only (`x as int`, hole types); kSyntax has a form of its own in the
// grammar
// (`x between a and b`, `x default y`, `x missing`, `if c then a else b`).
enum class OperatorForm : std::uint8_t { kInfix, kPrefix, kFunction, kConversion, kSyntax };

struct OperatorRow {
  Operator id;
  std::string_view spelling;
  OperatorForm form;
  int precedence;
  std::string_view help;
  std::string_view group;  // heading of the reference page
};

// One signature of an operator: an operation of the IR.
enum class Opcode : std::uint16_t {
#define FAULTLINE_OPERATOR(id, spelling, form, precedence, help)
#define FAULTLINE_OVERLOAD(op, opcode, signature, traits) opcode,
#include "support/lang/ops.def"
#undef FAULTLINE_OPERATOR
#undef FAULTLINE_OVERLOAD
};

enum class OpTraits : std::uint8_t { kStrict, kLenient };

// A type in a signature: T stands for any type, bound on first use.
struct TypePattern {
  enum class Kind : std::uint8_t { kType, kVariable, kListOfVariable } kind = Kind::kType;
  Type type;
};

struct OverloadRow {
  Operator op;
  Opcode opcode;
  std::string_view name;       // "add_int": the opcode in the IR's text and the suffix of the C symbol
  std::string_view signature;  // "int(int, int)"
  OpTraits traits;
  TypePattern result;
  std::vector<TypePattern> parameters;
};

const std::vector<OperatorRow>& Operators();
const OperatorRow& RowOf(Operator op);
const std::vector<OverloadRow>& Overloads();
// The rows of one operator; they stand together in the table.
std::span<const OverloadRow> OverloadsOf(Operator op);
const OverloadRow& RowOf(Opcode opcode);
std::optional<Opcode> OpcodeByName(std::string_view name);
// kInfix and kPrefix by what is written; kFunction, kConversion and kSyntax by name. O(log n).
std::optional<Operator> OperatorBySpelling(std::string_view spelling, OperatorForm form);

struct Resolution {
  const OverloadRow* overload = nullptr;  // null: no signature fits
  Type result;
};
// The first row of `op`, in table order, whose parameters are exactly `arguments` (kError fits everything).
// Implicit conversions (int to float, any to a wanted type) are sema's business: it asks again with converted
// types.
Resolution ResolveOverload(Operator op, const std::vector<Type>& arguments);

// The operator of `x as TYPE`: kToInt for int, …; asked with the type of x. None for lists, maps and records.
std::optional<Operator> ConversionTo(TypeKind kind);
// The operator that takes a value of the kind out of an `any` without reading text: kAsInt for int, …
std::optional<Operator> CastFromAny(TypeKind kind);

// ---------------------------------------------------------------- hole types

// {x:int}: the regex that a hole type stands for and the conversion of what it took.
struct HoleRow {
  std::string_view name;
  std::string_view regex;       // without captures; empty: built by the compiler from its arguments
  std::string_view conversion;  // name of a kConversion opcode, "" for text
  std::string_view help;
  std::string_view example;
};
const std::vector<HoleRow>& HoleTypes();
const HoleRow* HoleTypeByName(std::string_view name);
// The type of the value that a hole gives: the result of its conversion, text where there is none.
Type HoleType(const HoleRow& hole);

// ---------------------------------------------------------------- severities and levels

enum class Severity : std::uint8_t { kNote, kWarning, kError, kCritical };
std::string_view SeverityName(Severity severity);
std::optional<Severity> SeverityByName(std::string_view name);

// Levels of log lines. Names of many loggers map onto them: "WARN", "W", "warning", 30 (pino) …
enum class Level : std::uint8_t { kTrace, kDebug, kInfo, kWarning, kError, kCritical };
std::string_view LevelName(Level level);
std::optional<Level> LevelByName(std::string_view name);  // any case, all loggers' spellings and numbers
std::vector<std::string_view> LevelWords(Level level);    // the spellings that mean it, lower case
std::optional<Level> LevelByNumber(
    std::int64_t number);  // pino and bunyan: 10 trace … 60 critical; others are missing

// ---------------------------------------------------------------- keywords

// Words with a meaning at some place of the grammar (keywords.def). All are soft: a field may be called
// `count`.
const std::vector<std::string_view>& Keywords();

}  // namespace faultline::lang

#endif  // FAULTLINE_SUPPORT_LANG_LANG_H_
