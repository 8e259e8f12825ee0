// Findings from matches: see finding_maker.h.
#include "runtime/engine/finding_maker.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace faultline::runtime {

std::string CutReportText(std::string_view text) {
  if (text.size() <= kMaxReportText) return std::string(text);
  std::size_t end = kMaxReportText;
  // Not inside a character; bytes that are no UTF-8 are cut where they are.
  for (std::size_t back = 0; back < 4 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80; ++back)
    --end;
  return std::string(text.substr(0, end)) + "\xE2\x80\xA6 (cut: " + std::to_string(text.size() - end) +
         (text.size() - end == 1 ? " byte more)" : " bytes more)");
}

std::optional<std::uint32_t> AllowOf(const EnginePlan& plan, ir::RuleId rule, Match* match, std::int64_t now,
                                     StageEvaluator* evaluator) {
  const std::vector<ir::Allow>& allows = plan.module().rules[rule].allows;
  for (std::uint32_t i = 0; i < allows.size(); ++i) {
    if (now >= allows[i].until) continue;
    if (evaluator->Call(allows[i].when, match->slots.data(), &match->record, match->arena.get()).is_true())
      return i;
  }
  return std::nullopt;
}

FindingPtr MakeFinding(const EnginePlan& plan, ir::RuleId rule_id, Match match, const PathMap& path_map,
                       StageEvaluator* evaluator) {
  const ir::Rule& rule = plan.module().rules[rule_id];
  // The run's context belongs to the engine, which findings may outlive.
  for (const ir::Provided& provided : rule.provided) {
    if (provided.kind != ir::ProvidedKind::kContext) continue;
    match.slots[provided.slot] = match.arena->DeepCopy(match.slots[provided.slot]);
  }
  auto finding = std::make_shared<Finding>();
  finding->rule = &rule;
  finding->rule_index = rule_id;
  finding->severity = rule.severity;
  finding->location = std::move(match.place);
  finding->evidence = std::move(match.evidence);
  finding->first = match.first;
  finding->last = match.last;
  auto text = [&](ir::FunctionId function) {
    if (function == ir::kNone) return Value::Missing();
    return evaluator->Call(function, match.slots.data(), &match.record, match.arena.get());
  };
  if (const Value message = text(rule.report); message.kind == ValueKind::kText) {
    finding->message = CutReportText(message.AsText());
  }
  if (const Value fix = text(rule.fix); fix.kind == ValueKind::kText)
    finding->fix = CutReportText(fix.AsText());
  if (const Value at = text(rule.at); at.kind == ValueKind::kText) {
    finding->source = ParsePlace(at.AsText());
    if (finding->source) finding->source->file = path_map.Apply(finding->source->file);
  }
  for (std::size_t slot = 0; slot < rule.slots.size() && slot < match.slots.size(); ++slot) {
    if (rule.slots[slot].hidden || match.slots[slot].is_missing()) continue;
    finding->fields.push_back({rule.slots[slot].name, rule.slots[slot].type, match.slots[slot]});
  }
  if (!rule.confidence.empty()) {
    double sum = 0;
    for (const ir::ConfidenceTerm& term : rule.confidence) {
      if (term.when != ir::kNone && !text(term.when).is_true()) continue;
      sum += term.weight;
      finding->confidence_parts.push_back({term.weight, term.why});
    }
    // Weights are written with few digits; sums of them should read like that, too.
    finding->confidence = std::clamp(std::round(sum * 1e9) / 1e9, 0.0, 1.0);
  }
  for (const ir::Need& need : rule.needs) {
    if (need.when == ir::kNone || text(need.when).is_true()) finding->missing.push_back(need.text);
  }
  FindingOrigin& origin = finding->origin;
  origin.input = match.position.input;
  origin.stream = match.position.stream;
  origin.first_line = match.extent.first_line;
  origin.last_line = match.extent.last_line;
  origin.first_record = match.extent.first_record;
  origin.last_record = match.extent.last_record;
  if (!rule.key.empty()) {
    Value* parts = match.arena->AllocateValues(rule.key.size());
    for (std::size_t i = 0; i < rule.key.size(); ++i) parts[i] = match.slots[rule.key[i]];
    origin.key = Value::Items(ValueKind::kList, parts, static_cast<std::uint32_t>(rule.key.size()));
  }
  for (const auto& instance : match.scopes) {
    if (instance != nullptr) origin.scopes.emplace_back(instance->scope, instance->number);
  }
  std::vector<std::pair<std::string_view, Value>> identity;
  for (ir::SlotId slot : rule.identity) identity.emplace_back(rule.slots[slot].name, match.slots[slot]);
  finding->id = Fingerprint(rule.name, identity);
  finding->slots = std::move(match.slots);
  finding->arena = std::move(match.arena);
  return finding;
}

}  // namespace faultline::runtime
