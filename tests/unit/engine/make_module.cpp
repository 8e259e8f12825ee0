// Modules written by hand: see make_module.h.
#include "make_module.h"

#include "ir/builder.h"
#include "ir/interp/interp.h"

#include <algorithm>
#include <deque>

namespace faultline::runtime::testing {
namespace {

const lang::Type kText(lang::TypeKind::kText);

std::vector<std::string> CapturesOf(const std::string& regex) {
  std::vector<std::string> names;
  for (std::size_t at = 0; (at = regex.find("(?<", at)) != std::string::npos; ++at) {
    names.push_back(regex.substr(at + 3, regex.find('>', at) - at - 3));
  }
  return names;
}

ir::SlotId SlotOf(const ir::Rule& rule, std::string_view name) {
  for (ir::SlotId slot = 0; slot < rule.slots.size(); ++slot) {
    if (rule.slots[slot].name == name) return slot;
  }
  return ir::kNone;
}

ir::SlotId AddSlot(ir::Rule* rule, const std::string& name) {
  const ir::SlotId slot = SlotOf(*rule, name);
  if (slot != ir::kNone) return slot;
  rule->slots.push_back({name, kText, false});
  return static_cast<ir::SlotId>(rule->slots.size() - 1);
}

}  // namespace

ir::PatternId ModuleMaker::AddPattern(const std::string& name, const std::string& regex,
                                      const std::vector<std::string>& literals) {
  ir::Pattern pattern;
  pattern.name = name;
  pattern.source = regex;
  pattern.regex = regex;
  pattern.captures = CapturesOf(regex);
  for (const std::string& literal : literals) pattern.literals.push_back({literal, false});
  module_->patterns.push_back(std::move(pattern));
  return static_cast<ir::PatternId>(module_->patterns.size() - 1);
}

ir::FunctionId ModuleMaker::AddText(const std::string& name, const std::string& text, const ir::Rule& rule) {
  if (text.empty()) return ir::kNone;
  ir::FunctionBuilder builder(module_.get(), name);
  ir::ValueId sum = builder.Text("");
  auto add = [&](ir::ValueId part) { sum = builder.Operation(lang::Opcode::concat_text, {sum, part}); };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = std::min(text.find('{', at), text.size());
    if (open > at) add(builder.Text(text.substr(at, open - at)));
    if (open == text.size()) break;
    const std::size_t close = text.find('}', open);
    add(builder.Slot(SlotOf(rule, text.substr(open + 1, close - open - 1)), kText));
    at = close + 1;
  }
  return builder.Finish(sum);
}

ModuleMaker& ModuleMaker::Add(const RuleText& text) {
  ir::Rule rule;
  rule.name = text.name;
  rule.is_event = text.is_event;
  rule.severity = text.severity;
  for (std::size_t s = 0; s < text.stages.size(); ++s) {
    const StageText& from = text.stages[s];
    const std::string name = text.name + "." + std::to_string(s);
    ir::Stage stage;
    stage.kind = from.kind;
    stage.input = from.input;
    stage.window = from.window;
    stage.amount = from.amount;
    if (!from.reads.empty()) {
      stage.input = ir::StageInput::kRule;
      for (ir::RuleId r = 0; r < module_->rules.size(); ++r) {
        if (module_->rules[r].name == from.reads) stage.rule = r;
      }
      const ir::Rule& read = module_->rules[stage.rule];
      ir::FunctionBuilder load(module_.get(), name + ".load");
      for (const auto& [own, other] : from.loads) {
        const ir::SlotId slot = AddSlot(&rule, own);
        load.Store(slot, load.Input(SlotOf(read, other), kText));
        stage.stores.push_back(slot);
      }
      stage.load = load.Finish();
    }
    auto add = [&](const std::string& regex, const std::vector<std::string>& literals) {
      ir::Alternative alternative;
      alternative.pattern = AddPattern(name, regex, literals);
      const std::vector<std::string> captures = CapturesOf(regex);
      if (!captures.empty()) {
        ir::FunctionBuilder extract(module_.get(), name + ".extract");
        for (std::size_t c = 0; c < captures.size(); ++c) {
          const ir::SlotId slot = AddSlot(&rule, captures[c]);
          extract.Store(slot, extract.Capture(static_cast<std::uint32_t>(c + 1)));
          if (std::find(stage.stores.begin(), stage.stores.end(), slot) == stage.stores.end()) {
            stage.stores.push_back(slot);
          }
        }
        alternative.extract = extract.Finish();
      }
      stage.alternatives.push_back(alternative);
    };
    if (!from.regex.empty()) add(from.regex, from.literals);
    for (const std::string& regex : from.more) add(regex, {});
    if (!from.join_left.empty()) {
      ir::FunctionBuilder join(module_.get(), name + ".join");
      stage.join = join.Finish(join.Operation(
          lang::Opcode::eq_text,
          {join.Slot(SlotOf(rule, from.join_left), kText), join.Slot(SlotOf(rule, from.join_right), kText)}));
    }
    rule.stages.push_back(std::move(stage));
  }
  rule.report = AddText(text.name + ".report", text.report, rule);
  rule.fix = AddText(text.name + ".fix", text.fix, rule);
  rule.at = AddText(text.name + ".at", text.at, rule);
  for (const std::string& name : text.identity) rule.identity.push_back(SlotOf(rule, name));
  module_->rules.push_back(std::move(rule));
  return *this;
}

std::shared_ptr<const ir::Module> ModuleMaker::Make() {
  return module_;
}

std::string RunResult::Text() const {
  std::string text;
  for (const FindingPtr& finding : findings) {
    text += finding->rule->name + "@" + std::to_string(finding->location.line);
    if (finding->location.end_line != finding->location.line)
      text += "-" + std::to_string(finding->location.end_line);
    if (!finding->message.empty()) text += " " + finding->message;
    text += "\n";
  }
  return text;
}

RunResult Run(const std::shared_ptr<const ir::Module>& module, std::string_view log, EngineOptions options) {
  RunResult result;
  result.program = ir::MakeInterpreter(module);
  Engine engine(result.program, std::move(options));
  KeepingSink sink;
  engine.AddSink(&sink);
  engine.Run(MemorySource(log), "build.log");
  engine.Finish();
  result.findings = std::move(sink.findings);
  result.summary = std::move(sink.summary);
  return result;
}

std::shared_ptr<Finding> MakeFindingFor(const std::string& rule, lang::Severity severity,
                                        const std::string& message, std::int64_t line) {
  static std::deque<ir::Rule> rules;
  auto it = std::find_if(rules.begin(), rules.end(), [&](const ir::Rule& r) { return r.name == rule; });
  if (it == rules.end()) {
    rules.emplace_back().name = rule;
    it = std::prev(rules.end());
  }
  auto finding = std::make_shared<Finding>();
  finding->rule = &*it;
  finding->severity = severity;
  finding->message = message;
  finding->id = Fingerprint(rule, {});
  finding->location = {"build.log", line, 1, line, 100, 0};
  return finding;
}

}  // namespace faultline::runtime::testing
