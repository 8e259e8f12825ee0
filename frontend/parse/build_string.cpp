// Strings, regular expressions and the texts of tests.
#include "frontend/parse/builder.h"
#include "support/value/utf8.h"

#include <algorithm>
#include <utility>

namespace faultline::parse {

namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Where the inside of a hole might begin that ends at `end`: `name`, `name:type`, `:until("]")`, `^`. `end`
// where nothing such stands before it. Nothing before `floor` is looked at.
std::uint32_t HoleBefore(std::string_view text, std::uint32_t floor, std::uint32_t end) {
  const auto name = [&](std::uint32_t at) {
    while (at > floor) {
      const char c = text[at - 1];
      const bool part =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
      if (!part) break;
      --at;
    }
    return at;
  };
  if (end > floor && (text[end - 1] == '^' || text[end - 1] == '$')) return end - 1;
  std::uint32_t at = end;
  if (at > floor && text[at - 1] == ')') {
    const std::size_t open = text.rfind('(', at - 1);
    if (open == std::string_view::npos || open < floor) return end;
    at = static_cast<std::uint32_t>(open);
  }
  const std::uint32_t word = name(at);
  if (word == at) return end;
  if (word > floor && text[word - 1] == ':') return name(word - 1);
  return at == end ? word : end;
}

}  // namespace

// Appends what the escape at `span` stands for; reports one that stands for nothing and keeps its text.
void Builder::Escape(Span span, std::string& text, std::vector<std::uint32_t>* exact) {
  const std::string_view escape = TextOf(span);
  if (exact != nullptr) exact->push_back(static_cast<std::uint32_t>(text.size()));
  const char c = escape.size() > 1 ? escape[1] : '\0';
  switch (c) {
    case '\\':
    case '"':
    case '{':
    case '}':
    case '(':
    case ')':
    case '|':
    case ' ':
      text += c;
      return;
    case 't':
      text += '\t';
      return;
    case 'n':
      text += '\n';
      return;
    case 'r':
      text += '\r';
      return;
    case 'e':
      text += '\x1b';
      return;
    case 'x':
      if (escape.size() == 4) {
        // A byte above 7f is that byte: logs are not always UTF-8.
        text += static_cast<char>(static_cast<unsigned char>(HexDigit(escape[2]) * 16 + HexDigit(escape[3])));
        return;
      }
      break;
    case 'u':
      if (escape.size() > 4) {
        std::uint32_t code = 0;
        for (const char digit : escape.substr(3, escape.size() - 4)) {
          code = std::min<std::uint32_t>(code * 16 + static_cast<std::uint32_t>(HexDigit(digit)), 0x110000);
        }
        if (code < 0x110000 && (code < 0xD800 || code > 0xDFFF)) {
          AppendUtf8(code, text);
          return;
        }
        reports_.Precise(diag::unknown_escape, span, escape)
            .Help("code points go up to 10FFFF, without D800 to DFFF");
        text += '?';
        return;
      }
      break;
    default:
      break;
  }
  if (exact != nullptr) exact->pop_back();
  Diagnostic& report = reports_.Precise(diag::unknown_escape, span, escape);
  switch (c) {
    case '\0':
      report.Help("a backslash is written `\\\\`");
      break;
    case 'd':
      report.Help(
          "this is no regular expression: a number is the hole `{x:int}`; a regular expression is `r\"…\"`");
      break;
    case 'w':
    case 's':
    case 'S':
    case 'W':
    case 'D':
    case 'b':
    case 'B':
    case '.':
    case '*':
    case '+':
    case '?':
    case '^':
    case '$':
    case '[':
    case ']':
    case '/':
      report.Help("this is no regular expression: `" + std::string(1, c) +
                  "` is plain text here; a regular expression is `r\"…\"`");
      break;
    case 'x':
      report.Help("two hexadecimal digits follow: `\\x1b`");
      break;
    case 'u':
      report.Help("the code point stands in braces: `\\u{e9}`");
      break;
    default:
      report.Help("escapes are `\\\\ \\\" \\{ \\} \\t \\n \\r \\e \\x1b \\u{e9}`");
      break;
  }
  text += escape;
}

ast::ExprPtr Builder::String(P::StringContext* context) {
  const Span span = SpanOf(context);
  auto out = std::make_unique<ast::StringExpr>(span);
  if (context->SINGLE_QUOTED() != nullptr) {  // reported by layout
    ast::StringPart part;
    part.span = {file_, span.begin + 1, span.end - 1};
    part.text = std::string(TextOf(part.span));
    out->parts.push_back(std::move(part));
    return out;
  }
  out->parts = Parts(context->stringPart());
  const Span close = SpanOf(context->STRING_CLOSE());
  std::string_view suffix = TextOf(close);
  if (suffix.starts_with('"')) suffix.remove_prefix(1);
  if (suffix.starts_with('#')) suffix.remove_prefix(1);
  if (suffix == "i") {
    out->ignore_case = true;
  } else if (!suffix.empty()) {
    const Span where = {file_, static_cast<std::uint32_t>(close.end - suffix.size()), close.end};
    reports_.Fatal(diag::unknown_suffix, where, suffix)
        .Help("`\"…\"i` ignores case; if this is a word of its own, put a blank before it");
  }
  return out;
}

