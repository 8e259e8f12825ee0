// Listening: see collector.h.
#include "tools/why/collector.h"

#include "runtime/correlate/point.h"
#include "runtime/correlate/services.h"
#include "runtime/decode/record_stream.h"
#include "runtime/report/escape.h"
#include "support/value/print.h"

#include <algorithm>
#include <utility>

namespace faultline::explain {
namespace {

using why::Happened;
using why::Verdict;

constexpr std::size_t kMaxSpots = 100000;
constexpr std::size_t kMaxText = 200;

bool IsPositive(ir::StageKind kind) {
  switch (kind) {
    case ir::StageKind::kMatch:
    case ir::StageKind::kThen:
    case ir::StageKind::kPart:
    case ir::StageKind::kEnter:
    case ir::StageKind::kEdge:
    case ir::StageKind::kEntry:
      return true;
    case ir::StageKind::kWithout:
    case ir::StageKind::kUntil:
    case ir::StageKind::kLatest:
    case ir::StageKind::kNext:
    case ir::StageKind::kFeed:
    case ir::StageKind::kPause:
    case ir::StageKind::kClose:
      return false;
  }
  return false;
}

bool Ends(Happened what) {
  switch (what) {
    case Happened::kCondition:
    case Happened::kWindowOver:
    case Happened::kRefuted:
    case Happened::kUntil:
    case Happened::kUndecided:
    case Happened::kUntold:
    case Happened::kEvicted:
    case Happened::kReplaced:
    case Happened::kRowBroken:
      return true;
    case Happened::kBegan:
    case Happened::kTook:
    case Happened::kWaits:
    case Happened::kPassedOver:
    case Happened::kHolds:
    case Happened::kJoined:
    case Happened::kAsked:
    case Happened::kWhole:
    case Happened::kDecided:
    case Happened::kGathered:
    case Happened::kFormed:
    case Happened::kDropped:
    case Happened::kWhen:
      return false;
  }
  return false;
}

// How far the conditions that fail are from holding; less is nearer.
double Distance(const std::vector<Condition>& conditions) {
  double distance = 0;
  for (const Condition& condition : conditions) {
    if (!condition.holds.value_or(false)) distance += condition.apart.value_or(1e300);
  }
  return distance;
}

std::optional<std::int64_t> TimeOf(const Value& value) {
  if (value.kind != ValueKind::kTime) return std::nullopt;
  return value.integer;
}

// The unwrapped line, before its message became the text.
std::string_view WholeText(const runtime::RecordView& record) {
  return record.whole.data() != nullptr ? record.whole : record.context.text;
}

// How many of the parts hold: the more, the nearer the miss.
std::size_t Holding(const Attempt& attempt) {
  return static_cast<std::size_t>(std::count_if(attempt.conditions.begin(), attempt.conditions.end(),
                                                [](const Condition& c) { return c.holds.value_or(false); }));
}

bool IsNearer(const Attempt& a, const Attempt& b) {
  if (a.verdict != b.verdict) return a.verdict > b.verdict;
  if (a.verdict == Verdict::kNoPattern || a.verdict == Verdict::kOtherFormat) {
    return a.fit.literal > b.fit.literal;
  }
  if (Holding(a) != Holding(b)) return Holding(a) > Holding(b);
  return Distance(a.conditions) < Distance(b.conditions);
}

// Of the last event that it took.
std::int64_t LastLine(const MatchStory& match) {
  std::int64_t line = 0;
  for (const Beat& beat : match.beats) {
    if (beat.what == Happened::kBegan || beat.what == Happened::kTook || beat.what == Happened::kGathered) {
      line = beat.spot.line;
    }
  }
  return line;
}

Named ValuesOf(const ir::Rule& rule, const std::vector<ir::SlotId>& stores, const Value* slots) {
  Named values;
  for (const ir::SlotId slot : stores) {
    if (rule.slots[slot].hidden || slots[slot].is_missing()) continue;
    if (values.size() < 8) values.emplace_back(rule.slots[slot].name, ShowValue(slots[slot], 60));
  }
  return values;
}

}  // namespace

Collector::Collector(std::shared_ptr<const runtime::Program> program, const SourceSet& sources,
                     const Question& question, const runtime::EngineOptions& options)
    : program_(std::move(program)),
      module_(program_->module()),
      conditions_(std::shared_ptr<const ir::Module>(program_, &module_), sources,
                  {nullptr, options.now, options.zone_offset}),
      fitter_(module_),
      context_{nullptr, options.now, options.zone_offset},
      forced_(options.choices.format.empty() ? ir::kNone
                                             : runtime::FindFormat(module_, options.choices.format)),
      decoder_(*program_, forced_) {
  story_.question = question;
  by_rule_.resize(module_.rules.size(), nullptr);
}

Collector::~Collector() = default;

// The rule and, behind it, all that it reads: rules, events, scopes.
void Collector::AddRule(ir::RuleId id) {
  if (id >= by_rule_.size() || by_rule_[id] != nullptr || rules_.size() >= kMaxRules) return;
  const ir::Rule& rule = module_.rules[id];
  rules_.push_back(std::make_unique<Kept>());
  Kept& kept = *rules_.back();
  by_rule_[id] = &kept;
  kept.story.rule = id;
  kept.story.name = rule.name;
  kept.story.is_event = rule.is_event;
  for (const ir::Stage& stage : rule.stages) {
    StageStory& told = kept.story.stages.emplace_back();
    told.text = conditions_.TextOf(stage.span);
    told.kind = stage.kind;
    told.reads_rule = stage.input == ir::StageInput::kRule;
    if (told.reads_rule) {
      told.reads = module_.rules[stage.rule].name;
    } else if (stage.format != ir::kNone) {
      told.reads = module_.formats[stage.format].name;
      told.reads_block = module_.formats[stage.format].kind == ir::FormatKind::kBlock;
    }
  }
}

void Collector::Attach(const runtime::EnginePlan& plan) {
  plan_ = &plan;
  evaluator_ = std::make_unique<runtime::StageEvaluator>(plan, *program_, forced_, context_);
  evaluator_->set_tracer(this);
  AddRule(story_.question.rule);
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const ir::Rule& rule = module_.rules[rules_[i]->story.rule];
    for (const ir::Stage& stage : rule.stages) {
      if (stage.input == ir::StageInput::kRule) AddRule(stage.rule);
      AddRule(stage.scope);
    }
    AddRule(rule.window.scope);
    for (const ir::Provided& provided : rule.provided) AddRule(provided.scope);
    for (const ir::GraphQuery& query : rule.graph_queries) AddRule(query.graph);
  }
}

