// The events of one as-of join (`with x = latest E …`, `next E …`), found by what the condition says is
// equal.
//
// An event is put under its reach (stream, source or run), the rule's key and the equalities of the condition
// (Stage::index_own); a match asks with its own values of the same (index_other). What else the condition
// says is tried on the events found, latest or first one before the others. Events are kept as long as a
// match may ask for them, at most a bounded number: the oldest goes first, and is counted.
//
// O(1) expected for each event and lookup, and one call for each event whose other conditions do not hold.
// Thread safety: none.
#ifndef FAULTLINE_RUNTIME_CORRELATE_JOIN_INDEX_H_
#define FAULTLINE_RUNTIME_CORRELATE_JOIN_INDEX_H_

#include "runtime/correlate/point.h"
#include "runtime/correlate/services.h"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

namespace faultline::runtime {

class JoinIndex {
 public:
  struct Entry {
    std::uint64_t number = 0;
    Point point;
    std::unique_ptr<Arena> arena;
    std::vector<Value> stored;       // of Stage::stores
    std::vector<Evidence> evidence;  // the first line of the event, at most one
  };
  struct Bucket {
    std::deque<Entry> entries;                       // in order
    std::map<std::uint64_t, std::uint64_t> waiting;  // matches that wait for the next one: number -> number
  };

  JoinIndex(Services* services, ir::RuleId rule, std::uint32_t stage);

  const ir::Stage& stage() const { return *stage_; }
  StageId stage_id() const;

  // The bucket of an event; null where a part of the condition's equalities is missing.
  Bucket* BucketOf(const Event& event);
  // The bucket that a match asks in: `frame` is its frame, `from` its last positive stage, `key` its key.
  Bucket* BucketFor(Value* frame, const RecordContext* record, const Point& from, const Value& key);

  // Keeps the event. `prune`: nobody can ask any more for what came before the one before it.
  void Add(Bucket* bucket, const Event& event, bool prune);
  void Clear();                           // forgets events, not who waits
  void EndOfSource(std::uint32_t input);  // forgets what nobody can ask for any more
  // After nobody waits in it: an empty bucket goes.
  void Tidy(Bucket* bucket);
  std::size_t size() const { return order_.size(); }

  // Buckets are numbered from 0 as they are saved, for those who point to them.
  using BucketNumbers = std::unordered_map<const Bucket*, std::uint64_t>;
  BucketNumbers Save(snapshot::Writer* writer) const;
  std::vector<Bucket*> Load(snapshot::Reader* reader);

 private:
  using Buckets = std::unordered_map<Value, std::unique_ptr<Bucket>, ValueHash, ValueEqual>;
  void Forget(Bucket* bucket);
  Bucket* Find(std::int64_t reach, const Value& key, const Value& index);

  Services* services_;
  ir::RuleId rule_;
  const ir::Stage* stage_;
  Buckets buckets_;
  std::unordered_map<Bucket*, std::unique_ptr<Arena>> arenas_;  // of the buckets' keys
  std::unordered_map<Bucket*, Value> names_;
  std::map<std::uint64_t, Bucket*> order_;  // all entries
  std::vector<Value> frame_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_CORRELATE_JOIN_INDEX_H_
