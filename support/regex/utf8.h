// UTF-8, strictly as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
//
// Pure functions, safe on any thread; lengths are bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace faultline::regex {

// What DecodeUtf8 found: a code point and the bytes it took, or `length` 0 where no code point stands.
struct DecodedChar {
  char32_t code_point = 0;
  int length = 0;
};

// The code point that begins at `text[0]`. O(1).
DecodedChar DecodeUtf8(std::string_view text);

// The code point that ends just before `text.end()`. O(1).
DecodedChar DecodeLastUtf8(std::string_view text);

// Appends the encoding of `c`; a surrogate or a value too large becomes U+FFFD.
void AppendUtf8(char32_t c, std::string& out);

bool IsValidUtf8(std::string_view text);  // O(n)
bool IsAscii(std::string_view text);      // O(n), eight bytes at a time

}  // namespace faultline::regex
