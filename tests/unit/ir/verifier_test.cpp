// The verifier: each kind of malformation by hand, and random mutations of well-formed modules: what is
// accepted must run, print and read back.
#include "ir/verifier.h"

#include "ir/builder.h"
#include "ir/interp/interp.h"
#include "ir/text.h"
#include "tests/unit/ir/generate.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

namespace faultline::ir {
namespace {

using lang::Type;
using lang::TypeKind;

// One rule over one format, with a function for every purpose.
Module Sound() {
  Module module;
  module.patterns.push_back({"p", "", "(?P<m>[a-z]+)=(?P<unwrapped>.*)", "", {"m", "unwrapped"}, {}, {}});
  Format format;
  format.name = "format";
  format.kind = FormatKind::kJson;
  format.slots = {
      {"time", TypeKind::kTime, false}, {"status", TypeKind::kInt, false}, {"msg", TypeKind::kText, false}};
  FieldPlan field;
  field.name = "status";
  field.type = TypeKind::kInt;
  field.slot = 1;
  field.path = {"status"};
  FunctionBuilder convert(&module, "convert");
  field.convert = convert.Finish(convert.Operation(lang::Opcode::to_int, {convert.Slot(1, TypeKind::kText)}));
  format.fields = {field};
  format.time = 0;
  format.message = 2;
  module.formats = {format};

  Wrapper wrapper;
  wrapper.name = "wrapper";
  wrapper.slots = {{"stream", TypeKind::kText, false}};
  wrapper.lines.resize(1);
  wrapper.lines[0].pattern = 0;
  wrapper.detect = {0};
  wrapper.stream_by = {0};
  module.wrappers = {wrapper};

  Rule rule;
  rule.name = "rule";
  rule.slots = {{"m", TypeKind::kText, false},
                {"status", TypeKind::kInt, false},
                {"list", Type::List(TypeKind::kText), true}};
  Stage stage;
  stage.input = StageInput::kFormat;
  stage.format = 0;
  stage.stores = {0, 1, 2};
  FunctionBuilder load(&module, "load");
  load.Store(1, load.Input(1, TypeKind::kInt));
  stage.load = load.Finish();
  FunctionBuilder extract(&module, "extract");
  extract.Store(0, extract.Capture(1));
  extract.Store(2, extract.Operation(lang::Opcode::words_text, {extract.Capture(2)}));
  stage.alternatives.resize(1);
  stage.alternatives[0].pattern = 0;
  stage.alternatives[0].extract = extract.Finish();
  FunctionBuilder guard(&module, "guard");
  const ValueId list = guard.Slot(2, Type::List(TypeKind::kText));
  const ValueId element = guard.BeginLoop(LoopKind::kAny, list);
  const ValueId same = guard.Operation(lang::Opcode::eq_text, {element, guard.Text("x")});
  stage.guard = guard.Finish(guard.EndLoop(same));
  Stage then;
  then.kind = StageKind::kThen;
  then.alternatives.resize(1);
  then.alternatives[0].pattern = 0;
  then.window = WindowUnit::kLines;
  then.amount = 3;
  rule.stages = {stage, then};
  FunctionBuilder report(&module, "report");
  rule.report = report.Finish(report.Slot(0, TypeKind::kText));
  rule.identity = {0};
  module.rules = {rule};
  return module;
}

Function& Named(Module& module, std::string_view name) {
  return *std::find_if(module.functions.begin(), module.functions.end(),
                       [&](const Function& function) { return function.name == name; });
}

TEST_CASE("a sound module is accepted") {
  const std::vector<VerifierError> errors = Verify(Sound());
  for (const VerifierError& error : errors) UNSCOPED_INFO(error.ToString());
  CHECK(errors.empty());
  CHECK(Verify(Module()).empty());
}

TEST_CASE("each malformation is refused, and named") {
  struct Case {
    std::string_view message;
    std::function<void(Module&)> break_it;
  };
  const auto guard = [](Module& m) -> Function& { return Named(m, "guard"); };
  const Case cases[] = {
      // Functions by themselves.
      {"it has no body", [&](Module& m) { guard(m).blocks.clear(); }},
      {"instruction %3 is out of order",
       [&](Module& m) { std::swap(guard(m).blocks[1].order[0], guard(m).blocks[1].order[1]); }},
      {"stands in no block", [&](Module& m) { guard(m).instructions.push_back(guard(m).instructions[0]); }},
      {"is no loop's body", [&](Module& m) { guard(m).blocks.emplace_back(); }},
      {"block 0 is out of order", [&](Module& m) { guard(m).instructions[1].body = 0; }},
      {"out of order", [&](Module& m) { guard(m).instructions[1].body = 7; }},
      {"does not exist", [&](Module& m) { guard(m).instructions[1].arguments[0] = 99; }},
      {"not computed before", [&](Module& m) { guard(m).instructions[1].arguments[0] = 4; }},
      {"not computed before or not in scope", [&](Module& m) { guard(m).blocks[0].result = 4; }},
      {"what a loop's body yields is none", [&](Module& m) { guard(m).blocks[1].result = kNone; }},
      {"is no value",
       [](Module& m) {
         Function& f = Named(m, "load");
         f.result = TypeKind::kInt;
         f.blocks[0].result = 1;
       }},
      {"no result type", [](Module& m) { Named(m, "load").blocks[0].result = 0; }},
      {"the result is none", [&](Module& m) { guard(m).blocks[0].result = kNone; }},
      {"not of the result type", [&](Module& m) { guard(m).result = TypeKind::kInt; }},
      {"its operand is no list", [&](Module& m) { guard(m).instructions[0].type = TypeKind::kInt; }},
      {"not what its body gives", [&](Module& m) { guard(m).instructions[1].loop = LoopKind::kCount; }},
      {"no such kind of loop", [&](Module& m) { guard(m).instructions[1].loop = static_cast<LoopKind>(99); }},
      {"no such kind of instruction",
       [&](Module& m) { guard(m).instructions[0].kind = static_cast<InstructionKind>(99); }},
      {"no such operation",
       [&](Module& m) { guard(m).instructions[4].opcode = static_cast<lang::Opcode>(60000); }},
      {"it needs 2 operands", [&](Module& m) { guard(m).instructions[4].arguments.pop_back(); }},
      {"it needs 0 operands", [&](Module& m) { guard(m).instructions[3].arguments = {0}; }},
      {"operands do not fit", [&](Module& m) { guard(m).instructions[4].opcode = lang::Opcode::eq_int; }},
      {"its type is int", [&](Module& m) { guard(m).instructions[2].type = TypeKind::kInt; }},
      {"refers to does not exist", [&](Module& m) { guard(m).instructions[2].index = 1; }},
      {"refers to does not exist", [&](Module& m) { guard(m).instructions[3].index = 1000; }},
      {"type is not well-formed", [&](Module& m) { guard(m).instructions[0].type = Type(); }},
      {"type is not well-formed", [&](Module& m) { guard(m).instructions[0].type = Type::List(Type()); }},
      {"a store has no type", [](Module& m) { Named(m, "load").instructions[1].type = TypeKind::kInt; }},
      {"a store stands inside a loop",
       [](Module& m) {
         FunctionBuilder b(&m, "bad");
         const ValueId element = b.BeginLoop(LoopKind::kMap, b.Slot(2, Type::List(TypeKind::kText)));
         b.Store(0, element);
         b.EndLoop(element);
         b.Finish();
       }},
      {"nested too deeply",
       [](Module& m) {
         FunctionBuilder b(&m, "deep");
         const Type list = Type::List(TypeKind::kBool);
         for (std::uint32_t i = 0; i <= kMaxLoopDepth; ++i) b.BeginLoop(LoopKind::kAny, b.Missing(list));
         ValueId value = b.Bool(true);
         for (std::uint32_t i = 0; i <= kMaxLoopDepth; ++i) value = b.EndLoop(value);
         b.Finish(value);
       }},
      {"its name is taken", [](Module& m) { m.functions[1].name = m.functions[0].name; }},
      // Functions where they are used.
      {"function @77 does not exist", [](Module& m) { m.rules[0].report = 77; }},
      {"not of the type that is needed", [](Module& m) { m.rules[0].report = m.rules[0].stages[0].guard; }},
      {"not of the type that is needed", [](Module& m) { m.rules[0].fix = m.rules[0].stages[0].load; }},
      {"there is no such slot", [](Module& m) { Named(m, "report").instructions[0].index = 3; }},
      {"the slot has another type", [](Module& m) { m.rules[0].slots[0].type = TypeKind::kUuid; }},
      {"the slot has another type", [](Module& m) { Named(m, "load").instructions[1].index = 0; }},
      {"there is no record to read from", [](Module& m) { m.rules[0].stages[0].format = kNone; }},
      {"the record has no such slot", [](Module& m) { Named(m, "load").instructions[0].index = 3; }},
      {"the record's slot has another type",
       [](Module& m) { m.formats[0].slots[1].type = m.formats[0].fields[0].type = TypeKind::kBytes; }},
      {"no pattern has matched",
       [](Module& m) { m.rules[0].finish = m.rules[0].stages[0].alternatives[0].extract; }},
      {"the pattern has no such capture", [](Module& m) { Named(m, "extract").instructions[0].index = 3; }},
      {"does not say that it stores", [](Module& m) { m.rules[0].stages[0].stores = {0, 2}; }},
      {"it reads a slot that its stage does not store",
       [](Module& m) { m.rules[0].stages[1].guard = m.rules[0].stages[0].guard; }},
      {"it may not store",
       [](Module& m) {
         FunctionBuilder b(&m, "storing report");
         b.Store(0, b.Text("x"));
         m.rules[0].report = b.Finish(b.Text("x"));
       }},
      // Data.
      {"not of the constant's type", [](Module& m) { m.constants[0].type = TypeKind::kInt; }},
      {"an address has 16 bytes",
       [](Module& m) { m.AddConstant(Value::Textual(ValueKind::kIp, "::1"), TypeKind::kIp); }},
      {"at most 128 bits",
       [](Module& m) {
         m.AddConstant(Value::Textual(ValueKind::kNetwork, "0123456789abcdef\xff"), TypeKind::kNetwork);
       }},
      {"a UUID has 36 bytes",
       [](Module& m) { m.AddConstant(Value::Textual(ValueKind::kUuid, "1"), TypeKind::kAny); }},
      {"no such level",
       [](Module& m) { m.AddConstant(Value::Integer(ValueKind::kLevel, 6), TypeKind::kLevel); }},
      {"a bool is 0 or 1",
       [](Module& m) { m.AddConstant(Value::Integer(ValueKind::kBool, 2), TypeKind::kBool); }},
      {"one value a field",
       [](Module& m) {
         m.AddConstant(Value::Items(ValueKind::kRecord, nullptr, 0),
                       Type::Record({{"x", TypeKind::kInt, false}}));
       }},
      {"keys of a map are text",
       [](Module& m) {
         const Value items[] = {Value::Int(1), Value::Int(2)};
         m.AddConstant(Value::Items(ValueKind::kMap, items, 1), TypeKind::kMap);
       }},
      {"not of the constant's type",
       [](Module& m) {
         const Value items[] = {Value::Text("x")};
         m.AddConstant(Value::Items(ValueKind::kList, items, 1), Type::List(TypeKind::kInt));
       }},
      {"does not parse", [](Module& m) { m.patterns[0].regex = "(?P<m>a"; }},
      {"flags are", [](Module& m) { m.patterns[0].flags = "ui"; }},
      {"has 2 captures, 3 are named", [](Module& m) { m.patterns[0].captures.push_back(""); }},
      {"a literal is empty", [](Module& m) { m.patterns[0].literals = {{"", false}}; }},
      {"lower case", [](Module& m) { m.patterns[0].literals = {{"Abc", true}}; }},
      // Plans.
      {"it has no stage", [](Module& m) { m.rules[0].stages.clear(); }},
      {"the first stage is `match`, no other is",
       [](Module& m) { m.rules[0].stages[1].kind = StageKind::kMatch; }},
      {"the first stage is `match`, no other is",
       [](Module& m) { m.rules[0].stages[0].kind = StageKind::kWithout; }},
      {"its window is negative", [](Module& m) { m.rules[0].stages[1].amount = -1; }},
      {"its window has no unit", [](Module& m) { m.rules[0].stages[1].window = WindowUnit::kNoWindow; }},
      {"the first stage has no window", [](Module& m) { m.rules[0].stages[0].window = WindowUnit::kTime; }},
      {"a rule reads only rules that stand before it",
       [](Module& m) {
         m.rules[0].stages[1].input = StageInput::kRule;
         m.rules[0].stages[1].rule = 0;
       }},
      {"a rule is named where a rule is read", [](Module& m) { m.rules[0].stages[1].rule = 0; }},
      {"a field is named where a field is looked at",
       [](Module& m) { m.rules[0].stages[1].input = StageInput::kField; }},
      {"needs an alternative", [](Module& m) { m.rules[0].stages[1].alternatives.clear(); }},
      {"pattern @5 does not exist", [](Module& m) { m.rules[0].stages[1].alternatives[0].pattern = 5; }},
      {"its format does not exist", [](Module& m) { m.rules[0].stages[1].format = 5; }},
      {"stores names slot 9", [](Module& m) { m.rules[0].stages[1].stores = {9}; }},
      {"identity names slot 9", [](Module& m) { m.rules[0].identity = {9}; }},
      {"no such severity", [](Module& m) { m.rules[0].severity = static_cast<lang::Severity>(9); }},
      {"different types", [](Module& m) { m.formats[0].fields[0].type = TypeKind::kText; }},
      {"has slot 9, which does not exist", [](Module& m) { m.formats[0].fields[0].slot = 9; }},
      {"the slot for the time is not of type time", [](Module& m) { m.formats[0].time = 1; }},
      {"the message is slot 9", [](Module& m) { m.formats[0].message = 9; }},
      {"exactly one capture is named `unwrapped`", [](Module& m) { m.patterns[0].captures[1] = "inner"; }},
      {"a wrapper is of lines or of JSON", [](Module& m) { m.wrappers[0].kind = FormatKind::kPlain; }},
      {"where the inner text is", [](Module& m) { m.wrappers[0].kind = FormatKind::kJson; }},
      {"stream_by names slot 4", [](Module& m) { m.wrappers[0].stream_by = {4}; }},
  };
  for (const Case& c : cases) {
    CAPTURE(c.message);
    Module module = Sound();
    c.break_it(module);
    const std::vector<VerifierError> errors = Verify(module);
    for (const VerifierError& error : errors) UNSCOPED_INFO(error.ToString());
    CHECK(std::any_of(errors.begin(), errors.end(), [&](const VerifierError& error) {
      return error.ToString().find(c.message) != std::string::npos;
    }));
    CHECK_FALSE(Print(module).empty());
  }
}

// Changes one thing at random.
void Mutate(Module& module, testing::Random& random) {
  const auto number = [&] { return random.OneIn(8) ? kNone : random.Below(12); };
  const auto function_id = [&] {
    return random.Below(static_cast<std::uint32_t>(module.functions.size() + 1));
  };
  Function& function = module.functions[random.Below(static_cast<std::uint32_t>(module.functions.size()))];
  Rule& rule = module.rules[random.Below(static_cast<std::uint32_t>(module.rules.size()))];
  Stage& stage = rule.stages[random.Below(static_cast<std::uint32_t>(rule.stages.size()))];
  Format& format = module.formats[random.Below(static_cast<std::uint32_t>(module.formats.size()))];
  if (function.instructions.empty()) return;
  Instruction& instruction =
      function.instructions[random.Below(static_cast<std::uint32_t>(function.instructions.size()))];
  const Instruction& other =
      function.instructions[random.Below(static_cast<std::uint32_t>(function.instructions.size()))];
  const auto window = [&] {
    return Window{static_cast<WindowUnit>(random.Below(6)), static_cast<std::int64_t>(number()), number()};
  };
  switch (random.Below(36)) {
    case 0:
      instruction.index = number();
      break;
    case 20:
      stage.kind = static_cast<StageKind>(random.Below(14));
      break;
    case 21:
      rule.shape = static_cast<RuleShape>(random.Below(7));
      break;
    case 22:
      rule.window = window();
      break;
    case 23:
      (random.OneIn(2) ? stage.after : stage.before) = number();
      break;
    case 24:
      (random.OneIn(2) ? stage.each_slot : stage.count_slot) = number();
      break;
    case 25:
      (random.OneIn(2) ? stage.key : stage.index_own) = function_id();
      break;
    case 26:
      rule.key.push_back(number());
      break;
    case 27:
      rule.provided.push_back({static_cast<ProvidedKind>(random.Below(6)), number(), random.Below(3),
                               random.OneIn(2) ? "job" : "", number(), number(), random.OneIn(4)});
      break;
    case 28:
      rule.steps.push_back(
          {static_cast<StepKind>(random.Below(5)), random.OneIn(2) ? kNone : function_id(), random.Below(3)});
      break;
    case 29:
      if (rule.aggregates.empty()) rule.aggregates.emplace_back();
      rule.aggregates[0].kind = static_cast<AggregateKind>(random.Below(14));
      rule.aggregates[0].form = static_cast<AggregateForm>(random.Below(6));
      break;
    case 30:
      if (rule.aggregates.empty()) rule.aggregates.emplace_back();
      rule.aggregates[0].slot = number();
      rule.aggregates[0].window = window();
      break;
    case 31:
      rule.graph_queries.push_back(
          {static_cast<GraphQueryKind>(random.Below(4)), number(), function_id(), function_id(), number()});
      break;
    case 32:
      rule.explains.push_back({number(), window(), random.OneIn(2) ? kNone : function_id(), kNone});
      break;
    case 33:
      rule.when = function_id();
      break;
    case 34:
      if (!format.parts.empty()) {
        BlockPart& part = format.parts[random.Below(static_cast<std::uint32_t>(format.parts.size()))];
        part.kind = static_cast<BlockPartKind>(random.Below(10));
        if (random.OneIn(2)) part.list = number();
      }
      break;
    case 35:
      (random.OneIn(2) ? format.truncated : stage.rule) = number();
      break;
    case 1:
      instruction.kind = static_cast<InstructionKind>(random.Below(14));
      break;
    case 2:
      instruction.opcode = static_cast<lang::Opcode>(random.Below(400));
      break;
    case 3:
      if (!instruction.arguments.empty()) instruction.arguments[0] = random.Below(30);
      break;
    case 4:
      instruction.arguments.push_back(number());
      break;
    case 5:
      instruction.type = other.type;
      break;
    case 6:
      instruction.body = number();
      break;
    case 7:
      instruction.loop = static_cast<LoopKind>(random.Below(8));
      break;
    case 8:
      instruction = Instruction(other);
      break;
    case 9:
      function.blocks[random.Below(static_cast<std::uint32_t>(function.blocks.size()))].result = number();
      break;
    case 10:
      if (!function.blocks[0].order.empty()) function.blocks[0].order.pop_back();
      break;
    case 11:
      stage.stores.push_back(random.Below(40));
      break;
    case 12:
      stage.guard = function_id();
      break;
    case 13:
      rule.finish = function_id();
      break;
    case 14:
      rule.report = function_id();
      break;
    case 15:
      stage.format = number();
      break;
    case 16:
      rule.slots[random.Below(static_cast<std::uint32_t>(rule.slots.size()))].type = other.type;
      break;
    case 17:
      format.slots.pop_back();
      break;
    case 18:
      if (!stage.alternatives.empty()) stage.alternatives[0].pattern = number();
      break;
    default:
      if (!module.constants.empty()) {
        module.constants[random.Below(static_cast<std::uint32_t>(module.constants.size()))].type = other.type;
      }
      break;
  }
}

TEST_CASE("mutated modules are refused or run") {
  int accepted = 0;
  int refused = 0;
  testing::GenerateOptions options;
  options.rules = 2;
  options.formats = 1;
  options.max_instructions = 20;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    for (std::uint64_t mutation = 0; mutation < 40; ++mutation) {
      CAPTURE(seed, mutation);
      testing::Random random(seed * 1000 + mutation);
      auto module = std::make_shared<Module>(testing::GenerateModule(seed, options));
      for (std::uint32_t n = random.Below(2) + 1; n > 0; --n) Mutate(*module, random);
      const std::string text = Print(*module);
      if (!Verify(*module).empty()) {
        ++refused;
        continue;
      }
      ++accepted;
      // The formats' slots that stages read may have gone with pop_back; the verifier has seen to it that
      // they did not.
      testing::Transcript(*MakeInterpreter(module), seed, 1);
      const std::optional<Module> again = Parse(text, nullptr);
      REQUIRE(again.has_value());
      REQUIRE(Print(*again) == text);
    }
  }
  CAPTURE(accepted, refused);
  CHECK(accepted > 200);
  CHECK(refused > 1000);
}

TEST_CASE("the number of errors is bounded") {
  Module module;
  for (int i = 0; i < 1000; ++i) module.patterns.push_back({"p", "", "(", "", {}, {}, {}});
  CHECK(Verify(module).size() == kMaxVerifierErrors);
}

}  // namespace
}  // namespace faultline::ir
