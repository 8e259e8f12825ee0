// `faultline explain RULE`: the plan of a rule in words: what finds it, what runs for it, what state it
// keeps.
#include "ir/plan.h"
#include "runtime/engine/plan.h"
#include "runtime/report/escape.h"
#include "support/diag/diagnostic.h"
#include "tools/cli/console.h"
#include "tools/cli/reports.h"
#include "tools/cli/session.h"
#include "tools/cli/verbs.h"

#include <fmt/format.h>
#include <set>

namespace faultline::cli {

namespace {

// Rules whose name is `subject` or ends with it behind a dot.
std::vector<ir::RuleId> Find(const ir::Module& module, const std::string& subject) {
  std::vector<ir::RuleId> exact, partial;
  for (ir::RuleId id = 0; id < module.rules.size(); ++id) {
    const std::string& name = module.rules[id].name;
    if (name == subject) exact.push_back(id);
    if (name.ends_with("." + subject)) partial.push_back(id);
  }
  return exact.empty() ? partial : exact;
}

int Unknown(const ir::Module& module, const std::string& subject) {
  std::vector<std::string_view> names;
  for (const ir::Rule& rule : module.rules) {
    names.push_back(rule.name);
    names.push_back(std::string_view(rule.name).substr(rule.name.rfind('.') + 1));
  }
  const std::string_view near = Nearest(subject, names);
  Remark(fmt::format(
      "no rule is called `{}`{}", subject,
      near.empty() ? "; `faultline list rules` names them" : fmt::format("; did you mean `{}`?", near)));
  return kUsage;
}

void AddFunction(std::set<ir::FunctionId>& functions, ir::FunctionId id) {
  if (id != ir::kNone) functions.insert(id);
}

// How each pattern and function of the rule runs on the chosen back end.
std::string HowItRuns(const runtime::Program& program, const ir::Rule& rule) {
  std::set<ir::PatternId> patterns;
  std::set<ir::FunctionId> functions;
  for (const ir::Stage& stage : rule.stages) {
    AddFunction(functions, stage.load);
    AddFunction(functions, stage.guard);
    AddFunction(functions, stage.join);
    for (const ir::Alternative& alternative : stage.alternatives) {
      if (alternative.pattern != ir::kNone) patterns.insert(alternative.pattern);
      AddFunction(functions, alternative.extract);
      AddFunction(functions, alternative.guard);
    }
  }
  for (const ir::FunctionId id : {rule.finish, rule.report, rule.fix, rule.at}) AddFunction(functions, id);
  std::string text = fmt::format("runs on {}:\n", program.engine_name());
  // What is equal in several rules is kept once, under the name of the first.
  auto shared = [&](const std::string& name) {
    return name.starts_with(rule.name) ? "" : " (shared: equal in another rule)";
  };
  for (const ir::PatternId id : patterns) {
    const std::string& name = program.module().patterns[id].name;
    text += fmt::format("  pattern {}: {}{}\n", name, program.HowRuns(id), shared(name));
  }
  for (const ir::FunctionId id : functions) {
    const std::string& name = program.module().functions[id].name;
    text += fmt::format("  {}: {}{}\n", name, program.HowRunsFunction(id), shared(name));
  }
  return text;
}

}  // namespace

int ExplainVerb(const Options& options) {
  const Rules rules = LoadRules(options, false);
  if (rules.exit_code != 0) return rules.exit_code;
  const ir::Module& module = *rules.compilation->module;
  const std::vector<ir::RuleId> found = Find(module, options.subject);
  if (found.empty()) return Unknown(module, options.subject);
  if (found.size() > 1) {
    std::string names;
    for (const ir::RuleId id : found) names += (names.empty() ? " " : ", ") + module.rules[id].name;
    Remark(fmt::format("`{}` may be any of:{}", options.subject, names));
    return kUsage;
  }
  const ir::Rule& rule = module.rules[found[0]];
  if (!options.emit.empty()) return Emit(options, *rules.compilation, found[0]);
  if (!options.why.empty()) return ExplainWhy(options, *rules.compilation, found[0]);

  const SourceFile& file = rules.compilation->sources.Get(rule.span.file);
  std::string text =
      fmt::format("{} {} ({}:{})\n", rule.is_event ? "event" : std::string(lang::SeverityName(rule.severity)),
                  rule.name, file.path(), file.Locate(rule.span.begin).line);
  if (!rule.doc.empty()) {
    text += "\n";
    std::string_view doc = rule.doc;
    while (!doc.empty()) {
      const std::size_t end = std::min(doc.find('\n'), doc.size());
      text += "  " + runtime::SafeText(doc.substr(0, end)) + "\n";
      doc.remove_prefix(std::min(end + 1, doc.size()));
    }
  }
  text += "\n" + ir::PrintPlan(module, found[0]);
  const runtime::EnginePlan plan(module);
  text += "\nfound by:\n";
  for (std::uint32_t stage = 0; stage < rule.stages.size(); ++stage) {
    text +=
        fmt::format("  stage {}: {}\n", stage + 1, runtime::SafeText(plan.DescribeStage(found[0], stage)));
  }
  int code = kOk;
  Options with_engine = options;
  if (options.engine == "auto") with_engine.engine = "interp";
  if (const auto program = LoadProgram(with_engine, rules.compilation->module, &code)) {
    text += "\n" + HowItRuns(*program, rule);
    if (options.engine == "auto")
      text += "  (--engine auto begins there; --engine jit shows what becomes native code)\n";
  }
  for (const std::string& link : rule.see) text += "see " + runtime::SafeText(link) + "\n";
  Out().Write(text);
  return code;
}

}  // namespace faultline::cli
