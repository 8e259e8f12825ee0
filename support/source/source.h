// Source text of rules and the places in it.
//
// A Span is 12 bytes and names a byte range of one file; everything that can be reported carries one. Files
// are owned by a SourceSet and never move, so views into their text live as long as the set.
//
// Thread safety: a SourceSet is filled by one thread and may then be read by many.
#ifndef FAULTLINE_SUPPORT_SOURCE_SOURCE_H_
#define FAULTLINE_SUPPORT_SOURCE_SOURCE_H_

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace faultline {

using FileId = std::uint32_t;
inline constexpr FileId kNoFile = 0xffffffff;

// Half-open byte range [begin, end) of a file's text.
struct Span {
  FileId file = kNoFile;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  bool IsValid() const { return file != kNoFile; }
  friend bool operator==(const Span&, const Span&) = default;
};

// The smallest span that holds both; either may be invalid. Both must be of one file.
Span Join(Span a, Span b);

// Lines and columns count from 1; columns are bytes, as compilers and editors' machine output count them.
struct LineColumn {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

class SourceFile {
 public:
  SourceFile(std::string path, std::string text);

  const std::string& path() const { return path_; }
  std::string_view text() const { return text_; }
  LineColumn Locate(std::uint32_t offset) const;  // O(log lines)
  std::string_view LineText(
      std::uint32_t line) const;  // without its newline; empty when there is no such line
  std::uint32_t LineStart(std::uint32_t line) const;
  std::uint32_t line_count() const { return static_cast<std::uint32_t>(line_starts_.size()); }

 private:
  std::string path_;
  std::string text_;
  std::vector<std::uint32_t> line_starts_;
};

class SourceSet {
 public:
  SourceSet() = default;
  SourceSet(const SourceSet&) = delete;
  SourceSet& operator=(const SourceSet&) = delete;

  // `path` is what messages show; it need not exist. Text over 4 GiB is the caller's error.
  FileId Add(std::string path, std::string text);
  const SourceFile& Get(FileId id) const { return files_[id]; }
  std::size_t size() const { return files_.size(); }
  std::string_view TextOf(Span span) const;

 private:
  std::deque<SourceFile> files_;
};

}  // namespace faultline

#endif  // FAULTLINE_SUPPORT_SOURCE_SOURCE_H_
