// Matches that wait and are decided: see match_operator.h. Absences are in absence.cpp, steps and
// joins in match_steps.cpp.
#include "runtime/correlate/match_operator.h"

#include <algorithm>

namespace faultline::runtime {
namespace {

// Whether the function reads one of the slots.
bool Reads(const ir::Module& module, ir::FunctionId function, const std::vector<ir::SlotId>& slots) {
  if (function == ir::kNone || function >= module.functions.size()) return false;
  for (const ir::Instruction& instruction : module.functions[function].instructions) {
    if (instruction.kind == ir::InstructionKind::kSlot &&
        std::find(slots.begin(), slots.end(), instruction.index) != slots.end()) {
      return true;
    }
  }
  return false;
}

bool IsOverStream(Clock clock) {
  return clock == Clock::kLines || clock == Clock::kRecords || clock == Clock::kTime;
}

}  // namespace

MatchOperator::MatchOperator(Services* services, ir::RuleId rule)
    : services_(services),
      rule_id_(rule),
      rule_(services->rule(rule)),
      plan_(services->plan().rules()[rule]) {
  const std::size_t stages = rule_.stages.size();
  ordinal_.assign(stages, kNoStage);
  for (std::uint32_t i = 0; i < plan_.positive.size(); ++i) ordinal_[plan_.positive[i]] = i;
  joins_.resize(stages);
  repetitions_.resize(stages);
  recents_.resize(stages);
  waiting_.resize(stages);
  memories_.resize(stages);
  Classify();
}

void MatchOperator::Classify() {
  const ir::Module& module = services_->module();
  bool until = false;
  const bool set = rule_.shape == ir::RuleShape::kAll || rule_.shape == ir::RuleShape::kAny;
  looks_back_.assign(rule_.stages.size(), false);
  absence_.assign(rule_.stages.size(), Absence::kNone);
  for (std::uint32_t s = 0; s < rule_.stages.size(); ++s) {
    const ir::Stage& stage = rule_.stages[s];
    keyed_ = keyed_ || stage.key != ir::kNone;
    every_ = every_ || stage.every;
    if (stage.count > 1) repetitions_[s] = std::make_unique<Repetition>(services_, rule_id_, s);
    if (stage.kind == ir::StageKind::kLatest || stage.kind == ir::StageKind::kNext) {
      joins_[s] = std::make_unique<JoinIndex>(services_, rule_id_, s);
      if (stage.kind == ir::StageKind::kNext) nexts_.push_back(s);
    }
    until = until || stage.kind == ir::StageKind::kUntil;
    if (rule_.skew > 0 && stage.key != ir::kNone && stage.count == 1 &&
        (stage.kind == ir::StageKind::kThen || stage.kind == ir::StageKind::kWithout)) {
      recents_[s] = std::make_unique<RecentEvents>(services_, rule_id_, id_of(s));
    }
    if (stage.kind != ir::StageKind::kWithout) continue;
    absences_.push_back(s);
    const bool windowed = WaitWindow(stage).unit != ir::WindowUnit::kNoWindow;
    absence_[s] = set && stage.before != ir::kNone ? Absence::kBack
                  : stage.after != ir::kNone       ? Absence::kWatch
                  : stage.before != ir::kNone      ? Absence::kBack
                  : windowed                       ? Absence::kWatch
                                                   : Absence::kDomain;
    looks_back_[s] = absence_[s] == Absence::kBack || (set && stage.after != ir::kNone);
  }
  const auto name_scope = [&](ir::RuleId scope) {
    if (scope < module.rules.size() &&
        std::find(named_scopes_.begin(), named_scopes_.end(), scope) == named_scopes_.end()) {
      named_scopes_.push_back(scope);
    }
  };
  for (const ir::Provided& provided : rule_.provided) {
    if (provided.kind == ir::ProvidedKind::kScopeInstance) name_scope(provided.scope);
  }
  for (const ir::Stage& stage : rule_.stages) name_scope(stage.scope);
  name_scope(rule_.window.scope);
  // What is known only at the decision, and the steps that need it.
  std::vector<ir::SlotId> late;
  for (std::uint32_t i = 0; i < rule_.provided.size(); ++i) {
    const ir::Provided& provided = rule_.provided[i];
    const bool at_close = provided.kind == ir::ProvidedKind::kScopeField && provided.at_close;
    if (at_close) at_close_.push_back(i);
    if (at_close || provided.kind == ir::ProvidedKind::kElapsed) late.push_back(provided.slot);
  }
  early_steps_ = static_cast<std::uint32_t>(rule_.steps.size());
  for (std::uint32_t i = 0; i < rule_.steps.size(); ++i) {
    const ir::Step& step = rule_.steps[i];
    bool is_late = step.kind == ir::StepKind::kGraph;
    asks_graphs_ = asks_graphs_ || is_late;
    is_late = is_late || Reads(module, step.function, late);
    if (step.kind == ir::StepKind::kJoin && step.index < rule_.stages.size()) {
      const ir::Stage& stage = rule_.stages[step.index];
      is_late = is_late || Reads(module, stage.join, late) || Reads(module, stage.index_other, late);
    }
    if (is_late) early_steps_ = std::min(early_steps_, i);
  }
  for (std::uint32_t index : plan_.positive) records_ = records_ && IsRecord(index);
  simple_ = absences_.empty() && nexts_.empty() && !until && at_close_.empty() && !asks_graphs_;
}

// ---------------------------------------------------------------- begin, wait, end

bool MatchOperator::FindPartition(const Event& event, Partition* partition) {
  if (!keyed_) {
    *partition = event.position.stream;
    return true;
  }
  *partition = services_->keys(rule_id_).Find(event.key);
  return *partition != kNoKey;
}

std::unique_ptr<MatchOperator::Instance> MatchOperator::Begin(const Event& event) {
  auto instance = std::make_unique<Instance>();
  if (keyed_) {
    instance->key = services_->keys(rule_id_).Hold(event.key);
    instance->partition = instance->key;
  } else {
    instance->partition = event.position.stream;
  }
  services_->BlankFrame(rule_id_, &instance->match.slots);
  return instance;
}

void MatchOperator::Add(Instance* instance, const Event& event) {
  const bool first = instance->at.empty();
  services_->Take(&instance->match, event, rule_id_, first);
  if (event.stage->count_slot != ir::kNone && event.stage->count <= 1) {
    instance->match.slots[event.stage->count_slot] = Value::Int(1);
  }
  Provide(event.index, event, &instance->match.slots, instance->match.arena.get(), instance);
  instance->at.push_back(PointOf(event));
  instance->latest = static_cast<std::uint32_t>(instance->at.size() - 1);
  if (instance->number == 0) return;
  instance->match.bytes = CostOf(instance->match);
  services_->Resize(instance->number, instance->match.bytes);
  if (traced()) Tell(why::Happened::kTook, *instance, event.index, &event);
}

void MatchOperator::DecideAtOnce(const Event& event) {
  Match match;
  services_->BlankFrame(rule_id_, &match.slots);
  services_->Take(&match, event, rule_id_, true);
  Provide(event.index, event, &match.slots, match.arena.get(), nullptr);
  DecideAtOnce(std::move(match), PointOf(event), event.key);
}

void MatchOperator::DecideAtOnce(Match match, const Point& last, const Value& key) {
  ProvideLast(&match, nullptr);
  std::uint32_t stopped = 0;
  const std::uint32_t steps = static_cast<std::uint32_t>(rule_.steps.size());
  if (!DoSteps(&match, last, key, 0, steps, nullptr, &stopped)) return;
  services_->Decide(rule_id_, std::move(match));
}

bool MatchOperator::Enter(std::unique_ptr<Instance> owned) {
  Instance* instance = owned.get();
  instance->match.bytes = CostOf(instance->match);
  instance->number = services_->Admit(rule_id_, instance->match.bytes);
  instances_.emplace(instance->number, std::move(owned));
  if (traced()) Tell(why::Happened::kBegan, *instance, plan_.positive[instance->latest]);
  return true;
}

MatchOperator::Instance* MatchOperator::Find(std::uint64_t number) {
  const auto it = instances_.find(number);
  return it == instances_.end() ? nullptr : it->second.get();
}

std::map<std::uint64_t, MatchOperator::Instance*>* MatchOperator::WaitingFor(std::uint32_t stage,
                                                                             std::uint64_t bucket) {
  const auto it = waiting_[stage].find(bucket);
  return it == waiting_[stage].end() ? nullptr : &it->second;
}

// Lazy stages are looked at only where somebody waits for them.
void MatchOperator::Register(std::uint32_t index, std::uint32_t stream, bool add) {
  if (!services_->plan().stages()[id_of(index)].lazy) return;
  const bool wide = keyed_ || stage(index).reach != ir::Reach::kStream;
  const std::uint32_t where = wide ? Services::kAnyStream : stream;
  if (add) {
    services_->AddWaiter(id_of(index), where);
  } else {
    services_->RemoveWaiter(id_of(index), where);
  }
}

std::shared_ptr<ScopeInstance> MatchOperator::ScopeIn(const Match& match, ir::RuleId scope) const {
  for (const std::shared_ptr<ScopeInstance>& instance : match.scopes) {
    if (instance->scope == scope) return instance;
  }
  return nullptr;
}

bool MatchOperator::WindowTimer(const ir::Window& window, const Point& from, const Match& match, Timer* timer,
                                bool wide) {
  timer->rule = rule_id_;
  timer->stream = from.position.stream;
  timer->clock = wide ? Clock::kRun : Clock::kSource;
  switch (window.unit) {
    case ir::WindowUnit::kNoWindow:
      break;
    case ir::WindowUnit::kLines:
      timer->clock = Clock::kLines;
      timer->end = SaturatingAdd(from.extent.last_line, window.amount);
      break;
    case ir::WindowUnit::kRecords:
      timer->clock = Clock::kRecords;
      timer->end = SaturatingAdd(from.extent.last_record, window.amount);
      break;
    case ir::WindowUnit::kTime:
      if (!from.timed()) {
        ++services_->counts(rule_id_).no_time;
        return false;
      }
      timer->clock = wide ? Clock::kRunTime : Clock::kTime;
      timer->end = SaturatingAdd(SaturatingAdd(from.time.integer, window.amount), rule_.skew);
      break;
    case ir::WindowUnit::kScope: {
      if (window.scope == ir::kRunScope || window.scope == ir::kSourceScope) {
        timer->clock = window.scope == ir::kRunScope ? Clock::kRun : Clock::kSource;
        break;
      }
      const std::shared_ptr<ScopeInstance> instance = ScopeIn(match, window.scope);
      if (instance == nullptr) return false;
      timer->clock = Clock::kScope;
      timer->of = instance->number;
      timer->over = instance->ended;
      break;
    }
  }
  if (IsOverStream(timer->clock)) timer->of = from.position.stream;
  if (timer->clock == Clock::kSource) timer->of = from.position.input;
  return true;
}

bool MatchOperator::WaitFor(Instance* instance, std::uint32_t index, const ir::Window& window,
                            const Point& from) {
  Wait wait;
  wait.stage = index;
  wait.bucket = instance->partition;
  wait.timed = true;
  if (!WindowTimer(window, from, instance->match, &wait.timer, keyed_)) {
    if (traced()) Tell(why::Happened::kUntold, *instance, index);
    return false;
  }
  wait.timer.number = instance->number;
  wait.timer.what = index;
  services_->SetTimer(wait.timer);
  waiting_[index][wait.bucket].emplace(instance->number, instance);
  Register(index, from.position.stream, true);
  instance->waits.push_back(wait);
  if (traced()) Tell(why::Happened::kWaits, *instance, index, nullptr, &wait.timer);
  return true;
}

void MatchOperator::Unwait(Instance* instance, std::uint32_t index) {
  for (std::size_t i = 0; i < instance->waits.size(); ++i) {
    if (instance->waits[i].stage != index) continue;
    const Wait wait = instance->waits[i];
    instance->waits.erase(instance->waits.begin() + static_cast<std::ptrdiff_t>(i));
    const auto bucket = waiting_[index].find(wait.bucket);
    bucket->second.erase(instance->number);
    if (bucket->second.empty()) waiting_[index].erase(bucket);
    if (wait.timed) services_->CancelTimer(wait.timer);
    Register(index, wait.timer.stream, false);
    return;
  }
}

bool MatchOperator::WaitWhole(Instance* instance) {
  if (rule_.window.unit == ir::WindowUnit::kNoWindow) return true;
  Timer timer;
  if (!WindowTimer(rule_.window, instance->at.front(), instance->match, &timer, keyed_)) {
    if (traced()) Tell(why::Happened::kUntold, *instance);
    return false;
  }
  timer.number = instance->number;
  timer.what = kWholeWindow;
  services_->SetTimer(timer);
  instance->timers.push_back(timer);
  return true;
}

std::unique_ptr<MatchOperator::Instance> MatchOperator::Detach(Instance* instance) {
  while (!instance->waits.empty()) Unwait(instance, instance->waits.back().stage);
  for (const Timer& timer : instance->timers) services_->CancelTimer(timer);
  EndNext(instance);
  if (instance->whole) {
    --whole_;
    NeedNext(-1, *instance);
  }
  services_->Release(instance->number);
  if (instance->key != kNoKey) services_->keys(rule_id_).Release(instance->key);
  auto node = instances_.extract(instance->number);
  return std::move(node.mapped());
}

void MatchOperator::Remove(Instance* instance) {
  Detach(instance);
}

void MatchOperator::OnEvict(std::uint64_t number) {
  if (Instance* instance = Find(number)) {
    Remove(instance);
    return;
  }
  for (const auto& repetition : repetitions_) {
    if (repetition != nullptr && repetition->Has(number)) {
      repetition->Drop(number);
      return;
    }
  }
  Forget(number);
}

void MatchOperator::OnFeed(const Event&) {}
void MatchOperator::OnUntil(const Event&) {}

void MatchOperator::OnStage(const Event& event) {
  Repetition::Row row;
  Event repeated;
  const Event* whole = Repeat(event, &row, &repeated);
  if (whole == nullptr) return;
  switch (event.stage->kind) {
    case ir::StageKind::kMatch:
    case ir::StageKind::kThen:
    case ir::StageKind::kPart:
    case ir::StageKind::kEntry:
      OnPositive(*whole);
      return;
    case ir::StageKind::kFeed:
      OnFeed(*whole);
      return;
    case ir::StageKind::kWithout:
      OnAbsence(*whole);
      return;
    case ir::StageKind::kUntil:
      OnUntil(*whole);
      return;
    case ir::StageKind::kLatest:
    case ir::StageKind::kNext:
      OnJoin(*whole);
      return;
    case ir::StageKind::kEnter:
    case ir::StageKind::kPause:
    case ir::StageKind::kClose:
    case ir::StageKind::kEdge:
      return;  // of scopes and graphs, which are no matches
  }
}

void MatchOperator::OnTimer(std::uint64_t number, std::uint32_t what) {
  if ((number & kMemory) != 0) {
    Forget(number & ~kMemory);
    return;
  }
  Instance* instance = Find(number);
  if (instance == nullptr) {
    if (what < repetitions_.size() && repetitions_[what] != nullptr) repetitions_[what]->Drop(number);
    return;
  }
  if (what == kScopeOver) {
    Advance(instance);
  } else if (what == kGraphOver) {
    instance->graphs_over = true;
    Advance(instance);
  } else if (what == kWholeWindow) {
    if (instance->whole) return;
    if (traced()) TellOver(*instance, what);
    Remove(instance);
  } else if (IsAbsence(what)) {
    CloseAbsence(instance, what);
  } else if (stage(what).kind == ir::StageKind::kNext) {
    if (traced()) Tell(why::Happened::kJoined, *instance, what);
    EndNext(instance);
    ++instance->step;
    Advance(instance);
  } else if (stage(what).kind != ir::StageKind::kUntil) {
    if (traced()) TellOver(*instance, what);
    Remove(instance);
  } else {
    Unwait(instance, what);
  }
}

void MatchOperator::OnEndOfRun() {
  for (const auto& recent : recents_) {
    if (recent != nullptr) recent->Clear();
  }
}

void MatchOperator::OnEndOfSource(std::uint32_t input) {
  for (const auto& join : joins_) {
    if (join != nullptr) join->EndOfSource(input);
  }
  if (!keyed_) decided_until_.clear();
}

// ---------------------------------------------------------------- what fits

bool MatchOperator::Inside(const ir::Window& window, const Point& from, const Event& event,
                           const Match& match) const {
  switch (window.unit) {
    case ir::WindowUnit::kNoWindow:
      return true;
    case ir::WindowUnit::kLines:
      return event.position.stream == from.position.stream &&
             event.extent.first_line > from.extent.last_line &&
             event.extent.first_line - from.extent.last_line <= window.amount;
    case ir::WindowUnit::kRecords:
      return event.position.stream == from.position.stream &&
             event.extent.first_record > from.extent.last_record &&
             event.extent.first_record - from.extent.last_record <= window.amount;
    case ir::WindowUnit::kTime:
      return from.timed() && event.time.kind == ValueKind::kTime &&
             event.time.integer <= SaturatingAdd(from.time.integer, window.amount);
    case ir::WindowUnit::kScope: {
      if (window.scope == ir::kRunScope) return true;
      if (window.scope == ir::kSourceScope) return event.position.input == match.begin.input;
      const std::shared_ptr<ScopeInstance> mine = ScopeIn(match, window.scope);
      return mine != nullptr && mine == services_->ScopeOf(window.scope, event);
    }
  }
  return false;
}

bool MatchOperator::Joins(const Match& match, const Event& event) {
  if (event.stage->join == ir::kNone) return true;
  frame_ = match.slots;
  for (std::size_t i = 0; i < event.stores.size(); ++i) {
    frame_[event.stores[i]] = event.stored[i];
  }
  if (!rule_.provided.empty()) Provide(event.index, event, &frame_, services_->temporary(), nullptr);
  return services_->evaluator()
      ->Call(event.stage->join, frame_.data(), &event.context(), services_->temporary())
      .is_true();
}

const Event* MatchOperator::Repeat(const Event& event, Repetition::Row* row, Event* storage) {
  Repetition* repetition = repetitions_[event.index].get();
  if (repetition == nullptr) return event.fits ? &event : nullptr;
  Event member = event;
  std::uint64_t partition = event.position.stream;
  std::shared_ptr<ScopeInstance> scope;
  if (event.stage->window == ir::WindowUnit::kScope) {
    scope = services_->ScopeOf(event.stage->scope, event);
    if (scope != nullptr) partition = (1ULL << 32) + static_cast<std::uint64_t>(scope->number);
  }
  if (keyed_) {
    const std::int64_t instance = scope == nullptr ? 0 : scope->number;
    Value* parts = services_->temporary()->AllocateValues(3);
    parts[0] = event.key;
    parts[1] = Value::Int(instance);
    parts[2] = Value::Int(event.index);
    member.key = Value::Items(ValueKind::kList, parts, 3);
    partition = services_->keys(rule_id_).Hold(member.key);
  }
  const bool full = repetition->Take(member, partition, keyed_, row);
  if (keyed_) services_->keys(rule_id_).Release(partition);
  if (!full) return nullptr;
  *storage = event;
  storage->stored = row->stored.data();
  storage->found = &row->match;
  storage->extent = row->match.extent;
  if (event.stage->count_slot != ir::kNone) {
    row->match.slots[event.stage->count_slot] = Value::Int(row->count);
  }
  return storage;
}

// ---------------------------------------------------------------- from whole to decided

void MatchOperator::Complete(Instance* instance) {
  instance->whole = true;
  ++whole_;
  NeedNext(1, *instance);
  for (std::size_t i = 0; i < instance->timers.size(); ++i) {
    if (instance->timers[i].what != kWholeWindow) continue;
    services_->CancelTimer(instance->timers[i]);
    instance->timers.erase(instance->timers.begin() + static_cast<std::ptrdiff_t>(i));
    break;
  }
  if (traced()) Tell(why::Happened::kWhole, *instance);
  if (instance->vetoed) {
    if (traced()) Tell(why::Happened::kRefuted, *instance, absences_.front());
    Remove(instance);
    return;
  }
  for (std::uint32_t index : absences_) {
    if (!looks_back_[index] || stage(index).join == ir::kNone) continue;
    if (RefutedBefore(index, *instance)) {
      Remove(instance);
      return;
    }
  }
  Advance(instance);
}

Timer MatchOperator::ScopeTimer(const ScopeInstance& scope, std::uint64_t number, std::uint32_t what) const {
  Timer timer;
  timer.clock = Clock::kScope;
  timer.of = scope.number;
  timer.rule = rule_id_;
  timer.number = number;
  timer.what = what;
  timer.stream = scope.stream;
  timer.over = scope.ended;
  return timer;
}

// Whether the match waits for scopes to end or graphs to be built.
bool MatchOperator::Park(Instance* instance) {
  for (const auto& [i, scope] : instance->held) {
    if (scope->ended) continue;
    const Timer timer = ScopeTimer(*scope, instance->number, kScopeOver);
    services_->SetTimer(timer);
    if (traced()) Tell(why::Happened::kWaits, *instance, kNoStage, nullptr, &timer);
    instance->timers.push_back(timer);
    return true;  // of several scopes the next one is looked at when this one is over
  }
  if (!asks_graphs_ || instance->graphs_over) return false;
  Timer timer;
  timer.rule = rule_id_;
  timer.number = instance->number;
  timer.what = kGraphOver;
  timer.stream = instance->match.position.stream;
  timer.clock = Clock::kRun;
  for (const ir::GraphQuery& query : rule_.graph_queries) {
    const ir::Window& window = services_->rule(query.graph).window;
    if (window.unit != ir::WindowUnit::kScope || window.scope == ir::kRunScope) continue;
    if (window.scope == ir::kSourceScope) {
      timer.clock = Clock::kSource;
      timer.of = instance->match.begin.input;
    } else if (const auto scope = ScopeIn(instance->match, window.scope)) {
      timer.clock = Clock::kScope;
      timer.of = scope->number;
      timer.over = scope->ended;
    }
  }
  services_->SetTimer(timer);
  instance->timers.push_back(timer);
  return true;
}

// As far as it goes. The instance may be gone when this returns.
void MatchOperator::Advance(Instance* instance) {
  if (!instance->whole) return;
  const std::uint32_t steps = static_cast<std::uint32_t>(rule_.steps.size());
  if (instance->step < early_steps_ && instance->next_join == kNoStage) {
    if (!DoSteps(&instance->match, instance->last(), KeyOf(*instance), instance->step, early_steps_, instance,
                 &instance->step)) {
      Remove(instance);
      return;
    }
  }
  if (instance->step < early_steps_ || instance->open > 0) return;
  if (instance->step == early_steps_) {
    if (Park(instance)) return;
    ProvideLast(&instance->match, instance);
  }
  if (instance->step < steps && instance->next_join == kNoStage) {
    if (!DoSteps(&instance->match, instance->last(), KeyOf(*instance), instance->step, steps, instance,
                 &instance->step)) {
      Remove(instance);
      return;
    }
  }
  if (instance->step < steps) return;
  if (traced()) Tell(why::Happened::kDecided, *instance);
  Match match = std::move(Detach(instance)->match);
  services_->Decide(rule_id_, std::move(match));
}

}  // namespace faultline::runtime
