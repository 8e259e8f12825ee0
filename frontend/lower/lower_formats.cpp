// Formats, blocks and wrappers to the IR.
#include "frontend/lower/function.h"
#include "frontend/lower/lowering.h"

namespace faultline::lower {
namespace {

ir::FormatKind FormatKindOf(sema::FormatKind kind) {
  switch (kind) {
    case sema::FormatKind::kPlain:
      return ir::FormatKind::kPlain;
    case sema::FormatKind::kJson:
      return ir::FormatKind::kJson;
    case sema::FormatKind::kLogfmt:
      return ir::FormatKind::kLogfmt;
    case sema::FormatKind::kLine:
      return ir::FormatKind::kLine;
    case sema::FormatKind::kBlock:
      return ir::FormatKind::kBlock;
  }
  return ir::FormatKind::kPlain;
}

ir::BlockPartKind PartKindOf(sema::BlockPartKind kind) {
  switch (kind) {
    case sema::BlockPartKind::kLine:
      return ir::BlockPartKind::kLine;
    case sema::BlockPartKind::kOptional:
      return ir::BlockPartKind::kOptional;
    case sema::BlockPartKind::kRepeat:
      return ir::BlockPartKind::kRepeat;
    case sema::BlockPartKind::kAnyOrder:
      return ir::BlockPartKind::kAnyOrder;
    case sema::BlockPartKind::kOneOf:
      return ir::BlockPartKind::kOneOf;
    case sema::BlockPartKind::kText:
      return ir::BlockPartKind::kText;
    case sema::BlockPartKind::kBlank:
      return ir::BlockPartKind::kBlank;
    case sema::BlockPartKind::kSkip:
      return ir::BlockPartKind::kSkip;
    case sema::BlockPartKind::kUntil:
      return ir::BlockPartKind::kUntil;
  }
  return ir::BlockPartKind::kLine;
}

}  // namespace

std::vector<ir::FieldPlan> Lowering::LowerFields(const std::vector<sema::Field>& fields,
                                                 const std::string& owner) {
  std::vector<ir::FieldPlan> result;
  for (const sema::Field& field : fields) {
    ir::FieldPlan plan;
    plan.name = field.name;
    plan.type = field.type;
    plan.optional = field.optional;
    plan.others = field.others;
    plan.path = field.path;
    plan.slot = field.binding;
    if (field.convert)
      plan.convert = FunctionWriter(&module_, owner + "." + field.name).Value(*field.convert);
    result.push_back(std::move(plan));
  }
  return result;
}

// Depth is bounded by the checker (ir::kMaxBlockDepth).
std::vector<ir::BlockPart> Lowering::LowerParts(const std::vector<sema::BlockPart>& parts,
                                                const std::string& name) {
  std::vector<ir::BlockPart> result;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const sema::BlockPart& part = parts[i];
    const std::string path = name + "." + std::to_string(i + 1);
    ir::BlockPart lowered;
    lowered.kind = PartKindOf(part.kind);
    for (std::size_t line = 0; line < part.lines.size(); ++line) {
      const std::string suffix = part.lines.size() > 1 ? ".line." + std::to_string(line + 1) : ".line";
      lowered.lines.push_back(LowerAlternative(part.lines[line], path + suffix, nullptr));
    }
    lowered.list = part.list;
    lowered.element = part.element;
    lowered.required = part.required;
    lowered.parts = LowerParts(part.parts, path);
    result.push_back(std::move(lowered));
  }
  return result;
}

void Lowering::LowerFormat(const sema::Format& format) {
  ir::Format lowered;
  lowered.name = format.name;
  lowered.kind = FormatKindOf(format.kind);
  lowered.each = format.each;
  for (std::size_t i = 0; i < format.lines.size(); ++i) {
    lowered.lines.push_back(
        LowerAlternative(format.lines[i], format.name + ".line." + std::to_string(i + 1), nullptr));
  }
  lowered.slots = SlotsOf(format.bindings);
  lowered.fields = LowerFields(format.fields, format.name);
  if (!format.derived.empty()) {
    lowered.derive = FunctionWriter(&module_, format.name + ".derive", format.derived).Finish();
  }
  lowered.missing_text = format.missing_text.value_or("");
  lowered.has_missing_text = format.missing_text.has_value();
  lowered.parts = LowerParts(format.parts, format.name + ".part");
  lowered.block_by = format.block_by;
  lowered.limit_lines = format.limit_lines;
  lowered.truncated = format.truncated;
  lowered.message = format.message;
  lowered.time = format.time;
  lowered.level = format.level;
  lowered.literal_bytes = format.literal_bytes;
  lowered.span = format.span;
  if (format.kind == sema::FormatKind::kBlock && !format.ok) {
    // Formats keep their numbers. What reads a broken one is left out.
    lowered.kind = ir::FormatKind::kPlain;
    lowered.parts.clear();
    lowered.block_by.clear();
    lowered.truncated = ir::kNone;
  }
  module_.formats.push_back(std::move(lowered));
}

void Lowering::LowerWrapper(const sema::Wrapper& wrapper) {
  ir::Wrapper lowered;
  lowered.name = wrapper.name;
  lowered.kind = FormatKindOf(wrapper.kind);
  for (std::size_t i = 0; i < wrapper.lines.size(); ++i) {
    lowered.lines.push_back(
        LowerAlternative(wrapper.lines[i], wrapper.name + ".line." + std::to_string(i + 1), nullptr));
  }
  lowered.slots = SlotsOf(wrapper.bindings);
  lowered.fields = LowerFields(wrapper.fields, wrapper.name);
  lowered.unwrapped_path = wrapper.unwrapped_path;
  lowered.detect = wrapper.detect;
  lowered.inside = wrapper.inside;
  lowered.stream_by = wrapper.stream_by;
  lowered.time = wrapper.time;
  lowered.span = wrapper.span;
  module_.wrappers.push_back(std::move(lowered));
}

}  // namespace faultline::lower
