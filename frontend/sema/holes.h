// Hole types: what `{x:TYPE}` takes of the text and what becomes of it.
//
// Most are rows of support/lang/holes.def. Those that depend on their place in the template (untyped, text)
// or on arguments (until, digits, list …) are built here.
#ifndef FAULTLINE_FRONTEND_SEMA_HOLES_H_
#define FAULTLINE_FRONTEND_SEMA_HOLES_H_

#include "frontend/sema/context.h"
#include "support/regex/node.h"

#include <functional>
#include <optional>
#include <string>

namespace faultline::sema {

enum class HoleShape : std::uint8_t {
  kFixed,      // `node` says what it takes
  kUntyped,    // a run without blanks, as short as the rest allows
  kText,       // any text, as short as the rest allows
  kRest,       // everything to the end
  kUnwrapped,  // the inner text of a wrapper
  kPattern,    // a named pattern
};

struct HoleType {
  HoleShape shape = HoleShape::kFixed;
  regex::NodePtr node;  // kFixed
  bool open = false;    // takes whatever it can get: two of them cannot stand side by side
  lang::Type type = lang::TypeKind::kText;
  std::function<ExprPtr(ExprPtr)> convert;  // from the text; empty: it stays text
  Symbol* pattern = nullptr;
};

// The hole type that `type` names in `file`, or nothing after a report. Absent: untyped. Pure apart from the
// sink.
std::optional<HoleType> ResolveHole(Context& context, const FileScope& file, const ast::TypeRef& type);
HoleType UntypedHole();

// The conversion of text to `type` that a hole of this type does, or null: `x as int`, typed fields.
std::function<ExprPtr(ExprPtr)> TextConversion(const lang::Type& type);
// From any value to `type`, reading text where it must: JSON fields with a type.
std::function<ExprPtr(ExprPtr)> AnyConversion(const lang::Type& type);

// The type that `type` names as a value: int, duration(ms), list(text). `unit` gets the argument of duration,
// time and bytes. Nothing after a report.
struct NamedType {
  lang::Type type;
  std::string unit;
};
std::optional<NamedType> ResolveType(Context& context, const ast::TypeRef& type);

// Character classes that templates are made of.
regex::NodePtr BlankNode();     // [ \t]
regex::NodePtr NonBlankNode();  // [^ \t\n]
regex::NodePtr LineCharNode();  // [^\n]

}  // namespace faultline::sema

#endif  // FAULTLINE_FRONTEND_SEMA_HOLES_H_
