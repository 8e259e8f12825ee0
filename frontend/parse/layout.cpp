#include "frontend/parse/layout.h"

#include "frontend/ast/ast.h"
#include "frontend/parse/words.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace faultline::parse {

namespace {

using L = grammar::FaultlineLexer;

constexpr std::size_t kNone = static_cast<std::size_t>(-1);
constexpr std::uint32_t kNoIndent = static_cast<std::uint32_t>(-1);

// Operators that continue the line before when they begin a line. `-` is among them: no clause begins with
// it.
bool IsBinarySymbol(std::size_t type) {
  switch (type) {
    case L::EQUAL:
    case L::NOT_EQUAL:
    case L::LESS:
    case L::LESS_EQUAL:
    case L::GREATER:
    case L::GREATER_EQUAL:
    case L::PLUS:
    case L::MINUS:
    case L::STAR:
    case L::SLASH:
    case L::BAR:
    case L::ARROW:
    case L::DOT:
      return true;
    default:
      return false;
  }
}

bool IsBinaryWord(std::size_t type) {
  switch (type) {
    case L::AND:
    case L::OR:
    case L::IN:
    case L::BETWEEN:
    case L::CONTAINS:
    case L::STARTSWITH:
    case L::ENDSWITH:
    case L::MATCHES:
    case L::DEFAULT:
    case L::MOD:
      return true;
    default:
      return false;
  }
}

bool IsOpener(std::size_t type) {
  return type == L::LPAREN || type == L::LBRACKET || type == L::LBRACE || type == L::STRING_OPEN ||
         type == L::HOLE_OPEN || type == L::GROUP_OPEN;
}

bool IsCloser(std::size_t type) {
  return type == L::RPAREN || type == L::RBRACKET || type == L::RBRACE || type == L::STRING_CLOSE ||
         type == L::HOLE_CLOSE || type == L::GROUP_CLOSE || type == L::GROUP_CLOSE_OPTIONAL;
}

std::size_t CloserOf(std::size_t opener) {
  switch (opener) {
    case L::LPAREN:
      return L::RPAREN;
    case L::LBRACKET:
      return L::RBRACKET;
    case L::LBRACE:
      return L::RBRACE;
    case L::STRING_OPEN:
      return L::STRING_CLOSE;
    case L::HOLE_OPEN:
      return L::HOLE_CLOSE;
    default:
      return L::GROUP_CLOSE;
  }
}

enum BracketKind : std::uint8_t { kRound, kSquare, kBrace, kString, kHole, kGroup, kBracketKinds };

BracketKind KindOf(std::size_t opener) {
  switch (opener) {
    case L::LPAREN:
      return kRound;
    case L::LBRACKET:
      return kSquare;
    case L::LBRACE:
      return kBrace;
    case L::STRING_OPEN:
      return kString;
    case L::HOLE_OPEN:
      return kHole;
    default:
      return kGroup;
  }
}

BracketKind KindOfCloser(std::size_t closer) {
  switch (closer) {
    case L::RPAREN:
      return kRound;
    case L::RBRACKET:
      return kSquare;
    case L::RBRACE:
      return kBrace;
    case L::STRING_CLOSE:
      return kString;
    case L::HOLE_CLOSE:
      return kHole;
    default:
      return kGroup;
  }
}

// What the braces of a block hold, as far as layout has to know.
enum class BlockKind : std::uint8_t {
  kOther,
  kFinding,  // expect { … }
  kSet,      // all within 5m { … }
  kTerms,    // confidence { … }, score x { … }: a line may begin with a negative number
};

std::string_view SpellingOf(std::size_t type) {
  switch (type) {
    case L::LPAREN:
      return "(";
    case L::RPAREN:
      return ")";
    case L::LBRACKET:
      return "[";
    case L::RBRACKET:
      return "]";
    case L::LBRACE:
      return "{";
    default:
      return "}";
  }
}

class Layout {
 public:
  Layout(const std::vector<Lexeme>& lexemes, const SourceFile& source, FileId file, Reports& reports)
      : source_(source), text_(source.text()), file_(file), reports_(reports) {
    Mend(lexemes);
  }

  std::vector<LayoutToken> Run() {
    FindImbalance();
    out_.reserve(in_.size() + in_.size() / 8 + 8);
    for (at_ = 0; at_ < in_.size(); ++at_) Step();
    const auto end = static_cast<std::uint32_t>(text_.size());
    if (HasOpenBrace()) {
      CloseOpenBraces(end, end);
    } else {
      CloseBrackets(0, end, end);
    }
    if (!out_.empty() && out_.back().type != L::TERM) Put(L::TERM, end, end);
    reports_.SetClauses(std::move(clauses_));
    return std::move(out_);
  }

 private:
  struct Entry {
    std::size_t type;
    std::uint32_t begin;
    std::uint32_t indent = 0;   // of the clause around it; only where braces do not balance
    std::int32_t prefixes = 0;  // operators since the last comma that nest without a bracket: not, -, if, ->
    // For each kind, how many entries the stack held when the innermost of that kind had been pushed, so that
    // no search ever walks the stack: it may be as deep as the file is long.
    std::array<std::uint32_t, kBracketKinds> up_to{};
    BlockKind block = BlockKind::kOther;
    std::size_t head = kNone;  // first token of the clause or declaration that the brace belongs to
  };

