// Phase 1 by itself: splitters and the events that they make.
#include "runtime/engine/splitter.h"

#include "capi/envelope.h"
#include "capi/record_line.h"
#include "capi/run.h"
#include "capi/splitter.h"

#include <utility>

namespace faultline::capi {
namespace {

using runtime::snapshot::Reader;
using runtime::snapshot::Writer;

constexpr std::uint64_t kEventVersion = 1;
constexpr std::size_t kMaxEvents = 1'000'000;

template <typename Function>
faultline_status Change(faultline_splitter* splitter, Function&& function) noexcept {
  if (splitter == nullptr) return Fail(FAULTLINE_ERROR_ARGUMENT, "splitter must not be NULL");
  if (splitter->broken) {
    return Fail(FAULTLINE_ERROR_STATE, "an earlier call failed half-way; the splitter can only be destroyed");
  }
  const faultline_status status = Guarded(function);
  splitter->broken = status == FAULTLINE_ERROR_MEMORY || status == FAULTLINE_ERROR_INTERNAL;
  return status;
}

// Before the item: which rules it is of.
std::string EventHead(const Rules& rules) {
  Writer writer;
  writer.Unsigned(kEventVersion);
  writer.Text(rules.Fingerprint());
  return writer.Take();
}

faultline_status Find(faultline_splitter* splitter, std::uint32_t number, std::int32_t kind,
                      RunSource** source) {
  const auto found = splitter->sources.find(number);
  if (found == splitter->sources.end()) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "there is no source " + std::to_string(number) + ", or it is over");
  }
  if (kind >= 0 && found->second.kind != kind) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "source " + std::to_string(number) +
                                              (kind == FAULTLINE_SOURCE_BYTES ? " takes records, not bytes"
                                                                              : " takes bytes, not records"));
  }
  if (splitter->events.size() >= splitter->max_events) {
    return Fail(FAULTLINE_ERROR_FULL, std::to_string(splitter->events.size()) + " events wait to be polled");
  }
  *source = &found->second;
  return FAULTLINE_OK;
}

// A splitter of the options, without sources.
faultline_status Make(const faultline_rules* rules, const faultline_splitter_options* given,
                      std::int64_t saved_now, std::unique_ptr<faultline_splitter>* out) {
  faultline_splitter_options options;
  faultline_splitter_options_init(&options);
  if (const faultline_status status = ReadOptions(given, &options); status != FAULTLINE_OK) return status;
  if (options.split != FAULTLINE_SPLIT_WHOLE && options.split != FAULTLINE_SPLIT_BY_KEY) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "there is no way to split " + std::to_string(options.split));
  }
  if (options.ticks != FAULTLINE_TICKS_RECORD && options.ticks != FAULTLINE_TICKS_CALL) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "there are no ticks " + std::to_string(options.ticks));
  }
  faultline_run_options run;
  faultline_run_options_init(&run);
  run.engine = options.engine;
  run.now = options.now == FAULTLINE_NO_TIME ? saved_now : options.now;
  run.zone_offset = options.zone_offset;
  run.format = options.format;
  run.wrapper = options.wrapper;
  run.context = options.context;
  run.context_size = options.context_size;
  run.max_line_bytes = options.max_line_bytes;
  auto made = std::make_unique<faultline_splitter>();
  made->rules = rules->rules;
  RunSetup setup;
  std::shared_ptr<const runtime::Program> program;
  if (const faultline_status status = SetUpRun(*made->rules, &run, &setup, &program);
      status != FAULTLINE_OK) {
    return status;
  }
  runtime::SplitOptions split;
  split.now = setup.engine.now;
  split.zone_offset = setup.engine.zone_offset;
  split.context = setup.engine.context;
  split.lines = setup.engine.lines;
  split.choices = setup.engine.choices;
  split.first_source = options.first_source;
  split.by_key = options.split == FAULTLINE_SPLIT_BY_KEY;
  split.few_ticks = options.ticks == FAULTLINE_TICKS_CALL;
  made->now = split.now;
  made->choices = setup.choices + std::to_string(options.split) + "\n" + std::to_string(options.ticks);
  made->max_events = options.max_events == 0 ? kMaxEvents : static_cast<std::size_t>(options.max_events);
  made->head = EventHead(*made->rules);
  made->splitter = std::make_unique<runtime::Splitter>(
      std::move(program), std::move(split), [to = made.get()](runtime::SplitItem item) {
        to->events.push_back(std::make_unique<faultline_event>());
        faultline_event& event = *to->events.back();
        event.bytes = to->head + item.bytes;
        event.everybody = item.everybody;
        event.group = item.group;
        event.key = item.key;
        event.source = item.source;
        event.time = item.time.kind == ValueKind::kTime ? item.time.integer : FAULTLINE_NO_TIME;
      });
  *out = std::move(made);
  return FAULTLINE_OK;
}

