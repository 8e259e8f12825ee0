// Which findings explain which: see diagnoser.h.
#include "runtime/engine/diagnoser.h"

#include "runtime/engine/finding_state.h"
#include "support/value/value_compare.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace faultline::runtime {
namespace {

// How far two intervals are apart; 0 where they meet or overlap. Saturating.
std::int64_t Gap(std::int64_t a_first, std::int64_t a_last, std::int64_t b_first, std::int64_t b_last) {
  std::int64_t gap = 0;
  const bool overflow = a_last < b_first   ? __builtin_sub_overflow(b_first, a_last, &gap)
                        : b_last < a_first ? __builtin_sub_overflow(a_first, b_last, &gap)
                                           : false;
  return overflow ? INT64_MAX : gap;
}

bool IsTimed(const Finding& finding) {
  return finding.first.kind == ValueKind::kTime && finding.last.kind == ValueKind::kTime;
}

// Whether they may be of one thing: by their keys where both have one, else by their source.
bool SameThing(const Finding& a, const Finding& b) {
  const Value &x = a.origin.key, &y = b.origin.key;
  return x.is_missing() || y.is_missing() ? a.origin.input == b.origin.input : ValuesEqual(x, y);
}

bool Near(const ir::Window& window, const Finding& a, const Finding& b) {
  const FindingOrigin& x = a.origin;
  const FindingOrigin& y = b.origin;
  switch (window.unit) {
    case ir::WindowUnit::kNoWindow:
      return x.input == y.input;
    case ir::WindowUnit::kLines:
      return x.stream == y.stream &&
             Gap(x.first_line, x.last_line, y.first_line, y.last_line) <= window.amount;
    case ir::WindowUnit::kRecords:
      return x.stream == y.stream &&
             Gap(x.first_record, x.last_record, y.first_record, y.last_record) <= window.amount;
    case ir::WindowUnit::kTime:
      if (!SameThing(a, b)) return false;
      return IsTimed(a) && IsTimed(b) &&
             Gap(std::min(a.first.integer, a.last.integer), std::max(a.first.integer, a.last.integer),
                 std::min(b.first.integer, b.last.integer),
                 std::max(b.first.integer, b.last.integer)) <= window.amount;
    case ir::WindowUnit::kScope:
      if (window.scope == ir::kRunScope) return true;
      if (window.scope == ir::kSourceScope) return x.input == y.input;
      return std::any_of(x.scopes.begin(), x.scopes.end(), [&](const auto& scope) {
        return scope.first == window.scope &&
               std::find(y.scopes.begin(), y.scopes.end(), scope) != y.scopes.end();
      });
  }
  return false;
}

}  // namespace

Diagnoser::Diagnoser(StageEvaluator* evaluator, std::size_t limit) : evaluator_(evaluator), limit_(limit) {
  const std::vector<ir::Rule>& rules = evaluator->plan().module().rules;
  joined_.resize(rules.size());
  for (std::size_t rule = 0; rule < rules.size(); ++rule) {
    for (const ir::Explains& explains : rules[rule].explains) {
      joined_[rule] = true;
      joined_[explains.rule] = true;
    }
  }
}

void Diagnoser::Add(const FindingPtr& finding) {
  const bool joined = joined_[finding->rule_index];
  if (!joined && finding->severity < lang::Severity::kError) return;
  if (findings_.size() >= limit_) {  // nothing more is remembered, not even that it was there
    ++left_out_;
    return;
  }
  std::size_t& equal = equal_[finding->rule->name + '\n' + finding->message];
  if (equal >= (joined ? kEqual : 1)) {
    ++left_out_;
    return;
  }
  ++equal;
  findings_.push_back(finding);
}

bool Diagnoser::Explains(const ir::Explains& explains, const Finding& cause, const Finding& effect) {
  if (&cause == &effect || !Near(explains.window, cause, effect)) return false;
  if (explains.condition == ir::kNone) return true;
  temporary_.Reset();
  std::vector<Value> slots = cause.slots;
  return evaluator_->CallOver(explains.condition, slots.data(), effect.slots.data(), &temporary_).is_true();
}

std::vector<Diagnosis> Diagnoser::Diagnose() {
  std::unordered_map<std::uint32_t, std::vector<std::size_t>> by_rule;
  for (std::size_t i = 0; i < findings_.size(); ++i) by_rule[findings_[i]->rule_index].push_back(i);
  std::vector<CauseEdge> edges;
  for (std::size_t cause = 0; cause < findings_.size(); ++cause) {
    const Finding& finding = *findings_[cause];
    for (const ir::Explains& explains : finding.rule->explains) {
      const auto effects = by_rule.find(explains.rule);
      if (effects == by_rule.end()) continue;
      std::optional<double> confidence = finding.confidence;
      if (explains.confidence != ir::kNone) {
        temporary_.Reset();
        std::vector<Value> slots = finding.slots;
        const Value stated = evaluator_->CallOver(explains.confidence, slots.data(), nullptr, &temporary_);
        if (stated.kind == ValueKind::kFloat) confidence = std::clamp(stated.real, 0.0, 1.0);
      }
      for (std::size_t effect : effects->second) {
        if (Explains(explains, finding, *findings_[effect])) edges.push_back({cause, effect, confidence});
      }
    }
  }
  return BuildDiagnoses(findings_, edges);
}

void Diagnoser::Save(snapshot::Writer* writer) const {
  writer->Unsigned(findings_.size());
  for (const FindingPtr& finding : findings_) PutFinding(*finding, writer);
  writer->Unsigned(equal_.size());
  for (const auto& [trouble, count] : equal_) {
    writer->Text(trouble);
    writer->Unsigned(count);
  }
  writer->Signed(left_out_);
}

bool Diagnoser::Load(snapshot::Reader* reader) {
  const ir::Module& module = evaluator_->plan().module();
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    findings_.push_back(GetFinding(module, reader));
  }
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const std::string trouble(reader->Text());
    equal_.emplace(trouble, static_cast<std::size_t>(reader->Unsigned()));
  }
  left_out_ = reader->Signed();
  return reader->ok();
}

}  // namespace faultline::runtime
