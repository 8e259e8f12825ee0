// FNV-1a, 64 bits: for keys of maps and groups. Stable between runs and machines; no defence against chosen
// keys, so tables that hold values from a log bound their size.
#ifndef FAULTLINE_SUPPORT_VALUE_HASH_H_
#define FAULTLINE_SUPPORT_VALUE_HASH_H_

#include <cstdint>
#include <string_view>

namespace faultline {

inline constexpr std::uint64_t kHashSeed = 0xcbf29ce484222325;

inline std::uint64_t HashText(std::string_view text, std::uint64_t seed) {
  for (char c : text) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return (seed ^ text.size()) * 0x100000001b3;
}

inline std::uint64_t HashNumber(std::uint64_t number, std::uint64_t seed) {
  seed ^= number + 0x9e3779b97f4a7c15 + (seed << 6) + (seed >> 2);
  return seed * 0x100000001b3;
}

}  // namespace faultline

#endif  // FAULTLINE_SUPPORT_VALUE_HASH_H_
