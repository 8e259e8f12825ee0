// Rules over many records, blocks, joins, aggregates, scopes, graphs and causes: how their plans are printed
// and read, each way in which the verifier refuses them, what passes leave of them, and what plans say.
#include "ir/builder.h"
#include "ir/equal.h"
#include "ir/passes/passes.h"
#include "ir/passes/pipeline.h"
#include "ir/plan.h"
#include "ir/text.h"
#include "ir/uses.h"
#include "ir/verifier.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <optional>

namespace faultline::ir {
namespace {

using lang::Type;
using lang::TypeKind;

// tests/fuzz/ir/corpus/many.ir: every plan over many records once.
std::string Text() {
  std::ifstream file(FAULTLINE_IR_MANY, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Module Many() {
  ParseError error;
  std::optional<Module> module = Parse(Text(), &error);
  INFO(error.line << ":" << error.column << " " << error.message);
  REQUIRE(module.has_value());
  return std::move(*module);
}

std::string Errors(const Module& module) {
  std::string out;
  for (const VerifierError& error : Verify(module)) out.append(error.ToString()).append("\n");
  return out;
}

Rule& Named(Module& module, std::string_view name) {
  return *std::find_if(module.rules.begin(), module.rules.end(),
                       [&](const Rule& rule) { return rule.name == name; });
}

FunctionId Function(const Module& module, std::string_view name) {
  const auto found = std::find_if(module.functions.begin(), module.functions.end(),
                                  [&](const ir::Function& function) { return function.name == name; });
  REQUIRE(found != module.functions.end());
  return static_cast<FunctionId>(found - module.functions.begin());
}

TEST_CASE("rules over many records read back as they stand") {
  const Module module = Many();
  CHECK(Errors(module) == "");
  CHECK(Print(module) == Text());
  CHECK(SameModule(module, Many()));
  const Rule& sequence = module.rules[2];
  CHECK(sequence.stages[2].every);
  CHECK(sequence.stages[2].scope == 0);
  CHECK(sequence.stages[4].reach == Reach::kSource);
  CHECK(sequence.explains[0].window.scope == kRunScope);
  CHECK(sequence.allows[0].until == 1'767'323'045'000'000'000);
  CHECK(module.formats[0].parts[1].parts[1].parts[0].kind == BlockPartKind::kBlank);
}

TEST_CASE("no member of a plan is forgotten by comparison or text") {
  const std::function<void(Module&)> changes[] = {
      [](Module& m) { m.rules[2].stages[2].every = false; },
      [](Module& m) { m.rules[2].stages[2].count = 4; },
      [](Module& m) { m.rules[2].stages[2].in_a_row = false; },
      [](Module& m) { m.rules[2].stages[2].count_slot = kNone; },
      [](Module& m) { m.rules[2].stages[2].scope = kSourceScope; },
      [](Module& m) { m.rules[2].stages[0].role = "server"; },
      [](Module& m) { m.rules[2].stages[0].each = kNone; },
      [](Module& m) { m.rules[2].stages[0].each_slot = kNone; },
      [](Module& m) { m.rules[2].stages[0].key = kNone; },
      [](Module& m) { m.rules[2].stages[1].after = kNone; },
      [](Module& m) { m.rules[2].stages[1].before = kNone; },
      [](Module& m) { m.rules[2].stages[4].index_own = kNone; },
      [](Module& m) { m.rules[2].stages[4].index_other = kNone; },
      [](Module& m) { m.rules[2].stages[4].reach = Reach::kRun; },
      [](Module& m) { m.rules[2].window.amount = 1; },
      [](Module& m) { m.rules[2].skew = 0; },
      [](Module& m) { m.rules[2].key.clear(); },
      [](Module& m) { m.rules[2].provided[0].name = "branch"; },
      [](Module& m) { m.rules[2].provided[1].at_close = false; },
      [](Module& m) { m.rules[2].provided[1].field = 1; },
      [](Module& m) { m.rules[2].provided[2].scope = kRunScope; },
      [](Module& m) { m.rules[2].provided[3].stage = 0; },
      [](Module& m) { m.rules[2].provided.pop_back(); },
      [](Module& m) { m.rules[2].graph_queries[0].kind = GraphQueryKind::kReaches; },
      [](Module& m) { m.rules[2].graph_queries[0].from = kNone; },
      [](Module& m) { m.rules[2].graph_queries[0].to = kNone; },
      [](Module& m) { m.rules[2].graph_queries[0].graph = 0; },
      [](Module& m) { m.rules[2].steps[1].index = 3; },
      [](Module& m) { m.rules[2].steps.pop_back(); },
      [](Module& m) { m.rules[2].explains[0].rule = 4; },
      [](Module& m) { m.rules[2].explains[0].condition = kNone; },
      [](Module& m) { m.rules[2].explains[0].confidence = kNone; },
      [](Module& m) { m.rules[2].explains[0].window = {}; },
      [](Module& m) { m.rules[2].confidence[0].weight = 0.75; },
      [](Module& m) { m.rules[2].confidence[0].when = kNone; },
      [](Module& m) { m.rules[2].confidence[0].why.clear(); },
      [](Module& m) { m.rules[2].needs[0].text = "more"; },
      [](Module& m) { m.rules[2].needs[0].when = kNone; },
      [](Module& m) { m.rules[2].allows[0].when = kNone; },
      [](Module& m) { m.rules[2].allows[0].reason.clear(); },
      [](Module& m) { m.rules[2].allows[0].until = INT64_MAX; },
      [](Module& m) { m.rules[3].need = 2; },
      [](Module& m) { m.rules[3].shape = RuleShape::kAll; },
      [](Module& m) { m.rules[4].when = kNone; },
      [](Module& m) { m.rules[4].when_count = 1; },
      [](Module& m) { m.rules[4].aggregates[0].before = 0; },
      [](Module& m) { m.rules[4].aggregates[0].stage = kNone; },
      [](Module& m) { m.rules[4].aggregates[0].kind = AggregateKind::kRate; },
      [](Module& m) { m.rules[4].aggregates[0].form = AggregateForm::kTumbling; },
      [](Module& m) { m.rules[4].aggregates[0].slot = 4; },
      [](Module& m) { m.rules[4].aggregates[1].series = "other"; },
      [](Module& m) { m.rules[4].aggregates[1].parameter = 99; },
      [](Module& m) { m.rules[4].aggregates[1].argument = kNone; },
      [](Module& m) { m.rules[4].aggregates[1].window.amount = 5; },
      [](Module& m) { m.formats[0].parts[1].list = kNone; },
      [](Module& m) { m.formats[0].parts[1].element.pop_back(); },
      [](Module& m) { m.formats[0].parts[1].parts[0].lines[0].extract = kNone; },
      [](Module& m) { m.formats[0].parts[2].kind = BlockPartKind::kOptional; },
      [](Module& m) { m.formats[0].parts.pop_back(); },
      [](Module& m) { m.formats[0].block_by.clear(); },
      [](Module& m) { m.formats[0].limit_lines = 501; },
      [](Module& m) { m.formats[0].truncated = kNone; },
  };
  const Module before = Many();
  for (std::size_t i = 0; i < std::size(changes); ++i) {
    CAPTURE(i);
    Module after = Many();
    changes[i](after);
    CHECK_FALSE(SameModule(before, after));
    CHECK(Print(after) != Print(before));
    const std::optional<Module> again = Parse(Print(after), nullptr);
    REQUIRE(again.has_value());
    CHECK(SameModule(after, *again));
  }
}

TEST_CASE("each mistake in a plan over many records is refused, and named") {
  struct Case {
    std::string_view message;
    std::function<void(Module&)> break_it;
  };
  const auto sequence = [](Module& m) -> Rule& { return Named(m, "many.sequence"); };
  const auto set = [](Module& m) -> Rule& { return Named(m, "many.set"); };
  const auto often = [](Module& m) -> Rule& { return Named(m, "many.often"); };
  const Case cases[] = {
      // Shapes and their stages.
      {"no such shape", [&](Module& m) { set(m).shape = static_cast<RuleShape>(9); }},
      {"no such kind of stage", [&](Module& m) { set(m).stages[1].kind = static_cast<StageKind>(99); }},
      {"has no such stage", [&](Module& m) { set(m).stages[1].kind = StageKind::kThen; }},
      {"has no such stage", [&](Module& m) { sequence(m).stages[2].kind = StageKind::kPart; }},
      {"has no such stage", [&](Module& m) { m.rules[0].stages[1].kind = StageKind::kWithout; }},
      {"has no such stage", [&](Module& m) { m.rules[1].stages[0].kind = StageKind::kMatch; }},
      {"has no such stage", [&](Module& m) { often(m).stages[1].kind = StageKind::kClose; }},
      {"a set has parts",
       [&](Module& m) {
         for (Stage& stage : set(m).stages) stage.kind = StageKind::kFeed;
       }},
      {"it counts no stage's matches", [&](Module& m) { often(m).stages[0].kind = StageKind::kFeed; }},
      {"none or more parts than it has", [&](Module& m) { set(m).need = 3; }},
      {"none or more parts than it has", [&](Module& m) { set(m).need = 0; }},
      {"only `any` needs some", [&](Module& m) { sequence(m).need = 1; }},
      {"`when` decides a rule over aggregates", [&](Module& m) { often(m).when = kNone; }},
      {"`when` decides a rule over aggregates", [&](Module& m) { sequence(m).when = often(m).when; }},
      {"`when` holds once or more", [&](Module& m) { often(m).when_count = 0; }},
      {"nothing holds so many times", [&](Module& m) { sequence(m).when_count = 2; }},
      {"only a rule over aggregates has aggregates",
       [&](Module& m) { set(m).aggregates = {often(m).aggregates[5]}; }},
      {"a scope has no window", [&](Module& m) { m.rules[0].window = {WindowUnit::kLines, 1, kNone}; }},
      {"a graph is made in a scope", [&](Module& m) { m.rules[1].window = {WindowUnit::kLines, 1, kNone}; }},
      // Windows and scopes.
      {"no such window", [&](Module& m) { set(m).window.unit = static_cast<WindowUnit>(9); }},
      {"its window is negative", [&](Module& m) { sequence(m).window.amount = -1; }},
      {"its window has no unit", [&](Module& m) { sequence(m).window.unit = WindowUnit::kNoWindow; }},
      {"a window that is a scope has no amount", [&](Module& m) { set(m).window.amount = 1; }},
      {"a scope is named where the window is one", [&](Module& m) { sequence(m).window.scope = 0; }},
      {"a scope stands before", [&](Module& m) { set(m).window.scope = 3; }},
      {"a scope stands before", [&](Module& m) { m.rules[1].window.scope = 2; }},
      {"a scope stands before", [&](Module& m) { set(m).window.scope = kNone; }},
      {"what it takes for a scope is none", [&](Module& m) { set(m).window.scope = 1; }},
      {"its skew is negative", [&](Module& m) { sequence(m).skew = -1; }},
      // Stages.
      {"a graph is asked, not read", [&](Module& m) { set(m).stages[2].rule = 1; }},
      {"`each` has a function and a slot", [&](Module& m) { sequence(m).stages[0].each = kNone; }},
      {"`each` has a function and a slot", [&](Module& m) { sequence(m).stages[0].each_slot = kNone; }},
      {"each has slot 99", [&](Module& m) { sequence(m).stages[0].each_slot = 99; }},
      {"not of the type of the list's elements", [&](Module& m) { sequence(m).stages[0].each_slot = 4; }},
      {"not of the type that is needed",
       [&](Module& m) { sequence(m).stages[0].each = Function(m, "many.text"); }},
      {"an index has both sides", [&](Module& m) { sequence(m).stages[4].index_other = kNone; }},
      {"only a join has an index",
       [&](Module& m) {
         Stage& stage = sequence(m).stages[2];
         stage.index_own = stage.index_other = Function(m, "many.other");
       }},
      {"sides of its index are not of the same length",
       [&](Module& m) { sequence(m).stages[4].index_other = Function(m, "many.both.key"); }},
      {"only a join reaches farther", [&](Module& m) { sequence(m).stages[1].reach = Reach::kRun; }},
      {"no such reach", [&](Module& m) { sequence(m).stages[4].reach = static_cast<Reach>(7); }},
      {"`after` does not name a stage", [&](Module& m) { sequence(m).stages[1].after = 9; }},
      {"`after` does not name a stage", [&](Module& m) { sequence(m).stages[1].after = 3; }},
      {"`before` does not name a stage", [&](Module& m) { sequence(m).stages[1].before = 4; }},
      {"only `without` and `until` stand after", [&](Module& m) { sequence(m).stages[2].after = 0; }},
      {"only `without` stands before", [&](Module& m) { sequence(m).stages[3].before = 0; }},
      {"between stages in their order",
       [&](Module& m) { std::swap(sequence(m).stages[1].after, sequence(m).stages[1].before); }},
      {"one match or more", [&](Module& m) { sequence(m).stages[1].count = 0; }},
      {"one match is not in a row", [&](Module& m) { sequence(m).stages[2].count = 1; }},
      {"the slot of its count is not of type int",
       [&](Module& m) { sequence(m).stages[2].count_slot = 1; }},
      {"its count has slot 99", [&](Module& m) { sequence(m).stages[2].count_slot = 99; }},
      {"`every` stands at the last stage", [&](Module& m) { sequence(m).stages[0].every = true; }},
      {"`every` stands at the last stage", [&](Module& m) { set(m).stages[1].every = true; }},
      {"the engine fills that slot", [&](Module& m) { sequence(m).stages[0].each_slot = 9; }},
      // Keys.
      {"the key names slot 99", [&](Module& m) { sequence(m).key = {99, 0}; }},
      {"either all of its stages have a key or none", [&](Module& m) { often(m).stages[1].key = kNone; }},
      {"not of the same length", [&](Module& m) { sequence(m).key = {0}; }},
      {"not of the same length",
       [&](Module& m) { sequence(m).stages[2].key = Function(m, "many.key"); }},
      {"it shows a key that no stage has", [&](Module& m) { set(m).key = {0}; }},
      {"does not say of how many parts", [&](Module& m) { often(m).stages[0].key = Function(m, "many.words"); }},
      {"it reads a slot that its stage does not store",
       [&](Module& m) { sequence(m).stages[2].key = Function(m, "many.pair.key"); }},
      // What the engine fills.
      {"for a stage that does not exist", [&](Module& m) { sequence(m).provided[0].stage = 9; }},
      {"has a name if it is of the context", [&](Module& m) { sequence(m).provided[0].name.clear(); }},
      {"has a name if it is of the context", [&](Module& m) { sequence(m).provided[3].name = "job"; }},
      {"a field is named where", [&](Module& m) { sequence(m).provided[2].field = 0; }},
      {"only fields of scopes are known at the close",
       [&](Module& m) { sequence(m).provided[2].at_close = true; }},
      {"a scope is named where something of it", [&](Module& m) { sequence(m).provided[0].scope = 0; }},
      {"what it takes for a scope is none", [&](Module& m) { sequence(m).provided[1].scope = 1; }},
      {"a scope without declaration has no fields",
       [&](Module& m) { sequence(m).provided[1].scope = kSourceScope; }},
      {"the scope has no such field", [&](Module& m) { sequence(m).provided[1].field = 9; }},
      {"the slot of a scope's field is not of type bool",
       [&](Module& m) { sequence(m).provided[1].field = 1; }},
      {"the slot of the context is not of type text", [&](Module& m) { sequence(m).provided[0].slot = 4; }},
      {"a scope's instance has slot 99", [&](Module& m) { sequence(m).provided[2].slot = 99; }},
      {"the time elapsed has no slot", [&](Module& m) { sequence(m).provided[3].slot = kNone; }},
      {"the slot of novelty is not of type bool", [&](Module& m) { sequence(m).provided[4].slot = 4; }},
      {"what is collected is a slot", [&](Module& m) { sequence(m).provided[5].field = 9; }},
      {"only the events of a repetition", [&](Module& m) { sequence(m).provided[5].stage = 0; }},
      {"the slot of what is collected is not of", [&](Module& m) { sequence(m).provided[5].slot = 4; }},
      {"no such kind of what is provided",
       [&](Module& m) { sequence(m).provided[3].kind = static_cast<ProvidedKind>(9); }},
      {"is filled in two ways", [&](Module& m) { sequence(m).provided.push_back(sequence(m).provided[0]); }},
      {"filled by the engine and stored by a stage",
       [&](Module& m) { sequence(m).stages[1].stores = {10}; }},
      {"it reads a slot that the engine fills later",
       [&](Module& m) {
         FunctionBuilder b(&m, "early");
         sequence(m).stages[1].join = b.Finish(b.Slot(8, TypeKind::kBool));
       }},
      // Aggregates.
      {"no such aggregate", [&](Module& m) { often(m).aggregates[5].kind = static_cast<AggregateKind>(99); }},
      {"no such form", [&](Module& m) { often(m).aggregates[5].form = static_cast<AggregateForm>(99); }},
      {"of a stage that triggers or feeds it", [&](Module& m) { often(m).aggregates[0].stage = 2; }},
      {"a percentile is above 0", [&](Module& m) { often(m).aggregates[1].parameter = 0; }},
      {"a percentile is above 0", [&](Module& m) { often(m).aggregates[1].parameter = 100.5; }},
      {"a percentile is above 0",
       [&](Module& m) { often(m).aggregates[1].parameter = std::numeric_limits<double>::quiet_NaN(); }},
      {"a whole number of values", [&](Module& m) { often(m).aggregates[2].parameter = 2.5; }},
      {"only percentiles and `top`", [&](Module& m) { often(m).aggregates[0].parameter = 1; }},
      {"what is counted is a condition",
       [&](Module& m) { often(m).aggregates[0].argument = Function(m, "many.text"); }},
      {"the aggregate has no argument", [&](Module& m) { often(m).aggregates[5].argument = kNone; }},
      {"argument is no number",
       [&](Module& m) { often(m).aggregates[5].argument = Function(m, "many.text"); }},
      {"slot of the aggregate is not of type int", [&](Module& m) { often(m).aggregates[3].slot = 0; }},
      {"slot of the aggregate is not of type list<record{value: int, count: int}>",
       [&](Module& m) { often(m).aggregates[2].argument = Function(m, "many.length"); }},
      {"has no window but a scope",
       [&](Module& m) { often(m).aggregates[5].window = {WindowUnit::kLines, 3, kNone}; }},
      {"a sliding window is of", [&](Module& m) { often(m).aggregates[0].window = {}; }},
      {"a tumbling window is of", [&](Module& m) { often(m).aggregates[2].window.amount = 0; }},
      {"sessions and history are of a time",
       [&](Module& m) { often(m).aggregates[4].window.unit = WindowUnit::kLines; }},
      {"history has a series", [&](Module& m) { often(m).aggregates[1].series.clear(); }},
      {"history has a series", [&](Module& m) { often(m).aggregates[0].series = "s"; }},
      {"two aggregates have the series",
       [&](Module& m) {
         often(m).slots.push_back({"again", TypeKind::kFloat, false});
         often(m).aggregates.push_back(often(m).aggregates[1]);
         often(m).aggregates.back().slot = static_cast<SlotId>(often(m).slots.size() - 1);
       }},
      {"moved back, not on", [&](Module& m) { often(m).aggregates[0].before = -1; }},
      {"moved back has a unit", [&](Module& m) { often(m).aggregates[5].before = 1; }},
      // Graphs and steps.
      {"a graph stands before", [&](Module& m) { sequence(m).graph_queries[0].graph = 2; }},
      {"what it takes for a graph is none", [&](Module& m) { sequence(m).graph_queries[0].graph = 0; }},
      {"two ends", [&](Module& m) { sequence(m).graph_queries[0].to = kNone; }},
      {"two ends", [&](Module& m) { sequence(m).graph_queries[0].kind = GraphQueryKind::kCycles; }},
      {"slot of a graph query is not of type bool",
       [&](Module& m) { sequence(m).graph_queries[0].kind = GraphQueryKind::kReaches; }},
      {"no such graph query",
       [&](Module& m) { sequence(m).graph_queries[0].kind = static_cast<GraphQueryKind>(9); }},
      {"a step has a function if it runs one", [&](Module& m) { sequence(m).steps[0].function = kNone; }},
      {"a step has a function if it runs one",
       [&](Module& m) { sequence(m).steps[1].function = Function(m, "many.true"); }},
      {"has no index", [&](Module& m) { sequence(m).steps[0].index = 1; }},
      {"looks up a stage that is no join", [&](Module& m) { sequence(m).steps[1].index = 0; }},
      {"a graph query that does not exist", [&](Module& m) { sequence(m).steps[3].index = 1; }},
      {"no such step", [&](Module& m) { sequence(m).steps[3].kind = static_cast<StepKind>(9); }},
      {"a join is looked up in one step", [&](Module& m) { set(m).steps.clear(); }},
      {"a join is looked up in one step", [&](Module& m) { set(m).steps.push_back(set(m).steps[0]); }},
      {"a graph query is made in one step", [&](Module& m) { sequence(m).steps.pop_back(); }},
      {"not of the type that is needed",
       [&](Module& m) { sequence(m).steps[2].function = Function(m, "many.let"); }},
      {"not of the type that is needed",
       [&](Module& m) { sequence(m).steps[0].function = Function(m, "many.true"); }},
      // Causes and what stands by a finding.
      {"explains a rule that does not exist", [&](Module& m) { sequence(m).explains[0].rule = 9; }},
      {"it explains itself", [&](Module& m) { sequence(m).explains[0].rule = 2; }},
      {"explains what has no findings", [&](Module& m) { sequence(m).explains[0].rule = 0; }},
      {"in a circle",
       [&](Module& m) {
         set(m).explains = {{2, {}, kNone, kNone}};
       }},
      {"there is no record to read from",
       [&](Module& m) { sequence(m).needs[0].when = Function(m, "many.same"); }},
      {"the record has no such slot",
       [&](Module& m) { m.functions[Function(m, "many.same")].instructions[1].index = 9; }},
      {"not of the type that is needed",
       [&](Module& m) { sequence(m).explains[0].confidence = Function(m, "many.true"); }},
      {"not of the type that is needed",
       [&](Module& m) { sequence(m).allows[0].when = Function(m, "many.text"); }},
      {"not of the type that is needed",
       [&](Module& m) { sequence(m).confidence[0].when = Function(m, "many.text"); }},
      {"weight of a confidence", [&](Module& m) { sequence(m).confidence[0].weight = INFINITY; }},
      {"does not say what it needs", [&](Module& m) { sequence(m).needs[0].text.clear(); }},
      // Blocks.
      {"only a block has parts", [](Module& m) { m.formats[0].kind = FormatKind::kLine; }},
      {"a block begins with a line", [](Module& m) { m.formats[0].parts.erase(m.formats[0].parts.begin()); }},
      {"a block begins with a line", [](Module& m) { m.formats[0].parts.clear(); }},
      {"a line or more", [](Module& m) { m.formats[0].limit_lines = 0; }},
      {"the mark of a block that was cut is not of type bool", [](Module& m) { m.formats[0].truncated = 0; }},
      {"block_by names slot 9", [](Module& m) { m.formats[0].block_by = {9}; }},
      {"nested too deeply",
       [](Module& m) {
         for (std::uint32_t i = 0; i < kMaxBlockDepth; ++i) {
           BlockPart outer;
           outer.kind = BlockPartKind::kOptional;
           outer.parts.push_back(std::move(m.formats[0].parts[2]));
           m.formats[0].parts[2] = std::move(outer);
         }
       }},
      {"has patterns and no parts", [](Module& m) { m.formats[0].parts[0].lines.clear(); }},
      {"is made of parts has no patterns", [](Module& m) { m.formats[0].parts[1].parts.clear(); }},
      {"text of a block has no parts",
       [](Module& m) { m.formats[0].parts[2].parts[1].parts = {m.formats[0].parts[0]}; }},
      {"a blank line has no patterns",
       [](Module& m) { m.formats[0].parts[1].parts[1].parts[0].lines = m.formats[0].parts[0].lines; }},
      {"no such part", [](Module& m) { m.formats[0].parts[3].kind = static_cast<BlockPartKind>(99); }},
      {"pattern @9 does not exist", [](Module& m) { m.formats[0].parts[3].lines[0].pattern = 9; }},
      {"does not exist", [](Module& m) { m.formats[0].parts[3].lines[0].pattern = kNone; }},
      {"an element names slot 9", [](Module& m) { m.formats[0].parts[1].element[0] = 9; }},
      {"only a repetition has elements", [](Module& m) { m.formats[0].parts[0].element = {0}; }},
      {"the list of a part is slot 9", [](Module& m) { m.formats[0].parts[1].list = 9; }},
      {"no list of text", [](Module& m) { m.formats[0].parts[2].parts[1].list = 3; }},
      {"no list of records", [](Module& m) { m.formats[0].parts[1].list = 4; }},
      {"kept as lists", [](Module& m) { m.formats[0].parts[3].list = 4; }},
      {"not the fields of its records", [](Module& m) { m.formats[0].parts[1].element.pop_back(); }},
      {"not the fields of its records", [](Module& m) { m.formats[0].parts[1].element = {2, 1}; }},
      {"no pattern has matched",
       [](Module& m) { m.formats[0].derive = m.formats[0].parts[1].parts[0].lines[0].extract; }},
  };
  for (const Case& c : cases) {
    CAPTURE(c.message);
    Module module = Many();
    c.break_it(module);
    const std::string errors = Errors(module);
    INFO(errors);
    CHECK(errors.find(c.message) != std::string::npos);
    CHECK_FALSE(Print(module).empty());
  }
}

TEST_CASE("parts of blocks are read to a bounded depth") {
  std::string text = "module \"m\" format @0 \"f\" block {";
  for (std::uint32_t i = 0; i <= kMaxBlockDepth; ++i) text += " part optional {";
  ParseError error;
  CHECK_FALSE(Parse(text, &error).has_value());
  CHECK(error.message.find("nested less deeply") != std::string::npos);
}

TEST_CASE("passes keep what rules over many records need") {
  Module module = Many();
  RunPasses(&module, nullptr);
  CHECK(Errors(module) == "");
  // Everything that stands in the module is used, so walks that forget a place would remove something.
  CHECK(module.patterns.size() == 3);
  CHECK(module.rules[2].slots.size() == Many().rules[2].slots.size());
  CHECK(module.rules[2].provided.size() == 6);
  CHECK(module.rules[4].aggregates.size() == 6);
  const std::string once = Print(module);
  RunPasses(&module, nullptr);
  CHECK(Print(module) == once);
}

TEST_CASE("what the engine fills for nobody goes, unless it says when a rule is decided") {
  Module module = Many();
  // Nobody reads them once they are not shown; the block's slots are not read by the rule that looks at it.
  for (Slot& slot : module.rules[2].slots) slot.hidden = true;
  for (Slot& slot : module.rules[4].slots) slot.hidden = true;
  REQUIRE(Errors(module) == "");
  RemoveDeadFields(&module);
  CHECK(Errors(module) == "");
  const Rule& sequence = module.rules[2];
  REQUIRE(sequence.provided.size() == 2);
  CHECK(sequence.provided[0].kind == ProvidedKind::kScopeField);     // the rule waits for the scope's end
  CHECK(sequence.provided[1].kind == ProvidedKind::kScopeInstance);  // its key reads it
  CHECK(sequence.stages[2].count_slot == kNone);
  CHECK(sequence.stages[0].each_slot != kNone);
  CHECK(sequence.graph_queries[0].slot != kNone);
  CHECK(module.rules[4].aggregates.size() == 6);
  CHECK(module.formats[0].parts[1].list == kNone);
  CHECK(module.formats[0].parts[1].element.empty());
  CHECK(module.formats[0].truncated == kNone);
  REQUIRE(module.formats[0].slots.size() == 1);
  CHECK(module.formats[0].slots[0].name == "reason");
}

TEST_CASE("a condition between two rules keeps what it reads of the other") {
  Module module = Many();
  Rule& set = Named(module, "many.set");
  set.slots.push_back({"only the cause looks at this", TypeKind::kText, true});
  set.slots.push_back({"nobody looks at this", TypeKind::kText, true});
  module.functions[Function(module, "many.same")].instructions[1].index = 1;
  REQUIRE(Errors(module) == "");
  RemoveDeadFields(&module);
  CHECK(Errors(module) == "");
  REQUIRE(module.rules[3].slots.size() == 2);
  CHECK(module.rules[3].slots[1].name == "only the cause looks at this");
}

TEST_CASE("a list of a block that is read keeps the slots it is made of") {
  Module module = Many();
  Rule& sequence = Named(module, "many.sequence");
  FunctionBuilder load(&module, "many.load");
  const Type frames = module.formats[0].slots[3].type;
  sequence.slots.push_back({"frames", frames, false});
  load.Store(static_cast<SlotId>(sequence.slots.size() - 1), load.Input(3, frames));
  sequence.stages[0].stores.push_back(static_cast<SlotId>(sequence.slots.size() - 1));
  sequence.stages[0].load = load.Finish();
  REQUIRE(Errors(module) == "");
  RemoveDeadFields(&module);
  CHECK(Errors(module) == "");
  CHECK(module.formats[0].parts[1].list != kNone);
  CHECK(module.formats[0].parts[1].element.size() == 2);
  CHECK(module.formats[0].slots.size() == 4);
}

TEST_CASE("walks reach every place") {
  Module module = Many();
  std::size_t functions = 0;
  std::size_t patterns = 0;
  std::size_t slots = 0;
  ForEachFunctionUse(module,
                     [&](const FunctionUseOf<FunctionId>& use) { functions += *use.function != kNone; });
  ForEachPatternUse(module, [&](PatternId pattern) { patterns += pattern != kNone; });
  ForEachSlotUse(module, [&](SlotRole, SlotId& slot, const std::vector<Slot>* frame) {
    if (slot == kNone) return;
    REQUIRE(frame != nullptr);
    CHECK(slot < frame->size());
    ++slots;
  });
  // As many as stand in the text.
  const std::string text = Text();
  const auto count = [&](std::string_view what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
  };
  CHECK(patterns == count("line pattern @") + count("alternative pattern @"));
  CHECK(functions == count("extract @") + count("key @") + count("function @") + count("index_own @") +
                         count("index_other @") + count("argument @") + count("from @") + count("to @") +
                         count("when @") + count("sure @") + count("report @"));
  CHECK(slots == 38);
}

TEST_CASE("plans say what rules over many records wait for and keep") {
  const Module module = Many();
  CHECK(PrintPlan(module) == [] {
    std::ifstream file(FAULTLINE_IR_MANY_PLAN, std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(file), {}};
  }());
}

}  // namespace
}  // namespace faultline::ir
