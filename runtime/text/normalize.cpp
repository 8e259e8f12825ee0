// Escape sequences and overwriting. Two passes over a line that needs it: the scanner below cuts the bytes
// into pieces (text, a sequence, a control); RemoveEscapes keeps the text and the controls, Normalize feeds
// all of them to a small screen of one line.
//
// The sequences are those of ECMA-48 in their 7-bit form, and the strings of xterm. The 8-bit forms
// (0x80-0x9f) are not looked for: in UTF-8 those bytes are parts of characters.
#include "runtime/text/normalize.h"

#include <algorithm>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace faultline::runtime {
namespace {

constexpr char kEscape = '\x1B';
constexpr char kBell = '\x07';
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// A sequence that begins with ESC: how long it is, and for CSI what it asks for.
struct Sequence {
  std::size_t length = 1;
  char csi = 0;                 // final byte of a complete CSI, else 0
  std::uint32_t parameter = 0;  // its first parameter
  bool has_parameter = false;
};

bool InRange(char c, unsigned low, unsigned high) {
  const auto b = static_cast<unsigned char>(c);
  return b >= low && b <= high;
}

Sequence ReadCsi(std::string_view s) {  // s begins with ESC [
  Sequence result;
  std::size_t i = 2;
  bool first = true;
  for (; i < s.size() && InRange(s[i], 0x30, 0x3F); ++i) {
    if (!InRange(s[i], '0', '9')) {
      first = false;
    } else if (first) {
      result.has_parameter = true;
      // Larger numbers mean no more than this one: the screen is narrower.
      result.parameter =
          std::min<std::uint32_t>(result.parameter * 10 + static_cast<std::uint32_t>(s[i] - '0'), 1U << 24);
    }
  }
  while (i < s.size() && InRange(s[i], 0x20, 0x2F)) ++i;
  if (i < s.size() && InRange(s[i], 0x40, 0x7E)) {
    result.csi = s[i];
    ++i;
  }  // else the line ends here, or a byte that belongs to no sequence: what there is goes, that byte stays
  result.length = i;
  return result;
}

// ESC followed by ] P X ^ or _: a string up to BEL (OSC only, as in xterm; harmless for the others) or ESC \.
Sequence ReadString(std::string_view s) {
  Sequence result;
  for (std::size_t i = 2; i < s.size(); ++i) {
    if (s[i] == kBell) {
      result.length = i + 1;
      return result;
    }
    if (s[i] == kEscape) {
      // Any other sequence ends the string too, and is itself read next.
      result.length = i + 1 < s.size() && s[i + 1] == '\\' ? i + 2 : i;
      return result;
    }
  }
  result.length = 2;
  return result;
}

Sequence ReadSequence(std::string_view s) {  // s begins with ESC
  if (s.size() < 2) return {};
  if (s[1] == '[') return ReadCsi(s);
  if (s[1] == ']' || s[1] == 'P' || s[1] == 'X' || s[1] == '^' || s[1] == '_') return ReadString(s);
  Sequence result;
  std::size_t i = 1;
  while (i < s.size() && InRange(s[i], 0x20, 0x2F)) ++i;
  if (i < s.size() && InRange(s[i], 0x30, 0x7E)) ++i;
  result.length = i;
  return result;
}

// Bytes of the code point at the front; 1 where it is not valid.
std::size_t CodePointLength(std::string_view s) {
  const auto b = static_cast<unsigned char>(s[0]);
  const std::size_t length = b < 0xC2 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : b < 0xF5 ? 4 : 1;
  if (length > s.size()) return 1;
  for (std::size_t i = 1; i < length; ++i) {
    if (!InRange(s[i], 0x80, 0xBF)) return 1;
  }
  return length;
}

// Keeps the runs few: one only where the distance between text and raw changes.
void AddRun(std::vector<OffsetRun>& runs, std::size_t text, std::size_t raw) {
  const auto t = static_cast<std::uint32_t>(text);
  const auto r = static_cast<std::uint32_t>(raw);
  if (!runs.empty()) {
    const OffsetRun& last = runs.back();
    if (last.raw + (t - last.text) == r) return;
    if (last.text == t) {
      runs.back().raw = r;
      return;
    }
  }
  runs.push_back({t, r});
}

// One line of a terminal.
class Screen {
 public:
  explicit Screen(std::string_view raw) : raw_(raw) {}