Collector::Kept* Collector::Find(ir::RuleId rule) {
  return rule < by_rule_.size() ? by_rule_[rule] : nullptr;
}

// ---------------------------------------------------------------- places

const std::string& Collector::FileOf(std::uint32_t input) const {
  static const std::string none;
  return input < files_.size() ? files_[input] : none;
}

bool Collector::IsHere(const Spot& spot) const {
  const Question& asked = story_.question;
  return asked.line > 0 && spot.line <= asked.line && asked.line <= spot.end_line &&
         (asked.file.empty() || asked.file == spot.file);
}

Spot Collector::SpotOf(const runtime::RecordContext& record, std::int64_t end_line) const {
  Spot spot{std::string(record.file), record.line, std::max(record.line, end_line), TimeOf(record.time), {}};
  if (record.stream.kind == ValueKind::kText) spot.stream = Clip(record.stream.AsText(), 60);
  return spot;
}

Spot Collector::SpotOf(const runtime::Match& match) const {
  Spot spot = SpotOf(match.record, 0);
  spot.file = match.place.file;
  spot.line = match.place.line;
  spot.end_line = std::max(match.place.line, match.place.end_line);
  spot.time = TimeOf(match.time);
  return spot;
}

Spot Collector::SpotOf(const runtime::Event& event) const {
  Spot spot =
      event.found != nullptr ? SpotOf(*event.found) : SpotOf(event.record->context, event.record->end_line);
  spot.time = TimeOf(event.time);
  return spot;
}

