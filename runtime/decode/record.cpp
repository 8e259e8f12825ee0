// The way back from a record to the original bytes.
#include "runtime/decode/record.h"

#include <algorithm>

namespace faultline::runtime {

LogPlace RecordView::PlaceOfRaw(std::uint32_t position) const {
  const std::string_view raw = context.raw;
  position = std::min(position, static_cast<std::uint32_t>(raw.size()));
  RawPiece piece{0, context.line, offset};
  if (!pieces.empty()) {
    auto after =
        std::upper_bound(pieces.begin(), pieces.end(), position,
                         [](std::uint32_t p, const RawPiece& candidate) { return p < candidate.begin; });
    if (after != pieces.begin()) --after;
    piece = *after;
  }
  std::uint64_t distance = position - piece.begin;
  if (encoding == Encoding::kUtf16) distance = Utf16Length(raw.substr(piece.begin, position - piece.begin));
  return {piece.line, static_cast<std::int64_t>(distance) + 1, piece.offset + distance};
}

LogPlace RecordView::PlaceOfText(std::uint32_t position) const {
  return PlaceOfRaw(map.ToRaw(position));
}

LogPlace RecordView::PlaceOfView(std::string_view part) const {
  // Views compare by address: a part of the record's text or raw bytes lies between their ends.
  const auto inside = [&part](std::string_view text) {
    return part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size();
  };
  if (inside(context.text)) return PlaceOfText(static_cast<std::uint32_t>(part.data() - context.text.data()));
  if (inside(whole))
    return PlaceOfRaw(whole_map.ToRaw(static_cast<std::uint32_t>(part.data() - whole.data())));
  if (inside(context.raw)) return PlaceOfRaw(static_cast<std::uint32_t>(part.data() - context.raw.data()));
  return PlaceOfText(0);
}

bool RecordView::IsValidUtf8() const {
  const std::string_view s = context.raw;
  for (std::size_t i = 0; i < s.size();) {
    const auto first = static_cast<unsigned char>(s[i]);
    if (first < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (length == 0 || i + length > s.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(s[i + k]) & 0xC0) != 0x80) return false;
    }
    const auto second = static_cast<unsigned char>(s[i + 1]);
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second >= 0xA0))
      return false;  // overlong, surrogate
    if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90))
      return false;  // overlong, too large
    i += length;
  }
  return true;
}

}  // namespace faultline::runtime
