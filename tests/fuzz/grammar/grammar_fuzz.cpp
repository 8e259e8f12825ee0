// Any bytes as a file of rules: parse, format, parse again. What parses must format to something that parses
// to the same tree and formats to itself.
#include "frontend/ast/dump.h"
#include "frontend/ast/format.h"
#include "frontend/parse/allow.h"
#include "frontend/parse/parse.h"
#include "support/diag/render.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

void Require(bool holds, const char* what, const std::string& text) {
  if (holds) return;
  std::fprintf(stderr, "%s:\n%s\n", what, text.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace faultline;
  if (size > 1 << 16) return 0;
  SourceSet sources;
  DiagnosticSink sink;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const FileId file = sources.Add("fuzz.fault", text);
  parse::ParseResult result = parse::Parse(sources, file, sink);
  std::vector<Diagnostic> diagnostics = sink.Take();
  parse::ApplyAllows(diagnostics, result.tokens, sources);
  for (const Diagnostic& diagnostic : diagnostics) {
    Require(diagnostic.span.begin <= diagnostic.span.end && diagnostic.span.end <= size,
            "a span outside of the text", text);
    RenderText(diagnostic, sources, true);
    RenderJson(diagnostic, sources);
  }
  const std::string tree = ast::Dump(result.module);
  DiagnosticSink inline_sink;
  parse::ParseInline(sources, file, inline_sink);
  const ast::FormatResult formatted = ast::Format(text, result.tokens, result.ok);
  if (!result.ok) {
    Require(!formatted.changed, "a text with mistakes was formatted", text);
    return 0;
  }
  DiagnosticSink second;
  const FileId again = sources.Add("formatted.fault", formatted.text);
  const parse::ParseResult reread = parse::Parse(sources, again, second);
  Require(reread.ok, "what was formatted does not parse", text + "\n----\n" + formatted.text);
  Require(ast::Dump(reread.module) == tree, "formatting changed the tree",
          text + "\n----\n" + formatted.text);
  Require(ast::Format(formatted.text, reread.tokens, true).text == formatted.text, "formatting twice differs",
          formatted.text + "\n----\n" + ast::Format(formatted.text, reread.tokens, true).text);
  return 0;
}
