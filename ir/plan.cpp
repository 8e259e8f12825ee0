// Printing plans. All that is said is read off the module; only sizes of automata are computed.
#include "ir/plan.h"

#include "ir/text.h"
#include "ir/words.h"
#include "support/regex/analysis.h"
#include "support/regex/program.h"
#include "support/regex/syntax.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <iterator>
#include <optional>
#include <utility>

namespace faultline::ir {

namespace {

// "3 lines", "1 record", "90s": windows as a rule would write them.
std::string WindowText(WindowUnit unit, std::int64_t amount) {
  switch (unit) {
    case WindowUnit::kNoWindow:
    case WindowUnit::kScope:
      return "";
    case WindowUnit::kLines:
      return fmt::format("{} line{}", amount, amount == 1 ? "" : "s");
    case WindowUnit::kRecords:
      return fmt::format("{} record{}", amount, amount == 1 ? "" : "s");
    case WindowUnit::kTime:
      break;
  }
  constexpr std::pair<std::int64_t, std::string_view> kUnits[] = {{86'400'000'000'000, "d"},
                                                                  {3'600'000'000'000, "h"},
                                                                  {60'000'000'000, "m"},
                                                                  {1'000'000'000, "s"},
                                                                  {1'000'000, "ms"},
                                                                  {1'000, "us"},
                                                                  {1, "ns"}};
  if (amount == 0) return "0s";
  std::string text;
  for (const auto& [size, name] : kUnits) {
    if (amount >= size) fmt::format_to(std::back_inserter(text), "{}{}", amount / size, name);
    amount %= size;
  }
  return text;
}

std::string Bytes(std::size_t count) {
  return fmt::format("{} byte{}", count, count == 1 ? "" : "s");
}

std::string Plural(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

// "2026-01-31": the day is what a date in a rule says.
std::string DayText(std::int64_t nanoseconds) {
  constexpr std::int64_t kDay = 86'400'000'000'000;
  const std::int64_t days = nanoseconds / kDay - (nanoseconds % kDay < 0 ? 1 : 0);
  const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::days{days}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

// What the engine keeps at most (docs/semantics.md, 12.1).
constexpr std::string_view kMatchLimit = "at most 10,000 for the rule";
constexpr std::string_view kGraphLimit = "at most 1,000,000 edges";

class PlanPrinter {
 public:
  PlanPrinter(const Module& module, const Rule& rule) : module_(module), rule_(rule) {}

  std::string Run() {
    Line(0, "{} {}, {}", rule_.is_event ? "event" : "rule", rule_.name, lang::SeverityName(rule_.severity));
    PrintShape();
    for (std::size_t i = 0; i < rule_.stages.size(); ++i) PrintStage(i);
    PrintProvided();
    for (const Aggregate& aggregate : rule_.aggregates) PrintAggregate(aggregate);
    PrintState();
    PrintSteps();
    PrintWhen();
    PrintFunction(1, "finish", rule_.finish);
    PrintFunction(1, "report", rule_.report);
    PrintFunction(1, "fix", rule_.fix);
    PrintFunction(1, "at", rule_.at);
    PrintConsequences();
    return std::move(out_);
  }

 private:
  template <class... Arguments>
  void Line(std::size_t indent, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    out_.append(2 * indent, ' ');
    fmt::format_to(std::back_inserter(out_), format, std::forward<Arguments>(arguments)...);
    out_ += '\n';
  }

  void PrintFunction(std::size_t indent, std::string_view what, FunctionId function) {
    if (function == kNone) return;
    const std::size_t size = module_.functions[function].instructions.size();
    Line(indent, "{}: {} instruction{}", what, size, size == 1 ? "" : "s");
  }

  // "", or ", if 3 instructions hold".
  std::string If(FunctionId function) const {
    if (function == kNone) return "";
    return fmt::format(", if a condition of {} holds",
                       Plural(module_.functions[function].instructions.size(), "instruction"));
  }

  std::string SlotNames(const std::vector<SlotId>& slots) const {
    std::string names;
    for (SlotId slot : slots) {
      if (!names.empty()) names += ", ";
      names += rule_.slots[slot].name;
    }
    return names;
  }

  // Names of the slots that a function reads, in order: what a key or an aggregate is made of.
  std::string NamesRead(FunctionId function) const {
    std::vector<SlotId> read;
    for (const Instruction& instruction : module_.functions[function].instructions) {
      if (instruction.kind != InstructionKind::kSlot) continue;
      if (std::find(read.begin(), read.end(), instruction.index) == read.end())
        read.push_back(instruction.index);
    }
    return read.empty() ? "a constant" : SlotNames(read);
  }

  bool HasKey() const { return !rule_.stages.empty() && rule_.stages[0].key != kNone; }

  std::string ScopeName(RuleId scope) const {
    if (scope == kSourceScope) return "source";
    if (scope == kRunScope) return "run";
    return module_.rules[scope].name;
  }

  // "within 3 lines", "in the same go.step", "".
  std::string Within(const Window& window) const {
    if (window.unit == WindowUnit::kNoWindow) return "";
    if (window.unit == WindowUnit::kScope) return "in the same " + ScopeName(window.scope);
    return "within " + WindowText(window.unit, window.amount);
  }

  // ------------------------------------------------------------ shape and stages

  void PrintShape() {
    const auto parts = std::count_if(rule_.stages.begin(), rule_.stages.end(),
                                     [](const Stage& stage) { return stage.kind == StageKind::kPart; });
    switch (rule_.shape) {
      case RuleShape::kSequence:
      case RuleShape::kAggregate:
        break;
      case RuleShape::kAll:
        Line(1, "all {}, in any order; the latest of each counts, and is then spent",
             Plural(static_cast<std::uint64_t>(parts), "part"));
        break;
      case RuleShape::kAny:
        Line(1, "any {} of {}, in any order; the latest of each counts, and is then spent", rule_.need,
             Plural(static_cast<std::uint64_t>(parts), "part"));
        break;
      case RuleShape::kScope:
        Line(1, "a scope: an interval of a stream");
        break;
      case RuleShape::kGraph:
        Line(1, "a graph: other rules ask it once {} ends",
             rule_.window.unit == WindowUnit::kScope ? "the " + ScopeName(rule_.window.scope) : "the run");
        break;
    }
    if (rule_.shape == RuleShape::kScope) {
      if (!rule_.key.empty()) Line(1, "one instance for each {}", SlotNames(rule_.key));
    } else if (HasKey()) {
      const std::string names = rule_.key.empty() ? NamesRead(rule_.stages[0].key) : SlotNames(rule_.key);
      Line(1, "one state for each {}; events without it are dropped", names);
    }
    if (rule_.shape != RuleShape::kGraph && rule_.window.unit != WindowUnit::kNoWindow) {
      Line(1, "{}, from the first event to the last", Within(rule_.window));
    }
    if (rule_.skew != 0) {
      Line(1, "events may be {} out of order", WindowText(WindowUnit::kTime, rule_.skew));
    }
  }

  // ", after stage 1", ", between stages 1 and 3"
  static std::string BoundsText(const Stage& stage) {
    if (stage.kind == StageKind::kUntil) {
      return stage.after == kNone ? ""
                                  : fmt::format(", drops matches that wait for stage {}", stage.after + 1);
    }
    if (stage.after != kNone && stage.before != kNone) {
      return fmt::format(", between stages {} and {}", stage.after + 1, stage.before + 1);
    }
    if (stage.after != kNone) return fmt::format(", after stage {}", stage.after + 1);
    if (stage.before != kNone) return fmt::format(", before stage {}", stage.before + 1);
    return "";
  }

  static std::string_view ReachText(Reach reach) {
    switch (reach) {
      case Reach::kStream:
        return "same stream";
      case Reach::kSource:
        return "same source";
      case Reach::kRun:
        return "anywhere in the run";
    }
    return "";
  }

  static bool IsJoin(const Stage& stage) {
    return stage.kind == StageKind::kLatest || stage.kind == StageKind::kNext;
  }

  // "latest step_header by step = name, same stream": what a join looks up.
  std::string JoinText(const Stage& stage) const {
    std::string text(WordFor(kStageWords, stage.kind));
    text += " ";
    text += stage.alias.empty() ? InputText(stage) : stage.alias;
    if (stage.index_own != kNone) {
      text += fmt::format(" by {} = {}", NamesRead(stage.index_own), NamesRead(stage.index_other));
    }
    return fmt::format("{}, {}", text, ReachText(stage.reach));
  }

  // Whether a stage without a window of its own waits for as long as there is input.
  bool WaitsToTheEnd(const Stage& stage) const {
    const bool bounded = rule_.window.unit != WindowUnit::kNoWindow || stage.before != kNone;
    const bool waits =
        stage.kind == StageKind::kThen || stage.kind == StageKind::kWithout || stage.kind == StageKind::kNext;
    return waits && !bounded;
  }

  // ------------------------------------------------------------ what the engine fills

  void PrintProvided() {
    for (const Provided& provided : rule_.provided) {
      const std::string& name = rule_.slots[provided.slot].name;
      switch (provided.kind) {
        case ProvidedKind::kContext:
          Line(1, "{}: {} of the run's context", name, provided.name);
          continue;
        case ProvidedKind::kScopeField:
          Line(1, "{}: {} of the {} that stage {} is in{}", name,
               module_.rules[provided.scope].slots[provided.field].name, ScopeName(provided.scope),
               provided.stage + 1, provided.at_close ? "; only its close says it, so the rule waits" : "");
          continue;
        case ProvidedKind::kScopeInstance:
          Line(1, "{}: which {} stage {} is in", name, ScopeName(provided.scope), provided.stage + 1);
          continue;
        case ProvidedKind::kElapsed:
          Line(1, "{}: time from the last stage to the decision", name);
          continue;
        case ProvidedKind::kNovel:
          Line(1, "{}: whether no learned run had such a line", name);
          continue;
        case ProvidedKind::kCollected:
          Line(1, "{}: {} of each event of stage {}", name, rule_.slots[provided.field].name,
               provided.stage + 1);
          continue;
      }
    }
  }

  std::string FormText(const Aggregate& aggregate) const {
    const std::string amount = WindowText(aggregate.window.unit, aggregate.window.amount);
    std::string text;
    switch (aggregate.form) {
      case AggregateForm::kWhole:
        text = aggregate.window.unit == WindowUnit::kScope ? "over each " + ScopeName(aggregate.window.scope)
                                                           : "over all events";
        break;
      case AggregateForm::kSliding:
        text = "over the last " + amount;
        break;
      case AggregateForm::kTumbling:
        text = "over each " + amount;
        break;
      case AggregateForm::kSession:
        text = fmt::format("over sessions, which {} without an event end", amount);
        break;
      case AggregateForm::kHistory:
        text = fmt::format("over the {} before the event, earlier runs included", amount);
        break;
    }
    if (aggregate.before != 0) {
      text += fmt::format(", moved back by {}", WindowText(aggregate.window.unit, aggregate.before));
    }
    return text;
  }

  static std::string KindText(const Aggregate& aggregate) {
    if (aggregate.kind == AggregateKind::kPercentile) return fmt::format("p{}", aggregate.parameter);
    if (aggregate.kind == AggregateKind::kTop) return fmt::format("top {}", aggregate.parameter);
    return std::string(WordFor(kAggregateWords, aggregate.kind));
  }

  // What one state of an aggregate is.
  static std::string_view KeptText(AggregateKind kind) {
    switch (kind) {
      case AggregateKind::kCount:
      case AggregateKind::kRate:
        return "a count";
      case AggregateKind::kSum:
      case AggregateKind::kMin:
      case AggregateKind::kMax:
      case AggregateKind::kFirst:
      case AggregateKind::kLast:
        return "a value";
      case AggregateKind::kMean:
      case AggregateKind::kStddev:
        return "sums and a count";
      case AggregateKind::kDistinct:
        return "up to 1,024 values exactly, then an estimate (standard error 1.6 %)";
      case AggregateKind::kPercentile:
        return "up to 1,024 values exactly, then a sketch (within 1 %)";
      case AggregateKind::kTop:
        return "up to 1,024 values with their counts exactly, then a sketch";
      case AggregateKind::kList:
        return "values in order, bounded";
    }
    return "";
  }

  void PrintAggregate(const Aggregate& aggregate) {
    std::string of;
    if (aggregate.argument != kNone) of = " of " + NamesRead(aggregate.argument);
    if (aggregate.stage != kNone) of += fmt::format(", stage {}", aggregate.stage + 1);
    Line(1, "{}: {}{}, {}", rule_.slots[aggregate.slot].name, KindText(aggregate), of, FormText(aggregate));
    std::string each = HasKey() ? " a key" : "";
    if (aggregate.form == AggregateForm::kWhole && aggregate.window.unit == WindowUnit::kScope) {
      each += HasKey() ? " and scope" : " a scope";
    }
    std::string window;
    if (aggregate.form == AggregateForm::kSliding) window = "; the events of the window";
    if (aggregate.form == AggregateForm::kHistory) {
      window = "; the series " + aggregate.series + " between runs";
    }
    Line(2, "keeps{}: {}{}", each, KeptText(aggregate.kind), window);
  }

  // ------------------------------------------------------------ steps and consequences

  void PrintSteps() {
    if (rule_.steps.empty()) return;
    Line(1, "{}, in order:",
         rule_.shape == RuleShape::kAggregate ? "at each event" : "once all stages have matched");
    for (const Step& step : rule_.steps) {
      switch (step.kind) {
        case StepKind::kRun:
          PrintFunction(2, "let", step.function);
          continue;
        case StepKind::kCondition:
          PrintFunction(2, "condition", step.function);
          continue;
        case StepKind::kJoin: {
          const Stage& stage = rule_.stages[step.index];
          const std::string within = Within({stage.window, stage.amount, stage.scope});
          Line(2, "look up {}{}{} (stage {})", JoinText(stage), within.empty() ? "" : ", ", within,
               step.index + 1);
          continue;
        }
        case StepKind::kGraph: {
          const GraphQuery& query = rule_.graph_queries[step.index];
          Line(2, "ask {} for {}: {}", module_.rules[query.graph].name, WordFor(kGraphQueryWords, query.kind),
               rule_.slots[query.slot].name);
          continue;
        }
      }
    }
  }

  // Without a window `when` is decided once; see docs/semantics.md, 9.3.
  void PrintWhen() {
    if (rule_.when == kNone) return;
    PrintFunction(1, "when", rule_.when);
    if (rule_.when_count > 1) Line(2, "true {} times in a row", rule_.when_count);
    const bool windowed =
        std::any_of(rule_.aggregates.begin(), rule_.aggregates.end(),
                    [](const Aggregate& aggregate) { return aggregate.form != AggregateForm::kWhole; });
    const auto scope =
        std::find_if(rule_.aggregates.begin(), rule_.aggregates.end(),
                     [](const Aggregate& aggregate) { return aggregate.window.unit == WindowUnit::kScope; });
    if (windowed) {
      Line(2, "decided at each event; after it fired, again once it has been false");
    } else {
      Line(2, "decided once{}, when the {} ends", HasKey() ? " for each key" : "",
           scope == rule_.aggregates.end() ? "scope of the key or the run" : ScopeName(scope->window.scope));
    }
  }

  void PrintConsequences() {
    for (const Explains& explains : rule_.explains) {
      std::string where = "in the same source";
      if (explains.window.unit != WindowUnit::kNoWindow) {
        where = Within(explains.window);
        if (explains.window.unit != WindowUnit::kScope) where += " before or after";
      }
      Line(1, "explains {}: its findings {}{}", module_.rules[explains.rule].name, where,
           If(explains.condition));
      PrintFunction(2, "confidence", explains.confidence);
    }
    for (const ConfidenceTerm& term : rule_.confidence) {
      Line(1, "confidence {:+}{}{}{}", term.weight, If(term.when), term.why.empty() ? "" : ": ",
           term.why.empty() ? "" : Quote(term.why));
    }
    for (const Need& need : rule_.needs) Line(1, "needs {}{}", Quote(need.text), If(need.when));
    for (const Allow& allow : rule_.allows) {
      const std::string until = allow.until == Allow().until ? "" : ", until " + DayText(allow.until);
      const std::string reason = allow.reason.empty() ? "" : ": " + Quote(allow.reason);
      Line(1, "allowed{}{}{}", If(allow.when), until, reason);
    }
  }

  // ------------------------------------------------------------ blocks

  void PrintBlock(const Format& format) {
    std::string names;
    for (SlotId slot : format.block_by) {
      names += names.empty() ? ", told apart by " : ", ";
      names += format.slots[slot].name;
    }
    Line(2, "block of at most {} lines or 8 MiB{}", format.limit_lines, names);
    PrintParts(3, format, format.parts);
  }

  // Recursion is as deep as parts nest: kMaxBlockDepth.
  void PrintParts(std::size_t indent, const Format& format, const std::vector<BlockPart>& parts) {
    for (const BlockPart& part : parts) {
      std::string lines;
      for (const Alternative& line : part.lines) {
        if (!lines.empty()) lines += " or ";
        lines += module_.patterns[line.pattern].name;
      }
      const std::string kept = part.list == kNone ? "" : ", kept as " + format.slots[part.list].name;
      switch (part.kind) {
        case BlockPartKind::kLine:
          Line(indent, "line {}", lines);
          break;
        case BlockPartKind::kOptional:
          Line(indent, "perhaps:");
          break;
        case BlockPartKind::kRepeat:
          Line(indent, "{}{}:", part.required ? "once or more" : "any number of times", kept);
          break;
        case BlockPartKind::kAnyOrder:
          Line(indent, "each at most once, in any order:");
          break;
        case BlockPartKind::kOneOf:
          Line(indent, "one of:");
          break;
        case BlockPartKind::kText:
          Line(indent, "text{}{}{}", lines.empty() ? " to a blank line" : " up to ", lines, kept);
          break;
        case BlockPartKind::kBlank:
          Line(indent, "a blank line");
          break;
        case BlockPartKind::kSkip:
          Line(indent, "passed over anywhere: {}", lines);
          break;
        case BlockPartKind::kUntil:
          Line(indent, "ends before {}", lines);
          break;
      }
      PrintParts(indent + 1, format, part.parts);
    }
  }

  std::string InputText(const Stage& stage) const {
    const std::string format =
        stage.format == kNone ? "any format" : "format " + module_.formats[stage.format].name;
    switch (stage.input) {
      case StageInput::kText:
        return "in text";
      case StageInput::kRaw:
        return "in raw lines";
      case StageInput::kField:
        return fmt::format("in field {} of {}", stage.field, format);
      case StageInput::kFormat:
        return "records of " + format;
      case StageInput::kRule:
        return "what " + module_.rules[stage.rule].name + " finds";
    }
    return "";
  }

  // What a stage without literals has to look at.
  static std::string_view EveryText(StageInput input) {
    switch (input) {
      case StageInput::kText:
      case StageInput::kRaw:
        return "line";
      case StageInput::kField:
      case StageInput::kFormat:
        return "record";
      case StageInput::kRule:
        return "finding";
    }
    return "";
  }

  void PrintStage(std::size_t number) {
    const Stage& stage = rule_.stages[number];
    std::string head(stage.every ? "every " : "");
    if (IsJoin(stage) && !stage.alias.empty()) {
      head += JoinText(stage);
      head += ": ";
      head += InputText(stage);
    } else if (IsJoin(stage)) {
      head += JoinText(stage);
    } else {
      head += fmt::format("{} {}", WordFor(kStageWords, stage.kind), InputText(stage));
    }
    if (!stage.role.empty()) head += ", of inputs with role " + stage.role;
    if (stage.count > 1) head += fmt::format(", {} times{}", stage.count, stage.in_a_row ? " in a row" : "");
    const std::string window = Within({stage.window, stage.amount, stage.scope});
    if (!window.empty()) head += ", " + window;
    if (number > 0 && window.empty() && WaitsToTheEnd(stage)) head += ", to the end of the input";
    head += BoundsText(stage);
    if (!stage.alias.empty() && !IsJoin(stage)) head += ", as " + stage.alias;
    Line(1, "stage {}: {}", number + 1, head);
    if (stage.input == StageInput::kFormat && stage.format != kNone &&
        module_.formats[stage.format].kind == FormatKind::kBlock) {
      PrintBlock(module_.formats[stage.format]);
    }
    for (const Alternative& alternative : stage.alternatives) {
      if (alternative.pattern == kNone) {
        Line(2, "any {}", EveryText(stage.input));
      } else {
        PrintPattern(module_.patterns[alternative.pattern], stage.input);
      }
      PrintFunction(3, "extract", alternative.extract);
      PrintFunction(3, "guard", alternative.guard);
    }
    PrintFunction(2, "load", stage.load);
    if (stage.each != kNone) {
      Line(2, "once for each element of a list, as {}", rule_.slots[stage.each_slot].name);
      PrintFunction(3, "list", stage.each);
    }
    if (!stage.stores.empty()) Line(2, "stores {}", SlotNames(stage.stores));
    PrintFunction(2, "guard", stage.guard);
    if (stage.key != kNone) Line(2, "key: {}", NamesRead(stage.key));
    PrintFunction(2, "join", stage.join);
  }

  void PrintPattern(const Pattern& pattern, StageInput input) {
    Line(2, "pattern {}", pattern.name);
    if (pattern.literals.empty()) {
      Line(3, "no literal: looked at on every {}", EveryText(input));
    } else {
      std::string literals;
      for (const Pattern::Literal& literal : pattern.literals) {
        if (!literals.empty()) literals += " or ";
        literals += Quote(literal.text);
        if (literal.fold) literals += " in any case";
      }
      Line(3, "found by {}", literals);
    }
    const std::optional<regex::Flags> flags = regex::ParseFlags(pattern.flags);
    if (!flags.has_value()) return;
    const regex::Result<regex::NodePtr> tree = regex::Parse(pattern.regex, *flags);
    if (!tree.ok()) return;
    const regex::Result<regex::ProgPtr> program = regex::Compile(*tree);
    if (!program.ok()) return;
    const regex::LengthBounds length = regex::MatchLength(*tree);
    std::string range = fmt::format("{} or more", Bytes(length.min));
    if (length.max != regex::kNoLimit) {
      range = length.min == length.max ? Bytes(length.min)
                                       : fmt::format("{} to {}", length.min, Bytes(length.max));
    }
    const std::size_t captures = pattern.captures.size();
    Line(3, "automaton of {} state{}, {} capture{}, matches of {}", (*program)->size(),
         (*program)->size() == 1 ? "" : "s", captures, captures == 1 ? "" : "s", range);
  }

  // A line or record begins at most one match, so a window over lines bounds how many are open at a time.
  void PrintState() {
    const std::size_t slots = rule_.slots.size();
    const std::string each =
        fmt::format("{} ({} bytes and their text) each", Plural(slots, "slot"), slots * sizeof(Value));
    switch (rule_.shape) {
      case RuleShape::kSequence:
        break;
      case RuleShape::kAll:
      case RuleShape::kAny:
        Line(1, "state: the latest event of each part{}, {}, {}", HasKey() ? " a key" : "", kMatchLimit,
             each);
        return;
      case RuleShape::kAggregate:
        if (!HasKey()) return;
        Line(1, "state: keys whose windows are not empty, {}, {}", kMatchLimit, each);
        return;
      case RuleShape::kScope:
        Line(1, "state: open instances, {}, {}", kMatchLimit, each);
        return;
      case RuleShape::kGraph:
        Line(1, "state: {}", kGraphLimit);
        return;
    }
    const auto waits = [](const Stage& stage) {
      return stage.kind == StageKind::kThen || stage.kind == StageKind::kWithout ||
             stage.kind == StageKind::kNext || stage.count > 1;
    };
    if (std::none_of(rule_.stages.begin(), rule_.stages.end(), waits)) {
      const bool joins = std::any_of(rule_.stages.begin(), rule_.stages.end(), IsJoin);
      Line(1, "state: {}", joins ? "what its joins look up" : "none");
      return;
    }
    std::int64_t bound = 0;
    std::string unbounded;
    for (std::size_t i = 1; i < rule_.stages.size(); ++i) {
      const Stage& stage = rule_.stages[i];
      if (!waits(stage)) continue;
      Window window{stage.window, stage.amount, stage.scope};
      if (window.unit == WindowUnit::kNoWindow) window = rule_.window;
      if (window.unit == WindowUnit::kNoWindow) unbounded = "to the end of the input";
      if (window.unit == WindowUnit::kScope) unbounded = "to the end of the " + ScopeName(window.scope);
      if (window.unit == WindowUnit::kTime && unbounded.empty()) {
        unbounded = "for up to " + WindowText(window.unit, window.amount) + " a stage";
      }
      if (__builtin_add_overflow(bound, window.amount, &bound)) unbounded = "for very long";
    }
    if (HasKey() && unbounded.empty()) unbounded = "inside their windows";
    if (unbounded.empty() && bound == 0) unbounded = "until they are complete";
    if (unbounded.empty()) {
      Line(1, "state: at most {} open match{} a stream, {}", bound, bound == 1 ? "" : "es", each);
    } else {
      Line(1, "state: open matches are kept {}, {}, {}", unbounded, kMatchLimit, each);
    }
  }

  const Module& module_;
  const Rule& rule_;
  std::string out_;
};

}  // namespace

std::string PrintPlan(const Module& module, RuleId rule) {
  return rule < module.rules.size() ? PlanPrinter(module, module.rules[rule]).Run() : "";
}

std::string PrintPlan(const Module& module) {
  std::string out;
  for (const Rule& rule : module.rules) {
    if (!out.empty()) out += '\n';
    out += PlanPrinter(module, rule).Run();
  }
  return out;
}

}  // namespace faultline::ir
