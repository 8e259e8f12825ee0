// What begins with a backslash: characters, Perl and Unicode classes, places, `\Q…\E`.
#include "support/regex/parser.h"

#include <fmt/format.h>

namespace faultline::regex::internal {
namespace {

constexpr CharRange kDigit[] = {{'0', '9'}};
constexpr CharRange kSpace[] = {{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}};
constexpr CharRange kWord[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};

int HexValue(char32_t c) {
  if (c >= '0' && c <= '9') return static_cast<int>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<int>(c - 'A') + 10;
  return -1;
}

// What to write instead of an escape of another dialect; empty where there is no advice.
std::string_view EscapeHint(char c) {
  switch (c) {
    case 'E':
      return "`\\E` only ends `\\Q`; write `\\\\E` for the two characters";
    case 'h':
      return "write `[ \\t]`";
    case 'H':
      return "write `[^ \\t]`";
    case 'N':
      return "write `.`";
    case 'R':
      return "write `\\r?\\n`";
    case 'V':
      return "write `[^\\n\\r]`";
    case 'X':
      return "write `\\PM\\pM*`";
    case 'e':
      return "write `\\x1B`";
    case 'c':
      return "write the control character by its number: `\\x03`";
    case 'o':
      return "write `\\x{…}` with hexadecimal digits";
    case 'u':
      return "write `\\x{…}`";
    case 'U':
      return "write `\\x{…}`";
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
      return "capture both texts under two names and compare them: `where a == b`";
    default:
      return "write the letter without `\\`, or `\\\\` for a backslash";
  }
}

}  // namespace

bool Parser::AddPerlClass(char letter, CharSet* set) const {
  const bool negated = letter >= 'A' && letter <= 'Z';
  switch (letter) {
    case 'd':
    case 'D':
      AddGroup(flags_.unicode ? FindUnicodeGroup("Nd")->ranges : std::span<const CharRange>(kDigit), negated,
               set);
      return true;
    case 's':
    case 'S':
      AddGroup(flags_.unicode ? UnicodeSpaceRanges() : std::span<const CharRange>(kSpace), negated, set);
      return true;
    case 'w':
    case 'W':
      AddGroup(flags_.unicode ? UnicodeWordRanges() : std::span<const CharRange>(kWord), negated, set);
      return true;
    default:
      return false;
  }
}

bool Parser::ParseEscape() {
  const size_t begin = pos_;
  const char c = Peek(1);
  auto foreign = [&](ErrorCode code, std::string_view what, std::string_view hint) {
    return Fail(code, begin, begin + 2, fmt::format("`\\{}` {}, which is not supported", c, what),
                std::string(hint));
  };
  switch (c) {
    case 'A':
      pos_ += 2;
      Push(Assert(AssertKind::kBeginText));
      return true;
    case 'z':
      pos_ += 2;
      Push(Assert(AssertKind::kEndText));
      return true;
    case 'b':
      pos_ += 2;
      Push(Assert(flags_.unicode ? AssertKind::kUnicodeWordBoundary : AssertKind::kWordBoundary));
      return true;
    case 'B':
      pos_ += 2;
      Push(Assert(flags_.unicode ? AssertKind::kNotUnicodeWordBoundary : AssertKind::kNotWordBoundary));
      return true;
    case 'C':
      pos_ += 2;
      Push(AnyByte());
      return true;
    case 'Q':
      pos_ += 2;
      while (!AtEnd() && !LookingAt("\\E")) PushChar(Next());
      if (!AtEnd()) pos_ += 2;
      return true;
    case 'p':
    case 'P': {
      CharSet set;
      if (!ParseUnicodeGroup(&set)) return false;
      Push(Class(set));
      return true;
    }
    case 'Z':
      return foreign(ErrorCode::kUnsupportedAssertion, "is the end of the text or before its last newline",
                     "write `$` or `\\z`");
    case 'G':
      return foreign(ErrorCode::kUnsupportedAssertion, "is the end of the last match", "write `^`");
    case 'K':
      return foreign(ErrorCode::kUnsupportedAssertion, "forgets the text matched so far",
                     "capture what comes after it: `before(?<name>…)`");
    case 'k':
      return foreign(ErrorCode::kBackReference, "is a back-reference",
                     "capture both texts under two names and compare them: `where a == b`");
    case 'g':
      return foreign(ErrorCode::kRecursion, "is a back-reference or a subroutine call",
                     "capture both texts under two names and compare them, or write the group out again");
    default:
      break;
  }
  CharSet set;
  if (AddPerlClass(c, &set)) {
    pos_ += 2;
    Push(Class(set));
    return true;
  }
  char32_t code_point = 0;
  if (!ParseCharEscape(&code_point)) return false;
  PushChar(code_point);
  return true;
}

// An escape that stands for one character, in a class or outside.
bool Parser::ParseCharEscape(char32_t* c) {
  const size_t begin = pos_;
  ++pos_;  // the backslash
  if (AtEnd()) {
    return Fail(ErrorCode::kTrailingBackslash, begin, begin + 1, "the pattern ends with `\\`",
                "write `\\\\` for a backslash");
  }
  const char32_t letter = Next();
  switch (letter) {
    case 'a':
      *c = '\a';
      return true;
    case 'f':
      *c = '\f';
      return true;
    case 'n':
      *c = '\n';
      return true;
    case 'r':
      *c = '\r';
      return true;
    case 't':
      *c = '\t';
      return true;
    case 'v':
      *c = '\v';
      return true;
    case 'x':
      return ParseHex(begin, c);
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
      // One digit is a back-reference; two or three are an octal number.
      if (Peek() < '0' || Peek() > '7') return BadEscape(begin);
      [[fallthrough]];
    case '0':
      *c = letter - '0';
      for (int digits = 1; digits < 3 && Peek() >= '0' && Peek() <= '7'; ++digits)
        *c = *c * 8 + (Next() - '0');
      return true;
    default:
      break;
  }
  const bool letter_or_digit = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                               (letter >= '0' && letter <= '9');
  if (letter >= 0x80 || letter_or_digit) return BadEscape(begin);
  *c = letter;
  return true;
}

// `\x1F` or `\x{1F600}`, from behind the `x`.
bool Parser::ParseHex(size_t begin, char32_t* c) {
  auto bad = [&] {
    return Fail(ErrorCode::kBadEscape, begin, pos_, "`\\x` needs two hexadecimal digits, or some in braces",
                "write `\\x1F` or `\\x{1F600}`");
  };
  if (Peek() != '{') {
    int value = 0;
    for (int digits = 0; digits < 2; ++digits) {
      const int digit = HexValue(static_cast<unsigned char>(Peek()));
      if (digit < 0) return bad();
      value = value * 16 + digit;
      ++pos_;
    }
    *c = static_cast<char32_t>(value);
    return true;
  }
  ++pos_;
  char32_t value = 0;
  size_t digits = 0;
  for (; HexValue(static_cast<unsigned char>(Peek())) >= 0; ++digits) {
    value = value * 16 + static_cast<char32_t>(HexValue(static_cast<unsigned char>(Peek())));
    ++pos_;
    if (value > kMaxCodePoint) {
      return Fail(ErrorCode::kBadEscape, begin, pos_, "the number is not a code point",
                  "the last is `\\x{10FFFF}`");
    }
  }
  if (digits == 0 || Peek() != '}') return bad();
  ++pos_;
  *c = value;
  return true;
}

bool Parser::BadEscape(size_t begin) {
  const char c = pattern_[begin + 1];
  const bool reference = c >= '1' && c <= '9';
  std::string_view hint = EscapeHint(c);
  if (static_cast<unsigned char>(c) >= 0x80) hint = "write the character without `\\`";
  if (c == 'b') hint = "write `\\x08` for a backspace";
  return Fail(reference ? ErrorCode::kBackReference : ErrorCode::kBadEscape, begin, pos_,
              reference ? fmt::format("`{}` is a back-reference, which is not supported", Text(begin, pos_))
                        : fmt::format("`{}` is not an escape", Text(begin, pos_)),
              std::string(hint));
}

// `\pL`, `\p{Greek}`, `\p{^Greek}`, `\PL`, `\P{Greek}`.
bool Parser::ParseUnicodeGroup(CharSet* set) {
  const size_t begin = pos_;
  bool negated = Peek(1) == 'P';
  pos_ += 2;
  if (AtEnd()) {
    return Fail(ErrorCode::kBadCharRange, begin, pos_, "a Unicode class has no name",
                "write `\\pL` or `\\p{Greek}`");
  }
  size_t name_begin = pos_;
  size_t name_end = 0;
  if (Peek() == '{') {
    name_begin = pos_ + 1;
    name_end = pattern_.find('}', name_begin);
    if (name_end == std::string_view::npos) {
      return Fail(ErrorCode::kBadCharRange, begin, name_begin, "the name of a Unicode class is never closed",
                  "write `\\p{Greek}`");
    }
    pos_ = name_end + 1;
  } else {
    Next();
    name_end = pos_;
  }
  std::string_view name = Text(name_begin, name_end);
  if (name.starts_with('^')) {
    negated = !negated;
    name.remove_prefix(1);
  }
  const UnicodeGroup* group = FindUnicodeGroup(name);
  if (group == nullptr) {
    std::string_view nearest = NearestUnicodeGroup(name);
    return Fail(ErrorCode::kBadCharRange, begin, pos_, fmt::format("`{}` is not a Unicode class", name),
                nearest.empty()
                    ? std::string("the classes are general categories (`Lu`) and scripts (`Greek`)")
                    : fmt::format("write `\\p{{{}}}`", nearest));
  }
  AddGroup(group->ranges, negated, set);
  return true;
}

}  // namespace faultline::regex::internal
