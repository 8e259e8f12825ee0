// The parser: a loop over tokens with a list of open containers, which is also what makes it resumable.
#include "runtime/decode/json.h"

#include "support/value/utf8.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace faultline::runtime {
namespace {

bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Length of the number at the front, 0 if there is none; *integer: no fraction and no exponent.
std::size_t NumberLength(std::string_view s, bool* integer) {
  const auto digits = [s](std::size_t i) {
    while (i < s.size() && IsDigit(s[i])) ++i;
    return i;
  };
  std::size_t i = !s.empty() && s[0] == '-' ? 1 : 0;
  const std::size_t first = i;
  i = digits(i);
  if (i == first || (s[first] == '0' && i > first + 1)) return 0;
  *integer = true;
  if (i < s.size() && s[i] == '.') {
    const std::size_t fraction = i + 1;
    i = digits(fraction);
    if (i == fraction) return 0;
    *integer = false;
  }
  if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
    ++i;
    if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
    const std::size_t exponent = i;
    i = digits(exponent);
    if (i == exponent) return 0;
    *integer = false;
  }
  return i;
}

}  // namespace

void JsonDocument::Start(std::size_t position) {
  position_ = position;
  expect_ = Expect::kValue;
  open_.clear();
  nodes_.clear();
  pending_key_ = {};
}

bool JsonDocument::Parse(std::string_view text, std::size_t position) {
  Start(position);
  return Continue(text) == JsonStatus::kComplete;
}

// position_ is behind the opening quote; afterwards behind the closing one.
bool JsonDocument::ReadString(std::uint32_t* begin, std::uint32_t* end, bool* escaped) {
  *begin = static_cast<std::uint32_t>(position_);
  *escaped = false;
  std::size_t i = position_;
  for (;;) {
    while (i < text_.size() && text_[i] != '"' && text_[i] != '\\' && text_[i] != '\n') ++i;
    if (i >= text_.size() || text_[i] == '\n') return false;
    if (text_[i] == '"') break;
    *escaped = true;
    if (i + 1 >= text_.size()) return false;
    if (text_[i + 1] == 'u') {
      if (i + 6 > text_.size()) return false;
      for (std::size_t k = i + 2; k < i + 6; ++k) {
        if (HexDigit(text_[k]) < 0) return false;
      }
      i += 6;
    } else {
      if (std::strchr("\"\\/bfnrt", text_[i + 1]) == nullptr || text_[i + 1] == '\0') return false;
      i += 2;
    }
  }
  *end = static_cast<std::uint32_t>(i);
  position_ = i + 1;
  return true;
}

// Adds the scalar or opens the container at position_.
bool JsonDocument::ReadScalar() {
  JsonNode node = pending_key_;
  pending_key_ = {};
  node.begin = static_cast<std::uint32_t>(position_);
  const char c = text_[position_];
  const std::string_view rest = text_.substr(position_);
  std::size_t length = 0;
  if (c == '{' || c == '[') {
    if (open_.size() == kMaxJsonDepth) return false;
    node.kind = c == '{' ? JsonKind::kObject : JsonKind::kArray;
    open_.push_back(static_cast<NodeId>(nodes_.size()));
    nodes_.push_back(node);
    ++position_;
    expect_ = c == '{' ? Expect::kKeyOrEnd : Expect::kValueOrEnd;
    return true;
  }
  if (c == '"') {
    node.kind = JsonKind::kString;
    ++position_;
    if (!ReadString(&node.begin, &node.end, &node.escaped)) return false;
  } else {
    if (rest.substr(0, 4) == "null") {
      node.kind = JsonKind::kNull;
      length = 4;
    } else if (rest.substr(0, 4) == "true") {
      node.kind = JsonKind::kTrue;
      length = 4;
    } else if (rest.substr(0, 5) == "false") {
      node.kind = JsonKind::kFalse;
      length = 5;
    } else {
      bool integer = false;
      length = NumberLength(rest, &integer);
      node.kind = integer ? JsonKind::kInteger : JsonKind::kNumber;
    }
    if (length == 0) return false;
    position_ += length;
    node.end = static_cast<std::uint32_t>(position_);
  }
  node.next = static_cast<std::uint32_t>(nodes_.size() + 1);
  nodes_.push_back(node);
  expect_ = open_.empty() ? Expect::kDone : Expect::kCommaOrEnd;
  return true;
}

