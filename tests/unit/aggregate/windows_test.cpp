// Every kind over every form and unit, on random streams with ties, gaps and times that go back, against the
// definition; half-way the state is saved and read back.
#include "memory_state.h"
#include "naive.h"
#include "support/value/value_compare.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <string>

namespace faultline::aggregate {
namespace {

using Kind = ir::AggregateKind;
using Form = ir::AggregateForm;
using Unit = ir::WindowUnit;

struct Case {
  Kind kind;
  ValueKind argument;
  ValueKind result;
  double parameter = 0;
};

constexpr ValueKind kNone = ValueKind::kMissing;
const std::vector<Case> kCases = {
    {Kind::kCount, kNone, ValueKind::kInt},
    {Kind::kRate, kNone, ValueKind::kFloat},
    {Kind::kDistinct, ValueKind::kText, ValueKind::kInt},
    {Kind::kDistinct, ValueKind::kInt, ValueKind::kInt},
    {Kind::kSum, ValueKind::kInt, ValueKind::kInt},
    {Kind::kSum, ValueKind::kFloat, ValueKind::kFloat},
    {Kind::kSum, ValueKind::kDuration, ValueKind::kDuration},
    {Kind::kMin, ValueKind::kInt, ValueKind::kInt},
    {Kind::kMin, ValueKind::kText, ValueKind::kText},
    {Kind::kMax, ValueKind::kFloat, ValueKind::kFloat},
    {Kind::kMax, ValueKind::kTime, ValueKind::kTime},
    {Kind::kMean, ValueKind::kInt, ValueKind::kFloat},
    {Kind::kMean, ValueKind::kFloat, ValueKind::kFloat},
    {Kind::kMean, ValueKind::kDuration, ValueKind::kDuration},
    {Kind::kStddev, ValueKind::kFloat, ValueKind::kFloat},
    {Kind::kStddev, ValueKind::kBytes, ValueKind::kBytes},
    {Kind::kPercentile, ValueKind::kInt, ValueKind::kInt, 50},
    {Kind::kPercentile, ValueKind::kFloat, ValueKind::kFloat, 90},
    {Kind::kPercentile, ValueKind::kDuration, ValueKind::kDuration, 99.9},
    {Kind::kPercentile, ValueKind::kBytes, ValueKind::kBytes, 100},
    {Kind::kTop, ValueKind::kText, kNone, 3},
    {Kind::kTop, ValueKind::kInt, kNone, 10},
    {Kind::kFirst, ValueKind::kText, kNone},
    {Kind::kLast, ValueKind::kText, kNone},
    {Kind::kList, ValueKind::kInt, kNone},
};

Value RandomValue(ValueKind kind, std::mt19937_64* random, Arena* arena) {
  const auto number = static_cast<std::int64_t>((*random)() % 400) - 150;
  switch (kind) {
    case ValueKind::kMissing:
      return Value::Missing();
    case ValueKind::kFloat:
      return Value::Float(static_cast<double>(number) / 8);  // sums are exact
    case ValueKind::kText:
      return Value::Text(arena->Copy("value " + std::to_string(number / 5)));
    default:
      return Value::Integer(kind, number);
  }
}

std::string Show(const Value& value) {
  if (value.is_missing()) return "missing";
  std::string text = std::to_string(static_cast<int>(value.kind)) + ":";
  if (value.kind == ValueKind::kFloat) return text + std::to_string(value.real);
  if (value.kind == ValueKind::kText) return text + std::string(value.AsText());
  if (ItemCount(value) > 0 || value.kind == ValueKind::kList) {
    for (std::size_t i = 0; i < ItemCount(value); ++i) text += " (" + Show(value.items[i]) + ")";
    return text;
  }
  return text + std::to_string(value.integer);
}

bool Equal(Kind kind, const Value& a, const Value& b) {
  if (kind == Kind::kStddev && a.kind == ValueKind::kFloat && b.kind == ValueKind::kFloat) {
    return std::fabs(a.real - b.real) <= 1e-9 * (1 + std::fabs(b.real));
  }
  return a.kind == b.kind && ValuesEqual(a, b);
}

void Compare(const Spec& spec, std::uint64_t seed, int events, const ValueKind argument) {
  std::mt19937_64 random(seed);
  Arena arena;
  auto aggregate = std::make_unique<WindowAggregate>(spec);
  Naive naive(spec);
  std::int64_t at = 1;
  int compared = 0;
  for (int i = 0; i < events; ++i) {
    const std::uint64_t dice = random() % 100;
    if (dice < 40) {
      at += static_cast<std::int64_t>(random() % 4);
    } else if (dice < 45) {
      at += static_cast<std::int64_t>(random() % 60);
    } else if (dice < 46) {
      at += 500;
    } else if (dice < 50 && spec.unit == Unit::kTime) {
      at = std::max<std::int64_t>(at - static_cast<std::int64_t>(random() % 20), 1);
    } else if (dice < 80) {
      at += 1;
    }
    const Sample sample{RandomValue(argument, &random, &arena), at, true};
    if (dice % 7 != 0) {
      aggregate->Add(at, sample);
      naive.Add(at, sample);
    }
    if (i == events / 2) {
      MemoryState state;
      MemoryWriter writer(&state);
      aggregate->Save(&writer);
      aggregate = std::make_unique<WindowAggregate>(spec);
      MemoryReader reader(state);
      REQUIRE(aggregate->Load(&reader));
      REQUIRE(reader.at_end());
    }
    if (random() % 5 != 0) continue;
    const Value expected = naive.Result(at, &arena);
    const Value found = aggregate->Result(at, &arena);
    ++compared;
    if (!Equal(spec.kind, found, expected)) {
      INFO("kind " << static_cast<int>(spec.kind) << " form " << static_cast<int>(spec.form) << " width "
                   << spec.width << " before " << spec.before << " event " << i << " at " << at);
      INFO("found " << Show(found));
      INFO("expected " << Show(expected));
      FAIL();
    }
  }
  CHECK(compared > events / 20);
}

Spec SpecOf(const Case& one, Form form, Unit unit, std::int64_t width, std::int64_t before) {
  Spec spec;
  spec.kind = one.kind;
  spec.form = form;
  spec.unit = unit;
  spec.width = width;
  spec.before = before;
  spec.parameter = one.parameter;
  spec.argument = one.argument;
  spec.result = one.result;
  return spec;
}

TEST_CASE("aggregates are what their definition says") {
  std::uint64_t seed = 1;
  for (const Case& one : kCases) {
    for (Unit unit : {Unit::kTime, Unit::kLines, Unit::kRecords}) {
      for (std::int64_t width : {1, 7, 50, 300}) {
        for (std::int64_t before : {0, 1, 30}) {
          for (Form form : {Form::kSliding, Form::kTumbling, Form::kSession, Form::kHistory}) {
            if ((form == Form::kSession || form == Form::kHistory) && unit != Unit::kTime) continue;
            Compare(SpecOf(one, form, unit, width, before), ++seed, 150, one.argument);
          }
        }
      }
    }
    Compare(SpecOf(one, Form::kSliding, Unit::kTime, 900, 0), ++seed, 900, one.argument);
    Compare(SpecOf(one, Form::kWhole, Unit::kNoWindow, 0, 0), ++seed, 700, one.argument);
  }
}

TEST_CASE("both ends of a sliding window belong to it") {
  const Spec spec = SpecOf({Kind::kCount, kNone, ValueKind::kInt}, Form::kSliding, Unit::kTime, 10, 0);
  WindowAggregate aggregate(spec);
  Arena arena;
  aggregate.Add(100, {});
  CHECK(aggregate.Result(110, &arena).integer == 1);
  CHECK(aggregate.Expiry() == 110);
  CHECK(aggregate.Result(111, &arena).integer == 0);
}

TEST_CASE("a window that is moved back has its borders moved back") {
  const Spec spec = SpecOf({Kind::kCount, kNone, ValueKind::kInt}, Form::kSliding, Unit::kTime, 10, 5);
  WindowAggregate aggregate(spec);
  Arena arena;
  aggregate.Add(100, {});
  CHECK(aggregate.Result(104, &arena).integer == 0);
  CHECK(aggregate.Result(105, &arena).integer == 1);
  CHECK(aggregate.Result(115, &arena).integer == 1);
  CHECK(aggregate.Expiry() == 115);
  CHECK(aggregate.Result(116, &arena).integer == 0);
}

TEST_CASE("tumbling windows are aligned, lines and records from one") {
  Arena arena;
  const Case count{Kind::kCount, kNone, ValueKind::kInt};
  const Spec time = SpecOf(count, Form::kTumbling, Unit::kTime, 10, 0);
  WindowAggregate of_time(time);
  of_time.Add(9, {});
  CHECK(of_time.Expiry() == 9);
  of_time.Add(10, {});
  CHECK(of_time.Result(10, &arena).integer == 1);
  CHECK(of_time.Expiry() == 19);
  of_time.Add(19, {});
  CHECK(of_time.Result(19, &arena).integer == 2);
  const Spec lines = SpecOf(count, Form::kTumbling, Unit::kLines, 10, 0);
  WindowAggregate of_lines(lines);
  of_lines.Add(1, {});
  of_lines.Add(10, {});
  CHECK(of_lines.Result(10, &arena).integer == 2);
  CHECK(of_lines.Expiry() == 10);
  of_lines.Add(11, {});
  CHECK(of_lines.Result(11, &arena).integer == 1);
  const Spec before_epoch = SpecOf(count, Form::kTumbling, Unit::kTime, 10, 0);
  WindowAggregate early(before_epoch);
  early.Add(-1, {});
  CHECK(early.Expiry() == -1);
  early.Add(0, {});
  CHECK(early.Result(0, &arena).integer == 1);
}

TEST_CASE("a session goes on for as long as its gap, and no longer") {
  const Spec spec = SpecOf({Kind::kCount, kNone, ValueKind::kInt}, Form::kSession, Unit::kTime, 10, 0);
  WindowAggregate aggregate(spec);
  Arena arena;
  aggregate.Add(0, {});
  aggregate.Add(10, {});
  aggregate.Add(20, {});
  CHECK(aggregate.Result(30, &arena).integer == 3);
  aggregate.Add(31, {});
  CHECK(aggregate.Result(31, &arena).integer == 1);
}

TEST_CASE("times that go back count at the time before them") {
  const Spec spec = SpecOf({Kind::kCount, kNone, ValueKind::kInt}, Form::kSliding, Unit::kTime, 10, 0);
  WindowAggregate aggregate(spec);
  Arena arena;
  aggregate.Add(100, {});
  aggregate.Add(50, {});
  CHECK(aggregate.Result(50, &arena).integer == 2);
  CHECK(aggregate.Result(110, &arena).integer == 2);
  CHECK(aggregate.Result(111, &arena).integer == 0);
}

TEST_CASE("none: sums are zero of their kind, others missing") {
  Arena arena;
  const Case sum{Kind::kSum, ValueKind::kDuration, ValueKind::kDuration};
  const Spec of_sum = SpecOf(sum, Form::kSliding, Unit::kTime, 10, 0);
  CHECK(WindowAggregate(of_sum).Result(1, &arena).kind == ValueKind::kDuration);
  CHECK(WindowAggregate(of_sum).Result(1, &arena).integer == 0);
  CHECK_FALSE(WindowAggregate(of_sum).Expiry());
  for (Kind kind : {Kind::kMin, Kind::kMax, Kind::kMean, Kind::kStddev, Kind::kPercentile, Kind::kFirst}) {
    const Spec spec =
        SpecOf({kind, ValueKind::kInt, ValueKind::kInt, 50}, Form::kSliding, Unit::kTime, 10, 0);
    CHECK(WindowAggregate(spec).Result(1, &arena).is_missing());
  }
}

TEST_CASE("whole numbers that do not fit are missing, until they fit again") {
  Arena arena;
  const Case sum{Kind::kSum, ValueKind::kInt, ValueKind::kInt};
  const Spec spec = SpecOf(sum, Form::kSliding, Unit::kTime, 10, 0);
  WindowAggregate aggregate(spec);
  aggregate.Add(0, {Value::Int(INT64_MAX), 0, true});
  CHECK(aggregate.Result(0, &arena).integer == INT64_MAX);
  aggregate.Add(5, {Value::Int(1), 5, true});
  CHECK(aggregate.Result(5, &arena).is_missing());
  aggregate.Add(11, {Value::Int(2), 11, true});
  CHECK(aggregate.Result(11, &arena).integer == 3);
}

TEST_CASE("a large float that has left takes nothing with it") {
  Arena arena;
  const Case sum{Kind::kSum, ValueKind::kFloat, ValueKind::kFloat};
  const Spec spec = SpecOf(sum, Form::kSliding, Unit::kTime, 10, 0);
  WindowAggregate aggregate(spec);
  aggregate.Add(0, {Value::Float(1e300), 0, true});
  aggregate.Add(1, {Value::Float(0.1), 1, true});
  aggregate.Add(2, {Value::Float(0.2), 2, true});
  aggregate.Add(3, {Value::Float(0.3), 3, true});
  CHECK(aggregate.Result(3, &arena).real == 1e300);
  CHECK(aggregate.Result(11, &arena).real == 0.1 + (0.2 + 0.3));  // the true sum, rounded
  const Spec whole = SpecOf(sum, Form::kWhole, Unit::kNoWindow, 0, 0);
  WindowAggregate all(whole);
  for (double value : {1e16, 1.0, -1e16}) all.Add(0, {Value::Float(value), 0, true});
  CHECK(all.Result(0, &arena).real == 1.0);
  WindowAggregate infinite(spec);
  infinite.Add(0, {Value::Float(1.7e308), 0, true});
  infinite.Add(1, {Value::Float(1.7e308), 1, true});
  CHECK(infinite.Result(1, &arena).is_missing());
  infinite.Add(11, {Value::Float(1), 11, true});
  CHECK(infinite.Result(11, &arena).real == 1.7e308);
}

TEST_CASE("values of another kind are passed over, whole numbers are floats") {
  Spec spec;
  spec.argument = ValueKind::kFloat;
  CHECK(Fitting(spec, Value::Int(3)).real == 3.0);
  CHECK(Fitting(spec, Value::Text("3")).is_missing());
  spec.argument = ValueKind::kMissing;
  CHECK(Fitting(spec, Value::Text("3")).AsText() == "3");
}

TEST_CASE("state that makes no sense is refused") {
  for (const Case& one : kCases) {
    const Spec spec = SpecOf(one, Form::kSliding, Unit::kTime, 50, 3);
    WindowAggregate aggregate(spec);
    std::mt19937_64 random(7);
    Arena arena;
    for (int i = 0; i < 40; ++i) {
      aggregate.Add(i, {RandomValue(one.argument, &random, &arena), i, true});
      aggregate.Result(i, &arena);
    }
    MemoryState state;
    MemoryWriter writer(&state);
    aggregate.Save(&writer);
    for (std::size_t i = 0; i < state.numbers.size(); ++i) {
      MemoryState cut;
      cut.numbers.assign(state.numbers.begin(), state.numbers.begin() + static_cast<std::ptrdiff_t>(i));
      cut.values = state.values;
      WindowAggregate loaded(spec);
      MemoryReader reader(cut);
      CHECK_FALSE(loaded.Load(&reader));
      // Any number may be any other one: whatever is read can be used.
      cut.numbers = state.numbers;
      for (std::uint64_t other : {std::uint64_t{0}, std::uint64_t{1} << 63, ~std::uint64_t{0}, random()}) {
        cut.numbers[i] = other;
        WindowAggregate hostile(spec);
        MemoryReader again(cut);
        if (!hostile.Load(&again)) continue;
        hostile.Add(100, {RandomValue(one.argument, &random, &arena), 100, true});
        hostile.Result(120, &arena);
      }
    }
  }
}

}  // namespace
}  // namespace faultline::aggregate
