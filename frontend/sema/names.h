// The names that modules declare, and how a name in a file finds its declaration.
//
// A module is what all files that open with the same `module` line declare together. In a file, a bare name
// means a declaration of its own module, else one of the stock module `formats`; `a.b.name` means one of
// module `a.b`, of a module brought in by `use` whose last part is `a.b`, or of the alias of a `use`.
#ifndef FAULTLINE_FRONTEND_SEMA_NAMES_H_
#define FAULTLINE_FRONTEND_SEMA_NAMES_H_

#include "frontend/ast/ast.h"
#include "support/diag/diagnostic.h"

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::sema {

enum class SymbolKind : std::uint8_t {
  kPattern,
  kFormat,
  kWrapper,
  kRule,
  kEvent,
  kScope,
  kGraph,
  kPart,
  kTable,
  kParam
};
std::string_view SymbolKindName(SymbolKind kind);  // "a pattern", "an event"

struct ModuleScope;
struct FileScope;

struct Symbol {
  SymbolKind kind = SymbolKind::kPattern;
  const ast::Decl* decl = nullptr;
  const FileScope* file = nullptr;
  std::uint32_t index = 0xffffffff;  // in CheckedProgram, once it is checked
  enum class State : std::uint8_t { kNew, kBusy, kDone } state = State::kNew;

  bool broken = false;  // a pattern or part in which something was reported: what uses it fails in silence

  std::string QualifiedName() const;
};

struct ModuleScope {
  std::string name;
  std::map<std::string, Symbol, std::less<>> symbols;
  bool broken = false;  // some declaration could not be read, so a name that is missing may be its
};

struct UseScope {
  std::string prefix;
  ModuleScope* module = nullptr;
  Span span;
  mutable bool used = false;
};

struct FileScope {
  const ast::Module* module_ast = nullptr;
  ModuleScope* module = nullptr;
  std::vector<UseScope> uses;
};

// Where the stock formats and wrappers live.
inline constexpr std::string_view kFormatsModule = "formats";

class Names {
 public:
  // Declares everything, reporting what is declared twice and what `use` does not find.
  void Declare(std::span<const ast::Module* const> modules, DiagnosticSink& sink);

  // The declaration that `path` means in `file`, or null. Says nothing: callers know what was wanted.
  Symbol* Find(const FileScope& file, const ast::Path& path) const;

  // The declaration that `path`, a full name, means in any module; null if there is none.
  Symbol* FindAnywhere(const ast::Path& path) const;
  // The module of this full name, or null.
  const ModuleScope* Module(std::string_view name) const { return FindModule(name); }

  // Whether a name that is not found was reported already: its module was not found, or has a declaration
  // that could not be read.
  bool ModuleIsBroken(const FileScope& file, const ast::Path& path) const;

  // The module that declares what `path` says but that the file does not `use`; empty if there is none. Its
  // name is the path's prefix, or ends in it.
  std::string ModuleToUse(const ast::Path& path) const;

  // Spellings visible in `file` of declarations of these kinds, for "did you mean".
  std::vector<std::string> Visible(const FileScope& file, std::span<const SymbolKind> kinds) const;

  // The declarations of one kind that a bare name or a `use` makes visible in `file`, in order of their names
  // by module.
  std::vector<const Symbol*> VisibleSymbols(const FileScope& file, SymbolKind kind) const;

  const std::vector<std::unique_ptr<FileScope>>& files() const { return files_; }
  // In order of files and declarations.
  const std::vector<Symbol*>& symbols() const { return order_; }

 private:
  ModuleScope* FindModule(std::string_view name) const;
  void DeclareUses(FileScope& file, DiagnosticSink& sink);

  std::map<std::string, std::unique_ptr<ModuleScope>, std::less<>> modules_;
  std::vector<std::unique_ptr<FileScope>> files_;
  std::vector<Symbol*> order_;
};

// "`a`, `b` and 3 more".
std::string Listed(const std::vector<std::string>& names);

// Adds "did you mean `x`?" where one of `candidates` is near to `word`.
void HelpWithNearest(Diagnostic& diagnostic, Span where, std::string_view word,
                     const std::vector<std::string>& candidates);

}  // namespace faultline::sema

#endif  // FAULTLINE_FRONTEND_SEMA_NAMES_H_
