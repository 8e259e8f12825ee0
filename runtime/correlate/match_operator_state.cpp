// Matches that wait, and what is remembered for them, as bytes and back.
#include "runtime/correlate/match_operator.h"
#include "runtime/correlate/match_state.h"
#include "runtime/correlate/set_operator.h"

#include <algorithm>
#include <utility>

namespace faultline::runtime {

using snapshot::Reader;
using snapshot::Writer;

void MatchOperator::SaveInstance(const Instance& instance,
                                 const std::vector<JoinIndex::BucketNumbers>& buckets, Writer* writer) const {
  PutMatch(instance.match, services_, writer);
  writer->Unsigned(instance.number);
  writer->Unsigned(instance.partition);
  writer->Unsigned(instance.key);
  writer->Unsigned(instance.next);
  writer->Unsigned(instance.at.size());
  for (const Point& point : instance.at) PutPoint(point, writer);
  writer->Unsigned(instance.latest);
  writer->Unsigned(instance.waits.size());
  for (const Wait& wait : instance.waits) {
    writer->Unsigned(wait.stage);
    writer->Unsigned(wait.bucket);
    writer->Bool(wait.timed);
    PutTimer(wait.timer, writer);
  }
  writer->Unsigned(instance.timers.size());
  for (const Timer& timer : instance.timers) PutTimer(timer, writer);
  writer->Unsigned(instance.open);
  writer->Unsigned(instance.step);
  writer->Bool(instance.whole);
  writer->Bool(instance.vetoed);
  writer->Bool(instance.graphs_over);
  writer->Unsigned(instance.vetoes.size());
  for (const auto& [index, point] : instance.vetoes) {
    writer->Unsigned(index);
    PutPoint(point, writer);
  }
  writer->Unsigned(instance.next_join);
  if (instance.next_join != kNoStage) {
    writer->Unsigned(buckets[instance.next_join].at(instance.next_bucket));
  }
  writer->Unsigned(instance.held.size());
  for (const auto& [index, scope] : instance.held) {
    writer->Unsigned(index);
    services_->PutScope(scope, writer);
  }
}

std::unique_ptr<MatchOperator::Instance> MatchOperator::LoadInstance(
    const std::vector<std::vector<JoinIndex::Bucket*>>& buckets, Reader* reader) {
  const std::size_t stages = rule_.stages.size();
  auto owned = std::make_unique<Instance>();
  Instance& instance = *owned;
  instance.match = GetMatch(services_, reader);
  instance.number = reader->Unsigned();
  instance.partition = reader->Unsigned();
  instance.key = reader->Unsigned();
  instance.next = GetSmall(reader);
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) instance.at.push_back(GetPoint(reader));
  instance.latest = GetSmall(reader);
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    Wait& wait = instance.waits.emplace_back();
    wait.stage = GetSmall(reader);
    wait.bucket = reader->Unsigned();
    wait.timed = reader->Bool();
    wait.timer = GetTimer(reader);
    if (wait.stage >= stages) reader->Fail();
  }
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    instance.timers.push_back(GetTimer(reader));
  }
  instance.open = GetSmall(reader);
  instance.step = GetSmall(reader);
  instance.whole = reader->Bool();
  instance.vetoed = reader->Bool();
  instance.graphs_over = reader->Bool();
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const std::uint32_t index = GetSmall(reader);
    instance.vetoes.emplace_back(index, GetPoint(reader));
  }
  instance.next_join = GetSmall(reader);
  if (instance.next_join != kNoStage) {
    const std::uint64_t bucket = reader->Unsigned();
    if (instance.next_join >= buckets.size() || bucket >= buckets[instance.next_join].size()) reader->Fail();
    if (reader->ok()) instance.next_bucket = buckets[instance.next_join][bucket];
  }
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const std::uint32_t index = GetSmall(reader);
    instance.held.emplace_back(index, services_->GetScope(reader));
    if (index >= rule_.provided.size() || instance.held.back().second == nullptr) reader->Fail();
  }
  const std::size_t most = std::max<std::size_t>(plan_.positive.size(), 1);  // entries are not among them
  if (instance.match.slots.size() != rule_.slots.size() || instance.at.empty() || instance.at.size() > most ||
      instance.latest >= instance.at.size() || instance.next > most || instance.step > rule_.steps.size()) {
    reader->Fail();
  }
  if (!reader->ok()) return nullptr;
  return owned;
}

void MatchOperator::SaveMemory(const Memory& memory, Writer* writer) const {
  writer->Unsigned(memory.number);
  writer->Unsigned(memory.stage);
  writer->Unsigned(memory.bucket);
  writer->Unsigned(memory.key);
  writer->Unsigned(memory.bytes);
  writer->Bool(memory.any);
  PutTimer(memory.timer, writer);
  writer->Unsigned(memory.events.size());
  for (const Remembered& event : memory.events) {
    PutPoint(event.point, writer);
    writer->Signed(event.scope);
    writer->Bool(event.arena != nullptr);
    PutValues(event.stored, writer);
  }
}

