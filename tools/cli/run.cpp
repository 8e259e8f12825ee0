// `faultline run`: rules over logs, findings to reports, the exit code by severity.
#include "runtime/input/files.h"
#include "runtime/novelty/shapes.h"
#include "runtime/report/report.h"
#include "tools/cli/command.h"
#include "tools/cli/console.h"
#include "tools/cli/past.h"
#include "tools/cli/progress.h"
#include "tools/cli/reports.h"
#include "tools/cli/session.h"
#include "tools/cli/telling.h"
#include "tools/cli/verbs.h"
#include "tools/driver/clock.h"
#include "tools/driver/state_place.h"
#include "tools/why/format_watch.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace faultline::cli {

namespace {

// One -o: a report and the file it goes to.
struct Report {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{nullptr, &std::fclose};
  std::unique_ptr<Output> output;
  std::unique_ptr<runtime::FindingSink> sink;
  std::string name;
};

bool OpenReport(const Options& options, const OutputSpec& spec, bool to_stderr, Report* report) {
  std::FILE* stream = to_stderr ? stderr : stdout;
  runtime::Output write = Out().Writer();
  report->name = spec.file.empty() ? "standard output" : spec.file;
  if (!spec.file.empty() || to_stderr) {
    if (!spec.file.empty()) {
      report->file.reset(std::fopen(spec.file.c_str(), "wb"));
      if (!report->file) {
        Remark(fmt::format("-o {}={}: {}", spec.format, spec.file, std::strerror(errno)));
        return false;
      }
      stream = report->file.get();
    }
    report->output = std::make_unique<Output>(stream);
    write = report->output->Writer();
  }
  report->sink = MakeSink(options, spec, std::move(write), stream);
  return true;
}

// A bar is for a person who waits: not beside output that comes as it is found, on the same terminal.
bool WantsProgress(const Options& options, const std::vector<OutputSpec>& specs) {
  if (options.quiet || !options.command.empty() || isatty(STDERR_FILENO) == 0) return false;
  const char* term = std::getenv("TERM");
  if (term == nullptr || std::strcmp(term, "dumb") == 0) return false;
  for (const OutputSpec& spec : specs) {
    if (spec.file.empty() && spec.format != "human" && isatty(STDOUT_FILENO) != 0) return false;
  }
  return true;
}

std::vector<std::string> InputsOf(const Options& options) {
  std::vector<std::string> inputs = options.inputs;
  if (inputs.empty() && options.command.empty() && options.roles.empty()) inputs.emplace_back("-");
  return inputs;
}

// What cannot be read a second time.
bool IsPipe(const std::string& path) {
  struct stat status{};
  return path == "-" || stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode);
}

struct RoleFile {
  runtime::InputFile file;
  std::string role;
};

// Roles that some rule reads and no input has, and the other way round.
void SayUnreadRoles(const ir::Module& module, const Options& options) {
  if (options.roles.empty() || options.quiet) return;
  std::map<std::string, std::string> wanted;  // role -> a rule that reads it
  for (const ir::Rule& rule : module.rules) {
    for (const ir::Stage& stage : rule.stages) {
      if (!stage.role.empty()) wanted.emplace(stage.role, rule.name);
    }
  }
  std::set<std::string> given;
  for (const RoleInput& role : options.roles) given.insert(role.role);
  for (const std::string& role : given) {
    if (!wanted.contains(role))
      Remark(fmt::format("--input {}=…: no rule in force reads an input with this role", role));
  }
  for (const auto& [role, rule] : wanted) {
    if (!given.contains(role)) Remark(fmt::format("no --input {}=…, which {} reads", role, rule));
  }
}

// Those that do not come with the program, events aside: what is silent in them their author wants to know.
std::vector<ir::RuleId> OwnRules(const driver::Compilation& compilation) {
  std::set<FileId> own;
  for (const driver::ParsedFile& file : compilation.files) {
    if (file.origin != "stock") own.insert(file.id);
  }
  std::vector<ir::RuleId> rules;
  for (ir::RuleId id = 0; id < compilation.module->rules.size(); ++id) {
    const ir::Rule& rule = compilation.module->rules[id];
    if (!rule.is_event && own.contains(rule.span.file)) rules.push_back(id);
  }
  return rules;
}

}  // namespace

