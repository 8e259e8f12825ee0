// Formats and wrappers: ids in range, blocks as the runtime expects them. Rules: verify_rules.cpp.
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
      VerifyRule(module_, id, where_, errors_);
    }
    VerifyRulesTogether(module_, errors_);
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
    CheckSlot(format.slots, format.truncated, TypeKind::kBool, "the mark of a block that was cut");
    CheckSlotList(format.slots, format.block_by, "block_by");
    const bool block = format.kind == FormatKind::kBlock;
    Need(block || (format.parts.empty() && format.block_by.empty() && format.truncated == kNone),
         "only a block has parts");
    Need(!block || (!format.parts.empty() && format.parts[0].kind == BlockPartKind::kLine),
         "a block begins with a line");
    Need(format.limit_lines > 0, "the limit of a block is a line or more");
    CheckParts(format, format.parts, 1);
  }

  // Up to kMaxBlockDepth parts inside one another.
  void CheckParts(const Format& format, const std::vector<BlockPart>& parts, std::uint32_t depth) {
    if (parts.empty()) return;
    if (depth > kMaxBlockDepth) return Add("parts of a block are nested too deeply");
    for (const BlockPart& part : parts) {
      CheckPart(format, part);
      CheckParts(format, part.parts, depth + 1);
    }
  }

  void CheckPart(const Format& format, const BlockPart& part) {
    for (const Alternative& line : part.lines) CheckPattern(line.pattern);
    switch (part.kind) {
      case BlockPartKind::kLine:
      case BlockPartKind::kSkip:
      case BlockPartKind::kUntil:
        Need(!part.lines.empty() && part.parts.empty(), "a part that is a line has patterns and no parts");
        break;
      case BlockPartKind::kOptional:
      case BlockPartKind::kRepeat:
      case BlockPartKind::kAnyOrder:
      case BlockPartKind::kOneOf:
        Need(part.lines.empty() && !part.parts.empty(), "a part that is made of parts has no patterns");
        break;
      case BlockPartKind::kText:
        Need(part.parts.empty(), "text of a block has no parts");
        break;
      case BlockPartKind::kBlank:
        Need(part.lines.empty() && part.parts.empty(), "a blank line has no patterns and no parts");
        break;
    }
    Need(WordFor(kPartWords, part.kind) != "?", "no such part of a block");
    CheckSlotList(format.slots, part.element, "an element");
    Need(part.element.empty() || part.kind == BlockPartKind::kRepeat, "only a repetition has elements");
    Need(!part.required || part.kind == BlockPartKind::kRepeat, "only a repetition is said to be required");
    if (part.list == kNone) return;
    if (part.list >= format.slots.size()) {
      return Add(fmt::format("the list of a part is slot {}, which does not exist", part.list));
    }
    const lang::Type& type = format.slots[part.list].type;
    if (part.kind == BlockPartKind::kText) {
      return Need(type == lang::Type::List(TypeKind::kText), "the slot for text is no list of text");
    }
    if (part.kind != BlockPartKind::kRepeat) return Add("only text and repetitions are kept as lists");
    if (type.kind() != TypeKind::kList || type.element().kind() != TypeKind::kRecord) {
      return Add("the slot for a repetition is no list of records");
    }
    const std::vector<lang::RecordField>& fields = type.element().fields();
    const bool fit = std::equal(part.element.begin(), part.element.end(), fields.begin(), fields.end(),
                                [&](SlotId slot, const lang::RecordField& field) {
                                  return slot < format.slots.size() && format.slots[slot].type == field.type;
                                });
    Need(fit, "the elements of a repetition are not the fields of its records");
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
