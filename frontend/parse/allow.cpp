#include "frontend/parse/allow.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace faultline::parse {

namespace {

bool IsNameChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

void ApplyAllows(std::vector<Diagnostic>& diagnostics, const std::vector<ast::Token>& tokens,
                 const SourceSet& sources) {
  std::map<std::uint32_t, std::set<std::string_view>> allowed;  // by line
  std::vector<std::string_view> names;
  for (const DiagnosticRow& row : Catalogue()) {
    if (row.severity == DiagnosticSeverity::kWarning) names.push_back(row.name);
  }
  DiagnosticSink unknown;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind != ast::TokenClass::kComment) continue;
    const Span span = tokens[i].span;
    std::string_view text = sources.TextOf(span).substr(2);
    std::size_t at = text.find_first_not_of(" \t");
    if (at == std::string_view::npos || !text.substr(at).starts_with("allow:")) continue;
    at += std::string_view("allow:").size();
    const std::uint32_t line = sources.Get(span.file).Locate(span.begin).line;
    const bool own_line = i == 0 || tokens[i - 1].kind == ast::TokenClass::kNewline;
    // The line that follows, behind further comment lines.
    std::uint32_t target = line;
    if (own_line) {
      std::size_t next = i + 1;
      while (next < tokens.size() && (tokens[next].kind == ast::TokenClass::kNewline ||
                                      tokens[next].kind == ast::TokenClass::kComment)) {
        ++next;
      }
      if (next < tokens.size()) target = sources.Get(span.file).Locate(tokens[next].span.begin).line;
    }
    while (at < text.size()) {
      if (!IsNameChar(text[at])) {
        // Behind the names may stand a reason: `// allow: long_line (copied)`.
        if (text[at] != ' ' && text[at] != ',' && text[at] != '\t') break;
        ++at;
        continue;
      }
      std::size_t end = at;
      while (end < text.size() && IsNameChar(text[end])) ++end;
      const std::string_view name = text.substr(at, end - at);
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        const auto begin = static_cast<std::uint32_t>(span.begin + 2 + at);
        Diagnostic& report = unknown.Report(
            diag::unknown_allow, {span.file, begin, static_cast<std::uint32_t>(begin + name.size())}, name);
        if (const std::string_view near = Nearest(name, names); !near.empty()) {
          report.Help("did you mean `" + std::string(near) + "`?");
        }
      } else {
        allowed[line].insert(name);
        allowed[target].insert(name);
      }
      at = end;
      while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
      if (at >= text.size() || text[at] != ',') break;
    }
  }
  const FileId file = tokens.empty() ? kNoFile : tokens.front().span.file;
  std::erase_if(diagnostics, [&](const Diagnostic& diagnostic) {
    if (diagnostic.severity() != DiagnosticSeverity::kWarning || diagnostic.span.file != file) return false;
    const auto found = allowed.find(sources.Get(file).Locate(diagnostic.span.begin).line);
    return found != allowed.end() && found->second.contains(diagnostic.catalogue_row().name);
  });
  for (Diagnostic& diagnostic : unknown.Take()) diagnostics.push_back(std::move(diagnostic));
}

}  // namespace faultline::parse
