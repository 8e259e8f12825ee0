// The scanner of the text form.
#include "ir/text_lexer.h"

namespace faultline::ir {

namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsWordStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool IsWord(char c) {
  return IsWordStart(c) || IsDigit(c);
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void TextLexer::SkipBlanks() {
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++position_;
    } else if (c == '/' && text_.substr(position_, 2) == "//") {
      const std::size_t end = text_.find('\n', position_);
      position_ = end == std::string_view::npos ? text_.size() : end;
    } else {
      return;
    }
  }
}

void TextLexer::SetBad(std::size_t offset, std::string_view what) {
  token_.kind = TokenKind::kBad;
  token_.value = what;
  token_.offset = offset;
}

void TextLexer::Advance() {
  if (token_.kind == TokenKind::kBad) return;  // what follows a bad token means nothing
  SkipBlanks();
  const std::size_t begin = position_;
  token_.value.clear();
  token_.offset = begin;
  if (begin >= text_.size()) {
    token_.kind = TokenKind::kEnd;
    token_.text = {};
    return;
  }
  const char c = text_[begin];
  if (IsWordStart(c)) {
    while (position_ < text_.size() && IsWord(text_[position_])) ++position_;
    token_.kind = TokenKind::kWord;
  } else if (c == '"') {
    LexString();
  } else if (IsDigit(c) || (c == '-' && begin + 1 < text_.size() && IsDigit(text_[begin + 1]))) {
    LexNumber();
  } else if (text_.substr(begin, 2) == "->") {
    position_ += 2;
    token_.kind = TokenKind::kPunctuation;
  } else if (std::string_view("{}[]<>:,=@%?").find(c) != std::string_view::npos) {
    ++position_;
    token_.kind = TokenKind::kPunctuation;
  } else {
    SetBad(begin, "a character that has no place here");
  }
  token_.text = text_.substr(begin, position_ - begin);
}

void TextLexer::LexNumber() {
  if (text_[position_] == '-') ++position_;
  while (position_ < text_.size() && IsDigit(text_[position_])) ++position_;
  if (position_ + 1 < text_.size() && text_[position_] == '.' && IsDigit(text_[position_ + 1])) {
    ++position_;
    while (position_ < text_.size() && IsDigit(text_[position_])) ++position_;
  }
  if (position_ < text_.size() && text_[position_] == 'e') {
    std::size_t digits = position_ + 1;
    if (digits < text_.size() && (text_[digits] == '+' || text_[digits] == '-')) ++digits;
    if (digits < text_.size() && IsDigit(text_[digits])) {
      position_ = digits;
      while (position_ < text_.size() && IsDigit(text_[position_])) ++position_;
    }
  }
  token_.kind = TokenKind::kNumber;
}

void TextLexer::LexString() {
  const std::size_t begin = position_++;
  token_.kind = TokenKind::kString;
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (c == '\n') break;
    if (c == '"') {
      ++position_;
      return;
    }
    if (c != '\\') {
      token_.value += c;
      ++position_;
      continue;
    }
    const std::string_view escape = text_.substr(position_, 4);
    const char kind = escape.size() > 1 ? escape[1] : '\0';
    if (kind == 'x') {
      const int high = escape.size() > 2 ? HexDigit(escape[2]) : -1;
      const int low = escape.size() > 3 ? HexDigit(escape[3]) : -1;
      if (high < 0 || low < 0) {
        SetBad(position_, "`\\x` needs two hexadecimal digits");
        return;
      }
      token_.value += static_cast<char>(high * 16 + low);
      position_ += 4;
      continue;
    }
    if (kind == '"' || kind == '\\') {
      token_.value += kind;
    } else if (kind == 'n') {
      token_.value += '\n';
    } else if (kind == 't') {
      token_.value += '\t';
    } else if (kind == 'r') {
      token_.value += '\r';
    } else {
      SetBad(position_, "an unknown escape; write `\\\\` for a backslash");
      return;
    }
    position_ += 2;
  }
  SetBad(begin, "a string that does not end on its line");
}

}  // namespace faultline::ir
