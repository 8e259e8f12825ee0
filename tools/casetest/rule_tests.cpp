#include "tools/casetest/rule_tests.h"

#include "ir/text.h"
#include "runtime/aggregate/history.h"
#include "runtime/report/escape.h"
#include "support/value/time.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <map>

namespace faultline::casetest {

namespace {

// One run of a test.
struct RunOf {
  std::int64_t now = 0;
  runtime::RunContext context;
};

struct Found {
  runtime::FindingPtr finding;
  std::size_t run = 0;
};

// The frame of a finding's rule, from the fields that the finding carries and from what its run says of
// itself.
std::vector<Value> FrameOf(const ir::Rule& rule, const runtime::Finding& finding, const RunOf& run) {
  std::vector<Value> slots(rule.slots.size());
  for (const ir::Provided& provided : rule.provided) {
    if (provided.kind != ir::ProvidedKind::kContext) continue;
    for (const auto& [name, value] : run.context) {
      if (name == provided.name) slots[provided.slot] = Value::Text(value);
    }
  }
  for (std::size_t i = 0; i < rule.slots.size(); ++i) {
    if (const runtime::FindingField* field = finding.Field(rule.slots[i].name)) slots[i] = field->value;
  }
  return slots;
}

// What earlier runs of a test left behind, in memory. Looking up is linear in the series: tests are small.
class TestHistory : public aggregate::HistorySource {
 public:
  void Read(std::string_view series, const Value& key, std::int64_t from, std::int64_t to,
            const Each& each) override {
    std::vector<const Entry*> found;
    for (const Entry& entry : entries_) {
      if (entry.series == series && entry.key == ir::PrintValue(key) && entry.time >= from &&
          entry.time <= to)
        found.push_back(&entry);
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Entry* a, const Entry* b) { return a->time < b->time; });
    for (const Entry* entry : found) each(entry->time, entry->value);
  }

  void Append(std::string_view series, const Value& key, std::int64_t time, const Value& value) override {
    entries_.push_back({std::string(series), ir::PrintValue(key), time, arena_.DeepCopy(value)});
  }

 private:
  struct Entry {
    std::string series, key;
    std::int64_t time = 0;
    Value value;
  };
  std::vector<Entry> entries_;
  Arena arena_;
};

// A log that grows as the test goes on.
struct Growing {
  std::string bytes;
  bool over = false;
};

class GrowingSource final : public runtime::ByteSource {
 public:
  explicit GrowingSource(const Growing* log) : log_(log) {}
  std::size_t Read(char* buffer, std::size_t size) override {
    const std::size_t n = log_->bytes.copy(buffer, size, position_);
    position_ += n;
    return n;
  }
  runtime::AtEnd at_end() override { return log_->over ? runtime::AtEnd::kFinal : runtime::AtEnd::kLater; }

 private:
  const Growing* log_;
  std::size_t position_ = 0;
};

// A step of a run whose clock moves: an input, or `at` so much later.
struct LiveStep {
  const lower::TestItem* input = nullptr;
  std::int64_t at = 0;
};

class TestRunner {
 public:
  TestRunner(const driver::Compilation& compilation, std::shared_ptr<const runtime::Program> program,
             const runtime::EngineOptions& options)
      : compilation_(compilation),
        program_(std::move(program)),
        options_(options),
        scratch_(program_->NewScratch()) {}

  TestOutcome Run(const lower::RuleTest& test) {
    const ir::Rule& rule = program_->module().rules[test.rule];
    TestOutcome outcome;
    outcome.rule = rule.name;
    outcome.name = test.name;
    outcome.place = PlaceOf(test.span);
    std::vector<lower::TestItem> items = test.items;
    if (items.empty()) {
      lower::TestItem only;
      only.text = test.input;
      only.from = test.from;
      items.push_back(std::move(only));
    }
    for (lower::TestItem& item : items) {
      if (item.from.empty()) continue;
      std::string error;
      if (!ReadInput(test, &item, &error)) {
        outcome.passed = false;
        outcome.failure = item.from + ": " + error;
        return outcome;
      }
    }
    // History is kept from one run to the next, and so is the clock.
    TestHistory history;
    runs_.clear();
    found_.clear();
    engines_.clear();
    std::int64_t now = options_.now;
    for (std::uint32_t run = 0; run < test.runs; ++run) RunOnce(items, run, rule, &now, &history);
    Compare(test, rule, &outcome);
    return outcome;
  }

