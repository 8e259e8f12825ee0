// Check: the order of work over a set of modules.
#include "frontend/sema/check.h"

#include "frontend/sema/blocks.h"
#include "frontend/sema/constants.h"
#include "frontend/sema/context.h"
#include "frontend/sema/formats.h"
#include "frontend/sema/lints.h"
#include "frontend/sema/order.h"
#include "frontend/sema/rules.h"
#include "frontend/sema/templates.h"

namespace faultline::sema {

CheckedProgram Check(std::span<const ast::Module* const> modules, const SourceSet& sources,
                     const CheckOptions& options, DiagnosticSink& sink) {
  CheckedProgram program;
  const std::size_t errors = sink.error_count();
  Names names;
  names.Declare(modules, sink);
  Context context{program, sink, sources, options, names, {}, {}};
  for (const Diagnostic& diagnostic : sink.diagnostics()) {
    if (diagnostic.severity() == DiagnosticSeverity::kError) context.syntax_errors.push_back(diagnostic.span);
  }
  CollectSettings(context);
  CheckParams(context);
  CheckTables(context);
  for (Symbol* symbol : PatternsInOrder(context)) {
    // On its own, so that a mistake in a pattern is found even where nothing uses it, and once where many do.
    symbol->broken = !PatternCompiler(context, *symbol->file).CompileNamed(*symbol);
  }
  CheckParts(context);
  for (Symbol* symbol : names.symbols()) {
    if (symbol->kind == SymbolKind::kFormat) {
      Format format = CheckFormat(context, *symbol);
      symbol->index = static_cast<std::uint32_t>(program.formats.size());
      program.formats.push_back(std::move(format));
    } else if (symbol->kind == SymbolKind::kWrapper) {
      Wrapper wrapper = CheckWrapper(context, *symbol);
      symbol->index = static_cast<std::uint32_t>(program.wrappers.size());
      program.wrappers.push_back(std::move(wrapper));
    }
  }
  NoteMentioned(context);
  for (Symbol* symbol : RulesInOrder(context)) {
    Rule rule = RuleChecker(context, *symbol).Check();
    symbol->index = static_cast<std::uint32_t>(program.rules.size());
    program.rules.push_back(std::move(rule));
  }
  for (const Symbol* symbol : UnreadStock(names)) program.rules[symbol->index].unread = true;
  for (const Symbol* symbol : names.symbols()) CheckExplains(context, *symbol);
  CheckExplainsCircles(context);
  CheckPatterns(context);
  if (options.lints && !sink.has_errors()) {
    Lint(context);
    for (Diagnostic& lint : context.lints.Take()) {
      sink.Append(std::move(lint));
    }
  }
  program.ok = sink.error_count() == errors;
  return program;
}

}  // namespace faultline::sema
