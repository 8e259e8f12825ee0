// `faultline check`: names, types and lints of rules; for people with excerpts, for editors as JSON lines.
#include "support/diag/render.h"
#include "tools/cli/console.h"
#include "tools/cli/session.h"
#include "tools/cli/verbs.h"
#include "tools/driver/clock.h"

#include <fmt/format.h>

namespace faultline::cli {

int CheckVerb(const Options& options) {
  std::vector<std::string> paths = options.paths;
  if (paths.empty()) {
    const auto repository = driver::FindRepositoryRules();
    if (!repository) {
      Remark("no PATH, and no .faultline/ here or above; name a rule file or folder");
      return kUsage;
    }
    paths.push_back(*repository);
  }
  int code = kOk;
  const bool stock = paths.size() == 1 && paths[0] == "stdlib";
  driver::RuleFiles found;
  if (stock) {
    found.files = driver::StockRuleFiles();
    for (driver::RuleFile& file : found.files) file.origin = "-r";
  } else {
    found = driver::ReadPaths(paths);
    driver::AddStock(found.files,
                     driver::StockRuleFiles());  // rules may use the stock modules; those are quiet
  }
  for (const driver::FileError& error : found.errors) {
    Remark(fmt::format("{}: {}", error.path, error.message));
    code = WorstExit(code, kUsage);
  }
  driver::CompileOptions compile;
  if (const auto now = driver::NowOption(options.now)) compile.now = *now;
  const auto compilation = driver::Compile(std::move(found.files), compile);
  if (options.json) {
    for (const Diagnostic& diagnostic : compilation->diagnostics) {
      Out().Write(RenderJson(diagnostic, compilation->sources) + "\n");
    }
  } else {
    PrintDiagnostics(*compilation, options, true);
  }
  if (!compilation->fault.empty()) {
    Remark("this is a fault of ours: " + compilation->fault);
    return kFault;
  }
  if (compilation->has_errors()) return kUsage;
  if (!options.emit.empty()) return WorstExit(code, Emit(options, *compilation));
  if (!options.json && !options.quiet && compilation->diagnostics.empty() && code == kOk) {
    std::size_t rules = 0, files = 0;
    for (const driver::ParsedFile& file : compilation->files) files += file.origin != "stock";
    for (const sema::Rule& rule : compilation->checked.rules) {
      for (const driver::ParsedFile& file : compilation->files)
        rules += file.id == rule.span.file && file.origin != "stock";
    }
    Out().Write(fmt::format("{} rule{} in {} file{}: nothing to complain about\n", rules,
                            rules == 1 ? "" : "s", files, files == 1 ? "" : "s"));
  }
  return code;
}

}  // namespace faultline::cli
