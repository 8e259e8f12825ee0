// Does a stage match a record, and what does it store? Pure: depends on the record only, so that it may run
// on any thread, now or later.
#ifndef FAULTLINE_RUNTIME_ENGINE_EVALUATOR_H_
#define FAULTLINE_RUNTIME_ENGINE_EVALUATOR_H_

#include "runtime/decode/record.h"
#include "runtime/decode/record_decoder.h"
#include "runtime/engine/plan.h"
#include "runtime/program.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace faultline::why {
class Tracer;
enum class Verdict : std::uint8_t;
}  // namespace faultline::why

namespace faultline::runtime {

struct ShownHit;

// One match of a stage.
struct StageHit {
  std::uint32_t record = 0;  // index into RecordBlock::records
  StageId stage = 0;
  bool evaluated = true;  // false: candidates only, alternates [first, first + count) of ScanResult::waiting
  // False: the stage does not match, but it counts what comes in a row, and this is an event of its kind that
  // ends the row. Only of stages that are `in_a_row` and read a format or a rule.
  bool fits = true;
  std::uint32_t first = 0, count = 0;
  std::string_view matched;       // a view into the record; empty, at the text's begin, where no pattern is
  const Value* stored = nullptr;  // values of StagePlan::stores, in its order; in the arena given to Evaluate
  const ShownHit* shown = nullptr;  // of a record that is elsewhere; null: `matched` tells
};

class StageEvaluator {
 public:
  // `now` and `zone` as in EvalContext. The plan and the program must outlive the evaluator. One thread at a
  // time.
  StageEvaluator(const EnginePlan& plan, const Program& program, ir::FormatId forced_format,
                 const EvalContext& context);

  // Is told of every try from now on; null: nobody is.
  void set_tracer(why::Tracer* tracer) { tracer_ = tracer; }

  // Decides the record's format and text; idempotent.
  void Resolve(RecordView& record, Arena* arena);

  // Whether the alternate cannot match, told without deciding the record's format: it looks at raw bytes and
  // they do not match, or it reads a format that the record cannot be of.
  bool IsRefutedByBytes(AlternateId alternate, const RecordView& record);

  // Whether the record can be of a format that EnginePlan::fields() knows; told without deciding its format.
  bool MayBeIndexed(const RecordView& record) const;

  // Appends the alternates that EnginePlan::fields() finds for the record. The record is resolved.
  void FindByFields(const RecordView& record, Arena* arena, std::vector<AlternateId>* called);

  // Whether the record matches a pattern of the block format's first line. Its guards are the framer's.
  bool MayBegin(ir::FormatId format, const RecordView& record);

  // Tries `alternates`, which are of one stage, ascending, and appends the matches: at most one, but for
  // formats of which several records stand in one, and for stages that look at each element of a list. The
  // record is resolved.
  void Evaluate(std::span<const AlternateId> alternates, const RecordView& record, std::uint32_t record_index,
                Arena* arena, std::vector<StageHit>* hits);

  // The same for a stage that reads a rule or a block: `input` is the frame of what was found.
  void EvaluateRead(StageId stage, const Value* input, const RecordContext& record, Arena* arena,
                    std::vector<StageHit>* hits);

  // Runs a function over a frame.
  Value Call(ir::FunctionId function, Value* slots, const RecordContext* record, Arena* arena);
  // Runs a function over a frame and the frame of another rule's match, which may be null.
  Value CallOver(ir::FunctionId function, Value* slots, const Value* input, Arena* arena);

  const EnginePlan& plan() const { return plan_; }

 private:
  // What a stage looks at: one record, one of several in a record, or what a rule found.
  struct Subject {
    std::string_view text;
    const Value* input = nullptr;
    const RecordView* record = nullptr;
    const RecordContext* context = nullptr;
    std::uint32_t record_index = 0;
  };
  // Appends the matches, and the miss that ends a row.
  void TryAlternates(std::span<const AlternateId> alternates, const Subject& subject, Arena* arena,
                     std::vector<StageHit>* hits);
  bool TryAlternate(AlternateId id, const Subject& subject, const Value* element, Arena* arena,
                    StageHit* hit);
  void Tell(StageId stage, AlternateId alternate, why::Verdict verdict, const Subject& subject,
            ir::FunctionId function, const Frame* frame);
  // What the stage takes from the record as a whole, before any alternative is tried.
  void Load(const ir::Stage& stage, const Subject& subject, Arena* arena);
  Frame FrameOf(const Subject& subject);
  // The slot of the stage's field in the frame of the format; kNone: it has none.
  ir::SlotId FieldSlot(const ir::Stage& stage, ir::FormatId format) const;
  // Copies what the record's wrappers said to where the stage wants it, the innermost first.
  void LoadWrapped(const ir::Stage& stage, const RecordView& record);

  const EnginePlan& plan_;
  const Program& program_;
  std::unique_ptr<Scratch> scratch_;
  RecordDecoder decoder_;
  EvalContext context_;
  std::vector<Value> slots_;
  std::vector<CaptureSpan> captures_;
  std::vector<AlternateId> all_;
  why::Tracer* tracer_ = nullptr;
};

// Where a hit stands in the original: line, column, offset. For text that is no part of the line's bytes (an
// unescaped field) the record's beginning.
LogPlace PlaceOf(const RecordView& record, std::string_view matched);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_ENGINE_EVALUATOR_H_
