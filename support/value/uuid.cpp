// Reading of UUIDs.
#include "support/value/uuid.h"

namespace faultline {

std::optional<std::array<char, kUuidSize>> ParseUuid(std::string_view text) {
  if (text.size() >= 2 && text.front() == '{' && text.back() == '}') text = text.substr(1, text.size() - 2);
  if (text.size() != 32 && text.size() != kUuidSize) return std::nullopt;
  const bool dashes = text.size() == kUuidSize;
  std::array<char, kUuidSize> uuid{};
  std::size_t from = 0;
  for (std::size_t i = 0; i < kUuidSize; ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (dashes && text[from++] != '-') return std::nullopt;
      uuid[i] = '-';
      continue;
    }
    char c = text[from++];
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return std::nullopt;
    uuid[i] = c;
  }
  return uuid;
}

}  // namespace faultline
