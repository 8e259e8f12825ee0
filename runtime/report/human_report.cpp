// The report for a tired person: what is wrong, where, the lines around it, what to do.
#include "runtime/report/escape.h"
#include "runtime/report/redact.h"
#include "runtime/report/report.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <tuple>
#include <utility>

namespace faultline::runtime {
namespace {

constexpr std::string_view kBold = "1";
constexpr std::string_view kDim = "2";
constexpr std::string_view kFixStyle = "32";
constexpr std::string_view kMarkStyle = "1;31";
constexpr std::string_view kTab = "    ";
constexpr std::size_t kShownEvidence = 4;  // lines of the log with their neighbours
constexpr std::size_t kShownOthers = 3;    // further places of the same finding
constexpr std::size_t kShownSymptoms = 6;  // of what followed from a finding

std::string_view StyleOf(lang::Severity severity) {
  switch (severity) {
    case lang::Severity::kNote:
      return "1;36";
    case lang::Severity::kWarning:
      return "1;33";
    case lang::Severity::kError:
      return "1;31";
    case lang::Severity::kCritical:
      return "1;37;41";
  }
  return "";
}

std::string Thousands(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string Counted(std::int64_t count, std::string_view one, std::string_view many) {
  return Thousands(count) + " " + std::string(count == 1 ? one : many);
}

std::string PlaceText(const SourcePlace& place) {
  std::string text = SafeText(place.file);
  if (place.line > 0) text += ":" + std::to_string(place.line);
  if (place.line > 0 && place.column > 0) text += ":" + std::to_string(place.column);
  return text;
}

// A line of the log made ready to show: safe, and the columns of the match in it.
struct Shown {
  std::string text;
  std::size_t mark = 0, mark_size = 0;
};

// At most `width` columns, from around the match.
Shown ShowLine(std::string_view line, std::uint32_t mark, std::uint32_t mark_size, std::size_t width) {
  const std::string plain = WithoutEscapeSequences(line, &mark, &mark_size);
  // Characters with their columns, so that clipping falls between them.
  struct Character {
    std::size_t text;  // where it begins in `safe`
    std::size_t column;
  };
  std::string safe;
  std::vector<Character> characters;
  std::size_t column = 0;
  std::size_t first = std::string::npos, last = std::string::npos;  // characters of the match
  for (std::size_t at = 0; at < plain.size();) {
    if (first == std::string::npos && at >= mark) first = characters.size();
    if (last == std::string::npos && at >= std::size_t{mark} + mark_size) last = characters.size();
    characters.push_back({safe.size(), column});
    column += AppendSafeCharacter(plain, &at, kTab, &safe);
  }
  if (first == std::string::npos) first = characters.size();
  if (last == std::string::npos) last = characters.size();
  characters.push_back({safe.size(), column});

  Shown shown;
  std::size_t begin = 0, end = characters.size() - 1;
  if (column > width) {
    const std::size_t room = width - 2;  // for an ellipsis on each side
    const std::size_t lead = room / 4;
    while (begin < first && characters[first].column - characters[begin].column > lead &&
           column - characters[begin].column > room) {
      ++begin;
    }
    end = begin;
    while (end + 1 < characters.size() && characters[end + 1].column - characters[begin].column <= room)
      ++end;
  }
  if (begin > 0) shown.text += "…";
  shown.text += safe.substr(characters[begin].text, characters[end].text - characters[begin].text);
  if (end + 1 < characters.size()) shown.text += "…";
  const std::size_t shift = begin > 0 ? 1 : 0;
  first = std::clamp(first, begin, end);
  last = std::clamp(last, first, end);
  shown.mark = characters[first].column - characters[begin].column + shift;
  shown.mark_size = characters[last].column - characters[first].column;
  return shown;
}

void Indent(std::string_view text, std::string_view indent, std::string* out) {
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    *out += indent;
    *out += text.substr(begin, end - begin);
    *out += '\n';
    begin = end + 1;
  }
}

std::string KeyOf(const Finding& finding) {
  return finding.rule->name + '\n' + finding.message;
}

// "confidence 0.9: 0.6 the symbol is missing, 0.3 it was renamed in go1.21".
std::string ConfidenceText(const Finding& finding) {
  std::string text = fmt::format("confidence {}", *finding.confidence);
  bool said = false;
  for (const ConfidencePart& part : finding.confidence_parts) {
    if (part.why.empty() && finding.confidence_parts.size() == 1) continue;
    text += fmt::format("{}{}{}{}", said ? ", " : ": ", part.weight, part.why.empty() ? "" : " ",
                        SafeText(part.why));
    said = true;
  }
  return text;
}

std::string FirstLine(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

}  // namespace

std::string SummaryLine(const RunSummary& summary) {
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"note", "notes"}, {"warning", "warnings"}, {"error", "errors"}, {"critical", "critical"}};
  std::string text;
  for (std::size_t severity = summary.findings.size(); severity-- > 0;) {
    if (summary.findings[severity] == 0) continue;
    if (!text.empty()) text += ", ";
    text += Counted(summary.findings[severity], kNames[severity].first, kNames[severity].second);
  }
  if (text.empty()) text = "nothing found";
  return text + " in " + Counted(summary.inputs, "file", "files") + ", " +
         Counted(summary.lines, "line", "lines");
}

