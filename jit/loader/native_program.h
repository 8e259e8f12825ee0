// Native programs: a module compiled by the LLVM plugin, behind the interface that the interpreter has too.
//
// Everything of a module runs natively: functions always, patterns unless they are too large for it; those
// run from tables of this library's own (table_engine.h) and HowRuns says so. Objects are kept in a cache on
// disk.
//
// Errors are values: where the plugin is missing or fails, `program` is null and `error` says why; the caller
// says so once and goes on with the interpreter.
#ifndef FAULTLINE_JIT_LOADER_NATIVE_PROGRAM_H_
#define FAULTLINE_JIT_LOADER_NATIVE_PROGRAM_H_

#include "ir/ir.h"
#include "runtime/program.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace faultline::jit {

struct JitOptions {
  int optimisation = -1;  // 0, 1 or 2; docs/jit.md says what each costs. -1: 1, or 0 where that would
                          // compile for many seconds
  // Above this the choice of -1 is 0: instructions of patterns, a function counted as 12.
  std::size_t max_cost_of_o1 = 50'000;
  bool require_native = false;  // anything that would not run natively is an error
  bool verify = false;          // check the generated code: tests and debug builds

  bool use_cache = true;
  std::string cache_directory;  // empty: $XDG_CACHE_HOME/faultline, ~/.cache/faultline
  std::uint64_t cache_limit = std::uint64_t{256} << 20;  // bytes on disk; the longest unused go first

  std::string plugin_directory;     // empty: see OpenPlugin
  std::function<bool()> cancelled;  // asked from the compiling thread; true ends the work with an error

  // Tests only.
  bool inline_operations = true;                 // false: each operation calls its C function
  std::uint32_t wrong_on_purpose = 0;            // a defect to plant, to see that the tests find it
  std::uint32_t max_native_instructions = 6000;  // of a pattern's program
  std::uint64_t max_visited_bytes = std::uint64_t{8} << 20;  // of a match; longer texts run from tables
};

struct NativeResult {
  std::unique_ptr<runtime::Program> program;  // null: see error
  std::string error;
  bool from_cache = false;
};

// Compiles `module`, which must be one that the verifier accepts, or loads it from the cache. Safe to call
// from any thread. Time: docs/jit.md.
NativeResult MakeNativeProgram(std::shared_ptr<const ir::Module> module, const JitOptions& options = {});

enum class EmitKind : std::uint8_t { kLlvm, kAssembly };

struct EmitResult {
  std::string text;
  std::string error;  // empty: text holds
};

// What MakeNativeProgram compiles, as text: LLVM IR after the passes, or assembly.
EmitResult EmitNative(const ir::Module& module, EmitKind kind, const JitOptions& options = {});

}  // namespace faultline::jit

#endif  // FAULTLINE_JIT_LOADER_NATIVE_PROGRAM_H_
