// Random rules: see rule_spec.h.
#include "rule_spec.h"

#include "log.h"

#include <algorithm>
#include <string_view>

namespace faultline::oracle {
namespace {

class Maker {
 public:
  explicit Maker(std::mt19937_64* random) : random_(*random) {}

  RuleSpec Make() {
    rule_.keyed = Below(2) == 0;
    const int shape = Below(20);
    if (shape < 10) {
      Sequence();
    } else if (shape < 14) {
      Set();
    } else if (shape < 19) {
      Aggregate();
    } else {
      Graph();
    }
    return rule_;
  }

 private:
  int Below(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }
  char Kind() { return kKinds[Below(5)]; }

  Span Counted() {
    switch (Below(3)) {
      case 0:
        return {Unit::kLines, 1 + Below(12)};
      case 1:
        return {Unit::kRecords, 1 + Below(12)};
      default:
        return {Unit::kSeconds, 1 + Below(9)};
    }
  }
  Span AnyWindow() {
    switch (Below(6)) {
      case 0:
        return {Below(2) == 0 ? Unit::kSource : Unit::kRun, 0};
      case 1:
        return {Unit::kScope, 0};
      default:
        return Counted();
    }
  }

  void Repeat(StageSpec* stage) {
    stage->times = 2 + Below(2);
    stage->in_a_row = Below(3) == 0;
    stage->window = stage->in_a_row && rule_.stages.empty() && Below(2) == 0 ? Span() : Counted();
  }

  void Sequence() {
    const int count = 1 + Below(3);
    for (int i = 0; i < count; ++i) {
      StageSpec stage;
      stage.kind = Kind();
      // A row of several sources stands in the one of its last event, whose place in the order is not said.
      if (Below(6) == 0 && !(rule_.keyed && i > 0)) {
        Repeat(&stage);
      } else if (i > 0) {
        stage.window = AnyWindow();
      }
      stage.compares = i > 0 && Below(3) == 0;
      if (i > 0 && Below(4) == 0) stage.until = Kind();
      rule_.stages.push_back(stage);
    }
    rule_.stages.back().every = count > 1 && Below(4) == 0;
    if (count > 1 && Below(3) == 0) {
      rule_.whole = Counted();
      // The latest chain is the best one only where streams do not matter.
      if (rule_.stages.back().every && rule_.keyed) rule_.whole = {Unit::kSeconds, 2 + Below(12)};
    }
    // A window of lines is over before a row ends that began in it, and rows are not looked for in what came
    // before by another clock.
    const bool rows = std::any_of(rule_.stages.begin() + 1, rule_.stages.end(),
                                  [](const StageSpec& stage) { return stage.times > 1; });
    if (rows)
      rule_.stages.back().every = false;  // which chain a row belongs to is known to be wrong at times
    if (rows && rule_.whole.unit != Unit::kNone) rule_.whole = {Unit::kSeconds, 2 + Below(12)};
    if (rule_.keyed && !rows && Below(6) == 0) rule_.skew = 1 + Below(3);
    for (int n = Below(3); n > 0; --n) AddAbsence();
    // What clocks that differ mean for `before` is not said.
    if (std::any_of(rule_.absences.begin(), rule_.absences.end(),
                    [](const AbsenceSpec& absence) { return absence.before >= 0; })) {
      rule_.skew = 0;
    }
    for (const StageSpec& stage : rule_.stages) {
      if (stage.until != '\0') rule_.skew = 0;
    }
    if (Below(4) == 0) AddJoin();
  }

  void AddAbsence() {
    AbsenceSpec absence;
    absence.kind = Kind();
    const int count = static_cast<int>(rule_.stages.size());
    switch (Below(count > 1 ? 5 : 4)) {
      case 0:
        break;
      case 1:
        absence.window = Counted();
        break;
      case 2:
        absence.after = Below(count);
        if (Below(2) == 0) absence.window = Counted();
        break;
      case 3:
        absence.before = Below(count);
        if (Below(2) == 0) absence.window = Counted();
        break;
      default:
        absence.after = Below(count - 1);
        absence.before = absence.after + 1 + Below(count - 1 - absence.after);
        if (rule_.shape != Shape::kSequence && Below(2) == 0) std::swap(absence.after, absence.before);
        break;
    }
    absence.compares = rule_.shape == Shape::kSequence && Below(3) == 0;
    rule_.absences.push_back(absence);
  }

