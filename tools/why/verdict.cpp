// Judging a story: see verdict.h.
#include "tools/why/verdict.h"

#include "runtime/report/escape.h"
#include "support/value/print.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace faultline::explain {
namespace {

using why::Happened;
using why::Obstacle;

constexpr std::size_t kMaxHints = 4;

std::string Quoted(std::string_view text) {
  return "`" + std::string(text) + "`";
}

std::string Values(const Named& values) {
  std::string text;
  for (const auto& [name, value] : values) text += (text.empty() ? "" : ", ") + name + " = " + value;
  return text;
}

// The parts that are not true, or all where each is.
std::string Failing(const std::vector<Condition>& conditions) {
  std::string text;
  for (const Condition& condition : conditions) {
    if (condition.holds.value_or(false)) continue;
    text += (text.empty() ? "" : "; ") + Sentence(condition);
  }
  return text.empty() ? "a condition is not true" : text;
}

std::string FitSentence(const why::Fit& fit) {
  if (fit.pieces == 0) return "no part of it stands there";
  if (fit.pieces == fit.of && fit.not_at_begin) return "it stands there, but not at the line's begin";
  std::string text = "fits up to " + Quoted(fit.matched);
  if (fit.not_at_begin) text += " (which is not at the line's begin)";
  if (fit.pieces == fit.of) return text;
  text += ", then " + Quoted(fit.expected) + " is wanted and ";
  return text + (fit.found.empty() ? "the text ends" : "there is " + Quoted(fit.found));
}

bool SameFile(const Spot& a, const Spot& b) {
  return a.file == b.file;
}

// The last event that a match took.
const Spot* LastSpot(const MatchStory& match) {
  const Spot* last = nullptr;
  for (const Beat& beat : match.beats) {
    if (beat.what == Happened::kBegan || beat.what == Happened::kTook || beat.what == Happened::kGathered) {
      last = &beat.spot;
    }
  }
  return last;
}

const Spot* FirstSpot(const MatchStory& match) {
  for (const Beat& beat : match.beats) {
    if (beat.spot.line > 0) return &beat.spot;
  }
  return nullptr;
}

// Events of the stage that a match waited for in vain, and why each was none.
std::vector<std::string> NearHits(const RuleStory& rule, const MatchStory& match, std::uint32_t stage,
                                  const Beat* over) {
  std::vector<std::string> hints;
  const Spot* last = LastSpot(match);
  if (last == nullptr || stage >= rule.stages.size()) return hints;
  const StageStory& told = rule.stages[stage];
  const Hit* before = nullptr;
  bool late = false;
  for (const Hit& hit : told.hits) {
    if (hints.size() >= kMaxHints) break;
    const bool same = SameFile(hit.spot, *last);
    const bool behind =
        same ? hit.spot.line > last->end_line : hit.spot.time && last->time && *hit.spot.time > *last->time;
    if (!behind) {
      if (same && hit.spot.line < last->line) before = &hit;
      continue;
    }
    if (hit.key != match.values) {
      hints.push_back(fmt::format("{} fits it with another key: {}", Where(hit.spot), hit.key));
      continue;
    }
    if (hit.spot.stream != last->stream && match.values.empty()) {
      hints.push_back(fmt::format("{} fits it, but in another stream ({}); `by` joins streams",
                                  Where(hit.spot),
                                  hit.spot.stream.empty() ? "the input itself" : hit.spot.stream));
      continue;
    }
    if (late) continue;
    late = true;
    if (over != nullptr && over->until_time && hit.spot.time) {
      const std::int64_t by = *hit.spot.time - *over->until_time;
      if (by > 0)
        hints.push_back(fmt::format("{} fits it, but comes {} too late", Where(hit.spot), Duration(by)));
    } else if (over != nullptr && over->until_line && same) {
      hints.push_back(fmt::format("{} fits it, but stands {} line{} behind line {}", Where(hit.spot),
                                  hit.spot.line - last->end_line,
                                  hit.spot.line - last->end_line == 1 ? "" : "s", last->end_line));
    } else if (over != nullptr && over->until_time) {
      hints.push_back(fmt::format("{} fits it, but has no time", Where(hit.spot)));
    } else {
      hints.push_back(fmt::format("{} fits it, but the window was over", Where(hit.spot)));
    }
  }
  if (hints.empty() && before != nullptr) {
    hints.push_back(fmt::format("{} fits it, but stands before {}", Where(before->spot), Where(*last)));
  }
  // One that came in time, but for a condition.
  if (told.nearest && told.nearest->verdict == why::Verdict::kGuard && SameFile(told.nearest->spot, *last) &&
      told.nearest->spot.line > last->end_line && hints.size() < kMaxHints) {
    hints.push_back(fmt::format("{} {}", Where(told.nearest->spot), Sentence(*told.nearest, told)));
    return hints;
  }
  if (hints.empty() && told.nearest && told.fitted == 0 && told.nearest->fit.pieces == 0 &&
      told.nearest->verdict == why::Verdict::kNoPattern) {
    hints.push_back("no line fits it, and none has a part of its pattern");
  } else if (hints.empty() && told.nearest && told.fitted == 0) {
    hints.push_back(fmt::format("no line fits it; the nearest is {}: {}", Where(told.nearest->spot),
                                Sentence(*told.nearest, told)));
  }
  return hints;
}

std::string MatchName(const MatchStory& match) {
  const Spot* first = FirstSpot(match);
  std::string text = first == nullptr ? "a match" : "the match begun at " + Where(*first);
  if (!match.key.empty()) text += " (" + match.key + ")";
  return text;
}

// A set or a repetition that was not complete when its window ended. False: it is none.
bool JudgeGathering(const RuleStory& rule, const MatchStory& match, const Beat& over, Verdict* verdict) {
  if (over.needed == 0) return false;
  const std::string until = over.until.empty() ? "" : " until " + over.until;
  const std::string key = match.key.empty() ? "" : " with " + match.key;
  std::set<std::uint32_t> there;
  std::int64_t count = 0;
  for (const Beat& beat : match.beats) {
    if (beat.what == Happened::kGathered) {
      there.insert(beat.stage);
      count = beat.count;
    } else if (beat.what == Happened::kDropped) {
      there.erase(beat.stage);
    }
  }
  if (over.stage != ir::kNone) {
    verdict->sentence = fmt::format("only {} of {} came for {}{}{}", count, over.needed,
                                    StageName(rule, over.stage), key, until);
    for (std::string& hint : NearHits(rule, match, over.stage, &over))
      verdict->hints.push_back(std::move(hint));
    return true;
  }
  std::string missing;
  for (std::uint32_t i = 0; i < rule.stages.size(); ++i) {
    if (rule.stages[i].kind != ir::StageKind::kPart || there.contains(i)) continue;
    missing += (missing.empty() ? "" : " and ") + StageName(rule, i);
    if (verdict->stage == ir::kNone) verdict->stage = i;
    for (std::string& hint : NearHits(rule, match, i, &over)) verdict->hints.push_back(std::move(hint));
  }
  verdict->sentence = fmt::format("{} of {} parts came{}; nothing came for {}{}", there.size(), over.needed,
                                  key, missing, until);
  return true;
}

// How a match that is not decided came to its end.
void JudgeMatch(const RuleStory& rule, const MatchStory& match, Verdict* verdict) {
  const Beat* last = nullptr;
  const Beat* passed = nullptr;
  const Beat* waits = nullptr;
  for (const Beat& beat : match.beats) {
    if (beat.what == Happened::kPassedOver) passed = &beat;
    if (beat.what == Happened::kWaits && beat.stage == match.waits) waits = &beat;
    last = &beat;
  }
  if (last == nullptr) return;
  verdict->stage = last->stage;
  const std::string name = MatchName(match);
  switch (last->what) {
    case Happened::kWindowOver: {
      if (JudgeGathering(rule, match, *last, verdict)) return;
      const std::uint32_t stage = last->stage == ir::kNone ? match.waits : last->stage;
      verdict->stage = stage;
      const bool whole = last->stage == ir::kNone;
      const std::string until = last->until.empty() ? "" : ", until " + last->until;
      if (stage == ir::kNone) {
        verdict->sentence = fmt::format("{} was not completed{}", name, until);
      } else {
        verdict->sentence = fmt::format("nothing came for {}{}{}{}", StageName(rule, stage),
                                        match.key.empty() ? "" : " with " + match.key,
                                        whole ? " inside the rule's window" : "", until);
      }
      if (passed != nullptr && passed->stage == stage) {
        verdict->hints.push_back(Sentence(*passed, rule));
      }
      for (std::string& hint : NearHits(rule, match, stage, last)) verdict->hints.push_back(std::move(hint));
      return;
    }
    case Happened::kRefuted:
      verdict->sentence =
          fmt::format("{} was refuted by {}: {}", name, Where(last->spot), StageName(rule, last->stage));
      return;
    case Happened::kUntil:
      verdict->sentence =
          fmt::format("{} was dropped at {}: {}", name, Where(last->spot), StageName(rule, last->stage));
      return;
    case Happened::kCondition:
      verdict->sentence = fmt::format("all stages of {} are there, but {}", name, Failing(last->conditions));
      return;
    case Happened::kWhen:
      verdict->sentence = last->needed > 1 && last->count > 0
                              ? fmt::format("`when` held {} of {} times in a row", last->count, last->needed)
                              : fmt::format("`when`: {}", Failing(last->conditions));
      return;
    case Happened::kUndecided:
      verdict->sentence = fmt::format("{} waited for an absence when the run was interrupted", name);
      return;
    case Happened::kUntold:
      verdict->sentence =
          fmt::format("the window of {} cannot be told: a time is missing, or the scope is not open",
                      last->stage == ir::kNone ? "the rule" : StageName(rule, last->stage));
      return;
    case Happened::kEvicted:
      verdict->sentence = fmt::format("{} was given up: too much waited at once", name);
      return;
    case Happened::kReplaced:
      verdict->sentence = fmt::format("a later match took the place of {}", name);
      return;
    case Happened::kRowBroken:
      verdict->sentence = fmt::format("{} came in a row for {}, of {}; {} broke it", last->count,
                                      StageName(rule, last->stage), last->needed, Where(last->spot));
      return;
    case Happened::kGathered:
    case Happened::kDropped:
    case Happened::kFormed:
      verdict->sentence =
          fmt::format("{} of {} had come for {}", last->count, last->needed, StageName(rule, last->stage));
      return;
    case Happened::kBegan:
    case Happened::kTook:
    case Happened::kWaits:
    case Happened::kPassedOver:
    case Happened::kHolds:
    case Happened::kJoined:
    case Happened::kAsked:
    case Happened::kWhole:
    case Happened::kDecided:
      break;
  }
  if (match.waits != ir::kNone) {
    verdict->stage = match.waits;
    verdict->sentence =
        fmt::format("nothing came for {} to the end of the input", StageName(rule, match.waits));
    if (passed != nullptr) verdict->hints.push_back(Sentence(*passed, rule));
    for (std::string& hint : NearHits(rule, match, match.waits, waits))
      verdict->hints.push_back(std::move(hint));
    return;
  }
  verdict->sentence = fmt::format("{} was not decided", name);
}

// The stage that came nearest: at the line, or anywhere.
const Attempt* BestAttempt(const RuleStory& rule, bool at_line, std::uint32_t* stage) {
  const Attempt* best = nullptr;
  const auto offer = [&](const Attempt& attempt, std::uint32_t index) {
    const bool better = best == nullptr || attempt.verdict > best->verdict ||
                        (attempt.verdict == best->verdict && attempt.fit.literal > best->fit.literal);
    if (!better) return;
    best = &attempt;
    *stage = index;
  };
  for (std::uint32_t i = 0; i < rule.stages.size(); ++i) {
    if (at_line) {
      for (const Attempt& attempt : rule.stages[i].here) offer(attempt, i);
    } else if (i == 0 || rule.stages[i].kind == rule.stages[0].kind) {
      // Without a match the first stage decides; of parts and entries each may.
      if (rule.stages[i].nearest) offer(*rule.stages[i].nearest, i);
    }
  }
  return best;
}

// The line is what a stage reads by way of another rule, but nothing waited for it. False: it is not.
bool JudgeReading(const Story& story, const RuleStory& rule, Verdict* verdict) {
  for (std::uint32_t i = 0; i < rule.stages.size(); ++i) {
    if (!rule.stages[i].reads_rule) continue;
    for (const RuleStory& read : story.rules) {
      if (read.name != rule.stages[i].reads) continue;
      const bool found = std::any_of(read.matches.begin(), read.matches.end(),
                                     [](const MatchStory& match) { return match.decided && match.here; });
      if (!found) continue;
      verdict->stage = i;
      verdict->sentence =
          fmt::format("{} is found here, but no match waited for {}", read.name, StageName(rule, i));
      // The match that came nearest before it, and how it ended.
      for (const MatchStory& match : rule.matches) {
        const Spot* last = LastSpot(match);
        if (last == nullptr || last->line > story.question.line) continue;
        Verdict ended;
        JudgeMatch(rule, match, &ended);
        verdict->hints.push_back(ended.sentence);
        break;
      }
      return true;
    }
  }
  return false;
}

void JudgeStages(const Story& story, std::size_t index, Verdict* verdict, int depth) {
  const RuleStory& rule = story.rules[index];
  const bool at_line = story.question.line > 0;
  std::uint32_t stage = 0;
  const Attempt* best = BestAttempt(rule, at_line, &stage);
  if (at_line && best == nullptr && JudgeReading(story, rule, verdict)) return;
  // A stage that reads another rule has nothing to look at before that one finds something.
  if (best == nullptr || best->verdict < why::Verdict::kGuard) {
    for (const StageStory& told : rule.stages) {
      if (!told.reads_rule || told.kind == ir::StageKind::kWithout || told.kind == ir::StageKind::kUntil ||
          depth > 20)
        continue;
      for (std::size_t i = 0; i < story.rules.size(); ++i) {
        if (story.rules[i].name != told.reads || i == index) continue;
        if (!at_line && story.rules[i].decided_count > 0) continue;
        Verdict below;
        JudgeStages(story, i, &below, depth + 1);
        if (at_line && below.sentence.empty()) continue;
        verdict->rule = below.rule;
        verdict->stage = below.stage;
        verdict->sentence =
            fmt::format("it reads {}, which {}", told.reads,
                        below.sentence.empty() ? "found nothing" : "found nothing: " + below.sentence);
        verdict->hints = below.hints;
        return;
      }
    }
  }
  verdict->rule = index;
  for (std::uint32_t i = 0; i < rule.stages.size() && !at_line; ++i) {
    const StageStory& told = rule.stages[i];
    if (told.other_role == 0 && told.no_key == 0) continue;
    verdict->stage = i;
    verdict->sentence =
        told.no_key > 0
            ? fmt::format("{} fits {}, but a part of its key is missing",
                          told.hits.empty() ? "an event" : Where(told.hits.front().spot), StageName(rule, i))
            : fmt::format("{} fits {}, but its input has not the role; name it with --input ROLE=FILE",
                          told.hits.empty() ? "an event" : Where(told.hits.front().spot), StageName(rule, i));
    return;
  }
  for (std::uint32_t i = 0; i < rule.stages.size() && !at_line; ++i) {
    const StageStory& told = rule.stages[i];
    if (!told.reads_block || told.tried > 0 || told.broken == 0) continue;
    verdict->stage = i;
    verdict->sentence =
        fmt::format("{} block{} {} began, and {} a line that it requires", told.broken,
                    told.broken == 1 ? "" : "s", told.reads, told.broken == 1 ? "lacks" : "each lacks");
    return;
  }
  if (best == nullptr) {
    if (at_line) return;
    verdict->sentence = rule.stages.empty() || rule.stages[0].reads.empty()
                            ? "no record came to any of its stages"
                            : "nothing in the input is " + rule.stages[0].reads;
    return;
  }
  verdict->stage = stage;
  const StageStory& told = rule.stages[stage];
  if (best->verdict != why::Verdict::kFits) {
    const bool nothing = best->verdict == why::Verdict::kNoPattern && best->fit.pieces == 0;
    verdict->sentence =
        at_line   ? fmt::format("{}: {}", StageName(rule, stage), Sentence(*best, told))
        : nothing ? fmt::format("no line fits {}, and none has a part of its pattern", StageName(rule, stage))
                  : fmt::format("no line fits {}; the nearest is {}: {}", StageName(rule, stage),
                                Where(best->spot), Sentence(*best, told));
    return;
  }
  if (told.no_key > 0) {
    verdict->sentence = fmt::format("{} fits, but a part of its key is missing", StageName(rule, stage));
  } else if (told.other_role > 0) {
    verdict->sentence = fmt::format("{} fits, but the input has not its role; name it with --input ROLE=FILE",
                                    StageName(rule, stage));
  } else if (stage > 0 && told.kind == ir::StageKind::kThen) {
    verdict->sentence = fmt::format("{} fits, but no match waited for it", StageName(rule, stage));
    const std::string here = Where(best->spot);
    for (const MatchStory& match : rule.matches) {
      const Beat& over = match.beats.back();
      if (over.what != Happened::kWindowOver) continue;
      for (const std::string& hint : NearHits(rule, match, stage, &over)) {
        if (!hint.starts_with(here + " ")) continue;
        verdict->hints.push_back(fmt::format("{} waited until {}: {}", MatchName(match), over.until, hint));
        return;
      }
    }
    const StageStory& first = rule.stages[0];
    if (first.hits.empty() && first.nearest) {
      verdict->hints.push_back(fmt::format("nothing fits {}; the nearest is {}: {}", StageName(rule, 0),
                                           Where(first.nearest->spot), Sentence(*first.nearest, first)));
    } else if (!first.hits.empty()) {
      const Hit* near = &first.hits.front();
      for (const Hit& hit : first.hits) {
        if (hit.spot.line < best->spot.line) near = &hit;
      }
      verdict->hints.push_back(fmt::format(
          "{} fits {}{}", Where(near->spot), StageName(rule, 0),
          near->key.empty()
              ? ""
              : ", its key is " + near->key + (best->key.empty() ? "" : ", here it is " + best->key)));
    }
  } else {
    verdict->sentence = fmt::format("{} fits", StageName(rule, stage));
  }
}

}  // namespace