int RunVerb(const Options& options) {
  const Rules rules = LoadRules(options, false);
  if (rules.exit_code != 0) return rules.exit_code;
  if (!options.emit.empty()) return Emit(options, *rules.compilation);
  const std::vector<std::string> inputs = InputsOf(options);
  if (options.inputs.empty() && options.command.empty() && options.roles.empty() &&
      isatty(STDIN_FILENO) != 0) {
    Remark(
        "no INPUT, and standard input is a terminal; name a log, or pipe one: go build ./... 2>&1 | "
        "faultline run");
    return kUsage;
  }

  if (options.follow) return RunFollow(options, rules, inputs);

  auto engine_options = EngineOptionsOf(options, *rules.compilation->module);
  if (!engine_options) return kUsage;
  // A command writes as things happen, and what it writes is not to be waited for.
  if (!options.command.empty()) engine_options->order = runtime::LineOrder::kOldestFirst;
  std::vector<OutputSpec> specs = options.outputs;
  if (specs.empty()) specs.push_back({"human", ""});
  std::vector<Report> reports(specs.size());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (!OpenReport(options, specs[i], false, &reports[i])) return kUsage;
    if (specs[i].format == "human") engine_options->context_lines = 2;
  }
  int code = kOk;
  const auto program = LoadProgram(options, rules.compilation->module, &code);
  if (!program) return code;

  Past past = OpenPast(options, *rules.compilation->module, &*engine_options);
  InstallInterrupt();
  std::optional<explain::FormatWatch> watch;
  if (options.verbose) {
    watch.emplace(*program, *engine_options, OwnRules(*rules.compilation));
    engine_options->tracer = &*watch;
  }
  runtime::Engine engine(program, *engine_options);
  for (Report& report : reports) engine.AddSink(report.sink.get());

  CommandResult command;
  Telling telling;
  Progress progress(WantsProgress(options, specs));
  if (!options.command.empty()) {
    command = RunCommand(options.command, engine, &telling);
    if (!command.error.empty()) Remark(command.error);
  } else {
    std::vector<RoleFile> files;
    std::vector<runtime::InputFile> watched;
    const auto find = [&](const std::vector<std::string>& names, const std::string& role) {
      const runtime::InputList list = runtime::FindInputs(names);
      if (SayErrors(list.errors, options)) code = WorstExit(code, kInput);
      for (const runtime::InputError& error : list.errors) engine.NoteError(error);
      for (const runtime::InputFile& file : list.files) {
        files.push_back({file, role});
        watched.push_back(file);
      }
    };
    if (!inputs.empty()) find(inputs, "");
    for (const RoleInput& role : options.roles) find({role.file}, role.role);
    progress.Begin(watched);

    std::vector<runtime::Input> run_inputs;
    for (const RoleFile& file : files) {
      const auto open = [&, file]() -> std::unique_ptr<runtime::ByteSource> {
        if (Interrupted() || Out().closed()) return nullptr;
        runtime::InputError error;
        std::unique_ptr<runtime::ByteSource> source = runtime::OpenInput(file.file, &error, &Interrupted());
        if (source) {
          source = progress.Watch(std::move(source), file.file.path);
          if (!IsPipe(file.file.path)) {
            telling.ReadAgain(file.file);
            return source;
          }
          return telling.Keep(std::move(source), file.file.path == "-" ? "<stdin>" : file.file.path);
        }
        progress.Clear();
        if (SayErrors({error}, options)) code = WorstExit(code, kInput);
        engine.NoteError(error);
        return nullptr;
      };
      run_inputs.push_back({file.file.path == "-" ? "<stdin>" : file.file.path, file.role, open});
    }
    const auto say = [&](const runtime::InputResult& result, const std::string& path) {
      if (!result.errors.empty() || options.verbose) progress.Clear();
      if (SayErrors(result.errors, options)) code = WorstExit(code, kInput);
      if (options.verbose && !result.decision.why.empty())
        Remark(fmt::format("{}: {}", path, result.decision.why));
    };
    if (engine.plan().side_by_side()) {
      const std::vector<runtime::InputResult> results = engine.RunAll(run_inputs);
      for (std::size_t i = 0; i < results.size(); ++i) say(results[i], run_inputs[i].path);
    } else {
      for (const runtime::Input& input : run_inputs) {
        if (Interrupted() || Out().closed()) break;
        say(engine.RunAll({input}).front(), input.path);
      }
    }
    SayUnreadRoles(*rules.compilation->module, options);
  }
  if (watch) {
    progress.Clear();
    for (const std::string& sentence : watch->Sentences()) Remark(sentence);
    // What the run tells next reads the input again, for itself.
    engine_options->tracer = nullptr;
  }
  progress.Clear();
  const bool failed = !options.command.empty() && command.exit_code != 0;
  engine.Finish([&](runtime::RunSummary* summary) {
    if (!Telling::IsWanted(*summary, failed)) return;
    std::unique_ptr<novelty::ShapeSet> shapes;
    if (!past.shapes) {
      std::string remark;
      const std::string path = driver::FindState(options.history).shapes;
      if (!path.empty()) shapes = driver::LoadShapes(path, &remark);
      if (!remark.empty()) Remark(remark);
    }
    telling.Fill(*program, *engine_options, past.shapes ? past.shapes.get() : shapes.get(), failed, summary);
  });
  if (!Interrupted()) past.Commit(engine_options->now);
  for (Report& report : reports) {
    if (!report.output) continue;
    report.output->Flush();
    if (report.output->failed()) {
      Remark(fmt::format("{}: {}", report.name, report.output->why()));
      code = WorstExit(code, kInput);
    }
  }
  if (!options.command.empty()) return command.exit_code;
  if (FailsRun(engine.summary(), options.fail_on)) code = WorstExit(code, kFindings);
  if (Interrupted()) code = WorstExit(code, kInterrupted);
  return code;
}

}  // namespace faultline::cli
