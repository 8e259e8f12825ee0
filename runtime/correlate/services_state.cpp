// The state that operators share, and that of the correlator, as bytes and back.
//
// Matches share instances of scopes: operators write the numbers of those they hold, and the instances stand
// once in a table in front of them.
#include "runtime/correlate/correlator.h"
#include "runtime/correlate/match_state.h"

#include <utility>

namespace faultline::runtime {
namespace {

using snapshot::Reader;
using snapshot::Writer;

template <typename Timers>
void PutTimers(const Timers& timers, Writer* writer) {
  writer->Unsigned(timers.size());
  for (const auto& [key, place] : timers) {
    const auto& [end, number, what, rule] = key;
    writer->Signed(end);
    writer->Unsigned(number);
    writer->Unsigned(what);
    writer->Unsigned(rule);
    writer->Unsigned(place.stream);
  }
}

template <typename Timers>
void GetTimers(std::size_t rules, Reader* reader, Timers* timers) {
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const std::int64_t end = reader->Signed();
    const std::uint64_t number = reader->Unsigned();
    const std::uint32_t what = GetSmall(reader);
    const ir::RuleId rule = GetSmall(reader);
    const std::uint32_t stream = GetSmall(reader);
    if (rule >= rules) reader->Fail();
    timers->emplace(typename Timers::key_type(end, number, what, rule), typename Timers::mapped_type{stream});
  }
}

void PutStages(const std::set<StageId>& stages, Writer* writer) {
  writer->Unsigned(stages.size());
  for (const StageId stage : stages) writer->Unsigned(stage);
}

void GetStages(std::size_t limit, Reader* reader, std::set<StageId>* stages) {
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const StageId stage = GetSmall(reader);
    if (stage >= limit) reader->Fail();
    stages->insert(stage);
  }
}

template <typename Number, typename Timers>
void PutTimerMaps(const std::unordered_map<Number, Timers>& maps, Writer* writer) {
  writer->Unsigned(maps.size());
  for (const auto& [number, timers] : maps) {
    writer->Signed(number);
    PutTimers(timers, writer);
  }
}

template <typename Number, typename Timers>
void GetTimerMaps(std::size_t rules, Reader* reader, std::unordered_map<Number, Timers>* maps) {
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const std::int64_t number = reader->Signed();
    GetTimers(rules, reader, &(*maps)[number]);
  }
}

}  // namespace

void Services::PutScope(const std::shared_ptr<ScopeInstance>& instance, Writer* writer) {
  writer->Signed(instance == nullptr ? 0 : instance->number);
  if (instance != nullptr) scope_table_.emplace(instance->number, instance);
}

std::shared_ptr<ScopeInstance> Services::GetScope(Reader* reader) {
  const std::int64_t number = reader->Signed();
  if (number == 0) return nullptr;
  const auto it = scope_table_.find(number);
  if (it != scope_table_.end()) return it->second;
  reader->Fail();
  return nullptr;
}

void Services::SaveScopes(Writer* writer) const {
  writer->Unsigned(scope_table_.size());
  for (const auto& [number, instance] : scope_table_) {
    writer->Signed(number);
    writer->Unsigned(instance->scope);
    writer->Unsigned(instance->input);
    writer->Unsigned(instance->stream);
    writer->Signed(instance->first_line);
    writer->Bool(instance->ended);
    PutValues(instance->slots, writer);
  }
}

bool Services::LoadScopes(Reader* reader) {
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    auto instance = std::make_shared<ScopeInstance>();
    instance->number = reader->Signed();
    instance->scope = GetSmall(reader);
    instance->input = GetSmall(reader);
    instance->stream = GetSmall(reader);
    instance->first_line = reader->Signed();
    instance->ended = reader->Bool();
    instance->slots = GetValues(reader, instance->arena.get());
    if (instance->scope >= operators_.size() ||
        instance->slots.size() != rule(instance->scope).slots.size()) {
      reader->Fail();
    }
    scope_table_.emplace(instance->number, std::move(instance));
  }
  return reader->ok();
}

void Services::SaveServices(Writer* writer) const {
  writer->Unsigned(counts_.size());
  for (const RuleCounts& counts : counts_) {
    writer->Signed(counts.dropped);
    writer->Signed(counts.no_time);
    writer->Signed(counts.missing_key);
    writer->Signed(counts.late);
    writer->Signed(counts.undecided);
  }
  for (const KeyTable& keys : keys_) keys.Save(writer);
  writer->Signed(run_watermark_);
  writer->Unsigned(streams_.size());
  for (const auto& [number, stream] : streams_) {
    const StreamState& state = *stream.state;
    writer->Unsigned(number);
    writer->Unsigned(state.input);
    writer->Put(state.time);
    writer->Signed(state.watermark);
    writer->Signed(state.line);
    writer->Signed(state.records);
    writer->Text(state.file);
    writer->Signed(state.log_line);
    writer->Signed(state.first_log_line);
    for (const Timers& timers : stream.timers) PutTimers(timers, writer);
    PutStages(stream.hungry, writer);
  }
  for (const Timers& timers : run_time_) PutTimers(timers, writer);
  PutTimerMaps(scope_timers_, writer);
  PutTimerMaps(source_timers_, writer);
  PutTimers(run_timers_, writer);
  writer->Unsigned(waiters_.size());
  for (const auto& [waiter, count] : waiters_) {
    writer->Unsigned(waiter);
    writer->Unsigned(count);
  }
  PutStages(hungry_, writer);
  writer->Unsigned(admitted_.size());
  for (const auto& [number, admitted] : admitted_) {
    writer->Unsigned(number);
    writer->Unsigned(admitted.rule);
    writer->Unsigned(admitted.bytes);
  }
  writer->Unsigned(next_number_);
  writer->Signed(instances_);
  writer->Unsigned(scope_watchers_.size());
  for (const auto& [scope, watchers] : scope_watchers_) {
    writer->Unsigned(scope);
    writer->Unsigned(watchers.size());
    for (const ir::RuleId watcher : watchers) writer->Unsigned(watcher);
  }
}

