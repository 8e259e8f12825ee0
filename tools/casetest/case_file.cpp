#include "tools/casetest/case_file.h"

#include <algorithm>
#include <array>

namespace faultline::casetest {

namespace {

constexpr std::array kKinds = {"rule",        "input",  "input-escaped", "args",   "case", "findings",
                               "diagnostics", "json",   "human",         "github", "ast",  "ir",
                               "plan",        "format", "stderr",        "exit",   "file"};

// `--- word` or `--- word name`, the word in lower case.
bool IsHead(std::string_view line, std::string_view* kind, std::string_view* name) {
  if (!line.starts_with("--- ") || line.size() < 5 || line[4] < 'a' || line[4] > 'z') return false;
  std::string_view rest = line.substr(4);
  std::size_t end = 0;
  while (end < rest.size() && ((rest[end] >= 'a' && rest[end] <= 'z') || rest[end] == '-')) ++end;
  if (end < rest.size() && rest[end] != ' ') return false;
  *kind = rest.substr(0, end);
  *name = end < rest.size() ? rest.substr(end + 1) : std::string_view();
  return true;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool Unescape(std::string_view text, std::string* out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') continue;  // the source's own line ends are only layout
    if (text[i] != '\\') {
      *out += text[i];
      continue;
    }
    if (++i >= text.size()) return false;
    switch (text[i]) {
      case 'n':
        *out += '\n';
        break;
      case 'r':
        *out += '\r';
        break;
      case 't':
        *out += '\t';
        break;
      case 'e':
        *out += '\x1b';
        break;
      case '0':
        *out += '\0';
        break;
      case '\\':
        *out += '\\';
        break;
      case 'x': {
        const int high = i + 1 < text.size() ? HexDigit(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
        if (high < 0 || low < 0) return false;
        *out += static_cast<char>(high * 16 + low);
        i += 2;
        break;
      }
      default:
        return false;
    }
  }
  return true;
}

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace

const Section* CaseFile::Find(std::string_view kind) const {
  for (const Section& section : sections) {
    if (section.kind == kind) return &section;
  }
  return nullptr;
}

std::vector<const Section*> CaseFile::FindAll(std::string_view kind) const {
  std::vector<const Section*> found;
  for (const Section& section : sections) {
    if (section.kind == kind) found.push_back(&section);
  }
  return found;
}

std::optional<CaseFile> ParseCase(std::string path, std::string_view text, CaseError* error) {
  CaseFile file;
  file.path = std::move(path);
  std::uint32_t number = 0;
  for (std::string_view line : Lines(text)) {
    ++number;
    std::string_view kind, name;
    if (IsHead(line, &kind, &name)) {
      if (std::find(kKinds.begin(), kKinds.end(), kind) == kKinds.end()) {
        *error = {number,
                  "no section is called `" + std::string(kind) + "`; write \\--- if this line is text"};
        return std::nullopt;
      }
      file.sections.push_back({std::string(kind), std::string(name), "", number});
    } else if (file.sections.empty()) {
      if (!line.empty() && line[0] != '#') {
        *error = {number, "before the first section only comments may stand"};
        return std::nullopt;
      }
      if (line.starts_with("# why: ")) file.why = line.substr(7);
      file.head.append(line).append("\n");
    } else {
      if (line.starts_with("\\--- ")) line.remove_prefix(1);
      file.sections.back().text.append(line).append("\n");
    }
  }
  for (Section& section : file.sections) {
    if (section.kind != "input-escaped") continue;
    std::string plain;
    if (!Unescape(section.text, &plain)) {
      *error = {section.line, "an escape in this section is not \\n \\r \\t \\e \\0 \\\\ or \\xHH"};
      return std::nullopt;
    }
  }
  if (file.sections.empty()) {
    *error = {number, "the file has no section"};
    return std::nullopt;
  }
  return file;
}

std::string InputBytes(const Section& section) {
  if (section.kind != "input-escaped") return section.text;
  std::string plain;
  Unescape(section.text, &plain);
  return plain;
}

std::string PrintCase(const CaseFile& file) {
  std::string out = file.head;
  for (const Section& section : file.sections) {
    out += "--- " + section.kind + (section.name.empty() ? "" : " " + section.name) + "\n";
    for (std::string_view line : Lines(section.text)) {
      std::string_view kind, name;
      if (IsHead(line, &kind, &name)) out += '\\';
      out.append(line).append("\n");
    }
  }
  return out;
}

std::string LineDiff(std::string_view wanted, std::string_view got, std::size_t limit) {
  if (wanted == got) return {};
  const std::vector<std::string_view> a = Lines(wanted), b = Lines(got);
  const std::size_t n = a.size(), m = b.size();
  std::string out;
  std::size_t printed = 0;
  auto emit = [&](char sign, std::string_view line) {
    if (++printed <= limit) out.append(1, sign).append(" ").append(line).append("\n");
  };
  constexpr std::size_t kTableCells = 4'000'000;
  if ((n + 1) * (m + 1) > kTableCells) {
    for (std::string_view line : a) emit('-', line);
    for (std::string_view line : b) emit('+', line);
  } else {
    std::vector<std::uint32_t> length((n + 1) * (m + 1), 0);
    auto at = [&](std::size_t i, std::size_t j) -> std::uint32_t& { return length[i * (m + 1) + j]; };
    for (std::size_t i = n; i-- > 0;) {
      for (std::size_t j = m; j-- > 0;) {
        at(i, j) = a[i] == b[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
      }
    }
    std::size_t i = 0, j = 0;
    while (i < n || j < m) {
      if (i < n && j < m && a[i] == b[j]) {
        const bool before = i > 0 && j > 0 && a[i - 1] != b[j - 1];
        const bool after = i + 1 < n && j + 1 < m && a[i + 1] != b[j + 1];
        if (before || after) emit(' ', a[i]);
        ++i, ++j;
      } else if (j < m && (i == n || at(i, j + 1) > at(i + 1, j))) {
        emit('+', b[j++]);
      } else {
        emit('-', a[i++]);
      }
    }
  }
  if (printed > limit) out += "… " + std::to_string(printed - limit) + " more lines\n";
  return out.empty() ? "the texts differ only in their last newline\n" : out;
}

}  // namespace faultline::casetest
