// The patterns of a module as automata, compiled when first needed.
//
// A pattern has two automata, since a line that is not UTF-8 is matched byte by byte; the second is rarely
// made. Thread safety: all of it; whoever comes first compiles and others wait.
#ifndef FAULTLINE_IR_INTERP_PATTERN_TABLE_H_
#define FAULTLINE_IR_INTERP_PATTERN_TABLE_H_

#include "ir/ir.h"
#include "support/regex/program.h"

#include <memory>
#include <mutex>

namespace faultline::ir {

class PatternTable {
 public:
  // `module` outlives the table.
  explicit PatternTable(const Module& module);

  // Null if the pattern does not compile.
  const regex::Prog* Get(PatternId pattern, regex::Encoding encoding);

 private:
  struct Entry {
    std::once_flag once[2];
    regex::ProgPtr program[2];  // by Encoding
  };

  const Module& module_;
  std::unique_ptr<Entry[]> entries_;  // one a pattern; once_flags cannot move
};

}  // namespace faultline::ir

#endif  // FAULTLINE_IR_INTERP_PATTERN_TABLE_H_
