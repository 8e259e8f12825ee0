#include "support/source/source.h"

#include <algorithm>
#include <utility>

namespace faultline {

Span Join(Span a, Span b) {
  if (!a.IsValid()) return b;
  if (!b.IsValid()) return a;
  return {a.file, std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

SourceFile::SourceFile(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)) {
  line_starts_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_starts_.push_back(static_cast<std::uint32_t>(i + 1));
  }
}

LineColumn SourceFile::Locate(std::uint32_t offset) const {
  auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  auto line = static_cast<std::uint32_t>(next - line_starts_.begin());
  return {line, offset - line_starts_[line - 1] + 1};
}

std::uint32_t SourceFile::LineStart(std::uint32_t line) const {
  return line == 0 || line > line_count() ? static_cast<std::uint32_t>(text_.size()) : line_starts_[line - 1];
}

std::string_view SourceFile::LineText(std::uint32_t line) const {
  if (line == 0 || line > line_count()) return {};
  std::size_t begin = line_starts_[line - 1];
  std::size_t end = line < line_count() ? line_starts_[line] - 1 : text_.size();
  if (end > begin && text_[end - 1] == '\r') --end;
  return std::string_view(text_).substr(begin, end - begin);
}

FileId SourceSet::Add(std::string path, std::string text) {
  files_.emplace_back(std::move(path), std::move(text));
  return static_cast<FileId>(files_.size() - 1);
}

std::string_view SourceSet::TextOf(Span span) const {
  if (!span.IsValid()) return {};
  return files_[span.file].text().substr(span.begin, span.end - span.begin);
}

}  // namespace faultline
