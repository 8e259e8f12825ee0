#include "support/diag/render.h"

#include "support/diag/display.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

namespace faultline {

namespace {

std::string_view SeverityText(DiagnosticSeverity severity) {
  switch (severity) {
    case DiagnosticSeverity::kError:
      return "error";
    case DiagnosticSeverity::kWarning:
      return "warning";
    case DiagnosticSeverity::kNote:
      return "note";
  }
  return "error";
}

// A colour for a terminal, or nothing.
class Paint {
 public:
  Paint(bool on, DiagnosticSeverity severity) : on_(on), severity_(severity) {}
  std::string Main(std::string_view text) const {
    switch (severity_) {
      case DiagnosticSeverity::kError:
        return Wrap("\x1b[1;31m", text);
      case DiagnosticSeverity::kWarning:
        return Wrap("\x1b[1;33m", text);
      case DiagnosticSeverity::kNote:
        return Wrap("\x1b[1;36m", text);
    }
    return std::string(text);
  }
  std::string Bold(std::string_view text) const { return Wrap("\x1b[1m", text); }
  std::string Quiet(std::string_view text) const { return Wrap("\x1b[34m", text); }

 private:
  std::string Wrap(std::string_view code, std::string_view text) const {
    if (!on_ || text.empty()) return std::string(text);
    return std::string(code) + std::string(text) + "\x1b[0m";
  }
  bool on_;
  DiagnosticSeverity severity_;
};

struct Mark {
  Span span;
  std::string_view text;
  bool primary = false;
};

std::string Spaces(std::size_t count) {
  return std::string(count, ' ');
}

// The line cut to kExcerptColumns around the columns [begin, end).
struct Window {
  std::size_t first = 0;  // first and last column shown
  std::size_t last = 0;
};

Window Around(std::size_t begin, std::size_t end, std::size_t columns) {
  if (columns <= kExcerptColumns) return {0, columns};
  const std::size_t width = std::min(end - begin, kExcerptColumns - 20);
  const std::size_t before = (kExcerptColumns - width) / 2;
  std::size_t first = begin > before ? begin - before : 0;
  first = std::min(first, columns - kExcerptColumns);
  return {first, first + kExcerptColumns};
}

// The part of a line that is looked at for one excerpt: a rule file may be one line of megabytes, and each of
// a hundred messages shows a piece of it.
struct Piece {
  std::size_t begin = 0;  // in the line
  std::string_view text;
  bool before = false;  // the line has more on this side
  bool after = false;
};

constexpr std::size_t kPieceBytes = 4096;

// Around byte `at`, between characters. O(1).
Piece PieceAround(std::string_view line, std::size_t at) {
  if (line.size() <= kPieceBytes) return {0, line, false, false};
  const auto inside = [&](std::size_t i) { return (static_cast<unsigned char>(line[i]) & 0xC0) == 0x80; };
  std::size_t begin = at > kPieceBytes / 2 ? at - kPieceBytes / 2 : 0;
  begin = std::min(begin, line.size() - kPieceBytes);
  std::size_t end = begin + kPieceBytes;
  for (int i = 0; i < 3 && begin > 0 && inside(begin); ++i) ++begin;
  for (int i = 0; i < 3 && end < line.size() && inside(end); ++i) --end;
  return {begin, line.substr(begin, end - begin), begin > 0, end < line.size()};
}

class Excerpt {
 public:
  Excerpt(const SourceSet& sources, const Paint& paint, std::size_t gutter)
      : sources_(sources), paint_(paint), gutter_(gutter) {}

  // All marks of one file, in the order of their lines.
  std::string File(FileId id, const std::vector<Mark>& marks) const {
    const SourceFile& file = sources_.Get(id);
    std::map<std::uint32_t, std::vector<Mark>> lines;
    for (const Mark& mark : marks) lines[file.Locate(mark.span.begin).line].push_back(mark);
    std::string out = Bar() + "\n";
    std::uint32_t previous = 0;
    for (auto& [line, in_line] : lines) {
      if (previous != 0 && line > previous + 1) {
        out += line == previous + 2 ? LineBetween(file, previous + 1)
                                    : paint_.Quiet(Spaces(gutter_) + "...") + "\n";
      }
      out += Line(file, line, in_line);
      previous = line;
    }
    return out;
  }

  std::string Bar() const { return paint_.Quiet(Spaces(gutter_) + " |"); }

 private:
  std::string LineBetween(const SourceFile& file, std::uint32_t line) const {
    const Piece piece = PieceAround(file.LineText(line), 0);
    return SourceLine(line, piece, internal::Display(piece.text), {0, kExcerptColumns});
  }

