#include "tools/driver/program.h"

#include "ir/interp/interp.h"

#include <utility>
#if FAULTLINE_HAS_JIT
#include "jit/loader/native_program.h"
#include "jit/tiered.h"
#endif

namespace faultline::driver {

EngineChoice EngineByName(std::string_view name) {
  if (name == "jit") return EngineChoice::kJit;
  if (name == "interp") return EngineChoice::kInterp;
  return EngineChoice::kAuto;
}

#if FAULTLINE_HAS_JIT

namespace {
jit::JitOptions Jit(const ProgramOptions& options) {
  jit::JitOptions jit;
  jit.optimisation = options.opt_level;
  jit.require_native = options.require_native;
  jit.use_cache = options.use_cache;
  jit.cache_directory = options.cache_directory;
  return jit;
}
}  // namespace

ProgramResult MakeProgram(std::shared_ptr<const ir::Module> module, const ProgramOptions& options,
                          std::function<void(std::string)> say) {
  ProgramResult result;
  switch (options.engine) {
    case EngineChoice::kInterp:
      result.program = ir::MakeInterpreter(std::move(module));
      return result;
    case EngineChoice::kAuto: {
      jit::TieredOptions tiered;
      tiered.jit = Jit(options);
      tiered.on_failure = [say = std::move(say)](const std::string& message) {
        if (say) say("no native code (" + message + "); the interpreter goes on");
      };
      result.program = jit::MakeTieredProgram(module, ir::MakeInterpreter(module), std::move(tiered));
      return result;
    }
    case EngineChoice::kJit: {
      jit::NativeResult native = jit::MakeNativeProgram(module, Jit(options));
      if (native.program) {
        result.program = std::move(native.program);
      } else if (options.require_native) {
        result.error = native.error;
      } else {
        result.remark = "no native code (" + native.error + "); the interpreter runs instead";
        result.program = ir::MakeInterpreter(std::move(module));
      }
      return result;
    }
  }
  return result;
}

EmitText EmitNativeText(const ir::Module& module, std::string_view kind, const ProgramOptions& options) {
  jit::EmitResult emitted =
      jit::EmitNative(module, kind == "asm" ? jit::EmitKind::kAssembly : jit::EmitKind::kLlvm, Jit(options));
  return {std::move(emitted.text), std::move(emitted.error)};
}

#else

ProgramResult MakeProgram(std::shared_ptr<const ir::Module> module, const ProgramOptions& options,
                          std::function<void(std::string)>) {
  ProgramResult result;
  if (options.require_native) {
    result.error = "this build has no native back end";
    return result;
  }
  if (options.engine == EngineChoice::kJit) {
    result.remark = "this build has no native back end; the interpreter runs instead";
  }
  result.program = ir::MakeInterpreter(std::move(module));
  return result;
}

EmitText EmitNativeText(const ir::Module&, std::string_view, const ProgramOptions&) {
  return {"", "this build has no native back end"};
}

#endif

}  // namespace faultline::driver
