// The whole engine: the same findings for every block size and number of threads, places in the original
// file, lines around the evidence, formats and fields.
#include "runtime/engine/engine.h"

#include "ir/builder.h"
#include "ir/interp/interp.h"
#include "make_module.h"
#include "runtime/engine/finding_maker.h"
#include "runtime/report/report.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

namespace faultline::runtime::testing {
namespace {

using ir::StageKind;
using ir::WindowUnit;

std::string AllJson(const RunResult& result) {
  std::string text;
  for (const FindingPtr& finding : result.findings) {
    text += FindingToJson(*finding);
    for (const Evidence& evidence : finding->evidence) {
      text += " [" + std::to_string(evidence.mark) + "+" + std::to_string(evidence.mark_size);
      for (const auto* lines : {&evidence.before, &evidence.after}) {
        for (const ContextLine& line : *lines) text += "|" + std::to_string(line.line) + " " + line.text;
      }
      text += "]";
    }
    text += "\n";
  }
  return text;
}

// Rules of every kind that has state.
std::shared_ptr<const ir::Module> StatefulModule() {
  ModuleMaker maker;
  const auto stage = [](StageKind kind, std::string regex, std::vector<std::string> literals, WindowUnit unit,
                        std::int64_t amount) {
    StageText text;
    text.kind = kind;
    text.regex = std::move(regex);
    text.literals = std::move(literals);
    text.window = unit;
    text.amount = amount;
    return text;
  };
  const auto match = [&](std::string regex, std::vector<std::string> literals) {
    return stage(StageKind::kMatch, std::move(regex), std::move(literals), WindowUnit::kNoWindow, 0);
  };
  maker.Add(
      {.name = "m.one", .stages = {match("err (?<n>\\d+)", {"err "})}, .report = "{n}", .identity = {"n"}});
  maker.Add({.name = "m.event", .stages = {match("ev (?<n>\\d+)", {"ev "})}, .is_event = true});
  maker.Add({.name = "m.free", .stages = {match("[0-9]z", {})}, .report = "no literal"});
  maker.Add({.name = "m.then",
             .stages = {match("err (?<n>\\d+)", {"err "}),
                        stage(StageKind::kThen, "ok (?<k>\\d+)", {"ok "}, WindowUnit::kLines, 3)},
             .report = "{n} {k}"});
  maker.Add({.name = "m.then_free",
             .stages = {match("ok (?<n>\\d+)", {"ok "}),
                        stage(StageKind::kThen, "(?<k>\\d)z", {}, WindowUnit::kRecords, 4)},
             .report = "{n} {k}"});
  maker.Add({.name = "m.without",
             .stages = {match("err (?<n>\\d+)", {"err "}),
                        stage(StageKind::kWithout, "ok", {"ok"}, WindowUnit::kLines, 2)},
             .report = "{n}"});
  StageText never = stage(StageKind::kWithout, "got (?<g>\\d+)", {"got "}, WindowUnit::kNoWindow, 0);
  never.join_left = "n";
  never.join_right = "g";
  maker.Add({.name = "m.never", .stages = {match("want (?<n>\\d+)", {"want "}), never}, .report = "{n}"});
  StageText read = stage(StageKind::kThen, "", {}, WindowUnit::kLines, 5);
  read.reads = "m.event";
  read.loads = {{"e", "n"}};
  maker.Add({.name = "m.reader", .stages = {match("err (?<n>\\d+)", {"err "}), read}, .report = "{n} {e}"});
  return maker.Make();
}

std::string RandomLog(std::uint32_t seed, int lines) {
  std::mt19937 random(seed);
  std::string log;
  const std::string_view words[] = {"err ",          "ok ",
                                    "ev ",           "want ",
                                    "got ",          "7z ",
                                    "nothing here ", "\x1b[31merr\x1b[0m ",
                                    "er\x1b[1mr ",   "50%\r100% err ",
                                    "\xff\xfe ",     "\t"};
  for (int i = 0; i < lines; ++i) {
    const unsigned kind = random() % 8;
    if (kind > 4) {
      log += "an ordinary line of no interest";
    } else {
      for (unsigned n = 1 + random() % 2; n > 0; --n) {
        log += words[random() % std::size(words)];
        log += std::to_string(random() % 5);
        log += ' ';
      }
    }
    log += random() % 10 == 0 ? "\r\n" : "\n";
    if (random() % 40 == 0) log += "\n";
  }
  if (random() % 2 == 0) log += "err 1";
  return log;
}

TEST_CASE("findings do not depend on block size, threads or pieces of input") {
  const auto module = StatefulModule();
  std::size_t findings = 0, runs = 0;
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    const std::string log = RandomLog(seed, 400);
    EngineOptions whole;
    whole.context_lines = 2;
    const RunResult reference = Run(module, log, whole);
    const std::string expected = AllJson(reference);
    findings += reference.findings.size();
    CHECK(reference.findings.size() > 100);
    for (std::size_t block : {1u, 7u, 64u, 1000u, 5000u}) {
      for (int threads : {1, 2, 3}) {
        EngineOptions options = whole;
        options.lines.block_bytes = block;
        options.threads = threads;
        const RunResult result = Run(module, log, options);
        INFO("seed " << seed << ", blocks of " << block << ", threads " << threads);
        REQUIRE(AllJson(result) == expected);
        CHECK(result.summary.lines == reference.summary.lines);
        ++runs;
      }
    }
  }
  INFO(findings << " findings, " << runs << " runs");
  CHECK(runs == 180);
}

TEST_CASE("text behind colours and progress bars is found, and stands where it stands in the file") {
  StageText stage;
  stage.regex = "needle (?<n>\\w+)";
  stage.literals = {"needle"};
  const auto module = ModuleMaker().Add({.name = "m.r", .stages = {stage}, .report = "{n}"}).Make();
  const RunResult result =
      Run(module, "\xef\xbb\xbfneedle a\nab ne\x1b[31med\x1b[0mle b\r\n10%\r20%\rneedle c\n");
  REQUIRE(result.Text() == "m.r@1 a\nm.r@2 b\nm.r@3 c\n");
  CHECK(result.findings[0]->location.column == 4);
  CHECK(result.findings[0]->location.offset == 3);
  CHECK(result.findings[1]->location.column == 4);
  CHECK(result.findings[1]->location.offset == 15);
  const Evidence& coloured = result.findings[1]->evidence[0];
  CHECK(coloured.text == "ab ne\x1b[31med\x1b[0mle b");  // the file's own bytes
  CHECK(coloured.text.substr(coloured.mark, coloured.mark_size) == "ne\x1b[31med\x1b[0mle b");
  CHECK(result.findings[2]->location.column == 9);
}

TEST_CASE("UTF-16: columns are of the original file") {
  StageText stage;
  stage.regex = "needle";
  stage.literals = {"needle"};
  const auto module = ModuleMaker().Add({.name = "m.r", .stages = {stage}, .report = "x"}).Make();
  const std::string utf8 = "a\nx\xc3\xa9 needle\n";
  std::string log = "\xff\xfe";
  for (const char16_t c : std::u16string(u"a\nx\u00e9 needle\n")) {
    log += static_cast<char>(c & 0xff);
    log += static_cast<char>(c >> 8);
  }
  RunResult result;
  result.program = Run(module, "").program;
  Engine engine(result.program, {});
  KeepingSink sink;
  engine.AddSink(&sink);
  engine.Run(DecodedSource(MemorySource(log), "w.log"), "w.log");
  engine.Finish();
  REQUIRE(sink.findings.size() == 1);
  CHECK(sink.findings[0]->location.line == 2);
  CHECK(sink.findings[0]->location.column == 7);
  CHECK(sink.findings[0]->location.offset == 12);
  const Evidence& evidence = sink.findings[0]->evidence[0];
  CHECK(evidence.text.substr(evidence.mark, evidence.mark_size) == "needle");
}

TEST_CASE("neighbours of a line are carried only when asked for") {
  StageText stage;
  stage.regex = "needle";
  const auto module = ModuleMaker().Add({.name = "m.r", .stages = {stage}}).Make();
  CHECK(Run(module, "a\nneedle\nb\n").findings.at(0)->evidence.at(0).before.empty());
  EngineOptions options;
  options.context_lines = 2;
  const RunResult result = Run(module, "a\nneedle\nb\nc\nd\n", options);
  const Evidence& evidence = result.findings.at(0)->evidence.at(0);
  REQUIRE(evidence.before.size() == 1);
  CHECK(evidence.before[0].line == 1);
  CHECK(evidence.before[0].text == "a");
  REQUIRE(evidence.after.size() == 2);
  CHECK(evidence.after[1].text == "c");
}

TEST_CASE("very long lines are clipped around the match, between characters") {
  std::uint32_t mark = 3000, size = 6;
  std::string line;
  while (line.size() < 3000) line += "\xc3\xa9";
  line += "needle";
  while (line.size() < 9000) line += "\xe2\x82\xac";
  const std::string clipped = ClipAround(line, kMaxEvidenceBytes, &mark, &size);
  CHECK(clipped.size() <= kMaxEvidenceBytes + 9);
  CHECK(clipped.substr(mark, size) == "needle");
  CHECK(clipped.starts_with("…"));
  CHECK(clipped.ends_with("…"));
  CHECK(clipped.find("\xc3\xa9needle\xe2\x82\xac") != std::string::npos);
}

TEST_CASE("a place in the sources, mapped; fix and message as the rule says them") {
  StageText stage;
  stage.regex = "(?<file>[a-z/.]+):(?<line>\\d+): (?<what>.*)";
  const auto module = ModuleMaker()
                          .Add({.name = "m.r",
                                .stages = {stage},
                                .report = "no {what}",
                                .fix = "fix {what}",
                                .at = "{file}:{line}",
                                .identity = {"what"}})
                          .Make();
  EngineOptions options;
  options.path_map.Add("/build=app");
  const RunResult result = Run(module, "/build/x.go:7: y\n", options);
  REQUIRE(result.findings.size() == 1);
  const Finding& finding = *result.findings[0];
  CHECK(finding.source == SourcePlace{"app/x.go", 7, 0});
  CHECK(finding.message == "no y");
  CHECK(finding.fix == "fix y");
  CHECK(finding.id == Fingerprint("m.r", {{"what", Value::Text("y")}}));
  REQUIRE(finding.Field("line") != nullptr);
  CHECK(finding.Field("line")->value.AsText() == "7");
}

TEST_CASE("message and fix are cut at 64 KiB, between characters, and say so") {
  CHECK(CutReportText(std::string(kMaxReportText, 'a')) == std::string(kMaxReportText, 'a'));
  CHECK(CutReportText(std::string(kMaxReportText + 1, 'a')) ==
        std::string(kMaxReportText, 'a') + "… (cut: 1 byte more)");
  std::string text = "a";
  while (text.size() < kMaxReportText + 100) text += "\xe2\x82\xac";
  const std::string cut = CutReportText(text);
  CHECK(cut.starts_with(text.substr(0, kMaxReportText - 3)));
  CHECK(cut.find("\xe2\x82\xac…") != std::string::npos);
  CHECK(CutReportText(std::string(kMaxReportText + 8, '\x80'))
            .starts_with(std::string(kMaxReportText - 4, '\x80')));

  StageText stage;
  stage.regex = "(?<what>.+)";
  const auto module =
      ModuleMaker()
          .Add({.name = "m.r", .stages = {stage}, .report = "{what}{what}", .fix = "{what}{what}{what}"})
          .Make();
  const RunResult result = Run(module, std::string(40000, 'x'));
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0]->message == std::string(kMaxReportText, 'x') + "… (cut: 14464 bytes more)");
  CHECK(result.findings[0]->fix == std::string(kMaxReportText, 'x') + "… (cut: 54464 bytes more)");
}

