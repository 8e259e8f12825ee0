// Orders of versions. Numbers are compared by length, then digit by digit, so that none overflows.
#include "support/value/version.h"

#include "support/value/hash.h"

#include <algorithm>

namespace faultline {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

int Sign(int comparison) {
  return comparison < 0 ? -1 : comparison > 0 ? 1 : 0;
}

int CompareNumbers(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return Sign(a.compare(b));
}

// Digits without zeros at the front.
bool TakeNumber(std::string_view& text, std::string_view* number) {
  std::size_t length = 0;
  while (length < text.size() && IsDigit(text[length])) ++length;
  if (length == 0 || (length > 1 && text[0] == '0')) return false;
  *number = text.substr(0, length);
  text.remove_prefix(length);
  return true;
}

bool Take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// Identifiers of letters, digits and dashes with dots between them.
bool TakeIdentifiers(std::string_view& text, bool numbers_are_strict, std::string_view* identifiers) {
  std::size_t length = 0;
  std::size_t begin = 0;
  for (;; ++length) {
    const bool inside =
        length < text.size() && (IsDigit(text[length]) || IsLetter(text[length]) || text[length] == '-');
    if (inside) continue;
    const std::string_view identifier = text.substr(begin, length - begin);
    if (identifier.empty()) return false;
    if (numbers_are_strict && AllDigits(identifier) && identifier.size() > 1 && identifier[0] == '0')
      return false;
    if (length >= text.size() || text[length] != '.') break;
    begin = length + 1;
  }
  *identifiers = text.substr(0, length);
  text.remove_prefix(length);
  return true;
}

std::string_view TakeIdentifier(std::string_view& text) {
  const std::size_t dot = text.find('.');
  const std::string_view identifier = text.substr(0, dot);
  text.remove_prefix(dot == std::string_view::npos ? text.size() : dot + 1);
  return identifier;
}

int ComparePrerelease(std::string_view a, std::string_view b) {
  if (a == b) return 0;
  if (a.empty()) return 1;  // a release comes after what came before it
  if (b.empty()) return -1;
  while (!a.empty() && !b.empty()) {
    const std::string_view x = TakeIdentifier(a);
    const std::string_view y = TakeIdentifier(b);
    if (x == y) continue;
    const bool x_number = AllDigits(x);
    const bool y_number = AllDigits(y);
    if (x_number != y_number) return x_number ? -1 : 1;
    if (x_number) return CompareNumbers(x, y);
    return Sign(x.compare(y));
  }
  return a.empty() ? (b.empty() ? 0 : -1) : 1;
}

// The order of texts one or both of which could not be read.
template <typename Version>
int CompareUnread(const std::optional<Version>& a, const std::optional<Version>& b, std::string_view a_text,
                  std::string_view b_text) {
  if (a) return 1;
  if (b) return -1;
  return Sign(a_text.compare(b_text));
}

int KindRank(std::string_view kind) {
  if (kind.empty()) return 0;
  if (kind == "alpha") return 1;
  return kind == "beta" ? 2 : 3;
}

}  // namespace

std::optional<Semver> ParseSemver(std::string_view text) {
  Take(text, 'v');
  Semver version;
  if (!TakeNumber(text, &version.major)) return std::nullopt;
  if (text.empty()) return version;
  if (!Take(text, '.') || !TakeNumber(text, &version.minor)) return std::nullopt;
  if (text.empty()) return version;
  if (!Take(text, '.') || !TakeNumber(text, &version.patch)) return std::nullopt;
  if (Take(text, '-') && !TakeIdentifiers(text, true, &version.prerelease)) return std::nullopt;
  if (Take(text, '+') && !TakeIdentifiers(text, false, &version.build)) return std::nullopt;
  if (!text.empty()) return std::nullopt;
  return version;
}

