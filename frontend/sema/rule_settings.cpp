// What settings of a repository change in a rule.
#include "frontend/sema/rules.h"
#include "frontend/sema/settings.h"

namespace faultline::sema {

// Behind the rule's own clauses, and in their words: the names are those of the rule.
void RuleChecker::CheckSettings() {
  if (const auto set = context_.settings.rules.find(&symbol_); set != context_.settings.rules.end()) {
    const RuleSetting& setting = set->second;
    if (setting.severity) rule_.severity = *setting.severity;
    for (const ast::OverrideEntry* entry : {setting.report, setting.fix}) {
      if (entry == nullptr || !entry->value) continue;
      const bool report = entry == setting.report;
      const auto use = report ? ExprChecker::TextUse::kReport : ExprChecker::TextUse::kFix;
      ExprPtr text = exprs_.CheckText(*entry->value, use);
      if (!text) {
        Fail();
        continue;
      }
      (report ? rule_.report : rule_.fix) = std::move(text);
    }
  }
  if (const auto allows = context_.settings.allows.find(&symbol_); allows != context_.settings.allows.end()) {
    for (const AllowSetting& setting : allows->second) {
      Allow allow;
      allow.when = CheckIn(*setting.decl->condition, Place::kVerdict, kNoIndex, true);
      if (!allow.when) {
        Fail();
        continue;
      }
      allow.reason = setting.decl->reason.value_or("");
      allow.until = setting.until;
      rule_.allows.push_back(std::move(allow));
    }
  }
  rule_.disabled = context_.settings.disabled.contains(&symbol_);
}

}  // namespace faultline::sema
