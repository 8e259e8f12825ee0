// A story for people: see render.h.
#include "runtime/report/escape.h"
#include "support/value/print.h"
#include "tools/why/render.h"

#include <algorithm>
#include <fmt/format.h>

namespace faultline::explain {
namespace {

using why::Happened;

std::string Paint(bool color, std::string_view style, std::string_view text) {
  if (!color) return std::string(text);
  return "\x1b[" + std::string(style) + "m" + std::string(text) + "\x1b[0m";
}

std::string_view Heading(Outcome outcome) {
  switch (outcome) {
    case Outcome::kFound:
      return "found";
    case Outcome::kFolded:
      return "found, folded";
    case Outcome::kHidden:
      return "found, not shown";
    case Outcome::kEvent:
      return "found (event)";
    case Outcome::kDropped:
    case Outcome::kNoMatch:
      return "not found";
  }
  return "not found";
}

std::string At(const Spot& spot) {
  std::string text = spot.line > 0 ? Where(spot) : std::string();
  if (spot.time) text += " " + ToText(Value::Integer(ValueKind::kTime, *spot.time));
  return text;
}

void WriteMatch(const RuleStory& rule, const MatchStory& match, bool all, std::string* out) {
  std::size_t shown = 0;
  for (std::size_t i = 0; i < match.beats.size(); ++i) {
    const Beat& beat = match.beats[i];
    const bool last = i + 1 == match.beats.size();
    if (!all && !last && ++shown > 14) continue;
    // It is the sentence at the top, or says what `waits` has said.
    if (last && beat.what == Happened::kWindowOver && match.beats.size() > 1) continue;
    switch (beat.what) {
      case Happened::kBegan:
      case Happened::kTook:
      case Happened::kGathered: {
        const std::string stage = beat.stage == ir::kNone ? "begins" : StageName(rule, beat.stage);
        *out += fmt::format(
            "  {}  {}{}\n", At(beat.spot), stage,
            beat.what == Happened::kGathered ? fmt::format(", {} of {}", beat.count, beat.needed) : "");
        break;
      }
      case Happened::kDecided:
        *out += "  decided\n";
        break;
      case Happened::kWhole:
      case Happened::kFormed:
        break;
      case Happened::kWaits:
      case Happened::kPassedOver:
      case Happened::kHolds:
      case Happened::kJoined:
      case Happened::kAsked:
      case Happened::kCondition:
      case Happened::kWindowOver:
      case Happened::kRefuted:
      case Happened::kUntil:
      case Happened::kUndecided:
      case Happened::kUntold:
      case Happened::kEvicted:
      case Happened::kReplaced:
      case Happened::kRowBroken:
      case Happened::kDropped:
      case Happened::kWhen:
        *out += "    " + Sentence(beat, rule) + "\n";
        break;
    }
  }
  if (!all && match.beats.size() > 15)
    *out += fmt::format("    … {} more; -v shows them\n", match.beats.size() - 15);
  if (match.passed_over > 12) {
    *out += fmt::format("    {} events of the stage that it waited for did not fit\n", match.passed_over);
  }
}

// `said`: the stage of which all has been said; `all`: those that have nothing of the line, too.
void WriteStages(const RuleStory& rule, bool at_line, std::uint32_t said, bool all, std::string* out) {
  for (std::uint32_t i = 0; i < rule.stages.size(); ++i) {
    const StageStory& stage = rule.stages[i];
    if (at_line) {
      for (const Attempt& attempt : stage.here) {
        const bool nothing = attempt.verdict == why::Verdict::kNoPattern && attempt.fit.pieces == 0;
        if (!all && (i == said || nothing)) continue;
        *out += fmt::format("  {}\n    {}\n", StageName(rule, i), Sentence(attempt, stage));
        for (const Condition& condition : attempt.conditions) {
          if (condition.holds.value_or(false)) *out += "    " + Sentence(condition) + "\n";
        }
      }
      continue;
    }
    if (!all && i == said && stage.fitted == 0) continue;
    *out += fmt::format("  {}\n    {} {} it", StageName(rule, i),
                        stage.fitted == 0 ? "nothing" : std::to_string(stage.fitted),
                        stage.fitted <= 1 ? "fits" : "fit");
    if (!stage.hits.empty()) *out += ", first " + Where(stage.hits.front().spot);
    if (stage.no_key > 0) *out += fmt::format("; {} without a part of the key", stage.no_key);
    if (stage.other_role > 0) *out += fmt::format("; {} in inputs of another role", stage.other_role);
    *out += "\n";
    if (stage.fitted == 0 && stage.nearest && (all || stage.nearest->fit.pieces > 0)) {
      *out +=
          fmt::format("    nearest {}: {}\n", Where(stage.nearest->spot), Sentence(*stage.nearest, stage));
    }
  }
}

void WriteFinding(const FoundStory& found, const ir::Rule& rule, std::string* out) {
  const runtime::Finding& finding = *found.finding;
  for (const runtime::Evidence& evidence : finding.evidence) {
    *out += fmt::format("  {}:{}  {}\n", runtime::SafeText(evidence.file), evidence.line,
                        Clip(evidence.text, 160));
  }
  std::string fields;
  for (const runtime::FindingField& field : finding.fields) {
    if (fields.size() > 600) break;
    fields += (fields.empty() ? "" : ", ") + std::string(field.name) + " = " + ShowValue(field.value, 60);
  }
  if (!fields.empty()) *out += "  with " + fields + "\n";
  if (finding.confidence) {
    *out += fmt::format("  confidence {}", *finding.confidence);
    for (const runtime::ConfidencePart& part : finding.confidence_parts) {
      *out += fmt::format(" {} {}", part.weight, Clip(part.why, 60));
    }
    *out += "\n";
  }
  for (const std::string_view missing : finding.missing) *out += "  needs " + Clip(missing, 200) + "\n";
  *out += fmt::format("  severity {}\n", lang::SeverityName(rule.severity));
}

}  // namespace

std::string ToHuman(const Story& story, const Verdict& verdict, const ir::Module& module,
                    const RenderOptions& options) {
  const RuleStory& rule = story.rules.front();
  const bool at_line = story.question.line > 0;
  std::string place = runtime::SafeText(story.question.file);
  if (at_line) place += fmt::format(":{}", story.question.line);
  const bool good = verdict.outcome == Outcome::kFound || verdict.outcome == Outcome::kEvent;
  std::string out = fmt::format("{}: {} at {}\n", Paint(options.color, "1", rule.name),
                                Paint(options.color, good ? "32" : "31", Heading(verdict.outcome)), place);
  out += "  " + verdict.sentence + "\n";
  for (const std::string& hint : verdict.hints) out += "  " + hint + "\n";
  if (at_line && !story.line_text.empty()) {
    out += fmt::format("\n{}  {}\n", place, story.line_text);
    std::string about;
    if (!story.line_format.empty()) about += "read as " + story.line_format;
    for (std::size_t i = 0; i < story.line_wrappers.size(); ++i) {
      about += (about.empty() ? ""
                : i == 0      ? ", "
                              : "") +
               std::string(i == 0 ? "inside " : " in ") + story.line_wrappers[i];
    }
    if (!about.empty()) out += "  " + about + "\n";
  }
  switch (verdict.outcome) {
    case Outcome::kFound:
    case Outcome::kFolded:
      out += "\n";
      for (const FoundStory& found : rule.findings) {
        if (at_line && !found.here && !found.covers) continue;
        WriteFinding(found, module.rules[rule.rule], &out);
        break;
      }
      if (!at_line && rule.finding_count > 1) out += fmt::format("  and {} more\n", rule.finding_count - 1);
      break;
    case Outcome::kHidden:
    case Outcome::kEvent:
    case Outcome::kDropped:
      break;
    case Outcome::kNoMatch:
      for (const RuleStory& told : story.rules) {
        // Scopes around it are told of only where a stage reads them.
        const bool reads = std::any_of(story.rules.begin(), story.rules.end(), [&](const RuleStory& other) {
          return std::any_of(other.stages.begin(), other.stages.end(),
                             [&](const StageStory& stage) { return stage.reads == told.name; });
        });
        if (&told != &rule && !reads && !options.all) continue;
        std::string stages;
        const bool judged = &told == &story.rules[verdict.rule];
        WriteStages(told, at_line, judged ? verdict.stage : ir::kNone, options.all, &stages);
        if (stages.empty()) continue;
        out += "\n" + (&told == &rule ? std::string() : told.name + "\n") + stages;
        if (!options.all && &told - &rule >= 3) break;
      }
      break;
  }
  std::size_t shown = 0;
  for (std::size_t i = 0; i < rule.matches.size(); ++i) {
    const MatchStory& match = rule.matches[i];
    if (at_line && !match.here) continue;
    if (match.beats.size() < 2 && match.decided) continue;
    if (++shown > (options.all ? 20 : 2)) break;
    out += "\n" + (match.key.empty() ? std::string("a match") : match.key) + "\n";
    WriteMatch(rule, match, options.all, &out);
  }
  for (const BlockStory& block : story.blocks) {
    std::string_view what;
    switch (block.what) {
      case why::Framed::kBegan:
        what = "begins here";
        break;
      case why::Framed::kTook:
        what = "takes this line";
        break;
      case why::Framed::kEndedBefore:
        what = "ends before this line, which fits none of its parts";
        break;
      case why::Framed::kComplete:
        what = "is complete";
        break;
      case why::Framed::kBroken:
        what = "is broken: a line that it requires did not come";
        break;
      case why::Framed::kTruncated:
        what = "was cut off at a bound";
        break;
    }
    out += fmt::format(
        "  block {} of line {} {}{}\n", block.format, block.begin, what,
        block.at > 0 && block.at != story.question.line ? fmt::format(" (at line {})", block.at) : "");
  }
  for (const std::string& note : story.notes) out += "  " + note + "\n";
  return out;
}

}  // namespace faultline::explain
