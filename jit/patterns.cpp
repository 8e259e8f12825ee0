// Native matchers with captures: a backtracker with a memory, as in RE2's BitState, written out as code.
//
// Each instruction of the pattern's program is a basic block (a run of bytes is one block with wide
// comparisons). An alternative looks at the next byte first: where it decides between the two ways, which is
// nearly always so in templates, nothing is remembered; else the second way becomes a job on an explicit
// stack. Where several ways lead to one instruction, a bit for each place of the text says whether it was
// there before; what failed once is not tried again, also not from a later start, so time is O(text *
// instructions). The order in which ways are tried is the order of their priority, so the first match found
// is the leftmost-first one.
//
// Captures live in the scratch memory's registers. A job that puts the old value back is needed only while
// other jobs wait: without any, failing means that the next start begins anew.
#include "jit/codegen.h"
#include "jit/pattern_analysis.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <llvm/IR/Constants.h>
#include <llvm/IR/DerivedTypes.h>
#include <llvm/IR/Intrinsics.h>

namespace faultline::jit {

// Instructions of a pattern up to which its matcher is worth the optimiser.
inline constexpr std::size_t kMaxOptimisedInstructions = 500;
namespace {

using regex::Inst;
using regex::Op;

bool IsWordByte(unsigned byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
         byte == '_';
}

class MatchGenerator {
 public:
  MatchGenerator(ModuleContext& module, const regex::Prog& program, llvm::Function* function)
      : m_(module), program_(program), analysis_(program), f_(function), b_(module.context()) {
    text_ = f_->getArg(0);
    size_ = f_->getArg(1);
    memory_ = f_->getArg(2);
    blocks_.resize(program.size(), nullptr);
    resume_number_.resize(program.size(), 0);
  }

  std::uint32_t visited_bits() const { return analysis_.joins(); }

  void Run() {
    llvm::BasicBlock* entry = Block("entry");
    attempt_ = Block("attempt");
    next_start_ = Block("next_start");
    fail_ = Block("fail");
    lost_ = Block("lost");
    no_memory_ = Block("no_memory");
    b_.SetInsertPoint(lost_);
    b_.CreateRet(I32(0));
    b_.SetInsertPoint(no_memory_);
    b_.CreateRet(llvm::ConstantInt::getSigned(m_.i32, -1));

    b_.SetInsertPoint(entry);
    position_ = b_.CreateAlloca(m_.i64, nullptr, "position");
    start_ = b_.CreateAlloca(m_.i64, nullptr, "start");
    depth_ = b_.CreateAlloca(m_.i64, nullptr, "depth");
    jobs_ = b_.CreateAlloca(m_.pointer, nullptr, "jobs");
    capacity_ = b_.CreateAlloca(m_.i64, nullptr, "capacity");
    b_.CreateStore(I64(0), start_);
    LoadJobs();
    visited_ = MemoryField(m_.pointer, offsetof(MatchMemory, visited));
    registers_ = MemoryField(m_.pointer, offsetof(MatchMemory, registers));
    if (analysis_.joins() > 0) {
      llvm::Value* bits = b_.CreateMul(b_.CreateAdd(size_, I64(1)), I64(analysis_.joins()));
      llvm::Value* words = b_.CreateLShr(b_.CreateAdd(bits, I64(63)), 6);
      b_.CreateMemSet(visited_, llvm::ConstantInt::get(m_.i8, 0), b_.CreateShl(words, 3),
                      llvm::MaybeAlign(8));
    }
    b_.CreateBr(attempt_);

    Attempt();
    while (!waiting_.empty()) {
      std::uint32_t inst = waiting_.back();
      waiting_.pop_back();
      b_.SetInsertPoint(blocks_[inst]);
      Instruction(inst);
    }
    NextStart();
    Fail();
  }

