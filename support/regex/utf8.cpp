// UTF-8 by the table of well-formed sequences (Unicode 15, table 3-7): the second byte carries all
// exceptions.
#include "support/regex/utf8.h"

#include <cstdint>
#include <cstring>

namespace faultline::regex {
namespace {

uint8_t Byte(std::string_view text, size_t i) {
  return static_cast<uint8_t>(text[i]);
}

bool IsContinuation(uint8_t b) {
  return (b & 0xC0) == 0x80;
}

// How many leading bytes are ASCII, rounded down to a multiple of eight until the tail.
size_t AsciiPrefix(std::string_view text) {
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    if ((word & 0x8080808080808080u) != 0) break;
  }
  while (i < text.size() && Byte(text, i) < 0x80) ++i;
  return i;
}

}  // namespace

DecodedChar DecodeUtf8(std::string_view text) {
  if (text.empty()) return {};
  const uint8_t b0 = Byte(text, 0);
  if (b0 < 0x80) return {b0, 1};
  if (b0 < 0xC2 || b0 > 0xF4) return {};
  const int length = b0 < 0xE0 ? 2 : b0 < 0xF0 ? 3 : 4;
  if (text.size() < static_cast<size_t>(length)) return {};
  const uint8_t b1 = Byte(text, 1);
  const uint8_t lo = b0 == 0xE0 ? 0xA0 : b0 == 0xF0 ? 0x90 : 0x80;
  const uint8_t hi = b0 == 0xED ? 0x9F : b0 == 0xF4 ? 0x8F : 0xBF;
  if (b1 < lo || b1 > hi) return {};
  char32_t c = b0 & (0xFFu >> (length + 1));
  c = c << 6 | (b1 & 0x3Fu);
  for (int i = 2; i < length; ++i) {
    const uint8_t b = Byte(text, static_cast<size_t>(i));
    if (!IsContinuation(b)) return {};
    c = c << 6 | (b & 0x3Fu);
  }
  return {c, length};
}

DecodedChar DecodeLastUtf8(std::string_view text) {
  for (size_t length = 1; length <= 4 && length <= text.size(); ++length) {
    if (IsContinuation(Byte(text, text.size() - length))) continue;
    DecodedChar decoded = DecodeUtf8(text.substr(text.size() - length));
    return static_cast<size_t>(decoded.length) == length ? decoded : DecodedChar{};
  }
  return {};
}

void AppendUtf8(char32_t c, std::string& out) {
  auto put = [&out](char32_t b) { out.push_back(static_cast<char>(b)); };
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = 0xFFFD;
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

bool IsValidUtf8(std::string_view text) {
  while (true) {
    text.remove_prefix(AsciiPrefix(text));
    if (text.empty()) return true;
    DecodedChar decoded = DecodeUtf8(text);
    if (decoded.length == 0) return false;
    text.remove_prefix(static_cast<size_t>(decoded.length));
  }
}

bool IsAscii(std::string_view text) {
  return AsciiPrefix(text) == text.size();
}

}  // namespace faultline::regex