int CompareSemver(std::string_view a_text, std::string_view b_text) {
  const std::optional<Semver> a = ParseSemver(a_text);
  const std::optional<Semver> b = ParseSemver(b_text);
  if (!a || !b) return CompareUnread(a, b, a_text, b_text);
  if (const int order = CompareNumbers(a->major, b->major); order != 0) return order;
  if (const int order = CompareNumbers(a->minor, b->minor); order != 0) return order;
  if (const int order = CompareNumbers(a->patch, b->patch); order != 0) return order;
  return ComparePrerelease(a->prerelease, b->prerelease);
}

std::optional<PseudoVersion> ParsePseudoVersion(std::string_view text) {
  const std::optional<Semver> version = ParseSemver(text);
  if (!version) return std::nullopt;
  const std::string_view pre = version->prerelease;
  const std::size_t dash = pre.rfind('-');
  if (dash == std::string_view::npos || dash < 14) return std::nullopt;
  const std::string_view revision = pre.substr(dash + 1);
  const std::string_view timestamp = pre.substr(dash - 14, 14);
  const std::string_view base = pre.substr(0, dash - 14);
  if (revision.empty() || revision.find('.') != std::string_view::npos || !AllDigits(timestamp))
    return std::nullopt;
  const bool no_base = base.empty() && version->minor == "0" && version->patch == "0";
  const bool on_base = base == "0." || base.ends_with(".0.");
  if (!no_base && !on_base) return std::nullopt;
  return PseudoVersion{timestamp, revision};
}

std::optional<GoVersion> ParseGoVersion(std::string_view text) {
  if (text.starts_with("go")) text.remove_prefix(2);
  text = text.substr(0, text.find_first_of("- "));
  GoVersion version;
  if (!TakeNumber(text, &version.major)) return std::nullopt;
  if (text.empty()) {  // "go1" is its first release
    version.patch = "0";
    return version;
  }
  if (!Take(text, '.') || !TakeNumber(text, &version.minor)) return std::nullopt;
  if (text.empty()) {
    // As in Go's internal/gover: before 1.21 the version without a patch is the first release.
    const bool old = CompareNumbers(version.minor, "21") < 0;
    if (old) version.patch = "0";
    return version;
  }
  if (Take(text, '.')) {
    if (!TakeNumber(text, &version.patch) || !text.empty()) return std::nullopt;
    return version;
  }
  for (const std::string_view kind : {"alpha", "beta", "rc"}) {
    if (!text.starts_with(kind)) continue;
    version.kind = kind;
    text.remove_prefix(kind.size());
    if (!TakeNumber(text, &version.prerelease) || !text.empty()) return std::nullopt;
    return version;
  }
  return std::nullopt;
}

int CompareGoVersion(std::string_view a_text, std::string_view b_text) {
  const std::optional<GoVersion> a = ParseGoVersion(a_text);
  const std::optional<GoVersion> b = ParseGoVersion(b_text);
  if (!a || !b) return CompareUnread(a, b, a_text, b_text);
  if (const int order = CompareNumbers(a->major, b->major); order != 0) return order;
  if (const int order = CompareNumbers(a->minor, b->minor); order != 0) return order;
  if (const int order = CompareNumbers(a->patch, b->patch); order != 0) return order;
  if (a->kind != b->kind) return KindRank(a->kind) < KindRank(b->kind) ? -1 : 1;
  return CompareNumbers(a->prerelease, b->prerelease);
}

std::uint64_t HashSemver(std::string_view text, std::uint64_t seed) {
  const std::optional<Semver> version = ParseSemver(text);
  if (!version) return HashText(text, seed);
  for (const std::string_view part : {version->major, version->minor, version->patch, version->prerelease}) {
    seed = HashText(part, seed);
  }
  return seed;
}

std::uint64_t HashGoVersion(std::string_view text, std::uint64_t seed) {
  const std::optional<GoVersion> version = ParseGoVersion(text);
  if (!version) return HashText(text, seed);
  for (const std::string_view part :
       {version->major, version->minor, version->patch, version->kind, version->prerelease}) {
    seed = HashText(part, seed);
  }
  return seed;
}

}  // namespace faultline