 private:
  llvm::Value* I8(unsigned n) { return llvm::ConstantInt::get(m_.i8, n); }
  llvm::Value* I32(std::uint32_t n) { return llvm::ConstantInt::get(m_.i32, n); }
  llvm::Value* I64(std::uint64_t n) { return llvm::ConstantInt::get(m_.i64, n); }
  llvm::BasicBlock* Block(const llvm::Twine& name) {
    return llvm::BasicBlock::Create(m_.context(), name, f_);
  }
  llvm::Value* MemoryField(llvm::Type* type, std::uint64_t offset) {
    return b_.CreateLoad(type, b_.CreateConstInBoundsGEP1_64(m_.i8, memory_, offset));
  }
  llvm::Value* ByteAt(llvm::Value* position) {
    return b_.CreateLoad(m_.i8, b_.CreateGEP(m_.i8, text_, position));
  }
  llvm::Value* Position() { return b_.CreateLoad(m_.i64, position_); }
  llvm::Value* Register(std::uint32_t index) {
    return b_.CreateConstInBoundsGEP1_64(m_.i32, registers_, index);
  }
  void LoadJobs() {
    b_.CreateStore(MemoryField(m_.pointer, offsetof(MatchMemory, jobs)), jobs_);
    b_.CreateStore(MemoryField(m_.i64, offsetof(MatchMemory, job_capacity)), capacity_);
  }

  // The block of an instruction; made, and put on the list of those to write, when it is first asked for.
  llvm::BasicBlock* BlockOf(std::uint32_t inst) {
    if (program_.insts()[inst].op == Op::kFail) {
      return fail_;
    }
    if (blocks_[inst] == nullptr) {
      blocks_[inst] = Block("i" + llvm::Twine(inst));
      waiting_.push_back(inst);
    }
    return blocks_[inst];
  }

  // From `start_` on, the first place at which a match can begin, and a try there.
  void Attempt() {
    b_.SetInsertPoint(attempt_);
    const NextSet& next = analysis_.next(program_.start());
    NextSet bytes = next;
    bytes.reset(kEndOfText);
    llvm::BasicBlock* begin = Block("begin");
    if (program_.anchored_start() || bytes.count() == 256) {
      b_.CreateBr(begin);
    } else if (analysis_.prefix().size() > 1) {
      auto* type = llvm::FunctionType::get(m_.pointer, {m_.pointer, m_.i64, m_.pointer, m_.i64}, false);
      const std::string& prefix = analysis_.prefix();
      Skip(b_.CreateCall(m_.Host("memmem", type),
                         {b_.CreateGEP(m_.i8, text_, Start()), b_.CreateSub(size_, Start()),
                          m_.Bytes(prefix, "prefix"), I64(prefix.size())}),
           begin);
    } else if (bytes.count() == 1 && !next[kEndOfText]) {
      auto* type = llvm::FunctionType::get(m_.pointer, {m_.pointer, m_.i32, m_.i64}, false);
      Skip(b_.CreateCall(m_.Host("memchr", type), {b_.CreateGEP(m_.i8, text_, Start()), I32(FirstOf(bytes)),
                                                   b_.CreateSub(size_, Start())}),
           begin);
    } else {
      llvm::BasicBlock* scan = Block("scan");
      llvm::BasicBlock* look = Block("look");
      llvm::BasicBlock* pass = Block("pass");
      b_.CreateBr(scan);
      b_.SetInsertPoint(scan);
      llvm::Value* here = Start();
      b_.CreateCondBr(b_.CreateICmpEQ(here, size_), next[kEndOfText] ? begin : lost_, look);
      b_.SetInsertPoint(look);
      b_.CreateCondBr(InSet(ByteAt(here), bytes), begin, pass);
      b_.SetInsertPoint(pass);
      b_.CreateStore(b_.CreateAdd(here, I64(1)), start_);
      b_.CreateBr(scan);
    }
    b_.SetInsertPoint(begin);
    b_.CreateStore(I64(0), depth_);
    b_.CreateStore(Start(), position_);
    for (int group = 1; group < program_.num_groups(); ++group) {
      auto slot = static_cast<std::uint32_t>(2 * group);
      b_.CreateStore(llvm::ConstantInt::getSigned(m_.i32, -1), Register(slot));
      b_.CreateStore(llvm::ConstantInt::getSigned(m_.i32, -1), Register(slot + 1));
    }
    b_.CreateBr(BlockOf(program_.start()));
  }
  llvm::Value* Start() { return b_.CreateLoad(m_.i64, start_); }
  void Skip(llvm::Value* found, llvm::BasicBlock* begin) {
    llvm::BasicBlock* there = Block("there");
    b_.CreateCondBr(b_.CreateIsNull(found), lost_, there);
    b_.SetInsertPoint(there);
    b_.CreateStore(b_.CreateSub(b_.CreatePtrToInt(found, m_.i64), b_.CreatePtrToInt(text_, m_.i64)), start_);
    b_.CreateBr(begin);
  }
  static unsigned FirstOf(const NextSet& set) {
    unsigned byte = 0;
    while (!set[byte]) {
      ++byte;
    }
    return byte;
  }

