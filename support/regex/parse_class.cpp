// `[…]`: ranges, escapes, `[:alpha:]`, negation.
//
// As in RE2, folding applies to what is added and negation to the whole, `]` may stand first and `-`
// anywhere.
#include "support/regex/parser.h"

#include <fmt/format.h>

namespace faultline::regex::internal {
namespace {

struct PosixClass {
  std::string_view name;
  std::span<const CharRange> ranges;
};

constexpr CharRange kAlnum[] = {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}};
constexpr CharRange kAlpha[] = {{'A', 'Z'}, {'a', 'z'}};
constexpr CharRange kAscii[] = {{0, 0x7F}};
constexpr CharRange kBlank[] = {{'\t', '\t'}, {' ', ' '}};
constexpr CharRange kCntrl[] = {{0, 0x1F}, {0x7F, 0x7F}};
constexpr CharRange kDigit[] = {{'0', '9'}};
constexpr CharRange kGraph[] = {{'!', '~'}};
constexpr CharRange kLower[] = {{'a', 'z'}};
constexpr CharRange kPrint[] = {{' ', '~'}};
constexpr CharRange kPunct[] = {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}};
constexpr CharRange kSpace[] = {{'\t', '\r'}, {' ', ' '}};
constexpr CharRange kUpper[] = {{'A', 'Z'}};
constexpr CharRange kWord[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
constexpr CharRange kXdigit[] = {{'0', '9'}, {'A', 'F'}, {'a', 'f'}};

constexpr PosixClass kPosixClasses[] = {
    {"alnum", kAlnum}, {"alpha", kAlpha}, {"ascii", kAscii}, {"blank", kBlank},   {"cntrl", kCntrl},
    {"digit", kDigit}, {"graph", kGraph}, {"lower", kLower}, {"print", kPrint},   {"punct", kPunct},
    {"space", kSpace}, {"upper", kUpper}, {"word", kWord},   {"xdigit", kXdigit},
};

}  // namespace

void Parser::AddGroup(std::span<const CharRange> ranges, bool negated, CharSet* set) const {
  CharSet group;
  for (const CharRange& range : ranges) group.AddFolded(range.lo, range.hi, folding());
  if (negated) group.Negate();
  set->Add(group);
}

bool Parser::ParseClass() {
  const size_t begin = pos_;
  ++pos_;  // `[`
  const bool negated = Peek() == '^';
  if (negated) ++pos_;
  CharSet set;
  for (bool first = true; !AtEnd() && (first || Peek() != ']'); first = false) {
    if (LookingAt("[:")) {
      bool parsed = false;
      if (!ParsePosixClass(&set, &parsed)) return false;
      if (parsed) continue;
    }
    if (Peek() == '\\' && (Peek(1) == 'p' || Peek(1) == 'P') && pos_ + 2 < pattern_.size()) {
      if (!ParseUnicodeGroup(&set)) return false;
      continue;
    }
    if (Peek() == '\\' && AddPerlClass(Peek(1), &set)) {
      pos_ += 2;
      continue;
    }
    if (!ParseClassRange(&set, begin)) return false;
  }
  if (AtEnd()) {
    return Fail(ErrorCode::kMissingBracket, begin, begin + 1, "`[` is never closed",
                "write `]` at the end of the class, or `\\[` for the character");
  }
  ++pos_;  // `]`
  if (negated) set.Negate();
  Push(Class(set));
  return true;
}

// `[:alpha:]` or `[:^alpha:]`; without `:]` it is no such class but characters.
bool Parser::ParsePosixClass(CharSet* set, bool* parsed) {
  const size_t begin = pos_;
  const size_t end = pattern_.find(":]", pos_ + 2);
  if (end == std::string_view::npos) return true;
  std::string_view name = Text(begin + 2, end);
  const bool negated = name.starts_with('^');
  if (negated) name.remove_prefix(1);
  for (const PosixClass& posix : kPosixClasses) {
    if (posix.name == name) {
      AddGroup(posix.ranges, negated, set);
      pos_ = end + 2;
      *parsed = true;
      return true;
    }
  }
  return Fail(
      ErrorCode::kBadCharRange, begin, end + 2, fmt::format("`{}` is not a class", Text(begin, end + 2)),
      "the classes are `alnum`, `alpha`, `ascii`, `blank`, `cntrl`, `digit`, `graph`, `lower`, `print`, "
      "`punct`, `space`, `upper`, `word` and `xdigit`");
}

bool Parser::ParseClassRange(CharSet* set, size_t class_begin) {
  const size_t begin = pos_;
  char32_t lo = 0;
  if (!ParseClassChar(&lo, class_begin)) return false;
  char32_t hi = lo;
  // In `[a-]` the `-` is a character.
  if (Peek() == '-' && pos_ + 1 < pattern_.size() && Peek(1) != ']') {
    ++pos_;
    const size_t upper_begin = pos_;
    if (Peek() == '\\') {
      CharSet ignored;
      if (AddPerlClass(Peek(1), &ignored) || Peek(1) == 'p' || Peek(1) == 'P') {
        return Fail(ErrorCode::kBadCharRange, begin, upper_begin + 2,
                    fmt::format("`{}` is a class and cannot end a range", Text(upper_begin, upper_begin + 2)),
                    "write `-` first or last for the character");
      }
    }
    if (!ParseClassChar(&hi, class_begin)) return false;
    if (hi < lo) {
      return Fail(ErrorCode::kBadCharRange, begin, pos_,
                  fmt::format("`{}` has its bounds in the wrong order", Text(begin, pos_)),
                  "write the lower character first, or `-` first or last for the character");
    }
  }
  set->AddFolded(lo, hi, folding());
  return true;
}

bool Parser::ParseClassChar(char32_t* c, size_t class_begin) {
  if (AtEnd()) {
    return Fail(ErrorCode::kMissingBracket, class_begin, class_begin + 1, "`[` is never closed",
                "write `]` at the end of the class, or `\\[` for the character");
  }
  if (Peek() == '\\') return ParseCharEscape(c);
  *c = Next();
  return true;
}

}  // namespace faultline::regex::internal