std::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kFound:
      return "found";
    case Outcome::kFolded:
      return "folded";
    case Outcome::kHidden:
      return "hidden";
    case Outcome::kEvent:
      return "event";
    case Outcome::kDropped:
      return "dropped";
    case Outcome::kNoMatch:
      return "no_match";
  }
  return "no_match";
}

std::string Where(const Spot& spot) {
  if (spot.line == 0) return "the end of the input";
  std::string text = fmt::format("{}:{}", runtime::SafeText(spot.file), spot.line);
  if (spot.end_line > spot.line) text += fmt::format("-{}", spot.end_line);
  return text;
}

std::string Duration(std::int64_t ns) {
  return ToText(Value::Integer(ValueKind::kDuration, ns));
}

std::string StageName(const RuleStory& rule, std::uint32_t stage) {
  if (stage >= rule.stages.size()) return "a stage";
  return fmt::format("stage {} `{}`", stage + 1, rule.stages[stage].text);
}

std::string Sentence(const Condition& condition) {
  std::string text = Quoted(condition.text) + " is " +
                     (!condition.holds   ? "unknown"
                      : *condition.holds ? "true"
                                         : "false");
  if (!condition.values.empty()) text += ": " + Values(condition.values);
  return text;
}

std::string Sentence(const Attempt& attempt, const StageStory& stage) {
  switch (attempt.verdict) {
    case why::Verdict::kOtherFormat: {
      if (stage.reads_block) return "no block " + stage.reads + " begins there: " + FitSentence(attempt.fit);
      std::string text =
          attempt.format.empty() ? "the line has no format" : "the line is read as " + attempt.format;
      text += stage.reads.empty() ? ", and any format is wanted" : ", not as " + stage.reads;
      if (!attempt.needs.empty()) text += "; " + attempt.needs;
      if (attempt.fit.of > 0 && attempt.fit.pieces < attempt.fit.of) {
        text += "; of its pattern " + FitSentence(attempt.fit);
      }
      return text;
    }
    case why::Verdict::kNoField:
      return "there is no text in the field that it looks at" +
             (attempt.format.empty() ? std::string() : " (the record is of " + attempt.format + ")");
    case why::Verdict::kNoPattern:
      return "the pattern does not match: " + FitSentence(attempt.fit);
    case why::Verdict::kNoList:
      return "the list of `each` is missing or empty";
    case why::Verdict::kGuard:
      return "matches, but " + Failing(attempt.conditions);
    case why::Verdict::kFits:
      return attempt.values.empty() ? "fits" : "fits: " + Values(attempt.values);
  }
  return {};
}

