// Compiling patterns on first use.
#include "ir/interp/pattern_table.h"

#include "support/regex/syntax.h"

#include <optional>

namespace faultline::ir {

namespace {

regex::ProgPtr CompilePattern(const Pattern& pattern, regex::Encoding encoding) {
  const std::optional<regex::Flags> flags = regex::ParseFlags(pattern.flags);
  if (!flags.has_value()) return nullptr;
  const regex::Result<regex::NodePtr> tree = regex::Parse(pattern.regex, *flags);
  if (!tree.ok()) return nullptr;
  regex::CompileOptions options;
  options.encoding = encoding;
  const regex::Result<regex::ProgPtr> program = regex::Compile(*tree, options);
  return program.ok() ? *program : nullptr;
}

}  // namespace

PatternTable::PatternTable(const Module& module)
    : module_(module), entries_(std::make_unique<Entry[]>(module.patterns.size())) {}

const regex::Prog* PatternTable::Get(PatternId pattern, regex::Encoding encoding) {
  Entry& entry = entries_[pattern];
  const auto index = static_cast<std::size_t>(encoding);
  std::call_once(entry.once[index],
                 [&] { entry.program[index] = CompilePattern(module_.patterns[pattern], encoding); });
  return entry.program[index].get();
}

}  // namespace faultline::ir
