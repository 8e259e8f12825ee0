// `faultline fmt`: one style for rules. Files that do not parse are left alone and reported.
#include "frontend/ast/format.h"
#include "frontend/parse/parse.h"
#include "support/diag/render.h"
#include "tools/casetest/case_file.h"
#include "tools/cli/console.h"
#include "tools/cli/verbs.h"
#include "tools/driver/rule_files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <memory>

namespace faultline::cli {

namespace {

// Writes beside the file and renames, so that an interrupted run leaves the old text.
bool Replace(const std::string& path, const std::string& text, std::string* error) {
  const std::string next = path + ".faultline-new";
  std::error_code ignored;
  {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(next.c_str(), "wb"), &std::fclose);
    if (!file || std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() ||
        std::fflush(file.get()) != 0) {
      *error = std::strerror(errno);
      std::filesystem::remove(next, ignored);
      return false;
    }
  }
  std::error_code failed;
  std::filesystem::permissions(next, std::filesystem::status(path, ignored).permissions(), ignored);
  std::filesystem::rename(next, path, failed);
  if (failed) {
    *error = failed.message();
    std::filesystem::remove(next, ignored);
  }
  return !failed;
}

std::string ReadStandardInput() {
  std::string text;
  char buffer[1 << 16];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, stdin)) text.append(buffer, got);
  return text;
}

}  // namespace

int FmtVerb(const Options& options) {
  int code = kOk;
  std::vector<std::string> paths = options.paths;
  if (paths.empty()) {
    const auto repository = driver::FindRepositoryRules();
    if (!repository) {
      Remark(
          "no PATH, and no .faultline/ here or above; name a rule file or folder, or `-` for standard input");
      return kUsage;
    }
    paths.push_back(*repository);
  }
  const bool filter = paths.size() == 1 && paths[0] == "-";
  driver::RuleFiles found;
  if (filter) {
    found.files.push_back({"<stdin>", ReadStandardInput(), "-r"});
  } else {
    found = driver::ReadPaths(paths);
  }
  for (const driver::FileError& error : found.errors) {
    Remark(fmt::format("{}: {}", error.path, error.message));
    code = WorstExit(code, kUsage);
  }
  std::size_t changed = 0;
  for (driver::RuleFile& file : found.files) {
    SourceSet sources;
    DiagnosticSink sink;
    const parse::ParseResult parsed = parse::Parse(sources, sources.Add(file.path, file.text), sink);
    if (!parsed.ok) {
      for (const Diagnostic& diagnostic : sink.diagnostics()) {
        const std::string text = RenderText(diagnostic, sources, WantColor(options.color, stderr)) + "\n";
        std::fwrite(text.data(), 1, text.size(), stderr);
      }
      code = WorstExit(code, kUsage);
      if (filter) Out().Write(file.text);
      continue;
    }
    const ast::FormatResult result = ast::Format(file.text, parsed.tokens, parsed.ok);
    if (filter && !options.check_only) {
      Out().Write(result.text);
      continue;
    }
    if (result.text == file.text) continue;
    ++changed;
    if (options.check_only) {
      Out().Write(fmt::format("--- {}\n{}", file.path, casetest::LineDiff(file.text, result.text)));
      code = WorstExit(code, kFindings);
      continue;
    }
    std::string error;
    if (!Replace(file.path, result.text, &error)) {
      Remark(fmt::format("{}: {}", file.path, error));
      code = WorstExit(code, kInput);
    } else if (!options.quiet) {
      Out().Write(file.path + "\n");
    }
  }
  if (options.check_only && changed > 0 && !options.quiet) {
    Remark(fmt::format("{} of {} file{} would change; `faultline fmt` does it", changed, found.files.size(),
                       found.files.size() == 1 ? "" : "s"));
  }
  return code;
}

}  // namespace faultline::cli
