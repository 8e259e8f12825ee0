// Overrides, what is disabled and allowed, packs.
#include "frontend/sema/settings.h"

#include "frontend/sema/context.h"
#include "support/value/time.h"

#include <utility>

namespace faultline::sema {

namespace {

class Collector {
 public:
  Collector(Context& context, const FileScope& file) : context_(context), file_(file) {}

  void Override(const ast::OverrideDecl& decl) {
    Symbol* target = context_.names.Find(file_, decl.target);
    if (target == nullptr) target = context_.names.FindAnywhere(decl.target);
    const ModuleScope* module =
        target != nullptr ? target->file->module : context_.names.Module(decl.target.Text());
    if (target == nullptr && module == nullptr) return Unknown(decl.target);
    if (target != nullptr && !IsRuleLike(target->kind)) {
      context_.sink
          .Report(diag::wrong_kind, decl.target.span, decl.target.Text(), SymbolKindName(target->kind),
                  "a rule or a module")
          .Help("a parameter is set behind its rule or its module: `override MODULE { " +
                decl.target.parts.back().text + " = … }`");
      return;
    }
    for (const ast::OverrideEntry& entry : decl.entries) {
      if (entry.assigned) {
        Param(entry, *module, decl);
      } else {
        Clause(entry, target, decl);
      }
    }
  }

  void Disable(const ast::DisableDecl& decl) {
    Symbol* target = context_.names.Find(file_, decl.target);
    if (target == nullptr) target = context_.names.FindAnywhere(decl.target);
    if (target == nullptr) return Unknown(decl.target);
    const bool allow = decl.condition != nullptr;
    if (target->kind != SymbolKind::kRule) {
      context_.sink
          .Report(diag::wrong_kind, decl.target.span, decl.target.Text(), SymbolKindName(target->kind),
                  "a rule")
          .Help("only rules are reported; name the rule that reads it");
      return;
    }
    Setting setting;
    setting.kind = allow ? SettingKind::kAllow : SettingKind::kDisable;
    setting.target = target->QualifiedName();
    setting.what = allow ? context_.sources.TextOf(decl.condition->span) : "";
    setting.reason = decl.reason.value_or("");
    setting.until = decl.until.value_or("");
    setting.span = decl.span;
    std::int64_t until = INT64_MAX;
    if (decl.until) {
      const std::optional<std::int64_t> time = ParseTime(*decl.until, {});
      if (!time) {
        context_.sink.Report(diag::bad_literal, decl.until_span, *decl.until, "time")
            .Help("write a date: `until \"2027-01-01\"`");
        return;
      }
      until = *time;
    }
    setting.expired = until <= context_.options.now;
    if (setting.expired) {
      context_.sink.Report(diag::setting_expired, decl.until_span, *decl.until)
          .Help("remove it, or write a later date if it still holds");
    } else if (allow) {
      context_.settings.allows[target].push_back({&decl, until});
    } else if (!context_.settings.disabled.emplace(target, &decl).second) {
      Twice(decl.target.span, decl.target.Text(), context_.settings.disabled[target]->target.span);
      return;
    }
    context_.out.settings.push_back(std::move(setting));
  }

  void Pack(const ast::PackDecl& decl) {
    sema::Pack pack;
    pack.name = decl.name.text;
    pack.version = decl.version;
    for (const ast::PackNeed& need : decl.needs) pack.needs.emplace_back(need.name.Text(), need.version);
    pack.span = decl.name.span;
    context_.out.packs.push_back(std::move(pack));
  }

 private:
  static bool IsRuleLike(SymbolKind kind) {
    return kind == SymbolKind::kRule || kind == SymbolKind::kEvent || kind == SymbolKind::kScope ||
           kind == SymbolKind::kGraph || kind == SymbolKind::kParam;
  }