Spot Collector::SpotOf(const runtime::Point& point) const {
  const auto it = spots_.find(point.position.order);
  if (it != spots_.end()) return it->second;
  Spot spot;
  spot.file = FileOf(point.position.input);
  spot.time = TimeOf(point.time);
  return spot;
}

std::string Collector::KeyText(const Value& key) const {
  if (key.kind != ValueKind::kList) return {};
  std::string text;
  for (std::uint32_t i = 0; i < key.size; ++i) {
    if (i > 0) text += ", ";
    text += ShowValue(key.items[i], 60);
  }
  return text;
}

void Collector::SayKey(const ir::Rule& rule, const Value& key, MatchStory* match) const {
  if (key.kind != ValueKind::kList || !match->key.empty()) return;
  match->values = KeyText(key);
  for (std::uint32_t i = 0; i < key.size; ++i) {
    if (i > 0) match->key += ", ";
    if (i < rule.key.size()) match->key += rule.slots[rule.key[i]].name + " = ";
    match->key += ShowValue(key.items[i], 60);
  }
}

// ---------------------------------------------------------------- stages on records

void Collector::OnBlock(std::uint32_t input, const runtime::RecordBlock& block) {
  if (input >= files_.size()) files_.resize(input + 1);
  for (const runtime::RecordView& record : block.records) {
    if (files_[input].empty()) files_[input] = std::string(record.context.file);
    if (story_.question.file.empty() || story_.question.file == record.context.file) {
      story_.last_line = std::max({story_.last_line, record.context.line, record.end_line});
    }
    Probe(record);
  }
}

void Collector::Probe(const runtime::RecordView& seen) {
  arena_.Reset();
  runtime::RecordView record = seen;  // the engine resolves its own when it has to
  evaluator_->Resolve(record, &arena_);
  const bool here = IsHere(SpotOf(record.context, record.end_line));
  if (here) {
    story_.line_seen = true;
    if (story_.line_text.empty()) story_.line_text = Clip(record.context.text, kMaxText);
    if (record.format != ir::kNone) story_.line_format = module_.formats[record.format].name;
    if (story_.line_wrappers.empty()) {
      for (const runtime::WrapperValues& values : record.wrappers) {
        story_.line_wrappers.push_back(module_.wrappers[values.wrapper].name);
      }
    }
  }
  probing_ = true;
  for (const auto& kept : rules_) {
    const runtime::RulePlan& plan = plan_->rules()[kept->story.rule];
    for (std::uint32_t i = 0; i < kept->story.stages.size(); ++i) {
      const runtime::StagePlan& stage = plan_->stages()[plan.first_stage + i];
      if (stage.reads_block) ProbeHead(record, *stage.stage, here, &kept->story.stages[i]);
      if (stage.reads_rule || stage.reads_block) continue;
      alternates_.clear();
      for (runtime::AlternateId a = stage.first; a < stage.last; ++a) alternates_.push_back(a);
      if (alternates_.empty()) continue;
      hits_.clear();
      evaluator_->Evaluate(alternates_, record, 0, &arena_, &hits_);
    }
  }
  probing_ = false;
}

