// Case files: one file, one test. Rules, inputs and what must come out stand in one file of sections.
//
//   # why: one line that says what the case shows
//   --- rule deadline.fault
//   …
//   --- input app.log
//   …
//   --- findings
//   3 demo.deadline error "context deadline exceeded in Charge"
//
// A section's head is a line `--- word` or `--- word name` with a lower-case word, so that `--- FAIL: TestX`
// in an input is text. A line of a section that would read as a head is written with a backslash before it.
// `input ROLE=NAME` is an input with a role. Several inputs are read as the program reads several files.
// Escapes: a section `input-escaped` reads \n \r \t \e \\ \xHH \0 and does not end its last line by itself.
// Sections that pin output: findings, diagnostics, json, human, github, ast, ir [RULE], plan [RULE], format,
// stderr, exit. Sections that set: args (more options of `run`, one line), rule, input, input-escaped, case
// (settings to leave out), file NAME (a file that a `table` reads).
#ifndef FAULTLINE_TOOLS_CASETEST_CASE_FILE_H_
#define FAULTLINE_TOOLS_CASETEST_CASE_FILE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::casetest {

struct Section {
  std::string kind;        // "rule", "input", "findings" …
  std::string name;        // may be empty
  std::string text;        // every line ends with '\n', except in input-escaped
  std::uint32_t line = 0;  // of the head, from 1
};

struct CaseFile {
  std::string path;
  std::string head;  // comment lines before the first section
  std::string why;
  std::vector<Section> sections;

  const Section* Find(std::string_view kind) const;
  std::vector<const Section*> FindAll(std::string_view kind) const;
};

struct CaseError {
  std::uint32_t line = 0;
  std::string message;
};

// The bytes of an input section, escapes resolved.
std::string InputBytes(const Section& section);

std::optional<CaseFile> ParseCase(std::string path, std::string_view text, CaseError* error);

// The file's text with the sections' texts as they are now. ParseCase(PrintCase(x)) is x.
std::string PrintCase(const CaseFile& file);

// The differing lines of two texts in context, "-" wanted, "+" got; at most `limit` lines. Empty when equal.
// Longest common subsequence by dynamic programming, bounded: texts with too many lines are shown whole.
std::string LineDiff(std::string_view wanted, std::string_view got, std::size_t limit = 60);

}  // namespace faultline::casetest

#endif  // FAULTLINE_TOOLS_CASETEST_CASE_FILE_H_
