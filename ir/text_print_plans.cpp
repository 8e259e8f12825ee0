// Printing plans: formats with their blocks, wrappers, rules. What is as by default is left out, so that
// plans are as short as what they say.
#include "ir/text.h"
#include "ir/text_printer.h"
#include "ir/words.h"

#include <cstdint>

namespace faultline::ir::internal {

namespace {

std::string QuotedList(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += ", ";
    out += Quote(texts[i]);
  }
  return out + "]";
}

std::string NumberList(const std::vector<std::uint32_t>& numbers, std::string_view sigil) {
  std::string out = "[";
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0) out += ", ";
    fmt::format_to(std::back_inserter(out), "{}{}", sigil, numbers[i]);
  }
  return out + "]";
}

std::string_view SeverityText(lang::Severity severity) {
  return severity <= lang::Severity::kCritical ? lang::SeverityName(severity) : "?";
}

std::string ScopeText(RuleId scope) {
  if (scope == kSourceScope) return "source";
  if (scope == kRunScope) return "run";
  return scope == kNone ? "none" : fmt::format("@{}", scope);
}

std::string WindowText(const Window& window) {
  if (window.unit == WindowUnit::kScope) return "scope " + ScopeText(window.scope);
  return fmt::format("{} {}", window.amount, WordFor(kWindowWords, window.unit));
}

// Grows a line of words and what stands behind them; what is as by default adds nothing.
class Clauses {
 public:
  explicit Clauses(std::string text) : text_(std::move(text)) {}

  Clauses& Flag(std::string_view word, bool holds) {
    if (holds) fmt::format_to(std::back_inserter(text_), " {}", word);
    return *this;
  }
  Clauses& Reference(std::string_view word, std::uint32_t id) {
    if (id != kNone) fmt::format_to(std::back_inserter(text_), " {} @{}", word, id);
    return *this;
  }
  Clauses& Number(std::string_view word, std::uint32_t number) {
    if (number != kNone) fmt::format_to(std::back_inserter(text_), " {} {}", word, number);
    return *this;
  }
  Clauses& Text(std::string_view word, std::string_view text) {
    if (!text.empty()) fmt::format_to(std::back_inserter(text_), " {} {}", word, Quote(text));
    return *this;
  }
  Clauses& Scope(std::string_view word, RuleId scope) {
    if (scope != kNone) fmt::format_to(std::back_inserter(text_), " {} {}", word, ScopeText(scope));
    return *this;
  }
  Clauses& In(const Window& window) {
    if (window != Window()) fmt::format_to(std::back_inserter(text_), " window {}", WindowText(window));
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

void Printer::Text(std::string_view word, std::string_view text) {
  if (!text.empty()) Line("{} {}", word, Quote(text));
}

void Printer::Texts(std::string_view word, const std::vector<std::string>& texts) {
  if (!texts.empty()) Line("{} {}", word, QuotedList(texts));
}

void Printer::Numbers(std::string_view word, const std::vector<std::uint32_t>& numbers,
                      std::string_view sigil) {
  if (!numbers.empty()) Line("{} {}", word, NumberList(numbers, sigil));
}

void Printer::Slots(const std::vector<Slot>& slots) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    Line("slot {} {}{} : {}", i, Quote(slots[i].name), slots[i].hidden ? " hidden" : "",
         PrintType(slots[i].type));
  }
}

void Printer::AlternativeLine(std::string_view word, const Alternative& alternative) {
  Line("{}", Clauses(std::string(word))
                 .Reference("pattern", alternative.pattern)
                 .Reference("extract", alternative.extract)
                 .Reference("guard", alternative.guard)
                 .text());
}

void Printer::Fields(const std::vector<FieldPlan>& fields) {
  for (const FieldPlan& field : fields) {
    std::string line = fmt::format("field {} : {}", Quote(field.name), PrintType(field.type));
    if (field.optional) line += " optional";
    if (field.others) line += " others";
    if (!field.path.empty()) line += " path " + QuotedList(field.path);
    Line("{}", Clauses(line).Number("slot", field.slot).Reference("convert", field.convert).text());
  }
}