  Span At(std::uint32_t begin, std::uint32_t end) const { return {file_, begin, end}; }
  std::string_view TextOf(const Lexeme& lexeme) const {
    return text_.substr(lexeme.begin, lexeme.end - lexeme.begin);
  }

  // ---- first pass: comments leave, foreign spellings become ours

  void Foreign(const Lexeme& lexeme, std::size_t type, std::string_view ours) {
    const Span span = At(lexeme.begin, lexeme.end);
    reports_.Precise(diag::foreign_operator, span, TextOf(lexeme), ours).Replace(span, std::string(ours));
    in_.push_back({static_cast<std::uint16_t>(type), lexeme.begin, lexeme.end});
  }

  void Mend(const std::vector<Lexeme>& lexemes) {
    in_.reserve(lexemes.size());
    std::uint32_t unknown_end = 0xffffffff;  // end of the run of unknown bytes that was told last
    for (const Lexeme& lexeme : lexemes) {
      const Span span = At(lexeme.begin, lexeme.end);
      switch (lexeme.type) {
        case L::COMMENT:
        case L::DOC:
          break;
        case L::BLOCK_COMMENT:
          reports_.Precise(diag::foreign_comment, At(lexeme.begin, lexeme.begin + 2), "/*")
              .Help("begin each line of the comment with `//`");
          break;
        case L::HASH_COMMENT:
          reports_.Precise(diag::foreign_comment, At(lexeme.begin, lexeme.begin + 1), "#")
              .Help("write `//`")
              .Replace(At(lexeme.begin, lexeme.begin + 1), "//");
          break;
        case L::AND_AND:
          Foreign(lexeme, L::AND, "and");
          break;
        case L::OR_OR:
          Foreign(lexeme, L::OR, "or");
          break;
        case L::EXCLAMATION:
          Foreign(lexeme, L::NOT, "not");
          break;
        case L::TRIPLE_EQUAL:
          Foreign(lexeme, L::EQUAL, "==");
          break;
        case L::LESS_GREATER:
          Foreign(lexeme, L::NOT_EQUAL, "!=");
          break;
        case L::SINGLE_QUOTED: {
          Diagnostic& report = reports_.Precise(diag::single_quotes, span);
          const std::string_view inside = text_.substr(lexeme.begin + 1, lexeme.end - lexeme.begin - 2);
          if (inside.find_first_of("\"\\{}") == std::string_view::npos) {
            report.Help("write `\"" + std::string(inside) + "\"`")
                .Replace(span, "\"" + std::string(inside) + "\"");
          } else {
            report.Help("write `\"…\"`, with `\\\"` for a quote inside");
          }
          in_.push_back(lexeme);
          break;
        }
        case L::OPEN_REGEX:
          reports_.Fatal(diag::unterminated_regex, span)
              .Label("it begins here and would run on to the end of the line")
              .Help(text_[lexeme.begin + 1] == '#' ? "it ends with `\"#`"
                                                   : "a quote inside it is written `\\\"`");
          in_.push_back({L::REGEX, lexeme.begin, lexeme.end});
          break;
        case L::OTHER:
          if (lexeme.begin != unknown_end) Unknown(lexeme);
          unknown_end = lexeme.end;
          break;
        default:
          in_.push_back(lexeme);
          break;
      }
    }
  }