// A module with a JSON format `zap` of message, level and code.
ModuleMaker WithFormat() {
  ModuleMaker maker;
  ir::Format format;
  format.name = "m.zap";
  format.kind = ir::FormatKind::kJson;
  const lang::Type text(lang::TypeKind::kText);
  for (const auto& [slot, key] : {std::pair("text", "msg"), std::pair("caller", "caller")}) {
    ir::FieldPlan field;
    field.name = slot;
    field.type = text;
    field.path = {key};
    field.slot = static_cast<ir::SlotId>(format.slots.size());
    format.slots.push_back({slot, text, false});
    format.fields.push_back(field);
  }
  format.message = 0;
  format.literal_bytes = 6;
  maker.module().formats.push_back(format);
  return maker;
}

TEST_CASE("structured records: text is the message, fields and formats can be asked for") {
  ModuleMaker maker = WithFormat();
  StageText text;
  text.regex = "^needle (?<n>\\w+)$";
  text.literals = {"needle"};
  maker.Add({.name = "m.text", .stages = {text}, .report = "{n}"});
  StageText raw = text;
  raw.regex = "\"msg\":\"needle";
  raw.input = ir::StageInput::kRaw;
  maker.Add({.name = "m.raw", .stages = {raw}, .report = "raw"});
  StageText field;
  field.regex = "^(?<f>[a-z]+\\.go)$";
  field.literals = {".go"};
  field.input = ir::StageInput::kField;
  maker.Add({.name = "m.field", .stages = {field}, .report = "{f}"});
  maker.module().rules.back().stages[0].field = "caller";
  StageText any;
  any.input = ir::StageInput::kFormat;
  maker.Add({.name = "m.any", .stages = {any}, .report = "any"});
  maker.module().rules.back().stages[0].format = 0;
  const std::string log =
      "{\"msg\":\"needle a\",\"caller\":\"x.go\"}\n"
      "needle b\n"
      "{\"msg\":\"need\\u006ce c\",\"caller\":\"none\"}\n";
  CHECK(Run(maker.Make(), log).Text() ==
        "m.any@1 any\nm.field@1 x.go\nm.raw@1 raw\nm.text@1 a\nm.text@2 b\nm.any@3 any\nm.text@3 c\n");
}

