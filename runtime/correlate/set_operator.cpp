// Sets: see set_operator.h.
#include "runtime/correlate/set_operator.h"

#include <algorithm>
#include <utility>

namespace faultline::runtime {

SetOperator::SetOperator(Services* services, ir::RuleId rule)
    : MatchOperator(services, rule),
      need_(rule_.shape == ir::RuleShape::kAny ? rule_.need : plan_.positive.size()) {
  for (std::uint32_t index : plan_.positive) {
    const ir::Stage& part = stage(index);
    any_role_ = any_role_ || !part.role.empty();
    std::vector<ir::SlotId> slots = services->plan().stages()[id_of(index)].stores;
    if (part.count_slot != ir::kNone) slots.push_back(part.count_slot);
    for (const ir::Provided& provided : rule_.provided) {
      if (provided.stage == index) slots.push_back(provided.slot);
    }
    slots_.push_back(std::move(slots));
  }
}

// Where the event is gathered: its key, or the stream, and what the rule's window is of. The end: the scope
// is not open.
SetOperator::Gatherings::iterator SetOperator::GatheringOf(const Event& event) {
  std::int64_t of = event.position.stream;
  enum : std::int64_t { kStream, kInstance, kSource, kRun } kind = kStream;
  if (rule_.window.unit == ir::WindowUnit::kScope) {
    if (rule_.window.scope == ir::kRunScope) {
      kind = kRun;
    } else if (rule_.window.scope == ir::kSourceScope) {
      kind = kSource;
      of = event.position.input;
    } else {
      const std::shared_ptr<ScopeInstance> scope = services_->ScopeOf(rule_.window.scope, event);
      if (scope == nullptr) return gatherings_.end();
      kind = kInstance;
      of = scope->number;
    }
  } else if (keyed() || any_role_) {
    kind = kRun;
  }
  if (kind == kRun) of = 0;
  Value parts[3] = {event.key, Value::Int(kind), Value::Int(of)};
  KeyTable& keys = services_->keys(rule_id_);
  const KeyId id = keys.Hold(Value::Items(ValueKind::kList, parts, 3));
  auto [it, added] = gatherings_.try_emplace(id);
  if (!added) {
    keys.Release(id);
    return it;
  }
  it->second.key = id;
  it->second.parts.resize(plan_.positive.size());
  it->second.number = services_->Admit(rule_id_, 0);
  numbers_.emplace(it->second.number, id);
  return it;
}

bool SetOperator::InWindow(const Part& part, const Event& event) const {
  const ir::Window& window = rule_.window;
  switch (window.unit) {
    case ir::WindowUnit::kNoWindow:
    case ir::WindowUnit::kScope:
      return true;
    case ir::WindowUnit::kLines:
      return part.point.position.stream == event.position.stream &&
             event.extent.first_line - part.point.extent.last_line <= window.amount;
    case ir::WindowUnit::kRecords:
      return part.point.position.stream == event.position.stream &&
             event.extent.first_record - part.point.extent.last_record <= window.amount;
    case ir::WindowUnit::kTime: {
      const std::int64_t apart = SaturatingAdd(event.time.integer, -part.point.time.integer);
      return apart <= window.amount && -window.amount <= apart;
    }
  }
  return false;
}

void SetOperator::OnPositive(const Event& event) {
  const ir::Window& window = rule_.window;
  if (window.unit == ir::WindowUnit::kTime && event.time.kind != ValueKind::kTime) {
    ++services_->counts(rule_id_).no_time;
    return;
  }
  const Gatherings::iterator at = GatheringOf(event);
  if (at == gatherings_.end()) return;
  Gathering& gathering = at->second;
  Part& part = gathering.parts[ordinal_[event.index]];
  part = Part();
  part.there = true;
  services_->BlankFrame(rule_id_, &part.match.slots);
  services_->Take(&part.match, event, rule_id_, true);
  Instance holder;  // only to take what is held
  Provide(event.index, event, &part.match.slots, part.match.arena.get(), &holder);
  part.held = std::move(holder.held);
  part.match.bytes = CostOf(part.match);
  part.point = PointOf(event);

  std::size_t there = 0;
  std::uint64_t bytes = 0;
  for (Part& other : gathering.parts) {
    if (!other.there) continue;
    if (!InWindow(other, event)) {
      if (traced()) {
        const auto out = static_cast<std::size_t>(&other - gathering.parts.data());
        TellGathering(why::Happened::kDropped, gathering, plan_.positive[out], nullptr, 0);
      }
      other = Part();
      continue;
    }
    ++there;
    bytes += other.match.bytes;
  }
  services_->Resize(gathering.number, bytes);
  services_->CancelTimer(gathering.timer);
  Timer timer;
  timer.rule = rule_id_;
  timer.number = gathering.number;
  timer.stream = event.position.stream;
  const bool wide = keyed() || any_role_;
  switch (window.unit) {
    case ir::WindowUnit::kNoWindow:
      timer.clock = wide ? Clock::kRun : Clock::kSource;
      timer.of = wide ? 0 : event.position.input;
      break;
    case ir::WindowUnit::kLines:
      timer.clock = Clock::kLines;
      timer.of = event.position.stream;
      timer.end = SaturatingAdd(event.extent.last_line, window.amount);
      break;
    case ir::WindowUnit::kRecords:
      timer.clock = Clock::kRecords;
      timer.of = event.position.stream;
      timer.end = SaturatingAdd(event.extent.last_record, window.amount);
      break;
    case ir::WindowUnit::kTime:
      timer.clock = wide ? Clock::kRunTime : Clock::kTime;
      timer.of = wide ? 0 : event.position.stream;
      timer.end = SaturatingAdd(SaturatingAdd(event.time.integer, window.amount), rule_.skew);
      break;
    case ir::WindowUnit::kScope:
      if (window.scope == ir::kRunScope) {
        timer.clock = Clock::kRun;
      } else if (window.scope == ir::kSourceScope) {
        timer.clock = Clock::kSource;
        timer.of = event.position.input;
      } else {
        const std::shared_ptr<ScopeInstance> scope = services_->ScopeOf(window.scope, event);
        timer.clock = Clock::kScope;
        timer.of = scope->number;
        timer.over = scope->ended;
      }
      break;
  }
  gathering.timer = timer;
  services_->SetTimer(timer);
  if (traced()) TellGathering(why::Happened::kGathered, gathering, event.index, &event, there);
  if (there >= need_) Form(at, event);
}

bool SetOperator::PartsJoin(const Match& match) {
  std::vector<Value> frame = match.slots;
  for (std::uint32_t index : plan_.positive) {
    if (stage(index).join == ir::kNone) continue;
    if (!services_->evaluator()
             ->Call(stage(index).join, frame.data(), &match.record, services_->temporary())
             .is_true()) {
      if (traced()) TellCondition(stage(index).join, match, nullptr);
      return false;
    }
  }
  return true;
}

void SetOperator::TellGathering(why::Happened what, const Gathering& gathering, std::uint32_t index,
                                const Event* event, std::size_t there) const {
  why::Moment moment;
  moment.what = what;
  moment.rule = rule_id_;
  moment.number = gathering.number;
  moment.stage = index;
  moment.event = event;
  if (event != nullptr) moment.key = event->key;
  moment.timer = &gathering.timer;
  moment.count = static_cast<std::int64_t>(there);
  moment.needed = static_cast<std::int64_t>(need_);
  services_->tracer()->OnMoment(moment);
}

// Enough parts are there: in the order in which they came they are one match, and spent.
void SetOperator::Form(Gatherings::iterator at, const Event& event) {
  std::vector<Part>& parts = at->second.parts;
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < parts.size(); ++i) {
    if (parts[i].there) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return parts[a].point.position.order < parts[b].point.position.order;
  });
  auto owned = std::make_unique<Instance>();
  Instance* instance = owned.get();
  Match& match = instance->match;
  match = parts[order.front()].match;
  match.arena = std::make_shared<Arena>();
  match.evidence.clear();
  match.record.file = match.arena->Copy(match.record.file);
  match.record.text = match.arena->Copy(match.record.text);
  match.record.raw = match.arena->Copy(match.record.raw);
  match.record.stream = match.arena->DeepCopy(match.record.stream);
  services_->BlankFrame(rule_id_, &match.slots);
  instance->at.assign(parts.size(), Point());
  for (std::uint32_t i : order) {
    const Part& part = parts[i];
    for (ir::SlotId slot : slots_[i]) match.slots[slot] = match.arena->DeepCopy(part.match.slots[slot]);
    match.evidence.insert(match.evidence.end(), part.match.evidence.begin(), part.match.evidence.end());
    match.place.end_line = std::max(match.place.end_line, part.match.place.end_line);
    instance->held.insert(instance->held.end(), part.held.begin(), part.held.end());
    instance->at[i] = part.point;
  }
  const Part& last = parts[ordinal_[event.index]];
  match.last = last.match.last;
  match.time = last.match.time;
  match.extent = last.match.extent;
  match.position = last.match.position;
  instance->latest = ordinal_[event.index];
  if (!PartsJoin(match)) return;
  if (traced()) TellGathering(why::Happened::kFormed, at->second, event.index, nullptr, order.size());
  Close(at);  // the parts are gone
  if (simple()) {
    DecideAtOnce(std::move(match), instance->last(), event.key);
    return;
  }
  if (keyed()) instance->key = services_->keys(rule_id_).Hold(event.key);
  instance->partition = keyed() ? instance->key : event.position.stream;
  instance->next = static_cast<std::uint32_t>(plan_.positive.size());
  Enter(std::move(owned));
  for (std::uint32_t i = 0; i < instance->next; ++i) {
    if (!PassStage(instance, i)) return;
  }
  Complete(instance);
}

void SetOperator::Close(Gatherings::iterator at) {
  services_->CancelTimer(at->second.timer);
  services_->Release(at->second.number);
  services_->keys(rule_id_).Release(at->second.key);
  numbers_.erase(at->second.number);
  gatherings_.erase(at);
}

void SetOperator::OnTimer(std::uint64_t number, std::uint32_t what) {
  if (const auto it = numbers_.find(number); it != numbers_.end()) {
    if (traced()) {
      TellGathering(why::Happened::kWindowOver, gatherings_.find(it->second)->second, ir::kNone, nullptr, 0);
    }
    Close(gatherings_.find(it->second));
    return;
  }
  MatchOperator::OnTimer(number, what);
}

void SetOperator::OnEvict(std::uint64_t number) {
  if (const auto it = numbers_.find(number); it != numbers_.end()) {
    Close(gatherings_.find(it->second));
    return;
  }
  MatchOperator::OnEvict(number);
}

}  // namespace faultline::runtime
