// Passes: what each is for, and that none changes what can be seen of a run.
#include "ir/builder.h"
#include "ir/interp/evaluate.h"
#include "ir/interp/interp.h"
#include "ir/passes/pipeline.h"
#include "ir/text.h"
#include "ir/verifier.h"
#include "tests/unit/ir/generate.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace faultline::ir {
namespace {

using lang::Type;
using lang::TypeKind;

std::string Errors(const Module& module) {
  std::string out;
  for (const VerifierError& error : Verify(module)) out.append(error.ToString()).append("\n");
  return out;
}

// The function's code as text, without its first and last line.
std::string Body(const Module& module, FunctionId function = 0) {
  std::string text = PrintFunction(module, function);
  text = text.substr(text.find('\n') + 1);
  return text.substr(0, text.rfind("}\n"));
}

// A module with one rule whose report is the function.
Module WithReport(Module module, FunctionId report) {
  Rule rule;
  rule.name = "r";
  rule.slots = {{"a", TypeKind::kText, false}, {"b", TypeKind::kBool, false}, {"n", TypeKind::kInt, false}};
  rule.stages.resize(1);
  rule.stages[0].alternatives.resize(1);
  rule.stages[0].stores = {0, 1, 2};
  rule.report = report;
  module.rules.push_back(std::move(rule));
  return module;
}

TEST_CASE("every pass and all of them keep what can be seen", "[slow]") {
  struct Pass {
    std::string_view name;
    std::size_t (*run)(Module*);
    std::size_t changes = 0;
  };
  Pass passes[] = {
      {"fold_constants", [](Module* module) { return FoldConstants(module, EvaluateOperation); }},
      {"share_common_work", ShareCommonWork},
      {"find_literals", FindLiterals},
      {"remove_dead_fields", RemoveDeadFields},
      {"remove_dead_code", RemoveDeadCode},
      {"all",
       [](Module* module) {
         std::size_t changes = 0;
         for (const PassReport& report : RunPasses(module, EvaluateOperation)) changes += report.changes;
         return changes;
       }},
      {"all but folding",
       [](Module* module) {
         RunPasses(module, nullptr);
         return std::size_t{1};
       }},
  };
  for (std::uint64_t seed = 1000; seed < 1060; ++seed) {
    CAPTURE(seed);
    const auto before = std::make_shared<Module>(testing::GenerateModule(seed));
    const std::string expected = testing::Transcript(*MakeInterpreter(before), seed, 3);
    for (Pass& pass : passes) {
      CAPTURE(pass.name);
      const auto after = std::make_shared<Module>(testing::GenerateModule(seed));
      pass.changes += pass.run(after.get());
      REQUIRE(Errors(*after) == "");
      REQUIRE(testing::Transcript(*MakeInterpreter(after), seed, 3) == expected);
      const std::optional<Module> again = Parse(Print(*after), nullptr);
      REQUIRE(again.has_value());
    }
  }
  for (const Pass& pass : passes) {
    CAPTURE(pass.name);
    CHECK(pass.changes > 0);
  }
}

TEST_CASE("running the passes again changes nothing") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    Module module = testing::GenerateModule(seed);
    RunPasses(&module, EvaluateOperation);
    RunPasses(&module, EvaluateOperation);
    const std::string once = Print(module);
    RunPasses(&module, EvaluateOperation);
    CHECK(Print(module) == once);
  }
}

TEST_CASE("constants are folded, through structures too, and what is irrelevant goes") {
  Module module;
  FunctionBuilder b(&module, "f");
  const ValueId sum = b.Operation(lang::Opcode::add_int, {b.Int(40), b.Int(2)});
  const ValueId list = b.MakeList(TypeKind::kInt, {sum, b.Int(1)});
  const ValueId length = b.Operation(lang::Opcode::len_list, {list});
  const ValueId same = b.Operation(lang::Opcode::eq_int, {length, b.Int(2)});
  const ValueId slot = b.Slot(1, TypeKind::kBool);
  const ValueId both = b.Operation(lang::Opcode::and_bool, {same, slot});
  const ValueId text = b.Operation(lang::Opcode::select, {both, b.Text("yes"), b.Text("no")});
  const ValueId chosen = b.Operation(lang::Opcode::select, {same, text, b.Slot(0, TypeKind::kText)});
  b.Finish(chosen);
  module = WithReport(module, 0);
  REQUIRE(Errors(module) == "");
  CHECK(FoldConstants(&module, EvaluateOperation) == 6);
  RemoveDeadCode(&module);
  CHECK(Errors(module) == "");
  CHECK(Body(module) ==
        "  %0 = slot 1 : bool                       // b\n"
        "  %1 = constant @0 : text                  // \"yes\"\n"
        "  %2 = constant @1 : text                  // \"no\"\n"
        "  %3 = select %0, %1, %2 : text\n"
        "  return %3\n");
}

