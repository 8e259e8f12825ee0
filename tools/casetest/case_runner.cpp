#include "tools/casetest/case_runner.h"

#include "frontend/ast/dump.h"
#include "frontend/ast/format.h"
#include "ir/plan.h"
#include "ir/text.h"
#include "runtime/engine/engine.h"
#include "runtime/report/report.h"
#include "support/diag/render.h"
#include "tools/casetest/rule_tests.h"
#include "tools/driver/clock.h"
#include "tools/driver/compile.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <memory>
#include <sstream>

namespace faultline::casetest {

namespace {

constexpr char kNow[] = "2026-03-01T12:00:00Z";

// Options of a case: `args` holds --format X, --wrapper X, --max-line N, --now T, --tz Z, --stock-formats,
// --stock-rules, --redact …
struct CaseArguments {
  runtime::EngineOptions engine;
  bool redact = false;
  bool stock_rules = false;    // --stock-rules: all of them
  bool stock_formats = false;  // --stock-formats: formats and wrappers; else only what the case declares
  std::size_t max_findings = 0;
  std::string error;
};

CaseArguments ReadArguments(const CaseFile& file) {
  CaseArguments arguments;
  arguments.engine.now = *driver::NowOption(kNow);
  const Section* section = file.Find("args");
  if (section == nullptr) return arguments;
  std::istringstream words(section->text);
  std::string word, value;
  while (words >> word) {
    if (word == "--redact") {
      arguments.redact = true;
    } else if (word == "--stock-rules") {
      arguments.stock_rules = true;
    } else if (word == "--stock-formats") {
      arguments.stock_formats = true;
    } else if (!(words >> value)) {
      arguments.error = word + " has no value";
    } else if (word == "--format") {
      arguments.engine.choices.format = value;
    } else if (word == "--wrapper") {
      arguments.engine.choices.wrappers.push_back(value);
    } else if (word == "--max-line") {
      arguments.engine.lines.max_line_bytes = std::stoul(value);
    } else if (word == "--order") {
      if (value == "newest-first") arguments.engine.order = runtime::LineOrder::kNewestFirst;
      if (value == "oldest-first") arguments.engine.order = runtime::LineOrder::kOldestFirst;
    } else if (word == "--max-pending") {
      arguments.engine.limits.max_pending = std::stoul(value);
    } else if (word == "--max-findings") {
      arguments.max_findings = std::stoul(value);
    } else if (word == "--path-map") {
      arguments.engine.path_map.Add(value);
    } else if (word == "--context") {
      const std::size_t equal = value.find('=');
      if (equal == std::string::npos) arguments.error = "--context " + value + ": write KEY=VALUE";
      if (equal != std::string::npos)
        arguments.engine.context.emplace_back(value.substr(0, equal), value.substr(equal + 1));
    } else if (word == "--now") {
      arguments.engine.now = driver::NowOption(value).value_or(0);
    } else if (word == "--tz") {
      arguments.engine.zone_offset = driver::ZoneOption(value).value_or(0);
    } else {
      arguments.error = "unknown option " + word;
    }
  }
  return arguments;
}

std::string DiagnosticsText(const driver::Compilation& compilation) {
  std::string text;
  for (const Diagnostic& diagnostic : compilation.diagnostics) {
    if (diagnostic.span.IsValid() &&
        compilation.sources.Get(diagnostic.span.file).path().starts_with("stdlib-rules/"))
      continue;
    text += RenderText(diagnostic, compilation.sources, false);
    if (!text.ends_with('\n')) text += "\n";
  }
  return text.empty() ? "(none)\n" : text;
}

// An input that has come up to `end` so far.
class GrowingSource final : public runtime::ByteSource {
 public:
  GrowingSource(const std::string& bytes, const std::size_t* end, const bool* over, std::size_t position)
      : bytes_(bytes), end_(end), over_(over), position_(position) {}
  std::size_t Read(char* buffer, std::size_t size) override {
    const std::size_t n = std::min(size, *end_ - position_);
    std::copy_n(bytes_.data() + position_, n, buffer);
    position_ += n;
    return n;
  }
  runtime::AtEnd at_end() override { return *over_ ? runtime::AtEnd::kFinal : runtime::AtEnd::kLater; }

 private:
  const std::string& bytes_;
  const std::size_t* end_;
  const bool* over_;
  std::size_t position_;
};

class CaseRun {
 public:
  CaseRun(const CaseFile& file, const Settings& settings) : file_(file), settings_(settings) {}

