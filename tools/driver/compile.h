// From rule files to a module that can run: parse, check, lower, verify, passes.
//
// Diagnostics of all stages come together, sorted by file and place; `// allow: NAME` comments have been
// applied. With errors there is no module, but what was parsed and checked is there for tools that look at
// broken rules.
#ifndef FAULTLINE_TOOLS_DRIVER_COMPILE_H_
#define FAULTLINE_TOOLS_DRIVER_COMPILE_H_

#include "frontend/lower/lower.h"
#include "frontend/parse/parse.h"
#include "frontend/sema/check.h"
#include "ir/ir.h"
#include "support/diag/diagnostic.h"
#include "support/source/source.h"
#include "tools/driver/rule_files.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace faultline::driver {

struct CompileOptions {
  bool lints = true;             // of the files that are not stock
  bool inline_rules = false;     // the last file is the text of `run -e`
  bool tests = false;            // functions of the tests in rules too
  bool keep_unread = false;      // stock events and scopes that nothing reads, too
  bool keep_apart = false;       // what is equal in several rules stays with each, with its own places
  std::int64_t now = INT64_MIN;  // what ran out before it, ns since 1970, has no effect
  // Files that tables name, by path, in place of those beside the rule files.
  std::map<std::string, std::string> tables = {};
  // For tests of the printers: print the tree and read it back before it is checked; the same for the IR.
  bool round_trip_ast = false;
  bool round_trip_ir = false;
};

struct ParsedFile {
  FileId id = kNoFile;
  std::string origin;  // RuleFile::origin
  parse::ParseResult parse;
};

struct Compilation {
  SourceSet sources;
  std::vector<ParsedFile> files;
  std::vector<Diagnostic> diagnostics;
  sema::CheckedProgram checked;
  std::shared_ptr<const ir::Module> module;  // null when there are errors
  std::vector<lower::RuleTest> tests;        // where CompileOptions::tests
  std::string fault;                         // not empty: the IR did not verify, which is a fault of ours

  bool has_errors() const;
};

std::unique_ptr<Compilation> Compile(std::vector<RuleFile> files, const CompileOptions& options = {});

}  // namespace faultline::driver

#endif  // FAULTLINE_TOOLS_DRIVER_COMPILE_H_
