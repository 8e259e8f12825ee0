// What a rule says of its findings beside the message: how sure they are, what they cause, what is missing.
#include "frontend/sema/constants.h"
#include "frontend/sema/lints.h"
#include "frontend/sema/order.h"
#include "frontend/sema/rules.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace faultline::sema {

using AstKind = ast::ExprKind;
using lang::TypeKind;

namespace {

// The other rule's bindings, behind this rule's in one list, become what is read from its findings.
void ToInput(Expr& expr, const std::vector<std::uint32_t>& inputs, std::size_t first) {
  if (expr.kind == ExprKind::kBinding && expr.index >= first) {
    expr.kind = ExprKind::kInput;
    expr.index = inputs[expr.index - first];
  }
  for (const ExprPtr& argument : expr.arguments) ToInput(*argument, inputs, first);
  if (expr.body) ToInput(*expr.body, inputs, first);
}

bool UsesOther(const Expr& expr, std::size_t first) {
  if (expr.kind == ExprKind::kBinding && expr.index >= first) return true;
  return std::any_of(expr.arguments.begin(), expr.arguments.end(),
                     [&](const ExprPtr& argument) { return UsesOther(*argument, first); }) ||
         (expr.body && UsesOther(*expr.body, first));
}

template <typename Visit>
void ForEachExplains(const Symbol& symbol, const Visit& visit) {
  for (const ast::ClausePtr& clause : static_cast<const ast::RuleDecl&>(*symbol.decl).clauses) {
    if (clause->kind == ast::ClauseKind::kExplains) visit(static_cast<const ast::ExplainsClause&>(*clause));
  }
}

bool IsRule(const Symbol& symbol) {
  return symbol.kind == SymbolKind::kRule || symbol.kind == SymbolKind::kEvent ||
         symbol.kind == SymbolKind::kScope || symbol.kind == SymbolKind::kGraph;
}

}  // namespace

void RuleChecker::CheckConfidence(const ast::ConfidenceClause& clause) {
  if (!Once("confidence", clause.span)) return;
  for (const ast::ConfidenceTerm& term : clause.terms) {
    if (!term.weight || term.weight->kind == AstKind::kError) {
      Fail();
      continue;
    }
    const std::optional<double> weight = NumberOf(*term.weight);
    const std::string written(context_.sources.TextOf(term.weight->span));
    if (!weight || std::abs(*weight) > 1 || (!clause.block && *weight < 0)) {
      context_.sink.Report(diag::bad_confidence, term.weight->span, written)
          .Help(clause.block
                    ? "write terms such as `0.4 when x > 5 \"why\"`; their sum is held inside 0 and 1"
                    : "write `confidence 0.6` or `confidence 60%`");
      Fail();
      continue;
    }
    ConfidenceTerm checked;
    checked.weight = *weight;
    checked.why = term.why.value_or("");
    if (term.condition) {
      checked.when = CheckIn(*term.condition, Place::kVerdict, kNoIndex, true);
      if (!checked.when) {
        Fail();
        continue;
      }
    }
    rule_.confidence.push_back(std::move(checked));
  }
  if (rule_.ok && clause.terms.empty()) Fail();
}

void RuleChecker::CheckNeeds(const ast::NeedsClause& clause) {
  Need need;
  need.text = clause.text;
  if (clause.text.empty()) {
    context_.sink.Report(diag::bad_clause_item, clause.span, "needs", "the name of an input")
        .Help("write `needs \"a heap profile\"`");
    return Fail();
  }
  if (clause.condition) {
    need.when = CheckIn(*clause.condition, Place::kVerdict, kNoIndex, true);
    if (!need.when) return Fail();
  }
  rule_.needs.push_back(std::move(need));
}

// ---------------------------------------------------------------- explains

void NoteMentioned(Context& context) {
  for (const Symbol* symbol : context.names.symbols()) {
    if (!IsRule(*symbol)) continue;
    ForEachExplains(*symbol, [&](const ast::ExplainsClause& clause) {
      const Symbol* other = context.names.Find(*symbol->file, clause.rule);
      if (clause.rule.parts.empty()) return;
      const std::string prefix = (clause.alias ? clause.alias->text : clause.rule.parts.back().text) + ".";
      std::vector<ast::Path> names;
      for (const ast::ExprPtr& condition : clause.conditions) CollectNames(*condition, names);
      if (clause.confidence) CollectNames(*clause.confidence, names);
      for (const ast::Path& name : names) {
        const std::string text = name.Text();
        context.mentioned[symbol].insert(text);
        if (other != nullptr && text.starts_with(prefix))
          context.mentioned[other].insert(text.substr(prefix.size()));
      }
    });
  }
}

