// Phase 1: from a block of records to the matches of stages in it. A pure function of the block, so that
// blocks may be scanned on any number of threads; what a stage matches does not depend on the blocks around
// it.
//
// One prefilter pass over the block's two haystacks (the lines, and what decoding changed) calls the
// alternates to try; records that no literal calls are not decoded. First stages are matched here; later
// stages are only noted as candidates, and matched in phase 2 if a match waits for them.
#ifndef FAULTLINE_RUNTIME_ENGINE_BLOCK_SCANNER_H_
#define FAULTLINE_RUNTIME_ENGINE_BLOCK_SCANNER_H_

#include "runtime/engine/evaluator.h"

#include <vector>

namespace faultline::runtime {

// A record that may be the first line of a block.
struct HeadHit {
  std::uint32_t record = 0;  // index into RecordBlock::records
  ir::FormatId format = 0;
};

struct ScanResult {
  std::vector<StageHit> hits;        // by record, then stage
  std::vector<AlternateId> waiting;  // candidates of hits that are not evaluated
  std::vector<HeadHit> heads;        // by record, then format
};

class BlockScanner {
 public:
  BlockScanner(const EnginePlan& plan, const Program& program, ir::FormatId forced_format,
               const EvalContext& context)
      : evaluator_(plan, program, forced_format, context) {}

  // Values of the hits live in block->arena or in the block. O(bytes + work on candidates).
  void Scan(RecordBlock* block, ScanResult* result);

 private:
  void ScanRecord(RecordBlock* block, std::uint32_t index, ScanResult* result);
  void CallByLiterals(std::string_view text);
  void ScanHeads(const RecordView& record, std::uint32_t index, ScanResult* result);

  StageEvaluator evaluator_;
  std::vector<LiteralHit> in_bytes_, in_extra_, in_text_;
  std::vector<AlternateId> called_;
  std::vector<ir::FormatId> called_heads_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_ENGINE_BLOCK_SCANNER_H_