// The same with a field `time` that is the record's time.
ModuleMaker WithTimes() {
  ModuleMaker maker = WithFormat();
  ir::Format& format = maker.module().formats[0];
  const ir::SlotId slot = static_cast<ir::SlotId>(format.slots.size());
  ir::FunctionBuilder convert(&maker.module(), "m.zap.time");
  convert.Store(slot, convert.Operation(lang::Opcode::to_time, {convert.Slot(slot, lang::TypeKind::kText)}));
  ir::FieldPlan field;
  field.name = "time";
  field.type = lang::Type(lang::TypeKind::kTime);
  field.path = {"t"};
  field.slot = slot;
  field.optional = true;
  format.slots.push_back({"time", field.type, false});
  field.convert = convert.Finish();
  format.fields[1].optional = true;
  format.fields.push_back(field);
  format.time = slot;
  return maker;
}

std::string Timed(int seconds, const std::string& message) {
  const std::string two = std::to_string(seconds % 60 / 10) + std::to_string(seconds % 10);
  return "{\"t\":\"2026-01-02T03:04:" + two + "Z\",\"msg\":\"" + message + "\"}\n";
}

TEST_CASE("windows in time go by the records' times") {
  const auto stage = [](StageKind kind, std::string regex, std::int64_t seconds) {
    StageText text;
    text.kind = kind;
    text.literals = {regex};
    text.regex = std::move(regex);
    if (seconds > 0) text.window = WindowUnit::kTime, text.amount = seconds * 1'000'000'000;
    return text;
  };
  const RuleText then{.name = "m.then",
                      .stages = {stage(StageKind::kMatch, "ask", 0), stage(StageKind::kThen, "answer", 5)}};
  const auto found = [&](const RuleText& rule, const std::string& log) {
    return Run(WithTimes().Add(rule).Make(), log).Text();
  };
  CHECK(found(then, Timed(1, "ask") + Timed(6, "answer")) == "m.then@1-2\n");
  CHECK(found(then, Timed(1, "ask") + Timed(7, "answer")).empty());
  CHECK(found(then, Timed(1, "ask") + Timed(7, "x") + Timed(3, "answer")).empty());  // the window was over
  CHECK(found(then, Timed(9, "ask") + Timed(8, "answer")) == "m.then@1-2\n");        // order is by position
  // A record without a time has that of the one before, also of one that no rule looks at.
  CHECK(found(then, Timed(1, "ask") + "answer\n") == "m.then@1-2\n");
  CHECK(found(then, Timed(1, "ask") + Timed(9, "x") + "answer\n").empty());
  CHECK(found(then, Timed(8, "x") + "ask\n" + Timed(12, "answer")) == "m.then@2-3\n");
  const RuleText without{
      .name = "m.without",
      .stages = {stage(StageKind::kMatch, "ask", 0), stage(StageKind::kWithout, "answer", 5)}};
  CHECK(found(without, Timed(1, "ask") + Timed(6, "answer")).empty());
  CHECK(found(without, Timed(1, "ask") + Timed(7, "answer")) == "m.without@1\n");
  CHECK(found(without, Timed(1, "ask") + Timed(4, "x")) == "m.without@1\n");
  const RunResult result = Run(WithTimes().Add(then).Make(), Timed(1, "ask") + Timed(3, "answer"));
  REQUIRE(result.findings.size() == 1);
  CHECK(FindingToJson(*result.findings[0])
            .find(R"("first":"2026-01-02T03:04:01Z","last":"2026-01-02T03:04:03Z"})") != std::string::npos);
}

