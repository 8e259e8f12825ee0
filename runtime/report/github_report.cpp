// Workflow commands of GitHub Actions: lines that the runner turns into annotations.
//
// The runner obeys lines that begin with "::" and, of old, "##[" anywhere in a line; so a log that is quoted
// could give orders. Everything goes into one line whose data and properties are escaped as the runner's
// toolkit does it
// (%, CR, LF; in properties also ":" and ","), and what remains of "::" and "##[" in text is broken up by a
// zero-width space.
#include "runtime/report/escape.h"
#include "runtime/report/redact.h"
#include "runtime/report/report.h"

#include <algorithm>
#include <utility>

namespace faultline::runtime {
namespace {

constexpr std::string_view kZeroWidthSpace = "\xe2\x80\x8b";

std::string_view CommandOf(lang::Severity severity) {
  switch (severity) {
    case lang::Severity::kNote:
      return "notice";
    case lang::Severity::kWarning:
      return "warning";
    case lang::Severity::kError:
    case lang::Severity::kCritical:
      return "error";
  }
  return "notice";
}

void AppendEscaped(std::string_view text, bool property, std::string* out) {
  const std::string safe = SafeLines(text);
  for (std::size_t i = 0; i < safe.size(); ++i) {
    const char c = safe[i];
    if (c == '%') {
      *out += "%25";
    } else if (c == '\n') {
      *out += "%0A";
    } else if (c == '\r') {
      *out += "%0D";
    } else if (property && c == ':') {
      *out += "%3A";
    } else if (property && c == ',') {
      *out += "%2C";
    } else {
      *out += c;
      if (i + 1 < safe.size() && ((c == ':' && safe[i + 1] == ':') || (c == '#' && safe[i + 1] == '#'))) {
        *out += kZeroWidthSpace;
      }
    }
  }
}

// The path inside the repository, or "" for one that is outside of it or may be.
std::string InsideRepository(std::string_view path, std::string_view root) {
  while (root.size() > 1 && root.back() == '/') root.remove_suffix(1);
  if (!root.empty() && path.starts_with(root) && path.size() > root.size() && path[root.size()] == '/') {
    path.remove_prefix(root.size() + 1);
  }
  while (path.starts_with("./")) path.remove_prefix(2);
  if (path.empty() || path[0] == '/' || path[0] == '~' || path[0] == '-') return "";
  for (std::size_t i = 0; i < path.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(path[i]);
    if (c < 0x20 || c == 0x7f || c == '\\' || c == ':') return "";
  }
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (path.substr(begin, end - begin) == "..") return "";
    begin = end + 1;
  }
  return std::string(path);
}

}  // namespace

GithubReport::GithubReport(Output output, const GithubReportOptions& options)
    : output_(std::move(output)), options_(options) {}

void GithubReport::OnFinding(const FindingPtr& finding) {
  if (options_.max_findings > 0 && written_ >= options_.max_findings) {
    ++left_out_;
    return;
  }
  ++written_;
  const FindingPtr shown = options_.redact ? Redacted(finding) : finding;
  std::string line = "::" + std::string(CommandOf(shown->severity)) + " ";
  if (shown->source) {
    if (const std::string file = InsideRepository(shown->source->file, options_.root); !file.empty()) {
      line += "file=";
      AppendEscaped(file, true, &line);
      if (shown->source->line > 0) line += ",line=" + std::to_string(shown->source->line);
      if (shown->source->line > 0 && shown->source->column > 0)
        line += ",col=" + std::to_string(shown->source->column);
      line += ",";
    }
  }
  line += "title=";
  AppendEscaped(shown->rule->name, true, &line);
  line += "::";
  std::string message = shown->message.empty() ? shown->rule->name : shown->message;
  message += "\nin " + shown->location.file + ":" + std::to_string(shown->location.line);
  if (shown->fix) message += "\nto fix it: " + *shown->fix;
  AppendEscaped(message, false, &line);
  output_(line + "\n");
}

void GithubReport::OnEnd(const RunSummary& summary) {
  std::string text;
  if (left_out_ > 0) {
    text += "::notice title=faultline::" + std::to_string(left_out_) +
            " more findings left out by --max-findings\n";
  }
  for (const Notice& notice : summary.notices) {
    text += "::notice title=faultline::";
    AppendEscaped(notice.where + ": " + notice.message, false, &text);
    text += '\n';
  }
  for (const TellingLine& line : summary.telling) {
    text += "::notice title=faultline%3A no rule found the cause::";
    std::string message = (options_.redact ? Redact(line.text) : line.text) + "\nin " + line.file + ":" +
                          std::to_string(line.line);
    for (const std::string& reason : line.reasons)
      message += (&reason == &line.reasons[0] ? " (" : ", ") + reason;
    AppendEscaped(message + (line.reasons.empty() ? "" : ")"), false, &text);
    text += '\n';
  }
  output_(text + "faultline: " + SummaryLine(summary) + "\n");
}

}  // namespace faultline::runtime
