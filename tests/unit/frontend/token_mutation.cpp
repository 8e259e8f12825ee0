// Mistakes made by machine: every token of every rule file of the project is deleted, doubled, or swapped
// with its neighbour. Each result must give at most two messages, the first of them (in nine of ten
// cases) within one token of the place, and none may speak of the grammar's own tokens. Tokens are those of
// the lexer: the pieces of a string count one by one.
//
// A file is worked through in slices of two declarations, so that recovery meets the start of the next one.
#include "frontend/parse/scanner.h"
#include "tests/unit/frontend/parsing.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <regex>
#include <set>

namespace faultline::testing {
namespace {

struct Piece {
  std::string text;
  std::string gap;  // what stands before it
  bool token = true;
};

// The text as tokens and what stands between them; newlines and comments belong to the gaps.
std::vector<Piece> PiecesOf(const std::string& text) {
  parse::Reports reports;
  std::vector<Piece> pieces;
  std::size_t end = 0;
  for (const parse::Lexeme& lexeme : parse::Scan(text, 0, reports)) {
    const std::string word = text.substr(lexeme.begin, lexeme.end - lexeme.begin);
    if (word.empty() || word[0] == '\n' || word[0] == '\r' || word.starts_with("//")) continue;
    pieces.push_back({word, text.substr(end, lexeme.begin - end)});
    end = lexeme.end;
  }
  pieces.push_back({"", text.substr(end), false});
  return pieces;
}

// Slices of two declarations each: a line that begins with one of the words in the first column starts one.
std::vector<std::string> SlicesOf(const std::string& text) {
  static const std::regex start(
      R"((^|\n)(?=(rule|event|pattern|format|wrapper|use|module|scope|part|graph|score|table|param|override|disable|allow|pack)\s))");
  std::vector<std::size_t> starts;
  for (auto it = std::sregex_iterator(text.begin(), text.end(), start); it != std::sregex_iterator(); ++it) {
    starts.push_back(static_cast<std::size_t>(it->position()) + it->str(1).size());
  }
  std::vector<std::string> slices;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t end = i + 2 < starts.size() ? starts[i + 2] : text.size();
    slices.push_back(text.substr(starts[i], end - starts[i]));
    if (i + 2 >= starts.size()) break;
  }
  return slices;
}

struct Mutant {
  std::string text;
  std::size_t begin = 0;  // bytes within one token of the place
  std::size_t end = 0;
};

enum class Kind { kDelete, kDouble, kSwap };

Mutant Mutate(const std::vector<Piece>& original, std::size_t i, Kind kind) {
  std::vector<Piece> pieces = original;
  std::size_t first = i > 0 ? i - 1 : 0;
  std::size_t last = i;
  const auto offset = [](std::size_t k) { return static_cast<std::ptrdiff_t>(k); };
  switch (kind) {
    case Kind::kDelete: {
      const std::string gap = pieces[i].gap;
      pieces.erase(pieces.begin() + offset(i));
      pieces[i].gap = gap + pieces[i].gap;
      break;
    }
    case Kind::kDouble: {
      Piece copy = pieces[i];
      const char c = copy.text.front();
      const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      copy.gap = word && !original[i].gap.empty() ? " " : "";
      pieces.insert(pieces.begin() + offset(i + 1), copy);
      last = i + 2;
      break;
    }
    case Kind::kSwap:
      std::swap(pieces[i].text, pieces[i + 1].text);
      last = i + 2;
      break;
  }
  Mutant mutant;
  for (std::size_t k = 0; k < pieces.size(); ++k) {
    mutant.text += pieces[k].gap;
    if (k == first) mutant.begin = mutant.text.size();
    mutant.text += pieces[k].text;
    if (k == std::min(last, pieces.size() - 1)) mutant.end = mutant.text.size();
  }
  return mutant;
}

// Names of the grammar's tokens.
std::set<std::string> InternalNames() {
  const std::string grammar = ReadFile(std::string(FAULTLINE_SOURCE_DIR) + "/grammar/FaultlineLexer.g4");
  static const std::regex rule(R"((?:^|\n)(?:fragment )?([A-Z][A-Z_]+):)");
  std::set<std::string> names = {"HOLE_CLOSE", "TERM", "ERROR_VALUE", "EOF"};
  for (auto it = std::sregex_iterator(grammar.begin(), grammar.end(), rule); it != std::sregex_iterator();
       ++it) {
    names.insert(it->str(1));
  }
  return names;
}

// The words of a message that are its own, not quoted from the source.
bool SpeaksOf(const std::set<std::string>& names, const Diagnostic& diagnostic) {
  std::string text = diagnostic.message + " " + diagnostic.label;
  for (const std::string& help : diagnostic.helps) text += " " + help;
  static const std::regex quoted("`[^`]*`");
  text = std::regex_replace(text, quoted, "");
  static const std::regex word("[A-Za-z_<>]+");
  for (auto it = std::sregex_iterator(text.begin(), text.end(), word); it != std::sregex_iterator(); ++it) {
    if (names.contains(it->str()) || it->str() == "<EOF>") return true;
  }
  return false;
}

// Backquotes with nothing between them: a message that has nothing to say there.
bool HasEmptyQuote(const Diagnostic& diagnostic) {
  static const std::regex empty("(^|[^`])``([^`]|$)");
  return std::regex_search(diagnostic.message, empty) || std::regex_search(diagnostic.label, empty);
}

struct Counts {
  std::size_t all = 0, parsed = 0, near = 0, far = 0, many = 0, internal = 0, empty = 0;
};

}  // namespace