void CheckExplains(Context& context, const Symbol& symbol) {
  if (!IsRule(symbol) || symbol.index == kNoIndex) return;
  ForEachExplains(symbol, [&](const ast::ExplainsClause& clause) {
    Rule& rule = context.out.rules[symbol.index];
    if (clause.rule.parts.empty()) return;
    Symbol* other = context.names.Find(*symbol.file, clause.rule);
    const std::string name = clause.rule.Text();
    const auto fail = [&] { rule.ok = false; };
    if (other == nullptr) {
      fail();
      if (context.names.ModuleIsBroken(*symbol.file, clause.rule)) return;
      Diagnostic& diagnostic = context.sink.Report(diag::unknown_rule, clause.rule.span, name);
      if (const std::string module = context.names.ModuleToUse(clause.rule); !module.empty()) {
        diagnostic.Help("write `use " + module + "` at the head of the file");
      } else {
        const std::array kinds{SymbolKind::kRule};
        HelpWithNearest(diagnostic, clause.rule.span, name, context.names.Visible(*symbol.file, kinds));
      }
      return;
    }
    if (other->kind != SymbolKind::kRule) {
      context.sink.Report(diag::wrong_kind, clause.rule.span, name, SymbolKindName(other->kind), "a rule")
          .Help("only what is shown can be explained");
      return fail();
    }
    if (symbol.kind == SymbolKind::kEvent) {
      context.sink.Report(diag::clause_in_event, clause.span, "explains")
          .Help("write `rule` instead of `event` if it is to be shown");
      return fail();
    }
    if (other->index == kNoIndex || other == &symbol) {
      if (other == &symbol) {
        context.sink.Report(diag::explains_cycle, clause.rule.span, name, name + " -> " + name);
      }
      return fail();
    }
    const Rule& explained = context.out.rules[other->index];
    Explains explains;
    explains.rule = other->index;
    explains.span = clause.span;
    // One list of names: this rule's, then the other's behind its alias.
    std::vector<Binding> bindings = rule.bindings;
    const std::size_t first = bindings.size();
    std::vector<std::uint32_t> inputs;
    const std::string prefix = (clause.alias ? clause.alias->text : clause.rule.parts.back().text) + ".";
    for (std::uint32_t i = 0; i < explained.bindings.size(); ++i) {
      Binding binding = explained.bindings[i];
      if (binding.hidden) continue;
      binding.name = prefix + binding.name;
      bindings.push_back(std::move(binding));
      inputs.push_back(i);
    }
    ExprChecker exprs(context, *symbol.file, bindings, rule.name);
    exprs.set_silent(!rule.ok || !explained.ok);
    std::vector<ExprPtr> conditions;
    for (const ast::ExprPtr& condition : clause.conditions) {
      ExprPtr checked = exprs.CheckCondition(*condition);
      if (!checked) {
        fail();
        continue;
      }
      ToInput(*checked, inputs, first);
      for (ExprPtr& part : SplitAtAnd(std::move(checked))) {
        if (LintsModule(context, rule.module) && ComparesWithItself(*part)) {
          context.lints.Report(diag::constant_condition, part->span)
              .Help("a bare name is of this rule, `" + prefix + "NAME` of the other: `" + prefix +
                    "pod == pod`");
        }
        conditions.push_back(std::move(part));
      }
    }
    explains.condition =
        MakeBalanced(lang::Opcode::and_bool, TypeKind::kBool, clause.span, std::move(conditions));
    if (clause.confidence) {
      const std::optional<double> constant = NumberOf(*clause.confidence);
      if (constant && (*constant < 0 || *constant > 1)) {
        context.sink
            .Report(diag::bad_confidence, clause.confidence->span,
                    context.sources.TextOf(clause.confidence->span))
            .Help("write `confidence 0.6` or `confidence 60%`");
        return fail();
      }
      ExprPtr value = exprs.CheckAs(*clause.confidence, TypeKind::kFloat, "a confidence");
      if (!value) return fail();
      if (UsesOther(*value, first)) {
        context.sink
            .Report(diag::bad_confidence, clause.confidence->span,
                    context.sources.TextOf(clause.confidence->span))
            .Help("what the other rule found belongs into the condition: `where`");
        return fail();
      }
      explains.confidence = std::move(value);
    }
    if (clause.window) {
      std::optional<Window> window = RuleChecker(context, symbol).WindowOf(*clause.window);
      if (!window) return fail();
      explains.window = *window;
    }
    rule.explains.push_back(std::move(explains));
  });
}

void CheckExplainsCircles(Context& context) {
  enum class State : std::uint8_t { kNew, kBusy, kDone };
  struct Frame {
    std::uint32_t rule;
    std::size_t next = 0;
  };
  std::vector<State> states(context.out.rules.size(), State::kNew);
  const auto short_name = [&](std::uint32_t rule) {
    const std::string& name = context.out.rules[rule].name;
    return name.substr(name.rfind('.') + 1);
  };
  for (std::uint32_t root = 0; root < context.out.rules.size(); ++root) {
    if (states[root] != State::kNew) continue;
    std::vector<Frame> stack{{root}};
    states[root] = State::kBusy;
    while (!stack.empty()) {
      Frame& frame = stack.back();
      Rule& rule = context.out.rules[frame.rule];
      if (frame.next == rule.explains.size()) {
        states[frame.rule] = State::kDone;
        stack.pop_back();
        continue;
      }
      const Explains& edge = rule.explains[frame.next++];
      if (states[edge.rule] == State::kNew) {
        states[edge.rule] = State::kBusy;
        stack.push_back({edge.rule});
      } else if (states[edge.rule] == State::kBusy) {
        std::string path;
        bool inside = false;
        for (const Frame& step : stack) {
          inside = inside || step.rule == edge.rule;
          if (inside) path += short_name(step.rule) + " -> ";
        }
        path += short_name(edge.rule);
        context.sink.Report(diag::explains_cycle, edge.span, short_name(edge.rule), path)
            .Label("this closes the circle")
            .Label(context.out.rules[edge.rule].span, "it begins here");
        rule.ok = false;
      }
    }
  }
}

}  // namespace faultline::sema
