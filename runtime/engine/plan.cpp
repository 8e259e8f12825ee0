// The engine's plan: see plan.h.
#include "runtime/engine/plan.h"

#include "support/value/print.h"

#include <algorithm>
#include <utility>

namespace faultline::runtime {
namespace {

bool Stores(const ir::Module& module, ir::FunctionId function, ir::SlotId slot) {
  if (function == ir::kNone || function >= module.functions.size()) return false;
  for (const ir::Instruction& instruction : module.functions[function].instructions) {
    if (instruction.kind == ir::InstructionKind::kStore && instruction.index == slot) return true;
  }
  return false;
}

// Whether the function stores something else into the slot than a piece of the text that was matched: a
// quoted hole is resolved on the way.
bool StoresComputed(const ir::Module& module, ir::FunctionId function, ir::SlotId slot) {
  if (function == ir::kNone || function >= module.functions.size()) return false;
  const std::vector<ir::Instruction>& instructions = module.functions[function].instructions;
  return std::any_of(instructions.begin(), instructions.end(), [&](const ir::Instruction& instruction) {
    return instruction.kind == ir::InstructionKind::kStore && instruction.index == slot &&
           instructions[instruction.arguments[0]].kind != ir::InstructionKind::kCapture;
  });
}

bool UsesText(const ir::Module& module, ir::FunctionId function) {
  if (function == ir::kNone || function >= module.functions.size()) return false;
  for (const ir::Instruction& instruction : module.functions[function].instructions) {
    if (instruction.kind == ir::InstructionKind::kBuiltin &&
        (instruction.builtin == ir::Builtin::kText || instruction.builtin == ir::Builtin::kRawText)) {
      return true;
    }
  }
  return false;
}

// Whether a field's text is computed, and so need not stand in the record's bytes.
bool IsComputed(const ir::Module& module, const ir::Format& format, ir::SlotId slot) {
  if (slot == ir::kNone) return false;
  if (Stores(module, format.derive, slot)) return true;
  for (const ir::Alternative& line : format.lines) {
    if (StoresComputed(module, line.extract, slot)) return true;
  }
  for (const ir::FieldPlan& field : format.fields) {
    if (field.slot == slot && field.convert != ir::kNone) return true;
  }
  return false;
}

bool FieldIsComputed(const ir::Module& module, const ir::Stage& stage) {
  for (ir::FormatId id = 0; id < module.formats.size(); ++id) {
    if (stage.format != ir::kNone && stage.format != id) continue;
    const ir::Format& format = module.formats[id];
    for (ir::SlotId slot = 0; slot < format.slots.size(); ++slot) {
      if (format.slots[slot].name == stage.field && IsComputed(module, format, slot)) return true;
    }
  }
  return false;
}

// The patterns whose literals call for an alternate. Empty: it is a candidate on every record. A record of a
// line format holds a literal of one of the format's templates, which serves stages that take any record of
// the format.
std::vector<ir::PatternId> CallersOf(const ir::Module& module, const ir::Stage& stage,
                                     ir::PatternId pattern) {
  std::vector<ir::PatternId> callers;
  switch (stage.input) {
    case ir::StageInput::kText:
    case ir::StageInput::kRaw:
      if (pattern != ir::kNone) callers.push_back(pattern);
      break;
    case ir::StageInput::kField:
      if (pattern != ir::kNone && !FieldIsComputed(module, stage)) callers.push_back(pattern);
      break;
    case ir::StageInput::kFormat:
      if (stage.format != ir::kNone && module.formats[stage.format].kind == ir::FormatKind::kLine) {
        for (const ir::Alternative& line : module.formats[stage.format].lines)
          callers.push_back(line.pattern);
      }
      break;
    case ir::StageInput::kRule:
      break;
  }
  for (ir::PatternId caller : callers) {
    const auto& literals = module.patterns[caller].literals;
    const bool none =
        literals.empty() || std::any_of(literals.begin(), literals.end(),
                                        [](const auto& literal) { return literal.text.empty(); });
    if (none) return {};
  }
  return callers;
}

bool ReadsBlock(const ir::Module& module, const ir::Stage& stage) {
  return (stage.input == ir::StageInput::kFormat || stage.input == ir::StageInput::kField) &&
         stage.format < module.formats.size() && module.formats[stage.format].kind == ir::FormatKind::kBlock;
}

// Patterns of a block's first line. Empty: one of them requires no literal, so that it may be any record.
std::vector<ir::PatternId> HeadPatterns(const ir::Module& module, const ir::Format& format) {
  std::vector<ir::PatternId> patterns;
  if (format.parts.empty()) return patterns;
  for (const ir::Alternative& line : format.parts.front().lines) {
    if (line.pattern == ir::kNone) return {};
    const auto& literals = module.patterns[line.pattern].literals;
    const bool none =
        literals.empty() || std::any_of(literals.begin(), literals.end(),
                                        [](const auto& literal) { return literal.text.empty(); });
    if (none) return {};
    patterns.push_back(line.pattern);
  }
  return patterns;
}

std::vector<ir::PatternId> SearchedPatterns(const ir::Module& module) {
  std::vector<ir::PatternId> searched;
  for (const ir::Rule& rule : module.rules) {
    for (const ir::Stage& stage : rule.stages) {
      if (ReadsBlock(module, stage)) {
        for (ir::PatternId head : HeadPatterns(module, module.formats[stage.format]))
          searched.push_back(head);
        continue;
      }
      auto add = [&](ir::PatternId pattern) {
        for (ir::PatternId caller : CallersOf(module, stage, pattern)) searched.push_back(caller);
      };
      if (stage.alternatives.empty()) add(ir::kNone);
      for (const ir::Alternative& alternative : stage.alternatives) add(alternative.pattern);
    }
  }
  std::sort(searched.begin(), searched.end());
  searched.erase(std::unique(searched.begin(), searched.end()), searched.end());
  return searched;
}

// Whether the stage is looked at only while something waits for it.
bool IsLazy(const ir::Rule& rule, const ir::Stage& stage, std::uint32_t index) {
  // With clocks that differ what follows may come before; keys are what sources have in common.
  if (rule.skew > 0 && stage.key != ir::kNone) return false;
  const bool set = rule.shape == ir::RuleShape::kAll || rule.shape == ir::RuleShape::kAny;
  if (stage.count > 1) return false;  // what repeats is counted from the first on
  switch (stage.kind) {
    case ir::StageKind::kThen:
    case ir::StageKind::kUntil:
    case ir::StageKind::kNext:
      return index != 0;
    case ir::StageKind::kWithout:
      // An absence that looks back remembers what came; so does one of a whole scope, input or run. Sets look
      // back from their last part.
      if (set && (stage.after != ir::kNone || stage.before != ir::kNone)) return false;
      if (stage.after != ir::kNone) return true;
      if (stage.before != ir::kNone) return false;
      return stage.window != ir::WindowUnit::kNoWindow;
    case ir::StageKind::kMatch:
    case ir::StageKind::kPart:
    case ir::StageKind::kLatest:
    case ir::StageKind::kFeed:
    case ir::StageKind::kEnter:
    case ir::StageKind::kPause:
    case ir::StageKind::kClose:
    case ir::StageKind::kEdge:
    case ir::StageKind::kEntry:
      return false;
  }
  return false;
}

bool IsDeclared(ir::RuleId scope, const ir::Module& module) {
  return scope < module.rules.size();  // kSourceScope and kRunScope are not
}

}  // namespace

// What a rule asks of the order in which records come.
void EnginePlan::AddNeeds(const ir::Rule& rule) {
  const auto timed = [](const ir::Window& window) { return window.unit == ir::WindowUnit::kTime; };
  needs_times_ = needs_times_ || timed(rule.window) || rule.skew > 0;
  order_matters_ = order_matters_ || rule.shape != ir::RuleShape::kSequence || rule.stages.size() > 1 ||
                   !rule.aggregates.empty();
  for (const ir::Aggregate& aggregate : rule.aggregates) {
    needs_times_ = needs_times_ || timed(aggregate.window);
  }
  for (const ir::Provided& provided : rule.provided) {
    needs_times_ = needs_times_ || provided.kind == ir::ProvidedKind::kElapsed;
  }
  for (const ir::Stage& stage : rule.stages) {
    order_matters_ = order_matters_ || stage.count > 1;
    needs_times_ = needs_times_ || stage.window == ir::WindowUnit::kTime;
    side_by_side_ = side_by_side_ || stage.key != ir::kNone || !stage.role.empty() ||
                    ((stage.kind == ir::StageKind::kLatest || stage.kind == ir::StageKind::kNext) &&
                     stage.reach == ir::Reach::kRun);
  }
}

// Which scopes' current instances the matches of each rule keep. Readers stand behind what they read, so one
// walk from the last rule to the first hands their needs on.
void EnginePlan::AddScopes() {
  for (ir::RuleId r = static_cast<ir::RuleId>(rules_.size()); r-- > 0;) {
    const ir::Rule& rule = module_->rules[r];
    std::vector<ir::RuleId>& scopes = rules_[r].scopes;
    const auto add = [&](ir::RuleId scope) {
      if (IsDeclared(scope, *module_)) scopes.push_back(scope);
    };
    for (const ir::Provided& provided : rule.provided) add(provided.scope);
    add(rule.window.scope);
    for (const ir::Aggregate& aggregate : rule.aggregates) add(aggregate.window.scope);
    for (const ir::Explains& explains : rule.explains) add(explains.window.scope);
    for (const ir::Stage& stage : rule.stages) add(stage.scope);
    for (StageId reader : rules_[r].readers) {
      const ir::RuleId other = stages_[reader].rule;
      if (other > r) scopes.insert(scopes.end(), rules_[other].scopes.begin(), rules_[other].scopes.end());
    }
    std::sort(scopes.begin(), scopes.end());
    scopes.erase(std::unique(scopes.begin(), scopes.end()), scopes.end());
  }
}

EnginePlan::EnginePlan(const ir::Module& module, RunContext context)
    : module_(&module),
      context_(std::move(context)),
      searched_(SearchedPatterns(module)),
      prefilter_(module.patterns, searched_) {
  std::vector<std::vector<AlternateId>> by_pattern(module.patterns.size());
  fields_.resize(module.formats.size());
  for (const ir::Format& format : module.formats) {
    if (IsComputed(module, format, format.message)) computed_text_ = true;
  }
  for (ir::RuleId r = 0; r < module.rules.size(); ++r) {
    const ir::Rule& rule = module.rules[r];
    RulePlan& plan = rules_.emplace_back();
    plan.first_stage = static_cast<StageId>(stages_.size());
    for (ir::FunctionId function : {rule.finish, rule.report, rule.fix, rule.at}) {
      plan.keeps_text = plan.keeps_text || UsesText(module, function);
    }
    for (const ir::Step& step : rule.steps) {
      plan.keeps_text = plan.keeps_text || UsesText(module, step.function);
    }
    for (const ir::Provided& provided : rule.provided) {
      if (provided.kind != ir::ProvidedKind::kContext) continue;
      for (const auto& [name, text] : context_) {
        if (name == provided.name) plan.context.emplace_back(provided.slot, Value::Text(text));
      }
    }
    AddNeeds(rule);
    for (std::uint32_t s = 0; s < rule.stages.size(); ++s) {
      const ir::Stage& stage = rule.stages[s];
      StagePlan& entry = stages_.emplace_back();
      const StageId id = static_cast<StageId>(stages_.size() - 1);
      entry.rule = r;
      entry.index = s;
      entry.stage = &stage;
      entry.stores = stage.stores;
      if (stage.each_slot != ir::kNone) entry.stores.push_back(stage.each_slot);
      entry.first = static_cast<AlternateId>(alternates_.size());
      entry.reads_rule = stage.input == ir::StageInput::kRule;
      entry.reads_block = ReadsBlock(module, stage);
      if (stage.kind == ir::StageKind::kMatch || stage.kind == ir::StageKind::kThen ||
          stage.kind == ir::StageKind::kPart) {
        plan.positive.push_back(s);
      }
      entry.lazy = IsLazy(rule, stage, s);
      entry.gate = GateOf(module, stage);
      auto add = [&](ir::PatternId pattern, const ir::Alternative* alternative) {
        const AlternateId alternate = static_cast<AlternateId>(alternates_.size());
        alternates_.push_back({id, pattern, alternative});
        if (entry.reads_rule || entry.reads_block) return;
        const std::vector<ir::PatternId> callers = CallersOf(module, stage, pattern);
        for (ir::PatternId caller : callers) by_pattern[caller].push_back(alternate);
        if (!callers.empty()) return;
        entry.everywhere = true;
        if (entry.lazy) return;
        if (entry.gate) {
          fields_[stage.format].Add(*entry.gate, alternate);
          const FieldTrace trace = TraceOf(module.formats[stage.format], *entry.gate);
          if (std::find(traces_.begin(), traces_.end(), trace) == traces_.end()) traces_.push_back(trace);
        } else {
          everywhere_.push_back(alternate);
        }
      };
      if (stage.alternatives.empty()) add(ir::kNone, nullptr);
      for (const ir::Alternative& alternative : stage.alternatives) add(alternative.pattern, &alternative);
      entry.last = static_cast<AlternateId>(alternates_.size());
    }
  }
  for (StageId id = 0; id < stages_.size(); ++id) {
    const StagePlan& stage = stages_[id];
    if (stage.reads_rule && stage.stage->rule < rules_.size())
      rules_[stage.stage->rule].readers.push_back(id);
  }
  AddScopes();
  AddBlocks();

  called_starts_.push_back(0);
  for (LiteralId literal = 0; literal < prefilter_.literals().size(); ++literal) {
    const std::size_t begin = called_.size();
    for (ir::PatternId pattern : prefilter_.PatternsOf(literal)) {
      called_.insert(called_.end(), by_pattern[pattern].begin(), by_pattern[pattern].end());
    }
    const auto from = called_.begin() + static_cast<std::ptrdiff_t>(begin);
    std::sort(from, called_.end());
    called_.erase(std::unique(from, called_.end()), called_.end());
    called_starts_.push_back(static_cast<std::uint32_t>(called_.size()));
  }
}

// Who reads blocks, and which literals call for their first lines.
void EnginePlan::AddBlocks() {
  block_readers_.resize(module_->formats.size());
  for (StageId id = 0; id < stages_.size(); ++id) {
    if (stages_[id].reads_block) block_readers_[stages_[id].stage->format].push_back(id);
  }
  for (const StagePlan& stage : stages_) {  // what is read stands before its readers
    RulePlan& rule = rules_[stage.rule];
    rule.reads_blocks =
        rule.reads_blocks || stage.reads_block ||
        (stage.reads_rule && stage.stage->rule < stage.rule && rules_[stage.stage->rule].reads_blocks);
  }
  std::vector<std::vector<ir::FormatId>> by_pattern(module_->patterns.size());
  for (ir::FormatId format = 0; format < block_readers_.size(); ++format) {
    if (block_readers_[format].empty()) continue;
    reads_blocks_ = true;
    const std::vector<ir::PatternId> heads = HeadPatterns(*module_, module_->formats[format]);
    if (heads.empty()) heads_everywhere_.push_back(format);
    for (ir::PatternId head : heads) by_pattern[head].push_back(format);
  }
  head_starts_.push_back(0);
  for (LiteralId literal = 0; literal < prefilter_.literals().size(); ++literal) {
    for (ir::PatternId pattern : prefilter_.PatternsOf(literal)) {
      heads_.insert(heads_.end(), by_pattern[pattern].begin(), by_pattern[pattern].end());
    }
    head_starts_.push_back(static_cast<std::uint32_t>(heads_.size()));
  }
}

std::string EnginePlan::DescribeStage(ir::RuleId rule, std::uint32_t stage) const {
  const StagePlan& plan = stages_[rules_[rule].first_stage + stage];
  std::string text;
  if (plan.reads_rule) return "what `" + module_->rules[plan.stage->rule].name + "` finds";
  const auto quote = [this](const std::vector<ir::PatternId>& patterns, std::vector<std::string>* literals) {
    for (ir::PatternId pattern : patterns) {
      for (const auto& literal : module_->patterns[pattern].literals) {
        std::string quoted = "`" + literal.text + "`" + (literal.fold ? " in any case" : "");
        if (std::find(literals->begin(), literals->end(), quoted) == literals->end())
          literals->push_back(quoted);
      }
    }
  };
  const auto join = [](const std::vector<std::string>& literals) {
    std::string joined;
    for (std::size_t i = 0; i < literals.size(); ++i) joined += (i == 0 ? "" : " or ") + literals[i];
    return joined;
  };
  if (plan.reads_block) {
    std::vector<std::string> literals;
    quote(HeadPatterns(*module_, module_->formats[plan.stage->format]), &literals);
    text = literals.empty() ? "blocks that may begin on every record, since no literal is required"
                            : "blocks that begin with " + join(literals);
  } else if (plan.gate) {
    const ir::Format& format = module_->formats[plan.stage->format];
    text = "records of " + format.name + " whose `" + format.slots[plan.gate->field].name + "` is " + "`" +
           ToText(plan.gate->value) + "`";
  } else if (plan.everywhere) {
    text = "every record, since no literal is required";
  } else {
    std::vector<std::string> literals;
    for (AlternateId a = plan.first; a < plan.last; ++a) {
      quote(CallersOf(*module_, *plan.stage, alternates_[a].pattern), &literals);
    }
    text = "records with " + join(literals);
  }
  if (plan.lazy) text += ", while a match waits for this stage";
  return text;
}

}  // namespace faultline::runtime
