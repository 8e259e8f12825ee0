#include "frontend/parse/recovery.h"

#include "frontend/parse/words.h"

#include <algorithm>
#include <array>
#include <utility>

namespace faultline::parse {

namespace {

using P = grammar::FaultlineParser;
using antlr4::misc::IntervalSet;

bool Has(const IntervalSet& set, std::size_t type) {
  return set.contains(type);
}

bool IsOperator(std::size_t type) {
  switch (type) {
    case P::EQUAL:
    case P::NOT_EQUAL:
    case P::LESS:
    case P::LESS_EQUAL:
    case P::GREATER:
    case P::GREATER_EQUAL:
    case P::PLUS:
    case P::MINUS:
    case P::STAR:
    case P::SLASH:
    case P::AND:
    case P::OR:
    case P::CONTAINS:
    case P::STARTSWITH:
    case P::ENDSWITH:
    case P::MATCHES:
    case P::MOD:
    case P::IN:
    case P::BETWEEN:
    case P::DEFAULT:
      return true;
    default:
      return false;
  }
}

// A word that `name` takes but `plainName` does not.
bool IsReserved(std::size_t type) {
  switch (type) {
    case P::THEN:
    case P::AS:
    case P::AND:
    case P::OR:
    case P::NOT:
    case P::IN:
    case P::BETWEEN:
    case P::CONTAINS:
    case P::STARTSWITH:
    case P::ENDSWITH:
    case P::MATCHES:
    case P::MISSING:
    case P::PRESENT:
    case P::DEFAULT:
    case P::MOD:
    case P::IF:
    case P::ELSE:
    case P::TRUE:
    case P::FALSE:
      return true;
    default:
      return false;
  }
}

// Between backquotes, or in words where there is nothing to put there.
std::string Quoted(std::string_view text) {
  return text.empty() ? "something else" : "`" + std::string(text) + "`";
}

// What could stand here, in words. Names of tokens never appear.
std::string DescribeExpected(const IntervalSet& set) {
  std::vector<std::string> parts;
  const bool name = Has(set, P::WORD);
  const bool value = name && Has(set, P::NUMBER) && Has(set, P::LPAREN) && !Has(set, P::PLUS);
  const bool op = Has(set, P::PLUS) || Has(set, P::EQUAL);
  if (value) {
    parts.emplace_back("a value");
  } else if (Has(set, P::REGEX)) {
    parts.emplace_back("a string or a regular expression");
    if (name) parts.emplace_back("a name");
  } else {
    if (name) parts.emplace_back("a name");
    if (Has(set, P::STRING_OPEN)) parts.emplace_back("a string");
    if (Has(set, P::NUMBER)) parts.emplace_back("a number");
  }
  if (op) parts.emplace_back("an operator");
  // In a string with holes open, what is text is no alternative worth naming.
  if (Has(set, P::TEXT)) return "text, a hole or the closing quote";
  if (!value && !name && !op) {
    for (std::size_t type = P::MODULE; type <= P::FALSE; ++type) {
      if (Has(set, type) && parts.size() < 4) parts.push_back(Quoted(Spelling(type)));
    }
  } else if (op) {
    for (const std::size_t type : {std::size_t{P::THEN}, std::size_t{P::ELSE}, std::size_t{P::WITHIN}}) {
      if (Has(set, type)) parts.push_back(Quoted(Spelling(type)));
    }
  }
  if (Has(set, P::FENCE)) parts.emplace_back("the text of the test between fences `\"\"\"`");
  for (const std::size_t type :
       {std::size_t{P::ASSIGN}, std::size_t{P::LBRACE}, std::size_t{P::RBRACE}, std::size_t{P::COLON},
        std::size_t{P::COMMA}, std::size_t{P::RPAREN}, std::size_t{P::RBRACKET}, std::size_t{P::BAR}}) {
    if (!Has(set, type) || (op && (type == P::ASSIGN || type == P::BAR))) continue;
    parts.push_back(Quoted(Spelling(type)));
  }
  if (Has(set, P::HOLE_CLOSE)) parts.emplace_back("`}` at the end of the hole");
  if (Has(set, P::TERM)) parts.emplace_back("the end of the line");
  if (parts.empty()) return "something else";
  if (parts.size() > 4) parts.erase(parts.begin() + 3, parts.end() - 1);
  std::string out = parts[0];
  for (std::size_t i = 1; i < parts.size(); ++i) {
    out += i + 1 == parts.size() ? " or " : ", ";
    out += parts[i];
  }
  return out;
}

// What the grammar wanted where `e` was thrown. An error that was found by looking further ahead than one
// token knows it only from the paths that ended there.
IntervalSet ExpectedBy(const antlr4::Parser& parser, const antlr4::RecognitionException& e) {
  const auto* alternatives = dynamic_cast<const antlr4::NoViableAltException*>(&e);
  if (alternatives != nullptr && alternatives->getStartToken() != alternatives->getOffendingToken() &&
      alternatives->getDeadEndConfigs() != nullptr) {
    IntervalSet set;
    for (const auto& config : alternatives->getDeadEndConfigs()->configs) {
      set.addAll(parser.getATN().nextTokens(config->state));
    }
    return set;
  }
  return parser.getATN().getExpectedTokens(e.getOffendingState(), e.getCtx());
}

struct Foreign {
  std::string_view word, help;
};
constexpr std::array kForeignWords = {
    Foreign{"is", "compare with `==`; whether there is a value is `x present` or `x missing`"},
    Foreign{"equals", "compare with `==`"},
    Foreign{"like", "write `x matches r\"…\"` or `x contains \"…\"`"},
    Foreign{"has", "write `x contains \"…\"`, or `x present` for a field"},
    Foreign{"exists", "write `x present`"},
    Foreign{"xor", "write `a != b`"},
};

}  // namespace

const LayoutToken& Recovery::TokenOf(const antlr4::Token* token) const {
  return tokens_[std::min(token->getTokenIndex(), tokens_.size() - 1)];
}

Span Recovery::SpanOf(std::size_t index) const {
  const LayoutToken& token = tokens_[std::min(index, tokens_.size() - 1)];
  if (token.end > token.begin) return {file_, token.begin, token.end};
  // The end of a clause, or something inserted: the place behind what was written last.
  std::size_t previous = std::min(index, tokens_.size() - 1);
  while (previous > 0 && tokens_[previous - 1].end == tokens_[previous - 1].begin) --previous;
  const std::uint32_t at = previous > 0 ? tokens_[previous - 1].end : token.begin;
  return {file_, at, at};
}

std::string_view Recovery::TextOf(std::size_t index) const {
  if (index >= tokens_.size()) return {};
  return text_.substr(tokens_[index].begin, tokens_[index].end - tokens_[index].begin);
}

std::string Recovery::Found(std::size_t index) const {
  if (index >= tokens_.size()) return "the end of the file";
  const LayoutToken& token = tokens_[index];
  switch (token.type) {
    case P::TERM: {
      if (token.begin >= text_.size()) return "the end of the file";
      const char c = text_[token.begin];
      if (c == '\n' || c == '\r') return "the end of the line";
      return c == ';' ? "`;`" : "`}`";
    }
    case P::STRING_OPEN:
    case P::SINGLE_QUOTED:
      return "a string";
    case P::STRING_CLOSE:
      return "the end of the string";
    case P::REGEX:
      return "a regular expression";
    case P::FENCE:
      return "the text of a test";
    case P::TEXT:
    case P::ESCAPE:
      return "text";
    case P::HOLE_OPEN:
      return "a hole";
    case P::HOLE_CLOSE:
      return "the end of the hole";
    case P::GROUP_OPEN:
      return "a group";
    case P::NUMBER:
      return "the number `" + std::string(TextOf(index)) + "`";
    default:
      break;
  }
  std::string_view text = TextOf(index);
  if (text.empty()) return Quoted(Spelling(token.type));
  if (text.front() == '`') return "the name " + std::string(text.substr(0, 40));
  std::string out = "`" + std::string(text.substr(0, 40));
  if (text.size() > 40) out += "…";
  return out + "`";
}

antlr4::Token* Recovery::recoverInline(antlr4::Parser* parser) {
  throw antlr4::InputMismatchException(parser);
}

void Recovery::reportError(antlr4::Parser* parser, const antlr4::RecognitionException& e) {
  if (reported_) return;
  reported_ = true;
  const antlr4::Token* offending = e.getOffendingToken();
  const std::size_t index = offending == nullptr ? tokens_.size() - 1 : offending->getTokenIndex();
  std::size_t rule = P::RuleFile;
  if (const antlr4::RuleContext* context = e.getCtx()) rule = context->getRuleIndex();
  Unexpected(index, ExpectedBy(*parser, e), rule);
}

void Recovery::Unexpected(std::size_t index, const IntervalSet& expected, std::size_t rule) {
  // What was cut out for its depth has been reported by layout.
  if (index < tokens_.size() && tokens_[index].type == P::ERROR_VALUE) return;
  if (Special(index, expected) || AfterLostTest(index, expected)) return;
  std::string wanted = DescribeExpected(expected);
  if (wanted == "the end of the line" && InExpression(index)) wanted = "an operator or the end of the line";
  if (rule == P::RuleTypeRef) wanted = "a type";
  if (rule == P::RuleHole && Has(expected, P::COLON)) wanted = "the name of the hole or `:`";
  Diagnostic& report = reports_.Fatal(diag::unexpected_text, SpanOf(index), wanted, Found(index));
  Hints(report, index, expected);
}

// Whether the clause that token `index` interrupts ends with an expression.
bool Recovery::InExpression(std::size_t index) const {
  const std::int32_t depth = index < tokens_.size() ? tokens_[index].depth : 0;
  for (std::size_t i = index; i > 0; --i) {
    const LayoutToken& token = tokens_[i - 1];
    if (token.depth < depth || (token.depth == depth && token.type == P::TERM)) return false;
    if (token.depth != depth) continue;
    const bool first = i == 1 || tokens_[i - 2].type == P::TERM || tokens_[i - 2].type == P::LBRACE;
    if (token.type == P::WHERE) return true;
    if (first) {
      return token.type == P::LET || token.type == P::REPORT || token.type == P::FIX || token.type == P::AT;
    }
  }
  return false;
}

// Whether token `index` only shows that the block of a test was lost before it.
bool Recovery::AfterLostTest(std::size_t index, const IntervalSet& expected) const {
  if (index == 0 || index >= tokens_.size()) return false;
  // `at +3s` stands in tests alone.
  if (tokens_[index].type == P::PLUS && tokens_[index - 1].type == P::AT) return reports_.HasErrors();
  if (tokens_[index].type != P::TERM || tokens_[index - 1].type != P::RBRACE || !Has(expected, P::EXPECT))
    return false;
  // `test { … }` without `expect`: the word may stand where something could not be read.
  std::size_t first = index;
  const std::int32_t depth = tokens_[index].depth;
  while (first > 0 && tokens_[first - 1].depth >= depth &&
         (tokens_[first - 1].depth > depth || tokens_[first - 1].type != P::TERM)) {
    --first;
  }
  return reports_.HasFatalIn(source_, source_.Locate(tokens_[first].begin).line,
                             source_.Locate(tokens_[index].begin).line);
}

// Mistakes with a message of their own.
bool Recovery::Special(std::size_t index, const IntervalSet& expected) {
  const std::size_t type = index < tokens_.size() ? tokens_[index].type : 0;
  const std::size_t before = index > 0 ? tokens_[index - 1].type : 0;
  if (before == P::COMMA && (type == P::TERM || type == P::RPAREN || type == P::RBRACE)) {
    Diagnostic& report = reports_.Fatal(diag::trailing_comma, SpanOf(index - 1));
    if (type == P::TERM && Found(index) == "the end of the line") {
      report.Help("leave it out; if the list goes on, write it in one line");
    } else {
      report.Help("leave it out");
    }
    report.Replace(SpanOf(index - 1), "");
    return true;
  }
  // `then "…" 3 lines`: read as a repetition up to the unit.
  if (before == P::NUMBER && Has(expected, P::TIMES) &&
      (type == P::LINES || type == P::LINE || type == P::RECORDS)) {
    const std::string window = std::string(TextOf(index - 1)) + " " + std::string(TextOf(index));
    const bool doubled =
        index > 2 && tokens_[index - 2].type == P::WITHIN && tokens_[index - 3].type == P::WITHIN;
    if (doubled) {
      reports_
          .Fatal(diag::unexpected_text, SpanOf(index - 2), "a window, as in `within " + window + "`",
                 "`within`")
          .Replace({file_, tokens_[index - 3].end, tokens_[index - 2].end}, "");
    } else {
      reports_.Fatal(diag::unexpected_text, SpanOf(index - 1), "`within`", Found(index - 1))
          .Help("write `within " + window + "`")
          .Replace({file_, tokens_[index - 1].begin, tokens_[index - 1].begin}, "within ");
    }
    return true;
  }
  if (TextOf(index) == "elif" && (Has(expected, P::ELSE) || Has(expected, P::AND))) {
    reports_.Fatal(diag::foreign_operator, SpanOf(index), "elif", "else if")
        .Replace(SpanOf(index), "else if");
    return true;
  }
  return false;
}

void Recovery::Hints(Diagnostic& report, std::size_t index, const IntervalSet& expected) {
  if (index >= tokens_.size()) return;
  const std::size_t type = tokens_[index].type;
  const std::size_t before = index > 0 ? tokens_[index - 1].type : 0;
  const std::string text(TextOf(index));
  const std::string text_before(index > 0 ? TextOf(index - 1) : std::string_view());
  const bool value = Has(expected, P::LPAREN) && Has(expected, P::NUMBER);
  if (value && IsReserved(type)) {
    report.Help("`" + text + "` is an operator here; a field of that name is written `` `" + text + "` ``");
    return;
  }
  if (value && type == P::TERM && (IsOperator(before) || before == P::NOT)) {
    report.Help("a clause ends with its line; begin the next line with `" + Spelling(before) +
                "` to go on there");
    return;
  }
  if (before == P::NUMBER && IsWord(type) && tokens_[index - 1].end < tokens_[index].begin &&
      text.size() < 9 && !Has(expected, P::WORD)) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 22> kUnits = {{
        {"s", "s"},       {"sec", "s"},   {"secs", "s"},  {"second", "s"}, {"seconds", "s"}, {"ms", "ms"},
        {"us", "us"},     {"ns", "ns"},   {"m", "m"},     {"min", "m"},    {"mins", "m"},    {"minute", "m"},
        {"minutes", "m"}, {"h", "h"},     {"hour", "h"},  {"hours", "h"},  {"d", "d"},       {"day", "d"},
        {"days", "d"},    {"MiB", "MiB"}, {"KiB", "KiB"}, {"kB", "kB"},
    }};
    for (const auto& [word, unit] : kUnits) {
      if (text != word) continue;
      const std::string mended = text_before + std::string(unit);
      report.Help("a unit is written directly behind its number: `" + mended + "`");
      report.Replace({file_, tokens_[index - 1].begin, tokens_[index].end}, mended);
      return;
    }
  }
  if (Has(expected, P::LATEST) && IsWord(type)) {
    report.Help("the event before is `latest EVENT`, the one behind `next EVENT within 5m`");
    if (text == "last") report.Replace(SpanOf(index), "latest");
    return;
  }
  if (type == P::BY && before == P::RPAREN && Has(expected, P::TERM)) {
    report.Help("the key is that of the rule: a clause `by …` on a line of its own");
    return;
  }
  // `match "{"kind":"x"}"`: text of JSON.
  if (type == P::STRING_OPEN && before == P::COLON && index > 1 &&
      tokens_[index - 2].type == P::STRING_CLOSE) {
    report.Help("in a text, a brace is written `\\{` and a quote `\\\"`; `#\"…\"#` holds plain quotes");
    return;
  }
  for (const Foreign& foreign : kForeignWords) {
    if (text == foreign.word && !Has(expected, P::WORD)) {
      report.Help(std::string(foreign.help));
      return;
    }
  }
  if (type == P::ASSIGN && tokens_.size() > index + 1 && tokens_[index + 1].type == P::GREATER) {
    report.Help("`>=` compares; `->` begins the body of `x -> …`");
    return;
  }
  if (type == P::WORD && !Has(expected, P::WORD)) {
    std::vector<std::string> spellings;
    for (std::size_t word = P::MODULE; word <= P::FALSE; ++word) {
      if (Has(expected, word)) spellings.push_back(Spelling(word));
    }
    std::vector<std::string_view> views(spellings.begin(), spellings.end());
    if (Has(expected, P::TERM)) {
      // What could have gone on before the end of the line.
      views.insert(views.end(),
                   {"within", "where", "and", "or", "contains", "startswith", "endswith", "matches",
                    "between", "default", "missing", "present", "detect", "inside", "stream"});
    }
    if (const std::string_view near = Nearest(text, views); !near.empty()) {
      report.Help("did you mean `" + std::string(near) + "`?").Replace(SpanOf(index), std::string(near));
      return;
    }
  }
  if (index > 1 && IsWord(before) && IsWord(type) && !IsReserved(type) && Has(expected, P::TERM)) {
    const std::size_t keyword = tokens_[index - 2].type;
    if (keyword == P::REPORT || keyword == P::FIX || keyword == P::AT) {
      report.Help("text stands in double quotes: `" + std::string(TextOf(index - 2)) + " \"…\"`");
      return;
    }
  }
  if ((BeginsDeclaration(type) || BeginsClause(type)) && Has(expected, P::TERM)) {
    report.Help("begin it on a line of its own, or put `;` before it");
    return;
  }
  if ((type == P::OVER || type == P::LAST) && Has(expected, P::TERM)) {
    report.Help("the window stands inside the call: `count(over 5m)`");
    return;
  }
  if ((type == P::STRING_OPEN || type == P::LBRACE || type == P::REGEX) && before == P::WORD &&
      Has(expected, P::TERM)) {
    // `optonal "…"` is read as the name of a part.
    if (const auto near = Nearest(text_before, BlockPartWords()); !near.empty()) {
      report.Help("did you mean `" + std::string(near) + "`?").Replace(SpanOf(index - 1), std::string(near));
      return;
    }
  }
  if (type == P::DOT && before == P::NUMBER) report.Help("a fraction has digits on both sides: `0.5`");
  if (type == P::TERM && Has(expected, P::ELSE)) report.Help("`if … then …` always has an `else` here");
}