TEST_CASE("what depends on the time or the zone of the run is not folded") {
  Arena arena;
  Value out;
  const Value year[] = {Value::Text("2026-01-02T03:04:05Z")};
  CHECK(EvaluateOperation(lang::Opcode::to_time, year, arena, &out));
  CHECK(out.kind == ValueKind::kTime);
  const Value no_zone[] = {Value::Text("2026-01-02 03:04:05")};
  CHECK_FALSE(EvaluateOperation(lang::Opcode::to_time, no_zone, arena, &out));
  const Value no_year[] = {Value::Text("Jan  2 03:04:05")};
  CHECK_FALSE(EvaluateOperation(lang::Opcode::to_time, no_year, arena, &out));
}

TEST_CASE("equal work is done once, but not across stores or out of loops") {
  Module module;
  FunctionBuilder b(&module, "f");
  const ValueId before = b.Operation(lang::Opcode::lower_text, {b.Slot(0, TypeKind::kText)});
  const ValueId twice = b.Operation(lang::Opcode::lower_text, {b.Slot(0, TypeKind::kText)});
  b.Store(0, b.Operation(lang::Opcode::concat_text, {before, twice}));
  b.Store(0, b.Operation(lang::Opcode::lower_text, {b.Slot(0, TypeKind::kText)}));
  const FunctionId id = b.Finish();
  module = WithReport(module, kNone);
  module.rules[0].finish = id;
  REQUIRE(Errors(module) == "");
  CHECK(ShareCommonWork(&module) == 2);
  CHECK(Errors(module) == "");
  CHECK(Body(module) ==
        "  %0 = slot 0 : text                       // a\n"
        "  %1 = lower_text %0 : text\n"
        "  %2 = concat_text %1, %1 : text\n"
        "  store 0 %2                               // a\n"
        "  %4 = slot 0 : text                       // a\n"
        "  %5 = lower_text %4 : text\n"
        "  store 0 %5                               // a\n");
}

TEST_CASE("bodies of loops use what is computed around them, and not the other way") {
  Module module;
  FunctionBuilder b(&module, "f");
  const ValueId list = b.Operation(lang::Opcode::words_text, {b.Slot(0, TypeKind::kText)});
  const ValueId element = b.BeginLoop(LoopKind::kFilter, list);
  const ValueId inside = b.Operation(lang::Opcode::upper_text, {b.Slot(0, TypeKind::kText)});
  const ValueId filtered = b.EndLoop(b.Operation(lang::Opcode::eq_text, {element, inside}));
  const ValueId outside = b.Operation(lang::Opcode::upper_text, {b.Slot(0, TypeKind::kText)});
  const FunctionId id = b.Finish(b.Operation(lang::Opcode::join_text, {filtered, outside}));
  module = WithReport(module, id);
  REQUIRE(Errors(module) == "");
  CHECK(ShareCommonWork(&module) == 2);
  CHECK(Errors(module) == "");
  CHECK(Body(module) ==
        "  %0 = slot 0 : text                       // a\n"
        "  %1 = words_text %0 : list<text>\n"
        "  %2 = loop filter %1 : list<text> {\n"
        "    %3 = element 0 : text\n"
        "    %4 = upper_text %0 : text\n"
        "    %5 = eq_text %3, %4 : bool\n"
        "    yield %5\n"
        "  }\n"
        "  %6 = upper_text %0 : text\n"
        "  %7 = join_text %2, %6 : text\n"
        "  return %7\n");
}

TEST_CASE("rules share equal patterns, functions and constants") {
  Module module;
  for (int i = 0; i < 3; ++i) {
    Rule rule;
    rule.name = "r" + std::to_string(i);
    rule.stages.resize(1);
    Alternative alternative;
    alternative.pattern = static_cast<PatternId>(module.patterns.size());
    module.patterns.push_back({"p", "", i == 2 ? "other" : "same", "", {}, {}, {}});
    rule.stages[0].alternatives = {alternative};
    FunctionBuilder b(&module, "report");
    module.constants.push_back({Value::Text("x"), TypeKind::kText});
    rule.report = b.Finish(b.Constant(static_cast<std::uint32_t>(module.constants.size() - 1)));
    module.rules.push_back(std::move(rule));
  }
  ShareCommonWork(&module);
  RemoveDeadCode(&module);
  CHECK(Errors(module) == "");
  CHECK(module.patterns.size() == 2);
  CHECK(module.functions.size() == 1);
  CHECK(module.constants.size() == 1);
  CHECK(module.rules[2].stages[0].alternatives[0].pattern == 1);
}

