// Worker threads: see scan_pool.h.
#include "runtime/engine/scan_pool.h"

#include <algorithm>

namespace faultline::runtime {

ScanPool::ScanPool(int threads, const std::function<std::unique_ptr<BlockScanner>()>& make) {
  const int count = std::max(1, threads);
  for (int i = 0; i < count; ++i) scanners_.push_back(make());
  if (count == 1) return;
  for (auto& scanner : scanners_) threads_.emplace_back([this, &scanner] { Work(scanner.get()); });
}

ScanPool::~ScanPool() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ScanPool::Submit(Batch* batch) {
  if (threads_.empty()) {
    scanners_.front()->Scan(&batch->block, &batch->scan);
    batch->scanned = true;
    return;
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    batch->scanned = false;
    queue_.push_back(batch);
  }
  work_.notify_one();
}

void ScanPool::Wait(Batch* batch) {
  if (threads_.empty()) return;
  std::unique_lock<std::mutex> lock(mutex_);
  done_.wait(lock, [batch] { return batch->scanned; });
}

void ScanPool::Work(BlockScanner* scanner) {
  for (;;) {
    Batch* batch = nullptr;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      work_.wait(lock, [this] { return stop_ || !queue_.empty(); });
      if (queue_.empty()) return;
      batch = queue_.front();
      queue_.pop_front();
    }
    scanner->Scan(&batch->block, &batch->scan);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      batch->scanned = true;
    }
    done_.notify_all();
  }
}

}  // namespace faultline::runtime
