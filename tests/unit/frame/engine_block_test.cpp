// Blocks in the engine: found by the prefilter, read by stages, in order with records, windows held open.
#include "ir/builder.h"
#include "ir/interp/interp.h"
#include "runtime/engine/engine.h"
#include "tests/unit/frame/make_block.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

namespace faultline::runtime::testing {
namespace {

const lang::Type kText(lang::TypeKind::kText);

class Findings : public FindingSink {
 public:
  void OnFinding(const FindingPtr& finding) override {
    text += finding->rule->name + "@" + std::to_string(finding->location.line) + "-" +
            std::to_string(finding->location.end_line) + " " + finding->message + "\n";
    evidence = finding->evidence.size();
  }
  void OnEnd(const RunSummary& end) override { summary = end; }
  std::string text;
  std::size_t evidence = 0;
  RunSummary summary;
};

struct Made {
  std::string text;
  std::size_t evidence = 0;
  RunSummary summary;
};

Made RunEngine(const std::shared_ptr<const ir::Module>& module, std::string_view log,
               EngineOptions options = {}) {
  const std::shared_ptr<const Program> program = ir::MakeInterpreter(module);
  Engine engine(program, std::move(options));
  Findings sink;
  engine.AddSink(&sink);
  engine.Run(MemorySource(log), "build.log");
  engine.Finish();
  return {sink.text, sink.evidence, sink.summary};
}

ir::Stage TextStage(ir::Module* module, ir::StageKind kind, const std::string& literal) {
  ir::Pattern pattern;
  pattern.name = pattern.source = pattern.regex = literal;
  pattern.literals.push_back({literal, false});
  module->patterns.push_back(pattern);
  ir::Stage stage;
  stage.kind = kind;
  ir::Alternative line;
  line.pattern = static_cast<ir::PatternId>(module->patterns.size() - 1);
  stage.alternatives.push_back(line);
  return stage;
}

// Reads the format's slot of this name into the rule's slot 0.
ir::Stage BlockStage(ir::Module* module, ir::StageKind kind, ir::FormatId format, const std::string& slot) {
  ir::Stage stage;
  stage.kind = kind;
  stage.input = ir::StageInput::kFormat;
  stage.format = format;
  ir::FunctionBuilder load(module, "load." + slot);
  for (ir::SlotId s = 0; s < module->formats[format].slots.size(); ++s) {
    if (module->formats[format].slots[s].name == slot) load.Store(0, load.Input(s, kText));
  }
  stage.load = load.Finish();
  stage.stores = {0};
  return stage;
}

void AddRule(ir::Module* module, const std::string& name, std::vector<ir::Stage> stages) {
  ir::Rule rule;
  rule.name = name;
  rule.severity = lang::Severity::kError;
  rule.slots.push_back({"value", kText, false});
  rule.stages = std::move(stages);
  ir::FunctionBuilder report(module, name + ".report");
  rule.report = report.Finish(report.Slot(0, kText));
  module->rules.push_back(std::move(rule));
}

ir::FormatId AddGoroutine(ir::Module* module) {
  return AddBlock(module, "goroutine",
                  {Line("literal:goroutine :^goroutine (?<id>\\d+) \\["),
                   Repeat("stack", {Line("^(?<func>\\w+)\\("), Line("^\\t(?<file>\\S+):")})});
}

constexpr std::string_view kLog =
    "start\n"
    "goroutine 1 [running]:\n"
    "a(0)\n"
    "\ta.go:1\n"
    "b(0)\n"
    "\tb.go:1\n"
    "c(0)\n"
    "after\n"
    "goroutine 2 [running]:\n"
    "a(0)\n"
    "\ta.go:1\n";

TEST_CASE("A rule reads blocks") {
  auto module = std::make_shared<ir::Module>();
  const ir::FormatId format = AddGoroutine(module.get());
  AddRule(module.get(), "r", {BlockStage(module.get(), ir::StageKind::kMatch, format, "id")});
  const Made found = RunEngine(module, kLog);
  CHECK(found.text == "r@2-6 1\nr@9-11 2\n");
  CHECK(found.evidence == 3);
  for (const int threads : {1, 3}) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{40}, std::size_t{1} << 20}) {
      EngineOptions options;
      options.threads = threads;
      options.lines.block_bytes = size;
      CHECK(RunEngine(module, kLog, options).text == found.text);
    }
  }
}

