// Phase 2: see sequence_matcher.h.
#include "runtime/engine/sequence_matcher.h"

#include <algorithm>
#include <utility>

namespace faultline::runtime {
namespace {

constexpr std::size_t kMaxEvidence = 64;  // of one finding; chains of rules could gather any number
constexpr std::uint64_t kInstanceBytes = 512;

std::size_t TimerIndex(ir::WindowUnit unit) {
  switch (unit) {
    case ir::WindowUnit::kNoWindow:
    case ir::WindowUnit::kScope:
    case ir::WindowUnit::kLines:
      return 0;
    case ir::WindowUnit::kRecords:
      return 1;
    case ir::WindowUnit::kTime:
      return 2;
  }
  return 0;
}

std::int64_t SaturatingAdd(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? (b > 0 ? INT64_MAX : INT64_MIN) : sum;
}

std::uint64_t CostOf(const Match& match) {
  std::uint64_t bytes = kInstanceBytes + std::max<std::uint64_t>(match.arena->bytes_used(), 4096) +
                        match.slots.size() * sizeof(Value);
  for (const Evidence& evidence : match.evidence) {
    bytes += sizeof(Evidence) + evidence.text.size() + evidence.file.size();
    for (const auto* list : {&evidence.before, &evidence.after}) {
      for (const ContextLine& line : *list) bytes += sizeof(ContextLine) + line.text.size();
    }
  }
  return bytes;
}

}  // namespace

SequenceMatcher::SequenceMatcher(const EnginePlan& plan, StageEvaluator* evaluator,
                                 const MatcherLimits& limits, int context_lines, Decided decided)
    : plan_(plan),
      evaluator_(evaluator),
      limits_(limits),
      context_lines_(context_lines),
      decided_callback_(std::move(decided)),
      rules_(plan.rules().size()),
      waiting_(plan.stages().size()),
      counts_(plan.rules().size()) {}

std::size_t SequenceMatcher::pending() const {
  return oldest_.size();
}

void SequenceMatcher::BeginSource(std::uint32_t input) {
  input_ = input;
  streams_.clear();
  records_ = 0;
  for (RuleState& rule : rules_) {
    rule.absent_all = false;
    rule.refuted.clear();
  }
}

void SequenceMatcher::Block(RecordBlock* block, const ScanResult& scan, const LineLookup& lines) {
  lines_ = &lines;
  std::size_t begin = 0;
  for (std::uint32_t i = 0; i < block->records.size(); ++i) {
    std::size_t end = begin;
    while (end < scan.hits.size() && scan.hits[end].record == i) ++end;
    Record(block, i, std::span<const StageHit>(scan.hits).subspan(begin, end - begin), scan);
    begin = end;
  }
}

void SequenceMatcher::Record(RecordBlock* block, std::uint32_t index, std::span<const StageHit> hits,
                             const ScanResult& scan) {
  RecordView& record = block->records[index];
  if (record.stream >= streams_.size()) streams_.resize(record.stream + 1);
  Stream& stream = streams_[record.stream];
  stream.line = record.stream_line;
  ++stream.records;
  ++records_;
  if (record.context.time.kind == ValueKind::kTime) stream.time = record.context.time;

  const auto due = [](const std::map<TimerKey, Instance*>& timers, std::int64_t now) {
    return !timers.empty() && std::get<0>(timers.begin()->first) < now;
  };
  const bool timed = stream.time.kind == ValueKind::kTime;
  const std::int64_t nows[3] = {stream.line, stream.records, timed ? stream.time.integer : INT64_MIN};
  const bool any_due =
      due(stream.timers[0], nows[0]) || due(stream.timers[1], nows[1]) || due(stream.timers[2], nows[2]);
  if (hits.empty() && !any_due && stream.hungry.empty()) return;

  record_ = &record;
  position_.record = records_;
  position_.stream = record.stream;
  position_.stream_line = record.stream_line;
  position_.stream_record = stream.records;
  position_.time = stream.time;
  temporary_.Reset();

  if (any_due) {
    for (std::size_t unit = 0; unit < 3; ++unit) {
      for (const auto& [key, instance] : stream.timers[unit]) {
        if (std::get<0>(key) >= nows[unit]) break;
        agenda_[instance->rule].closed.emplace_back(instance->number, std::get<2>(key));
      }
    }
  }
  auto waited_for = [&](StageId stage) { return waiting_[stage].contains(record.stream); };
  std::vector<StageHit> evaluated;
  auto evaluate = [&](std::span<const AlternateId> alternates) {
    evaluated.clear();
    evaluator_->Resolve(record, &block->arena);
    evaluator_->Evaluate(alternates, record, index, &temporary_, &evaluated);
    for (const StageHit& found : evaluated) agenda_[plan_.stages()[found.stage].rule].hits.push_back(found);
  };
  for (const StageHit& hit : hits) {
    const StagePlan& stage = plan_.stages()[hit.stage];
    if (hit.evaluated) {
      agenda_[stage.rule].hits.push_back(hit);
    } else if (!stage.everywhere && waited_for(hit.stage)) {
      evaluate(std::span<const AlternateId>(scan.waiting).subspan(hit.first, hit.count));
    }
  }
  for (StageId id : stream.hungry) {
    std::vector<AlternateId> alternates;
    for (AlternateId a = plan_.stages()[id].first; a < plan_.stages()[id].last; ++a) alternates.push_back(a);
    evaluate(alternates);
  }
  DoAgenda();
  GiveOut();
}

// Deciding a rule may add work for rules that read it; those come later in the map.
void SequenceMatcher::DoAgenda() {
  while (!agenda_.empty()) {
    auto node = agenda_.extract(agenda_.begin());
    DoRule(node.key(), &node.mapped());
  }
}

void SequenceMatcher::DoRule(ir::RuleId rule, Work* work) {
  std::sort(work->closed.begin(), work->closed.end());
  for (const auto& [number, stage] : work->closed) {
    const auto it = rules_[rule].pending.find(number);
    if (it != rules_[rule].pending.end()) Close(it->second.get(), stage);
  }
  // Later stages first, so that a match which begins or moves on here is not seen by its next stage on the
  // same record.
  std::stable_sort(work->hits.begin(), work->hits.end(),
                   [](const StageHit& a, const StageHit& b) { return a.stage > b.stage; });
  std::stable_sort(work->events.begin(), work->events.end(),
                   [](const Event& a, const Event& b) { return a.stage > b.stage; });
  std::size_t h = 0, e = 0;
  while (h < work->hits.size() || e < work->events.size()) {
    if (e == work->events.size() || (h < work->hits.size() && work->hits[h].stage > work->events[e].stage)) {
      const StageHit& hit = work->hits[h++];
      DoHit(hit.stage, {&hit, nullptr});
      continue;
    }
    const Event& event = work->events[e++];
    position_ = event.position;
    StageHit hit;
    if (evaluator_->EvaluateRead(event.stage, event.match->slots.data(), event.match->record, &temporary_,
                                 &hit)) {
      DoHit(event.stage, {&hit, event.match.get()});
    }
  }
}

void SequenceMatcher::DoHit(StageId id, const Found& found) {
  const StagePlan& stage = plan_.stages()[id];
  if (stage.index == 0) {
    Start(id, found);
    return;
  }
  RuleState& state = rules_[stage.rule];
  if (!stage.lazy) {  // `without` for the whole source
    if (stage.stage->join == ir::kNone) {
      state.absent_all = true;
      while (!state.pending.empty()) Remove(state.pending.begin()->second.get());
      return;
    }
    Match match;
    match.slots.assign(plan_.module().rules[stage.rule].slots.size(), Value::Missing());
    for (std::size_t i = 0; i < stage.stage->stores.size(); ++i) {
      match.slots[stage.stage->stores[i]] = match.arena->DeepCopy(found.hit->stored[i]);
    }
    std::deque<Match>& kept = state.refuted[stage.index];
    if (kept.size() >= limits_.max_pending) {
      kept.pop_front();
      ++counts_[stage.rule].dropped;
    }
    kept.push_back(std::move(match));
    return;
  }
  const auto by_stream = waiting_[id].find(position_.stream);
  if (by_stream == waiting_[id].end()) return;
  std::vector<Instance*> waiting;
  for (const auto& [number, instance] : by_stream->second) waiting.push_back(instance);
  for (Instance* instance : waiting) {
    if (!InWindow(*instance, *stage.stage) || !Joins(*instance, stage, found)) continue;
    if (stage.stage->kind == ir::StageKind::kWithout) {
      Remove(instance);
      continue;
    }
    Unwait(instance, id);
    bytes_ -= instance->match.bytes;
    Take(&instance->match, stage, found);
    instance->match.bytes = CostOf(instance->match);
    bytes_ += instance->match.bytes;
    ++instance->next;
    if (!Await(instance)) Remove(instance);
  }
}

void SequenceMatcher::Start(StageId id, const Found& found) {
  const StagePlan& stage = plan_.stages()[id];
  const RulePlan& rule = plan_.rules()[stage.rule];
  if (rules_[stage.rule].absent_all) return;
  Match match;
  match.slots.assign(plan_.module().rules[stage.rule].slots.size(), Value::Missing());
  Take(&match, stage, found);
  if (rule.positive.size() == 1 && rule.vetoes.empty() && rule.absences.empty()) {
    Decide(stage.rule, std::move(match));
    return;
  }
  auto instance = std::make_unique<Instance>();
  instance->rule = stage.rule;
  instance->stream = position_.stream;
  instance->match = std::move(match);
  Enter(std::move(instance));
}

// Stores what the stage found and adds its evidence.
void SequenceMatcher::Take(Match* match, const StagePlan& stage, const Found& found) {
  const auto& stores = stage.stage->stores;
  for (std::size_t i = 0; i < stores.size(); ++i) {
    match->slots[stores[i]] = match->arena->DeepCopy(found.hit->stored[i]);
  }
  const bool first = stage.index == 0;
  if (found.event != nullptr) {
    for (const Evidence& evidence : found.event->evidence) {
      if (match->evidence.size() < kMaxEvidence) match->evidence.push_back(evidence);
    }
    const std::int64_t end_line = found.event->place.end_line;
    if (first) match->place = found.event->place;
    match->place.end_line = std::max(match->place.end_line, end_line);
    if (first) {
      match->first = found.event->first;
      match->record = found.event->record;
    }
    match->last = found.event->last;
  } else {
    if (match->evidence.size() < kMaxEvidence) {
      match->evidence.push_back(MakeEvidence(*record_, found.hit->matched, *lines_, context_lines_));
    }
    if (first) {
      const LogPlace place = PlaceOf(*record_, found.hit->matched);
      match->place.file = std::string(record_->context.file);
      match->place.line = place.line;
      match->place.column = std::max<std::int64_t>(place.column, 1);
      match->place.offset = static_cast<std::int64_t>(place.offset);
      match->place.input = input_;
      match->first = record_->context.time;
      match->record = record_->context;
      match->record.line = place.line;
      match->record.column = place.column;
    }
    match->place.end_line = std::max({match->place.end_line, match->evidence.back().line, record_->end_line});
    match->last = record_->context.time;
  }
  if (first) {
    const bool keep = plan_.rules()[stage.rule].keeps_text;
    match->record.file = match->arena->Copy(match->record.file);
    match->record.text = keep ? match->arena->Copy(match->record.text) : std::string_view();
    match->record.raw = keep ? match->arena->Copy(match->record.raw) : std::string_view();
    match->record.time = match->first;
    match->record.stream = match->arena->DeepCopy(match->record.stream);
  }
  match->position = position_;
}

bool SequenceMatcher::Joins(const Instance& instance, const StagePlan& stage, const Found& found) {
  if (stage.stage->join == ir::kNone) return true;
  frame_ = instance.match.slots;
  for (std::size_t i = 0; i < stage.stage->stores.size(); ++i)
    frame_[stage.stage->stores[i]] = found.hit->stored[i];
  const RecordContext& record = found.event != nullptr ? found.event->record : record_->context;
  return evaluator_->Call(stage.stage->join, frame_.data(), &record, &temporary_).is_true();
}

// Windows that this record ends are closed by now. What is left to ask is whether both ends of a time window
// are known.
bool SequenceMatcher::InWindow(const Instance& instance, const ir::Stage& stage) const {
  if (stage.window != ir::WindowUnit::kTime) return true;
  return position_.time.kind == ValueKind::kTime && instance.match.position.time.kind == ValueKind::kTime;
}

void SequenceMatcher::Enter(std::unique_ptr<Instance> instance) {
  Instance* entered = instance.get();
  entered->number = next_number_++;
  entered->match.bytes = CostOf(entered->match);
  bytes_ += entered->match.bytes;
  oldest_.emplace(entered->number, entered);
  const ir::RuleId rule = entered->rule;
  RuleState& state = rules_[rule];
  state.pending.emplace(entered->number, std::move(instance));
  if (!Await(entered)) {
    Remove(entered);
    return;
  }
  if (state.pending.size() > limits_.max_pending) {
    ++counts_[rule].dropped;
    Remove(state.pending.begin()->second.get());
  }
  while (bytes_ > limits_.max_bytes && oldest_.size() > 1) {
    Instance* oldest = oldest_.begin()->second;
    ++counts_[oldest->rule].dropped;
    Remove(oldest);
  }
}

// Makes the match wait for what comes next, or decides it. False if it can never be decided: a time window of
// unknown time.
bool SequenceMatcher::Await(Instance* instance) {
  const RulePlan& rule = plan_.rules()[instance->rule];
  if (instance->next < rule.positive.size()) {
    return Wait(instance, rule.first_stage + rule.positive[instance->next]);
  }
  for (std::uint32_t veto : rule.vetoes) {
    if (!Wait(instance, rule.first_stage + veto)) return false;
    ++instance->open_vetoes;
  }
  if (instance->open_vetoes == 0 && rule.absences.empty()) {
    const ir::RuleId id = instance->rule;
    Decide(id, std::move(Detach(instance)->match));
  }
  return true;
}

bool SequenceMatcher::Wait(Instance* instance, StageId id) {
  const ir::Stage& stage = *plan_.stages()[id].stage;
  const Position& last = instance->match.position;
  std::int64_t end = 0;
  switch (stage.window) {
    case ir::WindowUnit::kNoWindow:
    case ir::WindowUnit::kScope:
      break;
    case ir::WindowUnit::kLines:
      end = SaturatingAdd(last.stream_line, stage.amount);
      break;
    case ir::WindowUnit::kRecords:
      end = SaturatingAdd(last.stream_record, stage.amount);
      break;
    case ir::WindowUnit::kTime:
      if (last.time.kind != ValueKind::kTime) {
        ++counts_[instance->rule].no_time;
        return false;
      }
      end = SaturatingAdd(last.time.integer, stage.amount);
      break;
  }
  if (instance->stream >= streams_.size()) streams_.resize(instance->stream + 1);
  Stream& stream = streams_[instance->stream];
  if (stage.window != ir::WindowUnit::kNoWindow) {
    stream.timers[TimerIndex(stage.window)].emplace(TimerKey(end, instance->number, id), instance);
  }
  waiting_[id][instance->stream].emplace(instance->number, instance);
  if (plan_.stages()[id].everywhere) stream.hungry.insert(id);
  return true;
}

void SequenceMatcher::Unwait(Instance* instance, StageId id) {
  const auto by_stream = waiting_[id].find(instance->stream);
  if (by_stream == waiting_[id].end() || by_stream->second.erase(instance->number) == 0) return;
  Stream& stream = streams_[instance->stream];
  if (by_stream->second.empty()) {
    waiting_[id].erase(by_stream);
    stream.hungry.erase(id);
  }
  const ir::Stage& stage = *plan_.stages()[id].stage;
  const Position& last = instance->match.position;
  switch (stage.window) {
    case ir::WindowUnit::kNoWindow:
    case ir::WindowUnit::kScope:
      break;
    case ir::WindowUnit::kLines:
      stream.timers[0].erase(TimerKey(SaturatingAdd(last.stream_line, stage.amount), instance->number, id));
      break;
    case ir::WindowUnit::kRecords:
      stream.timers[1].erase(TimerKey(SaturatingAdd(last.stream_record, stage.amount), instance->number, id));
      break;
    case ir::WindowUnit::kTime:
      stream.timers[2].erase(TimerKey(SaturatingAdd(last.time.integer, stage.amount), instance->number, id));
      break;
  }
}

// A window ended: a `then` has not come, or a `without` has been kept.
void SequenceMatcher::Close(Instance* instance, StageId id) {
  const StagePlan& stage = plan_.stages()[id];
  Unwait(instance, id);
  if (stage.stage->kind != ir::StageKind::kWithout) {
    Remove(instance);
    return;
  }
  if (--instance->open_vetoes > 0 || !plan_.rules()[stage.rule].absences.empty()) return;
  Decide(stage.rule, std::move(Detach(instance)->match));
}

void SequenceMatcher::Remove(Instance* instance) {
  Detach(instance);
}

std::unique_ptr<SequenceMatcher::Instance> SequenceMatcher::Detach(Instance* instance) {
  const RulePlan& rule = plan_.rules()[instance->rule];
  if (instance->next < rule.positive.size()) {
    Unwait(instance, rule.first_stage + rule.positive[instance->next]);
  } else {
    for (std::uint32_t veto : rule.vetoes) Unwait(instance, rule.first_stage + veto);
  }
  bytes_ -= instance->match.bytes;
  oldest_.erase(instance->number);
  auto node = rules_[instance->rule].pending.extract(instance->number);
  return std::move(node.mapped());
}

// All of the rule holds: derived slots are computed, readers are told, and if it is not an event it is a
// finding.
void SequenceMatcher::Decide(ir::RuleId rule, Match match) {
  const ir::Rule& ir_rule = plan_.module().rules[rule];
  if (ir_rule.finish != ir::kNone) {
    evaluator_->Call(ir_rule.finish, match.slots.data(), &match.record, match.arena.get());
  }
  const auto& readers = plan_.rules()[rule].readers;
  if (!readers.empty()) {
    auto shared = std::make_shared<const Match>(match);
    for (StageId reader : readers) {
      const StagePlan& stage = plan_.stages()[reader];
      if (stage.rule <= rule) continue;  // not a well-formed module; would never end
      if (stage.lazy && !waiting_[reader].contains(position_.stream)) continue;
      agenda_[stage.rule].events.push_back({reader, shared, position_});
    }
  }
  if (!ir_rule.is_event) decided_.push_back({rule, std::move(match)});
}

void SequenceMatcher::GiveOut() {
  if (decided_.empty()) return;
  std::stable_sort(decided_.begin(), decided_.end(), [this](const DecidedMatch& a, const DecidedMatch& b) {
    if (a.match.place.line != b.match.place.line) return a.match.place.line < b.match.place.line;
    return plan_.module().rules[a.rule].name < plan_.module().rules[b.rule].name;
  });
  std::vector<DecidedMatch> decided = std::move(decided_);
  decided_.clear();
  for (DecidedMatch& found : decided) decided_callback_(found.rule, std::move(found.match));
}

// The source is over: what waits for a stage is dropped, what waits for absence has it, unless there was more
// to read.
void SequenceMatcher::Finish(ir::RuleId rule, bool broken_off) {
  RuleState& state = rules_[rule];
  const RulePlan& plan = plan_.rules()[rule];
  while (!state.pending.empty()) {
    Instance* instance = state.pending.begin()->second.get();
    const Stream& stream = streams_[instance->stream];
    position_ = {records_ + 1, instance->stream, stream.line + 1, stream.records + 1, stream.time};
    if (instance->next < plan.positive.size()) {
      Remove(instance);
      continue;
    }
    if (broken_off) {
      ++counts_[rule].undecided;
      Remove(instance);
      continue;
    }
    bool refuted = false;
    for (std::uint32_t absence : plan.absences) {
      const StagePlan& stage = plan_.stages()[plan.first_stage + absence];
      for (const Match& match : state.refuted[absence]) {
        frame_ = instance->match.slots;
        for (ir::SlotId slot : stage.stage->stores) frame_[slot] = match.slots[slot];
        if (evaluator_->Call(stage.stage->join, frame_.data(), &instance->match.record, &temporary_)
                .is_true()) {
          refuted = true;
          break;
        }
      }
      if (refuted) break;
    }
    if (refuted) {
      Remove(instance);
    } else {
      Decide(rule, std::move(Detach(instance)->match));
    }
  }
}

void SequenceMatcher::EndSource(bool broken_off) {
  // The end stands behind the last record of every stream.
  temporary_.Reset();
  record_ = nullptr;
  for (ir::RuleId rule = 0; rule < rules_.size(); ++rule) {
    if (const auto it = agenda_.find(rule); it != agenda_.end()) {
      auto node = agenda_.extract(it);
      DoRule(rule, &node.mapped());
    }
    Finish(rule, broken_off);
  }
  agenda_.clear();
  GiveOut();
  streams_.clear();
}

}  // namespace faultline::runtime