void Pump(faultline_splitter* splitter, std::uint32_t number, RunSource* source, std::size_t size) {
  splitter->splitter->Pump(number);
  source->bytes->Take();
  source->position += size;
}

faultline_status Damaged() {
  return Fail(FAULTLINE_ERROR_FORMAT, "a snapshot of a splitter that makes no sense");
}

faultline_status Load(faultline_splitter* splitter, Reader* reader) {
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const std::uint64_t number = reader->Unsigned();
    RunSource source;
    const std::uint64_t kind = reader->Unsigned();
    source.position = reader->Unsigned();
    if (number > UINT32_MAX || kind > FAULTLINE_SOURCE_RECORDS) return Damaged();
    source.kind = static_cast<std::int32_t>(kind);
    splitter->sources.emplace(static_cast<std::uint32_t>(number), source);
  }
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    auto event = std::make_unique<faultline_event>();
    event->bytes = reader->Text();
    event->everybody = reader->Bool();
    const std::uint64_t group = reader->Unsigned();
    event->key = reader->Unsigned();
    const std::uint64_t source = reader->Unsigned();
    event->time = reader->Signed();
    if (group > UINT32_MAX || source > UINT32_MAX) return Damaged();
    event->group = static_cast<std::uint32_t>(group);
    event->source = static_cast<std::uint32_t>(source);
    splitter->events.push_back(std::move(event));
  }
  if (!reader->ok()) return Damaged();
  bool known = true;
  const bool loaded = splitter->splitter->Load(reader, [&](std::uint32_t number) {
    const auto found = splitter->sources.find(number);
    known = known && found != splitter->sources.end();
    std::unique_ptr<PushSource> bytes;
    if (!known) return bytes;
    bytes = std::make_unique<PushSource>(found->second.kind == FAULTLINE_SOURCE_RECORDS);
    found->second.bytes = bytes.get();
    return bytes;
  });
  for (const auto& [number, source] : splitter->sources) known = known && source.bytes != nullptr;
  return loaded && known ? FAULTLINE_OK : Damaged();
}

}  // namespace
}  // namespace faultline::capi

using namespace faultline;        // NOLINT: the functions below have C names
using namespace faultline::capi;  // NOLINT

void faultline_splitter_options_init(faultline_splitter_options* options) {
  if (options == nullptr) return;
  *options = {};
  options->struct_size = sizeof *options;
  options->now = FAULTLINE_NO_TIME;
}

faultline_status faultline_splitter_create(const faultline_rules* rules,
                                           const faultline_splitter_options* options,
                                           faultline_splitter** splitter) {
  if (splitter != nullptr) *splitter = nullptr;
  if (rules == nullptr || splitter == nullptr) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "rules and splitter must not be NULL");
  }
  return Guarded([&]() -> faultline_status {
    std::unique_ptr<faultline_splitter> made;
    const faultline_status status = Make(rules, options, FAULTLINE_NO_TIME, &made);
    *splitter = made.release();
    return status;
  });
}

void faultline_splitter_destroy(faultline_splitter* splitter) {
  delete splitter;
}

faultline_status faultline_splitter_begin_source(faultline_splitter* splitter, const char* path,
                                                 const char* role, int32_t kind, uint32_t* source) {
  if (source != nullptr) *source = 0;
  return Change(splitter, [&]() -> faultline_status {
    if (path == nullptr || source == nullptr) {
      return Fail(FAULTLINE_ERROR_ARGUMENT, "path and source must not be NULL");
    }
    if (kind != FAULTLINE_SOURCE_BYTES && kind != FAULTLINE_SOURCE_RECORDS) {
      return Fail(FAULTLINE_ERROR_ARGUMENT, "no kind of source to begin: " + std::to_string(kind));
    }
    auto bytes = std::make_unique<PushSource>(kind == FAULTLINE_SOURCE_RECORDS);
    RunSource added{kind, bytes.get(), 0};
    *source = splitter->splitter->Begin(std::move(bytes), path, role == nullptr ? "" : role);
    splitter->sources[*source] = added;
    return FAULTLINE_OK;
  });
}

