// IR functions as native code.
//
// A Value lives in two registers (Pair). Only calls of the host's operator functions need it in memory:
// arguments are stored into one area of the stack frame that all calls of a function share, and the result is
// read back from another. The IR is pure and total, so control flow arises only from strict operations (a
// missing argument skips the call) and from loops over lists.
#include "jit/codegen.h"
#include "jit/inline_ops.h"

#include <cstddef>
#include <llvm/IR/Constants.h>
#include <llvm/IR/DerivedTypes.h>

namespace faultline::jit {
namespace {

constexpr std::uint64_t kBoolHead = static_cast<std::uint64_t>(ValueKind::kBool);
constexpr std::uint64_t kIntHead = static_cast<std::uint64_t>(ValueKind::kInt);

class FunctionGenerator {
 public:
  FunctionGenerator(ModuleContext& module, const ir::Function& source, llvm::Function* function)
      : m_(module), source_(source), function_(function), b_(module.context()) {
    context_ = function->getArg(0);
    frame_ = function->getArg(1);
    out_ = function->getArg(2);
  }

  std::string Run() {
    auto* entry = llvm::BasicBlock::Create(m_.context(), "entry", function_);
    b_.SetInsertPoint(entry);
    std::size_t arguments = 1;
    for (const ir::Instruction& i : source_.instructions) {
      if (i.kind == ir::InstructionKind::kOperation) {
        arguments = std::max(arguments, i.arguments.size());
      }
    }
    argument_area_ = b_.CreateAlloca(m_.value_type, llvm::ConstantInt::get(m_.i32, arguments), "arguments");
    result_area_ = b_.CreateAlloca(m_.value_type, nullptr, "result");
    argument_area_->setAlignment(llvm::Align(alignof(Value)));
    result_area_->setAlignment(llvm::Align(alignof(Value)));
    values_.resize(source_.instructions.size());
    if (source_.blocks.empty()) {
      Fail("no block");
      return error_;
    }
    Pair result = Block(0);
    if (!error_.empty()) {
      return error_;
    }
    Store(result.head == nullptr ? m_.Missing() : result, out_);
    b_.CreateRetVoid();
    return "";
  }

 private:
  void Fail(const char* what) {
    if (error_.empty()) {
      error_ = source_.name;
      error_ += ": ";
      error_ += what;
    }
  }

