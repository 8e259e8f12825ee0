// Versions: modules in Go's order of semantic versions, and Go's own.
//
// A version stays the text that was written; these functions read it when it is compared. Numbers may have
// any length.
#ifndef FAULTLINE_SUPPORT_VALUE_VERSION_H_
#define FAULTLINE_SUPPORT_VALUE_VERSION_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace faultline {

// v1.2.3-rc.1+build, also without the v; v1 and v1.2 stand for v1.0.0 and v1.2.0. Views into the text.
struct Semver {
  std::string_view major;  // decimal digits without zeros at the front
  std::string_view minor = "0";
  std::string_view patch = "0";
  std::string_view prerelease;  // without the dash
  std::string_view build;       // without the plus
};
std::optional<Semver> ParseSemver(std::string_view text);

// -1, 0, 1 in the order of golang.org/x/mod/semver (SemVer 2.0.0 section 11): build metadata, `+incompatible`
// among it, does not count. Texts that are no versions come first, in the order of their bytes.
int CompareSemver(std::string_view a, std::string_view b);

// The parts of a pseudo-version as golang.org/x/mod/module defines it: v0.0.0-20240102030405-abcdefabcdef,
// v1.2.4-0.20240102030405-abcdefabcdef, v1.2.3-rc.1.0.20240102030405-abcdefabcdef.
struct PseudoVersion {
  std::string_view timestamp;  // 14 digits, UTC
  std::string_view revision;
};
std::optional<PseudoVersion> ParsePseudoVersion(std::string_view text);

// go1.21, go1.21.3, go1.21rc2, 1.21; what follows a dash or blank ("go1.21.3-custom", "go1.22 X:arenas") does
// not count.
struct GoVersion {
  std::string_view major;
  std::string_view minor = "0";
  std::string_view patch;       // "" where none is written and the language version is meant
  std::string_view kind;        // "", "alpha", "beta", "rc"
  std::string_view prerelease;  // its number
};
std::optional<GoVersion> ParseGoVersion(std::string_view text);

// -1, 0, 1 in the order of Go's package go/version: go1.21 < go1.21beta1 < go1.21rc2 < go1.21.0, but
// before 1.21 the version without a patch is the first release: go1.20rc1 < go1.20 == go1.20.0.
int CompareGoVersion(std::string_view a, std::string_view b);

// Equal for versions that compare as equal.
std::uint64_t HashSemver(std::string_view text, std::uint64_t seed);
std::uint64_t HashGoVersion(std::string_view text, std::uint64_t seed);

}  // namespace faultline

#endif  // FAULTLINE_SUPPORT_VALUE_VERSION_H_
