// Text. Positions count characters, a byte that is not UTF-8 being one; everything else works on bytes, so
// that text in any encoding passes unharmed. Case is that of ASCII: it needs no tables and no locale, and
// never changes a length.
#include "runtime/ops/define.h"
#include "runtime/ops/search.h"
#include "support/value/print.h"
#include "support/value/utf8.h"

namespace faultline::runtime {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kNone = std::string_view::npos;

std::string_view Trim(std::string_view text, std::string_view set) {
  const std::size_t begin = text.find_first_not_of(set);
  if (begin == kNone) return {};
  return text.substr(begin, text.find_last_not_of(set) - begin + 1);
}

// Joins on the way into the arena, so that a large result is seen before it is made.
Value Concat(EvalContext* context, std::string_view a, std::string_view b) {
  if (a.size() + b.size() > kMaxResultBytes) return Value::Missing();
  if (a.empty()) return Value::Text(b);
  if (b.empty()) return Value::Text(a);
  char* text = context->arena->Allocate(a.size() + b.size(), 1);
  std::copy(a.begin(), a.end(), text);
  std::copy(b.begin(), b.end(), text + a.size());
  return Value::Text({text, a.size() + b.size()});
}

template <typename Function>
Value MapBytes(EvalContext* context, std::string_view text, Function function) {
  if (text.size() > kMaxResultBytes) return Value::Missing();
  char* copy = context->arena->Allocate(text.size(), 1);
  std::transform(text.begin(), text.end(), copy, function);
  return Value::Text({copy, text.size()});
}

// Without its first `count` characters.
std::string_view SkipCharacters(std::string_view text, std::int64_t count) {
  for (; count > 0 && !text.empty(); --count) text.remove_prefix(CharacterLength(text));
  return text;
}

// The characters from `start` on, counted from the end where it is negative.
std::string_view FromCharacter(std::string_view text, std::int64_t start) {
  if (start >= 0) return SkipCharacters(text, start);
  const auto count = static_cast<std::int64_t>(CountCharacters(text));
  return SkipCharacters(text, std::max<std::int64_t>(0, count + start));
}

Value Join(EvalContext* context, const Value& list, std::string_view separator) {
  std::string joined;
  bool first = true;
  for (const Value& item : ItemsOf(list)) {
    if (!first) joined += separator;
    first = false;
    AppendText(joined, item);
    if (joined.size() > kMaxResultBytes) return Value::Missing();
  }
  return NewText(context, joined);
}

}  // namespace

FAULTLINE_OP(concat_text) {
  *out = Concat(context, args[0].AsText(), args[1].AsText());
}

FAULTLINE_OP(contains_text) {
  *out = Value::Bool(FindText(args[0].AsText(), args[1].AsText()) != kNone);
}
FAULTLINE_OP(startswith_text) {
  *out = Value::Bool(args[0].AsText().starts_with(args[1].AsText()));
}
FAULTLINE_OP(endswith_text) {
  *out = Value::Bool(args[0].AsText().ends_with(args[1].AsText()));
}

FAULTLINE_OP(eq_text_nocase) {
  *out = Value::Bool(EqualNocase(args[0].AsText(), args[1].AsText()));
}
FAULTLINE_OP(contains_text_nocase) {
  *out = Value::Bool(FindText(FoldAscii(args[0].AsText()), FoldAscii(args[1].AsText())) != kNone);
}
FAULTLINE_OP(startswith_text_nocase) {
  const std::string_view text = args[0].AsText();
  const std::string_view prefix = args[1].AsText();
  *out = Value::Bool(text.size() >= prefix.size() && EqualNocase(text.substr(0, prefix.size()), prefix));
}
FAULTLINE_OP(endswith_text_nocase) {
  const std::string_view text = args[0].AsText();
  const std::string_view suffix = args[1].AsText();
  *out = Value::Bool(text.size() >= suffix.size() &&
                     EqualNocase(text.substr(text.size() - suffix.size()), suffix));
}
FAULTLINE_OP(in_list_nocase) {
  const std::string_view text = args[0].AsText();
  *out = AnyItem(ItemsOf(args[1]), [text](const Value& item) { return EqualNocase(item.AsText(), text); });
}

FAULTLINE_OP(startswith_any_text) {
  const std::string_view text = args[0].AsText();
  *out = AnyItem(ItemsOf(args[1]), [text](const Value& item) { return text.starts_with(item.AsText()); });
}
FAULTLINE_OP(endswith_any_text) {
  const std::string_view text = args[0].AsText();
  *out = AnyItem(ItemsOf(args[1]), [text](const Value& item) { return text.ends_with(item.AsText()); });
}
FAULTLINE_OP(contains_any_text) {
  const std::string_view text = args[0].AsText();
  *out =
      AnyItem(ItemsOf(args[1]), [text](const Value& item) { return FindText(text, item.AsText()) != kNone; });
}

