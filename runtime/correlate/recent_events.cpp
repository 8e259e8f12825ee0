// Recent events: see recent_events.h.
#include "runtime/correlate/recent_events.h"

namespace faultline::runtime {

RecentEvents::RecentEvents(Services* services, ir::RuleId rule, StageId stage)
    : services_(services), rule_(rule), stage_(stage) {}

void RecentEvents::DropOldest() {
  const KeyId key = order_.front().first;
  order_.pop_front();
  const auto it = events_.find(key);
  it->second.pop_front();
  if (it->second.empty()) events_.erase(it);
  services_->keys(rule_).Release(key);
}

void RecentEvents::Add(const Event& event) {
  if (event.time.kind != ValueKind::kTime) return;
  const std::int64_t oldest = SaturatingAdd(services_->run_watermark(), -services_->rule(rule_).skew);
  while (!order_.empty() && order_.front().second < oldest) DropOldest();
  const KeyId key = services_->keys(rule_).Hold(event.key);
  Recent& recent = events_[key].emplace_back();
  services_->BlankFrame(rule_, &recent.match.slots);
  services_->Take(&recent.match, event, rule_, true);
  for (ir::SlotId slot : event.stores) recent.stored.push_back(recent.match.slots[slot]);
  recent.point = PointOf(event);
  order_.emplace_back(key, event.time.integer);
  if (order_.size() > services_->limits().max_pending) {
    ++services_->counts(rule_).dropped;
    DropOldest();
  }
}

const std::deque<RecentEvents::Recent>* RecentEvents::Of(KeyId key) const {
  const auto it = events_.find(key);
  return it == events_.end() ? nullptr : &it->second;
}

Event RecentEvents::EventOf(const Recent& recent) const {
  const StagePlan& plan = services_->plan().stages()[stage_];
  Event event;
  event.id = stage_;
  event.index = plan.index;
  event.stage = plan.stage;
  event.stores = plan.stores;
  event.stored = recent.stored.data();
  event.found = &recent.match;
  event.position = recent.point.position;
  event.extent = recent.point.extent;
  event.time = recent.point.time;
  return event;
}

void RecentEvents::Clear() {
  while (!order_.empty()) DropOldest();
}

}  // namespace faultline::runtime
