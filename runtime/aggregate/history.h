// Where aggregates find what earlier runs saw (`last W`), and leave what this one sees.
//
// The store is somebody else's; this is all that aggregates ask of it. A series is named by Aggregate::series
// ("ci.slow: p90(duration, last 7d)"); its values belong to keys of the rule.
#ifndef FAULTLINE_RUNTIME_AGGREGATE_HISTORY_H_
#define FAULTLINE_RUNTIME_AGGREGATE_HISTORY_H_

#include "support/value/value.h"

#include <cstdint>
#include <functional>
#include <string_view>

namespace faultline::aggregate {

class HistorySource {
 public:
  virtual ~HistorySource() = default;

  // Calls `each` for what the series has for the key with from <= time <= to (ns since 1970), in the order of
  // times, those of this run that were appended so far too. `key` is the list of the key's parts, or missing
  // where the rule has no key. The value lives as long as the call; missing: an event that is only counted.
  using Each = std::function<void(std::int64_t time, const Value& value)>;
  virtual void Read(std::string_view series, const Value& key, std::int64_t from, std::int64_t to,
                    const Each& each) = 0;
  // One event of this run, after all that was asked about it. Copies what it keeps.
  virtual void Append(std::string_view series, const Value& key, std::int64_t time, const Value& value) = 0;
};

}  // namespace faultline::aggregate

#endif  // FAULTLINE_RUNTIME_AGGREGATE_HISTORY_H_