TEST_CASE("the plan says how candidates are found") {
  const auto module = StatefulModule();
  const EnginePlan plan(*module);
  CHECK(plan.DescribeStage(0, 0) == "records with `err `");
  CHECK(plan.DescribeStage(2, 0) == "every record, since no literal is required");
  CHECK(plan.DescribeStage(3, 1) == "records with `ok `, while a match waits for this stage");
  CHECK(plan.DescribeStage(7, 1) == "what `m.event` finds");
  CHECK(plan.everywhere().size() == 1);
}

TEST_CASE("memory does not grow with the input") {
  // Findings are given out as they are decided: nothing waits at the end of a long log.
  StageText stage;
  stage.regex = "err";
  stage.literals = {"err"};
  const auto module = ModuleMaker().Add({.name = "m.r", .stages = {stage}}).Make();
  class Counting : public FindingSink {
   public:
    void OnFinding(const FindingPtr& finding) override {
      ++findings;
      last = finding;  // the one before is gone now
      most_alive = std::max(most_alive, last.use_count());
    }
    void OnEnd(const RunSummary&) override {}
    std::int64_t findings = 0;
    long most_alive = 0;
    FindingPtr last;
  } sink;
  std::string log;
  for (int i = 0; i < 20000; ++i) log += "err\n";
  const auto program = Run(module, "").program;
  Engine engine(program, {});
  engine.AddSink(&sink);
  engine.Run(MemorySource(log), "a");
  CHECK(sink.findings == 20000);
  CHECK(sink.most_alive <= 3);  // one more where it is kept for the diagnoses
  CHECK(engine.pending() == 0);
}

