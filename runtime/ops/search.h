// Looking for a text in a text, in time linear in both: the two may come from a log, and a hostile pair would
// make the obvious loops quadratic. memmem is the two-way algorithm (Crochemore and Perrin, 1991) in glibc
// and musl.
#ifndef FAULTLINE_RUNTIME_OPS_SEARCH_H_
#define FAULTLINE_RUNTIME_OPS_SEARCH_H_

#include <cstring>
#include <string>
#include <string_view>

namespace faultline::runtime {

// First occurrence at or behind `from`, npos if there is none. The empty text is everywhere.
inline std::size_t FindText(std::string_view text, std::string_view wanted, std::size_t from = 0) {
  if (from > text.size()) return std::string_view::npos;
  if (wanted.empty()) return from;
  if (wanted.size() > text.size() - from)
    return std::string_view::npos;  // also where there are no bytes to point at
  const void* found = memmem(text.data() + from, text.size() - from, wanted.data(), wanted.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

// Last occurrence: the first one from behind.
inline std::size_t FindLastText(std::string_view text, std::string_view wanted) {
  if (wanted.size() <= 1) return text.rfind(wanted);
  const std::string backwards(text.rbegin(), text.rend());
  const std::string wanted_backwards(wanted.rbegin(), wanted.rend());
  const std::size_t found = FindText(backwards, wanted_backwards);
  return found == std::string_view::npos ? found : text.size() - found - wanted.size();
}

inline char LowerAscii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
inline char UpperAscii(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

inline bool EqualNocase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (LowerAscii(a[i]) != LowerAscii(b[i])) return false;
  }
  return true;
}

inline std::string FoldAscii(std::string_view text) {
  std::string folded(text);
  for (char& c : folded) c = LowerAscii(c);
  return folded;
}

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_OPS_SEARCH_H_