faultline_status faultline_splitter_feed(faultline_splitter* splitter, uint32_t number, const void* data,
                                         size_t size) {
  return Change(splitter, [&]() -> faultline_status {
    RunSource* source = nullptr;
    if (data == nullptr && size > 0) return Fail(FAULTLINE_ERROR_ARGUMENT, "data is NULL, size is not 0");
    const faultline_status status = Find(splitter, number, FAULTLINE_SOURCE_BYTES, &source);
    if (status != FAULTLINE_OK || size == 0) return status;
    source->bytes->Give({static_cast<const char*>(data), size});
    Pump(splitter, number, source, size);
    return FAULTLINE_OK;
  });
}

faultline_status faultline_splitter_feed_record(faultline_splitter* splitter, uint32_t number,
                                                const faultline_field* fields, size_t count, int64_t time) {
  return Change(splitter, [&]() -> faultline_status {
    RunSource* source = nullptr;
    if (fields == nullptr && count > 0) {
      return Fail(FAULTLINE_ERROR_ARGUMENT, "fields is NULL, count is not 0");
    }
    faultline_status status = Find(splitter, number, FAULTLINE_SOURCE_RECORDS, &source);
    std::string line;
    if (status == FAULTLINE_OK) status = AppendRecordLine(fields, count, &line);
    if (status != FAULTLINE_OK) return status;
    source->bytes->Give(
        line, time == FAULTLINE_NO_TIME ? Value::Missing() : Value::Integer(ValueKind::kTime, time));
    Pump(splitter, number, source, line.size());
    return FAULTLINE_OK;
  });
}

faultline_status faultline_splitter_settle(faultline_splitter* splitter, uint32_t number) {
  return Change(splitter, [&]() -> faultline_status {
    RunSource* source = nullptr;
    const faultline_status status = Find(splitter, number, -1, &source);
    if (status == FAULTLINE_OK) splitter->splitter->Settle(number);
    return status;
  });
}

faultline_status faultline_splitter_advance(faultline_splitter* splitter, uint32_t number, int64_t time) {
  return Change(splitter, [&]() -> faultline_status {
    RunSource* source = nullptr;
    if (time == FAULTLINE_NO_TIME) return Fail(FAULTLINE_ERROR_ARGUMENT, "time must be a time");
    const faultline_status status = Find(splitter, number, -1, &source);
    if (status == FAULTLINE_OK) splitter->splitter->Advance(number, time);
    return status;
  });
}

faultline_status faultline_splitter_end_scopes(faultline_splitter* splitter, uint32_t number) {
  return Change(splitter, [&]() -> faultline_status {
    RunSource* source = nullptr;
    const faultline_status status = Find(splitter, number, -1, &source);
    if (status == FAULTLINE_OK) splitter->splitter->EndScopes(number);
    return status;
  });
}

faultline_status faultline_splitter_end_source(faultline_splitter* splitter, uint32_t number) {
  return Change(splitter, [&]() -> faultline_status {
    RunSource* source = nullptr;
    const faultline_status status = Find(splitter, number, -1, &source);
    if (status != FAULTLINE_OK) return status;
    source->bytes->End();
    splitter->splitter->End(number, false);
    splitter->sources.erase(number);
    return FAULTLINE_OK;
  });
}

faultline_status faultline_splitter_save(faultline_splitter* splitter, faultline_bytes** snapshot) {
  if (snapshot != nullptr) *snapshot = nullptr;
  return Change(splitter, [&]() -> faultline_status {
    if (snapshot == nullptr) return Fail(FAULTLINE_ERROR_ARGUMENT, "snapshot must not be NULL");
    Writer writer;
    PutSnapshotHead({*splitter->rules, splitter->choices, splitter->now}, &writer);
    writer.Unsigned(splitter->sources.size());
    for (const auto& [number, source] : splitter->sources) {
      writer.Unsigned(number);
      writer.Unsigned(static_cast<std::uint64_t>(source.kind));
      writer.Unsigned(source.position);
    }
    writer.Unsigned(splitter->events.size());
    for (const auto& event : splitter->events) {
      writer.Text(event->bytes);
      writer.Bool(event->everybody);
      writer.Unsigned(event->group);
      writer.Unsigned(event->key);
      writer.Unsigned(event->source);
      writer.Signed(event->time);
    }
    splitter->splitter->Save(&writer);
    *snapshot = new faultline_bytes{Seal(kSplitterEnvelope, writer.bytes())};
    return FAULTLINE_OK;
  });
}

