// Findings as bytes: see finding_state.h. What a finding takes from its rule is found there again.
#include "runtime/engine/finding_state.h"

#include "runtime/correlate/match_state.h"

#include <memory>
#include <string>

namespace faultline::runtime {

void PutFinding(const Finding& finding, snapshot::Writer* writer) {
  writer->Unsigned(finding.rule_index);
  writer->Text(finding.id);
  writer->Unsigned(static_cast<std::uint64_t>(finding.severity));
  writer->Text(finding.message);
  PutPlace(finding.location, writer);
  writer->Bool(finding.source.has_value());
  if (finding.source) {
    writer->Text(finding.source->file);
    writer->Signed(finding.source->line);
    writer->Signed(finding.source->column);
  }
  writer->Unsigned(finding.evidence.size());
  for (const Evidence& evidence : finding.evidence) PutEvidence(evidence, writer);
  writer->Bool(finding.confidence.has_value());
  if (finding.confidence) writer->Float(*finding.confidence);
  writer->Unsigned(finding.confidence_parts.size());
  for (const ConfidencePart& part : finding.confidence_parts) {
    writer->Float(part.weight);
    writer->Text(part.why);
  }
  writer->Unsigned(finding.missing.size());
  for (const std::string_view need : finding.missing) writer->Text(need);
  writer->Bool(finding.fix.has_value());
  if (finding.fix) writer->Text(*finding.fix);
  writer->Signed(finding.count);
  writer->Put(finding.first);
  writer->Put(finding.last);
  const FindingOrigin& origin = finding.origin;
  writer->Unsigned(origin.input);
  writer->Unsigned(origin.stream);
  writer->Signed(origin.first_line);
  writer->Signed(origin.last_line);
  writer->Signed(origin.first_record);
  writer->Signed(origin.last_record);
  writer->Put(origin.key);
  writer->Unsigned(origin.scopes.size());
  for (const auto& [scope, number] : origin.scopes) {
    writer->Unsigned(scope);
    writer->Signed(number);
  }
  PutValues(finding.slots, writer);
}

FindingPtr GetFinding(const ir::Module& module, snapshot::Reader* reader) {
  auto finding = std::make_shared<Finding>();
  finding->rule_index = GetSmall(reader);
  if (!reader->ok() || finding->rule_index >= module.rules.size()) {
    reader->Fail();
    return nullptr;
  }
  const ir::Rule& rule = module.rules[finding->rule_index];
  finding->rule = &rule;
  finding->id = reader->Text();
  const std::uint64_t severity = reader->Unsigned();
  if (severity > static_cast<std::uint64_t>(lang::Severity::kCritical)) reader->Fail();
  finding->severity = static_cast<lang::Severity>(severity);
  finding->message = reader->Text();
  finding->location = GetPlace(reader);
  if (reader->Bool()) {
    SourcePlace& source = finding->source.emplace();
    source.file = reader->Text();
    source.line = reader->Signed();
    source.column = reader->Signed();
  }
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    finding->evidence.push_back(GetEvidence(reader));
  }
  if (reader->Bool()) finding->confidence = reader->Float();
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    ConfidencePart part;
    part.weight = reader->Float();
    const std::string_view why = reader->Text();
    for (const ir::ConfidenceTerm& term : rule.confidence) {
      if (term.why == why) part.why = term.why;
    }
    finding->confidence_parts.push_back(part);
  }
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const std::string_view text = reader->Text();
    for (const ir::Need& need : rule.needs) {
      if (need.text != text) continue;
      finding->missing.push_back(need.text);
      break;
    }
  }
  if (reader->Bool()) finding->fix = std::string(reader->Text());
  finding->count = reader->Signed();
  finding->first = GetTime(reader);
  finding->last = GetTime(reader);
  FindingOrigin& origin = finding->origin;
  origin.input = GetSmall(reader);
  origin.stream = GetSmall(reader);
  origin.first_line = reader->Signed();
  origin.last_line = reader->Signed();
  origin.first_record = reader->Signed();
  origin.last_record = reader->Signed();
  origin.key = reader->Get(finding->arena.get());
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const std::uint32_t scope = GetSmall(reader);
    origin.scopes.emplace_back(scope, reader->Signed());
  }
  finding->slots = GetValues(reader, finding->arena.get());
  if (finding->slots.size() != rule.slots.size()) reader->Fail();
  if (!reader->ok()) return nullptr;
  for (std::size_t slot = 0; slot < rule.slots.size(); ++slot) {
    if (rule.slots[slot].hidden || finding->slots[slot].is_missing()) continue;
    finding->fields.push_back({rule.slots[slot].name, rule.slots[slot].type, finding->slots[slot]});
  }
  return finding;
}

}  // namespace faultline::runtime
