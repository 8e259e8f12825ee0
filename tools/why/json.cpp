// A story for programs: see render.h.
#include "runtime/report/json_object.h"
#include "runtime/report/report.h"
#include "support/value/print.h"
#include "tools/why/render.h"

#include <functional>

namespace faultline::explain {
namespace {

using runtime::JsonObject;

template <class Items, class Write>
void List(JsonObject* object, std::string_view key, const Items& items, std::string* out, Write write) {
  if (items.empty()) return;
  object->Key(key) += '[';
  bool first = true;
  for (const auto& item : items) {
    if (!first) *out += ',';
    first = false;
    write(item);
  }
  *out += ']';
}

void PutSpot(JsonObject* object, const Spot& spot) {
  if (spot.line > 0) {
    object->Text("file", spot.file);
    object->Number("line", spot.line);
    if (spot.end_line > spot.line) object->Number("end_line", spot.end_line);
  }
  if (spot.time) object->Text("time", ToText(Value::Integer(ValueKind::kTime, *spot.time)));
  if (!spot.stream.empty()) object->Text("stream", spot.stream);
}

void PutNamed(JsonObject* object, const Named& values, std::string* out) {
  if (values.empty()) return;
  object->Key("values");
  JsonObject named(out);
  for (const auto& [name, value] : values) named.Text(name, value);
  named.Close();
}

void PutConditions(JsonObject* object, const std::vector<Condition>& conditions, std::string* out) {
  List(object, "conditions", conditions, out, [&](const Condition& condition) {
    JsonObject part(out);
    part.Text("text", condition.text);
    part.Text("holds", !condition.holds ? "unknown" : *condition.holds ? "true" : "false");
    PutNamed(&part, condition.values, out);
    part.Close();
  });
}

std::string_view NameOf(why::Verdict verdict) {
  switch (verdict) {
    case why::Verdict::kOtherFormat:
      return "format";
    case why::Verdict::kNoField:
      return "field";
    case why::Verdict::kNoPattern:
      return "pattern";
    case why::Verdict::kNoList:
      return "list";
    case why::Verdict::kGuard:
      return "condition";
    case why::Verdict::kFits:
      return "fits";
  }
  return "";
}

std::string_view NameOf(why::Happened what) {
  switch (what) {
    case why::Happened::kBegan:
      return "began";
    case why::Happened::kTook:
      return "took";
    case why::Happened::kWaits:
      return "waits";
    case why::Happened::kPassedOver:
      return "passed_over";
    case why::Happened::kHolds:
      return "absence_holds";
    case why::Happened::kJoined:
      return "joined";
    case why::Happened::kAsked:
      return "asked_graph";
    case why::Happened::kWhole:
      return "whole";
    case why::Happened::kCondition:
      return "condition";
    case why::Happened::kWindowOver:
      return "window_over";
    case why::Happened::kRefuted:
      return "refuted";
    case why::Happened::kUntil:
      return "until";
    case why::Happened::kUndecided:
      return "undecided";
    case why::Happened::kUntold:
      return "window_unknown";
    case why::Happened::kEvicted:
      return "evicted";
    case why::Happened::kReplaced:
      return "replaced";
    case why::Happened::kRowBroken:
      return "row_broken";
    case why::Happened::kFormed:
      return "formed";
    case why::Happened::kDecided:
      return "decided";
    case why::Happened::kGathered:
      return "gathered";
    case why::Happened::kDropped:
      return "dropped";
    case why::Happened::kWhen:
      return "when";
  }
  return "";
}

void PutAttempt(const Attempt& attempt, const StageStory& stage, std::string* out) {
  JsonObject object(out);
  PutSpot(&object, attempt.spot);
  object.Text("outcome", NameOf(attempt.verdict));
  object.Text("sentence", Sentence(attempt, stage));
  if (!attempt.format.empty()) object.Text("format", attempt.format);
  if (!attempt.pattern.empty()) object.Text("pattern", attempt.pattern);
  if (!attempt.needs.empty()) object.Text("needs", attempt.needs);
  if (attempt.fit.of > 0 && attempt.fit.pieces > 0) {
    object.Text("matched", attempt.fit.matched);
    if (!attempt.fit.expected.empty()) object.Text("expected", attempt.fit.expected);
    object.Text("found", attempt.fit.found);
  }
  PutConditions(&object, attempt.conditions, out);
  PutNamed(&object, attempt.values, out);
  object.Close();
}

void PutRule(const RuleStory& rule, std::string* out) {
  JsonObject object(out);
  object.Text("rule", rule.name);
  object.Number("matches_begun", rule.match_count);
  object.Number("decided", rule.decided_count);
  object.Number("findings", rule.finding_count);
  if (rule.hidden_count > 0) object.Number("hidden", rule.hidden_count);
  if (rule.evicted > 0) object.Number("evicted", rule.evicted);
  List(&object, "stages", rule.stages, out, [&](const StageStory& stage) {
    JsonObject told(out);
    told.Text("text", stage.text);
    if (!stage.reads.empty()) told.Text("reads", stage.reads);
    told.Number("tried", stage.tried);
    told.Number("matched", stage.matched);
    told.Number("fitted", stage.fitted);
    if (stage.no_key > 0) told.Number("missing_key", stage.no_key);
    if (stage.other_role > 0) told.Number("other_role", stage.other_role);
    if (stage.nearest) PutAttempt(*stage.nearest, stage, &told.Key("nearest"));
    List(&told, "at_line", stage.here, out, [&](const Attempt& attempt) { PutAttempt(attempt, stage, out); });
    told.Close();
  });
  List(&object, "matches", rule.matches, out, [&](const MatchStory& match) {
    JsonObject told(out);
    if (!match.key.empty()) told.Text("key", match.key);
    told.Number("reached", match.reached);
    told.Key("decided") += match.decided ? "true" : "false";
    List(&told, "steps", match.beats, out, [&](const Beat& beat) {
      JsonObject step(out);
      step.Text("what", NameOf(beat.what));
      PutSpot(&step, beat.spot);
      if (beat.stage != ir::kNone) step.Number("stage", std::int64_t{beat.stage} + 1);
      if (!beat.until.empty()) step.Text("until", beat.until);
      if (beat.needed > 0) {
        step.Number("count", beat.count);
        step.Number("needed", beat.needed);
      }
      if (!beat.text.empty()) step.Text("value", beat.text);
      PutConditions(&step, beat.conditions, out);
      step.Text("sentence", Sentence(beat, rule));
      step.Close();
    });
    told.Close();
  });
  object.Close();
}

}  // namespace

std::string ToJson(const Story& story, const Verdict& verdict, const ir::Module&) {
  std::string out;
  const RuleStory& rule = story.rules.front();
  JsonObject object(&out);
  object.Text("kind", "why");
  object.Text("rule", rule.name);
  object.Text("input", story.question.file);
  if (story.question.line > 0) object.Number("line", story.question.line);
  object.Text("outcome", OutcomeName(verdict.outcome));
  object.Text("sentence", verdict.sentence);
  const auto texts = [&](std::string_view key, const std::vector<std::string>& list) {
    List(&object, key, list, &out, [&](const std::string& text) { AppendJsonText(out, text); });
  };
  texts("hints", verdict.hints);
  texts("notes", story.notes);
  if (story.question.line > 0 && story.line_seen) {
    object.Text("text", story.line_text);
    if (!story.line_format.empty()) object.Text("format", story.line_format);
    texts("wrappers", story.line_wrappers);
  }
  std::vector<const FoundStory*> found;
  for (const FoundStory& one : rule.findings) {
    if (story.question.line == 0 || one.here || one.covers) found.push_back(&one);
  }
  List(&object, "findings", found, &out,
       [&](const FoundStory* one) { out += runtime::FindingToJson(*one->finding); });
  List(&object, "rules", story.rules, &out, [&](const RuleStory& told) { PutRule(told, &out); });
  object.Close();
  return out + "\n";
}

}  // namespace faultline::explain
