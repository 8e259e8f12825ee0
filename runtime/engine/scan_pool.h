// Worker threads for phase 1. Blocks are handed in and waited for in order by one thread; which worker scans
// which block has no influence on the result.
#ifndef FAULTLINE_RUNTIME_ENGINE_SCAN_POOL_H_
#define FAULTLINE_RUNTIME_ENGINE_SCAN_POOL_H_

#include "runtime/engine/block_scanner.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace faultline::runtime {

// One block on its way through the engine.
struct Batch {
  RecordBlock block;
  ScanResult scan;
  bool scanned = false;  // guarded by the pool's mutex while a worker may have it
};

class ScanPool {
 public:
  // With `threads` < 2 there are no workers and Submit scans at once. `make` is called once for each worker,
  // on the caller's thread.
  ScanPool(int threads, const std::function<std::unique_ptr<BlockScanner>()>& make);
  ~ScanPool();
  ScanPool(const ScanPool&) = delete;
  ScanPool& operator=(const ScanPool&) = delete;

  // The caller bounds the number of batches under way and keeps them alive until Wait returned.
  void Submit(Batch* batch);
  void Wait(Batch* batch);
  int workers() const { return static_cast<int>(threads_.size()); }

 private:
  void Work(BlockScanner* scanner);

  std::vector<std::unique_ptr<BlockScanner>> scanners_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable work_, done_;
  std::deque<Batch*> queue_;
  bool stop_ = false;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_ENGINE_SCAN_POOL_H_
