// Scopes: their key, and what every scope says of itself.
//
// The key is what stands behind `by`, else the names that both `enter` and `close` bind.
#include "frontend/sema/rules.h"

#include <algorithm>

namespace faultline::sema {

namespace {

// Whether a stage binds it, by any of its alternatives or by all of them.
bool Binds(const Stage& stage, std::uint32_t binding, bool all) {
  const auto stores = [&](const std::vector<Store>& list) {
    return std::any_of(list.begin(), list.end(),
                       [&](const Store& store) { return store.binding == binding; });
  };
  if (stores(stage.load)) return true;
  const auto in = [&](const Alternative& alternative) { return stores(alternative.stores); };
  return all ? std::all_of(stage.alternatives.begin(), stage.alternatives.end(), in)
             : std::any_of(stage.alternatives.begin(), stage.alternatives.end(), in);
}

}  // namespace

void RuleChecker::CheckScopeKey() {
  bool enters = false, closes = false;
  for (const Stage& stage : rule_.stages) {
    enters = enters || stage.kind == StageKind::kEnter;
    closes = closes || stage.kind == StageKind::kClose;
  }
  if (!enters && !closes && rule_.ok && has_stage_) {
    context_.sink.Report(diag::scope_without_border, decl_.name.span, decl_.name.text)
        .Help("write `enter \"…\"` with the line that opens it, or `close \"…\"` with the one that ends it");
    return Fail();
  }
  const auto add = [&](std::uint32_t binding) {
    rule_.key.push_back(binding);
    rule_.bindings[binding].names = true;
  };
  for (const ast::Name& name : decl_.scope_by) {
    const auto found =
        std::find_if(rule_.bindings.begin(), rule_.bindings.end(),
                     [&](const Binding& binding) { return !binding.hidden && binding.name == name.text; });
    if (found == rule_.bindings.end()) {
      if (!rule_.ok) return;
      std::vector<std::string> known;
      for (const Binding& binding : rule_.bindings) {
        if (!binding.hidden) known.push_back(binding.name);
      }
      HelpWithNearest(
          context_.sink.Report(diag::unknown_field, name.span, "scope `" + decl_.name.text + "`", name.text),
          name.span, name.text, known);
      return Fail();
    }
    const auto binding = static_cast<std::uint32_t>(found - rule_.bindings.begin());
    for (const Stage& stage : rule_.stages) {
      if (stage.kind != StageKind::kEnter || Binds(stage, binding, true)) continue;
      context_.sink.Report(diag::key_not_in_stage, name.span, name.text)
          .Label(stage.span, "this stage does not have it")
          .Help(
              "a scope is entered with its whole key; a `close` may leave it out, then it ends the current "
              "instance");
      Fail();
    }
    add(binding);
  }
  if (decl_.scope_by.empty() && enters && closes) {
    for (std::uint32_t binding = 0; binding < rule_.bindings.size(); ++binding) {
      if (rule_.bindings[binding].hidden) continue;
      const bool everywhere = std::all_of(rule_.stages.begin(), rule_.stages.end(), [&](const Stage& stage) {
        return stage.kind == StageKind::kPause || Binds(stage, binding, stage.kind == StageKind::kEnter);
      });
      if (everywhere) add(binding);
    }
  }
  // What rules that read it may ask of every scope.
  const auto own = [&](const char* name, lang::TypeKind type) {
    const bool taken = std::any_of(rule_.bindings.begin(), rule_.bindings.end(), [&](const Binding& binding) {
      return !binding.hidden && binding.name == name;
    });
    if (taken) return;
    const std::uint32_t binding = AddBinding(name, type, decl_.name.span, 0);
    rule_.bindings[binding].hidden = false;
  };
  own("lines", lang::TypeKind::kInt);
  own("closed", lang::TypeKind::kBool);
}

}  // namespace faultline::sema
