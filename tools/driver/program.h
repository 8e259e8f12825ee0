// Chooses the back end: interpreter, native code, or auto (interpreter first, native code when it is ready
// and the input is large enough to pay for it).
#ifndef FAULTLINE_TOOLS_DRIVER_PROGRAM_H_
#define FAULTLINE_TOOLS_DRIVER_PROGRAM_H_

#include "ir/ir.h"
#include "runtime/program.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace faultline::driver {

enum class EngineChoice { kAuto, kJit, kInterp };
EngineChoice EngineByName(std::string_view name);

struct ProgramOptions {
  EngineChoice engine = EngineChoice::kAuto;
  int opt_level = -1;           // 0 to 2; -1: by the size of the rules
  bool require_native = false;  // no fall-back: an error instead
  bool use_cache = true;
  std::string cache_directory = {};  // empty: the user's
};

struct ProgramResult {
  std::shared_ptr<const runtime::Program> program;  // null: `error` says why (only with require_native)
  std::string error;
  std::string remark;  // said once: native code was wanted and the interpreter runs instead, and why
};

// `say` gets the remark of `auto` when native code turns out to be unavailable later; called from another
// thread at most once. May be empty.
ProgramResult MakeProgram(std::shared_ptr<const ir::Module> module, const ProgramOptions& options,
                          std::function<void(std::string)> say = {});

// `--emit llvm|asm`.
struct EmitText {
  std::string text;
  std::string error;
};
EmitText EmitNativeText(const ir::Module& module, std::string_view kind, const ProgramOptions& options);

}  // namespace faultline::driver

#endif  // FAULTLINE_TOOLS_DRIVER_PROGRAM_H_
