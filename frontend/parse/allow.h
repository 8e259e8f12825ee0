// `// allow: NAME, NAME`: silences warnings by name, on its own line and the line after it.
#ifndef FAULTLINE_FRONTEND_PARSE_ALLOW_H_
#define FAULTLINE_FRONTEND_PARSE_ALLOW_H_

#include "frontend/ast/token.h"
#include "support/diag/diagnostic.h"
#include "support/source/source.h"

#include <vector>

namespace faultline::parse {

// Removes the warnings of the file of `tokens` that one of its comments allows; adds a warning for a name
// that no warning has. Errors stay. A comment line that stands above other allow comments reaches past them.
// O(tokens + diagnostics log diagnostics).
void ApplyAllows(std::vector<Diagnostic>& diagnostics, const std::vector<ast::Token>& tokens,
                 const SourceSet& sources);

}  // namespace faultline::parse

#endif  // FAULTLINE_FRONTEND_PARSE_ALLOW_H_
