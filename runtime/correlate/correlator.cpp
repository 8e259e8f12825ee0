// Phase 2: see correlator.h.
#include "runtime/correlate/correlator.h"

#include "ir/stages.h"
#include "runtime/why/tracer.h"
#include "support/value/print.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace faultline::runtime {
namespace {

// Windows that end before this are over, as far as rules that read blocks are concerned: a block may stand in
// every window that was open when it began.
std::int64_t HeldTo(const Position* oldest, Clock clock, std::int64_t now) {
  if (oldest == nullptr) return now;
  switch (clock) {
    case Clock::kLines:
      return std::min(now, oldest->stream_line);
    case Clock::kRecords:
      return std::min(now, oldest->stream_record);
    case Clock::kTime:
    case Clock::kRunTime:
      return oldest->time.kind == ValueKind::kTime ? std::min(now, oldest->time.integer) : INT64_MIN;
    case Clock::kScope:
    case Clock::kSource:
    case Clock::kRun:
      break;
  }
  return now;
}

// The parts of the key as text: the last tie between findings (docs/semantics.md, 2.5).
std::string KeyText(const ir::Rule& rule, const Match& match) {
  std::string text;
  for (ir::SlotId slot : rule.key) text += ToText(match.slots[slot]) + '\n';
  return text;
}

}  // namespace

Correlator::Correlator(const EnginePlan& plan, StageEvaluator* evaluator, const CorrelatorLimits& limits,
                       int context_lines, Decided decided)
    : Services(plan, evaluator, limits, context_lines), decided_callback_(std::move(decided)) {
  operators_.resize(plan.rules().size());
  for (ir::RuleId rule = 0; rule < plan.rules().size(); ++rule) operators_[rule] = MakeOperator(this, rule);
  for (StageId id = 0; id < plan.stages().size(); ++id) {
    if (plan.stages()[id].everywhere && MayComeLate(plan.stages()[id])) late_stages_.push_back(id);
  }
}

Correlator::~Correlator() = default;

void Correlator::BeginSource(std::uint32_t input, const std::string& role) {
  if (input >= sources_.size()) sources_.resize(input + 1);
  sources_[input] = Source{role, {}, 0};
}

Correlator::Stream* Correlator::StreamOf(Source* source, std::uint32_t input, std::uint32_t stream) {
  if (stream >= source->streams.size()) source->streams.resize(stream + 1, nullptr);
  Stream*& known = source->streams[stream];
  if (known == nullptr) {
    Stream added;
    added.state = std::make_unique<StreamState>();
    added.state->input = input;
    added.number = next_stream_++;
    const std::uint32_t number = added.number;
    known = &streams_.emplace(number, std::move(added)).first->second;
  }
  return known;
}

std::vector<std::uint32_t> Correlator::StreamsOf(std::uint32_t input) const {
  std::vector<std::uint32_t> streams;
  for (const Stream* stream : sources_[input].streams) {
    if (stream != nullptr) streams.push_back(stream->number);
  }
  std::sort(streams.begin(), streams.end());
  return streams;
}

void Correlator::AddDue(const Timers& timers, std::int64_t now, Clock clock, std::int64_t of) {
  for (const auto& [key, place] : timers) {
    const auto& [end, number, what, rule] = key;
    if (end >= now) break;
    agenda_[rule].timers.push_back({number, what, {clock, of, end, rule, number, what, place.stream}});
  }
}

void Correlator::AddAll(const Timers& timers, Clock clock, std::int64_t of) {
  for (const auto& [key, place] : timers) {
    const auto& [end, number, what, rule] = key;
    agenda_[rule].timers.push_back({number, what, {clock, of, end, rule, number, what, place.stream}});
  }
}

void Correlator::OnTimerAtEnd(const Timer& timer) {
  agenda_[timer.rule].timers.push_back({timer.number, timer.what, timer});
}

