// What operators share: see services.h.
#include "runtime/correlate/services.h"

#include "runtime/why/tracer.h"

#include <algorithm>
#include <utility>

namespace faultline::runtime {
namespace {

constexpr std::uint64_t kMatchBytes = 768;

std::uint64_t WaiterKey(StageId stage, std::uint32_t stream) {
  return static_cast<std::uint64_t>(stage) << 32 | stream;
}

}  // namespace

std::uint64_t CostOf(const Match& match) {
  std::uint64_t bytes = kMatchBytes + std::max<std::uint64_t>(match.arena->bytes_used(), 4096) +
                        match.slots.size() * sizeof(Value);
  for (const Evidence& evidence : match.evidence) {
    bytes += sizeof(Evidence) + evidence.text.size() + evidence.file.size();
    for (const auto* list : {&evidence.before, &evidence.after}) {
      for (const ContextLine& line : *list) bytes += sizeof(ContextLine) + line.text.size();
    }
  }
  return bytes;
}

Services::Services(const EnginePlan& plan, StageEvaluator* evaluator, const CorrelatorLimits& limits,
                   int context_lines)
    : plan_(plan),
      evaluator_(evaluator),
      limits_(limits),
      context_lines_(context_lines),
      counts_(plan.rules().size()),
      keys_(plan.rules().size()),
      admitted_by_rule_(plan.rules().size()) {}

Services::~Services() = default;

Position Services::EndOf(std::uint32_t stream) const {
  Position end = position_;
  const auto it = streams_.find(stream);
  if (it == streams_.end()) return end;
  const StreamState& state = *it->second.state;
  end.input = state.input;
  end.stream = stream;
  end.stream_line = state.line + 1;
  end.stream_record = state.records + 1;
  end.time = state.time;
  return end;
}

void Services::BlankFrame(ir::RuleId id, std::vector<Value>* slots) const {
  slots->assign(rule(id).slots.size(), Value::Missing());
  for (const auto& [slot, value] : plan_.rules()[id].context) (*slots)[slot] = value;
}

Evidence Services::EvidenceOf(const RecordView& record, std::string_view matched) const {
  return MakeEvidence(record, matched, *lines_, context_lines_);
}

std::vector<Evidence> Services::FirstLineOf(const Event& event) const {
  if (event.found == nullptr) return {EvidenceOf(*event.record, event.matched)};
  if (event.found->evidence.empty()) return {};
  return {event.found->evidence.front()};
}

void Services::Take(Match* match, const Event& event, ir::RuleId rule, bool first) {
  const std::span<const ir::SlotId> stores = event.stores;
  for (std::size_t i = 0; i < stores.size(); ++i) {
    match->slots[stores[i]] = match->arena->DeepCopy(event.stored[i]);
  }
  if (event.found != nullptr) {
    for (const Evidence& evidence : event.found->evidence) {
      if (match->evidence.size() < kMaxEvidence) match->evidence.push_back(evidence);
    }
    const std::int64_t end_line = event.found->place.end_line;
    if (first) match->place = event.found->place;
    match->place.end_line = std::max(match->place.end_line, end_line);
    if (first) {
      match->first = event.found->first;
      match->record = event.found->record;
    }
    match->last = event.found->last;
  } else {
    const RecordView& record = *event.record;
    Evidence evidence = event.shown != nullptr ? event.shown->evidence : EvidenceOf(record, event.matched);
    const std::int64_t line = evidence.line;
    if (match->evidence.size() < kMaxEvidence) match->evidence.push_back(std::move(evidence));
    if (first) {
      const LogPlace place = event.shown != nullptr ? event.shown->place : PlaceOf(record, event.matched);
      match->place.file = std::string(record.context.file);
      match->place.line = place.line;
      match->place.column = std::max<std::int64_t>(place.column, 1);
      match->place.offset = static_cast<std::int64_t>(place.offset);
      match->place.input = event.position.input;
      match->first = record.context.time;
      match->record = record.context;
      match->record.line = place.line;
      match->record.column = place.column;
    }
    match->place.end_line = std::max({match->place.end_line, line, record.end_line});
    match->last = record.context.time;
  }
  if (first) {
    const bool keep = plan_.rules()[rule].keeps_text;
    match->record.file = match->arena->Copy(match->record.file);
    match->record.text = keep ? match->arena->Copy(match->record.text) : std::string_view();
    match->record.raw = keep ? match->arena->Copy(match->record.raw) : std::string_view();
    match->record.time = match->first;
    match->record.stream = match->arena->DeepCopy(match->record.stream);
    match->begin = event.position;
    match->begin.time = event.time;
    match->begin.stream_line = event.extent.last_line;
    match->begin.stream_record = event.extent.last_record;
    for (ir::RuleId scope : plan_.rules()[rule].scopes) {
      if (std::shared_ptr<ScopeInstance> instance = ScopeOf(scope, event)) {
        match->scopes.push_back(std::move(instance));
      }
    }
  }
  match->time = event.time;
  match->extent = event.extent;
  match->position = event.position;
}

// ---------------------------------------------------------------- windows

Services::Timers* Services::TimersOf(const Timer& timer) {
  const std::size_t apart = plan_.rules()[timer.rule].reads_blocks ? 1 : 0;
  switch (timer.clock) {
    case Clock::kLines:
    case Clock::kRecords:
    case Clock::kTime: {
      // Of a stream that is over: kept anywhere, since it fires at once (IsEnding).
      const auto it = streams_.find(static_cast<std::uint32_t>(timer.of));
      return it == streams_.end() ? &run_timers_
                                  : &it->second.timers[static_cast<std::size_t>(timer.clock) + 3 * apart];
    }
    case Clock::kRunTime:
      return &run_time_[apart];
    case Clock::kScope:
      return &scope_timers_[timer.of];
    case Clock::kSource:
      return &source_timers_[timer.of];
    case Clock::kRun:
      return &run_timers_;
  }
  return &run_timers_;
}

bool Services::IsEnding(const Timer& timer) const {
  switch (timer.clock) {
    case Clock::kLines:
    case Clock::kRecords:
    case Clock::kTime: {
      const auto it = streams_.find(static_cast<std::uint32_t>(timer.of));
      return it == streams_.end() || it->second.state->input == ending_input_ || ending_run_;
    }
    case Clock::kSource:
      return timer.of == ending_input_ || ending_run_;
    case Clock::kScope:
    case Clock::kRunTime:
    case Clock::kRun:
      return ending_run_;
  }
  return false;
}

void Services::SetTimer(const Timer& timer) {
  TimersOf(timer)->emplace(TimerKey(timer.end, timer.number, timer.what, timer.rule),
                           TimerPlace{timer.stream});
  if (timer.over || IsEnding(timer)) OnTimerAtEnd(timer);
}

bool Services::IsDue(const Timer& timer) const {
  // A block that is open may still stand in the window.
  if (plan_.rules()[timer.rule].reads_blocks) return false;
  if (timer.clock == Clock::kRunTime) return timer.end < run_watermark_;
  const auto stream = streams_.find(static_cast<std::uint32_t>(timer.of));
  if (stream == streams_.end()) return false;
  const StreamState& state = *stream->second.state;
  switch (timer.clock) {
    case Clock::kLines:
      return timer.end < state.line;
    case Clock::kRecords:
      return timer.end < state.records;
    case Clock::kTime:
      return timer.end < state.watermark;
    case Clock::kRunTime:
    case Clock::kScope:
    case Clock::kSource:
    case Clock::kRun:
      break;
  }
  return false;
}

void Services::CancelTimer(const Timer& timer) {
  TakeTimer(timer);
}

bool Services::TakeTimer(const Timer& timer) {
  Timers* timers = TimersOf(timer);
  const bool was_set = timers->erase(TimerKey(timer.end, timer.number, timer.what, timer.rule)) > 0;
  if (!timers->empty()) return was_set;
  if (timer.clock == Clock::kScope) {
    scope_timers_.erase(timer.of);
  } else if (timer.clock == Clock::kSource) {
    source_timers_.erase(timer.of);
  }
  return was_set;
}

void Services::AddWaiter(StageId stage, std::uint32_t stream) {
  if (++waiters_[WaiterKey(stage, stream)] > 1 || !plan_.stages()[stage].everywhere) return;
  if (stream == kAnyStream) {
    hungry_.insert(stage);
  } else if (const auto it = streams_.find(stream); it != streams_.end()) {
    it->second.hungry.insert(stage);
  }
}

void Services::RemoveWaiter(StageId stage, std::uint32_t stream) {
  const auto waiter = waiters_.find(WaiterKey(stage, stream));
  if (waiter == waiters_.end() || --waiter->second > 0) return;
  waiters_.erase(waiter);
  if (stream == kAnyStream) {
    hungry_.erase(stage);
  } else if (const auto it = streams_.find(stream); it != streams_.end()) {
    it->second.hungry.erase(stage);
  }
}

bool Services::IsWaitedFor(StageId stage, std::uint32_t stream) const {
  return waiters_.contains(WaiterKey(stage, stream)) || waiters_.contains(WaiterKey(stage, kAnyStream));
}

// ---------------------------------------------------------------- bounds

std::uint64_t Services::Admit(ir::RuleId rule, std::uint64_t bytes) {
  const std::uint64_t number = next_number_++;
  admitted_.emplace(number, Admitted{rule, bytes});
  admitted_by_rule_[rule].insert(number);
  bytes_ += bytes;
  return number;
}

void Services::Resize(std::uint64_t number, std::uint64_t bytes) {
  const auto it = admitted_.find(number);
  if (it == admitted_.end()) return;
  bytes_ = bytes_ - it->second.bytes + bytes;
  it->second.bytes = bytes;
}

void Services::Release(std::uint64_t number) {
  const auto it = admitted_.find(number);
  if (it == admitted_.end()) return;
  bytes_ -= it->second.bytes;
  admitted_by_rule_[it->second.rule].erase(number);
  admitted_.erase(it);
}

void Services::Evict(std::uint64_t number) {
  const ir::RuleId rule = admitted_.at(number).rule;
  ++counts_[rule].dropped;
  if (tracer_ != nullptr) {
    why::Moment moment;
    moment.what = why::Happened::kEvicted;
    moment.rule = rule;
    moment.number = number;
    tracer_->OnMoment(moment);
  }
  if (operators_[rule] != nullptr) operators_[rule]->OnEvict(number);
  Release(number);
}

void Services::EnforceLimits(ir::RuleId rule) {
  while (admitted_by_rule_[rule].size() > limits_.max_pending) Evict(*admitted_by_rule_[rule].begin());
  while (bytes_ > limits_.max_bytes && admitted_.size() > 1) Evict(admitted_.begin()->first);
}

// ---------------------------------------------------------------- scopes

std::shared_ptr<ScopeInstance> Services::Current(ir::RuleId scope, std::uint32_t stream) const {
  if (scope >= operators_.size() || operators_[scope] == nullptr || !streams_.contains(stream)) {
    return nullptr;
  }
  return operators_[scope]->Current(stream);
}

std::shared_ptr<ScopeInstance> Services::ScopeOf(ir::RuleId scope, const Event& event) const {
  if (event.found != nullptr) {
    for (const std::shared_ptr<ScopeInstance>& instance : event.found->scopes) {
      if (instance->scope == scope) return instance;
    }
    // What it stood in was kept with it, so it stood in none.
    if (event.stage->input == ir::StageInput::kRule) return nullptr;
  }
  return Current(scope, event.position.stream);
}

void Services::WatchScope(ir::RuleId scope, ir::RuleId watcher) {
  std::vector<ir::RuleId>& watchers = scope_watchers_[scope];
  if (std::find(watchers.begin(), watchers.end(), watcher) == watchers.end()) watchers.push_back(watcher);
}

}  // namespace faultline::runtime
