// Rules over aggregates: see aggregate_operator.h.
#include "runtime/correlate/aggregate_operator.h"

#include <algorithm>

namespace faultline::runtime {
namespace {

constexpr std::uint64_t kGroupBytes = 400;
constexpr std::uint64_t kDividedBytes = 200;
constexpr std::uint64_t kLeastHistory = 10;  // values that a percentile from history needs

ValueKind KindOf(const lang::Type& type) {
  switch (type.kind()) {
    case lang::TypeKind::kBool:
      return ValueKind::kBool;
    case lang::TypeKind::kInt:
      return ValueKind::kInt;
    case lang::TypeKind::kFloat:
      return ValueKind::kFloat;
    case lang::TypeKind::kText:
      return ValueKind::kText;
    case lang::TypeKind::kDuration:
      return ValueKind::kDuration;
    case lang::TypeKind::kBytes:
      return ValueKind::kBytes;
    case lang::TypeKind::kTime:
      return ValueKind::kTime;
    case lang::TypeKind::kSemver:
      return ValueKind::kSemver;
    case lang::TypeKind::kGoVersion:
      return ValueKind::kGoVersion;
    case lang::TypeKind::kIp:
      return ValueKind::kIp;
    case lang::TypeKind::kNetwork:
      return ValueKind::kNetwork;
    case lang::TypeKind::kUuid:
      return ValueKind::kUuid;
    case lang::TypeKind::kLevel:
      return ValueKind::kLevel;
    case lang::TypeKind::kList:
      return ValueKind::kList;
    case lang::TypeKind::kRecord:
      return ValueKind::kRecord;
    case lang::TypeKind::kMap:
      return ValueKind::kMap;
    case lang::TypeKind::kError:
    case lang::TypeKind::kAny:
      return ValueKind::kMissing;
  }
  return ValueKind::kMissing;
}

bool CountsConditions(ir::AggregateKind kind) {
  return kind == ir::AggregateKind::kCount || kind == ir::AggregateKind::kRate;
}

bool HasWindow(const ir::Aggregate& aggregate) {
  return aggregate.form != ir::AggregateForm::kWhole || aggregate.window.unit != ir::WindowUnit::kNoWindow;
}

bool IsOfRun(const ir::Window& window) {
  return window.unit == ir::WindowUnit::kNoWindow ||
         (window.unit == ir::WindowUnit::kScope &&
          (window.scope == ir::kRunScope || window.scope == ir::kSourceScope));
}

bool InStream(const ir::Window& window) {
  return window.unit == ir::WindowUnit::kLines || window.unit == ir::WindowUnit::kRecords;
}

}  // namespace

AggregateOperator::AggregateOperator(Services* services, ir::RuleId rule) : MatchOperator(services, rule) {
  const ir::Module& module = services_->module();
  for (const ir::Aggregate& aggregate : rule_.aggregates) {
    aggregate::Spec spec;
    spec.kind = aggregate.kind;
    spec.form = aggregate.form;
    spec.unit = aggregate.window.unit;
    spec.width = aggregate.window.amount;
    spec.before = aggregate.before;
    spec.parameter = aggregate.parameter;
    if (aggregate.argument != ir::kNone && !CountsConditions(aggregate.kind)) {
      spec.argument = KindOf(module.functions[aggregate.argument].result);
    }
    spec.result = KindOf(rule_.slots[aggregate.slot].type);
    if (aggregate.form == ir::AggregateForm::kHistory) spec.least = kLeastHistory;
    specs_.push_back(spec);
    all_of_run_ = all_of_run_ && IsOfRun(aggregate.window);
  }
  seen_.assign(rule_.stages.size(), 0);
  Classify();
}

AggregateOperator::~AggregateOperator() = default;

// Which aggregates `when` asks for, itself or through what steps store.
std::vector<bool> AggregateOperator::AskedByWhen() const {
  const ir::Module& module = services_->module();
  std::vector<bool> needed(rule_.slots.size(), false);
  const auto read = [&](ir::FunctionId function) {
    for (const ir::Instruction& instruction : module.functions[function].instructions) {
      if (instruction.kind == ir::InstructionKind::kSlot) needed[instruction.index] = true;
    }
  };
  if (rule_.when != ir::kNone) read(rule_.when);
  for (std::size_t i = rule_.steps.size(); i-- > 0;) {
    const ir::FunctionId function = rule_.steps[i].function;
    if (function == ir::kNone) continue;
    bool stores = rule_.steps[i].kind == ir::StepKind::kCondition;
    for (const ir::Instruction& instruction : module.functions[function].instructions) {
      stores = stores || (instruction.kind == ir::InstructionKind::kStore && needed[instruction.index]);
    }
    if (stores) read(function);
  }
  return needed;
}

void AggregateOperator::Classify() {
  const std::vector<bool> asked = AskedByWhen();
  for (const ir::Aggregate& aggregate : rule_.aggregates) {
    at_events_ = at_events_ || (HasWindow(aggregate) && asked[aggregate.slot]);
  }
  for (const ir::Provided& provided : rule_.provided) {
    if (provided.kind != ir::ProvidedKind::kScopeInstance) continue;
    const ir::FunctionId key = rule_.stages[provided.stage].key;
    if (key == ir::kNone) continue;
    for (const ir::Instruction& instruction : services_->module().functions[key].instructions) {
      const bool reads = instruction.kind == ir::InstructionKind::kSlot && instruction.index == provided.slot;
      if (reads && std::find(key_scopes_.begin(), key_scopes_.end(), provided.scope) == key_scopes_.end()) {
        key_scopes_.push_back(provided.scope);
      }
    }
  }
}

bool AggregateOperator::Counts(const ir::Aggregate& aggregate, const ir::Stage& from,
                               std::uint32_t index) const {
  if (aggregate.stage != ir::kNone) return aggregate.stage == index;
  return from.kind == ir::StageKind::kMatch || from.kind == ir::StageKind::kEntry;
}

// ---------------------------------------------------------------- groups and cells

MatchOperator::Partition AggregateOperator::PartitionOf(const Event& event) const {
  if (keyed()) return services_->keys(rule_id_).Find(event.key);
  return at_events_ && !all_of_run_ ? std::uint64_t{event.position.stream} + 1 : kOfRun;
}

AggregateOperator::Group* AggregateOperator::FindGroup(Partition partition) {
  const auto it = groups_.find(partition);
  return it == groups_.end() ? nullptr : it->second.get();
}

AggregateOperator::Group* AggregateOperator::GroupOf(Partition partition, const Event& event) {
  if (!keyed() || partition != kNoKey) {
    if (Group* group = FindGroup(partition)) return group;
  }
  auto added = std::make_unique<Group>();
  Group* group = added.get();
  if (keyed()) partition = group->key = services_->keys(rule_id_).Hold(event.key);
  group->partition = partition;
  group->cells.resize(rule_.aggregates.size());
  group->bytes = group->total = kGroupBytes + group->cells.size() * sizeof(Cell);
  group->number = services_->Admit(rule_id_, group->bytes);
  groups_.emplace(partition, std::move(added));
  by_number_.emplace(group->number, group);
  for (ir::RuleId scope : key_scopes_) {
    const std::shared_ptr<ScopeInstance> instance = services_->ScopeOf(scope, event);
    if (instance == nullptr) continue;
    const Timer timer = ScopeTimer(*instance, group->number, kScopeInKey);
    services_->SetTimer(timer);
    group->ends.push_back(timer);
  }
  return group;
}

std::shared_ptr<ScopeInstance> AggregateOperator::InstanceAt(ir::RuleId scope, const Place& place) const {
  if (place.event != nullptr) return services_->ScopeOf(scope, *place.event);
  for (const std::shared_ptr<ScopeInstance>& instance : place.match->scopes) {
    if (instance->scope == scope) return instance;
  }
  return nullptr;
}

std::optional<std::int64_t> AggregateOperator::CoordinateOf(const ir::Aggregate& aggregate,
                                                            const Point& point) const {
  switch (aggregate.window.unit) {
    case ir::WindowUnit::kNoWindow:
    case ir::WindowUnit::kScope:
      return 0;
    case ir::WindowUnit::kLines:
      return point.extent.last_line;
    case ir::WindowUnit::kRecords:
      return point.extent.last_record;
    case ir::WindowUnit::kTime:
      if (!point.timed()) return std::nullopt;
      return point.time.integer;
  }
  return std::nullopt;
}

AggregateOperator::Cell* AggregateOperator::CellAt(std::uint32_t index, const Place& place, bool make,
                                                   Group** group, CellKey* key) {
  const ir::Window& window = rule_.aggregates[index].window;
  *key = {index, 0};
  if (window.unit == ir::WindowUnit::kScope && window.scope == ir::kSourceScope) {
    key->second = std::int64_t{place.point->position.input} + 1;
  } else if (window.unit == ir::WindowUnit::kScope && window.scope != ir::kRunScope) {
    const std::shared_ptr<ScopeInstance> instance = InstanceAt(window.scope, place);
    if (instance == nullptr) return nullptr;
    key->second = instance->number;
  } else if (keyed() ? InStream(window) : !at_events_ && !IsOfRun(window)) {
    key->second = std::int64_t{place.point->position.stream} + 1;
  }
  // Without a key what covers the run is apart from what covers a stream.
  if (!keyed() && at_events_ && IsOfRun(window)) {
    *group = make ? GroupOf(kOfRun, *place.event) : FindGroup(kOfRun);
    if (*group == nullptr) return nullptr;
  }
  Cell* cell = nullptr;
  if (key->second == 0) {
    cell = &(*group)->cells[index];
  } else if (const auto it = (*group)->divided.find(*key); it != (*group)->divided.end()) {
    cell = &it->second;
  } else if (make) {
    cell = &(*group)->divided[*key];
    (*group)->total += kDividedBytes;
  }
  if (cell == nullptr) return nullptr;
  if (cell->window == nullptr && make) MakeCell(index, place, cell);
  return cell->window == nullptr ? nullptr : cell;
}

void AggregateOperator::MakeCell(std::uint32_t index, const Place& place, Cell* cell) {
  const ir::Aggregate& aggregate = rule_.aggregates[index];
  const aggregate::Spec& spec = specs_[index];
  cell->window = std::make_unique<aggregate::WindowAggregate>(spec);
  if (aggregate.form != ir::AggregateForm::kHistory || services_->history() == nullptr) return;
  const std::int64_t now = place.point->time.integer;
  const std::int64_t back = SaturatingAdd(spec.width, spec.before);
  services_->history()->Read(aggregate.series, *place.key, SaturatingAdd(now, -back), now,
                             [&](std::int64_t time, const Value& value) {
                               const Value fitting = aggregate::Fitting(spec, value);
                               if (fitting.is_missing() && !CountsConditions(spec.kind)) return;
                               cell->window->Add(std::min(time, now), {fitting, time, true});
                             });
}

// A cell's timer stays where it is while events come; when it fires the cell's end is looked at again.
void AggregateOperator::SetTimer(std::uint32_t index, const Place& place, Group* group, const CellKey& key,
                                 Cell* cell) {
  if (cell->timer.has_value()) return;
  const ir::Window& window = rule_.aggregates[index].window;
  const std::optional<std::int64_t> expiry = cell->window->Expiry();
  if (!expiry) return;
  Timer timer;
  timer.rule = rule_id_;
  timer.number = group->number;
  timer.stream = place.point->position.stream;
  switch (window.unit) {
    case ir::WindowUnit::kNoWindow:
      return;  // until the run ends, or the scopes in the key do
    case ir::WindowUnit::kScope:
      if (window.scope == ir::kRunScope) return;
      if (window.scope == ir::kSourceScope) {
        timer.clock = Clock::kSource;
        timer.of = place.point->position.input;
      } else {
        const std::shared_ptr<ScopeInstance> instance = InstanceAt(window.scope, place);
        timer.clock = Clock::kScope;
        timer.of = key.second;
        timer.over = instance != nullptr && instance->ended;
      }
      break;
    case ir::WindowUnit::kLines:
    case ir::WindowUnit::kRecords:
      timer.clock = window.unit == ir::WindowUnit::kLines ? Clock::kLines : Clock::kRecords;
      timer.of = place.point->position.stream;
      timer.end = *expiry;
      break;
    case ir::WindowUnit::kTime:
      timer.clock = keyed() ? Clock::kRunTime : Clock::kTime;
      timer.of = keyed() ? 0 : place.point->position.stream;
      timer.end = SaturatingAdd(*expiry, rule_.skew);
      break;
  }
  timer.what = index;
  if (key.second != 0) {
    timer.what = static_cast<std::uint32_t>(rule_.aggregates.size()) + group->next_serial++;
    group->serials.emplace(timer.what, key);
  }
  cell->timer = timer;
  services_->SetTimer(timer);
}

void AggregateOperator::OnTimer(std::uint64_t number, std::uint32_t what) {
  const auto found = by_number_.find(number);
  if (found == by_number_.end()) {
    MatchOperator::OnTimer(number, what);
    return;
  }
  Group* group = found->second;
  if (what == kScopeInKey) {
    DecideAtEnd(group);
    Forget(group);
    return;
  }
  const auto serial = group->serials.find(what);
  const bool divided = serial != group->serials.end();
  if (!divided && what >= group->cells.size()) return;
  Cell* cell = divided ? &group->divided.at(serial->second) : &group->cells[what];
  const std::uint32_t index = divided ? serial->second.first : what;
  if (!cell->timer.has_value()) return;
  const bool counted = rule_.aggregates[index].window.unit != ir::WindowUnit::kScope;
  const std::int64_t skew = rule_.aggregates[index].window.unit == ir::WindowUnit::kTime ? rule_.skew : 0;
  const std::optional<std::int64_t> expiry = cell->window->Expiry();
  const std::int64_t end = expiry ? SaturatingAdd(*expiry, skew) : INT64_MIN;
  if (counted && end > cell->timer->end) {
    cell->timer->end = end;
    const Timer timer = *cell->timer;
    if (!services_->IsDue(timer)) {
      services_->SetTimer(timer);
      return;
    }
  }
  group->total -= cell->bytes;
  if (divided) {
    group->total -= kDividedBytes;
    group->divided.erase(serial->second);
    group->serials.erase(serial);
  } else {
    *cell = Cell();
  }
  Measure(group);
  Tidy(group);
}

// A group goes when nothing is in it. A row that has begun waits for its next decision.
void AggregateOperator::Tidy(Group* group) {
  if (!at_events_ || !group->divided.empty()) return;
  if (group->in_a_row > 0 && group->in_a_row < rule_.when_count) return;
  for (const Cell& cell : group->cells) {
    if (cell.window != nullptr) return;
  }
  Forget(group);
}

void AggregateOperator::Forget(Group* group) {
  for (const Timer& timer : group->ends) services_->CancelTimer(timer);
  for (const Cell& cell : group->cells) {
    if (cell.timer.has_value()) services_->CancelTimer(*cell.timer);
  }
  for (const auto& [key, cell] : group->divided) {
    if (cell.timer.has_value()) services_->CancelTimer(*cell.timer);
  }
  if (group->last != nullptr) Drop(std::move(group->last));
  services_->Release(group->number);
  if (group->key != kNoKey) services_->keys(rule_id_).Release(group->key);
  by_number_.erase(group->number);
  groups_.erase(group->partition);
}

void AggregateOperator::OnEvict(std::uint64_t number) {
  const auto found = by_number_.find(number);
  if (found == by_number_.end()) {
    MatchOperator::OnEvict(number);
    return;
  }
  Forget(found->second);
}

// A cell's window has changed.
void AggregateOperator::Touch(Group* group, Cell* cell) {
  const std::uint64_t bytes = cell->window->bytes();
  group->total = group->total + bytes - cell->bytes;
  cell->bytes = bytes;
}

// The same from the beginning.
void AggregateOperator::Recount(Group* group) {
  group->total = kGroupBytes + group->cells.size() * sizeof(Cell) + group->divided.size() * kDividedBytes;
  const auto add = [&](Cell* cell) {
    cell->bytes = cell->window == nullptr ? 0 : cell->window->bytes();
    group->total += cell->bytes;
  };
  for (Cell& cell : group->cells) add(&cell);
  for (auto& [key, cell] : group->divided) add(&cell);
  if (group->last == nullptr) return;
  group->last->match.bytes = CostOf(group->last->match);
  group->total += group->last->match.bytes;
}

void AggregateOperator::Measure(Group* group) {
  // A few bytes more are not worth the way.
  if (group->total < group->bytes + 256 && group->bytes < group->total + 256) return;
  group->bytes = group->total;
  services_->Resize(group->number, group->total);
}

// ---------------------------------------------------------------- events

void AggregateOperator::OnPositive(const Event& event) {
  // Each entry sees each record once.
  if (event.stage->kind == ir::StageKind::kEntry && event.record != nullptr) {
    if (seen_[event.index] == event.position.order) return;
    seen_[event.index] = event.position.order;
  }
  OnEvent(event);
}

void AggregateOperator::OnFeed(const Event& event) {
  OnEvent(event);
}

void AggregateOperator::OnEvent(const Event& event) {
  Group* group = GroupOf(PartitionOf(event), event);
  services_->BlankFrame(rule_id_, &event_frame_);
  for (std::size_t i = 0; i < event.stores.size(); ++i) event_frame_[event.stores[i]] = event.stored[i];
  Provide(event.index, event, &event_frame_, services_->temporary(), nullptr);
  const Point point = PointOf(event);
  Value no_key;
  const Place place{&point, &event, nullptr, keyed() ? &event.key : &no_key};
  const bool decides = event.stage->kind != ir::StageKind::kFeed;
  bool untimed = false;
  for (const ir::Aggregate& aggregate : rule_.aggregates) {
    untimed = untimed || (aggregate.window.unit == ir::WindowUnit::kTime && !point.timed() &&
                          Counts(aggregate, *event.stage, event.index));
  }
  if (untimed) ++services_->counts(rule_id_).no_time;
  trial_.arena->Reset();
  trial_.slots = event_frame_;
  trial_.record = event.context();
  // History is what came before the event at hand.
  for (std::uint32_t i = 0; decides && i < rule_.aggregates.size(); ++i) {
    if (rule_.aggregates[i].form != ir::AggregateForm::kHistory) continue;
    trial_.slots[rule_.aggregates[i].slot] = ResultOf(i, place, trial_.arena.get());
  }
  for (std::uint32_t i = 0; i < rule_.aggregates.size(); ++i) {
    if (Counts(rule_.aggregates[i], *event.stage, event.index)) Count(i, event, place);
  }
  if (decides && at_events_) DecideAtEvent(group, event, place);
  if (decides && !at_events_) KeepLast(group, event, place);
  Measure(group);
  Tidy(group);
}

void AggregateOperator::Count(std::uint32_t index, const Event& event, const Place& place) {
  const ir::Aggregate& aggregate = rule_.aggregates[index];
  const std::optional<std::int64_t> at = CoordinateOf(aggregate, *place.point);
  if (!at) return;
  aggregate::Sample sample;
  sample.timed = place.point->timed();
  sample.time = sample.timed ? place.point->time.integer : 0;
  if (aggregate.argument != ir::kNone) {
    const Value value = services_->evaluator()->Call(aggregate.argument, event_frame_.data(),
                                                     &event.context(), services_->temporary());
    if (CountsConditions(aggregate.kind)) {
      if (!value.is_true()) return;
    } else {
      sample.value = aggregate::Fitting(specs_[index], value);
      if (sample.value.is_missing()) return;
    }
  }
  Group* group = FindGroup(PartitionOf(event));
  CellKey key;
  Cell* cell = CellAt(index, place, true, &group, &key);
  if (cell == nullptr) return;
  cell->window->Add(*at, sample);
  services_->counts(rule_id_).dropped += static_cast<std::int64_t>(cell->window->dropped() - cell->dropped);
  cell->dropped = cell->window->dropped();
  Touch(group, cell);
  SetTimer(index, place, group, key, cell);
  if (group->partition == kOfRun && !keyed()) Measure(group);
  if (aggregate.form == ir::AggregateForm::kHistory && services_->history() != nullptr) {
    services_->history()->Append(aggregate.series, *place.key, sample.time, sample.value);
  }
}

Value AggregateOperator::ResultOf(std::uint32_t index, const Place& place, Arena* arena) {
  const ir::Aggregate& aggregate = rule_.aggregates[index];
  const std::optional<std::int64_t> at = CoordinateOf(aggregate, *place.point);
  if (!at) return Value::Missing();
  if (aggregate.window.unit == ir::WindowUnit::kScope && aggregate.window.scope != ir::kRunScope &&
      aggregate.window.scope != ir::kSourceScope && InstanceAt(aggregate.window.scope, place) == nullptr) {
    return Value::Missing();
  }
  Group* group = place.event != nullptr ? FindGroup(PartitionOf(*place.event))
                 : keyed()              ? FindGroup(services_->keys(rule_id_).Find(*place.key))
                                        : FindGroup(kOfRun);
  CellKey key;
  // History is read when its cell is made.
  const bool make = aggregate.form == ir::AggregateForm::kHistory && place.event != nullptr;
  Cell* cell = group == nullptr ? nullptr : CellAt(index, place, make, &group, &key);
  if (cell == nullptr) return aggregate::WindowAggregate(specs_[index]).Result(*at, arena);
  if (make) SetTimer(index, place, group, key, cell);
  const Value result = cell->window->Result(*at, arena);
  Touch(group, cell);
  return result;
}

// ---------------------------------------------------------------- decisions

void AggregateOperator::DecideAtEvent(Group* group, const Event& event, const Place& place) {
  for (std::uint32_t i = 0; i < rule_.aggregates.size(); ++i) {
    if (rule_.aggregates[i].form == ir::AggregateForm::kHistory) continue;
    trial_.slots[rule_.aggregates[i].slot] = ResultOf(i, place, trial_.arena.get());
  }
  if (!TrySteps(&trial_, *place.point, event.key, false)) return;
  const Value holds =
      services_->evaluator()->Call(rule_.when, trial_.slots.data(), &trial_.record, services_->temporary());
  if (traced()) TellWhen(*group, trial_, &event, holds);
  if (holds.is_missing()) return;
  if (!holds.is_true()) {
    group->armed = true;
    group->in_a_row = 0;
    return;
  }
  if (group->in_a_row < UINT32_MAX) ++group->in_a_row;
  if (!group->armed || group->in_a_row < rule_.when_count) return;
  group->armed = false;
  Fire(event);
}

// The rest of the way is that of other matches: joins that wait, absences, scopes.
void AggregateOperator::Fire(const Event& event) {
  const auto take = [&](Match* match) {
    for (const ir::Aggregate& aggregate : rule_.aggregates) {
      match->slots[aggregate.slot] = match->arena->DeepCopy(trial_.slots[aggregate.slot]);
    }
  };
  if (simple()) {
    Match match;
    services_->BlankFrame(rule_id_, &match.slots);
    services_->Take(&match, event, rule_id_, true);
    Provide(event.index, event, &match.slots, match.arena.get(), nullptr);
    take(&match);
    DecideAtOnce(std::move(match), PointOf(event), event.key);
    return;
  }
  std::unique_ptr<Instance> owned = Begin(event);
  Instance* instance = owned.get();
  Add(instance, event);
  take(&instance->match);
  Enter(std::move(owned));
  if (PassStage(instance, 0)) Complete(instance);
}

void AggregateOperator::TellWhen(const Group& group, const Match& match, const Event* event,
                                 const Value& holds) {
  why::Moment moment;
  moment.what = why::Happened::kWhen;
  moment.rule = rule_id_;
  moment.number = group.number;
  moment.match = event == nullptr ? &match : nullptr;
  moment.event = event;
  if (group.key != kNoKey) moment.key = services_->keys(rule_id_).ValueOf(group.key);
  moment.function = rule_.when;
  moment.slots = match.slots.data();
  moment.value = holds;
  moment.count = group.in_a_row + (holds.is_true() ? 1 : 0);
  moment.needed = rule_.when_count;
  moment.armed = group.armed;
  services_->tracer()->OnMoment(moment);
}

void AggregateOperator::Drop(std::unique_ptr<Instance> instance) {
  if (instance->key != kNoKey) services_->keys(rule_id_).Release(instance->key);
}

void AggregateOperator::KeepLast(Group* group, const Event& event, const Place&) {
  std::unique_ptr<Instance> last = Begin(event);
  Add(last.get(), event);
  for (const ir::Aggregate& aggregate : rule_.aggregates) {
    if (aggregate.form != ir::AggregateForm::kHistory) continue;
    last->match.slots[aggregate.slot] = last->match.arena->DeepCopy(trial_.slots[aggregate.slot]);
  }
  if (group->last != nullptr) {
    group->total -= group->last->match.bytes;
    Drop(std::move(group->last));
  }
  last->match.bytes = CostOf(last->match);
  group->total += last->match.bytes;
  group->last = std::move(last);
}

void AggregateOperator::DecideAtEnd(Group* group) {
  if (at_events_ || group->last == nullptr) return;
  if (services_->interrupted()) {
    ++services_->counts(rule_id_).undecided;
    return;
  }
  std::unique_ptr<Instance> owned = std::move(group->last);
  Match& match = owned->match;
  const Value key = group->key == kNoKey ? Value::Missing() : services_->keys(rule_id_).ValueOf(group->key);
  const Point point = owned->last();
  const Place place{&point, nullptr, &match, &key};
  for (std::uint32_t i = 0; i < rule_.aggregates.size(); ++i) {
    if (rule_.aggregates[i].form == ir::AggregateForm::kHistory) continue;
    match.slots[rule_.aggregates[i].slot] = ResultOf(i, place, match.arena.get());
  }
  // What only the scope's closing line gives is known by now, if that scope is over.
  for (const auto& [i, scope] : owned->held) {
    if (!scope->ended) continue;
    const ir::Provided& provided = rule_.provided[i];
    match.slots[provided.slot] = match.arena->DeepCopy(scope->slots[provided.field]);
  }
  bool holds = TrySteps(&match, point, key, true) && rule_.when_count == 1;
  if (holds && rule_.when != ir::kNone) {
    const Value value =
        services_->evaluator()->Call(rule_.when, match.slots.data(), &match.record, services_->temporary());
    if (traced()) TellWhen(*group, match, nullptr, value);
    holds = value.is_true();
  }
  if (!holds) {
    Drop(std::move(owned));
    return;
  }
  Instance* instance = owned.get();
  Enter(std::move(owned));
  if (PassStage(instance, 0)) Complete(instance);
}

void AggregateOperator::OnEndOfSource(std::uint32_t input) {
  MatchOperator::OnEndOfSource(input);
  if (keyed() || !at_events_ || all_of_run_) return;
  for (std::uint32_t stream : services_->StreamsOf(input)) {
    if (Group* group = FindGroup(std::uint64_t{stream} + 1)) Forget(group);
  }
}

void AggregateOperator::OnEndOfRun() {
  MatchOperator::OnEndOfRun();
  while (!by_number_.empty()) {
    Group* group = by_number_.begin()->second;
    DecideAtEnd(group);
    Forget(group);
  }
}

}  // namespace faultline::runtime
