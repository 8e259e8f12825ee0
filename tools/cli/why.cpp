// `faultline explain RULE --why INPUT[:LINE]`: why the rule found something there, or how far it came.
#include "runtime/input/files.h"
#include "runtime/report/escape.h"
#include "tools/cli/console.h"
#include "tools/cli/past.h"
#include "tools/cli/reports.h"
#include "tools/cli/session.h"
#include "tools/cli/verbs.h"
#include "tools/why/collector.h"
#include "tools/why/render.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <string>
#include <vector>

namespace faultline::cli {

namespace {

struct Place {
  std::string path;
  std::int64_t line = 0;
};

// A name that exists is a file, whatever stands in it; else digits behind the last colon are a line. False:
// they are no line.
bool ParsePlace(const std::string& text, Place* place) {
  place->path = text;
  std::error_code error;
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || std::filesystem::exists(text, error)) return true;
  const char* begin = text.data() + colon + 1;
  const char* end = text.data() + text.size();
  std::int64_t line = 0;
  const auto [at, problem] = std::from_chars(begin, end, line);
  if (at != end || begin == end) return true;
  if (problem != std::errc() || line < 1) return false;
  place->path = text.substr(0, colon);
  place->line = line;
  return true;
}

// What a repository says about the rule: why it may be silent, or other than the pack wrote it.
void AddSettings(const driver::Compilation& compilation, const ir::Rule& rule, explain::Story* story) {
  for (const sema::Setting& setting : compilation.checked.settings) {
    if (setting.target != rule.name || setting.expired) continue;
    const SourceFile& file = compilation.sources.Get(setting.span.file);
    const std::string place =
        runtime::SafeText(fmt::format("{}:{}", file.path(), file.Locate(setting.span.begin).line));
    const std::string reason = setting.reason.empty() ? "" : ": " + explain::Clip(setting.reason, 200);
    const std::string until =
        setting.until.empty() ? "" : " (until " + explain::Clip(setting.until, 40) + ")";
    switch (setting.kind) {
      case sema::SettingKind::kDisable:
        story->disabled = fmt::format("`disable` in {} turns the rule off{}{}", place, reason, until);
        story->notes.push_back(story->disabled);
        break;
      case sema::SettingKind::kOverride:
        story->notes.push_back(fmt::format("`override` in {} sets {} to {}", place,
                                           explain::Clip(setting.what, 60),
                                           explain::Clip(setting.value, 100)));
        break;
      case sema::SettingKind::kAllow:
        story->notes.push_back(fmt::format("`allow` in {} where {}{}{}", place,
                                           explain::Clip(setting.what, 100), reason, until));
        break;
    }
  }
}

// `latest`, `next` and sequences without a key look at one input: events of the others are not seen.
void AddReach(const ir::Rule& rule, std::size_t inputs, explain::Story* story) {
  if (inputs < 2) return;
  for (const ir::Stage& stage : rule.stages) {
    const bool joins = stage.kind == ir::StageKind::kLatest || stage.kind == ir::StageKind::kNext;
    if (!joins || stage.reach == ir::Reach::kRun) continue;
    const std::string_view word = stage.kind == ir::StageKind::kLatest ? "latest" : "next";
    story->notes.push_back(fmt::format(
        "`{} = {} …` sees events of the same {} only; `across run` behind it looks into the other inputs too",
        stage.alias, word, stage.reach == ir::Reach::kSource ? "input" : "stream"));
  }
  const bool keyed = std::any_of(rule.stages.begin(), rule.stages.end(),
                                 [](const ir::Stage& stage) { return stage.key != ir::kNone; });
  const auto positive = std::count_if(rule.stages.begin(), rule.stages.end(), [](const ir::Stage& stage) {
    return stage.kind == ir::StageKind::kMatch || stage.kind == ir::StageKind::kThen ||
           stage.kind == ir::StageKind::kPart;
  });
  if (!keyed && positive > 1 && rule.shape != ir::RuleShape::kAggregate) {
    story->notes.push_back(
        "without `by` all stages are of one input and stream; `by run` joins events of all inputs");
  }
}

bool WriteAnswer(const OutputSpec& spec, const std::string& text) {
  if (spec.file.empty()) {
    Out().Write(text);
    return true;
  }
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(spec.file.c_str(), "wb"),
                                                             &std::fclose);
  if (!file) {
    Remark(fmt::format("-o {}={}: {}", spec.format, spec.file, std::strerror(errno)));
    return false;
  }
  Output output(file.get());
  output.Write(text);
  output.Flush();
  if (output.failed()) Remark(fmt::format("{}: {}", spec.file, output.why()));
  return !output.failed();
}

}  // namespace