// How far the clocks have come with the record at hand, and whether that ends any window.
Correlator::Moved Correlator::WhatIsOver(std::uint32_t input, std::uint32_t local,
                                         const Stream& stream) const {
  const auto due = [](const Timers& timers, std::int64_t now) {
    return !timers.empty() && std::get<0>(timers.begin()->first) < now;
  };
  const StreamState& state = *stream.state;
  Moved moved;
  moved.nows = {state.line, state.records, state.watermark, run_watermark_};
  moved.held = moved.nows;
  if (plan_.reads_blocks() && open_blocks_ != nullptr) {
    const Position* oldest = open_blocks_->OldestIn(input, local);
    for (std::size_t clock = 0; clock < 3; ++clock) {
      moved.held[clock] = HeldTo(oldest, static_cast<Clock>(clock), moved.nows[clock]);
    }
    moved.held[3] = HeldTo(open_blocks_->Oldest(), Clock::kRunTime, moved.nows[3]);
  }
  moved.any_due = due(run_time_[0], moved.nows[3]) || due(run_time_[1], moved.held[3]);
  for (std::size_t clock = 0; clock < 3; ++clock) {
    moved.any_due = moved.any_due || due(stream.timers[clock], moved.nows[clock]) ||
                    due(stream.timers[clock + 3], moved.held[clock]);
  }
  return moved;
}

void Correlator::AddOver(const Stream& stream, const Moved& moved) {
  for (std::size_t clock = 0; clock < 3; ++clock) {
    AddDue(stream.timers[clock], moved.nows[clock], static_cast<Clock>(clock), stream.number);
    AddDue(stream.timers[clock + 3], moved.held[clock], static_cast<Clock>(clock), stream.number);
  }
  AddDue(run_time_[0], moved.nows[3], Clock::kRunTime, 0);
  AddDue(run_time_[1], moved.held[3], Clock::kRunTime, 0);
}

void Correlator::Record(std::uint32_t input, RecordBlock* block, std::uint32_t index,
                        std::span<const StageHit> hits, const ScanResult& scan, const LineLookup& lines) {
  RecordView& record = block->records[index];
  Source& source = sources_[input];
  Stream& stream = *StreamOf(&source, input, record.stream);
  StreamState& state = *stream.state;
  state.line = record.stream_line;
  state.log_line = record.context.line;
  if (state.records++ == 0) {
    state.first_log_line = record.context.line;
    state.file = std::string(record.context.file);
  }
  ++source.records;
  ++order_;
  bool late = false;  // behind the watermark that may have decided absences
  if (record.context.time.kind == ValueKind::kTime) {
    late = record.context.time.integer < (plan_.side_by_side() ? run_watermark_ : state.watermark);
    state.time = record.context.time;
    state.watermark = std::max(state.watermark, state.time.integer);
    run_watermark_ = std::max(run_watermark_, state.watermark);
  }
  const Moved moved = WhatIsOver(input, record.stream, stream);
  if (hits.empty() && !moved.any_due && stream.hungry.empty() && hungry_.empty() &&
      !(late && !late_stages_.empty())) {
    return;
  }

  const std::uint32_t number = stream.number;
  lines_ = &lines;
  record_ = &record;
  position_ = {order_, source.records, input, number, record.stream_line, state.records, state.time};
  record_position_ = position_;
  temporary_.Reset();

  if (moved.any_due) AddOver(stream, moved);
  const auto evaluate = [&](std::span<const AlternateId> alternates) {
    evaluated_.clear();
    evaluator_->Resolve(record, &block->arena);
    evaluator_->Evaluate(alternates, record, index, &temporary_, &evaluated_);
    for (const StageHit& found : evaluated_) {
      agenda_[plan_.stages()[found.stage].rule].hits.push_back(found);
    }
  };
  for (const StageHit& hit : hits) {
    const StagePlan& stage = plan_.stages()[hit.stage];
    if (hit.evaluated) {
      agenda_[stage.rule].hits.push_back(hit);
    } else if (!stage.everywhere && (IsWaitedFor(hit.stage, number) || (late && MayComeLate(stage)))) {
      evaluate(std::span<const AlternateId>(scan.waiting).subspan(hit.first, hit.count));
    }
  }
  const auto evaluate_all = [&](StageId id) {
    alternates_.clear();
    for (AlternateId a = plan_.stages()[id].first; a < plan_.stages()[id].last; ++a) alternates_.push_back(a);
    evaluate(alternates_);
  };
  for (StageId id : stream.hungry) evaluate_all(id);
  if (late) {
    for (StageId id : late_stages_) {
      if (!stream.hungry.contains(id) && !hungry_.contains(id)) evaluate_all(id);
    }
  }
  for (StageId id : hungry_) {
    if (!stream.hungry.contains(id)) evaluate_all(id);
  }
  Settle();
}

