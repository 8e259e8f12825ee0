// The compiler's state, shared by its source files. Private to support/regex; include program.h instead.
#pragma once

#include "support/regex/program.h"
#include "support/regex/utf8_ranges.h"

#include <map>
#include <memory>
#include <span>
#include <vector>

namespace faultline::regex {

class Compiler {
 public:
  Compiler(const NodePtr& root, const CompileOptions& options) : root_(root), options_(options) {}

  Result<ProgPtr> Run();

 private:
  // Ends of a fragment that wait for their target, linked through the very fields to be filled:
  // instruction id * 2, plus 1 for `arg`.
  struct PatchList {
    uint32_t head = 0;
    uint32_t tail = 0;
  };

  // A piece of program. `begin` 0 is the fragment that never matches.
  struct Fragment {
    uint32_t begin = 0;
    PatchList ends;
    bool nullable = false;
  };

  // compile.cpp
  Fragment CompileTree();
  Fragment Finish(const Node& node, std::span<const Fragment> children);
  Fragment FinishRepeat(const Node& node, std::span<const Fragment> copies);
  Fragment CompileLiteral(const Node& node);
  Fragment Nop();
  Fragment Assertion(AssertKind kind);
  Fragment CaptureGroup(Fragment inner, int index);
  Fragment Cat(Fragment a, Fragment b);
  Fragment Either(Fragment a, Fragment b);
  Fragment Branch(Fragment body, bool greedy);
  Fragment Plus(Fragment body, bool greedy);
  Fragment Star(Fragment body, bool greedy);
  Fragment Quest(Fragment body, bool greedy);
  uint32_t NewInst(Inst inst);
  uint32_t& Hole(uint32_t place) { return place & 1 ? insts_[place >> 1].arg : insts_[place >> 1].out; }
  void Patch(PatchList list, uint32_t target);
  PatchList Join(PatchList a, PatchList b);
  std::shared_ptr<Prog> Assemble(Fragment all);

  // compile_class.cpp
  Fragment CompileClass(std::span<const CharRange> ranges, bool open);

  NodePtr root_;
  CompileOptions options_;
  std::vector<Inst> insts_;
  uint64_t visits_ = 0;
  bool too_large_ = false;

  struct ClassBuilder;
};

}  // namespace faultline::regex
