// Order of declarations by what they use.
#include "frontend/sema/order.h"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <set>

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
      } else if (use.symbol->state == Symbol::State::kBusy && !use.maybe) {
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

bool IsRead(SymbolKind kind) {
  switch (kind) {
    case SymbolKind::kRule:
    case SymbolKind::kEvent:
    case SymbolKind::kScope:
    case SymbolKind::kGraph:
      return true;
    case SymbolKind::kPattern:
    case SymbolKind::kFormat:
    case SymbolKind::kWrapper:
    case SymbolKind::kPart:
    case SymbolKind::kTable:
    case SymbolKind::kParam:
      return false;
  }
  return false;
}

// What the clauses of a rule read: events in stages, and in expressions scopes, graphs, and events that are
// counted.
class RuleUses {
 public:
  // `counts`: the rule has aggregates.
  RuleUses(const Names& names, const FileScope& file, bool counts)
      : names_(names), file_(file), counts_(counts) {}

  void Add(const ast::Clause& clause) {
    switch (clause.kind) {
      case ast::ClauseKind::kStage:
        return Stage(static_cast<const ast::StageClause&>(clause));
      case ast::ClauseKind::kWith:
      case ast::ClauseKind::kEdge:
      case ast::ClauseKind::kEntry:
        if (const auto& holder = static_cast<const ast::StageHolderClause&>(clause); holder.stage)
          Stage(*holder.stage);
        return;
      case ast::ClauseKind::kSet: {
        const auto& set = static_cast<const ast::SetClause&>(clause);
        Scope(set.window);
        for (const ast::ClausePtr& part : set.parts) Add(*part);
        return;
      }
      case ast::ClauseKind::kWhere:
        return Expr(static_cast<const ast::WhereClause&>(clause).condition);
      case ast::ClauseKind::kLet:
        return Expr(static_cast<const ast::LetClause&>(clause).value);
      case ast::ClauseKind::kAt:
      case ast::ClauseKind::kReport:
      case ast::ClauseKind::kFix:
        return Expr(static_cast<const ast::TextClause&>(clause).text);
      case ast::ClauseKind::kBy:
        for (const ast::ExprPtr& key : static_cast<const ast::ByClause&>(clause).keys) Expr(key);
        return;
      case ast::ClauseKind::kWithin:
      case ast::ClauseKind::kSkew:
        return Scope(static_cast<const ast::WindowClause&>(clause).window);
      case ast::ClauseKind::kWhen:
        return Expr(static_cast<const ast::WhenClause&>(clause).condition);
      case ast::ClauseKind::kExplains:
        return Scope(static_cast<const ast::ExplainsClause&>(clause).window);
      case ast::ClauseKind::kConfidence:
        for (const ast::ConfidenceTerm& term : static_cast<const ast::ConfidenceClause&>(clause).terms) {
          Expr(term.condition);
        }
        return;
      case ast::ClauseKind::kNeeds:
        return Expr(static_cast<const ast::NeedsClause&>(clause).condition);
      case ast::ClauseKind::kError:
      case ast::ClauseKind::kSeverity:
      case ast::ClauseKind::kTags:
      case ast::ClauseKind::kSee:
      case ast::ClauseKind::kStatus:
      case ast::ClauseKind::kTest:
        return;
    }
  }

  std::vector<Use> out;

 private:
  void Stage(const ast::StageClause& stage) {
    for (const ast::StageSource& source : stage.alternatives) {
      if (!source.name) continue;
      Symbol* symbol = names_.Find(file_, *source.name);
      if (symbol != nullptr && IsRead(symbol->kind)) out.push_back({symbol, source.name->span});
    }
    for (const ast::ExprPtr& condition : stage.conditions) Expr(condition);
    for (const ast::ExprPtr& key : stage.keys) Expr(key);
    for (const ast::ExprPtr* expr : {&stage.each, &stage.edge_from, &stage.edge_to}) Expr(*expr);
    Scope(stage.window);
  }

  void Scope(const std::optional<ast::Window>& window) {
    if (window) Scope(*window);
  }

  void Scope(const ast::Window& window) {
    if (!window.scope) return;
    Symbol* symbol = names_.Find(file_, *window.scope);
    if (symbol != nullptr && symbol->kind == SymbolKind::kScope) out.push_back({symbol, window.scope->span});
  }

  // Any prefix of a dotted name may be the thing, the rest its fields.
  void Expr(const ast::ExprPtr& expr) {
    if (!expr) return;
    std::vector<ast::Path> paths;
    CollectNames(*expr, paths);
    for (ast::Path& path : paths) {
      for (; !path.parts.empty(); path.parts.pop_back()) {
        Symbol* symbol = names_.Find(file_, path);
        if (symbol == nullptr || !IsRead(symbol->kind)) continue;
        const bool event = symbol->kind == SymbolKind::kRule || symbol->kind == SymbolKind::kEvent;
        if (event && !counts_) continue;  // only aggregates name events
        out.push_back({symbol, path.span, true});
        break;
      }
    }
  }

  const Names& names_;
  const FileScope& file_;
  bool counts_;
};

void VisitParts(const ast::StringParts& parts, const std::function<void(const ast::Expr&)>& visit) {
  for (const ast::StringPart& part : parts) {
    if (part.expr) visit(*part.expr);
    for (const ast::StringParts& alternative : part.alternatives) VisitParts(alternative, visit);
  }
}

}  // namespace

