// Where state is written to and read from, so that this folder need not know the format of snapshots
// (runtime/correlate/snapshot.h has one; runtime/correlate/aggregate_operator.cpp joins the two).
//
// A reader takes hostile bytes: what does not make sense reads as zero or missing, and ok() is false from
// there on.
#ifndef FAULTLINE_RUNTIME_AGGREGATE_STATE_H_
#define FAULTLINE_RUNTIME_AGGREGATE_STATE_H_

#include "support/value/value.h"

#include <cstddef>
#include <cstdint>

namespace faultline::aggregate {

class StateWriter {
 public:
  virtual ~StateWriter() = default;
  virtual void Unsigned(std::uint64_t number) = 0;
  virtual void Signed(std::int64_t number) = 0;
  virtual void Float(double number) = 0;  // exact, any bits
  virtual void Put(const Value& value) = 0;
};

class StateReader {
 public:
  virtual ~StateReader() = default;
  virtual std::uint64_t Unsigned() = 0;
  virtual std::int64_t Signed() = 0;
  virtual double Float() = 0;
  virtual Value Get(Arena* arena) = 0;
  virtual std::size_t Count() = 0;  // of things of a byte or more each: at most what is left
  virtual bool ok() const = 0;
  virtual void Fail() = 0;
};

}  // namespace faultline::aggregate

#endif  // FAULTLINE_RUNTIME_AGGREGATE_STATE_H_
