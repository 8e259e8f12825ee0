// `faultline repl`: the terminal around tools/repl. Line editing and history by libedit on a terminal; plain
// lines when standard input is a pipe, so that a session can be scripted.
#include "tools/repl/repl.h"

#include "tools/cli/console.h"
#include "tools/cli/session.h"
#include "tools/cli/verbs.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <histedit.h>
#include <memory>
#include <string>
#include <unistd.h>

namespace faultline::cli {

namespace {

repl::Repl* current = nullptr;  // for libedit's callbacks, which carry no context of ours

char* Prompt(EditLine*) {
  static char first[] = "fault> ";
  static char more[] = "  ...> ";
  return current != nullptr && current->awaits_more() ? more : first;
}

// Completes the word before the cursor as far as all candidates agree; shows them where they do not.
unsigned char CompleteWord(EditLine* editor, int) {
  const LineInfo* line = el_line(editor);
  const std::string text(line->buffer, line->cursor);
  const std::vector<std::string> words = current->Complete(text);
  if (words.empty()) return CC_ERROR;
  std::string common = words.front();
  for (const std::string& word : words) {
    std::size_t same = 0;
    while (same < common.size() && same < word.size() && common[same] == word[same]) ++same;
    common.resize(same);
  }
  std::size_t typed = 0;
  while (typed < text.size() && typed < common.size() &&
         !text.ends_with(common.substr(0, common.size() - typed)))
    ++typed;
  const std::string rest = common.substr(common.size() - typed);
  if (!rest.empty() && el_insertstr(editor, rest.c_str()) == 0) return CC_REFRESH;
  if (words.size() == 1) return CC_NORM;
  std::string list = "\n";
  for (const std::string& word : words) list += word + "  ";
  std::fputs((list + "\n").c_str(), stdout);
  return CC_REDISPLAY;
}

std::string HistoryFile() {
  const char* state = std::getenv("XDG_STATE_HOME");
  const char* home = std::getenv("HOME");
  if (state == nullptr && home == nullptr) return {};
  const std::filesystem::path folder =
      (state != nullptr ? std::filesystem::path(state) : std::filesystem::path(home) / ".local/state") /
      "faultline";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  return error ? std::string() : (folder / "repl-history").string();
}

void RunOnTerminal(repl::Repl& repl) {
  current = &repl;
  EditLine* editor = el_init("faultline", stdin, stdout, stderr);
  History* past = history_init();
  HistEvent event;
  ::history(past, &event, H_SETSIZE, 2000);
  ::history(past, &event, H_SETUNIQUE, 1);
  const std::string file = HistoryFile();
  if (!file.empty()) ::history(past, &event, H_LOAD, file.c_str());
  el_set(editor, EL_PROMPT, &Prompt);
  el_set(editor, EL_EDITOR, "emacs");
  el_set(editor, EL_HIST, &::history, past);
  el_set(editor, EL_ADDFN, "faultline-complete", "complete a word", &CompleteWord);
  el_set(editor, EL_BIND, "^I", "faultline-complete", nullptr);
  el_set(editor, EL_SIGNAL, 1);
  int length = 0;
  while (!repl.finished()) {
    const char* line = el_gets(editor, &length);
    if (line == nullptr || length <= 0) break;
    std::string text(line, static_cast<std::size_t>(length));
    if (text.find_first_not_of(" \t\n") != std::string::npos) ::history(past, &event, H_ENTER, line);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    Out().Write(repl.Feed(text));
    Out().Flush();
  }
  if (!file.empty()) ::history(past, &event, H_SAVE, file.c_str());
  history_end(past);
  el_end(editor);
  current = nullptr;
}

void RunOnPipe(repl::Repl& repl) {
  std::string line;
  for (int c = std::fgetc(stdin); c != EOF && !repl.finished(); c = std::fgetc(stdin)) {
    if (c != '\n') {
      line += static_cast<char>(c);
      continue;
    }
    Out().Write(repl.Feed(line));
    Out().Flush();
    line.clear();
  }
  if (!line.empty() && !repl.finished()) Out().Write(repl.Feed(line));
}

}  // namespace

int ReplVerb(const Options& options) {
  repl::Options settings;
  const driver::RuleFiles found = options.rules.empty()
                                      ? driver::RuleFiles{driver::StockFormatFiles(), {}, std::nullopt}
                                      : driver::FindRuleFiles(options.rules);
  for (const driver::FileError& error : found.errors)
    Remark(fmt::format("{}: {}", error.path, error.message));
  if (!found.errors.empty()) return kUsage;
  settings.rules = found.files;
  settings.color = WantColor(options.color, stdout);
  const auto compilation = driver::Compile(found.files, {.lints = false});
  if (!compilation->module) {
    PrintDiagnostics(*compilation, options);
    return kUsage;
  }
  const auto engine = EngineOptionsOf(options, *compilation->module);
  if (!engine) return kUsage;
  settings.engine = *engine;
  settings.engine.stop = nullptr;
  repl::Repl repl(std::move(settings));
  int code = kOk;
  for (const std::string& path : options.inputs) {
    std::string answer;
    if (!repl.Load(path, &answer)) code = kInput;
    Out().Write(answer);
  }
  if (isatty(STDIN_FILENO) != 0) {
    Out().Write("a rule, a pattern or an expression; :help, :quit\n");
    Out().Flush();
    RunOnTerminal(repl);
  } else {
    RunOnPipe(repl);
  }
  return code;
}

}  // namespace faultline::cli
