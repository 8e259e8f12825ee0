#include "tools/cli/options.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>

namespace faultline::cli {

namespace {

constexpr const char* kVersion = "faultline " FAULTLINE_VERSION;

// The parser's own target: texts that become Options once parsing has succeeded.
struct Raw {
  std::vector<std::string> outputs, roles, path_maps;
  bool redact = false;
  bool no_redact = false;
  std::size_t max_findings = 0;
  int keep_days = 0;
  std::size_t keep_bytes = 0;
};

void AddHistory(CLI::App& app, Options& o) {
  app.add_option("--history", o.history,
                 "the database of earlier runs, or `none`; default: .faultline/history.db, else "
                 "$XDG_STATE_HOME/faultline/history.db");
}

void AddEverywhere(CLI::App& app, Options& o) {
  app.add_option("--engine", o.engine,
                 "how rules run: auto starts at once and turns hot rules into native code")
      ->check(CLI::IsMember({"auto", "jit", "interp"}))
      ->capture_default_str();
  app.add_option("--threads", o.threads, "worker threads; 0: one for each processor")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  app.add_option("--now", o.now, "the time to take for now: 2026-03-01T12:00:00Z");
  app.add_option("--tz", o.zone, "zone of times that name none: +02:00; default UTC");
  app.add_option("--color", o.color, "colours: auto (a terminal without NO_COLOR), always, never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  app.add_flag("--require-native", o.require_native,
               "end with an error where native code is missing (for tests)");
  app.add_option("--opt-level", o.opt_level,
                 "effort of the native compiler, 0 to 2; default: by the size of the rules")
      ->check(CLI::Range(0, 2));
  app.add_flag("--no-cache", o.no_cache, "neither read nor write the cache of native code");
  app.add_flag("-q,--quiet", o.quiet, "only results, no remarks");
  app.add_flag("-v,--verbose", o.verbose, "say what was chosen and why");
}

void AddRules(CLI::App& app, Options& o) {
  app.add_option(
         "-r,--rules", o.rules,
         "rule files or folders; replaces .faultline/ and the stock rules; `-r stdlib` adds these again")
      ->allow_extra_args(false);
}

// How the input's lines are read.
void AddReading(CLI::App& app, Options& o) {
  app.add_option("--format", o.format, "format of the input's lines, instead of detecting it");
  app.add_option("--wrapper", o.wrapper,
                 "wrapper of the input's lines, `none` for none, instead of detecting it");
  app.add_option("--order", o.order, "of the input's lines: detect, oldest-first, newest-first")
      ->check(CLI::IsMember({"detect", "oldest-first", "newest-first"}))
      ->capture_default_str();
  app.add_option("--max-line", o.max_line, "bytes of a line that are looked at; the rest is counted")
      ->check(CLI::Range(std::size_t{64}, std::size_t{1} << 30))
      ->capture_default_str();
}

std::string Example(const char* text) {
  return fmt::format("Example:\n  {}\n", text);
}

std::unique_ptr<CLI::App> MakeApp(Options& o, Raw& raw) {
  auto app = std::make_unique<CLI::App>("Faultline says what went wrong in a log, and how to mend it.\n",
                                        "faultline");
  app->footer(Example("go build ./... 2>&1 | faultline run"));
  app->set_version_flag("--version", kVersion);
  app->require_subcommand(1);

  CLI::App* run = app->add_subcommand("run", "findings and diagnoses for logs");
  run->add_option("INPUT", o.inputs, "files, folders, `-`; .gz and .zst as well; none: standard input");
  AddRules(*run, o);
  run->add_option("-e,--expression", o.expression,
                  "one rule, or only its clauses: -e 'match \"{file}:{line:int}: {what:rest}\"'");
  run->add_option("--input", raw.roles, "ROLE=FILE: an input with a role (before, after, diff, cover)")
      ->allow_extra_args(false);
  run->add_option("-o,--output", raw.outputs,
                  "human, json, github; FORMAT=FILE writes to a file; several at once")
      ->allow_extra_args(false);
  run->add_option("--fail-on", o.fail_on, "exit 1 at this severity or above")
      ->check(CLI::IsMember({"note", "warning", "error", "critical", "never"}))
      ->capture_default_str();
  run->add_option("--max-findings", raw.max_findings, "show at most so many; what is left out is counted");
  run->add_flag("--all", o.all, "show in full what another finding explains, too");
  run->add_option("--path-map", raw.path_maps, "FROM=TO: the build ran under another path")
      ->allow_extra_args(false);
  run->add_option("--context", o.context, "job=…,branch=…,commit=…; CI variables by default")
      ->delimiter(',')
      ->allow_extra_args(false);
  AddHistory(*run, o);
  AddReading(*run, o);
  run->add_flag("--follow", o.follow, "go on with what is written to files, folders, patterns and pipes");
  run->add_option("--state", o.state,
                  "with --follow: a folder by which a later run goes on where this one ended");
  run->add_flag("--redact", raw.redact, "hide tokens, keys and passwords (default for github)");
  run->add_flag("--no-redact", raw.no_redact, "show them");
  run->add_option("--emit", o.emit, "print what the rules compile to and end")
      ->check(CLI::IsMember({"ast", "ir", "plan", "llvm", "asm"}));
  AddEverywhere(*run, o);
  run->footer(
      Example("faultline run build.log\n  faultline run -o json -o github=annotations.txt ci.log.gz\n"
              "  faultline run -e 'match \"{file}:{line:int}: {what:rest}\"' build.log"));
  run->callback([&o] { o.verb = Verb::kRun; });

  CLI::App* learn =
      app->add_subcommand("learn", "line shapes of passing runs, so that `novel` knows what is new");
  learn->add_option("GOOD", o.inputs,
                    "logs of passing runs: files, folders, `-`; .gz and .zst as well; none: standard input");
  learn->add_option("--output", o.shapes, "the file of shapes; default: shapes.bin beside the history");
  learn->add_flag("--replace", o.replace, "forget what was learned before");
  learn->add_flag("--show", o.show, "print the shapes that are known and learn nothing");
  learn->add_option("--wrapper", o.wrapper,
                    "wrapper of the input's lines, `none` for none, instead of detecting it");
  AddHistory(*learn, o);
  AddRules(*learn, o);
  AddEverywhere(*learn, o);
  learn->footer(Example("faultline learn green/*.log"));
  learn->callback([&o] { o.verb = Verb::kLearn; });

  CLI::App* history = app->add_subcommand("history", "what earlier runs measured, for `last 7d` in rules");
  history->add_option("ACTION", o.subject, "show, export, import, prune")
      ->check(CLI::IsMember({"show", "export", "import", "prune"}))
      ->required();
  history->add_option("FILE", o.paths,
                      "export: to this file (.gz, .zst), else standard output; import: from these");
  history->add_flag("--json", o.json, "show: one object a line");
  history->add_option("--keep-days", raw.keep_days, "prune: drop what is older; default 180")
      ->check(CLI::Range(0, 36500));
  history->add_option("--keep-size", raw.keep_bytes, "prune: bytes of the file; default 64 MiB")
      ->transform(CLI::AsSizeValue(false));
  AddHistory(*history, o);
  AddEverywhere(*history, o);
  history->footer(Example("faultline history export history.jsonl.zst"));
  history->callback([&o] { o.verb = Verb::kHistory; });

  CLI::App* check = app->add_subcommand("check", "names, types and lints of rules, with codes");
  check->add_option("PATH", o.paths, "rule files or folders; none: .faultline/");
  check->add_flag("--json", o.json, "one object a line, for editors");
  check->add_option("--emit", o.emit, "print what the rules compile to")
      ->check(CLI::IsMember({"ast", "ir", "plan", "llvm", "asm"}));
  AddEverywhere(*check, o);
  check->footer(Example("faultline check .faultline/"));
  check->callback([&o] { o.verb = Verb::kCheck; });

  CLI::App* fmt_verb = app->add_subcommand("fmt", "one style for rules; comments are kept");
  fmt_verb->add_option("PATH", o.paths,
                       "rule files or folders; `-` formats standard input; none: .faultline/");
  fmt_verb->add_flag("--check", o.check_only,
                     "change nothing; show what would change; exit 1 if anything would");
  AddEverywhere(*fmt_verb, o);
  fmt_verb->footer(Example("faultline fmt --check rules/"));
  fmt_verb->callback([&o] { o.verb = Verb::kFmt; });

  CLI::App* list =
      app->add_subcommand("list", "what there is: rules, formats, wrappers, packs, functions, holes");
  list->add_option("WHAT", o.subject, "rules, formats, wrappers, packs, functions, holes, diagnostics")
      ->check(CLI::IsMember({"rules", "formats", "wrappers", "packs", "functions", "holes", "diagnostics"}))
      ->required();
  list->add_flag("--json", o.json, "one object a line");
  AddRules(*list, o);
  AddEverywhere(*list, o);
  list->footer(Example("faultline list rules"));
  list->callback([&o] { o.verb = Verb::kList; });

  CLI::App* config = app->add_subcommand("config", "what is in force, and where it came from");
  config->add_flag("--json", o.json, "one object a line");
  AddRules(*config, o);
  config->add_option("--context", o.context, "job=…,branch=…")->delimiter(',')->allow_extra_args(false);
  AddEverywhere(*config, o);
  config->footer(Example("faultline config"));
  config->callback([&o] { o.verb = Verb::kConfig; });

  AddHistory(*config, o);

  CLI::App* test = app->add_subcommand("test", "the tests in rules and case files");
  test->add_option("PATH", o.paths,
                   "rule files, .test files or folders; none: .faultline/; `stdlib`: the stock rules");
  test->add_flag("--update", o.update, "rewrite the expected sections of case files with what came out");
  test->add_option("--junit", o.junit, "write a JUnit XML report to this file");
  AddEverywhere(*test, o);
  test->footer(Example("faultline test rules/ --junit report.xml"));
  test->callback([&o] { o.verb = Verb::kTest; });

  CLI::App* explain =
      app->add_subcommand("explain", "the plan of a rule: what finds it, what runs, what state it keeps");
  explain->add_option("RULE", o.subject, "the rule's name, or the end of it")->required();
  explain->add_option("--emit", o.emit, "print a form of it instead")
      ->check(CLI::IsMember({"ast", "ir", "plan", "llvm", "asm"}));
  explain
      ->add_option("--why", o.why,
                   "INPUT[:LINE]: why it found something there, or how far it came and what failed")
      ->allow_extra_args(false);
  explain->add_option("--input", raw.roles, "with --why: ROLE=FILE, an input with a role")
      ->allow_extra_args(false);
  explain->add_option("-o,--output", raw.outputs, "with --why: human, json; FORMAT=FILE writes to a file")
      ->allow_extra_args(false);
  AddReading(*explain, o);
  explain->add_option("--context", o.context, "with --why: job=…,branch=…,commit=…; CI variables by default")
      ->delimiter(',')
      ->allow_extra_args(false);
  AddHistory(*explain, o);
  AddRules(*explain, o);
  AddEverywhere(*explain, o);
  explain->footer(
      Example("faultline explain checksum_mismatch\n"
              "  faultline explain checksum_mismatch --why build.log:12"));
  explain->callback([&o] { o.verb = Verb::kExplain; });

  CLI::App* repl = app->add_subcommand("repl", "try rules, patterns and expressions on a sample");
  repl->add_option("SAMPLE", o.inputs, "a log to try them on");
  AddRules(*repl, o);
  AddEverywhere(*repl, o);
  repl->footer(Example("faultline repl build.log"));
  repl->callback([&o] { o.verb = Verb::kRepl; });

  CLI::App* completion = app->add_subcommand("completion", "a completion script for the shell");
  completion->add_option("SHELL", o.subject, "bash, zsh or fish")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->required();
  completion->footer(Example("faultline completion bash >/etc/bash_completion.d/faultline"));
  completion->callback([&o] { o.verb = Verb::kCompletion; });
  return app;
}

// "a=b" in its halves; an empty first half is no pair.
bool SplitPair(const std::string& text, std::string& first, std::string& second) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return false;
  first = text.substr(0, equals);
  second = text.substr(equals + 1);
  return true;
}

std::optional<std::string> Complete(const Raw& raw, const CLI::App& app, Options& o) {
  static const std::vector<std::string> formats = {"human", "json", "github"};
  int on_stdout = 0;
  for (const std::string& text : raw.outputs) {
    OutputSpec spec;
    if (!SplitPair(text, spec.format, spec.file)) spec.format = text;
    if (std::find(formats.begin(), formats.end(), spec.format) == formats.end()) {
      return fmt::format("-o {}: no such output; there are human, json and github", spec.format);
    }
    if (spec.file.empty() && ++on_stdout > 1)
      return "two outputs cannot both go to standard output; write one as -o FORMAT=FILE";
    o.outputs.push_back(std::move(spec));
  }
  for (const std::string& text : raw.roles) {
    RoleInput role;
    if (!SplitPair(text, role.role, role.file)) return fmt::format("--input {}: write ROLE=FILE", text);
    o.roles.push_back(std::move(role));
  }
  for (const std::string& text : raw.path_maps) {
    PathMapping map;
    if (!SplitPair(text, map.from, map.to)) return fmt::format("--path-map {}: write FROM=TO", text);
    o.path_maps.push_back(std::move(map));
  }
  if (o.verb == Verb::kExplain) {
    if (o.why.empty() && !o.roles.empty()) return "--input needs --why";
    if (o.why.empty() && !o.outputs.empty()) return "-o needs --why";
    if (!o.why.empty() && !o.emit.empty()) return "--why and --emit are two questions";
    for (const OutputSpec& spec : o.outputs) {
      if (spec.format != "human" && spec.format != "json")
        return fmt::format("-o {}: --why answers as human or json", spec.format);
    }
  }
  if (o.verb == Verb::kRun && !o.command.empty() && !o.inputs.empty())
    return "run takes inputs or `-- COMMAND`, not both";
  if (!o.state.empty() && !o.follow) return "--state needs --follow";
  if (o.follow && !o.command.empty()) return "--follow takes inputs, not `-- COMMAND`";
  if (raw.redact && raw.no_redact) return "--redact and --no-redact contradict each other";
  if (raw.redact) o.redact = true;
  if (raw.no_redact) o.redact = false;
  if (o.verb == Verb::kRun && app.get_subcommand("run")->count("--max-findings") > 0)
    o.max_findings = raw.max_findings;
  if (o.verb == Verb::kHistory) {
    const CLI::App* history = app.get_subcommand("history");
    if (history->count("--keep-days") > 0) o.keep_days = raw.keep_days;
    if (history->count("--keep-size") > 0) o.keep_bytes = raw.keep_bytes;
  }
  return std::nullopt;
}

}  // namespace

