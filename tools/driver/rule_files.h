// Which rule files a run uses, and where each was found.
//
// Without -r: `.faultline/` (found by walking up from the working directory, as git does) and the stock
// packs. With -r: those paths only; the word `stdlib` stands for the stock packs. Folders are searched for
// *.fault files in sorted order; hidden folders below them are skipped.
#ifndef FAULTLINE_TOOLS_DRIVER_RULE_FILES_H_
#define FAULTLINE_TOOLS_DRIVER_RULE_FILES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::driver {

struct RuleFile {
  std::string path;  // shown in messages; "stdlib-rules/go/modules.fault" for stock ones
  std::string text;
  std::string origin;  // "-r", ".faultline", "stock", "-e", "test"
};

struct FileError {
  std::string path;
  std::string message;
};

struct RuleFiles {
  std::vector<RuleFile> files;
  std::vector<FileError> errors;
  std::optional<std::string> repository_rules;  // the .faultline/ that was found
};

// The stock rules and the tables that they name, built into the program.
struct StockFile {
  std::string_view path;
  std::string_view text;
};
const std::vector<StockFile>& StockFiles();
std::vector<RuleFile> StockRuleFiles();
// Formats and wrappers only: what is in force also where -r replaces the rules.
std::vector<RuleFile> StockFormatFiles();

// Adds stock files, apart from those whose source is among `files` already (the stock rules under
// development).
void AddStock(std::vector<RuleFile>& files, std::vector<RuleFile> stock);

RuleFiles FindRuleFiles(const std::vector<std::string>& rules_options);

// The *.fault (or `extension`) files that `paths` name: a file is taken as it is, a folder is searched.
RuleFiles ReadPaths(const std::vector<std::string>& paths, std::string_view extension = ".fault");

std::optional<std::string> FindRepositoryRules();

// A whole file; an error names the reason. Rules over 16 MiB are refused.
std::optional<std::string> ReadTextFile(const std::string& path, std::string* error);

}  // namespace faultline::driver

#endif  // FAULTLINE_TOOLS_DRIVER_RULE_FILES_H_