  llvm::Value* I64(std::uint64_t n) { return llvm::ConstantInt::get(m_.i64, n); }
  llvm::BasicBlock* NewBlock(const char* name) {
    return llvm::BasicBlock::Create(m_.context(), name, function_);
  }
  llvm::Value* At(llvm::Value* base, std::uint64_t offset) {
    return offset == 0 ? base : b_.CreateConstInBoundsGEP1_64(m_.i8, base, offset);
  }
  llvm::Value* LoadAt(llvm::Type* type, llvm::Value* base, std::uint64_t offset) {
    return b_.CreateLoad(type, At(base, offset));
  }
  Pair LoadPair(llvm::Value* base, std::uint64_t offset = 0) {
    return {LoadAt(m_.i64, base, offset), LoadAt(m_.i64, base, offset + 8)};
  }
  void Store(Pair value, llvm::Value* base, std::uint64_t offset = 0) {
    b_.CreateStore(value.head, At(base, offset));
    b_.CreateStore(value.payload, At(base, offset + 8));
  }
  llvm::Value* Kind(Pair value) { return b_.CreateTrunc(value.head, m_.i32); }
  llvm::Value* Size(Pair value) { return b_.CreateLShr(value.head, 32); }
  llvm::Value* IsMissing(Pair value) {
    return b_.CreateICmpEQ(Kind(value), llvm::ConstantInt::get(m_.i32, 0));
  }
  llvm::Value* IsKind(Pair value, ValueKind kind) {
    return b_.CreateICmpEQ(Kind(value), llvm::ConstantInt::get(m_.i32, static_cast<std::uint32_t>(kind)));
  }
  llvm::Value* IsTrue(Pair value) {
    return b_.CreateAnd(IsKind(value, ValueKind::kBool), b_.CreateICmpNE(value.payload, I64(0)));
  }
  llvm::Value* PointerOf(Pair value) { return b_.CreateIntToPtr(value.payload, m_.pointer); }
  Pair Items(ValueKind kind, llvm::Value* items, llvm::Value* size64) {
    llvm::Value* head = b_.CreateOr(b_.CreateShl(size64, 32), I64(static_cast<std::uint64_t>(kind)));
    return {head, b_.CreatePtrToInt(items, m_.i64)};
  }
  Pair Select(llvm::Value* condition, Pair a, Pair b) {
    return {b_.CreateSelect(condition, a.head, b.head), b_.CreateSelect(condition, a.payload, b.payload)};
  }
  // The value that `make` yields where `condition` holds, else missing; `make` runs only where it does.
  template <typename Make>
  Pair Guarded(llvm::Value* condition, const char* name, Make make) {
    llvm::BasicBlock* from = b_.GetInsertBlock();
    llvm::BasicBlock* then = NewBlock(name);
    llvm::BasicBlock* join = NewBlock("join");
    b_.CreateCondBr(condition, then, join);
    b_.SetInsertPoint(then);
    Pair made = make();
    llvm::BasicBlock* end = b_.GetInsertBlock();
    b_.CreateBr(join);
    b_.SetInsertPoint(join);
    return {Phi(made.head, end, I64(0), from), Phi(made.payload, end, I64(0), from)};
  }
  llvm::PHINode* Phi(llvm::Value* a, llvm::BasicBlock* from_a, llvm::Value* b, llvm::BasicBlock* from_b) {
    llvm::PHINode* phi = b_.CreatePHI(m_.i64, 2);
    phi->addIncoming(a, from_a);
    phi->addIncoming(b, from_b);
    return phi;
  }
  // Values of the arena, not yet set.
  llvm::Value* Allocate(llvm::Value* count) {
    auto* type = llvm::FunctionType::get(m_.pointer, {m_.pointer, m_.i64}, false);
    return b_.CreateCall(m_.Host("faultline_jit_allocate_values", type), {context_, count});
  }

  Pair Block(std::uint32_t index) {
    if (index >= source_.blocks.size() || ++depth_ > ir::kMaxLoopDepth + 1) {
      Fail("a block that is not there, or loops too deep");
      return {};
    }
    const ir::Block& block = source_.blocks[index];
    for (ir::ValueId id : block.order) {
      if (id >= values_.size()) {
        Fail("an instruction that is not there");
        return {};
      }
      values_[id] = Instruction(source_.instructions[id]);
      if (!error_.empty()) {
        return {};
      }
    }
    --depth_;
    return block.result == ir::kNone ? Pair{} : Argument(block.result);
  }

  Pair Argument(ir::ValueId id) {
    if (id >= values_.size() || values_[id].head == nullptr) {
      Fail("an operand that was not computed");
      return m_.Missing();
    }
    return values_[id];
  }

  Pair Instruction(const ir::Instruction& i) {
    std::vector<Pair> arguments;
    arguments.reserve(i.arguments.size());
    for (ir::ValueId id : i.arguments) {
      arguments.push_back(Argument(id));
    }
    auto takes = [&](std::size_t count) {
      if (arguments.size() != count) {
        Fail("wrong number of operands");
        return false;
      }
      return error_.empty();
    };
    switch (i.kind) {
      case ir::InstructionKind::kConstant:
        if (i.index >= m_.request().module->constants.size()) {
          Fail("a constant that is not there");
          return {};
        }
        return m_.Constant(i.index);
      case ir::InstructionKind::kSlot:
        return LoadPair(LoadAt(m_.pointer, frame_, offsetof(NativeFrame, slots)),
                        i.index * std::uint64_t{16});
      case ir::InstructionKind::kInput: {
        llvm::Value* inputs = LoadAt(m_.pointer, frame_, offsetof(NativeFrame, input));
        return Guarded(b_.CreateIsNotNull(inputs), "input",
                       [&] { return LoadPair(inputs, i.index * std::uint64_t{16}); });
      }
      case ir::InstructionKind::kCapture:
        return Capture(i.index);
      case ir::InstructionKind::kOperation:
        return Operation(i, arguments);
      case ir::InstructionKind::kField:
        return takes(1) ? Field(arguments[0], i.index) : Pair{};
      case ir::InstructionKind::kLoop:
        return takes(1) ? Loop(i, arguments[0]) : Pair{};
      case ir::InstructionKind::kElement:
        if (i.index >= elements_.size()) {
          Fail("an element outside of a loop");
          return {};
        }
        return elements_[i.index];
      case ir::InstructionKind::kMakeList:
        return Make(ValueKind::kList, arguments);
      case ir::InstructionKind::kMakeRecord:
        return Make(ValueKind::kRecord, arguments);
      case ir::InstructionKind::kStore:
        if (takes(1)) {
          Store(arguments[0], LoadAt(m_.pointer, frame_, offsetof(NativeFrame, slots)),
                i.index * std::uint64_t{16});
        }
        return {};
      case ir::InstructionKind::kBuiltin:
        return LoadPair(LoadAt(m_.pointer, frame_, offsetof(NativeFrame, builtins)),
                        static_cast<std::uint64_t>(i.builtin) * 16);
      case ir::InstructionKind::kMatchPattern:
        return takes(1) ? MatchPattern(i.index, arguments[0]) : Pair{};
    }
    Fail("an unknown instruction");
    return {};
  }

