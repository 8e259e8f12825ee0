// A run as bytes and back.
#include "capi/envelope.h"
#include "capi/run.h"
#include "runtime/correlate/snapshot.h"
#include "runtime/engine/finding_state.h"

#include <utility>

namespace faultline::capi {
namespace {

using runtime::snapshot::Reader;
using runtime::snapshot::Writer;

faultline_status Damaged() {
  return Fail(FAULTLINE_ERROR_FORMAT, "a snapshot of a run that makes no sense");
}

void SaveRun(faultline_run* run, Writer* writer) {
  PutSnapshotHead({*run->rules, run->setup.choices, run->setup.engine.now}, writer);
  writer->Unsigned(run->sources.size());
  for (const auto& [number, source] : run->sources) {
    writer->Unsigned(number);
    writer->Unsigned(static_cast<std::uint64_t>(source.kind));
    writer->Unsigned(source.position);
  }
  writer->Unsigned(run->waiting.findings.size());
  for (const runtime::FindingPtr& finding : run->waiting.findings) {
    const std::size_t section = writer->Begin();
    runtime::PutFinding(*finding, writer);
    writer->End(section);
  }
  run->engine->Save(writer);
}

faultline_status LoadRun(faultline_run* run, std::string_view body) {
  Reader reader(body);
  SnapshotHead head;
  faultline_status status = GetSnapshotHead(&reader, &head);
  if (status == FAULTLINE_OK) status = CheckSnapshotHead(head, *run->rules, run->setup.choices);
  if (status != FAULTLINE_OK) return status;
  if (!run->setup.now_is_given) run->setup.engine.now = head.now;
  MakeEngine(run);
  for (std::size_t n = reader.Count(); n > 0 && reader.ok(); --n) {
    const std::uint64_t number = reader.Unsigned();
    RunSource source;
    const std::uint64_t kind = reader.Unsigned();
    source.position = reader.Unsigned();
    source.kind = static_cast<std::int32_t>(kind);
    if (number > UINT32_MAX || kind > FAULTLINE_SOURCE_RECORDS) return Damaged();
    run->sources.emplace(static_cast<std::uint32_t>(number), source);
  }
  for (std::size_t n = reader.Count(); n > 0 && reader.ok(); --n) {
    Reader section = reader.Section();
    const runtime::FindingPtr finding = runtime::GetFinding(*run->rules->module(), &section);
    if (finding == nullptr || !section.ok()) return Damaged();
    run->waiting.findings.push_back(finding);
  }
  if (!reader.ok()) return Damaged();
  bool known = true;
  const bool loaded =
      run->engine->Load(&reader, [&](std::uint32_t number, const std::string&, std::uint64_t) {
        const auto found = run->sources.find(number);
        known = known && found != run->sources.end();
        auto bytes = std::make_unique<PushSource>(known && found->second.kind == FAULTLINE_SOURCE_RECORDS);
        if (known) found->second.bytes = bytes.get();
        return bytes;
      });
  return loaded && known ? FAULTLINE_OK : Damaged();
}

}  // namespace
}  // namespace faultline::capi

using namespace faultline;        // NOLINT: the functions below have C names
using namespace faultline::capi;  // NOLINT

faultline_status faultline_run_save(faultline_run* run, faultline_bytes** snapshot) {
  if (snapshot != nullptr) *snapshot = nullptr;
  return Change(run, [&]() -> faultline_status {
    if (snapshot == nullptr) return Fail(FAULTLINE_ERROR_ARGUMENT, "snapshot must not be NULL");
    if (run->finished) return Fail(FAULTLINE_ERROR_STATE, "the run is finished");
    if (run->stop.load()) return Fail(FAULTLINE_ERROR_CANCELLED, "the run was cancelled");
    Writer writer;
    SaveRun(run, &writer);
    *snapshot = new faultline_bytes{Seal(kSnapshotEnvelope, writer.bytes())};
    return FAULTLINE_OK;
  });
}

faultline_status faultline_run_restore(const faultline_rules* rules, const faultline_run_options* options,
                                       const void* data, size_t size, faultline_run** run) {
  if (run != nullptr) *run = nullptr;
  if (rules == nullptr || data == nullptr || run == nullptr) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "rules, data and run must not be NULL");
  }
  return Guarded([&]() -> faultline_status {
    auto made = std::make_unique<faultline_run>();
    made->rules = rules->rules;
    std::string_view body;
    faultline_status status = SetUpRun(*made->rules, options, &made->setup, &made->program);
    if (status == FAULTLINE_OK) {
      status = Open(kSnapshotEnvelope, {static_cast<const char*>(data), size}, &body);
    }
    if (status == FAULTLINE_OK) status = LoadRun(made.get(), body);
    if (status != FAULTLINE_OK) return status;
    *run = made.release();
    return FAULTLINE_OK;
  });
}
