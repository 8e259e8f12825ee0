// From the bytes of a line to the text that rules match: what a terminal would show.
//
// Removed: the CR of the line end, a byte order mark at the beginning, escape sequences (colours, cursor, OSC
// titles and links with BEL or ST ends, DCS/APC strings, character sets). Carried out, because progress bars
// are made of them: CR, backspace, erase in line (CSI K), cursor forward/back/column (CSI C, D, G), each code
// point taking one column. A sequence that the line's end cuts off is removed as far as it stands; a string
// sequence without an end loses only its introducer, so that a broken title never swallows the message behind
// it. Other control bytes stay.
//
// Most lines have none of this: then the text is a view of the raw bytes and no map is needed.
//
// Time is O(raw), memory O(raw + kMaxPadding), also for hostile bytes. Thread safety: free functions.
#ifndef FAULTLINE_RUNTIME_TEXT_NORMALIZE_H_
#define FAULTLINE_RUNTIME_TEXT_NORMALIZE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::runtime {

// From text position `text` on, up to the next run, text position p is raw position raw + (p - text).
struct OffsetRun {
  std::uint32_t text = 0;
  std::uint32_t raw = 0;
  friend bool operator==(const OffsetRun&, const OffsetRun&) = default;
};

// Raw position of text position `position` by the runs, which are sorted by `text`; without runs they are
// equal. O(log runs).
std::uint32_t ToRaw(std::span<const OffsetRun> runs, std::uint32_t position);

// The map text -> outer raw, where `inner` maps text -> middle and `outer` maps middle -> raw, for `size`
// text bytes.
std::vector<OffsetRun> Compose(std::span<const OffsetRun> inner, std::span<const OffsetRun> outer,
                               std::uint32_t size);

// First ESC, CR or BS in `bytes`, or bytes.size(). One pass, 16 bytes at a time.
std::size_t FindControl(std::string_view bytes);

// Without trailing CRs and leading byte order mark; *begin is how many bytes went at the front.
std::string_view TrimLine(std::string_view raw, std::uint32_t* begin);

// False: TrimLine(raw) is the text already. True: `text` and `runs` are filled (runs map into `raw`).
bool Normalize(std::string_view raw, std::string& text, std::vector<OffsetRun>& runs);

// Removes escape sequences but carries nothing out: CR and BS stay. For matching the prefix of a wrapper,
// behind which a progress bar may begin. False if there are none.
bool RemoveEscapes(std::string_view raw, std::string& text, std::vector<OffsetRun>& runs);

// Columns that cursor movements may add beyond what the line's own text takes.
inline constexpr std::size_t kMaxPadding = 1024;

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_TEXT_NORMALIZE_H_
