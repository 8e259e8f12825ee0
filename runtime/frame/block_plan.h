// Block formats as the framer reads them: every part a row of one table, with what can be known before any
// line is seen (which parts may take nothing, where a list of parts is complete, which slots a line stores).
//
// `skip` and `until` stand among the parts of a list but hold for all of it, so here they belong to the list.
// A list of parts is a row of its own: the block (row 0), an `optional`, one round of a `repeat`, an `any
// order` or `one of`.
//
// Thread safety: immutable once built.
#ifndef FAULTLINE_RUNTIME_FRAME_BLOCK_PLAN_H_
#define FAULTLINE_RUNTIME_FRAME_BLOCK_PLAN_H_

#include "ir/ir.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace faultline::runtime {

using PartId = std::uint32_t;  // row of BlockPlan::parts
using LineId = std::uint32_t;  // row of BlockPlan::lines

// One pattern that a line may match.
struct LinePlan {
  ir::PatternId pattern = ir::kNone;
  ir::FunctionId extract = ir::kNone;
  ir::FunctionId guard = ir::kNone;
  std::size_t captures = 1;                // of the pattern, and the whole match
  std::vector<ir::SlotId> stores;          // slots that `extract` stores
  std::vector<std::string_view> literals;  // every match contains one of these; empty: none is known
  bool gives_key = false;                  // stores all slots of Format::block_by
};

// Rows of BlockPlan::lines, tried in order.
struct LineRange {
  LineId first = 0, last = 0;
  bool empty() const { return first == last; }
};

struct PartPlan {
  ir::BlockPartKind kind = ir::BlockPartKind::kOptional;
  LineRange lines;            // kLine; kText: what ends it
  LineRange skips, untils;    // of a list of parts
  std::vector<PartId> items;  // of a list, without `skip` and `until`
  ir::SlotId list = ir::kNone;
  std::vector<ir::SlotId> element;
  // The innermost repeat around this part that is kept as a list; kNone: the block itself.
  PartId scope = ir::kNone;
  std::vector<PartId> lists;  // of a kept repeat and of the block: parts kept as lists whose scope it is
  bool nullable = false;      // may take no line
  // By the number of items that are done: whether the rest may take no line; the same where a missing blank
  // line at the end does not count.
  std::vector<char> rest_nullable, rest_complete;
};

class BlockPlan {
 public:
  // `format` is of kind kBlock; the module outlives the plan.
  BlockPlan(const ir::Module& module, ir::FormatId format);

  const ir::Module& module() const { return *module_; }
  ir::FormatId id() const { return id_; }
  const ir::Format& format() const { return *format_; }
  const PartPlan& part(PartId id) const { return parts_[id]; }
  const LinePlan& line(LineId id) const { return lines_[id]; }
  std::size_t part_count() const { return parts_.size(); }
  std::size_t line_count() const { return lines_.size(); }

  // The first line of the block; empty: the format is not well-formed, and no block ever begins.
  LineRange head() const { return head_; }
  // Lines that tell the writer, in written order; empty without `by`.
  const std::vector<LineId>& key_lines() const { return key_lines_; }
  bool IsKey(ir::SlotId slot) const;
  std::int64_t limit_lines() const { return limit_lines_; }

  static constexpr PartId kRoot = 0;

 private:
  PartId AddPart(const ir::BlockPart& part, PartId scope);
  void AddItems(PartId id, const std::vector<ir::BlockPart>& parts, PartId scope);
  LineRange AddLines(const std::vector<const ir::Alternative*>& alternatives);
  LineRange AddLines(const std::vector<ir::Alternative>& alternatives);

  const ir::Module* module_;
  ir::FormatId id_;
  const ir::Format* format_;
  std::vector<PartPlan> parts_;
  std::vector<LinePlan> lines_;
  LineRange head_;
  std::vector<LineId> key_lines_;
  std::int64_t limit_lines_ = 0;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_FRAME_BLOCK_PLAN_H_