std::string Sentence(const Beat& beat, const RuleStory& rule) {
  const std::string at = Where(beat.spot);
  const std::string stage = beat.stage == ir::kNone ? "the rule" : StageName(rule, beat.stage);
  switch (beat.what) {
    case Happened::kBegan:
      return at + " begins it";
    case Happened::kTook:
      return fmt::format("{} is {}", at, stage);
    case Happened::kWaits:
      return fmt::format("waits for {}{}", stage, beat.until.empty() ? "" : ", until " + beat.until);
    case Happened::kPassedOver:
      switch (beat.obstacle) {
        case Obstacle::kNone:
          return fmt::format("{} does not fit {}", at, stage);
        case Obstacle::kOrder:
          return fmt::format("{} fits {}, but does not come after what is there", at, stage);
        case Obstacle::kWindow:
          return fmt::format("{} fits {}, but stands outside its window", at, stage);
        case Obstacle::kRuleWindow:
          return fmt::format("{} fits {}, but stands outside the rule's window", at, stage);
        case Obstacle::kCondition:
          return fmt::format("{} fits {}, but {}", at, stage, Failing(beat.conditions));
      }
      return {};
    case Happened::kHolds:
      return fmt::format("nothing came for {}: the absence holds", stage);
    case Happened::kJoined:
      return beat.count > 0 ? fmt::format("{} found one", stage) : fmt::format("{} found none", stage);
    case Happened::kAsked:
      return fmt::format("the graph was asked: {}", beat.text.empty() ? "missing" : beat.text);
    case Happened::kWhole:
      return "all its stages are there";
    case Happened::kCondition:
      return Failing(beat.conditions);
    case Happened::kWindowOver:
      return fmt::format("nothing came for {}{}", stage, beat.until.empty() ? "" : " until " + beat.until);
    case Happened::kRefuted:
      return fmt::format("{} refutes it: {}", at, stage);
    case Happened::kUntil:
      return fmt::format("{} ends it: {}", at, stage);
    case Happened::kUndecided:
      return "the run was interrupted before the absence was decided";
    case Happened::kUntold:
      return fmt::format("the window of {} cannot be told: a time is missing, or the scope is not open",
                         stage);
    case Happened::kEvicted:
      return "it was given up: too much waited at once";
    case Happened::kDecided:
      return "it is what the rule finds";
    case Happened::kGathered:
      return fmt::format("{} is {} of {} for {}", at, beat.count, beat.needed, stage);
    case Happened::kFormed:
      return "enough are there";
    case Happened::kDropped:
      return fmt::format("what had come for {} is out of the window", stage);
    case Happened::kReplaced:
      return "a later one took its place";
    case Happened::kRowBroken:
      return fmt::format("{} breaks the row of {} after {} of {}", at, stage, beat.count, beat.needed);
    case Happened::kWhen: {
      std::string text = at + ": `when`";
      for (std::size_t i = 0; i < beat.conditions.size(); ++i)
        text += (i == 0 ? " " : "; ") + Sentence(beat.conditions[i]);
      if (beat.needed > 1) text += fmt::format(" ({} of {} in a row)", beat.count, beat.needed);
      return text;
    }
  }
  return {};
}

