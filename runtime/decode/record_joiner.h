// JSON documents that span lines.
//
// A document can only begin with a line that begins with { or [ and ends in {, [, a comma or a colon, as
// every printer of JSON over several lines writes it; so lines of logs that hold one document each are not
// parsed here. From then on lines of the same stream are fed to the parser until the document is complete
// (the lines become one record), or a line cannot belong to it or a bound is reached (they stay lines).
#ifndef FAULTLINE_RUNTIME_DECODE_RECORD_JOINER_H_
#define FAULTLINE_RUNTIME_DECODE_RECORD_JOINER_H_

#include "runtime/decode/json.h"
#include "runtime/decode/record.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace faultline::runtime {

class DocumentJoiner {
 public:
  DocumentJoiner(std::size_t max_lines, std::size_t max_bytes)
      : max_lines_(max_lines), max_bytes_(max_bytes) {}

  // Looks at the next record. Returns how many records, this one included, have become one document; 0: none.
  std::size_t Take(const RecordView& record);
  // Records at the end of what was taken that wait for the rest of their document.
  std::size_t open() const { return held_; }
  void Abandon() { held_ = 0; }
  std::int64_t given_up() const { return given_up_; }

  void Save(snapshot::Writer* writer) const;
  bool Load(snapshot::Reader* reader);

 private:
  std::size_t max_lines_;
  std::size_t max_bytes_;
  std::size_t held_ = 0;
  std::uint32_t stream_ = 0;
  std::string text_;
  JsonDocument document_;
  std::int64_t given_up_ = 0;
};

// One record out of several lines, '\n' between them.
RecordView JoinRecords(std::span<const RecordView> lines, Arena& arena);

// A copy that lives in `arena` (names of streams and files live elsewhere and longer).
RecordView CopyRecord(const RecordView& record, const ir::Module& module, Arena& arena);

// A record that waits for the rest of its document, as bytes and back. Neither names nor numbers are kept:
// file, stream's name, record, serial.
void PutRecord(const RecordView& record, const ir::Module& module, snapshot::Writer* writer);
RecordView GetRecord(const ir::Module& module, snapshot::Reader* reader, Arena& arena);

// Numbers for RecordView::serial. Thread-safe.
std::uint64_t NextSerial();

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_DECODE_RECORD_JOINER_H_
