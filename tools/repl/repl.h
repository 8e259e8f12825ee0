// The read-eval-print loop as text in, text out, so that tests can drive it; tools/cli/repl.cpp adds the
// terminal.
//
// What is typed may be
//   a declaration  rule r { … }, event, pattern, format, wrapper: kept; a rule is tried on the sample at once
//   clauses        match "…", with more clauses behind it: a rule for this once
//   a pattern      "{file}:{line:int}: {what:rest}" or r"…": the lines of the sample that match, and what the
//   holes took an expression  1h30m > 45m, "v1.2.0-rc1" < "v1.2.0": its value a command      :load FILE,
//   :rules, :drop NAME, :sample, :plan NAME, :help, :quit
// Input that ends inside a brace, a bracket or a fence, or with a `;`, is continued on the next line.
#ifndef FAULTLINE_TOOLS_REPL_REPL_H_
#define FAULTLINE_TOOLS_REPL_REPL_H_

#include "runtime/engine/engine.h"
#include "tools/driver/compile.h"
#include "tools/driver/rule_files.h"

#include <string>
#include <string_view>
#include <vector>

namespace faultline::repl {

struct Options {
  std::vector<driver::RuleFile> rules;  // loaded from the start: -r, formats
  runtime::EngineOptions engine;
  bool color = false;
  std::size_t max_lines = 10;  // matches that are shown
};

class Repl {
 public:
  explicit Repl(Options options);

  // Reads the sample; false with a message in *answer when it cannot be read.
  bool Load(const std::string& path, std::string* answer);
  void SetSample(std::string name, std::string text);

  // One line of input. The answer is text for the terminal, safe to show; empty while more lines are awaited.
  std::string Feed(std::string_view line);
  bool awaits_more() const { return !pending_.empty(); }
  bool finished() const { return finished_; }
  // Gives up what was begun (Ctrl-C).
  void Cancel() { pending_.clear(); }

  // Words to complete at the end of `text`: keywords, functions, hole types, names of rules.
  std::vector<std::string> Complete(std::string_view text) const;

 private:
  std::string Evaluate(const std::string& text);
  std::string Command(const std::string& text);
  std::string TryRule(const std::string& source, bool as_inline, bool keep);
  std::string TryPattern(const std::string& text);
  std::string TryExpression(const std::string& text);

  Options options_;
  std::vector<driver::RuleFile> kept_;  // declarations that were typed
  std::string sample_name_;
  std::string sample_;
  std::string pending_;
  bool finished_ = false;
};

}  // namespace faultline::repl

#endif  // FAULTLINE_TOOLS_REPL_REPL_H_
