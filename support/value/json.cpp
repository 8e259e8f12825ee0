// Writing of JSON (RFC 8259), by bounded recursion over nested values.
#include "support/value/json.h"

#include "support/value/decimal.h"
#include "support/value/print.h"
#include "support/value/utf8.h"

#include <fmt/format.h>

namespace faultline {
namespace {

constexpr int kMaxDepth = 64;

void Append(std::string& out, const Value& value, const lang::Type& type, int depth);

void AppendItems(std::string& out, const Value& value, const lang::Type& type, int depth) {
  if (depth > kMaxDepth) {
    out += "null";
    return;
  }
  const lang::Type any(lang::TypeKind::kAny);
  const bool named = value.kind == ValueKind::kMap || (value.kind == ValueKind::kRecord &&
                                                       type.fields().size() == value.size && value.size > 0);
  out += named ? '{' : '[';
  for (std::size_t i = 0; i < value.size; ++i) {
    if (i > 0) out += ',';
    switch (value.kind) {
      case ValueKind::kMap:
        AppendJsonText(out, ToText(value.items[2 * i]));
        out += ':';
        Append(out, value.items[2 * i + 1], any, depth + 1);
        break;
      case ValueKind::kRecord:
        if (named) {
          AppendJsonText(out, type.fields()[i].name);
          out += ':';
        }
        Append(out, value.items[i], named ? type.fields()[i].type : any, depth + 1);
        break;
      case ValueKind::kList:
        Append(out, value.items[i], type.element(), depth + 1);
        break;
      case ValueKind::kMissing:
      case ValueKind::kBool:
      case ValueKind::kInt:
      case ValueKind::kFloat:
      case ValueKind::kText:
      case ValueKind::kDuration:
      case ValueKind::kBytes:
      case ValueKind::kTime:
      case ValueKind::kSemver:
      case ValueKind::kGoVersion:
      case ValueKind::kIp:
      case ValueKind::kNetwork:
      case ValueKind::kUuid:
      case ValueKind::kLevel:
        break;  // hold nothing
    }
  }
  out += named ? '}' : ']';
}

void Append(std::string& out, const Value& value, const lang::Type& type, int depth) {
  switch (value.kind) {
    case ValueKind::kMissing:
      out += "null";
      return;
    case ValueKind::kBool:
    case ValueKind::kInt:
    case ValueKind::kFloat:
      AppendText(out, value);
      return;
    case ValueKind::kDuration:
      AppendScaled(out, value.integer, 9);
      return;
    case ValueKind::kBytes:
      out += std::to_string(value.integer);
      return;
    case ValueKind::kText:
    case ValueKind::kTime:
    case ValueKind::kSemver:
    case ValueKind::kGoVersion:
    case ValueKind::kIp:
    case ValueKind::kNetwork:
    case ValueKind::kUuid:
    case ValueKind::kLevel:
      AppendJsonText(out, ToText(value));
      return;
    case ValueKind::kList:
    case ValueKind::kRecord:
    case ValueKind::kMap:
      AppendItems(out, value, type, depth);
      return;
  }
}

}  // namespace

void AppendJsonText(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t length = Utf8SequenceLength(text);
    const char c = text.front();
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      text.remove_prefix(1);
      continue;
    }
    if (length > 1) {
      out += text.substr(0, length);
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
    text.remove_prefix(length);
  }
  out += '"';
}

void AppendJson(std::string& out, const Value& value) {
  Append(out, value, lang::Type(lang::TypeKind::kAny), 0);
}
void AppendJson(std::string& out, const Value& value, const lang::Type& type) {
  Append(out, value, type, 0);
}

}  // namespace faultline
