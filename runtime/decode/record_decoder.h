// Formats: which one a record has, and its fields as values.
//
// Of the formats that fit a record, the one with most literal bytes is taken, then the one of the earlier
// pack, then the one written first (module order). A JSON or logfmt format fits when all its required fields
// are there; a line format when one of its templates matches and its guard holds. `plain` fits when nothing
// else does.
//
// Nothing is decoded unless asked for: Resolve for records that a rule may match (it sets the record's text
// to the message field, its time, its format), Load for formats whose fields a rule reads.
//
// Thread safety: one decoder per thread (it keeps parsed documents and scratch memory); the Program is
// shared.
#ifndef FAULTLINE_RUNTIME_DECODE_RECORD_DECODER_H_
#define FAULTLINE_RUNTIME_DECODE_RECORD_DECODER_H_

#include "runtime/decode/record.h"
#include "runtime/program.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace faultline::runtime {

class RecordDecoder {
 public:
  // `forced` as --format chose it: records it does not fit are plain. `program` must outlive the decoder.
  explicit RecordDecoder(const Program& program, ir::FormatId forced = ir::kNone);
  ~RecordDecoder();
  RecordDecoder(const RecordDecoder&) = delete;
  RecordDecoder& operator=(const RecordDecoder&) = delete;

  // Decides the record's format; a structured record gets its message as text, its time, and its level.
  // Values live in context.arena. Does nothing the second time.
  void Resolve(RecordView& record, EvalContext& context);

  // Level of the record that was resolved last, or missing.
  Value level() const;

  // Does `format` fit the record? Independent of which format won.
  bool Fits(ir::FormatId format, const RecordView& record, EvalContext& context);

  // How many records of `format` stand in the record: 0 if it does not fit, more than 1 with `each` or with
  // several documents on one line.
  std::size_t Count(ir::FormatId format, const RecordView& record, EvalContext& context);

  // Fills the frame of `format` (format.slots.size() values, set to missing first) from record number `index`
  // of those that Count counted. False if it does not fit. Values live in context.arena or in the block.
  bool Load(ir::FormatId format, const RecordView& record, std::size_t index, std::span<Value> slots,
            EvalContext& context);

  // Count and Load, kept until another record, format or arena is asked about: what many stages read of a
  // record is decoded once. An empty frame: it does not fit. `context.arena` must not be reset in between.
  std::size_t KeptCount(ir::FormatId format, const RecordView& record, EvalContext& context);
  std::span<const Value> KeptFrame(ir::FormatId format, const RecordView& record, std::size_t index,
                                   EvalContext& context);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_DECODE_RECORD_DECODER_H_