// Recursion is as deep as the parts nest.
void Printer::Part(const BlockPart& part) {
  Open("part {}", WordFor(kPartWords, part.kind));
  if (part.required) Line("required");
  Number("list", part.list);
  Numbers("element", part.element);
  for (const Alternative& line : part.lines) AlternativeLine("line", line);
  for (const BlockPart& inner : part.parts) Part(inner);
  Close();
}

void Printer::Format(FormatId id) {
  const ir::Format& format = module_.formats[id];
  Open("format @{} {} {}", id, Quote(format.name), WordFor(kFormatWords, format.kind));
  Texts("each", format.each);
  Slots(format.slots);
  for (const Alternative& line : format.lines) AlternativeLine("line", line);
  for (const BlockPart& part : format.parts) Part(part);
  Numbers("block_by", format.block_by);
  if (format.limit_lines != ir::Format().limit_lines) Line("limit_lines {}", format.limit_lines);
  Number("truncated", format.truncated);
  Fields(format.fields);
  Reference("derive", format.derive);
  if (format.has_missing_text) Line("missing {}", Quote(format.missing_text));
  Number("message", format.message);
  Number("time", format.time);
  Number("level", format.level);
  if (format.literal_bytes != 0) Line("literal_bytes {}", format.literal_bytes);
  Close();
}

void Printer::Wrapper(std::uint32_t id) {
  const ir::Wrapper& wrapper = module_.wrappers[id];
  Open("wrapper @{} {} {}", id, Quote(wrapper.name), WordFor(kFormatWords, wrapper.kind));
  Text("inside", wrapper.inside);
  Slots(wrapper.slots);
  for (const Alternative& line : wrapper.lines) AlternativeLine("line", line);
  Fields(wrapper.fields);
  Texts("unwrapped", wrapper.unwrapped_path);
  Numbers("detect", wrapper.detect, "@");
  Numbers("stream_by", wrapper.stream_by);
  Number("time", wrapper.time);
  Close();
}

void Printer::Rule(RuleId id) {
  const ir::Rule& rule = module_.rules[id];
  Open("{} @{} {} {}", rule.is_event ? "event" : "rule", id, Quote(rule.name), SeverityText(rule.severity));
  if (rule.shape != RuleShape::kSequence) Line("shape {}", WordFor(kShapeWords, rule.shape));
  if (rule.status != RuleStatus::kStable) Line("status {}", WordFor(kStatusWords, rule.status));
  Text("doc", rule.doc);
  Text("deprecated", rule.deprecated);
  Texts("tags", rule.tags);
  Texts("see", rule.see);
  Slots(rule.slots);
  for (const ir::Stage& stage : rule.stages) Stage(stage);
  RulePlan(rule);
  Consequences(rule);
  Reference("finish", rule.finish);
  Reference("report", rule.report);
  Reference("fix", rule.fix);
  Reference("at", rule.at);
  Numbers("identity", rule.identity);
  Close();
}

void Printer::Stage(const ir::Stage& stage) {
  Open("stage {} {}", WordFor(kStageWords, stage.kind), WordFor(kInputWords, stage.input));
  Reference("format", stage.format);
  Text("field", stage.field);
  Reference("rule", stage.rule);
  Text("role", stage.role);
  for (const Alternative& alternative : stage.alternatives) AlternativeLine("alternative", alternative);
  Numbers("stores", stage.stores);
  for (const WrapperField& row : stage.wrapped) {
    Line("wrapped {} @{} {}", row.slot, row.wrapper, row.field);
  }
  Reference("load", stage.load);
  if (stage.each != kNone || stage.each_slot != kNone) {
    Line("each{}", Clauses("").Reference("function", stage.each).Number("slot", stage.each_slot).text());
  }
  Reference("guard", stage.guard);
  Reference("key", stage.key);
  Reference("join", stage.join);
  Reference("index_own", stage.index_own);
  Reference("index_other", stage.index_other);
  Text("alias", stage.alias);
  const Window window{stage.window, stage.amount, stage.scope};
  if (window != Window()) Line("window {}", WindowText(window));
  if (stage.every) Line("every");
  if (stage.count != 1) Line("count {}", stage.count);
  if (stage.in_a_row) Line("in_a_row");
  Number("count_slot", stage.count_slot);
  Number("after", stage.after);
  Number("before", stage.before);
  if (stage.reach != Reach::kStream) Line("reach {}", WordFor(kReachWords, stage.reach));
  Close();
}

