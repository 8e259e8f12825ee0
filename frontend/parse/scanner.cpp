#include "frontend/parse/scanner.h"

#include "FaultlineLexer.h"
#include "frontend/parse/byte_stream.h"
#include "frontend/parse/words.h"

#include <cstddef>
#include <utility>

namespace faultline::parse {

namespace {

using L = grammar::FaultlineLexer;

// What is open around the lexer's position; each entry is one entry of the lexer's mode stack.
struct Open {
  enum class Kind : std::uint8_t { kString, kGroup, kHole } kind;
  std::size_t lexeme;  // index of the lexeme that opened it
};

bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

class Scanner {
 public:
  Scanner(std::string_view text, FileId file, Reports& reports)
      : text_(text), file_(file), reports_(reports), stream_(text), lexer_(&stream_) {
    lexer_.removeErrorListeners();
    if (text.starts_with("\xEF\xBB\xBF")) stream_.seek(3);
    lexemes_.reserve(text.size() / 4 + 16);
  }

  std::vector<Lexeme> Run() {
    while (Step()) {
    }
    return std::move(lexemes_);
  }

 private:
  // Reads one lexeme; false at the end of the text.
  bool Step() {
    const std::unique_ptr<antlr4::Token> token = lexer_.nextToken();
    const auto begin = static_cast<std::uint32_t>(token->getStartIndex());
    if (token->getType() == antlr4::Token::EOF) {
      if (open_.empty()) return false;
      return Unwind(static_cast<std::uint32_t>(text_.size()));
    }
    const auto end = static_cast<std::uint32_t>(token->getStopIndex() + 1);
    const std::size_t type = token->getType();
    if (!open_.empty() && open_.back().kind == Open::Kind::kHole) return StepInHole(type, begin, end);
    switch (type) {
      case L::NEWLINE:
        if (!open_.empty() && Unwind(begin)) return true;
        break;
      case L::STRING_CLOSE:
        CloseString(begin, end);
        return true;
      case L::GROUP_CLOSE:
      case L::GROUP_CLOSE_OPTIONAL:
        Add(type, begin, end);
        open_.pop_back();
        return true;
      case L::GROUP_OPEN:
        return OpenOne(Open::Kind::kGroup, type, begin, end);
      case L::HOLE_OPEN:
        return OpenOne(Open::Kind::kHole, type, begin, end);
      case L::STRING_OPEN:
        return OpenOne(Open::Kind::kString, type, begin, end);
      case L::FENCE:
        Fence(begin, end);
        return true;
      case L::BLOCK_COMMENT:
        BlockComment(begin, end);
        return true;
      case L::REGEX:
        Add(type, begin, TakeSuffix(begin + 2, end, "iusm"));
        return true;
      default:
        break;  // every other token stands for itself
    }
    Add(type, begin, end);
    return true;
  }

  bool StepInHole(std::size_t type, std::uint32_t begin, std::uint32_t end) {
    switch (type) {
      case L::RBRACE:
        Add(L::HOLE_CLOSE, begin, end);
        lexer_.popMode();
        open_.pop_back();
        return true;
      case L::STRING_OPEN:
        return OpenOne(Open::Kind::kString, type, begin, end);
      case L::REGEX:
        Add(type, begin, TakeSuffix(begin + 2, end, "iusm"));
        return true;
      // None of these can stand in a hole: its `}` was forgotten.
      case L::LBRACE:
      case L::NEWLINE:
      case L::COMMENT:
      case L::DOC:
      case L::BLOCK_COMMENT:
      case L::HASH_COMMENT:
      case L::SEMICOLON:
      case L::FENCE:
      case L::OPEN_REGEX:
      case L::OTHER:
        if (Unwind(begin)) return true;
        break;
      default:
        break;  // part of the hole's expression
    }
    Add(type, begin, end);
    return true;
  }

  void Add(std::size_t type, std::uint32_t begin, std::uint32_t end) {
    lexemes_.push_back({static_cast<std::uint16_t>(type), begin, end});
  }

  bool OpenOne(Open::Kind kind, std::size_t type, std::uint32_t begin, std::uint32_t end) {
    open_.push_back({kind, lexemes_.size()});
    Add(type, begin, end);
    return true;
  }

