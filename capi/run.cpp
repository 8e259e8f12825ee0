// Runs: see run.h and faultline.h.
#include "capi/run.h"

#include "capi/record_line.h"
#include "runtime/report/report.h"

#include <utility>

namespace faultline::capi {

void MakeEngine(faultline_run* run) {
  run->setup.engine.stop = &run->stop;
  run->engine = std::make_unique<runtime::Engine>(run->program, run->setup.engine);
  run->engine->AddSink(&run->waiting);
}

faultline_finding* MakeFindingHandle(const faultline_run& run, const runtime::FindingPtr& finding) {
  return new faultline_finding{run.rules, finding, runtime::FindingToJson(*finding)};
}

faultline_status CannotFeed(const faultline_run& run) {
  if (run.finished) return Fail(FAULTLINE_ERROR_STATE, "the run is finished");
  if (run.stop.load()) return Fail(FAULTLINE_ERROR_CANCELLED, "the run was cancelled");
  if (run.waiting.findings.size() >= run.setup.max_findings) {
    return Fail(FAULTLINE_ERROR_FULL,
                std::to_string(run.waiting.findings.size()) + " findings wait to be polled");
  }
  return FAULTLINE_OK;
}

namespace {

// The source, if it is not over and of the kind (-1: any).
faultline_status FindSource(faultline_run* run, std::uint32_t number, std::int32_t kind, RunSource** source) {
  if (run->finished) return Fail(FAULTLINE_ERROR_STATE, "the run is finished");
  const auto found = run->sources.find(number);
  if (found == run->sources.end()) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "there is no source " + std::to_string(number));
  }
  if (found->second.bytes == nullptr) {
    return Fail(FAULTLINE_ERROR_STATE, "source " + std::to_string(number) + " is over");
  }
  if (kind >= 0 && found->second.kind != kind) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "source " + std::to_string(number) +
                                              (kind == FAULTLINE_SOURCE_BYTES ? " takes records, not bytes"
                                                                              : " takes bytes, not records"));
  }
  *source = &found->second;
  return FAULTLINE_OK;
}

// Works through what the source was given.
faultline_status Pump(faultline_run* run, std::uint32_t number, RunSource* source, std::size_t size) {
  run->engine->PumpSource(number);
  source->bytes->Take();
  if (run->stop.load()) return Fail(FAULTLINE_ERROR_CANCELLED, "the run was cancelled");
  source->position += size;
  return FAULTLINE_OK;
}

void End(faultline_run* run, std::uint32_t number, RunSource* source) {
  source->bytes->End();
  run->engine->EndLive(number, run->stop.load());
  source->bytes = nullptr;
}

}  // namespace
}  // namespace faultline::capi

using namespace faultline;        // NOLINT: the functions below have C names
using namespace faultline::capi;  // NOLINT

faultline_status faultline_run_create(const faultline_rules* rules, const faultline_run_options* options,
                                      faultline_run** run) {
  if (run != nullptr) *run = nullptr;
  if (rules == nullptr || run == nullptr) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "rules and run must not be NULL");
  }
  return Guarded([&]() -> faultline_status {
    auto made = std::make_unique<faultline_run>();
    made->rules = rules->rules;
    if (const faultline_status status = SetUpRun(*made->rules, options, &made->setup, &made->program);
        status != FAULTLINE_OK) {
      return status;
    }
    MakeEngine(made.get());
    *run = made.release();
    return FAULTLINE_OK;
  });
}

void faultline_run_destroy(faultline_run* run) {
  delete run;
}

// ---------------------------------------------------------------- feeding

