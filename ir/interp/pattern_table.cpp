// Compiling patterns on first use.
#include "ir/interp/pattern_table.h"

#include <utility>

namespace faultline::ir {

namespace {

std::optional<regex::Regex> CompilePattern(const Pattern& pattern) {
  const std::optional<regex::Flags> flags = regex::ParseFlags(pattern.flags);
  if (!flags.has_value()) return std::nullopt;
  regex::Result<regex::Regex> made = regex::Regex::Make(pattern.regex, *flags);
  if (!made.ok()) return std::nullopt;
  return *std::move(made);
}

}  // namespace

PatternTable::PatternTable(const Module& module)
    : module_(module), entries_(std::make_unique<Entry[]>(module.patterns.size())) {}

const regex::Regex* PatternTable::Get(PatternId pattern) {
  Entry& entry = entries_[pattern];
  std::call_once(entry.once, [&] { entry.regex = CompilePattern(module_.patterns[pattern]); });
  return entry.regex.has_value() ? &*entry.regex : nullptr;
}

}  // namespace faultline::ir
