// `without`: what refutes a match, what is remembered for that, and when an absence is decided. See
// match_operator.h for the three forms.
#include "runtime/correlate/match_operator.h"

#include <algorithm>

namespace faultline::runtime {
namespace {

constexpr std::uint64_t kMemoryBytes = 256;
constexpr std::size_t kPlainEvents = 64;  // remembered of an absence whose condition asks nothing of them

ir::Window WindowOf(const ir::Stage& stage) {
  return {stage.window, stage.amount, stage.scope};
}

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
  // Keys and domains are below 2^32 and 2^31 in any run that fits its bounds; a domain of its own for each.
  *bucket = static_cast<std::uint64_t>(timer.clock == Clock::kScope) << 63 |
            (static_cast<std::uint64_t>(timer.of) & 0x7fffffff) << 32 | (key & 0xffffffff);
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
        } else if (WatchBegin(index) == passed) {
          const Point& after = WatchPoint(*instance, index);
          if (!WaitFor(instance, index, WindowOf(from), after)) {
            Remove(instance);
            return false;
          }
          ++instance->open;
          Event recent;
          const auto refutes = [&](const Event& event) { return IsRefutedBy(*instance, after, event); };
          if (FindRecent(*instance, index, refutes, &recent)) {
            const bool vetoed = every_ && passed + 1 < plan_.positive.size();
            Refute(instance, index, vetoed, recent);
            if (!vetoed) return false;
          }
        }
        break;
      case Absence::kBack:
        if (ordinal_[from.before] == passed && from.join == ir::kNone &&
            Remembers(index, instance->partition, *instance, &instance->at[passed])) {
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
  switch (absence_[event.index]) {
    case Absence::kNone:
      return;
    case Absence::kWatch: {
      if (recents_[event.index] != nullptr) recents_[event.index]->Add(event);
      std::map<std::uint64_t, Instance*>* bucket = known ? WaitingFor(event.index, partition) : nullptr;
      if (bucket == nullptr) return;
      std::vector<Instance*> waiting;
      for (const auto& [number, instance] : *bucket) waiting.push_back(instance);
      for (Instance* instance : waiting) {
        if (!IsRefutedBy(*instance, WatchPoint(*instance, event.index), event)) {
          if (traced()) TellMiss(*instance, event, WindowOf(*event.stage));
          continue;
        }
        Refute(instance, event.index, !instance->whole, event);
      }
      return;
    }
    case Absence::kBack: {
      Timer end;
      end.rule = rule_id_;
      end.stream = event.position.stream;
      end.clock = keyed_ ? Clock::kRun : Clock::kSource;
      end.of = keyed_ ? 0 : event.position.input;
      if (keyed_) {
        partition = services_->keys(rule_id_).Hold(event.key);
        Remember(event.index, event, partition, end);
        services_->keys(rule_id_).Release(partition);
      } else {
        Remember(event.index, event, partition, end);
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
  for (Instance* instance : waiting) Refute(instance, event.index, !instance->whole, event);
}

// Whether the event of a watch stands behind the point from which it counts, inside its window.
bool MatchOperator::IsRefutedBy(const Instance& instance, const Point& after, const Event& event) {
  return ComesAfter(PointOf(event), after, rule_.skew) &&
         Inside(WindowOf(*event.stage), after, event, instance.match) && Joins(instance.match, event);
}

// In a rule with `every` a chain that is refuted between its stages stays what later stages are joined with:
// there is no second try.
void MatchOperator::Refute(Instance* instance, std::uint32_t index, bool between, const Event& event) {
  if (every_ && between) {
    instance->vetoed = true;
    Unwait(instance, index);
    --instance->open;
    return;
  }
  if (traced()) Tell(why::Happened::kRefuted, *instance, index, &event);
  Remove(instance);
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
  if (absence_[index] == Absence::kDomain && Remembers(index, bucket, *instance, nullptr)) {
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
  if (plain && from.window == ir::WindowUnit::kNoWindow && !memory.events.empty() && !keyed_) return;
  Remembered kept;
  kept.point = PointOf(event);
  if (!plain) {
    kept.arena = std::make_unique<Arena>();
    for (std::size_t i = 0; i < event.stores.size(); ++i) {
      kept.stored.push_back(kept.arena->DeepCopy(event.stored[i]));
    }
    memory.bytes += kept.arena->bytes_used();
  }
  memory.bytes += sizeof(Remembered);
  memory.events.push_back(std::move(kept));
  if (memory.events.size() > (plain ? kPlainEvents : services_->limits().max_pending)) {
    if (!plain) {
      ++services_->counts(rule_id_).dropped;
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

// Whether something is remembered that refutes the match: strictly before a stage, and inside the window, or
// (`before` is null) anywhere in the domain.
bool MatchOperator::Remembers(std::uint32_t index, std::uint64_t bucket, const Instance& instance,
                              const Point* before) {
  const auto it = memories_[index].find(bucket);
  if (it == memories_[index].end()) return false;
  const ir::Stage& from = stage(index);
  if (before == nullptr && from.join == ir::kNone) {
    if (it->second.any && traced()) Tell(why::Happened::kRefuted, instance, index);
    return it->second.any;
  }
  for (const Remembered& event : it->second.events) {
    if (before != nullptr) {
      if (!ComesAfter(*before, event.point, rule_.skew)) continue;
      Event stage_event;
      stage_event.stage = &from;
      stage_event.position = before->position;
      stage_event.extent = before->extent;
      stage_event.time = before->time;
      if (!Inside(WindowOf(from), event.point, stage_event, instance.match)) continue;
    }
    if (!JoinsRemembered(index, instance, event)) continue;
    if (traced()) TellRemembered(instance, index, event.point);
    return true;
  }
  return false;
}

}  // namespace faultline::runtime
