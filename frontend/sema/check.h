// Check: names, types, templates, rules and lints of a set of modules.
//
// The modules are checked together: what one names, another may define. A module may be split over several
// files; its files share their names, each has its own `use` lines. Stock formats and wrappers (module
// `formats`) are visible everywhere. Names of the module itself come before those.
//
// Errors go to the sink, several in one pass and at most one for a mistake: what failed gets the error type,
// which fits everything. A rule with errors is marked and kept, so that the others can be looked at.
//
// Cost: linear in the size of the modules, apart from template expansion, which is bounded
// (kMaxPatternNodes). Thread safety: a pure function of its arguments; calls with different sinks may run
// side by side.
#ifndef FAULTLINE_FRONTEND_SEMA_CHECK_H_
#define FAULTLINE_FRONTEND_SEMA_CHECK_H_

#include "frontend/ast/ast.h"
#include "frontend/sema/checked.h"
#include "support/diag/diagnostic.h"
#include "support/source/source.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace faultline::sema {

struct CheckOptions {
  bool lints = true;  // FL08xx
  // Modules whose lints are nobody's business here, such as the stock packs under a user's rules.
  std::vector<std::string> quiet_modules;
  // The text of the file that a `table` names, `path` as written in `file`; nothing and why in `error`.
  std::function<std::optional<std::string>(FileId file, const std::string& path, std::string* error)>
      read_file = {};
  // What runs out before this time (ns since 1970) has no effect.
  std::int64_t now = INT64_MIN;
};

CheckedProgram Check(std::span<const ast::Module* const> modules, const SourceSet& sources,
                     const CheckOptions& options, DiagnosticSink& sink);

}  // namespace faultline::sema

#endif  // FAULTLINE_FRONTEND_SEMA_CHECK_H_
