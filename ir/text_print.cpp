// Printing the text form. Any module can be printed: what an index refers to is looked at only where it is in
// range, and loop bodies are followed only once and to a bounded depth.
#include "ir/text.h"
#include "ir/text_printer.h"
#include "ir/uses.h"
#include "ir/words.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <iterator>
#include <set>
#include <string>

namespace faultline::ir {

namespace {

bool IsName(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  for (char c : text) {
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'))
      return false;
  }
  return true;
}

void AppendType(std::string& out, const lang::Type& type, int depth) {
  if (depth > kMaxTypeDepth) {
    out += "…";
    return;
  }
  out += lang::TypeKindName(type.kind());
  if (type.kind() == lang::TypeKind::kList) {
    out += '<';
    AppendType(out, type.element(), depth + 1);
    out += '>';
  } else if (type.kind() == lang::TypeKind::kRecord) {
    out += '{';
    const char* separator = "";
    for (const lang::RecordField& field : type.fields()) {
      out += separator;
      out += IsName(field.name) ? field.name : Quote(field.name);
      out += field.optional ? "?: " : ": ";
      AppendType(out, field.type, depth + 1);
      separator = ", ";
    }
    out += '}';
  }
}

void AppendValue(std::string& out, const Value& value, int depth) {
  if (depth > kMaxValueDepth) {
    out += "…";
    return;
  }
  if (value.kind == ValueKind::kBool) {
    out += value.integer != 0 ? "true" : "false";
    return;
  }
  if (value.kind == ValueKind::kText) {
    out += Quote(value.AsText());
    return;
  }
  out += WordFor(kValueWords, value.kind);
  switch (value.kind) {
    case ValueKind::kMissing:
    case ValueKind::kBool:
    case ValueKind::kText:
      return;
    case ValueKind::kInt:
    case ValueKind::kDuration:
    case ValueKind::kBytes:
    case ValueKind::kTime:
    case ValueKind::kLevel:
      fmt::format_to(std::back_inserter(out), " {}", value.integer);
      return;
    case ValueKind::kFloat:
      out += ' ';
      out += internal::NumberText(value.real);
      return;
    case ValueKind::kSemver:
    case ValueKind::kGoVersion:
    case ValueKind::kIp:
    case ValueKind::kNetwork:
    case ValueKind::kUuid:
      out += ' ';
      out += Quote(value.AsText());
      return;
    case ValueKind::kList:
    case ValueKind::kRecord:
    case ValueKind::kMap: {
      const std::size_t count = value.kind == ValueKind::kMap ? std::size_t{2} * value.size : value.size;
      out += " [";
      for (std::size_t i = 0; i < count; ++i) {
        if (i > 0) out += ", ";
        AppendValue(out, value.items[i], depth + 1);
      }
      out += ']';
      return;
    }
  }
}

std::string_view OpcodeName(lang::Opcode opcode) {
  return static_cast<std::size_t>(opcode) < lang::Overloads().size() ? lang::RowOf(opcode).name : "?";
}

std::string Joined(std::string_view name, std::string_view arguments) {
  return arguments.empty() ? std::string(name) : fmt::format("{} {}", name, arguments);
}

// A name as it may stand in a comment: escaped, without the quotes.
std::string Escaped(std::string_view name) {
  const std::string quoted = Quote(name);
  return quoted.substr(1, quoted.size() - 2);
}

std::string SlotNote(const std::vector<ir::Slot>* slots, std::uint32_t index) {
  return slots != nullptr && index < slots->size() ? Escaped((*slots)[index].name) : "";
}

}  // namespace

namespace internal {

std::string NumberText(double value) {
  char buffer[32];
  const std::to_chars_result end = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, end.ptr};
}

Printer::Printer(const Module& module) : module_(module), frames_(module.functions.size()) {
  ForEachFunctionUse(module, [this](const FunctionUseOf<const FunctionId>& use) {
    if (*use.function >= frames_.size()) return;
    Frame& frame = frames_[*use.function];
    if (frame.slots != nullptr) return;
    frame = {use.slots, use.input, use.pattern};
  });
}

void Printer::Header() {
  Line("module {}", Quote(module_.name));
}

void Printer::Constant(std::uint32_t id) {
  const ir::Constant& constant = module_.constants[id];
  Line("constant @{} : {} = {}", id, PrintType(constant.type), PrintValue(constant.value));
}

void Printer::Pattern(PatternId id) {
  const ir::Pattern& pattern = module_.patterns[id];
  Open("pattern @{} {}", id, Quote(pattern.name));
  Text("source", pattern.source);
  Line("regex {}", Quote(pattern.regex));
  Text("flags", pattern.flags);
  Texts("captures", pattern.captures);
  if (!pattern.literals.empty()) {
    std::string literals;
    for (const ir::Pattern::Literal& literal : pattern.literals) {
      if (!literals.empty()) literals += ", ";
      if (literal.fold) literals += "fold ";
      literals += Quote(literal.text);
    }
    Line("literals [{}]", literals);
  }
  Close();
}

void Printer::Function(FunctionId id) {
  function_ = &module_.functions[id];
  frame_ = frames_[id];
  seen_.clear();
  const lang::Type& result = function_->result;
  const std::string arrow = result.is_error() ? "" : " -> " + PrintType(result);
  Open("func @{} {}{}", id, Quote(function_->name), arrow);
  if (!function_->blocks.empty()) BlockBody(0, "return");
  // Only in functions that the verifier refuses is anything left to show.
  for (std::uint32_t block = 0; block < function_->blocks.size(); ++block) {
    if (seen_.contains(block)) continue;
    Open("block {}", block);
    BlockBody(block, "yield");
    Close();
  }
  Close();
}

// The instructions of a block and what it yields. Recursion is bounded by `seen_` and the depth of
// indentation.
void Printer::BlockBody(std::uint32_t id, std::string_view last_word) {
  seen_.insert(id);
  const Block& block = function_->blocks[id];
  for (ValueId value : block.order) {
    if (value < function_->instructions.size()) {
      Instruction(value);
    } else {
      Line("// no instruction %{}", value);
    }
  }
  if (block.result != kNone) Line("{} %{}", last_word, block.result);
}

void Printer::Instruction(ValueId id) {
  const ir::Instruction& instruction = function_->instructions[id];
  std::string arguments;
  for (ValueId argument : instruction.arguments) {
    fmt::format_to(std::back_inserter(arguments), "{}%{}", arguments.empty() ? "" : ", ", argument);
  }
  const std::uint32_t index = instruction.index;
  switch (instruction.kind) {
    case InstructionKind::kConstant:
      Define(id, fmt::format("constant @{}", index), ConstantNote(index));
      return;
    case InstructionKind::kSlot:
      Define(id, fmt::format("slot {}", index), SlotNote(frame_.slots, index));
      return;
    case InstructionKind::kInput:
      Define(id, fmt::format("input {}", index), SlotNote(frame_.input, index));
      return;
    case InstructionKind::kCapture:
      Define(id, fmt::format("capture {}", index), CaptureNote(index));
      return;
    case InstructionKind::kOperation:
      Define(id, Joined(OpcodeName(instruction.opcode), arguments));
      return;
    case InstructionKind::kField:
      Define(id, fmt::format("field {} {}", index, arguments), FieldNote(instruction));
      return;
    case InstructionKind::kElement:
      Define(id, fmt::format("element {}", index));
      return;
    case InstructionKind::kMakeList:
      Define(id, Joined("list", arguments));
      return;
    case InstructionKind::kMakeRecord:
      Define(id, Joined("record", arguments));
      return;
    case InstructionKind::kStore:
      Note(fmt::format("store {} {}", index, arguments), SlotNote(frame_.slots, index));
      return;
    case InstructionKind::kBuiltin:
      Define(id, fmt::format("builtin {}", WordFor(kBuiltinWords, instruction.builtin)));
      return;
    case InstructionKind::kMatchPattern:
      Define(id, fmt::format("match @{} {}", index, arguments),
             index < module_.patterns.size() ? Escaped(module_.patterns[index].name) : "");
      return;
    case InstructionKind::kLoop:
      Loop(id, instruction, arguments);
      return;
  }
}

void Printer::Loop(ValueId id, const ir::Instruction& instruction, std::string_view arguments) {
  const std::string head = fmt::format("%{} = loop {} {} : {}", id, WordFor(kLoopWords, instruction.loop),
                                       arguments, PrintType(instruction.type));
  const std::uint32_t body = instruction.body;
  if (body >= function_->blocks.size() || seen_.contains(body) || indent_ > kMaxLoopDepth + 2) {
    Line("{} block {}", head, body);
    return;
  }
  Open("{}", head);
  BlockBody(body, "yield");
  Close();
}

void Printer::Define(ValueId id, std::string_view code, std::string_view note) {
  Note(fmt::format("%{} = {} : {}", id, code, PrintType(function_->instructions[id].type)), note);
}

// A comment that tells people what a number stands for; `note` has no newlines. It is shortened: the thing
// itself is elsewhere in the text.
void Printer::Note(std::string_view code, std::string_view note) {
  static constexpr std::size_t kColumn = 40;
  static constexpr std::size_t kLongest = 60;
  if (note.empty()) {
    Line("{}", code);
    return;
  }
  std::size_t end = std::min(note.size(), kLongest);
  while (end < note.size() && (static_cast<unsigned char>(note[end]) & 0xc0) == 0x80)
    --end;  // no half code points
  Line("{:<{}} // {}{}", code, kColumn, note.substr(0, end), end < note.size() ? "..." : "");
}

std::string Printer::ConstantNote(std::uint32_t index) const {
  return index < module_.constants.size() ? PrintValue(module_.constants[index].value) : "";
}

std::string Printer::CaptureNote(std::uint32_t index) const {
  if (frame_.pattern >= module_.patterns.size() || index == 0) return "";
  const std::vector<std::string>& captures = module_.patterns[frame_.pattern].captures;
  return index <= captures.size() ? Escaped(captures[index - 1]) : "";
}

std::string Printer::FieldNote(const ir::Instruction& instruction) const {
  if (instruction.arguments.size() != 1 || instruction.arguments[0] >= function_->instructions.size())
    return "";
  const lang::Type& type = function_->instructions[instruction.arguments[0]].type;
  if (type.kind() != lang::TypeKind::kRecord || instruction.index >= type.fields().size()) return "";
  return Escaped(type.fields()[instruction.index].name);
}

}  // namespace internal

