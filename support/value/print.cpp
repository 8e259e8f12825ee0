// Printing of values, by bounded recursion over lists.
#include "support/value/print.h"

#include "support/lang/lang.h"
#include "support/value/bytes.h"
#include "support/value/decimal.h"
#include "support/value/duration.h"
#include "support/value/ip.h"
#include "support/value/time.h"

namespace faultline {
namespace {

constexpr int kMaxDepth = 32;

void Append(std::string& out, const Value& value, std::size_t limit, int depth) {
  if (out.size() > limit) return;
  switch (value.kind) {
    case ValueKind::kMissing:
      out += '?';
      return;
    case ValueKind::kBool:
      out += value.integer != 0 ? "true" : "false";
      return;
    case ValueKind::kInt:
      out += std::to_string(value.integer);
      return;
    case ValueKind::kFloat:
      out += FormatFloat(value.real);
      return;
    case ValueKind::kDuration:
      out += FormatDuration(value.integer);
      return;
    case ValueKind::kBytes:
      out += FormatBytes(value.integer);
      return;
    case ValueKind::kTime:
      out += FormatTime(value.integer);
      return;
    case ValueKind::kLevel:
      out += value.integer >= 0 && value.integer <= static_cast<std::int64_t>(lang::Level::kCritical)
                 ? lang::LevelName(static_cast<lang::Level>(value.integer))
                 : "?";
      return;
    case ValueKind::kText:
    case ValueKind::kSemver:
    case ValueKind::kGoVersion:
    case ValueKind::kUuid:
      out += value.AsText();
      return;
    case ValueKind::kIp:
      out += FormatIp(value.AsText());
      return;
    case ValueKind::kNetwork:
      out += FormatNetwork(value.AsText());
      return;
    case ValueKind::kList:
    case ValueKind::kRecord:
    case ValueKind::kMap:
      break;
  }
  if (depth > kMaxDepth) {
    out += "\xE2\x80\xA6";  // U+2026
    return;
  }
  if (depth > 0) out += value.kind == ValueKind::kList ? '[' : '{';
  for (std::size_t i = 0; i < value.size && out.size() <= limit; ++i) {
    if (i > 0) out += ", ";
    if (value.kind == ValueKind::kMap) {
      Append(out, value.items[2 * i], limit, depth + 1);
      out += '=';
      Append(out, value.items[2 * i + 1], limit, depth + 1);
    } else {
      Append(out, value.items[i], limit, depth + 1);
    }
  }
  if (depth > 0) out += value.kind == ValueKind::kList ? ']' : '}';
}

}  // namespace

void AppendText(std::string& out, const Value& value, std::size_t limit) {
  Append(out, value, limit, 0);
}

std::string ToText(const Value& value) {
  std::string out;
  AppendText(out, value);
  return out;
}

}  // namespace faultline