ParsedOptions ParseOptions(int argc, char** argv) {
  ParsedOptions parsed;
  Raw raw;
  auto app = MakeApp(parsed.options, raw);

  // What stands behind `--` after `run` is a command with options of its own.
  int own = argc;
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--" && std::string(argv[1]) == "run") {
      own = i;
      parsed.options.command.assign(argv + i + 1, argv + argc);
      if (parsed.options.command.empty()) {
        return {parsed.options, 2, "faultline: run --: no command behind it\n", true};
      }
      break;
    }
  }
  try {
    app->parse(own, argv);
  } catch (const CLI::CallForHelp& help) {
    parsed.exit_code = 0;
    const auto subcommands = app->get_subcommands();
    parsed.message = (subcommands.empty() ? app.get() : subcommands.front())->help();
    return parsed;
  } catch (const CLI::CallForVersion&) {
    parsed.exit_code = 0;
    parsed.message = std::string(kVersion) + "\n";
    return parsed;
  } catch (const CLI::ParseError& error) {
    parsed.exit_code = 2;
    parsed.message =
        fmt::format("faultline: {}\nTry `faultline{} --help`.\n", error.what(),
                    app->get_subcommands().empty() ? "" : " " + app->get_subcommands().front()->get_name());
    parsed.message_is_error = true;
    return parsed;
  }
  if (auto problem = Complete(raw, *app, parsed.options)) {
    parsed.exit_code = 2;
    parsed.message = "faultline: " + *problem + "\n";
    parsed.message_is_error = true;
  }
  return parsed;
}