// A clause, declaration, field … begins with something that begins none.
void Recovery::UnknownStart(std::size_t index, std::size_t rule) {
  const LayoutToken& token = tokens_[index];
  const std::string text(TextOf(index));
  const Span span = SpanOf(index);
  const bool word = IsWord(token.type);
  switch (rule) {
    case P::RuleFile: {
      if (!word) {
        Diagnostic& report = reports_.Fatal(diag::unexpected_text, span, "a declaration", Found(index));
        if (token.type == P::LBRACE) report.Help("a block has a head: `rule NAME {`, `event NAME {`");
        return;
      }
      Diagnostic& report = reports_.Fatal(diag::unknown_declaration, span, text);
      if (BeginsClause(token.type)) {
        report.Help("`" + text + "` is a clause: it stands inside `rule NAME { … }` or `event NAME { … }`");
      } else if (const auto near = Nearest(text, DeclarationWords()); !near.empty()) {
        report.Help("did you mean `" + std::string(near) + "`?").Replace(span, std::string(near));
      } else {
        report.Help(
            "declarations are `module`, `use`, `pattern`, `format`, `wrapper`, `scope`, `part`, `event`, "
            "`rule`, `score`, `graph`, `table`, `param`, `override`, `disable`, `allow` and `pack`");
      }
      return;
    }
    case P::RuleInlineClauses:
    case P::RuleClauseBlock: {
      if (!word) {
        Diagnostic& report = reports_.Fatal(diag::unexpected_text, span, "a clause", Found(index));
        if ((token.type == P::STRING_OPEN || token.type == P::REGEX) && InScore(index)) {
          report.Help("the weight stands before what has it: `8.5 \"…\"`");
        } else if (token.type == P::STRING_OPEN || token.type == P::REGEX) {
          report.Help("a clause begins with a word: `match \"…\"`, `report \"…\"`");
        }
        return;
      }
      Diagnostic& report = reports_.Fatal(diag::unknown_clause, span, text);
      if (BeginsDeclaration(token.type)) {
        report.Help("`" + text + "` is a declaration: it stands outside of rules and events");
      } else if (token.type == P::AS || token.type == P::IN || token.type == P::EACH ||
                 token.type == P::BETWEEN || token.type == P::BEFORE || token.type == P::AFTER ||
                 token.type == P::TWICE || token.type == P::ACROSS || token.type == P::EVERY) {
        report.Help("`" + text +
                    "` belongs to the `match`, `then`, `without` or `from` before it, on the same line");
      } else if (token.type == P::LATEST || token.type == P::NEXT) {
        report.Help("write `with NAME = " + text + " …`");
      } else if (token.type == P::EXPECT) {
        report.Help("`expect` stands behind the closing fence of its test, on the same line");
      } else if (const auto near = Nearest(text, ClauseWords()); !near.empty()) {
        report.Help("did you mean `" + std::string(near) + "`?").Replace(span, std::string(near));
      } else {
        report.Help(
            "clauses are `severity`, `match`, `from`, `then`, `without`, `until`, `all`, `any`, `with`, "
            "`where`, "
            "`by`, `within`, `skew`, `when`, `let`, `at`, `report`, `fix`, `explains`, `confidence`, "
            "`needs`, "
            "`tags`, `see`, `status`, `deprecated` and `test`");
      }
      return;
    }
    case P::RuleFieldBlock:
      reports_.Fatal(diag::unexpected_text, span, "a field", Found(index));
      return;
    case P::RuleMapping:
      reports_.Fatal(diag::unexpected_text, span, "a key, as in `W: warning`", Found(index));
      return;
    case P::RulePartBlock: {
      Diagnostic& report =
          reports_.Fatal(diag::unexpected_text, span, "a line of the block, as in `\"…\"`", Found(index));
      if (IsReserved(token.type)) {
        report.Help(
            "parts are `\"…\"`, `optional`, `repeat`, `any order`, `one of`, `lines`, `blank`, `skip`, "
            "`until` and the name of a `part`");
      }
      return;
    }
    case P::RuleSetBlock:
      reports_.Fatal(diag::unexpected_text, span, "a part, as in `a = \"…\"`", Found(index))
          .Help("each part has a name: `NAME = EVENT`, `NAME = \"…\"`");
      return;
    case P::RuleConfidenceBlock:
      reports_.Fatal(diag::unexpected_text, span, "a number, as in `0.4 when count() > 3`", Found(index));
      return;
    case P::RuleTestBlock: {
      Diagnostic& report = reports_.Fatal(diag::unexpected_text, span,
                                          "`now`, `context`, `input`, `at` or `run`", Found(index));
      if (const auto near = Nearest(text, TestItemWords()); word && !near.empty()) {
        report.Help("did you mean `" + std::string(near) + "`?").Replace(span, std::string(near));
      } else if (token.type == P::FENCE) {
        report.Help("write `input` before the text");
      }
      return;
    }
    case P::RuleTableBlock:
      reports_.Fatal(diag::unexpected_text, span, "the values of a row, as in `\"a\", 1`", Found(index));
      return;
    case P::RuleOverrideBlock:
      reports_.Fatal(diag::unexpected_text, span, "`NAME = VALUE`, `severity`, `report` or `fix`",
                     Found(index));
      return;
    case P::RulePackBlock:
      reports_.Fatal(diag::unexpected_text, span, "`version` or `needs`", Found(index));
      return;
    default: {
      Diagnostic& report = reports_.Fatal(diag::unexpected_text, span, "a condition", Found(index));
      if (IsReserved(token.type)) {
        report.Help("`" + text + "` is an operator here; a field of that name is written `` `" + text +
                    "` ``");
      }
      return;
    }
  }
}