Verdict Judge(const Story& story, const ir::Module&) {
  Verdict verdict;
  const RuleStory& rule = story.rules.front();
  const bool at_line = story.question.line > 0;
  const auto is_found = [&](const FoundStory& found) {
    verdict.outcome = found.folded_under.empty() ? Outcome::kFound : Outcome::kFolded;
    verdict.sentence = found.folded_under.empty() ? "it found: " + Clip(found.finding->message, 300)
                                                  : "it is shown under its cause, " + found.folded_under +
                                                        " (`run --all` shows it in full)";
  };
  for (const FoundStory& found : rule.findings) {
    if (at_line && !found.here) continue;
    is_found(found);
    return verdict;
  }
  for (const HiddenMatch& hidden : rule.hidden) {
    if (at_line && !(hidden.spot.line <= story.question.line && story.question.line <= hidden.spot.end_line))
      continue;
    verdict.outcome = Outcome::kHidden;
    if (hidden.why == why::Hidden::kAllowed) {
      verdict.sentence = "it is found, but an `allow` covers it" +
                         (hidden.reason.empty() ? std::string() : ": " + hidden.reason) +
                         (hidden.until.empty() ? std::string() : " (until " + hidden.until + ")");
    } else {
      verdict.sentence =
          fmt::format("it rests on an input with the role {}, and there is none: --input {}=FILE",
                      hidden.role, hidden.role);
    }
    return verdict;
  }
  for (std::size_t i = 0; i < rule.matches.size(); ++i) {
    const MatchStory& match = rule.matches[i];
    if (!match.decided || (at_line && !match.here)) continue;
    verdict.match = i;
    if (!story.disabled.empty()) {
      verdict.outcome = Outcome::kHidden;
      verdict.sentence = "it is found, but " + story.disabled;
      return verdict;
    }
    if (rule.is_event) {
      verdict.outcome = Outcome::kEvent;
      verdict.sentence = "it is found; an event is never shown, others read it";
      return verdict;
    }
  }
  for (std::size_t i = 0; i < rule.matches.size(); ++i) {
    const MatchStory& match = rule.matches[i];
    if (match.decided || (at_line && !match.here)) continue;
    verdict.outcome = Outcome::kDropped;
    verdict.match = i;
    JudgeMatch(rule, match, &verdict);
    return verdict;
  }
  for (const FoundStory& found : rule.findings) {
    if (!found.covers) continue;
    is_found(found);
    verdict.hints.push_back("this line is none of its evidence: it stands between the first and the last");
    return verdict;
  }
  verdict.outcome = Outcome::kNoMatch;
  JudgeStages(story, 0, &verdict, 0);
  if (verdict.sentence.empty()) {
    verdict.sentence = !at_line || story.line_seen
                           ? "nothing looks at this line"
                           : "the line is no record of its own: it belongs to a document or a "
                             "wrapped line that another one completes";
  }
  return verdict;
}

}  // namespace faultline::explain
