// What must be checked before what: patterns before those that hold them, rules before those that read them.
//
// Depth-first with a stack of its own, so that a long chain of declarations needs no deep stack. O(symbols +
// uses).
#ifndef FAULTLINE_FRONTEND_SEMA_ORDER_H_
#define FAULTLINE_FRONTEND_SEMA_ORDER_H_

#include "frontend/sema/context.h"

#include <functional>
#include <string>
#include <vector>

namespace faultline::sema {

struct Use {
  Symbol* symbol = nullptr;
  Span span;  // where it is named
  // A name in an expression, which may turn out to be another thing of that name: no circle by itself.
  bool maybe = false;
};

// The named patterns in the templates of a declaration's alternatives, and the rules and events that a rule
// reads.
std::vector<Use> PatternsUsedBy(const Names& names, const Symbol& pattern);
std::vector<Use> RulesReadBy(const Names& names, const Symbol& rule);

// Whether `from` comes to read `to` by what it reads for certain. O(uses).
bool ReadsForCertain(const Names& names, const Symbol& from, const Symbol& to);

// "a -> b -> a": how `from` comes to read `to`, which reads `from`; empty if it does not.
std::string CircleBetween(const Names& names, const Symbol& from, const Symbol& to);

// What stands directly in an expression, holes of its texts included.
void ForEachChild(const ast::Expr& expr, const std::function<void(const ast::Expr&)>& visit);
// The names, dotted or not, that stand in an expression, holes of its texts included.
void CollectNames(const ast::Expr& expr, std::vector<ast::Path>& out);

// The symbols of `kinds`, used ones first. A cycle is reported with its path, and the use that closes it
// ignored; `in_cycle` gets the symbols on it.
std::vector<Symbol*> PatternsInOrder(Context& context);
std::vector<Symbol*> RulesInOrder(Context& context);

// Events, scopes and graphs of the stock formats that no declaration outside of them reads, perhaps by way of
// others. They are visible everywhere, so a run must not pay for each of them. O(uses).
std::vector<const Symbol*> UnreadStock(const Names& names);

}  // namespace faultline::sema

#endif  // FAULTLINE_FRONTEND_SEMA_ORDER_H_