  std::string SourceLine(std::uint32_t line, const Piece& piece, const internal::DisplayLine& display,
                         Window window) const {
    const std::string number = std::to_string(line);
    std::string text;
    for (const internal::DisplayLine::Cell& cell : display.cells) {
      if (cell.column < window.first || cell.column + cell.width > window.last) continue;
      text += cell.text;
    }
    while (text.ends_with(' ')) text.pop_back();
    if (window.first > 0 || piece.before) text = "\xE2\x80\xA6" + text;
    if (window.last < display.columns || piece.after) text += "\xE2\x80\xA6";
    return paint_.Quiet(Spaces(gutter_ - number.size()) + number + " |") + (text.empty() ? "" : " ") + text +
           "\n";
  }

  std::string Line(const SourceFile& file, std::uint32_t line, std::vector<Mark>& marks) const {
    std::stable_sort(marks.begin(), marks.end(),
                     [](const Mark& a, const Mark& b) { return a.primary && !b.primary; });
    const std::string_view whole = file.LineText(line);
    const Piece piece = PieceAround(whole, marks.front().span.begin - file.LineStart(line));
    const std::string_view text = piece.text;
    const std::size_t start = file.LineStart(line) + piece.begin;
    const internal::DisplayLine display = internal::Display(text);
    const auto outside = [&](const Mark& mark) {
      return mark.span.begin < start || (piece.after && mark.span.begin > start + text.size());
    };
    const auto columns = [&](const Mark& mark) {
      const std::size_t begin_byte = mark.span.begin - start;
      const std::size_t end_byte = std::min<std::size_t>(mark.span.end - start, text.size());
      const std::size_t begin = begin_byte > text.size() ? display.columns : display.ColumnOf(begin_byte);
      const std::size_t end = end_byte > begin_byte ? display.ColumnOf(end_byte) : begin;
      return std::pair(begin, std::max(end, begin + 1));
    };
    const auto [main_begin, main_end] = columns(marks.front());
    const Window window = Around(main_begin, main_end, display.columns);
    const std::size_t shift = window.first > 0 || piece.before ? 1 : 0;  // the mark of the cut takes a column
    std::string out = SourceLine(line, piece, display, window);
    const auto elsewhere = [&](const Mark& mark, std::size_t column) {
      if (mark.text.empty()) return;
      out += Bar() + " " + paint_.Quiet("column " + std::to_string(column) + ": " + std::string(mark.text)) +
             "\n";
    };
    for (const Mark& mark : marks) {
      if (outside(mark)) {
        elsewhere(mark, mark.span.begin - file.LineStart(line) + 1);
        continue;
      }
      auto [begin, end] = columns(mark);
      const std::size_t right = std::max(window.last, window.first + 1) + 1;  // an end of line is markable
      if (begin >= right || end <= window.first) {
        // Outside of what is shown: its text alone.
        elsewhere(mark, piece.before ? mark.span.begin - file.LineStart(line) + 1 : begin + 1);
        continue;
      }
      begin = std::max(begin, window.first);
      end = std::min(end, right);
      std::string carets(std::max<std::size_t>(end - begin, 1), mark.primary ? '^' : '-');
      if (!mark.text.empty()) carets += " " + internal::Printable(mark.text);
      out += Bar() + " " + Spaces(begin - window.first + shift) +
             (mark.primary ? paint_.Main(carets) : paint_.Quiet(carets)) + "\n";
    }
    return out;
  }

  const SourceSet& sources_;
  const Paint& paint_;
  std::size_t gutter_;
};

std::string Place(const SourceSet& sources, Span span) {
  const SourceFile& file = sources.Get(span.file);
  const LineColumn at = file.Locate(span.begin);
  return internal::Printable(file.path()) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

// Notes and helps may have several lines; the later ones are set under the first.
void Remark(std::string& out, const Paint& paint, std::size_t gutter, std::string_view kind,
            std::string_view text) {
  out += paint.Quiet(Spaces(gutter) + " = ") + paint.Bold(std::string(kind) + ":") + " ";
  const std::string indent = Spaces(gutter + 3 + kind.size() + 2);
  std::size_t at = 0;
  while (true) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out += internal::Printable(text.substr(at, end - at)) + "\n";
    if (end == text.size()) return;
    out += indent;
    at = end + 1;
  }
}

// ---- JSON

void Quote(std::string& out, std::string_view text) {
  out += '"';
  for (const internal::DisplayLine::Cell& cell : internal::Display(text).cells) {
    const std::string_view raw = text.substr(cell.byte);
    const auto c = static_cast<unsigned char>(raw.front());
    if (c == '"' || c == '\\') {
      out += '\\';
      out += raw.front();
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < 0x20 || c == 0x7F) {
      static constexpr std::string_view kHex = "0123456789abcdef";
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
    } else if (cell.text.starts_with("\\u{")) {
      // An invisible character: valid in JSON as it is.
      std::size_t length = 1;
      while (length < raw.size() && (static_cast<unsigned char>(raw[length]) & 0xC0) == 0x80) ++length;
      out += raw.substr(0, length);
    } else {
      out += cell.text;
    }
  }
  out += '"';
}

void Key(std::string& out, std::string_view key) {
  if (out.back() != '{') out += ',';
  out += '"';
  out += key;
  out += "\":";
}

void Number(std::string& out, std::string_view key, std::uint64_t value) {
  Key(out, key);
  out += std::to_string(value);
}

void Text(std::string& out, std::string_view key, std::string_view value) {
  Key(out, key);
  Quote(out, value);
}

void Where(std::string& out, const SourceSet& sources, Span span) {
  const SourceFile& file = sources.Get(span.file);
  const LineColumn begin = file.Locate(span.begin);
  const LineColumn end = file.Locate(std::max(span.begin, span.end));
  Text(out, "file", file.path());
  Number(out, "line", begin.line);
  Number(out, "column", begin.column);
  Number(out, "end_line", end.line);
  Number(out, "end_column", end.column);
}

void Texts(std::string& out, std::string_view key, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  Key(out, key);
  out += '[';
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += ',';
    Quote(out, texts[i]);
  }
  out += ']';
}

}  // namespace

