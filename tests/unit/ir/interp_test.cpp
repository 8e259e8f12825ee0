// The interpreter's own part: loops over unknown values, slots, captures, builtins, matching. What operations
// mean is tested in tests/unit/ops.
#include "ir/interp/interp.h"

#include "ir/builder.h"
#include "ir/text.h"
#include "ir/verifier.h"
#include "tests/unit/ir/generate.h"

#include <catch2/catch.hpp>
#include <thread>

namespace faultline::ir {
namespace {

using lang::Type;
using lang::TypeKind;
using runtime::CaptureSpan;

// A module with one function, run in a frame.
struct Bench {
  std::shared_ptr<Module> module = std::make_shared<Module>();
  FunctionBuilder b{module.get(), "f"};
  std::vector<Value> slots;
  std::vector<Value> input;
  std::vector<CaptureSpan> captures;
  std::string subject;
  const runtime::RecordContext* record = nullptr;
  Arena arena;

  std::string Run(ValueId result) { return RunFunction(b.Finish(result)); }
  std::string RunFunction(FunctionId id) {
    CHECK(Verify(*module).empty());
    const std::unique_ptr<runtime::Program> program = MakeInterpreter(module);
    const std::unique_ptr<runtime::Scratch> scratch = program->NewScratch();
    runtime::EvalContext context;
    context.arena = &arena;
    context.now = 5;
    const runtime::Frame frame{slots.data(), input.empty() ? nullptr : input.data(), subject, captures,
                               record};
    return PrintValue(program->Call(id, frame, context, *scratch));
  }
};

const Value kTrue = Value::Bool(true);
const Value kFalse = Value::Bool(false);
const Value kUnknown = Value::Missing();

// Of a loop whose body is the element.
std::string LoopOver(LoopKind kind, std::vector<Value> values) {
  Bench bench;
  const Value list = Value::Items(ValueKind::kList, values.data(), static_cast<std::uint32_t>(values.size()));
  const ValueId over = bench.b.Constant(list, Type::List(TypeKind::kBool));
  const ValueId element = bench.b.BeginLoop(kind, over);
  return bench.Run(bench.b.EndLoop(element));
}

TEST_CASE("any and all are three-valued") {
  CHECK(LoopOver(LoopKind::kAny, {}) == "false");
  CHECK(LoopOver(LoopKind::kAny, {kFalse, kFalse}) == "false");
  CHECK(LoopOver(LoopKind::kAny, {kFalse, kUnknown}) == "missing");
  CHECK(LoopOver(LoopKind::kAny, {kUnknown, kTrue}) == "true");
  CHECK(LoopOver(LoopKind::kAll, {}) == "true");
  CHECK(LoopOver(LoopKind::kAll, {kTrue, kTrue}) == "true");
  CHECK(LoopOver(LoopKind::kAll, {kTrue, kUnknown}) == "missing");
  CHECK(LoopOver(LoopKind::kAll, {kUnknown, kFalse}) == "false");
}

TEST_CASE("count, first, last and filter take only true; map keeps all") {
  CHECK(LoopOver(LoopKind::kCount, {}) == "int 0");
  CHECK(LoopOver(LoopKind::kCount, {kTrue, kUnknown, kFalse, kTrue}) == "int 2");
  CHECK(LoopOver(LoopKind::kFirst, {kUnknown, kFalse}) == "missing");
  CHECK(LoopOver(LoopKind::kFirst, {kFalse, kTrue}) == "true");
  CHECK(LoopOver(LoopKind::kFilter, {kTrue, kUnknown, kFalse, kTrue}) == "list [true, true]");
  CHECK(LoopOver(LoopKind::kMap, {kTrue, kUnknown, kFalse}) == "list [true, missing, false]");
}

TEST_CASE("first and last give the element, not what the body says of it") {
  for (const auto& [kind, expected] :
       {std::pair{LoopKind::kFirst, "int 3"}, std::pair{LoopKind::kLast, "int 5"}}) {
    Bench bench;
    const Value items[] = {Value::Int(1), Value::Int(3), Value::Missing(), Value::Int(5), Value::Int(0)};
    const ValueId list =
        bench.b.Constant(Value::Items(ValueKind::kList, items, 5), Type::List(TypeKind::kInt));
    const ValueId element = bench.b.BeginLoop(kind, list);
    const ValueId found = bench.b.Operation(lang::Opcode::gt_int, {element, bench.b.Int(2)});
    CHECK(bench.Run(bench.b.EndLoop(found)) == expected);
  }
}

TEST_CASE("a loop over a missing list is missing") {
  for (LoopKind kind : {LoopKind::kAny, LoopKind::kAll, LoopKind::kCount, LoopKind::kFirst, LoopKind::kLast,
                        LoopKind::kFilter, LoopKind::kMap}) {
    Bench bench;
    const ValueId element = bench.b.BeginLoop(kind, bench.b.Missing(Type::List(TypeKind::kBool)));
    CHECK(bench.Run(bench.b.EndLoop(element)) == "missing");
  }
}

TEST_CASE("inner loops see outer elements, and outer elements survive inner loops") {
  Bench bench;
  const Value inner[] = {Value::Int(1), Value::Int(2)};
  const Value more[] = {Value::Int(2), Value::Int(3), Value::Int(3)};
  const Value outer[] = {Value::Items(ValueKind::kList, inner, 2), Value::Items(ValueKind::kList, more, 3)};
  const Type ints = Type::List(TypeKind::kInt);
  const ValueId list = bench.b.Constant(Value::Items(ValueKind::kList, outer, 2), Type::List(ints));
  const ValueId row = bench.b.BeginLoop(LoopKind::kMap, list);
  const ValueId cell = bench.b.BeginLoop(LoopKind::kCount, row);
  const ValueId first = bench.b.Operation(lang::Opcode::first_list, {row});
  const ValueId count = bench.b.EndLoop(bench.b.Operation(lang::Opcode::gt_int, {cell, first}));
  const ValueId length = bench.b.Operation(lang::Opcode::len_list, {row});
  const ValueId sum = bench.b.Operation(lang::Opcode::add_int, {count, length});
  CHECK(bench.Run(bench.b.EndLoop(sum)) == "list [int 3, int 5]");
}

TEST_CASE("slots, inputs, captures and stores") {
  Bench bench;
  Rule source;
  source.name = "source";
  source.slots = {{"x", TypeKind::kInt, false}};
  source.stages.resize(1);
  source.stages[0].alternatives.resize(1);
  Rule rule;
  rule.name = "rule";
  rule.slots = {{"x", TypeKind::kInt, false}, {"m", TypeKind::kText, false}};
  rule.stages.resize(1);
  rule.stages[0].input = StageInput::kRule;
  rule.stages[0].rule = 0;
  rule.stages[0].stores = {0, 1};
  bench.slots = {Value::Int(1), Value::Text("old")};
  bench.input = {Value::Int(7)};
  const ValueId x = bench.b.Input(0, TypeKind::kInt);
  bench.b.Store(0, bench.b.Operation(lang::Opcode::add_int, {x, bench.b.Slot(0, TypeKind::kInt)}));
  const FunctionId load = bench.b.Finish();
  rule.stages[0].load = load;

  FunctionBuilder b(bench.module.get(), "extract");
  b.Store(1, b.Capture(1));
  Alternative alternative;
  alternative.extract = b.Finish();
  bench.module->patterns.push_back({"p", "", "a(b)?", "", {"b"}, {}, {}});
  alternative.pattern = 0;
  rule.stages[0].alternatives = {alternative};
  bench.module->rules = {source, rule};

  CHECK(bench.RunFunction(load) == "missing");
  CHECK(bench.slots[0].integer == 8);
  bench.subject = "ab";
  bench.captures = {{0, 2}, {1, 2}};
  bench.RunFunction(alternative.extract);
  CHECK(bench.slots[1].AsText() == "b");
  bench.captures = {{0, 1}, {-1, -1}};
  bench.RunFunction(alternative.extract);
  CHECK(bench.slots[1].is_missing());
  bench.captures = {{0, 1}, {1, 200}};  // not of this text
  bench.RunFunction(alternative.extract);
  CHECK(bench.slots[1].is_missing());
}

TEST_CASE("builtins, with and without a record") {
  runtime::RecordContext record;
  record.file = "a.log";
  record.line = 12;
  record.text = "text";
  record.raw = "raw";
  record.time = Value::Integer(ValueKind::kTime, 9);
  const std::pair<Builtin, std::string> cases[] = {
      {Builtin::kLogFile, "\"a.log\""}, {Builtin::kLogLine, "int 12"},  {Builtin::kLogColumn, "missing"},
      {Builtin::kText, "\"text\""},     {Builtin::kRawText, "\"raw\""}, {Builtin::kTime, "time 9"},
      {Builtin::kNow, "time 5"},        {Builtin::kStream, "missing"}};
  for (const auto& [builtin, expected] : cases) {
    Bench with;
    with.record = &record;
    CHECK(with.Run(with.b.BuiltinValue(builtin)) == expected);
    Bench without;
    CHECK(without.Run(without.b.BuiltinValue(builtin)) == (builtin == Builtin::kNow ? "time 5" : "missing"));
  }
}

TEST_CASE("strict operations are missing of missing, lenient ones see it") {
  Bench strict;
  CHECK(strict.Run(strict.b.Operation(lang::Opcode::add_int,
                                      {strict.b.Int(1), strict.b.Missing(TypeKind::kInt)})) == "missing");
  Bench lenient;
  CHECK(lenient.Run(lenient.b.Operation(lang::Opcode::is_missing, {lenient.b.Missing(TypeKind::kInt)})) ==
        "true");
}

TEST_CASE("patterns match by code points in UTF-8 and by bytes elsewhere") {
  auto module = std::make_shared<Module>();
  module->patterns.push_back({"one", "", "^.$", "", {}, {}, {}});
  module->patterns.push_back({"captures", "", "(?P<a>x+)(?P<b>y)?", "", {"a", "b"}, {}, {}});
  module->patterns.push_back({"does not compile", "", "(", "", {}, {}, {}});
  const std::unique_ptr<runtime::Program> program = MakeInterpreter(module);
  const std::unique_ptr<runtime::Scratch> scratch = program->NewScratch();
  CHECK(program->Match(0, "\xc3\xa9", {}, *scratch));
  CHECK_FALSE(program->Match(0, "\xc3\xa9\xff", {}, *scratch));
  CHECK(program->Match(0, "\xff", {}, *scratch));
  CHECK_FALSE(program->Match(2, "(", {}, *scratch));
  CaptureSpan captures[4];
  CHECK(program->Match(1, "..xx", captures, *scratch));
  CHECK(captures[0] == CaptureSpan{2, 4});
  CHECK(captures[1] == CaptureSpan{2, 4});
  CHECK(captures[2] == CaptureSpan{-1, -1});
  CHECK(captures[3] == CaptureSpan{-1, -1});
  CHECK(program->engine_name() == "interp");
}

TEST_CASE("a match inside a condition is unknown of missing text") {
  for (const auto& [text, expected] :
       {std::pair{Value::Text("xa"), "true"}, std::pair{Value::Text("b"), "false"},
        std::pair{Value::Missing(), "missing"}}) {
    Bench bench;
    bench.module->patterns.push_back({"p", "", "a", "", {}, {}, {}});
    CHECK(bench.Run(bench.b.MatchPattern(0, bench.b.Constant(text, TypeKind::kText))) == expected);
  }
}

TEST_CASE("one program runs on several threads, with the same results") {
  const auto module = std::make_shared<Module>(testing::GenerateModule(11));
  const std::unique_ptr<runtime::Program> alone = MakeInterpreter(module);
  const std::string expected = testing::Transcript(*alone, 1, 2);
  CHECK_FALSE(expected.empty());
  const std::unique_ptr<runtime::Program> shared = MakeInterpreter(module);
  std::vector<std::string> results(4);
  std::vector<std::thread> threads;
  for (std::string& result : results)
    threads.emplace_back([&] { result = testing::Transcript(*shared, 1, 2); });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& result : results) CHECK(result == expected);
}

}  // namespace
}  // namespace faultline::ir
