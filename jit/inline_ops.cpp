// Operations whose code is emitted in place.
//
// Everything here is without branches where it can be: a missing argument is a select at the end, which the
// passes fold away where an argument is known to be present. Text comparison branches, since a missing text
// has no bytes to read. The result's kind comes from the first word of the operation's signature in ops.def.
#include "jit/inline_ops.h"

#include <llvm/IR/Intrinsics.h>
#include <optional>

namespace faultline::jit {
namespace {

using llvm::CmpInst;

// What each row of inlined.def is made of.
enum class Shape {
  Select,
  Or,
  And,
  Not,
  Present,
  Missing,
  FirstPresent,
  IntegerEqual,
  IntegerNotEqual,
  IntegerLess,
  IntegerLessEqual,
  IntegerGreater,
  IntegerGreaterEqual,
  IntegerBetween,
  FloatEqual,
  FloatNotEqual,
  FloatLess,
  FloatLessEqual,
  FloatGreater,
  FloatGreaterEqual,
  FloatBetween,
  TextEqual,
  TextNotEqual,
  TextStartsWith,
  TextEndsWith,
  IntegerAdd,
  IntegerSubtract,
  IntegerMultiply,
  IntegerNegate,
  FloatAdd,
  FloatSubtract,
  FloatMultiply,
  FloatNegate,
  IntegerToFloat,
};

struct InlinedRow {
  lang::Opcode opcode;
  Shape shape;
};
constexpr InlinedRow kInlined[] = {
#define FAULTLINE_INLINED(opcode, shape) {lang::Opcode::opcode, Shape::shape},
#include "jit/inlined.def"
#undef FAULTLINE_INLINED
};

std::optional<Shape> ShapeOf(lang::Opcode opcode) {
  for (const InlinedRow& row : kInlined) {
    if (row.opcode == opcode) {
      return row.shape;
    }
  }
  return std::nullopt;
}

class Emitter {
 public:
  Emitter(ModuleContext& module, llvm::IRBuilder<>& builder, const std::vector<Pair>& arguments,
          ValueKind result)
      : m_(module), b_(builder), a_(arguments), result_(static_cast<std::uint64_t>(result)) {}

