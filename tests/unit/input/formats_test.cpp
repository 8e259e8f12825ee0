// Formats: which one fits, and its fields.
#include "runtime/decode/record_decoder.h"
#include "tests/unit/input/fake_program.h"

#include <catch2/catch.hpp>

namespace faultline::runtime {
namespace {

using testing::FakeProgram;

class Decoding {
 public:
  explicit Decoding(const FakeProgram& program, ir::FormatId forced = ir::kNone)
      : program_(program), decoder_(program, forced) {
    context_.arena = &arena_;
  }

  RecordView Record(std::string_view line) {
    RecordView record;
    record.context.line = 7;
    record.context.text = record.context.raw = record.whole = arena_.Copy(line);
    record.serial = ++serial_;
    return record;
  }
  RecordView Resolved(std::string_view line) {
    RecordView record = Record(line);
    decoder_.Resolve(record, context_);
    return record;
  }
  std::string FormatOf(std::string_view line) {
    const ir::FormatId format = Resolved(line).format;
    return format == ir::kNone ? "none" : program_.module().formats[format].name;
  }
  std::vector<Value> Load(ir::FormatId format, std::string_view line, std::size_t index = 0) {
    std::vector<Value> slots(program_.module().formats[format].slots.size());
    if (!decoder_.Load(format, Record(line), index, slots, context_)) slots.clear();
    return slots;
  }
  RecordDecoder& decoder() { return decoder_; }
  EvalContext& context() { return context_; }

