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

void PutSnapshotHead(const SnapshotOf& of, runtime::snapshot::Writer* writer) {
  writer->Text(FAULTLINE_VERSION);
  writer->Unsigned(runtime::snapshot::kVersion);
  writer->Text(of.rules.Fingerprint());
  writer->Text(of.choices);
  writer->Signed(of.now);
}

faultline_status GetSnapshotHead(runtime::snapshot::Reader* reader, SnapshotHead* head) {
  head->version = reader->Text();
  const std::uint64_t state = reader->Unsigned();
  if (state != runtime::snapshot::kVersion) head->version += " (state " + std::to_string(state) + ")";
  head->rules = reader->Text();
  head->choices = reader->Text();
  head->now = reader->Signed();
  return reader->ok() ? FAULTLINE_OK : Fail(FAULTLINE_ERROR_FORMAT, "a snapshot that makes no sense");
}

faultline_status CheckSnapshotHead(const SnapshotHead& head, const Rules& rules, const std::string& choices) {
  if (head.version != FAULTLINE_VERSION) {
    return Fail(FAULTLINE_ERROR_VERSION,
                "a snapshot that version " + head.version + " made; this is version " + FAULTLINE_VERSION);
  }
  if (head.rules != rules.Fingerprint()) {
    return Fail(FAULTLINE_ERROR_VERSION, "a snapshot of a run of other rules");
  }
  if (head.choices != choices) {
    return Fail(FAULTLINE_ERROR_VERSION,
                "a snapshot of a run with another format, wrapper, zone, bound on lines or context");
  }
  return FAULTLINE_OK;
}

}  // namespace faultline::capi