std::string CompletionScript(const std::string& shell) {
  Options options;
  Raw raw;
  auto app = MakeApp(options, raw);
  std::string verbs;
  std::string cases;
  std::string fish;
  for (const CLI::App* verb : app->get_subcommands({})) {
    verbs += (verbs.empty() ? "" : " ") + verb->get_name();
    std::string names;
    for (const CLI::Option* option : verb->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        names += " --" + name;
        fish += fmt::format("complete -c faultline -n '__fish_seen_subcommand_from {}' -l {}\n",
                            verb->get_name(), name);
      }
    }
    cases += fmt::format("    {}) words='{}' ;;\n", verb->get_name(), names);
  }
  if (shell == "fish") {
    return fmt::format("complete -c faultline -n __fish_use_subcommand -a '{}'\n{}", verbs, fish);
  }
  const std::string bash = fmt::format(
      "_faultline() {{\n"
      "  local current=${{COMP_WORDS[COMP_CWORD]}} words=''\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W '{}' -- \"$current\")); return\n"
      "  fi\n"
      "  case ${{COMP_WORDS[1]}} in\n{}  esac\n"
      "  case $current in -*) COMPREPLY=($(compgen -W \"$words\" -- \"$current\")) ;; esac\n"
      "}}\n"
      "complete -o default -F _faultline faultline\n",
      verbs, cases);
  if (shell == "bash") return bash;
  if (shell == "zsh") return "autoload -U +X bashcompinit && bashcompinit\n" + bash;
  return {};
}

}  // namespace faultline::cli
