// What operators keep of events - keys, rows that repeat, events of joins, recent ones - as bytes and back.
#include "runtime/correlate/join_index.h"
#include "runtime/correlate/key_table.h"
#include "runtime/correlate/match_state.h"
#include "runtime/correlate/recent_events.h"
#include "runtime/correlate/repetition.h"

#include <utility>

namespace faultline::runtime {

using snapshot::Reader;
using snapshot::Writer;

// ---------------------------------------------------------------- keys

void KeyTable::Save(Writer* writer) const {
  writer->Unsigned(next_);
  writer->Unsigned(entries_.size());
  for (const auto& [id, entry] : entries_) {
    writer->Unsigned(id);
    writer->Unsigned(entry.holders);
    writer->Put(entry.value);
  }
}

bool KeyTable::Load(Reader* reader) {
  next_ = reader->Unsigned();
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const KeyId id = reader->Unsigned();
    Entry entry;
    entry.holders = reader->Unsigned();
    entry.arena = std::make_unique<Arena>();
    entry.value = reader->Get(entry.arena.get());
    if (id == kNoKey || id >= next_ || entry.holders == 0) reader->Fail();
    ids_.emplace(entry.value, id);
    entries_.emplace(id, std::move(entry));
  }
  if (ids_.size() != entries_.size()) reader->Fail();
  return reader->ok();
}

// ---------------------------------------------------------------- rows

void Repetition::Save(Writer* writer) const {
  writer->Unsigned(rows_.size());
  for (const auto& [partition, row] : rows_) {
    writer->Unsigned(partition);
    writer->Unsigned(row.number);
    writer->Unsigned(row.key);
    writer->Unsigned(row.bytes);
    PutTimer(row.timer, writer);
    writer->Unsigned(row.events.size());
    for (std::size_t i = 0; i < row.events.size(); ++i) {
      PutMatch(row.events[i], services_, writer);
      PutPoint(row.points[i], writer);
    }
  }
}

bool Repetition::Load(Reader* reader) {
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const std::uint64_t partition = reader->Unsigned();
    Held& row = rows_[partition];
    row.number = reader->Unsigned();
    row.key = reader->Unsigned();
    row.bytes = reader->Unsigned();
    row.timer = GetTimer(reader);
    const std::size_t events = reader->Count();
    if (events == 0) reader->Fail();
    for (std::size_t i = 0; i < events && reader->ok(); ++i) {
      row.events.push_back(GetMatch(services_, reader));
      row.points.push_back(GetPoint(reader));
      if (row.events.back().slots.size() != services_->rule(rule_).slots.size()) reader->Fail();
    }
    numbers_.emplace(row.number, partition);
  }
  return reader->ok();
}

// ---------------------------------------------------------------- joins

StageId JoinIndex::stage_id() const {
  const auto index = static_cast<StageId>(stage_ - services_->rule(rule_).stages.data());
  return services_->plan().rules()[rule_].first_stage + index;
}

JoinIndex::BucketNumbers JoinIndex::Save(Writer* writer) const {
  BucketNumbers numbers;
  writer->Unsigned(buckets_.size());
  for (const auto& [name, bucket] : buckets_) {
    numbers.emplace(bucket.get(), numbers.size());
    writer->Put(name);
    writer->Unsigned(bucket->entries.size());
    for (const Entry& entry : bucket->entries) {
      writer->Unsigned(entry.number);
      PutPoint(entry.point, writer);
      PutValues(entry.stored, writer);
      writer->Bool(!entry.evidence.empty());
      if (!entry.evidence.empty()) PutEvidence(entry.evidence.front(), writer);
    }
    writer->Unsigned(bucket->waiting.size());
    for (const auto& [number, same] : bucket->waiting) writer->Unsigned(number);
  }
  return numbers;
}

std::vector<JoinIndex::Bucket*> JoinIndex::Load(Reader* reader) {
  std::vector<Bucket*> loaded;
  const std::size_t stores = services_->plan().stages()[stage_id()].stores.size();
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    auto owned = std::make_unique<Bucket>();
    Bucket* bucket = owned.get();
    auto arena = std::make_unique<Arena>();
    const Value name = reader->Get(arena.get());
    for (std::size_t rest = reader->Count(); rest > 0 && reader->ok(); --rest) {
      Entry entry;
      entry.number = reader->Unsigned();
      entry.point = GetPoint(reader);
      entry.arena = std::make_unique<Arena>();
      entry.stored = GetValues(reader, entry.arena.get());
      if (entry.stored.size() != stores) reader->Fail();
      if (reader->Bool()) entry.evidence.push_back(GetEvidence(reader));
      order_.emplace(entry.number, bucket);
      bucket->entries.push_back(std::move(entry));
    }
    for (std::size_t rest = reader->Count(); rest > 0 && reader->ok(); --rest) {
      const std::uint64_t number = reader->Unsigned();
      bucket->waiting.emplace(number, number);
    }
    names_.emplace(bucket, name);
    arenas_.emplace(bucket, std::move(arena));
    if (!buckets_.emplace(name, std::move(owned)).second) reader->Fail();
    loaded.push_back(bucket);
  }
  return loaded;
}

// ---------------------------------------------------------------- recent events

void RecentEvents::Save(Writer* writer) const {
  writer->Unsigned(events_.size());
  for (const auto& [key, events] : events_) {
    writer->Unsigned(key);
    writer->Unsigned(events.size());
    for (const Recent& recent : events) {
      PutMatch(recent.match, services_, writer);
      PutPoint(recent.point, writer);
    }
  }
  writer->Unsigned(order_.size());
  for (const auto& [key, time] : order_) {
    writer->Unsigned(key);
    writer->Signed(time);
  }
}

bool RecentEvents::Load(Reader* reader) {
  const auto& stores = services_->plan().stages()[stage_].stores;
  std::size_t all = 0;
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    std::deque<Recent>& events = events_[reader->Unsigned()];
    for (std::size_t rest = reader->Count(); rest > 0 && reader->ok(); --rest, ++all) {
      Recent& recent = events.emplace_back();
      recent.match = GetMatch(services_, reader);
      recent.point = GetPoint(reader);
      if (recent.match.slots.size() != services_->rule(rule_).slots.size()) reader->Fail();
      if (!reader->ok()) return false;
      for (const ir::SlotId slot : stores) recent.stored.push_back(recent.match.slots[slot]);
    }
  }
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const KeyId key = reader->Unsigned();
    order_.emplace_back(key, reader->Signed());
    if (!events_.contains(key)) reader->Fail();
  }
  if (order_.size() != all) reader->Fail();
  return reader->ok();
}

}  // namespace faultline::runtime
