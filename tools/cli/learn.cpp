// `faultline learn`: what passing runs print, so that rules and reports can tell what is new.
//
// Lines are unwrapped as `run` unwraps them, so timestamps and step prefixes of a CI system do not matter.
// What is learned is added to the file at the end, as a whole.
#include "runtime/decode/record_stream.h"
#include "runtime/input/files.h"
#include "runtime/novelty/shapes.h"
#include "tools/cli/console.h"
#include "tools/cli/progress.h"
#include "tools/cli/session.h"
#include "tools/cli/verbs.h"
#include "tools/driver/state_place.h"

#include <fmt/format.h>
#include <unistd.h>

namespace faultline::cli {
namespace {

// True if a failure is among them.
bool SayInputErrors(const std::vector<runtime::InputError>& errors, const Options& options) {
  bool failed = false;
  for (const runtime::InputError& error : errors) {
    failed = failed || error.IsFailure();
    if (error.IsFailure() || !options.quiet) Remark(fmt::format("{}: {}", error.path, error.message));
  }
  return failed;
}

int ShowShapes(const std::string& path) {
  std::string remark;
  const auto shapes = driver::LoadShapes(path, &remark);
  if (!remark.empty()) Remark(remark);
  if (!shapes) {
    if (remark.empty()) Remark(fmt::format("{}: nothing was learned yet; faultline learn GOOD.log", path));
    return kInput;
  }
  for (const std::string& shape : shapes->Show()) Out().Write(shape + "\n");
  return kOk;
}

std::string Count(std::uint64_t number, std::string_view one) {
  return fmt::format("{} {}{}", number, one, number == 1 ? "" : "s");
}

}  // namespace

int LearnVerb(const Options& options) {
  const std::string path =
      !options.shapes.empty() ? options.shapes : driver::FindState(options.history).shapes;
  if (path.empty()) {
    Remark("there is no place for the shapes; name one: --output FILE");
    return kUsage;
  }
  if (options.show) return ShowShapes(path);
  if (options.inputs.empty() && isatty(STDIN_FILENO) != 0) {
    Remark("no GOOD log, and standard input is a terminal; name logs of passing runs");
    return kUsage;
  }
  Options reading = options;
  reading.engine = "interp";  // wrappers only
  const Rules rules = LoadRules(reading, false);
  if (rules.exit_code != 0) return rules.exit_code;
  const auto engine_options = EngineOptionsOf(reading, *rules.compilation->module);
  if (!engine_options) return kUsage;
  int code = kOk;
  const auto program = LoadProgram(reading, rules.compilation->module, &code);
  if (!program) return code;

  InstallInterrupt();
  std::vector<std::string> inputs = options.inputs;
  if (inputs.empty()) inputs.emplace_back("-");
  const runtime::InputList list = runtime::FindInputs(inputs);
  if (SayInputErrors(list.errors, options)) code = WorstExit(code, kInput);
  const char* term = std::getenv("TERM");
  Progress progress(!options.quiet && isatty(STDERR_FILENO) != 0 && term != nullptr &&
                    std::string_view(term) != "dumb");
  progress.Begin(list.files);
  novelty::ShapeSet learned;
  std::size_t files = 0;
  runtime::EvalContext context;
  context.now = engine_options->now;
  context.zone_offset = engine_options->zone_offset;
  for (const runtime::InputFile& file : list.files) {
    if (Interrupted()) break;
    runtime::InputError error;
    std::unique_ptr<runtime::ByteSource> source = runtime::OpenInput(file, &error, &Interrupted());
    if (!source) {
      progress.Clear();
      if (SayInputErrors({error}, options)) code = WorstExit(code, kInput);
      continue;
    }
    runtime::LineReader reader(progress.Watch(std::move(source), file.path), file.path,
                               engine_options->lines);
    runtime::RecordStream records(reader, *program, context, engine_options->choices);
    runtime::RecordBlock block;
    while (!Interrupted() && records.NextBlock(block)) {
      for (const runtime::RecordView& record : block.records) learned.Learn(record.context.text);
    }
    ++files;
    std::vector<runtime::InputError> errors = reader.errors();
    if (!errors.empty() || options.verbose) progress.Clear();
    if (SayInputErrors(errors, options)) code = WorstExit(code, kInput);
    if (options.verbose) Remark(fmt::format("{}: {}", file.path, records.decision().why));
  }
  progress.Clear();
  if (Interrupted()) {
    Remark("interrupted; nothing was saved");
    return WorstExit(code, kInterrupted);
  }
  if (files == 0) return code;

  const driver::Saved saved = driver::SaveShapes(learned, path, options.replace);
  if (!saved.remark.empty()) Remark(saved.remark);
  if (!saved.error.empty()) {
    Remark("what was learned could not be saved: " + saved.error);
    return WorstExit(code, kInput);
  }
  if (learned.dropped() > 0 && !options.quiet) {
    Remark(fmt::format("{} not taken up: the limit of shapes is reached", Count(learned.dropped(), "line")));
  }
  if (!options.quiet) {
    const auto grown = static_cast<std::int64_t>(saved.shapes) - static_cast<std::int64_t>(saved.before);
    Out().Write(fmt::format("learned {} of {}: {} ({:+}) of {} in {}\n", Count(learned.lines(), "line"),
                            Count(files, "file"), Count(saved.shapes, "shape"), grown,
                            Count(saved.lines, "line"), path));
  }
  return code;
}

}  // namespace faultline::cli