bool Services::LoadServices(Reader* reader) {
  const std::size_t rules = operators_.size();
  const std::size_t stages = plan_.stages().size();
  if (reader->Unsigned() != counts_.size()) reader->Fail();
  if (!reader->ok()) return false;
  for (RuleCounts& counts : counts_) {
    counts.dropped = reader->Signed();
    counts.no_time = reader->Signed();
    counts.missing_key = reader->Signed();
    counts.late = reader->Signed();
    counts.undecided = reader->Signed();
  }
  for (KeyTable& keys : keys_) {
    if (!keys.Load(reader)) return false;
  }
  run_watermark_ = reader->Signed();
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const std::uint32_t number = GetSmall(reader);
    Stream& stream = streams_[number];
    stream.number = number;
    stream.state = std::make_unique<StreamState>();
    StreamState& state = *stream.state;
    state.input = GetSmall(reader);
    state.time = GetTime(reader);
    state.watermark = reader->Signed();
    state.line = reader->Signed();
    state.records = reader->Signed();
    state.file = reader->Text();
    state.log_line = reader->Signed();
    state.first_log_line = reader->Signed();
    for (Timers& timers : stream.timers) GetTimers(rules, reader, &timers);
    GetStages(stages, reader, &stream.hungry);
  }
  for (Timers& timers : run_time_) GetTimers(rules, reader, &timers);
  GetTimerMaps(rules, reader, &scope_timers_);
  GetTimerMaps(rules, reader, &source_timers_);
  GetTimers(rules, reader, &run_timers_);
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const std::uint64_t waiter = reader->Unsigned();
    waiters_.emplace(waiter, GetSmall(reader));
  }
  GetStages(stages, reader, &hungry_);
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const std::uint64_t number = reader->Unsigned();
    Admitted admitted;
    admitted.rule = GetSmall(reader);
    admitted.bytes = reader->Unsigned();
    if (admitted.rule >= rules) reader->Fail();
    if (!reader->ok()) return false;
    admitted_.emplace(number, admitted);
    admitted_by_rule_[admitted.rule].insert(number);
    bytes_ += admitted.bytes;
  }
  next_number_ = reader->Unsigned();
  instances_ = reader->Signed();
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    std::vector<ir::RuleId>& watchers = scope_watchers_[GetSmall(reader)];
    watchers.clear();
    for (std::size_t rest = reader->Count(); rest > 0 && reader->ok(); --rest) {
      watchers.push_back(GetSmall(reader));
      if (watchers.back() >= rules) reader->Fail();
    }
  }
  return reader->ok();
}

void Correlator::Save(Writer* writer) {
  SaveServices(writer);
  writer->Unsigned(sources_.size());
  for (const Source& source : sources_) {
    writer->Text(source.role);
    writer->Signed(source.records);
    writer->Unsigned(source.streams.size());
    for (const Stream* stream : source.streams)
      writer->Unsigned(stream == nullptr ? kAnyStream : stream->number);
  }
  writer->Unsigned(order_);
  writer->Unsigned(next_stream_);
  scope_table_.clear();
  Writer operators;
  for (const auto& operation : operators_) {
    operators.Bool(operation != nullptr);
    if (operation == nullptr) continue;
    const std::size_t section = operators.Begin();
    operation->Save(&operators);
    operators.End(section);
  }
  SaveScopes(writer);
  scope_table_.clear();
  writer->Text(operators.bytes());
}

bool Correlator::Load(Reader* reader) {
  if (!LoadServices(reader)) return false;
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    Source& source = sources_.emplace_back();
    source.role = reader->Text();
    source.records = reader->Signed();
    for (std::size_t rest = reader->Count(); rest > 0 && reader->ok(); --rest) {
      const std::uint32_t number = GetSmall(reader);
      const auto stream = streams_.find(number);
      if (number != kAnyStream && stream == streams_.end()) reader->Fail();
      source.streams.push_back(stream == streams_.end() ? nullptr : &stream->second);
    }
  }
  order_ = reader->Unsigned();
  next_stream_ = GetSmall(reader);
  if (!LoadScopes(reader)) return false;
  Reader operators(reader->Text());
  for (const auto& operation : operators_) {
    if (operators.Bool() != (operation != nullptr)) operators.Fail();
    if (!reader->ok() || !operators.ok()) return false;
    if (operation == nullptr) continue;
    Reader section = operators.Section();
    if (!operators.ok() || !operation->Load(&section) || !section.ok()) return false;
  }
  scope_table_.clear();
  return reader->ok();
}

}  // namespace faultline::runtime