Attempt Collector::AttemptOf(const why::Tried& tried, const runtime::StagePlan& plan, const ir::Rule& rule) {
  Attempt attempt;
  attempt.spot = SpotOf(*tried.context, tried.record != nullptr ? tried.record->end_line : 0);
  attempt.verdict = tried.verdict;
  attempt.text = Clip(tried.text, kMaxText);
  if (tried.record != nullptr && tried.record->format != ir::kNone) {
    attempt.format = module_.formats[tried.record->format].name;
  }
  const ir::PatternId pattern =
      tried.alternate == ir::kNone ? ir::kNone : plan_->alternates()[tried.alternate].pattern;
  if (pattern != ir::kNone) attempt.pattern = Clip(module_.patterns[pattern].source, 120);
  switch (tried.verdict) {
    case Verdict::kOtherFormat: {
      // What the stage's own format lacks of the line.
      if (plan.stage->format == ir::kNone || tried.record == nullptr) break;
      const ir::Format& format = module_.formats[plan.stage->format];
      const std::string_view line = WholeText(*tried.record);
      SayNeeds(plan.stage->format, *tried.record, &attempt);
      for (const ir::Alternative& alternative : format.lines) {
        if (alternative.pattern == ir::kNone) continue;
        why::Fit fit = fitter_.Furthest(alternative.pattern, line);
        if (attempt.pattern.empty() || fit.literal > attempt.fit.literal) {
          attempt.fit = std::move(fit);
          attempt.pattern = Clip(module_.patterns[alternative.pattern].source, 120);
        }
      }
      break;
    }
    case Verdict::kNoPattern:
      if (pattern != ir::kNone) attempt.fit = fitter_.Furthest(pattern, tried.text);
      break;
    case Verdict::kGuard:
      attempt.conditions = conditions_.Read(tried.function, *tried.frame, rule);
      attempt.values = ValuesOf(rule, plan.stores, tried.frame->slots);
      break;
    case Verdict::kFits:
      attempt.values = ValuesOf(rule, plan.stores, tried.frame->slots);
      break;
    case Verdict::kNoField:
    case Verdict::kNoList:
      break;
  }
  attempt.fit.matched = runtime::SafeText(attempt.fit.matched);
  attempt.fit.expected = Clip(attempt.fit.expected, 80);
  attempt.fit.found = runtime::SafeText(attempt.fit.found);
  return attempt;
}

// A record that is no first line of the block that the stage reads.
void Collector::ProbeHead(const runtime::RecordView& record, const ir::Stage& stage, bool here,
                          StageStory* told) {
  const ir::Format& format = module_.formats[stage.format];
  if (format.parts.empty() || told->begun > 0 || evaluator_->MayBegin(stage.format, record)) return;
  Attempt attempt;
  attempt.verdict = Verdict::kOtherFormat;
  const std::string_view line = WholeText(record);
  const std::size_t pieces =
      !told->nearest ? 0 : std::max<std::size_t>(told->nearest->fit.pieces, why::PatternFitter::kMinLiteral);
  for (const ir::Alternative& head : format.parts.front().lines) {
    if (head.pattern == ir::kNone || (!here && !fitter_.ComesFurther(head.pattern, line, pieces))) continue;
    why::Fit fit = fitter_.Furthest(head.pattern, line);
    if (attempt.pattern.empty() || fit.literal > attempt.fit.literal) {
      attempt.fit = std::move(fit);
      attempt.pattern = Clip(module_.patterns[head.pattern].source, 120);
    }
  }
  if (attempt.pattern.empty() || (!here && attempt.fit.pieces == 0)) return;
  attempt.spot = SpotOf(record.context, record.end_line);
  attempt.text = Clip(line, kMaxText);
  if (record.format != ir::kNone) attempt.format = module_.formats[record.format].name;
  attempt.fit.matched = runtime::SafeText(attempt.fit.matched);
  attempt.fit.expected = Clip(attempt.fit.expected, 80);
  attempt.fit.found = runtime::SafeText(attempt.fit.found);
  Consider(told, std::move(attempt), here);
}

// Of a record that is not of the format, though it may fit it: what stands in the way.
void Collector::SayNeeds(ir::FormatId id, const runtime::RecordView& record, Attempt* attempt) {
  const ir::Format& format = module_.formats[id];
  context_.arena = &arena_;
  if (decoder_.Fits(id, record, context_)) {
    attempt->needs = forced_ != ir::kNone
                         ? "--format says so"
                         : "it would fit, but of several formats the one with the most text of its "
                           "own is taken; --format chooses";
    return;
  }
  if (format.kind != ir::FormatKind::kJson && format.kind != ir::FormatKind::kLogfmt) return;
  std::string fields;
  for (const ir::FieldPlan& field : format.fields) {
    if (field.optional || field.others || fields.size() > 100) continue;
    fields += (fields.empty() ? "" : ", ") + field.name;
  }
  std::string_view line = WholeText(record);
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  const bool json = format.kind == ir::FormatKind::kJson;
  if (json && !line.starts_with('{') && !line.starts_with('[')) {
    attempt->needs = "it is no JSON";
  } else if (!fields.empty()) {
    attempt->needs = std::string(json ? "JSON" : "logfmt") + " with " + fields + " is wanted";
  }
}

