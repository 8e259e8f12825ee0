// What a repository changes about rules that it did not write: `override`, `disable`, `allow`, and `pack`.
//
// Settings are collected before anything is checked, since parameters need them. What they name has to exist;
// what has run out is warned of and has no effect.
#ifndef FAULTLINE_FRONTEND_SEMA_SETTINGS_H_
#define FAULTLINE_FRONTEND_SEMA_SETTINGS_H_

#include "frontend/ast/ast.h"
#include "frontend/sema/names.h"
#include "support/lang/lang.h"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace faultline::sema {

struct Context;

struct ParamSetting {
  const FileScope* file = nullptr;
  const ast::OverrideEntry* entry = nullptr;
};

struct RuleSetting {
  std::optional<lang::Severity> severity;
  const ast::OverrideEntry* severity_entry = nullptr;
  const ast::OverrideEntry* report = nullptr;
  const ast::OverrideEntry* fix = nullptr;
};

struct AllowSetting {
  const ast::DisableDecl* decl = nullptr;
  std::int64_t until = INT64_MAX;  // ns since 1970
};

struct Settings {
  std::map<const Symbol*, ParamSetting> params;
  std::map<const Symbol*, RuleSetting> rules;
  std::map<const Symbol*, std::vector<AllowSetting>> allows;
  std::map<const Symbol*, const ast::DisableDecl*> disabled;
};

// Fills context.settings, and what of it people want to see in CheckedProgram::settings.
void CollectSettings(Context& context);

}  // namespace faultline::sema

#endif  // FAULTLINE_FRONTEND_SEMA_SETTINGS_H_
