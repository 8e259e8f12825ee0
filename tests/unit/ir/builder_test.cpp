// The builder: canonical numbering, derived types, constants found again.
#include "ir/builder.h"

#include "ir/equal.h"
#include "ir/verifier.h"

#include <catch2/catch.hpp>

namespace faultline::ir {
namespace {

using lang::Type;
using lang::TypeKind;

TEST_CASE("constants are shared by value and type, with their own copy of text") {
  Module module;
  std::string text = "verifying";
  const std::uint32_t first = module.AddConstant(Value::Text(text), TypeKind::kText);
  text = "?????????";
  CHECK(module.AddConstant(Value::Text("verifying"), TypeKind::kText) == first);
  CHECK(module.AddConstant(Value::Text("verifying"), TypeKind::kAny) != first);
  CHECK(module.constants[first].value.AsText() == "verifying");

  // Floats by their bits: 0.0 and -0.0 print differently.
  const std::uint32_t zero = module.AddConstant(Value::Float(0.0), TypeKind::kFloat);
  CHECK(module.AddConstant(Value::Float(-0.0), TypeKind::kFloat) != zero);

  const Value items[] = {Value::Int(1), Value::Missing()};
  const Type ints = Type::List(TypeKind::kInt);
  const std::uint32_t list = module.AddConstant(Value::Items(ValueKind::kList, items, 2), ints);
  CHECK(module.AddConstant(Value::Items(ValueKind::kList, items, 2), ints) == list);
  CHECK(module.AddConstant(Value::Items(ValueKind::kList, items, 1), ints) != list);
  CHECK(module.AddConstant(Value::Missing(), TypeKind::kInt) !=
        module.AddConstant(Value::Missing(), TypeKind::kText));
}

TEST_CASE("loops are numbered before their bodies") {
  Module module;
  const Type frame = Type::Record({{"file", TypeKind::kText, false}, {"line", TypeKind::kInt, true}});
  FunctionBuilder b(&module, "where");
  const ValueId stack = b.Constant(Value::Items(ValueKind::kList, nullptr, 0), Type::List(frame));
  const ValueId element = b.BeginLoop(LoopKind::kFilter, stack);
  CHECK(b.loop_depth() == 1);
  const ValueId words = b.Operation(lang::Opcode::words_text, {b.Field(element, "file")});
  const ValueId word = b.BeginLoop(LoopKind::kAny, words);
  const ValueId inner = b.EndLoop(b.Operation(lang::Opcode::eq_text, {word, b.Text("main.go")}));
  const ValueId outer = b.EndLoop(inner);
  CHECK(b.TypeOf(inner) == Type(TypeKind::kBool));
  CHECK(b.TypeOf(outer) == Type::List(frame));
  const FunctionId id = b.Finish(outer);

  const Function& function = module.functions[id];
  CHECK(outer == 1);
  CHECK(element == 2);
  CHECK(function.instructions[outer].body == 1);
  CHECK(function.instructions[inner].body == 2);
  CHECK(function.instructions[word].index == 1);
  CHECK(function.blocks[0].order == std::vector<ValueId>{0, 1});
  CHECK(function.blocks[1].result == inner);
  CHECK(Verify(module).empty());
}

TEST_CASE("types that do not fit are error types, and the verifier says so") {
  Module module;
  FunctionBuilder b(&module, "wrong");
  const ValueId sum = b.Operation(lang::Opcode::add_int, {b.Int(1), b.Text("x")});
  CHECK(b.TypeOf(sum).is_error());
  b.Finish(sum);
  CHECK_FALSE(Verify(module).empty());

  CHECK(ResultType(lang::Opcode::in_list, {TypeKind::kInt, Type::List(TypeKind::kInt)}) ==
        Type(TypeKind::kBool));
  CHECK(ResultType(lang::Opcode::in_list, {TypeKind::kInt, Type::List(TypeKind::kText)}).is_error());
  CHECK(ResultType(lang::Opcode::first_list, {Type::List(TypeKind::kIp)}) == Type(TypeKind::kIp));
  CHECK(ResultType(lang::Opcode::reverse_list, {Type::List(TypeKind::kIp)}) == Type::List(TypeKind::kIp));
  CHECK(ResultType(lang::Opcode::add_int, {TypeKind::kInt}).is_error());
  CHECK(LoopType(LoopKind::kMap, TypeKind::kInt, TypeKind::kText) == Type::List(TypeKind::kText));
  CHECK(LoopType(LoopKind::kCount, TypeKind::kInt, TypeKind::kText).is_error());
  CHECK(LoopType(LoopKind::kLast, TypeKind::kInt, TypeKind::kBool) == Type(TypeKind::kInt));
}

TEST_CASE("names of functions are unique") {
  Module module;
  for (int i = 0; i < 3; ++i) {
    FunctionBuilder b(&module, "same");
    b.Finish(b.Bool(true));
  }
  CHECK(module.functions[0].name == "same");
  CHECK(module.functions[1].name == "same.2");
  CHECK(module.functions[2].name == "same.3");
  CHECK(SameCode(module.functions[0], module.functions[2]));
  CHECK_FALSE(SameFunction(module.functions[0], module.functions[2]));
}

}  // namespace
}  // namespace faultline::ir
