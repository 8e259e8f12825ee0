// Envelopes: see envelope.h.
#include "capi/envelope.h"

#include "capi/status.h"
#include "runtime/correlate/snapshot.h"
#include "support/value/hash.h"

namespace faultline::capi {

std::string Seal(const Envelope& envelope, std::string_view body) {
  runtime::snapshot::Writer writer;
  writer.Unsigned(envelope.version);
  writer.Unsigned(HashText(body, kHashSeed));
  return std::string(envelope.kind) + writer.bytes() + std::string(body);
}

faultline_status Open(const Envelope& envelope, std::string_view bytes, std::string_view* body) {
  const std::string name(envelope.name);
  if (!bytes.starts_with(envelope.kind)) {
    return Fail(FAULTLINE_ERROR_FORMAT, "the bytes are not " + name);
  }
  bytes.remove_prefix(envelope.kind.size());
  runtime::snapshot::Reader reader(bytes);
  const std::uint64_t version = reader.Unsigned();
  if (reader.ok() && version != envelope.version) {
    return Fail(FAULTLINE_ERROR_VERSION, name + " of version " + std::to_string(version) +
                                             "; this library reads version " +
                                             std::to_string(envelope.version));
  }
  const std::uint64_t hash = reader.Unsigned();
  if (reader.ok()) *body = reader.Rest();
  if (!reader.ok() || HashText(*body, kHashSeed) != hash) {
    return Fail(FAULTLINE_ERROR_FORMAT, name + " that is damaged");
  }
  return FAULTLINE_OK;
}

}  // namespace faultline::capi
