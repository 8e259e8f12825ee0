// Report writers: findings in, text out through a callback. Libraries never print; the program decides where
// bytes go.
//
//   JsonReport    one object a line, for programs (docs/output.md is the contract)
//   HumanReport   grouped, sorted, with the lines around, for people
//   GithubReport  workflow commands that become annotations
//
// All text of a log is hostile: each writer escapes what its reader would obey. Thread safety: none; a writer
// is used by one thread. The output callback is called with whole lines.
#ifndef FAULTLINE_RUNTIME_REPORT_REPORT_H_
#define FAULTLINE_RUNTIME_REPORT_REPORT_H_

#include "runtime/finding/diagnosis.h"
#include "runtime/finding/sink.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace faultline::runtime {

using Output = std::function<void(std::string_view)>;

// The finding as its JSON object, without a newline. Valid UTF-8 whatever the finding holds: bytes that are
// not UTF-8 become U+FFFD, and the bytes stand in base64 under "raw".
std::string FindingToJson(const Finding& finding);
std::string DiagnosisToJson(const Diagnosis& diagnosis);

struct JsonReportOptions {
  bool redact = false;
  bool diagnoses = true;  // at the end
  std::size_t max_diagnoses = 1000;
};

// Findings are written as they come, diagnoses at the end, then what is telling where nothing was found.
class JsonReport : public FindingSink {
 public:
  JsonReport(Output output, const JsonReportOptions& options = {});
  void OnFinding(const FindingPtr& finding) override;
  void OnDiagnoses(const std::vector<Diagnosis>& diagnoses) override;
  void OnEnd(const RunSummary& summary) override;

 private:
  Output output_;
  JsonReportOptions options_;
};

struct HumanReportOptions {
  bool color = false;
  bool redact = false;
  bool all = false;               // findings that another one explains are shown in full, too
  bool live = false;              // each finding is written as it comes, alone; the end only sums up
  std::size_t max_findings = 0;   // groups that are shown, the worst first; 0: as many as are kept
  std::size_t max_groups = 1000;  // kept in memory
  std::size_t width = 100;        // columns for lines of the log; at least 40
  // What happened to inputs has been said elsewhere: inputs that could not be read to their end, and all
  // else.
  bool failures_said = false;
  bool remarks_said = false;
};

// Gathers equal findings (rule and message) and writes them at the end, the worst first, then by place. What
// a finding explains is folded below it, and counts for how bad it is.
class HumanReport : public FindingSink {
 public:
  HumanReport(Output output, const HumanReportOptions& options = {});
  void OnFinding(const FindingPtr& finding) override;
  void OnDiagnoses(const std::vector<Diagnosis>& diagnoses) override;
  void OnEnd(const RunSummary& summary) override;

 private:
  struct Group {
    FindingPtr finding;  // the first
    std::int64_t count = 0;
    std::vector<FindingPlace> others;  // the next few
  };
  // What followed from a finding: equal symptoms once.
  struct Folded {
    FindingPtr finding;
    int depth = 1;
    std::int64_t count = 1;
    std::optional<double> confidence;
  };
  struct Cause {
    lang::Severity severity = lang::Severity::kNote;  // the worst of the diagnosis
    std::vector<Folded> symptoms;
    std::vector<FindingPtr> because;
    std::vector<std::string> missing;
  };
  struct Worse {
    bool operator()(const FindingPtr& a, const FindingPtr& b) const { return WorseOrEarlier(*a, *b); }
  };

  void WriteGroup(const Group& group, std::string* out) const;
  void WriteCause(const Cause& cause, std::string* out) const;
  void WriteLines(const Finding& finding, std::string* out) const;
  void WriteTelling(const RunSummary& summary, std::string* out) const;
  std::string Paint(std::string_view style, std::string_view text) const;

  Output output_;
  HumanReportOptions options_;
  std::map<FindingPtr, Group, Worse> groups_;
  std::unordered_map<std::string, FindingPtr> by_text_;  // rule and message -> key of groups_
  std::unordered_map<std::string, Cause> causes_;        // rule and message of roots
  std::set<std::string> explained_;                      // rule and message of what is folded elsewhere
};

struct GithubReportOptions {
  bool redact = true;
  std::string root;              // the repository's folder: absolute places below it become relative
  std::size_t max_findings = 0;  // 0: all
};

// Workflow commands: ::error file=…,line=…,col=…,title=…::message. A place stands there only if it is inside
// the repository: relative without "..", or absolute below `root`.
class GithubReport : public FindingSink {
 public:
  GithubReport(Output output, const GithubReportOptions& options = {});
  void OnFinding(const FindingPtr& finding) override;
  void OnEnd(const RunSummary& summary) override;

 private:
  Output output_;
  GithubReportOptions options_;
  std::size_t written_ = 0, left_out_ = 0;
};

// "1 error, 2 warnings in 3 files, 1,204 lines", or "nothing found in …".
std::string SummaryLine(const RunSummary& summary);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_REPORT_REPORT_H_