  Span At(std::uint32_t begin, std::uint32_t end) const { return {file_, begin, end}; }

  // Looked for once in a line: each lexeme of a hostile line may ask.
  std::uint32_t LineEnd(std::uint32_t from) const {
    if (from < line_from_ || from > line_end_) {
      line_from_ = from;
      line_end_ = static_cast<std::uint32_t>(std::min(text_.find_first_of("\r\n", from), text_.size()));
    }
    return line_end_;
  }

  // A string ends; groups that are still open in it are reported and closed.
  void CloseString(std::uint32_t begin, std::uint32_t end) {
    bool reported = false;
    if (open_.size() == 1 && IsFenceAtLineEnd(begin)) {
      // `test "name """`: the quotes are the fence, the string before them has no end.
      const Lexeme& quote = lexemes_[open_.front().lexeme];
      reports_.Fatal(diag::unterminated_string, At(quote.begin, begin))
          .Label("it would end at the fence")
          .Help("write `\"` where it ends");
      Add(L::STRING_CLOSE, begin, begin);
      open_.clear();
      while (!lexer_.modeStack.empty()) lexer_.popMode();
      stream_.seek(begin);
      return;
    }
    while (!open_.empty() && open_.back().kind == Open::Kind::kGroup) {
      const Lexeme& group = lexemes_[open_.back().lexeme];
      if (!reported) {
        reports_.Fatal(diag::unclosed_group, At(group.begin, group.end))
            .Label("the group begins here")
            .Label(At(begin, begin + 1), "expected `)}` or `)?}` before this")
            .Help("a bracket that is plain text needs no `{`; a brace that is plain text is written `\\{`");
        reported = true;
      }
      Add(L::GROUP_CLOSE, begin, begin);
      open_.pop_back();
      if (!lexer_.modeStack.empty()) lexer_.popMode();
    }
    Add(L::STRING_CLOSE, begin, TakeSuffix(begin, end, "i"));
    if (!open_.empty()) open_.pop_back();
    while (lexer_.modeStack.size() > open_.size()) lexer_.popMode();
    if (moved_brace_ == end) {
      lexer_.hitEOF = false;
      stream_.seek(end + 1);
    }
  }

  // The letters behind the last quote of [begin, end). Where they are flags, or a mistake for them, they
  // belong to the literal; a keyword is a word of its own (`"a"else "b"`). Returns where the literal ends.
  std::uint32_t TakeSuffix(std::uint32_t begin, std::uint32_t end, std::string_view flags) {
    std::uint32_t at = end;
    while (at > begin && text_[at - 1] != '"' && text_[at - 1] != '#') --at;
    const std::string_view suffix = text_.substr(at, end - at);
    if (suffix.find_first_not_of(flags) == std::string_view::npos || !IsKeyword(suffix)) return end;
    lexer_.hitEOF = false;
    stream_.seek(at);
    return at;
  }

  bool IsFenceAtLineEnd(std::uint32_t begin) const {
    std::size_t at = begin;
    while (at < text_.size() && text_[at] == '"') ++at;
    if (at - begin < 3) return false;
    while (at < text_.size() && IsBlank(text_[at])) ++at;
    return at >= text_.size() || text_[at] == '\n';
  }

  // A string, hole or group cannot go on at `offset`. True if reading goes on elsewhere; false if everything
  // is closed and the lexeme at `offset` is to be added.
  bool Unwind(std::uint32_t offset) {
    std::size_t hole = open_.size();
    while (hole > 0 && open_[hole - 1].kind != Open::Kind::kHole) --hole;
    const std::uint32_t line_end = LineEnd(offset);
    if (hole > 0 && line_end != reread_line_) {
      reread_line_ = line_end;
      RereadHole(hole - 1);
      return true;
    }
    const bool by_newline = offset == line_end;
    if (!by_newline && hole > 0) return false;  // already told in this line; let the expression have it
    const std::uint32_t end = hole == 0 ? ReportOpenString(line_end) : offset;
    while (!open_.empty()) {
      const Open::Kind kind = open_.back().kind;
      open_.pop_back();
      Add(kind == Open::Kind::kString  ? L::STRING_CLOSE
          : kind == Open::Kind::kGroup ? L::GROUP_CLOSE
                                       : L::HOLE_CLOSE,
          end, end);
    }
    while (!lexer_.modeStack.empty()) lexer_.popMode();
    if (end < offset) {
      lexer_.hitEOF = false;
      stream_.seek(end);
      return true;
    }
    // At the end of the text there is no newline to add, but the lexer has nothing left to give either.
    return offset == text_.size();
  }