namespace {

using internal::Printer;

// What a rule refers to, in the module's order.
struct References {
  std::set<FunctionId> functions;
  std::set<PatternId> patterns;
  std::set<std::uint32_t> constants;
};

References ReferencesOf(const Module& module, const Rule& rule) {
  References found;
  const auto add = [](std::set<std::uint32_t>& set, std::uint32_t id, std::size_t size) {
    if (id < size) set.insert(id);
  };
  ForEachFunctionUseInRule(module, rule, [&](const FunctionUseOf<const FunctionId>& use) {
    add(found.functions, *use.function, module.functions.size());
  });
  for (const Stage& stage : rule.stages) {
    for (const Alternative& alternative : stage.alternatives) {
      add(found.patterns, alternative.pattern, module.patterns.size());
    }
  }
  for (FunctionId id : found.functions) {
    for (const Instruction& instruction : module.functions[id].instructions) {
      if (instruction.kind == InstructionKind::kConstant) {
        add(found.constants, instruction.index, module.constants.size());
      } else if (instruction.kind == InstructionKind::kMatchPattern) {
        add(found.patterns, instruction.index, module.patterns.size());
      }
    }
  }
  return found;
}

}  // namespace

std::string PrintType(const lang::Type& type) {
  std::string out;
  AppendType(out, type, 0);
  return out;
}

