// Tokens of the text form. One token is looked at at a time; nothing is copied but the content of strings.
#ifndef FAULTLINE_IR_TEXT_LEXER_H_
#define FAULTLINE_IR_TEXT_LEXER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace faultline::ir {

enum class TokenKind : std::uint8_t {
  kEnd,
  kWord,         // letters, digits, underscores; does not begin with a digit
  kNumber,       // an integer or a decimal fraction, as std::to_chars writes them
  kString,       // value: without quotes and escapes
  kPunctuation,  // one of { } [ ] < > : , = @ % ? or ->
  kBad,          // value: what is wrong
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;  // as it stands
  std::string value;
  std::size_t offset = 0;
};

class TextLexer {
 public:
  explicit TextLexer(std::string_view text) : text_(text) { Advance(); }

  const Token& token() const { return token_; }
  void Advance();  // O(length of the token and the blanks and comments before it)

 private:
  void SkipBlanks();
  void LexString();
  void LexNumber();
  void SetBad(std::size_t offset, std::string_view what);

  std::string_view text_;
  std::size_t position_ = 0;
  Token token_;
};

}  // namespace faultline::ir

#endif  // FAULTLINE_IR_TEXT_LEXER_H_
