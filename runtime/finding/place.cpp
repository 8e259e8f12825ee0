// Places in the user's sources: reading what `at` says, and mapping paths of the build machine to the user's.
#include "runtime/finding/finding.h"

namespace faultline::runtime {
namespace {

// Takes ":<digits>" or ":?" from the end of `text`; -1 where there is none, 0 for "?" and for numbers that no
// file has.
std::int64_t TakeNumber(std::string_view* text) {
  const std::size_t colon = text->rfind(':');
  if (colon == std::string_view::npos || colon + 1 == text->size()) return -1;
  const std::string_view digits = text->substr(colon + 1);
  std::int64_t number = 0;
  if (digits != "?") {
    for (char c : digits) {
      if (c < '0' || c > '9') return -1;
      if (number < 1'000'000'000) number = number * 10 + (c - '0');
    }
    if (number > 1'000'000'000) number = 0;
  }
  *text = text->substr(0, colon);
  return number;
}

}  // namespace

const FindingField* Finding::Field(std::string_view name) const {
  for (const FindingField& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

std::optional<SourcePlace> ParsePlace(std::string_view text) {
  SourcePlace place;
  while (!text.empty() && text.back() == ':') text.remove_suffix(1);
  const std::int64_t last = TakeNumber(&text);
  if (last >= 0) {
    const std::int64_t before = TakeNumber(&text);
    place.line = before >= 0 ? before : last;
    place.column = before >= 0 ? last : 0;
    if (place.line == 0) place.column = 0;
  }
  if (text.empty() || text == "?") return std::nullopt;
  place.file = std::string(text);
  return place;
}

bool PathMap::Add(std::string_view text) {
  const std::size_t equal = text.find('=');
  if (equal == std::string_view::npos || equal == 0) return false;
  std::string from(text.substr(0, equal));
  std::string to(text.substr(equal + 1));
  while (from.size() > 1 && from.back() == '/') from.pop_back();
  while (to.size() > 1 && to.back() == '/') to.pop_back();
  entries_.emplace_back(std::move(from), std::move(to));
  return true;
}

std::string PathMap::Apply(std::string_view path) const {
  for (const auto& [from, to] : entries_) {
    if (!path.starts_with(from)) continue;
    std::string_view rest = path.substr(from.size());
    if (rest.empty()) return to;
    if (from != "/" && rest[0] != '/') continue;
    while (!rest.empty() && rest[0] == '/') rest.remove_prefix(1);
    if (to.empty()) return std::string(rest);
    return to == "/" ? to + std::string(rest) : to + "/" + std::string(rest);
  }
  return std::string(path);
}

}  // namespace faultline::runtime