  CaseOutcome Run() {
    outcome_.actual = file_;
    arguments_ = ReadArguments(file_);
    if (!arguments_.error.empty()) return Fail("args", arguments_.error);
    Compile();
    if (!compilation_->fault.empty()) return Fail("rule", compilation_->fault);
    bool wants_diagnostics = false;
    for (Section& section : outcome_.actual.sections) {
      if (section.kind == "diagnostics") {
        wants_diagnostics = true;
        Replace(section, DiagnosticsText(*compilation_));
      } else if (section.kind == "format") {
        Replace(section, FormattedText());
      } else if (section.kind == "ast") {
        std::string text;
        for (const driver::ParsedFile& parsed : compilation_->files) {
          if (parsed.origin != "stock") text += ast::Dump(parsed.parse.module);
        }
        Replace(section, text);
      }
    }
    if (!compilation_->module) {
      if (!wants_diagnostics) return Fail("rule", DiagnosticsText(*compilation_));
      return Compare();
    }
    if (!RunInputs()) return Compare();
    for (Section& section : outcome_.actual.sections) {
      if (section.kind == "ir")
        Replace(section, PerRule(section, [](const ir::Module& m, ir::RuleId r) { return ir::Print(m, r); }));
      if (section.kind == "plan")
        Replace(section,
                PerRule(section, [](const ir::Module& m, ir::RuleId r) { return ir::PrintPlan(m, r); }));
    }
    return Compare();
  }

 private:
  CaseOutcome Fail(std::string section, std::string why) {
    outcome_.passed = false;
    outcome_.failures.push_back({std::move(section), std::move(why)});
    return std::move(outcome_);
  }

  static void Replace(Section& section, std::string text) {
    if (!text.empty() && text.back() != '\n') text += '\n';
    section.text = std::move(text);
  }

  void Compile() {
    std::vector<driver::RuleFile> rules;
    for (const Section* section : file_.FindAll("rule")) {
      rules.push_back({section->name.empty() ? "case.fault" : section->name, section->text, "-r"});
    }
    if (arguments_.stock_rules || arguments_.stock_formats) {
      driver::AddStock(rules, arguments_.stock_rules ? driver::StockRuleFiles() : driver::StockFormatFiles());
    }
    driver::CompileOptions options;
    options.lints = file_.Find("diagnostics") != nullptr;
    options.round_trip_ast =
        settings_.round_trip_ast && file_.Find("diagnostics") == nullptr && file_.Find("ast") == nullptr;
    options.round_trip_ir = settings_.round_trip_ir;
    options.now = arguments_.engine.now;
    for (const Section* section : file_.FindAll("file")) options.tables[section->name] = section->text;
    compilation_ = driver::Compile(std::move(rules), options);
  }

  std::string FormattedText() {
    std::string text;
    for (const driver::ParsedFile& parsed : compilation_->files) {
      if (parsed.origin == "stock") continue;
      text +=
          ast::Format(compilation_->sources.Get(parsed.id).text(), parsed.parse.tokens, parsed.parse.ok).text;
    }
    return text;
  }

  template <typename Print>
  std::string PerRule(const Section& section, Print print) {
    const ir::Module& module = *compilation_->module;
    std::string text;
    for (ir::RuleId id = 0; id < module.rules.size(); ++id) {
      const std::string& name = module.rules[id].name;
      if (section.name.empty() || name == section.name || name.ends_with("." + section.name))
        text += print(module, id);
    }
    return text.empty() ? "(no such rule)\n" : text;
  }

  // The bytes of the only input, if they can come line by line; else nothing.
  std::string GrowingInput(const std::vector<runtime::Input>& inputs) const {
    if (!settings_.stops || inputs.size() != 1 || file_.Find("human") != nullptr) return {};
    if (arguments_.engine.order == runtime::LineOrder::kNewestFirst) return {};
    std::string bytes;
    for (const Section& section : file_.sections) {
      if (section.kind.starts_with("input")) bytes = InputBytes(section);
    }
    const std::unique_ptr<runtime::ByteSource> source = inputs.front().open();
    std::string read(bytes.size() + 1, '\0');
    std::size_t size = 0;
    while (size < read.size()) {
      const std::size_t n = source->Read(read.data() + size, read.size() - size);
      if (n == 0) break;
      size += n;
    }
    return read.substr(0, size) == bytes && source->encoding() == runtime::Encoding::kBytes ? bytes
                                                                                            : std::string();
  }

