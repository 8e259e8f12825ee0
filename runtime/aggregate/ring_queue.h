// A queue in one block of memory, from a few entries up: std::deque takes 576 bytes when it is empty, which a
// million keys cannot have.
//
// Entries are reached by index from the front. Push and pop are amortised O(1); the block halves when three
// quarters of it are empty. Thread safety: none.
#ifndef FAULTLINE_RUNTIME_AGGREGATE_RING_QUEUE_H_
#define FAULTLINE_RUNTIME_AGGREGATE_RING_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace faultline::aggregate {

template <typename T>
class RingQueue {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return slots_[(head_ + i) & (slots_.size() - 1)]; }
  const T& operator[](std::size_t i) const { return slots_[(head_ + i) & (slots_.size() - 1)]; }
  T& front() { return (*this)[0]; }
  const T& front() const { return (*this)[0]; }
  T& back() { return (*this)[size_ - 1]; }
  const T& back() const { return (*this)[size_ - 1]; }

  void push_back(T value) {
    if (size_ == slots_.size()) Move(slots_.empty() ? 2 : slots_.size() * 2);
    ++size_;
    back() = std::move(value);
  }
  void pop_front() {
    front() = T();
    head_ = (head_ + 1) & (slots_.size() - 1);
    --size_;
    Shrink();
  }
  void pop_back() {
    back() = T();
    --size_;
    Shrink();
  }
  // Keeps the first `count`.
  void truncate(std::size_t count) {
    while (size_ > count) pop_back();
  }
  void clear() {
    slots_ = std::vector<T>();
    head_ = size_ = 0;
  }
  std::uint64_t bytes() const { return slots_.size() * sizeof(T); }

 private:
  void Shrink() {
    if (slots_.size() > 8 && size_ * 4 <= slots_.size()) Move(slots_.size() / 2);
  }
  void Move(std::size_t capacity) {
    std::vector<T> slots(capacity);
    for (std::size_t i = 0; i < size_; ++i) slots[i] = std::move((*this)[i]);
    slots_ = std::move(slots);
    head_ = 0;
  }
  std::vector<T> slots_;  // a power of two
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace faultline::aggregate

#endif  // FAULTLINE_RUNTIME_AGGREGATE_RING_QUEUE_H_
