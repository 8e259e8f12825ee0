#include "frontend/parse/parse.h"

#include "FaultlineParser.h"
#include "antlr4-runtime.h"
#include "frontend/parse/builder.h"
#include "frontend/parse/layout.h"
#include "frontend/parse/recovery.h"
#include "frontend/parse/reports.h"
#include "frontend/parse/scanner.h"
#include "frontend/parse/words.h"

#include <algorithm>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace faultline::parse {

namespace {

using P = grammar::FaultlineParser;

// Gives the tokens of layout to ANTLR.
class Source final : public antlr4::TokenSource {
 public:
  explicit Source(const std::vector<LayoutToken>& tokens) : tokens_(tokens) {}

  std::unique_ptr<antlr4::Token> nextToken() override {
    if (at_ >= tokens_.size()) {
      const std::uint32_t end = tokens_.empty() ? 0 : tokens_.back().end;
      return Make(antlr4::Token::EOF, end, end);
    }
    const LayoutToken& token = tokens_[at_++];
    return Make(token.type, token.begin, token.end);
  }
  std::size_t getLine() const override { return 0; }
  std::size_t getCharPositionInLine() override { return 0; }
  antlr4::CharStream* getInputStream() override { return nullptr; }
  std::string getSourceName() override { return "rules"; }
  antlr4::TokenFactory<antlr4::CommonToken>* getTokenFactory() override {
    return antlr4::CommonTokenFactory::DEFAULT.get();
  }

 private:
  std::unique_ptr<antlr4::Token> Make(std::size_t type, std::uint32_t begin, std::uint32_t end) {
    auto token = std::make_unique<antlr4::CommonToken>(type);
    token->setStartIndex(begin);
    token->setStopIndex(end == 0 ? 0 : end - 1);
    return token;
  }

