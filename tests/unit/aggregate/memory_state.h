// State in memory, for tests: numbers and values in the order in which they were written.
#ifndef FAULTLINE_TESTS_UNIT_AGGREGATE_MEMORY_STATE_H_
#define FAULTLINE_TESTS_UNIT_AGGREGATE_MEMORY_STATE_H_

#include "runtime/aggregate/state.h"

#include <bit>
#include <vector>

namespace faultline::aggregate {

struct MemoryState {
  std::vector<std::uint64_t> numbers;
  std::vector<Value> values;
  Arena arena;
};

class MemoryWriter : public StateWriter {
 public:
  explicit MemoryWriter(MemoryState* state) : state_(state) {}
  void Unsigned(std::uint64_t number) override { state_->numbers.push_back(number); }
  void Signed(std::int64_t number) override { Unsigned(static_cast<std::uint64_t>(number)); }
  void Float(double number) override { Unsigned(std::bit_cast<std::uint64_t>(number)); }
  void Put(const Value& value) override { state_->values.push_back(state_->arena.DeepCopy(value)); }

 private:
  MemoryState* state_;
};

class MemoryReader : public StateReader {
 public:
  explicit MemoryReader(const MemoryState& state) : state_(state) {}
  std::uint64_t Unsigned() override {
    if (number_ >= state_.numbers.size()) Fail();
    return ok_ ? state_.numbers[number_++] : 0;
  }
  std::int64_t Signed() override { return static_cast<std::int64_t>(Unsigned()); }
  double Float() override { return std::bit_cast<double>(Unsigned()); }
  Value Get(Arena* arena) override {
    if (value_ >= state_.values.size()) Fail();
    return ok_ ? arena->DeepCopy(state_.values[value_++]) : Value::Missing();
  }
  std::size_t Count() override {
    const std::uint64_t count = Unsigned();
    if (count > state_.numbers.size() + state_.values.size()) Fail();
    return ok_ ? static_cast<std::size_t>(count) : 0;
  }
  bool ok() const override { return ok_; }
  void Fail() override { ok_ = false; }
  bool at_end() const { return number_ == state_.numbers.size() && value_ == state_.values.size(); }

 private:
  const MemoryState& state_;
  std::size_t number_ = 0, value_ = 0;
  bool ok_ = true;
};

}  // namespace faultline::aggregate

#endif  // FAULTLINE_TESTS_UNIT_AGGREGATE_MEMORY_STATE_H_