  // Is `byte` in the set? A range check where that will do, else a table of bits.
  llvm::Value* InSet(llvm::Value* byte, const NextSet& set) {
    if (set.none()) {
      return llvm::ConstantInt::getFalse(m_.context());
    }
    unsigned lo = FirstOf(set);
    unsigned hi = lo;
    while (hi < 255 && set[hi + 1]) {
      ++hi;
    }
    NextSet range;
    for (unsigned n = lo; n <= hi; ++n) {
      range.set(n);
    }
    if ((set & ~range).none()) {
      return InRange(byte, lo, hi);
    }
    std::string table(256, '\0');
    for (unsigned n = 0; n < 256; ++n) {
      table[n] = set[n] ? 1 : 0;
    }
    llvm::Value* index = b_.CreateZExt(byte, m_.i64);
    return b_.CreateICmpNE(b_.CreateLoad(m_.i8, b_.CreateGEP(m_.i8, m_.Bytes(table, "set"), index)), I8(0));
  }
  llvm::Value* InRange(llvm::Value* byte, unsigned lo, unsigned hi) {
    return lo == hi ? b_.CreateICmpEQ(byte, I8(lo))
                    : b_.CreateICmpULE(b_.CreateSub(byte, I8(lo)), I8(hi - lo));
  }

  void NextStart() {
    b_.SetInsertPoint(next_start_);
    if (program_.anchored_start()) {
      b_.CreateBr(lost_);
      return;
    }
    llvm::Value* next = b_.CreateAdd(Start(), I64(1));
    b_.CreateStore(next, start_);
    b_.CreateCondBr(b_.CreateICmpUGT(next, size_), lost_, attempt_);
  }

  // Takes the newest job, or ends the attempt.
  void Fail() {
    b_.SetInsertPoint(fail_);
    llvm::Value* depth = b_.CreateLoad(m_.i64, depth_);
    llvm::BasicBlock* take = Block("take");
    llvm::BasicBlock* restore = Block("restore");
    llvm::BasicBlock* resume = Block("resume");
    b_.CreateCondBr(b_.CreateICmpEQ(depth, I64(0)), next_start_, take);
    b_.SetInsertPoint(take);
    llvm::Value* top = b_.CreateSub(depth, I64(1));
    b_.CreateStore(top, depth_);
    llvm::Value* job = JobAt(top);
    llvm::Value* target = b_.CreateLoad(m_.i32, job);
    llvm::Value* value = b_.CreateLoad(m_.i32, b_.CreateConstInBoundsGEP1_64(m_.i8, job, 4));
    b_.CreateCondBr(b_.CreateICmpUGE(target, I32(kRestoreCapture)), restore, resume);
    b_.SetInsertPoint(restore);
    llvm::Value* index = b_.CreateZExt(b_.CreateAnd(target, I32(~kRestoreCapture)), m_.i64);
    b_.CreateStore(value, b_.CreateGEP(m_.i32, registers_, index));
    b_.CreateBr(fail_);
    b_.SetInsertPoint(resume);
    b_.CreateStore(b_.CreateZExt(value, m_.i64), position_);
    llvm::BasicBlock* nowhere = Block("nowhere");
    llvm::SwitchInst* branch = b_.CreateSwitch(target, nowhere, static_cast<unsigned>(resumed_.size()));
    for (std::size_t n = 0; n < resumed_.size(); ++n) {
      branch->addCase(llvm::ConstantInt::get(m_.i32, n), blocks_[resumed_[n]]);
    }
    b_.SetInsertPoint(nowhere);
    b_.CreateUnreachable();
  }
  llvm::Value* JobAt(llvm::Value* index) {
    return b_.CreateGEP(m_.i64, b_.CreateLoad(m_.pointer, jobs_), index);
  }

