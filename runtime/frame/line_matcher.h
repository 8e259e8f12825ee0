// Does a line fit a pattern of a block, and what does it store? Remembers for the line at hand which patterns
// did not fit, so that a line is tried once against a pattern however many parts ask.
//
// Thread safety: one thread at a time.
#ifndef FAULTLINE_RUNTIME_FRAME_LINE_MATCHER_H_
#define FAULTLINE_RUNTIME_FRAME_LINE_MATCHER_H_

#include "runtime/decode/record.h"
#include "runtime/frame/block_plan.h"
#include "runtime/program.h"

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace faultline::runtime {

// What parts look at: the unwrapped line, as formats do, before a message field became the record's text.
struct BlockLine {
  const RecordView* record = nullptr;
  std::string_view text;
  std::int32_t indent = 0;  // columns of blanks at the begin; a tab goes to the next multiple of 8
  bool blank = false;       // nothing but blanks
};
BlockLine MakeBlockLine(const RecordView& record);

class LineMatcher {
 public:
  // `program` outlives the matcher.
  LineMatcher(const Program& program, const EvalContext& context);

  // The patterns that follow are tried on this line. What was stored before is gone.
  void Begin(const BlockLine* line);

  // The first of `lines` that fits, kNone if none does. Its stores are then in stored().
  LineId Match(const BlockPlan& plan, LineRange lines);
  bool Match(const BlockPlan& plan, LineId line);
  // Whether one of `lines` fits; for `skip` and `until`, which store nothing.
  bool Fits(const BlockPlan& plan, LineRange lines);

  // Slots and values of the pattern that fitted last; without missing ones. Valid until the next Begin.
  const std::vector<std::pair<ir::SlotId, Value>>& stored() const { return stored_; }
  std::string_view matched() const { return matched_; }

 private:
  bool Try(const LinePlan& line, bool store);

  const Program& program_;
  std::unique_ptr<Scratch> scratch_;
  EvalContext context_;
  Arena arena_;  // of values of the line at hand
  const BlockLine* line_ = nullptr;
  std::uint64_t serial_ = 0;
  // By format, then line: serial of the line that it did not fit.
  std::vector<std::vector<std::uint64_t>> failed_;
  std::vector<Value> slots_;  // all missing between calls
  std::vector<CaptureSpan> captures_;
  std::vector<std::pair<ir::SlotId, Value>> stored_;
  std::string_view matched_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_FRAME_LINE_MATCHER_H_
