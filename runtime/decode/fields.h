// What formats and wrappers share: one planned field out of a document, and its conversion.
#ifndef FAULTLINE_RUNTIME_DECODE_FIELDS_H_
#define FAULTLINE_RUNTIME_DECODE_FIELDS_H_

#include "ir/ir.h"
#include "runtime/decode/json.h"
#include "runtime/program.h"

#include <span>
#include <vector>

namespace faultline::runtime {

// The field's value below `node`: spelled as text where a conversion follows, else made to fit the field's
// type. An array on the way gives a list.
Value JsonFieldValue(const JsonDocument& document, JsonDocument::NodeId node, const ir::FieldPlan& field,
                     Arena& arena);

// Puts the value into the field's slot and runs the field's conversion, if there is one.
void StoreField(const Program& program, Scratch& scratch, const ir::FieldPlan& field, Value value,
                std::span<Value> slots, const RecordContext& record, EvalContext& context);

// Copies runs into an arena.
std::span<const OffsetRun> KeepRuns(std::span<const OffsetRun> runs, Arena& arena);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_DECODE_FIELDS_H_
