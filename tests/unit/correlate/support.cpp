// Rules over many records, written by hand: see support.h.
#include "support.h"

#include "ir/interp/interp.h"
#include "ir/verifier.h"
#include "runtime/report/report.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace faultline::runtime::testing {
namespace {

const lang::Type kText(lang::TypeKind::kText);

}  // namespace

ir::SlotId RuleTweak::Slot(std::string_view name) {
  return Slot(name, kText);
}

ir::SlotId RuleTweak::Slot(std::string_view name, const lang::Type& type) {
  std::vector<ir::Slot>& slots = rule().slots;
  for (ir::SlotId slot = 0; slot < slots.size(); ++slot) {
    if (slots[slot].name == name) return slot;
  }
  slots.push_back({std::string(name), type, false});
  return static_cast<ir::SlotId>(slots.size() - 1);
}

ir::FunctionId RuleTweak::TextList(const std::vector<std::string>& slots) {
  ir::FunctionBuilder builder(module_, rule().name + ".list");
  std::vector<ir::ValueId> parts;
  for (const std::string& slot : slots) parts.push_back(builder.Slot(Slot(slot), kText));
  return builder.Finish(builder.MakeList(kText, std::move(parts)));
}

RuleTweak& RuleTweak::Key(const std::vector<std::string>& slots) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (!slots[i].empty()) stage(i).key = TextList({slots[i]});
  }
  rule().key = {Slot(slots.front())};
  return *this;
}

RuleTweak& RuleTweak::Window(ir::WindowUnit unit, std::int64_t amount, ir::RuleId scope) {
  rule().window = {unit, amount, scope};
  return *this;
}

ir::FunctionId RuleTweak::Equal(std::string_view left, std::string_view right) {
  ir::FunctionBuilder builder(module_, rule().name + ".equal");
  return builder.Finish(builder.Operation(
      lang::Opcode::eq_text, {builder.Slot(Slot(left), kText), builder.Slot(Slot(right), kText)}));
}

RuleTweak& RuleTweak::Report(const std::string& text) {
  ir::FunctionBuilder builder(module_, rule().name + ".report");
  ir::ValueId sum = builder.Text("");
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = std::min(text.find('{', at), text.size());
    if (open > at) {
      sum = builder.Operation(lang::Opcode::concat_text, {sum, builder.Text(text.substr(at, open - at))});
    }
    if (open == text.size()) break;
    const std::size_t close = text.find('}', open);
    const ir::SlotId slot = Slot(text.substr(open + 1, close - open - 1));
    ir::ValueId value = builder.Slot(slot, rule().slots[slot].type);
    if (rule().slots[slot].type.kind() == lang::TypeKind::kText) {
      value = builder.Operation(lang::Opcode::default_value, {value, builder.Text("?")});
      sum = builder.Operation(lang::Opcode::concat_text, {sum, value});
    }
    at = close + 1;
  }
  rule().report = builder.Finish(sum);
  return *this;
}

RuleTweak& RuleTweak::Provide(ir::ProvidedKind kind, std::string_view slot, const lang::Type& type,
                              std::uint32_t stage, ir::RuleId scope, std::string_view field, bool at_close) {
  ir::Provided provided;
  provided.kind = kind;
  provided.slot = Slot(slot, type);
  provided.stage = stage;
  provided.scope = scope;
  provided.at_close = at_close;
  if (kind == ir::ProvidedKind::kContext) provided.name = std::string(slot);
  if (kind == ir::ProvidedKind::kScopeField) {
    const std::vector<ir::Slot>& slots = module_->rules[scope].slots;
    for (ir::SlotId s = 0; s < slots.size(); ++s) {
      if (slots[s].name == field) provided.field = s;
    }
  }
  rule().provided.push_back(provided);
  return *this;
}

Rules::Rules() {
  ir::Format format;
  format.name = "m.log";
  format.kind = ir::FormatKind::kJson;
  format.slots = {{"text", kText, false}, {"time", lang::Type(lang::TypeKind::kTime), false}};
  ir::FieldPlan text;
  text.name = "text";
  text.type = kText;
  text.path = {"msg"};
  text.slot = 0;
  format.fields.push_back(text);
  ir::FunctionBuilder convert(&module(), "m.log.time");
  convert.Store(1, convert.Operation(lang::Opcode::to_time, {convert.Slot(1, kText)}));
  ir::FieldPlan time;
  time.name = "time";
  time.type = lang::Type(lang::TypeKind::kTime);
  time.path = {"t"};
  time.slot = 1;
  time.optional = true;
  time.convert = convert.Finish();
  format.fields.push_back(time);
  format.message = 0;
  format.time = 1;
  module().formats.push_back(format);
}

RuleTweak Rules::Add(const RuleText& rule) {
  maker_.Add(rule);
  return RuleTweak(&module(), static_cast<ir::RuleId>(module().rules.size() - 1));
}

ir::RuleId Rules::Id(std::string_view name) const {
  const ir::Module& all = const_cast<ModuleMaker&>(maker_).module();
  for (ir::RuleId id = 0; id < all.rules.size(); ++id) {
    if (all.rules[id].name == name) return id;
  }
  return ir::kNone;
}

std::shared_ptr<const ir::Module> Rules::Make() {
  std::shared_ptr<const ir::Module> made = maker_.Make();
  for (const ir::VerifierError& error : ir::Verify(*made)) FAIL_CHECK(error.ToString());
  return made;
}

