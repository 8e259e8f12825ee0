// Not a test: prints the compile times and speeds of docs/jit.md. Run with `unit_jit "[measure]"`.
#include "ir/builder.h"
#include "ir/interp/interp.h"
#include "tests/unit/jit/support.h"

#include <catch2/catch.hpp>
#include <ctime>
#include <iostream>

namespace faultline::jit::testing {
namespace {

// Of processor time: the machine may be busy with other things.
double Milliseconds(const std::function<void()>& work) {
  std::clock_t begin = std::clock();
  work();
  return 1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

// Five comparisons and one text operation, as rules have them.
std::shared_ptr<ir::Module> Functions(int count) {
  auto module = std::make_shared<ir::Module>();
  for (int n = 0; n < count; ++n) {
    ir::FunctionBuilder b(module.get(), "where");
    ir::ValueId all = b.Operation(lang::Opcode::gt_int, {b.Slot(0, lang::TypeKind::kInt), b.Int(n)});
    auto also = [&](ir::ValueId next) { all = b.Operation(lang::Opcode::and_bool, {all, next}); };
    also(b.Operation(lang::Opcode::lt_int, {b.Slot(0, lang::TypeKind::kInt), b.Int(n + 1000)}));
    also(b.Operation(lang::Opcode::eq_text, {b.Slot(1, lang::TypeKind::kText), b.Text("go.mod")}));
    also(b.Operation(lang::Opcode::ne_int, {b.Slot(2, lang::TypeKind::kInt), b.Int(7)}));
    also(b.Operation(
        lang::Opcode::ge_int,
        {b.Operation(lang::Opcode::add_int, {b.Slot(2, lang::TypeKind::kInt), b.Int(n)}), b.Int(3)}));
    also(b.Operation(lang::Opcode::contains_text, {b.Slot(1, lang::TypeKind::kText), b.Text("o")}));
    b.Finish(all);
  }
  return module;
}

std::shared_ptr<ir::Module> Templates(int count) {
  std::vector<PatternText> patterns;
  for (int n = 0; n < count; ++n) {
    std::string word = "word" + std::to_string(n);
    patterns.push_back({"(?P<file>[^ \\t:]+):(?P<line>[0-9]+):(?P<column>[0-9]+): " + word +
                            "[ \\t]+(?P<symbol>[^ \\t]+?) in (?P<what>.*)",
                        ""});
  }
  return PatternModule(patterns);
}

JitOptions Quiet(int optimisation) {
  JitOptions options = Options(optimisation);
  options.verify = false;
  return options;
}

}  // namespace

TEST_CASE("compile times", "[.][measure]") {
  MakeNativeProgram(Functions(1), Quiet(2));  // loads LLVM
  for (const char* what : {"functions", "patterns"}) {
    for (int count : {10, 100, 1000}) {
      auto module = what[0] == 'f' ? Functions(count) : Templates(count);
      std::cout << what << " " << count;
      for (int optimisation : {0, 1, 2}) {
        double best = 1e9;
        for (int round = 0; round < (count < 1000 ? 3 : 1); ++round) {
          best = std::min(best, Milliseconds([&] { MakeNativeProgram(module, Quiet(optimisation)); }));
        }
        std::cout << "  O" << optimisation << " " << best << " ms";
      }
      std::cout << std::endl;
    }
  }
}

TEST_CASE("speeds", "[.][measure]") {
  auto functions = Functions(100);
  auto templates = Templates(20);
  std::string hit = "internal/build/main.go:123:45: word7   someSymbol in package example.org/some/module";
  std::string miss =
      "2026-01-02T03:04:05Z INFO: the server at host:8080 has started with 12 workers: all is well";
  auto measure = [&](const std::string& name, const runtime::Program& function_program,
                     const runtime::Program& pattern_program) {
    auto function_scratch = function_program.NewScratch();
    auto pattern_scratch = pattern_program.NewScratch();
    Arena arena;
    runtime::EvalContext context{&arena, 0, 0};
    Value slots[3] = {Value::Int(500), Value::Text("go.mod"), Value::Int(8)};
    runtime::Frame frame;
    frame.slots = slots;
    double call = Milliseconds([&] {
      for (int n = 0; n < 100000; ++n) {
        function_program.Call(static_cast<ir::FunctionId>(n % 100), frame, context, *function_scratch);
      }
    });
    runtime::CaptureSpan captures[6];
    double found = Milliseconds([&] {
      for (int n = 0; n < 100000; ++n) {
        pattern_program.Match(7, hit, captures, *pattern_scratch);
      }
    });
    double lost = Milliseconds([&] {
      for (int n = 0; n < 100000; ++n) {
        pattern_program.Match(7, miss, captures, *pattern_scratch);
      }
    });
    std::cout << name << ": function " << call * 10 << " ns, match " << found * 10 << " ns, no match "
              << lost * 10 << " ns" << std::endl;
  };
  measure("interpreter", *ir::MakeInterpreter(functions), *ir::MakeInterpreter(templates));
  for (int optimisation : {0, 1, 2}) {
    measure("O" + std::to_string(optimisation), *Native(functions, Quiet(optimisation)),
            *Native(templates, Quiet(optimisation)));
  }
}

}  // namespace faultline::jit::testing