  Pair Capture(std::uint32_t index) {
    llvm::Value* count = LoadAt(m_.i64, frame_, offsetof(NativeFrame, capture_count));
    return Guarded(b_.CreateICmpULT(I64(index), count), "capture", [&] {
      llvm::Value* captures = LoadAt(m_.pointer, frame_, offsetof(NativeFrame, captures));
      std::uint64_t offset = index * std::uint64_t{sizeof(runtime::CaptureSpan)};
      llvm::Value* begin = LoadAt(m_.i32, captures, offset);
      llvm::Value* end = LoadAt(m_.i32, captures, offset + 4);
      llvm::Value* subject = LoadAt(m_.pointer, frame_, offsetof(NativeFrame, subject));
      llvm::Value* subject_size = LoadAt(m_.i64, frame_, offsetof(NativeFrame, subject_size));
      llvm::Value* text = b_.CreateGEP(m_.i8, subject, b_.CreateSExt(begin, m_.i64));
      Pair value = Items(ValueKind::kText, text, b_.CreateZExt(b_.CreateSub(end, begin), m_.i64));
      llvm::Value* inside = b_.CreateAnd(b_.CreateICmpSGE(begin, llvm::ConstantInt::get(m_.i32, 0)),
                                         b_.CreateICmpSGE(end, begin));
      inside = b_.CreateAnd(inside, b_.CreateICmpULE(b_.CreateZExt(end, m_.i64), subject_size));
      return Select(inside, value, m_.Missing());
    });
  }

  Pair Field(Pair record, std::uint32_t index) {
    llvm::Value* there =
        b_.CreateAnd(IsKind(record, ValueKind::kRecord), b_.CreateICmpUGT(Size(record), I64(index)));
    return Guarded(there, "field", [&] { return LoadPair(PointerOf(record), index * std::uint64_t{16}); });
  }

  Pair Make(ValueKind kind, const std::vector<Pair>& items) {
    llvm::Value* memory = Allocate(I64(items.size()));
    for (std::size_t n = 0; n < items.size(); ++n) {
      Store(items[n], memory, n * 16);
    }
    return Items(kind, memory, I64(items.size()));
  }

  Pair MatchPattern(std::uint32_t pattern, Pair text) {
    return Guarded(IsKind(text, ValueKind::kText), "match", [&] {
      auto* type = llvm::FunctionType::get(m_.i32, {m_.pointer, m_.i32, m_.pointer, m_.i64}, false);
      llvm::Value* found =
          b_.CreateCall(m_.Host("faultline_jit_match_pattern", type),
                        {LoadAt(m_.pointer, frame_, offsetof(NativeFrame, matcher)),
                         llvm::ConstantInt::get(m_.i32, pattern), PointerOf(text), Size(text)});
      return Pair{I64(kBoolHead), b_.CreateZExt(found, m_.i64)};
    });
  }

