// What findings and diagnoses say of themselves.
#include "capi/run.h"

using namespace faultline;        // NOLINT: the functions below have C names
using namespace faultline::capi;  // NOLINT

namespace {

std::int64_t TimeOf(const Value& value) {
  return value.kind == ValueKind::kTime ? value.integer : FAULTLINE_NO_TIME;
}

}  // namespace

void faultline_finding_destroy(faultline_finding* finding) {
  delete finding;
}

faultline_text faultline_finding_json(const faultline_finding* finding) {
  return finding == nullptr ? NoText() : TextOf(finding->json);
}

faultline_text faultline_finding_rule(const faultline_finding* finding) {
  return finding == nullptr ? NoText() : TextOf(finding->finding->rule->name);
}

faultline_text faultline_finding_id(const faultline_finding* finding) {
  return finding == nullptr ? NoText() : TextOf(finding->finding->id);
}

faultline_text faultline_finding_message(const faultline_finding* finding) {
  return finding == nullptr ? NoText() : TextOf(finding->finding->message);
}

faultline_text faultline_finding_fix(const faultline_finding* finding) {
  return finding == nullptr || !finding->finding->fix ? NoText() : TextOf(*finding->finding->fix);
}

int32_t faultline_finding_severity(const faultline_finding* finding) {
  return finding == nullptr ? 0 : static_cast<int32_t>(finding->finding->severity);
}

faultline_text faultline_finding_file(const faultline_finding* finding) {
  return finding == nullptr ? NoText() : TextOf(finding->finding->location.file);
}

int64_t faultline_finding_line(const faultline_finding* finding) {
  return finding == nullptr ? 0 : finding->finding->location.line;
}

int64_t faultline_finding_column(const faultline_finding* finding) {
  return finding == nullptr ? 0 : finding->finding->location.column;
}

int64_t faultline_finding_end_line(const faultline_finding* finding) {
  return finding == nullptr ? 0 : finding->finding->location.end_line;
}

int64_t faultline_finding_offset(const faultline_finding* finding) {
  return finding == nullptr ? 0 : finding->finding->location.offset;
}

faultline_text faultline_finding_source_file(const faultline_finding* finding) {
  return finding == nullptr || !finding->finding->source ? NoText() : TextOf(finding->finding->source->file);
}

int64_t faultline_finding_source_line(const faultline_finding* finding) {
  return finding == nullptr || !finding->finding->source ? 0 : finding->finding->source->line;
}

int64_t faultline_finding_source_column(const faultline_finding* finding) {
  return finding == nullptr || !finding->finding->source ? 0 : finding->finding->source->column;
}

int64_t faultline_finding_first(const faultline_finding* finding) {
  return finding == nullptr ? FAULTLINE_NO_TIME : TimeOf(finding->finding->first);
}

int64_t faultline_finding_last(const faultline_finding* finding) {
  return finding == nullptr ? FAULTLINE_NO_TIME : TimeOf(finding->finding->last);
}

void faultline_diagnoses_destroy(faultline_diagnoses* diagnoses) {
  delete diagnoses;
}

size_t faultline_diagnoses_count(const faultline_diagnoses* diagnoses) {
  return diagnoses == nullptr ? 0 : diagnoses->json.size();
}

faultline_text faultline_diagnoses_json(const faultline_diagnoses* diagnoses, size_t index) {
  return index >= faultline_diagnoses_count(diagnoses) ? NoText() : TextOf(diagnoses->json[index]);
}

faultline_status faultline_diagnoses_root(const faultline_diagnoses* diagnoses, size_t index,
                                          faultline_finding** finding) {
  if (finding != nullptr) *finding = nullptr;
  if (finding == nullptr || index >= faultline_diagnoses_count(diagnoses)) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "finding is NULL, or there is no diagnosis of this index");
  }
  return Guarded([&] {
    *finding = new faultline_finding(*diagnoses->roots[index]);
    return FAULTLINE_OK;
  });
}
