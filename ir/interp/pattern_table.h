// The patterns of a module as automata, compiled when first needed.
//
// Thread safety: all of it; whoever comes first compiles a pattern and others wait for it.
#ifndef FAULTLINE_IR_INTERP_PATTERN_TABLE_H_
#define FAULTLINE_IR_INTERP_PATTERN_TABLE_H_

#include "ir/ir.h"
#include "support/regex/search.h"

#include <memory>
#include <mutex>
#include <optional>

namespace faultline::ir {

class PatternTable {
 public:
  // `module` outlives the table.
  explicit PatternTable(const Module& module);

  // Null if the pattern does not compile.
  const regex::Regex* Get(PatternId pattern);

 private:
  struct Entry {
    std::once_flag once;
    std::optional<regex::Regex> regex;
  };

  const Module& module_;
  std::unique_ptr<Entry[]> entries_;  // one a pattern; once_flags cannot move
};

}  // namespace faultline::ir

#endif  // FAULTLINE_IR_INTERP_PATTERN_TABLE_H_