void Collector::Consider(StageStory* stage, Attempt attempt, bool here) {
  if (attempt.verdict != Verdict::kFits && (!stage->nearest || IsNearer(attempt, *stage->nearest))) {
    stage->nearest = attempt;
  }
  if (here && stage->here.size() < kMaxHere) stage->here.push_back(std::move(attempt));
}

void Collector::OnTried(const why::Tried& tried) {
  if (plan_ == nullptr) return;
  // In phase 2 records are tried again as they are waited for.
  if (!probing_ && tried.record != nullptr) return;
  const runtime::StagePlan& plan = plan_->stages()[tried.stage];
  Kept* kept = Find(plan.rule);
  if (kept == nullptr) return;
  const ir::Rule& rule = module_.rules[plan.rule];
  StageStory& stage = kept->story.stages[plan.index];
  const Spot spot = SpotOf(*tried.context, tried.record != nullptr ? tried.record->end_line : 0);
  const bool here = IsHere(spot);
  ++stage.tried;
  if (tried.verdict != Verdict::kOtherFormat) stage.format_fits = true;
  if (tried.verdict >= Verdict::kNoList) ++stage.matched;
  bool worth = here;
  switch (tried.verdict) {
    case Verdict::kNoField:
    case Verdict::kNoList:
      worth = worth || !stage.nearest;
      break;
    case Verdict::kOtherFormat: {
      worth = worth || !stage.nearest;
      if (worth || stage.nearest->verdict != Verdict::kOtherFormat || plan.stage->format == ir::kNone) break;
      const std::size_t pieces =
          std::max<std::size_t>(stage.nearest->fit.pieces, why::PatternFitter::kMinLiteral);
      for (const ir::Alternative& line : module_.formats[plan.stage->format].lines) {
        worth = worth || (line.pattern != ir::kNone &&
                          fitter_.ComesFurther(line.pattern, WholeText(*tried.record), pieces));
      }
      break;
    }
    case Verdict::kNoPattern: {
      if (worth || !stage.nearest || stage.nearest->verdict < Verdict::kNoPattern) {
        worth = true;
        break;
      }
      if (stage.nearest->verdict > Verdict::kNoPattern) break;
      const ir::PatternId pattern = plan_->alternates()[tried.alternate].pattern;
      const std::size_t pieces =
          std::max<std::size_t>(stage.nearest->fit.pieces, why::PatternFitter::kMinLiteral);
      worth = fitter_.ComesFurther(pattern, tried.text, pieces);
      break;
    }
    case Verdict::kGuard:
      worth = worth || stage.matched - stage.fitted <= kMaxGuards;
      break;
    case Verdict::kFits: {
      ++stage.fitted;
      if (stage.hits.size() >= kMaxHits) break;
      Hit hit;
      hit.spot = spot;
      if (plan.stage->key != ir::kNone) {
        hit.key = KeyText(evaluator_->Call(plan.stage->key, tried.frame->slots, tried.context, &arena_));
      }
      stage.hits.push_back(std::move(hit));
      break;
    }
  }
  if (worth) Consider(&stage, AttemptOf(tried, plan, rule), here);
}

void Collector::OnArrival(ir::RuleId rule, const runtime::Event& event, why::Arrival arrival) {
  Kept* kept = Find(rule);
  if (kept == nullptr) return;
  const Spot spot = SpotOf(event);
  if (spots_.size() < kMaxSpots) spots_.try_emplace(event.position.order, spot);
  StageStory& stage = kept->story.stages[event.index];
  switch (arrival) {
    case why::Arrival::kGiven:
      break;
    case why::Arrival::kOtherRole:
      ++stage.other_role;
      break;
    case why::Arrival::kMissingKey:
      ++stage.no_key;
      break;
  }
}

