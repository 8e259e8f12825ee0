// A number that differs where host and plugin disagree on the C++ structures that they share by pointer.
#ifndef FAULTLINE_JIT_LAYOUT_H_
#define FAULTLINE_JIT_LAYOUT_H_

#include "ir/ir.h"
#include "jit/jit.h"
#include "support/regex/program.h"

#include <cstdint>

namespace faultline::jit {

constexpr std::uint64_t LayoutHash() {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (std::uint64_t size :
       {sizeof(ir::Module), sizeof(ir::Function), sizeof(ir::Instruction), sizeof(ir::Block),
        sizeof(ir::Constant), sizeof(Value), sizeof(NativeFrame), sizeof(MatchMemory), sizeof(NativePattern),
        sizeof(NativeTable), sizeof(CompileRequest), sizeof(JitPlugin), sizeof(regex::Prog),
        sizeof(regex::Inst), sizeof(ExistenceTable), sizeof(runtime::EvalContext),
        sizeof(runtime::CaptureSpan)}) {
    hash = (hash ^ size) * 0x100000001b3u;
  }
  return hash;
}

}  // namespace faultline::jit

#endif  // FAULTLINE_JIT_LAYOUT_H_
