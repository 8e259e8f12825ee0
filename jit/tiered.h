// `--engine auto`: a program that starts on the interpreter and goes on natively once that is ready.
//
// Loading LLVM and compiling cost more than looking at a small log, so nothing of it happens before a
// threshold of work (bytes matched and functions called). Then one background thread compiles; when it is
// done, the next call on any thread runs natively. Every call border is a safe point, since both programs
// have the same meaning and a call keeps no state of its own; calls that run on the interpreter at that
// moment end there.
//
// Thread safety: as runtime::Program. Destruction asks the compiler to stop and waits for it: LLVM must not
// work on while the process leaves main. Passes stop at once, the emission of machine code does not, so
// waiting takes at most as long as that.
#ifndef FAULTLINE_JIT_TIERED_H_
#define FAULTLINE_JIT_TIERED_H_

#include "jit/loader/native_program.h"
#include "runtime/program.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace faultline::jit {

struct TieredOptions {
  JitOptions jit;
  // Work before compiling begins, in bytes of matched text; a call of a function counts as 64. 0: see
  // DefaultThreshold.
  std::uint64_t threshold = 0;
  // Called at most once, from the compiling thread, with why there is no native code. May be empty.
  std::function<void(const std::string& message)> on_failure;
};

// 4 MiB, and 64 KiB for each pattern and function: what the interpreter does in about the time that compiling
// takes.
std::uint64_t DefaultThreshold(const ir::Module& module);

class TieredProgram : public runtime::Program {
 public:
  // Does native code run by now?
  virtual bool is_native() const = 0;
  // Whether compiling has begun, and waiting for its end (of any kind). For tests and benchmarks.
  virtual bool has_started() const = 0;
  virtual void WaitForCompiler() = 0;
};

// `interpreter` is a program of `module`.
std::unique_ptr<TieredProgram> MakeTieredProgram(std::shared_ptr<const ir::Module> module,
                                                 std::unique_ptr<runtime::Program> interpreter,
                                                 TieredOptions options);

}  // namespace faultline::jit

#endif  // FAULTLINE_JIT_TIERED_H_