TEST_CASE("A block that ends late is inside the window in which it began") {
  auto module = std::make_shared<ir::Module>();
  const ir::FormatId format = AddGoroutine(module.get());
  for (const std::int64_t lines : {0, 1}) {
    ir::Stage then = BlockStage(module.get(), ir::StageKind::kThen, format, "id");
    then.window = ir::WindowUnit::kLines;
    then.amount = lines;
    AddRule(module.get(), "then" + std::to_string(lines),
            {TextStage(module.get(), ir::StageKind::kMatch, "start"), then});
    ir::Stage without = BlockStage(module.get(), ir::StageKind::kWithout, format, "id");
    without.window = ir::WindowUnit::kLines;
    without.amount = lines;
    without.after = 0;
    AddRule(module.get(), "without" + std::to_string(lines),
            {TextStage(module.get(), ir::StageKind::kMatch, "start"), without});
  }
  CHECK(RunEngine(module, kLog).text == "without0@1-1 \nthen1@1-6 1\n");
}

TEST_CASE("Many windows wait for one block") {
  auto module = std::make_shared<ir::Module>();
  const ir::FormatId format =
      AddBlock(module.get(), "b", {Line("literal:head:^head (?<h>\\d)"), Lines("body", {})});
  ir::Stage then = BlockStage(module.get(), ir::StageKind::kThen, format, "h");
  then.window = ir::WindowUnit::kLines;
  then.amount = 5000;
  AddRule(module.get(), "r", {TextStage(module.get(), ir::StageKind::kMatch, "start"), then});
  std::string log, expected;
  for (int i = 0; i < 6000; ++i) log += "start\n";
  log += "head 7\n";
  for (int i = 0; i < 15000; ++i) log += "x\n";
  const Made found = RunEngine(module, log);
  for (int i = 1001; i <= 6000; ++i) expected += "r@" + std::to_string(i) + "-21001 7\n";
  CHECK(found.text == expected);
}

TEST_CASE("A record behind a block comes after it") {
  auto module = std::make_shared<ir::Module>();
  const ir::FormatId format = AddGoroutine(module.get());
  ir::Stage then = TextStage(module.get(), ir::StageKind::kThen, "after");
  then.window = ir::WindowUnit::kLines;
  then.amount = 2;
  AddRule(module.get(), "r", {BlockStage(module.get(), ir::StageKind::kMatch, format, "id"), then});
  CHECK(RunEngine(module, kLog).text == "r@2-8 1\n");
}

TEST_CASE("Broken and truncated blocks are told") {
  auto module = std::make_shared<ir::Module>();
  const ir::FormatId format =
      AddBlock(module.get(), "b", {Line("^head (?<h>\\d)"), Line("^x"), Lines("body", {})});
  module->formats[format].limit_lines = 3;
  AddRule(module.get(), "r", {BlockStage(module.get(), ir::StageKind::kMatch, format, "h")});
  const Made found = RunEngine(module, "head 1\nhead 2\nx\n1\n2\n3\nhead 3\n");
  CHECK(found.text == "r@2-4 2\n");
  REQUIRE(found.summary.notices.size() == 2);
  CHECK(found.summary.notices[0].what == "broken_blocks");
  CHECK(found.summary.notices[0].message == "2 blocks were left out, since a required line is missing");
  CHECK(found.summary.notices[1].what == "truncated_blocks");
  CHECK(found.summary.notices[1].message == "1 block was cut off at a bound");
}

TEST_CASE("explain says what calls for blocks") {
  auto module = std::make_shared<ir::Module>();
  const ir::FormatId format = AddGoroutine(module.get());
  const ir::FormatId any = AddBlock(module.get(), "any", {Line("^(?<h>\\d)")});
  AddRule(module.get(), "r", {BlockStage(module.get(), ir::StageKind::kMatch, format, "id")});
  AddRule(module.get(), "s", {BlockStage(module.get(), ir::StageKind::kMatch, any, "h")});
  const EnginePlan plan(*module);
  CHECK(plan.DescribeStage(0, 0) == "blocks that begin with `goroutine `");
  CHECK(plan.DescribeStage(1, 0) == "blocks that may begin on every record, since no literal is required");
  CHECK(RunEngine(module, "7\nx\n8\n").text == "s@1-1 7\ns@3-3 8\n");
}

}  // namespace
}  // namespace faultline::runtime::testing