  Pair Emit(Shape shape) {
    switch (shape) {
      case Shape::Select: {
        Pair chosen = Choose(IsTrue(a_[0]), a_[1], a_[2]);
        return Choose(IsMissing(a_[0]), m_.Missing(), chosen);
      }
      case Shape::Or:
        return Decided(b_.CreateOr(IsTrue(a_[0]), IsTrue(a_[1])), true);
      case Shape::And:
        return Decided(b_.CreateOr(IsFalse(a_[0]), IsFalse(a_[1])), false);
      case Shape::Not:
        return Strict(b_.CreateICmpEQ(a_[0].payload, I64(0)));
      case Shape::Present:
        return Truth(b_.CreateNot(IsMissing(a_[0])));
      case Shape::Missing:
        return Truth(IsMissing(a_[0]));
      case Shape::FirstPresent: {
        Pair value = a_.back();
        for (std::size_t n = a_.size() - 1; n-- > 0;) {
          value = Choose(IsMissing(a_[n]), value, a_[n]);
        }
        return Choose(IsMissing(value), m_.Missing(), value);
      }
      case Shape::IntegerEqual:
        return Compare(CmpInst::ICMP_EQ);
      case Shape::IntegerNotEqual:
        return Compare(CmpInst::ICMP_NE);
      case Shape::IntegerLess:
        return Compare(CmpInst::ICMP_SLT);
      case Shape::IntegerLessEqual:
        return Compare(CmpInst::ICMP_SLE);
      case Shape::IntegerGreater:
        return Compare(CmpInst::ICMP_SGT);
      case Shape::IntegerGreaterEqual:
        return Compare(CmpInst::ICMP_SGE);
      case Shape::IntegerBetween:
        return Strict(b_.CreateAnd(b_.CreateICmpSLE(a_[1].payload, a_[0].payload),
                                   b_.CreateICmpSLE(a_[0].payload, a_[2].payload)));
      case Shape::FloatEqual:
        return CompareFloat(CmpInst::FCMP_OEQ);
      case Shape::FloatNotEqual:
        return CompareFloat(CmpInst::FCMP_UNE);
      case Shape::FloatLess:
        return CompareFloat(CmpInst::FCMP_OLT);
      case Shape::FloatLessEqual:
        return CompareFloat(CmpInst::FCMP_OLE);
      case Shape::FloatGreater:
        return CompareFloat(CmpInst::FCMP_OGT);
      case Shape::FloatGreaterEqual:
        return CompareFloat(CmpInst::FCMP_OGE);
      case Shape::FloatBetween:
        return Strict(b_.CreateAnd(b_.CreateFCmpOLE(Real(a_[1]), Real(a_[0])),
                                   b_.CreateFCmpOLE(Real(a_[0]), Real(a_[2]))));
      case Shape::TextEqual:
        return Strict(Text(b_.CreateICmpEQ(Size(a_[0]), Size(a_[1])), I64(0)));
      case Shape::TextNotEqual:
        return Strict(b_.CreateNot(Text(b_.CreateICmpEQ(Size(a_[0]), Size(a_[1])), I64(0))));
      case Shape::TextStartsWith:
        return Strict(Text(b_.CreateICmpUGE(Size(a_[0]), Size(a_[1])), I64(0)));
      case Shape::TextEndsWith:
        return Strict(
            Text(b_.CreateICmpUGE(Size(a_[0]), Size(a_[1])), b_.CreateSub(Size(a_[0]), Size(a_[1]))));
      case Shape::IntegerAdd:
        return Checked(llvm::Intrinsic::sadd_with_overflow, a_[0].payload, a_[1].payload);
      case Shape::IntegerSubtract:
        return Checked(llvm::Intrinsic::ssub_with_overflow, a_[0].payload, a_[1].payload);
      case Shape::IntegerMultiply:
        return Checked(llvm::Intrinsic::smul_with_overflow, a_[0].payload, a_[1].payload);
      case Shape::IntegerNegate:
        return Checked(llvm::Intrinsic::ssub_with_overflow, I64(0), a_[0].payload);
      case Shape::FloatAdd:
        return Finite(b_.CreateFAdd(Real(a_[0]), Real(a_[1])));
      case Shape::FloatSubtract:
        return Finite(b_.CreateFSub(Real(a_[0]), Real(a_[1])));
      case Shape::FloatMultiply:
        return Finite(b_.CreateFMul(Real(a_[0]), Real(a_[1])));
      case Shape::FloatNegate:
        return Finite(b_.CreateFNeg(Real(a_[0])));
      case Shape::IntegerToFloat:
        return Finite(b_.CreateSIToFP(a_[0].payload, b_.getDoubleTy()));
    }
    return m_.Missing();
  }