  Pair Operation(const ir::Instruction& i, const std::vector<Pair>& arguments) {
    const OperationRow* row = FindOperation(i.opcode);
    if (row == nullptr || row->parameters != arguments.size()) {
      Fail("an unknown operation, or operands that do not fit it");
      return {};
    }
    Pair result;
    if (m_.request().inline_operations != 0 && EmitInlineOperation(m_, b_, i.opcode, arguments, &result)) {
      return result;
    }
    auto call = [&] {
      for (std::size_t n = 0; n < arguments.size(); ++n) {
        Store(arguments[n], argument_area_, n * 16);
      }
      b_.CreateCall(m_.Operation(row->name), {context_, result_area_, argument_area_});
      return LoadPair(result_area_);
    };
    if (!row->strict || arguments.empty()) {
      return call();
    }
    llvm::Value* present = nullptr;
    for (const Pair& argument : arguments) {
      llvm::Value* one = b_.CreateNot(IsMissing(argument));
      present = present == nullptr ? one : b_.CreateAnd(present, one);
    }
    return Guarded(present, row->name, call);
  }

  // A loop keeps at most two values between elements: `seen` (what the loop yields so far) and a counter.
  // They live in stack slots, which the passes turn into registers.
  Pair Loop(const ir::Instruction& i, Pair list) {
    llvm::BasicBlock* entry = &function_->getEntryBlock();
    llvm::IRBuilder<> at_entry(entry, entry->begin());
    llvm::Value* head = at_entry.CreateAlloca(m_.i64, nullptr, "loop.head");
    llvm::Value* payload = at_entry.CreateAlloca(m_.i64, nullptr, "loop.payload");
    llvm::Value* counter = at_entry.CreateAlloca(m_.i64, nullptr, "loop.counter");
    auto set = [&](Pair value) {
      b_.CreateStore(value.head, head);
      b_.CreateStore(value.payload, payload);
    };

    llvm::BasicBlock* skipped = b_.GetInsertBlock();
    llvm::BasicBlock* begin = NewBlock("loop");
    llvm::BasicBlock* test = NewBlock("loop.test");
    llvm::BasicBlock* body = NewBlock("loop.body");
    llvm::BasicBlock* next = NewBlock("loop.next");
    llvm::BasicBlock* done = NewBlock("loop.done");
    llvm::BasicBlock* join = NewBlock("loop.join");
    b_.CreateCondBr(IsKind(list, ValueKind::kList), begin, join);

    b_.SetInsertPoint(begin);
    llvm::Value* size = Size(list);
    llvm::Value* items = PointerOf(list);
    llvm::Value* made = nullptr;
    b_.CreateStore(I64(0), counter);  // elements taken
    switch (i.loop) {
      case ir::LoopKind::kAny:
        set({I64(kBoolHead), I64(0)});
        break;
      case ir::LoopKind::kAll:
        set({I64(kBoolHead), I64(1)});
        break;
      case ir::LoopKind::kCount:
      case ir::LoopKind::kFirst:
      case ir::LoopKind::kLast:
        set(m_.Missing());
        break;
      case ir::LoopKind::kFilter:
      case ir::LoopKind::kMap:
        made = Allocate(size);
        break;
    }
    llvm::BasicBlock* before = b_.GetInsertBlock();
    b_.CreateBr(test);

    b_.SetInsertPoint(test);
    llvm::PHINode* position = b_.CreatePHI(m_.i64, 2, "position");
    position->addIncoming(I64(0), before);
    b_.CreateCondBr(b_.CreateICmpULT(position, size), body, done);

    b_.SetInsertPoint(body);
    Pair element = LoadPair(b_.CreateInBoundsGEP(m_.value_type, items, position));
    elements_.push_back(element);
    Pair result = Block(i.body);
    elements_.pop_back();
    if (!error_.empty() || result.head == nullptr) {
      Fail("a loop's body without a value");
      return {};
    }
    auto when = [&](llvm::Value* condition, auto then) {
      llvm::BasicBlock* yes = NewBlock("take");
      llvm::BasicBlock* after = NewBlock("after");
      b_.CreateCondBr(condition, yes, after);
      b_.SetInsertPoint(yes);
      if (then()) {
        b_.CreateBr(after);
      }
      b_.SetInsertPoint(after);
    };
    auto append = [&](Pair value) {
      llvm::Value* taken = b_.CreateLoad(m_.i64, counter);
      Store(value, b_.CreateInBoundsGEP(m_.value_type, made, taken));
      b_.CreateStore(b_.CreateAdd(taken, I64(1)), counter);
      return true;
    };
    auto stop = [&](Pair value) {
      set(value);
      b_.CreateBr(done);
      return false;
    };
    switch (i.loop) {
      case ir::LoopKind::kAny:
        when(IsMissing(result), [&] { return set(m_.Missing()), true; });
        when(IsTrue(result), [&] { return stop({I64(kBoolHead), I64(1)}); });
        break;
      case ir::LoopKind::kAll:
        when(IsMissing(result), [&] { return set(m_.Missing()), true; });
        when(b_.CreateNot(b_.CreateOr(IsMissing(result), IsTrue(result))),
             [&] { return stop({I64(kBoolHead), I64(0)}); });
        break;
      case ir::LoopKind::kCount:
        when(IsTrue(result), [&] {
          b_.CreateStore(b_.CreateAdd(b_.CreateLoad(m_.i64, counter), I64(1)), counter);
          return true;
        });
        break;
      case ir::LoopKind::kFirst:
        when(IsTrue(result), [&] { return stop(element); });
        break;
      case ir::LoopKind::kLast:
        when(IsTrue(result), [&] { return set(element), true; });
        break;
      case ir::LoopKind::kFilter:
        when(IsTrue(result), [&] { return append(element); });
        break;
      case ir::LoopKind::kMap:
        append(result);
        break;
    }
    b_.CreateBr(next);

    b_.SetInsertPoint(next);
    position->addIncoming(b_.CreateAdd(position, I64(1)), next);
    b_.CreateBr(test);

    b_.SetInsertPoint(done);
    Pair value;
    switch (i.loop) {
      case ir::LoopKind::kAny:
      case ir::LoopKind::kAll:
      case ir::LoopKind::kFirst:
      case ir::LoopKind::kLast:
        value = {b_.CreateLoad(m_.i64, head), b_.CreateLoad(m_.i64, payload)};
        break;
      case ir::LoopKind::kCount:
        value = {I64(kIntHead), b_.CreateLoad(m_.i64, counter)};
        break;
      case ir::LoopKind::kFilter:
      case ir::LoopKind::kMap:
        value = Items(ValueKind::kList, made, b_.CreateLoad(m_.i64, counter));
        break;
    }
    b_.CreateBr(join);

    b_.SetInsertPoint(join);
    return {Phi(value.head, done, I64(0), skipped), Phi(value.payload, done, I64(0), skipped)};
  }

