// Maps, and the texts that are read as maps. A map is a short list of pairs in the order of its text; a key
// is looked for from the end, so that of equal keys the last counts even where a decoder left several.
#include "runtime/ops/define.h"
#include "runtime/ops/quote.h"
#include "runtime/ops/search.h"

#include <unordered_map>

namespace faultline::runtime {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

Value Lookup(const Value& map, std::string_view key) {
  for (std::size_t i = map.size; i-- > 0;) {
    const Value& candidate = map.items[2 * i];
    if (candidate.kind == ValueKind::kText && candidate.AsText() == key) return map.items[2 * i + 1];
  }
  return Value::Missing();
}

// Collects pairs; a key that comes again replaces the value and keeps its place.
class MapBuilder {
 public:
  void Add(std::string_view key, const Value& value) {
    const auto [place, added] = places_.emplace(key, items_.size());
    if (added) {
      items_.push_back(Value::Text(key));
      items_.push_back(value);
    } else {
      items_[place->second + 1] = value;
    }
  }

  bool full() const { return items_.size() > 2 * kMaxResultItems; }

  Value Finish(EvalContext* context) const {
    if (full()) return Value::Missing();
    Value* items = context->arena->AllocateValues(items_.size());
    std::copy(items_.begin(), items_.end(), items);
    return Value::Items(ValueKind::kMap, items, static_cast<std::uint32_t>(items_.size() / 2));
  }

 private:
  std::unordered_map<std::string_view, std::size_t> places_;
  std::vector<Value> items_;
};

// The text between quotes, escapes resolved; `quoted` is with its quotes.
Value Unquote(EvalContext* context, std::string_view quoted) {
  const std::string_view inside = quoted.substr(1, quoted.size() - 2);
  if (inside.find('\\') == kNone) return Value::Text(inside);
  return NewText(context, ResolveEscapes(inside));
}

bool IsBlank(char c) {
  return static_cast<unsigned char>(c) <= ' ';
}

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

FAULTLINE_OP(len_map) {
  *out = Value::Int(args[0].size);
}
FAULTLINE_OP(index_map) {
  *out = Lookup(args[0], args[1].AsText());
}
FAULTLINE_OP(index_any_key) {
  *out = args[0].kind == ValueKind::kMap ? Lookup(args[0], args[1].AsText()) : Value::Missing();
}

FAULTLINE_OP(keys_map) {
  std::vector<Value> keys;
  for (std::size_t i = 0; i < args[0].size; ++i) keys.push_back(args[0].items[2 * i]);
  *out = NewList(context, keys);
}
FAULTLINE_OP(values_map) {
  std::vector<Value> values;
  for (std::size_t i = 0; i < args[0].size; ++i) values.push_back(args[0].items[2 * i + 1]);
  *out = NewList(context, values);
}
FAULTLINE_OP(has_map) {
  const std::string_view key = args[1].AsText();
  bool found = false;
  for (std::size_t i = 0; i < args[0].size && !found; ++i) {
    const Value& candidate = args[0].items[2 * i];
    found = candidate.kind == ValueKind::kText && candidate.AsText() == key;
  }
  *out = Value::Bool(found);
}

// As github.com/go-logfmt/logfmt reads it; a byte that fits nowhere is skipped.
FAULTLINE_OP(parse_logfmt) {
  std::string_view text = args[0].AsText();
  MapBuilder map;
  while (!text.empty() && !map.full()) {
    std::size_t end = 0;
    while (end < text.size() && !IsBlank(text[end]) && text[end] != '=' && text[end] != '"') ++end;
    if (end == 0) {
      text.remove_prefix(1);
      continue;
    }
    const std::string_view key = text.substr(0, end);
    text.remove_prefix(end);
    if (text.empty() || text.front() != '=') {
      map.Add(key, Value::Bool(true));
      continue;
    }
    text.remove_prefix(1);
    if (const std::size_t quoted = !text.empty() && text.front() == '"' ? QuotedLength(text) : 0;
        quoted > 0) {
      map.Add(key, Unquote(context, text.substr(0, quoted)));
      text.remove_prefix(quoted);
      continue;
    }
    end = 0;
    while (end < text.size() && !IsBlank(text[end])) ++end;
    map.Add(key, Value::Text(text.substr(0, end)));
    text.remove_prefix(end);
  }
  *out = map.Finish(context);
}

FAULTLINE_OP(parse_pairs) {
  const std::string_view text = args[0].AsText();
  const std::string_view separator = args[1].AsText();
  const std::string_view equals = args[2].AsText();
  const auto find = [text](std::string_view wanted, std::size_t from) {
    return wanted.empty() ? text.size() : std::min(FindText(text, wanted, from), text.size());
  };
  MapBuilder map;
  std::size_t next_equals = 0;
  bool looked = false;
  for (std::size_t begin = 0; begin < text.size() && !map.full();) {
    std::size_t end = find(separator, begin);
    if (!looked || next_equals < begin) {  // each stretch of the text is searched once
      next_equals = find(equals, begin);
      looked = true;
    }
    if (next_equals >= end || next_equals == text.size()) {
      const std::string_view key = TrimBlanks(text.substr(begin, end - begin));
      if (!key.empty()) map.Add(key, Value::Text(""));
    } else {
      const std::string_view key = TrimBlanks(text.substr(begin, next_equals - begin));
      const std::size_t value = next_equals + equals.size();
      if (const std::size_t quoted = QuotedLength(text.substr(value)); quoted > 0) {
        if (!key.empty()) map.Add(key, Unquote(context, text.substr(value, quoted)));
        end = find(separator, value + quoted);
      } else {
        end = find(separator, value);
        if (!key.empty()) map.Add(key, Value::Text(text.substr(value, end - value)));
      }
    }
    begin = end + separator.size();
    if (end == text.size()) break;
  }
  *out = map.Finish(context);
}

}  // namespace faultline::runtime
