// Reading plans: formats with their blocks, wrappers, rules.
#include "ir/text_parser.h"
#include "ir/words.h"

namespace faultline::ir::internal {

bool Parser::Slots(std::vector<Slot>* slots) {
  while (Try("slot")) {
    const std::size_t offset = lexer_.token().offset;
    std::uint32_t index = 0;
    if (!Index(&index)) return false;
    if (index != slots->size()) return FailAt(offset, fmt::format("expected slot {}", slots->size()));
    Slot& slot = slots->emplace_back();
    if (!String(&slot.name)) return false;
    slot.hidden = Try("hidden");
    if (!Expect(":") || !Type(&slot.type)) return false;
  }
  return true;
}

bool Parser::Alternatives(std::string_view word, std::vector<Alternative>* alternatives) {
  while (Try(word)) {
    Alternative& alternative = alternatives->emplace_back();
    if (!OptionalReference("pattern", &alternative.pattern) ||
        !OptionalReference("extract", &alternative.extract) ||
        !OptionalReference("guard", &alternative.guard)) {
      return false;
    }
  }
  return true;
}

bool Parser::Fields(std::vector<FieldPlan>* fields) {
  while (Try("field")) {
    FieldPlan& field = fields->emplace_back();
    if (!String(&field.name) || !Expect(":") || !Type(&field.type)) return false;
    field.optional = Try("optional");
    field.others = Try("others");
    if (!OptionalStrings("path", &field.path) || !OptionalIndex("slot", &field.slot) ||
        !OptionalReference("convert", &field.convert)) {
      return false;
    }
  }
  return true;
}

// Up to kMaxBlockDepth parts inside one another.
bool Parser::Parts(std::vector<BlockPart>* parts, std::uint32_t depth) {
  while (At("part")) {
    if (depth > kMaxBlockDepth) return Fail("parts that are nested less deeply");
    lexer_.Advance();
    BlockPart& part = parts->emplace_back();
    if (!Enumerator(kPartWords, &part.kind) || !Expect("{")) return false;
    part.required = Try("required");
    if (!OptionalIndex("list", &part.list) || !OptionalNumbers("element", &part.element) ||
        !Alternatives("line", &part.lines) || !Parts(&part.parts, depth + 1) || !Expect("}")) {
      return false;
    }
  }
  return true;
}

bool Parser::Format() {
  ir::Format format;
  if (!Id(module_.formats.size()) || !String(&format.name) || !Enumerator(kFormatWords, &format.kind) ||
      !Expect("{") || !OptionalStrings("each", &format.each) || !Slots(&format.slots) ||
      !Alternatives("line", &format.lines) || !Parts(&format.parts, 1) ||
      !OptionalNumbers("block_by", &format.block_by) ||
      (Try("limit_lines") && !ParseNumber(&format.limit_lines, "a whole number of 64 bits")) ||
      !OptionalIndex("truncated", &format.truncated) || !Fields(&format.fields) ||
      !OptionalReference("derive", &format.derive)) {
    return false;
  }
  format.has_missing_text = At("missing");
  if (!OptionalString("missing", &format.missing_text) || !OptionalIndex("message", &format.message) ||
      !OptionalIndex("time", &format.time) || !OptionalIndex("level", &format.level) ||
      !OptionalIndex("literal_bytes", &format.literal_bytes) || !Expect("}")) {
    return false;
  }
  module_.formats.push_back(std::move(format));
  return true;
}

bool Parser::Wrapper() {
  ir::Wrapper wrapper;
  if (!Id(module_.wrappers.size()) || !String(&wrapper.name) || !Enumerator(kFormatWords, &wrapper.kind) ||
      !Expect("{") || !OptionalString("inside", &wrapper.inside) || !Slots(&wrapper.slots) ||
      !Alternatives("line", &wrapper.lines) || !Fields(&wrapper.fields) ||
      !OptionalStrings("unwrapped", &wrapper.unwrapped_path)) {
    return false;
  }
  if (Try("detect") && !List([&] { return Reference(&wrapper.detect.emplace_back()); })) return false;
  if (Try("stream_by") && !Numbers(&wrapper.stream_by)) return false;
  if (!OptionalIndex("time", &wrapper.time) || !Expect("}")) return false;
  module_.wrappers.push_back(std::move(wrapper));
  return true;
}

bool Parser::Rule(bool is_event) {
  ir::Rule rule;
  rule.is_event = is_event;
  if (!Id(module_.rules.size()) || !String(&rule.name)) return false;
  const std::optional<lang::Severity> severity =
      lexer_.token().kind == TokenKind::kWord ? lang::SeverityByName(lexer_.token().text) : std::nullopt;
  if (!severity.has_value()) return Fail("a severity");
  rule.severity = *severity;
  lexer_.Advance();
  if (!Expect("{") || (Try("shape") && !Enumerator(kShapeWords, &rule.shape)) ||
      (Try("status") && !Enumerator(kStatusWords, &rule.status)) || !OptionalString("doc", &rule.doc) ||
      !OptionalString("deprecated", &rule.deprecated) || !OptionalStrings("tags", &rule.tags) ||
      !OptionalStrings("see", &rule.see) || !Slots(&rule.slots)) {
    return false;
  }
  while (Try("stage")) {
    if (!ParseStage(&rule.stages.emplace_back())) return false;
  }
  if (!RulePlan(&rule) || !Consequences(&rule) || !OptionalReference("finish", &rule.finish) ||
      !OptionalReference("report", &rule.report) || !OptionalReference("fix", &rule.fix) ||
      !OptionalReference("at", &rule.at) || (Try("identity") && !Numbers(&rule.identity)) || !Expect("}")) {
    return false;
  }
  module_.rules.push_back(std::move(rule));
  return true;
}

bool Parser::Scope(RuleId* out) {
  if (Try("source")) {
    *out = kSourceScope;
    return true;
  }
  if (Try("run")) {
    *out = kRunScope;
    return true;
  }
  return Reference(out);
}

// `3 lines`, `5000000000 nanoseconds`, `scope @2`, `scope run`
bool Parser::ParseWindow(Window* out) {
  if (Try("scope")) {
    out->unit = WindowUnit::kScope;
    return Scope(&out->scope);
  }
  return ParseNumber(&out->amount, "a whole number of 64 bits") && Enumerator(kWindowWords, &out->unit);
}

bool Parser::ParseStage(Stage* stage) {
  if (!Enumerator(kStageWords, &stage->kind) || !Enumerator(kInputWords, &stage->input) || !Expect("{") ||
      !OptionalReference("format", &stage->format) || !OptionalString("field", &stage->field) ||
      !OptionalReference("rule", &stage->rule) || !OptionalString("role", &stage->role) ||
      !Alternatives("alternative", &stage->alternatives) || !OptionalNumbers("stores", &stage->stores)) {
    return false;
  }
  while (Try("wrapped")) {
    WrapperField& row = stage->wrapped.emplace_back();
    if (!Index(&row.slot) || !Reference(&row.wrapper) || !Index(&row.field)) return false;
  }
  if (!OptionalReference("load", &stage->load)) return false;
  if (Try("each") &&
      (!OptionalReference("function", &stage->each) || !OptionalIndex("slot", &stage->each_slot))) {
    return false;
  }
  Window window;
  if (!OptionalReference("guard", &stage->guard) || !OptionalReference("key", &stage->key) ||
      !OptionalReference("join", &stage->join) || !OptionalReference("index_own", &stage->index_own) ||
      !OptionalReference("index_other", &stage->index_other) || !OptionalString("alias", &stage->alias) ||
      !OptionalWindow(&window)) {
    return false;
  }
  stage->window = window.unit;
  stage->amount = window.amount;
  stage->scope = window.scope;
  stage->every = Try("every");
  if (!OptionalIndex("count", &stage->count)) return false;
  stage->in_a_row = Try("in_a_row");
  return OptionalIndex("count_slot", &stage->count_slot) && OptionalIndex("after", &stage->after) &&
         OptionalIndex("before", &stage->before) &&
         (!Try("reach") || Enumerator(kReachWords, &stage->reach)) && Expect("}");
}

bool Parser::RulePlan(ir::Rule* rule) {
  if (!OptionalIndex("need", &rule->need) || !OptionalWindow(&rule->window) ||
      (Try("skew") && !ParseNumber(&rule->skew, "a whole number of 64 bits")) ||
      !OptionalNumbers("key", &rule->key)) {
    return false;
  }
  while (Try("provide")) {
    if (!ParseProvided(&rule->provided.emplace_back())) return false;
  }
  while (Try("aggregate")) {
    if (!ParseAggregate(&rule->aggregates.emplace_back())) return false;
  }
  while (Try("graph")) {
    GraphQuery& query = rule->graph_queries.emplace_back();
    if (!Enumerator(kGraphQueryWords, &query.kind) || !OptionalReference("of", &query.graph) ||
        !OptionalReference("from", &query.from) || !OptionalReference("to", &query.to) ||
        !OptionalIndex("slot", &query.slot)) {
      return false;
    }
  }
  while (Try("step")) {
    Step& step = rule->steps.emplace_back();
    if (!Enumerator(kStepWords, &step.kind) || !OptionalReference("function", &step.function) ||
        !OptionalIndex("index", &step.index)) {
      return false;
    }
  }
  return OptionalReference("when", &rule->when) && OptionalIndex("when_count", &rule->when_count);
}

bool Parser::ParseProvided(Provided* provided) {
  if (!Enumerator(kProvidedWords, &provided->kind) || !OptionalString("name", &provided->name) ||
      (Try("of") && !Scope(&provided->scope)) || !OptionalIndex("field", &provided->field) ||
      !OptionalIndex("slot", &provided->slot) || !OptionalIndex("stage", &provided->stage)) {
    return false;
  }
  provided->at_close = Try("at_close");
  return true;
}

bool Parser::ParseAggregate(Aggregate* aggregate) {
  return Enumerator(kAggregateWords, &aggregate->kind) && Enumerator(kAggregateFormWords, &aggregate->form) &&
         OptionalIndex("slot", &aggregate->slot) && OptionalIndex("stage", &aggregate->stage) &&
         OptionalReference("argument", &aggregate->argument) &&
         (!Try("parameter") || ParseNumber(&aggregate->parameter, "a number")) &&
         OptionalWindow(&aggregate->window) &&
         (!Try("before") || ParseNumber(&aggregate->before, "a whole number of 64 bits")) &&
         OptionalString("series", &aggregate->series);
}

bool Parser::Consequences(ir::Rule* rule) {
  while (Try("explains")) {
    Explains& explains = rule->explains.emplace_back();
    if (!OptionalReference("rule", &explains.rule) || !OptionalWindow(&explains.window) ||
        !OptionalReference("when", &explains.condition) || !OptionalReference("sure", &explains.confidence)) {
      return false;
    }
  }
  while (Try("confidence")) {
    ConfidenceTerm& term = rule->confidence.emplace_back();
    if (!ParseNumber(&term.weight, "a number") || !OptionalReference("when", &term.when) ||
        !OptionalString("why", &term.why)) {
      return false;
    }
  }
  while (Try("needs")) {
    Need& need = rule->needs.emplace_back();
    if (!String(&need.text) || !OptionalReference("when", &need.when)) return false;
  }
  while (Try("allow")) {
    Allow& allow = rule->allows.emplace_back();
    if (!OptionalReference("when", &allow.when) || !OptionalString("reason", &allow.reason) ||
        (Try("until") && !ParseNumber(&allow.until, "a whole number of 64 bits"))) {
      return false;
    }
  }
  return true;
}

}  // namespace faultline::ir::internal
