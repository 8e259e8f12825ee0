#include "jit/loader/native_program.h"

#include "ir/text.h"
#include "jit/layout.h"
#include "jit/loader/disk_cache.h"
#include "jit/loader/existence.h"
#include "jit/loader/matcher.h"
#include "jit/loader/plugin.h"
#include "support/regex/search.h"
#include "support/regex/syntax.h"
#include "support/regex/utf8.h"

#include <algorithm>
#include <fmt/format.h>

namespace faultline::jit {
namespace {

// States of an existence automaton, for each pattern and mode: 256 columns of them are at most 2 MiB.
constexpr std::uint32_t kMaxExistenceStates = 2000;
constexpr std::uint32_t kInitialJobs = 256;
constexpr std::uint64_t kMaxJobs = std::uint64_t{1} << 22;
constexpr std::size_t kBuiltinCount = static_cast<std::size_t>(ir::Builtin::kStream) + 1;

// The plugin's buffers, released where they go out of scope.
class PluginBuffer {
 public:
  explicit PluginBuffer(const OpenedPlugin& plugin) : plugin_(plugin) {}
  PluginBuffer(const PluginBuffer&) = delete;
  PluginBuffer& operator=(const PluginBuffer&) = delete;
  ~PluginBuffer() {
    if (buffer_.data != nullptr) {
      plugin_.functions.release_buffer(&buffer_);
    }
  }
  Buffer* get() { return &buffer_; }
  std::string_view text() const {
    return buffer_.data == nullptr ? std::string_view("out of memory")
                                   : std::string_view(buffer_.data, buffer_.size);
  }

