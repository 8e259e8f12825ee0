// Wrappers: templates and JSON documents with a line inside.
#include "runtime/decode/unwrapper.h"

#include "runtime/decode/fields.h"

#include <algorithm>
#include <optional>

namespace faultline::runtime {

Unwrapper::Unwrapper(const Program& program)
    : program_(program), module_(program.module()), scratch_(program.NewScratch()) {
  std::size_t captures = 1;
  for (const ir::Pattern& pattern : module_.patterns)
    captures = std::max(captures, pattern.captures.size() + 1);
  captures_.resize(captures);
  for (const ir::Wrapper& wrapper : module_.wrappers) {
    std::vector<std::uint32_t>& indices = unwrapped_.emplace_back();
    for (const ir::Alternative& line : wrapper.lines) {
      const std::vector<std::string>& names = module_.patterns[line.pattern].captures;
      const auto found = std::find(names.begin(), names.end(), "unwrapped");
      indices.push_back(found == names.end() ? 0 : static_cast<std::uint32_t>(found - names.begin()) + 1);
    }
  }
}

bool Unwrapper::Detects(std::uint32_t wrapper, std::string_view text) {
  const std::vector<ir::PatternId>& detect = module_.wrappers[wrapper].detect;
  return std::any_of(detect.begin(), detect.end(),
                     [&](ir::PatternId pattern) { return Matches(pattern, text); });
}

bool Unwrapper::Matches(ir::PatternId pattern, std::string_view text) {
  return program_.Match(pattern, text, {}, *scratch_);
}

bool Unwrapper::FitLine(const ir::Wrapper& wrapper, std::uint32_t id, std::string_view text,
                        const RecordContext& record, EvalContext& context, std::span<Value> slots,
                        CaptureSpan* inner) {
  for (std::size_t i = 0; i < wrapper.lines.size(); ++i) {
    const ir::Alternative& line = wrapper.lines[i];
    const std::uint32_t unwrapped = unwrapped_[id][i];
    if (unwrapped == 0) continue;
    const std::span<CaptureSpan> captures(captures_.data(),
                                          module_.patterns[line.pattern].captures.size() + 1);
    if (!program_.Match(line.pattern, text, captures, *scratch_)) continue;
    *inner = captures[unwrapped];
    if (inner->begin < 0) continue;
    std::fill(slots.begin(), slots.end(), Value::Missing());
    Frame frame;
    frame.slots = slots.data();
    frame.subject = text;
    frame.captures = captures;
    frame.record = &record;
    if (line.extract != ir::kNone) program_.Call(line.extract, frame, context, *scratch_);
    if (line.guard != ir::kNone && !program_.Call(line.guard, frame, context, *scratch_).is_true()) continue;
    return true;
  }
  return false;
}

void Unwrapper::Unwrap(std::uint32_t id, const Work& work, const RecordContext& record, EvalContext& context,
                       Unwrapped& result) {
  const ir::Wrapper& wrapper = module_.wrappers[id];
  result = {};
  result.slots = {context.arena->AllocateValues(wrapper.slots.size()), wrapper.slots.size()};
  std::fill(result.slots.begin(), result.slots.end(), Value::Missing());
  if (wrapper.kind == ir::FormatKind::kJson) {
    UnwrapJson(wrapper, work, record, context, result);
    return;
  }
  std::uint32_t skipped = 0;
  const std::string_view text = TrimLine(work.Text(), &skipped);
  const auto size = static_cast<std::uint32_t>(text.size());
  CaptureSpan inner;
  if (FitLine(wrapper, id, text, record, context, result.slots, &inner)) {
    result.begin = work.begin + skipped + static_cast<std::uint32_t>(inner.begin);
    result.end = work.begin + skipped + static_cast<std::uint32_t>(inner.end);
  } else {
    if (!RemoveEscapes(text, bare_, bare_runs_)) return;
    const std::string_view bare = context.arena->Copy(bare_);  // slots may point into it
    if (!FitLine(wrapper, id, bare, record, context, result.slots, &inner)) return;
    const auto begin = static_cast<std::uint32_t>(inner.begin);
    const auto end = static_cast<std::uint32_t>(inner.end);
    // What follows the inner text belongs to it when it is only sequences.
    const std::uint32_t inner_end = end == bare.size() ? size : ToRaw(bare_runs_, end);
    result.begin = work.begin + skipped + std::min(ToRaw(bare_runs_, begin), inner_end);
    result.end = work.begin + skipped + inner_end;
  }
  result.fits = result.known = true;
}

void Unwrapper::UnwrapJson(const ir::Wrapper& wrapper, const Work& work, const RecordContext& record,
                           EvalContext& context, Unwrapped& result) {
  const std::string_view base = work.base.substr(0, work.end);
  const std::size_t first = base.find_first_not_of(" \t\xEF\xBB\xBF", work.begin);
  if (first == std::string_view::npos || base[first] != '{' || !document_.Parse(base, first)) return;
  if (base.find_first_not_of(" \t\r", document_.position()) != std::string_view::npos) return;
  Arena& arena = *context.arena;

  bool required = true;
  for (const ir::FieldPlan& field : wrapper.fields) {
    if (field.slot == ir::kNone || field.path.empty()) continue;
    const Value value = JsonFieldValue(document_, 0, field, arena);
    required = required && (field.optional || !value.is_missing());
    StoreField(program_, *scratch_, field, value, result.slots, record, context);
  }
  if (!required) return;
  std::vector<JsonDocument::NodeId> nodes;
  document_.Find(0, wrapper.unwrapped_path, false, nodes);
  result.fits = !nodes.empty() && document_.node(nodes[0]).kind == JsonKind::kString;
  // An event without text tells at least whose it is.
  result.known =
      result.fits || std::any_of(wrapper.stream_by.begin(), wrapper.stream_by.end(),
                                 [&](ir::SlotId slot) { return !result.slots[slot].is_missing(); });
  if (!result.fits) return;
  std::vector<OffsetRun> runs;
  result.text = document_.String(nodes[0], arena, runs);
  result.runs = KeepRuns(Compose(runs, work.runs, static_cast<std::uint32_t>(result.text.size())), arena);
}

}  // namespace faultline::runtime