// Depth is bounded by the parser.
void ForEachChild(const ast::Expr& expr, const std::function<void(const ast::Expr&)>& visit) {
  const auto all = [&](const std::vector<ast::ExprPtr>& items) {
    for (const ast::ExprPtr& item : items) visit(*item);
  };
  const auto some = [&](std::initializer_list<const ast::ExprPtr*> items) {
    for (const ast::ExprPtr* item : items) {
      if (*item) visit(**item);
    }
  };
  switch (expr.kind) {
    case ast::ExprKind::kError:
    case ast::ExprKind::kBool:
    case ast::ExprKind::kInt:
    case ast::ExprKind::kFloat:
    case ast::ExprKind::kPercent:
    case ast::ExprKind::kDuration:
    case ast::ExprKind::kSize:
    case ast::ExprKind::kRegex:
    case ast::ExprKind::kName:
      return;
    case ast::ExprKind::kString:
      return VisitParts(static_cast<const ast::StringExpr&>(expr).parts, visit);
    case ast::ExprKind::kMember:
      return some({&static_cast<const ast::MemberExpr&>(expr).base});
    case ast::ExprKind::kIndex:
      return some(
          {&static_cast<const ast::IndexExpr&>(expr).base, &static_cast<const ast::IndexExpr&>(expr).index});
    case ast::ExprKind::kCall:
      return all(static_cast<const ast::CallExpr&>(expr).arguments);
    case ast::ExprKind::kUnary:
      return some({&static_cast<const ast::UnaryExpr&>(expr).operand});
    case ast::ExprKind::kBinary:
      return some({&static_cast<const ast::BinaryExpr&>(expr).left,
                   &static_cast<const ast::BinaryExpr&>(expr).right});
    case ast::ExprKind::kIn:
      return some(
          {&static_cast<const ast::InExpr&>(expr).left, &static_cast<const ast::InExpr&>(expr).right});
    case ast::ExprKind::kBetween: {
      const auto& between = static_cast<const ast::BetweenExpr&>(expr);
      return some({&between.value, &between.low, &between.high});
    }
    case ast::ExprKind::kPresence:
      return some({&static_cast<const ast::PresenceExpr&>(expr).operand});
    case ast::ExprKind::kDefault: {
      const auto& with_default = static_cast<const ast::DefaultExpr&>(expr);
      return some({&with_default.value, &with_default.fallback});
    }
    case ast::ExprKind::kCast:
      return some({&static_cast<const ast::CastExpr&>(expr).value});
    case ast::ExprKind::kConditional: {
      const auto& conditional = static_cast<const ast::ConditionalExpr&>(expr);
      return some({&conditional.condition, &conditional.then_value, &conditional.else_value});
    }
    case ast::ExprKind::kList:
      return all(static_cast<const ast::ListExpr&>(expr).items);
    case ast::ExprKind::kLambda:
      return some({&static_cast<const ast::LambdaExpr&>(expr).body});
    case ast::ExprKind::kWindow:
      return some({&static_cast<const ast::WindowExpr&>(expr).window.amount});
  }
}

void CollectNames(const ast::Expr& expr, std::vector<ast::Path>& out) {
  if (expr.kind == ast::ExprKind::kName) {
    ast::Path path;
    path.parts.push_back(static_cast<const ast::NameExpr&>(expr).name);
    path.span = expr.span;
    out.push_back(std::move(path));
    return;
  }
  if (expr.kind == ast::ExprKind::kMember) {
    ast::Path path;
    path.span = expr.span;
    const ast::Expr* base = &expr;
    while (base->kind == ast::ExprKind::kMember) {
      const auto& member = static_cast<const ast::MemberExpr&>(*base);
      path.parts.insert(path.parts.begin(), member.name);
      base = member.base.get();
    }
    if (base->kind != ast::ExprKind::kName) return CollectNames(*base, out);
    path.parts.insert(path.parts.begin(), static_cast<const ast::NameExpr&>(*base).name);
    out.push_back(std::move(path));
    return;
  }
  ForEachChild(expr, [&](const ast::Expr& child) { CollectNames(child, out); });
  if (expr.kind != ast::ExprKind::kWindow) return;
  const ast::Window& window = static_cast<const ast::WindowExpr&>(expr).window;
  if (window.scope) out.push_back(*window.scope);
}

