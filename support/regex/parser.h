// The parser's state, shared by its source files. Private to support/regex; include syntax.h instead.
//
// One pass over the pattern with an explicit stack of open groups. Functions that may fail return false and
// leave the reason in `error_`; the first error ends the parse.
#pragma once

#include "support/regex/syntax.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::regex::internal {

class Parser {
 public:
  Parser(std::string_view pattern, const Flags& flags) : pattern_(pattern), flags_(flags) {}

  Result<NodePtr> Run();

 private:
  // An open group: what to restore and where to go on when it closes.
  struct Group {
    Flags outer_flags;
    int capture = 0;  // 0: not capturing
    std::string name;
    size_t begin = 0;
    std::vector<NodePtr> alternatives;
    std::vector<NodePtr> sequence;
  };

  // parse.cpp: the pattern's outline.
  bool ParseOne();
  bool OpenGroup();
  bool OpenCapture(size_t begin, std::string name);
  bool OpenNamedCapture(size_t name_begin);
  bool ParseGroupFlags();
  bool CloseGroup();
  NodePtr FinishGroup();
  bool ParseRepeatOperator();
  std::optional<std::pair<int, int>> ParseCounts();
  bool ApplyRepeat(int min, int max, size_t begin);
  void PushChar(char32_t c);
  void Push(NodePtr node) { groups_.back().sequence.push_back(std::move(node)); }

  // parse_escape.cpp: what begins with a backslash.
  bool ParseEscape();
  bool ParseCharEscape(char32_t* c);
  bool ParseHex(size_t begin, char32_t* c);
  bool BadEscape(size_t begin);
  bool ParseUnicodeGroup(CharSet* set);
  bool AddPerlClass(char letter, CharSet* set) const;

  // parse_class.cpp: `[…]`.
  bool ParseClass();
  bool ParsePosixClass(CharSet* set, bool* parsed);
  bool ParseClassRange(CharSet* set, size_t class_begin);
  bool ParseClassChar(char32_t* c, size_t class_begin);
  void AddGroup(std::span<const CharRange> ranges, bool negated, CharSet* set) const;

  Folding folding() const {
    if (!flags_.ignore_case) return Folding::kNone;
    return flags_.unicode ? Folding::kUnicode : Folding::kAscii;
  }

  bool AtEnd() const { return pos_ >= pattern_.size(); }
  char Peek(size_t ahead = 0) const { return pos_ + ahead < pattern_.size() ? pattern_[pos_ + ahead] : '\0'; }
  bool LookingAt(std::string_view text) const { return pattern_.substr(pos_).starts_with(text); }
  char32_t Next();  // the next code point; the pattern is known to be UTF-8
  std::string_view Text(size_t begin, size_t end) const { return pattern_.substr(begin, end - begin); }

  bool Fail(ErrorCode code, size_t begin, size_t end, std::string message, std::string hint = {});

  std::string_view pattern_;
  size_t pos_ = 0;
  Flags flags_;
  std::vector<Group> groups_;
  std::vector<std::string> names_;                // of captures, by index - 1
  size_t repeat_begin_ = std::string_view::npos;  // of the repeat operator that was just read
  std::optional<Error> error_;
};

}  // namespace faultline::regex::internal
