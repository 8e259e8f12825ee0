#include "frontend/ast/ast.h"

namespace faultline::ast {

std::string Path::Text() const {
  std::string out;
  for (const Name& part : parts) {
    if (!out.empty()) out += '.';
    out += part.text;
  }
  return out;
}

std::optional<std::string> StringExpr::PlainText() const {
  std::string out;
  for (const StringPart& part : parts) {
    if (part.kind != StringPartKind::kText) return std::nullopt;
    out += part.text;
  }
  return out;
}

}  // namespace faultline::ast
