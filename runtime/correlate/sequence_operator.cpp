// Sequences: see sequence_operator.h.
#include "runtime/correlate/sequence_operator.h"

#include <utility>

namespace faultline::runtime {
SequenceOperator::SequenceOperator(Services* services, ir::RuleId rule) : MatchOperator(services, rule) {
  until_.assign(rule_.stages.size(), kNoStage);
  std::uint32_t positive = kNoStage;
  for (std::uint32_t s = 0; s < rule_.stages.size(); ++s) {
    const ir::Stage& from = rule_.stages[s];
    if (ordinal_[s] != kNoStage) {
      positive = s;
      plain_ = plain_ && from.join == ir::kNone && (ordinal_[s] == 0 || IsRecord(s));
      NoteWindow(WaitWindow(from));
    }
    if (from.kind != ir::StageKind::kUntil) continue;
    until_[s] = from.after != ir::kNone ? from.after : positive;
    untils_.push_back(s);
  }
  NoteWindow(rule_.window);
}

// Which chains are in a window tells how many have to be kept for `every`.
void SequenceOperator::NoteWindow(const ir::Window& window) {
  switch (window.unit) {
    case ir::WindowUnit::kNoWindow:
    case ir::WindowUnit::kTime:
      return;
    case ir::WindowUnit::kLines:
    case ir::WindowUnit::kRecords:
      of_stream_ = true;
      return;
    case ir::WindowUnit::kScope:
      plain_ = plain_ && window.scope >= services_->module().rules.size();
      return;
  }
}

void SequenceOperator::OnPositive(const Event& event) {
  if (ordinal_[event.index] == 0) {
    Start(event);
  } else {
    Continue(event);
  }
}

void SequenceOperator::Start(const Event& event) {
  if (immediate()) {
    DecideAtOnce(event);
    return;
  }
  std::unique_ptr<Instance> owned = Begin(event);
  Instance* instance = owned.get();
  Add(instance, event);
  Enter(std::move(owned));
  if (plan_.positive.size() > 1 && !WaitWhole(instance)) {
    Remove(instance);
    return;
  }
  MoveOn(instance);
}

// A positive stage has just matched.
void SequenceOperator::MoveOn(Instance* instance) {
  const std::uint32_t passed = static_cast<std::uint32_t>(instance->at.size() - 1);
  if (!PassStage(instance, passed)) return;
  instance->next = passed + 1;
  if (instance->next == plan_.positive.size()) {
    Complete(instance);
    return;
  }
  if (!Await(instance)) {
    Remove(instance);
    return;
  }
  if (every_) {
    if (plain_) DropOlder(instance);
    return;
  }
  // With clocks that differ what follows may have come already.
  const std::uint32_t index = plan_.positive[instance->next];
  Event recent;
  if (FindRecent(*instance, index, [&](const Event& event) { return Fits(*instance, event); }, &recent)) {
    Step(instance, recent);
  }
}

// A match that waits takes the event of its next stage and goes on.
void SequenceOperator::Step(Instance* instance, const Event& event) {
  Unwait(instance, event.index);
  for (std::uint32_t until : untils_) {
    if (until_[until] == event.index) Unwait(instance, until);
  }
  Add(instance, event);
  MoveOn(instance);
}

// Waits for the next positive stage. False: its window cannot be told.
bool SequenceOperator::Await(Instance* instance) {
  const std::uint32_t next = plan_.positive[instance->next];
  if (!WaitFor(instance, next, WaitWindow(stage(next)), instance->last())) return false;
  for (std::uint32_t until : untils_) {
    if (until_[until] == next && !WaitFor(instance, until, {}, instance->last())) return false;
  }
  return true;
}

bool SequenceOperator::Fits(const Instance& instance, const Event& event) {
  return ComesAfter(PointOf(event), instance.last(), rule_.skew) &&
         Inside(WaitWindow(*event.stage), instance.last(), event, instance.match) &&
         Inside(rule_.window, instance.at.front(), event, instance.match) && Joins(instance.match, event);
}

void SequenceOperator::Continue(const Event& event) {
  Keep(event);
  Partition partition = 0;
  if (!FindPartition(event, &partition)) return;
  std::map<std::uint64_t, Instance*>* bucket = WaitingFor(event.index, partition);
  if (bucket == nullptr) return;
  if (every_) {
    // The latest chain that fits; it stays as it is.
    for (auto it = bucket->rbegin(); it != bucket->rend(); ++it) {
      if (!Fits(*it->second, event)) {
        if (traced()) TellMiss(*it->second, event, WaitWindow(*event.stage));
        continue;
      }
      std::unique_ptr<Instance> owned = Copy(*it->second);
      Instance* chain = owned.get();
      Add(chain, event);
      Enter(std::move(owned));
      if (!WaitWhole(chain)) {
        Remove(chain);
        return;
      }
      for (std::uint32_t passed = 0; passed + 1 < chain->at.size(); ++passed) {
        if (!PassStage(chain, passed)) return;
      }
      MoveOn(chain);
      return;
    }
    return;
  }
  std::vector<std::uint64_t> waiting;
  for (const auto& [number, instance] : *bucket) waiting.push_back(number);
  for (std::uint64_t number : waiting) {
    Instance* instance = Find(number);
    if (instance == nullptr) continue;
    if (!Fits(*instance, event)) {
      if (traced()) TellMiss(*instance, event, WaitWindow(*event.stage));
      continue;
    }
    Step(instance, event);
  }
}

// A chain goes on in several matches, each with memory of its own.
std::unique_ptr<SequenceOperator::Instance> SequenceOperator::Copy(const Instance& instance) {
  auto copy = std::make_unique<Instance>();
  copy->match = instance.match;
  copy->match.arena = std::make_shared<Arena>();
  Arena& arena = *copy->match.arena;
  for (Value& value : copy->match.slots) value = arena.DeepCopy(value);
  RecordContext& record = copy->match.record;
  record.file = arena.Copy(record.file);
  record.text = arena.Copy(record.text);
  record.raw = arena.Copy(record.raw);
  record.stream = arena.DeepCopy(record.stream);
  copy->partition = instance.partition;
  copy->key = instance.key;
  if (copy->key != kNoKey) services_->keys(rule_id_).Hold(copy->key);
  copy->at = instance.at;
  copy->latest = instance.latest;
  copy->vetoed = instance.vetoed;
  copy->vetoes = instance.vetoes;
  copy->held = instance.held;
  return copy;
}

// Of the older chains of the source that wait for the same stage one at most can be the latest again: for an
// event of another source at this very time the last one that stands strictly before it.
void SequenceOperator::DropOlder(Instance* instance) {
  std::map<std::uint64_t, Instance*>* bucket =
      WaitingFor(plan_.positive[instance->next], instance->partition);
  const Point& newest = instance->last();
  std::vector<Instance*> older;
  bool kept = !keyed();
  for (auto it = bucket->rbegin(); it != bucket->rend(); ++it) {
    Instance* other = it->second;
    const Point& point = other->last();
    if (of_stream_ && point.position.stream != newest.position.stream) continue;
    if (point.position.input != newest.position.input || point.position.order >= newest.position.order) {
      continue;
    }
    if (!kept && point.timed() && newest.timed() && point.time.integer < newest.time.integer) {
      kept = true;
    } else {
      older.push_back(other);
    }
  }
  for (Instance* other : older) {
    if (traced()) Tell(why::Happened::kReplaced, *other);
    Remove(other);
  }
}

void SequenceOperator::OnUntil(const Event& event) {
  Partition partition = 0;
  if (!FindPartition(event, &partition)) return;
  std::map<std::uint64_t, Instance*>* bucket = WaitingFor(event.index, partition);
  if (bucket == nullptr) return;
  std::vector<Instance*> waiting;
  for (const auto& [number, instance] : *bucket) waiting.push_back(instance);
  for (Instance* instance : waiting) {
    if (ComesAfter(PointOf(event), instance->last(), rule_.skew) && Joins(instance->match, event)) {
      if (traced()) Tell(why::Happened::kUntil, *instance, event.index, &event);
      Remove(instance);
    }
  }
}

}  // namespace faultline::runtime
