// The command line as data. options.cpp is the only file that sees the parser library (its header costs
// seconds).
#ifndef FAULTLINE_TOOLS_CLI_OPTIONS_H_
#define FAULTLINE_TOOLS_CLI_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace faultline::cli {

enum class Verb {
  kNone,
  kLearn,
  kHistory,
  kRun,
  kCheck,
  kFmt,
  kList,
  kConfig,
  kTest,
  kExplain,
  kRepl,
  kCompletion
};

// One -o FORMAT[=FILE]. An empty file is standard output.
struct OutputSpec {
  std::string format;
  std::string file;
};

struct RoleInput {
  std::string role;
  std::string file;
};

struct PathMapping {
  std::string from;
  std::string to;
};

struct Options {
  Verb verb = Verb::kNone;

  // run, and what shares its options
  std::vector<std::string> rules;         // -r
  std::optional<std::string> expression;  // -e
  std::vector<std::string> inputs;
  std::vector<RoleInput> roles;      // --input ROLE=FILE
  std::vector<OutputSpec> outputs;   // -o; empty: human on standard output
  std::vector<std::string> command;  // after `--`
  std::string fail_on = "error";
  std::optional<std::size_t> max_findings;
  bool all = false;  // findings that another one explains are shown in full
  std::vector<PathMapping> path_maps;
  std::vector<std::string> context;  // job=…,branch=…
  std::string format;                // --format: of the input, instead of detection
  std::string wrapper;               // --wrapper
  std::string order = "detect";      // --order
  std::optional<bool> redact;        // --redact, --no-redact
  std::size_t max_line = 1u << 20;
  bool follow = false;  // --follow
  std::string state;    // --state DIR

  std::string history;  // --history FILE or `none`; empty: the usual place

  // learn, history
  std::string shapes;                     // learn --output FILE; empty: beside the history
  bool replace = false;                   // learn --replace: forget what was learned before
  bool show = false;                      // learn --show
  std::optional<int> keep_days;           // history prune
  std::optional<std::size_t> keep_bytes;  // history prune

  // everywhere
  std::string engine = "auto";
  bool require_native = false;
  int threads = 0;  // 0: as many as there are processors
  std::string now;
  std::string zone;
  std::string emit;
  std::string color = "auto";
  bool no_cache = false;
  int opt_level = -1;  // -1: by the size of the rules
  bool quiet = false;
  bool verbose = false;

  // check, fmt, test, explain, list, repl
  std::vector<std::string> paths;
  bool check_only = false;       // fmt --check
  bool json = false;             // check --json, list --json …
  bool update = false;           // test --update
  std::string junit;             // test --junit FILE
  std::string subject;           // explain RULE, list WHAT, completion SHELL
  std::vector<std::string> why;  // explain --why INPUT[:LINE]
};

struct ParsedOptions {
  Options options;
  std::optional<int> exit_code;  // set: print `message` and end with it
  std::string message;
  bool message_is_error = false;
};

ParsedOptions ParseOptions(int argc, char** argv);

// A completion script for "bash", "zsh" or "fish"; empty for another shell.
std::string CompletionScript(const std::string& shell);

}  // namespace faultline::cli

#endif  // FAULTLINE_TOOLS_CLI_OPTIONS_H_