void JsonDocument::Close() {
  JsonNode& node = nodes_[open_.back()];
  open_.pop_back();
  ++position_;
  node.end = static_cast<std::uint32_t>(position_);
  node.next = static_cast<std::uint32_t>(nodes_.size());
  expect_ = open_.empty() ? Expect::kDone : Expect::kCommaOrEnd;
}

JsonStatus JsonDocument::Continue(std::string_view text) {
  text_ = text;
  if (text.size() >= UINT32_MAX) return JsonStatus::kInvalid;
  while (expect_ != Expect::kDone) {
    while (position_ < text.size() && IsBlank(text[position_])) ++position_;
    if (position_ >= text.size()) return JsonStatus::kIncomplete;
    const char c = text[position_];
    switch (expect_) {
      case Expect::kValueOrEnd:
        if (c == ']') {
          Close();
          break;
        }
        [[fallthrough]];
      case Expect::kValue:
        if (!ReadScalar()) return JsonStatus::kInvalid;
        break;
      case Expect::kKeyOrEnd:
        if (c == '}') {
          Close();
          break;
        }
        [[fallthrough]];
      case Expect::kKey:
        if (c != '"') return JsonStatus::kInvalid;
        ++position_;
        if (!ReadString(&pending_key_.key_begin, &pending_key_.key_end, &pending_key_.key_escaped)) {
          return JsonStatus::kInvalid;
        }
        expect_ = Expect::kColon;
        break;
      case Expect::kColon:
        if (c != ':') return JsonStatus::kInvalid;
        ++position_;
        expect_ = Expect::kValue;
        break;
      case Expect::kCommaOrEnd: {
        const bool object = nodes_[open_.back()].kind == JsonKind::kObject;
        if (c == ',') {
          ++position_;
          expect_ = object ? Expect::kKey : Expect::kValue;
        } else if (c == (object ? '}' : ']')) {
          Close();
        } else {
          return JsonStatus::kInvalid;
        }
        break;
      }
      case Expect::kDone:
        break;
    }
  }
  return JsonStatus::kComplete;
}

// ---------------------------------------------------------------- looking things up

std::optional<JsonDocument::NodeId> JsonDocument::Member(NodeId object, std::string_view key) const {
  std::optional<NodeId> found;
  if (nodes_[object].kind != JsonKind::kObject) return found;
  std::string buffer;
  for (NodeId child = object + 1; child < nodes_[object].next; child = nodes_[child].next) {
    const JsonNode& node = nodes_[child];
    const std::string_view source = Slice(node.key_begin, node.key_end);
    if (!node.key_escaped) {
      if (source == key) found = child;
    } else {
      buffer.clear();
      UnescapeJson(source, buffer);
      if (buffer == key) found = child;
    }
  }
  return found;
}

void JsonDocument::Find(NodeId from, std::span<const std::string> path, bool open_last,
                        std::vector<NodeId>& out) const {
  // A list of (node, steps done) instead of recursion; pushed backwards, so that the result is in written
  // order.
  std::vector<std::pair<NodeId, std::size_t>> open = {{from, 0}};
  std::vector<NodeId> elements;
  while (!open.empty()) {
    const auto [id, step] = open.back();
    open.pop_back();
    const bool last = step == path.size();
    if (nodes_[id].kind == JsonKind::kArray && (!last || open_last)) {
      std::uint32_t index = 0;
      const char* end = last ? nullptr : path[step].data() + path[step].size();
      const bool indexed =
          !last && !path[step].empty() && std::from_chars(path[step].data(), end, index).ptr == end;
      elements.clear();
      std::uint32_t i = 0;
      for (NodeId child = id + 1; child < nodes_[id].next; child = nodes_[child].next, ++i) {
        if (!indexed || i == index) elements.push_back(child);
      }
      for (auto it = elements.rbegin(); it != elements.rend(); ++it)
        open.emplace_back(*it, indexed ? step + 1 : step);
      continue;
    }
    if (last) {
      out.push_back(id);
      continue;
    }
    std::string_view key = path[step];
    std::optional<NodeId> member = Member(id, key);
    if (!member && key.size() > 2 && key.substr(key.size() - 2) == "[]") {
      member = Member(id, key.substr(0, key.size() - 2));
    }
    if (member) open.emplace_back(*member, step + 1);
  }
}

// ---------------------------------------------------------------- strings

