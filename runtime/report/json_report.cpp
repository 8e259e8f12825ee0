// One JSON object a line: the contract of docs/output.md.
#include "runtime/report/escape.h"
#include "runtime/report/json_object.h"
#include "runtime/report/redact.h"
#include "runtime/report/report.h"
#include "support/value/json.h"
#include "support/value/print.h"
#include "support/value/time.h"

namespace faultline::runtime {
namespace {

// Whether some text inside the value is not UTF-8; nesting is bounded as in AppendJson.
bool HasBadText(const Value& value, int depth) {
  if (value.kind == ValueKind::kText) return !IsUtf8(value.AsText());
  if (depth > 64) return false;
  const std::size_t count = ItemCount(value);
  for (std::size_t i = 0; i < count; ++i) {
    if (HasBadText(value.items[i], depth + 1)) return true;
  }
  return false;
}

}  // namespace

std::string FindingToJson(const Finding& finding) {
  std::string out;
  JsonObject object(&out);
  object.Text("kind", "finding");
  object.Text("id", finding.id);
  object.Text("rule", finding.rule->name);
  object.Text("severity", lang::SeverityName(finding.severity));
  object.Text("message", finding.message);

  const FindingPlace& location = finding.location;
  JsonObject place(&object.Key("location"));
  place.Text("file", location.file);
  place.Number("line", location.line);
  place.Number("column", location.column);
  place.Number("end_line", location.end_line);
  place.Number("offset", location.offset);
  place.Close();
  if (finding.source) {
    JsonObject source(&object.Key("source"));
    source.Text("file", finding.source->file);
    if (finding.source->line > 0) source.Number("line", finding.source->line);
    if (finding.source->column > 0) source.Number("column", finding.source->column);
    source.Close();
  }
  if (!finding.fields.empty()) {
    JsonObject fields(&object.Key("fields"));
    for (const FindingField& field : finding.fields)
      AppendJson(fields.Key(field.name), field.value, field.type);
    fields.Close();
  }
  if (!finding.evidence.empty()) {
    std::string& list = object.Key("evidence");
    list += '[';
    for (const Evidence& evidence : finding.evidence) {
      if (list.back() != '[') list += ',';
      JsonObject line(&list);
      line.Text("file", evidence.file);
      line.Number("line", evidence.line);
      line.Text("text", evidence.text);
      if (!IsUtf8(evidence.text)) line.Text("raw", Base64(evidence.text));
      line.Close();
    }
    list += ']';
  }
  if (finding.confidence) {
    AppendJson(object.Key("confidence"), Value::Float(*finding.confidence),
               lang::Type(lang::TypeKind::kFloat));
    // The sum that the confidence is.
    std::string& list = object.Key("confidence_parts");
    list += '[';
    for (const ConfidencePart& part : finding.confidence_parts) {
      if (list.back() != '[') list += ',';
      JsonObject term(&list);
      AppendJson(term.Key("weight"), Value::Float(part.weight), lang::Type(lang::TypeKind::kFloat));
      if (!part.why.empty()) term.Text("why", part.why);
      term.Close();
    }
    list += ']';
  }
  if (finding.fix) object.Text("fix", *finding.fix);
  if (finding.origin.key.kind == ValueKind::kList) {
    std::string& list = object.Key("key");
    list += '[';
    for (std::uint32_t i = 0; i < finding.origin.key.size; ++i) {
      if (i > 0) list += ',';
      AppendJsonText(list, ToText(finding.origin.key.items[i]));
    }
    list += ']';
  }
  object.Number("count", finding.count);
  if (finding.first.kind == ValueKind::kTime) object.Text("first", FormatTime(finding.first.integer));
  if (finding.last.kind == ValueKind::kTime) object.Text("last", FormatTime(finding.last.integer));

  std::string raw_text;
  JsonObject raw(&raw_text);
  auto add_raw = [](JsonObject* to, std::string_view key, std::string_view text) {
    if (!IsUtf8(text)) to->Text(key, Base64(text));
  };
  add_raw(&raw, "message", finding.message);
  add_raw(&raw, "location.file", location.file);
  if (finding.source) add_raw(&raw, "source.file", finding.source->file);
  std::string raw_fields_text;
  JsonObject raw_fields(&raw_fields_text);
  for (const FindingField& field : finding.fields) {
    if (HasBadText(field.value, 0)) raw_fields.Text(field.name, Base64(ToText(field.value)));
  }
  raw_fields.Close();
  if (!raw_fields.empty()) raw.Key("fields") += raw_fields_text;
  if (finding.fix) add_raw(&raw, "fix", *finding.fix);
  raw.Close();
  if (!raw.empty()) object.Key("raw") += raw_text;
  object.Close();
  return out;
}

std::string DiagnosisToJson(const Diagnosis& diagnosis) {
  std::string out;
  JsonObject object(&out);
  object.Text("kind", "diagnosis");
  object.Key("root") += FindingToJson(*diagnosis.root);
  if (!diagnosis.because.empty()) {
    std::string& list = object.Key("because");
    for (const FindingPtr& finding : diagnosis.because) {
      list += &finding == &diagnosis.because.front() ? '[' : ',';
      list += FindingToJson(*finding);
    }
    list += ']';
  }
  if (!diagnosis.explains.empty()) {
    std::string& list = object.Key("explains");
    for (const Symptom& symptom : diagnosis.explains) {
      list += &symptom == &diagnosis.explains.front() ? '[' : ',';
      JsonObject edge(&list);
      edge.Key("finding") += FindingToJson(*symptom.finding);
      if (symptom.confidence) {
        AppendJson(edge.Key("confidence"), Value::Float(*symptom.confidence),
                   lang::Type(lang::TypeKind::kFloat));
      }
      if (symptom.depth > 1) edge.Number("depth", symptom.depth);
      edge.Close();
    }
    list += ']';
  }
  if (!diagnosis.missing.empty()) {
    std::string& list = object.Key("missing");
    for (const std::string_view& text : diagnosis.missing) {
      list += &text == &diagnosis.missing.front() ? '[' : ',';
      AppendJsonText(list, text);
    }
    list += ']';
  }
  object.Close();
  return out;
}

JsonReport::JsonReport(Output output, const JsonReportOptions& options)
    : output_(std::move(output)), options_(options) {}

void JsonReport::OnFinding(const FindingPtr& finding) {
  const FindingPtr shown = options_.redact ? Redacted(finding) : finding;
  output_(FindingToJson(*shown) + "\n");
}

void JsonReport::OnDiagnoses(const std::vector<Diagnosis>& diagnoses) {
  if (!options_.diagnoses) return;
  std::size_t written = 0;
  for (const Diagnosis& diagnosis : diagnoses) {
    if (written++ == options_.max_diagnoses) return;
    output_(DiagnosisToJson(options_.redact ? Redacted(diagnosis) : diagnosis) + "\n");
  }
}

void JsonReport::OnEnd(const RunSummary& summary) {
  for (const TellingLine& telling : summary.telling) {
    const std::string text = options_.redact ? Redact(telling.text) : telling.text;
    std::string out;
    JsonObject object(&out);
    object.Text("kind", "note");
    JsonObject place(&object.Key("location"));
    place.Text("file", telling.file);
    place.Number("line", telling.line);
    place.Close();
    object.Text("text", text);
    std::string& reasons = object.Key("reasons");
    reasons += '[';
    for (const std::string& reason : telling.reasons) {
      if (reasons.back() != '[') reasons += ',';
      AppendJsonText(reasons, reason);
    }
    reasons += ']';
    object.Number("count", telling.count);
    if (!IsUtf8(text)) object.Text("raw", Base64(text));
    object.Close();
    output_(out + "\n");
  }
}

}  // namespace faultline::runtime