StageText OnStage(ir::StageKind kind, std::string regex) {
  StageText stage;
  stage.kind = kind;
  stage.regex = std::move(regex);
  return stage;
}

StageText OnMatch(std::string regex) {
  return OnStage(ir::StageKind::kMatch, std::move(regex));
}

StageText OnThen(std::string regex) {
  return OnStage(ir::StageKind::kThen, std::move(regex));
}

StageText Within(StageText stage, std::int64_t amount, ir::WindowUnit unit) {
  stage.window = unit;
  stage.amount = amount;
  return stage;
}

StageText Lines(StageText stage, std::int64_t lines) {
  return Within(std::move(stage), lines, ir::WindowUnit::kLines);
}

StageText Seconds(StageText stage, std::int64_t seconds) {
  return Within(std::move(stage), seconds * kSecond, ir::WindowUnit::kTime);
}

StageText Reads(StageText stage, std::string rule, std::vector<std::pair<std::string, std::string>> loads) {
  stage.reads = std::move(rule);
  stage.loads = std::move(loads);
  return stage;
}

std::string At(std::int64_t second, const std::string& message) {
  const auto two = [](std::int64_t n) { return std::to_string(n / 10 % 10) + std::to_string(n % 10); };
  return "{\"t\":\"2026-01-02T" + two(second / 3600) + ":" + two(second / 60 % 60) + ":" + two(second % 60) +
         "Z\",\"msg\":\"" + message + "\"}\n";
}

RunResult RunInputs(const std::shared_ptr<const ir::Module>& module, const std::vector<TestInput>& inputs,
                    EngineOptions options) {
  RunResult result;
  result.program = ir::MakeInterpreter(module);
  Engine engine(result.program, std::move(options));
  KeepingSink sink;
  engine.AddSink(&sink);
  std::vector<Input> opened;
  for (const TestInput& input : inputs) {
    opened.push_back({input.path, input.role, [&input] { return MemorySource(input.text); }});
  }
  engine.RunAll(opened);
  engine.Finish();
  CHECK(engine.pending() == 0);
  result.findings = std::move(sink.findings);
  result.summary = std::move(sink.summary);
  return result;
}

namespace {

// A file that has grown to `end` so far.
class Growing final : public ByteSource {
 public:
  Growing(const std::string& text, const std::size_t* end, const bool* over, std::uint64_t position)
      : text_(text), end_(end), over_(over), position_(static_cast<std::size_t>(position)) {}
  std::size_t Read(char* buffer, std::size_t size) override {
    const std::size_t n = std::min(size, *end_ - position_);
    std::copy_n(text_.data() + position_, n, buffer);
    position_ += n;
    return n;
  }
  AtEnd at_end() override { return *over_ ? AtEnd::kFinal : AtEnd::kLater; }

 private:
  const std::string& text_;
  const std::size_t* end_;
  const bool* over_;
  std::size_t position_;
};

}  // namespace

RunResult RunWithStops(const std::shared_ptr<const ir::Module>& module, const TestInput& input,
                       std::size_t lines, EngineOptions options) {
  RunResult result;
  result.program = ir::MakeInterpreter(module);
  KeepingSink sink;
  std::size_t end = 0;
  bool over = false;
  auto engine = std::make_unique<Engine>(result.program, options);
  engine->AddSink(&sink);
  const std::uint32_t source =
      engine->BeginLive(std::make_unique<Growing>(input.text, &end, &over, 0), input.path, input.role);
  while (end < input.text.size()) {
    for (std::size_t i = 0; i < lines && end < input.text.size(); ++i) {
      end = std::min(input.text.find('\n', end), input.text.size() - 1) + 1;
    }
    engine->Pump();
    snapshot::Writer writer;
    engine->Save(&writer);
    engine = std::make_unique<Engine>(result.program, options);
    engine->AddSink(&sink);
    snapshot::Reader reader(writer.bytes());
    REQUIRE(engine->Load(&reader, [&](std::uint32_t, const std::string&, std::uint64_t position) {
      return std::make_unique<Growing>(input.text, &end, &over, position);
    }));
    CHECK(reader.empty());
  }
  over = true;
  engine->EndLive(source, false);
  engine->Finish();
  CHECK(engine->pending() == 0);
  result.findings = std::move(sink.findings);
  result.summary = std::move(sink.summary);
  return result;
}

std::string Json(const RunResult& result) {
  std::string text;
  for (const FindingPtr& finding : result.findings) text += FindingToJson(*finding) + "\n";
  return text + Notices(result.summary);
}

std::string Notices(const RunSummary& summary) {
  std::string text;
  for (const Notice& notice : summary.notices) {
    text += notice.what + " x" + std::to_string(notice.count) + " " + notice.where + "\n";
  }
  return text;
}

std::string FoundIn(const std::shared_ptr<const ir::Module>& module, const std::string& log) {
  const RunResult whole = RunInputs(module, {{"a.log", log}});
  const std::string expected = whole.Text();
  for (const std::size_t block : {1u, 40u, 300u}) {
    for (const int threads : {1, 2, 8}) {
      EngineOptions options;
      options.lines.block_bytes = block;
      options.threads = threads;
      CHECK(RunInputs(module, {{"a.log", log}}, options).Text() == expected);
    }
  }
  for (const std::size_t lines : {1u, 2u, 5u}) {
    CHECK(Json(RunWithStops(module, {"a.log", log}, lines)) == Json(whole));
  }
  return expected;
}

}  // namespace faultline::runtime::testing
