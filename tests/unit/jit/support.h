// What the tests of native code share: modules of one pattern or one operation, and comparison of values.
#ifndef FAULTLINE_TESTS_UNIT_JIT_SUPPORT_H_
#define FAULTLINE_TESTS_UNIT_JIT_SUPPORT_H_

#include "ir/ir.h"
#include "jit/loader/native_program.h"
#include "runtime/program.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::jit::testing {

// The plugin of this build, no cache, generated code checked.
JitOptions Options(int optimisation = 1);

// Compiles; fails the test with the message if that does not work.
std::unique_ptr<runtime::Program> Native(std::shared_ptr<const ir::Module> module, const JitOptions& options);

struct PatternText {
  std::string regex;
  std::string flags;
};
std::shared_ptr<ir::Module> PatternModule(const std::vector<PatternText>& patterns);

std::string Show(const Value& value);

}  // namespace faultline::jit::testing

#endif  // FAULTLINE_TESTS_UNIT_JIT_SUPPORT_H_
