// Groups and routes: see partition.h.
#include "runtime/engine/partition.h"

#include <algorithm>
#include <numeric>

namespace faultline::runtime {
namespace {

bool IsPure(const ir::Rule& rule, const RulePlan& plan, const std::vector<bool>& pure) {
  if (rule.shape != ir::RuleShape::kSequence || rule.stages.size() != 1 || !plan.scopes.empty()) return false;
  const ir::Stage& stage = rule.stages[0];
  if (stage.kind != ir::StageKind::kMatch || stage.key != ir::kNone || stage.join != ir::kNone ||
      stage.count != 1 || stage.in_a_row || !stage.role.empty() ||
      stage.window != ir::WindowUnit::kNoWindow || rule.window.unit != ir::WindowUnit::kNoWindow) {
    return false;
  }
  if (stage.input == ir::StageInput::kRule && !pure[stage.rule]) return false;
  if (!rule.aggregates.empty() || !rule.graph_queries.empty() || !rule.steps.empty() || rule.skew != 0) {
    return false;
  }
  return std::all_of(rule.provided.begin(), rule.provided.end(), [](const ir::Provided& provided) {
    return provided.kind == ir::ProvidedKind::kContext;
  });
}

// Whether the key of the stage's events holds an instance of a scope.
bool IsKeyedByScope(const ir::Rule& rule, std::uint32_t stage) {
  return std::any_of(rule.provided.begin(), rule.provided.end(), [stage](const ir::Provided& provided) {
    return provided.kind == ir::ProvidedKind::kScopeInstance && provided.stage == stage;
  });
}

// Whether state of the rule never joins events of two sources.
bool StaysInSource(const ir::Rule& rule) {
  for (std::uint32_t i = 0; i < rule.stages.size(); ++i) {
    const ir::Stage& stage = rule.stages[i];
    if (!stage.role.empty() || stage.reach == ir::Reach::kRun) return false;
    if (stage.key != ir::kNone && !IsKeyedByScope(rule, i)) return false;
  }
  const bool keyed = std::any_of(rule.stages.begin(), rule.stages.end(),
                                 [](const ir::Stage& stage) { return stage.key != ir::kNone; });
  switch (rule.shape) {
    case ir::RuleShape::kSequence:
    case ir::RuleShape::kAll:
    case ir::RuleShape::kAny:
      return keyed || rule.aggregates.empty();
    case ir::RuleShape::kScope:
      return true;
    case ir::RuleShape::kAggregate:
    case ir::RuleShape::kGraph:
      return keyed;
  }
  return false;
}

// Whether each event of the rule says by itself which state it belongs to.
bool IsKeyedByEvents(const ir::Rule& rule, const RulePlan& plan) {
  if (rule.shape == ir::RuleShape::kScope || rule.shape == ir::RuleShape::kGraph || !plan.scopes.empty() ||
      !rule.graph_queries.empty()) {
    return false;
  }
  for (const ir::Aggregate& aggregate : rule.aggregates) {
    if (aggregate.form == ir::AggregateForm::kHistory) return false;
  }
  for (const ir::Provided& provided : rule.provided) {
    if (provided.kind == ir::ProvidedKind::kScopeInstance || provided.kind == ir::ProvidedKind::kScopeField) {
      return false;
    }
  }
  return std::all_of(rule.stages.begin(), rule.stages.end(),
                     [](const ir::Stage& stage) { return stage.key != ir::kNone; });
}

// Disjoint sets, by the smallest member.
class Groups {
 public:
  explicit Groups(std::size_t size) : parent_(size) { std::iota(parent_.begin(), parent_.end(), 0u); }
  std::uint32_t Find(std::uint32_t member) {
    while (parent_[member] != member) {
      parent_[member] = parent_[parent_[member]];
      member = parent_[member];
    }
    return member;
  }
  void Join(std::uint32_t a, std::uint32_t b) {
    a = Find(a);
    b = Find(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::uint32_t> parent_;
};

}  // namespace

PartitionPlan::PartitionPlan(const EnginePlan& plan) {
  const ir::Module& module = plan.module();
  const std::size_t count = module.rules.size();
  pure_.assign(count, false);
  Groups groups(count);
  const auto join = [&](ir::RuleId rule, ir::RuleId other) {
    if (other < count && !pure_[other]) groups.Join(rule, other);
  };
  for (ir::RuleId id = 0; id < count; ++id) {
    const ir::Rule& rule = module.rules[id];
    pure_[id] = IsPure(rule, plan.rules()[id], pure_);
    if (pure_[id]) continue;
    for (const ir::Stage& stage : rule.stages) {
      if (stage.input == ir::StageInput::kRule) join(id, stage.rule);
    }
    for (const ir::RuleId scope : plan.rules()[id].scopes) join(id, scope);
    for (const ir::Provided& provided : rule.provided) join(id, provided.scope);
    for (const ir::GraphQuery& query : rule.graph_queries) join(id, query.graph);
  }

  std::vector<std::uint32_t> number(count, kEveryGroup);
  std::vector<std::size_t> sizes;
  group_.resize(count);
  for (ir::RuleId id = 0; id < count; ++id) {
    const std::uint32_t first = groups.Find(id);
    if (number[first] == kEveryGroup) {
      number[first] = static_cast<std::uint32_t>(routes_.size());
      routes_.push_back(Route::kSource);
      sizes.push_back(0);
    }
    group_[id] = number[first];
    ++sizes[group_[id]];
    if (!StaysInSource(module.rules[id])) routes_[group_[id]] = Route::kOne;
  }
  for (ir::RuleId id = 0; id < count; ++id) {
    if (routes_[group_[id]] == Route::kOne && sizes[group_[id]] == 1 &&
        IsKeyedByEvents(module.rules[id], plan.rules()[id])) {
      routes_[group_[id]] = Route::kKey;
    }
  }
}

}  // namespace faultline::runtime