  std::string PlaceOf(Span span) const {
    const SourceFile& file = compilation_.sources.Get(span.file);
    return fmt::format("{}:{}", file.path(), file.Locate(span.begin).line);
  }

 private:
  bool ReadInput(const lower::RuleTest& test, lower::TestItem* item, std::string* error) const {
    const std::filesystem::path folder =
        std::filesystem::path(compilation_.sources.Get(test.span.file).path()).parent_path();
    auto text = driver::ReadTextFile((folder / item->from).string(), error);
    if (!text) return false;
    item->text = std::move(*text);
    return true;
  }

  // Inputs of one role are one log that goes on; between them the clock moves while nothing comes.
  static void RunLive(const std::vector<LiveStep>& steps, runtime::Engine* engine) {
    struct Log {
      Growing text;
      std::uint32_t source = 0;
      std::int64_t clock = INT64_MIN;
    };
    std::map<std::string, Log> logs;  // by role; the engine's sources look into them
    for (const LiveStep& step : steps) {
      if (step.input == nullptr) {
        for (auto& [role, log] : logs) {
          engine->Settle(log.source);
          log.clock = std::max(log.clock, engine->TimeOf(log.source));
          if (log.clock == INT64_MIN || __builtin_add_overflow(log.clock, step.at, &log.clock)) continue;
          engine->Advance(log.source, log.clock);
        }
        continue;
      }
      const auto [it, begun] = logs.try_emplace(step.input->name);
      it->second.text.bytes += step.input->text;
      // The last newline of a text between fences is not part of it; here its line is over.
      if (!step.input->text.ends_with('\n')) it->second.text.bytes += '\n';
      if (begun) {
        const std::string path = step.input->name.empty() ? "test" : step.input->name;
        it->second.source =
            engine->BeginLive(std::make_unique<GrowingSource>(&it->second.text), path, step.input->name);
      }
      while (engine->Pump()) {
      }
    }
    for (auto& [role, log] : logs) log.text.over = true;
    for (auto& [role, log] : logs) engine->EndLive(log.source, false);
  }

  // `now` is the clock, which `at` moves on.
  void RunOnce(const std::vector<lower::TestItem>& items, std::uint32_t number, const ir::Rule& rule,
               std::int64_t* now, TestHistory* history) {
    runtime::EngineOptions options = options_;
    options.history = history;
    std::vector<runtime::Input> inputs;
    std::int64_t moved = 0;
    std::vector<LiveStep> steps;  // of the run, if the clock moves between its inputs
    for (const lower::TestItem& item : items) {
      if (item.run != number) continue;
      switch (item.kind) {
        case lower::TestItemKind::kNow:
          *now = ParseTime(item.text, {}).value_or(*now);
          break;
        case lower::TestItemKind::kContext:
          std::erase_if(options.context, [&](const auto& one) { return one.first == item.name; });
          options.context.emplace_back(item.name, item.text);
          break;
        case lower::TestItemKind::kAt:
          (inputs.empty() ? *now : moved) += item.at;
          if (!inputs.empty()) steps.push_back({nullptr, item.at});
          break;
        case lower::TestItemKind::kInput: {
          steps.push_back({&item, 0});
          runtime::Input input;
          input.path = !item.from.empty()   ? item.from
                       : !item.name.empty() ? item.name
                       : inputs.empty()     ? "test"
                                            : fmt::format("test{}", inputs.size() + 1);
          input.role = item.name;
          input.open = [text = std::string_view(item.text)] { return runtime::MemorySource(text); };
          inputs.push_back(std::move(input));
          break;
        }
      }
    }
    options.now = *now;
    CollectingSink sink;
    // Values that findings took from the run's context live as long as its engine.
    runtime::Engine& engine = *engines_.emplace_back(std::make_unique<runtime::Engine>(program_, options));
    engine.AddSink(&sink);
    // Behind the last input the end of the run decides whatever still waits.
    while (!steps.empty() && steps.back().input == nullptr) steps.pop_back();
    const bool live =
        std::any_of(steps.begin(), steps.end(), [](const LiveStep& step) { return step.input == nullptr; });
    if (live) {
      RunLive(steps, &engine);
    } else {
      engine.RunAll(inputs);
    }
    engine.Finish();
    for (const runtime::FindingPtr& finding : sink.findings) {
      if (finding->rule == &rule) found_.push_back({finding, runs_.size()});
    }
    runs_.push_back({*now, options.context});
    *now += moved;
  }

