// What goes from phase 1 in one place to phase 2 in another: the beginning and end of sources, records with
// the stages that matched in them, blocks, and the clocks that move on.
//
// Items of one source are to arrive in the order in which they were made. Reading takes any bytes: what no
// splitter of the same rules writes makes the reader fail. Thread safety: pure functions.
#ifndef FAULTLINE_RUNTIME_ENGINE_FAR_ITEM_H_
#define FAULTLINE_RUNTIME_ENGINE_FAR_ITEM_H_

#include "runtime/correlate/snapshot.h"
#include "runtime/engine/evaluator.h"
#include "runtime/engine/evidence.h"
#include "runtime/engine/match.h"
#include "runtime/engine/plan.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace faultline::runtime {

enum class FarKind : std::uint8_t { kBegin, kRecord, kBlock, kEnd, kAdvance, kEndScopes };

// Where a source stands at a record.
struct FarClock {
  std::int64_t source_records = 0, stream_records = 0;
  std::uint32_t stream = 0;  // number inside the source
  std::int64_t stream_line = 0, line = 0, first_log_line = 0;
  std::int64_t watermark = INT64_MIN;  // of the stream, before the record
  Value time, stream_time;             // the record's, and with that of earlier ones where it has none
  // Blocks that are open behind it: the oldest of the source and of the stream. 0 records: none.
  std::int64_t oldest_record = 0;
  Value oldest_time;
  std::int64_t oldest_stream_line = 0, oldest_stream_record = 0;
  Value oldest_stream_time;
};

struct FarItem {
  FarKind kind = FarKind::kRecord;
  std::uint32_t source = 0;
  std::uint32_t group = 0xffffffff;  // PartitionPlan::kEveryGroup: for all
  std::string path, role;            // kBegin
  bool interrupted = false;          // kEnd
  std::int64_t lines = 0;            // kEnd: of the source
  std::uint64_t bytes = 0;
  std::int64_t time = 0;  // kAdvance
  FarClock clock;         // kRecord
  RecordContext context;  // kRecord with hits; file is the source's path
  std::int64_t end_line = 0;
  std::vector<StageHit> hits;
  std::vector<ShownHit> shown;  // of the hits, by their order
  ir::FormatId format = ir::kNone;
  std::shared_ptr<Match> block;  // kBlock: positions count records of the source, streams inside it
  Arena arena;                   // what context and hits point to, where they were read
};

void PutFarItem(const FarItem& item, const EnginePlan& plan, snapshot::Writer* writer);
// False: these are no bytes of PutFarItem for the plan.
bool GetFarItem(const EnginePlan& plan, snapshot::Reader* reader, FarItem* item);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_ENGINE_FAR_ITEM_H_
