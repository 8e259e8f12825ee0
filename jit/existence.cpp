// Native existence checks from the deterministic automata that the host built.
//
// Small automata become code, a block a state, in which a state that waits for one byte is a memchr; larger
// ones a table of row offsets in constant data and a loop of two loads a byte. The border is the number of
// bytes that leave a state's most frequent way: beyond it the branches cost more, in code and in
// mispredictions, than the table's loads.
#include "jit/codegen.h"

#include <array>
#include <llvm/IR/Constants.h>
#include <llvm/IR/DerivedTypes.h>

namespace faultline::jit {
namespace {

constexpr std::uint32_t kMaxCodeStates = 24;
constexpr std::uint32_t kMaxCodeCases = 256;

// One state with its ways by byte.
struct Ways {
  std::array<std::uint32_t, 256> target;
  std::uint32_t common = 0;              // the most frequent target
  std::vector<std::uint8_t> exceptions;  // bytes that go elsewhere
};

Ways WaysOf(const ExistenceTable& table, std::uint32_t state) {
  Ways ways;
  const std::uint32_t* row = table.next + std::size_t{state} * table.columns;
  std::vector<std::uint32_t> counts(table.states, 0);
  for (unsigned byte = 0; byte < 256; ++byte) {
    ways.target[byte] = row[table.byte_class[byte]];
    ++counts[ways.target[byte]];
  }
  for (std::uint32_t target = 0; target < table.states; ++target) {
    if (counts[target] > counts[ways.common]) {
      ways.common = target;
    }
  }
  for (unsigned byte = 0; byte < 256; ++byte) {
    if (ways.target[byte] != ways.common) {
      ways.exceptions.push_back(static_cast<std::uint8_t>(byte));
    }
  }
  return ways;
}

class ExistsGenerator {
 public:
  ExistsGenerator(ModuleContext& module, const ExistenceTable& table, llvm::Function* function)
      : m_(module), t_(table), f_(function), b_(module.context()) {
    text_ = f_->getArg(0);
    size_ = f_->getArg(1);
    entry_ = Block("entry");
    found_ = Block("found");
    lost_ = Block("lost");
    b_.SetInsertPoint(found_);
    b_.CreateRet(I32(1));
    b_.SetInsertPoint(lost_);
    b_.CreateRet(I32(0));
    b_.SetInsertPoint(entry_);
  }

  void Run(std::string_view literal) {
    if (!literal.empty()) {
      auto* type = llvm::FunctionType::get(m_.pointer, {m_.pointer, m_.i64, m_.pointer, m_.i64}, false);
      llvm::Value* there = b_.CreateCall(m_.Host("memmem", type),
                                         {text_, size_, m_.Bytes(literal, "literal"), I64(literal.size())});
      entry_ = Block("automaton");
      b_.CreateCondBr(b_.CreateIsNull(there), lost_, entry_);
      b_.SetInsertPoint(entry_);
    }
    std::vector<Ways> ways;
    std::size_t cases = 0;
    if (t_.states <= kMaxCodeStates) {
      for (std::uint32_t state = 0; state < t_.states; ++state) {
        ways.push_back(WaysOf(t_, state));
        cases += state < 2 ? 0 : ways.back().exceptions.size();
      }
    }
    if (!ways.empty() && cases <= kMaxCodeCases) {
      Code(ways);
    } else {
      Table();
    }
  }

 private:
  llvm::Value* I32(std::uint32_t n) { return llvm::ConstantInt::get(m_.i32, n); }
  llvm::Value* I64(std::uint64_t n) { return llvm::ConstantInt::get(m_.i64, n); }
  llvm::BasicBlock* Block(const llvm::Twine& name) {
    return llvm::BasicBlock::Create(m_.context(), name, f_);
  }

  void Code(const std::vector<Ways>& ways) {
    llvm::BasicBlock* top = &f_->getEntryBlock();
    llvm::AllocaInst* position =
        llvm::IRBuilder<>(top, top->begin()).CreateAlloca(m_.i64, nullptr, "position");
    b_.CreateStore(I64(0), position);
    std::vector<llvm::BasicBlock*> blocks(t_.states);
    blocks[ExistenceTable::kDead] = lost_;
    blocks[ExistenceTable::kFound] = found_;
    for (std::uint32_t state = 2; state < t_.states; ++state) {
      blocks[state] = Block("state" + llvm::Twine(state));
    }
    b_.CreateBr(blocks[t_.start]);
    for (std::uint32_t state = 2; state < t_.states; ++state) {
      b_.SetInsertPoint(blocks[state]);
      llvm::BasicBlock* at_end = blocks[t_.next[std::size_t{state} * t_.columns + t_.columns - 1]];
      llvm::Value* here = b_.CreateLoad(m_.i64, position);
      llvm::BasicBlock* byte_block = Block("byte");
      const Ways& way = ways[state];
      if (way.common == state && way.exceptions.size() == 1) {
        auto* type = llvm::FunctionType::get(m_.pointer, {m_.pointer, m_.i32, m_.i64}, false);
        llvm::Value* next = b_.CreateCall(
            m_.Host("memchr", type),
            {b_.CreateGEP(m_.i8, text_, here), I32(way.exceptions[0]), b_.CreateSub(size_, here)});
        b_.CreateCondBr(b_.CreateIsNull(next), at_end, byte_block);
        b_.SetInsertPoint(byte_block);
        llvm::Value* index = b_.CreateSub(b_.CreatePtrToInt(next, m_.i64), b_.CreatePtrToInt(text_, m_.i64));
        b_.CreateStore(b_.CreateAdd(index, I64(1)), position);
        b_.CreateBr(blocks[way.target[way.exceptions[0]]]);
        continue;
      }
      b_.CreateCondBr(b_.CreateICmpEQ(here, size_), at_end, byte_block);
      b_.SetInsertPoint(byte_block);
      llvm::Value* byte = b_.CreateLoad(m_.i8, b_.CreateGEP(m_.i8, text_, here));
      b_.CreateStore(b_.CreateAdd(here, I64(1)), position);
      llvm::SwitchInst* branch =
          b_.CreateSwitch(byte, blocks[way.common], static_cast<unsigned>(way.exceptions.size()));
      for (std::uint8_t exception : way.exceptions) {
        branch->addCase(llvm::ConstantInt::get(m_.i8, exception), blocks[way.target[exception]]);
      }
    }
  }