  ModuleContext& m_;
  const ir::Function& source_;
  llvm::Function* function_;
  llvm::IRBuilder<> b_;
  llvm::Value* context_ = nullptr;
  llvm::Value* frame_ = nullptr;
  llvm::Value* out_ = nullptr;
  llvm::AllocaInst* argument_area_ = nullptr;
  llvm::AllocaInst* result_area_ = nullptr;
  std::vector<Pair> values_;
  std::vector<Pair> elements_;  // of the loops around, outermost first
  std::uint32_t depth_ = 0;
  std::string error_;
};

}  // namespace

std::string GenerateFunctions(ModuleContext& module, std::vector<llvm::Constant*>* functions) {
  auto* type =
      llvm::FunctionType::get(module.void_type, {module.pointer, module.pointer, module.pointer}, false);
  const std::vector<ir::Function>& sources = module.request().module->functions;
  for (std::size_t id = 0; id < sources.size(); ++id) {
    // The number goes first: names are for people and may be anything.
    auto* function =
        llvm::Function::Create(type, llvm::GlobalValue::InternalLinkage,
                               llvm::Twine("f") + llvm::Twine(id) + "." + sources[id].name, module.module());
    function->setDoesNotThrow();
    function->addParamAttr(2, llvm::Attribute::NoAlias);
    std::string error = FunctionGenerator(module, sources[id], function).Run();
    if (!error.empty()) {
      return error;
    }
    functions->push_back(function);
  }
  return "";
}

}  // namespace faultline::jit
