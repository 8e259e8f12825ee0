// Reading a gate off a condition: see field_gate.h.
#include "runtime/engine/field_gate.h"

#include <algorithm>
#include <vector>

namespace faultline::runtime {
namespace {

// The field that the slot was loaded from, kNone where it was not, or not only.
ir::SlotId FieldOfSlot(const ir::Function& load, ir::SlotId slot) {
  ir::SlotId field = ir::kNone;
  for (const ir::Instruction& instruction : load.instructions) {
    if (instruction.kind != ir::InstructionKind::kStore || instruction.index != slot) continue;
    const ir::Instruction& source = load.instructions[instruction.arguments[0]];
    if (field != ir::kNone || source.kind != ir::InstructionKind::kInput) return ir::kNone;
    field = source.index;
  }
  return field;
}

bool IsEquality(lang::Opcode opcode) {
  return opcode == lang::Opcode::eq_text || opcode == lang::Opcode::eq_int ||
         opcode == lang::Opcode::eq_level;
}

class GateReader {
 public:
  GateReader(const ir::Module& module, const ir::Function& load, const ir::Function& guard)
      : module_(module), load_(load), guard_(guard) {}

  std::optional<FieldGate> Read() const {
    std::vector<ir::ValueId> conjuncts{guard_.blocks[0].result};
    std::optional<FieldGate> best;
    while (!conjuncts.empty()) {
      const ir::Instruction& instruction = guard_.instructions[conjuncts.back()];
      conjuncts.pop_back();
      if (instruction.kind != ir::InstructionKind::kOperation) continue;
      if (instruction.opcode == lang::Opcode::and_bool) {
        conjuncts.insert(conjuncts.end(), instruction.arguments.begin(), instruction.arguments.end());
      } else if (IsEquality(instruction.opcode)) {
        const std::optional<FieldGate> gate = OfEquality(instruction);
        if (gate && (!best || IsNarrower(*gate, *best))) best = gate;
      }
    }
    return best;
  }

 private:
  // Texts tell more records apart than numbers, these more than levels; long texts more than short ones.
  static bool IsNarrower(const FieldGate& a, const FieldGate& b) {
    const auto rank = [](const Value& value) {
      if (value.kind == ValueKind::kText) return std::size_t{2} + value.AsText().size();
      return std::size_t{value.kind == ValueKind::kInt ? 1U : 0U};
    };
    return rank(a.value) > rank(b.value);
  }

  std::optional<FieldGate> OfEquality(const ir::Instruction& equality) const {
    for (std::size_t side = 0; side < 2; ++side) {
      const ir::Instruction& constant = guard_.instructions[equality.arguments[side]];
      if (constant.kind != ir::InstructionKind::kConstant) continue;
      const ir::SlotId field = FieldOf(equality.arguments[1 - side]);
      const Value& value = module_.constants[constant.index].value;
      if (field != ir::kNone && !value.is_missing()) return FieldGate{field, value};
    }
    return std::nullopt;
  }

  // `as_text` keeps texts and makes all else missing, so it changes no equality with a text.
  ir::SlotId FieldOf(ir::ValueId value) const {
    const ir::Instruction* instruction = &guard_.instructions[value];
    if (instruction->kind == ir::InstructionKind::kOperation &&
        instruction->opcode == lang::Opcode::as_text) {
      instruction = &guard_.instructions[instruction->arguments[0]];
    }
    return instruction->kind == ir::InstructionKind::kSlot ? FieldOfSlot(load_, instruction->index)
                                                           : ir::kNone;
  }

  const ir::Module& module_;
  const ir::Function& load_;
  const ir::Function& guard_;
};

}  // namespace

std::optional<FieldGate> GateOf(const ir::Module& module, const ir::Stage& stage) {
  const bool plain =
      stage.input == ir::StageInput::kFormat && stage.format != ir::kNone &&
      module.formats[stage.format].kind != ir::FormatKind::kBlock && stage.each == ir::kNone &&
      !stage.in_a_row &&
      std::all_of(stage.alternatives.begin(), stage.alternatives.end(),
                  [](const ir::Alternative& alternative) {
                    return alternative.pattern == ir::kNone && alternative.extract == ir::kNone;
                  });
  if (!plain || stage.load == ir::kNone || stage.guard == ir::kNone) return std::nullopt;
  return GateReader(module, module.functions[stage.load], module.functions[stage.guard]).Read();
}

bool FieldTrace::IsIn(std::string_view text) const {
  if (mark != 0 && text.find(mark) == std::string_view::npos) return false;
  // A key of JSON may be written with escapes.
  return key.empty() || text.find(key) != std::string_view::npos ||
         (mark == '{' && text.find("\\u") != std::string_view::npos);
}

FieldTrace TraceOf(const ir::Format& format, const FieldGate& gate) {
  FieldTrace trace;
  const bool json = format.kind == ir::FormatKind::kJson;
  if (!json && format.kind != ir::FormatKind::kLogfmt) return trace;
  trace.mark = json ? '{' : '=';
  for (const ir::FieldPlan& field : format.fields) {
    if (field.slot != gate.field || field.others || field.path.empty()) continue;
    // `items[]` is written `items`; only whole names are looked for.
    const std::string& name = field.path.front();
    if (name.find_first_of("[]\"\\") != std::string::npos) return trace;
    trace.key = json ? "\"" + name + "\"" : name + "=";
  }
  return trace;
}

void FieldIndex::Add(const FieldGate& gate, Entry entry) {
  auto field = std::find_if(fields_.begin(), fields_.end(),
                            [&](const Field& known) { return known.slot == gate.field; });
  if (field == fields_.end()) field = fields_.insert(fields_.end(), Field{gate.field, {}});
  field->entries[gate.value].push_back(entry);
}

void FieldIndex::Find(std::span<const Value> frame, std::vector<Entry>* found) const {
  for (const Field& field : fields_) {
    const Value& value = frame[field.slot];
    if (value.is_missing()) continue;
    const auto entries = field.entries.find(value);
    if (entries != field.entries.end())
      found->insert(found->end(), entries->second.begin(), entries->second.end());
  }
}

}  // namespace faultline::runtime