// ---------------------------------------------------------------- matches

void Collector::SayUntil(const runtime::Timer& timer, const MatchStory& match, Beat* beat) const {
  // Lines and records count in the stream of the match, which may be the input itself.
  const bool whole = !match.beats.empty() && match.beats.front().spot.stream.empty();
  const std::string of = whole ? "" : " of the stream";
  switch (timer.clock) {
    case runtime::Clock::kLines:
      beat->until_line = timer.end;
      beat->until = "line " + std::to_string(timer.end) + of;
      break;
    case runtime::Clock::kRecords:
      beat->until_line = timer.end;
      beat->until = "record " + std::to_string(timer.end) + of;
      break;
    case runtime::Clock::kTime:
    case runtime::Clock::kRunTime:
      beat->until_time = timer.end;
      beat->until = ToText(Value::Integer(ValueKind::kTime, timer.end));
      break;
    case runtime::Clock::kScope:
      beat->until = "the scope ends";
      break;
    case runtime::Clock::kSource:
      beat->until = "the input ends";
      break;
    case runtime::Clock::kRun:
      beat->until = "the run ends";
      break;
  }
}

void Collector::OnMoment(const why::Moment& moment) {
  Kept* kept = Find(moment.rule);
  if (kept == nullptr) return;
  const ir::Rule& rule = module_.rules[moment.rule];
  if (moment.what == Happened::kDecided && moment.number == 0) {
    ++kept->story.decided_count;
    // Its own match has said so already.
    if (std::exchange(kept->decided, false)) return;
  }
  if (moment.what == Happened::kEvicted) ++kept->story.evicted;

  Beat beat;
  beat.what = moment.what;
  beat.obstacle = moment.obstacle;
  beat.stage = moment.stage;
  beat.count = moment.count;
  beat.needed = moment.needed;
  if (moment.event != nullptr) {
    beat.spot = SpotOf(*moment.event);
  } else if (moment.point != nullptr) {
    beat.spot = SpotOf(*moment.point);
  } else if (moment.match != nullptr) {
    beat.spot = SpotOf(*moment.match);
  }
  if (moment.what == Happened::kRefuted && moment.event == nullptr && moment.point == nullptr) {
    // Remembered without its place: the first that fits.
    const std::vector<Hit>& hits = kept->story.stages[moment.stage].hits;
    beat.spot = hits.empty() ? Spot() : hits.front().spot;
  }
  if (!moment.value.is_missing()) beat.text = ShowValue(moment.value);

  const auto [it, added] = kept->open.try_emplace(moment.number);
  MatchStory& match = it->second;
  if (added) {
    match.number = moment.number;
    ++kept->story.match_count;
  }
  if (kept->formed != 0 && kept->formed != moment.number) {
    if (const auto formed = kept->open.find(kept->formed); formed != kept->open.end()) {
      match.beats.insert(match.beats.begin(), std::make_move_iterator(formed->second.beats.begin()),
                         std::make_move_iterator(formed->second.beats.end()));
      match.here = match.here || formed->second.here;
      if (match.key.empty()) {
        match.key = formed->second.key;
        match.values = formed->second.values;
      }
      match.reached = std::max(match.reached, formed->second.reached);
      kept->open.erase(formed);
    }
    kept->formed = 0;
  }
  if (moment.timer != nullptr) SayUntil(*moment.timer, match, &beat);
  const std::size_t beats = match.beats.size();
  // Of a match as a whole, lines in between took no part.
  const bool of_event = moment.event != nullptr || moment.point != nullptr || moment.number == 0;
  const bool here = of_event && IsHere(beat.spot);
  match.here = match.here || here;
  SayKey(rule, moment.key, &match);
  switch (moment.what) {
    case Happened::kBegan: {
      match.reached = static_cast<std::uint32_t>(moment.at.size());
      if (moment.at.empty()) break;
      match.order = moment.at.back().position.order;
      // What was gathered has told of its events.
      const bool told = !match.beats.empty();
      const std::vector<std::uint32_t>& positive = plan_->rules()[moment.rule].positive;
      for (std::size_t i = 0; i < moment.at.size(); ++i) {
        Beat taken;
        taken.what = i == 0 ? Happened::kBegan : Happened::kTook;
        taken.stage = i < positive.size() ? positive[i] : moment.stage;
        taken.spot = SpotOf(moment.at[i]);
        match.here = match.here || IsHere(taken.spot);
        if (!told) match.beats.push_back(std::move(taken));
      }
      return;
    }
    case Happened::kTook:
      ++match.reached;
      match.waits = ir::kNone;
      if (moment.event != nullptr) match.order = moment.event->position.order;
      break;
    case Happened::kGathered:
      match.reached = static_cast<std::uint32_t>(moment.count);
      if (moment.event != nullptr) match.order = moment.event->position.order;
      break;
    case Happened::kWaits:
      if (moment.stage < rule.stages.size() && IsPositive(rule.stages[moment.stage].kind))
        match.waits = moment.stage;
      break;
    case Happened::kPassedOver:
      if (++match.passed_over > kMaxPassed && !here) return;
      break;
    case Happened::kDecided:
      match.decided = true;
      kept->decided = moment.number != 0;
      break;
    case Happened::kFormed:
      kept->formed = moment.number;
      return;
    case Happened::kHolds:
    case Happened::kJoined:
    case Happened::kAsked:
    case Happened::kWhole:
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
      break;
    case Happened::kWhen:
      ++match.reached;
      break;
  }
  if (moment.function != ir::kNone && moment.slots != nullptr) {
    runtime::Frame frame;
    frame.slots = const_cast<Value*>(moment.slots);  // the reader runs over a copy
    if (moment.match != nullptr) frame.record = &moment.match->record;
    beat.conditions = conditions_.Read(moment.function, frame, rule);
  }
  // Of the times at which `when` was asked the nearest one is kept, and the line's own.
  if (moment.what == Happened::kWhen && beats > 0 && match.beats.back().what == Happened::kWhen && !here) {
    if (IsHere(match.beats.back().spot) ||
        Distance(match.beats.back().conditions) <= Distance(beat.conditions))
      return;
    match.beats.pop_back();
  }
  if (beats < kMaxBeats || Ends(moment.what) || here) match.beats.push_back(std::move(beat));
  if (Ends(moment.what) || moment.what == Happened::kDecided) {
    MatchStory ended = std::move(match);
    kept->open.erase(it);
    ended.ended = true;
    End(kept, std::move(ended));
  } else if (kept->open.size() > kMaxOpen) {
    kept->open.erase(kept->open.begin());
  }
}

