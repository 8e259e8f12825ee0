// As-of joins, and where each condition is tested.
//
// A condition over one stage's names is that stage's guard; over names of several stages, the join of the
// last of them; over what is there only once all stages have matched - joined events, fields of scopes,
// graphs - a step behind what it reads.
#include "frontend/sema/rules.h"

#include <algorithm>

namespace faultline::sema {

namespace {

// Equalities by which events can be found in a table. Floats are left out: a NaN equals nothing.
bool IsIndexable(lang::Opcode opcode) {
  return opcode == lang::Opcode::eq_int || opcode == lang::Opcode::eq_text ||
         opcode == lang::Opcode::eq_bool || opcode == lang::Opcode::eq_duration ||
         opcode == lang::Opcode::eq_bytes || opcode == lang::Opcode::eq_time ||
         opcode == lang::Opcode::eq_level || opcode == lang::Opcode::eq_value;
}

}  // namespace

void RuleChecker::CheckWith(const ast::StageHolderClause& clause) {
  if (!clause.stage) return Fail();
  if (rule_.stages.empty()) {
    if (!broken_ && !has_stage_) {
      context_.sink.Report(diag::no_first_stage, clause.span, "with")
          .Help(
              "write `match \"…\"` or `from EVENT` before it: a join adds to what is found by another stage");
      has_stage_ = true;
    }
    return Fail();
  }
  const bool latest = clause.stage->stage == ast::StageKind::kLatest;
  const auto index = static_cast<std::uint32_t>(rule_.stages.size());
  AddStage(*clause.stage, latest ? StageKind::kLatest : StageKind::kNext);
  if (rule_.stages.size() <= index) return Fail();
  joins_in_order_.push_back(index);
  if (clause.stage->across) {
    const ast::Name& across = *clause.stage->across;
    if (across.text == "source") {
      rule_.stages[index].reach = Reach::kSource;
    } else if (across.text == "run") {
      rule_.stages[index].reach = Reach::kRun;
    } else {
      HelpWithNearest(context_.sink.Report(diag::bad_clause_item, across.span, "across", "`source` or `run`"),
                      across.span, across.text, {"source", "run"});
      Fail();
    }
  }
}

// The bindings that the value depends on; of a `let`, those that it is made of.
std::set<std::uint32_t> RuleChecker::BasesOf(const Expr& expr) const {
  std::set<std::uint32_t> bases;
  ForEachBinding(expr, [&](std::uint32_t used) { bases.insert(used); });
  for (std::size_t i = rule_.lets.size(); i-- > 0;) {
    if (bases.erase(rule_.lets[i].binding) == 0) continue;
    ForEachBinding(*rule_.lets[i].value, [&](std::uint32_t used) { bases.insert(used); });
  }
  return bases;
}

int RuleChecker::LevelOf(const std::set<std::uint32_t>& bases) const {
  int level = -1;
  for (std::uint32_t base : bases) {
    if (const auto late = late_.find(base); late != late_.end()) level = std::max(level, late->second);
  }
  return level;
}

void RuleChecker::AddStep(ExprPtr condition) {
  const std::set<std::uint32_t> bases = BasesOf(*condition);
  Pending pending;
  pending.level = LevelOf(bases);
  pending.graph =
      std::any_of(bases.begin(), bases.end(), [&](std::uint32_t base) { return of_graphs_.contains(base); });
  pending.condition = std::move(condition);
  pending_.push_back(std::move(pending));
}

void RuleChecker::Attach(ExprPtr condition, std::uint32_t stage_index) {
  const StageKind kind = rule_.stages[stage_index].kind;
  if (kind == StageKind::kLatest || kind == StageKind::kNext) {
    return AttachToJoin(std::move(condition), stage_index);
  }
  const std::set<std::uint32_t> bases = BasesOf(*condition);
  const bool own =
      std::all_of(bases.begin(), bases.end(), [&](std::uint32_t base) { return IsOwn(base, stage_index); });
  if (own) {
    guards_[stage_index].push_back(std::move(condition));
    return;
  }
  const bool late =
      std::any_of(bases.begin(), bases.end(), [&](std::uint32_t base) { return late_.contains(base); });
  // Parts of a set come in any order, so what compares them waits for the last.
  const bool unordered = rule_.shape == RuleShape::kAll || rule_.shape == RuleShape::kAny ||
                         rule_.shape == RuleShape::kAggregate;
  if (IsPositive(stage_index) && (late || unordered)) return AddStep(std::move(condition));
  joins_[stage_index].push_back(std::move(condition));
}

// A condition of a `with`: split at its top-level `and`s into what only the event has to be, what must be
// equal, and the rest.
void RuleChecker::AttachToJoin(ExprPtr condition, std::uint32_t stage_index) {
  Stage& stage = rule_.stages[stage_index];
  for (ExprPtr& part : SplitAtAnd(std::move(condition))) {
    const auto side = [&](const Expr& expr) {  // 1: own, 2: others, 3: both
      int result = 0;
      for (std::uint32_t base : BasesOf(expr)) {
        result |= rule_.bindings[base].stage == stage_index && IsOwn(base, stage_index) ? 1 : 2;
      }
      return result;
    };
    const int all = side(*part);
    if (all <= 1) {
      guards_[stage_index].push_back(std::move(part));
      continue;
    }
    if (part->kind == ExprKind::kOperation && IsIndexable(part->opcode) && part->arguments.size() == 2) {
      const int left = side(*part->arguments[0]), right = side(*part->arguments[1]);
      if ((left == 1 && right == 2) || (left == 2 && right == 1)) {
        stage.index_own.push_back(std::move(part->arguments[left == 1 ? 0 : 1]));
        stage.index_other.push_back(std::move(part->arguments[left == 1 ? 1 : 0]));
        continue;
      }
    }
    joins_[stage_index].push_back(std::move(part));
  }
}

// Conditions as early as what they read is there, those without a graph first.
void RuleChecker::FinishSteps() {
  const auto conditions = [&](int level, bool graph) {
    for (Pending& pending : pending_) {
      if (!pending.condition || pending.level != level || pending.graph != graph) continue;
      Step step;
      step.kind = StepKind::kCondition;
      step.condition = std::move(pending.condition);
      rule_.steps.push_back(std::move(step));
    }
  };
  const auto add = [&](StepKind kind, std::uint32_t index) {
    Step step;
    step.kind = kind;
    step.index = index;
    rule_.steps.push_back(std::move(step));
  };
  for (int level = -1; level < static_cast<int>(joins_in_order_.size()); ++level) {
    if (level >= 0) add(StepKind::kJoin, joins_in_order_[static_cast<std::size_t>(level)]);
    conditions(level, false);
    for (std::uint32_t i = 0; i < rule_.graph_queries.size(); ++i) {
      if (late_.at(rule_.graph_queries[i].binding) == level) add(StepKind::kGraph, i);
    }
    conditions(level, true);
  }
}

}  // namespace faultline::sema
