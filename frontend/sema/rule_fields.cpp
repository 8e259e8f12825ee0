// Fields that an event passes on though its own clauses do not speak of them: those of the format whose
// records it reads, and what the events that it reads pass on in their turn.
//
// Who names such a field makes a binding of it, in the event too, which then loads it; what nobody names
// costs nothing.
#include "frontend/sema/rule_words.h"
#include "frontend/sema/rules.h"

#include <algorithm>

namespace faultline::sema {

namespace {

// A field of the events of a stage, and its index among what the stage can load.
struct Passed {
  Binding binding;
  std::uint32_t input = kNoIndex;
};

// Only of what took part in a match as itself: a set may lack a part, and the stages of a scope or the
// entries of a score are alternatives of one another.
bool PassesOn(const Rule& rule) {
  return rule.ok && (rule.shape == RuleShape::kSequence || rule.shape == RuleShape::kAll ||
                     (rule.shape == RuleShape::kAggregate && rule.stages.size() == 1));
}

bool PassesOn(const Stage& stage) {
  return stage.kind == StageKind::kMatch || stage.kind == StageKind::kThen || stage.kind == StageKind::kPart;
}

std::uint32_t FindVisible(const std::vector<Binding>& bindings, std::string_view name) {
  for (std::uint32_t i = 0; i < bindings.size(); ++i) {
    if (!bindings[i].hidden && bindings[i].name == name) return i;
  }
  return kNoIndex;
}

// The binding of the stage that holds what the record or event has at `input`.
std::uint32_t AddLoad(Rule& rule, std::uint32_t stage_index, Binding binding, std::uint32_t input) {
  Stage& stage = rule.stages[stage_index];
  for (const Store& store : stage.load) {
    if (store.value->kind == ExprKind::kInput && store.value->index == input &&
        rule.bindings[store.binding].hidden) {
      return store.binding;
    }
  }
  ExprPtr value = MakeExpr(ExprKind::kInput, binding.type, stage.span);
  value->index = input;
  binding.name = stage.prefix + binding.name;
  binding.hidden = true;
  binding.names = false;
  binding.stage = stage_index;
  binding.span = stage.span;
  rule.bindings.push_back(std::move(binding));
  const auto slot = static_cast<std::uint32_t>(rule.bindings.size() - 1);
  stage.load.push_back({slot, std::move(value)});
  return slot;
}

// The field `name` of what a stage reads. Adds loads to the rules that are read on the way to the format.
// Rules are read in chains without circles, so this ends.
std::uint32_t Pass(Context& context, Rule& rule, std::uint32_t stage_index, std::string_view name) {
  const Stage& stage = rule.stages[stage_index];
  if (stage.format != kNoIndex) {
    const Format& format = context.out.formats[stage.format];
    const std::uint32_t field = FindVisible(format.bindings, name);
    return field == kNoIndex ? kNoIndex : AddLoad(rule, stage_index, format.bindings[field], field);
  }
  if (stage.input != StageInput::kRule) return kNoIndex;
  Rule& read = context.out.rules[stage.rule];
  std::uint32_t input = FindVisible(read.bindings, name);
  for (std::uint32_t i = 0; i < read.stages.size() && input == kNoIndex && PassesOn(read); ++i) {
    const std::string& prefix = read.stages[i].prefix;
    if (PassesOn(read.stages[i]) && name.starts_with(prefix)) {
      input = Pass(context, read, i, name.substr(prefix.size()));
    }
  }
  if (input == kNoIndex) return kNoIndex;
  Binding binding = read.bindings[input];
  binding.name = std::string(name);
  return AddLoad(rule, stage_index, std::move(binding), input);
}

}  // namespace

// A bare name is one of the stage whose expressions are checked, else of the first.
std::uint32_t RuleChecker::FindPassedOn(const std::string& name) {
  const std::uint32_t here = current_stage_ == kNoIndex ? 0 : current_stage_;
  for (std::uint32_t i = 0; i < rule_.stages.size(); ++i) {
    const Stage& stage = rule_.stages[i];
    if (stage.input != StageInput::kRule || (!IsPositive(i) && i != current_stage_)) continue;
    const bool prefixed = !stage.prefix.empty() && name.starts_with(stage.prefix);
    const bool bare = i == here && (stage.prefix.empty() || current_stage_ != kNoIndex);
    if (!prefixed && !bare) continue;
    const std::pair<std::uint32_t, std::string> key(i, name);
    if (const auto known = passed_on_.find(key); known != passed_on_.end()) return known->second;
    // A name that turned out to be a wrapper's or the context's stays that.
    if (surroundings_.contains(key)) continue;
    const std::uint32_t found =
        Pass(context_, rule_, i, std::string_view(name).substr(prefixed ? stage.prefix.size() : 0));
    if (found == kNoIndex) continue;
    if (rule_.shape == RuleShape::kAny) rule_.bindings[found].optional = true;
    surroundings_[key] = {found, rule_.bindings[found].name, true};
    passed_on_[key] = found;
    return found;
  }
  return kNoIndex;
}

// Names of the fields of a stage's events, as its own expressions call them.
std::vector<std::string> RuleChecker::FieldsOfStage(std::uint32_t stage) const {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < rule_.bindings.size(); ++i) {
    std::string_view name = rule_.bindings[i].name;
    if (rule_.bindings[i].stage != stage || late_.contains(i)) continue;
    if (name.starts_with(prefixes_[stage])) name.remove_prefix(prefixes_[stage].size());
    names.emplace_back(name);
  }
  return names;
}

}  // namespace faultline::sema
