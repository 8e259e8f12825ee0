// Quoted text: one form for all strings of the IR's text. What could change the look of a terminal or of a
// page, or is not UTF-8, is written as \xHH, byte by byte, so that the text form is always valid UTF-8 and
// always one line.
#include "ir/text.h"
#include "support/regex/utf8.h"

#include <string>
#include <string_view>

namespace faultline::ir {

namespace {

// C0, C1, line and paragraph separators, marks and overrides of direction, byte order mark.
bool IsPlain(char32_t c) {
  if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return false;
  if (c >= 0x200b && c <= 0x200f) return false;
  if (c >= 0x2028 && c <= 0x202e) return false;
  if (c >= 0x2060 && c <= 0x206f) return false;
  return c != 0xfeff && c != 0xad;
}

void AppendByte(std::string& out, char c) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out += "\\x";
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

}  // namespace

std::string Quote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const regex::DecodedChar decoded = regex::DecodeUtf8(text);
    const std::size_t length = decoded.length > 0 ? static_cast<std::size_t>(decoded.length) : 1;
    const char c = text[0];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (decoded.length > 0 && IsPlain(decoded.code_point)) {
      out += text.substr(0, length);
    } else {
      for (char byte : text.substr(0, length)) AppendByte(out, byte);
    }
    text.remove_prefix(length);
  }
  out += '"';
  return out;
}

}  // namespace faultline::ir
