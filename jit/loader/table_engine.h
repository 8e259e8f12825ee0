// Leftmost-first matching from a pattern's instructions, for what native code does not take: programs too
// large to compile, and texts so long that the backtracker's memory would pass its bound.
//
// All threads advance together over the text (Thompson 1968, with captures as in Pike's VM). O(text *
// instructions) time, O(instructions * groups) memory. It shares no code with the interpreter's engine in
// support/regex.
#ifndef FAULTLINE_JIT_LOADER_TABLE_ENGINE_H_
#define FAULTLINE_JIT_LOADER_TABLE_ENGINE_H_

#include "runtime/program.h"
#include "support/regex/program.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace faultline::jit {

class TableEngine {
 public:
  // Fills `captures` and returns true, or returns false and leaves it alone. One engine a thread; any
  // program.
  bool Match(const regex::Prog& program, std::string_view text, std::span<runtime::CaptureSpan> captures);

 private:
  struct Follow {
    std::uint32_t target;  // an instruction, or a register to put back
    bool restore;
    std::int32_t value;
  };
  struct Threads {
    std::vector<std::uint32_t> insts;     // in order of priority
    std::vector<std::int32_t> registers;  // width_ for each of `insts`
  };

  void Add(const regex::Prog& program, std::string_view text, std::size_t position, std::uint32_t inst,
           Threads* threads);

  std::size_t width_ = 0;
  std::uint32_t round_ = 0;
  std::vector<std::uint32_t> mark_;
  std::vector<std::int32_t> current_;
  std::vector<Follow> follow_;
  Threads now_;
  Threads then_;
};

}  // namespace faultline::jit

#endif  // FAULTLINE_JIT_LOADER_TABLE_ENGINE_H_