void UnescapeJson(std::string_view source, std::string& out, std::vector<OffsetRun>* runs,
                  std::uint32_t base) {
  const auto put_code_point = [&out](std::uint32_t c) { AppendUtf8(c, out); };
  const auto hex4 = [source](std::size_t at) -> std::int32_t {
    if (at + 4 > source.size()) return -1;
    std::int32_t value = 0;
    for (std::size_t k = at; k < at + 4; ++k) {
      const int digit = HexDigit(source[k]);
      if (digit < 0) return -1;
      value = value * 16 + digit;
    }
    return value;
  };
  const auto mark = [&](std::size_t at) {
    if (runs == nullptr) return;
    const auto text = static_cast<std::uint32_t>(out.size());
    const auto raw = static_cast<std::uint32_t>(at) + base;
    if (!runs->empty() && runs->back().text == text) {
      runs->back().raw = raw;
    } else {
      runs->push_back({text, raw});
    }
  };
  mark(0);
  for (std::size_t i = 0; i < source.size();) {
    const std::size_t escape = std::min(source.find('\\', i), source.size());
    out.append(source.substr(i, escape - i));
    if (escape + 1 >= source.size()) {
      out.append(source.substr(escape));
      return;
    }
    mark(escape);
    i = escape + 2;
    switch (source[escape + 1]) {
      case 'b':
        out.push_back('\b');
        break;
      case 'f':
        out.push_back('\f');
        break;
      case 'n':
        out.push_back('\n');
        break;
      case 'r':
        out.push_back('\r');
        break;
      case 't':
        out.push_back('\t');
        break;
      case 'u': {
        const std::int32_t unit = hex4(i);
        if (unit < 0) {  // only in text that is no JSON
          out.push_back('u');
          break;
        }
        i += 4;
        auto c = static_cast<std::uint32_t>(unit);
        if (c >= 0xD800 && c < 0xDC00 && source.substr(i, 2) == "\\u") {
          const std::int32_t low = hex4(i + 2);
          if (low >= 0xDC00 && low < 0xE000) {
            c = 0x10000 + ((c - 0xD800) << 10) + (static_cast<std::uint32_t>(low) - 0xDC00);
            i += 6;
          }
        }
        put_code_point(c >= 0xD800 && c < 0xE000 ? 0xFFFD : c);
        break;
      }
      default:
        out.push_back(source[escape + 1]);
        break;
    }
    mark(i);
  }
}

std::string_view JsonDocument::Key(NodeId id, Arena& arena) const {
  const JsonNode& node = nodes_[id];
  const std::string_view source = Slice(node.key_begin, node.key_end);
  if (!node.key_escaped) return source;
  std::string out;
  UnescapeJson(source, out);
  return arena.Copy(out);
}

std::string_view JsonDocument::String(NodeId id, Arena& arena) const {
  if (!nodes_[id].escaped) return Source(id);
  std::string out;
  UnescapeJson(Source(id), out);
  return arena.Copy(out);
}

std::string_view JsonDocument::String(NodeId id, Arena& arena, std::vector<OffsetRun>& runs) const {
  runs.clear();
  if (!nodes_[id].escaped) {
    runs.push_back({0, nodes_[id].begin});
    return Source(id);
  }
  std::string out;
  UnescapeJson(Source(id), out, &runs, nodes_[id].begin);
  return arena.Copy(out);
}

// ---------------------------------------------------------------- values

Value JsonDocument::MapOf(NodeId id, Arena& arena, bool spelled) const {
  std::vector<std::pair<std::string_view, NodeId>> members;
  for (NodeId child = id + 1; child < nodes_[id].next; child = nodes_[child].next) {
    members.emplace_back(Key(child, arena), child);
  }
  // Of equal keys the last stays: sorted by key and place, a member goes if the next one has its key.
  std::vector<std::size_t> order(members.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&members](std::size_t a, std::size_t b) {
    return members[a].first != members[b].first ? members[a].first < members[b].first : a < b;
  });
  std::vector<bool> dropped(members.size(), false);
  std::size_t kept = members.size();
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    if (members[order[i]].first == members[order[i + 1]].first) {
      dropped[order[i]] = true;
      --kept;
    }
  }
  Value* items = arena.AllocateValues(2 * kept);
  std::size_t n = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (dropped[i]) continue;
    items[n++] = Value::Text(members[i].first);
    items[n++] = spelled ? ToSpelledValue(members[i].second, arena) : ToValue(members[i].second, arena);
  }
  return Value::Items(ValueKind::kMap, items, static_cast<std::uint32_t>(kept));
}