Position Correlator::PositionOf(std::uint32_t input, const RecordView& record) {
  Source& source = sources_[input];
  const Stream& stream = *StreamOf(&source, input, record.stream);
  const StreamState& state = *stream.state;
  Position position;
  position.order = order_ + 1;
  position.record = source.records + 1;
  position.input = input;
  position.stream = stream.number;
  position.stream_line = record.stream_line;
  position.stream_record = state.records + 1;
  position.time = record.context.time.kind == ValueKind::kTime ? record.context.time : state.time;
  return position;
}

void Correlator::Block(ir::FormatId format, const std::shared_ptr<const Match>& block,
                       const LineLookup& lines) {
  for (StageId reader : plan_.BlockReaders(format)) {
    const StagePlan& stage = plan_.stages()[reader];
    if (partition_ != nullptr && group_ != PartitionPlan::kEveryGroup && !IsOfGroup(stage.rule)) continue;
    if (stage.lazy && !IsWaitedFor(reader, block->position.stream)) continue;
    agenda_[stage.rule].offers.push_back({reader, block, block->position});
  }
  if (agenda_.empty()) return;
  lines_ = &lines;
  record_ = nullptr;
  position_ = record_position_ = block->position;
  temporary_.Reset();
  Settle();
}

// Does all there is to do at the position: what is found may be read, scopes may end by it, which decides
// more.
void Correlator::Settle() {
  DoAgenda();
  events_first_ = true;
  while (!ended_scopes_.empty()) {
    EndScopes();
    DoAgenda();
  }
  events_first_ = at_end_;
  GiveOut();
}

// Deciding a rule may add work for rules that read it; those come later in the map.
void Correlator::DoAgenda() {
  while (!agenda_.empty()) {
    auto node = agenda_.extract(agenda_.begin());
    if (operators_[node.key()] != nullptr) DoRule(node.key(), &node.mapped());
  }
}

void Correlator::DoRule(ir::RuleId rule, Work* work) {
  Operator* operation = operators_[rule].get();
  if (events_first_) DoEvents(work);
  DoTimers(rule, work);
  for (const auto& instance : work->scope_ends) operation->OnScopeEnd(instance);
  if (!events_first_) DoEvents(work);
  if (work->ended_input >= 0) operation->OnEndOfSource(static_cast<std::uint32_t>(work->ended_input));
  if (work->ended_run) operation->OnEndOfRun();
  EnforceLimits(rule);
}

void Correlator::DoTimers(ir::RuleId rule, Work* work) {
  std::sort(work->timers.begin(), work->timers.end());
  for (const DueTimer& due : work->timers) {
    if (!TakeTimer(due.timer)) continue;
    position_ = record_position_;
    if (at_end_) {
      position_ = EndOf(due.timer.stream);
    } else if (due.timer.stream != record_position_.stream) {
      // The run's time has passed in another stream than the one where the match stands.
      position_ = EndOf(due.timer.stream);
      if (due.timer.clock == Clock::kRunTime) {
        position_.time = Value::Integer(ValueKind::kTime, run_watermark_);
      }
    }
    operators_[rule]->OnTimer(due.number, due.what);
  }
  position_ = record_position_;
}