  static std::vector<runtime::InputResult> RunWithStops(const std::string& bytes, const std::string& path,
                                                        const std::string& role,
                                                        const std::function<void()>& make_engine,
                                                        std::unique_ptr<runtime::Engine>* engine) {
    std::size_t end = 0;
    bool over = false;
    const std::uint32_t source =
        (*engine)->BeginLive(std::make_unique<GrowingSource>(bytes, &end, &over, 0), path, role);
    while (end < bytes.size()) {
      end = std::min(bytes.find('\n', end), bytes.size() - 1) + 1;
      (*engine)->Pump();
      runtime::snapshot::Writer writer;
      (*engine)->Save(&writer);
      make_engine();
      runtime::snapshot::Reader reader(writer.bytes());
      const bool loaded =
          (*engine)->Load(&reader, [&](std::uint32_t, const std::string&, std::uint64_t position) {
            return std::make_unique<GrowingSource>(bytes, &end, &over, static_cast<std::size_t>(position));
          });
      if (!loaded) {
        runtime::InputResult refused;
        refused.errors.push_back({runtime::InputErrorKind::kRead, path, "its snapshot was refused"});
        return {refused};
      }
    }
    over = true;
    return {(*engine)->EndLive(source, false)};
  }

  bool RunInputs() {
    driver::ProgramOptions options;
    options.engine = settings_.engine;
    options.opt_level = settings_.opt_level;
    options.require_native = settings_.require_native;
    options.use_cache = !settings_.cache_directory.empty();
    options.cache_directory = settings_.cache_directory;
    driver::ProgramResult made = driver::MakeProgram(compilation_->module, options);
    if (!made.program) {
      outcome_.passed = false;
      outcome_.failures.push_back({"rule", "no native code: " + made.error});
      return false;
    }
    runtime::EngineOptions engine_options = arguments_.engine;
    engine_options.lines.block_bytes = settings_.block_bytes;
    engine_options.threads = settings_.threads;
    engine_options.context_lines = 2;
    CollectingSink collected;
    std::string json, human, github;
    runtime::JsonReport json_report([&](std::string_view t) { json.append(t); },
                                    {arguments_.redact, true, 1000});
    runtime::HumanReportOptions human_options;
    human_options.redact = arguments_.redact;
    human_options.max_findings = arguments_.max_findings;
    runtime::HumanReport human_report([&](std::string_view t) { human.append(t); }, human_options);
    runtime::GithubReport github_report([&](std::string_view t) { github.append(t); });
    std::unique_ptr<runtime::Engine> engine;
    const auto make_engine = [&] {
      engine = std::make_unique<runtime::Engine>(made.program, engine_options);
      engine->AddSink(&collected);
      engine->AddSink(&json_report);
      engine->AddSink(&human_report);
      engine->AddSink(&github_report);
    };
    make_engine();
    std::string errors;
    std::vector<runtime::Input> inputs;
    for (const Section& section : file_.sections) {
      if (!section.kind.starts_with("input")) continue;
      std::string name = section.name.empty() ? "input" : section.name, role;
      if (const std::size_t equal = name.find('='); equal != std::string::npos) {
        role = name.substr(0, equal);
        name = name.substr(equal + 1);
      }
      inputs.push_back({name, role, [bytes = InputBytes(section), name] {
                          return runtime::DecodedSource(runtime::MemorySource(bytes), name);
                        }});
    }
    const std::string growing = GrowingInput(inputs);
    const std::vector<runtime::InputResult> results =
        growing.empty()
            ? engine->RunAll(inputs)
            : RunWithStops(growing, inputs.front().path, inputs.front().role, make_engine, &engine);
    for (const runtime::InputResult& result : results) {
      for (const runtime::InputError& error : result.errors)
        errors += fmt::format("{}: {}\n", error.path, error.message);
    }
    engine->Finish();
    std::string findings;
    for (const runtime::FindingPtr& finding : collected.findings) findings += FindingLine(*finding) + "\n";
    for (Section& section : outcome_.actual.sections) {
      if (section.kind == "findings") Replace(section, findings.empty() ? "(none)\n" : findings);
      if (section.kind == "json") Replace(section, json);
      if (section.kind == "human") Replace(section, human);
      if (section.kind == "github") Replace(section, github);
      if (section.kind == "stderr") Replace(section, errors.empty() ? "(none)\n" : errors);
    }
    return true;
  }

