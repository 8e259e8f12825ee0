// How many different values there were, from 4,096 registers: HyperLogLog.
//
// P. Flajolet, E. Fusy, O. Gandouet, F. Meunier: "HyperLogLog" (AofA 2007). The estimate is the one of O.
// Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), which needs only how many
// registers have each value and has no bias to correct. Standard error 1.04 / sqrt(4096) = 1.6 %.
//
// Over a sliding window: Y. Chabchoub, G. Hebrail, "Sliding HyperLogLog" (ICDMW 2010). Each register keeps
// the ranks that may be its largest once older ones have left: a list in which later ranks are smaller.
// Expected length ln(n / 4096). Here time is counted in panes of 1/256 of the window, so that what leaves is
// known without a walk over all registers: a pane lists the registers in which it has an entry.
//
// Add is amortised O(1), Estimate O(53). Thread safety: none.
#ifndef FAULTLINE_RUNTIME_AGGREGATE_HYPERLOGLOG_H_
#define FAULTLINE_RUNTIME_AGGREGATE_HYPERLOGLOG_H_

#include "runtime/aggregate/ring_queue.h"
#include "runtime/aggregate/state.h"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace faultline::aggregate {

inline constexpr int kRegisterBits = 12;
inline constexpr std::size_t kRegisters = std::size_t{1} << kRegisterBits;
inline constexpr int kLargestRank = 64 - kRegisterBits + 1;

// How many registers have each rank.
class RankHistogram {
 public:
  RankHistogram() { counts_[0] = kRegisters; }
  void Change(std::uint8_t from, std::uint8_t to) {
    --counts_[from];
    ++counts_[to];
  }
  double Estimate() const;

 private:
  std::array<std::uint32_t, kLargestRank + 1> counts_{};
};

// Where the hash of a value goes, and its rank there.
struct RegisterRank {
  std::uint16_t index = 0;
  std::uint8_t rank = 0;
  static RegisterRank Of(std::uint64_t hash);
};

class HyperLogLog {
 public:
  void Add(std::uint64_t hash);
  double Estimate() const { return histogram_.Estimate(); }
  void Save(StateWriter* writer) const;
  bool Load(StateReader* reader);

 private:
  std::array<std::uint8_t, kRegisters> ranks_{};
  RankHistogram histogram_;
};

class SlidingHyperLogLog {
 public:
  explicit SlidingHyperLogLog(std::int64_t window);

  void Add(std::int64_t at, std::uint64_t hash);
  void Evict(std::int64_t from);
  double Estimate() const { return histogram_.Estimate(); }
  std::uint64_t bytes() const { return bytes_; }
  void Save(StateWriter* writer) const;
  bool Load(StateReader* reader);

 private:
  struct Entry {
    std::int64_t pane = 0;
    std::uint8_t rank = 0;
  };
  struct Pane {
    std::int64_t number = 0;
    std::int64_t last = 0;                 // coordinate of its last event
    std::vector<std::uint16_t> registers;  // that have got an entry of it; it may be gone again
  };
  void AddRank(std::int64_t pane, RegisterRank rank);
  std::uint8_t Largest(std::size_t index) const {
    return registers_[index].empty() ? std::uint8_t{0} : registers_[index].front().rank;
  }

  std::int64_t width_;
  std::vector<std::vector<Entry>> registers_;
  RingQueue<Pane> panes_;
  RankHistogram histogram_;
  std::uint64_t bytes_ = 0;
};

}  // namespace faultline::aggregate

#endif  // FAULTLINE_RUNTIME_AGGREGATE_HYPERLOGLOG_H_