  // Closes the hole behind its name and type and reads what follows as text.
  void RereadHole(std::size_t index) {
    const std::size_t opener = open_[index].lexeme;
    const Lexeme brace = lexemes_[opener];
    std::size_t last = opener;  // last lexeme that belongs to the hole
    const auto type_at = [&](std::size_t i) {
      return i < lexemes_.size() ? std::size_t{lexemes_[i].type} : 0;
    };
    const auto is_word = [&](std::size_t i) {
      return i < lexemes_.size() && type_at(i) >= L::MODULE && type_at(i) <= L::QUOTED_NAME;
    };
    std::size_t next = opener + 1;
    const auto take_path = [&] {
      if (!is_word(next)) return;
      last = next++;
      while (type_at(next) == L::DOT && is_word(next + 1)) {
        last = next + 1;
        next += 2;
      }
    };
    take_path();
    if (type_at(next) == L::COLON && is_word(next + 1) && lexemes_[next + 1].begin == lexemes_[next].end) {
      ++next;
      take_path();
      if (type_at(next) == L::LPAREN) {
        int depth = 0;
        for (std::size_t i = next; i < lexemes_.size(); ++i) {
          if (type_at(i) == L::LPAREN) ++depth;
          if (type_at(i) == L::RPAREN && --depth == 0) {
            last = i;
            break;
          }
        }
      }
    }
    const std::uint32_t resume = lexemes_[last].end;
    lexemes_.resize(last + 1);
    Diagnostic& report =
        reports_.Fatal(diag::unclosed_hole, At(resume, std::min(resume + 1, LineEnd(resume))));
    report.Label("expected `}` before this")
        .Label(At(brace.begin, brace.end), "the hole begins here")
        .Help("a brace that is plain text is written `\\{`");
    report.Replace(At(resume, resume), "}");
    if (last == opener) Add(L::ERROR_VALUE, resume, resume);
    Add(L::HOLE_CLOSE, resume, resume);
    // `{x:rest"}`: the brace behind the quote is the hole's.
    if (text_.substr(resume, 2) == "\"}") moved_brace_ = resume + 1;
    open_.resize(index);
    while (lexer_.modeStack.size() > open_.size()) lexer_.popMode();
    lexer_.hitEOF = false;
    stream_.seek(resume);
  }

  // No hole is open, so the last string of the line lacks a quote: its closing one, or, if nothing but blanks
  // follows it, its opening one. Returns where the string is taken to end: at the end of the line, or before
  // the `}` there that close what was opened before the string in the same line.
  std::uint32_t ReportOpenString(std::uint32_t line_end) {
    const std::size_t opener = open_.front().lexeme;
    const Lexeme quote = lexemes_[opener];
    if (text_.substr(quote.end, line_end - quote.end).find_first_not_of(" \t") == std::string_view::npos &&
        (MovedQuote(opener, line_end) || MissingOpeningQuote(opener))) {
      return line_end;
    }
    std::uint32_t end = BeforeClosingBraces(opener, quote.end, line_end);
    const bool braces = end < line_end;
    if (braces) {
      lexemes_.resize(opener + 1);
      open_.resize(1);
      open_.front().lexeme = opener;
    }
    const std::uint32_t stop = end;
    while (end > quote.end && IsBlank(text_[end - 1])) --end;
    const bool hash = text_[quote.begin] == '#';
    Diagnostic& report = reports_.Fatal(diag::unterminated_string, At(quote.begin, std::max(end, quote.end)));
    report.Label("it begins here and would run on to the end of the line");
    report.Help(hash ? "it ends with `\"#`"
                     : "write `\"` where it ends; a quote inside it is written `\\\"`");
    report.Replace(At(end, end), hash ? "\"#" : "\"");
    return stop;
  }