 private:
  const OpenedPlugin& plugin_;
  Buffer buffer_{};
};

// A pattern's programs and how it is to run.
struct PatternPlan {
  regex::ProgPtr
      program[2];         // by TextMode; null: does not compile and matches nothing, as in the interpreter
  bool native = false;    // both modes
  bool one_mode = false;  // both programs are the same: no text needs to be validated
  std::string how = "native";
};

std::vector<PatternPlan> PlanPatterns(const ir::Module& module, const JitOptions& options) {
  std::vector<PatternPlan> plans(module.patterns.size());
  for (std::size_t id = 0; id < plans.size(); ++id) {
    PatternPlan& plan = plans[id];
    std::optional<regex::Flags> flags = regex::ParseFlags(module.patterns[id].flags);
    if (flags) {
      regex::Result<regex::Regex> made = regex::Regex::Make(module.patterns[id].regex, *flags);
      if (made.ok()) {
        plan.program[kUtf8] = made->prog(regex::Encoding::kUtf8);
        plan.program[kBytes] = made->prog(regex::Encoding::kBytes);
        plan.one_mode = plan.program[kUtf8] == plan.program[kBytes];
      }
    }
    std::uint32_t size = 0;
    for (const regex::ProgPtr& program : plan.program) {
      size = std::max(size, program == nullptr ? 0 : program->size());
    }
    plan.native = size <= options.max_native_instructions;
    if (!plan.native) {
      plan.how = fmt::format("tables: {} instructions, native code takes up to {}", size,
                             options.max_native_instructions);
    }
  }
  return plans;
}

int Optimisation(const ir::Module& module, const std::vector<PatternPlan>& plans, const JitOptions& options) {
  if (options.optimisation >= 0) {
    return std::min(options.optimisation, 2);
  }
  std::size_t cost = module.functions.size() * 12;
  for (const PatternPlan& plan : plans) {
    for (const regex::ProgPtr& program : plan.program) {
      cost += plan.native && program != nullptr ? program->size() : 0;
    }
  }
  return cost > options.max_cost_of_o1 ? 0 : 1;
}

// Everything that the object depends on. The patterns' instructions stand in it too, since a pattern's text
// does not tell which automaton a version of support/regex makes of it.
std::string KeyText(const ir::Module& module, const std::vector<PatternPlan>& plans,
                    const OpenedPlugin& plugin, const JitOptions& options) {
  std::string text = fmt::format(
      "faultline {}; abi {}; layout {:016x}; {}; O{}; verify {}; inline {}; wrong {}; size {}\n{}",
      FAULTLINE_VERSION, kAbiVersion, LayoutHash(), plugin.identity, Optimisation(module, plans, options),
      options.verify, options.inline_operations, options.wrong_on_purpose, options.max_native_instructions,
      ir::Print(module));
  for (const PatternPlan& plan : plans) {
    for (const regex::ProgPtr& program : plan.program) {
      if (program == nullptr) {
        text += "none\n";
        continue;
      }
      text += fmt::format("start {} size {}\n", program->start(), program->size());
      text.append(reinterpret_cast<const char*>(program->insts().data()),
                  program->insts().size() * sizeof(regex::Inst));
    }
  }
  return text;
}

std::int32_t AskCancelled(void* cookie) {
  return (*static_cast<const std::function<bool()>*>(cookie))() ? 1 : 0;
}

// Runs the plugin's compiler; a message is an error.
std::string CompileWith(const OpenedPlugin& plugin, const ir::Module& module,
                        const std::vector<PatternPlan>& plans, const JitOptions& options, Output kind,
                        PluginBuffer* result) {
  std::vector<std::unique_ptr<ExistenceAutomaton>> automata;
  std::vector<ExistenceTable> tables(2 * plans.size());
  std::vector<PatternSource> sources(2 * plans.size());
  for (std::size_t id = 0; id < plans.size(); ++id) {
    for (std::size_t mode : {kUtf8, kBytes}) {
      const regex::Prog* program = plans[id].program[mode].get();
      PatternSource& source = sources[2 * id + mode];
      if (!plans[id].native || program == nullptr) {
        continue;
      }
      if (mode == kBytes && plans[id].one_mode) {
        source = sources[2 * id];  // the plugin makes code of equal sources once
        continue;
      }
      source.program = program;
      if (auto automaton = BuildExistence(*program, kMaxExistenceStates)) {
        tables[2 * id + mode] = automaton->view();
        source.existence = &tables[2 * id + mode];
        automata.push_back(std::move(automaton));
      }
      if (options.cancelled && options.cancelled()) {
        return "cancelled";
      }
    }
  }
  CompileRequest request{};
  request.module = &module;
  request.patterns = sources.data();
  request.optimisation = static_cast<std::uint32_t>(Optimisation(module, plans, options));
  request.verify = options.verify ? 1 : 0;
  request.wrong_on_purpose = options.wrong_on_purpose;
  request.inline_operations = options.inline_operations ? 1 : 0;
  request.output = kind;
  std::function<bool()> cancelled = options.cancelled;
  if (cancelled) {
    request.cancelled = AskCancelled;
    request.cookie = &cancelled;
  }
  PluginBuffer error(plugin);
  if (plugin.functions.compile(&request, result->get(), error.get()) != 0) {
    return std::string(error.text());
  }
  return "";
}

}  // namespace

bool GrowJobs(MatchMemory* memory) {
  auto* owned = static_cast<OwnedMemory*>(memory);
  if (owned->job_capacity >= kMaxJobs) {
    return false;
  }
  owned->job_storage.resize(std::max<std::size_t>(kInitialJobs, owned->job_storage.size() * 2));
  owned->jobs = owned->job_storage.data();
  owned->job_capacity = owned->job_storage.size();
  return true;
}

// ---------------------------------------------------------------- the program

class NativeProgram final : public runtime::Program {
 public:
  NativeProgram(std::shared_ptr<const ir::Module> module, std::vector<PatternPlan> plans,
                const JitOptions& options, const OpenedPlugin& plugin)
      : module_(std::move(module)),
        plans_(std::move(plans)),
        max_visited_bytes_(options.max_visited_bytes),
        plugin_(plugin) {
    for (const ir::Function& function : module_->functions) {
      bool uses =
          std::any_of(function.instructions.begin(), function.instructions.end(),
                      [](const ir::Instruction& i) { return i.kind == ir::InstructionKind::kBuiltin; });
      uses_builtins_.push_back(uses ? 1 : 0);
    }
  }
  NativeProgram(const NativeProgram&) = delete;
  NativeProgram& operator=(const NativeProgram&) = delete;