faultline_status faultline_run_begin_source(faultline_run* run, const char* path, const char* role,
                                            int32_t kind, uint32_t* source) {
  if (source != nullptr) *source = 0;
  return Change(run, [&]() -> faultline_status {
    if (path == nullptr || source == nullptr) {
      return Fail(FAULTLINE_ERROR_ARGUMENT, "path and source must not be NULL");
    }
    if (kind != FAULTLINE_SOURCE_BYTES && kind != FAULTLINE_SOURCE_RECORDS) {
      return Fail(FAULTLINE_ERROR_ARGUMENT, "no kind of source to begin: " + std::to_string(kind));
    }
    if (run->finished) return Fail(FAULTLINE_ERROR_STATE, "the run is finished");
    if (run->stop.load()) return Fail(FAULTLINE_ERROR_CANCELLED, "the run was cancelled");
    auto bytes = std::make_unique<PushSource>(kind == FAULTLINE_SOURCE_RECORDS);
    RunSource added{kind, bytes.get(), 0};
    *source = run->engine->BeginLive(std::move(bytes), path, role == nullptr ? "" : role);
    run->sources.emplace(*source, added);
    return FAULTLINE_OK;
  });
}

faultline_status faultline_run_feed(faultline_run* run, uint32_t number, const void* data, size_t size) {
  return Change(run, [&]() -> faultline_status {
    RunSource* source = nullptr;
    if (data == nullptr && size > 0) return Fail(FAULTLINE_ERROR_ARGUMENT, "data is NULL, size is not 0");
    faultline_status status = FindSource(run, number, FAULTLINE_SOURCE_BYTES, &source);
    if (status == FAULTLINE_OK) status = CannotFeed(*run);
    if (status != FAULTLINE_OK || size == 0) return status;
    source->bytes->Give({static_cast<const char*>(data), size});
    return Pump(run, number, source, size);
  });
}

faultline_status faultline_run_feed_record(faultline_run* run, uint32_t number, const faultline_field* fields,
                                           size_t count, int64_t time) {
  return Change(run, [&]() -> faultline_status {
    RunSource* source = nullptr;
    if (fields == nullptr && count > 0)
      return Fail(FAULTLINE_ERROR_ARGUMENT, "fields is NULL, count is not 0");
    faultline_status status = FindSource(run, number, FAULTLINE_SOURCE_RECORDS, &source);
    if (status == FAULTLINE_OK) status = CannotFeed(*run);
    run->line.clear();
    if (status == FAULTLINE_OK) status = AppendRecordLine(fields, count, &run->line);
    if (status != FAULTLINE_OK) return status;
    source->bytes->Give(
        run->line, time == FAULTLINE_NO_TIME ? Value::Missing() : Value::Integer(ValueKind::kTime, time));
    return Pump(run, number, source, run->line.size());
  });
}

faultline_status faultline_run_settle(faultline_run* run, uint32_t number) {
  return Change(run, [&]() -> faultline_status {
    RunSource* source = nullptr;
    faultline_status status = FindSource(run, number, -1, &source);
    if (status == FAULTLINE_OK) status = CannotFeed(*run);
    if (status == FAULTLINE_OK) run->engine->Settle(number);
    return status;
  });
}

faultline_status faultline_run_advance(faultline_run* run, uint32_t number, int64_t time) {
  return Change(run, [&]() -> faultline_status {
    RunSource* source = nullptr;
    if (time == FAULTLINE_NO_TIME) return Fail(FAULTLINE_ERROR_ARGUMENT, "time must be a time");
    faultline_status status = FindSource(run, number, -1, &source);
    if (status == FAULTLINE_OK) status = CannotFeed(*run);
    if (status == FAULTLINE_OK) run->engine->Advance(number, time);
    return status;
  });
}

faultline_status faultline_run_end_scopes(faultline_run* run, uint32_t number) {
  return Change(run, [&]() -> faultline_status {
    RunSource* source = nullptr;
    faultline_status status = FindSource(run, number, -1, &source);
    if (status == FAULTLINE_OK) status = CannotFeed(*run);
    if (status == FAULTLINE_OK) run->engine->EndIdleScopes(number);
    return status;
  });
}

faultline_status faultline_run_end_source(faultline_run* run, uint32_t number) {
  return Change(run, [&]() -> faultline_status {
    RunSource* source = nullptr;
    const faultline_status status = FindSource(run, number, -1, &source);
    if (status == FAULTLINE_OK) End(run, number, source);
    return status;
  });
}

