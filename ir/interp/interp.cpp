// Walking the IR. One function a kind of instruction where it takes more than a line; recursion only over the
// nesting of loops, which the verifier bounds.
#include "ir/interp/interp.h"

#include "ir/interp/pattern_table.h"
#include "runtime/ops/ops.h"
#include "support/regex/search.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace faultline::ir {

namespace {

using runtime::CaptureSpan;
using runtime::EvalContext;
using runtime::Frame;

class InterpreterScratch final : public runtime::Scratch {
 public:
  std::vector<Value> values;       // of the function that runs, by ValueId
  std::vector<Value> arguments;    // of the operation that runs
  std::vector<regex::Span> spans;  // of the pattern that is matched
  regex::Scratch regex;
};

bool MatchText(PatternTable& patterns, PatternId pattern, std::string_view text,
               std::span<CaptureSpan> captures, InterpreterScratch& scratch) {
  const regex::Regex* regex = patterns.Get(pattern);
  if (regex == nullptr) return false;
  scratch.spans.assign(captures.size(), {});
  if (!regex::Search(*regex, text, 0, regex::Anchor::kNone, scratch.spans, scratch.regex)) return false;
  std::transform(scratch.spans.begin(), scratch.spans.end(), captures.begin(),
                 [](const regex::Span& span) { return CaptureSpan{span.begin, span.end}; });
  return true;
}

// One call of one function.
class Activation {
 public:
  Activation(const Module& module, PatternTable& patterns, const Function& function, const Frame& frame,
             EvalContext& context, InterpreterScratch& scratch)
      : module_(module),
        patterns_(patterns),
        function_(function),
        frame_(frame),
        context_(context),
        scratch_(scratch),
        values_(scratch.values) {
    values_.assign(function.instructions.size(), Value::Missing());
  }

  Value RunBlock(const Block& block, std::uint32_t depth) {
    for (ValueId id : block.order) values_[id] = Run(function_.instructions[id], depth);
    return block.result == kNone ? Value::Missing() : values_[block.result];
  }

 private:
  Value Run(const Instruction& instruction, std::uint32_t depth) {
    switch (instruction.kind) {
      case InstructionKind::kConstant:
        return module_.constants[instruction.index].value;
      case InstructionKind::kSlot:
        return frame_.slots[instruction.index];
      case InstructionKind::kInput:
        return frame_.input == nullptr ? Value::Missing() : frame_.input[instruction.index];
      case InstructionKind::kCapture:
        return Capture(instruction.index);
      case InstructionKind::kOperation:
        return Operation(instruction);
      case InstructionKind::kField:
        return Field(Argument(instruction), instruction.index);
      case InstructionKind::kLoop:
        return Loop(instruction, depth);
      case InstructionKind::kElement:
        return elements_[instruction.index];
      case InstructionKind::kMakeList:
        return Make(ValueKind::kList, instruction.arguments);
      case InstructionKind::kMakeRecord:
        return Make(ValueKind::kRecord, instruction.arguments);
      case InstructionKind::kStore:
        frame_.slots[instruction.index] = Argument(instruction);
        return Value::Missing();
      case InstructionKind::kBuiltin:
        return BuiltinValue(instruction.builtin);
      case InstructionKind::kMatchPattern:
        return MatchPattern(instruction);
    }
    return Value::Missing();
  }

  const Value& Argument(const Instruction& instruction) const { return values_[instruction.arguments[0]]; }

  Value Capture(std::uint32_t group) const {
    if (group >= frame_.captures.size()) return Value::Missing();
    const CaptureSpan span = frame_.captures[group];
    if (span.begin < 0 || span.end < span.begin ||
        static_cast<std::size_t>(span.end) > frame_.subject.size()) {
      return Value::Missing();
    }
    return Value::Text(frame_.subject.substr(static_cast<std::size_t>(span.begin),
                                             static_cast<std::size_t>(span.end - span.begin)));
  }

  Value Operation(const Instruction& instruction) {
    std::vector<Value>& arguments = scratch_.arguments;
    arguments.clear();
    bool missing = false;
    for (ValueId argument : instruction.arguments) {
      arguments.push_back(values_[argument]);
      missing = missing || arguments.back().is_missing();
    }
    if (missing && lang::RowOf(instruction.opcode).traits == lang::OpTraits::kStrict) return Value::Missing();
    Value result;
    runtime::OpFunction(instruction.opcode)(&context_, &result, arguments.data());
    return result;
  }

  static Value Field(const Value& record, std::uint32_t index) {
    if (record.kind != ValueKind::kRecord || index >= record.size) return Value::Missing();
    return record.items[index];
  }

  Value Make(ValueKind kind, const std::vector<ValueId>& arguments) {
    Value* items = context_.arena->AllocateValues(arguments.size());
    std::transform(arguments.begin(), arguments.end(), items, [this](ValueId id) { return values_[id]; });
    return Value::Items(kind, items, static_cast<std::uint32_t>(arguments.size()));
  }

