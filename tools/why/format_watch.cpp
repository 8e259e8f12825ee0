// Formats that no line has: see format_watch.h.
#include "tools/why/format_watch.h"

#include "runtime/decode/record_stream.h"

#include <algorithm>
#include <fmt/format.h>

namespace faultline::explain {

FormatWatch::FormatWatch(const runtime::Program& program, const runtime::EngineOptions& options,
                         const std::vector<ir::RuleId>& rules)
    : module_(program.module()),
      decoder_(program, options.choices.format.empty()
                            ? ir::kNone
                            : runtime::FindFormat(program.module(), options.choices.format)),
      context_{nullptr, options.now, options.zone_offset} {
  formats_.resize(module_.formats.size());
  for (const ir::RuleId rule : rules) {
    std::vector<bool> visited(module_.rules.size(), false);
    Want(rule, module_.rules[rule].name, &visited);
  }
  for (ir::FormatId id = 0; id < formats_.size(); ++id) {
    if (formats_[id].wanted && module_.formats[id].kind != ir::FormatKind::kBlock) ++left_;
  }
}

// Rules come after those that they read, so that this ends; its depth is that of their chain.
void FormatWatch::Want(ir::RuleId id, const std::string& by, std::vector<bool>* visited) {
  std::vector<ir::RuleId> open{id};
  while (!open.empty()) {
    const ir::RuleId rule = open.back();
    open.pop_back();
    if ((*visited)[rule]) continue;
    (*visited)[rule] = true;
    for (const ir::Stage& stage : module_.rules[rule].stages) {
      if (stage.input == ir::StageInput::kRule) open.push_back(stage.rule);
      if (stage.format == ir::kNone) continue;
      Wanted& format = formats_[stage.format];
      format.wanted = true;
      if (std::find(format.rules.begin(), format.rules.end(), by) == format.rules.end())
        format.rules.push_back(by);
    }
  }
}

void FormatWatch::OnBlock(std::uint32_t, const runtime::RecordBlock& block) {
  for (const runtime::RecordView& seen : block.records) {
    if (left_ == 0) return;
    arena_.Reset();
    context_.arena = &arena_;
    runtime::RecordView record = seen;  // the engine resolves its own when it has to
    decoder_.Resolve(record, context_);
    if (record.format == ir::kNone || !formats_[record.format].wanted || formats_[record.format].seen)
      continue;
    formats_[record.format].seen = true;
    --left_;
  }
}

void FormatWatch::OnFramed(ir::FormatId format, why::Framed, std::uint32_t, std::int64_t, std::int64_t) {
  formats_[format].seen = true;
}

std::vector<std::string> FormatWatch::Sentences() const {
  constexpr std::size_t kMaxNames = 5;
  std::vector<std::string> sentences;
  for (ir::FormatId id = 0; id < formats_.size(); ++id) {
    const Wanted& format = formats_[id];
    if (!format.wanted || format.seen) continue;
    std::string names;
    for (std::size_t i = 0; i < format.rules.size() && i < kMaxNames; ++i)
      names += (i > 0 ? ", " : "") + format.rules[i];
    if (format.rules.size() > kMaxNames)
      names += fmt::format(" and {} more", format.rules.size() - kMaxNames);
    const bool block = module_.formats[id].kind == ir::FormatKind::kBlock;
    sentences.push_back(
        fmt::format("{} {}, which {} read{}; `faultline explain {} --why INPUT` says what stands in the way",
                    block ? "no lines are read as" : "no line is read as", module_.formats[id].name, names,
                    format.rules.size() == 1 ? "s" : "", format.rules.front()));
  }
  return sentences;
}

}  // namespace faultline::explain
