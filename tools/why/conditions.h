// A condition of a rule taken apart: each part that `and` joins, whether it held, and the values it looked
// at.
//
// The function is run again on the interpreter, over a copy of the frame, and what its instructions gave is
// read off; places in the rule's source say how each part was written.
//
// Thread safety: one thread at a time.
#ifndef FAULTLINE_TOOLS_WHY_CONDITIONS_H_
#define FAULTLINE_TOOLS_WHY_CONDITIONS_H_

#include "ir/ir.h"
#include "runtime/program.h"
#include "support/source/source.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace faultline::explain {

using Named = std::vector<std::pair<std::string, std::string>>;  // name, value as people read it

struct Condition {
  std::string text;           // as written: "waited > 10m"
  std::optional<bool> holds;  // nothing: unknown, since something is missing
  Named values;               // of what it looks at
  // Of a comparison of numbers: how far its sides are apart.
  std::optional<double> apart;
};

// As it stands in a rule: text in quotes, `missing`, all else as reports print it; safe to show, at most
// about `limit` bytes.
std::string ShowValue(const Value& value, std::size_t limit = 100);
// One line, safe to show, of at most about `limit` bytes.
std::string Clip(std::string_view text, std::size_t limit);

class ConditionReader {
 public:
  // Both must outlive the reader. `context`: now and zone.
  ConditionReader(std::shared_ptr<const ir::Module> module, const SourceSet& sources,
                  const runtime::EvalContext& context);

  // The parts of `function`, which yields a bool, over a frame of `rule`. Those that hold too.
  std::vector<Condition> Read(ir::FunctionId function, const runtime::Frame& frame, const ir::Rule& rule);
  // The source of a place on one line; "" where there is none.
  std::string TextOf(Span span) const;

 private:
  Named ValuesUnder(const ir::Function& function, ir::ValueId id, const ir::Rule& rule,
                    std::span<const Value> values) const;
  std::string NameOf(const ir::Instruction& instruction, const ir::Rule& rule) const;

  std::shared_ptr<const ir::Module> module_;
  const SourceSet& sources_;
  std::unique_ptr<runtime::Program> program_;
  std::unique_ptr<runtime::Scratch> scratch_;
  runtime::EvalContext context_;
  Arena arena_;
  std::vector<Value> slots_;
};

}  // namespace faultline::explain

#endif  // FAULTLINE_TOOLS_WHY_CONDITIONS_H_
