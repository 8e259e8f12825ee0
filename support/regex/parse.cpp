// The outline of a pattern: characters, groups, choices and repeats.
//
// Where RE2 has a quirk we have it too: `{` that does not begin a count is a character, `a{,2}` is five
// characters, a repeat after `(?i)` or an empty `\Q\E` applies to what stands before it.
#include "support/regex/parser.h"
#include "support/regex/utf8.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace faultline::regex {

std::optional<Flags> ParseFlags(std::string_view text) {
  Flags flags;
  for (char c : text) {
    bool* flag = c == 'i'   ? &flags.ignore_case
                 : c == 'u' ? &flags.unicode
                 : c == 's' ? &flags.dot_newline
                 : c == 'm' ? &flags.multi_line
                 : c == 'U' ? &flags.swap_greed
                            : nullptr;
    if (flag == nullptr || *flag) return std::nullopt;
    *flag = true;
  }
  return flags;
}

Result<NodePtr> Parse(std::string_view pattern, const Flags& flags) {
  return internal::Parser(pattern, flags).Run();
}

std::string Escape(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

namespace internal {

Result<NodePtr> Parser::Run() {
  for (std::string_view rest = pattern_; !rest.empty();) {
    DecodedChar c = DecodeUtf8(rest);
    if (c.length == 0) {
      const size_t at = pattern_.size() - rest.size();
      Fail(ErrorCode::kInvalidUtf8, at, at + 1, "the pattern is not valid UTF-8",
           fmt::format("write `\\C` for one byte of any value; the byte here is 0x{:02X}",
                       static_cast<unsigned>(static_cast<uint8_t>(rest[0]))));
      return *error_;
    }
    rest.remove_prefix(static_cast<size_t>(c.length));
  }
  groups_.push_back(
      {.outer_flags = flags_, .capture = 0, .name = {}, .begin = 0, .alternatives = {}, .sequence = {}});
  while (!AtEnd()) {
    if (!ParseOne()) return *error_;
  }
  if (groups_.size() > 1) {
    const size_t begin = groups_.back().begin;
    Fail(ErrorCode::kMissingParen, begin, begin + 1, "`(` is never closed",
         "write `)` at the end of the group, or `\\(` for the character");
    return *error_;
  }
  return FinishGroup();
}

bool Parser::ParseOne() {
  const size_t last_repeat = std::exchange(repeat_begin_, std::string_view::npos);
  switch (Peek()) {
    case '(':
      return OpenGroup();
    case ')':
      return CloseGroup();
    case '|': {
      ++pos_;
      Group& group = groups_.back();
      group.alternatives.push_back(Concat(std::exchange(group.sequence, {})));
      return true;
    }
    case '[':
      return ParseClass();
    case '\\':
      return ParseEscape();
    case '*':
    case '+':
    case '?':
    case '{':
      repeat_begin_ = last_repeat;
      return ParseRepeatOperator();
    case '.': {
      ++pos_;
      if (flags_.dot_newline) {
        Push(AnyChar());
      } else {
        CharSet set;
        set.Add('\n', '\n');
        set.Negate();
        Push(Class(set));
      }
      return true;
    }
    case '^':
      ++pos_;
      Push(Assert(flags_.multi_line ? AssertKind::kBeginLine : AssertKind::kBeginText));
      return true;
    case '$':
      ++pos_;
      Push(Assert(flags_.multi_line ? AssertKind::kEndLine : AssertKind::kEndText));
      return true;
    default:
      PushChar(Next());
      return true;
  }
}

bool Parser::OpenGroup() {
  const size_t begin = pos_;
  if (static_cast<int>(groups_.size()) > kMaxNesting) {
    return Fail(ErrorCode::kNestingTooDeep, begin, begin + 1,
                fmt::format("more than {} groups inside one another", kMaxNesting),
                "split the pattern into named patterns");
  }
  if (LookingAt("(*")) {
    return Fail(ErrorCode::kUnsupportedGroup, begin, begin + 2,
                "`(*` begins a PCRE verb or a repeat of nothing", "write `(\\*` for the character");
  }
  if (!LookingAt("(?")) {
    ++pos_;
    return OpenCapture(begin, {});
  }
  struct Foreign {
    std::string_view text;
    ErrorCode code;
    std::string_view what;
    std::string_view hint;
  };
  // Longer spellings first.
  static constexpr Foreign kForeign[] = {
      {"(?<=", ErrorCode::kLookAround, "look-behind",
       "match the text before it as part of the pattern and capture what you need: `before(?<name>…)`"},
      {"(?<!", ErrorCode::kLookAround, "negative look-behind",
       "write what may stand before instead, such as `(?:^|[^a])`, or filter with `where not …`"},
      {"(?=", ErrorCode::kLookAround, "look-ahead",
       "match the text after it as part of the pattern and capture what you need: `(?<name>…)after`"},
      {"(?!", ErrorCode::kLookAround, "negative look-ahead",
       "write what may stand there instead, such as `[^a]`, or filter with `where not …`"},
      {"(?>", ErrorCode::kAtomicGroup, "atomic group",
       "write `(?:…)`: matching is linear, so nothing is gained by forbidding to go back"},
      {"(?P=", ErrorCode::kBackReference, "back-reference",
       "capture both texts under two names and compare them: `where a == b`"},
      {"(?P>", ErrorCode::kRecursion, "subroutine call", "write the group out again"},
      {"(?&", ErrorCode::kRecursion, "subroutine call", "write the group out again"},
      {"(?R", ErrorCode::kRecursion, "recursion", "use the hole type `balanced` in a template"},
      {"(?(", ErrorCode::kConditional, "conditional", "write both cases as a choice: `(?:ab|c)`"},
      {"(?|", ErrorCode::kUnsupportedGroup, "branch reset",
       "write `(?:…|…)` and name each group differently"},
      {"(?#", ErrorCode::kUnsupportedGroup, "comment", "write the comment outside the pattern: `// …`"},
      {"(?'", ErrorCode::kUnsupportedGroup, "this spelling of a named group", "write `(?<name>…)`"},
  };
  for (const Foreign& foreign : kForeign) {
    if (LookingAt(foreign.text)) {
      return Fail(foreign.code, begin, begin + foreign.text.size(),
                  fmt::format("`{}` begins a {}, which is not supported", foreign.text, foreign.what),
                  std::string(foreign.hint));
    }
  }
  const char third = Peek(2);
  if ((third >= '0' && third <= '9') ||
      ((third == '+' || third == '-') && Peek(3) >= '0' && Peek(3) <= '9')) {
    return Fail(ErrorCode::kRecursion, begin, begin + 3, "a subroutine call is not supported",
                "write the group out again");
  }
  if (LookingAt("(?P<")) return OpenNamedCapture(begin + 4);
  if (LookingAt("(?<")) return OpenNamedCapture(begin + 3);
  return ParseGroupFlags();
}

bool Parser::OpenCapture(size_t begin, std::string name) {
  names_.push_back(name);
  groups_.push_back({.outer_flags = flags_,
                     .capture = static_cast<int>(names_.size()),
                     .name = std::move(name),
                     .begin = begin,
                     .alternatives = {},
                     .sequence = {}});
  return true;
}

bool Parser::OpenNamedCapture(size_t name_begin) {
  const size_t begin = pos_;
  const size_t name_end = pattern_.find('>', name_begin);
  if (name_end == std::string_view::npos) {
    return Fail(ErrorCode::kBadGroupName, begin, name_begin, "the name of this group is never closed",
                "write `(?<name>…)`");
  }
  const std::string_view name = Text(name_begin, name_end);
  bool valid = !name.empty();
  for (std::string_view rest = name; valid && !rest.empty();) {
    DecodedChar c = DecodeUtf8(rest);
    valid = IsUnicodeWord(c.code_point);
    rest.remove_prefix(static_cast<size_t>(c.length));
  }
  if (!valid) {
    return Fail(ErrorCode::kBadGroupName, name_begin, std::max(name_end, name_begin + 1),
                name.empty() ? std::string("a group has an empty name")
                             : fmt::format("`{}` is not a group name", name),
                "use letters, digits and `_`");
  }
  if (std::ranges::find(names_, name) != names_.end()) {
    return Fail(ErrorCode::kDuplicateGroupName, name_begin, name_end,
                fmt::format("group name `{}` is used twice", name),
                "name the groups differently, or put the choice inside one group: `(?<name>a|b)`");
  }
  pos_ = name_end + 1;
  return OpenCapture(begin, std::string(name));
}

bool Parser::ParseGroupFlags() {
  const size_t begin = pos_;
  pos_ += 2;  // `(?`
  Flags flags = flags_;
  bool negated = false;
  bool seen_flag = false;
  while (!AtEnd()) {
    const size_t at = pos_;
    const char32_t c = Next();
    bool* flag = nullptr;
    switch (c) {
      case 'i':
        flag = &flags.ignore_case;
        break;
      case 'u':
        flag = &flags.unicode;
        break;
      case 's':
        flag = &flags.dot_newline;
        break;
      case 'm':
        flag = &flags.multi_line;
        break;
      case 'U':
        flag = &flags.swap_greed;
        break;
      case '-':
        if (negated) return Fail(ErrorCode::kBadFlags, at, pos_, "`-` stands twice among the flags");
        negated = true;
        seen_flag = false;
        continue;
      case ':':
      case ')':
        if (negated && !seen_flag) {
          return Fail(ErrorCode::kBadFlags, begin, pos_, "no flag follows `-`",
                      "name the flags to switch off: `(?-i)`");
        }
        if (c == ':') {
          groups_.push_back({.outer_flags = flags_,
                             .capture = 0,
                             .name = {},
                             .begin = begin,
                             .alternatives = {},
                             .sequence = {}});
        }
        flags_ = flags;
        return true;
      case 'x':
        return Fail(ErrorCode::kBadFlags, at, pos_,
                    "flag `x` (blanks and comments in a pattern) is not supported",
                    "split the pattern into named patterns");
      default:
        return Fail(ErrorCode::kBadFlags, at, pos_,
                    fmt::format("`{}` is not a flag of a group", Text(at, pos_)),
                    "the flags are `i`, `m`, `s`, `u` and `U`; a named group is `(?<name>…)`");
    }
    *flag = !negated;
    seen_flag = true;
  }
  return Fail(ErrorCode::kMissingParen, begin, begin + 1, "`(` is never closed", "write `(?i)` or `(?i:…)`");
}

NodePtr Parser::FinishGroup() {
  Group& group = groups_.back();
  group.alternatives.push_back(Concat(std::move(group.sequence)));
  NodePtr node = Alternate(std::move(group.alternatives));
  if (group.capture > 0) node = Capture(group.capture, group.name, std::move(node));
  return node;
}

bool Parser::CloseGroup() {
  if (groups_.size() == 1) {
    return Fail(ErrorCode::kUnexpectedParen, pos_, pos_ + 1, "`)` closes nothing",
                "write `\\)` for the character");
  }
  ++pos_;
  NodePtr node = FinishGroup();
  flags_ = groups_.back().outer_flags;
  groups_.pop_back();
  Push(std::move(node));
  return true;
}

bool Parser::ParseRepeatOperator() {
  const size_t begin = pos_;
  const size_t last_repeat = std::exchange(repeat_begin_, std::string_view::npos);
  int min = 0;
  int max = kUnbounded;
  if (Peek() == '{') {
    std::optional<std::pair<int, int>> counts = ParseCounts();
    if (!counts) {
      pos_ = begin + 1;
      PushChar('{');
      return true;
    }
    std::tie(min, max) = *counts;
  } else {
    min = Peek() == '+' ? 1 : 0;
    max = Peek() == '?' ? 1 : kUnbounded;
    ++pos_;
  }
  if (last_repeat != std::string_view::npos) {
    // `a*+` right behind a greedy repeat is what other dialects call possessive.
    const bool possessive = pattern_[begin] == '+' && pattern_[begin - 1] != '?';
    const bool possessive_quest = pattern_[begin] == '+' && begin == last_repeat + 1;
    if (possessive || possessive_quest) {
      return Fail(ErrorCode::kPossessive, last_repeat, pos_,
                  fmt::format("`{}` is a possessive repeat, which is not supported", Text(last_repeat, pos_)),
                  fmt::format("write `{}`: matching is linear, so nothing is gained by forbidding to go back",
                              Text(last_repeat, begin)));
    }
    return Fail(ErrorCode::kStackedRepeat, last_repeat, pos_,
                fmt::format("`{}` repeats a repeat", Text(last_repeat, pos_)),
                "put the inner one in brackets: `(?:a*)*`");
  }
  return ApplyRepeat(min, max, begin);
}

// Reads `{2}`, `{2,}` or `{2,5}`; anything else is not a count.
std::optional<std::pair<int, int>> Parser::ParseCounts() {
  size_t at = pos_ + 1;
  auto number = [&]() -> std::optional<int> {
    const size_t begin = at;
    int value = 0;
    while (at < pattern_.size() && pattern_[at] >= '0' && pattern_[at] <= '9') {
      value = std::min(value * 10 + (pattern_[at] - '0'), 100'000'000);
      ++at;
    }
    // As in RE2, `a{01}` is not a count.
    if (at == begin || (at > begin + 1 && pattern_[begin] == '0')) return std::nullopt;
    return value;
  };
  std::optional<int> min = number();
  if (!min || at >= pattern_.size()) return std::nullopt;
  int max = *min;
  if (pattern_[at] == ',') {
    ++at;
    if (at < pattern_.size() && pattern_[at] == '}') {
      max = kUnbounded;
    } else {
      std::optional<int> upper = number();
      if (!upper) return std::nullopt;
      max = *upper;
    }
  }
  if (at >= pattern_.size() || pattern_[at] != '}') return std::nullopt;
  pos_ = at + 1;
  return std::pair(*min, max);
}

bool Parser::ApplyRepeat(int min, int max, size_t begin) {
  bool greedy = !flags_.swap_greed;
  if (Peek() == '?') {
    ++pos_;
    greedy = !greedy;
  }
  const std::string_view text = Text(begin, pos_);
  if (min > kMaxRepeat || max > kMaxRepeat) {
    return Fail(ErrorCode::kRepeatTooLarge, begin, pos_,
                fmt::format("`{}` repeats more than {} times", text, kMaxRepeat),
                "write `+` or `*` if the exact count does not matter");
  }
  if (max != kUnbounded && max < min) {
    return Fail(ErrorCode::kBadRepeatRange, begin, pos_,
                fmt::format("`{}` has its bounds in the wrong order", text),
                fmt::format("write `{{{},{}}}`", max, min));
  }
  std::vector<NodePtr>& sequence = groups_.back().sequence;
  if (sequence.empty()) {
    return Fail(ErrorCode::kMissingRepeatOperand, begin, pos_,
                fmt::format("`{}` has nothing to repeat", text),
                fmt::format("write `\\{}` for the character", text.substr(0, 1)));
  }
  NodePtr node = Repeat(sequence.back(), min, max, greedy);
  if ((min >= 2 || max >= 2) && node->repeat_weight() > static_cast<uint32_t>(kMaxRepeat)) {
    return Fail(ErrorCode::kRepeatTooLarge, begin, pos_,
                fmt::format("repeats inside one another make more than {} copies", kMaxRepeat),
                "write `+` or `*` if the exact count does not matter");
  }
  sequence.back() = std::move(node);
  repeat_begin_ = begin;
  return true;
}

void Parser::PushChar(char32_t c) {
  CharSet set;
  set.AddFolded(c, c, folding());
  Push(Class(set));
}

char32_t Parser::Next() {
  DecodedChar c = DecodeUtf8(pattern_.substr(pos_));
  pos_ += static_cast<size_t>(c.length);
  return c.code_point;
}

bool Parser::Fail(ErrorCode code, size_t begin, size_t end, std::string message, std::string hint) {
  end = std::min(end, pattern_.size());
  error_ = Error{.code = code,
                 .begin = static_cast<uint32_t>(std::min(begin, end)),
                 .end = static_cast<uint32_t>(end),
                 .message = std::move(message),
                 .hint = std::move(hint)};
  return false;
}

}  // namespace internal
}  // namespace faultline::regex
