// Memory of one thread's native matching, and what generated code calls back.
#ifndef FAULTLINE_JIT_LOADER_MATCHER_H_
#define FAULTLINE_JIT_LOADER_MATCHER_H_

#include "jit/jit.h"
#include "jit/loader/table_engine.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace faultline::jit {

// MatchMemory with the storage behind it.
struct OwnedMemory : MatchMemory {
  OwnedMemory() : MatchMemory{} {}
  std::vector<Job> job_storage;
  std::vector<std::uint64_t> visited_storage;
  std::vector<std::int32_t> register_storage;
};

// Doubles the room for jobs and keeps what is there. False beyond 4 Mi jobs (32 MiB).
bool GrowJobs(MatchMemory* memory);

class NativeScratch final : public runtime::Scratch {
 public:
  OwnedMemory memory;
  TableEngine tables;
};

class NativeProgram;

// A program and one thread's memory: what IR functions need to ask for a pattern.
struct Matcher {
  const NativeProgram* program;
  NativeScratch* scratch;
  bool Exists(ir::PatternId pattern, std::string_view text) const;
};

}  // namespace faultline::jit

#endif  // FAULTLINE_JIT_LOADER_MATCHER_H_
