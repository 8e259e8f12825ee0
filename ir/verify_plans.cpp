// Formats, wrappers and rules: ids in range, shapes as the runtime expects them.
#include "ir/text.h"
#include "ir/verifier_internal.h"
#include "ir/words.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_set>

namespace faultline::ir::internal {

namespace {

using lang::TypeKind;

class PlanVerifier {
 public:
  PlanVerifier(const Module& module, ErrorList* errors) : module_(module), errors_(errors) {}

  void Run() {
    std::unordered_set<std::string_view> names;
    for (const Function& function : module_.functions) CheckName("func", function.name, &names);
    names.clear();
    for (const Format& format : module_.formats) {
      CheckName("format", format.name, &names);
      CheckFormat(format);
    }
    names.clear();
    for (const Wrapper& wrapper : module_.wrappers) {
      CheckName("wrapper", wrapper.name, &names);
      CheckWrapper(wrapper);
    }
    names.clear();
    for (RuleId id = 0; id < module_.rules.size() && !errors_->full(); ++id) {
      CheckName("rule", module_.rules[id].name, &names);
      CheckRule(id);
    }
  }

 private:
  void Add(std::string message) { errors_->Add(where_, std::move(message), span_); }
  void Need(bool holds, std::string_view message) {
    if (!holds) Add(std::string(message));
  }

  void CheckName(std::string_view what, std::string_view name, std::unordered_set<std::string_view>* names) {
    where_ = fmt::format("{} {}", what, Quote(name));
    span_ = {};
    Need(!name.empty(), "it has no name");
    Need(names->insert(name).second, "its name is taken");
  }

  void CheckSlots(const std::vector<Slot>& slots) {
    for (const Slot& slot : slots) Need(IsWellFormedType(slot.type), "a slot's type is not well-formed");
  }

  void CheckSlot(const std::vector<Slot>& slots, SlotId slot, TypeKind type, std::string_view what) {
    if (slot == kNone) return;
    if (slot >= slots.size()) {
      Add(fmt::format("{} is slot {}, which does not exist", what, slot));
    } else if (slots[slot].type.kind() != type) {
      Add(fmt::format("the slot for {} is not of type {}", what, lang::TypeKindName(type)));
    }
  }

  void CheckSlotList(const std::vector<Slot>& slots, const std::vector<SlotId>& list, std::string_view what) {
    for (SlotId slot : list) {
      if (slot >= slots.size()) Add(fmt::format("{} names slot {}, which does not exist", what, slot));
    }
  }

  void CheckPattern(PatternId pattern) {
    if (pattern >= module_.patterns.size()) Add(fmt::format("pattern @{} does not exist", pattern));
  }

  void CheckAlternatives(const std::vector<Alternative>& alternatives) {
    for (const Alternative& alternative : alternatives) {
      if (alternative.pattern != kNone) CheckPattern(alternative.pattern);
    }
  }

  void CheckFields(const std::vector<FieldPlan>& fields, const std::vector<Slot>& slots) {
    for (const FieldPlan& field : fields) {
      Need(IsWellFormedType(field.type), "a field's type is not well-formed");
      if (field.slot == kNone) continue;
      if (field.slot >= slots.size()) {
        Add(fmt::format("field {} has slot {}, which does not exist", Quote(field.name), field.slot));
      } else if (slots[field.slot].type != field.type) {
        Add(fmt::format("field {} and its slot have different types", Quote(field.name)));
      }
    }
  }

  void CheckFormat(const Format& format) {
    span_ = format.span;
    Need(WordFor(kFormatWords, format.kind) != "?", "no such kind of format");
    CheckSlots(format.slots);
    CheckAlternatives(format.lines);
    CheckFields(format.fields, format.slots);
    CheckSlot(format.slots, format.message, TypeKind::kText, "the message");
    CheckSlot(format.slots, format.time, TypeKind::kTime, "the time");
    CheckSlot(format.slots, format.level, TypeKind::kLevel, "the level");
  }

  void CheckWrapper(const Wrapper& wrapper) {
    span_ = wrapper.span;
    Need(wrapper.kind == FormatKind::kLine || wrapper.kind == FormatKind::kJson,
         "a wrapper is of lines or of JSON");
    CheckSlots(wrapper.slots);
    CheckAlternatives(wrapper.lines);
    CheckFields(wrapper.fields, wrapper.slots);
    for (PatternId pattern : wrapper.detect) CheckPattern(pattern);
    CheckSlotList(wrapper.slots, wrapper.stream_by, "stream_by");
    CheckSlot(wrapper.slots, wrapper.time, TypeKind::kTime, "the time");
    if (wrapper.kind == FormatKind::kJson) {
      Need(!wrapper.unwrapped_path.empty(), "it does not say where the inner text is");
    }
    for (const Alternative& line : wrapper.lines) {
      if (line.pattern >= module_.patterns.size()) {
        Need(line.pattern != kNone, "a line of a wrapper needs a pattern");
        continue;
      }
      const std::vector<std::string>& captures = module_.patterns[line.pattern].captures;
      Need(std::count(captures.begin(), captures.end(), "unwrapped") == 1,
           "exactly one capture is named `unwrapped`");
    }
  }

  void CheckRule(RuleId id) {
    const Rule& rule = module_.rules[id];
    const std::string where = where_;
    span_ = rule.span;
    Need(rule.severity <= lang::Severity::kCritical, "no such severity");
    Need(WordFor(kStatusWords, rule.status) != "?", "no such status");
    CheckSlots(rule.slots);
    CheckSlotList(rule.slots, rule.identity, "identity");
    Need(!rule.stages.empty(), "it has no stage");
    for (std::size_t i = 0; i < rule.stages.size() && !errors_->full(); ++i) {
      where_ = fmt::format("{} stage {}", where, i);
      span_ = rule.stages[i].span;
      CheckStage(id, i);
    }
  }

  void CheckStage(RuleId id, std::size_t number) {
    const Rule& rule = module_.rules[id];
    const Stage& stage = rule.stages[number];
    Need(WordFor(kStageWords, stage.kind) != "?", "no such kind of stage");
    Need(WordFor(kInputWords, stage.input) != "?", "no such input");
    Need(WordFor(kWindowWords, stage.window) != "?", "no such window");
    Need((stage.kind == StageKind::kMatch) == (number == 0), "the first stage is `match`, no other is");
    Need(stage.amount >= 0, "its window is negative");
    Need(stage.window != WindowUnit::kNoWindow || stage.amount == 0, "its window has no unit");
    Need(number != 0 || stage.window == WindowUnit::kNoWindow, "the first stage has no window");
    Need(stage.format == kNone || stage.format < module_.formats.size(), "its format does not exist");
    Need((stage.input == StageInput::kField) == !stage.field.empty(),
         "a field is named where a field is looked at");
    if (stage.input == StageInput::kRule) {
      Need(stage.rule < id, "a rule reads only rules that stand before it");
    } else {
      Need(stage.rule == kNone, "a rule is named where a rule is read");
    }
    const bool needs_pattern = stage.input == StageInput::kText || stage.input == StageInput::kRaw;
    Need(!needs_pattern || !stage.alternatives.empty(), "a stage over text needs an alternative");
    CheckAlternatives(stage.alternatives);
    CheckSlotList(rule.slots, stage.stores, "stores");
  }

  const Module& module_;
  ErrorList* errors_;
  std::string where_;
  Span span_;
};

}  // namespace

void VerifyPlans(const Module& module, ErrorList* errors) {
  PlanVerifier(module, errors).Run();
}

}  // namespace faultline::ir::internal
