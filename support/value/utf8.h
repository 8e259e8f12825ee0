// UTF-8 in text that may not be UTF-8: a byte that belongs to no well-formed sequence stands for itself.
#ifndef FAULTLINE_SUPPORT_VALUE_UTF8_H_
#define FAULTLINE_SUPPORT_VALUE_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace faultline {

// Length of the well-formed sequence at the front (Unicode 15, table 3-7: no surrogates, no overlong forms),
// 0 if there is none. `text` is not empty. O(1).
std::size_t Utf8SequenceLength(std::string_view text);

// Bytes of the first character: its sequence, or one byte. 0 for the empty text.
inline std::size_t CharacterLength(std::string_view text) {
  if (text.empty()) return 0;
  const std::size_t length = Utf8SequenceLength(text);
  return length == 0 ? 1 : length;
}

std::size_t CountCharacters(std::string_view text);

// Appends the encoding of `code_point`, which is at most U+10FFFF.
void AppendUtf8(std::uint32_t code_point, std::string& out);

}  // namespace faultline

#endif  // FAULTLINE_SUPPORT_VALUE_UTF8_H_