  void Unknown(const ast::Path& path) {
    std::vector<std::string> known;
    for (const Symbol* symbol : context_.names.symbols()) {
      if (symbol->kind == SymbolKind::kRule) known.push_back(symbol->QualifiedName());
    }
    if (context_.names.ModuleIsBroken(file_, path)) return;
    HelpWithNearest(context_.sink.Report(diag::unknown_rule, path.span, path.Text()), path.span, path.Text(),
                    known);
  }

  void Twice(Span span, const std::string& what, Span first) {
    context_.sink.Report(diag::setting_twice, span, what)
        .Label("again here")
        .Label(first, "first here")
        .Help("keep one of them");
  }

  void Note(const ast::OverrideEntry& entry, std::string target, std::string what) {
    Setting setting;
    setting.kind = SettingKind::kOverride;
    setting.target = std::move(target);
    setting.what = std::move(what);
    if (entry.value) setting.value = context_.sources.TextOf(entry.value->span);
    setting.span = entry.span;
    context_.out.settings.push_back(std::move(setting));
  }

  void Param(const ast::OverrideEntry& entry, const ModuleScope& module, const ast::OverrideDecl& decl) {
    const auto found = module.symbols.find(entry.name.text);
    if (found == module.symbols.end() || found->second.kind != SymbolKind::kParam) {
      if (module.broken) return;
      std::vector<std::string> known;
      for (const auto& [name, symbol] : module.symbols) {
        if (symbol.kind == SymbolKind::kParam) known.push_back(name);
      }
      HelpWithNearest(
          context_.sink.Report(diag::unknown_param, entry.name.span, module.name, entry.name.text),
          entry.name.span, entry.name.text, known);
      return;
    }
    const auto [set, added] =
        context_.settings.params.try_emplace(&found->second, ParamSetting{&file_, &entry});
    if (!added) return Twice(entry.name.span, entry.name.text, set->second.entry->name.span);
    Note(entry, decl.target.Text(), found->second.QualifiedName());
  }

  void Clause(const ast::OverrideEntry& entry, const Symbol* target, const ast::OverrideDecl& decl) {
    if (target == nullptr || target->kind != SymbolKind::kRule) {
      context_.sink
          .Report(diag::clause_misplaced, entry.name.span, entry.name.text, "the `override` of a rule")
          .Help("events, scopes and modules are never reported; name the rule");
      return;
    }
    RuleSetting& setting = context_.settings.rules[target];
    const ast::OverrideEntry** slot = entry.name.text == "severity" ? &setting.severity_entry
                                      : entry.name.text == "report" ? &setting.report
                                                                    : &setting.fix;
    if (*slot != nullptr) return Twice(entry.name.span, entry.name.text, (*slot)->name.span);
    *slot = &entry;
    if (slot == &setting.severity_entry) {
      if (!entry.value || entry.value->kind != ast::ExprKind::kName) return;
      const std::string& name = static_cast<const ast::NameExpr&>(*entry.value).name.text;
      setting.severity = lang::SeverityByName(name);
      if (!setting.severity) {
        HelpWithNearest(context_.sink.Report(diag::unknown_severity, entry.value->span, name)
                            .Note("severities are note, warning, error, critical"),
                        entry.value->span, name, {"note", "warning", "error", "critical"});
      }
    }
    Note(entry, decl.target.Text(), entry.name.text);
  }

  Context& context_;
  const FileScope& file_;
};

}  // namespace

void CollectSettings(Context& context) {
  for (const std::unique_ptr<FileScope>& file : context.names.files()) {
    Collector collector(context, *file);
    for (const ast::DeclPtr& decl : file->module_ast->decls) {
      if (decl->kind == ast::DeclKind::kOverride)
        collector.Override(static_cast<const ast::OverrideDecl&>(*decl));
      if (decl->kind == ast::DeclKind::kDisable)
        collector.Disable(static_cast<const ast::DisableDecl&>(*decl));
      if (decl->kind == ast::DeclKind::kPack) collector.Pack(static_cast<const ast::PackDecl&>(*decl));
    }
  }
}

}  // namespace faultline::sema
