#include "tools/cli/session.h"

#include "frontend/ast/dump.h"
#include "ir/plan.h"
#include "ir/text.h"
#include "runtime/decode/record_stream.h"
#include "support/diag/render.h"
#include "tools/cli/console.h"
#include "tools/cli/verbs.h"
#include "tools/driver/clock.h"

#include <algorithm>
#include <fmt/format.h>
#include <signal.h>
#include <thread>
#include <unistd.h>

namespace faultline::cli {

namespace {
std::atomic<bool> interrupted{false};

extern "C" void OnInterrupt(int) {
  if (interrupted.exchange(true)) _exit(kInterrupted);
}
}  // namespace

const std::atomic<bool>& Interrupted() {
  return interrupted;
}

void InstallInterrupt() {
  struct sigaction action{};
  action.sa_handler = OnInterrupt;  // without SA_RESTART: a read that waits comes back
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

void PrintDiagnostics(const driver::Compilation& compilation, const Options& options, bool to_stdout) {
  std::FILE* stream = to_stdout ? stdout : stderr;
  const bool color = WantColor(options.color, stream);
  std::string text;
  for (const Diagnostic& diagnostic : compilation.diagnostics) {
    text += RenderText(diagnostic, compilation.sources, color);
    text += "\n";
  }
  if (!compilation.diagnostics.empty()) text += SummaryLine(compilation.diagnostics) + "\n";
  if (to_stdout) {
    Out().Write(text);
  } else {
    Out().Flush();
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
}

// A file would find the stock rules too; `-e` reads the formats alone.
void SayWhatInlineRulesSee(driver::Compilation& compilation) {
  for (Diagnostic& diagnostic : compilation.diagnostics) {
    const std::string_view code = diagnostic.code();
    if (code != "FL0202" && code != "FL0210") continue;
    diagnostic.Note("`-e` sees the stock formats and wrappers; `-r stdlib` beside it adds the stock rules");
  }
}

Rules LoadRules(const Options& options, bool lints, bool tests) {
  Rules rules;
  driver::RuleFiles found;
  driver::CompileOptions compile;
  compile.lints = lints;
  compile.tests = tests;
  compile.keep_unread = options.verb == Verb::kExplain;
  compile.keep_apart = !options.why.empty();
  if (const auto now = driver::NowOption(options.now)) compile.now = *now;
  if (options.expression) {
    if (!options.rules.empty()) {
      found = driver::FindRuleFiles(options.rules);
    } else {
      found.files = driver::StockFormatFiles();
    }
    found.files.push_back({"-e", *options.expression, "-e"});
    compile.inline_rules = true;
  } else {
    found = driver::FindRuleFiles(options.rules);
  }
  for (const driver::FileError& error : found.errors) {
    Remark(fmt::format("{}: {}", error.path, error.message));
    rules.exit_code = kUsage;
  }
  if (rules.exit_code != 0) return rules;
  rules.repository_rules = found.repository_rules;
  rules.compilation = driver::Compile(std::move(found.files), compile);
  if (!rules.compilation->fault.empty()) {
    Remark("this is a fault of ours: " + rules.compilation->fault);
    rules.exit_code = kFault;
  } else if (rules.compilation->has_errors() || (lints && !rules.compilation->diagnostics.empty())) {
    if (options.expression && options.rules.empty()) SayWhatInlineRulesSee(*rules.compilation);
    PrintDiagnostics(*rules.compilation, options);
    if (rules.compilation->has_errors()) rules.exit_code = kUsage;
  }
  return rules;
}

driver::ProgramOptions ProgramOptionsOf(const Options& options) {
  driver::ProgramOptions program;
  program.engine = driver::EngineByName(options.engine);
  program.opt_level = options.opt_level;
  program.require_native = options.require_native;
  program.use_cache = !options.no_cache;
  return program;
}

std::shared_ptr<const runtime::Program> LoadProgram(const Options& options,
                                                    std::shared_ptr<const ir::Module> module, int* code) {
  auto say = [quiet = options.quiet](const std::string& remark) {
    if (!quiet) Remark(remark);
  };
  driver::ProgramResult result = driver::MakeProgram(std::move(module), ProgramOptionsOf(options), say);
  if (!result.remark.empty()) say(result.remark);
  if (!result.program) {
    Remark("native code is required: " + result.error);
    *code = kUsage;
  }
  return result.program;
}

std::optional<runtime::EngineOptions> EngineOptionsOf(const Options& options, const ir::Module& module) {
  runtime::EngineOptions engine;
  const auto now = driver::NowOption(options.now);
  const auto zone = driver::ZoneOption(options.zone);
  if (!now) Remark(fmt::format("--now {}: not a time; write 2026-03-01T12:00:00Z", options.now));
  if (!zone) Remark(fmt::format("--tz {}: not a zone; write +02:00", options.zone));
  if (!now || !zone) return std::nullopt;
  engine.now = *now;
  engine.zone_offset = *zone;
  engine.threads = options.threads > 0 ? options.threads
                                       : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  engine.lines.max_line_bytes = options.max_line;
  engine.order = options.order == "newest-first"   ? runtime::LineOrder::kNewestFirst
                 : options.order == "oldest-first" ? runtime::LineOrder::kOldestFirst
                                                   : runtime::LineOrder::kDetect;
  engine.stop = &Interrupted();
  std::vector<std::string> bad;
  for (driver::ContextEntry& entry : driver::RunContext(options.context, &bad)) {
    engine.context.emplace_back(std::move(entry.key), std::move(entry.value));
  }
  for (const std::string& text : bad) Remark(fmt::format("--context {}: write KEY=VALUE", text));
  if (!bad.empty()) return std::nullopt;
  for (const PathMapping& map : options.path_maps) engine.path_map.Add(map.from + "=" + map.to);
  if (!options.format.empty()) {
    if (runtime::FindFormat(module, options.format) == ir::kNone) {
      Remark(fmt::format("--format {}: no such format; `faultline list formats` names them", options.format));
      return std::nullopt;
    }
    engine.choices.format = options.format;
  }
  if (!options.wrapper.empty()) {
    for (std::size_t begin = 0; begin <= options.wrapper.size();) {
      const std::size_t end = std::min(options.wrapper.find(',', begin), options.wrapper.size());
      const std::string name = options.wrapper.substr(begin, end - begin);
      if (name != "none" && runtime::FindWrapper(module, name) == ir::kNone) {
        Remark(fmt::format("--wrapper {}: no such wrapper; `faultline list wrappers` names them", name));
        return std::nullopt;
      }
      engine.choices.wrappers.push_back(name);
      begin = end + 1;
    }
  }
  return engine;
}

int Emit(const Options& options, const driver::Compilation& compilation, std::optional<ir::RuleId> rule) {
  if (options.emit == "ast") {
    for (const driver::ParsedFile& file : compilation.files) {
      if (file.origin == "stock") continue;
      Out().Write(ast::Dump(file.parse.module));
    }
    return kOk;
  }
  const ir::Module& module = *compilation.module;
  if (options.emit == "ir") {
    Out().Write(rule ? ir::Print(module, *rule) : ir::Print(module));
  } else if (options.emit == "plan") {
    for (ir::RuleId id = 0; id < module.rules.size(); ++id) {
      if (!rule || *rule == id) Out().Write(ir::PrintPlan(module, id));
    }
  } else {
    const driver::EmitText emitted = driver::EmitNativeText(module, options.emit, ProgramOptionsOf(options));
    if (!emitted.error.empty()) {
      Remark("--emit " + options.emit + ": " + emitted.error);
      return kUsage;
    }
    Out().Write(emitted.text);
  }
  return kOk;
}

}  // namespace faultline::cli
