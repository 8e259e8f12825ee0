#include "tests/unit/sema/compiled.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace faultline::sema_test {

Compiled::Compiled(std::vector<std::string> texts, sema::CheckOptions options) {
  for (std::string& text : texts) {
    const FileId file = sources.Add("test" + std::to_string(sources.size()) + ".fault", std::move(text));
    parsed.push_back(parse::Parse(sources, file, sink));
  }
  std::vector<const ast::Module*> modules;
  for (const parse::ParseResult& result : parsed) modules.push_back(&result.module);
  program = sema::Check(modules, sources, options, sink);
  lowered = lower::Lower(program, {.module_name = "test", .tests = true});
  for (const ir::VerifierError& error : ir::Verify(lowered.module))
    FAIL_CHECK("verifier: " << error.ToString());
}

std::string Compiled::Codes() const {
  std::string result;
  for (const Diagnostic& diagnostic : sink.diagnostics()) {
    if (!result.empty()) result += ' ';
    result += diagnostic.code();
  }
  return result;
}

const Diagnostic& Compiled::Only() const {
  INFO("codes: " << Codes());
  REQUIRE(sink.diagnostics().size() == 1);
  return sink.diagnostics()[0];
}

const sema::Rule& Compiled::Rule(std::string_view name) const {
  for (const sema::Rule& rule : program.rules) {
    if (rule.name == name) return rule;
  }
  FAIL("no rule " << name << "; codes: " << Codes());
  return program.rules.front();
}

const ir::Rule& Compiled::Lowered(std::string_view name) const {
  for (const ir::Rule& rule : lowered.module.rules) {
    if (rule.name == name) return rule;
  }
  FAIL("rule " << name << " was not lowered; codes: " << Codes());
  return lowered.module.rules.front();
}

const lang::Type& Compiled::TypeOf(std::string_view rule, std::string_view binding) const {
  for (const sema::Binding& known : Rule(rule).bindings) {
    if (known.name == binding && !known.hidden) return known.type;
  }
  FAIL("no binding " << binding);
  return program.rules.front().bindings.front().type;
}

std::string Compiled::Text(ir::FunctionId function, std::vector<Value>& slots,
                           const runtime::RecordContext& record) {
  if (function == ir::kNone) return "";
  runtime::Frame frame;
  frame.slots = slots.data();
  frame.record = &record;
  runtime::EvalContext context;
  context.arena = &arena_;
  const Value value = interpreter_->Call(function, frame, context, *scratch_);
  return value.is_missing() ? "<missing>" : std::string(value.AsText());
}

std::optional<Found> Compiled::Run(std::string_view rule_name, std::string_view line) {
  INFO("codes: " << Codes());
  REQUIRE(!sink.has_errors());
  if (!interpreter_) {
    interpreter_ =
        ir::MakeInterpreter(std::shared_ptr<const ir::Module>(&lowered.module, [](const ir::Module*) {}));
    scratch_ = interpreter_->NewScratch();
  }
  const ir::Rule& rule = Lowered(rule_name);
  const ir::Stage& stage = rule.stages.at(0);
  std::vector<Value> slots(rule.slots.size());
  runtime::RecordContext record;
  record.file = "test.log";
  record.line = 7;
  record.column = 1;
  record.text = line;
  record.raw = line;
  runtime::EvalContext context;
  context.arena = &arena_;
  for (const ir::Alternative& alternative : stage.alternatives) {
    std::fill(slots.begin(), slots.end(), Value());
    std::vector<runtime::CaptureSpan> captures(lowered.module.patterns[alternative.pattern].captures.size() +
                                               1);
    if (!interpreter_->Match(alternative.pattern, line, captures, *scratch_)) continue;
    runtime::Frame frame;
    frame.slots = slots.data();
    frame.subject = line;
    frame.captures = captures;
    frame.record = &record;
    if (alternative.extract != ir::kNone) interpreter_->Call(alternative.extract, frame, context, *scratch_);
    if (stage.guard != ir::kNone && !interpreter_->Call(stage.guard, frame, context, *scratch_).is_true())
      continue;
    if (rule.finish != ir::kNone) interpreter_->Call(rule.finish, frame, context, *scratch_);
    Found found;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      if (rule.slots[i].hidden || slots[i].is_missing()) continue;
      found.fields[rule.slots[i].name] =
          slots[i].kind == ValueKind::kText ? std::string(slots[i].AsText()) : ir::PrintValue(slots[i]);
    }
    found.report = Text(rule.report, slots, record);
    found.fix = Text(rule.fix, slots, record);
    found.at = Text(rule.at, slots, record);
    return found;
  }
  return std::nullopt;
}

std::string RuleText(std::string_view clauses, std::string_view before) {
  return "module m\n" + std::string(before) + "\nrule r {\nseverity error\n" + std::string(clauses) + "\n}\n";
}

std::string Evaluate(std::string_view match, std::string_view line, std::string_view expression) {
  Compiled compiled(
      {RuleText("match " + std::string(match) + "\nreport \"{ " + std::string(expression) + "}\"")},
      {.lints = false, .quiet_modules = {}});
  if (compiled.sink.has_errors()) return compiled.Codes();
  std::optional<Found> found = compiled.Run("m.r", line);
  return found ? found->report : "<no match>";
}

}  // namespace faultline::sema_test
