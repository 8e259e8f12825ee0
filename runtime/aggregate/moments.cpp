// Count, sum, mean, standard deviation and rate: what merges from panes (two_stacks.h).
//
// Whole numbers are summed in 128 bits, so that only the answer can overflow; then it is missing, as that of
// `+` is. Floats are summed in event order as pairs of doubles (D. E. Knuth, TAOCP 2, 4.2.2: TwoSum; S.
// Linnainmaa, 1981): the rounding error of every addition is kept and added in the end. A sum of n values is
// within 2^-53 |sum| + n^2 2^-106 sum|x| of the true one, however the window's panes were merged; subtracting
// what leaves would keep the error of the largest value that ever passed. Standard deviations merge by T. F.
// Chan, G. H. Golub, R. J. LeVeque (1979) from B. P. Welford's moments (1962).
#include "runtime/aggregate/two_stacks.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace faultline::aggregate {
namespace {

__extension__ using Wide = __int128;

bool IsReal(ValueKind kind) {
  return kind == ValueKind::kFloat;
}

Value WholeOf(ValueKind kind, Wide number) {
  if (number > std::numeric_limits<std::int64_t>::max() ||
      number < std::numeric_limits<std::int64_t>::min()) {
    return Value::Missing();
  }
  return Value::Integer(kind, static_cast<std::int64_t>(number));
}

Value RealOf(ValueKind kind, double number) {
  if (IsReal(kind)) return Value::Float(number);
  constexpr double kTwo63 = 9223372036854775808.0;
  const double rounded = std::round(number);
  if (!(rounded >= -kTwo63 && rounded < kTwo63)) return Value::Missing();
  return Value::Integer(kind, static_cast<std::int64_t>(rounded));
}

double RealIn(const Value& value) {
  return IsReal(value.kind) ? value.real : static_cast<double>(value.integer);
}

struct CountPartial {
  std::uint64_t count = 0;

  static CountPartial Of(const Sample&) { return {1}; }
  void Merge(const CountPartial& later) { count += later.count; }
  Value Result(const Spec&) const { return Value::Int(static_cast<std::int64_t>(count)); }
  void Save(StateWriter* writer) const { writer->Unsigned(count); }
  void Load(StateReader* reader) { count = reader->Unsigned(); }
};

struct WholePartial {
  std::uint64_t count = 0;
  std::int64_t high = 0;  // halves of the sum: a Wide would need memory aligned to 16 bytes
  std::uint64_t low = 0;

  static WholePartial Of(const Sample& sample) {
    WholePartial partial;
    partial.count = 1;
    partial.Set(sample.value.integer);
    return partial;
  }
  Wide sum() const { return static_cast<Wide>(high) * (static_cast<Wide>(1) << 64) + static_cast<Wide>(low); }
  void Set(Wide sum) {
    low = static_cast<std::uint64_t>(sum);
    high = static_cast<std::int64_t>(sum >> 64);
  }
  // 2^63 times 2^63 fits.
  void Merge(const WholePartial& later) {
    count += later.count;
    Set(sum() + later.sum());
  }
  Value Result(const Spec& spec) const {
    if (spec.kind == ir::AggregateKind::kSum) return WholeOf(spec.result, sum());
    if (count == 0) return Value::Missing();
    if (IsReal(spec.result)) return Value::Float(static_cast<double>(sum()) / static_cast<double>(count));
    return WholeOf(spec.result, sum() / static_cast<Wide>(count));
  }
  void Save(StateWriter* writer) const {
    writer->Unsigned(count);
    writer->Signed(high);
    writer->Unsigned(low);
  }
  void Load(StateReader* reader) {
    count = reader->Unsigned();
    high = reader->Signed();
    low = reader->Unsigned();
    // A sum of at most 2^63 values of 63 bits; more is not ours, and would overflow.
    if (high > INT64_MAX / 4 || high < INT64_MIN / 4) reader->Fail();
  }
};

struct RealPartial {
  std::uint64_t count = 0;
  double high = 0, low = 0;