Value JsonDocument::ToValue(NodeId id, Arena& arena) const {
  const JsonNode& node = nodes_[id];
  const std::string_view source = Source(id);
  switch (node.kind) {
    case JsonKind::kNull:
      return Value::Missing();
    case JsonKind::kTrue:
      return Value::Bool(true);
    case JsonKind::kFalse:
      return Value::Bool(false);
    case JsonKind::kInteger: {
      std::int64_t number = 0;
      const auto [end, error] = std::from_chars(source.data(), source.data() + source.size(), number);
      if (error == std::errc() && end == source.data() + source.size()) return Value::Int(number);
      return Value::Text(source);
    }
    case JsonKind::kNumber: {
      double number = 0;
      const auto [end, error] = std::from_chars(source.data(), source.data() + source.size(), number);
      if (error == std::errc() && end == source.data() + source.size()) return Value::Float(number);
      return Value::Text(source);
    }
    case JsonKind::kString:
      return Value::Text(String(id, arena));
    case JsonKind::kArray: {
      std::size_t count = 0;
      for (NodeId child = id + 1; child < node.next; child = nodes_[child].next) ++count;
      Value* items = arena.AllocateValues(count);
      std::size_t n = 0;
      for (NodeId child = id + 1; child < node.next; child = nodes_[child].next)
        items[n++] = ToValue(child, arena);
      return Value::Items(ValueKind::kList, items, static_cast<std::uint32_t>(count));
    }
    case JsonKind::kObject:
      return MapOf(id, arena, false);
  }
  return Value::Missing();
}

Value JsonDocument::ToSpelledValue(NodeId id, Arena& arena) const {
  switch (nodes_[id].kind) {
    case JsonKind::kTrue:
    case JsonKind::kFalse:
    case JsonKind::kInteger:
    case JsonKind::kNumber:
      return Value::Text(Source(id));
    case JsonKind::kNull:
    case JsonKind::kString:
    case JsonKind::kArray:
    case JsonKind::kObject:
      return ToValue(id, arena);
  }
  return Value::Missing();
}

Value JsonDocument::ToTyped(NodeId id, const lang::Type& type, Arena& arena) const {
  const JsonNode& node = nodes_[id];
  const bool container = node.kind == JsonKind::kArray || node.kind == JsonKind::kObject;
  if (node.kind == JsonKind::kNull) return Value::Missing();
  switch (type.kind()) {
    case lang::TypeKind::kAny:
      return ToValue(id, arena);
    case lang::TypeKind::kText:
      return Value::Text(node.kind == JsonKind::kString ? String(id, arena) : Source(id));
    case lang::TypeKind::kMap:
      return node.kind == JsonKind::kObject ? MapOf(id, arena, false) : Value::Missing();
    case lang::TypeKind::kList: {
      if (node.kind != JsonKind::kArray) return Value::Missing();
      std::vector<Value> items;
      for (NodeId child = id + 1; child < node.next; child = nodes_[child].next) {
        items.push_back(ToTyped(child, type.element(), arena));
      }
      Value* copy = arena.AllocateValues(items.size());
      std::copy(items.begin(), items.end(), copy);
      return Value::Items(ValueKind::kList, copy, static_cast<std::uint32_t>(items.size()));
    }
    case lang::TypeKind::kRecord: {
      if (node.kind != JsonKind::kObject) return Value::Missing();
      const std::vector<lang::RecordField>& fields = type.fields();
      Value* items = arena.AllocateValues(fields.size());
      for (std::size_t i = 0; i < fields.size(); ++i) {
        const std::optional<NodeId> member = Member(id, fields[i].name);
        items[i] = member ? ToTyped(*member, fields[i].type, arena) : Value::Missing();
      }
      return Value::Items(ValueKind::kRecord, items, static_cast<std::uint32_t>(fields.size()));
    }
    case lang::TypeKind::kError:
    case lang::TypeKind::kBool:
    case lang::TypeKind::kInt:
    case lang::TypeKind::kFloat:
    case lang::TypeKind::kDuration:
    case lang::TypeKind::kBytes:
    case lang::TypeKind::kTime:
    case lang::TypeKind::kSemver:
    case lang::TypeKind::kGoVersion:
    case lang::TypeKind::kIp:
    case lang::TypeKind::kNetwork:
    case lang::TypeKind::kUuid:
    case lang::TypeKind::kLevel:
      break;
  }
  if (container) return Value::Missing();
  return FitText(node.kind == JsonKind::kString ? String(id, arena) : Source(id), type);
}

}  // namespace faultline::runtime