// Whether the declaration around token `index` is a score.
bool Recovery::InScore(std::size_t index) const {
  while (index > 0 && (tokens_[index].depth > 0 || tokens_[index].type == P::TERM)) --index;
  while (index > 0 && tokens_[index - 1].type != P::TERM) --index;
  return tokens_[index].type == P::SCORE;
}

bool Recovery::AfterFatalLine(std::size_t index) const {
  std::size_t previous = index;
  while (previous > 0 && tokens_[previous - 1].end == tokens_[previous - 1].begin) --previous;
  if (previous == 0) return false;
  const std::uint32_t line = source_.Locate(tokens_[previous - 1].begin).line;
  return reports_.HasFatalIn(source_, line, line);
}

// Skips to behind the TERM (with `commas` also `,`) at `depth`, or to the bracket that closes the block
// around.
void Recovery::SkipEntry(antlr4::Parser* parser, std::int32_t depth, bool commas) {
  antlr4::IntStream* stream = parser->getInputStream();
  while (stream->LA(1) != antlr4::Token::EOF) {
    const LayoutToken& token = tokens_[stream->index()];
    if (token.depth < depth) return;
    const bool end = token.depth == depth && (token.type == P::TERM || (commas && token.type == P::COMMA));
    stream->consume();
    if (!end) continue;
    if (token.type == P::COMMA && stream->LA(1) == P::TERM) stream->consume();
    return;
  }
}

