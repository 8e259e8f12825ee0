// FunctionBuilder: writes one function of a module, instruction by instruction, in canonical numbering.
//
//   ir::FunctionBuilder b(&module, "go.modules.x.where");
//   ir::ValueId stack = b.Slot(2, lang::Type::List(frame));
//   ir::ValueId element = b.BeginLoop(ir::LoopKind::kAny, stack);
//   ir::ValueId found = b.Operation(lang::Opcode::eq_text, {b.Field(element, "func"), b.Text("main.main")});
//   ir::FunctionId id = b.Finish(b.EndLoop(found));
//
// Inside a loop's body all values made before it can be used; its own values end with it, and EndLoop yields
// what the loop computed. Types are derived; where operands do not fit, the derived type is kError and the
// verifier says so, so callers need not check after each call. Ids given must be of values of this builder.
//
// Cost: O(1) an instruction, but AddConstant for constants. Not thread-safe; one builder at a time adds
// constants to a module, several functions may be begun.
#ifndef FAULTLINE_IR_BUILDER_H_
#define FAULTLINE_IR_BUILDER_H_

#include "ir/ir.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::ir {

// The type of `opcode` applied to arguments of these types; kError where they do not fit its signature.
lang::Type ResultType(lang::Opcode opcode, const std::vector<lang::Type>& arguments);

// The type of a loop over list<element> whose body yields `body`; kError where they do not fit.
lang::Type LoopType(LoopKind kind, const lang::Type& element, const lang::Type& body);

lang::Type BuiltinType(Builtin builtin);

class FunctionBuilder {
 public:
  // `module` outlives the builder. `name` need not be unique yet: Finish adds ".2", ".3" … where it is taken.
  FunctionBuilder(Module* module, std::string name);

  // The span of the instructions that follow.
  void set_span(Span span) { span_ = span; }

  ValueId Constant(const Value& value, const lang::Type& type);
  ValueId Constant(std::uint32_t constant);  // one that the module has
  ValueId Text(std::string_view text);
  ValueId Int(std::int64_t value);
  ValueId Bool(bool value);
  ValueId Missing(const lang::Type& type);

  ValueId Slot(SlotId slot, const lang::Type& type);
  ValueId Input(SlotId slot, const lang::Type& type);  // Stage::load only
  ValueId Capture(std::uint32_t group);                // from 1; 0 is the whole match
  ValueId BuiltinValue(Builtin builtin);
  ValueId Operation(lang::Opcode opcode, std::vector<ValueId> arguments);
  ValueId Field(ValueId record, std::uint32_t index);
  ValueId Field(ValueId record, std::string_view name);
  ValueId MatchPattern(PatternId pattern, ValueId text);
  ValueId MakeList(const lang::Type& element, std::vector<ValueId> items);
  ValueId MakeRecord(const lang::Type& record, std::vector<ValueId> fields);
  void Store(SlotId slot, ValueId value);

  // Opens a loop's body; returns the current element.
  ValueId BeginLoop(LoopKind kind, ValueId list);
  // Closes the innermost body, which yields `result`; returns the loop's value.
  ValueId EndLoop(ValueId result);
  std::uint32_t loop_depth() const { return static_cast<std::uint32_t>(open_.size()) - 1; }

  const lang::Type& TypeOf(ValueId value) const { return function_.instructions[value].type; }

  // Ends the function and adds it to the module. Loops still open are a bug of the caller. The builder is
  // spent.
  FunctionId Finish(ValueId result);
  FunctionId Finish();  // of a function that only stores

 private:
  ValueId Emit(Instruction instruction);
  FunctionId Add();

  Module* module_;
  Function function_;
  struct Open {
    std::uint32_t block;
    ValueId loop;  // kNone: the function's body
  };
  std::vector<Open> open_;
  Span span_;
};

}  // namespace faultline::ir

#endif  // FAULTLINE_IR_BUILDER_H_
