// The text form: what it looks like, that it is read back, and what is said of text that is not.
#include "ir/text.h"

#include "ir/equal.h"
#include "ir/verifier.h"
#include "ir/words.h"
#include "tests/unit/ir/generate.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <set>

namespace faultline::ir {
namespace {

// tests/fuzz/ir/corpus/example.ir: every construct of the text form once.
std::string Example() {
  std::ifstream file(FAULTLINE_IR_EXAMPLE, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string Errors(const Module& module) {
  std::string out;
  for (const VerifierError& error : Verify(module)) out.append(error.ToString()).append("\n");
  return out;
}

TEST_CASE("the example reads back as it stands") {
  ParseError error;
  const std::optional<Module> module = Parse(Example(), &error);
  INFO(error.line << ":" << error.column << " " << error.message);
  REQUIRE(module.has_value());
  CHECK(Errors(*module) == "");
  CHECK(Print(*module) == Example());

  CHECK(module->constants[1].value.items[1].AsText() == std::string_view("\0\n\"\xe2\x82\xac", 6));
  CHECK(module->patterns[0].literals[1] == Pattern::Literal{": checksum mismatch", true});
  CHECK(module->functions[1].instructions[2].type.fields()[1].optional);
  CHECK(module->formats[0].has_missing_text);
  CHECK(module->rules[0].slots[1].hidden);
  CHECK(module->rules[1].stages[1].amount == 300000000);
}

TEST_CASE("one rule is printed with what it refers to") {
  const std::optional<Module> module = Parse(Example(), nullptr);
  REQUIRE(module.has_value());
  const std::string text = Print(*module, 0);
  CHECK(text.find("event @0") != std::string::npos);
  CHECK(text.find("func @1") != std::string::npos);
  CHECK(text.find("pattern @0") != std::string::npos);
  CHECK(text.find("constant @0") != std::string::npos);
  CHECK(text.find("func @3") == std::string::npos);
  CHECK(text.find("pattern @1") == std::string::npos);
  CHECK(text.find("constant @1") == std::string::npos);
  CHECK(Print(*module, 7).empty());
  CHECK(PrintFunction(*module, 0).substr(0, 7) == "func @0");
}

TEST_CASE("generated modules survive printing and reading, and are well-formed") {
  std::set<lang::Opcode> seen;
  std::set<InstructionKind> kinds;
  std::set<LoopKind> loops;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    const Module module = testing::GenerateModule(seed);
    REQUIRE(Errors(module) == "");
    const std::string text = Print(module);
    ParseError error;
    const std::optional<Module> again = Parse(text, &error);
    INFO(error.line << ":" << error.column << " " << error.message);
    REQUIRE(again.has_value());
    REQUIRE(SameModule(module, *again));
    REQUIRE(Print(*again) == text);
    for (const Function& function : module.functions) {
      for (const Instruction& instruction : function.instructions) {
        kinds.insert(instruction.kind);
        if (instruction.kind == InstructionKind::kOperation) seen.insert(instruction.opcode);
        if (instruction.kind == InstructionKind::kLoop) loops.insert(instruction.loop);
      }
    }
  }
  CHECK(seen.size() == lang::Overloads().size());
  CHECK(kinds.size() == static_cast<std::size_t>(InstructionKind::kInput) + 1);
  CHECK(loops.size() == std::size(kLoopWords));
}

TEST_CASE("no operation is called like an instruction") {
  const std::set<std::string_view> words = {"constant", "slot",  "input",   "capture", "element",
                                            "field",    "match", "builtin", "list",    "record",
                                            "loop",     "store", "return",  "yield"};
  for (const lang::OverloadRow& row : lang::Overloads()) CHECK(words.count(row.name) == 0);
}

TEST_CASE("mistakes are named with their place") {
  struct Case {
    std::string_view text;
    std::uint32_t line, column;
    std::string_view message;
  };
  const Case cases[] = {
      {"", 1, 1, "expected `module`, found the end"},
      {"module x", 1, 8, "expected a string in quotes, found `x`"},
      {"module \"m\n\"", 1, 8, "found a string that does not end on its line"},
      {"module \"\\q\"", 1, 9, "found an unknown escape; write `\\\\` for a backslash"},
      {"module \"\\x1\"", 1, 9, "found `\\x` needs two hexadecimal digits"},
      {"module \"m\" ;", 1, 12, "found a character that has no place here"},
      {"module \"m\"\nconstant @1 : int = int 1", 2, 10, "expected `@0`: numbers count from 0 without gaps"},
      {"module \"m\"\nconstant @0 : list<int = missing", 2, 24, "expected `>`, found `=`"},
      {"module \"m\"\nconstant @0 : int = int 9223372036854775808", 2, 25,
       "expected a whole number of 64 bits, found `9223372036854775808`"},
      {"module \"m\"\nconstant @0 : map = map [\"a\"]", 2, 25, "a map needs a value for each key"},
      {"module \"m\"\nfunc @0 \"f\" -> int {\n  %1 = slot 0 : int\n}", 3, 3,
       "expected `%0`: instructions, stores too, are numbered in order"},
      {"module \"m\"\nfunc @0 \"f\" -> int {\n  %0 = sum_of_all %1 : int\n}", 3, 8,
       "expected the name of an instruction or an operation, found `sum_of_all`"},
      {"module \"m\"\nfunc @0 \"f\" {\n  %0 = slot 4294967295 : int\n}", 3, 13, "the number is too large"},
      {"module \"m\"\nrule @0 \"r\" loud {}", 2, 13, "expected a severity, found `loud`"},
      {"module \"m\"\nrule @0 \"r\" error { stage maybe text {} }", 2, 27,
       "expected one of `match`, `then`, `without`, `until`, `part`, `latest`, `next`, `feed`, `enter`, "
       "`pause`, "
       "`close`, `edge`, `entry`, found `maybe`"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    ParseError error;
    REQUIRE_FALSE(Parse(c.text, &error).has_value());
    CHECK(error.message == c.message);
    CHECK(error.line == c.line);
    CHECK(error.column == c.column);
  }
}

TEST_CASE("nesting is bounded, whatever is nested") {
  const auto nested = [](std::string_view open, std::string_view inside, std::string_view close, int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += open;
    text += inside;
    for (int i = 0; i < depth; ++i) text += close;
    return text;
  };
  const int deep = 100000;
  ParseError error;
  CHECK_FALSE(
      Parse("module \"m\" constant @0 : " + nested("list<", "int", ">", deep) + " = missing", &error));
  CHECK(error.message.find("nested less deeply") != std::string::npos);
  CHECK_FALSE(Parse("module \"m\" constant @0 : any = " + nested("list [", "missing", "]", deep), &error));
  CHECK(error.message.find("nested less deeply") != std::string::npos);
  std::string loops = "module \"m\" func @0 \"f\" {\n";
  for (int i = 0; i < deep; ++i) loops += fmt::format("%{} = loop any %0 : bool {{\n", i);
  CHECK_FALSE(Parse(loops, &error));
  CHECK(error.message.find("nested less deeply") != std::string::npos);
  CHECK(Parse("module \"m\" constant @0 : " + nested("list<", "int", ">", 20) + " = missing", &error));
}

TEST_CASE("quoted text is one line of valid UTF-8") {
  CHECK(Quote("a\"\\\n\t\r") == "\"a\\\"\\\\\\n\\t\\r\"");
  CHECK(Quote(std::string_view("\0\x1b[31m\x7f", 7)) == "\"\\x00\\x1b[31m\\x7f\"");
  CHECK(Quote("\xff\xc3") == "\"\\xff\\xc3\"");
  CHECK(Quote("\xc3\x9f") == "\"\xc3\x9f\"");
  CHECK(Quote("\xc2\x9b") == "\"\\xc2\\x9b\"");           // C1: CSI
  CHECK(Quote("\xe2\x80\xae") == "\"\\xe2\\x80\\xae\"");  // right-to-left override
}

TEST_CASE("modules that are not well-formed are printed too") {
  Module module = testing::GenerateModule(3);
  for (Function& function : module.functions) {
    for (Instruction& instruction : function.instructions) {
      instruction.index += 1000;
      if (instruction.kind == InstructionKind::kLoop) instruction.body = 0;
    }
    function.blocks[0].order.push_back(100000);
    function.blocks.emplace_back();
  }
  CHECK_FALSE(Verify(module).empty());
  CHECK(Print(module).find("// no instruction %100000") != std::string::npos);
  module.functions[0].blocks.clear();
  CHECK(PrintFunction(module, 0).find("func @0") == 0);
}

}  // namespace
}  // namespace faultline::ir
