#include "frontend/ast/format.h"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

namespace faultline::ast {

namespace {

struct Line {
  std::vector<Token> tokens;
  bool blank_before = false;
};

bool IsOneOf(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Words behind which a bracket is no call: `where (a or b)`, `x in [1, 2]`.
bool StandsApart(std::string_view word) {
  return IsOneOf(word, {"and",        "or",       "not",        "in",      "between", "mod",     "contains",
                        "startswith", "endswith", "matches",    "default", "if",      "then",    "else",
                        "where",      "report",   "fix",        "at",      "match",   "without", "from",
                        "by",         "when",     "confidence", "skew",    "within"});
}

struct Bracket {
  TokenClass kind = TokenClass::kOpenBrace;
  bool terms = false;  // of weights: confidence { … }, score x { … }
};

class Formatter {
 public:
  Formatter(std::string_view text, const std::vector<Token>& tokens) : text_(text) { Split(tokens); }

  std::string Run() {
    while (!lines_.empty()) {
      Line line = std::move(lines_.front());
      lines_.pop_front();
      if (BreakBlock(line) || BreakEnds(line)) continue;
      Emit(line);
    }
    return std::move(out_);
  }

 private:
  std::string_view TextOf(const Token& token) const {
    std::string_view text = text_.substr(token.span.begin, token.span.end - token.span.begin);
    if (token.kind == TokenClass::kComment || token.kind == TokenClass::kDoc) {
      while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
        text.remove_suffix(1);
    }
    return text;
  }

  static bool Opens(TokenClass kind) {
    return kind == TokenClass::kOpenBrace || kind == TokenClass::kOpenParen ||
           kind == TokenClass::kOpenBracket;
  }
  static bool Closes(TokenClass kind) {
    return kind == TokenClass::kCloseBrace || kind == TokenClass::kCloseParen ||
           kind == TokenClass::kCloseBracket;
  }
  static bool IsComment(TokenClass kind) { return kind == TokenClass::kComment || kind == TokenClass::kDoc; }

  void Split(const std::vector<Token>& tokens) {
    Line line;
    int newlines = 0;
    const auto finish = [&] {
      if (line.tokens.empty()) return;
      // A `{` on a line of its own belongs to the head above it.
      if (line.tokens.front().kind == TokenClass::kOpenBrace && !lines_.empty()) {
        std::vector<Token>& head = lines_.back().tokens;
        const TokenClass last = head.back().kind;
        if (last == TokenClass::kWord || last == TokenClass::kString || last == TokenClass::kCloseBrace) {
          head.insert(head.end(), line.tokens.begin(), line.tokens.end());
          line = {};
          return;
        }
      }
      lines_.push_back(std::move(line));
      line = {};
    };
    for (const Token& token : tokens) {
      if (token.kind == TokenClass::kNewline) {
        finish();
        ++newlines;
        continue;
      }
      if (line.tokens.empty()) line.blank_before = newlines > 1;
      newlines = 0;
      line.tokens.push_back(token);
    }
    finish();
  }

  // ---- blanks between two tokens of a line

  // In a block of weights, in which a line may begin with a negative number.
  bool InTerms() const { return !open_.empty() && open_.back().terms; }

  bool IsUnaryMinus(const Line& line, std::size_t i) const {
    if (TextOf(line.tokens[i]) == "+") return i > 0 && TextOf(line.tokens[i - 1]) == "at";  // at +3s
    if (TextOf(line.tokens[i]) != "-") return false;
    if (i == 0) return InTerms();  // elsewhere a line that begins with `-` goes on from the one before
    const Token& before = line.tokens[i - 1];
    switch (before.kind) {
      case TokenClass::kOperator:
      case TokenClass::kComma:
      case TokenClass::kColon:
      case TokenClass::kSemicolon:
      case TokenClass::kOpenBrace:
      case TokenClass::kOpenParen:
      case TokenClass::kOpenBracket:
        return true;
      case TokenClass::kWord:
        return StandsApart(TextOf(before));
      case TokenClass::kNumber:
      case TokenClass::kString:
      case TokenClass::kFence:
      case TokenClass::kCloseBrace:
      case TokenClass::kCloseParen:
      case TokenClass::kCloseBracket:
      case TokenClass::kDot:
      case TokenClass::kQuestion:
      case TokenClass::kComment:
      case TokenClass::kDoc:
      case TokenClass::kNewline:
      case TokenClass::kUnknown:
        return false;
    }
    return false;
  }

  std::string_view Between(const Line& line, std::size_t i) const {
    const Token& a = line.tokens[i - 1];
    const Token& b = line.tokens[i];
    if (IsComment(b.kind)) return "  ";
    if (a.kind == TokenClass::kOpenParen || a.kind == TokenClass::kOpenBracket || a.kind == TokenClass::kDot)
      return "";
    if (b.kind == TokenClass::kDot && a.kind == TokenClass::kNumber) return " ";  // `1 .x`: not one number
    switch (b.kind) {
      case TokenClass::kComma:
      case TokenClass::kColon:
      case TokenClass::kSemicolon:
      case TokenClass::kQuestion:
      case TokenClass::kDot:
      case TokenClass::kCloseParen:
      case TokenClass::kCloseBracket:
        return "";
      case TokenClass::kCloseBrace:
        return a.kind == TokenClass::kOpenBrace ? "" : " ";
      case TokenClass::kOpenParen:
      case TokenClass::kOpenBracket: {
        const bool behind_value = (a.kind == TokenClass::kWord && !StandsApart(TextOf(a))) ||
                                  a.kind == TokenClass::kCloseParen || a.kind == TokenClass::kCloseBracket;
        return behind_value || IsUnaryMinus(line, i - 1) ? "" : " ";
      }
      case TokenClass::kWord:
      case TokenClass::kNumber:
      case TokenClass::kString:
      case TokenClass::kFence:
      case TokenClass::kOpenBrace:
      case TokenClass::kOperator:
      case TokenClass::kComment:
      case TokenClass::kDoc:
      case TokenClass::kNewline:
      case TokenClass::kUnknown:
        break;
    }
    return IsUnaryMinus(line, i - 1) ? "" : " ";
  }

  std::string Text(const Line& line) const {
    std::string out;
    for (std::size_t i = 0; i < line.tokens.size(); ++i) {
      if (i > 0) out += Between(line, i);
      out += TextOf(line.tokens[i]);
    }
    return out;
  }

  // ---- indentation

  // Does the line go on from the one before it? The same question as layout asks, but only looks depend on
  // it.
  bool GoesOn(const Line& line) const {
    const Token& first = line.tokens.front();
    const std::string_view word = TextOf(first);
    const TokenClass second = line.tokens.size() > 1 ? line.tokens[1].kind : TokenClass::kNewline;
    const std::string_view second_word = line.tokens.size() > 1 ? TextOf(line.tokens[1]) : std::string_view();
    if (first.kind == TokenClass::kOperator && word == "-" && InTerms()) return false;
    if (first.kind == TokenClass::kOperator || first.kind == TokenClass::kDot) return true;
    if (first.kind != TokenClass::kWord || brackets_ > 0) return false;
    if (open_.empty() && (ends_with_assign_ || IsOneOf(word, {"detect", "inside", "stream", "missing"})))
      return true;
    if (open_.empty() && IsOneOf(word, {"by", "limit"}) && IsOneOf(head_, {"format", "wrapper", "scope"}))
      return true;
    if (open_.empty() && IsOneOf(word, {"where", "until"}) && IsOneOf(head_, {"allow", "disable"}))
      return true;
    if (word == "expect" && ends_with_input_) return true;
    if (IsOneOf(word, {"and", "or", "in", "between", "contains", "startswith", "endswith", "matches",
                       "default", "mod"})) {
      if (second == TokenClass::kColon || second == TokenClass::kComma || second == TokenClass::kQuestion ||
          second == TokenClass::kNewline || second == TokenClass::kSemicolon ||
          second == TokenClass::kCloseBrace) {
        return false;
      }
      return second_word != "=" && second_word != "from" && second_word != "map";
    }
    return word == "not" &&
           IsOneOf(second_word, {"in", "between", "contains", "startswith", "endswith", "matches"});
  }

  std::size_t IndentOf(const Line& line) const {
    std::size_t closers = 0;
    while (closers < line.tokens.size() && closers < open_.size() && Closes(line.tokens[closers].kind))
      ++closers;
    return 2 * (open_.size() - closers + (GoesOn(line) ? 1 : 0));
  }

  static std::size_t Width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  }

  // ---- output

  void Emit(const Line& line) {
    const bool closes = Closes(line.tokens.front().kind);
    if (line.blank_before && !out_.empty() && !after_open_brace_ && !closes) out_ += '\n';
    out_.append(IndentOf(line), ' ');
    out_ += Text(line);
    out_ += '\n';
    const std::string_view first = TextOf(line.tokens.front());
    if (open_.empty() && line.tokens.front().kind == TokenClass::kWord && !GoesOn(line)) head_ = first;
    for (std::size_t i = 0; i < line.tokens.size(); ++i) {
      const Token& token = line.tokens[i];
      if (Opens(token.kind)) {
        const bool terms =
            token.kind == TokenClass::kOpenBrace && i > 0 &&
            (TextOf(line.tokens[i - 1]) == "confidence" || (open_.empty() && head_ == "score"));
        open_.push_back({token.kind, terms});
        if (token.kind != TokenClass::kOpenBrace) ++brackets_;
      } else if (Closes(token.kind) && !open_.empty()) {
        if (open_.back().kind != TokenClass::kOpenBrace) --brackets_;
        open_.pop_back();
      }
    }
    std::size_t last = line.tokens.size();
    while (last > 0 && IsComment(line.tokens[last - 1].kind)) --last;
    if (last == 0) return;  // a comment line changes nothing about how the next one goes on
    const Token& token = line.tokens[last - 1];
    after_open_brace_ = token.kind == TokenClass::kOpenBrace && last == line.tokens.size();
    ends_with_assign_ = TextOf(token) == "=";
    ends_with_input_ = token.kind == TokenClass::kFence || token.kind == TokenClass::kCloseBrace;
  }

  // Whether commas part what the brace at `open` holds: fields, keys, conditions.
  bool HoldsItems(const Line& line, std::size_t open) const {
    const std::string_view first = TextOf(line.tokens.front());
    const Token* before = open > 0 ? &line.tokens[open - 1] : nullptr;
    if (before != nullptr && TextOf(*before) == "block") return false;
    if (before != nullptr && (TextOf(*before) == "expect" || before->kind == TokenClass::kCloseBrace))
      return true;
    if (open > 1 && before->kind == TokenClass::kNumber && TextOf(line.tokens[open - 2]) == "expect")
      return true;
    return !IsOneOf(
        first, {"rule", "event", "scope", "graph", "score", "part", "pack", "override", "table", "all", "any",
                "confidence", "test", "run", "repeat", "optional", "required", "one"});
  }

  // A line that is too long and holds a whole block: the block gets lines of its own, which are put back in
  // front of the lines to come. False if the line stays as it is.
  bool BreakBlock(const Line& line) {
    for (const Token& token : line.tokens) {
      if (token.kind == TokenClass::kFence) return false;
    }
    if (IndentOf(line) + Width(Text(line)) <= kFormatColumns) return false;
    std::size_t open = 0;
    std::size_t close = 0;
    for (; open < line.tokens.size(); ++open) {
      if (line.tokens[open].kind != TokenClass::kOpenBrace) continue;
      int depth = 0;
      for (close = open; close < line.tokens.size(); ++close) {
        if (line.tokens[close].kind == TokenClass::kOpenBrace) ++depth;
        if (line.tokens[close].kind == TokenClass::kCloseBrace && --depth == 0) break;
      }
      if (close < line.tokens.size() && close > open + 1) break;
    }
    if (open >= line.tokens.size()) return false;
    const auto at = [&](std::size_t i) { return line.tokens.begin() + static_cast<std::ptrdiff_t>(i); };
    std::vector<Line> parts;
    parts.push_back({{at(0), at(open + 1)}, line.blank_before});
    BreakEntries(line, open + 1, close, HoldsItems(line, open), &parts);
    parts.push_back({{at(close), line.tokens.end()}, false});
    PutBack(std::move(parts));
    return true;
  }

  // The entries of a block that stand in [begin, end) of the line, a line each: behind each `;`, and with
  // `commas` behind each `,`.
  void BreakEntries(const Line& line, std::size_t begin, std::size_t end, bool commas,
                    std::vector<Line>* parts) const {
    Line part;
    int depth = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const Token& token = line.tokens[i];
      if (Opens(token.kind)) ++depth;
      if (Closes(token.kind)) --depth;
      const bool comma = depth == 0 && commas && token.kind == TokenClass::kComma;
      const bool semicolon = depth == 0 && token.kind == TokenClass::kSemicolon;
      // A `;` before an operator must stay: the newline alone would not end the clause.
      if (!semicolon || NextKind(line, i) == TokenClass::kOperator) part.tokens.push_back(token);
      // A comment behind it goes along, and ends its line anyway.
      const bool commented = i + 1 < end && IsComment(line.tokens[i + 1].kind);
      if ((comma || semicolon) && !commented && !part.tokens.empty()) {
        parts->push_back(std::move(part));
        part = {};
      }
    }
    if (!part.tokens.empty()) parts->push_back(std::move(part));
  }

