// What bytes that leave the library stand in: a snapshot, a compiled pack, events.
//
//   kind (8 bytes of text) | version | checksum (FNV-1a of what follows) | body
//
// So that bytes of another kind, of another version or damaged ones are told apart before anything of them is
// believed. Body: runtime/correlate/snapshot.h.
#ifndef FAULTLINE_CAPI_ENVELOPE_H_
#define FAULTLINE_CAPI_ENVELOPE_H_

#include "capi/faultline.h"

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
inline constexpr Envelope kPackEnvelope{"FLRULES\n", "a compiled pack", 1};

std::string Seal(const Envelope& envelope, std::string_view body);
// OK and the body, a view into `bytes`; else FAULTLINE_ERROR_FORMAT or _VERSION with a message.
faultline_status Open(const Envelope& envelope, std::string_view bytes, std::string_view* body);

}  // namespace faultline::capi

#endif  // FAULTLINE_CAPI_ENVELOPE_H_
