// The parser of the text form: recursive descent over one token of look-ahead, one class in two files.
// text_parse.cpp reads data and functions, text_parse_plans.cpp formats, wrappers and rules. Private to ir/.
//
// Every function returns false once something does not fit; the first mistake is kept and ends the reading.
#ifndef FAULTLINE_IR_TEXT_PARSER_H_
#define FAULTLINE_IR_TEXT_PARSER_H_

#include "ir/text.h"
#include "ir/text_lexer.h"
#include "ir/words.h"

#include <charconv>
#include <cstdint>
#include <fmt/format.h>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace faultline::ir::internal {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), lexer_(text) {}

  std::optional<Module> Run(ParseError* error) {
    if (ParseModule()) return std::move(module_);
    if (error != nullptr) *error = std::move(error_);
    return std::nullopt;
  }

 private:
  // ------------------------------------------------------------ tokens

  bool FailAt(std::size_t offset, std::string message);
  bool Fail(std::string_view expected);

  bool At(std::string_view text) const {
    const Token& token = lexer_.token();
    return (token.kind == TokenKind::kWord || token.kind == TokenKind::kPunctuation) && token.text == text;
  }
  bool Try(std::string_view text) {
    if (!At(text)) return false;
    lexer_.Advance();
    return true;
  }
  bool Expect(std::string_view text) { return Try(text) || Fail(fmt::format("`{}`", text)); }

  bool String(std::string* out);

  template <class Number>
  bool ParseNumber(Number* out, std::string_view what) {
    const Token& token = lexer_.token();
    if (token.kind != TokenKind::kNumber) return Fail(what);
    const char* end = token.text.data() + token.text.size();
    const std::from_chars_result read = std::from_chars(token.text.data(), end, *out);
    if (read.ec != std::errc() || read.ptr != end) return Fail(what);
    lexer_.Advance();
    return true;
  }

  // An index; kNone is none.
  bool Index(std::uint32_t* out) {
    const std::size_t offset = lexer_.token().offset;
    if (!ParseNumber(out, "a number")) return false;
    return *out != kNone || FailAt(offset, "the number is too large");
  }
  bool Reference(std::uint32_t* out) { return Expect("@") && Index(out); }
  bool ValueReference(ValueId* out) { return Expect("%") && Index(out); }

  // `word @n`, if it stands here.
  bool OptionalReference(std::string_view word, std::uint32_t* out) { return !Try(word) || Reference(out); }
  bool OptionalIndex(std::string_view word, std::uint32_t* out) { return !Try(word) || Index(out); }
  bool OptionalString(std::string_view word, std::string* out) { return !Try(word) || String(out); }

  // `[` items `]`
  template <class Item>
  bool List(Item item) {
    if (!Expect("[")) return false;
    if (Try("]")) return true;
    do {
      if (!item()) return false;
    } while (Try(","));
    return Expect("]");
  }
  bool Numbers(std::vector<std::uint32_t>* out) {
    return List([&] { return Index(&out->emplace_back()); });
  }
  bool OptionalNumbers(std::string_view word, std::vector<std::uint32_t>* out) {
    return !Try(word) || Numbers(out);
  }
  bool Strings(std::vector<std::string>* out) {
    return List([&] { return String(&out->emplace_back()); });
  }
  bool OptionalStrings(std::string_view word, std::vector<std::string>* out) {
    return !Try(word) || Strings(out);
  }

  template <class Enum, std::size_t N>
  bool Enumerator(const Word<Enum> (&words)[N], Enum* out) {
    const std::optional<Enum> found =
        lexer_.token().kind == TokenKind::kWord ? FromWord(words, lexer_.token().text) : std::nullopt;
    if (!found.has_value()) {
      std::string expected;
      for (const Word<Enum>& word : words) {
        fmt::format_to(std::back_inserter(expected), "{}`{}`", expected.empty() ? "" : ", ", word.text);
      }
      return Fail("one of " + expected);
    }
    *out = *found;
    lexer_.Advance();
    return true;
  }

  // `@n`, which has to be the next of its kind.
  bool Id(std::size_t next);

  // ------------------------------------------------------------ types and values

  bool Type(lang::Type* out, int depth = 0);
  bool ParseValue(Value* out, int depth = 0);  // text and items go to the module's arena
  bool Textual(ValueKind kind, Value* out);
  bool Items(ValueKind kind, Value* out, int depth);

  // ------------------------------------------------------------ module

  bool ParseModule();
  bool Constant();
  bool Pattern();
  bool Function();
  bool Format();
  bool Wrapper();
  bool Rule(bool is_event);

  // ------------------------------------------------------------ plans

  bool Slots(std::vector<Slot>* slots);
  bool Alternatives(std::string_view word, std::vector<Alternative>* alternatives);
  bool Fields(std::vector<FieldPlan>* fields);
  bool Parts(std::vector<BlockPart>* parts, std::uint32_t depth);
  bool ParseStage(Stage* stage);
  bool RulePlan(ir::Rule* rule);
  bool ParseProvided(Provided* provided);
  bool ParseAggregate(Aggregate* aggregate);
  bool Consequences(ir::Rule* rule);
  bool Scope(RuleId* out);
  bool ParseWindow(Window* out);
  bool OptionalWindow(Window* out) { return !Try("window") || ParseWindow(out); }

  // ------------------------------------------------------------ functions

  bool BlockBody(ir::Function* function, std::uint32_t block, std::string_view last_word,
                 std::uint32_t depth);
  bool Definition(ir::Function* function, ValueId id, std::uint32_t depth);
  bool Simple(std::string_view word, Instruction* out);
  bool Arguments(Instruction* out);
  bool Loop(ir::Function* function, ValueId id, std::uint32_t depth);

  std::string_view text_;
  TextLexer lexer_;
  Module module_;
  ParseError error_;
};

}  // namespace faultline::ir::internal

#endif  // FAULTLINE_IR_TEXT_PARSER_H_
