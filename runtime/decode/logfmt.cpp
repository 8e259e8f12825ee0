// The logfmt reader.
#include "runtime/decode/logfmt.h"

#include "support/value/utf8.h"

#include <cstdint>

namespace faultline::runtime {
namespace {

bool IsBlank(char c) {
  return static_cast<unsigned char>(c) <= ' ';
}

void PutCodePoint(std::uint32_t c, std::string& out) {
  AppendUtf8(c > 0x10FFFF || (c >= 0xD800 && c < 0xE000) ? 0xFFFD : c, out);
}

// Reads exactly `count` digits of `base` at `at`; false if they are not there.
bool Digits(std::string_view s, std::size_t at, std::size_t count, std::uint32_t base, std::uint32_t* value) {
  if (at + count > s.size()) return false;
  *value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    const char c = s[i];
    std::uint32_t digit = 99;
    if (c >= '0' && c <= '9') digit = static_cast<std::uint32_t>(c - '0');
    if (c >= 'a' && c <= 'f') digit = static_cast<std::uint32_t>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') digit = static_cast<std::uint32_t>(c - 'A') + 10;
    if (digit >= base) return false;
    *value = *value * base + digit;
  }
  return true;
}

}  // namespace

bool ParseLogfmt(std::string_view text, std::vector<LogfmtPair>& pairs) {
  pairs.clear();
  std::size_t i = 0;
  while (true) {
    while (i < text.size() && IsBlank(text[i])) ++i;
    if (i == text.size()) return true;
    LogfmtPair pair;
    const std::size_t key = i;
    while (i < text.size() && !IsBlank(text[i]) && text[i] != '=' && text[i] != '"') ++i;
    if (i == key || (i < text.size() && text[i] == '"')) return false;
    pair.key = text.substr(key, i - key);
    if (i < text.size() && text[i] == '=') {
      pair.has_value = true;
      ++i;
      if (i < text.size() && text[i] == '"') {
        const std::size_t begin = ++i;
        while (i < text.size() && text[i] != '"') {
          if (text[i] == '\\') {
            pair.escaped = true;
            ++i;
          }
          ++i;
        }
        if (i >= text.size()) return false;
        pair.value = text.substr(begin, i - begin);
        ++i;
        if (i < text.size() && !IsBlank(text[i])) return false;
      } else {
        const std::size_t begin = i;
        while (i < text.size() && !IsBlank(text[i])) ++i;
        pair.value = text.substr(begin, i - begin);
      }
    }
    pairs.push_back(pair);
  }
}

bool LooksLikeLogfmt(const std::vector<LogfmtPair>& pairs) {
  if (pairs.empty() || !pairs.front().has_value) return false;
  std::size_t with_value = 0;
  for (const LogfmtPair& pair : pairs) with_value += pair.has_value ? 1 : 0;
  return with_value >= 2 && 3 * with_value >= 2 * pairs.size();
}

void UnescapeGo(std::string_view source, std::string& out) {
  for (std::size_t i = 0; i < source.size();) {
    const std::size_t escape = std::min(source.find('\\', i), source.size());
    out.append(source.substr(i, escape - i));
    if (escape + 1 >= source.size()) {
      out.append(source.substr(escape));
      return;
    }
    i = escape + 2;
    std::uint32_t value = 0;
    switch (source[escape + 1]) {
      case 'a':
        out.push_back('\a');
        break;
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
      case 'v':
        out.push_back('\v');
        break;
      case '\\':
      case '"':
      case '\'':
        out.push_back(source[escape + 1]);
        break;
      case 'x':
        if (Digits(source, i, 2, 16, &value)) {
          out.push_back(static_cast<char>(static_cast<unsigned char>(value)));
          i += 2;
        } else {
          out.append("\\x");
        }
        break;
      case 'u':
        if (Digits(source, i, 4, 16, &value)) {
          PutCodePoint(value, out);
          i += 4;
        } else {
          out.append("\\u");
        }
        break;
      case 'U':
        if (Digits(source, i, 8, 16, &value)) {
          PutCodePoint(value, out);
          i += 8;
        } else {
          out.append("\\U");
        }
        break;
      default:
        if (Digits(source, escape + 1, 3, 8, &value) && value < 256) {
          out.push_back(static_cast<char>(static_cast<unsigned char>(value)));
          i = escape + 4;
        } else {
          out.append(source.substr(escape, 2));
        }
        break;
    }
  }
}

}  // namespace faultline::runtime
