// What is done once all positive stages of a match are there: what the engine fills, conditions, joins. See
// match_operator.h.
#include "runtime/correlate/match_operator.h"
#include "runtime/novelty/shapes.h"

namespace faultline::runtime {

// ---------------------------------------------------------------- what is provided

void MatchOperator::Provide(std::uint32_t index, const Event& event, std::vector<Value>* slots, Arena* arena,
                            Instance* held) {
  if (event.stage->count_slot != ir::kNone && event.found != nullptr && event.stage->count > 1 &&
      event.stage->count_slot < event.found->slots.size()) {
    (*slots)[event.stage->count_slot] = event.found->slots[event.stage->count_slot];
  }
  for (std::uint32_t i = 0; i < rule_.provided.size(); ++i) {
    const ir::Provided& provided = rule_.provided[i];
    if (provided.stage != index) continue;
    switch (provided.kind) {
      case ir::ProvidedKind::kContext:  // in every frame from its begin on
      case ir::ProvidedKind::kElapsed:  // ProvideLast
        break;
      case ir::ProvidedKind::kCollected:
        if (event.found == nullptr || provided.slot >= event.found->slots.size()) break;
        (*slots)[provided.slot] = arena->DeepCopy(event.found->slots[provided.slot]);
        break;
      case ir::ProvidedKind::kNovel:
        if (services_->shapes() == nullptr) break;
        (*slots)[provided.slot] = Value::Bool(services_->shapes()->IsNovel(event.context().text));
        break;
      case ir::ProvidedKind::kScopeInstance: {
        const auto scope = services_->ScopeOf(provided.scope, event);
        (*slots)[provided.slot] = scope == nullptr ? Value::Missing() : Value::Int(scope->number);
        break;
      }
      case ir::ProvidedKind::kScopeField: {
        auto scope = services_->ScopeOf(provided.scope, event);
        if (scope == nullptr) break;
        (*slots)[provided.slot] = arena->DeepCopy(scope->slots[provided.field]);
        if (provided.at_close && held != nullptr) held->held.emplace_back(i, std::move(scope));
        break;
      }
    }
  }
}

void MatchOperator::ProvideLast(Match* match, const Instance* instance) {
  if (instance != nullptr) {
    for (const auto& [i, scope] : instance->held) {
      const ir::Provided& provided = rule_.provided[i];
      match->slots[provided.slot] = match->arena->DeepCopy(scope->slots[provided.field]);
    }
  }
  for (const ir::Provided& provided : rule_.provided) {
    if (provided.kind != ir::ProvidedKind::kElapsed) continue;
    const Value& now = services_->position().time;
    if (now.kind != ValueKind::kTime || match->time.kind != ValueKind::kTime) continue;
    match->slots[provided.slot] =
        Value::Integer(ValueKind::kDuration, SaturatingAdd(now.integer, -match->time.integer));
  }
}

// ---------------------------------------------------------------- steps and joins

Value MatchOperator::KeyOf(const Instance& instance) {
  return instance.key == kNoKey ? Value::Missing() : services_->keys(rule_id_).ValueOf(instance.key);
}

// Steps [begin, end). False: a condition does not hold. `stopped`: the step that was not done, since it waits
// (only with an instance), or `end`.
bool MatchOperator::DoSteps(Match* match, const Point& last, const Value& key, std::uint32_t begin,
                            std::uint32_t end, Instance* instance, std::uint32_t* stopped) {
  StageEvaluator* evaluator = services_->evaluator();
  for (std::uint32_t i = begin; i < end; ++i) {
    const ir::Step& step = rule_.steps[i];
    switch (step.kind) {
      case ir::StepKind::kRun:
        evaluator->Call(step.function, match->slots.data(), &match->record, match->arena.get());
        break;
      case ir::StepKind::kCondition:
        if (!evaluator->Call(step.function, match->slots.data(), &match->record, services_->temporary())
                 .is_true()) {
          if (traced()) TellCondition(step.function, *match, instance);
          return false;
        }
        break;
      case ir::StepKind::kJoin:
        if (joins_[step.index] == nullptr) break;
        if (stage(step.index).kind == ir::StageKind::kLatest) {
          const bool found = LookUpLatest(step.index, match, last, key);
          if (traced()) TellFound(why::Happened::kJoined, *match, instance, step.index, Value::Bool(found));
        } else if (instance != nullptr && !LookUpNext(step.index, instance)) {
          *stopped = i;
          return true;
        }
        break;
      case ir::StepKind::kGraph: {
        const ir::GraphQuery& query = rule_.graph_queries[step.index];
        Operator* graph = services_->operator_of(query.graph);
        if (graph == nullptr) break;
        const auto node = [&](ir::FunctionId function) {
          if (function == ir::kNone) return Value::Missing();
          return evaluator->Call(function, match->slots.data(), &match->record, services_->temporary());
        };
        match->slots[query.slot] =
            graph->Ask(query, node(query.from), node(query.to), *match, match->arena.get());
        if (traced()) {
          TellFound(why::Happened::kAsked, *match, instance, step.index, match->slots[query.slot]);
        }
        break;
      }
    }
  }
  *stopped = end;
  return true;
}

bool MatchOperator::TrySteps(Match* match, const Point& last, const Value& key, bool all) {
  std::uint32_t stopped = 0;
  const std::uint32_t end = all ? static_cast<std::uint32_t>(rule_.steps.size()) : early_steps_;
  return DoSteps(match, last, key, 0, end, nullptr, &stopped);
}

// Tries what an as-of join found; its slots stay if the condition holds, else they are missing.
bool MatchOperator::TakeJoined(std::uint32_t index, Match* match, const std::vector<Value>& stored,
                               const std::vector<Evidence>& evidence) {
  const ir::Stage& from = stage(index);
  const std::vector<ir::SlotId>& stores = stores_of(index);
  frame_ = match->slots;
  for (std::size_t i = 0; i < stores.size(); ++i) frame_[stores[i]] = stored[i];
  if (from.join != ir::kNone && !services_->evaluator()
                                     ->Call(from.join, frame_.data(), &match->record, services_->temporary())
                                     .is_true()) {
    return false;
  }
  for (std::size_t i = 0; i < stores.size(); ++i) {
    match->slots[stores[i]] = match->arena->DeepCopy(stored[i]);
  }
  // It is shown, but the match does not cover it.
  for (const Evidence& line : evidence) {
    if (match->evidence.size() < kMaxEvidence) match->evidence.push_back(line);
  }
  return true;
}

bool MatchOperator::LookUpLatest(std::uint32_t index, Match* match, const Point& last, const Value& key) {
  JoinIndex& join = *joins_[index];
  JoinIndex::Bucket* bucket = join.BucketFor(match->slots.data(), &match->record, last, key);
  if (bucket == nullptr) return false;
  bool found = false;
  for (auto it = bucket->entries.rbegin(); it != bucket->entries.rend() && !found; ++it) {
    found = ComesAfter(last, it->point, 0) && TakeJoined(index, match, it->stored, it->evidence);
  }
  join.Tidy(bucket);
  return found;
}

// True: it is known what `next` gives. False: the instance waits for it.
bool MatchOperator::LookUpNext(std::uint32_t index, Instance* instance) {
  JoinIndex& join = *joins_[index];
  const ir::Stage& from = stage(index);
  const ir::Window window = WaitWindow(from);
  JoinIndex::Bucket* bucket = join.BucketFor(instance->match.slots.data(), &instance->match.record,
                                             instance->last(), KeyOf(*instance));
  if (bucket == nullptr) return true;
  for (const JoinIndex::Entry& entry : bucket->entries) {
    if (!ComesAfter(entry.point, instance->last(), 0)) continue;
    Event event;
    event.stage = &from;
    event.position = entry.point.position;
    event.extent = entry.point.extent;
    event.time = entry.point.time;
    if (Inside(window, instance->last(), event, instance->match) &&
        TakeJoined(index, &instance->match, entry.stored, entry.evidence)) {
      return true;
    }
  }
  Timer timer;
  const bool wide = keyed_ || from.reach == ir::Reach::kRun;
  if (!WindowTimer(window, instance->last(), instance->match, &timer, wide)) {
    join.Tidy(bucket);
    return true;
  }
  // The window may be over already, while an absence was waited for: then the timer fires at once.
  timer.number = instance->number;
  timer.what = index;
  services_->SetTimer(timer);
  if (traced()) Tell(why::Happened::kWaits, *instance, index, nullptr, &timer);
  instance->timers.push_back(timer);
  instance->next_join = index;
  instance->next_bucket = bucket;
  bucket->waiting.emplace(instance->number, instance->number);
  return false;
}

// The instance does not wait for a `next` any more.
void MatchOperator::EndNext(Instance* instance) {
  if (instance->next_join == kNoStage) return;
  const std::uint32_t index = instance->next_join;
  instance->next_join = kNoStage;
  for (std::size_t i = 0; i < instance->timers.size(); ++i) {
    if (instance->timers[i].what != index) continue;
    services_->CancelTimer(instance->timers[i]);
    instance->timers.erase(instance->timers.begin() + static_cast<std::ptrdiff_t>(i));
    break;
  }
  instance->next_bucket->waiting.erase(instance->number);
  joins_[index]->Tidy(instance->next_bucket);
  instance->next_bucket = nullptr;
}

// Events of `next` are kept while a match may still ask for them.
void MatchOperator::NeedNext(int change, const Instance& instance) {
  if (nexts_.empty()) return;
  for (std::uint32_t index : nexts_) Register(index, instance.match.position.stream, change > 0);
  if (change > 0) {
    ++next_needed_;
  } else if (--next_needed_ == 0) {
    for (std::uint32_t index : nexts_) joins_[index]->Clear();
  }
}

void MatchOperator::OnJoin(const Event& event) {
  JoinIndex& join = *joins_[event.index];
  if (event.stage->kind == ir::StageKind::kLatest) {
    if (JoinIndex::Bucket* bucket = join.BucketOf(event)) {
      join.Add(bucket, event, event.stage->join == ir::kNone && whole_ == 0 && rule_.skew == 0 && records_);
    }
    return;
  }
  if (next_needed_ == 0) return;
  JoinIndex::Bucket* bucket = join.BucketOf(event);
  if (bucket == nullptr) return;
  std::vector<std::uint64_t> waiting;
  for (const auto& [number, same] : bucket->waiting) waiting.push_back(number);
  join.Add(bucket, event, false);
  const ir::Window window = WaitWindow(*event.stage);
  const std::vector<Value> stored(event.stored, event.stored + event.stores.size());
  const std::vector<Evidence> evidence = services_->FirstLineOf(event);
  for (std::uint64_t number : waiting) {
    Instance* instance = Find(number);
    if (instance == nullptr || !ComesAfter(PointOf(event), instance->last(), 0) ||
        !Inside(window, instance->last(), event, instance->match) ||
        !TakeJoined(event.index, &instance->match, stored, evidence)) {
      continue;
    }
    if (traced()) Tell(why::Happened::kJoined, *instance, event.index, &event);
    EndNext(instance);
    ++instance->step;
    Advance(instance);
  }
}

}  // namespace faultline::runtime
