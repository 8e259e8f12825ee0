// From faultline_run_options to an engine's options and a program.
#include "capi/run.h"
#include "tools/driver/clock.h"
#include "tools/driver/program.h"

#include <algorithm>
#include <limits>

namespace faultline::capi {
namespace {

constexpr std::size_t kBlockBytes = 64 * 1024;  // what is pushed mostly comes in smaller pieces
constexpr std::int32_t kMaxThreads = 1024;
constexpr std::int64_t kMaxZone = 18 * 3600;
constexpr std::uint64_t kMaxLine = std::uint64_t{1} << 30;

faultline_status Refuse(const std::string& why) {
  return Fail(FAULTLINE_ERROR_ARGUMENT, why);
}

// KEY=VALUE texts; the key is not empty.
faultline_status ReadPairs(const char* const* texts, std::size_t count, const char* option,
                           std::vector<std::pair<std::string, std::string>>* pairs) {
  if (texts == nullptr && count > 0) {
    return Refuse(std::string(option) + " is NULL, its size is not 0");
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::string text = texts[i] == nullptr ? "" : texts[i];
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Refuse(std::string(option) + " `" + text + "`: write KEY=VALUE");
    }
    pairs->emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return FAULTLINE_OK;
}

faultline_status ReadNames(const Rules& rules, const faultline_run_options& options,
                           runtime::RecordChoices* choices) {
  const ir::Module& module = *rules.module();
  if (options.format != nullptr && *options.format != '\0') {
    if (runtime::FindFormat(module, options.format) == ir::kNone) {
      return Refuse(std::string("format `") + options.format + "`: there is none of this name");
    }
    choices->format = options.format;
  }
  if (options.wrapper != nullptr && *options.wrapper != '\0') {
    const std::string names = options.wrapper;
    for (std::size_t begin = 0; begin <= names.size();) {
      const std::size_t end = std::min(names.find(',', begin), names.size());
      const std::string name = names.substr(begin, end - begin);
      if (name != "none" && runtime::FindWrapper(module, name) == ir::kNone) {
        return Refuse("wrapper `" + name + "`: there is none of this name");
      }
      choices->wrappers.push_back(name);
      begin = end + 1;
    }
  }
  return FAULTLINE_OK;
}

faultline_status MakeProgram(const Rules& rules, std::int32_t engine,
                             std::shared_ptr<const runtime::Program>* program) {
  driver::ProgramOptions options;
  switch (engine) {
    case FAULTLINE_ENGINE_AUTO:
      options.engine = driver::EngineChoice::kAuto;
      break;
    case FAULTLINE_ENGINE_INTERP:
      options.engine = driver::EngineChoice::kInterp;
      break;
    case FAULTLINE_ENGINE_NATIVE:
      options.engine = driver::EngineChoice::kJit;
      break;
    case FAULTLINE_ENGINE_NATIVE_REQUIRED:
      options.engine = driver::EngineChoice::kJit;
      options.require_native = true;
      break;
    default:
      return Refuse("there is no engine " + std::to_string(engine));
  }
  const driver::ProgramResult result = rules.ProgramOf(engine, options);
  if (result.program == nullptr) return Fail(FAULTLINE_ERROR_NATIVE, "no native code: " + result.error);
  *program = result.program;
  return FAULTLINE_OK;
}

}  // namespace

faultline_status SetUpRun(const Rules& rules, const faultline_run_options* given, RunSetup* setup,
                          std::shared_ptr<const runtime::Program>* program) {
  faultline_run_options options;
  faultline_run_options_init(&options);
  if (const faultline_status status = ReadOptions(given, &options); status != FAULTLINE_OK) return status;
  if (rules.module() == nullptr) return Fail(FAULTLINE_ERROR_STATE, "the rules do not compile");
  if (options.threads < 0 || options.threads > kMaxThreads) return Refuse("threads: 0 to 1024");
  if (options.zone_offset < -kMaxZone || options.zone_offset > kMaxZone) {
    return Refuse("zone_offset: at most 18 hours in seconds");
  }
  if (options.max_line_bytes > kMaxLine) return Refuse("max_line_bytes: at most 1 GiB");

  runtime::EngineOptions& engine = setup->engine;
  engine.threads = std::max(1, options.threads);
  setup->now_is_given = options.now != FAULTLINE_NO_TIME;
  engine.now = setup->now_is_given ? options.now : *driver::NowOption("");
  engine.zone_offset = options.zone_offset;
  engine.lines.block_bytes = kBlockBytes;
  if (options.max_line_bytes > 0)
    engine.lines.max_line_bytes = static_cast<std::size_t>(options.max_line_bytes);
  if (options.max_pending > 0) engine.limits.max_pending = static_cast<std::size_t>(options.max_pending);
  if (options.max_pending_bytes > 0) engine.limits.max_bytes = options.max_pending_bytes;
  constexpr std::size_t kMaxFindings = 100'000;
  setup->max_findings =
      options.max_findings == 0 ? kMaxFindings : static_cast<std::size_t>(options.max_findings);
  std::vector<std::pair<std::string, std::string>> maps;
  faultline_status status = ReadPairs(options.context, options.context_size, "context", &engine.context);
  if (status == FAULTLINE_OK) status = ReadPairs(options.path_map, options.path_map_size, "path_map", &maps);
  if (status == FAULTLINE_OK) status = ReadNames(rules, options, &engine.choices);
  if (status == FAULTLINE_OK) status = MakeProgram(rules, options.engine, program);
  if (status != FAULTLINE_OK) return status;
  for (const auto& [from, to] : maps) engine.path_map.Add(from + "=" + to);

  std::string& choices = setup->choices;
  choices = engine.choices.format + "\n" + (options.wrapper == nullptr ? "" : options.wrapper) + "\n" +
            std::to_string(options.zone_offset) + "\n" + std::to_string(engine.lines.max_line_bytes) + "\n";
  for (const auto& [key, value] : engine.context) choices += key + "=" + value + "\n";
  return FAULTLINE_OK;
}

}  // namespace faultline::capi

void faultline_run_options_init(faultline_run_options* options) {
  if (options == nullptr) return;
  *options = {};
  options->struct_size = sizeof *options;
  options->now = FAULTLINE_NO_TIME;
}