TEST_CASE("a stopped run says so and gives what was decided") {
  StageText stage;
  stage.regex = "err";
  const auto module = ModuleMaker().Add({.name = "m.r", .stages = {stage}}).Make();
  std::atomic<bool> stop{true};
  EngineOptions options;
  options.stop = &stop;
  const RunResult result = Run(module, "err\nerr\n", options);
  CHECK(result.findings.empty());
  CHECK(result.summary.interrupted);
}

// Gives its text, and sets `stop` when it was asked for more.
class Interrupting : public ByteSource {
 public:
  Interrupting(std::string text, std::atomic<bool>* stop) : text_(std::move(text)), stop_(stop) {}
  std::size_t Read(char* buffer, std::size_t size) override {
    if (text_.empty()) {
      stop_->store(true);
      return 0;
    }
    const std::size_t got = text_.copy(buffer, size);
    text_.erase(0, got);
    return got;
  }

 private:
  std::string text_;
  std::atomic<bool>* stop_;
};

TEST_CASE("an interrupted run claims no absence") {
  StageText ask, got, never;
  ask.regex = "ask (?<a>\\w+)";
  got.kind = never.kind = ir::StageKind::kWithout;
  got.regex = "got";
  got.window = ir::WindowUnit::kLines;
  got.amount = 2;
  never.regex = "never";
  const auto module = ModuleMaker()
                          .Add({.name = "m.near", .stages = {ask, got}, .report = "{a}"})
                          .Add({.name = "m.whole", .stages = {ask, never}, .report = "{a}"})
                          .Make();
  const std::string log = "ask 1\nx\nx\nx\nask 2\nx\n";
  CHECK(Run(module, log).findings.size() == 4);
  std::atomic<bool> stop{false};
  EngineOptions options;
  options.stop = &stop;
  Engine engine(ir::MakeInterpreter(module), options);
  KeepingSink sink;
  engine.AddSink(&sink);
  engine.Run(std::make_unique<Interrupting>(log, &stop), "x.log");
  engine.Finish();
  REQUIRE(sink.findings.size() == 1);  // its window was over
  CHECK(sink.findings[0]->rule->name == "m.near");
  CHECK(sink.findings[0]->location.line == 1);
  CHECK(sink.summary.interrupted);
  REQUIRE(sink.summary.notices.size() == 2);
  CHECK(sink.summary.notices[0].what == "undecided_absence");
  CHECK(sink.summary.notices[0].where == "m.near");
  CHECK(sink.summary.notices[0].count == 1);
  CHECK(sink.summary.notices[1].where == "m.whole");
  CHECK(sink.summary.notices[1].count == 2);
  CHECK(engine.pending() == 0);
}

}  // namespace
}  // namespace faultline::runtime::testing
