// What must be checked before what: patterns before those that hold them, rules before those that read them.
//
// Depth-first with a stack of its own, so that a long chain of declarations needs no deep stack. O(symbols +
// uses).
#ifndef FAULTLINE_FRONTEND_SEMA_ORDER_H_
#define FAULTLINE_FRONTEND_SEMA_ORDER_H_

#include "frontend/sema/context.h"

#include <string>
#include <vector>

namespace faultline::sema {

struct Use {
  Symbol* symbol = nullptr;
  Span span;  // where it is named
};

// The named patterns in the templates of a declaration's alternatives, and the rules and events that a rule
// reads.
std::vector<Use> PatternsUsedBy(const Names& names, const Symbol& pattern);
std::vector<Use> RulesReadBy(const Names& names, const Symbol& rule);

// The symbols of `kinds`, used ones first. A cycle is reported with its path, and the use that closes it
// ignored; `in_cycle` gets the symbols on it.
std::vector<Symbol*> PatternsInOrder(Context& context);
std::vector<Symbol*> RulesInOrder(Context& context);

}  // namespace faultline::sema

#endif  // FAULTLINE_FRONTEND_SEMA_ORDER_H_