  ~NativeProgram() override {
    if (handle_ != nullptr) {
      plugin_.functions.unload(handle_);
    }
  }

  std::string Load(std::string_view object) {
    PluginBuffer error(plugin_);
    if (plugin_.functions.load(object.data(), object.size(), &handle_, &table_, error.get()) != 0) {
      handle_ = nullptr;
      return std::string(error.text());
    }
    if (table_->abi_version != kAbiVersion || table_->function_count != module_->functions.size() ||
        table_->pattern_count != module_->patterns.size()) {
      return "the object is of another program";
    }
    return "";
  }

  const ir::Module& module() const override { return *module_; }
  std::shared_ptr<const ir::Module> shared_module() const { return module_; }

  std::unique_ptr<runtime::Scratch> NewScratch() const override { return std::make_unique<NativeScratch>(); }

  bool Match(ir::PatternId pattern, std::string_view text, std::span<runtime::CaptureSpan> captures,
             runtime::Scratch& scratch) const override {
    return MatchIn(pattern, text, captures, static_cast<NativeScratch&>(scratch));
  }

  bool MatchIn(ir::PatternId pattern, std::string_view text, std::span<runtime::CaptureSpan> captures,
               NativeScratch& scratch) const {
    const PatternPlan& plan = plans_[pattern];
    bool valid = plan.one_mode || regex::IsAscii(text) || regex::IsValidUtf8(text);
    TextMode mode = valid ? kUtf8 : kBytes;
    const regex::Prog* program = plan.program[mode].get();
    if (program == nullptr) {
      return false;
    }
    text = text.substr(0, regex::kMaxTextSize);
    if (!plan.native) {
      return scratch.tables.Match(*program, text, captures);
    }
    const NativePattern& code = table_->patterns[pattern];
    auto size = static_cast<std::int64_t>(text.size());
    if (code.exists[mode] != nullptr) {
      if (code.exists[mode](text.data(), size) == 0) {
        return false;
      }
      if (captures.empty()) {
        return true;
      }
    }
    std::uint64_t words = (std::uint64_t{code.visited_bits[mode]} * (text.size() + 1) + 63) / 64;
    OwnedMemory& memory = scratch.memory;
    if (words * 8 > max_visited_bytes_) {
      return scratch.tables.Match(*program, text, captures);
    }
    if (memory.visited_storage.size() < words) {
      memory.visited_storage.resize(words);
      memory.visited = memory.visited_storage.data();
      memory.visited_capacity = memory.visited_storage.size();
    }
    auto groups = static_cast<std::size_t>(program->num_groups());
    if (memory.register_storage.size() < 2 * groups) {
      memory.register_storage.resize(2 * groups);
      memory.registers = memory.register_storage.data();
    }
    std::int32_t found = code.match[mode](text.data(), size, &memory);
    if (found < 0) {
      return scratch.tables.Match(*program, text, captures);
    }
    if (found == 0) {
      return false;
    }
    for (std::size_t group = 0; group < captures.size(); ++group) {
      captures[group] =
          group < groups ? runtime::CaptureSpan{memory.registers[2 * group], memory.registers[2 * group + 1]}
                         : runtime::CaptureSpan{};
    }
    return true;
  }

  Value Call(ir::FunctionId function, const runtime::Frame& frame, runtime::EvalContext& context,
             runtime::Scratch& scratch) const override {
    Matcher matcher{this, &static_cast<NativeScratch&>(scratch)};
    Value builtins[kBuiltinCount];
    if (uses_builtins_[function] != 0) {
      FillBuiltins(frame, context, builtins);
    }
    NativeFrame native{};
    native.slots = frame.slots;
    native.subject = frame.subject.data();
    native.subject_size = frame.subject.size();
    native.captures = frame.captures.data();
    native.capture_count = frame.captures.size();
    native.input = frame.input;
    native.builtins = builtins;
    native.matcher = &matcher;
    Value result;
    table_->functions[function](&context, &native, &result);
    return result;
  }