  void Unknown(const Lexeme& lexeme) {
    std::uint32_t end = lexeme.end;
    while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0) == 0x80) ++end;
    const std::string_view bytes = text_.substr(lexeme.begin, end - lexeme.begin);
    const Span span = At(lexeme.begin, end);
    if (bytes == "\xE2\x80\x9C" || bytes == "\xE2\x80\x9D" || bytes == "\xE2\x80\x9E") {
      reports_.Fatal(diag::unknown_character, span, "a typographic quote")
          .Help("text stands in straight double quotes: `\"…\"`");
    } else if (bytes == "\xC2\xA0") {
      reports_.Fatal(diag::unknown_character, span, "a no-break space")
          .Help("write an ordinary blank")
          .Replace(span, " ");
    } else if (bytes == "'") {
      reports_.Fatal(diag::unknown_character, span, "a single quote")
          .Help("text stands in double quotes: `\"…\"`");
    } else if (bytes == "`") {
      reports_.Fatal(diag::unknown_character, span, "a lone backquote")
          .Help("an odd name stands between two: `` `count-of` ``");
    } else if (bytes.size() == 1 && (static_cast<unsigned char>(bytes[0]) < 0x20 || bytes[0] == 0x7f)) {
      static constexpr std::string_view kHex = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(bytes[0]);
      reports_.Fatal(diag::unknown_character, span,
                     std::string("the control byte 0x") + kHex[byte >> 4] + kHex[byte & 15]);
    } else if (bytes == "&") {
      reports_.Fatal(diag::unknown_character, span, "`&`").Help("write `and` to join conditions");
    } else if (bytes == "%") {
      reports_.Fatal(diag::unknown_character, span, "`%`")
          .Help("the remainder is `a mod b`; `15%` is written without a blank");
    } else if (bytes == "$" || bytes == "\\" || bytes == "@" || bytes == "^" || bytes == "~") {
      reports_.Fatal(diag::unknown_character, span, "`" + std::string(bytes) + "`")
          .Help("if it is text, the text stands in quotes: `\"…\"`");
    } else {
      reports_.Fatal(diag::unknown_character, span, "`" + std::string(bytes) + "`");
    }
  }

  // ---- braces

  std::size_t TypeAt(std::size_t i) const { return i < in_.size() ? in_[i].type : kNone; }
  // Behind the newlines and semicolons that begin at `i`. Each run of them is walked once.
  std::size_t SkipNewlines(std::size_t i) const {
    if (i >= run_begin_ && i < run_end_) return run_end_;
    run_begin_ = i;
    last_semicolon_ = kNone;
    while (TypeAt(i) == L::NEWLINE || TypeAt(i) == L::SEMICOLON) {
      if (TypeAt(i) == L::SEMICOLON) last_semicolon_ = i;
      ++i;
    }
    run_end_ = i;
    return i;
  }
  // Whether a semicolon stands from in_[i] on, before the next token that is none and no newline.
  bool SemicolonBeforeNext(std::size_t i) const {
    if (SkipNewlines(i) == i) return false;
    return last_semicolon_ != kNone && last_semicolon_ >= i;
  }
  bool FirstInLine(std::size_t i) const { return i == 0 || in_[i - 1].type == L::NEWLINE; }

  // `rule NAME`, `pattern NAME =` at the start of a line: nothing inside a block looks like that.
  bool IsDeclarationStart(std::size_t i) const {
    if (!FirstInLine(i) || !BeginsDeclaration(TypeAt(i))) return false;
    const std::size_t type = TypeAt(i);
    if (!IsWord(TypeAt(i + 1))) return false;
    const std::size_t behind = TypeAt(i + 2);
    if (HoldsClauses(type) || type == L::PART) {
      return behind == L::LBRACE || (type == L::SCOPE && behind == L::BY);
    }
    if (type == L::PARAM) return behind == L::COLON || behind == L::ASSIGN;
    if (type == L::TABLE) return behind == L::LPAREN;
    if (type == L::OVERRIDE || type == L::PACK) return behind == L::DOT || behind == L::LBRACE;
    if (type == L::DISABLE || type == L::ALLOW) return behind == L::DOT;
    if (type == L::PATTERN || type == L::FORMAT || type == L::WRAPPER) return behind == L::ASSIGN;
    return false;
  }

  // Braces are mended only in files where they do not fit as they stand.
  void FindImbalance() {
    std::int64_t depth = 0;
    for (std::size_t i = 0; i < in_.size(); ++i) {
      if (depth > 0 && IsDeclarationStart(i) && IndentOfLine(in_[i].begin) == 0) unbalanced_ = true;
      if (in_[i].type == L::LBRACE) ++depth;
      if (in_[i].type == L::RBRACE && --depth < 0) unbalanced_ = true;
    }
    if (depth != 0) unbalanced_ = true;
  }

  std::uint32_t ColumnOf(std::uint32_t offset) const { return source_.Locate(offset).column; }
  // Measured once for a line: a line of a hostile file may hold all of its brackets.
  std::uint32_t IndentOfLine(std::uint32_t offset) const {
    if (indents_.empty()) indents_.assign(source_.line_count(), kNoIndent);
    const std::uint32_t line = source_.Locate(offset).line;
    std::uint32_t& indent = indents_[line - 1];
    if (indent == kNoIndent) {
      const std::size_t start = source_.LineStart(line);
      std::size_t at = start;
      while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\t')) ++at;
      indent = static_cast<std::uint32_t>(at - start);
    }
    return indent;
  }

  // How many entries there are up to the innermost of this kind, it included; 0: there is none.
  std::size_t UpTo(std::size_t kind) const { return stack_.empty() ? 0 : stack_.back().up_to[kind]; }
  // How many there are below the ( and [ that are open innermost.
  std::size_t BelowBrackets() const {
    return std::max({UpTo(kBrace), UpTo(kString), UpTo(kHole), UpTo(kGroup)});
  }
  bool HasOpenBrace() const { return UpTo(kBrace) > 0; }
  std::size_t TopBrace() const { return UpTo(kBrace) == 0 ? kNone : UpTo(kBrace) - 1; }

  void ReportUnclosed(const Entry& entry, std::uint32_t begin, std::uint32_t end) {
    // A line that could not be read may have held the other half.
    const std::uint32_t line = source_.Locate(entry.begin).line;
    const std::uint32_t last = InFinding() ? source_.Locate(begin).line : line;
    if (reports_.HasFatalIn(source_, line, last)) return;
    if (!out_.empty()) {
      const std::uint32_t before = source_.Locate(out_.back().begin).line;
      if (reports_.HasFatalIn(source_, before, before)) return;
    }
    const std::string_view closer = SpellingOf(CloserOf(entry.type));
    reports_
        .Fatal(diag::unclosed_bracket, At(begin, end), closer, SpellingOf(entry.type),
               static_cast<std::int64_t>(source_.Locate(entry.begin).line))
        .Label(begin == end ? "the file ends here" : "expected `" + std::string(closer) + "` before this")
        .Label(At(entry.begin, entry.begin + 1), "this is never closed");
  }

  // Closes every ( and [ above stack_[floor]; the innermost is the one that is reported.
  void CloseBrackets(std::size_t floor, std::uint32_t begin, std::uint32_t end, bool report = true) {
    while (stack_.size() > floor) {
      const Entry entry = stack_.back();
      if (report && !dropping_ && (entry.type == L::LPAREN || entry.type == L::LBRACKET)) {
        ReportUnclosed(entry, begin, end);
        report = false;
      }
      Pop();
      Put(CloserOf(entry.type), begin, begin);
    }
  }

  void CloseOpenBraces(std::uint32_t begin, std::uint32_t end, bool ends_clause = true) {
    const std::size_t brace = TopBrace();
    if (!dropping_) ReportUnclosed(stack_[brace], begin, end);
    while (!stack_.empty()) {
      const std::size_t type = stack_.back().type;
      if (type == L::LBRACE) PutTermBefore(begin);
      Pop();
      Put(CloserOf(type), begin, begin);
      if (type == L::LBRACE) ClauseBegins(begin);
    }
    if (ends_clause) PutTermBefore(begin);
  }

  // ---- output

  void ClauseBegins(std::uint32_t offset) {
    if (clauses_.empty() || clauses_.back() < offset) clauses_.push_back(offset);
  }

  void Put(std::size_t type, std::uint32_t begin, std::uint32_t end) {
    if (dropping_) return;
    if (out_.empty() || out_.back().type == L::TERM || out_.back().type == L::LBRACE) {
      head_ = type;
      if (stack_.empty() && BeginsDeclaration(type)) declaration_ = begin;
    }
    if (new_clause_ && type != L::TERM) {
      ClauseBegins(begin);
      new_clause_ = false;
    }
    out_.push_back({static_cast<std::uint16_t>(type), begin, end, static_cast<std::int32_t>(stack_.size())});
    if (type == L::TERM) new_clause_ = true;
  }

  void PutTermBefore(std::uint32_t offset) {
    if (out_.empty() || out_.back().type == L::TERM || out_.back().type == L::LBRACE) return;
    Put(L::TERM, offset, offset);
  }

  // ---- nesting

  void Push(std::size_t type, std::uint32_t begin, std::uint32_t end) {
    Entry entry{type, begin};
    if (type == L::LBRACE) {
      entry.block = BlockOf();
      entry.head = head_;
    }
    Put(type, begin, end);
    if (!stack_.empty()) entry.up_to = stack_.back().up_to;
    entry.up_to[KindOf(type)] = static_cast<std::uint32_t>(stack_.size() + 1);
    stack_.push_back(entry);
    if (unbalanced_) {
      // A clause may have lines that stand further right (a fence); its first line counts.
      stack_.back().indent =
          std::min(IndentOfLine(begin), IndentOfLine(clauses_.empty() ? begin : clauses_.back()));
    }
    CheckDepth(begin, end);
    if (type == L::LBRACE) new_clause_ = true;
  }

  // The kind of the block that a brace would open here.
  BlockKind BlockOf() const {
    const std::size_t last = out_.empty() ? kNone : out_.back().type;
    if (last == L::CONFIDENCE || (stack_.empty() && head_ == L::SCORE)) return BlockKind::kTerms;
    if (!in_clause_block_ || stack_.size() != 1) return BlockKind::kOther;
    const bool counted = last == L::NUMBER && out_.size() > 1 && out_[out_.size() - 2].type == L::EXPECT;
    if (last == L::EXPECT || counted || (last == L::RBRACE && closed_ == BlockKind::kFinding)) {
      return BlockKind::kFinding;
    }
    return head_ == L::ALL || head_ == L::ANY ? BlockKind::kSet : BlockKind::kOther;
  }

  void Pop() {
    prefixes_ -= stack_.back().prefixes;
    if (stack_.back().type == L::LBRACE) {
      head_ = stack_.back().head;
      closed_ = stack_.back().block;
    }
    stack_.pop_back();
    if (dropping_ && stack_.size() < *dropping_) dropping_.reset();
  }

  void ResetPrefixes() {
    std::int32_t& here = stack_.empty() ? base_prefixes_ : stack_.back().prefixes;
    prefixes_ -= here;
    here = 0;
    if (dropping_ && *dropping_ == stack_.size()) dropping_.reset();
  }

  void CountPrefix(std::uint32_t begin, std::uint32_t end) {
    ++(stack_.empty() ? base_prefixes_ : stack_.back().prefixes);
    ++prefixes_;
    CheckDepth(begin, end);
  }

  // Leaves out everything up to the end of the innermost bracket (or, outside of any, of the clause).
  void CheckDepth(std::uint32_t begin, std::uint32_t end) {
    if (dropping_ || static_cast<std::int64_t>(stack_.size()) + prefixes_ <= ast::kMaxDepth) return;
    reports_.Fatal(diag::nested_too_deep, At(begin, std::max(begin, end)), ast::kMaxDepth)
        .Help("give the parts names with `let`, or put the values into one list: `x in [a, b, c]`");
    Put(L::ERROR_VALUE, begin, begin);
    dropping_ = stack_.size();
  }

  // ---- second pass

  // Whether the newline before in_[next] ends a clause.
  bool EndsClause(std::size_t next) const {
    const std::size_t type = TypeAt(next);
    if (type == L::MINUS && !stack_.empty() && stack_.back().block == BlockKind::kTerms) return true;
    if (IsBinarySymbol(type)) return false;
    if (IsBinaryWord(type)) {
      // A word that is the name of a field here: `default: text`, `in,`, or alone in its line.
      switch (TypeAt(next + 1)) {
        case L::COLON:
        case L::COMMA:
        case L::QUESTION:
        case L::ASSIGN:
        case L::NEWLINE:
        case L::SEMICOLON:
        case L::RBRACE:
        case L::FROM:
        case L::MAP:
        case kNone:
          return true;
        default:
          return false;
      }
    }
    if (type == L::NOT) {  // `not in`, `not contains`: the line before goes on
      const std::size_t after = TypeAt(next + 1);
      if (after == L::IN || after == L::BETWEEN || after == L::CONTAINS || after == L::STARTSWITH ||
          after == L::ENDSWITH || after == L::MATCHES) {
        return false;
      }
    }
    if (type == L::LBRACE) return false;
    const std::size_t last = out_.empty() ? kNone : out_.back().type;
    if (type == L::EXPECT && (last == L::FENCE || last == L::STRING_CLOSE || last == L::RBRACE)) return false;
    if (stack_.empty()) {
      if (last == L::ASSIGN && !BeginsDeclaration(type)) return false;
      if (type == L::DETECT || type == L::INSIDE || type == L::STREAM || type == L::MISSING) return false;
      if (type == L::BY) return head_ != L::FORMAT && head_ != L::WRAPPER && head_ != L::SCOPE;
      if (type == L::LIMIT) return head_ != L::FORMAT;
      if (type == L::WHERE || type == L::UNTIL) return head_ != L::ALLOW && head_ != L::DISABLE;
    }
    return true;
  }

  // `where a and` and its other side in the next line: told here, and read as it was meant.
  bool OperatorAtLineEnd(std::size_t next) {
    const LayoutToken& last = out_.back();
    if (last.type != L::AND && last.type != L::OR && !IsBinarySymbol(last.type)) return false;
    if (last.type == L::DOT || last.end == last.begin) return false;
    const std::size_t type = TypeAt(next);
    const bool value = type == L::STRING_OPEN || type == L::NUMBER || type == L::REGEX || type == L::LPAREN ||
                       type == L::LBRACKET ||
                       (IsWord(type) && !BeginsClause(type) && !BeginsDeclaration(type));
    if (!value) return false;
    reports_.Fatal(diag::unexpected_text, At(last.end, last.end), "a value", "the end of the line")
        .Help("a clause ends with its line; begin the next line with `" + Spelling(last.type) +
              "` to go on there");
    return true;
  }

  // Inside ( or [, at the start of a line: does a new clause begin, so that the bracket was forgotten?
  bool LooksLikeClause(std::size_t i) const {
    if (TypeAt(i) == L::RBRACE || IsDeclarationStart(i)) return true;
    if (!BeginsClause(TypeAt(i))) return false;
    const std::size_t behind = TypeAt(i + 1);
    return behind == L::STRING_OPEN || behind == L::REGEX || behind == L::FENCE || behind == L::NUMBER ||
           (IsWord(behind) && !IsBinaryWord(behind) && behind != L::NOT && behind != L::MISSING &&
            behind != L::PRESENT && behind != L::AS && behind != L::THEN && behind != L::ELSE);
  }

  bool InBrackets() const {
    return !stack_.empty() && (stack_.back().type == L::LPAREN || stack_.back().type == L::LBRACKET);
  }

  void Newline(const Lexeme& lexeme) {
    const std::size_t next = SkipNewlines(at_ + 1);
    if (InBrackets()) {
      if (lexeme.type != L::NEWLINE || next >= in_.size() || !LooksLikeClause(next)) {
        if (lexeme.type == L::SEMICOLON) Put(L::SEMICOLON, lexeme.begin, lexeme.end);
        return;
      }
      CloseBrackets(BelowBrackets(), lexeme.begin, lexeme.end);
    }
    if (unbalanced_ && InClausesBlock() && next < in_.size() && BeginsClause(TypeAt(next)) &&
        LooksLikeClause(next)) {
      CloseInnerBraces(in_[next].begin, in_[next].end);
    }
    if (out_.empty() || out_.back().type == L::TERM) return;
    // `{` of a block: nothing ends. (In a hole a `{` has no business; it is told elsewhere.)
    if (out_.back().type == L::LBRACE) return;
    if (lexeme.type == L::NEWLINE) {
      const bool only_newlines = !SemicolonBeforeNext(at_ + 1);
      if (only_newlines && next < in_.size() && (!EndsClause(next) || OperatorAtLineEnd(next))) return;
    }
    ResetPrefixes();
    Put(L::TERM, lexeme.begin, lexeme.begin);
  }

  void Step() {
    const Lexeme& lexeme = in_[at_];
    if (lexeme.type == L::NEWLINE || lexeme.type == L::SEMICOLON) {
      Newline(lexeme);
      return;
    }
    if (unbalanced_ && IsDeclarationStart(at_) && HasOpenBrace()) CloseOpenBraces(lexeme.begin, lexeme.end);
    if (unbalanced_ && EndsBlockOfClause()) CloseInnerBraces(lexeme.begin, lexeme.end);
    if (unbalanced_ && EndsFieldBlock()) CloseOpenBraces(lexeme.begin, lexeme.end, false);
    if (IsOpener(lexeme.type)) {
      if (lexeme.type == L::LBRACE && unbalanced_ && !out_.empty() && out_.back().type == L::LBRACE) {
        reports_.Fatal(diag::unexpected_text, At(lexeme.begin, lexeme.end), "what the block holds", "`{`")
            .Replace(At(lexeme.begin, lexeme.end), "");
        return;
      }
      if (lexeme.type == L::LBRACE) {
        // No brace stands inside an expected finding: the one before it was forgotten.
        if (unbalanced_ && InFinding()) CloseInnerBraces(lexeme.begin, lexeme.end);
        CloseBeforeBrace(lexeme);
      }
      Push(lexeme.type, lexeme.begin, lexeme.end);
      return;
    }
    if (IsCloser(lexeme.type)) {
      Close(lexeme);
      return;
    }
    switch (lexeme.type) {
      case L::NOT:
      case L::MINUS:
      case L::IF:
      case L::ARROW:
      case L::OPTIONAL:
        CountPrefix(lexeme.begin, lexeme.end);
        break;
      case L::COMMA:
        ResetPrefixes();
        break;
      case L::COLON:
        if (ColonAfterKeyword(lexeme)) return;
        break;
      default:
        break;  // nests nothing
    }
    Put(lexeme.type, lexeme.begin, lexeme.end);
    if (unbalanced_) {
      MissingBlockBrace();
      MissingInnerBrace();
    }
  }

  // `severity: error`
  bool ColonAfterKeyword(const Lexeme& colon) {
    if (stack_.size() != 1 || out_.size() < 2) return false;
    const LayoutToken& word = out_.back();
    const std::size_t before = out_[out_.size() - 2].type;
    if (!BeginsClause(word.type) || (before != L::TERM && before != L::LBRACE) || !in_clause_block_)
      return false;
    reports_
        .Precise(diag::colon_after_keyword, At(colon.begin, colon.end),
                 text_.substr(word.begin, word.end - word.begin))
        .Help("leave the colon out")
        .Replace(At(colon.begin, colon.end), "");
    return true;
  }

  void CloseBeforeBrace(const Lexeme& brace) {
    if (!InBrackets()) {
      if (stack_.empty()) in_clause_block_ = OpensClauseBlock();
      return;
    }
    // `where any(f in stack {`: no brace stands inside brackets.
    CloseBrackets(BelowBrackets(), brace.begin, brace.end);
  }

  bool OpensClauseBlock() const {
    std::size_t i = out_.size();
    for (int words = 0; i > 0 && words < 16; ++words) {
      const std::size_t type = out_[i - 1].type;
      if (HoldsClauses(type) && (i == 1 || out_[i - 2].type == L::TERM)) return true;
      if (!IsWord(type) && type != L::DOT && type != L::COMMA) return false;
      --i;
    }
    return false;
  }

  // `rule x` and then a clause: the brace is missing.
  void MissingBlockBrace() {
    if (!stack_.empty() || out_.size() < 2 || !IsWord(out_.back().type)) return;
    const LayoutToken& keyword = out_[out_.size() - 2];
    if (!HoldsClauses(keyword.type) || TypeAt(at_ + 1) == L::BY) return;
    if (out_.size() > 2 && out_[out_.size() - 3].type != L::TERM) return;
    const std::size_t next = SkipNewlines(at_ + 1);
    if (TypeAt(at_ + 1) == L::LBRACE || TypeAt(next) == L::LBRACE) return;
    if (!BeginsClause(TypeAt(next)) && TypeAt(next) != L::RBRACE) return;
    const std::uint32_t offset = out_.back().end;
    const Lexeme& clause = in_[next];
    reports_
        .Fatal(diag::unexpected_text, At(out_.back().begin, offset), "`{` after the name",
               at_ + 1 == next ? "`" + std::string(TextOf(clause)) + "`" : std::string("the end of the line"))
        .Replace(At(offset, offset), " {");
    in_clause_block_ = true;
    Push(L::LBRACE, offset, offset);
  }

  void Close(const Lexeme& closer) {
    if (closer.type == L::RBRACE) {
      CloseBrace(closer);
      return;
    }
    // The nearest opener that fits, with nothing but ( and [ between; strings, holes and groups always fit.
    const bool round = closer.type == L::RPAREN || closer.type == L::RBRACKET;
    const std::size_t i = UpTo(KindOfCloser(closer.type));
    if (i == 0 || (round && i <= BelowBrackets())) {
      if (!dropping_) {
        reports_.Fatal(diag::unopened_bracket, At(closer.begin, closer.end), SpellingOf(closer.type))
            .Replace(At(closer.begin, closer.end), "");
      }
      return;
    }
    CloseBrackets(i, closer.begin, closer.end);
    Pop();
    Put(closer.type, closer.begin, closer.end);
  }

  void Unopened(const Lexeme& brace) {
    // Its `{` may stand in a line of the declaration that could not be read, or a brace of such a line may
    // have closed the block.
    const bool lost =
        reports_.HasFatalIn(source_, source_.Locate(declaration_).line, source_.Locate(brace.begin).line);
    if (!lost) {
      reports_.Fatal(diag::unopened_bracket, At(brace.begin, brace.end), "}")
          .Replace(At(brace.begin, brace.end), "");
    }
    PutTermBefore(brace.begin);
    ClauseBegins(brace.end);
  }

  void CloseBrace(const Lexeme& closer) {
    std::size_t brace = TopBrace();
    if (brace == kNone) {
      Unopened(closer);
      return;
    }
    if (unbalanced_ && FirstInLine(at_) && brace > 0) {
      // A `}` that stands further left than the line of the innermost open brace belongs to an outer one.
      const std::uint32_t column = ColumnOf(closer.begin) - 1;
      const std::uint32_t line = source_.Locate(closer.begin).line;
      if (stack_[brace].indent > column && source_.Locate(stack_[brace].begin).line != line) {
        CloseBrackets(brace + 1, closer.begin, closer.end);
        ReportUnclosed(stack_[brace], closer.begin, closer.end);
        PutTermBefore(closer.begin);
        Pop();
        Put(L::RBRACE, closer.begin, closer.begin);
        brace = TopBrace();
        if (brace == kNone) return;
      }
    }
    CloseBrackets(brace + 1, closer.begin, closer.end);
    if (unbalanced_ && stack_.size() == 1 && !dropping_ && BlockGoesOn()) {
      Unopened(closer);
      return;
    }
    PutTermBefore(closer.begin);
    Pop();
    Put(L::RBRACE, closer.begin, closer.end);
    if (stack_.empty()) in_clause_block_ = false;
    new_clause_ = true;
  }

  // Behind a `}` that would end the rule or event: does its block go on all the same?
  bool BlockGoesOn() const {
    if (!in_clause_block_) return false;
    const std::size_t next = SkipNewlines(at_ + 1);
    if (next >= in_.size()) return false;
    if (TypeAt(next) == L::RBRACE) {
      // Two in a row: the one whose indentation fits is right.
      return at_ + 1 == next || IndentOfLine(stack_.back().begin) != IndentOfLine(in_[at_].begin);
    }
    if (at_ + 1 == next) return true;
    return !BeginsDeclaration(TypeAt(next)) ||
           IndentOfLine(in_[next].begin) > IndentOfLine(stack_.back().begin);
  }

  // A field block whose `}` was forgotten: what follows belongs to the declaration. No field looks like that.
  bool EndsFieldBlock() const {
    if (stack_.size() != 1 || stack_.back().type != L::LBRACE || in_clause_block_) return false;
    const std::size_t behind = TypeAt(at_ + 1);
    switch (in_[at_].type) {
      case L::DETECT:
        return behind == L::STRING_OPEN || behind == L::REGEX;
      case L::MISSING:
        return behind == L::STRING_OPEN;
      case L::STREAM:
        return behind == L::BY;
      default:
        return false;
    }
  }

  // `expect` in the block of a test, `as NAME` in that of a `match`: its `}` was forgotten.
  bool EndsBlockOfClause() const {
    if (!in_clause_block_ || stack_.size() != 2 || stack_.back().type != L::LBRACE || !FirstInLine(at_))
      return false;
    const std::size_t head = stack_.back().head;
    if (in_[at_].type == L::EXPECT) return head == L::TEST && stack_.back().block == BlockKind::kOther;
    return in_[at_].type == L::AS && (head == L::MATCH || head == L::THEN || head == L::WITHOUT);
  }

  bool InFinding() const { return !stack_.empty() && stack_.back().block == BlockKind::kFinding; }
  // In a block of a clause, in which a line that looks like a clause is one of the block around it.
  bool InClausesBlock() const {
    return in_clause_block_ && stack_.size() == 2 && stack_.back().block != BlockKind::kOther;
  }

  void CloseInnerBraces(std::uint32_t begin, std::uint32_t end) {
    ReportUnclosed(stack_.back(), begin, end);
    PutTermBefore(begin);
    Pop();
    Put(L::RBRACE, begin, begin);
  }

  // Whether in_[next] is what a block holds, and its brace is missing behind the token that was put last.
  bool LacksBrace(std::size_t next) const {
    const std::size_t last = out_.back().type;
    const std::size_t before = out_.size() > 1 ? out_[out_.size() - 2].type : kNone;
    const std::size_t type = TypeAt(next);
    const std::size_t behind = TypeAt(next + 1);
    const bool ends_line = next > at_ + 1;
    const bool text = type == L::STRING_OPEN || type == L::REGEX;
    const bool item = type == L::INPUT || type == L::CONTEXT || type == L::NOW || type == L::RUN;
    if (last == L::BLOCK) {
      const bool source =
          before == L::MATCH || before == L::THEN || before == L::WITHOUT || before == L::UNTIL;
      return text && (source || before == L::ASSIGN);
    }
    if ((last == L::OF && before == L::ONE) || (last == L::ORDER && before == L::ANY)) {
      return text || (ends_line && IsWord(type));
    }
    // `repeat NAME`, `repeat` and `optional` at the end of a line.
    const std::size_t part = out_.size() > 2 ? out_[out_.size() - 3].type : kNone;
    const bool named = before == L::REPEAT && IsWord(last) && (part == L::TERM || part == L::LBRACE);
    const bool bare =
        (last == L::REPEAT || last == L::OPTIONAL) && (before == L::TERM || before == L::LBRACE);
    if (ends_line && !stack_.empty() && (named || bare)) return text || IsWord(type);
    if (last == L::CONFIDENCE) return ends_line && (type == L::NUMBER || type == L::MINUS);
    if (last == L::RUN && (before == L::TERM || before == L::LBRACE)) return item || type == L::AT;
    if (stack_.size() == 1 && in_clause_block_ && head_ == L::TEST) {
      return (last == L::TEST || last == L::STRING_CLOSE) && item;
    }
    if (stack_.size() == 1 && in_clause_block_ && (head_ == L::ALL || head_ == L::ANY)) {
      return ends_line && IsWord(type) && behind == L::ASSIGN;
    }
    if (stack_.empty() && head_ == L::PACK) return ends_line && (type == L::VERSION || type == L::NEEDS);
    if (stack_.empty() && head_ == L::OVERRIDE) return ends_line && IsWord(type) && behind == L::ASSIGN;
    return false;
  }

  // `expect module == "x" }`, `json text: …`, `map I: info }`: the brace is missing.
  void MissingInnerBrace() {
    if (out_.empty() || dropping_) return;
    const LayoutToken& last = out_.back();
    const std::size_t next = SkipNewlines(at_ + 1);
    const std::size_t behind = TypeAt(next + 1);
    if (!IsWord(TypeAt(next)) && !(last.type == L::MAP && TypeAt(next) == L::STRING_OPEN) &&
        !LacksBrace(next))
      return;
    const bool expect =
        in_clause_block_ && stack_.size() == 1 &&
        (last.type == L::EXPECT ||
         (last.type == L::NUMBER && out_.size() > 1 && out_[out_.size() - 2].type == L::EXPECT)) &&
        TypeAt(next) != L::NOTHING && (IsBinarySymbol(behind) || behind == L::ASSIGN || IsBinaryWord(behind));
    const bool fields = stack_.empty() && last.type == L::JSON && TypeAt(next) != L::EACH &&
                        !BeginsDeclaration(TypeAt(next)) && TypeAt(next) != L::DETECT &&
                        TypeAt(next) != L::INSIDE && TypeAt(next) != L::STREAM &&
                        TypeAt(next) != L::MISSING &&
                        (behind == L::COLON || behind == L::COMMA || behind == L::QUESTION ||
                         behind == L::FROM || behind == L::NEWLINE);
    const bool mapping = last.type == L::MAP && behind == L::COLON;
    if (!expect && !fields && !mapping && !LacksBrace(next)) return;
    const std::uint32_t offset = last.end;
    reports_
        .Fatal(diag::unexpected_text, At(in_[next].begin, in_[next].end), "`{`",
               "`" + std::string(TextOf(in_[next])) + "`")
        .Replace(At(offset, offset), " {");
    Push(L::LBRACE, offset, offset);
  }

  const SourceFile& source_;
  std::string_view text_;
  FileId file_;
  Reports& reports_;
  std::vector<Lexeme> in_;
  std::size_t at_ = 0;
  std::vector<LayoutToken> out_;
  std::vector<std::uint32_t> clauses_;
  std::vector<Entry> stack_;
  mutable std::vector<std::uint32_t> indents_;  // by line; kNoIndent: not measured yet
  mutable std::size_t run_begin_ = 0;           // the run of newlines that SkipNewlines walked last
  mutable std::size_t run_end_ = 0;
  mutable std::size_t last_semicolon_ = kNone;  // in that run
  std::int32_t base_prefixes_ = 0;
  std::int32_t prefixes_ = 0;            // of all entries
  std::optional<std::size_t> dropping_;  // leave out tokens while the stack is at least this high
  bool new_clause_ = true;
  std::uint32_t declaration_ = 0;         // where the declaration at hand begins
  std::size_t head_ = kNone;              // first token of the clause or declaration at hand
  BlockKind closed_ = BlockKind::kOther;  // of the brace that was closed last
  bool unbalanced_ = false;
  bool in_clause_block_ = false;  // the outermost open brace is a rule's or an event's
};

}  // namespace

std::vector<LayoutToken> LayOut(const std::vector<Lexeme>& lexemes, const SourceFile& source, FileId file,
                                Reports& reports) {
  return Layout(lexemes, source, file, reports).Run();
}

}  // namespace faultline::parse
