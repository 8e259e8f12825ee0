// The interpreter and native code over the same generated programs and records: results bit for bit, missing
// values, stores, captures. An exhaustive part over small expressions, a random part with fixed seeds, and
// defects planted on purpose, which both must find.
//
// FAULTLINE_DIFFERENTIAL_MODULES=N compares N random modules instead of the usual number.
#include "ir/builder.h"
#include "ir/interp/interp.h"
#include "ir/text.h"
#include "tests/differential/compare.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>
#include <set>

namespace faultline::differential {
namespace {

using lang::TypeKind;

// Operations over kinds that have few choices, each of which may stand inside each other.
std::vector<const lang::OverloadRow*> SmallOperations() {
  const std::set<TypeKind> kinds = {TypeKind::kBool, TypeKind::kInt, TypeKind::kFloat, TypeKind::kDuration,
                                    TypeKind::kText};
  std::vector<const lang::OverloadRow*> rows;
  for (const lang::OverloadRow& row : lang::Overloads()) {
    auto small = [&](const lang::TypePattern& pattern) {
      return pattern.kind == lang::TypePattern::Kind::kType && kinds.count(pattern.type.kind()) > 0;
    };
    bool all = small(row.result) && row.parameters.size() <= 2 && !row.parameters.empty();
    for (const lang::TypePattern& parameter : row.parameters) {
      all = all && small(parameter);
    }
    if (all) {
      rows.push_back(&row);
    }
  }
  return rows;
}

// outer(…, inner(…), …) for all pairs that fit, over slots.
std::shared_ptr<ir::Module> AllPairs() {
  auto module = std::make_shared<ir::Module>();
  module->name = "pairs";
  std::vector<const lang::OverloadRow*> rows = SmallOperations();
  for (const lang::OverloadRow* outer : rows) {
    for (const lang::OverloadRow* inner : rows) {
      for (std::size_t place = 0; place < outer->parameters.size(); ++place) {
        if (!(outer->parameters[place].type == inner->result.type)) {
          continue;
        }
        ir::FunctionBuilder builder(module.get(), std::string(outer->name) + "." + std::string(inner->name));
        ir::SlotId slot = 0;
        std::vector<ir::ValueId> outer_arguments;
        for (std::size_t n = 0; n < outer->parameters.size(); ++n) {
          if (n != place) {
            outer_arguments.push_back(builder.Slot(slot++, outer->parameters[n].type));
            continue;
          }
          std::vector<ir::ValueId> inner_arguments;
          for (const lang::TypePattern& parameter : inner->parameters) {
            inner_arguments.push_back(builder.Slot(slot++, parameter.type));
          }
          outer_arguments.push_back(builder.Operation(inner->opcode, inner_arguments));
        }
        builder.Finish(builder.Operation(outer->opcode, outer_arguments));
      }
    }
  }
  return module;
}

Counts CompareRandomModules(std::uint64_t first, std::uint64_t count, const jit::JitOptions& options) {
  Counts all;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    auto module = std::make_shared<ir::Module>(ir::testing::GenerateModule(seed));
    Counts counts = CompareFunctions(module, options, seed, 20);
    if (counts.differences > 0) {
      all.first_differences += "seed " + std::to_string(seed) + "\n";
    }
    all.Add(counts);
  }
  return all;
}

std::uint64_t Modules(std::uint64_t usual) {
  const char* variable = std::getenv("FAULTLINE_DIFFERENTIAL_MODULES");
  return variable == nullptr ? usual : std::strtoull(variable, nullptr, 10);
}

void Print(const std::string& what, const Counts& counts) {
  std::cout << what << ": " << counts.Text() << std::endl;
}

}  // namespace

TEST_CASE("all pairs of small operations over all choices") {
  auto module = AllPairs();
  for (int optimisation : {0, 1}) {
    Counts counts = CompareExhaustively(module, Options(optimisation));
    Print("pairs, O" + std::to_string(optimisation), counts);
    INFO(counts.first_differences);
    CHECK(counts.differences == 0);
    CHECK(counts.evaluations > 50000);
  }
}

TEST_CASE("random modules") {
  struct Setting {
    int optimisation;
    bool inline_operations;
    std::uint64_t modules;
  };
  std::uint64_t first = 1;
  for (const Setting& setting :
       {Setting{0, true, 60}, Setting{1, true, 15}, Setting{2, true, 5}, Setting{0, false, 10}}) {
    jit::JitOptions options = Options(setting.optimisation);
    options.inline_operations = setting.inline_operations;
    std::uint64_t modules = Modules(setting.modules);
    Counts counts = CompareRandomModules(first, modules, options);
    first += modules;
    Print("random, O" + std::to_string(setting.optimisation) +
              (setting.inline_operations ? "" : ", nothing inlined"),
          counts);
    INFO(counts.first_differences);
    CHECK(counts.differences == 0);
    CHECK(counts.missing_results < counts.evaluations);
  }
}

TEST_CASE("whole programs answer the same") {
  std::size_t lines = 0;
  std::uint64_t modules = Modules(15);
  for (std::uint64_t seed = 1000; seed < 1000 + modules; ++seed) {
    auto module = std::make_shared<ir::Module>(ir::testing::GenerateModule(seed));
    auto reference = ir::MakeInterpreter(module);
    jit::NativeResult native =
        jit::MakeNativeProgram(module, Options(static_cast<int>(seed % 5 == 0 ? 2 : seed % 2)));
    REQUIRE(native.error.empty());
    std::string wanted = ir::testing::Transcript(*reference, seed);
    INFO("seed " << seed);
    CHECK(wanted == ir::testing::Transcript(*native.program, seed));
    lines += static_cast<std::size_t>(std::count(wanted.begin(), wanted.end(), '\n'));
  }
  std::cout << "programs: " << modules << " modules, " << lines << " lines of transcript" << std::endl;
}

TEST_CASE("a planted defect is found") {
  // 1: add_int wraps; 2: or_bool takes a missing side for false (jit/inline_ops.h).
  for (std::uint32_t defect : {1u, 2u}) {
    jit::JitOptions options = Options(0);
    options.wrong_on_purpose = defect;
    Counts pairs = CompareExhaustively(AllPairs(), options);
    Print("defect " + std::to_string(defect) + " planted, pairs", pairs);
    CHECK(pairs.differences > 0);
    Counts random = CompareRandomModules(1, 40, options);
    Print("defect " + std::to_string(defect) + " planted, random", random);
    CHECK(random.differences > 0);
  }
}

}  // namespace faultline::differential
