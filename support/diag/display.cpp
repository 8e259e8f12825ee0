#include "support/diag/display.h"

#include <array>
#include <cstdint>

namespace faultline::internal {

namespace {

struct Decoded {
  std::uint32_t code = 0;
  std::size_t length = 1;
  bool valid = true;
};

Decoded Decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char c = byte(at);
  if (c < 0x80) return {c, 1, true};
  const std::size_t length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
  if (c < 0xC2 || c > 0xF4 || at + length > text.size()) return {0xFFFD, 1, false};
  std::uint32_t code = c & (length == 2 ? 0x1F : length == 3 ? 0x0F : 0x07);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return {0xFFFD, 1, false};
    code = (code << 6) | (byte(at + i) & 0x3F);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  if (overlong || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {0xFFFD, 1, false};
  return {code, length, true};
}

struct Range {
  std::uint32_t first, last;
};

template <std::size_t N>
bool In(const std::array<Range, N>& ranges, std::uint32_t code) {
  for (const Range& range : ranges) {
    if (code >= range.first && code <= range.last) return true;
  }
  return false;
}

constexpr std::array kWide = {
    Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x2329, 0x232A},   Range{0x23E9, 0x23EC},
    Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},   Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},
    Range{0xA000, 0xA4CF},   Range{0xA960, 0xA97F},   Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},
    Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F},
    Range{0x1F680, 0x1F6FF}, Range{0x1F900, 0x1F9FF}, Range{0x1FA70, 0x1FAFF}, Range{0x20000, 0x3FFFD},
};

constexpr std::array kCombining = {
    Range{0x0300, 0x036F}, Range{0x0483, 0x0489}, Range{0x0591, 0x05BD},
    Range{0x064B, 0x065F}, Range{0x1AB0, 0x1AFF}, Range{0x1DC0, 0x1DFF},
    Range{0x20D0, 0x20FF}, Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F},
};

// What could change how the rest of the line looks: direction marks, zero-width characters, separators.
constexpr std::array kInvisible = {
    Range{0x0080, 0x009F}, Range{0x00AD, 0x00AD}, Range{0x061C, 0x061C},
    Range{0x180E, 0x180E}, Range{0x200B, 0x200F}, Range{0x2028, 0x202E},
    Range{0x2060, 0x206F}, Range{0xFEFF, 0xFEFF}, Range{0xE0000, 0xE007F},
};

std::string Hex(std::uint32_t value, int digits) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  while (value != 0 || digits > 0) {
    out.insert(out.begin(), kDigits[value & 15]);
    value >>= 4;
    --digits;
  }
  return out;
}

}  // namespace

std::size_t DisplayLine::ColumnOf(std::size_t byte) const {
  std::size_t low = 0;
  std::size_t high = cells.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (cells[middle].byte <= byte) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  // cells[low - 1] is the last that starts at or before `byte`.
  if (low == cells.size()) {
    if (low == 0) return 0;
    const Cell& last = cells.back();
    return byte > last.byte && byte >= end_byte ? columns : last.column;
  }
  return low == 0 ? 0 : cells[low - 1].column;
}

DisplayLine Display(std::string_view line) {
  DisplayLine out;
  out.cells.reserve(line.size());
  out.end_byte = line.size();
  std::size_t at = 0;
  while (at < line.size()) {
    const Decoded c = Decode(line, at);
    DisplayLine::Cell cell;
    cell.byte = at;
    cell.column = out.columns;
    if (!c.valid) {
      cell.text = "\xEF\xBF\xBD";
    } else if (c.code == '\t') {
      cell.width = 4 - out.columns % 4;
      cell.text.assign(cell.width, ' ');
    } else if (c.code < 0x20 || c.code == 0x7F) {
      cell.text = "\\x" + Hex(c.code, 2);
      cell.width = 4;
    } else if (In(kInvisible, c.code)) {
      cell.text = "\\u{" + Hex(c.code, 1) + "}";
      cell.width = cell.text.size();
    } else {
      cell.text = std::string(line.substr(at, c.length));
      cell.width = c.code < 0x300 ? 1 : In(kCombining, c.code) ? 0 : In(kWide, c.code) ? 2 : 1;
    }
    out.columns += cell.width;
    at += c.length;
    out.cells.push_back(std::move(cell));
  }
  return out;
}

std::string Printable(std::string_view text) {
  std::string out;
  for (DisplayLine::Cell& cell : Display(text).cells) out += cell.text;
  return out;
}

}  // namespace faultline::internal