HumanReport::HumanReport(Output output, const HumanReportOptions& options)
    : output_(std::move(output)), options_(options) {
  options_.width = std::max<std::size_t>(options_.width, 40);
  options_.max_groups = std::max<std::size_t>(options_.max_groups, 1);
  options_.max_groups = std::max(options_.max_groups, options_.max_findings);
}

void HumanReport::OnDiagnoses(const std::vector<Diagnosis>& diagnoses) {
  causes_.clear();
  explained_.clear();
  std::set<std::string> roots;
  for (const Diagnosis& diagnosis : diagnoses) roots.insert(KeyOf(*diagnosis.root));
  for (const Diagnosis& diagnosis : diagnoses) {
    Cause& cause = causes_[KeyOf(*diagnosis.root)];
    cause.severity = std::max(cause.severity, diagnosis.severity);
    for (const Symptom& symptom : diagnosis.explains) {
      const std::string key = KeyOf(*symptom.finding);
      if (!roots.contains(key)) explained_.insert(key);
      const auto known = std::find_if(cause.symptoms.begin(), cause.symptoms.end(),
                                      [&](const Folded& folded) { return KeyOf(*folded.finding) == key; });
      if (known == cause.symptoms.end()) {
        cause.symptoms.push_back({symptom.finding, symptom.depth, 1, symptom.confidence});
      } else {
        ++known->count;
      }
    }
    for (const FindingPtr& rival : diagnosis.because) {
      const bool known = std::any_of(cause.because.begin(), cause.because.end(),
                                     [&](const FindingPtr& other) { return KeyOf(*other) == KeyOf(*rival); });
      if (!known) cause.because.push_back(rival);
    }
    for (std::string_view text : diagnosis.missing) {
      if (std::find(cause.missing.begin(), cause.missing.end(), text) == cause.missing.end())
        cause.missing.emplace_back(text);
    }
    // A cause of little weight may have given way to worse findings that it explains.
    if (!by_text_.contains(KeyOf(*diagnosis.root)) && !diagnosis.explains.empty()) {
      const auto [it, inserted] =
          groups_.emplace(diagnosis.root, Group{diagnosis.root, diagnosis.root->count, {}});
      if (inserted) by_text_.emplace(KeyOf(*diagnosis.root), it->first);
    }
  }
}

void HumanReport::OnFinding(const FindingPtr& finding) {
  if (options_.live) {
    std::string text;
    WriteGroup(Group{finding, finding->count, {}}, &text);
    output_(text);
    return;
  }
  const std::string key = KeyOf(*finding);
  if (const auto it = by_text_.find(key); it != by_text_.end()) {
    Group& group = groups_.find(it->second)->second;
    group.count += finding->count;
    if (group.others.size() < kShownOthers) group.others.push_back(finding->location);
    return;
  }
  if (groups_.size() >= options_.max_groups) {
    const auto least = std::prev(groups_.end());
    if (!WorseOrEarlier(*finding, *least->first)) return;
    by_text_.erase(KeyOf(*least->first));
    groups_.erase(least);
  }
  const auto [it, inserted] = groups_.emplace(finding, Group{finding, finding->count, {}});
  if (inserted) by_text_.emplace(key, it->first);
}

std::string HumanReport::Paint(std::string_view style, std::string_view text) const {
  if (!options_.color) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", style, text);
}