  void Put(std::size_t begin, std::size_t length) {
    PadToCursor(begin);
    const Cell cell{static_cast<std::uint32_t>(begin), static_cast<std::uint8_t>(length), false};
    if (cursor_ < cells_.size()) {
      cells_[cursor_] = cell;
    } else {
      cells_.push_back(cell);
    }
    ++cursor_;
  }
  void Return() { cursor_ = 0; }
  void Back(std::size_t n) { cursor_ -= std::min(cursor_, n); }
  void Forward(std::size_t n) { MoveTo(cursor_ + n); }
  void MoveTo(std::size_t column) { cursor_ = std::min(column, cells_.size() + kMaxPadding - padding_); }
  void Erase(std::uint32_t what, std::size_t at) {
    if (what == 0) {
      if (cursor_ < cells_.size()) cells_.resize(cursor_);
    } else if (what == 1) {
      const std::size_t count = std::min(cursor_ + 1, cells_.size());
      if (erased_ + count > 4 * raw_.size() + kMaxPadding)
        return;  // thousands of these: hostile, and quadratic
      erased_ += count;
      std::fill_n(cells_.begin(), count, Blank(at));
    } else if (what == 2) {
      cells_.clear();  // the cursor stays: what follows is padded up to it
    }
  }

  void Render(std::string& text, std::vector<OffsetRun>& runs) const {
    text.clear();
    runs.clear();
    for (const Cell& cell : cells_) {
      AddRun(runs, text.size(), cell.begin);
      if (cell.blank) {
        text.push_back(' ');
      } else {
        text.append(raw_.substr(cell.begin, cell.length));
      }
    }
  }

 private:
  struct Cell {
    std::uint32_t begin;
    std::uint8_t length;
    bool blank;
  };

  static Cell Blank(std::size_t at) { return {static_cast<std::uint32_t>(at), 1, true}; }

  void PadToCursor(std::size_t at) {
    while (cells_.size() < cursor_) {
      if (padding_ == kMaxPadding) {
        cursor_ = cells_.size();
        return;
      }
      cells_.push_back(Blank(at));
      ++padding_;
    }
  }

  std::string_view raw_;
  std::vector<Cell> cells_;
  std::size_t cursor_ = 0;
  std::size_t erased_ = 0;   // cells that Erase(1) has written
  std::size_t padding_ = 0;  // blanks that movements added, over the whole line
};

// The usual case of a coloured line: no movement, so the text is the raw bytes with pieces left out.
void DropSequences(std::string_view raw, std::size_t begin, std::size_t end, std::string& text,
                   std::vector<OffsetRun>& runs) {
  text.clear();
  runs.clear();
  const std::string_view line = raw.substr(0, end);
  for (std::size_t i = begin; i < end;) {
    if (line[i] == kEscape) {
      i += ReadSequence(line.substr(i)).length;
      continue;
    }
    const void* next = std::memchr(line.data() + i, kEscape, end - i);
    const std::size_t stop =
        next == nullptr ? end : static_cast<std::size_t>(static_cast<const char*>(next) - line.data());
    AddRun(runs, text.size(), i);
    text.append(line.substr(i, stop - i));
    i = stop;
  }
}

}  // namespace

std::uint32_t ToRaw(std::span<const OffsetRun> runs, std::uint32_t position) {
  auto after = std::upper_bound(runs.begin(), runs.end(), position,
                                [](std::uint32_t p, const OffsetRun& run) { return p < run.text; });
  if (after == runs.begin()) return position;
  --after;
  return after->raw + (position - after->text);
}

