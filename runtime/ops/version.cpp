// Parts of versions.
#include "support/value/version.h"

#include "runtime/ops/define.h"
#include "support/value/decimal.h"
#include "support/value/time.h"

namespace faultline::runtime {
namespace {

// Numbers of a version may be longer than 64 bits.
Value Number(std::string_view digits) {
  return OptionalInteger(ValueKind::kInt, ParseInt(digits));
}

Value SemverNumber(const Value& version, std::string_view Semver::* part) {
  const std::optional<Semver> semver = ParseSemver(version.AsText());
  return semver ? Number((*semver).*part) : Value::Missing();
}

Value GoVersionNumber(const Value& version, std::string_view GoVersion::* part) {
  const std::optional<GoVersion> go = ParseGoVersion(version.AsText());
  if (!go) return Value::Missing();
  const std::string_view digits = (*go).*part;
  return digits.empty() ? Value::Int(0) : Number(digits);
}

}  // namespace

FAULTLINE_OP(major_semver) {
  *out = SemverNumber(args[0], &Semver::major);
}
FAULTLINE_OP(minor_semver) {
  *out = SemverNumber(args[0], &Semver::minor);
}
FAULTLINE_OP(patch_semver) {
  *out = SemverNumber(args[0], &Semver::patch);
}
FAULTLINE_OP(major_goversion) {
  *out = GoVersionNumber(args[0], &GoVersion::major);
}
FAULTLINE_OP(minor_goversion) {
  *out = GoVersionNumber(args[0], &GoVersion::minor);
}
FAULTLINE_OP(patch_goversion) {
  *out = GoVersionNumber(args[0], &GoVersion::patch);
}

FAULTLINE_OP(prerelease_semver) {
  const std::optional<Semver> semver = ParseSemver(args[0].AsText());
  *out = semver ? NewText(context, semver->prerelease) : Value::Missing();
}
FAULTLINE_OP(prerelease_goversion) {
  const std::optional<GoVersion> go = ParseGoVersion(args[0].AsText());
  if (!go) {
    *out = Value::Missing();
    return;
  }
  std::string text(go->kind);
  text += go->prerelease;
  *out = NewText(context, text);
}

FAULTLINE_OP(is_pseudo_semver) {
  *out = Value::Bool(ParsePseudoVersion(args[0].AsText()).has_value());
}
FAULTLINE_OP(is_incompatible_semver) {
  *out = Value::Bool(args[0].AsText().ends_with("+incompatible"));
}
FAULTLINE_OP(revision_semver) {
  const std::optional<PseudoVersion> pseudo = ParsePseudoVersion(args[0].AsText());
  *out = pseudo ? NewText(context, pseudo->revision) : Value::Missing();
}
FAULTLINE_OP(commit_time_semver) {
  const std::optional<PseudoVersion> pseudo = ParsePseudoVersion(args[0].AsText());
  if (!pseudo) {
    *out = Value::Missing();
    return;
  }
  std::string text(pseudo->timestamp);
  text.insert(8, "T");
  text += 'Z';
  *out = OptionalInteger(ValueKind::kTime, ParseTime(text, {}));
}

}  // namespace faultline::runtime
