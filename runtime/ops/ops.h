// The operations of the language as C functions, one a row of support/lang/ops.def.
//
// faultline_op_<opcode>(context, out, args) is the meaning of the operation: the interpreter calls it through
// OpFunction, native code by its symbol. Functions are pure and total: the same arguments give the same
// result, no input crashes them, what has no result gives missing. Text and lists they make live in
// context->arena; results may also share memory with the arguments.
//
// Arguments have the kinds of the signature (`any` and T: any kind). A strict operation is not called with a
// missing argument: ApplyOp does what a caller has to do. Items inside a list may be missing.
//
// Thread safety: none of the functions has state; a context belongs to one thread.
#ifndef FAULTLINE_RUNTIME_OPS_OPS_H_
#define FAULTLINE_RUNTIME_OPS_OPS_H_

#include "runtime/ops/context.h"
#include "support/lang/lang.h"
#include "support/value/value.h"

#include <span>
#include <string_view>

extern "C" {
#define FAULTLINE_OPERATOR(id, spelling, form, precedence, help)
#define FAULTLINE_OVERLOAD(op, opcode, signature, traits)                                     \
  void faultline_op_##opcode(faultline::runtime::EvalContext* context, faultline::Value* out, \
                             const faultline::Value* args);
#include "support/lang/ops.def"
#undef FAULTLINE_OPERATOR
#undef FAULTLINE_OVERLOAD
}

namespace faultline::runtime {

// Texts and lists that an operation makes are at most this large; a larger result is missing.
inline constexpr std::size_t kMaxResultBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxResultItems = std::size_t{1} << 16;

// O(1).
FaultlineOp OpFunction(lang::Opcode opcode);

// All operations with their C symbols, in the order of lang::Opcode: what native code may call.
struct OpSymbol {
  std::string_view symbol;  // "faultline_op_add_int"
  FaultlineOp function;
};
std::span<const OpSymbol> OpSymbols();

// The result of an operation, strictness included. args.size() is the number of parameters.
Value ApplyOp(lang::Opcode opcode, EvalContext& context, std::span<const Value> args);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_OPS_OPS_H_
