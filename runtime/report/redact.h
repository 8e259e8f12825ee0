// Secrets taken out of text before it leaves the machine: tokens of well-known kinds, passwords in URLs and
// in name=value, bearer and basic credentials, JSON web tokens, private key blocks.
//
// A net of heuristics, not a proof: it knows shapes and names, and prefers to hide too much. Time is linear
// in the text, whatever it holds.
#ifndef FAULTLINE_RUNTIME_REPORT_REDACT_H_
#define FAULTLINE_RUNTIME_REPORT_REDACT_H_

#include "runtime/finding/diagnosis.h"
#include "runtime/finding/finding.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::runtime {

inline constexpr std::string_view kRedacted = "[redacted]";

struct SecretSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
  friend bool operator==(const SecretSpan&, const SecretSpan&) = default;
};

// Disjoint, ascending.
std::vector<SecretSpan> FindSecrets(std::string_view text);

// The text with each secret replaced by kRedacted.
std::string Redact(std::string_view text);

// A copy of the finding with every text of it redacted: message, fix, fields (text inside lists and maps
// too), evidence and context lines. Ids, places and numbers stay. The finding itself if there is no secret in
// it.
FindingPtr Redacted(const FindingPtr& finding);

// The diagnosis with each of its findings redacted.
Diagnosis Redacted(const Diagnosis& diagnosis);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_REPORT_REDACT_H_