void Recovery::sync(antlr4::Parser* parser) {
  antlr4::ParserRuleContext* context = parser->getContext();
  const std::size_t rule = context->getRuleIndex();
  switch (rule) {
    case P::RuleFile:
    case P::RuleInlineClauses:
    case P::RuleClauseBlock:
    case P::RuleFieldBlock:
    case P::RuleMapping:
    case P::RuleFinding:
    case P::RulePartBlock:
    case P::RuleSetBlock:
    case P::RuleConfidenceBlock:
    case P::RuleTestBlock:
    case P::RuleTableBlock:
    case P::RuleOverrideBlock:
    case P::RulePackBlock:
      break;
    default:
      return;
  }
  antlr4::IntStream* stream = parser->getInputStream();
  const bool commas = rule == P::RuleFieldBlock || rule == P::RuleMapping || rule == P::RuleFinding;
  const antlr4::atn::ATN& atn = parser->getATN();
  const IntervalSet& wanted = atn.nextTokens(atn.states[parser->getState()]);
  while (stream->LA(1) != antlr4::Token::EOF && !wanted.contains(stream->LA(1))) {
    const std::size_t index = stream->index();
    if (tokens_[index].type == P::RBRACE && rule != P::RuleFile && rule != P::RuleInlineClauses) return;
    // Right behind another one, a line that resembles nothing is more of the same.
    const bool word = IsWord(tokens_[index].type);
    const auto& words = rule == P::RuleFile ? DeclarationWords() : ClauseWords();
    const bool begins =
        BeginsDeclaration(tokens_[index].type) || (rule != P::RuleFile && BeginsClause(tokens_[index].type));
    const bool known = word && (begins || !Nearest(TextOf(index), words).empty());
    // So is one behind a line that could not be read: the block around it may have been lost there.
    const bool lost = index == unknown_end_ || AfterFatalLine(index);
    if (!lost || (known && rule != P::RuleFieldBlock)) UnknownStart(index, rule);
    const std::uint32_t begin = tokens_[index].begin;
    SkipEntry(parser, tokens_[index].depth, commas);
    const std::size_t after = stream->index();
    unknown_end_ = after;
    skipped_[context].push_back({file_, begin, std::max(begin, tokens_[after == 0 ? 0 : after - 1].end)});
    if (after == index) stream->consume();  // a closing bracket that fits nothing: never stand still
  }
}