// The lines of the log, in order, each file's together: neighbours plain, evidence with its number and a
// marker below.
void HumanReport::WriteLines(const Finding& finding, std::string* out) const {
  struct Row {
    std::string_view text;
    const Evidence* evidence = nullptr;
  };
  std::vector<std::pair<std::string_view, std::map<std::int64_t, Row>>> files;
  std::size_t shown = 0;
  for (const Evidence& evidence : finding.evidence) {
    if (shown++ == kShownEvidence) break;
    auto it = std::find_if(files.begin(), files.end(),
                           [&](const auto& file) { return file.first == evidence.file; });
    if (it == files.end()) it = files.insert(files.end(), {evidence.file, {}});
    for (const ContextLine& line : evidence.before)
      it->second.try_emplace(line.line, Row{line.text, nullptr});
    for (const ContextLine& line : evidence.after) it->second.try_emplace(line.line, Row{line.text, nullptr});
    it->second[evidence.line] = {evidence.text, &evidence};
  }
  std::size_t digits = 1;
  for (const auto& [file, rows] : files) {
    if (!rows.empty()) digits = std::max(digits, std::to_string(rows.rbegin()->first).size());
  }
  const std::size_t width = options_.width - std::min<std::size_t>(digits + 6, options_.width / 2);
  for (const auto& [file, rows] : files) {
    *out += '\n';
    if (file != finding.location.file) *out += fmt::format("  {}\n", SafeText(file));
    std::int64_t previous = 0;
    for (const auto& [number, row] : rows) {
      if (previous > 0 && number != previous + 1) *out += fmt::format("  {:>{}}\n", "...", digits + 2);
      previous = number;
      const Evidence* evidence = row.evidence;
      const Shown line = ShowLine(row.text, evidence == nullptr ? 0 : evidence->mark,
                                  evidence == nullptr ? 0 : evidence->mark_size, width);
      const std::string prefix = fmt::format("{} {:>{}} | ", evidence == nullptr ? " " : ">", number, digits);
      *out += "  " + (evidence == nullptr ? Paint(kDim, prefix + line.text) : prefix + line.text);
      while (out->back() == ' ') out->pop_back();
      *out += '\n';
      if (evidence != nullptr && line.mark_size > 0) {
        *out += fmt::format("    {:>{}} | {}{}\n", "", digits, std::string(line.mark, ' '),
                            Paint(kMarkStyle, std::string(line.mark_size, '^')));
      }
    }
  }
  if (finding.evidence.size() > kShownEvidence) {
    *out += "  " +
            Counted(static_cast<std::int64_t>(finding.evidence.size() - kShownEvidence), "more line",
                    "more lines") +
            " of evidence\n";
  }
}

void HumanReport::WriteGroup(const Group& group, std::string* out) const {
  const FindingPtr redacted = options_.redact ? Redacted(group.finding) : group.finding;
  const Finding& finding = *redacted;
  *out += Paint(StyleOf(finding.severity), lang::SeverityName(finding.severity)) + ": ";
  const std::string message = SafeLines(finding.message.empty() ? finding.rule->name : finding.message);
  const std::size_t first_line = message.find('\n');
  *out += Paint(kBold, message.substr(0, first_line));
  if (group.count > 1) *out += Paint(kDim, " (" + Counted(group.count, "time", "times") + ")");
  *out += '\n';
  if (first_line != std::string::npos) Indent(message.substr(first_line + 1), "  ", out);
  if (finding.source) *out += "  at " + PlaceText(*finding.source) + "\n";
  *out += fmt::format("  in {}:{}", SafeText(finding.location.file), finding.location.line);
  for (const FindingPlace& other : group.others) {
    *out += other.file == finding.location.file ? fmt::format(", {}", other.line)
                                                : fmt::format(", {}:{}", SafeText(other.file), other.line);
  }
  if (const std::int64_t more = group.count - 1 - static_cast<std::int64_t>(group.others.size()); more > 0) {
    *out += " and " + Thousands(more) + " more";
  }
  *out += "   " + Paint(kDim, finding.rule->name) + "\n";
  if (finding.confidence) *out += "  " + ConfidenceText(finding) + "\n";
  WriteLines(finding, out);
  if (finding.fix) {
    *out += "\n  to fix it:\n";
    std::string fix;
    Indent(SafeLines(*finding.fix), "    ", &fix);
    *out += Paint(kFixStyle, std::string_view(fix).substr(0, fix.size() - 1)) + "\n";
  }
  if (!finding.rule->see.empty()) {
    *out += '\n';
    for (const std::string& link : finding.rule->see) *out += "  see " + SafeText(link) + "\n";
  }
  *out += '\n';
}