FAULTLINE_OP(len_text) {
  *out = Value::Int(static_cast<std::int64_t>(CountCharacters(args[0].AsText())));
}
FAULTLINE_OP(lower_text) {
  *out = MapBytes(context, args[0].AsText(), LowerAscii);
}
FAULTLINE_OP(upper_text) {
  *out = MapBytes(context, args[0].AsText(), UpperAscii);
}
FAULTLINE_OP(trim_text) {
  *out = Value::Text(Trim(args[0].AsText(), kBlanks));
}
FAULTLINE_OP(trim_set) {
  *out = Value::Text(Trim(args[0].AsText(), args[1].AsText()));
}
FAULTLINE_OP(trim_prefix_text) {
  std::string_view text = args[0].AsText();
  if (text.starts_with(args[1].AsText())) text.remove_prefix(args[1].size);
  *out = Value::Text(text);
}
FAULTLINE_OP(trim_suffix_text) {
  std::string_view text = args[0].AsText();
  if (text.ends_with(args[1].AsText())) text.remove_suffix(args[1].size);
  *out = Value::Text(text);
}

FAULTLINE_OP(replace_text) {
  const std::string_view text = args[0].AsText();
  const std::string_view wanted = args[1].AsText();
  const std::string_view replacement = args[2].AsText();
  std::size_t found = wanted.empty() ? kNone : FindText(text, wanted);
  if (found == kNone) {
    *out = args[0];
    return;
  }
  std::string result;
  std::size_t done = 0;
  for (; found != kNone; found = FindText(text, wanted, done)) {
    result += text.substr(done, found - done);
    result += replacement;
    done = found + wanted.size();
    if (result.size() > kMaxResultBytes) {
      *out = Value::Missing();
      return;
    }
  }
  result += text.substr(done);
  *out = NewText(context, result);
}

FAULTLINE_OP(substring_from) {
  *out = Value::Text(FromCharacter(args[0].AsText(), args[1].integer));
}
FAULTLINE_OP(substring_count) {
  const std::string_view text = FromCharacter(args[0].AsText(), args[1].integer);
  const std::string_view rest = SkipCharacters(text, args[2].integer);
  *out = Value::Text(text.substr(0, text.size() - rest.size()));
}

FAULTLINE_OP(find_text) {
  const std::string_view text = args[0].AsText();
  const std::size_t found = FindText(text, args[1].AsText());
  *out = found == kNone ? Value::Missing()
                        : Value::Int(static_cast<std::int64_t>(CountCharacters(text.substr(0, found))));
}

FAULTLINE_OP(before_first_text) {
  const std::string_view text = args[0].AsText();
  *out = Value::Text(text.substr(0, FindText(text, args[1].AsText())));
}
FAULTLINE_OP(after_first_text) {
  const std::string_view text = args[0].AsText();
  const std::size_t found = FindText(text, args[1].AsText());
  *out = Value::Text(found == kNone ? std::string_view() : text.substr(found + args[1].size));
}
FAULTLINE_OP(before_last_text) {
  const std::string_view text = args[0].AsText();
  *out = Value::Text(text.substr(0, FindLastText(text, args[1].AsText())));
}
FAULTLINE_OP(after_last_text) {
  const std::string_view text = args[0].AsText();
  const std::size_t found = FindLastText(text, args[1].AsText());
  *out = Value::Text(found == kNone ? text : text.substr(found + args[1].size));
}

FAULTLINE_OP(split_text) {
  const std::string_view text = args[0].AsText();
  const std::string_view separator = args[1].AsText();
  std::vector<Value> parts;
  std::size_t done = 0;
  while (!separator.empty()) {
    const std::size_t found = FindText(text, separator, done);
    if (found == kNone || parts.size() > kMaxResultItems) break;
    parts.push_back(Value::Text(text.substr(done, found - done)));
    done = found + separator.size();
  }
  parts.push_back(Value::Text(text.substr(done)));
  *out = NewList(context, parts);
}

FAULTLINE_OP(words_text) {
  std::string_view text = args[0].AsText();
  std::vector<Value> words;
  while (words.size() <= kMaxResultItems) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == kNone) break;
    const std::size_t end = std::min(text.find_first_of(" \t", begin), text.size());
    words.push_back(Value::Text(text.substr(begin, end - begin)));
    text.remove_prefix(end);
  }
  *out = NewList(context, words);
}

FAULTLINE_OP(join_text) {
  *out = Join(context, args[0], args[1].AsText());
}
FAULTLINE_OP(join_list) {
  *out = Join(context, args[0], args[1].AsText());
}

}  // namespace faultline::runtime
