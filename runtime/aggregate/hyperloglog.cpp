// Estimated cardinality: see hyperloglog.h.
#include "runtime/aggregate/hyperloglog.h"

#include "runtime/aggregate/pane_width.h"

#include <bit>
#include <cmath>
#include <limits>
#include <utility>

namespace faultline::aggregate {
namespace {

constexpr std::int64_t kPanesOfWindow = 256;

// Ertl 2017, algorithm 6.
double Sigma(double x) {
  if (x == 1) return std::numeric_limits<double>::infinity();
  double y = 1, z = x, before = 0;
  do {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  } while (z != before);
  return z;
}

double Tau(double x) {
  if (x == 0 || x == 1) return 0;
  double y = 1, z = 1 - x, before = 0;
  do {
    x = std::sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) * (1 - x) * y;
  } while (z != before);
  return z / 3;
}

}  // namespace

double RankHistogram::Estimate() const {
  constexpr double kM = static_cast<double>(kRegisters);
  double z = kM * Tau(1 - static_cast<double>(counts_[kLargestRank]) / kM);
  for (std::size_t rank = kLargestRank - 1; rank >= 1; --rank) z = 0.5 * (z + counts_[rank]);
  z += kM * Sigma(static_cast<double>(counts_[0]) / kM);
  return kM * kM / (2 * std::log(2.0)) / z;
}

RegisterRank RegisterRank::Of(std::uint64_t hash) {
  RegisterRank result;
  result.index = static_cast<std::uint16_t>(hash >> (64 - kRegisterBits));
  const std::uint64_t rest = hash << kRegisterBits;
  result.rank = static_cast<std::uint8_t>(rest == 0 ? kLargestRank : std::countl_zero(rest) + 1);
  return result;
}

void HyperLogLog::Add(std::uint64_t hash) {
  const RegisterRank found = RegisterRank::Of(hash);
  if (ranks_[found.index] >= found.rank) return;
  histogram_.Change(ranks_[found.index], found.rank);
  ranks_[found.index] = found.rank;
}

void HyperLogLog::Save(StateWriter* writer) const {
  for (std::uint8_t rank : ranks_) writer->Unsigned(rank);
}

bool HyperLogLog::Load(StateReader* reader) {
  for (std::uint8_t& rank : ranks_) {
    const std::uint64_t read = reader->Unsigned();
    if (read > kLargestRank) reader->Fail();
    if (!reader->ok()) return false;
    histogram_.Change(rank, static_cast<std::uint8_t>(read));
    rank = static_cast<std::uint8_t>(read);
  }
  return true;
}

SlidingHyperLogLog::SlidingHyperLogLog(std::int64_t window)
    : width_(window / kPanesOfWindow + 1),
      registers_(kRegisters),
      bytes_(sizeof(*this) + kRegisters * sizeof(std::vector<Entry>)) {}

void SlidingHyperLogLog::Add(std::int64_t at, std::uint64_t hash) {
  const std::int64_t number = PaneWidth::FloorDivide(at, width_);
  if (panes_.empty() || panes_.back().number != number) panes_.push_back({number, at, {}});
  panes_.back().last = at;
  AddRank(number, RegisterRank::Of(hash));
}

void SlidingHyperLogLog::AddRank(std::int64_t number, RegisterRank found) {
  std::vector<Entry>& entries = registers_[found.index];
  const std::uint8_t before = Largest(found.index);
  while (!entries.empty() && entries.back().rank <= found.rank && entries.back().pane != number) {
    entries.pop_back();
    bytes_ -= sizeof(Entry);
  }
  if (!entries.empty() && entries.back().pane == number) {
    if (entries.back().rank >= found.rank) return;
    entries.back().rank = found.rank;
    // It may now hide what stands before it.
    while (entries.size() > 1 && entries[entries.size() - 2].rank <= found.rank) {
      entries.erase(entries.end() - 2);
      bytes_ -= sizeof(Entry);
    }
  } else {
    entries.push_back({number, found.rank});
    panes_.back().registers.push_back(found.index);
    bytes_ += sizeof(Entry) + sizeof(std::uint16_t);
  }
  if (const std::uint8_t now = Largest(found.index); now != before) histogram_.Change(before, now);
}

void SlidingHyperLogLog::Evict(std::int64_t from) {
  while (!panes_.empty() && panes_.front().last < from) {
    for (std::uint16_t index : panes_.front().registers) {
      std::vector<Entry>& entries = registers_[index];
      if (entries.empty() || entries.front().pane != panes_.front().number) continue;
      const std::uint8_t before = entries.front().rank;
      entries.erase(entries.begin());
      bytes_ -= sizeof(Entry);
      histogram_.Change(before, Largest(index));
    }
    bytes_ -= panes_.front().registers.size() * sizeof(std::uint16_t);
    panes_.pop_front();
  }
}

void SlidingHyperLogLog::Save(StateWriter* writer) const {
  writer->Unsigned(panes_.size());
  for (std::size_t i = 0; i < panes_.size(); ++i) {
    const Pane& pane = panes_[i];
    writer->Signed(pane.number);
    writer->Signed(pane.last);
    std::vector<RegisterRank> alive;
    for (std::uint16_t index : pane.registers) {
      for (const Entry& entry : registers_[index]) {
        if (entry.pane == pane.number) alive.push_back({index, entry.rank});
      }
    }
    writer->Unsigned(alive.size());
    for (const RegisterRank& rank : alive) {
      writer->Unsigned(rank.index);
      writer->Unsigned(rank.rank);
    }
  }
}

bool SlidingHyperLogLog::Load(StateReader* reader) {
  for (std::size_t panes = reader->Count(); panes > 0 && reader->ok(); --panes) {
    const std::int64_t number = reader->Signed();
    const std::int64_t last = reader->Signed();
    if (!panes_.empty() && (number <= panes_.back().number || last < panes_.back().last)) reader->Fail();
    panes_.push_back({number, last, {}});
    for (std::size_t i = reader->Count(); i > 0 && reader->ok(); --i) {
      const std::uint64_t index = reader->Unsigned(), rank = reader->Unsigned();
      if (index >= kRegisters || rank == 0 || rank > kLargestRank) reader->Fail();
      if (reader->ok()) {
        AddRank(number, {static_cast<std::uint16_t>(index), static_cast<std::uint8_t>(rank)});
      }
    }
  }
  return reader->ok();
}

}  // namespace faultline::aggregate
