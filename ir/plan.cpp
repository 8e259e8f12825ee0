// Printing plans. All that is said is read off the module; only sizes of automata are computed.
#include "ir/plan.h"

#include "ir/text.h"
#include "ir/words.h"
#include "support/regex/analysis.h"
#include "support/regex/program.h"
#include "support/regex/syntax.h"

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

class PlanPrinter {
 public:
  PlanPrinter(const Module& module, const Rule& rule) : module_(module), rule_(rule) {}

  std::string Run() {
    Line(0, "{} {}, {}", rule_.is_event ? "event" : "rule", rule_.name, lang::SeverityName(rule_.severity));
    for (std::size_t i = 0; i < rule_.stages.size(); ++i) PrintStage(i);
    PrintState();
    PrintFunction(1, "finish", rule_.finish);
    PrintFunction(1, "report", rule_.report);
    PrintFunction(1, "fix", rule_.fix);
    PrintFunction(1, "at", rule_.at);
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
    std::string window = WindowText(stage.window, stage.amount);
    if (!window.empty()) window = ", within " + window;
    if (number > 0 && window.empty()) window = ", to the end of the input";
    const std::string alias = stage.alias.empty() ? "" : ", as " + stage.alias;
    Line(1, "stage {}: {} {}{}{}", number + 1, WordFor(kStageWords, stage.kind), InputText(stage), window,
         alias);
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
    if (!stage.stores.empty()) {
      std::string names;
      for (SlotId slot : stage.stores) {
        if (!names.empty()) names += ", ";
        names += rule_.slots[slot].name;
      }
      Line(2, "stores {}", names);
    }
    PrintFunction(2, "guard", stage.guard);
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
    if (rule_.stages.size() < 2) {
      Line(1, "state: none");
      return;
    }
    const std::size_t slots = rule_.slots.size();
    const std::string each = fmt::format("{} slot{} ({} bytes and their text) each", slots,
                                         slots == 1 ? "" : "s", slots * sizeof(Value));
    std::int64_t bound = 0;
    std::string unbounded;
    for (std::size_t i = 1; i < rule_.stages.size(); ++i) {
      const Stage& stage = rule_.stages[i];
      if (stage.window == WindowUnit::kNoWindow) unbounded = "to the end of the input";
      if (stage.window == WindowUnit::kTime && unbounded.empty()) {
        unbounded = "for up to " + WindowText(stage.window, stage.amount) + " a stage";
      }
      if (__builtin_add_overflow(bound, stage.amount, &bound)) unbounded = "for very long";
    }
    if (unbounded.empty()) {
      Line(1, "state: at most {} open match{} a stream, {}", bound, bound == 1 ? "" : "es", each);
    } else {
      Line(1, "state: open matches are kept {}, up to the engine's limit, {}", unbounded, each);
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
