// Detection. Layer by layer: the wrappers that may stand here, those whose `detect` hits a line of the head,
// of these the one that fits most lines; then again on what was inside.
#include "runtime/decode/source_head.h"

#include <algorithm>
#include <string>

namespace faultline::runtime {
namespace {

std::string_view LastPart(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

template <typename Things>
std::uint32_t FindByName(const Things& things, std::string_view name) {
  for (std::uint32_t i = 0; i < things.size(); ++i) {
    if (things[i].name == name) return i;
  }
  for (std::uint32_t i = 0; i < things.size(); ++i) {
    if (LastPart(things[i].name) == name) return i;
  }
  return ir::kNone;
}

std::string FirstLines(std::size_t count) {
  return count == 1 ? "first line" : "first " + std::to_string(count) + " lines";
}

std::vector<std::string> HeadLines(std::span<const LineBlock> head, const RecordLimits& limits) {
  std::vector<std::string> lines;
  std::size_t bytes = 0;
  for (const LineBlock& block : head) {
    for (std::size_t i = 0; i < block.lines().size(); ++i) {
      if (lines.size() == limits.head_lines || bytes >= limits.head_bytes) return lines;
      // A single line may be far longer than the head.
      const std::string_view raw = block.Raw(i).substr(0, limits.head_bytes);
      bytes += raw.size() + 1;
      lines.emplace_back(raw);
    }
  }
  return lines;
}

// What a wrapper makes of the lines: how many it fits, and what was inside.
struct Trial {
  std::size_t fits = 0;
  std::vector<std::string> inside;
};

Trial Try(Unwrapper& unwrapper, std::uint32_t wrapper, const EvalContext& context,
          const std::vector<std::string>& lines) {
  Trial trial;
  Arena arena;
  EvalContext own = context;
  own.arena = &arena;
  for (const std::string& line : lines) {
    arena.Reset();
    Work work;
    work.raw = work.base = line;
    work.end = static_cast<std::uint32_t>(line.size());
    RecordContext record;
    record.raw = record.text = line;
    Unwrapped inner;
    unwrapper.Unwrap(wrapper, work, record, own, inner);
    if (!inner.fits) {
      trial.inside.push_back(line);
      continue;
    }
    ++trial.fits;
    if (unwrapper.module().wrappers[wrapper].kind != ir::FormatKind::kJson) {
      trial.inside.push_back(line.substr(inner.begin, inner.end - inner.begin));
    } else {
      std::string_view rest = inner.text;
      while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        trial.inside.emplace_back(rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
      }
    }
  }
  return trial;
}

// Number of the first line that a `detect` of the wrapper matches, from 1; 0: none.
std::size_t FirstHit(Unwrapper& unwrapper, std::uint32_t wrapper, const std::vector<std::string>& lines) {
  std::string text;
  std::vector<OffsetRun> runs;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::uint32_t skipped = 0;
    const bool changed = Normalize(lines[i], text, runs);
    if (unwrapper.Detects(wrapper, changed ? std::string_view(text) : TrimLine(lines[i], &skipped)))
      return i + 1;
    // A progress bar may have overwritten the prefix.
    if (changed && unwrapper.Detects(wrapper, TrimLine(lines[i], &skipped))) return i + 1;
  }
  return 0;
}

}  // namespace

std::uint32_t FindWrapper(const ir::Module& module, std::string_view name) {
  return FindByName(module.wrappers, name);
}

ir::FormatId FindFormat(const ir::Module& module, std::string_view name) {
  return FindByName(module.formats, name);
}

bool MayStandInside(const ir::Wrapper& wrapper, std::string_view outer) {
  return wrapper.inside.empty() || wrapper.inside == outer || LastPart(outer) == wrapper.inside;
}

SourceDecision DecideWrappers(Unwrapper& unwrapper, const EvalContext& context, const RecordChoices& choices,
                              const RecordLimits& limits, std::span<const LineBlock> head) {
  const ir::Module& module = unwrapper.module();
  SourceDecision decision;
  if (!choices.wrappers.empty()) {
    for (const std::string& name : choices.wrappers) {
      if (name == "none") continue;
      const std::uint32_t id = FindWrapper(module, name);
      if (!decision.why.empty()) decision.why += "; ";
      decision.why += "wrapper " + name + (id == ir::kNone ? ": there is none of this name" : ": as told");
      if (id != ir::kNone) decision.wrappers.push_back(id);
    }
    if (decision.why.empty()) decision.why = "no wrapper: as told";
    return decision;
  }

  std::vector<std::string> lines = HeadLines(head, limits);
  std::string outer;
  while (decision.wrappers.size() < kMaxLayers) {
    std::uint32_t best = ir::kNone;
    std::size_t best_hit = 0;
    Trial best_trial;
    for (std::uint32_t id = 0; id < module.wrappers.size(); ++id) {
      const ir::Wrapper& wrapper = module.wrappers[id];
      if (std::count(decision.wrappers.begin(), decision.wrappers.end(), id) > 0) continue;
      if (!MayStandInside(wrapper, outer)) continue;
      const std::size_t hit = FirstHit(unwrapper, id, lines);
      if (hit == 0) continue;
      Trial trial = Try(unwrapper, id, context, lines);
      if (trial.fits > best_trial.fits) {
        best = id;
        best_hit = hit;
        best_trial = std::move(trial);
      }
    }
    if (best == ir::kNone) break;
    const std::string& name = module.wrappers[best].name;
    if (!decision.why.empty()) decision.why += "; ";
    decision.why += "wrapper " + name + ": detected in line " + std::to_string(best_hit) + ", fits " +
                    std::to_string(best_trial.fits) + " of the " + FirstLines(lines.size());
    decision.wrappers.push_back(best);
    outer = name;
    lines = std::move(best_trial.inside);
  }
  if (decision.why.empty()) {
    decision.why = "no wrapper: none is detected in the " + FirstLines(lines.size());
  }
  return decision;
}

}  // namespace faultline::runtime