  std::string_view HowRuns(ir::PatternId pattern) const override { return plans_[pattern].how; }
  std::string_view HowRunsFunction(ir::FunctionId) const override { return "native"; }
  std::string_view engine_name() const override { return "jit"; }

 private:
  static void FillBuiltins(const runtime::Frame& frame, const runtime::EvalContext& context,
                           Value* builtins) {
    auto at = [&](ir::Builtin builtin) -> Value& { return builtins[static_cast<std::size_t>(builtin)]; };
    at(ir::Builtin::kNow) = Value::Integer(ValueKind::kTime, context.now);
    if (frame.record == nullptr) {
      return;
    }
    const runtime::RecordContext& record = *frame.record;
    at(ir::Builtin::kLogFile) = Value::Text(record.file);
    at(ir::Builtin::kLogLine) = Value::Int(record.line);
    at(ir::Builtin::kLogColumn) = record.column > 0 ? Value::Int(record.column) : Value::Missing();
    at(ir::Builtin::kText) = Value::Text(record.text);
    at(ir::Builtin::kRawText) = Value::Text(record.raw);
    at(ir::Builtin::kTime) = record.time;
    at(ir::Builtin::kStream) = record.stream;
  }

  std::shared_ptr<const ir::Module> module_;
  std::vector<PatternPlan> plans_;
  std::vector<std::uint8_t> uses_builtins_;
  std::uint64_t max_visited_bytes_;
  const OpenedPlugin& plugin_;
  void* handle_ = nullptr;
  const NativeTable* table_ = nullptr;
};

bool Matcher::Exists(ir::PatternId pattern, std::string_view text) const {
  return program->MatchIn(pattern, text, {}, *scratch);
}

NativeResult MakeNativeProgram(std::shared_ptr<const ir::Module> module, const JitOptions& options) {
  NativeResult result;
  const OpenedPlugin* plugin = OpenPlugin(options.plugin_directory, &result.error);
  if (plugin == nullptr) {
    return result;
  }
  std::vector<PatternPlan> plans = PlanPatterns(*module, options);
  if (options.require_native) {
    for (std::size_t id = 0; id < plans.size(); ++id) {
      if (!plans[id].native) {
        result.error =
            fmt::format("pattern {} does not run natively: {}", module->patterns[id].name, plans[id].how);
        return result;
      }
    }
  }
  const ir::Module& source = *module;
  auto program = std::make_unique<NativeProgram>(std::move(module), plans, options, *plugin);

  std::string directory =
      options.cache_directory.empty() ? DiskCache::DefaultDirectory() : options.cache_directory;
  DiskCache cache(options.use_cache ? directory : "", options.cache_limit);
  std::string key;
  if (options.use_cache) {
    key = DiskCache::Key(KeyText(source, plans, *plugin, options));
    if (std::optional<std::string> object = cache.Get(key)) {
      if (program->Load(*object).empty()) {
        result.from_cache = true;
        result.program = std::move(program);
        return result;
      }
      cache.Remove(key);
      program = std::make_unique<NativeProgram>(program->shared_module(), plans, options, *plugin);
    }
  }
  PluginBuffer object(*plugin);
  result.error = CompileWith(*plugin, source, plans, options, Output::kObject, &object);
  if (result.error.empty()) {
    result.error = program->Load(object.text());
  }
  if (!result.error.empty()) {
    return result;
  }
  if (options.use_cache) {
    cache.Put(key, object.text());
  }
  result.program = std::move(program);
  return result;
}

EmitResult EmitNative(const ir::Module& module, EmitKind kind, const JitOptions& options) {
  EmitResult result;
  const OpenedPlugin* plugin = OpenPlugin(options.plugin_directory, &result.error);
  if (plugin == nullptr) {
    return result;
  }
  PluginBuffer text(*plugin);
  Output output = kind == EmitKind::kLlvm ? Output::kLlvm : Output::kAssembly;
  result.error = CompileWith(*plugin, module, PlanPatterns(module, options), options, output, &text);
  if (result.error.empty()) {
    result.text = text.text();
  }
  return result;
}

}  // namespace faultline::jit