  std::uint32_t BeforeClosingBraces(std::size_t opener, std::uint32_t begin, std::uint32_t line_end) const {
    int braces = 0;  // open in this line, before the string
    for (std::size_t i = opener;
         i > 0 && lexemes_[i - 1].type != L::NEWLINE && lexemes_[i - 1].type != L::FENCE; --i) {
      if (lexemes_[i - 1].type == L::RBRACE) --braces;
      if (lexemes_[i - 1].type == L::LBRACE) ++braces;
    }
    std::uint32_t end = line_end;
    std::uint32_t at = line_end;
    // `format x = line "… {`, `repeat "… {`: the block that begins at the end of the line.
    while (at > begin && IsBlank(text_[at - 1])) --at;
    if (at > begin + 1 && text_[at - 1] == '{' && text_[at - 2] == ' ' &&
        (BeginsFormat(opener) || NextLineIsDeeper(lexemes_[opener].begin, line_end))) {
      return at - 1;
    }
    at = line_end;
    while (braces > 0 && at > begin && (text_[at - 1] == '}' || IsBlank(text_[at - 1]))) {
      --at;
      if (text_[at] != '}') continue;
      end = at;
      --braces;
    }
    return end;
  }

  // Whether the first line behind `line_end` that is not blank is indented deeper than the one of `offset`.
  bool NextLineIsDeeper(std::uint32_t offset, std::uint32_t line_end) const {
    const std::size_t line = text_.find_last_of("\r\n", offset);
    const std::size_t start = line == std::string_view::npos ? 0 : line + 1;
    const std::size_t next = text_.find_first_not_of(" \t\r\n", line_end);
    if (next == std::string_view::npos) return false;
    const std::size_t next_start = text_.find_last_of("\r\n", next) + 1;
    return next - next_start > text_.find_first_not_of(" \t", start) - start;
  }

  bool BeginsFormat(std::size_t lexeme) const {
    while (lexeme > 0 && lexemes_[lexeme - 1].type != L::NEWLINE) --lexeme;
    return lexemes_[lexeme].type == L::FORMAT || lexemes_[lexeme].type == L::WRAPPER;
  }

  static bool TakesText(std::size_t type) {
    switch (type) {
      case L::MATCH:
      case L::THEN:
      case L::WITHOUT:
      case L::FROM:
      case L::REPORT:
      case L::FIX:
      case L::AT:
      case L::SEE:
      case L::DEPRECATED:
      case L::TEST:
      case L::LINE:
      case L::DETECT:
      case L::EACH:
      case L::MISSING:
      case L::ASSIGN:
      case L::OR:
      case L::BAR:
      case L::EQUAL:
      case L::NOT_EQUAL:
      case L::CONTAINS:
      case L::STARTSWITH:
      case L::ENDSWITH:
      case L::MATCHES:
      case L::COMMA:
      case L::LPAREN:
      case L::OPTIONAL:
      case L::SKIP_LINE:
      case L::UNTIL:
      case L::ENTER:
      case L::PAUSE:
      case L::CLOSE:
      case L::EDGE:
        return true;
      default:
        return false;
    }
  }

  // `match verifying {module}"`: the lexemes between the word that takes a text and the quote become an empty
  // string. A line of a block that begins with a hole is such a text as a whole: `{kind}: {what:rest}"`.
  bool MissingOpeningQuote(std::size_t opener) {
    std::size_t first = opener;  // first lexeme of the line
    std::size_t after_string = 0;
    while (first > 0 && lexemes_[first - 1].type != L::NEWLINE && lexemes_[first - 1].type != L::FENCE) {
      --first;
      if (after_string == 0 && lexemes_[first].type == L::STRING_CLOSE) after_string = first + 1;
    }
    // `""text"`: an empty string, and text right behind it.
    const bool doubled = after_string >= 2 && after_string < opener &&
                         lexemes_[after_string - 2].type == L::STRING_OPEN &&
                         lexemes_[after_string].begin == lexemes_[after_string - 1].end;
    if (!doubled && first < opener && lexemes_[first].type == L::LBRACE) {
      const bool block = moved_quote_ || (first + 1 < opener && lexemes_[first + 1].type == L::LBRACE);
      MissesQuoteAt(block ? first + 1 : first, opener);
      return true;
    }
    for (std::size_t i = doubled ? after_string - 1 : std::max(first, after_string); i + 1 < opener; ++i) {
      if (!doubled && !TakesText(lexemes_[i].type)) continue;
      MissesQuoteAt(i + 1, opener);
      return true;
    }
    return false;
  }

