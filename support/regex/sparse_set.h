// SparseSet: a set of small integers that remembers the order of insertion and clears in O(1).
//
// P. Briggs and L. Torczon, "An efficient representation for sparse sets" (1993). The order is what makes it
// right for automata: it is the priority of the threads. Not thread-safe; part of an engine's scratch memory.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace faultline::regex {

class SparseSet {
 public:
  // Forgets everything and makes room for the integers below `limit`.
  void Reset(uint32_t limit) {
    size_ = 0;
    if (dense_.size() < limit) {
      dense_.resize(limit);
      sparse_.resize(limit);
    }
  }

  void Clear() { size_ = 0; }
  bool empty() const { return size_ == 0; }
  uint32_t size() const { return size_; }
  bool Contains(uint32_t i) const { return sparse_[i] < size_ && dense_[sparse_[i]] == i; }

  // Returns false if `i` was there already.
  bool Insert(uint32_t i) {
    if (Contains(i)) return false;
    sparse_[i] = size_;
    dense_[size_++] = i;
    return true;
  }

  std::span<const uint32_t> items() const { return {dense_.data(), size_}; }

 private:
  std::vector<uint32_t> dense_;
  std::vector<uint32_t> sparse_;
  uint32_t size_ = 0;
};

}  // namespace faultline::regex
