// The values of a rule's key and the numbers that stand for them while something waits in their state.
//
// Equal is `==` of values (support/value/value_compare.h); hashes only find the bucket. Numbers are given in
// the order of first use and never again, so that they order state the same in every run. A key is kept as
// long as somebody holds it. O(1) expected. Thread safety: none.
#ifndef FAULTLINE_RUNTIME_CORRELATE_KEY_TABLE_H_
#define FAULTLINE_RUNTIME_CORRELATE_KEY_TABLE_H_

#include "runtime/correlate/snapshot.h"
#include "support/value/value.h"
#include "support/value/value_compare.h"

#include <cstdint>
#include <memory>
#include <unordered_map>

namespace faultline::runtime {

using KeyId = std::uint64_t;
inline constexpr KeyId kNoKey = 0;

class KeyTable {
 public:
  // kNoKey if nothing is kept for this key.
  KeyId Find(const Value& key) const {
    const auto it = ids_.find(key);
    return it == ids_.end() ? kNoKey : it->second;
  }
  // Finds or adds it, and holds it.
  KeyId Hold(const Value& key);
  void Hold(KeyId id) { ++entries_.at(id).holders; }
  void Release(KeyId id);
  const Value& ValueOf(KeyId id) const { return entries_.at(id).value; }
  std::size_t size() const { return entries_.size(); }

  void Save(snapshot::Writer* writer) const;
  bool Load(snapshot::Reader* reader);

 private:
  struct Entry {
    std::unique_ptr<Arena> arena;
    Value value;
    std::uint64_t holders = 0;
  };
  std::unordered_map<Value, KeyId, ValueHash, ValueEqual> ids_;
  std::unordered_map<KeyId, Entry> entries_;
  KeyId next_ = 1;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_CORRELATE_KEY_TABLE_H_
