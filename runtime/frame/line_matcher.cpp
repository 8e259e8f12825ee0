// Lines against patterns: see line_matcher.h.
#include "runtime/frame/line_matcher.h"

#include <algorithm>
#include <cstring>

namespace faultline::runtime {
namespace {

constexpr std::int32_t kDeepest = 1'000'000;  // columns; deeper is no different

bool Contains(std::string_view text, std::string_view literal) {
  if (literal.size() > text.size()) return false;
  return literal.empty() || memmem(text.data(), text.size(), literal.data(), literal.size()) != nullptr;
}

}  // namespace

BlockLine MakeBlockLine(const RecordView& record) {
  BlockLine line;
  line.record = &record;
  line.text = record.whole.data() != nullptr ? record.whole : record.context.text;
  std::size_t i = 0;
  for (; i < line.text.size(); ++i) {
    const char c = line.text[i];
    if (c == '\t') {
      line.indent = (line.indent / 8 + 1) * 8;
    } else if (c == ' ' || c == '\r' || c == '\v' || c == '\f') {
      ++line.indent;
    } else {
      break;
    }
    line.indent = std::min(line.indent, kDeepest);
  }
  line.blank = i == line.text.size();
  return line;
}

LineMatcher::LineMatcher(const Program& program, const EvalContext& context)
    : program_(program), scratch_(program.NewScratch()), context_(context) {
  const ir::Module& module = program.module();
  std::size_t slots = 0, captures = 1;
  for (const ir::Format& format : module.formats) slots = std::max(slots, format.slots.size());
  for (const ir::Pattern& pattern : module.patterns) {
    captures = std::max(captures, pattern.captures.size() + 1);
  }
  slots_.resize(slots);
  captures_.resize(captures);
  failed_.resize(module.formats.size());
}

void LineMatcher::Begin(const BlockLine* line) {
  line_ = line;
  ++serial_;
  stored_.clear();
  if (arena_.bytes_used() > 0) arena_.Reset();
}

LineId LineMatcher::Match(const BlockPlan& plan, LineRange lines) {
  for (LineId id = lines.first; id < lines.last; ++id) {
    if (Match(plan, id)) return id;
  }
  return ir::kNone;
}

bool LineMatcher::Match(const BlockPlan& plan, LineId line) {
  std::vector<std::uint64_t>& failed = failed_[plan.id()];
  if (failed.empty()) failed.resize(plan.line_count());
  if (failed[line] == serial_) return false;
  if (Try(plan.line(line), true)) return true;
  failed[line] = serial_;
  return false;
}

bool LineMatcher::Fits(const BlockPlan& plan, LineRange lines) {
  std::vector<std::uint64_t>& failed = failed_[plan.id()];
  if (failed.empty()) failed.resize(plan.line_count());
  for (LineId id = lines.first; id < lines.last; ++id) {
    if (failed[id] == serial_) continue;
    if (Try(plan.line(id), false)) return true;
    failed[id] = serial_;
  }
  return false;
}

bool LineMatcher::Try(const LinePlan& line, bool store) {
  Frame frame;
  frame.slots = slots_.data();
  frame.subject = line_->text;
  frame.record = &line_->record->context;
  std::string_view matched = line_->text.substr(0, 0);
  const bool evaluates = line.guard != ir::kNone || (store && line.extract != ir::kNone);
  if (line.pattern != ir::kNone) {
    if (!line.literals.empty() &&
        std::none_of(line.literals.begin(), line.literals.end(),
                     [this](std::string_view literal) { return Contains(line_->text, literal); })) {
      return false;
    }
    if (!store && !evaluates) return program_.Match(line.pattern, line_->text, {}, *scratch_);
    const std::span<CaptureSpan> captures(captures_.data(), line.captures);
    std::fill(captures.begin(), captures.end(), CaptureSpan{});
    if (!program_.Match(line.pattern, line_->text, captures, *scratch_)) return false;
    frame.captures = captures;
    matched = line_->text.substr(static_cast<std::size_t>(captures[0].begin),
                                 static_cast<std::size_t>(captures[0].end - captures[0].begin));
  }
  bool fits = true;
  if (evaluates) {
    context_.arena = &arena_;
    if (line.extract != ir::kNone) program_.Call(line.extract, frame, context_, *scratch_);
    if (line.guard != ir::kNone) fits = program_.Call(line.guard, frame, context_, *scratch_).is_true();
  }
  if (fits && store) {
    matched_ = matched;
    stored_.clear();
    for (const ir::SlotId slot : line.stores) {
      if (!slots_[slot].is_missing()) stored_.emplace_back(slot, slots_[slot]);
    }
  }
  for (const ir::SlotId slot : line.stores) slots_[slot] = Value::Missing();
  return fits;
}

}  // namespace faultline::runtime
