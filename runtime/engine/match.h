// A match of a rule: its frame as the stages fill it, and what its finding will show.
#ifndef FAULTLINE_RUNTIME_ENGINE_MATCH_H_
#define FAULTLINE_RUNTIME_ENGINE_MATCH_H_

#include "ir/ir.h"
#include "runtime/finding/finding.h"
#include "runtime/ops/context.h"
#include "support/value/value.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace faultline::runtime {

// Where something stands in a run. `order` numbers the records of the run in the order in which phase 2 looks
// at them (docs/semantics.md, section 2); the end of an input stands behind its last record.
struct Position {
  std::uint64_t order = 0;
  std::int64_t record = 0;   // number in its source, from 1
  std::uint32_t input = 0;   // number of its source in the run, from 0
  std::uint32_t stream = 0;  // number of its stream in the run
  std::int64_t stream_line = 0;
  std::int64_t stream_record = 0;
  Value time;  // the record's, or the last one of its stream; or missing
};

// What an event covers of its stream, both ends included.
struct Extent {
  std::int64_t first_line = 0, last_line = 0;
  std::int64_t first_record = 0, last_record = 0;
};

// One instance of a scope. Matches share it, so that they find its fields also when it is over.
struct ScopeInstance {
  ir::RuleId scope = 0;
  std::int64_t number = 0;  // unique in the run
  std::uint32_t input = 0, stream = 0;
  std::int64_t first_line = 0;  // of the stream
  bool ended = false;           // its slots do not change any more
  std::shared_ptr<Arena> arena = std::make_shared<Arena>();
  std::vector<Value> slots;  // in the frame of the scope's rule
};

struct Match {
  std::shared_ptr<Arena> arena = std::make_shared<Arena>();  // holds what `slots` and `record` point to
  std::vector<Value> slots;
  std::vector<Evidence> evidence;
  FindingPlace place;       // of the first stage
  RecordContext record;     // of the first stage; text and raw only where the rule looks at them
  Value first, last;        // times of the first and last stage, or missing
  Value time;               // of the last stage: its record's, or the last one of its stream; or missing
  Position begin;           // of the first stage
  Position position;        // of the last stage
  Extent extent;            // in the stream of the last stage
  std::uint64_t bytes = 0;  // what it costs while it waits
  // Instances that were current at the first stage, of the scopes that the rule or its readers name.
  std::vector<std::shared_ptr<ScopeInstance>> scopes;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_ENGINE_MATCH_H_