// Those that the line took part in stay, and those that came furthest.
void Collector::End(Kept* kept, MatchStory match) {
  std::vector<MatchStory>& matches = kept->story.matches;
  if (match.beats.empty()) return;
  const auto worth = [this](const MatchStory& a, const MatchStory& b) {
    if (a.here != b.here) return a.here;
    const auto replaced = [](const MatchStory& m) { return m.beats.back().what == Happened::kReplaced; };
    if (replaced(a) != replaced(b)) return replaced(b);
    if (story_.question.line > 0) {
      // Those that may have waited for the line.
      const std::int64_t near_a = LastLine(a), near_b = LastLine(b);
      const bool behind_a = near_a <= story_.question.line, behind_b = near_b <= story_.question.line;
      if (behind_a != behind_b) return behind_a;
      if (near_a != near_b) return (near_a > near_b) == behind_a;
    }
    if (a.reached != b.reached) return a.reached > b.reached;
    if (a.passed_over != b.passed_over) return a.passed_over > b.passed_over;
    return a.number < b.number;
  };
  matches.insert(std::upper_bound(matches.begin(), matches.end(), match, worth), std::move(match));
  if (matches.size() > kMaxKept) matches.pop_back();
}

// ---------------------------------------------------------------- blocks, findings

void Collector::OnFramed(ir::FormatId format, why::Framed what, std::uint32_t input, std::int64_t line,
                         std::int64_t at) {
  for (const auto& kept : rules_) {
    const ir::Rule& rule = module_.rules[kept->story.rule];
    for (std::size_t i = 0; i < rule.stages.size(); ++i) {
      if (rule.stages[i].format != format) continue;
      kept->story.stages[i].begun += what == why::Framed::kBegan ? 1 : 0;
      kept->story.stages[i].broken += what == why::Framed::kBroken ? 1 : 0;
    }
  }
  const Question& asked = story_.question;
  if (asked.line == 0 || (!asked.file.empty() && FileOf(input) != asked.file)) return;
  const bool reads = std::any_of(rules_.begin(), rules_.end(), [&](const auto& kept) {
    const ir::Rule& rule = module_.rules[kept->story.rule];
    return std::any_of(rule.stages.begin(), rule.stages.end(),
                       [&](const ir::Stage& stage) { return stage.format == format; });
  });
  if (!reads) return;
  const bool last =
      what == why::Framed::kBroken || what == why::Framed::kComplete || what == why::Framed::kTruncated;
  const bool about = line <= asked.line && (at == 0 || at >= asked.line || at == asked.line);
  if (!(at == asked.line || line == asked.line || (last && about))) return;
  if (story_.blocks.size() < 2 * kMaxHere)
    story_.blocks.push_back({module_.formats[format].name, line, at, what});
}