  // Pushes {target, value}. Leaves the builder where the push has happened.
  void Push(std::uint32_t target, llvm::Value* value) {
    llvm::Value* depth = b_.CreateLoad(m_.i64, depth_);
    llvm::BasicBlock* grow = Block("grow");
    llvm::BasicBlock* grown = Block("grown");
    llvm::BasicBlock* push = Block("push");
    b_.CreateCondBr(b_.CreateICmpEQ(depth, b_.CreateLoad(m_.i64, capacity_)), grow, push);
    b_.SetInsertPoint(grow);
    auto* type = llvm::FunctionType::get(m_.i32, {m_.pointer}, false);
    llvm::Value* done = b_.CreateCall(m_.Host("faultline_jit_grow_jobs", type), {memory_});
    b_.CreateCondBr(b_.CreateICmpEQ(done, I32(0)), no_memory_, grown);
    b_.SetInsertPoint(grown);
    LoadJobs();
    b_.CreateBr(push);
    b_.SetInsertPoint(push);
    llvm::Value* job = JobAt(depth);
    b_.CreateStore(I32(target), job);
    b_.CreateStore(value, b_.CreateConstInBoundsGEP1_64(m_.i8, job, 4));
    b_.CreateStore(b_.CreateAdd(depth, I64(1)), depth_);
  }

  void Instruction(std::uint32_t id) {
    if (analysis_.is_join(id)) {
      llvm::Value* bit =
          b_.CreateAdd(b_.CreateMul(Position(), I64(analysis_.joins())), I64(analysis_.join(id)));
      llvm::Value* word = b_.CreateGEP(m_.i64, visited_, b_.CreateLShr(bit, 6));
      llvm::Value* mask = b_.CreateShl(I64(1), b_.CreateAnd(bit, I64(63)));
      llvm::Value* seen = b_.CreateLoad(m_.i64, word);
      llvm::BasicBlock* fresh = Block("fresh");
      b_.CreateCondBr(b_.CreateICmpNE(b_.CreateAnd(seen, mask), I64(0)), fail_, fresh);
      b_.SetInsertPoint(fresh);
      b_.CreateStore(b_.CreateOr(seen, mask), word);
    }
    const Inst& inst = program_.insts()[id];
    switch (inst.op) {
      case Op::kFail:
        b_.CreateBr(fail_);
        break;
      case Op::kByteRange:
        Bytes(id);
        break;
      case Op::kAlt:
        Alternative(inst);
        break;
      case Op::kCapture:
        Capture(inst);
        break;
      case Op::kEmptyWidth:
        b_.CreateCondBr(Condition(inst.arg), BlockOf(inst.out), fail_);
        break;
      case Op::kMatch:
        b_.CreateStore(b_.CreateTrunc(Start(), m_.i32), Register(0));
        b_.CreateStore(b_.CreateTrunc(Position(), m_.i32), Register(1));
        b_.CreateRet(I32(1));
        break;
      case Op::kNop:
        b_.CreateBr(BlockOf(inst.out));
        break;
    }
  }

  // A byte, and those after it that can only be reached through it.
  void Bytes(std::uint32_t id) {
    std::vector<const Inst*> chain;
    std::uint32_t next = id;
    do {
      chain.push_back(&program_.insts()[next]);
      next = chain.back()->out;
    } while (chain.size() < 64 && program_.insts()[next].op == Op::kByteRange && !analysis_.is_join(next) &&
             blocks_[next] == nullptr);
    llvm::Value* here = Position();
    llvm::Value* room = chain.size() == 1 ? b_.CreateICmpULT(here, size_)
                                          : b_.CreateICmpUGE(b_.CreateSub(size_, here), I64(chain.size()));
    Require(room);
    llvm::Value* base = b_.CreateGEP(m_.i8, text_, here);
    for (std::size_t n = 0; n < chain.size();) {
      std::size_t width = LiteralWidth(chain, n);
      llvm::Value* at = b_.CreateConstInBoundsGEP1_64(m_.i8, base, n);
      if (width > 1) {
        std::uint64_t expected = 0;
        for (std::size_t k = 0; k < width; ++k) {
          expected |= std::uint64_t{chain[n + k]->lo} << (8 * k);
        }
        auto* type = llvm::IntegerType::get(m_.context(), static_cast<unsigned>(8 * width));
        llvm::Value* bytes = b_.CreateAlignedLoad(type, at, llvm::Align(1));
        Require(b_.CreateICmpEQ(bytes, llvm::ConstantInt::get(type, expected)));
      } else {
        llvm::Value* byte = b_.CreateLoad(m_.i8, at);
        if (chain[n]->lo != 0 || chain[n]->hi != 255) {
          // lo..hi lies within a..z where case is folded, and only letters become one of those.
          llvm::Value* folded = chain[n]->fold != 0 ? b_.CreateOr(byte, I8(0x20)) : byte;
          Require(InRange(folded, chain[n]->lo, chain[n]->hi));
        }
        width = 1;
      }
      n += width;
    }
    b_.CreateStore(b_.CreateAdd(here, I64(chain.size())), position_);
    b_.CreateBr(BlockOf(next));
  }
  static std::size_t LiteralWidth(const std::vector<const Inst*>& chain, std::size_t from) {
    std::size_t run = 0;
    while (run < 8 && from + run < chain.size() && chain[from + run]->lo == chain[from + run]->hi &&
           chain[from + run]->fold == 0) {
      ++run;
    }
    return run >= 8 ? 8 : run >= 4 ? 4 : run >= 2 ? 2 : 1;
  }
  // Goes on in a new block where the condition holds, and fails where not.
  void Require(llvm::Value* condition) {
    llvm::BasicBlock* holds = Block("holds");
    b_.CreateCondBr(condition, holds, fail_);
    b_.SetInsertPoint(holds);
  }