void Correlator::DoEvents(Work* work) {
  // What other rules found is brought into the same form as what was found in the record.
  struct Item {
    StageHit hit;
    const Offer* offer = nullptr;
    int turn = 0;  // what counts for an aggregate comes before the event that asks for it
  };
  std::vector<Item> items;
  items.reserve(work->hits.size() + work->offers.size());
  for (const StageHit& hit : work->hits) items.push_back({hit, nullptr, 0});
  for (const Offer& offer : work->offers) {
    evaluated_.clear();
    evaluator_->EvaluateRead(offer.stage, offer.match->slots.data(), offer.match->record, &temporary_,
                             &evaluated_);
    for (const StageHit& hit : evaluated_) items.push_back({hit, &offer, 0});
  }
  const auto kind_of = [this](const Item& item) { return plan_.stages()[item.hit.stage].stage->kind; };
  for (Item& item : items) {
    item.turn = kind_of(item) == ir::StageKind::kFeed ? 0
                : ir::IsPositive(kind_of(item))       ? 1
                                                : 2;  // what brings a match on before what only looks at it
  }
  std::stable_sort(items.begin(), items.end(), [&](const Item& a, const Item& b) {
    if (a.turn != b.turn) return a.turn < b.turn;
    // Entries of a score in their order; else a match goes on before one begins.
    if (kind_of(a) == ir::StageKind::kEntry && kind_of(b) == ir::StageKind::kEntry) {
      return a.hit.stage < b.hit.stage;
    }
    return a.hit.stage > b.hit.stage;
  });
  for (const Item& item : items) GiveStage(item.hit, item.offer);
  position_ = record_position_;
}

void Correlator::GiveStage(const StageHit& hit, const Offer* offer) {
  const StagePlan& plan = plan_.stages()[hit.stage];
  Event event;
  event.id = hit.stage;
  event.index = plan.index;
  event.stage = plan.stage;
  event.stores = plan.stores;
  event.fits = hit.fits;
  event.stored = hit.stored;
  event.matched = hit.matched;
  event.shown = hit.shown;
  if (offer != nullptr) {
    event.found = offer->match.get();
    event.position = offer->position;
    event.extent = offer->match->extent;
    event.time = offer->match->time;
  } else {
    event.record = record_;
    event.position = record_position_;
    event.extent = {record_position_.stream_line, record_position_.stream_line,
                    record_position_.stream_record, record_position_.stream_record};
    event.time = record_position_.time;
  }
  position_ = event.position;
  const auto arrived = [&](why::Arrival arrival) {
    if (tracer_ != nullptr) tracer_->OnArrival(plan.rule, event, arrival);
  };
  if (!plan.stage->role.empty() && sources_[event.position.input].role != plan.stage->role) {
    arrived(why::Arrival::kOtherRole);
    return;
  }
  if (plan.stage->key != ir::kNone && !MakeKey(plan.rule, &event)) {
    ++counts_[plan.rule].missing_key;
    arrived(why::Arrival::kMissingKey);
    return;
  }
  arrived(why::Arrival::kGiven);
  operators_[plan.rule]->OnStage(event);
}

// The key is made of what the stage stored, of the run's context and of current scopes. False: a part of it
// is missing.
bool Correlator::MakeKey(ir::RuleId id, Event* event) {
  const ir::Rule& ir_rule = rule(id);
  BlankFrame(id, &frame_);
  for (std::size_t i = 0; i < event->stores.size(); ++i) frame_[event->stores[i]] = event->stored[i];
  for (const ir::Provided& provided : ir_rule.provided) {
    if (provided.kind != ir::ProvidedKind::kScopeInstance || provided.stage != event->index) continue;
    const auto instance = ScopeOf(provided.scope, *event);
    frame_[provided.slot] = instance == nullptr ? Value::Missing() : Value::Int(instance->number);
  }
  event->key = evaluator_->Call(event->stage->key, frame_.data(), &event->context(), &temporary_);
  if (event->key.kind != ValueKind::kList) return false;
  for (std::uint32_t i = 0; i < event->key.size; ++i) {
    if (event->key.items[i].is_missing()) return false;
  }
  return true;
}

