// Every operation of the language as native code, inlined or called, against its C function over boundary
// values of its parameter types, missing among them. This is what allows an operation into jit/inlined.def.
#include "ir/builder.h"
#include "ir/equal.h"
#include "runtime/ops/ops.h"
#include "tests/unit/jit/support.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <set>

namespace faultline::jit::testing {
namespace {

using lang::Type;
using lang::TypeKind;

const std::set<std::string_view>& InlinedNames() {
  static const std::set<std::string_view> names = {
#define FAULTLINE_INLINED(opcode, shape) #opcode,
#include "jit/inlined.def"
#undef FAULTLINE_INLINED
  };
  return names;
}

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

std::vector<Value> Integers(ValueKind kind) {
  std::vector<Value> values;
  for (std::int64_t n : {kMin,
                         kMin + 1,
                         kMin / 2,
                         std::int64_t{-3037000500},
                         std::int64_t{-4294967296},
                         std::int64_t{-1000},
                         std::int64_t{-2},
                         std::int64_t{-1},
                         std::int64_t{0},
                         std::int64_t{1},
                         std::int64_t{2},
                         std::int64_t{7},
                         std::int64_t{4294967295},
                         std::int64_t{4294967296},
                         std::int64_t{3037000499},
                         std::int64_t{9007199254740993},
                         kMax / 2,
                         kMax / 2 + 1,
                         kMax - 1,
                         kMax}) {
    values.push_back(Value::Integer(kind, n));
  }
  return values;
}

std::vector<Value> Texts(ValueKind kind, std::vector<std::string_view> texts) {
  std::vector<Value> values;
  for (std::string_view text : texts) {
    values.push_back(Value::Textual(kind, text));
  }
  return values;
}

constexpr char kIpv4[] = "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01";
constexpr char kIpv6[] = "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01";
constexpr char kNet4[] = "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\0\x68";
constexpr char kNet0[] = "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

std::vector<Value> Boundaries(const Type& type, Arena& arena) {
  std::vector<Value> values;
  switch (type.kind()) {
    case TypeKind::kBool:
      values = {Value::Bool(false), Value::Bool(true)};
      break;
    case TypeKind::kInt:
      values = Integers(ValueKind::kInt);
      break;
    case TypeKind::kDuration:
      values = Integers(ValueKind::kDuration);
      break;
    case TypeKind::kBytes:
      values = Integers(ValueKind::kBytes);
      break;
    case TypeKind::kTime:
      values = Integers(ValueKind::kTime);
      break;
    case TypeKind::kFloat:
      for (double real :
           {-std::numeric_limits<double>::max(), -1e300, -1.5, -1.0, -5e-324, -0.0, 0.0, 5e-324, 0.1, 1.0,
            1.5, 9007199254740993.0, 9223372036854775808.0, 1e300, std::numeric_limits<double>::max()}) {
        values.push_back(Value::Float(real));
      }
      break;
    case TypeKind::kLevel:
      for (std::int64_t level = 0; level <= 5; ++level) {
        values.push_back(Value::Integer(ValueKind::kLevel, level));
      }
      break;
    case TypeKind::kText:
      values = Texts(ValueKind::kText,
                     {"",      "a",       "ab",     "abc",      "b",        "A",
                      "aB",    "  a  ",   "12",     "-5",       "1.5",      "10s",
                      "64MiB", "v1.2.3",  "go1.21", "10.0.0.1", "x=1, y=2", "2026-01-02T03:04:05Z",
                      "ms",    "warning", "true",   "\xc3\xa4", "\xff",     std::string_view("\0", 1)});
      break;
    case TypeKind::kSemver:
      values = Texts(ValueKind::kSemver, {"v1.2.3", "v1.2.3-rc.1", "v1.2.3+incompatible",
                                          "v0.0.0-20240102030405-abcdefabcdef", "v2"});
      break;
    case TypeKind::kGoVersion:
      values = Texts(ValueKind::kGoVersion, {"go1.21", "go1.21rc2", "go1.21.3"});
      break;
    case TypeKind::kIp:
      values = Texts(ValueKind::kIp, {{kIpv4, 16}, {kIpv6, 16}});
      break;
    case TypeKind::kNetwork:
      values = Texts(ValueKind::kNetwork, {{kNet4, 17}, {kNet0, 17}});
      break;
    case TypeKind::kUuid:
      values = Texts(ValueKind::kUuid,
                     {"00000000-0000-0000-0000-000000000000", "123e4567-e89b-12d3-a456-426614174000"});
      break;
    case TypeKind::kList: {
      std::vector<Value> items = Boundaries(type.element(), arena);
      values.push_back(Value::Items(ValueKind::kList, nullptr, 0));
      for (std::size_t count : {std::size_t{1}, std::size_t{3}, items.size()}) {
        count = std::min(count, items.size());
        Value* copy = arena.AllocateValues(count);
        std::copy(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(count), copy);
        values.push_back(Value::Items(ValueKind::kList, copy, static_cast<std::uint32_t>(count)));
      }
      break;
    }
    case TypeKind::kMap: {
      Value* pair = arena.AllocateValues(2);
      pair[0] = Value::Text("a");
      pair[1] = Value::Text("1");
      values = {Value::Items(ValueKind::kMap, nullptr, 0), Value::Items(ValueKind::kMap, pair, 1)};
      break;
    }
    case TypeKind::kAny:
      values = {Value::Bool(true),
                Value::Int(-1),
                Value::Float(0.5),
                Value::Text("12s"),
                Value::Integer(ValueKind::kDuration, 5),
                Value::Items(ValueKind::kList, nullptr, 0)};
      break;
    case TypeKind::kRecord:
    case TypeKind::kError:
      break;
  }
  values.push_back(Value::Missing());
  return values;
}

// What T stands for, in turn.
const std::vector<Type>& VariableTypes() {
  static const std::vector<Type> types = {TypeKind::kBool, TypeKind::kInt,    TypeKind::kFloat,
                                          TypeKind::kText, TypeKind::kSemver, Type::List(TypeKind::kInt)};
  return types;
}

Type Concrete(const lang::TypePattern& pattern, const Type& variable) {
  switch (pattern.kind) {
    case lang::TypePattern::Kind::kType:
      return pattern.type;
    case lang::TypePattern::Kind::kVariable:
      return variable;
    case lang::TypePattern::Kind::kListOfVariable:
      return Type::List(variable);
  }
  return {};
}

struct Case {
  const lang::OverloadRow* row;
  std::vector<Type> parameters;
};

std::vector<Case> AllCases() {
  std::vector<Case> cases;
  for (const lang::OverloadRow& row : lang::Overloads()) {
    bool generic = false;
    for (const lang::TypePattern& parameter : row.parameters) {
      generic = generic || parameter.kind != lang::TypePattern::Kind::kType;
    }
    for (const Type& variable : VariableTypes()) {
      Case one{&row, {}};
      for (const lang::TypePattern& parameter : row.parameters) {
        one.parameters.push_back(Concrete(parameter, variable));
      }
      cases.push_back(one);
      if (!generic) {
        break;
      }
    }
  }
  return cases;
}

// One function a case: the operation over the first slots.
std::shared_ptr<ir::Module> OperationModule(const std::vector<Case>& cases) {
  auto module = std::make_shared<ir::Module>();
  module->name = "operations";
  for (const Case& one : cases) {
    ir::FunctionBuilder builder(module.get(), std::string(one.row->name));
    std::vector<ir::ValueId> arguments;
    for (std::uint32_t i = 0; i < one.parameters.size(); ++i) {
      arguments.push_back(builder.Slot(i, one.parameters[i]));
    }
    builder.Finish(builder.Operation(one.row->opcode, arguments));
  }
  return module;
}

struct Counts {
  std::size_t evaluations = 0;
  std::size_t differences = 0;
};

Counts CompareOperations(const JitOptions& options) {
  std::vector<Case> cases = AllCases();
  std::shared_ptr<ir::Module> module = OperationModule(cases);
  auto native = Native(module, options);
  auto scratch = native->NewScratch();
  Counts counts;
  Arena values_arena;
  Arena arena;
  runtime::EvalContext context{&arena, 1'700'000'000'000'000'000, 0};
  for (std::size_t id = 0; id < cases.size(); ++id) {
    const Case& one = cases[id];
    std::vector<std::vector<Value>> choices;
    for (const Type& type : one.parameters) {
      choices.push_back(Boundaries(type, values_arena));
    }
    // Three and more parameters would be too many combinations of all; a stride keeps a spread of them.
    std::vector<std::size_t> at(choices.size(), 0);
    std::size_t total = 1;
    for (const std::vector<Value>& choice : choices) {
      total *= choice.size();
    }
    std::size_t stride = total > 20000 ? total / 20000 | 1 : 1;
    for (std::size_t n = 0; n < total; n += stride) {
      std::vector<Value> arguments;
      std::size_t rest = n;
      for (const std::vector<Value>& choice : choices) {
        arguments.push_back(choice[rest % choice.size()]);
        rest /= choice.size();
      }
      arena.Reset();
      Value wanted = runtime::ApplyOp(one.row->opcode, context, arguments);
      runtime::Frame frame;
      frame.slots = arguments.data();
      Value got = native->Call(static_cast<ir::FunctionId>(id), frame, context, *scratch);
      ++counts.evaluations;
      if (!ir::SameValue(wanted, got)) {
        if (++counts.differences <= 10) {
          std::string text(one.row->name);
          for (const Value& argument : arguments) {
            text += " " + Show(argument);
          }
          UNSCOPED_INFO(text << ": wanted " << Show(wanted) << ", native " << Show(got));
        }
      }
    }
  }
  return counts;
}

}  // namespace

TEST_CASE("operations equal their C functions over boundary values", "[inline]") {
  for (int optimisation : {0, 2}) {
    for (bool inline_operations : {true, false}) {
      JitOptions options = Options(optimisation);
      options.inline_operations = inline_operations;
      Counts counts = CompareOperations(options);
      WARN("O" << optimisation << (inline_operations ? ", inlined: " : ", called: ")
               << lang::Overloads().size() << " operations, " << InlinedNames().size() << " of them inlined, "
               << counts.evaluations << " evaluations, " << counts.differences << " differences");
      CHECK(counts.differences == 0);
    }
  }
}

TEST_CASE("a wrong inlined operation is found", "[inline]") {
  for (std::uint32_t defect : {1u, 2u}) {
    JitOptions options = Options(1);
    options.wrong_on_purpose = defect;
    CHECK(CompareOperations(options).differences > 0);
  }
}

TEST_CASE("exactly the listed operations are inlined", "[inline]") {
  std::shared_ptr<ir::Module> module = OperationModule(AllCases());
  EmitResult text = EmitNative(*module, EmitKind::kLlvm, Options(0));
  REQUIRE(text.error.empty());
  for (const lang::OverloadRow& row : lang::Overloads()) {
    std::string declaration = "@faultline_op_" + std::string(row.name) + "(";
    bool called = text.text.find(declaration) != std::string::npos;
    INFO(row.name);
    CHECK(called == (InlinedNames().count(row.name) == 0));
  }
  EmitResult assembly = EmitNative(*module, EmitKind::kAssembly, Options(2));
  CHECK(assembly.error.empty());
  CHECK(assembly.text.find("faultline_program") != std::string::npos);
}

}  // namespace faultline::jit::testing