std::string PrintValue(const Value& value) {
  std::string out;
  AppendValue(out, value, 0);
  return out;
}

std::string Print(const Module& module) {
  Printer printer(module);
  printer.Header();
  for (std::uint32_t id = 0; id < module.constants.size(); ++id) {
    if (id == 0) printer.Gap();
    printer.Constant(id);
  }
  const auto each = [&printer](std::size_t count, auto print) {
    for (std::uint32_t id = 0; id < count; ++id) {
      printer.Gap();
      print(id);
    }
  };
  each(module.patterns.size(), [&](std::uint32_t id) { printer.Pattern(id); });
  each(module.functions.size(), [&](std::uint32_t id) { printer.Function(id); });
  each(module.formats.size(), [&](std::uint32_t id) { printer.Format(id); });
  each(module.wrappers.size(), [&](std::uint32_t id) { printer.Wrapper(id); });
  each(module.rules.size(), [&](std::uint32_t id) { printer.Rule(id); });
  return printer.Take();
}

std::string Print(const Module& module, RuleId rule) {
  if (rule >= module.rules.size()) return "";
  const References references = ReferencesOf(module, module.rules[rule]);
  Printer printer(module);
  for (std::uint32_t id : references.constants) printer.Constant(id);
  for (PatternId id : references.patterns) {
    printer.Gap();
    printer.Pattern(id);
  }
  for (FunctionId id : references.functions) {
    printer.Gap();
    printer.Function(id);
  }
  printer.Gap();
  printer.Rule(rule);
  return printer.Take();
}

std::string PrintFunction(const Module& module, FunctionId function) {
  if (function >= module.functions.size()) return "";
  Printer printer(module);
  printer.Function(function);
  return printer.Take();
}

}  // namespace faultline::ir
