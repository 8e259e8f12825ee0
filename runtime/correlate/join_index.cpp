// Events of as-of joins: see join_index.h.
#include "runtime/correlate/join_index.h"

#include <utility>

namespace faultline::runtime {
namespace {

std::int64_t ReachOf(const ir::Stage& stage, const Position& position) {
  switch (stage.reach) {
    case ir::Reach::kStream:
      return position.stream;
    case ir::Reach::kSource:
      return position.input;
    case ir::Reach::kRun:
      return 0;
  }
  return 0;
}

bool HasMissing(const Value& list) {
  if (list.kind != ValueKind::kList) return true;
  for (std::uint32_t i = 0; i < list.size; ++i) {
    if (list.items[i].is_missing()) return true;
  }
  return false;
}

}  // namespace

JoinIndex::JoinIndex(Services* services, ir::RuleId rule, std::uint32_t stage)
    : services_(services), rule_(rule), stage_(&services->rule(rule).stages[stage]) {}

JoinIndex::Bucket* JoinIndex::Find(std::int64_t reach, const Value& key, const Value& index) {
  const Value parts[3] = {Value::Int(reach), key, index};
  const Value name = Value::Items(ValueKind::kList, parts, 3);
  if (const auto it = buckets_.find(name); it != buckets_.end()) return it->second.get();
  auto bucket = std::make_unique<Bucket>();
  auto arena = std::make_unique<Arena>();
  Bucket* added = bucket.get();
  const Value kept = arena->DeepCopy(name);
  names_.emplace(added, kept);
  arenas_.emplace(added, std::move(arena));
  buckets_.emplace(kept, std::move(bucket));
  return added;
}

JoinIndex::Bucket* JoinIndex::BucketOf(const Event& event) {
  Value index;
  if (stage_->index_own != ir::kNone) {
    services_->BlankFrame(rule_, &frame_);
    for (std::size_t i = 0; i < event.stores.size(); ++i) frame_[event.stores[i]] = event.stored[i];
    index = services_->evaluator()->Call(stage_->index_own, frame_.data(), &event.context(),
                                         services_->temporary());
    if (HasMissing(index)) return nullptr;
  }
  return Find(ReachOf(*stage_, event.position), event.key, index);
}

JoinIndex::Bucket* JoinIndex::BucketFor(Value* frame, const RecordContext* record, const Point& from,
                                        const Value& key) {
  Value index;
  if (stage_->index_other != ir::kNone) {
    index = services_->evaluator()->Call(stage_->index_other, frame, record, services_->temporary());
    if (HasMissing(index)) return nullptr;
  }
  return Find(ReachOf(*stage_, from.position), key, index);
}

void JoinIndex::Add(Bucket* bucket, const Event& event, bool prune) {
  Entry entry;
  entry.number = services_->NextNumber();
  entry.point = PointOf(event);
  entry.arena = std::make_unique<Arena>();
  for (std::size_t i = 0; i < event.stores.size(); ++i) {
    entry.stored.push_back(entry.arena->DeepCopy(event.stored[i]));
  }
  entry.evidence = services_->FirstLineOf(event);
  if (prune) {
    // What is asked for is strictly before a record that is not before this one: the latest that is strictly
    // before this event serves all of them.
    std::size_t keep = bucket->entries.size();
    while (keep > 0) {
      const Point& point = bucket->entries[keep - 1].point;
      const bool before = stage_->reach == ir::Reach::kRun
                              ? point.timed() && entry.point.timed() &&
                                    point.time.integer < entry.point.time.integer &&
                                    point.position.order < entry.point.position.order
                              : point.position.order < entry.point.position.order;
      --keep;
      if (before) break;
    }
    for (; keep > 0; --keep) {
      order_.erase(bucket->entries.front().number);
      bucket->entries.pop_front();
    }
  }
  order_.emplace(entry.number, bucket);
  bucket->entries.push_back(std::move(entry));
  if (order_.size() <= services_->limits().max_pending) return;
  ++services_->counts(rule_).dropped;
  Bucket* oldest = order_.begin()->second;
  order_.erase(order_.begin());
  oldest->entries.pop_front();
  if (oldest != bucket) Tidy(oldest);
}

void JoinIndex::Tidy(Bucket* bucket) {
  if (!bucket->entries.empty() || !bucket->waiting.empty()) return;
  const auto name = names_.find(bucket);
  if (name == names_.end()) return;
  const auto arena = arenas_.extract(bucket);  // outlives the erasing by the name that it holds
  const Value value = name->second;
  names_.erase(name);
  buckets_.erase(value);
}

void JoinIndex::Forget(Bucket* bucket) {
  for (const Entry& entry : bucket->entries) order_.erase(entry.number);
  bucket->entries.clear();
  Tidy(bucket);
}

void JoinIndex::Clear() {
  std::vector<Bucket*> all;
  for (const auto& [bucket, name] : names_) all.push_back(bucket);
  for (Bucket* bucket : all) Forget(bucket);
}

void JoinIndex::EndOfSource(std::uint32_t input) {
  if (stage_->reach == ir::Reach::kRun) return;
  std::vector<Bucket*> over;
  for (const auto& [bucket, name] : names_) {
    if (!bucket->entries.empty() && bucket->entries.front().point.position.input == input) {
      over.push_back(bucket);
    }
  }
  for (Bucket* bucket : over) Forget(bucket);
}

}  // namespace faultline::runtime
