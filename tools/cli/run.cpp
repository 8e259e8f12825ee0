// `faultline run`: rules over logs, findings to reports, the exit code by severity.
#include "runtime/history/run_history.h"
#include "runtime/input/files.h"
#include "runtime/novelty/shapes.h"
#include "runtime/report/report.h"
#include "tools/cli/command.h"
#include "tools/cli/console.h"
#include "tools/cli/progress.h"
#include "tools/cli/session.h"
#include "tools/cli/verbs.h"
#include "tools/driver/clock.h"
#include "tools/driver/state_place.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <memory>
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
  if (spec.format == "json") {
    runtime::JsonReportOptions json;
    json.redact = options.redact.value_or(false);
    report->sink = std::make_unique<runtime::JsonReport>(write, json);
  } else if (spec.format == "github") {
    runtime::GithubReportOptions github;
    github.redact = options.redact.value_or(true);
    if (const char* workspace = std::getenv("GITHUB_WORKSPACE")) github.root = workspace;
    github.max_findings = options.max_findings.value_or(0);
    report->sink = std::make_unique<runtime::GithubReport>(write, github);
  } else {
    runtime::HumanReportOptions human;
    human.color = spec.file.empty() && WantColor(options.color, stream);
    human.redact = options.redact.value_or(false);
    human.all = options.all;
    human.max_findings = options.max_findings.value_or(0);
    // Standard error has what happened to inputs; a report in a file stands alone.
    human.failures_said = spec.file.empty() && options.command.empty();
    human.remarks_said = human.failures_said && !options.quiet;
    if (const int width = TerminalWidth(stream); width >= 40) human.width = static_cast<std::size_t>(width);
    report->sink = std::make_unique<runtime::HumanReport>(write, human);
  }
  return true;
}

// Says what happened to an input; true if it is a reason for exit code 3.
bool SayErrors(const std::vector<runtime::InputError>& errors, const Options& options) {
  bool failed = false;
  for (const runtime::InputError& error : errors) {
    failed |= error.IsFailure();
    if (error.IsFailure() || !options.quiet) Remark(fmt::format("{}: {}", error.path, error.message));
  }
  return failed;
}

bool FailsRun(const runtime::RunSummary& summary, const std::string& fail_on) {
  const auto least = lang::SeverityByName(fail_on);
  if (!least) return false;  // never
  for (auto s = static_cast<std::size_t>(*least); s < summary.findings.size(); ++s) {
    if (summary.findings[s] > 0) return true;
  }
  return false;
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
  if (inputs.empty() && options.command.empty()) inputs.emplace_back("-");
  return inputs;
}

// What earlier runs left, as far as the rules ask for it. Its failures are said and cost nothing else.
struct Past {
  std::unique_ptr<history::Store> store;
  std::unique_ptr<history::RunHistory> run;
  std::unique_ptr<novelty::ShapeSet> shapes;
};

Past OpenPast(const Options& options, const ir::Module& module, runtime::EngineOptions* engine) {
  Past past;
  bool asks_history = false, asks_shapes = false;
  for (const ir::Rule& rule : module.rules) {
    for (const ir::Aggregate& aggregate : rule.aggregates) {
      asks_history = asks_history || aggregate.form == ir::AggregateForm::kHistory;
    }
    for (const ir::Provided& provided : rule.provided) {
      asks_shapes = asks_shapes || provided.kind == ir::ProvidedKind::kNovel;
    }
  }
  if (!asks_history && !asks_shapes) return past;
  const driver::StatePlace place = driver::FindState(options.history);
  if (asks_history && !place.history.empty()) {
    history::Opened opened = history::Store::Open(place.history);
    if (opened.error) Remark(driver::Sentence(*opened.error));
    past.store = std::move(opened.store);
    std::vector<std::string> bad;
    past.run = std::make_unique<history::RunHistory>(
        past.store.get(), driver::ScopeOf(driver::RunContext(options.context, &bad), place));
    engine->history = past.run.get();
  }
  if (asks_shapes) {
    std::string remark;
    past.shapes = driver::LoadShapes(place.shapes, &remark);
    if (!remark.empty()) Remark(remark);
    engine->shapes = past.shapes.get();
  }
  return past;
}

}  // namespace

int RunVerb(const Options& options) {
  if (!options.roles.empty()) {
    Remark("--input ROLE=FILE: no rule in force reads an input with a role");
    return kUsage;
  }
  const Rules rules = LoadRules(options, false);
  if (rules.exit_code != 0) return rules.exit_code;
  if (!options.emit.empty()) return Emit(options, *rules.compilation);
  const std::vector<std::string> inputs = InputsOf(options);
  if (options.inputs.empty() && options.command.empty() && isatty(STDIN_FILENO) != 0) {
    Remark(
        "no INPUT, and standard input is a terminal; name a log, or pipe one: go build ./... 2>&1 | "
        "faultline run");
    return kUsage;
  }

  auto engine_options = EngineOptionsOf(options, *rules.compilation->module);
  if (!engine_options) return kUsage;
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

  const Past past = OpenPast(options, *rules.compilation->module, &*engine_options);
  InstallInterrupt();
  runtime::Engine engine(program, *engine_options);
  for (Report& report : reports) engine.AddSink(report.sink.get());

  CommandResult command;
  Progress progress(WantsProgress(options, specs));
  if (!options.command.empty()) {
    command = RunCommand(options.command, engine);
    if (!command.error.empty()) Remark(command.error);
  } else {
    const runtime::InputList list = runtime::FindInputs(inputs);
    if (SayErrors(list.errors, options)) code = WorstExit(code, kInput);
    for (const runtime::InputError& error : list.errors) engine.NoteError(error);
    progress.Begin(list.files);
    for (const runtime::InputFile& file : list.files) {
      if (Interrupted() || Out().closed()) break;
      runtime::InputError error;
      std::unique_ptr<runtime::ByteSource> source = runtime::OpenInput(file, &error, &Interrupted());
      if (!source) {
        progress.Clear();
        if (SayErrors({error}, options)) code = WorstExit(code, kInput);
        engine.NoteError(error);
        continue;
      }
      const runtime::InputResult result =
          engine.Run(progress.Watch(std::move(source), file.path), file.path == "-" ? "<stdin>" : file.path);
      if (!result.errors.empty() || options.verbose) progress.Clear();
      if (SayErrors(result.errors, options)) code = WorstExit(code, kInput);
      if (options.verbose && !result.decision.why.empty())
        Remark(fmt::format("{}: {}", file.path, result.decision.why));
    }
  }
  progress.Clear();
  engine.Finish();
  if (past.run && !Interrupted()) {
    if (const auto error = past.run->Commit(engine_options->now)) Remark(driver::Sentence(*error));
    if (past.run->error()) Remark(driver::Sentence(*past.run->error()));
  }
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