  void AddJoin() {
    JoinSpec join;
    join.kind = Kind();
    join.next = Below(2) == 0;
    if (join.next) join.window = Counted();
    join.reach = static_cast<Reach>(Below(3));
    join.compares = Below(2) == 0;
    rule_.joins.push_back(join);
  }

  void Set() {
    std::string kinds = "abcde";
    std::shuffle(kinds.begin(), kinds.end(), random_);
    const int count = 2 + Below(2);
    for (int i = 0; i < count; ++i) {
      StageSpec part;
      part.kind = kinds[static_cast<std::size_t>(i)];
      rule_.stages.push_back(part);
    }
    rule_.shape = Below(3) == 0 ? Shape::kAny : Shape::kAll;
    if (rule_.shape == Shape::kAny) rule_.need = 1 + Below(count);
    rule_.whole = Below(4) == 0 ? Span{Unit::kScope, 0} : Counted();
    for (int n = Below(3); n > 0; --n) AddAbsence();
  }

  void Aggregate() {
    rule_.shape = Shape::kAggregate;
    StageSpec stage;
    stage.kind = Kind();
    rule_.stages.push_back(stage);
    rule_.measure = static_cast<Measure>(Below(7));
    switch (Below(6)) {
      case 0:
        rule_.form = Form::kWhole;
        rule_.keyed = true;
        break;
      case 1:
        rule_.form = Form::kWhole;
        rule_.over = {Below(3) == 0 ? Unit::kRun : Below(2) == 0 ? Unit::kSource : Unit::kScope, 0};
        break;
      case 2:
        rule_.form = Form::kTumbling;
        rule_.over = Counted();
        break;
      case 3:
        rule_.form = Form::kSession;
        rule_.over = {Unit::kSeconds, 1 + Below(4)};
        break;
      default:
        rule_.form = Form::kSliding;
        rule_.over = Counted();
        break;
    }
    rule_.least = rule_.measure == Measure::kSum ? 1 + Below(12) : 1 + Below(4);
    // Known to differ at times: when a key in a scope, or a row of decisions in tumbling windows, is as new.
    if (rule_.over.unit == Unit::kScope) rule_.keyed = false;
    if (rule_.form == Form::kSliding && Below(4) == 0) rule_.in_a_row = 2 + Below(2);
  }

  void Graph() {
    rule_.shape = Shape::kGraph;
    StageSpec stage;
    stage.kind = Kind();
    rule_.stages.push_back(stage);
    rule_.keyed = false;
  }

