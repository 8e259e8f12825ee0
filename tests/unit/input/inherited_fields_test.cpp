// Fields of wrappers for lines that the wrapper does not fit.
#include "runtime/decode/inherited_fields.h"

#include <array>
#include <catch2/catch.hpp>
#include <string>

namespace faultline::runtime {
namespace {

using lang::TypeKind;

// Two wrappers; a rule names field 1 of the outer one and fields 0 and 1 of the inner one.
ir::Module TwoWrappers() {
  ir::Module module;
  for (const char* name : {"outer", "inner"}) {
    ir::Wrapper wrapper;
    wrapper.name = name;
    wrapper.slots = {{"number", TypeKind::kInt, false}, {"text", TypeKind::kText, false}};
    module.wrappers.push_back(std::move(wrapper));
  }
  ir::Stage stage;
  stage.wrapped = {{0, 0, 1}, {1, 1, 0}, {2, 1, 1}};
  ir::Rule rule;
  rule.stages = {stage};
  module.rules.push_back(std::move(rule));
  return module;
}

TEST_CASE("nothing is kept for rules that name no field") {
  ir::Module module = TwoWrappers();
  CHECK(InheritedFields(module).any());
  module.rules.clear();
  CHECK_FALSE(InheritedFields(module).any());
}

TEST_CASE("a stream has the fields of its latest line") {
  const ir::Module module = TwoWrappers();
  InheritedFields fields(module);
  Arena arena;
  const std::array<Value, 2> outer{Value::Int(7), Value::Text("job")};
  {
    std::string text = "gone by then";
    const std::array<Value, 2> inner{Value::Int(3), Value::Text(text)};
    const std::array<WrapperValues, 2> layers{WrapperValues{0, outer.data()}, WrapperValues{1, inner.data()}};
    fields.Keep(1, 5, layers);
    text.assign(text.size(), 'x');
  }
  CHECK(fields.Recall(1, 6, 1, arena) == nullptr);
  CHECK(fields.Recall(0, 5, 1, arena) == nullptr);
  const Value* inner = fields.Recall(1, 5, 1, arena);
  REQUIRE(inner != nullptr);
  CHECK(inner[0].integer == 3);
  CHECK(inner[1].AsText() == "gone by then");

  std::array<WrapperValues, 2> all{};
  REQUIRE(fields.RecallAll(1, 5, all, arena) == 2);
  CHECK(all[0].wrapper == 0);
  CHECK(all[0].slots[0].is_missing());  // no rule names it
  CHECK(all[0].slots[1].AsText() == "job");
  CHECK(all[1].wrapper == 1);

  // The next line says less, and that is what counts then.
  const std::array<Value, 2> less{Value::Int(4), Value::Missing()};
  const std::array<WrapperValues, 2> layers{WrapperValues{0, outer.data()}, WrapperValues{1, less.data()}};
  fields.Keep(1, 5, layers);
  inner = fields.Recall(1, 5, 1, arena);
  CHECK(inner[0].integer == 4);
  CHECK(inner[1].is_missing());
  CHECK(fields.refused() == 0);
}

TEST_CASE("what is kept is bounded") {
  const ir::Module module = TwoWrappers();
  InheritedFields fields(module);
  Arena arena;
  const std::string text(1024 * 1024, 'x');
  const std::array<Value, 2> inner{Value::Int(1), Value::Text(text)};
  const std::array<WrapperValues, 1> layers{WrapperValues{1, inner.data()}};
  for (std::uint32_t stream = 0; stream < 20; ++stream) fields.Keep(0, stream, layers);
  CHECK(fields.refused() == 4);
  CHECK(fields.Recall(0, 15, 1, arena)[1].AsText().size() == text.size());
  CHECK(fields.Recall(0, 16, 1, arena)[1].is_missing());
  CHECK(fields.Recall(0, 16, 1, arena)[0].integer == 1);
  // Room that is given back is used again.
  const std::array<Value, 2> little{Value::Int(1), Value::Text("")};
  const std::array<WrapperValues, 1> small{WrapperValues{1, little.data()}};
  fields.Keep(0, 0, small);
  fields.Keep(0, 16, layers);
  CHECK(fields.Recall(0, 16, 1, arena)[1].AsText().size() == text.size());
}

}  // namespace
}  // namespace faultline::runtime
