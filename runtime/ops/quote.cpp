// Taking quotes away, and putting them around words of a shell.
#include "runtime/ops/quote.h"

#include "runtime/ops/define.h"

namespace faultline::runtime {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Exactly `digits` of them at the front of the text.
bool ReadHex(std::string_view text, std::size_t digits, unsigned* value) {
  if (text.size() < digits) return false;
  *value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const int digit = HexDigit(text[i]);
    if (digit < 0) return false;
    *value = *value * 16 + static_cast<unsigned>(digit);
  }
  return true;
}

void AppendCodePoint(std::string& out, unsigned c) {
  const auto byte = [&out](unsigned value) { out += static_cast<char>(static_cast<unsigned char>(value)); };
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = 0xFFFD;
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | c >> 6);
    byte(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    byte(0xE0 | c >> 12);
    byte(0x80 | (c >> 6 & 0x3F));
    byte(0x80 | (c & 0x3F));
  } else {
    byte(0xF0 | c >> 18);
    byte(0x80 | (c >> 12 & 0x3F));
    byte(0x80 | (c >> 6 & 0x3F));
    byte(0x80 | (c & 0x3F));
  }
}

// The escape behind a backslash; returns how many bytes of `text` it took, 0 if it is none.
std::size_t AppendEscape(std::string& out, std::string_view text) {
  constexpr std::string_view kLetters = "ntrabfv0\\\"'/`";
  constexpr std::string_view kMeanings{"\n\t\r\a\b\f\v\0\\\"'/`", 13};
  if (text.empty()) return 0;
  if (const std::size_t letter = kLetters.find(text[0]); letter != std::string_view::npos) {
    out += kMeanings[letter];
    return 1;
  }
  unsigned value = 0;
  if (text[0] == 'x' && ReadHex(text.substr(1), 2, &value)) {
    out += static_cast<char>(static_cast<unsigned char>(value));
    return 3;
  }
  if (text[0] == 'U' && ReadHex(text.substr(1), 8, &value)) {
    AppendCodePoint(out, value);
    return 9;
  }
  if (text[0] != 'u' || !ReadHex(text.substr(1), 4, &value)) return 0;
  unsigned low = 0;
  if (value >= 0xD800 && value < 0xDC00 && text.substr(5).starts_with("\\u") &&
      ReadHex(text.substr(7), 4, &low) && low >= 0xDC00 && low < 0xE000) {
    AppendCodePoint(out, 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00));
    return 11;
  }
  AppendCodePoint(out, value);
  return 5;
}

bool IsPlainShellByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_@%+=:,./-").find(c) != std::string_view::npos;
}

}  // namespace

std::string ResolveEscapes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t backslash = std::min(text.find('\\'), text.size());
    out += text.substr(0, backslash);
    text.remove_prefix(backslash);
    if (text.empty()) break;
    const std::size_t taken = AppendEscape(out, text.substr(1));
    if (taken == 0) out += '\\';
    text.remove_prefix(1 + taken);
  }
  return out;
}

std::size_t QuotedLength(std::string_view text) {
  if (text.empty() || (text[0] != '"' && text[0] != '\'' && text[0] != '`')) return 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == text[0]) return i + 1;
    if (text[i] == '\\' && text[0] != '`') ++i;
  }
  return 0;
}

FAULTLINE_OP(unquote_text) {
  const std::string_view text = args[0].AsText();
  if (text.size() < 2 || QuotedLength(text) != text.size()) {
    *out = args[0];
    return;
  }
  const std::string_view inside = text.substr(1, text.size() - 2);
  const bool plain = text[0] == '`' || inside.find('\\') == std::string_view::npos;
  *out = plain ? Value::Text(inside) : NewText(context, ResolveEscapes(inside));
}

// POSIX.1-2017, XCU 2.2.2: between single quotes everything stands for itself, and a single quote cannot
// stand there.
FAULTLINE_OP(shell_quote_text) {
  const std::string_view text = args[0].AsText();
  if (text.find('\0') != std::string_view::npos) {  // no argument of a program can hold it
    *out = Value::Missing();
    return;
  }
  if (!text.empty() && std::all_of(text.begin(), text.end(), IsPlainShellByte)) {
    *out = args[0];
    return;
  }
  std::string quoted = "'";
  for (char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  quoted += '\'';
  *out = NewText(context, quoted);
}

// The same for a text that stands inside quotes which the author of a command wrote. Between double quotes
// four characters mean something; `!` does where a history is kept, and a backslash before it would stay, so
// it leaves the quotes.
FAULTLINE_OP(shell_quote_in) {
  const std::string_view text = args[0].AsText();
  const std::string_view quote = args[1].AsText();
  if ((quote != "'" && quote != "\"") || text.find('\0') != std::string_view::npos) {
    *out = Value::Missing();
    return;
  }
  std::string quoted;
  for (char c : text) {
    if (quote == "'") {
      quoted += c == '\'' ? std::string_view("'\\''") : std::string_view(&c, 1);
    } else if (c == '!') {
      quoted += "\"'!'\"";
    } else {
      if (std::string_view("\\$`\"").find(c) != std::string_view::npos) quoted += '\\';
      quoted += c;
    }
  }
  *out = NewText(context, quoted);
}

}  // namespace faultline::runtime
