// Scopes: see scope_operator.h.
#include "runtime/correlate/scope_operator.h"

#include <algorithm>
#include <utility>

namespace faultline::runtime {

ScopeOperator::ScopeOperator(Services* services, ir::RuleId rule)
    : services_(services), rule_id_(rule), rule_(services->rule(rule)) {
  for (const ir::Stage& stage : rule_.stages) {
    has_enter_ = has_enter_ || stage.kind == ir::StageKind::kEnter;
    has_pause_ = has_pause_ || stage.kind == ir::StageKind::kPause;
  }
  for (ir::SlotId slot = 0; slot < rule_.slots.size(); ++slot) {
    if (rule_.slots[slot].name == "lines") lines_ = slot;
    if (rule_.slots[slot].name == "closed") closed_ = slot;
  }
}

Value ScopeOperator::KeyOf(const Event& event, Arena* arena) const {
  Value* parts = arena->AllocateValues(rule_.key.size());
  for (std::size_t k = 0; k < rule_.key.size(); ++k) {
    parts[k] = Value::Missing();
    for (std::size_t i = 0; i < event.stores.size(); ++i) {
      if (event.stores[i] == rule_.key[k]) parts[k] = event.stored[i];
    }
    if (parts[k].is_missing()) return Value::Missing();
  }
  return Value::Items(ValueKind::kList, parts, static_cast<std::uint32_t>(rule_.key.size()));
}

void ScopeOperator::Store(Open* open, const Event& event) {
  Match& match = open->match;
  for (std::size_t i = 0; i < event.stores.size(); ++i) {
    if (event.stored[i].is_missing()) continue;
    match.slots[event.stores[i]] = match.arena->DeepCopy(event.stored[i]);
  }
  open->instance->slots = match.slots;
}

ScopeOperator::Open* ScopeOperator::Add(std::unique_ptr<Open> owned, std::uint32_t stream,
                                        std::int64_t first_line) {
  StreamScopes& scopes = streams_[stream];
  Open* open = owned.get();
  open->instance = std::make_shared<ScopeInstance>();
  open->instance->scope = rule_id_;
  open->instance->number = services_->NextInstance();
  open->instance->input = services_->stream(stream).input;
  open->instance->stream = stream;
  open->instance->first_line = first_line;
  open->instance->arena = open->match.arena;
  open->instance->slots = open->match.slots;
  open->entered = ++entries_;
  open->number = services_->Admit(rule_id_, CostOf(open->match));
  numbers_.emplace(open->number, std::pair(stream, open));
  scopes.active.emplace(open->entered, open);
  scopes.open[open->key] = std::move(owned);
  return open;
}

ScopeOperator::Open* ScopeOperator::Enter(const Event& event, const Value& key) {
  auto owned = std::make_unique<Open>();
  services_->BlankFrame(rule_id_, &owned->match.slots);
  services_->Take(&owned->match, event, rule_id_, true);
  owned->key = owned->match.arena->DeepCopy(key);
  return Add(std::move(owned), event.position.stream, event.extent.first_line);
}

// The instance that is open because the stream has begun or one was closed.
ScopeOperator::Open* ScopeOperator::OpenImplicitly(std::uint32_t stream) {
  StreamScopes& scopes = streams_[stream];
  const StreamState& state = services_->stream(stream);
  auto owned = std::make_unique<Open>();
  Match& match = owned->match;
  services_->BlankFrame(rule_id_, &match.slots);
  match.place.file = state.file;
  match.place.line = scopes.next_log_line == 0 ? state.first_log_line : scopes.next_log_line;
  match.place.column = 1;
  match.place.end_line = match.place.line;
  match.place.input = state.input;
  match.record.file = match.arena->Copy(state.file);
  match.record.line = match.place.line;
  match.begin = services_->position();
  match.begin.stream_line = scopes.next_line;
  owned->key = Value::Items(ValueKind::kList, nullptr, 0);
  return Add(std::move(owned), stream, scopes.next_line);
}

std::shared_ptr<ScopeInstance> ScopeOperator::Current(std::uint32_t stream) {
  const auto it = streams_.find(stream);
  if (it != streams_.end()) {
    if (it->second.marked != nullptr && it->second.marked_order == services_->position().order) {
      return it->second.marked;
    }
    if (!it->second.active.empty()) return it->second.active.rbegin()->second->instance;
  }
  return has_enter_ ? nullptr : OpenImplicitly(stream)->instance;
}

void ScopeOperator::Mark(StreamScopes* scopes, const Open& open) {
  scopes->marked = open.instance;
  scopes->marked_order = services_->position().order;
}

// The open instance that the event is about; null: none is.
ScopeOperator::Open* ScopeOperator::Target(StreamScopes* scopes, const Event& event) {
  const Value key = KeyOf(event, services_->temporary());
  if (!key.is_missing() && !rule_.key.empty()) {
    const auto it = scopes->open.find(key);
    return it == scopes->open.end() ? nullptr : it->second.get();
  }
  return scopes->active.empty() ? nullptr : scopes->active.rbegin()->second;
}

void ScopeOperator::OnStage(const Event& event) {
  StreamScopes& scopes = streams_[event.position.stream];
  switch (event.stage->kind) {
    case ir::StageKind::kEnter: {
      Value key = KeyOf(event, services_->temporary());
      if (key.is_missing()) {
        ++services_->counts(rule_id_).missing_key;
        return;
      }
      const auto it = scopes.open.find(key);
      if (it != scopes.open.end()) {
        Open* open = it->second.get();
        if (has_pause_) {
          scopes.active.erase(open->entered);
          open->entered = ++entries_;
          open->paused = false;
          scopes.active.emplace(open->entered, open);
          Store(open, event);
          return;
        }
        End(&scopes, open, false, event.extent.first_line - 1);
      }
      Enter(event, key);
      return;
    }
    case ir::StageKind::kPause: {
      Open* open = Target(&scopes, event);
      if (open == nullptr) return;
      Store(open, event);
      Mark(&scopes, *open);
      scopes.active.erase(open->entered);
      open->paused = true;
      return;
    }
    case ir::StageKind::kClose: {
      Open* open = Target(&scopes, event);
      if (open == nullptr) {
        if (has_enter_) {
          const Value key = KeyOf(event, services_->temporary());
          open = Enter(event, key);
        } else {
          open = OpenImplicitly(event.position.stream);
        }
      }
      if (open->match.evidence.empty() || open->match.position.order != event.position.order) {
        const bool first = open->match.evidence.empty();
        const FindingPlace place = open->match.place;
        const Position begin = open->match.begin;
        services_->Take(&open->match, event, rule_id_, first);
        if (first) {
          open->match.place.line = place.line;
          open->match.place.column = place.column;
          open->match.begin = begin;
        }
      }
      Store(open, event);
      Mark(&scopes, *open);
      scopes.next_line = event.extent.last_line + 1;
      scopes.next_log_line = services_->stream(event.position.stream).log_line + 1;
      End(&scopes, open, true, event.extent.last_line);
      return;
    }
    case ir::StageKind::kMatch:
    case ir::StageKind::kThen:
    case ir::StageKind::kWithout:
    case ir::StageKind::kUntil:
    case ir::StageKind::kPart:
    case ir::StageKind::kLatest:
    case ir::StageKind::kNext:
    case ir::StageKind::kFeed:
    case ir::StageKind::kEdge:
    case ir::StageKind::kEntry:
      return;
  }
}

void ScopeOperator::End(StreamScopes* scopes, Open* open, bool closed, std::int64_t last_line) {
  const StreamState& state = services_->stream(open->instance->stream);
  Match& match = open->match;
  if (lines_ != ir::kNone) {
    match.slots[lines_] = Value::Int(std::max<std::int64_t>(0, last_line - open->instance->first_line + 1));
  }
  if (closed_ != ir::kNone) match.slots[closed_] = Value::Bool(closed);
  open->instance->slots = match.slots;
  match.extent.first_line = open->instance->first_line;
  match.extent.last_line = last_line;
  match.time = state.time;
  match.position = services_->position();
  services_->Release(open->number);
  numbers_.erase(open->number);
  scopes->active.erase(open->entered);
  std::shared_ptr<ScopeInstance> instance = std::move(open->instance);
  Match found = std::move(open->match);
  const auto it = scopes->open.find(open->key);
  scopes->open.erase(it);
  services_->EndScope(std::move(instance), std::move(found));
}

void ScopeOperator::OnEndOfSource(std::uint32_t input) {
  for (std::uint32_t stream : services_->StreamsOf(input)) {
    const StreamState& state = services_->stream(stream);
    StreamScopes& scopes = streams_[stream];
    if (!has_enter_ && scopes.open.empty() && state.line >= scopes.next_line) OpenImplicitly(stream);
    std::vector<Open*> open;
    for (const auto& [key, one] : scopes.open) open.push_back(one.get());
    std::sort(open.begin(), open.end(),
              [](const Open* a, const Open* b) { return a->instance->number < b->instance->number; });
    for (Open* one : open) End(&scopes, one, false, state.line);
    streams_.erase(stream);
  }
}

void ScopeOperator::OnEvict(std::uint64_t number) {
  const auto it = numbers_.find(number);
  if (it == numbers_.end()) return;
  const auto [stream, open] = it->second;
  End(&streams_[stream], open, false, services_->stream(stream).line);
}

}  // namespace faultline::runtime