  const std::vector<LayoutToken>& tokens_;
  std::size_t at_ = 0;
};

ast::TokenClass ClassOf(std::size_t type) {
  if (IsWord(type)) return ast::TokenClass::kWord;
  switch (type) {
    case P::NUMBER:
      return ast::TokenClass::kNumber;
    case P::REGEX:
    case P::SINGLE_QUOTED:
      return ast::TokenClass::kString;
    case P::FENCE:
      return ast::TokenClass::kFence;
    case P::LBRACE:
      return ast::TokenClass::kOpenBrace;
    case P::RBRACE:
      return ast::TokenClass::kCloseBrace;
    case P::LPAREN:
      return ast::TokenClass::kOpenParen;
    case P::RPAREN:
      return ast::TokenClass::kCloseParen;
    case P::LBRACKET:
      return ast::TokenClass::kOpenBracket;
    case P::RBRACKET:
      return ast::TokenClass::kCloseBracket;
    case P::COMMA:
      return ast::TokenClass::kComma;
    case P::COLON:
      return ast::TokenClass::kColon;
    case P::DOT:
      return ast::TokenClass::kDot;
    case P::QUESTION:
      return ast::TokenClass::kQuestion;
    case P::SEMICOLON:
      return ast::TokenClass::kSemicolon;
    case P::NEWLINE:
      return ast::TokenClass::kNewline;
    case P::COMMENT:
      return ast::TokenClass::kComment;
    case P::DOC:
      return ast::TokenClass::kDoc;
    case P::OTHER:
    case P::OPEN_REGEX:
    case P::BLOCK_COMMENT:
    case P::HASH_COMMENT:
      return ast::TokenClass::kUnknown;
    default:
      return ast::TokenClass::kOperator;
  }
}

std::vector<ast::Token> TokensOf(const std::vector<Lexeme>& lexemes, FileId file) {
  std::vector<ast::Token> tokens;
  tokens.reserve(lexemes.size());
  std::size_t strings = 0;  // open around the lexeme
  for (const Lexeme& lexeme : lexemes) {
    if (lexeme.type == P::STRING_OPEN && strings++ == 0) {
      tokens.push_back({ast::TokenClass::kString, {file, lexeme.begin, lexeme.end}});
      continue;
    }
    if (strings > 0) {
      tokens.back().span.end = std::max(tokens.back().span.end, lexeme.end);
      if (lexeme.type == P::STRING_CLOSE) --strings;
      continue;
    }
    if (lexeme.begin == lexeme.end) continue;
    tokens.push_back({ClassOf(lexeme.type), {file, lexeme.begin, lexeme.end}});
  }
  return tokens;
}

// /// lines that stand together document what begins in the line after them.
Docs DocsOf(const std::vector<Lexeme>& lexemes, std::string_view text, FileId file, Reports& reports) {
  Docs docs;
  for (std::size_t i = 0; i < lexemes.size();) {
    if (lexemes[i].type != P::DOC) {
      ++i;
      continue;
    }
    const bool alone = i == 0 || lexemes[i - 1].type == P::NEWLINE;
    const Lexeme first = lexemes[i];
    std::string doc;
    int newlines = 0;
    while (i < lexemes.size() && newlines < 2) {
      const Lexeme& lexeme = lexemes[i];
      if (lexeme.type == P::NEWLINE) {
        ++newlines;
      } else if (lexeme.type == P::DOC) {
        newlines = 0;
        std::string_view line = text.substr(lexeme.begin + 3, lexeme.end - lexeme.begin - 3);
        if (line.starts_with(' ')) line.remove_prefix(1);
        while (line.ends_with(' ') || line.ends_with('\t')) line.remove_suffix(1);
        if (lexeme.begin != first.begin) doc += '\n';
        doc += line;
      } else if (lexeme.type == P::COMMENT) {
        newlines = 0;
      } else {
        break;
      }
      ++i;
    }
    if (alone && newlines < 2 && i < lexemes.size()) {
      docs.emplace(lexemes[i].begin, std::move(doc));
    } else {
      reports.Precise(diag::stray_doc, {file, first.begin, first.end})
          .Help("it stands in the lines before a declaration; an ordinary comment begins with `//`");
    }
  }
  return docs;
}

// The first byte that is not UTF-8, or text.size(). Overlong forms and surrogates are not UTF-8.
std::size_t FirstNotUtf8(std::string_view text) {
  std::size_t i = 0;
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  while (i < text.size()) {
    const unsigned char c = byte(i);
    if (c < 0x80) {
      ++i;
      continue;
    }
    std::size_t length = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (c >= 0xC2 && c <= 0xDF) {
      length = 1;
    } else if (c >= 0xE0 && c <= 0xEF) {
      length = 2;
      if (c == 0xE0) low = 0xA0;
      if (c == 0xED) high = 0x9F;
    } else if (c >= 0xF0 && c <= 0xF4) {
      length = 3;
      if (c == 0xF0) low = 0x90;
      if (c == 0xF4) high = 0x8F;
    } else {
      return i;
    }
    if (i + length >= text.size()) return i;
    if (byte(i + 1) < low || byte(i + 1) > high) return i;
    for (std::size_t k = 2; k <= length; ++k) {
      if ((byte(i + k) & 0xC0) != 0x80) return i;
    }
    i += length + 1;
  }
  return i;
}

enum class Entry : std::uint8_t { kFile, kInline, kExpression };

struct Outcome {
  ast::Module module;
  ast::ExprPtr expression;
  std::vector<ast::Token> tokens;
};

// Runs the generated parser and hands its tree to `use`, which must not keep it.
template <typename Use>
void WithTree(const SourceFile& rules, FileId file, const std::vector<LayoutToken>& tokens, Reports& reports,
              Entry entry, Use use) {
  Source source(tokens);
  antlr4::CommonTokenStream stream(&source);
  P parser(&stream);
  parser.removeErrorListeners();
  auto* simulator = parser.getInterpreter<antlr4::atn::ParserATNSimulator>();
  const auto run = [&]() -> antlr4::ParserRuleContext* {
    switch (entry) {
      case Entry::kFile:
        return parser.file();
      case Entry::kInline:
        return parser.inlineClauses();
      case Entry::kExpression:
        return parser.inlineExpression();
    }
    return nullptr;
  };
  const auto recovery = std::make_shared<Recovery>(rules, file, tokens, reports);
  antlr4::ParserRuleContext* tree = nullptr;
  // SLL first: it decides right for every file without mistakes, or gives up.
  simulator->setPredictionMode(antlr4::atn::PredictionMode::SLL);
  parser.setErrorHandler(std::make_shared<antlr4::BailErrorStrategy>());
  try {
    tree = run();
  } catch (const antlr4::ParseCancellationException&) {
    parser.reset();
    simulator->setPredictionMode(antlr4::atn::PredictionMode::LL);
    parser.setErrorHandler(recovery);
    tree = run();
  }
  use(tree, recovery->skipped());
}

Outcome Run(const SourceSet& sources, FileId file, DiagnosticSink& sink, Entry entry) {
  const SourceFile& source = sources.Get(file);
  const std::string_view text = source.text();
  Outcome out;
  out.module.file = file;
  out.expression = std::make_unique<ast::ErrorExpr>(Span{file, 0, 0});
  if (text.size() > kMaxSourceBytes) {
    sink.Report(diag::file_too_large, {file, 0, 0}, static_cast<std::int64_t>(kMaxSourceBytes >> 20));
    return out;
  }
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    const auto at = static_cast<std::uint32_t>(nul);
    sink.Report(diag::not_text, {file, at, at + 1})
        .Help("is it a log, or a file in UTF-16? rules are written in UTF-8");
    return out;
  }
  Reports reports;
  if (const std::size_t bad = FirstNotUtf8(text); bad < text.size()) {
    const auto at = static_cast<std::uint32_t>(bad);
    reports.Precise(diag::not_utf8, {file, at, at + 1})
        .Help("save the file as UTF-8; in a text, a single byte is written `\\xE9`");
  }
  try {
    const std::vector<Lexeme> lexemes = Scan(text, file, reports);
    out.tokens = TokensOf(lexemes, file);
    const std::vector<LayoutToken> tokens = LayOut(lexemes, source, file, reports);
    if (entry == Entry::kInline && !tokens.empty() && BeginsDeclaration(tokens.front().type))
      entry = Entry::kFile;
    Docs docs = DocsOf(lexemes, text, file, reports);
    WithTree(
        source, file, tokens, reports, entry,
        [&](antlr4::ParserRuleContext* tree, const Recovery::Skipped& skipped) {
          Builder builder(text, file, tokens, skipped, std::move(docs), reports);
          switch (entry) {
            case Entry::kFile:
              out.module = builder.Module(static_cast<P::FileContext*>(tree));
              break;
            case Entry::kInline:
              out.module = builder.Inline(static_cast<P::InlineClausesContext*>(tree));
              break;
            case Entry::kExpression:
              out.expression = builder.InlineExpression(static_cast<P::InlineExpressionContext*>(tree));
              break;
          }
          if (reports.HasErrors()) return;  // what it documents may be what could not be read
          for (const auto& [offset, doc] : builder.unused_docs()) {
            const auto next = std::find_if(lexemes.begin(), lexemes.end(),
                                           [&, at = offset](const Lexeme& l) { return l.begin == at; });
            for (auto it = next; it != lexemes.begin();) {
              --it;
              if (it->type == P::DOC) {
                reports.Precise(diag::stray_doc, {file, it->begin, it->end})
                    .Help(
                        "it stands in the lines before a declaration; an ordinary comment begins with `//`");
                break;
              }
            }
          }
        });
  } catch (const std::exception&) {
    // Nothing above throws for any text that is known; a caller must be safe all the same.
    reports.Fatal(diag::unexpected_text, {file, 0, 0}, "a file of rules", "a text that cannot be read");
  }
  reports.Publish(source, sink);
  return out;
}

ParseResult Finish(Outcome outcome, bool ok) {
  ParseResult result;
  result.module = std::move(outcome.module);
  result.tokens = std::move(outcome.tokens);
  result.ok = ok;
  return result;
}

}  // namespace

ParseResult Parse(const SourceSet& sources, FileId file, DiagnosticSink& sink) {
  const std::size_t before = sink.error_count();
  Outcome outcome = Run(sources, file, sink, Entry::kFile);
  return Finish(std::move(outcome), sink.error_count() == before);
}

ParseResult ParseInline(const SourceSet& sources, FileId file, DiagnosticSink& sink) {
  const std::size_t before = sink.error_count();
  Outcome outcome = Run(sources, file, sink, Entry::kInline);
  return Finish(std::move(outcome), sink.error_count() == before);
}

ast::ExprPtr ParseExpression(const SourceSet& sources, FileId file, DiagnosticSink& sink) {
  return Run(sources, file, sink, Entry::kExpression).expression;
}

}  // namespace faultline::parse
