// A value together with the memory that it points to, for what an aggregate remembers.
#ifndef FAULTLINE_RUNTIME_AGGREGATE_OWNED_VALUE_H_
#define FAULTLINE_RUNTIME_AGGREGATE_OWNED_VALUE_H_

#include "runtime/aggregate/state.h"
#include "support/value/value.h"

#include <cstdint>
#include <memory>

namespace faultline::aggregate {

class OwnedValue {
 public:
  OwnedValue() = default;
  explicit OwnedValue(const Value& value);  // a deep copy

  const Value& get() const { return value_; }
  bool is_missing() const { return value_.is_missing(); }
  std::uint64_t bytes() const { return bytes_; }  // behind the pointers

  void Save(StateWriter* writer) const { writer->Put(value_); }
  static OwnedValue Load(StateReader* reader);

 private:
  Value value_;
  std::unique_ptr<char[]> text_;
  std::unique_ptr<Arena> arena_;  // of lists, records and maps
  std::uint64_t bytes_ = 0;
};

}  // namespace faultline::aggregate

#endif  // FAULTLINE_RUNTIME_AGGREGATE_OWNED_VALUE_H_
