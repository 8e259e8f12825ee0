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

bool SameBits(const Value& a, const Value& b) {
  if (a.is_missing() || b.is_missing()) {
    return a.is_missing() && b.is_missing();
  }
  if (a.kind != b.kind || a.size != b.size) {
    return false;
  }
  switch (a.kind) {
    case ValueKind::kMissing:
    case ValueKind::kBool:
    case ValueKind::kInt:
    case ValueKind::kFloat:
    case ValueKind::kDuration:
    case ValueKind::kBytes:
    case ValueKind::kTime:
    case ValueKind::kLevel:
      return a.integer == b.integer;  // a float's bits too
    case ValueKind::kText:
    case ValueKind::kSemver:
    case ValueKind::kGoVersion:
    case ValueKind::kIp:
    case ValueKind::kNetwork:
    case ValueKind::kUuid:
      return a.AsText() == b.AsText();
    case ValueKind::kList:
    case ValueKind::kRecord:
    case ValueKind::kMap:
      break;
  }
  std::uint32_t count = a.size * (a.kind == ValueKind::kMap ? 2 : 1);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!SameBits(a.items[i], b.items[i])) {
      return false;
    }
  }
  return true;
}

std::string Show(const Value& value) {
  return value.is_missing() ? "missing" : ir::PrintValue(value);
}

}  // namespace faultline::jit::testing