faultline_status faultline_run_finish(faultline_run* run) {
  return Change(run, [&]() -> faultline_status {
    if (run->finished) return Fail(FAULTLINE_ERROR_STATE, "the run is finished");
    for (auto& [number, source] : run->sources) {
      if (source.bytes != nullptr) End(run, number, &source);
    }
    run->engine->Finish();
    run->finished = true;
    return FAULTLINE_OK;
  });
}

void faultline_run_cancel(faultline_run* run) {
  if (run != nullptr) run->stop.store(true);
}

faultline_status faultline_run_position(const faultline_run* run, uint32_t source, uint64_t* position) {
  if (position != nullptr) *position = 0;
  if (run == nullptr || position == nullptr) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "run and position must not be NULL");
  }
  return Guarded([&]() -> faultline_status {
    const auto found = run->sources.find(source);
    if (found == run->sources.end()) return Fail(FAULTLINE_ERROR_ARGUMENT, "there is no such source");
    *position = found->second.position;
    return FAULTLINE_OK;
  });
}

// ---------------------------------------------------------------- what was found

faultline_status faultline_run_poll(faultline_run* run, faultline_finding** finding) {
  if (finding != nullptr) *finding = nullptr;
  return Change(run, [&]() -> faultline_status {
    if (finding == nullptr) return Fail(FAULTLINE_ERROR_ARGUMENT, "finding must not be NULL");
    if (run->waiting.findings.empty()) return FAULTLINE_NONE;
    *finding = MakeFindingHandle(*run, run->waiting.findings.front());
    run->waiting.findings.pop_front();
    return FAULTLINE_OK;
  });
}

faultline_status faultline_run_diagnose(faultline_run* run, faultline_diagnoses** diagnoses) {
  if (diagnoses != nullptr) *diagnoses = nullptr;
  return Change(run, [&]() -> faultline_status {
    if (diagnoses == nullptr) return Fail(FAULTLINE_ERROR_ARGUMENT, "diagnoses must not be NULL");
    auto made = std::make_unique<faultline_diagnoses>();
    for (const runtime::Diagnosis& diagnosis : run->engine->Diagnose()) {
      if (made->roots.size() == runtime::JsonReportOptions().max_diagnoses) break;
      made->roots.emplace_back(MakeFindingHandle(*run, diagnosis.root));
      made->json.push_back(runtime::DiagnosisToJson(diagnosis));
    }
    *diagnoses = made.release();
    return FAULTLINE_OK;
  });
}

size_t faultline_run_notice_count(const faultline_run* run) {
  return run == nullptr ? 0 : run->engine->summary().notices.size();
}

faultline_status faultline_run_notice(const faultline_run* run, size_t index, faultline_notice* notice) {
  if (run == nullptr || notice == nullptr) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "run and notice must not be NULL");
  }
  return Guarded([&]() -> faultline_status {
    const std::vector<runtime::Notice>& notices = run->engine->summary().notices;
    if (index >= notices.size()) {
      return Fail(FAULTLINE_ERROR_ARGUMENT, "there is no notice of this index");
    }
    faultline_notice to{};
    to.what = TextOf(notices[index].what);
    to.where = TextOf(notices[index].where);
    to.message = TextOf(notices[index].message);
    to.count = notices[index].count;
    return WriteResult(to, notice);
  });
}

faultline_status faultline_run_get_summary(const faultline_run* run, faultline_run_summary* summary) {
  if (run == nullptr || summary == nullptr) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "run and summary must not be NULL");
  }
  return Guarded([&]() -> faultline_status {
    const runtime::RunSummary& from = run->engine->summary();
    faultline_run_summary to{};
    to.sources = from.inputs;
    to.lines = from.lines;
    to.bytes = from.bytes;
    for (std::size_t i = 0; i < from.findings.size(); ++i) to.findings[i] = from.findings[i];
    to.waiting = run->waiting.findings.size();
    to.pending = run->engine->pending();
    to.pending_bytes = run->engine->pending_bytes();
    to.native = run->program->engine_name() == "jit" ? 1 : 0;
    to.cancelled = run->stop.load() ? 1 : 0;
    return WriteResult(to, summary);
  });
}