  void Alternative(const Inst& inst) {
    const NextSet& first = analysis_.next(inst.out);
    const NextSet& second = analysis_.next(inst.arg);
    // Ways by what comes next: 0 neither, 1 the first, 2 the second, 3 both.
    auto way = [&](std::size_t what) { return (first[what] ? 1u : 0u) | (second[what] ? 2u : 0u); };
    llvm::BasicBlock* both = nullptr;
    auto target = [&](unsigned which) -> llvm::BasicBlock* {
      switch (which) {
        case 0:
          return fail_;
        case 1:
          return BlockOf(inst.out);
        case 2:
          return BlockOf(inst.arg);
        default:
          if (both == nullptr) {
            both = Block("both");
          }
          return both;
      }
    };
    unsigned counts[4] = {};
    for (unsigned byte = 0; byte < 256; ++byte) {
      ++counts[way(byte)];
    }
    unsigned common = static_cast<unsigned>(std::max_element(counts, counts + 4) - counts);
    if (counts[common] == 256 && way(kEndOfText) == common) {
      b_.CreateBr(target(common));
    } else {
      llvm::Value* here = Position();
      llvm::BasicBlock* look = Block("look");
      b_.CreateCondBr(b_.CreateICmpEQ(here, size_), target(way(kEndOfText)), look);
      b_.SetInsertPoint(look);
      Choose(here, counts, common, way, target);
    }
    if (both != nullptr) {
      b_.SetInsertPoint(both);
      BlockOf(inst.arg);
      std::uint32_t number = ResumeNumber(inst.arg);
      Push(number, b_.CreateTrunc(Position(), m_.i32));
      b_.CreateBr(BlockOf(inst.out));
    }
  }
  template <typename Way, typename Target>
  void Choose(llvm::Value* here, const unsigned (&counts)[4], unsigned common, Way way, Target target) {
    if (counts[common] == 256) {
      b_.CreateBr(target(common));
      return;
    }
    llvm::Value* byte = ByteAt(here);
    unsigned other = 4;
    bool two = true;
    for (unsigned which = 0; which < 4; ++which) {
      if (which != common && counts[which] > 0) {
        two = two && other == 4;
        other = which;
      }
    }
    if (two) {
      NextSet set;
      for (unsigned n = 0; n < 256; ++n) {
        set[n] = way(n) == other;
      }
      b_.CreateCondBr(InSet(byte, set), target(other), target(common));
      return;
    }
    std::string table(256, '\0');
    for (unsigned n = 0; n < 256; ++n) {
      table[n] = static_cast<char>(way(n));
    }
    llvm::Value* index = b_.CreateZExt(byte, m_.i64);
    llvm::Value* which = b_.CreateLoad(m_.i8, b_.CreateGEP(m_.i8, m_.Bytes(table, "ways"), index));
    llvm::SwitchInst* branch = b_.CreateSwitch(which, target(common), 3);
    for (unsigned n = 0; n < 4; ++n) {
      if (n != common && counts[n] > 0) {
        branch->addCase(llvm::ConstantInt::get(m_.i8, n), target(n));
      }
    }
  }
  // The number under which jobs name the instruction.
  std::uint32_t ResumeNumber(std::uint32_t inst) {
    if (resume_number_[inst] == 0) {
      resumed_.push_back(inst);
      resume_number_[inst] = static_cast<std::uint32_t>(resumed_.size());
    }
    return resume_number_[inst] - 1;
  }