void Collector::OnHidden(ir::RuleId rule, const runtime::Match& match, why::Hidden why, std::uint32_t which) {
  Kept* kept = Find(rule);
  if (kept == nullptr) return;
  ++kept->story.hidden_count;
  const Spot spot = SpotOf(match);
  if (kept->story.hidden.size() >= kMaxFindings && !IsHere(spot)) return;
  HiddenMatch hidden;
  hidden.why = why;
  hidden.spot = spot;
  switch (why) {
    case why::Hidden::kAllowed: {
      const ir::Allow& allow = module_.rules[rule].allows[which];
      hidden.reason = Clip(allow.reason, 200);
      if (allow.until != INT64_MAX) hidden.until = ToText(Value::Integer(ValueKind::kTime, allow.until));
      break;
    }
    case why::Hidden::kRoleMissing:
      hidden.role = Clip(module_.rules[rule].stages[which].role, 100);
      break;
  }
  kept->story.hidden.push_back(std::move(hidden));
}

void Collector::OnFinding(const runtime::FindingPtr& finding) {
  Kept* kept = Find(finding->rule_index);
  if (kept == nullptr) return;
  ++kept->story.finding_count;
  FoundStory found;
  found.finding = finding;
  const runtime::FindingPlace& place = finding->location;
  found.covers = IsHere({place.file, place.line, place.end_line, {}, {}});
  found.here = IsHere({place.file, place.line, place.line, {}, {}});
  for (const runtime::Evidence& evidence : finding->evidence) {
    found.here = found.here || IsHere({evidence.file, evidence.line, evidence.line, {}, {}});
  }
  if (kept->story.findings.size() < kMaxFindings || found.here || found.covers)
    kept->story.findings.push_back(std::move(found));
}

void Collector::OnDiagnoses(const std::vector<runtime::Diagnosis>& diagnoses) {
  for (const runtime::Diagnosis& diagnosis : diagnoses) {
    for (const runtime::Symptom& symptom : diagnosis.explains) {
      Kept* kept = Find(symptom.finding->rule_index);
      if (kept == nullptr) continue;
      for (FoundStory& found : kept->story.findings) {
        if (found.finding != symptom.finding) continue;
        found.folded_under = diagnosis.root->rule->name + " at " + Clip(diagnosis.root->location.file, 200) +
                             ":" + std::to_string(diagnosis.root->location.line);
      }
    }
  }
}

void Collector::OnEnd(const runtime::RunSummary&) {}

Story Collector::Take() {
  for (const auto& kept : rules_) {
    for (auto& [number, match] : kept->open) End(kept.get(), std::move(match));
    kept->open.clear();
    story_.rules.push_back(std::move(kept->story));
  }
  return std::move(story_);
}

}  // namespace faultline::explain
