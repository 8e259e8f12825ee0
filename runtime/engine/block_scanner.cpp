// Phase 1: see block_scanner.h.
#include "runtime/engine/block_scanner.h"

#include <algorithm>

namespace faultline::runtime {

void BlockScanner::Scan(RecordBlock* block, ScanResult* result) {
  result->hits.clear();
  result->waiting.clear();
  result->heads.clear();
  const EnginePlan& plan = evaluator_.plan();
  plan.prefilter().Scan(block->bytes(), &in_bytes_);
  plan.prefilter().Scan(block->extra(), &in_extra_);
  const bool all = !plan.everywhere().empty() || plan.has_fields() || plan.computed_text();

  // Both haystacks hold the records' pieces in order, so one walk hands the hits to the records. A literal
  // that begins in one piece and ends in the next calls needlessly, which is harmless.
  std::size_t b = 0, e = 0;
  for (std::uint32_t i = 0; i < block->records.size(); ++i) {
    RecordView& record = block->records[i];
    called_.clear();
    called_heads_.clear();
    auto take = [&](const std::vector<LiteralHit>& hits, std::size_t* at, std::uint32_t begin,
                    std::uint32_t end) {
      while (*at < hits.size() && hits[*at].offset < begin) ++*at;
      for (; *at < hits.size() && hits[*at].offset < end; ++*at) {
        const auto alternates = plan.AlternatesOf(hits[*at].literal);
        called_.insert(called_.end(), alternates.begin(), alternates.end());
        const auto heads = plan.HeadsOf(hits[*at].literal);
        called_heads_.insert(called_heads_.end(), heads.begin(), heads.end());
      }
    };
    take(in_bytes_, &b, record.scan_begin, record.scan_end);
    take(in_extra_, &e, record.extra_begin, record.extra_end);
    if (plan.needs_times()) evaluator_.Resolve(record, &block->arena);
    if (plan.reads_blocks()) ScanHeads(record, i, result);
    if (called_.empty() && !all) continue;
    ScanRecord(block, i, result);
  }
}

void BlockScanner::ScanHeads(const RecordView& record, std::uint32_t index, ScanResult* result) {
  const std::vector<ir::FormatId>& everywhere = evaluator_.plan().heads_everywhere();
  if (called_heads_.empty() && everywhere.empty()) return;
  called_heads_.insert(called_heads_.end(), everywhere.begin(), everywhere.end());
  std::sort(called_heads_.begin(), called_heads_.end());
  called_heads_.erase(std::unique(called_heads_.begin(), called_heads_.end()), called_heads_.end());
  for (ir::FormatId format : called_heads_) {
    if (evaluator_.MayBegin(format, record)) result->heads.push_back({index, format});
  }
}

void BlockScanner::CallByLiterals(std::string_view text) {
  const EnginePlan& plan = evaluator_.plan();
  plan.prefilter().Scan(text, &in_text_);
  for (const LiteralHit& hit : in_text_) {
    const auto alternates = plan.AlternatesOf(hit.literal);
    called_.insert(called_.end(), alternates.begin(), alternates.end());
  }
}

void BlockScanner::ScanRecord(RecordBlock* block, std::uint32_t index, ScanResult* result) {
  const EnginePlan& plan = evaluator_.plan();
  RecordView& record = block->records[index];
  called_.insert(called_.end(), plan.everywhere().begin(), plan.everywhere().end());
  if (!plan.computed_text()) {
    // Most candidates are none; those of raw bytes are told before the record's format is worked out.
    std::erase_if(called_, [&](AlternateId id) { return evaluator_.IsRefutedByBytes(id, record); });
    if (called_.empty() && !evaluator_.MayBeIndexed(record)) return;
  }
  evaluator_.Resolve(record, &block->arena);
  if (plan.has_fields()) evaluator_.FindByFields(record, &block->arena, &called_);
  if (plan.computed_text()) CallByLiterals(record.context.text);
  std::sort(called_.begin(), called_.end());
  called_.erase(std::unique(called_.begin(), called_.end()), called_.end());

  for (std::size_t begin = 0, end = 0; begin < called_.size(); begin = end) {
    const StageId stage = plan.alternates()[called_[begin]].stage;
    while (end < called_.size() && plan.alternates()[called_[end]].stage == stage) ++end;
    const std::span<const AlternateId> alternates(called_.data() + begin, end - begin);
    if (plan.stages()[stage].lazy) {
      StageHit hit;
      hit.record = index;
      hit.stage = stage;
      hit.evaluated = false;
      hit.first = static_cast<std::uint32_t>(result->waiting.size());
      hit.count = static_cast<std::uint32_t>(alternates.size());
      result->waiting.insert(result->waiting.end(), alternates.begin(), alternates.end());
      result->hits.push_back(hit);
    } else {
      evaluator_.Evaluate(alternates, record, index, &block->arena, &result->hits);
    }
  }
}

}  // namespace faultline::runtime
