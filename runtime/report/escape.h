// Text of a log made safe to show.
#ifndef FAULTLINE_RUNTIME_REPORT_ESCAPE_H_
#define FAULTLINE_RUNTIME_REPORT_ESCAPE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace faultline::runtime {

// Appends one character of `text`, which begins at `at`, so that no terminal obeys it: control characters
// (C0, DEL, C1), bytes that are not UTF-8, characters that turn the direction of writing and invisible ones
// become \n, \x1b, \u{202e}. Tabs become `tab` (which must be safe). Moves `at` on; returns the columns that
// were appended.
std::size_t AppendSafeCharacter(std::string_view text, std::size_t* at, std::string_view tab,
                                std::string* out);

// All of the text, on one line; tabs as \t.
std::string SafeText(std::string_view text);

// All of the text; newlines stay, other control characters as in SafeText.
std::string SafeLines(std::string_view text);

// Without terminal sequences (CSI, OSC and other strings, two-byte escapes): what is left when colours are
// taken out of a line. `mark`, a position in `text`, is moved along. O(length).
std::string WithoutEscapeSequences(std::string_view text, std::uint32_t* mark, std::uint32_t* mark_size);

// Standard base64 with padding.
std::string Base64(std::string_view bytes);

bool IsUtf8(std::string_view text);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_REPORT_ESCAPE_H_
