#include "tests/unit/jit/support.h"

#include "ir/text.h"

#include <catch2/catch.hpp>

namespace faultline::jit::testing {

JitOptions Options(int optimisation) {
  JitOptions options;
  options.optimisation = optimisation;
  options.verify = true;
  options.use_cache = false;
  options.plugin_directory = FAULTLINE_PLUGIN_DIRECTORY;
  return options;
}

std::unique_ptr<runtime::Program> Native(std::shared_ptr<const ir::Module> module,
                                         const JitOptions& options) {
  NativeResult result = MakeNativeProgram(std::move(module), options);
  INFO(result.error);
  REQUIRE(result.program != nullptr);
  return std::move(result.program);
}

std::shared_ptr<ir::Module> PatternModule(const std::vector<PatternText>& patterns) {
  auto module = std::make_shared<ir::Module>();
  module->name = "patterns";
  for (const PatternText& text : patterns) {
    ir::Pattern pattern;
    pattern.name = "pattern" + std::to_string(module->patterns.size());
    pattern.source = text.regex;
    pattern.regex = text.regex;
    pattern.flags = text.flags;
    module->patterns.push_back(pattern);
  }
  return module;
}

std::string Show(const Value& value) {
  return value.is_missing() ? "missing" : ir::PrintValue(value);
}

}  // namespace faultline::jit::testing
