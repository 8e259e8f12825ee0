// Running one function on both back ends and comparing everything it leaves behind.
#ifndef FAULTLINE_TESTS_DIFFERENTIAL_COMPARE_H_
#define FAULTLINE_TESTS_DIFFERENTIAL_COMPARE_H_

#include "ir/ir.h"
#include "jit/loader/native_program.h"
#include "runtime/program.h"
#include "tests/unit/ir/generate.h"

#include <cstddef>
#include <string>
#include <vector>

namespace faultline::differential {

struct Counts {
  std::size_t modules = 0;
  std::size_t functions = 0;
  std::size_t evaluations = 0;
  std::size_t missing_results = 0;
  std::size_t differences = 0;
  std::string first_differences;  // the first few, for people

  void Add(const Counts& other);
  std::string Text() const;
};

// The plugin of this build, no cache, generated code checked.
jit::JitOptions Options(int optimisation);

// Calls every function of the module `rounds` times, with slots, inputs, captures and records drawn from
// `seed`, on the interpreter and natively.
Counts CompareFunctions(const std::shared_ptr<const ir::Module>& module, const jit::JitOptions& options,
                        std::uint64_t seed, int rounds);

// Calls every function with every combination of `choices(slot type)` in the slots it reads.
Counts CompareExhaustively(const std::shared_ptr<const ir::Module>& module, const jit::JitOptions& options);

}  // namespace faultline::differential

#endif  // FAULTLINE_TESTS_DIFFERENTIAL_COMPARE_H_
