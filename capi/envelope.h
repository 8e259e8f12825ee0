// What bytes that leave the library stand in: a snapshot, a compiled pack, events.
//
//   kind (8 bytes of text) | version | checksum (FNV-1a of what follows) | body
//
// So that bytes of another kind, of another version or damaged ones are told apart before anything of them is
// believed. Body: runtime/correlate/snapshot.h.
#ifndef FAULTLINE_CAPI_ENVELOPE_H_
#define FAULTLINE_CAPI_ENVELOPE_H_

#include "capi/faultline.h"
#include "capi/rules.h"
#include "runtime/correlate/snapshot.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace faultline::capi {

struct Envelope {
  std::string_view kind;  // 8 bytes
  std::string_view name;  // for messages: "a snapshot"
  std::uint64_t version;
};

inline constexpr Envelope kSnapshotEnvelope{"FLRUNSNP", "a snapshot of a run", 1};
inline constexpr Envelope kSplitterEnvelope{"FLSPLIT\n", "a snapshot of a splitter", 1};
inline constexpr Envelope kPackEnvelope{"FLRULES\n", "a compiled pack", 1};

std::string Seal(const Envelope& envelope, std::string_view body);
// OK and the body, a view into `bytes`; else FAULTLINE_ERROR_FORMAT or _VERSION with a message.
faultline_status Open(const Envelope& envelope, std::string_view bytes, std::string_view* body);

// What a snapshot begins with: whose state it is. State has no version of its own, it is the library's.
struct SnapshotOf {
  const Rules& rules;
  const std::string& choices;
  std::int64_t now;
};
struct SnapshotHead {
  std::string version, rules, choices;
  std::int64_t now = 0;
};
void PutSnapshotHead(const SnapshotOf& of, runtime::snapshot::Writer* writer);
faultline_status GetSnapshotHead(runtime::snapshot::Reader* reader, SnapshotHead* head);
// FAULTLINE_ERROR_VERSION with a message unless it is of these rules and choices.
faultline_status CheckSnapshotHead(const SnapshotHead& head, const Rules& rules, const std::string& choices);

}  // namespace faultline::capi

#endif  // FAULTLINE_CAPI_ENVELOPE_H_
