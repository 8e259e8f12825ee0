// Open scopes as bytes and back; what ends them when nothing comes any more.
#include "runtime/correlate/match_state.h"
#include "runtime/correlate/scope_operator.h"

#include <algorithm>
#include <utility>

namespace faultline::runtime {

using snapshot::Reader;
using snapshot::Writer;

void ScopeOperator::OnIdle(std::uint32_t input) {
  for (const std::uint32_t stream : services_->StreamsOf(input)) {
    const auto it = streams_.find(stream);
    if (it == streams_.end() || it->second.open.empty()) continue;
    StreamScopes& scopes = it->second;
    const StreamState& state = services_->stream(stream);
    std::vector<Open*> open;
    for (const auto& [key, one] : scopes.open) open.push_back(one.get());
    std::sort(open.begin(), open.end(),
              [](const Open* a, const Open* b) { return a->instance->number < b->instance->number; });
    for (Open* one : open) End(&scopes, one, false, state.line);
    scopes.next_line = state.line + 1;
    scopes.next_log_line = state.log_line + 1;
  }
}

void ScopeOperator::Save(Writer* writer) const {
  writer->Unsigned(entries_);
  writer->Unsigned(streams_.size());
  for (const auto& [stream, scopes] : streams_) {
    writer->Unsigned(stream);
    writer->Signed(scopes.next_line);
    writer->Signed(scopes.next_log_line);
    writer->Unsigned(scopes.open.size());
    for (const auto& [key, open] : scopes.open) {
      PutMatch(open->match, services_, writer);
      writer->Put(open->key);
      services_->PutScope(open->instance, writer);
      writer->Unsigned(open->number);
      writer->Unsigned(open->entered);
      writer->Bool(open->paused);
    }
  }
}

bool ScopeOperator::Load(Reader* reader) {
  entries_ = reader->Unsigned();
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const std::uint32_t stream = GetSmall(reader);
    StreamScopes& scopes = streams_[stream];
    scopes.next_line = reader->Signed();
    scopes.next_log_line = reader->Signed();
    for (std::size_t rest = reader->Count(); rest > 0 && reader->ok(); --rest) {
      auto owned = std::make_unique<Open>();
      Open* open = owned.get();
      open->match = GetMatch(services_, reader);
      open->key = reader->Get(open->match.arena.get());
      open->instance = services_->GetScope(reader);
      open->number = reader->Unsigned();
      open->entered = reader->Unsigned();
      open->paused = reader->Bool();
      if (!reader->ok() || open->instance == nullptr || open->match.slots.size() != rule_.slots.size()) {
        return false;
      }
      // An open instance shows what its match holds.
      open->instance->arena = open->match.arena;
      open->instance->slots = open->match.slots;
      numbers_.emplace(open->number, std::pair(stream, open));
      if (!open->paused) scopes.active.emplace(open->entered, open);
      scopes.open[open->key] = std::move(owned);
    }
  }
  return reader->ok();
}

}  // namespace faultline::runtime