  void Capture(const Inst& inst) {
    llvm::Value* slot = Register(inst.arg);
    llvm::BasicBlock* save = Block("save");
    llvm::BasicBlock* set = Block("set");
    llvm::Value* depth = b_.CreateLoad(m_.i64, depth_);
    b_.CreateCondBr(b_.CreateICmpEQ(depth, I64(0)), set, save);
    b_.SetInsertPoint(save);
    Push(kRestoreCapture | inst.arg, b_.CreateLoad(m_.i32, slot));
    b_.CreateBr(set);
    b_.SetInsertPoint(set);
    b_.CreateStore(b_.CreateTrunc(Position(), m_.i32), slot);
    b_.CreateBr(BlockOf(inst.out));
  }

  // All conditions of `flags` hold here.
  llvm::Value* Condition(std::uint32_t flags) {
    llvm::Value* all = llvm::ConstantInt::getTrue(m_.context());
    llvm::Value* here = Position();
    auto require = [&](std::uint32_t flag, auto condition) {
      if ((flags & flag) != 0) {
        all = b_.CreateAnd(all, condition());
      }
    };
    require(regex::kAtBeginText, [&] { return b_.CreateICmpEQ(here, I64(0)); });
    require(regex::kAtEndText, [&] { return b_.CreateICmpEQ(here, size_); });
    require(regex::kAtBeginLine, [&] { return IsByteBefore(here, NewlineSet(), true); });
    require(regex::kAtEndLine, [&] { return IsByteAfter(here, NewlineSet(), true); });
    auto boundary = [&] {
      return b_.CreateXor(IsByteBefore(here, WordSet(), false), IsByteAfter(here, WordSet(), false));
    };
    require(regex::kAtWordBoundary, boundary);
    require(regex::kAtNotWordBoundary, [&] { return b_.CreateNot(boundary()); });
    auto unicode_boundary = [&] {
      auto* type = llvm::FunctionType::get(m_.i32, {m_.pointer, m_.i64, m_.i64}, false);
      return b_.CreateICmpNE(
          b_.CreateCall(m_.Host("faultline_jit_unicode_boundary", type), {text_, size_, here}), I32(0));
    };
    require(regex::kAtUnicodeWordBoundary, unicode_boundary);
    require(regex::kAtNotUnicodeWordBoundary, [&] { return b_.CreateNot(unicode_boundary()); });
    return all;
  }
  static NextSet NewlineSet() {
    NextSet set;
    set.set('\n');
    return set;
  }
  static NextSet WordSet() {
    NextSet set;
    for (unsigned byte = 0; byte < 256; ++byte) {
      set[byte] = IsWordByte(byte);
    }
    return set;
  }
  // Is the byte there and in the set, or, at the end of the text, `outside`?
  llvm::Value* IsByteBefore(llvm::Value* here, const NextSet& set, bool outside) {
    return Probe(b_.CreateICmpNE(here, I64(0)), b_.CreateSub(here, I64(1)), set, outside);
  }
  llvm::Value* IsByteAfter(llvm::Value* here, const NextSet& set, bool outside) {
    return Probe(b_.CreateICmpNE(here, size_), here, set, outside);
  }
  llvm::Value* Probe(llvm::Value* there, llvm::Value* index, const NextSet& set, bool outside) {
    llvm::BasicBlock* from = b_.GetInsertBlock();
    llvm::BasicBlock* probe = Block("probe");
    llvm::BasicBlock* probed = Block("probed");
    b_.CreateCondBr(there, probe, probed);
    b_.SetInsertPoint(probe);
    llvm::Value* in = InSet(ByteAt(index), set);
    b_.CreateBr(probed);
    b_.SetInsertPoint(probed);
    llvm::PHINode* result = b_.CreatePHI(m_.i1, 2);
    result->addIncoming(in, probe);
    result->addIncoming(llvm::ConstantInt::get(m_.i1, outside ? 1 : 0), from);
    return result;
  }

