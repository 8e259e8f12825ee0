// Plans, and that the examples in docs/ir.md are what the program prints.
#include "ir/plan.h"

#include "ir/passes/passes.h"
#include "ir/text.h"
#include "ir/verifier.h"
#include "tests/unit/ir/generate.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <optional>

namespace faultline::ir {
namespace {

// The fenced block of docs/ir.md that begins with these words.
std::string DocumentedBlock(std::string_view beginning) {
  std::ifstream file(FAULTLINE_IR_DOC, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t begin = text.find(std::string("```\n").append(beginning));
  if (begin == std::string::npos) return "";
  return text.substr(begin + 4, text.find("```\n", begin + 4) - begin - 4);
}

TEST_CASE("the documented module reads, verifies and prints as it stands") {
  const std::string text = DocumentedBlock("module ");
  ParseError error;
  const std::optional<Module> module = Parse(text, &error);
  INFO(error.line << ":" << error.column << " " << error.message);
  REQUIRE(module.has_value());
  for (const VerifierError& e : Verify(*module)) UNSCOPED_INFO(e.ToString());
  CHECK(Verify(*module).empty());
  CHECK(Print(*module) == text);
  CHECK(PrintPlan(*module, 0) == DocumentedBlock("rule go.modules.mismatch, error"));
}

TEST_CASE("plans say which lines are looked at and what is kept") {
  const auto plan = [](StageKind kind, std::string_view regex, WindowUnit unit, std::int64_t amount) {
    Module module;
    module.patterns.push_back({"p", "", std::string(regex), "i", {}, {}, {}});
    Rule rule;
    rule.name = "r";
    rule.stages.resize(kind == StageKind::kMatch ? 1 : 2);
    for (Stage& stage : rule.stages) stage.alternatives = {{0, kNone, kNone}};
    if (kind != StageKind::kMatch) {
      rule.stages[1].kind = kind;
      rule.stages[1].window = unit;
      rule.stages[1].amount = amount;
    }
    module.rules = {rule};
    REQUIRE(Verify(module).empty());
    FindLiterals(&module);
    return PrintPlan(module);
  };
  const auto has = [](const std::string& text, std::string_view part) {
    UNSCOPED_INFO(text);
    return text.find(part) != std::string::npos;
  };
  CHECK(has(plan(StageKind::kMatch, "panic", WindowUnit::kNoWindow, 0), "found by \"panic\" in any case"));
  CHECK(has(plan(StageKind::kMatch, "panic", WindowUnit::kNoWindow, 0), "state: none"));
  CHECK(has(plan(StageKind::kMatch, "[0-9]{2,3}", WindowUnit::kNoWindow, 0),
            "no literal: looked at on every line"));
  CHECK(has(plan(StageKind::kMatch, "[0-9]{2,3}", WindowUnit::kNoWindow, 0), "matches of 2 to 3 bytes"));
  CHECK(has(plan(StageKind::kThen, "x", WindowUnit::kLines, 1), "within 1 line\n"));
  CHECK(has(plan(StageKind::kThen, "x", WindowUnit::kLines, 1), "at most 1 open match a stream"));
  CHECK(has(plan(StageKind::kThen, "x", WindowUnit::kTime, 5'400'000'000'000), "within 1h30m"));
  CHECK(has(plan(StageKind::kThen, "x", WindowUnit::kTime, 300'000'000), "kept for up to 300ms a stage"));
  CHECK(has(plan(StageKind::kWithout, "x", WindowUnit::kNoWindow, 0),
            "without in text, to the end of the input"));
}

TEST_CASE("every generated rule has a plan") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Module module = testing::GenerateModule(seed);
    for (RuleId rule = 0; rule < module.rules.size(); ++rule) {
      const std::string plan = PrintPlan(module, rule);
      CHECK(plan.find(module.rules[rule].name) != std::string::npos);
      CHECK(plan.find("stage 1: ") != std::string::npos);
    }
    CHECK(PrintPlan(module, 99).empty());
  }
}

}  // namespace
}  // namespace faultline::ir