void Correlator::Decide(ir::RuleId id, Match match) {
  const ir::Rule& ir_rule = rule(id);
  if (ir_rule.finish != ir::kNone) {
    evaluator_->Call(ir_rule.finish, match.slots.data(), &match.record, match.arena.get());
  }
  if (tracer_ != nullptr) {
    why::Moment moment;
    moment.what = why::Happened::kDecided;
    moment.rule = id;
    moment.match = &match;
    tracer_->OnMoment(moment);
  }
  const auto& readers = plan_.rules()[id].readers;
  if (!readers.empty()) {
    Position decided = position_;
    if (ending_run_) {  // no stream is left: it stands where its last stage stood
      decided.input = match.position.input;
      decided.stream = match.position.stream;
    }
    auto shared = std::make_shared<const Match>(match);
    for (StageId reader : readers) {
      const StagePlan& stage = plan_.stages()[reader];
      if (stage.rule <= id) continue;  // not a well-formed module; would never end
      if (!IsForGroup(id, stage.rule)) continue;
      if (stage.lazy && !IsWaitedFor(reader, position_.stream)) continue;
      agenda_[stage.rule].offers.push_back({reader, shared, decided});
    }
  }
  if (!IsForGroup(id, id)) return;
  if (!ir_rule.is_event && ir_rule.shape != ir::RuleShape::kScope) decided_.push_back({id, std::move(match)});
}

void Correlator::EndScope(std::shared_ptr<ScopeInstance> instance, Match found) {
  ended_scopes_.push_back({std::move(instance), std::move(found)});
}

void Correlator::EndScopes() {
  std::vector<EndedScope> ended = std::move(ended_scopes_);
  ended_scopes_.clear();
  for (EndedScope& scope : ended) {
    scope.instance->ended = true;
    if (const auto timers = scope_timers_.find(scope.instance->number); timers != scope_timers_.end()) {
      AddAll(timers->second, Clock::kScope, scope.instance->number);
    }
    if (const auto watchers = scope_watchers_.find(scope.instance->scope);
        watchers != scope_watchers_.end()) {
      for (ir::RuleId watcher : watchers->second) agenda_[watcher].scope_ends.push_back(scope.instance);
    }
    position_ = at_end_ ? EndOf(scope.instance->stream) : record_position_;
    Decide(scope.instance->scope, std::move(scope.found));
  }
  position_ = record_position_;
}

void Correlator::GiveOut() {
  if (decided_.empty()) return;
  std::stable_sort(decided_.begin(), decided_.end(), [this](const DecidedMatch& a, const DecidedMatch& b) {
    const FindingPlace &x = a.match.place, &y = b.match.place;
    if (x.input != y.input) return x.input < y.input;
    if (x.line != y.line) return x.line < y.line;
    const std::string &left = rule(a.rule).name, &right = rule(b.rule).name;
    if (left != right) return left < right;
    if (x.end_line != y.end_line) return x.end_line < y.end_line;
    return KeyText(rule(a.rule), a.match) < KeyText(rule(b.rule), b.match);
  });
  std::vector<DecidedMatch> decided = std::move(decided_);
  decided_.clear();
  for (DecidedMatch& found : decided) decided_callback_(found.rule, std::move(found.match));
}

// The work stands behind all records: of the source, or of the run.
void Correlator::BeginEnd(bool interrupted) {
  temporary_.Reset();
  record_ = nullptr;
  interrupted_ = interrupted;
  position_ = {};
  position_.order = ++order_;
  at_end_ = events_first_ = true;
}