std::vector<OffsetRun> Compose(std::span<const OffsetRun> inner, std::span<const OffsetRun> outer,
                               std::uint32_t size) {
  if (outer.empty()) return {inner.begin(), inner.end()};
  static constexpr OffsetRun kIdentity{0, 0};
  if (inner.empty()) inner = std::span(&kIdentity, 1);
  std::vector<OffsetRun> result;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    const std::uint32_t end = i + 1 < inner.size() ? inner[i + 1].text : size;
    const std::uint32_t middle = inner[i].raw;
    const std::uint32_t length = end > inner[i].text ? end - inner[i].text : 0;
    AddRun(result, inner[i].text, ToRaw(outer, middle));
    auto next = std::upper_bound(outer.begin(), outer.end(), middle,
                                 [](std::uint32_t p, const OffsetRun& run) { return p < run.text; });
    for (; next != outer.end() && next->text - middle < length; ++next) {
      AddRun(result, inner[i].text + (next->text - middle), next->raw);
    }
  }
  return result;
}

std::size_t FindControl(std::string_view bytes) {
  std::size_t i = 0;
#if defined(__SSE2__)
  const __m128i escape = _mm_set1_epi8(kEscape);
  const __m128i cr = _mm_set1_epi8('\r');
  const __m128i backspace = _mm_set1_epi8('\b');
  for (; i + 16 <= bytes.size(); i += 16) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes.data() + i));
    const __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, escape),
                                     _mm_or_si128(_mm_cmpeq_epi8(v, cr), _mm_cmpeq_epi8(v, backspace)));
    const int mask = _mm_movemask_epi8(hit);
    if (mask != 0) return i + static_cast<std::size_t>(__builtin_ctz(static_cast<unsigned>(mask)));
  }
#endif
  for (; i < bytes.size(); ++i) {
    if (bytes[i] == kEscape || bytes[i] == '\r' || bytes[i] == '\b') return i;
  }
  return bytes.size();
}

std::string_view TrimLine(std::string_view raw, std::uint32_t* begin) {
  while (!raw.empty() && raw.back() == '\r') raw.remove_suffix(1);
  *begin = 0;
  if (raw.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    *begin = static_cast<std::uint32_t>(kByteOrderMark.size());
    raw.remove_prefix(kByteOrderMark.size());
  }
  return raw;
}

bool Normalize(std::string_view raw, std::string& text, std::vector<OffsetRun>& runs) {
  std::uint32_t begin = 0;
  const std::string_view line = TrimLine(raw, &begin);
  if (FindControl(line) == line.size()) return false;
  const std::size_t end = begin + line.size();

  bool moves = line.find_first_of("\r\b") != std::string_view::npos;
  for (std::size_t i = 0; !moves && i < line.size();) {
    const void* escape = std::memchr(line.data() + i, kEscape, line.size() - i);
    if (escape == nullptr) break;
    i = static_cast<std::size_t>(static_cast<const char*>(escape) - line.data());
    const Sequence sequence = ReadSequence(line.substr(i));
    moves = sequence.csi == 'C' || sequence.csi == 'D' || sequence.csi == 'G' || sequence.csi == 'K';
    i += sequence.length;
  }
  if (!moves) {
    DropSequences(raw, begin, end, text, runs);
    return true;
  }

  Screen screen(raw);
  const std::string_view shown = raw.substr(0, end);
  for (std::size_t i = begin; i < end;) {
    const char c = shown[i];
    if (c == '\r') {
      screen.Return();
      ++i;
    } else if (c == '\b') {
      screen.Back(1);
      ++i;
    } else if (c == kEscape) {
      const Sequence sequence = ReadSequence(shown.substr(i));
      const std::uint32_t count = std::max<std::uint32_t>(sequence.parameter, 1);
      i += sequence.length;
      if (sequence.csi == 'C') screen.Forward(count);
      if (sequence.csi == 'D') screen.Back(count);
      if (sequence.csi == 'G') screen.MoveTo(count - 1);
      if (sequence.csi == 'K') screen.Erase(sequence.parameter, i);
    } else {
      const std::size_t length = CodePointLength(shown.substr(i));
      screen.Put(i, length);
      i += length;
    }
  }
  screen.Render(text, runs);
  return true;
}

bool RemoveEscapes(std::string_view raw, std::string& text, std::vector<OffsetRun>& runs) {
  if (raw.find(kEscape) == std::string_view::npos) return false;
  DropSequences(raw, 0, raw.size(), text, runs);
  return true;
}

}  // namespace faultline::runtime