faultline_status faultline_splitter_restore(const faultline_rules* rules,
                                            const faultline_splitter_options* options, const void* data,
                                            size_t size, faultline_splitter** splitter) {
  if (splitter != nullptr) *splitter = nullptr;
  if (rules == nullptr || data == nullptr || splitter == nullptr) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "rules, data and splitter must not be NULL");
  }
  return Guarded([&]() -> faultline_status {
    std::string_view body;
    faultline_status status = Open(kSplitterEnvelope, {static_cast<const char*>(data), size}, &body);
    if (status != FAULTLINE_OK) return status;
    Reader reader(body);
    SnapshotHead head;
    status = GetSnapshotHead(&reader, &head);
    std::unique_ptr<faultline_splitter> made;
    if (status == FAULTLINE_OK) status = Make(rules, options, head.now, &made);
    if (status == FAULTLINE_OK) status = CheckSnapshotHead(head, *made->rules, made->choices);
    if (status == FAULTLINE_OK) status = Load(made.get(), &reader);
    if (status != FAULTLINE_OK) return status;
    *splitter = made.release();
    return FAULTLINE_OK;
  });
}

// ---------------------------------------------------------------- events

faultline_status faultline_splitter_poll(faultline_splitter* splitter, faultline_event** event) {
  if (event != nullptr) *event = nullptr;
  return Change(splitter, [&]() -> faultline_status {
    if (event == nullptr) return Fail(FAULTLINE_ERROR_ARGUMENT, "event must not be NULL");
    if (splitter->events.empty()) return FAULTLINE_NONE;
    *event = splitter->events.front().release();
    splitter->events.pop_front();
    return FAULTLINE_OK;
  });
}

void faultline_event_destroy(faultline_event* event) {
  delete event;
}

faultline_text faultline_event_bytes(const faultline_event* event) {
  return event == nullptr ? NoText() : TextOf(event->bytes);
}

int32_t faultline_event_everybody(const faultline_event* event) {
  return event != nullptr && event->everybody ? 1 : 0;
}

uint64_t faultline_event_key(const faultline_event* event) {
  return event == nullptr ? 0 : event->key;
}

uint32_t faultline_event_group(const faultline_event* event) {
  return event == nullptr ? 0 : event->group;
}

uint32_t faultline_event_source(const faultline_event* event) {
  return event == nullptr ? 0 : event->source;
}

int64_t faultline_event_time(const faultline_event* event) {
  return event == nullptr ? FAULTLINE_NO_TIME : event->time;
}

faultline_status faultline_run_feed_event(faultline_run* run, const void* data, size_t size) {
  return capi::Change(run, [&]() -> faultline_status {
    if (data == nullptr) return Fail(FAULTLINE_ERROR_ARGUMENT, "data must not be NULL");
    if (const faultline_status status = CannotFeed(*run); status != FAULTLINE_OK) return status;
    Reader reader({static_cast<const char*>(data), size});
    const std::uint64_t version = reader.Unsigned();
    const std::string_view rules = reader.Text();
    if (!reader.ok()) return Fail(FAULTLINE_ERROR_FORMAT, "the bytes are not an event");
    if (version != kEventVersion) {
      return Fail(FAULTLINE_ERROR_VERSION, "an event of version " + std::to_string(version) +
                                               "; this library reads version " +
                                               std::to_string(kEventVersion));
    }
    if (rules != run->rules->Fingerprint()) {
      return Fail(FAULTLINE_ERROR_VERSION, "an event of a splitter with other rules");
    }
    const std::string why = run->engine->TakeItem(reader.Rest());
    return why.empty() ? FAULTLINE_OK : Fail(FAULTLINE_ERROR_FORMAT, why);
  });
}
