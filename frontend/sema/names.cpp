// Declarations of modules and their look-up.
#include "frontend/sema/names.h"

#include <algorithm>

namespace faultline::sema {
namespace {

SymbolKind KindOf(const ast::Decl& decl) {
  switch (decl.kind) {
    case ast::DeclKind::kError:
    case ast::DeclKind::kPattern:
      return SymbolKind::kPattern;
    case ast::DeclKind::kFormat:
      return SymbolKind::kFormat;
    case ast::DeclKind::kWrapper:
      return SymbolKind::kWrapper;
    case ast::DeclKind::kRule:
      switch (static_cast<const ast::RuleDecl&>(decl).form) {
        case ast::RuleForm::kRule:
        case ast::RuleForm::kScore:
          break;
        case ast::RuleForm::kEvent:
          return SymbolKind::kEvent;
        case ast::RuleForm::kScope:
          return SymbolKind::kScope;
        case ast::RuleForm::kGraph:
          return SymbolKind::kGraph;
      }
      return static_cast<const ast::RuleDecl&>(decl).is_event ? SymbolKind::kEvent : SymbolKind::kRule;
    case ast::DeclKind::kPart:
      return SymbolKind::kPart;
    case ast::DeclKind::kTable:
      return SymbolKind::kTable;
    case ast::DeclKind::kParam:
      return SymbolKind::kParam;
    case ast::DeclKind::kOverride:
    case ast::DeclKind::kDisable:
    case ast::DeclKind::kPack:
      break;  // these are no symbols
  }
  return SymbolKind::kPattern;
}

// Whether other declarations can name it.
bool IsSymbol(const ast::Decl& decl) {
  switch (decl.kind) {
    case ast::DeclKind::kPattern:
    case ast::DeclKind::kFormat:
    case ast::DeclKind::kWrapper:
    case ast::DeclKind::kRule:
    case ast::DeclKind::kPart:
    case ast::DeclKind::kTable:
    case ast::DeclKind::kParam:
      return true;
    case ast::DeclKind::kError:
    case ast::DeclKind::kOverride:
    case ast::DeclKind::kDisable:
    case ast::DeclKind::kPack:
      return false;
  }
  return false;
}

// Whether the parser reported something outside of the declarations that it could read.
bool HasUnreadDeclaration(const ast::Module& module, const DiagnosticSink& sink) {
  for (const Diagnostic& diagnostic : sink.diagnostics()) {
    const Span error = diagnostic.span;
    if (diagnostic.severity() != DiagnosticSeverity::kError || error.file != module.file) continue;
    const bool inside = std::any_of(module.decls.begin(), module.decls.end(), [&](const ast::DeclPtr& decl) {
      return decl->kind != ast::DeclKind::kError && decl->kind != ast::DeclKind::kPattern &&
             !decl->name.text.empty() && error.begin >= decl->span.begin && error.begin < decl->span.end;
    });
    if (!inside) return true;
  }
  return false;
}

std::string PrefixOf(const ast::Path& path) {
  std::string prefix;
  for (std::size_t i = 0; i + 1 < path.parts.size(); ++i) {
    if (i > 0) prefix += '.';
    prefix += path.parts[i].text;
  }
  return prefix;
}

}  // namespace

std::string_view SymbolKindName(SymbolKind kind) {
  switch (kind) {
    case SymbolKind::kPattern:
      return "a pattern";
    case SymbolKind::kFormat:
      return "a format";
    case SymbolKind::kWrapper:
      return "a wrapper";
    case SymbolKind::kRule:
      return "a rule";
    case SymbolKind::kEvent:
      return "an event";
    case SymbolKind::kScope:
      return "a scope";
    case SymbolKind::kGraph:
      return "a graph";
    case SymbolKind::kPart:
      return "a part";
    case SymbolKind::kTable:
      return "a table";
    case SymbolKind::kParam:
      return "a parameter";
  }
  return "";
}

std::string Symbol::QualifiedName() const {
  const std::string& module = file->module->name;
  return module.empty() ? decl->name.text : module + "." + decl->name.text;
}

ModuleScope* Names::FindModule(std::string_view name) const {
  auto found = modules_.find(name);
  return found == modules_.end() ? nullptr : found->second.get();
}

void Names::Declare(std::span<const ast::Module* const> modules, DiagnosticSink& sink) {
  for (const ast::Module* module : modules) {
    const std::string name = module->name ? module->name->Text() : "";
    std::unique_ptr<ModuleScope>& scope = modules_[name];
    if (!scope) {
      scope = std::make_unique<ModuleScope>();
      scope->name = name;
    }
    auto file = std::make_unique<FileScope>();
    file->module_ast = module;
    file->module = scope.get();
    scope->broken = scope->broken || HasUnreadDeclaration(*module, sink);
    for (const ast::DeclPtr& decl : module->decls) {
      if (!IsSymbol(*decl) || decl->name.text.empty()) continue;
      auto [found, added] = scope->symbols.try_emplace(decl->name.text);
      if (!added) {
        sink.Report(diag::duplicate_name, decl->name.span, decl->name.text)
            .Label("declared again here")
            .Label(found->second.decl->name.span, "first declared here")
            .Help("give one of them another name");
        continue;
      }
      found->second.kind = KindOf(*decl);
      found->second.decl = decl.get();
      found->second.file = file.get();
      order_.push_back(&found->second);
    }
    files_.push_back(std::move(file));
  }
  for (const std::unique_ptr<FileScope>& file : files_) DeclareUses(*file, sink);
}

void Names::DeclareUses(FileScope& file, DiagnosticSink& sink) {
  for (const ast::Use& use : file.module_ast->uses) {
    if (use.module.parts.empty()) continue;  // broken input, reported by the parser
    const std::string name = use.module.Text();
    ModuleScope* module = FindModule(name);
    if (module == nullptr) {
      std::vector<std::string> known;
      for (const auto& [other, scope] : modules_) {
        if (!other.empty()) known.push_back(other);
      }
      HelpWithNearest(sink.Report(diag::unknown_module, use.module.span, name), use.module.span, name, known);
    }
    const ast::Name& prefix = use.alias ? *use.alias : use.module.parts.back();
    auto taken = std::find_if(file.uses.begin(), file.uses.end(),
                              [&](const UseScope& other) { return other.prefix == prefix.text; });
    if (taken != file.uses.end() && taken->module != module) {
      sink.Report(diag::duplicate_name, prefix.span, prefix.text)
          .Label(taken->span, "first used here")
          .Help("write `use " + name + " as " + prefix.text + "2`");
      continue;
    }
    file.uses.push_back({prefix.text, module, use.span});
  }
}

Symbol* Names::Find(const FileScope& file, const ast::Path& path) const {
  if (path.parts.empty()) return nullptr;
  const std::string& last = path.parts.back().text;
  auto in = [&](ModuleScope* module) -> Symbol* {
    if (module == nullptr) return nullptr;
    auto found = module->symbols.find(last);
    return found == module->symbols.end() ? nullptr : &found->second;
  };
  if (path.parts.size() == 1) {
    if (Symbol* own = in(file.module)) return own;
    return in(FindModule(kFormatsModule));
  }
  const std::string prefix = PrefixOf(path);
  for (const UseScope& use : file.uses) {
    if (use.prefix != prefix && !(use.module != nullptr && use.module->name == prefix)) continue;
    use.used = true;
    return in(use.module);
  }
  if (prefix == file.module->name || prefix == kFormatsModule) return in(FindModule(prefix));
  return nullptr;
}

Symbol* Names::FindAnywhere(const ast::Path& path) const {
  if (path.parts.empty()) return nullptr;
  ModuleScope* module = FindModule(PrefixOf(path));
  if (module == nullptr) return nullptr;
  const auto found = module->symbols.find(path.parts.back().text);
  return found == module->symbols.end() ? nullptr : &found->second;
}

bool Names::ModuleIsBroken(const FileScope& file, const ast::Path& path) const {
  if (path.parts.size() == 1) return file.module->broken;
  const std::string prefix = PrefixOf(path);
  for (const ast::Use& use : file.module_ast->uses) {
    if (use.module.parts.empty() || FindModule(use.module.Text()) != nullptr) continue;
    const std::string& short_name = use.alias ? use.alias->text : use.module.parts.back().text;
    if (prefix == short_name || prefix == use.module.Text()) return true;
  }
  return false;
}

std::string Names::ModuleToUse(const ast::Path& path) const {
  if (path.parts.size() < 2) return {};
  const std::string prefix = PrefixOf(path);
  for (const auto& [name, module] : modules_) {
    if (name != prefix && !name.ends_with("." + prefix)) continue;
    if (module->symbols.contains(path.parts.back().text)) return name;
  }
  return {};
}

std::vector<std::string> Names::Visible(const FileScope& file, std::span<const SymbolKind> kinds) const {
  std::vector<std::string> result;
  auto add = [&](const ModuleScope& module, const std::string& prefix) {
    for (const auto& [name, symbol] : module.symbols) {
      if (std::find(kinds.begin(), kinds.end(), symbol.kind) == kinds.end()) continue;
      result.push_back(prefix.empty() ? name : prefix + "." + name);
    }
  };
  add(*file.module, "");
  for (const UseScope& use : file.uses) {
    if (use.module != nullptr) add(*use.module, use.prefix);
  }
  if (const ModuleScope* formats = FindModule(kFormatsModule); formats != nullptr && formats != file.module) {
    add(*formats, "");
  }
  return result;
}

std::vector<const Symbol*> Names::VisibleSymbols(const FileScope& file, SymbolKind kind) const {
  std::vector<const Symbol*> result;
  auto add = [&](const ModuleScope* module) {
    if (module == nullptr) return;
    for (const auto& [name, symbol] : module->symbols) {
      if (symbol.kind != kind || std::find(result.begin(), result.end(), &symbol) != result.end()) continue;
      result.push_back(&symbol);
    }
  };
  add(file.module);
  for (const UseScope& use : file.uses) add(use.module);
  add(FindModule(kFormatsModule));
  return result;
}

std::string Listed(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 12;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kShown; ++i)
    text += (i == 0 ? "`" : ", `") + names[i] + "`";
  if (names.size() > kShown) text += " and " + std::to_string(names.size() - kShown) + " more";
  return text;
}

void HelpWithNearest(Diagnostic& diagnostic, Span where, std::string_view word,
                     const std::vector<std::string>& candidates) {
  const std::vector<std::string_view> views(candidates.begin(), candidates.end());
  const std::string_view near = Nearest(word, views);
  if (near.empty()) return;
  diagnostic.Help("did you mean `" + std::string(near) + "`?").Replace(where, std::string(near));
}

}  // namespace faultline::sema
