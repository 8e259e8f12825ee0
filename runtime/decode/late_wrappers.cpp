// See late_wrappers.h.
#include "runtime/decode/late_wrappers.h"

#include "runtime/decode/source_head.h"
#include "support/regex/analysis.h"
#include "support/regex/syntax.h"

#include <algorithm>
#include <optional>

namespace faultline::runtime {
namespace {

constexpr std::size_t kMinLiteral = 4;

// What every match of the pattern holds one of; empty if that is too little. Worked out here, since a module
// need not have gone through the pass that notes literals.
std::vector<ir::Pattern::Literal> LiteralsOf(const ir::Pattern& pattern) {
  const std::optional<regex::Flags> flags = regex::ParseFlags(pattern.flags);
  if (!flags) return {};
  const regex::Result<regex::NodePtr> tree = regex::Parse(pattern.regex, *flags);
  if (!tree.ok()) return {};
  std::vector<ir::Pattern::Literal> literals;
  for (const regex::SearchLiteral& literal : regex::RequiredLiterals(*tree, regex::LiteralLimits{})) {
    if (literal.text.size() < kMinLiteral) return {};
    literals.push_back({literal.text, literal.fold});
  }
  return literals;
}

}  // namespace

LateWrappers::LateWrappers(Unwrapper* unwrapper) : unwrapper_(unwrapper) {
  const ir::Module& module = unwrapper_->module();
  std::vector<ir::Pattern> patterns;
  std::vector<ir::PatternId> all;
  for (std::uint32_t id = 0; id < module.wrappers.size(); ++id) {
    for (const ir::PatternId pattern : module.wrappers[id].detect) {
      ir::Pattern searched;
      searched.literals = LiteralsOf(module.patterns[pattern]);
      if (searched.literals.empty()) continue;
      detects_.push_back({id, pattern});
      all.push_back(static_cast<ir::PatternId>(patterns.size()));
      patterns.push_back(std::move(searched));
    }
  }
  if (!all.empty()) prefilter_ = std::make_unique<Prefilter>(patterns, all);
}

void LateWrappers::Scan(const LineBlock& block) {
  noted_.assign(block.lines().size(), false);
  if (!prefilter_) return;
  prefilter_->Scan(block.bytes(), &hits_);
  std::size_t line = 0;
  for (const LiteralHit& hit : hits_) {
    while (line < block.lines().size() && block.lines()[line].end <= hit.offset) ++line;
    if (line == block.lines().size()) break;
    noted_[line] = true;
  }
}

std::uint32_t LateWrappers::Find(const Work& work, const RecordContext& record,
                                 std::span<const std::uint32_t> wrappers, EvalContext& context) {
  if (wrappers.size() >= kMaxLayers) return ir::kNone;
  const ir::Module& module = unwrapper_->module();
  const std::string outer = wrappers.empty() ? std::string() : module.wrappers[wrappers.back()].name;
  std::uint32_t skipped = 0;
  const std::string_view trimmed = TrimLine(work.Text(), &skipped);
  const bool changed = Normalize(work.Text(), text_, runs_);
  for (const Detect& detect : detects_) {
    if (std::count(wrappers.begin(), wrappers.end(), detect.wrapper) > 0) continue;
    if (!MayStandInside(module.wrappers[detect.wrapper], outer)) continue;
    // A progress bar may have overwritten the prefix.
    if (!(changed && unwrapper_->Matches(detect.pattern, text_)) &&
        !unwrapper_->Matches(detect.pattern, trimmed)) {
      continue;
    }
    Unwrapped inner;
    unwrapper_->Unwrap(detect.wrapper, work, record, context, inner);
    if (inner.fits) return detect.wrapper;
  }
  return ir::kNone;
}

}  // namespace faultline::runtime