// A `}` behind plain text that begins at `text_begin`. Where that ends as a hole does, its `{` is what is
// missing.
void Builder::UnopenedHole(Span brace, std::uint32_t text_begin) {
  const std::uint32_t begin = HoleBefore(text_, text_begin, brace.begin);
  const Span span = {file_, begin, brace.end};
  Diagnostic& report = reports_.Precise(diag::unopened_hole, span);
  if (begin < brace.begin) {
    report.Label("no `{` stands before this")
        .Help("if this is a hole, write `{" + std::string(TextOf(span)) + "`");
  }
  const std::string_view body = TextOf({file_, begin, brace.begin});
  report.Help("a brace that is plain text is written `\\}`");
  if (body.find_first_of(":^$") != std::string_view::npos) {
    report.Replace({file_, begin, begin}, "{");
  } else {
    report.Replace(brace, "\\}");
  }
}

ast::StringParts Builder::Parts(const std::vector<P::StringPartContext*>& contexts) {
  ast::StringParts parts;
  const auto text_part = [&](Span span) -> ast::StringPart& {
    if (parts.empty() || parts.back().kind != ast::StringPartKind::kText) {
      ast::StringPart& part = parts.emplace_back();
      part.span = span;
    }
    parts.back().span.end = std::max(parts.back().span.end, span.end);
    return parts.back();
  };
  for (P::StringPartContext* context : contexts) {
    const Span span = SpanOf(context);
    if (context->TEXT() != nullptr) {
      text_part(span).text += TextOf(span);
      continue;
    }
    if (context->ESCAPE() != nullptr) {
      ast::StringPart& part = text_part(span);
      Escape(span, part.text, &part.exact);
      continue;
    }
    if (context->STRAY_CLOSE() != nullptr) {
      UnopenedHole(span, parts.empty() || parts.back().kind != ast::StringPartKind::kText
                             ? span.begin
                             : parts.back().span.begin);
      text_part(span).text += '}';
      continue;
    }
    ast::StringPart& part = parts.emplace_back();
    part.span = span;
    if (context->LINE_START() != nullptr) {
      part.kind = ast::StringPartKind::kLineStart;
    } else if (context->LINE_END() != nullptr) {
      part.kind = ast::StringPartKind::kLineEnd;
    } else if (P::HoleContext* hole = context->hole()) {
      part.kind = ast::StringPartKind::kHole;
      if (hole->expression() != nullptr) part.expr = Expression(hole->expression());
      if (hole->typeRef() != nullptr) part.type = Type(hole->typeRef());
    } else if (context->GROUP_OPEN() != nullptr) {
      part.kind = ast::StringPartKind::kGroup;
      part.optional = context->GROUP_CLOSE_OPTIONAL() != nullptr;
      const Span open = SpanOf(context->GROUP_OPEN());
      std::string_view head = TextOf(open);  // {( or {name:(
      head = head.substr(1, head.size() - 2);
      const auto blank = [](char c) { return c == ' ' || c == '\t' || c == ':'; };
      std::uint32_t begin = open.begin + 1;
      while (!head.empty() && blank(head.front())) {
        head.remove_prefix(1);
        ++begin;
      }
      while (!head.empty() && blank(head.back())) head.remove_suffix(1);
      if (!head.empty()) {
        const Span name_span = {file_, begin, static_cast<std::uint32_t>(begin + head.size())};
        if (head.front() == '`' && head.size() >= 2) head = head.substr(1, head.size() - 2);
        part.capture = ast::Name{std::string(head), name_span};
      }
      for (P::AlternativeContext* alternative : context->alternative()) {
        ast::StringParts inner = Parts(alternative->stringPart());
        parts.back().alternatives.push_back(std::move(inner));
      }
    } else {
      part.kind = ast::StringPartKind::kHole;  // ERROR_VALUE: nested too deep, reported by layout
      part.expr = Error(span);
    }
  }
  return parts;
}

// The text of a string where holes have no meaning: paths, file names, names of tests.
std::optional<std::string> Builder::Plain(P::StringContext* context) {
  const ast::ExprPtr string = String(context);
  const auto& expr = static_cast<const ast::StringExpr&>(*string);
  std::optional<std::string> text = expr.PlainText();
  if (!text) {
    reports_.Precise(diag::unexpected_text, expr.span, "plain text", "a string with holes")
        .Help("a brace that is plain text is written `\\{`");
  }
  return text;
}