std::vector<Use> PatternsUsedBy(const Names& names, const Symbol& pattern) {
  std::vector<Use> result;
  for (const ast::ExprPtr& alternative : static_cast<const ast::PatternDecl&>(*pattern.decl).alternatives) {
    if (alternative->kind != ast::ExprKind::kString) continue;
    AddPatterns(names, *pattern.file, static_cast<const ast::StringExpr&>(*alternative).parts, result);
  }
  return result;
}

std::vector<Use> RulesReadBy(const Names& names, const Symbol& rule) {
  const auto& clauses = static_cast<const ast::RuleDecl&>(*rule.decl).clauses;
  const bool counts = std::any_of(clauses.begin(), clauses.end(), [](const ast::ClausePtr& clause) {
    return clause->kind == ast::ClauseKind::kWhen;
  });
  RuleUses uses(names, *rule.file, counts);
  for (const ast::ClausePtr& clause : clauses) uses.Add(*clause);
  // A name of its own hole that is its own name too is no reading of itself.
  std::vector<Use> result;
  for (const Use& use : uses.out) {
    if (!use.maybe || use.symbol != &rule) result.push_back(use);
  }
  return result;
}

// Whether what `from` reads for certain leads to `to`.
bool ReadsForCertain(const Names& names, const Symbol& from, const Symbol& to) {
  std::set<const Symbol*> seen{&from};
  std::vector<const Symbol*> open{&from};
  while (!open.empty()) {
    const Symbol* symbol = open.back();
    open.pop_back();
    if (symbol == &to) return true;
    for (const Use& use : RulesReadBy(names, *symbol)) {
      if (!use.maybe && seen.insert(use.symbol).second) open.push_back(use.symbol);
    }
  }
  return false;
}

std::string CircleBetween(const Names& names, const Symbol& from, const Symbol& to) {
  std::map<const Symbol*, const Symbol*> before;
  std::vector<const Symbol*> open{&from};
  before[&from] = nullptr;
  for (std::size_t i = 0; i < open.size(); ++i) {
    for (const Use& use : RulesReadBy(names, *open[i])) {
      if (use.symbol == &to) {
        std::string path = to.decl->name.text;
        for (const Symbol* step = open[i]; step != nullptr; step = before[step]) {
          path = step->decl->name.text + " -> " + path;
        }
        return to.decl->name.text + " -> " + path;
      }
      if (before.try_emplace(use.symbol, open[i]).second) open.push_back(use.symbol);
    }
  }
  return {};
}

std::vector<Symbol*> PatternsInOrder(Context& context) {
  return InOrder(
      context, [](SymbolKind kind) { return kind == SymbolKind::kPattern; }, diag::pattern_cycle,
      [&](const Symbol& symbol) { return PatternsUsedBy(context.names, symbol); });
}

std::vector<Symbol*> RulesInOrder(Context& context) {
  return InOrder(context, IsRead, diag::rule_cycle, [&](const Symbol& symbol) {
    std::vector<Use> uses = RulesReadBy(context.names, symbol);
    // What may be meant gives way to what is.
    std::erase_if(uses, [&](const Use& use) {
      return use.maybe && ReadsForCertain(context.names, *use.symbol, symbol);
    });
    return uses;
  });
}

std::vector<const Symbol*> UnreadStock(const Names& names) {
  std::vector<const Symbol*> stock;
  std::vector<const Symbol*> open;
  for (const Symbol* symbol : names.symbols()) {
    if (!IsRead(symbol->kind)) continue;
    const bool reported = symbol->kind == SymbolKind::kRule;
    (symbol->file->module->name == kFormatsModule && !reported ? stock : open).push_back(symbol);
  }
  std::set<const Symbol*> read(open.begin(), open.end());
  while (!open.empty()) {
    const Symbol* symbol = open.back();
    open.pop_back();
    for (const Use& use : RulesReadBy(names, *symbol)) {
      if (read.insert(use.symbol).second) open.push_back(use.symbol);
    }
  }
  std::erase_if(stock, [&](const Symbol* symbol) { return read.contains(symbol); });
  return stock;
}

}  // namespace faultline::sema