bool MatchOperator::LoadMemory(Reader* reader) {
  Memory memory;
  memory.number = reader->Unsigned();
  memory.stage = GetSmall(reader);
  memory.bucket = reader->Unsigned();
  memory.key = reader->Unsigned();
  memory.bytes = reader->Unsigned();
  memory.any = reader->Bool();
  memory.timer = GetTimer(reader);
  if (memory.stage >= rule_.stages.size()) reader->Fail();
  const std::size_t stores = reader->ok() ? stores_of(memory.stage).size() : 0;
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    Remembered& event = memory.events.emplace_back();
    event.point = GetPoint(reader);
    event.scope = reader->Signed();
    event.arena = std::make_unique<Arena>();
    const bool stored = reader->Bool();
    event.stored = GetValues(reader, event.arena.get());
    if (event.stored.size() != (stored ? stores : 0)) reader->Fail();
    if (!stored) event.arena.reset();
  }
  if (!reader->ok()) return false;
  memory_numbers_.emplace(memory.number, std::pair(memory.stage, memory.bucket));
  const std::uint32_t stage = memory.stage;
  const std::uint64_t bucket = memory.bucket;
  return memories_[stage].emplace(bucket, std::move(memory)).second;
}

void MatchOperator::Save(Writer* writer) const {
  std::vector<JoinIndex::BucketNumbers> buckets(joins_.size());
  for (std::size_t i = 0; i < joins_.size(); ++i) {
    if (joins_[i] != nullptr) buckets[i] = joins_[i]->Save(writer);
    if (repetitions_[i] != nullptr) repetitions_[i]->Save(writer);
    if (recents_[i] != nullptr) recents_[i]->Save(writer);
  }
  writer->Unsigned(instances_.size());
  for (const auto& [number, instance] : instances_) SaveInstance(*instance, buckets, writer);
  std::size_t memories = 0;
  for (const auto& stage : memories_) memories += stage.size();
  writer->Unsigned(memories);
  for (const auto& stage : memories_) {
    for (const auto& [bucket, memory] : stage) SaveMemory(memory, writer);
  }
  writer->Unsigned(whole_);
  writer->Unsigned(next_needed_);
  writer->Unsigned(decided_until_.size());
  for (const auto& [partition, until] : decided_until_) {
    writer->Unsigned(partition);
    writer->Signed(until);
  }
}

bool MatchOperator::Load(Reader* reader) {
  std::vector<std::vector<JoinIndex::Bucket*>> buckets(joins_.size());
  for (std::size_t i = 0; i < joins_.size(); ++i) {
    if (joins_[i] != nullptr) buckets[i] = joins_[i]->Load(reader);
    if (repetitions_[i] != nullptr && !repetitions_[i]->Load(reader)) return false;
    if (recents_[i] != nullptr && !recents_[i]->Load(reader)) return false;
  }
  for (std::size_t n = reader->Count(); n > 0; --n) {
    std::unique_ptr<Instance> instance = LoadInstance(buckets, reader);
    if (instance == nullptr) return false;
    for (const Wait& wait : instance->waits) {
      waiting_[wait.stage][wait.bucket].emplace(instance->number, instance.get());
    }
    const std::uint64_t number = instance->number;
    if (!instances_.emplace(number, std::move(instance)).second) return false;
  }
  for (std::size_t n = reader->Count(); n > 0; --n) {
    if (!LoadMemory(reader)) return false;
  }
  whole_ = static_cast<std::size_t>(reader->Unsigned());
  next_needed_ = static_cast<std::size_t>(reader->Unsigned());
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const std::uint64_t partition = reader->Unsigned();
    decided_until_.emplace(partition, reader->Signed());
  }
  return reader->ok();
}

// ---------------------------------------------------------------- sets

void SetOperator::Save(Writer* writer) const {
  MatchOperator::Save(writer);
  writer->Unsigned(gatherings_.size());
  for (const auto& [partition, gathering] : gatherings_) {
    writer->Unsigned(partition);
    writer->Unsigned(gathering.number);
    writer->Unsigned(gathering.key);
    PutTimer(gathering.timer, writer);
    for (const Part& part : gathering.parts) {
      writer->Bool(part.there);
      if (!part.there) continue;
      PutMatch(part.match, services_, writer);
      PutPoint(part.point, writer);
      writer->Unsigned(part.held.size());
      for (const auto& [index, scope] : part.held) {
        writer->Unsigned(index);
        services_->PutScope(scope, writer);
      }
    }
  }
}

bool SetOperator::Load(Reader* reader) {
  if (!MatchOperator::Load(reader)) return false;
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const std::uint64_t partition = reader->Unsigned();
    Gathering& gathering = gatherings_[partition];
    gathering.number = reader->Unsigned();
    gathering.key = reader->Unsigned();
    gathering.timer = GetTimer(reader);
    gathering.parts.resize(plan_.positive.size());
    for (Part& part : gathering.parts) {
      part.there = reader->Bool();
      if (!part.there) continue;
      part.match = GetMatch(services_, reader);
      part.point = GetPoint(reader);
      for (std::size_t rest = reader->Count(); rest > 0 && reader->ok(); --rest) {
        const std::uint32_t index = GetSmall(reader);
        part.held.emplace_back(index, services_->GetScope(reader));
        if (index >= rule_.provided.size() || part.held.back().second == nullptr) reader->Fail();
      }
      if (part.match.slots.size() != rule_.slots.size()) reader->Fail();
    }
    numbers_.emplace(gathering.number, partition);
  }
  return reader->ok();
}

}  // namespace faultline::runtime
