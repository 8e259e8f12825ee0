// Order of declarations by what they use.
#include "frontend/sema/order.h"

namespace faultline::sema {
namespace {

void AddPatterns(const Names& names, const FileScope& file, const ast::StringParts& parts,
                 std::vector<Use>& out) {
  for (const ast::StringPart& part : parts) {
    if (part.type) {
      Symbol* symbol = names.Find(file, part.type->name);
      if (symbol != nullptr && symbol->kind == SymbolKind::kPattern)
        out.push_back({symbol, part.type->name.span});
      for (const ast::ExprPtr& argument : part.type->arguments) {
        if (argument->kind != ast::ExprKind::kName) continue;
        ast::Path path;
        path.parts.push_back(static_cast<const ast::NameExpr&>(*argument).name);
        Symbol* item = names.Find(file, path);
        if (item != nullptr && item->kind == SymbolKind::kPattern) out.push_back({item, argument->span});
      }
    }
    for (const ast::StringParts& alternative : part.alternatives) AddPatterns(names, file, alternative, out);
  }
}

template <typename Uses>
std::vector<Symbol*> InOrder(Context& context, bool (*wanted)(SymbolKind),
                             const DiagnosticKind<diag::Text, diag::Text>& cycle, const Uses& uses) {
  struct Frame {
    Symbol* symbol;
    std::vector<Use> uses;
    std::size_t next = 0;
  };
  std::vector<Symbol*> order;
  for (Symbol* root : context.names.symbols()) {
    if (!wanted(root->kind) || root->state != Symbol::State::kNew) continue;
    std::vector<Frame> stack;
    auto enter = [&](Symbol* symbol) {
      symbol->state = Symbol::State::kBusy;
      stack.push_back({symbol, uses(*symbol)});
    };
    enter(root);
    while (!stack.empty()) {
      Frame& frame = stack.back();
      if (frame.next == frame.uses.size()) {
        frame.symbol->state = Symbol::State::kDone;
        order.push_back(frame.symbol);
        stack.pop_back();
        continue;
      }
      const Use use = frame.uses[frame.next++];
      if (use.symbol->state == Symbol::State::kNew) {
        enter(use.symbol);
      } else if (use.symbol->state == Symbol::State::kBusy) {
        std::string path;
        bool inside = false;
        for (const Frame& step : stack) {
          inside = inside || step.symbol == use.symbol;
          if (inside) path += step.symbol->decl->name.text + " -> ";
        }
        path += use.symbol->decl->name.text;
        context.sink.Report(cycle, use.span, use.symbol->decl->name.text, path)
            .Label("this closes the circle")
            .Label(use.symbol->decl->name.span, "it begins here");
      }
    }
  }
  return order;
}

}  // namespace

std::vector<Use> PatternsUsedBy(const Names& names, const Symbol& pattern) {
  std::vector<Use> result;
  for (const ast::ExprPtr& alternative : static_cast<const ast::PatternDecl&>(*pattern.decl).alternatives) {
    if (alternative->kind != ast::ExprKind::kString) continue;
    AddPatterns(names, *pattern.file, static_cast<const ast::StringExpr&>(*alternative).parts, result);
  }
  return result;
}

std::vector<Use> RulesReadBy(const Names& names, const Symbol& rule) {
  std::vector<Use> result;
  for (const ast::ClausePtr& clause : static_cast<const ast::RuleDecl&>(*rule.decl).clauses) {
    if (clause->kind != ast::ClauseKind::kStage) continue;
    for (const ast::StageSource& source : static_cast<const ast::StageClause&>(*clause).alternatives) {
      if (!source.name) continue;
      Symbol* symbol = names.Find(*rule.file, *source.name);
      if (symbol == nullptr || (symbol->kind != SymbolKind::kRule && symbol->kind != SymbolKind::kEvent))
        continue;
      result.push_back({symbol, source.name->span});
    }
  }
  return result;
}

std::vector<Symbol*> PatternsInOrder(Context& context) {
  return InOrder(
      context, [](SymbolKind kind) { return kind == SymbolKind::kPattern; }, diag::pattern_cycle,
      [&](const Symbol& symbol) { return PatternsUsedBy(context.names, symbol); });
}

std::vector<Symbol*> RulesInOrder(Context& context) {
  return InOrder(
      context, [](SymbolKind kind) { return kind == SymbolKind::kRule || kind == SymbolKind::kEvent; },
      diag::rule_cycle, [&](const Symbol& symbol) { return RulesReadBy(context.names, symbol); });
}

}  // namespace faultline::sema
