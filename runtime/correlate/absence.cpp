// `without`: what refutes a match, what is remembered for that, and when an absence is decided. See
// match_operator.h for the three forms.
#include "runtime/correlate/match_operator.h"

#include <algorithm>

namespace faultline::runtime {
namespace {

constexpr std::uint64_t kMemoryBytes = 256;
constexpr std::size_t kPlainEvents = 64;  // remembered of an absence whose condition asks nothing of them

}  // namespace

// The positive stage (among positive ones) behind which a watch begins.
std::uint32_t MatchOperator::WatchBegin(std::uint32_t index) const {
  const ir::Stage& from = stage(index);
  if (from.after != ir::kNone && ordinal_[from.after] != kNoStage) return ordinal_[from.after];
  return static_cast<std::uint32_t>(plan_.positive.size() - 1);
}

const Point& MatchOperator::WatchPoint(const Instance& instance, std::uint32_t index) const {
  return stage(index).after == ir::kNone ? instance.last() : instance.at[WatchBegin(index)];
}

// Of the scopes that the rule names the instance around the match that was entered last; null: none is.
std::shared_ptr<ScopeInstance> MatchOperator::NearestScope(const Match& match) const {
  std::shared_ptr<ScopeInstance> nearest;
  for (ir::RuleId scope : named_scopes_) {
    std::shared_ptr<ScopeInstance> instance = ScopeIn(match, scope);
    if (instance != nullptr && (nearest == nullptr || instance->number > nearest->number)) {
      nearest = std::move(instance);
    }
  }
  return nearest;
}

Timer MatchOperator::DomainOf(std::uint32_t index, const Position& position,
                              const std::shared_ptr<ScopeInstance>& scope, std::uint64_t key,
                              std::uint64_t* bucket) const {
  Timer timer;
  timer.rule = rule_id_;
  timer.what = index;
  timer.stream = position.stream;
  if (scope != nullptr) {
    timer.clock = Clock::kScope;
    timer.of = scope->number;
    timer.over = scope->ended;
  } else if (!keyed_) {
    timer.clock = Clock::kSource;
    timer.of = position.input;
  }
  const std::int64_t domain = scope != nullptr ? scope->number : keyed_ ? 0 : position.stream;
  // Keys and domains are below 2^32 and 2^31 in any run that fits its bounds; a domain of its own for each.
  *bucket = static_cast<std::uint64_t>(timer.clock == Clock::kScope) << 63 |
            (static_cast<std::uint64_t>(domain) & 0x7fffffff) << 32 | (key & 0xffffffff);
  return timer;
}

bool MatchOperator::PassStage(Instance* instance, std::uint32_t passed) {
  for (std::uint32_t index : absences_) {
    const ir::Stage& from = stage(index);
    switch (absence_[index]) {
      case Absence::kNone:
        break;
      case Absence::kWatch:
        if (from.before != ir::kNone && ordinal_[from.before] == passed) {
          for (const Wait& wait : instance->waits) {
            if (wait.stage != index) continue;
            Unwait(instance, index);
            --instance->open;
            break;
          }
          const auto refutes = [&](const std::pair<std::uint32_t, Point>& veto) {
            return veto.first == index && ComesAfter(instance->at[passed], veto.second, rule_.skew);
          };
          const auto veto = std::find_if(instance->vetoes.begin(), instance->vetoes.end(), refutes);
          if (veto == instance->vetoes.end()) break;
          if (traced()) TellRemembered(*instance, index, veto->second);
          if (!every_ || passed + 1 == plan_.positive.size()) {
            Remove(instance);
            return false;
          }
          instance->vetoed = true;
        } else if (WatchBegin(index) == passed && (from.after == ir::kNone || IsThere(*instance, passed))) {
          const Point& after = WatchPoint(*instance, index);
          if (looks_back_[index] && from.join == ir::kNone && RefutedBefore(index, *instance)) {
            Remove(instance);
            return false;
          }
          if (!WaitFor(instance, index, WaitWindow(from), after)) {
            Remove(instance);
            return false;
          }
          ++instance->open;
          Event recent;
          const auto refutes = [&](const Event& event) { return IsRefutedBy(*instance, after, event); };
          if (FindRecent(*instance, index, refutes, &recent)) {
            const std::uint64_t number = instance->number;
            RefuteBy(instance, index, recent);
            if (Find(number) == nullptr) return false;
          }
        }
        break;
      case Absence::kBack:
        if (ordinal_[from.before] == passed && from.join == ir::kNone && RefutedBefore(index, *instance)) {
          if (every_ && passed + 1 < plan_.positive.size()) {
            instance->vetoed = true;
            break;
          }
          Remove(instance);
          return false;
        }
        break;
      case Absence::kDomain: {
        if (passed != 0) break;
        Wait wait;
        wait.stage = index;
        wait.timed = true;
        wait.timer = DomainOf(index, instance->match.begin, NearestScope(instance->match),
                              keyed_ ? instance->key : 0, &wait.bucket);
        wait.timer.number = instance->number;
        const auto memory = memories_[index].find(wait.bucket);
        if (from.join == ir::kNone && memory != memories_[index].end() && memory->second.any) {
          if (traced()) Tell(why::Happened::kRefuted, *instance, index);
          Remove(instance);
          return false;
        }
        services_->SetTimer(wait.timer);
        if (traced()) Tell(why::Happened::kWaits, *instance, index, nullptr, &wait.timer);
        waiting_[index][wait.bucket].emplace(instance->number, instance);
        Register(index, wait.timer.stream, true);
        instance->waits.push_back(wait);
        ++instance->open;
        break;
      }
    }
  }
  return true;
}

void MatchOperator::OnAbsence(const Event& event) {
  if (!event.fits) return;
  const Point point = PointOf(event);
  if (!decided_until_.empty() && point.timed()) {
    const auto decided = decided_until_.find(keyed_ ? 0 : event.position.stream);
    if (decided != decided_until_.end() && point.time.integer <= decided->second) {
      ++services_->counts(rule_id_).late;
    }
  }
  Partition partition = 0;
  const bool known = FindPartition(event, &partition);
  if (looks_back_[event.index]) {
    Timer end;
    end.rule = rule_id_;
    end.stream = event.position.stream;
    end.clock = keyed_ ? Clock::kRun : Clock::kSource;
    end.of = keyed_ ? 0 : event.position.input;
    Partition of = event.position.stream;
    if (keyed_) of = services_->keys(rule_id_).Hold(event.key);
    Remember(event.index, event, of, end);
    if (keyed_) services_->keys(rule_id_).Release(of);
  }
  switch (absence_[event.index]) {
    case Absence::kNone:
    case Absence::kBack:
      return;
    case Absence::kWatch: {
      if (recents_[event.index] != nullptr) recents_[event.index]->Add(event);
      std::map<std::uint64_t, Instance*>* bucket = known ? WaitingFor(event.index, partition) : nullptr;
      if (bucket == nullptr) return;
      std::vector<Instance*> waiting;
      for (const auto& [number, instance] : *bucket) waiting.push_back(instance);
      for (Instance* instance : waiting) {
        if (!IsRefutedBy(*instance, WatchPoint(*instance, event.index), event)) {
          if (traced()) TellMiss(*instance, event, WaitWindow(*event.stage));
          continue;
        }
        RefuteBy(instance, event.index, event);
      }
      return;
    }
    case Absence::kDomain: {
      KeyId key = kNoKey;
      if (keyed_) key = services_->keys(rule_id_).Hold(event.key);
      // A match is judged in its nearest scope; one that stands in none, in all of the source or run.
      RefuteIn(event, nullptr, key);
      for (ir::RuleId scope : named_scopes_) {
        if (const auto instance = services_->ScopeOf(scope, event)) RefuteIn(event, instance, key);
      }
      if (key != kNoKey) services_->keys(rule_id_).Release(key);
      return;
    }
  }
}

// Remembers the event in a domain and refutes what waits there.
void MatchOperator::RefuteIn(const Event& event, const std::shared_ptr<ScopeInstance>& scope, KeyId key) {
  std::uint64_t bucket = 0;
  const Timer end = DomainOf(event.index, event.position, scope, key, &bucket);
  Remember(event.index, event, bucket, end);
  if (event.stage->join != ir::kNone) return;  // asked when the domain is over
  std::map<std::uint64_t, Instance*>* in_domain = WaitingFor(event.index, bucket);
  if (in_domain == nullptr) return;
  std::vector<Instance*> waiting;
  for (const auto& [number, instance] : *in_domain) waiting.push_back(instance);
  for (Instance* instance : waiting) Refute(instance, event.index, !instance->whole, &event);
}

// Whether the event of a watch stands behind the point from which it counts, inside its window.
bool MatchOperator::IsRefutedBy(const Instance& instance, const Point& after, const Event& event) {
  return ComesAfter(PointOf(event), after, rule_.skew) &&
         Inside(WaitWindow(*event.stage), after, event, instance.match) && Joins(instance.match, event);
}

// In a rule with `every` a chain that is refuted between its stages stays what later stages are joined with:
// there is no second try.
void MatchOperator::Refute(Instance* instance, std::uint32_t index, bool between, const Event* event) {
  if (every_ && between) {
    instance->vetoed = true;
    Unwait(instance, index);
    --instance->open;
    return;
  }
  if (traced()) Tell(why::Happened::kRefuted, *instance, index, event);
  Remove(instance);
}

// Whether an event of the stage is always one record, decided by itself.
bool MatchOperator::IsRecord(std::uint32_t index) const {
  const ir::Stage* from = &stage(index);
  if (services_->plan().stages()[id_of(index)].reads_block) return false;
  // Rules read earlier ones only.
  while (from->count == 1 && from->input == ir::StageInput::kRule) {
    const ir::Rule& read = services_->rule(from->rule);
    if (read.shape != ir::RuleShape::kSequence || read.stages.size() != 1 || !read.provided.empty())
      return false;
    if (services_->plan().stages()[services_->plan().rules()[from->rule].first_stage].reads_block)
      return false;
    from = &read.stages[0];
  }
  return from->count == 1;
}

// An event of a watch has come. Of a `between` it is known only with the second stage whether it comes before
// that, since what that stage takes may have begun earlier, and between sources equal times are neither
// before nor after.
void MatchOperator::RefuteBy(Instance* instance, std::uint32_t index, const Event& event) {
  const std::uint32_t before = stage(index).before;
  const bool sources = keyed_ && services_->plan().side_by_side();
  if (before == ir::kNone || (!sources && IsRecord(before))) {
    Refute(instance, index, !instance->whole, &event);
    return;
  }
  const Point point = PointOf(event);
  for (const auto& [other, veto] : instance->vetoes) {
    if (other != index) continue;
    const bool earlier = veto.timed() && point.timed() && veto.time.integer < point.time.integer;
    if (earlier || veto.position.input == point.position.input) return;
  }
  instance->vetoes.emplace_back(index, point);
}

// The window of an absence is over.
void MatchOperator::CloseAbsence(Instance* instance, std::uint32_t index) {
  Timer timer;
  std::uint64_t bucket = 0;
  for (const Wait& wait : instance->waits) {
    if (wait.stage != index) continue;
    timer = wait.timer;
    bucket = wait.bucket;
  }
  if (services_->interrupted()) {
    ++services_->counts(rule_id_).undecided;
    if (traced()) Tell(why::Happened::kUndecided, *instance, index);
    Remove(instance);
    return;
  }
  if (absence_[index] == Absence::kDomain && Remembers(index, bucket, *instance, nullptr, nullptr)) {
    Remove(instance);
    return;
  }
  if (timer.clock == Clock::kTime || timer.clock == Clock::kRunTime) {
    std::int64_t& until = decided_until_.try_emplace(keyed_ ? 0 : timer.stream, timer.end).first->second;
    until = std::max(until, timer.end);
  }
  if (traced()) Tell(why::Happened::kHolds, *instance, index);
  Unwait(instance, index);
  --instance->open;
  Advance(instance);
}

// ---------------------------------------------------------------- what is remembered

void MatchOperator::Remember(std::uint32_t index, const Event& event, std::uint64_t bucket,
                             const Timer& end) {
  const ir::Stage& from = stage(index);
  auto [it, added] = memories_[index].try_emplace(bucket);
  Memory& memory = it->second;
  if (added) {
    memory.number = services_->Admit(rule_id_, kMemoryBytes);
    memory.bytes = kMemoryBytes;
    memory.stage = index;
    memory.bucket = bucket;
    if (keyed_) memory.key = services_->keys(rule_id_).Hold(event.key);
    memory.timer = end;
    memory.timer.number = kMemory | memory.number;
    memory.timer.what = index;
    memory_numbers_.emplace(memory.number, std::pair(index, bucket));
    services_->SetTimer(memory.timer);
  }
  memory.any = true;
  const bool plain = from.join == ir::kNone;
  if (plain && absence_[index] == Absence::kDomain) return;
  // Without a window and a condition the first one stands before all that a later one stands before.
  const bool bounded = from.after != ir::kNone;
  const ir::Window window = WaitWindow(from);
  if (plain && !bounded && window.unit == ir::WindowUnit::kNoWindow && !memory.events.empty() && !keyed_) {
    return;
  }
  Remembered kept;
  kept.point = PointOf(event);
  if (window.unit == ir::WindowUnit::kScope && window.scope < services_->module().rules.size()) {
    if (const auto scope = services_->ScopeOf(window.scope, event)) kept.scope = scope->number;
  }
  if (!plain) {
    kept.arena = std::make_unique<Arena>();
    for (std::size_t i = 0; i < event.stores.size(); ++i) {
      kept.stored.push_back(kept.arena->DeepCopy(event.stored[i]));
    }
    memory.bytes += kept.arena->bytes_used();
  }
  memory.bytes += sizeof(Remembered);
  memory.events.push_back(std::move(kept));
  const bool few = plain && !bounded;
  if (memory.events.size() > (few ? kPlainEvents : services_->limits().max_pending)) {
    if (!few) ++services_->counts(rule_id_).dropped;
    if (!plain) {
      memory.bytes -= std::min<std::uint64_t>(memory.bytes, memory.events.front().arena->bytes_used());
    }
    memory.bytes -= std::min<std::uint64_t>(memory.bytes, sizeof(Remembered));
    memory.events.pop_front();
  }
  services_->Resize(memory.number, memory.bytes);
}

void MatchOperator::Forget(std::uint64_t number) {
  const auto it = memory_numbers_.find(number);
  if (it == memory_numbers_.end()) return;
  const auto [index, bucket] = it->second;
  memory_numbers_.erase(it);
  const auto memory = memories_[index].find(bucket);
  services_->CancelTimer(memory->second.timer);
  services_->Release(number);
  if (memory->second.key != kNoKey) services_->keys(rule_id_).Release(memory->second.key);
  memories_[index].erase(memory);
}

bool MatchOperator::JoinsRemembered(std::uint32_t index, const Instance& instance, const Remembered& event) {
  const ir::Stage& from = stage(index);
  if (from.join == ir::kNone) return true;
  const std::vector<ir::SlotId>& stores = stores_of(index);
  frame_ = instance.match.slots;
  for (std::size_t i = 0; i < stores.size(); ++i) frame_[stores[i]] = event.stored[i];
  return services_->evaluator()
      ->Call(from.join, frame_.data(), &instance.match.record, services_->temporary())
      .is_true();
}

// Whether the stage took part in the match: of `any N of` some parts did not.
bool MatchOperator::IsThere(const Instance& instance, std::uint32_t ordinal) const {
  return instance.at[ordinal].position.order != 0;
}

// Whether what is remembered refutes a match of which all stages that the absence names have matched. One
// that names a part that is not there refutes nothing.
bool MatchOperator::RefutedBefore(std::uint32_t index, const Instance& instance) {
  const Point* bounds[2] = {nullptr, nullptr};
  const std::uint32_t names[2] = {stage(index).after, stage(index).before};
  for (int i = 0; i < 2; ++i) {
    if (names[i] == ir::kNone) continue;
    bounds[i] = &instance.at[ordinal_[names[i]]];
    if (!IsThere(instance, ordinal_[names[i]])) return false;
  }
  // Parts of a set stand in any order.
  if (bounds[0] != nullptr && bounds[1] != nullptr && ComesAfter(*bounds[0], *bounds[1], 0)) {
    std::swap(bounds[0], bounds[1]);
  }
  return Remembers(index, instance.partition, instance, bounds[0], bounds[1]);
}

// Whether something is remembered that stands strictly behind `after` and strictly before `before` (null: no
// bound), inside the window from the earlier of them on.
bool MatchOperator::Remembers(std::uint32_t index, std::uint64_t bucket, const Instance& instance,
                              const Point* after, const Point* before) {
  const auto it = memories_[index].find(bucket);
  if (it == memories_[index].end()) return false;
  const ir::Stage& from = stage(index);
  if (after == nullptr && before == nullptr && from.join == ir::kNone) {
    if (it->second.any && traced()) Tell(why::Happened::kRefuted, instance, index);
    return it->second.any;
  }
  const ir::Window window = WaitWindow(from);
  const auto inside = [&](const Remembered& one) {
    if (window.unit == ir::WindowUnit::kScope && window.scope < services_->module().rules.size()) {
      const std::shared_ptr<ScopeInstance> scope = ScopeIn(instance.match, window.scope);
      return scope != nullptr && scope->number == one.scope;
    }
    const Point& later = after != nullptr ? one.point : *before;
    Event event;
    event.stage = &from;
    event.position = later.position;
    event.extent = later.extent;
    event.time = later.time;
    return Inside(window, after != nullptr ? *after : one.point, event, instance.match);
  };
  // In the order of the run: without skew nothing that stands behind `after` came before it.
  const std::deque<Remembered>& events = it->second.events;
  auto event = events.begin();
  if (after != nullptr && rule_.skew == 0) {
    event = std::upper_bound(
        events.begin(), events.end(), after->last,
        [](std::uint64_t order, const Remembered& one) { return order < one.point.position.order; });
  }
  for (; event != events.end(); ++event) {
    if (before != nullptr && !ComesAfter(*before, event->point, rule_.skew)) continue;
    if (after != nullptr && !ComesAfter(event->point, *after, rule_.skew)) continue;
    if ((after != nullptr || before != nullptr) && !inside(*event)) continue;
    if (!JoinsRemembered(index, instance, *event)) continue;
    if (traced()) TellRemembered(instance, index, event->point);
    return true;
  }
  return false;
}

}  // namespace faultline::runtime