  std::mt19937_64& random_;
  RuleSpec rule_;
};

std::string Window(const Span& span) {
  switch (span.unit) {
    case Unit::kNone:
      return "";
    case Unit::kLines:
      return std::to_string(span.amount) + " lines";
    case Unit::kRecords:
      return std::to_string(span.amount) + " records";
    case Unit::kSeconds:
      return std::to_string(span.amount) + "s";
    case Unit::kScope:
      return "sc";
    case Unit::kSource:
      return "source";
    case Unit::kRun:
      return "run";
  }
  return "";
}

std::string Within(const Span& span) {
  return span.unit == Unit::kNone ? "" : " within " + Window(span);
}

std::string Event(char kind) {
  return std::string("e") + kind;
}

std::string Alias(std::size_t stage) {
  return "p" + std::to_string(stage);
}

std::string Source(const StageSpec& stage) {
  std::string text = Event(stage.kind);
  if (stage.times > 1) text += " " + std::to_string(stage.times) + " times";
  if (stage.in_a_row) text += " in a row";
  return text + Within(stage.window);
}

std::string Called(const RuleSpec& rule) {
  static constexpr std::string_view kNames[] = {"count", "sum", "max", "min", "distinct", "last", "median"};
  std::string arguments = rule.measure == Measure::kCount ? "" : "v";
  const std::string over = Window(rule.over);
  if (!over.empty()) {
    if (!arguments.empty()) arguments += ", ";
    arguments += "over ";
    if (rule.form == Form::kTumbling) arguments += "each ";
    if (rule.form == Form::kSession) arguments += "session ";
    arguments += over;
  }
  return std::string(kNames[static_cast<std::size_t>(rule.measure)]) + "(" + arguments + ")";
}

std::string Absences(const RuleSpec& rule) {
  std::string text;
  for (std::size_t i = 0; i < rule.absences.size(); ++i) {
    const AbsenceSpec& absence = rule.absences[i];
    const std::string alias = "n" + std::to_string(i);
    text += "  without " + Event(absence.kind) + " as " + alias;
    if (absence.after >= 0 && absence.before >= 0) {
      text += " between p" + std::to_string(absence.after) + " and p" + std::to_string(absence.before);
    } else if (absence.after >= 0) {
      text += " after p" + std::to_string(absence.after);
    } else if (absence.before >= 0) {
      text += " before p" + std::to_string(absence.before);
    }
    if (absence.compares) text += " where " + alias + ".v > p0.v";
    text += Within(absence.window) + "\n";
  }
  return text;
}

}  // namespace

RuleSpec MakeRule(std::mt19937_64* random) {
  return Maker(random).Make();
}

std::string Prelude() {
  std::string text =
      "module gen\n"
      "wrapper lines = json { text: unwrapped from \"m\", time: time from \"t\", s: text from \"s\" } "
      "stream by s\n"
      "scope sc { enter \"{^}begin{$}\"; close \"{^}end{$}\" }\n";
  for (const char kind : std::string_view(kKinds)) {
    text += "event " + Event(kind) + " { match \"{^}" + kind +
            " {(k{key:int} )?}#{id:int} v{v:int}{$}\"; where v >= 0 }\n";
  }
  return text + "graph edges { edge \"{^}g k{from} #{:int} v{to}{$}\" from from to to }\n";
}

std::string TextOf(const RuleSpec& rule, const std::string& name) {
  std::string text = "rule " + name + " {\n  severity note\n";
  std::string report;
  switch (rule.shape) {
    case Shape::kSequence:
      for (std::size_t i = 0; i < rule.stages.size(); ++i) {
        const StageSpec& stage = rule.stages[i];
        text += i == 0 ? "  match " : stage.every ? "  then every " : "  then ";
        text += Source(stage) + " as " + Alias(i);
        if (stage.compares) text += " where " + Alias(i) + ".v > " + Alias(i - 1) + ".v";
        text += "\n";
        if (stage.until != '\0') text += "  until " + Event(stage.until) + "\n";
        report += (i == 0 ? "{" : "-{") + Alias(i) + ".id}";
        if (stage.times > 1) {
          report += "({" + Alias(i) + ".count}:{join(" + Alias(i) + ".each_id, \"+\")})";
        }
      }
      break;
    case Shape::kAll:
    case Shape::kAny:
      text += rule.shape == Shape::kAll ? "  all" : "  any " + std::to_string(rule.need) + " of";
      text += Within(rule.whole) + " {\n";
      for (std::size_t i = 0; i < rule.stages.size(); ++i) {
        text += "    " + Alias(i) + " = " + Source(rule.stages[i]) + "\n";
        const std::string id = Alias(i) + ".id" + (rule.shape == Shape::kAny ? " default -1" : "");
        report += (i == 0 ? "{" : "-{") + id + "}";
      }
      text += "  }\n";
      break;
    case Shape::kAggregate:
      text += "  from " + Event(rule.stages[0].kind) + "\n  when " + Called(rule) +
              " >= " + std::to_string(rule.least);
      if (rule.in_a_row > 1) text += " " + std::to_string(rule.in_a_row) + " times in a row";
      text += "\n";
      report = "{id}:{" + Called(rule) + "}";
      break;
    case Shape::kGraph:
      text += std::string("  match \"{^}") + rule.stages[0].kind +
              " k{from} #{id:int} v{to}{$}\"\n  where reaches(edges, from, to)\n";
      report = "{id}:{len(path(edges, from, to))}";
      break;
  }
  const bool set = rule.shape == Shape::kAll || rule.shape == Shape::kAny;
  text += Absences(rule);
  if (rule.keyed) text += "  by key\n";
  if (!set && rule.whole.unit != Unit::kNone) text += " " + Within(rule.whole) + "\n";
  if (rule.skew > 0) text += "  skew " + std::to_string(rule.skew) + "s\n";
  for (std::size_t i = 0; i < rule.joins.size(); ++i) {
    const JoinSpec& join = rule.joins[i];
    const std::string alias = "j" + std::to_string(i);
    text +=
        "  with " + alias + (join.next ? " = next " : " = latest ") + Event(join.kind) + Within(join.window);
    if (join.compares) text += " where " + alias + ".v >= p0.v";
    if (join.reach != Reach::kStream) text += join.reach == Reach::kSource ? " across source" : " across run";
    text += "\n";
    report += "/{" + alias + ".id default -1}";
  }
  return text + "  report \"" + report + "\"\n}\n";
}

void Cover(const RuleSpec& rule, Coverage* coverage) {
  Coverage here;
  const auto has = [&](bool condition, const std::string& name) {
    if (condition) here[name] = 1;
  };
  const auto window = [&](const Span& span) {
    static constexpr std::string_view kUnits[] = {"",        "lines",      "records", "time",
                                                  "a scope", "the source", "the run"};
    if (span.unit != Unit::kNone)
      here["window in " + std::string(kUnits[static_cast<std::size_t>(span.unit)])] = 1;
  };
  has(rule.keyed, "by");
  has(rule.skew > 0, "skew");
  has(rule.shape == Shape::kAll, "all");
  has(rule.shape == Shape::kAny, "any N of");
  has(rule.shape == Shape::kGraph, "graph");
  has(rule.whole.unit != Unit::kNone && rule.shape == Shape::kSequence, "window of the whole rule");
  window(rule.whole);
  for (const StageSpec& stage : rule.stages) {
    window(stage.window);
    has(&stage != &rule.stages[0] && rule.shape == Shape::kSequence, "then");
    has(stage.times > 1 && !stage.in_a_row, "times");
    has(stage.in_a_row, "in a row");
    has(stage.every, "every");
    has(stage.compares, "condition between stages");
    has(stage.until != '\0', "until");
  }
  for (const AbsenceSpec& absence : rule.absences) {
    window(absence.window);
    const std::string in = rule.shape == Shape::kSequence ? "" : " in a set";
    const bool after = absence.after >= 0, before = absence.before >= 0;
    here[(after && before                      ? "without between"
          : after                              ? "without after"
          : before                             ? "without before"
          : absence.window.unit != Unit::kNone ? "without within"
                                               : "without anywhere") +
         in] = 1;
  }
  for (const JoinSpec& join : rule.joins) {
    window(join.window);
    has(join.next, "next");
    has(!join.next, "latest");
    has(join.reach != Reach::kStream, "across");
  }
  if (rule.shape == Shape::kAggregate) {
    static constexpr std::string_view kForms[] = {"whole", "sliding", "tumbling", "session"};
    static constexpr std::string_view kMeasures[] = {"count",    "sum",  "max",   "min",
                                                     "distinct", "last", "median"};
    here["aggregate " + std::string(kMeasures[static_cast<std::size_t>(rule.measure)])] = 1;
    here["aggregate over a window: " + std::string(kForms[static_cast<std::size_t>(rule.form)])] = 1;
    window(rule.over);
    has(rule.in_a_row > 1, "when in a row");
  }
  for (const auto& [name, count] : here) (*coverage)[name] += count;
}

}  // namespace faultline::oracle
