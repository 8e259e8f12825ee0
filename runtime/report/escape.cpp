// Text of a log made safe to show: see escape.h.
#include "runtime/report/escape.h"

#include "support/value/utf8.h"

#include <algorithm>
#include <fmt/format.h>

namespace faultline::runtime {
namespace {

char32_t Decode(std::string_view sequence) {
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(sequence[i]));
  };
  switch (sequence.size()) {
    case 1:
      return byte(0);
    case 2:
      return (byte(0) & 0x1f) << 6 | (byte(1) & 0x3f);
    case 3:
      return (byte(0) & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
    default:
      return (byte(0) & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f);
  }
}

// Characters that a reader does not see, or that change how others are seen: directional marks, embeddings
// and isolates, zero width, line and paragraph separators, interlinear annotation, tags, variation selectors.
bool IsDeceptive(char32_t c) {
  return c == 0xad || c == 0x34f || c == 0x61c || c == 0x115f || c == 0x1160 || c == 0x17b4 || c == 0x17b5 ||
         (c >= 0x180b && c <= 0x180f) || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x206f) || c == 0x3164 || c == 0xfeff || c == 0xffa0 ||
         (c >= 0xfff0 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff);
}

// Columns on a terminal; the ranges are the common ones of Unicode's East Asian Width and combining marks.
// Only the place of the marker depends on it.
std::size_t Width(char32_t c) {
  if ((c >= 0x300 && c <= 0x36f) || (c >= 0x20d0 && c <= 0x20ff) || (c >= 0xfe00 && c <= 0xfe0f)) return 0;
  if ((c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
      (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
      (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1f64f) || (c >= 0x1f900 && c <= 0x1f9ff) ||
      (c >= 0x20000 && c <= 0x3fffd)) {
    return 2;
  }
  return 1;
}

}  // namespace

std::size_t AppendSafeCharacter(std::string_view text, std::size_t* at, std::string_view tab,
                                std::string* out) {
  const unsigned char first = static_cast<unsigned char>(text[*at]);
  auto append = [&](std::string_view shown) {
    out->append(shown);
    return shown.size();
  };
  if (first < 0x80) {
    ++*at;
    switch (first) {
      case '\t':
        return append(tab);
      case '\n':
        return append("\\n");
      case '\r':
        return append("\\r");
      default:
        break;
    }
    if (first < 0x20 || first == 0x7f) return append(fmt::format("\\x{:02x}", first));
    out->push_back(static_cast<char>(first));
    return 1;
  }
  const std::size_t length = Utf8SequenceLength(text.substr(*at));
  if (length == 0) {
    ++*at;
    return append(fmt::format("\\x{:02x}", first));
  }
  const std::string_view sequence = text.substr(*at, length);
  *at += length;
  const char32_t c = Decode(sequence);
  if (c < 0xa0 || IsDeceptive(c)) return append(fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(c)));
  out->append(sequence);
  return Width(c);
}

std::string SafeText(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) AppendSafeCharacter(text, &at, "\\t", &out);
  return out;
}

std::string SafeLines(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\n') {
      out += '\n';
      ++at;
    } else {
      AppendSafeCharacter(text, &at, "\\t", &out);
    }
  }
  return out;
}

std::string WithoutEscapeSequences(std::string_view text, std::uint32_t* mark, std::uint32_t* mark_size) {
  const std::size_t mark_begin = *mark, mark_end = mark_begin + *mark_size;
  std::size_t new_begin = std::string::npos, new_end = std::string::npos;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (new_begin == std::string::npos && at >= mark_begin) new_begin = out.size();
    if (new_end == std::string::npos && at >= mark_end) new_end = out.size();
    if (text[at] != '\x1b' || at + 1 == text.size()) {
      out += text[at++];
      continue;
    }
    const char kind = text[at + 1];
    std::size_t end = at + 2;
    if (kind == '[') {
      while (end < text.size() && text[end] >= 0x20 && text[end] <= 0x3f) ++end;
      if (end == text.size() || text[end] < 0x40 || text[end] > 0x7e) {  // broken: shown as it stands
        out += text[at++];
        continue;
      }
      ++end;
    } else if (kind == ']' || kind == 'P' || kind == '^' || kind == '_' || kind == 'X') {
      while (end < text.size() && text[end] != '\a' && text[end] != '\x1b') ++end;
      if (end == text.size()) {
        out += text[at++];
        continue;
      }
      end += text[end] == '\a' ? 1 : std::min<std::size_t>(2, text.size() - end);
    } else if (kind >= 0x20 && kind <= 0x2f) {
      end = std::min(text.size(), at + 3);
    }
    at = end;
  }
  if (new_begin == std::string::npos) new_begin = out.size();
  if (new_end == std::string::npos) new_end = out.size();
  *mark = static_cast<std::uint32_t>(new_begin);
  *mark_size = static_cast<std::uint32_t>(new_end - std::min(new_end, new_begin));
  return out;
}

std::string Base64(std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) out += k <= count ? kDigits[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

bool IsUtf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const std::size_t length = Utf8SequenceLength(text.substr(at));
    if (length == 0) return false;
    at += length;
  }
  return true;
}

}  // namespace faultline::runtime
