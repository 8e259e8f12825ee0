// Reading hostile text of the IR: whatever is read can be printed; what the verifier accepts reads back as
// the same module, and the passes leave a module that it accepts again.
#include "ir/equal.h"
#include "ir/passes/pipeline.h"
#include "ir/plan.h"
#include "ir/text.h"
#include "ir/verifier.h"

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace faultline::ir;
  constexpr std::size_t kMaxInput = 1 << 16;  // the work grows with uses of functions x their size
  if (size > kMaxInput) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ParseError error;
  std::optional<Module> module = Parse(text, &error);
  if (!module.has_value()) {
    Require(!error.message.empty() && error.line >= 1 && error.column >= 1);
    return 0;
  }
  const std::string printed = Print(*module);
  Require(!printed.empty());
  if (!Verify(*module).empty()) return 0;
  const std::optional<Module> again = Parse(printed, nullptr);
  Require(again.has_value());
  Require(SameModule(*module, *again));
  Require(Print(*again) == printed);
  for (RuleId rule = 0; rule < module->rules.size(); ++rule) Require(!PrintPlan(*module, rule).empty());
  RunPasses(&*module, nullptr);
  Require(Verify(*module).empty());
  return 0;
}