void Correlator::EndSource(std::uint32_t input, bool interrupted) {
  Source& source = sources_[input];
  BeginEnd(interrupted);
  position_.record = source.records + 1;
  position_.input = input;
  record_position_ = position_;
  // Scopes end before what waits in their streams.
  for (ir::RuleId id = 0; id < operators_.size(); ++id) {
    if (operators_[id] != nullptr && rule(id).shape == ir::RuleShape::kScope) {
      operators_[id]->OnEndOfSource(input);
    }
  }
  while (!ended_scopes_.empty()) {
    EndScopes();
    DoAgenda();
  }
  ending_input_ = input;
  const std::vector<std::uint32_t> streams = StreamsOf(input);
  for (std::uint32_t number : streams) {
    const Stream& stream = streams_.find(number)->second;
    for (std::size_t i = 0; i < stream.timers.size(); ++i) {
      AddAll(stream.timers[i], static_cast<Clock>(i % 3), number);
    }
  }
  AddAll(source_timers_[input], Clock::kSource, input);
  for (ir::RuleId id = 0; id < operators_.size(); ++id) {
    if (rule(id).shape != ir::RuleShape::kScope) agenda_[id].ended_input = input;
  }
  Settle();
  for (std::uint32_t number : streams) streams_.erase(number);
  source.streams.clear();
  source_timers_.erase(input);
  ending_input_ = -1;
  at_end_ = events_first_ = false;
}

void Correlator::EndRun(bool interrupted) {
  BeginEnd(interrupted);
  if (run_watermark_ != INT64_MIN) position_.time = Value::Integer(ValueKind::kTime, run_watermark_);
  record_position_ = position_;
  ending_run_ = true;
  for (const Timers& timers : run_time_) AddAll(timers, Clock::kRunTime, 0);
  AddAll(run_timers_, Clock::kRun, 0);
  for (ir::RuleId id = 0; id < operators_.size(); ++id) agenda_[id].ended_run = true;
  Settle();
  ending_run_ = false;
  at_end_ = events_first_ = false;
}

// ---------------------------------------------------------------- live

std::int64_t Correlator::TimeOf(std::uint32_t input) const {
  std::int64_t time = INT64_MIN;
  for (const Stream* stream : sources_[input].streams) {
    if (stream != nullptr) time = std::max(time, stream->state->watermark);
  }
  return time;
}

void Correlator::Advance(std::uint32_t input, std::int64_t time) {
  class NoLines : public LineLookup {
    bool Find(std::int64_t, std::string_view*) const override { return false; }
  };
  const NoLines none;
  for (std::size_t i = 0; i < sources_[input].streams.size(); ++i) {
    if (sources_[input].streams[i] == nullptr) continue;
    Stream& stream = *sources_[input].streams[i];
    StreamState& state = *stream.state;
    if (state.watermark == INT64_MIN || state.watermark >= time) continue;
    state.watermark = time;
    run_watermark_ = std::max(run_watermark_, time);
    const bool blocks = open_blocks_ != nullptr;
    const Position* oldest = blocks ? open_blocks_->OldestIn(input, static_cast<std::uint32_t>(i)) : nullptr;
    AddDue(stream.timers[2], time, Clock::kTime, stream.number);
    AddDue(stream.timers[5], HeldTo(oldest, Clock::kTime, time), Clock::kTime, stream.number);
    AddDue(run_time_[0], run_watermark_, Clock::kRunTime, 0);
    AddDue(run_time_[1], HeldTo(blocks ? open_blocks_->Oldest() : nullptr, Clock::kRunTime, run_watermark_),
           Clock::kRunTime, 0);
    if (agenda_.empty()) continue;
    temporary_.Reset();
    lines_ = &none;
    record_ = nullptr;
    position_.order = ++order_;
    position_.record = sources_[input].records + 1;
    position_ = EndOf(stream.number);  // keeps these two
    position_.time = Value::Integer(ValueKind::kTime, time);
    record_position_ = position_;
    Settle();
  }
}

void Correlator::EndIdleScopes(std::uint32_t input) {
  temporary_.Reset();
  record_ = nullptr;
  position_ = {};
  position_.order = ++order_;
  position_.record = sources_[input].records + 1;
  position_.input = input;
  record_position_ = position_;
  for (ir::RuleId id = 0; id < operators_.size(); ++id) {
    if (operators_[id] != nullptr && rule(id).shape == ir::RuleShape::kScope) operators_[id]->OnIdle(input);
  }
  Settle();
}

}  // namespace faultline::runtime
