// What matches tell a tracer (runtime/why): see match_operator.h. Nothing of this runs without one.
#include "runtime/correlate/match_operator.h"

namespace faultline::runtime {

void MatchOperator::Tell(why::Happened what, const Instance& instance, std::uint32_t stage,
                         const Event* event, const Timer* timer) {
  why::Moment moment;
  moment.what = what;
  moment.rule = rule_id_;
  moment.number = instance.number;
  moment.stage = stage;
  moment.match = &instance.match;
  moment.key = KeyOf(instance);
  moment.event = event;
  moment.timer = timer;
  moment.at = instance.at;
  if (what == why::Happened::kJoined) moment.value = Value::Bool(event != nullptr);
  services_->tracer()->OnMoment(moment);
}

void MatchOperator::TellOver(const Instance& instance, std::uint32_t what) {
  if (what == kWholeWindow) {
    for (const Timer& timer : instance.timers) {
      if (timer.what == what) Tell(why::Happened::kWindowOver, instance, kNoStage, nullptr, &timer);
    }
    return;
  }
  for (const Wait& wait : instance.waits) {
    if (wait.stage == what) Tell(why::Happened::kWindowOver, instance, what, nullptr, &wait.timer);
  }
}

void MatchOperator::TellMiss(const Instance& instance, const Event& event, const ir::Window& window) {
  why::Moment moment;
  moment.what = why::Happened::kPassedOver;
  moment.rule = rule_id_;
  moment.number = instance.number;
  moment.stage = event.index;
  moment.match = &instance.match;
  moment.key = KeyOf(instance);
  moment.event = &event;
  const bool absence = IsAbsence(event.index);
  const Point& from = absence ? WatchPoint(instance, event.index) : instance.last();
  if (!ComesAfter(PointOf(event), from, rule_.skew)) {
    moment.obstacle = why::Obstacle::kOrder;
  } else if (!Inside(window, from, event, instance.match)) {
    moment.obstacle = why::Obstacle::kWindow;
  } else if (!absence && !Inside(rule_.window, instance.at.front(), event, instance.match)) {
    moment.obstacle = why::Obstacle::kRuleWindow;
  } else {
    moment.obstacle = why::Obstacle::kCondition;
    moment.function = event.stage->join;
    static_cast<void>(Joins(instance.match, event));  // fills the frame
    moment.slots = frame_.data();
  }
  services_->tracer()->OnMoment(moment);
}

void MatchOperator::TellCondition(ir::FunctionId function, const Match& match, const Instance* instance) {
  why::Moment moment;
  moment.what = why::Happened::kCondition;
  moment.rule = rule_id_;
  moment.number = instance == nullptr ? 0 : instance->number;
  if (instance != nullptr) moment.key = KeyOf(*instance);
  moment.match = &match;
  moment.function = function;
  moment.slots = match.slots.data();
  services_->tracer()->OnMoment(moment);
}

void MatchOperator::TellFound(why::Happened what, const Match& match, const Instance* instance,
                              std::uint32_t stage, const Value& value) {
  why::Moment moment;
  moment.what = what;
  moment.rule = rule_id_;
  moment.number = instance == nullptr ? 0 : instance->number;
  if (instance != nullptr) moment.key = KeyOf(*instance);
  moment.stage = stage;
  moment.match = &match;
  moment.slots = match.slots.data();
  moment.value = value;
  services_->tracer()->OnMoment(moment);
}

void MatchOperator::TellRemembered(const Instance& instance, std::uint32_t stage, const Point& point) {
  why::Moment moment;
  moment.what = why::Happened::kRefuted;
  moment.rule = rule_id_;
  moment.number = instance.number;
  moment.stage = stage;
  moment.match = &instance.match;
  moment.key = KeyOf(instance);
  moment.point = &point;
  services_->tracer()->OnMoment(moment);
}

}  // namespace faultline::runtime