void Recovery::recover(antlr4::Parser* parser, std::exception_ptr e) {
  antlr4::ParserRuleContext* context = parser->getContext();
  antlr4::IntStream* stream = parser->getInputStream();
  const std::int32_t depth = context->start == nullptr ? 0 : TokenOf(context->start).depth;
  switch (context->getRuleIndex()) {
    case P::RuleItem:
    case P::RuleClauseLine:
    case P::RulePartLine:
    case P::RuleSetLine:
    case P::RuleConfidenceLine:
    case P::RuleTestLine:
    case P::RuleTableLine:
    case P::RuleOverrideLine:
    case P::RulePackLine:
      SkipEntry(parser, depth, false);
      break;
    case P::RuleFieldEntry:
    case P::RuleMapEntry:
    case P::RuleFindingEntry:
      SkipEntry(parser, depth, true);
      break;
    case P::RuleDeclName:
      // The name is lost, not what it names.
      while (stream->LA(1) != antlr4::Token::EOF) {
        const LayoutToken& token = tokens_[stream->index()];
        if (token.depth <= depth &&
            (token.type == P::LBRACE || token.type == P::ASSIGN || token.type == P::TERM))
          break;
        stream->consume();
      }
      break;
    case P::RuleFile:
    case P::RuleInlineClauses:
    case P::RuleInlineExpression:
      while (stream->LA(1) != antlr4::Token::EOF) stream->consume();
      break;
    default:
      std::rethrow_exception(std::move(e));
  }
  reported_ = false;
}

}  // namespace faultline::parse