// How matches of stages become one of the rule.
void Printer::RulePlan(const ir::Rule& rule) {
  if (rule.need != 0) Line("need {}", rule.need);
  if (rule.window != Window()) Line("window {}", WindowText(rule.window));
  if (rule.skew != 0) Line("skew {}", rule.skew);
  Numbers("key", rule.key);
  for (const ir::Provided& provided : rule.provided) Provided(provided);
  for (const ir::Aggregate& aggregate : rule.aggregates) Aggregate(aggregate);
  for (const GraphQuery& query : rule.graph_queries) {
    Line("{}", Clauses(fmt::format("graph {}", WordFor(kGraphQueryWords, query.kind)))
                   .Reference("of", query.graph)
                   .Reference("from", query.from)
                   .Reference("to", query.to)
                   .Number("slot", query.slot)
                   .text());
  }
  for (const ir::Step& step : rule.steps) Step(step);
  Reference("when", rule.when);
  if (rule.when_count != 1) Line("when_count {}", rule.when_count);
}

void Printer::Provided(const ir::Provided& provided) {
  Line("{}", Clauses(fmt::format("provide {}", WordFor(kProvidedWords, provided.kind)))
                 .Text("name", provided.name)
                 .Scope("of", provided.scope)
                 .Number("field", provided.field)
                 .Number("slot", provided.slot)
                 .Number("stage", provided.stage)
                 .Flag("at_close", provided.at_close)
                 .text());
}

void Printer::Aggregate(const ir::Aggregate& aggregate) {
  Clauses clauses(fmt::format("aggregate {} {}", WordFor(kAggregateWords, aggregate.kind),
                              WordFor(kAggregateFormWords, aggregate.form)));
  clauses.Number("slot", aggregate.slot)
      .Number("stage", aggregate.stage)
      .Reference("argument", aggregate.argument);
  if (aggregate.parameter != 0) clauses.Flag("parameter " + NumberText(aggregate.parameter), true);
  clauses.In(aggregate.window);
  if (aggregate.before != 0) clauses.Flag(fmt::format("before {}", aggregate.before), true);
  clauses.Text("series", aggregate.series);
  Line("{}", clauses.text());
}

void Printer::Step(const ir::Step& step) {
  Line("{}", Clauses(fmt::format("step {}", WordFor(kStepWords, step.kind)))
                 .Reference("function", step.function)
                 .Number("index", step.index == 0 ? kNone : step.index)
                 .text());
}

// What a finding of the rule means for others, and for the reader.
void Printer::Consequences(const ir::Rule& rule) {
  for (const Explains& explains : rule.explains) {
    Line("{}", Clauses("explains")
                   .Reference("rule", explains.rule)
                   .In(explains.window)
                   .Reference("when", explains.condition)
                   .Reference("sure", explains.confidence)
                   .text());
  }
  for (const ConfidenceTerm& term : rule.confidence) {
    Line("{}", Clauses("confidence " + NumberText(term.weight))
                   .Reference("when", term.when)
                   .Text("why", term.why)
                   .text());
  }
  for (const Need& need : rule.needs) {
    Line("{}", Clauses("needs " + Quote(need.text)).Reference("when", need.when).text());
  }
  for (const Allow& allow : rule.allows) {
    Clauses clauses("allow");
    clauses.Reference("when", allow.when).Text("reason", allow.reason);
    if (allow.until != Allow().until) clauses.Flag(fmt::format("until {}", allow.until), true);
    Line("{}", clauses.text());
  }
}

}  // namespace faultline::ir::internal