  void Table() {
    std::uint64_t cells = std::uint64_t{t_.states} * t_.columns;
    bool narrow = cells < 65536;
    llvm::IntegerType* cell = narrow ? m_.i16 : m_.i32;
    std::string bytes;
    bytes.reserve(cells * (narrow ? 2 : 4));
    for (std::uint64_t i = 0; i < cells; ++i) {
      std::uint32_t offset = t_.next[i] * t_.columns;
      for (unsigned n = 0; n < (narrow ? 2u : 4u); ++n) {
        bytes += static_cast<char>(offset >> (8 * n) & 0xff);
      }
    }
    llvm::GlobalVariable* table = m_.Bytes(bytes, "automaton", 16);
    llvm::GlobalVariable* classes =
        m_.Bytes({reinterpret_cast<const char*>(t_.byte_class), 256}, "classes", 16);

    llvm::BasicBlock* test = Block("test");
    llvm::BasicBlock* step = Block("step");
    llvm::BasicBlock* next = Block("next");
    llvm::BasicBlock* decided = Block("decided");
    llvm::BasicBlock* end = Block("end");
    llvm::Value* found = llvm::ConstantInt::get(cell, std::uint64_t{ExistenceTable::kFound} * t_.columns);
    b_.CreateBr(test);
    b_.SetInsertPoint(test);
    llvm::PHINode* position = b_.CreatePHI(m_.i64, 2);
    llvm::PHINode* state = b_.CreatePHI(cell, 2);
    position->addIncoming(I64(0), entry_);
    state->addIncoming(llvm::ConstantInt::get(cell, std::uint64_t{t_.start} * t_.columns), entry_);
    llvm::Value* row = b_.CreateZExt(state, m_.i64);
    b_.CreateCondBr(b_.CreateICmpEQ(position, size_), end, step);

    b_.SetInsertPoint(step);
    llvm::Value* byte = b_.CreateZExt(b_.CreateLoad(m_.i8, b_.CreateGEP(m_.i8, text_, position)), m_.i64);
    llvm::Value* column = b_.CreateZExt(b_.CreateLoad(m_.i8, b_.CreateGEP(m_.i8, classes, byte)), m_.i64);
    llvm::Value* target = b_.CreateLoad(cell, b_.CreateGEP(cell, table, b_.CreateAdd(row, column)));
    // Dead and found are the first two rows.
    b_.CreateCondBr(b_.CreateICmpULE(target, found), decided, next);

    b_.SetInsertPoint(decided);
    b_.CreateRet(b_.CreateZExt(b_.CreateICmpEQ(target, found), m_.i32));

    b_.SetInsertPoint(next);
    position->addIncoming(b_.CreateAdd(position, I64(1)), next);
    state->addIncoming(target, next);
    b_.CreateBr(test);

    b_.SetInsertPoint(end);
    llvm::Value* last =
        b_.CreateLoad(cell, b_.CreateGEP(cell, table, b_.CreateAdd(row, I64(t_.columns - 1))));
    b_.CreateRet(b_.CreateZExt(b_.CreateICmpEQ(last, found), m_.i32));
  }

  ModuleContext& m_;
  const ExistenceTable& t_;
  llvm::Function* f_;
  llvm::IRBuilder<> b_;
  llvm::Value* text_ = nullptr;
  llvm::Value* size_ = nullptr;
  llvm::BasicBlock* entry_ = nullptr;
  llvm::BasicBlock* found_ = nullptr;
  llvm::BasicBlock* lost_ = nullptr;
};

}  // namespace

llvm::Function* GenerateExists(ModuleContext& module, const ExistenceTable& table, std::string_view literal,
                               const std::string& name) {
  auto* type = llvm::FunctionType::get(module.i32, {module.pointer, module.i64}, false);
  auto* function = llvm::Function::Create(type, llvm::GlobalValue::InternalLinkage, name, module.module());
  function->setDoesNotThrow();
  ExistsGenerator(module, table, function).Run(literal);
  return function;
}

}  // namespace faultline::jit