TEST_CASE("literals are found where they tell lines apart") {
  struct Case {
    std::string_view regex, flags, literals;
  };
  const Case cases[] = {
      {"verifying (?P<m>.+): checksum mismatch", "", "[: checksum mismatch]"},
      {"FAIL|panic: .*", "", "[FAIL][panic: ]"},
      {"error", "i", "[error/i]"},
      {".*", "", ""},
      {"[0-9]+: ", "", ""},  // a colon and a blank stand in most lines
      {"(?:FAIL|.)x", "", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.regex);
    Module module;
    module.patterns.push_back({"p", "", std::string(c.regex), std::string(c.flags), {}, {}, {}});
    FindLiterals(&module);
    std::string found;
    for (const Pattern::Literal& literal : module.patterns[0].literals) {
      found += '[';
      found += literal.text;
      found += literal.fold ? "/i]" : "]";
    }
    CHECK(found == c.literals);
  }
}

TEST_CASE("every match of a generated pattern contains one of its literals") {
  int with_literals = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    auto module = std::make_shared<Module>(testing::GenerateModule(seed));
    FindLiterals(module.get());
    const std::unique_ptr<runtime::Program> program = MakeInterpreter(module);
    const std::unique_ptr<runtime::Scratch> scratch = program->NewScratch();
    testing::Random random(seed);
    for (PatternId id = 0; id < module->patterns.size(); ++id) {
      const std::vector<Pattern::Literal>& literals = module->patterns[id].literals;
      if (literals.empty()) continue;
      ++with_literals;
      for (int i = 0; i < 200; ++i) {
        const std::string text = testing::SubjectText(random);
        if (!program->Match(id, text, {}, *scratch)) continue;
        std::string lower = text;
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        CHECK(std::any_of(literals.begin(), literals.end(), [&](const Pattern::Literal& literal) {
          return (literal.fold ? lower : text).find(literal.text) != std::string::npos;
        }));
      }
    }
  }
  CHECK(with_literals > 20);
}

TEST_CASE("fields that nobody reads go, with their conversions; shown ones stay") {
  Module module;
  Format format;
  format.name = "f";
  format.kind = FormatKind::kJson;
  format.slots = {{"level", TypeKind::kLevel, false},
                  {"status", TypeKind::kInt, false},
                  {"unused", TypeKind::kInt, false},
                  {"message", TypeKind::kText, false}};
  for (SlotId slot = 0; slot < format.slots.size(); ++slot) {
    FieldPlan field;
    field.name = format.slots[slot].name;
    field.type = format.slots[slot].type;
    field.path = {field.name};
    field.slot = slot;
    field.optional = slot == 2;
    if (field.type == Type(TypeKind::kInt)) {
      FunctionBuilder b(&module, "convert." + field.name);
      field.convert = b.Finish(b.Operation(lang::Opcode::to_int, {b.Slot(slot, TypeKind::kText)}));
    }
    format.fields.push_back(std::move(field));
  }
  format.message = 3;
  module.formats.push_back(format);

  Rule rule;
  rule.name = "r";
  rule.slots = {
      {"helper", TypeKind::kInt, true}, {"shown", TypeKind::kInt, false}, {"waste", TypeKind::kInt, true}};
  Stage stage;
  stage.input = StageInput::kFormat;
  stage.format = 0;
  stage.stores = {0, 1, 2};
  FunctionBuilder load(&module, "load");
  load.Store(0, load.Input(1, TypeKind::kInt));
  load.Store(2, load.Input(2, TypeKind::kInt));
  stage.load = load.Finish();
  rule.stages = {stage};
  FunctionBuilder finish(&module, "finish");
  finish.Store(1, finish.Slot(0, TypeKind::kInt));
  rule.finish = finish.Finish();
  module.rules.push_back(rule);
  REQUIRE(Errors(module) == "");

  RemoveDeadFields(&module);
  RemoveDeadCode(&module);
  CHECK(Errors(module) == "");
  REQUIRE(module.formats[0].fields.size() == 3);
  // Required, so it tells records of the format from others; but its value is not wanted.
  CHECK(module.formats[0].fields[0].name == "level");
  CHECK(module.formats[0].fields[0].slot == kNone);
  CHECK(module.formats[0].fields[1].name == "status");
  CHECK(module.formats[0].fields[1].slot == 0);
  CHECK(module.formats[0].fields[2].name == "message");
  CHECK(module.formats[0].message == 1);
  REQUIRE(module.rules[0].slots.size() == 2);
  CHECK(module.rules[0].slots[0].name == "helper");
  CHECK(module.rules[0].slots[1].name == "shown");
  CHECK(module.functions.size() == 3);
}

}  // namespace
}  // namespace faultline::ir
