// Diagnostics as text and as JSON, and comments that silence warnings.
#include "frontend/parse/allow.h"
#include "support/diag/render.h"
#include "tests/unit/frontend/parsing.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace faultline::testing {
namespace {

std::string Rendered(const Parsed& parsed, std::size_t i = 0, bool color = false) {
  return RenderText(parsed.diagnostics.at(i), parsed.sources, color);
}

}  // namespace

TEST_CASE("a message shows its line, marks and helps") {
  CHECK(Rendered(Parsed("rule r {\n  severty error\n}\n")) ==
        "error[FL0103]: there is no clause `severty`\n"
        " --> rules.fault:2:3\n"
        "  |\n"
        "2 |   severty error\n"
        "  |   ^^^^^^^\n"
        "  = help: did you mean `severity`?\n");
}

TEST_CASE("labels in other lines, with a cut between") {
  CHECK(Rendered(Parsed("rule a {\n  severity error\n  report \"x\"\n  tags t\nrule b {\n}\n")) ==
        "error[FL0105]: expected `}` to close the `{` in line 1\n"
        " --> rules.fault:5:1\n"
        "  |\n"
        "1 | rule a {\n"
        "  |        - this is never closed\n"
        " ...\n"
        "5 | rule b {\n"
        "  | ^^^^ expected `}` before this\n");
}

TEST_CASE("tabs, wide characters, control bytes and bytes that are no UTF-8") {
  Parsed parsed("rule r {\n}\n");
  const FileId file = parsed.sources.Add("x\x1b.fault", "\ta\xE4\xB8\xAD\x1b\xFFz\xE2\x80\xAEq end\n");
  Diagnostic d;
  d.row = diag::unknown_clause.index;
  d.message = "m\x1b[31m";
  d.span = {file, 7, 8};  // z
  CHECK(RenderText(d, parsed.sources, false) ==
        "error[FL0103]: m\\x1b[31m\n"
        " --> x\\x1b.fault:1:8\n"
        "  |\n"
        "1 |     a\xE4\xB8\xAD\\x1b\xEF\xBF\xBDz\\u{202e}q end\n"
        "  |             ^\n");
  CHECK(
      RenderJson(d, parsed.sources) ==
      "{\"code\":\"FL0103\",\"severity\":\"error\",\"name\":\"unknown_clause\",\"message\":\"m\\u001b[31m\","
      "\"file\":\"x\\u001b.fault\",\"line\":1,\"column\":8,\"end_line\":1,\"end_column\":9,\"offset\":7}");
}

TEST_CASE("long lines are cut around the mark") {
  Parsed parsed("rule r {\n}\n");
  const FileId file = parsed.sources.Add("long.fault", std::string(500, 'a') + "XYZ" + std::string(500, 'b'));
  Diagnostic d;
  d.span = {file, 500, 503};
  d.label = "here";
  const std::string text = RenderText(d, parsed.sources, false);
  CHECK(text.find("\xE2\x80\xA6") != std::string::npos);
  std::size_t longest = 0;
  std::string source_line, mark_line;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    longest = std::max(longest, line.size());
    if (line.find("XYZ") != std::string::npos) source_line = line;
    if (line.find("^^^") != std::string::npos) mark_line = line;
    at = end + 1;
  }
  CHECK(longest <= kExcerptColumns + 12);
  // The mark of the cut is three bytes and one column.
  CHECK(source_line.find("XYZ") - 2 == mark_line.find("^^^"));
}

