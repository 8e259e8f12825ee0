// ToString: canonical syntax of a tree.
//
// The output parses back to an equal tree without external flags, so everything that a flag would decide is
// written out: `(?i:…)`, `(?s:.)`, `(?m:^)`. A stack of pending work replaces recursion.
#include "support/regex/node.h"
#include "support/regex/utf8.h"

#include <fmt/format.h>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::regex {
namespace {

// How tightly the surroundings bind: a node that binds less tightly gets brackets.
enum class Level { kAlternate, kConcat, kRepeat };

struct Pending {
  const Node* node = nullptr;  // to print at `level`, or
  Level level = Level::kAlternate;
  std::string text;  // text to print as it stands
};

void AppendCodePoint(char32_t c, std::string& out) {
  switch (c) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (c < 0x20 || (c >= 0x7F && c < 0xA1) || c == 0xAD || (c >= 0x2000 && c < 0x2070) ||
      (c >= 0xD800 && c < 0xF900) || c >= 0xFE00) {
    out += fmt::format("\\x{{{:X}}}", static_cast<uint32_t>(c));
  } else {
    AppendUtf8(c, out);
  }
}

void AppendLiteral(std::string_view text, std::string& out) {
  while (!text.empty()) {
    DecodedChar c = DecodeUtf8(text);
    if (std::string_view("\\.+*?()|[]{}^$").find(static_cast<char>(c.code_point)) != std::string_view::npos &&
        c.code_point < 0x80) {
      out += '\\';
    }
    AppendCodePoint(c.code_point, out);
    text.remove_prefix(static_cast<size_t>(c.length));
  }
}

void AppendClassChar(char32_t c, std::string& out) {
  if (c == '\\' || c == '[' || c == ']' || c == '^' || c == '-') out += '\\';
  AppendCodePoint(c, out);
}

void AppendClass(const Node& node, std::string& out) {
  CharSet set(node.ranges());
  out += '[';
  if (node.open_class()) {
    set.Negate();
    out += '^';
  }
  for (const CharRange& range : set.ranges()) {
    AppendClassChar(range.lo, out);
    if (range.hi > range.lo + 1) out += '-';
    if (range.hi > range.lo) AppendClassChar(range.hi, out);
  }
  out += ']';
}

std::string_view AssertText(AssertKind kind) {
  switch (kind) {
    case AssertKind::kBeginText:
      return "\\A";
    case AssertKind::kEndText:
      return "\\z";
    case AssertKind::kBeginLine:
      return "(?m:^)";
    case AssertKind::kEndLine:
      return "(?m:$)";
    case AssertKind::kWordBoundary:
      return "\\b";
    case AssertKind::kNotWordBoundary:
      return "\\B";
    case AssertKind::kUnicodeWordBoundary:
      return "(?u:\\b)";
    case AssertKind::kNotUnicodeWordBoundary:
      return "(?u:\\B)";
  }
  return "";
}

std::string RepeatText(const Node& node) {
  std::string text;
  if (node.min() == 0 && node.max() == kUnbounded) {
    text = "*";
  } else if (node.min() == 1 && node.max() == kUnbounded) {
    text = "+";
  } else if (node.min() == 0 && node.max() == 1) {
    text = "?";
  } else if (node.max() == kUnbounded) {
    text = fmt::format("{{{},}}", node.min());
  } else if (node.min() == node.max()) {
    text = fmt::format("{{{}}}", node.min());
  } else {
    text = fmt::format("{{{},{}}}", node.min(), node.max());
  }
  if (!node.greedy()) text += '?';
  return text;
}

bool NeedsBrackets(const Node& node, Level level) {
  switch (node.kind()) {
    case NodeKind::kAlternate:
      return level != Level::kAlternate;
    case NodeKind::kConcat:
      return level == Level::kRepeat;
    case NodeKind::kRepeat:
      return level == Level::kRepeat;
    case NodeKind::kLiteral:
      return level == Level::kRepeat && !node.fold() &&
             static_cast<size_t>(DecodeUtf8(node.text()).length) != node.text().size();
    case NodeKind::kEmpty:
      return level == Level::kRepeat;
    case NodeKind::kNoMatch:
    case NodeKind::kClass:
    case NodeKind::kAnyChar:
    case NodeKind::kAnyByte:
    case NodeKind::kAssert:
    case NodeKind::kCapture:
      return false;
  }
  return false;
}

}  // namespace

std::string ToString(const NodePtr& root) {
  if (root->kind() == NodeKind::kEmpty) return "(?:)";
  std::string out;
  std::vector<Pending> todo;
  todo.push_back({.node = root.get(), .level = Level::kAlternate, .text = {}});
  auto push_node = [&todo](const NodePtr& node, Level level) {
    todo.push_back({.node = node.get(), .level = level, .text = {}});
  };
  auto push_text = [&todo](std::string text) {
    todo.push_back({.node = nullptr, .level = Level::kAlternate, .text = std::move(text)});
  };
  while (!todo.empty()) {
    Pending pending = std::move(todo.back());
    todo.pop_back();
    if (pending.node == nullptr) {
      out += pending.text;
      continue;
    }
    const Node& node = *pending.node;
    if (NeedsBrackets(node, pending.level)) {
      out += "(?:";
      push_text(")");
    }
    switch (node.kind()) {
      case NodeKind::kNoMatch:
        out += "[^\\x{0}-\\x{10FFFF}]";
        break;
      case NodeKind::kEmpty:
        break;
      case NodeKind::kLiteral:
        if (node.fold()) out += "(?i:";
        AppendLiteral(node.text(), out);
        if (node.fold()) out += ")";
        break;
      case NodeKind::kClass:
        AppendClass(node, out);
        break;
      case NodeKind::kAnyChar:
        out += "(?s:.)";
        break;
      case NodeKind::kAnyByte:
        out += "\\C";
        break;
      case NodeKind::kAssert:
        out += AssertText(node.assertion());
        break;
      case NodeKind::kConcat:
        for (size_t i = node.children().size(); i-- > 0;) push_node(node.children()[i], Level::kConcat);
        break;
      case NodeKind::kAlternate:
        for (size_t i = node.children().size(); i-- > 0;) {
          push_node(node.children()[i], Level::kConcat);
          if (i > 0) push_text("|");
        }
        break;
      case NodeKind::kRepeat:
        push_text(RepeatText(node));
        push_node(node.child(), Level::kRepeat);
        break;
      case NodeKind::kCapture:
        out += node.name().empty() ? std::string("(") : fmt::format("(?<{}>", node.name());
        push_text(")");
        push_node(node.child(), Level::kAlternate);
        break;
    }
  }
  return out;
}

}  // namespace faultline::regex