  CaseOutcome Compare() {
    bool compared = false;
    for (std::size_t i = 0; i < file_.sections.size(); ++i) {
      const Section& wanted = file_.sections[i];
      const Section& got = outcome_.actual.sections[i];
      const bool pinned = wanted.kind != "rule" && !wanted.kind.starts_with("input") &&
                          wanted.kind != "args" && wanted.kind != "case" && wanted.kind != "file";
      compared |= pinned;
      if (!pinned || wanted.text == got.text) continue;
      outcome_.passed = false;
      outcome_.failures.push_back(
          {wanted.kind + (wanted.name.empty() ? "" : " " + wanted.name), LineDiff(wanted.text, got.text)});
    }
    if (!compared) return Fail("case", "the case pins nothing: it cannot fail");
    return std::move(outcome_);
  }

  const CaseFile& file_;
  const Settings& settings_;
  CaseArguments arguments_;
  std::unique_ptr<driver::Compilation> compilation_;
  CaseOutcome outcome_;
};

}  // namespace

std::string Settings::Name() const {
  std::string name = engine == driver::EngineChoice::kInterp ? "interp" : fmt::format("jit-O{}", opt_level);
  name += block_bytes == kByCase ? ", small blocks" : block_bytes < 1024 ? ", a line a block" : "";
  name += threads > 1 ? fmt::format(", {} threads", threads) : "";
  name += round_trip_ast ? ", tree re-read" : "";
  name += round_trip_ir ? ", IR re-read" : "";
  name += stops ? ", stopped behind each line" : "";
  return name;
}

std::vector<Settings> StoppingSettings() {
  Settings one, several;
  one.stops = several.stops = true;
  several.threads = 8;
  several.block_bytes = Settings::kByCase;
  return {one, several};
}

std::vector<Settings> AllSettings(bool with_native) {
  std::vector<Settings> all;
  for (int engine = 0; engine < (with_native ? 3 : 1); ++engine) {
    for (int cut = 0; cut < 9; ++cut) {
      for (int bits = 0; bits < 4; ++bits) {
        Settings settings;
        settings.engine = engine == 0 ? driver::EngineChoice::kInterp : driver::EngineChoice::kJit;
        settings.opt_level = engine == 1 ? 0 : 2;
        settings.require_native = engine != 0;
        if (cut % 3 == 1) settings.block_bytes = 1;
        if (cut % 3 == 2) settings.block_bytes = Settings::kByCase;
        settings.threads = cut / 3 == 0 ? 1 : cut / 3 == 1 ? 2 : 8;
        settings.round_trip_ast = (bits & 1) != 0;
        settings.round_trip_ir = (bits & 2) != 0;
        all.push_back(settings);
      }
    }
  }
  return all;
}

std::vector<Settings> PairwiseSettings(bool with_native) {
  // Greedy cover of all pairs out of the full product; deterministic, and small enough to be checked by a
  // test.
  std::vector<Settings> all = AllSettings(with_native), chosen;
  auto values = [](const Settings& s) {
    return std::vector<int>{s.engine == driver::EngineChoice::kInterp ? 0 : 1 + s.opt_level,
                            static_cast<int>(std::min<std::size_t>(s.block_bytes, 2)), s.threads,
                            s.round_trip_ast, s.round_trip_ir};
  };
  std::vector<std::vector<int>> covered;
  auto pairs_of = [&](const Settings& s) {
    std::vector<std::vector<int>> pairs;
    const std::vector<int> v = values(s);
    for (int i = 0; i < 5; ++i) {
      for (int j = i + 1; j < 5; ++j)
        pairs.push_back({i, v[static_cast<std::size_t>(i)], j, v[static_cast<std::size_t>(j)]});
    }
    return pairs;
  };
  for (;;) {
    std::size_t best_gain = 0;
    const Settings* best = nullptr;
    for (const Settings& candidate : all) {
      std::size_t gain = 0;
      for (const auto& pair : pairs_of(candidate))
        gain += std::find(covered.begin(), covered.end(), pair) == covered.end();
      if (gain > best_gain) {
        best_gain = gain;
        best = &candidate;
      }
    }
    if (best == nullptr) return chosen;
    for (auto& pair : pairs_of(*best)) {
      if (std::find(covered.begin(), covered.end(), pair) == covered.end())
        covered.push_back(std::move(pair));
    }
    chosen.push_back(*best);
  }
}

CaseOutcome RunCase(const CaseFile& file, const Settings& settings) {
  Settings own = settings;
  // Blocks may be cut anywhere: where, the case's text decides.
  if (own.block_bytes == Settings::kByCase) {
    own.block_bytes = 2 + std::hash<std::string>()(PrintCase(file)) % 300;
  }
  return CaseRun(file, own).Run();
}

}  // namespace faultline::casetest