TEST_CASE("every token deleted, doubled or swapped", "[mutation]") {
  const std::set<std::string> names = InternalNames();
  REQUIRE(names.size() > 80);
  const char* show = std::getenv("FAULTLINE_SHOW_MUTANTS");  // "far", "many" or "empty": print those
  std::map<std::string, Counts> by_kind;
  Counts total;
  for (const std::string& path : RuleFiles()) {
    const std::string whole = ReadFile(path);
    if (Parsed(whole).diagnostics.size() > 0) {
      WARN("left out, it does not parse: " << path << "\n" << Parsed(whole).All());
      continue;
    }
    for (const std::string& slice : SlicesOf(whole)) {
      const std::vector<Piece> pieces = PiecesOf(slice);
      for (std::size_t i = 0; i + 1 < pieces.size(); ++i) {
        for (const Kind kind : {Kind::kDelete, Kind::kDouble, Kind::kSwap}) {
          if (kind == Kind::kSwap && (!pieces[i + 1].token || pieces[i].text == pieces[i + 1].text)) continue;
          const Mutant mutant = Mutate(pieces, i, kind);
          const Parsed parsed(mutant.text);
          Counts& counts = by_kind[kind == Kind::kDelete   ? "deleted"
                                   : kind == Kind::kDouble ? "doubled"
                                                           : "swapped"];
          ++counts.all;
          std::vector<Diagnostic> errors;
          bool empty = false;
          for (const Diagnostic& d : parsed.diagnostics) {
            if (d.severity() == DiagnosticSeverity::kError) errors.push_back(d);
            if (SpeaksOf(names, d)) {
              ++counts.internal;
              UNSCOPED_INFO("speaks of tokens: " << d.message);
            }
            if (HasEmptyQuote(d)) {
              ++counts.empty;
              empty = true;
              UNSCOPED_INFO("quotes nothing: " << d.message);
            }
          }
          if (errors.empty()) {
            ++counts.parsed;
            continue;
          }
          const Span first = errors.front().span;
          const bool near = first.begin <= mutant.end && first.end >= mutant.begin;
          ++(near ? counts.near : counts.far);
          if (errors.size() > 2) ++counts.many;
          if (show != nullptr &&
              ((!near && std::string_view(show) == "far") || (empty && std::string_view(show) == "empty") ||
               (errors.size() > 2 && std::string_view(show) == "many"))) {
            const std::size_t line_begin = mutant.text.rfind('\n', mutant.begin) + 1;
            const std::size_t line_end = std::min(mutant.text.find('\n', mutant.end), mutant.text.size());
            fmt::print("---- {} {} `{}`\n{}\n{}\n", path.substr(path.rfind('/') + 1),
                       kind == Kind::kDelete   ? "deleted"
                       : kind == Kind::kDouble ? "doubled"
                                               : "swapped",
                       pieces[i].text.substr(0, 30), mutant.text.substr(line_begin, line_end - line_begin),
                       parsed.All());
          }
        }
      }
    }
  }
  for (const auto& [kind, c] : by_kind) {
    fmt::print(
        "mutants {}: {} made, {} still parse, first message near {} far {}, more than two messages {}\n",
        kind, c.all, c.parsed, c.near, c.far, c.many);
    total.all += c.all;
    total.parsed += c.parsed;
    total.near += c.near;
    total.far += c.far;
    total.many += c.many;
    total.internal += c.internal;
    total.empty += c.empty;
  }
  const double share =
      static_cast<double>(total.near) / static_cast<double>(std::max<std::size_t>(1, total.near + total.far));
  fmt::print(
      "mutants: {} made, {} with messages, first near in {:.2f} %, more than two messages {}, internal names "
      "{}\n",
      total.all, total.near + total.far, share * 100, total.many, total.internal);
  CHECK(total.all > 1000);
  // Of 173,729 mutants 84 give more than two, nearly all a lost word or brace of `test { … }` or of a
  // format's last brace: docs/design/status.md. None is the aim.
  CHECK(total.many * 2000 < total.all);
  CHECK(total.internal == 0);
  CHECK(total.empty == 0);
  CHECK(share >= 0.925);
}

}  // namespace faultline::testing
