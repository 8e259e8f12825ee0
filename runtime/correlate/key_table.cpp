// Keys: see key_table.h.
#include "runtime/correlate/key_table.h"

#include <utility>

namespace faultline::runtime {

KeyId KeyTable::Hold(const Value& key) {
  if (const KeyId id = Find(key); id != kNoKey) {
    Hold(id);
    return id;
  }
  Entry entry;
  entry.arena = std::make_unique<Arena>();
  entry.value = entry.arena->DeepCopy(key);
  entry.holders = 1;
  const KeyId id = next_++;
  ids_.emplace(entry.value, id);
  entries_.emplace(id, std::move(entry));
  return id;
}

void KeyTable::Release(KeyId id) {
  const auto it = entries_.find(id);
  if (it == entries_.end() || --it->second.holders > 0) return;
  ids_.erase(it->second.value);
  entries_.erase(it);
}

}  // namespace faultline::runtime
