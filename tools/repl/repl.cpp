#include "tools/repl/repl.h"

#include "ir/plan.h"
#include "ir/text.h"
#include "runtime/input/files.h"
#include "runtime/report/escape.h"
#include "runtime/report/report.h"
#include "support/diag/render.h"
#include "support/lang/lang.h"
#include "support/value/print.h"
#include "tools/casetest/rule_tests.h"
#include "tools/driver/program.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>
#include <memory>

namespace faultline::repl {

namespace {

constexpr std::size_t kMaxSample = std::size_t{64} << 20;

constexpr char kHelp[] =
    "\"{file}:{line:int}: {what:rest}\"     lines of the sample that match, and what the holes took\n"
    "r\"h1:(?<sum>\\S+)\"                   the same for a regex\n"
    "match \"…\"; where n > 3             a rule for this once: clauses, `;` between them\n"
    "rule name { … }                     a rule that is kept, and tried at once\n"
    "1h30m > 45m                         the value of an expression\n"
    ":load FILE   :sample   :rules   :drop NAME   :plan NAME   :help   :quit\n";

std::string Trim(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return std::string(text);
}

std::string FirstWord(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_'))
    ++end;
  return std::string(text.substr(0, end));
}

// Open braces, brackets and parentheses outside of strings and comments; a fence that is open counts too.
bool IsOpen(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (text.substr(i).starts_with("\"\"\"")) {
      const std::size_t end = text.find("\n", i);
      const std::size_t close = end == std::string_view::npos ? end : text.find("\"\"\"", end);
      if (close == std::string_view::npos) return true;
      i = close + 2;
    } else if (c == '"') {
      for (++i; i < text.size() && text[i] != '"' && text[i] != '\n'; ++i) {
        if (text[i] == '\\') ++i;
      }
    } else if (c == '/' && text.substr(i).starts_with("//")) {
      i = std::min(text.find('\n', i), text.size());
    } else if (c == '{' || c == '[' || c == '(') {
      ++depth;
    } else if (c == '}' || c == ']' || c == ')') {
      --depth;
    }
  }
  return depth > 0;
}

bool IsOneOf(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// What was typed, inside the clauses that were put around it to compile it: the last file of the compilation.
struct Typed {
  std::size_t begin = 0;
  std::string text;
};

// The errors, which show and count what was typed and not what stands around it.
std::string Errors(const driver::Compilation& compilation, bool color, const Typed& typed) {
  if (!compilation.fault.empty()) return "a fault of ours: " + compilation.fault + "\n";
  SourceSet sources;
  const auto last = static_cast<FileId>(compilation.sources.size() - 1);
  for (FileId id = 0; id < last; ++id) {
    const SourceFile& file = compilation.sources.Get(id);
    sources.Add(file.path(), std::string(file.text()));
  }
  sources.Add(compilation.sources.Get(last).path(), typed.text);
  const auto place = [&](std::uint32_t offset) {
    const std::size_t behind = offset > typed.begin ? offset - typed.begin : 0;
    return static_cast<std::uint32_t>(std::min(behind, typed.text.size()));
  };
  std::string text;
  for (Diagnostic diagnostic : compilation.diagnostics) {
    if (diagnostic.severity() != DiagnosticSeverity::kError) continue;
    if (diagnostic.span.file == last)
      diagnostic.span = {last, place(diagnostic.span.begin), place(diagnostic.span.end)};
    std::erase_if(diagnostic.labels, [&](const DiagnosticLabel& label) {
      return label.span.file == last &&
             (label.span.end <= typed.begin || label.span.begin >= typed.begin + typed.text.size());
    });
    for (DiagnosticLabel& label : diagnostic.labels) {
      if (label.span.file == last) label.span = {last, place(label.span.begin), place(label.span.end)};
    }
    text += RenderText(diagnostic, sources, color);
  }
  return text;
}

std::string Errors(const driver::Compilation& compilation, bool color) {
  if (!compilation.fault.empty()) return "a fault of ours: " + compilation.fault + "\n";
  std::string text;
  for (const Diagnostic& diagnostic : compilation.diagnostics) {
    if (diagnostic.severity() == DiagnosticSeverity::kError)
      text += RenderText(diagnostic, compilation.sources, color);
  }
  return text;
}

}  // namespace

Repl::Repl(Options options) : options_(std::move(options)) {
  options_.engine.threads = 1;
  options_.engine.context_lines = 0;
}

bool Repl::Load(const std::string& path, std::string* answer) {
  runtime::InputError error;
  const auto source = runtime::OpenInput({path, false}, &error);
  if (!source) {
    *answer = fmt::format("{}: {}\n", runtime::SafeText(path), error.message);
    return false;
  }
  std::string text;
  std::array<char, 1 << 16> buffer{};
  while (const std::size_t got = source->Read(buffer.data(), buffer.size())) {
    text.append(buffer.data(), got);
    if (text.size() > kMaxSample) break;
  }
  const bool cut = text.size() > kMaxSample;
  if (cut) text.resize(kMaxSample);
  const auto lines =
      std::count(text.begin(), text.end(), '\n') + (!text.empty() && text.back() != '\n' ? 1 : 0);
  *answer = fmt::format("{}: {} line{}{}\n", runtime::SafeText(path), lines, lines == 1 ? "" : "s",
                        cut ? ", only the first 64 MiB" : "");
  SetSample(path, std::move(text));
  return true;
}

void Repl::SetSample(std::string name, std::string text) {
  sample_name_ = std::move(name);
  sample_ = std::move(text);
}

std::string Repl::Feed(std::string_view line) {
  pending_.append(line).append("\n");
  if (IsOpen(pending_) || Trim(pending_).ends_with(';')) return {};  // clauses go on behind a `;`
  const std::string text = Trim(pending_);
  pending_.clear();
  return text.empty() ? std::string() : Evaluate(text);
}

std::string Repl::Evaluate(const std::string& text) {
  if (text[0] == ':') return Command(text);
  const std::string word = FirstWord(text);
  if (word == "quit" || word == "exit") return Command(":quit");
  if (word == "help") return Command(":help");
  if (IsOneOf(word, {"rule", "event", "pattern", "format", "wrapper"})) return TryRule(text, false, true);
  if (IsOneOf(word, {"match", "then", "without", "from", "severity", "report", "let", "where", "at", "fix"}))
    return TryRule(text, true, false);
  // A string alone is a pattern; a string followed by an operator is an expression.
  if (text[0] == '"' || text.starts_with("r\"") || text.starts_with("#\"") || text.starts_with("r#\"")) {
    std::string probe = TryPattern(text);
    if (!probe.empty()) return probe;
  }
  return TryExpression(text);
}

std::string Repl::Command(const std::string& text) {
  const std::size_t blank = text.find(' ');
  const std::string verb = text.substr(0, blank);
  const std::string argument = blank == std::string::npos ? "" : Trim(text.substr(blank + 1));
  if (verb == ":quit" || verb == ":q") {
    finished_ = true;
    return {};
  }
  if (verb == ":help" || verb == ":h") return kHelp;
  if (verb == ":load") {
    std::string answer;
    if (argument.empty()) return ":load FILE\n";
    Load(argument, &answer);
    return answer;
  }
  if (verb == ":sample") {
    return sample_name_.empty() ? "no sample; :load FILE\n"
                                : fmt::format("{}: {} byte{}\n", runtime::SafeText(sample_name_),
                                              sample_.size(), sample_.size() == 1 ? "" : "s");
  }
  if (verb == ":rules") {
    std::string names;
    for (const driver::RuleFile& rule : kept_) names += rule.text + "\n";
    return names.empty() ? "none yet\n" : names;
  }
  if (verb == ":drop") {
    const std::size_t before = kept_.size();
    std::erase_if(kept_, [&](const driver::RuleFile& f) { return f.path == argument; });
    return kept_.size() < before
               ? "dropped\n"
               : fmt::format("no declaration is called `{}`\n", runtime::SafeText(argument));
  }
  if (verb == ":plan") {
    std::vector<driver::RuleFile> files = options_.rules;
    files.insert(files.end(), kept_.begin(), kept_.end());
    const auto compilation = driver::Compile(std::move(files), {.lints = false, .inline_rules = true});
    if (!compilation->module) return Errors(*compilation, options_.color);
    std::string plan;
    for (ir::RuleId id = 0; id < compilation->module->rules.size(); ++id) {
      const std::string& name = compilation->module->rules[id].name;
      if (name == argument || name.ends_with("." + argument)) plan += ir::PrintPlan(*compilation->module, id);
    }
    return plan.empty() ? fmt::format("no rule is called `{}`\n", runtime::SafeText(argument)) : plan;
  }
  return fmt::format("no command is called `{}`; :help\n", runtime::SafeText(verb));
}

std::string Repl::TryRule(const std::string& source, bool as_inline, bool keep) {
  std::vector<driver::RuleFile> files = options_.rules;
  files.insert(files.end(), kept_.begin(), kept_.end());
  std::string name = as_inline ? "<input>" : FirstWord(Trim(source.substr(FirstWord(source).size())));
  std::erase_if(files, [&](const driver::RuleFile& f) { return f.origin == "-e" && f.path == name; });
  files.push_back({name, source, "-e"});
  const auto compilation = driver::Compile(std::move(files), {.lints = false, .inline_rules = true});
  if (!compilation->module) return Errors(*compilation, options_.color);
  if (keep) {
    std::erase_if(kept_, [&](const driver::RuleFile& f) { return f.path == name; });
    kept_.push_back({name, source, "-e"});
  }
  const std::string word = FirstWord(source);
  if (IsOneOf(word, {"event", "pattern", "format", "wrapper"})) return "ok\n";
  if (sample_name_.empty()) return "ok; no sample to try it on, :load FILE\n";

  driver::ProgramResult made =
      driver::MakeProgram(compilation->module, {.engine = driver::EngineChoice::kInterp});
  casetest::CollectingSink sink;
  runtime::Engine engine(made.program, options_.engine);
  engine.AddSink(&sink);
  engine.Run(runtime::DecodedSource(runtime::MemorySource(sample_), sample_name_), sample_name_);
  engine.Finish();
  std::erase_if(sink.findings, [&](const runtime::FindingPtr& f) {
    return f->rule->name != name && !f->rule->name.ends_with("." + name) && !as_inline;
  });
  std::string answer;
  std::size_t shown = 0;
  for (const runtime::FindingPtr& finding : sink.findings) {
    if (++shown > options_.max_lines) break;
    answer += fmt::format("{}:{}: {}\n", runtime::SafeText(sample_name_), finding->location.line,
                          runtime::SafeText(finding->message));
    for (const runtime::FindingField& field : finding->fields) {
      // Text in quotes, with its blanks and control bytes visible; all else as a report prints it.
      const std::string value = field.value.kind == ValueKind::kText ? ir::PrintValue(field.value)
                                                                     : runtime::SafeText(ToText(field.value));
      answer += fmt::format("    {} = {}\n", field.name, value);
    }
  }
  const std::size_t total = sink.findings.size();
  if (total > options_.max_lines) answer += fmt::format("… {} more\n", total - options_.max_lines);
  return answer + fmt::format("{} finding{}\n", total, total == 1 ? "" : "s");
}

std::string Repl::TryPattern(const std::string& text) {
  // Whether the whole text is one string is the parser's knowledge: as a clause it compiles only then.
  constexpr std::string_view kMatch = "match ";
  driver::RuleFile probe{"<input>", std::string(kMatch) + text, "-e"};
  std::vector<driver::RuleFile> files = options_.rules;
  files.insert(files.end(), kept_.begin(), kept_.end());
  files.push_back(probe);
  const auto compilation = driver::Compile(std::move(files), {.lints = false, .inline_rules = true});
  if (!compilation->module) {
    // An operator behind the string makes it an expression; any other mistake is the pattern's.
    const std::size_t close = text.rfind('"');
    const std::string behind = Trim(text.substr(close + 1));
    const bool one_string =
        behind.empty() || behind == "i" || behind == "u" || behind == "iu" || behind == "#";
    const bool has_operator = text.find("\" ") != std::string::npos;
    return one_string && !has_operator ? Errors(*compilation, options_.color, {kMatch.size(), text})
                                       : std::string();
  }
  if (sample_name_.empty()) return "a pattern; no sample to try it on, :load FILE\n";
  return TryRule("match " + text, true, false);
}

std::string Repl::TryExpression(const std::string& text) {
  std::vector<driver::RuleFile> files = options_.rules;
  files.insert(files.end(), kept_.begin(), kept_.end());
  const std::string head = "severity note\nmatch \"it\"\nlet it = ";
  files.push_back({"<input>", head + text + "\nreport \"{it default \"missing\"}\"\n", "-e"});
  auto compilation = driver::Compile(std::move(files), {.lints = false, .inline_rules = true});
  if (!compilation->module) {
    // Without the default: values that are no text cannot share a type with it.
    files = options_.rules;
    files.insert(files.end(), kept_.begin(), kept_.end());
    files.push_back({"<input>", head + text + "\nreport \"{it}\"\n", "-e"});
    compilation = driver::Compile(std::move(files), {.lints = false, .inline_rules = true});
  }
  if (!compilation->module) return Errors(*compilation, options_.color, {head.size(), text});
  driver::ProgramResult made =
      driver::MakeProgram(compilation->module, {.engine = driver::EngineChoice::kInterp});
  casetest::CollectingSink sink;
  runtime::Engine engine(made.program, options_.engine);
  engine.AddSink(&sink);
  engine.Run(runtime::MemorySource("it\n"), "<input>");
  engine.Finish();
  for (const runtime::FindingPtr& finding : sink.findings) {
    const runtime::FindingField* field = finding->Field("it");
    if (field == nullptr) return "missing\n";
    return fmt::format("{} : {}\n", runtime::SafeText(finding->message), field->type.ToString());
  }
  return "missing\n";
}

std::vector<std::string> Repl::Complete(std::string_view text) const {
  std::size_t begin = text.size();
  while (begin > 0 && (std::isalnum(static_cast<unsigned char>(text[begin - 1])) != 0 ||
                       text[begin - 1] == '_' || text[begin - 1] == ':'))
    --begin;
  const std::string_view word = text.substr(begin);
  std::vector<std::string> found;
  auto offer = [&](std::string_view candidate) {
    if (!word.empty() && candidate.starts_with(word)) found.emplace_back(candidate);
  };
  for (const std::string_view keyword : lang::Keywords()) offer(keyword);
  for (const lang::OperatorRow& row : lang::Operators()) {
    if (row.form == lang::OperatorForm::kFunction) offer(row.spelling);
  }
  for (const lang::HoleRow& row : lang::HoleTypes()) offer(row.name);
  for (const char* command : {":load", ":sample", ":rules", ":drop", ":plan", ":help", ":quit"})
    offer(command);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace faultline::repl
