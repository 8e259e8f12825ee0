// Repetition: see repetition.h.
#include "runtime/correlate/repetition.h"

#include "runtime/why/tracer.h"

#include <algorithm>
#include <utility>

namespace faultline::runtime {

Repetition::Repetition(Services* services, ir::RuleId rule, std::uint32_t stage)
    : services_(services), rule_(rule), index_(stage), stage_(services->rule(rule).stages[stage]) {}

bool Repetition::InWindow(const Point& first, const Event& event) const {
  switch (stage_.window) {
    case ir::WindowUnit::kNoWindow:
      return true;
    case ir::WindowUnit::kLines:
      return first.position.stream == event.position.stream &&
             event.extent.last_line - first.extent.first_line <= stage_.amount;
    case ir::WindowUnit::kRecords:
      return first.position.stream == event.position.stream &&
             event.extent.last_record - first.extent.first_record <= stage_.amount;
    case ir::WindowUnit::kTime:
      return first.timed() && event.time.kind == ValueKind::kTime &&
             event.time.integer - first.time.integer <= stage_.amount;
    case ir::WindowUnit::kScope:
      return true;  // rows of a scope are told apart by their partition
  }
  return true;
}

void Repetition::Close(std::unordered_map<std::uint64_t, Held>::iterator row) {
  services_->CancelTimer(row->second.timer);
  services_->Release(row->second.number);
  if (row->second.key != kNoKey) services_->keys(rule_).Release(row->second.key);
  numbers_.erase(row->second.number);
  rows_.erase(row);
}

void Repetition::Tell(why::Happened what, const Held& row, const Event* event) const {
  if (services_->tracer() == nullptr) return;
  why::Moment moment;
  moment.what = what;
  moment.rule = rule_;
  moment.number = row.number;
  moment.stage = index_;
  moment.event = event;
  if (event != nullptr) moment.key = event->key;
  moment.timer = &row.timer;
  moment.count = static_cast<std::int64_t>(row.events.size());
  moment.needed = stage_.count;
  services_->tracer()->OnMoment(moment);
}

void Repetition::Drop(std::uint64_t number) {
  const auto it = numbers_.find(number);
  if (it == numbers_.end()) return;
  Tell(why::Happened::kWindowOver, rows_.find(it->second)->second, nullptr);
  Close(rows_.find(it->second));
}

// The lists of what each event of the row had; the first one's values are in the match by now.
void Repetition::Collect(const Held& row, Row* full) const {
  for (const ir::Provided& provided : services_->rule(rule_).provided) {
    if (provided.kind != ir::ProvidedKind::kCollected || provided.stage != index_) continue;
    Arena& arena = *full->match.arena;
    const std::size_t count = row.events.size();
    Value* items = arena.AllocateValues(count);
    items[0] = full->match.slots[provided.field];
    for (std::size_t i = 1; i < count; ++i) items[i] = arena.DeepCopy(row.events[i].slots[provided.field]);
    full->match.slots[provided.slot] =
        Value::Items(ValueKind::kList, items, static_cast<std::uint32_t>(count));
  }
}

bool Repetition::Take(const Event& event, std::uint64_t partition, bool keyed, Row* full) {
  auto found = rows_.find(partition);
  if (!event.fits) {
    if (found != rows_.end()) {
      Tell(why::Happened::kRowBroken, found->second, &event);
      Close(found);
    }
    return false;
  }
  if (stage_.window == ir::WindowUnit::kTime && event.time.kind != ValueKind::kTime) {
    ++services_->counts(rule_).no_time;
    return false;
  }
  // A pattern in a row: on one record after the other.
  const bool of_records = stage_.input != ir::StageInput::kFormat && stage_.input != ir::StageInput::kRule;
  if (found != rows_.end() && stage_.in_a_row && of_records) {
    const Point& last = found->second.points.back();
    if (last.position.stream != event.position.stream ||
        event.extent.first_record > last.extent.last_record + 1) {
      Tell(why::Happened::kRowBroken, found->second, &event);
      Close(found);
      found = rows_.end();
    }
  }
  if (found == rows_.end()) {
    Held row;
    row.number = services_->Admit(rule_, 0);
    if (keyed) row.key = services_->keys(rule_).Hold(event.key);
    numbers_.emplace(row.number, partition);
    found = rows_.emplace(partition, std::move(row)).first;
  }
  Held& row = found->second;
  Match& match = row.events.emplace_back();
  services_->BlankFrame(rule_, &match.slots);
  services_->Take(&match, event, rule_, true);
  match.bytes = CostOf(match);
  row.bytes += match.bytes;
  row.points.push_back(PointOf(event));
  while (!InWindow(row.points.front(), event)) {
    row.bytes -= row.events.front().bytes;
    row.events.pop_front();
    row.points.pop_front();
    Tell(why::Happened::kDropped, row, nullptr);
  }
  Tell(why::Happened::kGathered, row, &event);
  if (row.events.size() >= stage_.count) {
    full->match = std::move(row.events.front());
    full->count = static_cast<std::int64_t>(row.events.size());
    for (std::size_t i = 1; i < row.events.size(); ++i) {
      Match& part = row.events[i];
      for (Evidence& evidence : part.evidence) full->match.evidence.push_back(std::move(evidence));
      full->match.place.end_line = std::max(full->match.place.end_line, part.place.end_line);
    }
    const Match& last = row.events.size() > 1 ? row.events.back() : full->match;
    full->stored.clear();
    for (ir::SlotId slot : event.stores)
      full->stored.push_back(full->match.arena->DeepCopy(last.slots[slot]));
    Collect(row, full);
    full->match.last = event.found != nullptr ? event.found->last : event.record->context.time;
    full->match.time = event.time;
    full->match.extent.last_line = event.extent.last_line;
    full->match.extent.last_record = event.extent.last_record;
    full->match.position = event.position;
    Tell(why::Happened::kFormed, row, nullptr);
    Close(found);
    return true;
  }
  services_->Resize(row.number, row.bytes);
  services_->CancelTimer(row.timer);
  Timer timer;
  timer.rule = rule_;
  timer.number = row.number;
  timer.what = index_;
  timer.stream = event.position.stream;
  timer.clock = keyed ? Clock::kRun : Clock::kSource;
  timer.of = keyed ? 0 : event.position.input;
  switch (stage_.window) {
    case ir::WindowUnit::kNoWindow:
    case ir::WindowUnit::kScope:
      break;
    case ir::WindowUnit::kLines:
      timer.clock = Clock::kLines;
      timer.end = SaturatingAdd(event.extent.last_line, stage_.amount);
      break;
    case ir::WindowUnit::kRecords:
      timer.clock = Clock::kRecords;
      timer.end = SaturatingAdd(event.extent.last_record, stage_.amount);
      break;
    case ir::WindowUnit::kTime:
      timer.clock = keyed ? Clock::kRunTime : Clock::kTime;
      timer.end =
          SaturatingAdd(SaturatingAdd(event.time.integer, stage_.amount), services_->rule(rule_).skew);
      break;
  }
  if (timer.clock == Clock::kLines || timer.clock == Clock::kRecords || timer.clock == Clock::kTime) {
    timer.of = event.position.stream;
  }
  row.timer = timer;
  services_->SetTimer(timer);
  return false;
}

}  // namespace faultline::runtime