std::string RenderText(const Diagnostic& diagnostic, const SourceSet& sources, bool color) {
  const Paint paint(color, diagnostic.severity());
  std::string out = paint.Main(std::string(SeverityText(diagnostic.severity())) + "[" +
                               std::string(diagnostic.code()) + "]");
  out += paint.Bold(": " + internal::Printable(diagnostic.message)) + "\n";

  std::size_t gutter = 1;
  std::vector<std::pair<FileId, std::vector<Mark>>> files;  // the file of the primary mark first
  const auto add = [&](Mark mark) {
    if (!mark.span.IsValid() || mark.span.file >= sources.size()) return;
    mark.span.end = std::max(mark.span.begin, mark.span.end);
    gutter =
        std::max(gutter, std::to_string(sources.Get(mark.span.file).Locate(mark.span.begin).line).size());
    const auto found =
        std::find_if(files.begin(), files.end(), [&](const auto& f) { return f.first == mark.span.file; });
    if (found != files.end()) {
      found->second.push_back(mark);
    } else {
      files.push_back({mark.span.file, {mark}});
    }
  };
  add({diagnostic.span, diagnostic.label, true});
  for (const DiagnosticLabel& label : diagnostic.labels) add({label.span, label.text, false});

  const Excerpt excerpt(sources, paint, gutter);
  bool first = true;
  for (const auto& [file, marks] : files) {
    out +=
        paint.Quiet(Spaces(gutter) + (first ? "--> " : "::: ")) + Place(sources, marks.front().span) + "\n";
    out += excerpt.File(file, marks);
    first = false;
  }
  for (const std::string& note : diagnostic.notes) Remark(out, paint, gutter, "note", note);
  for (const std::string& help : diagnostic.helps) Remark(out, paint, gutter, "help", help);
  return out;
}

std::string RenderJson(const Diagnostic& diagnostic, const SourceSet& sources) {
  std::string out = "{";
  Text(out, "code", diagnostic.code());
  Text(out, "severity", SeverityText(diagnostic.severity()));
  Text(out, "name", diagnostic.catalogue_row().name);
  Text(out, "message", diagnostic.message);
  if (diagnostic.span.IsValid() && diagnostic.span.file < sources.size()) {
    Where(out, sources, diagnostic.span);
    Number(out, "offset", diagnostic.span.begin);
  }
  if (!diagnostic.label.empty()) Text(out, "label", diagnostic.label);
  if (!diagnostic.labels.empty()) {
    Key(out, "labels");
    out += '[';
    bool first = true;
    for (const DiagnosticLabel& label : diagnostic.labels) {
      if (!label.span.IsValid() || label.span.file >= sources.size()) continue;
      if (!first) out += ',';
      first = false;
      out += '{';
      Where(out, sources, label.span);
      Text(out, "text", label.text);
      out += '}';
    }
    out += ']';
  }
  Texts(out, "notes", diagnostic.notes);
  Texts(out, "helps", diagnostic.helps);
  if (!diagnostic.edits.empty()) {
    Key(out, "edits");
    out += '[';
    for (std::size_t i = 0; i < diagnostic.edits.size(); ++i) {
      if (i > 0) out += ',';
      out += '{';
      Number(out, "offset", diagnostic.edits[i].span.begin);
      Number(out, "end_offset", diagnostic.edits[i].span.end);
      Text(out, "text", diagnostic.edits[i].text);
      out += '}';
    }
    out += ']';
  }
  return out + "}";
}

std::string SummaryLine(const std::vector<Diagnostic>& diagnostics) {
  std::size_t errors = 0;
  std::size_t warnings = 0;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity() == DiagnosticSeverity::kError) ++errors;
    if (diagnostic.severity() == DiagnosticSeverity::kWarning) ++warnings;
  }
  std::string out;
  const auto count = [&](std::size_t number, std::string_view what) {
    if (number == 0) return;
    if (!out.empty()) out += ", ";
    out += std::to_string(number) + " " + std::string(what) + (number == 1 ? "" : "s");
  };
  count(errors, "error");
  count(warnings, "warning");
  return out;
}

}  // namespace faultline
