// Generated rules over generated logs: what the engine finds must be what a quadratic reading of
// docs/semantics.md finds (model.h).
//
// Each module has a hundred rules, as text, which go the way that a user's rules go: checker, lowering,
// passes, correlator. Each of its streams runs once in one piece on one thread, and once with another number
// of threads, cut into small blocks. A pair is one rule and one stream. Stops and snapshots are a setting of
// the cases (tests/cases), not of this test.
//
//   oracle_correlate [--modules N] [--streams N] [--seed N] [--native PLUGIN_DIRECTORY] [--plant K |
//   --plant-all]
//
// --native runs the modules on native code too. --plant K puts mistake K into the reading; the test then
// fails unless it shows. Ends with what was covered.
#include "ir/interp/interp.h"
#include "log.h"
#include "model.h"
#include "rule_spec.h"
#include "runtime/engine/engine.h"
#include "runtime/input/byte_source.h"
#include "tools/driver/compile.h"

#if FAULTLINE_HAS_JIT
#include "jit/loader/native_program.h"
#endif

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace faultline;  // NOLINT: a program, not a header

namespace {

constexpr int kRulesOfModule = 100;
constexpr int kLines = 110;

struct Options {
  int modules = 10;
  int streams = 12;
  std::uint64_t seed = 1;
  std::string native;  // a folder
  int plant = 0;
  bool plant_all = false;
};

// Reports by rule, sorted; and all of them in the order in which they were given out.
class Sink final : public runtime::FindingSink {
 public:
  explicit Sink(std::size_t rules) : by_rule(rules) {}
  void OnFinding(const runtime::FindingPtr& finding) override {
    const std::string& name = finding->rule->name;
    const auto rule = static_cast<std::size_t>(std::atoi(name.c_str() + std::strlen("gen.r")));
    by_rule[rule].push_back(finding->message);
    all += name + " " + finding->message + "\n";
  }
  void OnEnd(const runtime::RunSummary&) override {}
  void Sort() {
    for (std::vector<std::string>& found : by_rule) std::sort(found.begin(), found.end());
  }
  std::vector<std::vector<std::string>> by_rule;
  std::string all;
};

void Run(const std::shared_ptr<const runtime::Program>& program, const oracle::Log& log, int threads,
         std::size_t block, Sink* sink) {
  runtime::EngineOptions options;
  options.now = 1'772'366'400'000'000'000;
  options.threads = threads;
  options.lines.block_bytes = block;
  options.choices.wrappers = {"gen.lines"};
  runtime::Engine engine(program, options);
  engine.AddSink(sink);
  std::vector<runtime::Input> inputs;
  for (std::size_t i = 0; i < log.texts.size(); ++i) {
    inputs.push_back({std::to_string(i), "", [&text = log.texts[i]] { return runtime::MemorySource(text); }});
  }
  engine.RunAll(inputs);
  engine.Finish();
}

std::string Joined(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += " " + text;
  return joined;
}

struct Module {
  std::vector<oracle::RuleSpec> rules;
  std::vector<std::string> texts;
  std::shared_ptr<const ir::Module> compiled;
};

bool MakeModule(std::uint64_t seed, Module* module) {
  std::mt19937_64 random(seed);
  std::string source = oracle::Prelude();
  for (int i = 0; i < kRulesOfModule; ++i) {
    module->rules.push_back(oracle::MakeRule(&random));
    module->texts.push_back(oracle::TextOf(module->rules.back(), "r" + std::to_string(i)));
    source += module->texts.back();
  }
  driver::CompileOptions options;
  options.lints = false;
  const auto compilation = driver::Compile({{"gen.fault", source, "-r"}}, options);
  module->compiled = compilation->module;
  if (module->compiled) return true;
  std::printf("does not compile:\n%s\n", compilation->fault.c_str());
  for (const Diagnostic& d : compilation->diagnostics) std::printf("  %s\n", d.message.c_str());
  std::printf("%s", source.c_str());
  return false;
}

std::shared_ptr<const runtime::Program> Native(const Module& module, const std::string& folder) {
#if FAULTLINE_HAS_JIT
  jit::JitOptions options;
  options.optimisation = 0;
  options.require_native = true;
  options.use_cache = false;
  options.plugin_directory = folder;
  jit::NativeResult result = jit::MakeNativeProgram(module.compiled, options);
  if (!result.program) std::printf("no native code: %s\n", result.error.c_str());
  return std::move(result.program);
#else
  (void)module;
  std::printf("no native code: this build has none, %s\n", folder.c_str());
  return nullptr;
#endif
}

struct Outcome {
  std::int64_t pairs = 0, native_pairs = 0, findings = 0, with_findings = 0, differences = 0;
  bool broken = false;
  oracle::Coverage coverage;
};

void Check(const Options& options, int plant, bool quiet, Outcome* outcome) {
  for (int m = 0; m < options.modules; ++m) {
    const std::uint64_t seed = options.seed * 1000 + static_cast<std::uint64_t>(m);
    Module module;
    if (!MakeModule(seed, &module)) {
      outcome->broken = true;
      return;
    }
    for (const oracle::RuleSpec& rule : module.rules) oracle::Cover(rule, &outcome->coverage);
    const std::shared_ptr<const runtime::Program> interpreted = ir::MakeInterpreter(module.compiled);
    std::shared_ptr<const runtime::Program> other = interpreted;
    if (!options.native.empty()) {
      other = Native(module, options.native);
      if (!other) {
        outcome->broken = true;
        return;
      }
    }
    for (int s = 0; s < options.streams; ++s) {
      const std::uint64_t stream_seed = seed * 1000 + static_cast<std::uint64_t>(s);
      const oracle::Log log = oracle::MakeLog(stream_seed, kLines);
      Sink whole(module.rules.size());
      Run(interpreted, log, 1, 1 << 20, &whole);
      static constexpr int kThreads[] = {1, 2, 8};
      Sink cut(module.rules.size());
      Run(other, log, kThreads[s % 3], 40 + stream_seed % 400, &cut);
      if (cut.all != whole.all) {
        ++outcome->differences;
        if (!quiet) {
          std::printf("module %d, stream %d: other findings in blocks of %d bytes, on %d threads\n", m, s,
                      static_cast<int>(40 + stream_seed % 400), kThreads[s % 3]);
        }
      }
      whole.Sort();
      for (std::size_t r = 0; r < module.rules.size(); ++r) {
        const std::vector<std::string> expected = oracle::Expected(module.rules[r], log, plant);
        ++outcome->pairs;
        if (!options.native.empty()) ++outcome->native_pairs;
        outcome->findings += static_cast<std::int64_t>(expected.size());
        if (!expected.empty()) ++outcome->with_findings;
        if (expected == whole.by_rule[r]) continue;
        if (++outcome->differences > 5 || quiet) continue;
        std::vector<std::string> missing, surplus;
        std::set_difference(expected.begin(), expected.end(), whole.by_rule[r].begin(),
                            whole.by_rule[r].end(), std::back_inserter(missing));
        std::set_difference(whole.by_rule[r].begin(), whole.by_rule[r].end(), expected.begin(),
                            expected.end(), std::back_inserter(surplus));
        std::printf("module %d, stream %d\n%s  not found:%s\n  found besides:%s\n", m, s,
                    module.texts[r].c_str(), Joined(missing).c_str(), Joined(surplus).c_str());
        if (outcome->differences > 2) continue;
        for (const oracle::LogEvent& event : log.events) {
          std::printf("    #%d %c k%d v%d at %ds, input %d, stream %d, line %d, scope %d\n", event.id,
                      event.kind, event.key, event.value, static_cast<int>(event.time), event.source,
                      event.stream, event.line, event.scope);
        }
      }
    }
  }
}

bool Parse(int argc, char** argv, Options* options) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--plant-all") {
      options->plant_all = true;
      continue;
    }
    if (i + 1 == argc) return false;
    const char* value = argv[++i];
    if (word == "--modules") {
      options->modules = std::atoi(value);
    } else if (word == "--streams") {
      options->streams = std::atoi(value);
    } else if (word == "--seed") {
      options->seed = std::strtoull(value, nullptr, 10);
    } else if (word == "--native") {
      options->native = value;
    } else if (word == "--plant") {
      options->plant = std::atoi(value);
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!Parse(argc, argv, &options)) return 2;
  if (options.plant_all) {
    for (int plant = 1; plant <= oracle::kPlants; ++plant) {
      Outcome outcome;
      Check(options, plant, true, &outcome);
      std::printf("mistake %d in the reading: %lld of %lld pairs differ\n", plant,
                  static_cast<long long>(outcome.differences), static_cast<long long>(outcome.pairs));
      if (outcome.broken || outcome.differences == 0) return 1;
    }
    return 0;
  }
  Outcome outcome;
  Check(options, options.plant, options.plant != 0, &outcome);
  std::printf(
      "%lld pairs of a rule and a stream (%lld on native code, too), %lld with findings, %lld findings: "
      "%lld differences\ncovered, in rules:\n",
      static_cast<long long>(outcome.pairs), static_cast<long long>(outcome.native_pairs),
      static_cast<long long>(outcome.with_findings), static_cast<long long>(outcome.findings),
      static_cast<long long>(outcome.differences));
  for (const auto& [name, count] : outcome.coverage) {
    std::printf("  %6lld %s\n", static_cast<long long>(count), name.c_str());
  }
  const bool enough = outcome.with_findings * 5 > outcome.pairs;
  if (options.plant != 0) return outcome.broken || outcome.differences == 0;
  return outcome.broken || outcome.differences > 0 || !enough;
}
