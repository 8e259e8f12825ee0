// Lines of one source to records: unwraps, joins what belongs together (JSON over several lines, fragments of
// `go test -json`), counts lines by stream.
//
// Which wrapper a source has is decided once, on its first 1000 lines or 256 KiB: of the wrappers whose
// `detect` hits there the one that fits most of these lines, ties by written order; then again on the
// unwrapped text, up to four deep. A choice by name replaces this. The decision never depends on how the
// input was cut into blocks.
//
// A line that the wrapper does not fit keeps its text and inherits stream and time of the line before it.
//
// Which format a record has is decided later and only for records that somebody asks about
// (record_decoder.h).
//
// Bounds: see RecordLimits; what ran over is counted in errors(). Thread safety: one thread at a time.
#ifndef FAULTLINE_RUNTIME_DECODE_RECORD_STREAM_H_
#define FAULTLINE_RUNTIME_DECODE_RECORD_STREAM_H_

#include "runtime/decode/record.h"
#include "runtime/input/line_reader.h"
#include "runtime/program.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace faultline::runtime {

struct RecordLimits {
  std::size_t head_lines = 1000;  // looked at to detect a wrapper
  std::size_t head_bytes = 256 * 1024;
  std::size_t document_lines = 10000;  // of one JSON document over several lines
  std::size_t document_bytes = 1024 * 1024;
  std::size_t fragment_bytes = 64 * 1024;  // of a fragment that waits for its newline
  std::size_t streams = 65536;             // further ones share one
};

// What the user said about a source, or nothing.
struct RecordChoices {
  // Names as in --wrapper: outermost first; {"none"} for no wrapper. Empty: detect. A name is a wrapper's
  // qualified name or its last part.
  std::vector<std::string> wrappers;
  std::string format;          // as in --format; empty: by each line
  bool join_documents = true;  // JSON over several lines becomes one record
};

// What was decided for a source and why, for `config`, `explain` and --verbose.
struct SourceDecision {
  std::vector<std::uint32_t> wrappers;  // indices into ir::Module::wrappers, outermost first
  std::string why;  // "wrapper formats.github: `##[group]` in line 3, fits 198 of 200 lines"
};

// Index of the wrapper or format with this (qualified or last) name; ir::kNone if there is none.
std::uint32_t FindWrapper(const ir::Module& module, std::string_view name);
ir::FormatId FindFormat(const ir::Module& module, std::string_view name);

class RecordStream {
 public:
  // `reader`, `program` and `context` (now and zone; its arena is not used) must outlive the stream.
  RecordStream(LineReader& reader, const Program& program, const EvalContext& context,
               const RecordChoices& choices = {}, const RecordLimits& limits = {});
  ~RecordStream();
  RecordStream(const RecordStream&) = delete;
  RecordStream& operator=(const RecordStream&) = delete;

  // Replaces the block's records by the next ones. False at the end, or where the input has none for now
  // (ended() is false): the head by which wrappers are decided and JSON documents may wait for more.
  bool NextBlock(RecordBlock& block);
  bool ended() const;

  // Nothing has come for a while: the next NextBlock decides about wrappers by what there is, and gives the
  // lines of a document that is not complete.
  void StopWaiting();

  // Between two blocks, when NextBlock has returned false. Load: false for what is none of Save's or of
  // another module; the reader has its own state.
  void Save(snapshot::Writer* writer) const;
  bool Load(snapshot::Reader* reader);

  // Decided by the first NextBlock.
  const SourceDecision& decision() const;

  // Limits that were reached, unknown names in the choices. The reader has its own errors.
  std::vector<InputError> errors() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_DECODE_RECORD_STREAM_H_