 private:
  llvm::Value* I64(std::uint64_t n) { return llvm::ConstantInt::get(m_.i64, n); }
  llvm::Value* I32(std::uint32_t n) { return llvm::ConstantInt::get(m_.i32, n); }
  llvm::Value* Kind(Pair value) { return b_.CreateTrunc(value.head, m_.i32); }
  llvm::Value* Size(Pair value) { return b_.CreateLShr(value.head, 32); }
  llvm::Value* IsMissing(Pair value) { return b_.CreateICmpEQ(Kind(value), I32(0)); }
  llvm::Value* IsBool(Pair value) {
    return b_.CreateICmpEQ(Kind(value), I32(static_cast<std::uint32_t>(ValueKind::kBool)));
  }
  llvm::Value* IsTrue(Pair value) {
    return b_.CreateAnd(IsBool(value), b_.CreateICmpNE(value.payload, I64(0)));
  }
  llvm::Value* IsFalse(Pair value) {
    return b_.CreateAnd(IsBool(value), b_.CreateICmpEQ(value.payload, I64(0)));
  }
  llvm::Value* Real(Pair value) { return b_.CreateBitCast(value.payload, b_.getDoubleTy()); }
  Pair Choose(llvm::Value* condition, Pair yes, Pair no) {
    return {b_.CreateSelect(condition, yes.head, no.head),
            b_.CreateSelect(condition, yes.payload, no.payload)};
  }
  Pair Truth(llvm::Value* truth) {
    return {I64(static_cast<std::uint64_t>(ValueKind::kBool)), b_.CreateZExt(truth, m_.i64)};
  }
  llvm::Value* AnyMissing() {
    llvm::Value* any = IsMissing(a_[0]);
    for (std::size_t n = 1; n < a_.size(); ++n) {
      any = b_.CreateOr(any, IsMissing(a_[n]));
    }
    return any;
  }
  Pair Strict(llvm::Value* truth) { return Choose(AnyMissing(), m_.Missing(), Truth(truth)); }
  Pair Compare(CmpInst::Predicate predicate) {
    return Strict(b_.CreateICmp(predicate, a_[0].payload, a_[1].payload));
  }
  Pair CompareFloat(CmpInst::Predicate predicate) {
    return Strict(b_.CreateFCmp(predicate, Real(a_[0]), Real(a_[1])));
  }
  // or, and: `decided` settles it whatever the other side is; else a missing side makes it missing.
  Pair Decided(llvm::Value* decided, bool truth) {
    Pair open = Truth(llvm::ConstantInt::get(m_.i1, truth ? 0 : 1));
    if (m_.request().wrong_on_purpose != kWrongMissing || !truth) {
      open = Choose(AnyMissing(), m_.Missing(), open);
    }
    return Choose(decided, Truth(llvm::ConstantInt::get(m_.i1, truth ? 1 : 0)), open);
  }
  Pair Checked(llvm::Intrinsic::ID operation, llvm::Value* left, llvm::Value* right) {
    llvm::Value* both = b_.CreateBinaryIntrinsic(operation, left, right);
    llvm::Value* bad = b_.CreateOr(AnyMissing(), b_.CreateExtractValue(both, 1));
    if (m_.request().wrong_on_purpose == kWrongAdd && operation == llvm::Intrinsic::sadd_with_overflow) {
      bad = AnyMissing();
    }
    return Choose(bad, m_.Missing(), {I64(result_), b_.CreateExtractValue(both, 0)});
  }
  Pair Finite(llvm::Value* real) {
    // NaN and infinities fail an ordered comparison of the magnitude with infinity.
    llvm::Value* magnitude = b_.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, real);
    llvm::Value* finite = b_.CreateFCmpOLT(magnitude, llvm::ConstantFP::getInfinity(b_.getDoubleTy()));
    llvm::Value* bad = b_.CreateOr(AnyMissing(), b_.CreateNot(finite));
    return Choose(bad, m_.Missing(), {I64(result_), b_.CreateBitCast(real, m_.i64)});
  }
  // Are the bytes of the second text those at `offset` of the first? Asked only where both are there and
  // `fits`.
  llvm::Value* Text(llvm::Value* fits, llvm::Value* offset) {
    llvm::Function* function = b_.GetInsertBlock()->getParent();
    llvm::BasicBlock* from = b_.GetInsertBlock();
    llvm::BasicBlock* compare = llvm::BasicBlock::Create(m_.context(), "text", function);
    llvm::BasicBlock* join = llvm::BasicBlock::Create(m_.context(), "text.join", function);
    llvm::Value* ask = b_.CreateAnd(fits, b_.CreateNot(AnyMissing()));
    // The empty text may have no address.
    ask = b_.CreateAnd(ask, b_.CreateICmpNE(Size(a_[1]), I64(0)));
    llvm::Value* unasked = fits;
    b_.CreateCondBr(ask, compare, join);
    b_.SetInsertPoint(compare);
    auto* type = llvm::FunctionType::get(m_.i32, {m_.pointer, m_.pointer, m_.i64}, false);
    llvm::Value* left = b_.CreateGEP(m_.i8, b_.CreateIntToPtr(a_[0].payload, m_.pointer), offset);
    llvm::Value* difference = b_.CreateCall(
        m_.Host("memcmp", type), {left, b_.CreateIntToPtr(a_[1].payload, m_.pointer), Size(a_[1])});
    llvm::Value* same = b_.CreateICmpEQ(difference, I32(0));
    b_.CreateBr(join);
    b_.SetInsertPoint(join);
    llvm::PHINode* result = b_.CreatePHI(m_.i1, 2);
    result->addIncoming(same, compare);
    result->addIncoming(unasked, from);
    return result;
  }

  ModuleContext& m_;
  llvm::IRBuilder<>& b_;
  const std::vector<Pair>& a_;
  std::uint64_t result_;
};

}  // namespace

bool EmitInlineOperation(ModuleContext& module, llvm::IRBuilder<>& builder, lang::Opcode opcode,
                         const std::vector<Pair>& arguments, Pair* result) {
  std::optional<Shape> shape = ShapeOf(opcode);
  if (!shape) {
    return false;
  }
  *result = Emitter(module, builder, arguments, FindOperation(opcode)->result).Emit(*shape);
  return true;
}

}  // namespace faultline::jit
