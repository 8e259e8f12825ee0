// Rows of block formats: see block_plan.h.
#include "runtime/frame/block_plan.h"

#include <algorithm>

namespace faultline::runtime {
namespace {

using ir::BlockPartKind;

constexpr std::int64_t kMostLines = 1'000'000;  // whatever a format says

}  // namespace

BlockPlan::BlockPlan(const ir::Module& module, ir::FormatId format)
    : module_(&module), id_(format), format_(&module.formats[format]) {
  limit_lines_ = std::clamp<std::int64_t>(format_->limit_lines, 1, kMostLines);
  parts_.emplace_back();
  AddItems(kRoot, format_->parts, ir::kNone);
  const PartPlan& root = parts_[kRoot];
  if (!root.items.empty() && parts_[root.items[0]].kind == BlockPartKind::kLine) {
    head_ = parts_[root.items[0]].lines;
  }
  for (LineId id = 0; id < lines_.size(); ++id) {
    if (lines_[id].gives_key) key_lines_.push_back(id);
  }
}

bool BlockPlan::IsKey(ir::SlotId slot) const {
  return std::find(format_->block_by.begin(), format_->block_by.end(), slot) != format_->block_by.end();
}

LineRange BlockPlan::AddLines(const std::vector<ir::Alternative>& alternatives) {
  std::vector<const ir::Alternative*> pointers;
  for (const ir::Alternative& alternative : alternatives) pointers.push_back(&alternative);
  return AddLines(pointers);
}

LineRange BlockPlan::AddLines(const std::vector<const ir::Alternative*>& alternatives) {
  const LineId first = static_cast<LineId>(lines_.size());
  for (const ir::Alternative* alternative : alternatives) {
    LinePlan line;
    line.pattern = alternative->pattern;
    line.extract = alternative->extract;
    line.guard = alternative->guard;
    if (line.pattern != ir::kNone) {
      const ir::Pattern& pattern = module_->patterns[line.pattern];
      line.captures = pattern.captures.size() + 1;
      const bool folds = std::any_of(pattern.literals.begin(), pattern.literals.end(),
                                     [](const ir::Pattern::Literal& literal) { return literal.fold; });
      if (!folds) {
        for (const ir::Pattern::Literal& literal : pattern.literals) line.literals.push_back(literal.text);
      }
    }
    if (line.extract != ir::kNone) {
      for (const ir::Instruction& instruction : module_->functions[line.extract].instructions) {
        if (instruction.kind == ir::InstructionKind::kStore) line.stores.push_back(instruction.index);
      }
      std::sort(line.stores.begin(), line.stores.end());
      line.stores.erase(std::unique(line.stores.begin(), line.stores.end()), line.stores.end());
    }
    line.gives_key = !format_->block_by.empty() &&
                     std::all_of(format_->block_by.begin(), format_->block_by.end(), [&](ir::SlotId slot) {
                       return std::binary_search(line.stores.begin(), line.stores.end(), slot);
                     });
    lines_.push_back(std::move(line));
  }
  return {first, static_cast<LineId>(lines_.size())};
}

// Recursion is bounded by kMaxBlockDepth, which the verifier holds formats to.
PartId BlockPlan::AddPart(const ir::BlockPart& part, PartId scope) {
  const PartId id = static_cast<PartId>(parts_.size());
  parts_.emplace_back();
  parts_[id].kind = part.kind;
  parts_[id].scope = scope;
  switch (part.kind) {
    case BlockPartKind::kLine:
      parts_[id].lines = AddLines(part.lines);
      break;
    case BlockPartKind::kBlank:
      break;
    case BlockPartKind::kText:
      parts_[id].lines = AddLines(part.lines);
      parts_[id].list = part.list;
      parts_[id].nullable = true;
      if (part.list != ir::kNone) parts_[scope == ir::kNone ? kRoot : scope].lists.push_back(id);
      break;
    case BlockPartKind::kOptional:
    case BlockPartKind::kAnyOrder:
    case BlockPartKind::kOneOf:
      parts_[id].nullable = part.kind != BlockPartKind::kOneOf;
      AddItems(id, part.parts, scope);
      break;
    case BlockPartKind::kRepeat:
      parts_[id].nullable = !part.required;
      parts_[id].list = part.list;
      parts_[id].element = part.element;
      if (part.list != ir::kNone) parts_[scope == ir::kNone ? kRoot : scope].lists.push_back(id);
      AddItems(id, part.parts, part.list != ir::kNone ? id : scope);
      break;
    case BlockPartKind::kSkip:
    case BlockPartKind::kUntil:
      break;  // rows of their list
  }
  return id;
}

void BlockPlan::AddItems(PartId id, const std::vector<ir::BlockPart>& parts, PartId scope) {
  std::vector<const ir::Alternative*> skips, untils;
  for (const ir::BlockPart& part : parts) {
    if (part.kind == BlockPartKind::kSkip || part.kind == BlockPartKind::kUntil) {
      for (const ir::Alternative& line : part.lines) {
        (part.kind == BlockPartKind::kSkip ? skips : untils).push_back(&line);
      }
      continue;
    }
    const PartId item = AddPart(part, scope);
    parts_[id].items.push_back(item);
  }
  const LineRange skip_lines = AddLines(skips), until_lines = AddLines(untils);
  PartPlan& list = parts_[id];
  list.skips = skip_lines;
  list.untils = until_lines;
  const std::size_t count = list.items.size();
  list.rest_nullable.assign(count + 1, 1);
  list.rest_complete.assign(count + 1, 1);
  for (std::size_t i = count; i-- > 0;) {
    const PartPlan& item = parts_[list.items[i]];
    list.rest_nullable[i] = item.nullable && list.rest_nullable[i + 1] != 0 ? 1 : 0;
    list.rest_complete[i] =
        (item.nullable || item.kind == BlockPartKind::kBlank) && list.rest_complete[i + 1] != 0 ? 1 : 0;
  }
  if (list.kind == BlockPartKind::kOneOf) {
    // A piece of several lines among the choices is written as an `optional`; chosen, it is all of its parts.
    list.nullable = std::any_of(list.items.begin(), list.items.end(), [this](PartId item) {
      const PartPlan& choice = parts_[item];
      return choice.kind == BlockPartKind::kOptional ? choice.rest_nullable[0] != 0 : choice.nullable;
    });
  }
}

}  // namespace faultline::runtime