  // The token behind `i`, comments aside, here or in the lines to come.
  TokenClass NextKind(const Line& line, std::size_t i) const {
    for (++i; i < line.tokens.size(); ++i) {
      if (!IsComment(line.tokens[i].kind)) return line.tokens[i].kind;
    }
    for (const Line& later : lines_) {
      if (!IsComment(later.tokens.front().kind)) return later.tokens.front().kind;
    }
    return TokenClass::kNewline;
  }

  void PutBack(std::vector<Line> parts) {
    lines_.insert(lines_.begin(), std::make_move_iterator(parts.begin()),
                  std::make_move_iterator(parts.end()));
  }

  // In a block over several lines each clause has a line of its own: nothing stands behind its `{` or before
  // its `}`, and `;` gives way to the end of a line. Not inside brackets, where lines end nothing.
  bool BreakEnds(const Line& line) {
    if (brackets_ > 0) return false;
    const std::size_t size = line.tokens.size();
    std::vector<std::size_t> open;  // what this line opens and does not close
    std::size_t closer = size;      // the `}` of a block of an earlier line
    for (std::size_t i = 0; i < size && closer == size; ++i) {
      if (Opens(line.tokens[i].kind)) {
        open.push_back(i);
      } else if (Closes(line.tokens[i].kind)) {
        if (open.empty()) {
          closer = i;
        } else {
          open.pop_back();
        }
      }
    }
    std::vector<Line> parts;
    const auto at = [&](std::size_t i) { return line.tokens.begin() + static_cast<std::ptrdiff_t>(i); };
    if (closer < size) {
      if (closer == 0 || open_.empty()) return false;
      BreakEntries(line, 0, closer, false, &parts);
      parts.push_back({{at(closer), line.tokens.end()}, false});
    } else if (!open.empty()) {
      const std::size_t brace = open.front();
      std::size_t first = brace + 1;
      while (first < size && IsComment(line.tokens[first].kind)) ++first;
      if (line.tokens[brace].kind != TokenClass::kOpenBrace || first == size) return false;
      parts.push_back({{at(0), at(brace + 1)}, false});
      BreakEntries(line, brace + 1, size, false, &parts);
    } else {
      if (open_.empty()) return false;
      BreakEntries(line, 0, size, false, &parts);
      if (parts.size() == 1 && parts.front().tokens.size() == size) return false;
    }
    if (!parts.empty()) parts.front().blank_before = line.blank_before;
    PutBack(std::move(parts));
    return true;
  }

  std::string_view text_;
  std::deque<Line> lines_;
  std::string out_;
  std::vector<Bracket> open_;  // that are open at the start of the next line
  std::string_view head_;      // first word of the declaration at hand
  std::size_t brackets_ = 0;   // of them ( and [
  bool after_open_brace_ = false;
  bool ends_with_assign_ = false;
  bool ends_with_input_ = false;
};

}  // namespace

FormatResult Format(std::string_view text, const std::vector<Token>& tokens, bool parsed_ok) {
  FormatResult result;
  if (!parsed_ok) {
    result.text = std::string(text);
    return result;
  }
  result.text = Formatter(text, tokens).Run();
  result.changed = result.text != text;
  return result;
}

}  // namespace faultline::ast
