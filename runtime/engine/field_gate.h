// What one field of a record must equal for a stage to match: the first thing that is asked about a
// structured record, since nearly every rule over one names a service, a kind or a level.
//
// A gate only refutes. The stage's own condition is still evaluated where it lets a record pass, so it may be
// as weak as it likes, never stronger than the condition.
//
// FieldIndex turns the gates of many stages around: from the value of a field to the stages that want it, so
// that a thousand rules over one format cost a look-up for each field that some of them name. After Aguilera
// et al., Matching Events in a Content-based Subscription System (PODC 1999), with one equality for each
// subscription.
//
// Thread safety: immutable once built.
#ifndef FAULTLINE_RUNTIME_ENGINE_FIELD_GATE_H_
#define FAULTLINE_RUNTIME_ENGINE_FIELD_GATE_H_

#include "ir/ir.h"
#include "support/value/value.h"
#include "support/value/value_compare.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace faultline::runtime {

struct FieldGate {
  ir::SlotId field = ir::kNone;  // in the frame of the stage's format
  Value value;                   // points into the module's constants

  bool LetsPass(std::span<const Value> frame) const { return ValuesEqual(frame[field], value); }
};

// What the text of a record must hold for the record to be of a format, and to have the gate's field: told
// before anything of it is parsed.
struct FieldTrace {
  char mark = 0;    // a brace for JSON, an equals sign for logfmt; 0: nothing is known
  std::string key;  // the field's name as it is written, "" where it is computed or stands for more than one
  bool operator==(const FieldTrace&) const = default;

  // O(text).
  bool IsIn(std::string_view text) const;
};

FieldTrace TraceOf(const ir::Format& format, const FieldGate& gate);

// The gate of a stage that looks at records of one format, by an equality with a constant that its condition
// cannot be true without. Null: the condition has none, or the stage has to see what does not fit it.
// O(condition).
std::optional<FieldGate> GateOf(const ir::Module& module, const ir::Stage& stage);

// The stages of one format by their gates.
class FieldIndex {
 public:
  using Entry = std::uint32_t;

  void Add(const FieldGate& gate, Entry entry);
  bool empty() const { return fields_.empty(); }
  // Appends the entries whose gates let the frame pass, in no order. O(fields that are named + what is
  // found).
  void Find(std::span<const Value> frame, std::vector<Entry>* found) const;

 private:
  struct Field {
    ir::SlotId slot = 0;
    std::unordered_map<Value, std::vector<Entry>, ValueHash, ValueEqual> entries;
  };
  std::vector<Field> fields_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_ENGINE_FIELD_GATE_H_