  Value MatchPattern(const Instruction& instruction) {
    const Value& text = Argument(instruction);
    if (text.kind != ValueKind::kText) return Value::Missing();
    return Value::Bool(MatchText(patterns_, instruction.index, text.AsText(), {}, scratch_));
  }

  Value BuiltinValue(Builtin builtin) const {
    if (builtin == Builtin::kNow) return Value::Integer(ValueKind::kTime, context_.now);
    if (frame_.record == nullptr) return Value::Missing();
    const runtime::RecordContext& record = *frame_.record;
    switch (builtin) {
      case Builtin::kLogFile:
        return Value::Text(record.file);
      case Builtin::kLogLine:
        return Value::Int(record.line);
      case Builtin::kLogColumn:
        return record.column > 0 ? Value::Int(record.column) : Value::Missing();
      case Builtin::kText:
        return Value::Text(record.text);
      case Builtin::kRawText:
        return Value::Text(record.raw);
      case Builtin::kTime:
        return record.time;
      case Builtin::kStream:
        return record.stream;
      case Builtin::kNow:
        break;
    }
    return Value::Missing();
  }

  // Evaluates the body for every element, also where the result is already known: nothing can be seen of it.
  Value Loop(const Instruction& instruction, std::uint32_t depth) {
    const Value list = Argument(instruction);
    if (list.kind != ValueKind::kList) return Value::Missing();
    const Block& body = function_.blocks[instruction.body];
    const bool keeps = instruction.loop == LoopKind::kFilter || instruction.loop == LoopKind::kMap;
    Value* kept = keeps ? context_.arena->AllocateValues(list.size) : nullptr;
    std::uint32_t kept_count = 0;
    std::uint32_t true_count = 0;
    bool some_false = false;
    bool some_unknown = false;
    Value first;
    Value last;
    for (std::uint32_t i = 0; i < list.size; ++i) {
      elements_[depth] = list.items[i];
      const Value value = RunBlock(body, depth + 1);
      if (instruction.loop == LoopKind::kMap) {
        kept[kept_count++] = value;
      } else if (value.is_true()) {
        if (true_count++ == 0) first = list.items[i];
        last = list.items[i];
        if (instruction.loop == LoopKind::kFilter) kept[kept_count++] = list.items[i];
      } else if (value.is_missing()) {
        some_unknown = true;
      } else {
        some_false = true;
      }
    }
    switch (instruction.loop) {
      case LoopKind::kAny:
        return true_count > 0 ? Value::Bool(true) : some_unknown ? Value::Missing() : Value::Bool(false);
      case LoopKind::kAll:
        return some_false ? Value::Bool(false) : some_unknown ? Value::Missing() : Value::Bool(true);
      case LoopKind::kCount:
        return Value::Int(true_count);
      case LoopKind::kFirst:
        return first;
      case LoopKind::kLast:
        return last;
      case LoopKind::kFilter:
      case LoopKind::kMap:
        return Value::Items(ValueKind::kList, kept, kept_count);
    }
    return Value::Missing();
  }

  const Module& module_;
  PatternTable& patterns_;
  const Function& function_;
  const Frame& frame_;
  EvalContext& context_;
  InterpreterScratch& scratch_;
  std::vector<Value>& values_;
  Value elements_[kMaxLoopDepth];  // the current element of each loop around, outermost first
};

class Interpreter final : public runtime::Program {
 public:
  explicit Interpreter(std::shared_ptr<const Module> module)
      : module_(std::move(module)), patterns_(*module_) {}

  const Module& module() const override { return *module_; }

  std::unique_ptr<runtime::Scratch> NewScratch() const override {
    return std::make_unique<InterpreterScratch>();
  }

  bool Match(PatternId pattern, std::string_view text, std::span<CaptureSpan> captures,
             runtime::Scratch& scratch) const override {
    return MatchText(patterns_, pattern, text, captures, static_cast<InterpreterScratch&>(scratch));
  }

  Value Call(FunctionId function, const Frame& frame, EvalContext& context,
             runtime::Scratch& scratch) const override {
    const Function& code = module_->functions[function];
    return Activation(*module_, patterns_, code, frame, context, static_cast<InterpreterScratch&>(scratch))
        .RunBlock(code.blocks[0], 0);
  }

  std::string_view HowRuns(PatternId) const override { return "interpreted"; }
  std::string_view HowRunsFunction(FunctionId) const override { return "interpreted"; }
  std::string_view engine_name() const override { return "interp"; }

 private:
  std::shared_ptr<const Module> module_;
  mutable PatternTable patterns_;
};

}  // namespace

std::unique_ptr<runtime::Program> MakeInterpreter(std::shared_ptr<const Module> module) {
  return std::make_unique<Interpreter>(std::move(module));
}

std::span<const Value> LastValues(const runtime::Scratch& scratch) {
  return static_cast<const InterpreterScratch&>(scratch).values;
}

}  // namespace faultline::ir
