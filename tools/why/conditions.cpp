// Parts of conditions: see conditions.h.
#include "tools/why/conditions.h"

#include "ir/interp/interp.h"
#include "runtime/report/escape.h"
#include "support/value/print.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace faultline::explain {
namespace {

constexpr std::size_t kMaxParts = 40;
constexpr std::size_t kMaxValues = 6;

bool IsAnd(const ir::Instruction& instruction) {
  return instruction.kind == ir::InstructionKind::kOperation && instruction.opcode == lang::Opcode::and_bool;
}

std::optional<double> NumberOf(const Value& value) {
  switch (value.kind) {
    case ValueKind::kInt:
    case ValueKind::kDuration:
    case ValueKind::kBytes:
      return static_cast<double>(value.integer);
    case ValueKind::kFloat:
      return value.real;
    case ValueKind::kMissing:
    case ValueKind::kBool:
    case ValueKind::kText:
    case ValueKind::kTime:
    case ValueKind::kLevel:
    case ValueKind::kSemver:
    case ValueKind::kGoVersion:
    case ValueKind::kIp:
    case ValueKind::kNetwork:
    case ValueKind::kUuid:
    case ValueKind::kList:
    case ValueKind::kRecord:
    case ValueKind::kMap:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::string Clip(std::string_view text, std::size_t limit) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.remove_suffix(1);
  if (text.size() <= limit) return runtime::SafeText(text);
  std::size_t cut = limit;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
  return runtime::SafeText(text.substr(0, cut)) + "\xE2\x80\xA6";
}

std::string ShowValue(const Value& value, std::size_t limit) {
  if (value.is_missing()) return "missing";
  if (value.kind == ValueKind::kText) return "\"" + Clip(value.AsText(), limit) + "\"";
  std::string text;
  AppendText(text, value, limit + 8);
  text = Clip(text, limit);
  return value.kind == ValueKind::kList ? "[" + text + "]" : text;
}

ConditionReader::ConditionReader(std::shared_ptr<const ir::Module> module, const SourceSet& sources,
                                 const runtime::EvalContext& context)
    : module_(module),
      sources_(sources),
      program_(ir::MakeInterpreter(std::move(module))),
      scratch_(program_->NewScratch()),
      context_(context) {}

std::string ConditionReader::TextOf(Span span) const {
  if (!span.IsValid() || span.file >= sources_.size()) return {};
  // Line breaks and what indents the next line are one blank.
  std::string text;
  for (const char c : sources_.TextOf(span)) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank) {
      text += c;
    } else if (!text.empty() && text.back() != ' ') {
      text += ' ';
    }
  }
  return Clip(text, 160);
}

std::string ConditionReader::NameOf(const ir::Instruction& instruction, const ir::Rule& rule) const {
  if (instruction.kind == ir::InstructionKind::kSlot && instruction.index < rule.slots.size() &&
      !rule.slots[instruction.index].hidden) {
    return rule.slots[instruction.index].name;
  }
  if (std::string text = TextOf(instruction.span); !text.empty()) return text;
  return instruction.kind == ir::InstructionKind::kSlot && instruction.index < rule.slots.size()
             ? rule.slots[instruction.index].name
             : std::string();
}

// What the value is made of: the sides of an operation that are not constant, and the names below them.
Named ConditionReader::ValuesUnder(const ir::Function& function, ir::ValueId id, const ir::Rule& rule,
                                   std::span<const Value> values) const {
  Named named;
  std::set<std::string> seen;
  const auto add = [&](ir::ValueId value) {
    const std::string name = NameOf(function.instructions[value], rule);
    if (name.empty() || named.size() >= kMaxValues || !seen.insert(name).second) return;
    named.emplace_back(name, ShowValue(values[value]));
  };
  std::vector<ir::ValueId> open{id};
  while (!open.empty()) {
    const ir::ValueId value = open.front();
    open.erase(open.begin());
    const ir::Instruction& instruction = function.instructions[value];
    switch (instruction.kind) {
      case ir::InstructionKind::kSlot:
      case ir::InstructionKind::kCapture:
      case ir::InstructionKind::kInput:
      case ir::InstructionKind::kBuiltin:
      case ir::InstructionKind::kField:
        add(value);
        break;
      case ir::InstructionKind::kOperation:
      case ir::InstructionKind::kLoop:
      case ir::InstructionKind::kMatchPattern:
        // The whole of it is said by whether it holds.
        if (value != id && !values[value].is_missing() && values[value].kind != ValueKind::kBool) add(value);
        open.insert(open.end(), instruction.arguments.begin(), instruction.arguments.end());
        break;
      case ir::InstructionKind::kMakeList:
      case ir::InstructionKind::kMakeRecord:
        open.insert(open.end(), instruction.arguments.begin(), instruction.arguments.end());
        break;
      case ir::InstructionKind::kConstant:
      case ir::InstructionKind::kElement:
      case ir::InstructionKind::kStore:
        break;
    }
  }
  return named;
}

std::vector<Condition> ConditionReader::Read(ir::FunctionId id, const runtime::Frame& frame,
                                             const ir::Rule& rule) {
  std::vector<Condition> parts;
  if (id >= module_->functions.size()) return parts;
  const ir::Function& function = module_->functions[id];
  if (function.blocks.empty() || function.blocks[0].result == ir::kNone) return parts;
  slots_.assign(frame.slots, frame.slots + rule.slots.size());
  runtime::Frame copy = frame;
  copy.slots = slots_.data();
  arena_.Reset();
  context_.arena = &arena_;
  program_->Call(id, copy, context_, *scratch_);
  const std::span<const Value> values = ir::LastValues(*scratch_);
  std::vector<ir::ValueId> open{function.blocks[0].result};
  while (!open.empty() && parts.size() < kMaxParts) {
    const ir::ValueId value = open.back();
    open.pop_back();
    const ir::Instruction& instruction = function.instructions[value];
    if (IsAnd(instruction)) {
      open.insert(open.end(), instruction.arguments.rbegin(), instruction.arguments.rend());
      continue;
    }
    Condition part;
    part.text = TextOf(instruction.span);
    if (values[value].kind == ValueKind::kBool) part.holds = values[value].is_true();
    part.values = ValuesUnder(function, value, rule, values);
    if (instruction.kind == ir::InstructionKind::kOperation && instruction.arguments.size() == 2) {
      const auto a = NumberOf(values[instruction.arguments[0]]),
                 b = NumberOf(values[instruction.arguments[1]]);
      if (a && b) part.apart = std::abs(*a - *b);
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace faultline::explain