  void Compare(const lower::RuleTest& test, const ir::Rule& rule, TestOutcome* outcome) {
    const std::vector<Found>& found = found_;
    std::string failure;
    if (found.size() != static_cast<std::size_t>(test.count)) {
      failure += fmt::format("expected {} finding{}, got {}\n", test.count, test.count == 1 ? "" : "s",
                             found.size());
    }
    for (std::size_t i = 0; i < test.findings.size() && i < found.size(); ++i) {
      for (const lower::TestCondition& condition : test.findings[i]) {
        const Value holds = Evaluate(condition.holds, rule, found[i]);
        if (holds.is_true()) continue;
        failure += fmt::format("finding {}: `{}` {}", i + 1, runtime::SafeText(condition.source),
                               holds.is_missing() ? "is unknown" : "is false");
        if (condition.actual != ir::kNone) {
          const Value actual = Evaluate(condition.actual, rule, found[i]);
          failure +=
              actual.is_missing() ? "; the value is missing" : "; the value is " + ir::PrintValue(actual);
        }
        failure += "\n";
      }
    }
    if (failure.empty()) return;
    outcome->passed = false;
    if (found.empty()) failure += "nothing was found\n";
    for (const Found& one : found) failure += "found: " + FindingLine(*one.finding) + "\n";
    outcome->failure = std::move(failure);
  }

  Value Evaluate(ir::FunctionId function, const ir::Rule& rule, const Found& found) {
    arena_.Reset();
    const runtime::Finding& finding = *found.finding;
    std::vector<Value> slots = FrameOf(rule, finding, runs_[found.run]);
    runtime::RecordContext record;
    record.file = finding.location.file;
    record.line = finding.location.line;
    record.column = finding.location.column;
    record.time = finding.first;
    if (!finding.evidence.empty()) record.text = record.raw = finding.evidence.front().text;
    runtime::Frame frame;
    frame.slots = slots.data();
    frame.record = &record;
    runtime::EvalContext context;
    context.arena = &arena_;
    context.now = runs_[found.run].now;
    context.zone_offset = options_.zone_offset;
    return program_->Call(function, frame, context, *scratch_);
  }

  const driver::Compilation& compilation_;
  std::shared_ptr<const runtime::Program> program_;
  runtime::EngineOptions options_;
  std::unique_ptr<runtime::Scratch> scratch_;
  std::vector<RunOf> runs_;                                // of the test at hand
  std::vector<std::unique_ptr<runtime::Engine>> engines_;  // of its runs
  std::vector<Found> found_;
  Arena arena_;
};

}  // namespace

std::string FindingLine(const runtime::Finding& finding) {
  std::string message;
  for (const char c : runtime::SafeText(finding.message)) {
    if (c == '"') message += '\\';
    message += c;
  }
  return fmt::format("{} {} {} \"{}\"", finding.location.line, finding.rule->name,
                     lang::SeverityName(finding.severity), message);
}

RuleTestReport RunRuleTests(const driver::Compilation& compilation,
                            std::shared_ptr<const runtime::Program> program,
                            const runtime::EngineOptions& options, const std::vector<std::string>& origins) {
  RuleTestReport report;
  std::map<FileId, std::string> origin_of;
  for (const driver::ParsedFile& file : compilation.files) origin_of[file.id] = file.origin;
  auto wanted = [&](Span span) {
    const auto found = origin_of.find(span.file);
    return found != origin_of.end() &&
           std::find(origins.begin(), origins.end(), found->second) != origins.end();
  };
  const ir::Module& module = program->module();
  TestRunner runner(compilation, program, options);
  std::map<ir::RuleId, std::size_t> covered;
  for (ir::RuleId id = 0; id < module.rules.size(); ++id) {
    if (module.rules[id].is_event || !wanted(module.rules[id].span)) continue;
    covered[id] = report.coverage.size();
    report.coverage.push_back({module.rules[id].name, runner.PlaceOf(module.rules[id].span), 0, 0});
  }
  for (const lower::RuleTest& test : compilation.tests) {
    if (!wanted(test.span)) continue;
    report.outcomes.push_back(runner.Run(test));
    if (const auto found = covered.find(test.rule); found != covered.end()) {
      RuleCoverage& coverage = report.coverage[found->second];
      (test.count > 0 ? coverage.hits : coverage.misses) += 1;
    }
  }
  return report;
}

}  // namespace faultline::casetest