int ExplainWhy(const Options& options, const driver::Compilation& compilation, ir::RuleId rule) {
  const ir::Module& module = *compilation.module;
  explain::Question question;
  question.rule = rule;
  std::vector<runtime::Input> inputs;
  int code = kOk;
  std::vector<std::pair<runtime::InputFile, std::string>> files;
  const auto find = [&](const std::string& name, const std::string& role) {
    const runtime::InputList list = runtime::FindInputs({name});
    if (SayErrors(list.errors, options)) code = WorstExit(code, kInput);
    for (const runtime::InputFile& file : list.files) files.emplace_back(file, role);
  };
  for (const std::string& text : options.why) {
    Place place;
    if (!ParsePlace(text, &place)) {
      Remark(fmt::format("--why {}: lines count from 1", text));
      return kUsage;
    }
    if (question.file.empty()) question.file = place.path == "-" ? "<stdin>" : place.path;
    if (place.line > 0 && question.line == 0) {
      question.file = place.path == "-" ? "<stdin>" : place.path;
      question.line = place.line;
    } else if (place.line > 0) {
      Remark("--why takes one LINE");
      return kUsage;
    }
    find(place.path, "");
  }
  for (const RoleInput& role : options.roles) find(role.file, role.role);
  if (files.empty()) return WorstExit(code, kInput);

  auto engine_options = EngineOptionsOf(options, module);
  if (!engine_options) return kUsage;
  engine_options->threads = 1;
  const Past past = OpenPast(options, module, &*engine_options);
  const auto program =
      driver::MakeProgram(compilation.module, {.engine = driver::EngineChoice::kInterp}).program;

  explain::Collector collector(program, compilation.sources, question, *engine_options);
  engine_options->tracer = &collector;
  InstallInterrupt();
  runtime::Engine engine(program, *engine_options);
  collector.Attach(engine.plan());
  engine.AddSink(&collector);
  for (const auto& [file, role] : files) {
    const auto open = [&, named = file]() -> std::unique_ptr<runtime::ByteSource> {
      if (Interrupted()) return nullptr;
      runtime::InputError error;
      if (auto source = runtime::OpenInput(named, &error, &Interrupted())) return source;
      if (SayErrors({error}, options)) code = WorstExit(code, kInput);
      engine.NoteError(error);
      return nullptr;
    };
    inputs.push_back({file.path == "-" ? "<stdin>" : file.path, role, open});
  }
  std::string wrappers;
  for (const runtime::InputResult& result : engine.RunAll(inputs)) {
    if (SayErrors(result.errors, options)) code = WorstExit(code, kInput);
    if (options.verbose && !result.decision.why.empty()) Remark(result.decision.why);
  }
  engine.Finish();

  explain::Story story = collector.Take();
  if (question.line > 0 && story.last_line < question.line && !Interrupted()) {
    Remark(fmt::format("--why {}:{}: {}", question.file, question.line,
                       story.last_line == 0 ? std::string("the input has no lines")
                                            : fmt::format("the input ends at line {}", story.last_line)));
    return WorstExit(code, kUsage);
  }
  AddSettings(compilation, module.rules[rule], &story);
  AddReach(module.rules[rule], inputs.size(), &story);
  const explain::Verdict verdict = explain::Judge(story, module);
  std::vector<OutputSpec> specs = options.outputs;
  if (specs.empty()) specs.push_back({"human", ""});
  for (const OutputSpec& spec : specs) {
    const bool color = spec.file.empty() && WantColor(options.color, stdout);
    const std::string text = spec.format == "json"
                                 ? explain::ToJson(story, verdict, module)
                                 : explain::ToHuman(story, verdict, module, {color, options.verbose});
    if (!WriteAnswer(spec, text)) code = WorstExit(code, kInput);
  }
  return Interrupted() ? WorstExit(code, kInterrupted) : code;
}

}  // namespace faultline::cli
