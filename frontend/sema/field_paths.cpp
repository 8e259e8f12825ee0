// Paths to fields of structured records.
#include "frontend/sema/field_paths.h"

namespace faultline::sema {

std::optional<std::vector<std::string>> ParseFieldPath(std::string_view text) {
  std::vector<std::string> parts;
  std::size_t i = 0;
  while (true) {
    std::string part;
    if (i < text.size() && text[i] == '\'') {
      const std::size_t end = text.find('\'', i + 1);
      if (end == std::string_view::npos) return std::nullopt;
      part = text.substr(i + 1, end - i - 1);
      i = end + 1;
    } else {
      while (i < text.size() && text[i] != '.' && text[i] != '[' && text[i] != '\'') part += text[i++];
    }
    if (part.empty()) return std::nullopt;
    parts.push_back(std::move(part));
    if (text.substr(i).starts_with("[]")) i += 2;
    if (i == text.size()) return parts;
    if (text[i] != '.') return std::nullopt;
    ++i;
  }
}

}  // namespace faultline::sema