  ModuleContext& m_;
  const regex::Prog& program_;
  PatternAnalysis analysis_;
  llvm::Function* f_;
  llvm::IRBuilder<> b_;
  llvm::Value* text_ = nullptr;
  llvm::Value* size_ = nullptr;
  llvm::Value* memory_ = nullptr;
  llvm::Value* visited_ = nullptr;
  llvm::Value* registers_ = nullptr;
  llvm::AllocaInst* position_ = nullptr;
  llvm::AllocaInst* start_ = nullptr;
  llvm::AllocaInst* depth_ = nullptr;
  llvm::AllocaInst* jobs_ = nullptr;
  llvm::AllocaInst* capacity_ = nullptr;
  llvm::BasicBlock* attempt_ = nullptr;
  llvm::BasicBlock* next_start_ = nullptr;
  llvm::BasicBlock* fail_ = nullptr;
  llvm::BasicBlock* lost_ = nullptr;
  llvm::BasicBlock* no_memory_ = nullptr;
  std::vector<llvm::BasicBlock*> blocks_;
  std::vector<std::uint32_t> waiting_;
  std::vector<std::uint32_t> resumed_;        // by resume number
  std::vector<std::uint32_t> resume_number_;  // + 1; 0: none
};

}  // namespace

llvm::StructType* NativePatternType(ModuleContext& module) {
  return llvm::StructType::get(module.context(),
                               {module.pointer, module.pointer, module.pointer, module.pointer, module.i32,
                                module.i32, module.i32, module.i32});
}

std::string GeneratePatterns(ModuleContext& module, std::vector<llvm::Constant*>* patterns) {
  static_assert(sizeof(NativePattern) == 4 * sizeof(void*) + 16);
  auto* match_type = llvm::FunctionType::get(module.i32, {module.pointer, module.i64, module.pointer}, false);
  llvm::Constant* none = llvm::ConstantPointerNull::get(module.pointer);
  const CompileRequest& request = module.request();
  for (std::size_t id = 0; id < request.module->patterns.size(); ++id) {
    llvm::Constant* exists[2] = {none, none};
    llvm::Constant* match[2] = {none, none};
    std::uint32_t bits[2] = {0, 0};
    for (std::size_t mode : {kUtf8, kBytes}) {
      const PatternSource& source = request.patterns[2 * id + mode];
      if (source.program == nullptr) {
        continue;
      }
      if (mode == kBytes && source.program == request.patterns[2 * id].program) {
        exists[1] = exists[0];
        match[1] = match[0];
        bits[1] = bits[0];
        continue;
      }
      std::string name = std::to_string(id);
      name.insert(0, 1, 'p').append(mode == kUtf8 ? ".utf8" : ".bytes");
      if (source.existence != nullptr) {
        const std::vector<ir::Pattern::Literal>& literals = request.module->patterns[id].literals;
        bool one = literals.size() == 1 && !literals[0].fold && literals[0].text.size() > 1;
        exists[mode] = GenerateExists(module, *source.existence, one ? literals[0].text : std::string_view(),
                                      name + ".exists");
      }
      auto* function = llvm::Function::Create(match_type, llvm::GlobalValue::InternalLinkage, name + ".match",
                                              module.module());
      const bool large = source.program->insts().size() > kMaxOptimisedInstructions;
      if ((mode == kBytes || large) && request.optimisation > 0) {
        // Lines that are not UTF-8 are rare: not worth half of the compile time. Automata of Unicode classes
        // have a thousand states, which take seconds to optimise.
        function->addFnAttr(llvm::Attribute::NoInline);
        function->addFnAttr(llvm::Attribute::OptimizeNone);
      }
      function->setDoesNotThrow();
      MatchGenerator generator(module, *source.program, function);
      generator.Run();
      match[mode] = function;
      bits[mode] = generator.visited_bits();
    }
    auto number = [&](std::uint32_t n) { return llvm::ConstantInt::get(module.i32, n); };
    patterns->push_back(llvm::ConstantStruct::get(
        NativePatternType(module),
        {exists[0], exists[1], match[0], match[1], number(bits[0]), number(bits[1]), number(0), number(0)}));
  }
  return "";
}

}  // namespace faultline::jit