  // `repeat notes "` and in the next line `{at {file}"`: the quote and the brace have changed places.
  bool MovedQuote(std::size_t opener, std::uint32_t line_end) {
    const std::size_t next = text_.find_first_not_of(" \t\r\n", line_end);
    if (next == std::string_view::npos || text_[next] != '{') return false;
    reports_.Fatal(diag::unterminated_string, At(lexemes_[opener].begin, lexemes_[opener].end))
        .Label("nothing stands behind it in this line")
        .Help("the text of the next line begins with `\"`, behind the `{` of its block");
    lexemes_.resize(opener);
    open_.clear();
    moved_quote_ = true;
    return true;
  }

  // The lexemes from `first` up to the quote that `opener` is become a string.
  void MissesQuoteAt(std::size_t first, std::size_t opener) {
    const std::uint32_t begin = lexemes_[first].begin;
    if (!std::exchange(moved_quote_, false)) {
      Diagnostic& report = reports_.Fatal(diag::missing_quote, At(begin, lexemes_[opener].end));
      report.Label("write `\"` before this").Replace(At(begin, begin), "\"");
    }
    lexemes_.resize(first);
    Add(L::STRING_OPEN, begin, begin);
    open_.front().lexeme = first;
  }

  // The body of a fence ends with a line that holds nothing before the same number of quotes.
  void Fence(std::uint32_t begin, std::uint32_t end) {
    const std::size_t quotes = end - begin;
    std::size_t line = text_.find('\n', end);
    while (line != std::string_view::npos) {
      std::size_t at = line + 1;
      while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\t')) ++at;
      std::size_t count = 0;
      while (at + count < text_.size() && text_[at + count] == '"') ++count;
      if (count == quotes) {
        stream_.seek(at + count);
        Add(L::FENCE, begin, static_cast<std::uint32_t>(at + count));
        return;
      }
      line = text_.find('\n', at);
    }
    reports_.Fatal(diag::unterminated_fence, At(begin, end))
        .Label("it begins here")
        .Help("a line of its own with " + std::to_string(quotes) + " quotes ends it");
    // Go on where a line begins in the first column: the next declaration, or the end of this one.
    line = text_.find('\n', end);
    while (line != std::string_view::npos && line + 1 < text_.size()) {
      const char c = text_[line + 1];
      if (c == '}' || c == '/' || (c >= 'a' && c <= 'z')) break;
      line = text_.find('\n', line + 1);
    }
    const std::size_t stop = line == std::string_view::npos ? text_.size() : line;
    stream_.seek(stop);
    Add(L::FENCE, begin, static_cast<std::uint32_t>(stop));
  }

  void BlockComment(std::uint32_t begin, std::uint32_t end) {
    const std::size_t close = text_.find("*/", end);
    const std::size_t stop = close == std::string_view::npos ? LineEnd(end) : close + 2;
    stream_.seek(stop);
    Add(L::BLOCK_COMMENT, begin, static_cast<std::uint32_t>(stop));
  }

  std::string_view text_;
  FileId file_;
  Reports& reports_;
  ByteStream stream_;
  L lexer_;
  std::vector<Lexeme> lexemes_;
  std::vector<Open> open_;
  std::uint32_t moved_brace_ = 0xffffffff;  // a brace that belongs before the quote
  bool moved_quote_ = false;                // it stands before the brace of the line at hand
  mutable std::uint32_t line_from_ = 1;     // LineEnd's last answer holds from here
  mutable std::uint32_t line_end_ = 0;      // to here; at first nowhere
  std::uint32_t reread_line_ = 0xffffffff;  // end of the line that was read again
};

}  // namespace

std::vector<Lexeme> Scan(std::string_view text, FileId file, Reports& reports) {
  return Scanner(text, file, reports).Run();
}

}  // namespace faultline::parse