ast::ExprPtr Builder::Regex(antlr4::tree::TerminalNode* node) {
  const Span span = SpanOf(node);
  const std::string_view text = TextOf(span);
  const bool hash = text.size() > 1 && text[1] == '#';
  const std::size_t open = hash ? 3 : 2;
  std::size_t close = text.size();
  while (close > open && text[close - 1] != '"' && text[close - 1] != '#') --close;
  // `close` is behind the closing quote, or there is none (reported by layout).
  const std::size_t quote = hash ? 2 : 1;
  const bool closed =
      close >= open + quote && (hash ? text.substr(close - 2, 2) == "\"#" : text[close - 1] == '"');
  if (!closed) return Error(span);
  auto out = std::make_unique<ast::RegexExpr>(span);
  const std::string_view body = text.substr(open, close - quote - open);
  out->pattern_span = {file_, static_cast<std::uint32_t>(span.begin + open),
                       static_cast<std::uint32_t>(span.begin + open + body.size())};
  if (hash) {
    out->pattern = std::string(body);
  } else {
    for (std::size_t i = 0; i < body.size(); ++i) {
      if (body[i] == '\\' && i + 1 < body.size()) {
        if (body[i + 1] != '"') out->pattern += '\\';
        out->pattern += body[++i];
      } else {
        out->pattern += body[i];
      }
    }
  }
  out->flags = std::string(text.substr(close));
  return out;
}

// """ on a line, the text, """ on a line of its own. The indentation of the closing fence leaves every line;
// the newline before the closing fence is no text.
void Builder::Fence(Span span, bool escaped, std::string& out, Span& where) {
  const std::string_view text = TextOf(span);
  std::size_t quotes = 0;
  while (quotes < text.size() && text[quotes] == '"') ++quotes;
  const std::size_t first_newline = text.find('\n');
  const auto file_span = [&](std::size_t begin, std::size_t end) {
    return Span{file_, static_cast<std::uint32_t>(span.begin + begin),
                static_cast<std::uint32_t>(span.begin + end)};
  };
  where = file_span(quotes, quotes);
  if (quotes > 8) {
    reports_.Precise(diag::malformed_fence, file_span(0, quotes), "a fence has three to eight quotes");
  }
  if (first_newline == std::string_view::npos) return;  // it has no end; reported by the scanner
  const std::string_view behind = text.substr(quotes, first_newline - quotes);
  if (const std::size_t at = behind.find_first_not_of(" \t\r"); at != std::string_view::npos) {
    reports_
        .Precise(diag::malformed_fence, file_span(quotes + at, first_newline),
                 "nothing stands behind an opening fence")
        .Help("the text begins on the next line");
  }
  const std::size_t last_newline = text.rfind('\n');
  std::string_view indent = text.substr(last_newline + 1);
  const bool closed = indent.size() >= quotes &&
                      indent.substr(indent.size() - quotes).find_first_not_of('"') == std::string_view::npos;
  if (!closed) return;
  indent = indent.substr(0, indent.size() - quotes);
  if (last_newline <= first_newline) return;  // no line between the fences
  std::string_view body = text.substr(first_newline + 1, last_newline - first_newline - 1);
  where = file_span(first_newline + 1, last_newline);
  bool told = false;
  std::size_t at = 0;
  while (true) {
    const std::size_t end = std::min(body.find('\n', at), body.size());
    std::string_view line = body.substr(at, end - at);
    std::size_t removed = 0;
    if (line.starts_with(indent)) {
      removed = indent.size();
    } else if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
      removed = line.size() - (line.ends_with('\r') ? 1 : 0);  // a blank line may be shorter
    } else if (!told) {
      told = true;
      const std::size_t begin = first_newline + 1 + at;
      reports_
          .Precise(diag::malformed_fence,
                   file_span(begin, begin + std::max<std::size_t>(1, line.find_first_not_of(" \t"))),
                   "this line is indented less than the closing fence")
          .Label(file_span(last_newline + 1, text.size()), "this indentation leaves every line")
          .Help("tabs and blanks are not the same here");
    }
    line.remove_prefix(removed);
    if (!escaped) {
      out += line;
    } else {
      for (std::size_t i = 0; i < line.size();) {
        if (line[i] != '\\') {
          out += line[i++];
          continue;
        }
        std::size_t length = std::min<std::size_t>(2, line.size() - i);
        if (line.substr(i, 2) == "\\x" && i + 4 <= line.size() && HexDigit(line[i + 2]) >= 0 &&
            HexDigit(line[i + 3]) >= 0) {
          length = 4;
        } else if (line.substr(i, 3) == "\\u{") {
          const std::size_t close = line.find('}', i);
          const bool digits = close != std::string_view::npos && close > i + 3 &&
                              std::all_of(line.begin() + static_cast<std::ptrdiff_t>(i) + 3,
                                          line.begin() + static_cast<std::ptrdiff_t>(close),
                                          [](char c) { return HexDigit(c) >= 0; });
          if (digits) length = close + 1 - i;
        }
        const std::size_t begin = first_newline + 1 + at + removed + i;
        Escape(file_span(begin, begin + length), out, nullptr);
        i += length;
      }
    }
    if (end == body.size()) break;
    out += '\n';
    at = end + 1;
  }
  if (out.ends_with('\r')) out.pop_back();
}

}  // namespace faultline::parse
