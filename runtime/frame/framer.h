// From the records of streams to blocks (docs/blocks.md, docs/semantics.md section 8): one framer for all
// block formats of a module.
//
// Phase 1 tells which formats' first lines may stand on a record, since the patterns of first lines are in
// the prefilter; the following records of a stream need to be offered only while a block is open in it
// (IsOpen).
//
// A block is the longest run of lines that its parts take (part_machine.h) and after which no required part
// is missing: lines taken behind that are no part of it. Where a required part is missing from the begin on,
// the block is broken and dropped. Its lines need not be looked at again for a first line: each was, as it
// came.
//
// With a key each writer's lines are framed by themselves: the writer of a line is what the first of the
// format's patterns (in written order) says that gives the whole key, else that of the line before.
//
// Bounds: lines and bytes of a block, open blocks of a stream, bytes of all of them. What reaches one is
// ended there with `truncated` true; of several blocks the oldest goes.
//
// Cost: a record in a stream without open blocks and without heads O(1); else the patterns that may come
// next, each once. Lines are copied into the block's arena only as far as slots keep them. Events are given
// out in the order of their last records, then formats, as far as they end together; a block is known to have
// ended only by a later record, so an event's position may lie before that of the record that was offered.
//
// Thread safety: one thread at a time.
#ifndef FAULTLINE_RUNTIME_FRAME_FRAMER_H_
#define FAULTLINE_RUNTIME_FRAME_FRAMER_H_

#include "runtime/correlate/correlator.h"
#include "runtime/correlate/snapshot.h"
#include "runtime/decode/record.h"
#include "runtime/frame/block_event.h"
#include "runtime/frame/block_trace.h"
#include "runtime/frame/line_matcher.h"
#include "runtime/frame/part_machine.h"
#include "runtime/program.h"

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace faultline::why {
class Tracer;
enum class Framed : std::uint8_t;
}  // namespace faultline::why

namespace faultline::runtime {

struct FramerLimits {
  std::size_t open_per_stream = 64;
  std::size_t block_bytes = 8 * 1024 * 1024;   // of the lines of a block
  std::size_t total_bytes = 64 * 1024 * 1024;  // that open blocks may cost together
  std::size_t evidence_lines = 8;              // kept of a block, the first one included
  std::size_t evidence_bytes = 400;            // of each of them but the first
};

// What happened to the blocks of one format.
struct FramerCounts {
  std::int64_t blocks = 0;     // given out
  std::int64_t broken = 0;     // dropped for want of a required part
  std::int64_t truncated = 0;  // of `blocks`: ended at a bound
  friend bool operator==(const FramerCounts&, const FramerCounts&) = default;
};

class Framer : public OpenBlocks {
 public:
  // `program` must outlive the framer. `context`: now and zone, as for all evaluation.
  Framer(const Program& program, const EvalContext& context, const FramerLimits& limits = {});
  ~Framer() override;
  Framer(const Framer&) = delete;
  Framer& operator=(const Framer&) = delete;

  // Makes the evidence of a first line, of which `matched` was matched; called while its neighbours are at
  // hand. Without it evidence is the line alone.
  using MakeEvidence = std::function<Evidence(const RecordView& record, std::string_view matched)>;
  // Is told what blocks do with lines, for `explain --why`; null: nobody is.
  void set_tracer(why::Tracer* tracer) { tracer_ = tracer; }
  void set_evidence(MakeEvidence make) { make_evidence_ = std::move(make); }

  // Block formats of the module, ascending. Without any there is nothing to offer.
  const std::vector<ir::FormatId>& formats() const { return formats_; }
  // Patterns of the first line of `format`, a block format.
  std::span<const ir::Alternative> Heads(ir::FormatId format) const;

  bool IsOpen(std::uint32_t input, std::uint32_t stream) const;
  const Position* OldestIn(std::uint32_t input, std::uint32_t stream) const override;
  const Position* Oldest() const override;

  // The next record of its stream. `heads`: formats of which a first line's literals stand in it, ascending;
  // one too many does no harm. Blocks that ended before this record, or with it, are appended to `ended`.
  void Offer(std::uint32_t input, const RecordView& record, const Position& point,
             std::span<const ir::FormatId> heads, std::vector<BlockEvent>* ended);

  void EndStream(std::uint32_t input, std::uint32_t stream, std::vector<BlockEvent>* ended);
  void EndSource(std::uint32_t input, std::vector<BlockEvent>* ended);

  // By format.
  const std::vector<FramerCounts>& counts() const { return counts_; }
  std::size_t open_blocks() const { return opened_.size(); }
  std::size_t bytes() const { return bytes_; }

  // The open blocks and the counts, to go on with in another process that runs the same module. Load forgets
  // what there was; false, and nothing open, for what is none of Save's or of another module.
  void Save(snapshot::Writer* writer) const;
  bool Load(snapshot::Reader* reader);

 private:
  struct OpenBlock;
  // The blocks of one format that are open in a stream.
  struct Group {
    ir::FormatId format = ir::kNone;
    std::vector<OpenBlock*> blocks;  // in order of opening; without a key at most one
    OpenBlock* writer = nullptr;     // the block of the writer of the last line, if it is open
  };
  struct Stream {
    std::uint32_t input = 0, number = 0;
    std::size_t open = 0;
    std::vector<Group> groups;  // ascending formats; only those with open blocks
  };
  using StreamKey = std::pair<std::uint32_t, std::uint32_t>;

  const BlockPlan& PlanOf(ir::FormatId format) const { return *plans_[format]; }
  Group& GroupOf(Stream* stream, ir::FormatId format);
  bool OfferHead(Stream* stream, ir::FormatId format, const Position& point, std::vector<BlockEvent>* ended);
  void OfferLine(Stream* stream, std::size_t group, const Position& point, std::vector<BlockEvent>* ended);
  OpenBlock* WriterOf(const Group& group);
  void Take(OpenBlock* block, const Position& point);
  void Tell(const OpenBlock& block, why::Framed what) const;
  void Accept(OpenBlock* block, const Position& point);
  void KeepEvidence(OpenBlock* block);
  Value Keep(OpenBlock* block, const Value& value);
  static std::size_t CostOf(const OpenBlock& block);
  void Charge(OpenBlock* block);
  void End(OpenBlock* block, bool truncated, std::vector<BlockEvent>* ended);
  void Emit(OpenBlock* block, bool truncated, std::vector<BlockEvent>* ended);
  void Forget(OpenBlock* block);
  void EndAll(Stream* stream, std::vector<BlockEvent>* ended);
  void HoldBounds(std::vector<BlockEvent>* ended);
  std::unique_ptr<OpenBlock> NewBlock();
  bool LoadBlock(snapshot::Reader* reader);
  static void SortEvents(std::vector<BlockEvent>* events, std::size_t from);

  const Program& program_;
  std::unique_ptr<Scratch> scratch_;
  EvalContext context_;
  FramerLimits limits_;
  MakeEvidence make_evidence_;
  std::vector<ir::FormatId> formats_;
  std::vector<std::unique_ptr<BlockPlan>> plans_;  // by format; null: no block format
  LineMatcher matcher_;
  PartMachine machine_;
  TraceReader reader_;
  why::Tracer* tracer_ = nullptr;
  BlockLine line_;  // at hand

  std::map<StreamKey, Stream> streams_;           // those with open blocks
  std::list<std::unique_ptr<OpenBlock>> opened_;  // oldest first
  std::vector<std::unique_ptr<OpenBlock>> spare_;
  std::vector<FramerCounts> counts_;
  std::uint64_t next_number_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_FRAME_FRAMER_H_
