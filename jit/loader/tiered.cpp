#include "jit/tiered.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <system_error>
#include <thread>

namespace faultline::jit {
namespace {

constexpr std::uint64_t kWorkOfCall = 64;
// Each thread adds up its work alone and tells the others now and then.
constexpr std::uint64_t kWorkBetweenReports = 64 << 10;

constexpr std::size_t kMaxCostOfO1 = 10'000;

struct TieredScratch final : runtime::Scratch {
  std::unique_ptr<runtime::Scratch> interpreter;
  std::unique_ptr<runtime::Scratch> native;  // made when the thread first runs natively
  std::uint64_t work = 0;
};

class Tiered final : public TieredProgram {
 public:
  Tiered(std::shared_ptr<const ir::Module> module, std::unique_ptr<runtime::Program> interpreter,
         TieredOptions options)
      : module_(std::move(module)), interpreter_(std::move(interpreter)), options_(std::move(options)) {
    threshold_ = options_.threshold != 0 ? options_.threshold : DefaultThreshold(*module_);
    // Emitting machine code cannot be stopped, and the end of the run waits for it: O0 sooner than elsewhere.
    options_.jit.max_cost_of_o1 = std::min(options_.jit.max_cost_of_o1, kMaxCostOfO1);
    std::function<bool()> asked = std::move(options_.jit.cancelled);
    options_.jit.cancelled = [this, asked = std::move(asked)] {
      return stopping_.load(std::memory_order_relaxed) || (asked && asked());
    };
  }
  Tiered(const Tiered&) = delete;
  Tiered& operator=(const Tiered&) = delete;
  ~Tiered() override {
    stopping_.store(true, std::memory_order_relaxed);
    WaitForCompiler();
  }

  const ir::Module& module() const override { return *module_; }

  std::unique_ptr<runtime::Scratch> NewScratch() const override {
    auto scratch = std::make_unique<TieredScratch>();
    scratch->interpreter = interpreter_->NewScratch();
    return scratch;
  }

  bool Match(ir::PatternId pattern, std::string_view text, std::span<runtime::CaptureSpan> captures,
             runtime::Scratch& scratch) const override {
    auto& own = static_cast<TieredScratch&>(scratch);
    if (const runtime::Program* native = native_.load(std::memory_order_acquire)) {
      return native->Match(pattern, text, captures, NativeScratch(*native, own));
    }
    Count(text.size() + 1, own);
    return interpreter_->Match(pattern, text, captures, *own.interpreter);
  }

  Value Call(ir::FunctionId function, const runtime::Frame& frame, runtime::EvalContext& context,
             runtime::Scratch& scratch) const override {
    auto& own = static_cast<TieredScratch&>(scratch);
    if (const runtime::Program* native = native_.load(std::memory_order_acquire)) {
      return native->Call(function, frame, context, NativeScratch(*native, own));
    }
    Count(kWorkOfCall, own);
    return interpreter_->Call(function, frame, context, *own.interpreter);
  }

  std::string_view HowRuns(ir::PatternId pattern) const override { return Current().HowRuns(pattern); }
  std::string_view HowRunsFunction(ir::FunctionId function) const override {
    return Current().HowRunsFunction(function);
  }
  std::string_view engine_name() const override { return Current().engine_name(); }

  bool is_native() const override { return native_.load(std::memory_order_acquire) != nullptr; }
  bool has_started() const override { return started_.load(std::memory_order_acquire); }
  void WaitForCompiler() override {
    // Whoever starts the thread holds the mutex until `compiler_` is set.
    std::lock_guard<std::mutex> lock(mutex_);
    if (compiler_.joinable()) {
      compiler_.join();
    }
  }

 private:
  const runtime::Program& Current() const {
    const runtime::Program* native = native_.load(std::memory_order_acquire);
    return native != nullptr ? *native : *interpreter_;
  }

  static runtime::Scratch& NativeScratch(const runtime::Program& native, TieredScratch& scratch) {
    if (scratch.native == nullptr) {
      scratch.native = native.NewScratch();
    }
    return *scratch.native;
  }

  void Count(std::uint64_t work, TieredScratch& scratch) const {
    scratch.work += work;
    if (scratch.work < kWorkBetweenReports && scratch.work < threshold_) {
      return;
    }
    std::uint64_t total = work_.fetch_add(scratch.work, std::memory_order_relaxed) + scratch.work;
    scratch.work = 0;
    if (total >= threshold_ && !started_.exchange(true, std::memory_order_acq_rel)) {
      Start();
    }
  }

  void Start() const {
    std::lock_guard<std::mutex> lock(mutex_);
    try {
      compiler_ = std::thread([this] { Compile(); });
    } catch (const std::system_error& error) {
      Report(std::string("no thread to compile on: ") + error.what());
    }
  }

  void Compile() const {
    NativeResult result = MakeNativeProgram(module_, options_.jit);
    if (result.program != nullptr) {
      owned_ = std::move(result.program);
      native_.store(owned_.get(), std::memory_order_release);
    } else if (!stopping_.load(std::memory_order_relaxed)) {
      Report(result.error);
    }
  }

  void Report(const std::string& message) const {
    if (options_.on_failure) {
      options_.on_failure(message);
    }
  }

  std::shared_ptr<const ir::Module> module_;
  std::unique_ptr<runtime::Program> interpreter_;
  TieredOptions options_;
  std::uint64_t threshold_ = 0;

  mutable std::atomic<std::uint64_t> work_{0};
  mutable std::atomic<bool> started_{false};
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;  // compiler_
  mutable std::thread compiler_;
  mutable std::unique_ptr<runtime::Program> owned_;  // written by the compiler before native_
  mutable std::atomic<const runtime::Program*> native_{nullptr};
};

}  // namespace

std::uint64_t DefaultThreshold(const ir::Module& module) {
  return (std::uint64_t{4} << 20) +
         (std::uint64_t{64} << 10) * (module.patterns.size() + module.functions.size());
}

std::unique_ptr<TieredProgram> MakeTieredProgram(std::shared_ptr<const ir::Module> module,
                                                 std::unique_ptr<runtime::Program> interpreter,
                                                 TieredOptions options) {
  return std::make_unique<Tiered>(std::move(module), std::move(interpreter), std::move(options));
}

}  // namespace faultline::jit