 private:
  const FakeProgram& program_;
  RecordDecoder decoder_;
  Arena arena_;
  EvalContext context_;
  std::uint64_t serial_ = 1'000'000;
};

TEST_CASE("of several formats the most literal one is taken, then the one written first; plain is last") {
  FakeProgram program;
  program.AddFormat("plain", ir::FormatKind::kPlain, {});
  program.AddFormat("json", ir::FormatKind::kJson, {"message?", "others"});
  program.AddFormat("zap", ir::FormatKind::kJson, {"time=ts", "level", "message=msg"}, 10);
  program.AddFormat("other", ir::FormatKind::kJson, {"time=ts", "level", "message=msg"}, 10);
  program.AddFormat("logfmt", ir::FormatKind::kLogfmt, {"message?=msg", "others"});
  program.AddLineFormat("klog", R"(^(?P<level>[IWEF])\d{4} (?P<message>.*)$)", 4);
  Decoding decoding(program);
  CHECK(decoding.FormatOf(R"({"ts": 1, "level": "info", "msg": "x"})") == "zap");
  CHECK(decoding.FormatOf(R"({"ts": 1, "level": null, "msg": "x"})") == "json");  // null is missing
  CHECK(decoding.FormatOf(R"({"ts": 1, "msg": "x"})") == "json");
  CHECK(decoding.FormatOf(R"(  {"a": 1}  )") == "json");
  CHECK(decoding.FormatOf(R"({"a": 1} tail)") == "plain");
  CHECK(decoding.FormatOf(R"([1])") == "plain");
  CHECK(decoding.FormatOf("level=info msg=\"x y\"") == "logfmt");
  CHECK(decoding.FormatOf("I0102 started") == "klog");
  CHECK(decoding.FormatOf("panic: x") == "plain");
  CHECK(decoding.FormatOf("") == "plain");
}

TEST_CASE("a format that was named is the only one") {
  FakeProgram program;
  program.AddFormat("plain", ir::FormatKind::kPlain, {});
  program.AddFormat("json", ir::FormatKind::kJson, {"message?"});
  const ir::FormatId logfmt = program.AddFormat("logfmt", ir::FormatKind::kLogfmt, {"message?=msg"});
  Decoding decoding(program, logfmt);
  CHECK(decoding.FormatOf("{\"a\": 1}") == "none");
  CHECK(decoding.FormatOf("a=1 b=2") == "logfmt");
}

TEST_CASE("Resolve puts the message in the text, and places still lead to the bytes") {
  FakeProgram program;
  program.AddFormat("json", ir::FormatKind::kJson, {"message=msg", "level:level", "others"});
  program.AddLineFormat("klog", R"(^(?P<level>[IWEF])\d{4} (?P<message>.*)$)", 4);
  program.AddFormat("logfmt", ir::FormatKind::kLogfmt, {"message=msg"});
  Decoding decoding(program);

  RecordView plain = decoding.Resolved(R"({"level": "WARN", "msg": "disk full"})");
  CHECK(plain.context.text == "disk full");
  CHECK(plain.PlaceOfText(5) == LogPlace{7, 32, 31});
  CHECK(plain.whole.size() == plain.context.raw.size());
  CHECK(decoding.decoder().level().integer == 3);
  CHECK(plain.PlaceOfView(plain.whole.substr(2, 3)) == LogPlace{7, 3, 2});

  RecordView escaped = decoding.Resolved(R"({"level": 1, "msg": "a\tb\u00e9 c"})");
  CHECK(escaped.context.text == "a\tb\xC3\xA9 c");
  CHECK(escaped.PlaceOfText(6).offset == escaped.context.raw.rfind('c'));

  RecordView line = decoding.Resolved("E0102 failed");
  CHECK(line.context.text == "failed");
  CHECK(line.PlaceOfText(0).column == 7);

  RecordView logfmt = decoding.Resolved(R"(a=1 msg="say \"x\"")");
  CHECK(logfmt.context.text == "say \"x\"");
  CHECK(logfmt.PlaceOfText(3).column == 1);  // unescaped Go text is at the line's beginning

  // The second time changes nothing.
  decoding.decoder().Resolve(plain, decoding.context());
  CHECK(plain.context.text == "disk full");
}

TEST_CASE("fields of JSON: nested, optional, of a type, others") {
  FakeProgram program;
  const ir::FormatId id =
      program.AddFormat("f", ir::FormatKind::kJson,
                        {"message=msg", "status:int=http.status", "trace?", "tags?:list<text>", "others"});
  Decoding decoding(program);
  const std::vector<Value> slots = decoding.Load(
      id, R"({"msg": "m", "http": {"status": 500, "x": 1}, "tags": ["a", 2], "more": [1], "z": null})");
  REQUIRE(slots.size() == 5);
  CHECK(slots[0].AsText() == "m");
  CHECK(slots[1].integer == 500);
  CHECK(slots[2].is_missing());
  REQUIRE(slots[3].size == 2);
  CHECK(slots[3].items[1].AsText() == "2");
  REQUIRE(slots[4].kind == ValueKind::kMap);
  REQUIRE(slots[4].size == 2);  // `http` is named by a field
  CHECK(slots[4].items[0].AsText() == "more");
  CHECK(slots[4].items[3].is_missing());
  CHECK(decoding.Load(id, R"({"msg": "m"})").empty());  // a required field is not there
}

TEST_CASE("each: the elements of a list are the records") {
  FakeProgram program;
  const ir::FormatId id = program.AddFormat("spans", ir::FormatKind::kJson, {"trace=traceId", "name?"});
  program.mutable_module().formats[id].each = {"resource[]", "spans[]"};
  Decoding decoding(program);
  const std::string_view line =
      R"({"resource": [{"spans": [{"traceId": "1"}, {"other": 1}]}, {"spans": [{"traceId": "2", "name": "n"}]}]})";
  CHECK(decoding.decoder().Count(id, decoding.Record(line), decoding.context()) == 3);
  CHECK(decoding.Load(id, line, 0)[0].AsText() == "1");
  CHECK(decoding.Load(id, line, 1).empty());
  CHECK(decoding.Load(id, line, 2)[1].AsText() == "n");
  CHECK(decoding.Load(id, line, 3).empty());
  CHECK(decoding.decoder().Count(id, decoding.Record("{}"), decoding.context()) == 0);
}

TEST_CASE("conversions see numbers as they are spelled") {
  FakeProgram program;
  const ir::FormatId id = program.AddFormat("f", ir::FormatKind::kJson, {"time:time=ts", "took:duration"});
  std::string seen;
  const auto remember = [&seen](const Frame& frame, EvalContext&) {
    seen += std::string(frame.slots[0].AsText()) + ";";
    return Value::Integer(ValueKind::kTime, 42);
  };
  program.mutable_module().formats[id].fields[0].convert = program.AddFunction(remember, false);
  program.mutable_module().formats[id].fields[1].convert = program.AddFunction(
      [](const Frame& frame, EvalContext&) {
        frame.slots[1] = Value::Integer(ValueKind::kDuration, 7);
        return Value::Missing();
      },
      true);
  Decoding decoding(program);
  const std::vector<Value> slots = decoding.Load(id, R"({"ts": 1700000000.123456789, "took": 5})");
  REQUIRE(slots.size() == 2);
  CHECK(seen == "1700000000.123456789;");
  CHECK(slots[0].integer == 42);
  CHECK(slots[1].integer == 7);
  RecordView record = decoding.Resolved(R"({"ts": 1, "took": 5})");
  CHECK(record.context.time.integer == 42);
}

TEST_CASE("a text that stands for missing; logfmt flags and others; a guard that refuses") {
  FakeProgram program;
  const ir::FormatId id =
      program.AddFormat("l", ir::FormatKind::kLogfmt, {"user?", "n?:int", "debug?:bool", "others"});
  program.mutable_module().formats[id].missing_text = "-";
  program.mutable_module().formats[id].has_missing_text = true;
  const ir::FormatId line = program.AddLineFormat("line", R"(^(?P<host>\S+) (?P<user>\S+)$)", 1);
  program.mutable_module().formats[line].missing_text = "-";
  program.mutable_module().formats[line].has_missing_text = true;
  program.mutable_module().formats[line].lines[0].guard = program.AddFunction(
      [](const Frame& frame, EvalContext&) { return Value::Bool(frame.slots[0].AsText() != "refused"); },
      false);
  Decoding decoding(program);
  const std::vector<Value> slots = decoding.Load(id, "user=- n=5 a=\"x\\ty\" b=1 b=2 debug");
  REQUIRE(slots.size() == 4);
  CHECK(slots[0].is_missing());
  CHECK(slots[1].integer == 5);
  CHECK(slots[2].is_true());
  REQUIRE(slots[3].size == 2);
  CHECK(slots[3].items[1].AsText() == "x\ty");
  CHECK(slots[3].items[3].AsText() == "2");
  CHECK(decoding.Load(line, "10.0.0.1 -")[1].is_missing());
  CHECK(decoding.Load(line, "10.0.0.1 root")[1].AsText() == "root");
  CHECK(decoding.Load(line, "refused root").empty());
}

}  // namespace
}  // namespace faultline::runtime