  static RealPartial Of(const Sample& sample) { return {1, sample.value.real, 0}; }
  void Merge(const RealPartial& later) {
    count += later.count;
    const double sum = high + later.high;
    const double part = sum - high;
    const double error = (high - (sum - part)) + (later.high - part);
    const double tail = error + (low + later.low);
    high = sum + tail;
    low = tail - (high - sum);
    if (!std::isfinite(high)) low = 0;
  }
  Value Result(const Spec& spec) const {
    if (spec.kind == ir::AggregateKind::kSum) return Value::Float(high + low);
    if (count == 0) return Value::Missing();
    return Value::Float((high + low) / static_cast<double>(count));
  }
  void Save(StateWriter* writer) const {
    writer->Unsigned(count);
    writer->Float(high);
    writer->Float(low);
  }
  void Load(StateReader* reader) {
    count = reader->Unsigned();
    high = reader->Float();
    low = reader->Float();
  }
};

struct SpreadPartial {
  std::uint64_t count = 0;
  double mean = 0, squares = 0;  // squares: sum of (x - mean)^2

  static SpreadPartial Of(const Sample& sample) { return {1, RealIn(sample.value), 0}; }
  void Merge(const SpreadPartial& later) {
    if (later.count == 0) return;
    if (count == 0) {
      *this = later;
      return;
    }
    const double mine = static_cast<double>(count), theirs = static_cast<double>(later.count);
    const double total = mine + theirs, apart = later.mean - mean;
    mean += apart * (theirs / total);
    squares += later.squares + apart * apart * (mine * theirs / total);
    count += later.count;
  }
  Value Result(const Spec& spec) const {
    if (count == 0) return Value::Missing();
    return RealOf(spec.result, std::sqrt(std::max(squares, 0.0) / static_cast<double>(count)));
  }
  void Save(StateWriter* writer) const {
    writer->Unsigned(count);
    writer->Float(mean);
    writer->Float(squares);
  }
  void Load(StateReader* reader) {
    count = reader->Unsigned();
    mean = reader->Float();
    squares = reader->Float();
  }
};

// Events a second of a window of time; of any other window, of the time from its first event to its last.
struct RatePartial {
  std::uint64_t count = 0;
  std::int64_t first = INT64_MAX, last = INT64_MIN;

  static RatePartial Of(const Sample& sample) {
    return sample.timed ? RatePartial{1, sample.time, sample.time} : RatePartial{1, INT64_MAX, INT64_MIN};
  }
  void Merge(const RatePartial& later) {
    count += later.count;
    first = std::min(first, later.first);
    last = std::max(last, later.last);
  }
  Value Result(const Spec& spec) const {
    const bool fixed = spec.unit == ir::WindowUnit::kTime && (spec.form == ir::AggregateForm::kSliding ||
                                                              spec.form == ir::AggregateForm::kTumbling ||
                                                              spec.form == ir::AggregateForm::kHistory);
    const double span = fixed           ? static_cast<double>(spec.width)
                        : first >= last ? 0
                                        : static_cast<double>(last) - static_cast<double>(first);
    return span <= 0 ? Value::Missing() : Value::Float(static_cast<double>(count) * 1e9 / span);
  }
  void Save(StateWriter* writer) const {
    writer->Unsigned(count);
    writer->Signed(first);
    writer->Signed(last);
  }
  void Load(StateReader* reader) {
    count = reader->Unsigned();
    first = reader->Signed();
    last = reader->Signed();
  }
};

template <typename Partial>
class Moments : public Accumulator {
 public:
  Moments(const Spec& spec, std::int64_t width) : spec_(spec), window_(width) {}

  void Add(std::int64_t at, const Sample& sample) override { window_.Add(at, Partial::Of(sample)); }
  void Evict(std::int64_t from) override { window_.Evict(from); }
  void Clear() override { window_.Clear(); }
  Value Result(Arena*) const override { return window_.Total().Result(spec_); }
  std::uint64_t bytes() const override { return sizeof(*this) + window_.bytes(); }
  void Save(StateWriter* writer) const override { window_.Save(writer); }
  bool Load(StateReader* reader) override { return window_.Load(reader); }

 private:
  const Spec& spec_;
  TwoStacks<Partial> window_;
};

}  // namespace

std::unique_ptr<Accumulator> MakeMoments(const Spec& spec, std::int64_t width) {
  if (spec.kind == ir::AggregateKind::kCount) return std::make_unique<Moments<CountPartial>>(spec, width);
  if (spec.kind == ir::AggregateKind::kRate) return std::make_unique<Moments<RatePartial>>(spec, width);
  if (spec.kind == ir::AggregateKind::kStddev) return std::make_unique<Moments<SpreadPartial>>(spec, width);
  if (IsReal(spec.argument)) return std::make_unique<Moments<RealPartial>>(spec, width);
  return std::make_unique<Moments<WholePartial>>(spec, width);
}

}  // namespace faultline::aggregate