// What followed from a cause, one line each; what else points at it; what would settle it.
void HumanReport::WriteCause(const Cause& cause, std::string* out) const {
  auto line = [&](const Finding& whole, int depth, std::int64_t count) {
    const FindingPtr kept(FindingPtr(), &whole);
    const FindingPtr shown = options_.redact ? Redacted(kept) : kept;
    *out += std::string(2 + 2 * static_cast<std::size_t>(std::min(depth, 8)), ' ');
    *out += Paint(StyleOf(shown->severity), lang::SeverityName(shown->severity)) + ": ";
    *out += SafeText(FirstLine(shown->message.empty() ? shown->rule->name : shown->message));
    if (count > 1) *out += Paint(kDim, " (" + Counted(count, "time", "times") + ")");
    *out += Paint(kDim, fmt::format("   {}:{}", SafeText(shown->location.file), shown->location.line)) + "\n";
  };
  if (!cause.symptoms.empty()) {
    *out += "  what followed from it:\n";
    std::size_t shown = 0;
    for (const Folded& folded : cause.symptoms) {
      if (!options_.all && shown++ == kShownSymptoms) {
        *out += fmt::format("    and {} more (--all shows them)\n",
                            Thousands(static_cast<std::int64_t>(cause.symptoms.size() - kShownSymptoms)));
        break;
      }
      line(*folded.finding, folded.depth, folded.count);
    }
  }
  if (!cause.because.empty()) {
    *out += "  other causes of the same:\n";
    std::size_t shown = 0;
    for (const FindingPtr& rival : cause.because) {
      if (!options_.all && shown++ == kShownSymptoms) break;
      line(*rival, 1, 1);
    }
  }
  for (const std::string& text : cause.missing) *out += "  what would settle it: " + SafeText(text) + "\n";
  if (!cause.symptoms.empty() || !cause.because.empty() || !cause.missing.empty()) *out += '\n';
}

// Where no rule found what was wrong: the lines that say most, each with why it is here.
void HumanReport::WriteTelling(const RunSummary& summary, std::string* out) const {
  if (summary.telling.empty()) return;
  const bool nothing =
      std::all_of(summary.findings.begin(), summary.findings.end(), [](std::int64_t n) { return n == 0; });
  *out += nothing ? "no rule matched; " : "no rule found the cause; ";
  *out += summary.known_good ? "lines that no good run had, the most telling first:\n\n"
                             : "the most telling lines:\n\n";
  for (const TellingLine& line : summary.telling) {
    const std::string text = options_.redact ? Redact(line.text) : line.text;
    *out +=
        Paint(StyleOf(lang::Severity::kNote), "note") + ": " + ShowLine(text, 0, 0, options_.width - 6).text;
    if (line.count > 1) *out += Paint(kDim, " (" + Counted(line.count, "time", "times") + ")");
    *out += fmt::format("\n  in {}:{}   ", SafeText(line.file), line.line);
    *out += Paint(kDim, fmt::format("{}", fmt::join(line.reasons, ", "))) + "\n";
  }
  *out += '\n';
}

void HumanReport::OnEnd(const RunSummary& summary) {
  std::array<std::int64_t, 4> left_out = options_.live ? std::array<std::int64_t, 4>{} : summary.findings;
  struct Entry {
    const Group* group;
    const Cause* cause;
    lang::Severity severity;
  };
  std::vector<Entry> entries;
  for (const auto& [finding, group] : groups_) {
    const std::string key = KeyOf(*finding);
    if (explained_.contains(key) && !options_.all) {  // stands below its cause
      left_out[static_cast<std::size_t>(finding->severity)] -= group.count;
      continue;
    }
    const auto cause = causes_.find(key);
    const Cause* known = cause == causes_.end() ? nullptr : &cause->second;
    entries.push_back(
        {&group, known, known == nullptr ? finding->severity : std::max(finding->severity, known->severity)});
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    if (a.severity != b.severity) return a.severity > b.severity;
    const auto place = [](const Finding& f) {
      return std::tie(f.location.input, f.location.line, f.location.offset, f.rule->name, f.message);
    };
    return place(*a.group->finding) < place(*b.group->finding);
  });
  std::size_t shown = 0;
  for (const Entry& entry : entries) {
    if (options_.max_findings > 0 && shown++ == options_.max_findings) break;
    std::string text;
    WriteGroup(*entry.group, &text);
    if (entry.cause != nullptr) WriteCause(*entry.cause, &text);
    output_(text);
    left_out[static_cast<std::size_t>(entry.group->finding->severity)] -= entry.group->count;
  }
  std::string text;
  RunSummary rest;
  std::int64_t more = 0;
  for (std::size_t severity = 0; severity < left_out.size(); ++severity) {
    rest.findings[severity] = std::max<std::int64_t>(0, left_out[severity]);
    more += rest.findings[severity];
  }
  if (more > 0) {
    const std::string line = SummaryLine(rest);
    text +=
        "left out: " + line.substr(0, line.find(" in ")) + " of lesser weight or later place" +
        (options_.max_findings > 0 ? " (--max-findings " + std::to_string(options_.max_findings) + ")" : "") +
        "\n";
  }
  for (const Notice& notice : summary.notices) {
    if (notice.of_input && (notice.failure ? options_.failures_said : options_.remarks_said)) continue;
    text += SafeText(notice.where) + ": " + SafeText(notice.message) + "\n";
  }
  WriteTelling(summary, &text);
  if (summary.interrupted) text += "interrupted: what follows the last line read was not looked at\n";
  output_(text + SummaryLine(summary) + "\n");
}

}  // namespace faultline::runtime
