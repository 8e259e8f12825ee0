// What the tests of the front end share: parse a text and keep everything that belongs to it.
#ifndef FAULTLINE_TESTS_UNIT_FRONTEND_PARSING_H_
#define FAULTLINE_TESTS_UNIT_FRONTEND_PARSING_H_

#include "frontend/parse/parse.h"

#include <string>
#include <vector>

namespace faultline::testing {

struct Parsed {
  explicit Parsed(std::string text) {
    file = sources.Add("rules.fault", std::move(text));
    DiagnosticSink sink;
    result = parse::Parse(sources, file, sink);
    diagnostics = sink.Take();
  }
  // "FL0101 3:7 expected a name, found `x`"
  std::string Line(std::size_t i) const {
    const Diagnostic& d = diagnostics.at(i);
    const LineColumn at = sources.Get(d.span.file).Locate(d.span.begin);
    return std::string(d.code()) + " " + std::to_string(at.line) + ":" + std::to_string(at.column) + " " +
           d.message;
  }
  std::string All() const {
    std::string out;
    for (std::size_t i = 0; i < diagnostics.size(); ++i) {
      out += Line(i) + "\n";
      for (const std::string& help : diagnostics[i].helps) out += "  help: " + help + "\n";
    }
    return out;
  }

  SourceSet sources;
  FileId file = kNoFile;
  parse::ParseResult result;
  std::vector<Diagnostic> diagnostics;
};

// The .fault files of the project: stock rules, examples, and the sample of these tests.
std::vector<std::string> RuleFiles();
std::string ReadFile(const std::string& path);

}  // namespace faultline::testing

#endif  // FAULTLINE_TESTS_UNIT_FRONTEND_PARSING_H_
