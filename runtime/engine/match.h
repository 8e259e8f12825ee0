// A match of a rule: its frame as the stages fill it, and what its finding will show.
#ifndef FAULTLINE_RUNTIME_ENGINE_MATCH_H_
#define FAULTLINE_RUNTIME_ENGINE_MATCH_H_

#include "runtime/finding/finding.h"
#include "runtime/ops/context.h"
#include "support/value/value.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace faultline::runtime {

// Where the work stands: the record that is looked at, or the end of the input behind the last one.
struct Position {
  std::int64_t record = 0;  // number in the source, from 1
  std::uint32_t stream = 0;
  std::int64_t stream_line = 0;
  std::int64_t stream_record = 0;
  Value time;  // the record's, or the last one of its stream; or missing
};

struct Match {
  std::shared_ptr<Arena> arena = std::make_shared<Arena>();  // holds what `slots` and `record` point to
  std::vector<Value> slots;
  std::vector<Evidence> evidence;
  FindingPlace place;       // of the first stage
  RecordContext record;     // of the first stage; text and raw only where the rule looks at them
  Value first, last;        // times of the first and last stage, or missing
  Position position;        // of the last stage
  std::uint64_t bytes = 0;  // what it costs while it waits
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_ENGINE_MATCH_H_