TEST_CASE("of an enormous line only a piece is looked at") {
  Parsed parsed("rule r {\n}\n");
  std::string line;
  while (line.size() < 100000) line += "\xc3\xa9";
  const auto at = static_cast<std::uint32_t>(line.size());
  line += "XYZ";
  while (line.size() < 300000) line += "\xe2\x82\xac";
  const FileId file = parsed.sources.Add("long.fault", line);
  Diagnostic d;
  d.span = {file, at, at + 3};
  d.labels = {
      {{file, 10, 11}, "far before"}, {{file, at + 1, at + 2}, "near"}, {{file, 200000, 200001}, "far"}};
  const std::string text = RenderText(d, parsed.sources, false);
  INFO(text);
  CHECK(text.size() < 1000);
  CHECK(text.find("--> long.fault:1:100001\n") != std::string::npos);
  CHECK(text.find("column 11: far before\n") != std::string::npos);
  CHECK(text.find("column 200001: far\n") != std::string::npos);
  const std::size_t source = text.find("XYZ");
  const std::size_t mark = text.find("^^^");
  REQUIRE((source != std::string::npos && mark != std::string::npos));
  const auto columns = [&](std::size_t place) {
    const std::size_t begin = text.rfind('\n', place) + 1;
    return std::count_if(text.begin() + static_cast<std::ptrdiff_t>(begin),
                         text.begin() + static_cast<std::ptrdiff_t>(place),
                         [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  };
  CHECK(columns(source) == columns(mark));
  CHECK(text.find("\xef\xbf\xbd") == std::string::npos);  // no character is cut
}

TEST_CASE("places behind the end of a line or file, and several lines") {
  CHECK(Rendered(Parsed("rule r {")).find("1 | rule r {\n  |         ^ the file ends here\n") !=
        std::string::npos);
  const Parsed parsed("a\nb\n");
  Diagnostic d;
  d.span = {parsed.file, 0, 4};
  CHECK(RenderText(d, parsed.sources, false).find("1 | a\n  | ^\n") != std::string::npos);
  d.span = {};
  d.notes = {"one\ntwo"};
  CHECK(RenderText(d, parsed.sources, false).find("  = note: one\n          two\n") != std::string::npos);
}

TEST_CASE("colour only where it is wanted") {
  const Parsed parsed("rule r {\n  severty error\n}\n");
  CHECK(Rendered(parsed, 0, false).find('\x1b') == std::string::npos);
  CHECK(Rendered(parsed, 0, true).find("\x1b[1;31merror[FL0103]\x1b[0m") == 0);
}

TEST_CASE("JSON holds labels, helps and edits") {
  const Parsed parsed("rule r {\n  where x = \"\xC3\xA9\"\n}\n");
  CHECK(RenderJson(parsed.diagnostics.at(0), parsed.sources) ==
        "{\"code\":\"FL0107\",\"severity\":\"error\",\"name\":\"assignment_in_condition\",\"message\":\"`=` "
        "gives a name to "
        "a value, it does not "
        "compare\",\"file\":\"rules.fault\",\"line\":2,\"column\":11,\"end_line\":2,\"end_column\":12,"
        "\"offset\":19,\"helps\":[\"write `==` to "
        "compare\"],\"edits\":[{\"offset\":19,\"end_offset\":20,\"text\":\"==\"}]}");
}

TEST_CASE("the summary counts") {
  CHECK(SummaryLine({}) == "");
  CHECK(SummaryLine(Parsed("rule r {\n  severty a\n}\n").diagnostics) == "1 error");
  CHECK(SummaryLine(Parsed("rule r {\n  /// x\n  severity a\n}\n").diagnostics) == "1 warning");
  CHECK(SummaryLine(Parsed("x\n\nrule r {\n  severty a\n}\n").diagnostics) == "2 errors");
}

TEST_CASE("comments allow warnings by name") {
  const auto left = [](const std::string& text) {
    Parsed parsed(text);
    parse::ApplyAllows(parsed.diagnostics, parsed.result.tokens, parsed.sources);
    return parsed.All();
  };
  CHECK(left("rule r {\n  // allow: stray_doc\n  /// x\n  severity a\n}\n").empty());
  CHECK(
      left("rule r {\n  // allow: stray_doc (it is a joke)\n  // more\n  /// x\n  severity a\n}\n").empty());
  CHECK(left("rule r {\n  // allow: unknown_allow\n  /// x\n  severity a\n}\n").find("FL0138 3:3") == 0);
  CHECK(left("// allow: stray_docs\nrule r {\n}\n")
            .find("FL0137 1:11 no warning is called `stray_docs`\n  help: did you mean `stray_doc`?") == 0);
  // Errors cannot be allowed, and their names are not taken.
  CHECK(left("rule r {\n  // allow: unknown_clause\n  severty a\n}\n").find("FL0103 3:3") == 0);
}

}  // namespace faultline::testing
